// @ts-check
// Notes that specialists have shared with whose sessions they are about.
import { byId, make } from './dom.js';
import { answerOf, bodyOf } from './failures.js';
import { callAsPerson, client } from './session.js';
import { shortTime } from './times.js';
import { load } from './work.js';

const WORDS = { not_found: 'These notes are no longer shared.' };

/** Those that were shared, by booking. @param {string[]} bookings @returns {Promise<Map<string, { seen_at: string | null }>>} */
export async function sharedNotes(bookings) {
  if (bookings.length === 0) return new Map();
  const rows = await answerOf(client.rpc('my_session_notes', { p_booking_ids: bookings }));
  return new Map(rows.map((/** @type {any} */ one) => [one.booking_id, one]));
}

/** Reads them, in the dialog of the page. @param {{ id: string }} booking @param {string} title @param {boolean} isNew */
export function readingButton(booking, title, isNew) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Read the notes of ${title}` }, isNew ? 'New notes' : 'Notes');
  button.addEventListener('click', async () => {
    const text = byId('notes-text');
    text.textContent = '';
    byId('notes-title').textContent = `Notes: ${title}`;
    byId('notes-who').textContent = '';
    /** @type {HTMLDialogElement} */ (byId('notes')).showModal();
    await load(text, async () => {
      const note = await bodyOf(callAsPerson('session-notes/read', { booking_id: booking.id }));
      text.textContent = note.text;
      byId('notes-who').textContent = `Written ${shortTime(note.written_at)}, for you and your specialist alone. That you have read it is shown to them.`;
      button.textContent = 'Notes';
    }, WORDS);
  });
  return button;
}

/** Closes the dialog. */
export function watchSharedNotes() {
  byId('notes-close').addEventListener('click', () => /** @type {HTMLDialogElement} */ (byId('notes')).close());
}
