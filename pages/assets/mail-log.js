// @ts-check
// What was mailed, for platform admins: figures of the day, a search that is written down, and sending again what failed.
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { REFUSALS, filtersOf } from './log-search.js';
import { CATEGORIES, nameOf } from './mail-words.js';
import { useOwnZone } from './profile.js';
import { ask } from './question.js';
import { client, person } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

/** @typedef {{ id: number, category: string, template_key: string, version: number | null, status: string, error_code: string | null, provider_message_id: string | null, created_at: string, settled_at: string | null }} Item */

/** By state. @type {Record<string, string>} */
const STATES = {
  queued: 'Queued', sent: 'Sent', delayed: 'Delayed', delivered: 'Delivered', suppressed: 'Suppressed by the mailer', failed: 'Failed',
  bounced: 'Bounced', complained: 'Complained about', skipped: 'Skipped',
};
const COUNTS = ['queued', 'sent', 'delivered', 'bounced', 'complained', 'failed', 'skipped'];
const FILTERS = ['status', 'template_key', 'user_id'];

/** Where the search goes on, and what was looked for. @type {{ cursor: number | null, filters: Record<string, string> }} */
let search = { cursor: null, filters: {} };

if (person) {
  action(byId('search'), byId('search-note'), () => find(filtersOf(FILTERS), null), REFUSALS);
  action(byId('more'), byId('search-note'), () => find(search.filters, search.cursor), REFUSALS);
  action(byId('redrive'), byId('search-note'), redrive, REFUSALS);
  await load(byId('figures'), fill);
}

async function fill() {
  if (!(await isForAdmin(byId('log')))) return;
  const [kinds, figures, fault] = await Promise.all([
    answerOf(client.from('email_kinds').select('key').order('key')),
    answerOf(client.rpc('mail_figures')),
    answerOf(client.rpc('mail_fault')),
    useOwnZone(),
  ]);
  byId('fault').textContent = fault ? `Look at this: ${fault}.` : '';
  byId('status').replaceChildren(make('option', { value: '' }, 'Any'), ...Object.entries(STATES).map(([value, name]) => make('option', { value }, name)));
  byId('template_key').replaceChildren(make('option', { value: '' }, 'Any'), ...kinds.map((/** @type {{ key: string }} */ { key }) => make('option', { value: key }, nameOf(key))));
  byId('figures').querySelector('tbody').replaceChildren(...(figures.length > 0 ? figures.map(figureRow) : [make('tr', {}, make('td', { colspan: '9' }, 'No mail yet.'))]));
}

/** @param {Record<string, any>} figure */
function figureRow(figure) {
  const p95 = figure.seconds_to_send_p95;
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, CATEGORIES[/** @type {keyof typeof CATEGORIES} */ (figure.category)] ?? figure.category),
    ...COUNTS.map((name) => make('td', {}, Number(figure[name]).toLocaleString('en-GB'))),
    make('td', {}, p95 === null ? '–' : p95 < 120 ? `${p95} s` : `${Math.round(p95 / 60)} min`),
  );
}

/** @param {Record<string, string>} wanted @param {number | null} cursor */
async function find(wanted, cursor) {
  const { items, next_cursor: next } = await answerOf(client.rpc('read_communication_logs', {
    p_reason: byId('reason').value, p_filters: wanted, ...(cursor === null ? {} : { p_cursor: cursor }),
  }));
  search = { cursor: next, filters: wanted };
  if (cursor === null) byId('found').replaceChildren();
  byId('found').append(...items.map(row));
  byId('more').hidden = next === null;
  const shown = byId('found').childElementCount;
  tell(byId('search-note'), `${shown === 0 ? 'Nothing found' : `${shown} found`}${next === null ? '.' : ' so far: there is more, further back.'}`);
}

/** @param {Item} item */
function row(item) {
  const settled = item.settled_at ? `, ${item.status === 'skipped' ? 'skipped' : 'settled'} ${shortTime(item.settled_at)}` : '';
  const details = [item.error_code && `Reason: ${item.error_code}`, item.version && `version ${item.version}`, item.provider_message_id && `id at the mailer ${item.provider_message_id}`];
  return make(
    'li',
    {},
    make(
      'span',
      { class: 'what' },
      make('strong', {}, nameOf(item.template_key)),
      make('span', { class: 'quiet' }, `queued ${shortTime(item.created_at)}${settled}`),
      make('span', { class: 'quiet' }, details.filter(Boolean).join(', ')),
    ),
    make('span', { class: 'state' }, STATES[item.status] ?? item.status),
  );
}

async function redrive() {
  if (!byId('search').reportValidity()) return;
  const sure = await ask({ title: 'Send failed mails again?', text: 'All that failed for good, the oldest thousand, are tried once more. First see that the cause is gone.', yes: 'Send again' });
  if (!sure) return;
  const { redriven, reissued } = await answerOf(client.rpc('redrive_failed_emails', { p_reason: byId('reason').value }));
  tell(byId('search-note'), `${redriven} are sent again${reissued ? `, ${reissued} with a new link` : ''}.`);
}
