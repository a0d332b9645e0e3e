// @ts-check
// The packages of whoever is signed in: what is left of each, and what became of the rest.
import { byId, make } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { dayText, shortTime } from './times.js';
import { load } from './work.js';

/** @typedef {{ package_id: string, session_type: string, company: string, given_by: string, sessions: number, sessions_left: number, expires_on: string, status: string }} Package */
/** @typedef {{ package_id: string, kind: string, sessions: number, created_at: string, bookings: { starts_at: string } | null }} Entry */

/** @type {Record<string, string>} */
const KINDS = { grant: 'Given to you', use: 'Used', return: 'Given back', expiry: 'Lapsed', correction: 'Corrected by us' };

export async function showPackages() {
  await load(byId('packages'), async () => {
    const packages = await answerOf(client.rpc('my_packages'));
    const ids = packages.map((/** @type {Package} */ one) => one.package_id);
    const entries = ids.length === 0 ? [] : await answerOf(client
      .from('booking_package_entries')
      .select('package_id, kind, sessions, created_at, bookings(starts_at)')
      .in('package_id', ids)
      .order('created_at', { ascending: false })
      .limit(500));
    byId('packages-card').hidden = ids.length === 0;
    byId('packages').replaceChildren(...packages.map((/** @type {Package} */ one) => row(one, entries.filter((/** @type {Entry} */ its) => its.package_id === one.package_id))));
  });
}

/** @param {Package} one @param {Entry[]} entries */
function row(one, entries) {
  const what = make('span', { class: 'what' },
    make('strong', {}, one.session_type),
    make('span', {}, `${one.sessions_left} of ${one.sessions} left, ${one.status === 'ended' ? 'ended on' : 'for sessions until'} ${dayText(one.expires_on, 'long')}`),
    make('span', { class: 'quiet' }, one.given_by === 'company' ? `From ${one.company}, which does not learn what you use` : `At the cost of ${one.company}, which does not learn what you use`),
    make('details', {}, make('summary', {}, 'What became of it'), make('ul', { class: 'rows' }, ...entries.map(entryRow))));
  return make('li', {}, what);
}

/** @param {Entry} entry */
function entryRow({ kind, sessions, created_at: at, bookings: booking }) {
  const forSession = booking ? ` for the session of ${shortTime(booking.starts_at)}` : '';
  const count = sessions > 0 ? `+${sessions}` : `−${-sessions}`;
  return make('li', {}, make('span', {}, `${KINDS[kind]}${forSession}`), make('span', { class: 'state' }, `${count}, ${shortTime(at)}`));
}
