// @ts-check
// What a specialist handed in, and what became of it.
import { STATES, TYPES } from './document-words.js';
import { byId, make } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { dayText } from './times.js';

/** @typedef {{ id: string, document_type: string, document_number: string, issuing_authority: string, expiry_date: string | null, verification_status: string, review_started_at: string | null, rejection_reason: string | null, file_path: string, uploaded_at: string }} Handed */

/** @param {string} specialist @param {(one: Handed) => void} replace */
export async function showDocuments(specialist, replace) {
  const documents = await answerOf(client
    .from('specialist_documents')
    .select('id, document_type, document_number, issuing_authority, expiry_date, verification_status, review_started_at, rejection_reason, file_path, uploaded_at')
    .order('uploaded_at', { ascending: false }));
  const list = byId('documents');
  if (documents.length === 0) return list.replaceChildren(make('li', { class: 'quiet' }, 'Nothing yet.'));
  const files = await answerOf(client.storage.from('specialist-documents').list(specialist, { limit: 1000 }));
  /** @type {Map<string, string>} when each was stored last, by its path */
  const stored = new Map(files.map((/** @type {any} */ file) => [`${specialist}/${file.name}`, file.updated_at]));
  list.replaceChildren(...documents.map((/** @type {Handed} */ one) => row(one, hasArrived(one, stored.get(one.file_path)), replace)));
}

/**
 * A file that was there before its document was announced again is the one that was to be replaced.
 * @param {Handed} one @param {string | undefined} storedAt
 */
const hasArrived = ({ uploaded_at: announced }, storedAt) => storedAt !== undefined && Date.parse(storedAt) >= Date.parse(announced);

/** For how long nothing is replaced once an admin has opened it: the setting `document_review_minutes`, unless it was changed. */
const REVIEW_MS = 60 * 60 * 1000;

/** @param {Handed} one */
const isLookedAt = ({ review_started_at: opened }) => opened !== null && Date.now() - Date.parse(opened) < REVIEW_MS;

/** @param {Handed} one @param {boolean} isStored @param {(one: Handed) => void} replace */
function row(one, isStored, replace) {
  const title = `${TYPES[one.document_type]} ${one.document_number}`;
  const detail = [one.issuing_authority, one.expiry_date && `until ${dayText(one.expiry_date)}`].filter(Boolean).join(', ');
  const bad = ['rejected', 'expired'].includes(one.verification_status);
  const what = make(
    'span',
    { class: 'what' },
    make('strong', {}, title),
    make('span', { class: 'quiet' }, detail),
    make('span', { class: bad ? 'over' : 'quiet' }, stateText(one, isStored)),
  );
  const actions = make('span', { class: 'actions' });
  if (one.verification_status === 'pending' && !isLookedAt(one)) actions.append(replaceButton(one, title, isStored, replace));
  return make('li', {}, what, actions);
}

/** @param {Handed} one @param {boolean} isStored */
function stateText(one, isStored) {
  const { verification_status: status } = one;
  if (status === 'rejected') return `Rejected: ${one.rejection_reason}`;
  if (status !== 'pending') return `${STATES[status]}.`;
  if (isLookedAt(one)) return 'We are looking at it.';
  return isStored ? 'Waiting for us to look at it.' : 'Waiting for its file.';
}

/** @param {Handed} one @param {string} title @param {boolean} isStored @param {(one: Handed) => void} replace */
function replaceButton(one, title, isStored, replace) {
  const label = isStored ? 'Replace' : 'Upload its file';
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `${label}: ${title}` }, label);
  button.addEventListener('click', () => replace(one));
  return button;
}
