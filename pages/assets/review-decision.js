// @ts-check
// One document that an admin has opened: its file, and what becomes of it.
import { STANDINGS, STATES, TYPES, dayText, decisionText, refusal } from './document-words.js';
import { byId, localTime, onSubmit, tell } from './dom.js';
import { callAsPerson } from './session.js';

/** @typedef {import('./review.js').Item} Item */

const REPLACED = 'This file is not the one that was decided about: it was replaced since.';

/** @type {Item | null} */
let opened = null;

/** Opens a document; answers what is wrong, in words. @param {string} id @returns {Promise<string>} */
export async function openDocument(id) {
  const { status, body } = await callAsPerson('specialist-verify/open', { document_id: id });
  if (status !== 200) return body.code === 'file_mismatch' ? REPLACED : refusal(body.code);
  // As it stays now: since the list was made, anything may have changed.
  const { document: item, file_url: url, expires_in: seconds } = body;
  opened = item;
  byId('opened').hidden = false;
  byId('opened-title').textContent = `${TYPES[item.document_type]} of ${item.specialist}`;
  describe(item);
  byId('opened-link').href = url;
  byId('opened-until').textContent = `The address of the file works until ${localTime(new Date(Date.now() + seconds * 1000).toISOString())}.`;
  const isImage = item.mime_type.startsWith('image/');
  byId('opened-image').hidden = !isImage;
  if (isImage) byId('opened-image').src = url;
  byId('decision').hidden = item.status !== 'pending';
  // What was said about another document is not said about this one.
  byId('approve').reset();
  byId('reject').reset();
  tell(byId('decision-note'), '');
  byId('opened-title').focus();
  return '';
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
