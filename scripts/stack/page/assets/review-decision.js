// @ts-check
// One document that an admin has opened: its file, and what becomes of it.
import { STATES, TYPES, dayText, decisionText, refusal } from './document-words.js';
import { byId, localTime, onSubmit, tell } from './dom.js';
import { callAsPerson } from './session.js';

/** @typedef {import('./review.js').Item} Item */

/** @type {Item | null} */
let opened = null;

/** Opens a document; answers what is wrong, in words. @param {string} id @returns {Promise<string>} */
export async function openDocument(id) {
  const { status, body } = await callAsPerson('specialist-verify/open', { document_id: id });
  if (status !== 200) return refusal(body.code);
  // As it stays now: since the list was made, anything may have changed.
  const { document: item, file_url: url, expires_in: seconds } = body;
  opened = item;
  byId('opened').hidden = false;
  byId('opened-title').textContent = `${TYPES[item.document_type]} of ${item.specialist}`;
  const until = item.expiry_date ? `until ${dayText(item.expiry_date)}` : 'does not expire';
  byId('opened-detail').textContent = `No. ${item.document_number}, ${item.issuing_authority}, ${until}. For: ${item.pillars.join(', ') || 'no pillar'}. ${STATES[item.status]}.`;
  byId('opened-link').href = url;
  byId('opened-until').textContent = `The address of the file works until ${localTime(new Date(Date.now() + seconds * 1000).toISOString())}.`;
  const isImage = item.mime_type.startsWith('image/');
  byId('opened-image').hidden = !isImage;
  if (isImage) byId('opened-image').src = url;
  byId('decision').hidden = item.status !== 'pending';
  tell(byId('decision-note'), '');
  byId('opened-title').focus();
  return '';
}

/** @param {() => Promise<void>} onDecided */
export function watchDecision(onDecided) {
  onSubmit(byId('approve'), () => decide({ decision: 'approve', ...(byId('expires-on').value && { expires_on: byId('expires-on').value }) }));
  onSubmit(byId('reject'), () => decide({ decision: 'reject', reason: byId('reason').value.trim() }));

  /** @param {{ decision: string, reason?: string, expires_on?: string }} fields */
  async function decide(fields) {
    const { status, body } = await callAsPerson('specialist-verify', { document_id: opened?.document_id, ...fields });
    if (status !== 200) {
      tell(byId('decision-note'), body.decision ? decisionText(body.decision) : refusal(body.code), true);
      if (body.code === 'already_decided') await onDecided();
      return;
    }
    byId('decision').hidden = true;
    byId('approve').reset();
    byId('reject').reset();
    tell(byId('decision-note'), `${STATES[body.document.status]}. The specialist is mailed, and is ${body.specialist_status} now.`);
    await onDecided();
    // The forms that had the focus are gone.
    byId('opened-title').focus();
  }
}
