// @ts-check
// Notes of the sessions that a specialist gives: every version of them, and the one that the employee may read.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf, bodyOf } from './failures.js';
import { callAsPerson, client } from './session.js';
import { shortTime } from './times.js';
import { action, tellFailure } from './work.js';

/** @typedef {{ shared_version: number | null, shared_at: string | null, seen_at: string | null }} Sharing */
/** @typedef {Sharing & { version: number, text: string, versions: { version: number, written_at: string }[] }} Notes */

/** @type {Record<string, string>} */
const REFUSALS = {
  conflict: 'These notes were changed meanwhile. Copy what you wrote, close this and open it again.',
  not_found: 'There is no such session of yours.',
  rule_violation: 'Notes are of sessions that are booked or took place, and have at most a hundred versions.',
  invalid_request: 'Notes are text of at most 5,000 characters.',
};

/** @type {{ id: string, notes: Notes | null } | null} */
let open = null;
let isWarned = false;

const isUnkept = () => byId('notes-text').value !== (open?.notes?.text ?? '');

/** How notes stand, by booking. @param {string[]} bookings @returns {Promise<Map<string, { shared_at: string | null, seen_at: string | null }>>} */
export async function notesOf(bookings) {
  if (bookings.length === 0) return new Map();
  const rows = await answerOf(client.rpc('my_session_notes', { p_booking_ids: bookings }));
  return new Map(rows.map((/** @type {any} */ one) => [one.booking_id, one]));
}

/** The dialog of the page. @param {() => Promise<unknown>} onChange */
export function watchNotes(onChange) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('notes'));
  const note = byId('notes-note');
  const leave = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!isUnkept() || isWarned) return dialog.close();
    isWarned = true;
    tell(note, 'What you wrote is not kept. Close once more to leave it.', true);
  };
  byId('notes-close').addEventListener('click', leave);
  dialog.addEventListener('cancel', leave);
  // What is being written is not lost by looking at another version.
  byId('notes-text').addEventListener('input', () => (byId('notes-version').disabled = isUnkept()));
  byId('notes-version').addEventListener('change', () => reading(Number(byId('notes-version').value)));
  action(byId('write-notes'), note, async () => {
    const version = (open?.notes?.versions[0].version ?? 0) + 1;
    await bodyOf(callAsPerson('session-notes', { booking_id: open?.id, version, text: byId('notes-text').value }));
    show(await read());
    tell(note, `Kept as version ${version}.`);
    await onChange();
  }, REFUSALS);
  for (const [id, isShown] of /** @type {const} */ ([['notes-share', true], ['notes-unshare', false]])) {
    action(byId(id), note, async () => {
      const version = open?.notes?.version ?? null;
      await answerOf(client.rpc('share_session_note', { p_booking_id: open?.id, p_note_version: isShown ? version : null }));
      show(await read(version ?? undefined));
      await onChange();
    }, REFUSALS);
  }
}

/** @param {{ id: string }} booking @param {string} title @param {string} name of the employee @param {boolean} areThere whether anything was written before */
export async function openNotes(booking, title, name, areThere) {
  open = { id: booking.id, notes: null };
  byId('notes-title').textContent = `Notes: ${title}`;
  byId('notes-who').textContent =
    `You alone read them, and ${name} the version that you share. Nobody else: no company, and none of us.`;
  show(null);
  tell(byId('notes-note'), '');
  /** @type {HTMLDialogElement} */ (byId('notes')).showModal();
  if (areThere) await reading();
}

/** Shows a version, and says so where it cannot be read. @param {number} [version] */
async function reading(version) {
  try {
    show(await read(version));
  } catch (error) {
    tellFailure(byId('notes-note'), error, REFUSALS);
  }
}

/** @param {number} [version] the latest if left out @returns {Promise<Notes | null>} */
async function read(version) {
  try {
    return await bodyOf(callAsPerson('session-notes/read', { booking_id: open?.id, ...(version && { version }) }));
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return null;
    throw error;
  }
}

/** @param {Notes | null} notes */
function show(notes) {
  if (open) open.notes = notes;
  isWarned = false;
  byId('notes-version').disabled = false;
  const versions = notes?.versions ?? [];
  byId('notes-text').value = notes?.text ?? '';
  byId('notes-versions-field').hidden = versions.length < 2;
  byId('notes-version').replaceChildren(...versions.map(({ version, written_at: at }) =>
    make('option', { value: String(version), ...(version === notes?.version && { selected: '' }) }, `${version}, ${shortTime(at)}`)));
  byId('notes-shared').textContent = notes ? sharingText(notes) : 'Nothing is written yet.';
  byId('notes-share').hidden = !notes || notes.shared_version === notes.version;
  byId('notes-share').textContent = `Share version ${notes?.version}`;
  byId('notes-unshare').hidden = !notes?.shared_version;
  byId('write-notes').querySelector('[type=submit]').textContent = versions.length > 0 ? `Keep as version ${versions[0].version + 1}` : 'Keep';
}

/** @param {Sharing} sharing */
function sharingText({ shared_version: version, shared_at: at, seen_at: seen }) {
  if (!version || !at) return 'Not shared.';
  return `Version ${version} is shared since ${shortTime(at)}; ${seen ? `first read ${shortTime(seen)}` : 'not read yet'}.`;
}
