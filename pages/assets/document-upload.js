// @ts-check
// Uploading a document: its digest is announced first, and the answer says where the file goes.
// docs/decisions/files-are-announced.md
import { OTHER_KIND, REFUSALS, TYPES, sizeRefusal } from './document-words.js';
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { kindOf } from './file-kind.js';
import { client, keys } from './session.js';
import { action } from './work.js';

/** @typedef {import('./document-list.js').Handed} Handed */

/** Ten megabytes by a slow line. */
const PATIENCE_MILLISECONDS = 300_000;

/** @param {() => Promise<void>} onUploaded @returns {{ replace: (one: Handed) => void }} */
export function watchUpload(onUploaded) {
  /** @type {Handed | null} the pending document whose place it takes */
  let old = null;
  byId('type').append(...Object.entries(TYPES).map(([value, name]) => make('option', { value }, name)));
  byId('another').addEventListener('click', () => {
    instead(null);
    byId('upload').reset();
    tell(byId('upload-note'), '');
    // The button that had the focus is gone.
    byId('upload-title').focus();
  });

  action(byId('upload'), byId('upload-note'), async () => {
    const chosen = byId('file').files[0];
    const tooLarge = sizeRefusal(chosen.size);
    if (tooLarge) throw new Failure('', tooLarge);
    // Null where it is gone or changed since it was chosen.
    const bytes = await chosen.arrayBuffer().catch(() => null);
    if (!bytes) throw new Failure('', 'The file could not be read. Please choose it again.');
    const file = new Blob([bytes], { type: kindOf(new Uint8Array(bytes)) });
    if (!file.type) throw new Failure('', OTHER_KIND);
    const announced = await announce(announcement(file, await digestOf(bytes), old));
    const isStored = await send(announced.file_path, file);
    // It is announced: what is sent again goes to the same place, and is no second document.
    instead(isStored ? null : announced);
    await onUploaded();
    if (!isStored) throw new Failure('', 'The file did not arrive. Please upload it again.');
    byId('upload').reset();
    tell(byId('upload-note'), 'Uploaded. We mail you what becomes of it.');
  }, REFUSALS);

  /** @param {Record<string, unknown>} about */
  async function announce(about) {
    try {
      return await answerOf(client.rpc('submit_document', about));
    } catch (error) {
      if (error instanceof Failure && error.code === 'not_replaceable') {
        instead(null);
        await onUploaded();
      }
      throw error;
    }
  }

  /** @param {Handed | null} one */
  function instead(one) {
    old = one;
    byId('replaces').hidden = byId('another').hidden = !one;
    byId('replaces').textContent = one ? `This takes the place of ${TYPES[one.document_type]} ${one.document_number}.` : '';
  }

  return {
    replace(one) {
      instead(one);
      byId('type').value = one.document_type;
      byId('number').value = one.document_number;
      byId('authority').value = one.issuing_authority;
      byId('expiry').value = one.expiry_date ?? '';
      byId('upload-title').focus();
    },
  };
}

/** SHA-256 in hex. @param {ArrayBuffer} bytes */
async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Blob} file @param {string} digest @param {Handed | null} old */
function announcement(file, digest, old) {
  return {
    p_type: byId('type').value,
    p_document_number: byId('number').value.trim(),
    p_issuing_authority: byId('authority').value.trim(),
    p_expiry_date: byId('expiry').value || null,
    p_file_hash: digest,
    p_mime_type: file.type,
    p_file_size: file.size,
    ...(old && { p_document_id: old.id }),
  };
}

/**
 * By XMLHttpRequest, which alone tells how far an upload is.
 * @param {string} path @param {Blob} file @returns {Promise<boolean>} whether it is stored
 */
async function send(path, file) {
  const headers = { ...(await keys()), 'content-type': file.type, 'x-upsert': 'true' };
  const progress = byId('progress');
  progress.value = 0;
  progress.hidden = false;
  const request = new XMLHttpRequest();
  request.timeout = PATIENCE_MILLISECONDS;
  request.open('POST', `/storage/v1/object/specialist-documents/${path}`);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.addEventListener('progress', ({ loaded, total }) => (progress.value = loaded / total));
  const status = await new Promise((resolve) => {
    request.addEventListener('loadend', () => resolve(request.status));
    request.send(file);
  });
  progress.hidden = true;
  return status === 200;
}
