// @ts-check
// One document that an admin has opened: its file, and what becomes of it.
import { REFUSALS, STATES, TYPES, decisionText, outcomeText } from './document-words.js';
import { byId, tell } from './dom.js';
import { Failure, bodyOf } from './failures.js';
import { ask } from './question.js';
import { callAsPerson } from './session.js';
import { dayText, shortTime } from './times.js';
import { action } from './work.js';

/** @typedef {import('./review.js').Item} Item */

/** @type {Item | null} */
let opened = null;

/** @param {Item} listed */
export async function openDocument(listed) {
  const answer = await callAsPerson('specialist-verify/open', { document_id: listed.document_id });
  const isAnother = ['file_mismatch', 'file_type_mismatch'].includes(answer.body.code);
  const body = isAnother ? answer.body : await bodyOf(answer);
  // As it stays now: since the list was made, anything may have changed. A file that is not the announced one is not
  // shown, and can be rejected.
  show(isAnother ? listed : body.document);
  showFile(isAnother ? null : body);
  byId('approve').hidden = isAnother;
  tell(byId('decision-note'), isAnother ? `The file cannot be opened. ${body.detail}` : '', isAnother);
  byId('opened-title').focus();
}

/** @param {Item} item */
function show(item) {
  opened = item;
  byId('opened').hidden = false;
  byId('opened-title').textContent = `${TYPES[item.document_type]} of ${item.specialist}`;
  describe(item);
  byId('decision').hidden = item.status !== 'pending';
  // What was said about another document is not said about this one.
  byId('approve').reset();
  byId('reject').reset();
}

/** @param {{ document: Item, file_url: string, expires_in: number } | null} answer */
function showFile(answer) {
  byId('opened-link').hidden = byId('opened-until').hidden = !answer;
  byId('opened-image').hidden = !answer?.document.mime_type.startsWith('image/');
  if (!answer) return;
  byId('opened-link').href = answer.file_url;
  byId('opened-until').textContent = `The address of the file works until ${shortTime(Date.now() + answer.expires_in * 1000)}.`;
  if (!byId('opened-image').hidden) byId('opened-image').src = answer.file_url;
}

/** @param {Item} item */
function describe({ document_number: number, issuing_authority: authority, expiry_date: day, pillars, status }) {
  const until = day ? `until ${dayText(day)}` : 'does not expire';
  byId('opened-detail').textContent = `No. ${number}, ${authority}, ${until}. For: ${pillars.join(', ') || 'no pillar'}. ${STATES[status]}.`;
}

/** @param {() => Promise<void>} onDecided */
export function watchDecision(onDecided) {
  const note = byId('decision-note');
  action(byId('approve'), note, () => decide('Approve', { decision: 'approve', ...(byId('expires-on').value && { expires_on: byId('expires-on').value }) }), REFUSALS);
  action(byId('reject'), note, () => decide('Reject', { decision: 'reject', reason: byId('reason').value.trim() }), REFUSALS);

  /** @param {string} verb @param {{ decision: string, reason?: string, expires_on?: string }} fields */
  async function decide(verb, fields) {
    const item = opened;
    if (!item || !(await ask(questionOf(verb, item, fields)))) return;
    const { status, body } = await callAsPerson('specialist-verify', { document_id: item.document_id, ...fields });
    // Another one was opened meanwhile: of this one, the list tells.
    if (item !== opened) return onDecided();
    if (status !== 200 && !body.decision) throw new Failure(body.code ?? '', body.detail);
    byId('decision').hidden = true;
    describe({ ...item, ...body.document, ...body.decision });
    await onDecided();
    // The forms that had the focus are gone.
    byId('opened-title').focus();
    tell(note, body.decision ? decisionText(body.decision) : outcomeText(body.document.status, body.specialist_status), status !== 200);
  }
}

/** @param {string} verb @param {Item} item @param {{ reason?: string }} fields */
function questionOf(verb, { document_type: type, specialist }, { reason }) {
  const told = reason ? `The specialist is mailed this reason: ${reason}` : 'The specialist is mailed, and can be booked once nothing is missing.';
  return { title: `${verb} the ${TYPES[type].toLowerCase()} of ${specialist}?`, text: `${told} What is decided stays decided.`, yes: verb };
}
