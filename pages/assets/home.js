// @ts-check
// The first page: what each kind of person can do from here.
import { showToAccept } from './acceptances.js';
import { ROLES } from './company-words.js';
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { adminRole, profile, useOwnZone } from './profile.js';
import { reminderText, titleOf } from './session-words.js';
import { client, person } from './session.js';
import { keepStatusFresh } from './status.js';
import { fullTime, zoneName } from './times.js';
import { action, load } from './work.js';

/** @typedef {{ title: string, href: string, text: string }} Way */

/** What each page is for, and whom it is shown to. @type {Record<'company' | 'review' | 'mails' | 'mailLog' | 'audit' | 'packages' | 'figures' | 'flags' | 'practice' | 'documents', Omit<Way, 'text'>>} */
const PAGES = {
  company: { title: 'People and invitations', href: '/company' },
  review: { title: 'Documents to review', href: '/review' },
  mails: { title: 'Texts of mails', href: '/mails' },
  mailLog: { title: 'What was mailed', href: '/mail-log' },
  audit: { title: 'The audit log', href: '/audit' },
  packages: { title: 'Packages', href: '/packages' },
  figures: { title: 'Figures of companies', href: '/figures' },
  flags: { title: 'Feature flags', href: '/flags' },
  practice: { title: 'Your practice', href: '/practice' },
  documents: { title: 'Offering sessions', href: '/documents' },
};

keepStatusFresh(byId('status'));
if (person) {
  action(byId('join-button'), byId('join-note'), async () => {
    const { company } = await answerOf(client.rpc('demo_join'));
    await showMe();
    tell(byId('me-note'), `You are now a member of ${company}.`);
  });
  await showMe();
}

async function showMe() {
  await load(byId('me'), fillMe);
}

async function fillMe() {
  const [own, memberships, admin, specialist] = await Promise.all([
    profile(),
    answerOf(client.from('company_members').select('role, companies(name)').eq('user_id', person.id).eq('status', 'active')),
    adminRole(),
    answerOf(client.from('specialists').select('status').eq('user_id', person.id).maybeSingle()),
    useOwnZone(),
  ]);
  const [isMember, isAdmin] = [memberships.length > 0, admin !== null];
  byId('me-title').textContent = own.display_name ? `Hello, ${own.display_name}` : 'Hello';
  const roles = memberships.map((/** @type {any} */ one) => `${ROLES[one.role]} at ${one.companies?.name}.`);
  byId('me-detail').textContent = [`${own.email}.`, ...roles, `Times are shown in ${zoneName()}.`].join(' ');
  byId('ways').replaceChildren(...waysOf(memberships, isAdmin, specialist).map(wayItem));
  byId('join').hidden = isMember || isAdmin || Boolean(specialist);
  byId('member').hidden = !isMember;
  // These wait, and fail, for themselves.
  void showToAccept();
  if (isMember) void showSessions();
}

/** @param {{ role: string, companies: { name: string } }[]} memberships @param {boolean} isAdmin @param {{ status: string } | null} specialist @returns {Way[]} */
function waysOf(memberships, isAdmin, specialist) {
  const companies = memberships.filter(({ role }) => role === 'admin').map((one) => one.companies?.name).join(' and ');
  const offer = specialist
    ? `Your documents. ${specialist.status === 'verified' ? 'You are verified, and can be booked.' : 'You cannot be booked yet: see what is missing.'}`
    : 'Apply as a specialist, and upload what we verify you by.';
  return [
    ...(companies ? [{ ...PAGES.company, text: `Invite the people of ${companies}, and say who may do what.` }] : []),
    ...(isAdmin ? [
      { ...PAGES.review, text: 'What specialists handed in, and wait for us to look at.' },
      { ...PAGES.mails, text: 'What the product writes to people, in each language.' },
      { ...PAGES.mailLog, text: 'What became of mails, and sending again what failed.' },
      { ...PAGES.audit, text: 'Who did what, when and why, and how it ended.' },
      { ...PAGES.packages, text: 'Sessions for a person beside those of their month.' },
      { ...PAGES.figures, text: 'How many people of a company had sessions, and how many sessions.' },
      { ...PAGES.flags, text: 'What is on for whom, and from when on.' },
    ] : []),
    ...(specialist?.status === 'verified' ? [{ ...PAGES.practice, text: 'What people ask you for, and the sessions that you give.' }] : []),
    ...(isAdmin && !specialist ? [] : [{ ...PAGES.documents, text: offer }]),
  ];
}

/** @param {Way} way */
function wayItem({ title, href, text }) {
  return make('li', {}, make('a', { href }, title), make('span', {}, text));
}

async function showSessions() {
  await load(byId('sessions'), fillSessions);
}

async function fillSessions() {
  const bookings = await answerOf(client
    .from('bookings')
    .select('id, starts_at, specialists!bookings_specialist_id_fkey(display_name), session_types(name), booking_reminders(remind_at, status)')
    .eq('employee_id', person.id)
    .eq('status', 'confirmed')
    .gte('ends_at', new Date().toISOString())
    .order('starts_at')
    .limit(5));
  fillList(byId('sessions'), bookings.map(sessionRow), 'None yet.');
}

/** @param {any} booking */
function sessionRow(booking) {
  return make(
    'li',
    {},
    make('span', { class: 'what' }, make('strong', {}, titleOf(booking)), fullTime(booking.starts_at)),
    make('span', { class: 'state' }, reminderText(booking.booking_reminders ?? [])),
  );
}
