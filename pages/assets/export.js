// @ts-check
// One file of all that is held about the person: the pages of export_my_data(), and what the database cannot read.
import { Failure, answerOf, bodyOf } from './failures.js';
import { callAsPerson, client } from './session.js';

/** How often in a row too many pages may be asked for. */
const MOST_PAGES = 1000;

/** @typedef {{ rows: { table: string, party: string, row: Record<string, any> }[], cursor: string | null, checkpoint: string | null, about: unknown[] | null }} Page */

/** @param {(rows: number) => void} progress */
export async function wholeExport(progress) {
  /** @type {Record<string, Record<string, any>[]>} */
  const tables = {};
  const checkpoints = new Set();
  let [about, cursor, rows] = [/** @type {unknown[] | null} */ (null), /** @type {string | null} */ (null), 0];
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = /** @type {Page} */ (await answerOf(client.rpc('export_my_data', cursor ? { p_cursor: cursor } : {})));
    for (const { table, party, row } of page.rows) (tables[table] ??= []).push(party === 'self' ? row : { as: party, ...row });
    if (page.checkpoint) checkpoints.add(page.checkpoint);
    about ??= page.about;
    rows += page.rows.length;
    progress(rows);
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return { format: 'evenkeel/export/1', made_at: new Date().toISOString(), about, checkpoints: [...checkpoints], tables, notes: await openNotes(tables['public.bookings'] ?? []) };
}

/** Notes that the person may read, in clear. @param {Record<string, any>[]} bookings */
async function openNotes(bookings) {
  const notes = [];
  for (let from = 0; from < bookings.length; from += 1000) {
    const ids = bookings.slice(from, from + 1000).map(({ id }) => id);
    for (const { booking_id } of await answerOf(client.rpc('my_session_notes', { p_booking_ids: ids }))) {
      const note = await readNote(booking_id);
      if (note) notes.push({ booking_id, written_at: note.written_at, text: note.text });
    }
  }
  return notes;
}

/** @param {string} booking_id */
async function readNote(booking_id) {
  try {
    return await bodyOf(callAsPerson('session-notes/read', { booking_id }));
  } catch (error) {
    // They were taken back meanwhile.
    if (error instanceof Failure && error.code === 'not_found') return null;
    throw error;
  }
}
