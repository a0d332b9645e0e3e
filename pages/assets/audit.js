// @ts-check
// The audit log, for platform admins: a search that is written down, and what it finds as a file.
import { BEGINNING, textOf } from './audit-file.js';
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { REFUSALS, filtersOf } from './log-search.js';
import { useOwnZone } from './profile.js';
import { client, person } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

/** @typedef {import('./audit-file.js').Entry} Entry */

/** By outcome. @type {Record<string, string>} */
const OUTCOMES = { success: 'Done', denied: 'Refused', failure: 'Failed' };
const FILTERS = ['text', 'person', 'status', 'action', 'entity_type', 'entity_id'];
/** What a page of a file has: as many as the database gives at once. */
const MOST = 200;

/** Where the search goes on, and what was looked for. @type {{ cursor: number | null, filters: Record<string, string> }} */
let search = { cursor: null, filters: {} };
/** Whether somebody waits for a file. */
let isWanted = false;

if (person) {
  action(byId('search'), byId('search-note'), () => find(filtersOf(FILTERS), null), REFUSALS);
  action(byId('more'), byId('search-note'), () => find(search.filters, search.cursor), REFUSALS);
  action(byId('as-csv'), byId('search-note'), () => download('csv'), REFUSALS);
  action(byId('as-lines'), byId('search-note'), () => download('jsonl'), REFUSALS);
  byId('stop').addEventListener('click', () => (isWanted = false));
  await load(byId('search'), fill);
}

async function fill() {
  if (await isForAdmin(byId('log'))) await useOwnZone();
}

/** @param {Record<string, string>} wanted @param {number | null} cursor @param {number} [limit] @returns {Promise<Entry[]>} */
const page = (wanted, cursor, limit) => answerOf(client.rpc('read_audit_logs', {
  p_reason: byId('reason').value, p_filters: wanted, ...(cursor === null ? {} : { p_cursor: cursor }), ...(limit ? { p_limit: limit } : {}),
}));

/** @param {Record<string, string>} wanted @param {number | null} cursor */
async function find(wanted, cursor) {
  const entries = await page(wanted, cursor);
  search = { cursor: entries.at(-1)?.id ?? cursor, filters: wanted };
  if (cursor === null) byId('found').replaceChildren();
  byId('found').append(...entries.map(row));
  // A page may end early, where entries are long: the last is the one that is empty.
  byId('more').hidden = entries.length === 0;
  const shown = byId('found').childElementCount;
  tell(byId('search-note'), `${shown === 0 ? 'Nothing found' : `${shown} found`}${entries.length === 0 ? '.' : ' so far.'}`);
}

/** @param {Entry} entry */
function row(entry) {
  const who = entry.actor_id ? `by ${entry.actor_id}` : `by ${entry.actor_role}`;
  const details = [
    entry.user_id && `about ${entry.user_id}`, entry.source && `through ${entry.source}`, entry.ip_address && `from ${entry.ip_address}`,
    entry.request_id && `request ${entry.request_id}`, entry.error_message && `error: ${entry.error_message}`,
  ];
  const values = [['before', entry.old_values], ['after', entry.new_values], ['with', Object.keys(entry.context).length > 0 ? entry.context : null]];
  return make(
    'li',
    {},
    make(
      'span',
      { class: 'what' },
      make('strong', {}, entry.action),
      make('span', { class: 'quiet' }, `${shortTime(entry.occurred_at)}, ${who}`),
      make('span', { class: 'quiet' }, `${entry.entity_type}${entry.entity_id ? ` ${entry.entity_id}` : ''}`),
      make('span', { class: 'quiet' }, details.filter(Boolean).join(', ')),
      ...values.filter(([, value]) => value).map(([name, value]) => make('span', {}, `${name} ${JSON.stringify(value)}`)),
    ),
    make('span', { class: 'state' }, OUTCOMES[entry.status] ?? entry.status),
  );
}

/**
 * Page by page into a file. A page is a piece of its own, which the browser may keep on the disk; nothing is asked any more
 * once somebody stops it or leaves.
 * @param {'csv' | 'jsonl'} kind
 */
async function download(kind) {
  if (!byId('search').reportValidity()) return;
  const wanted = filtersOf(FILTERS);
  /** @type {Blob[]} */
  const pieces = [new Blob([BEGINNING[kind]])];
  let [count, cursor] = [0, /** @type {number | null} */ (null)];
  isWanted = true;
  byId('stop').hidden = false;
  try {
    while (isWanted) {
      const entries = await page(wanted, cursor, MOST);
      if (entries.length === 0) break;
      pieces.push(new Blob([textOf(kind, entries)]));
      count += entries.length;
      cursor = entries.at(-1)?.id ?? null;
      tell(byId('search-note'), `${count} so far…`);
    }
  } finally {
    byId('stop').hidden = true;
  }
  save(new Blob(pieces), `audit-log-${new Date().toISOString().slice(0, 10)}.${kind}`);
  tell(byId('search-note'), isWanted ? `${count} written.` : `Stopped: the newest ${count} are written.`);
}

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const href = URL.createObjectURL(file);
  make('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
