// @ts-check
import { showBooking } from './booking.js';
import { ROLES } from './company-words.js';
import { byId, make, localTime } from './dom.js';
import { client, person } from './session.js';
import { keepStatusFresh } from './status.js';

keepStatusFresh(byId('status'));
if (person) {
  const profile = await showProfile();
  await showCompanies();
  await showReview();
  await showSessions(profile.time_zone);
  await showBooking({ timeZone: profile.time_zone, onBooked: () => showSessions(profile.time_zone), onJoined: showCompanies });
}

async function showProfile() {
  const { data } = await client.from('profiles').select('display_name, email, time_zone').eq('id', person.id).maybeSingle();
  const profile = data ?? { email: person.email, time_zone: 'UTC' };
  byId('me-title').textContent = profile.display_name ? `Hello, ${profile.display_name}` : 'Hello';
  byId('me-detail').textContent = `${profile.email}. Times are shown in ${profile.time_zone}.`;
  return profile;
}

async function showCompanies() {
  const { data } = await client.from('company_members').select('role, companies(name)').eq('user_id', person.id).eq('status', 'active');
  const named = (data ?? []).map((/** @type {any} */ one) => `${ROLES[one.role]} at ${one.companies?.name}.`);
  const isAdmin = data?.some((/** @type {any} */ one) => one.role === 'admin');
  byId('companies').replaceChildren(named.join(' '), ...(isAdmin ? [' ', make('a', { href: '/company' }, 'People and invitations')] : []));
}

async function showReview() {
  const { data } = await client.from('user_roles').select('role').eq('user_id', person.id).eq('role', 'platform_admin');
  byId('to-review').hidden = !data?.length;
}

/** @param {string} timeZone */
async function showSessions(timeZone) {
  const { data, error } = await client
    .from('bookings')
    .select('id, starts_at, specialists(display_name), session_types(name), booking_reminders(remind_at, status)')
    .eq('employee_id', person.id)
    .eq('status', 'confirmed')
    .gte('ends_at', new Date().toISOString())
    .order('starts_at');
  const list = byId('sessions');
  if (error) return list.replaceChildren(make('li', { class: 'quiet' }, 'Your sessions could not be read.'));
  if (data.length === 0) return list.replaceChildren(make('li', { class: 'quiet' }, 'None yet.'));
  list.replaceChildren(...data.map((/** @type {any} */ booking) => sessionRow(booking, timeZone)));
}

/** @param {any} booking @param {string} timeZone */
function sessionRow(booking, timeZone) {
  const title = `${booking.session_types?.name ?? 'Session'} with ${booking.specialists?.display_name ?? 'a specialist'}`;
  return make(
    'li',
    {},
    make('span', { class: 'what' }, make('strong', {}, title), localTime(booking.starts_at, timeZone)),
    make('span', { class: 'state' }, reminderState(booking.booking_reminders ?? [], timeZone)),
  );
}

/** @param {{ remind_at: string, status: string }[]} reminders @param {string} timeZone */
function reminderState(reminders, timeZone) {
  const time = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone });
  const next = reminders.filter((one) => one.status === 'scheduled').map((one) => one.remind_at).sort()[0];
  if (next) return `Reminder ${time.format(new Date(next))}`;
  return reminders.some((one) => one.status === 'enqueued') ? 'Reminder sent' : 'No reminder';
}
