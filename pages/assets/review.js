// @ts-check
// The queue of documents, for platform admins: what waits, and what was decided.
import { REFUSALS, STATES, TYPES } from './document-words.js';
import { byId, make } from './dom.js';
import { bodyOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { openDocument, watchDecision } from './review-decision.js';
import { useOwnZone } from './profile.js';
import { askAsPerson, person } from './session.js';
import { dayText, shortTime, zoneName } from './times.js';
import { action, load } from './work.js';

/** @typedef {{ document_id: string, document_type: string, document_number: string, issuing_authority: string, expiry_date: string | null, status: string, mime_type: string, uploaded_at: string, rejection_reason: string | null, specialist: string, specialist_status: string, review_started_at: string | null, pillars: string[] }} Item */

/** Where the next page begins. @type {string | null} */
let cursor = null;
/** Which list was asked for last: an answer to an earlier question is not shown. */
let asked = 0;

if (person) {
  byId('status').append(...Object.entries(STATES).map(([value, name]) => make('option', { value }, name)));
  byId('status').addEventListener('change', show);
  action(byId('more'), byId('queue-note'), () => showPage(cursor), REFUSALS);
  watchDecision(show);
  await show();
}

async function show() {
  await load(byId('queue'), async () => {
    if (!(await isForAdmin(byId('review')))) return;
    await useOwnZone();
    byId('zone').textContent = zoneName();
    cursor = null;
    byId('queue').replaceChildren();
    await showPage(null);
  }, REFUSALS);
}

/** @param {string | null} from */
async function showPage(from) {
  const own = (asked += 1);
  const query = new URLSearchParams({ status: byId('status').value, limit: '20', ...(from && { cursor: from }) });
  const { items, next_cursor: next } = await bodyOf(askAsPerson(`specialist-verify/queue?${query}`));
  if (own !== asked) return;
  cursor = next;
  byId('more').hidden = cursor === null;
  byId('queue').append(...items.map(row));
  if (!byId('queue').hasChildNodes()) byId('queue').append(make('li', { class: 'quiet' }, 'Nothing here.'));
}

/** @param {Item} item */
function row(item) {
  const title = `${TYPES[item.document_type]} of ${item.specialist}`;
  const detail = [`No. ${item.document_number}, ${item.issuing_authority}`, item.expiry_date && `until ${dayText(item.expiry_date)}`, `handed in ${shortTime(item.uploaded_at)}`];
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Open: ${title}` }, 'Open');
  action(button, byId('queue-note'), () => openDocument(item), REFUSALS);
  const state = item.review_started_at && item.status === 'pending' ? 'somebody has opened it' : '';
  return make(
    'li',
    {},
    make(
      'span',
      { class: 'what' },
      make('strong', {}, title),
      make('span', {}, item.pillars.join(', ')),
      make('span', { class: 'quiet' }, detail.filter(Boolean).join(', ')),
      make('span', { class: 'quiet' }, item.rejection_reason ? `Rejected: ${item.rejection_reason}` : state),
    ),
    make('span', { class: 'actions' }, button),
  );
}
