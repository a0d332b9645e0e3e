// @ts-check
// One document that an admin has opened: its file, and what becomes of it.
import { STANDINGS, STATES, TYPES, dayText, decisionText, refusal } from './document-words.js';
import { byId, localTime, onSubmit, tell } from './dom.js';
import { callAsPerson } from './session.js';

/** @typedef {import('./review.js').Item} Item */

/** @type {Item | null} */
let opened = null;

/** Opens a document; answers what is wrong, in words. @param {Item} listed @returns {Promise<string>} */
export async function openDocument(listed) {
  const { status, body } = await callAsPerson('specialist-verify/open', { document_id: listed.document_id });
  const isAnother = body.code === 'file_mismatch' || body.code === 'file_type_mismatch';
  if (status !== 200 && !isAnother) return refusal(body.code);
  // As it stays now: since the list was made, anything may have changed. A file that is not the announced one is not
  // shown, and can be rejected.
  show(isAnother ? listed : body.document);
  showFile(isAnother ? null : body);
  byId('approve').hidden = isAnother;
  tell(byId('decision-note'), isAnother ? `The file cannot be opened. ${body.detail}` : '', isAnother);
  byId('opened-title').focus();
  return '';
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
  byId('opened-until').textContent = `The address of the file works until ${localTime(new Date(Date.now() + answer.expires_in * 1000).toISOString())}.`;
  if (!byId('opened-image').hidden) byId('opened-image').src = answer.file_url;
}

/** @param {Item} item */
function describe({ document_number: number, issuing_authority: authority, expiry_date: day, pillars, status }) {
  const until = day ? `until ${dayText(day)}` : 'does not expire';
  byId('opened-detail').textContent = `No. ${number}, ${authority}, ${until}. For: ${pillars.join(', ') || 'no pillar'}. ${STATES[status]}.`;
}

/** @param {() => Promise<void>} onDecided */
export function watchDecision(onDecided) {
  onSubmit(byId('approve'), () => decide({ decision: 'approve', ...(byId('expires-on').value && { expires_on: byId('expires-on').value }) }));
  onSubmit(byId('reject'), () => decide({ decision: 'reject', reason: byId('reason').value.trim() }));

  /** @param {{ decision: string, reason?: string, expires_on?: string }} fields */
  async function decide(fields) {
    const item = opened;
    const { status, body } = await callAsPerson('specialist-verify', { document_id: item?.document_id, ...fields });
    // Another one was opened meanwhile: of this one, the list tells.
    if (!item || item !== opened) return onDecided();
    const isOver = status === 200 || body.code === 'already_decided';
    tell(byId('decision-note'), outcome(status, body), status !== 200);
    if (!isOver) return;
    byId('decision').hidden = true;
    describe({ ...item, ...body.document, ...body.decision });
    await onDecided();
    // The forms that had the focus are gone.
    byId('opened-title').focus();
  }
}

/** @param {number} status @param {any} body */
function outcome(status, body) {
  if (status !== 200) return body.decision ? decisionText(body.decision) : refusal(body.code);
  return `${STATES[body.document.status]}. The specialist is mailed, and ${STANDINGS[body.specialist_status]}.`;
}
