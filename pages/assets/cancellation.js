// @ts-check
// Asks why somebody cancels a session, and cancels it.
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { costText } from './session-words.js';
import { client } from './session.js';
import { action } from './work.js';

/** @typedef {{ id: string, status: string, cancel_by: string }} Booking */

/** @type {{ booking: Booking, title: string } | null} */
let asked = null;

/** The dialog of the page. @param {(title: string) => Promise<unknown>} onCancelled */
export function watchCancellation(onCancelled) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('giving-up'));
  byId('keep-it').addEventListener('click', () => dialog.close());
  action(byId('give-up'), byId('giving-up-note'), async () => {
    if (!asked) return;
    const { booking, title } = asked;
    await answerOf(client.rpc('cancel_booking', {
      p_booking_id: booking.id, p_reason: byId('reason').value, p_category: byId('category').value,
    }));
    dialog.close();
    await onCancelled(title);
  });
}

/** @param {Booking} booking @param {string} title @param {boolean} isEmployee */
export function offerCancellation(booking, title, isEmployee) {
  asked = { booking, title };
  byId('give-up').reset();
  byId('giving-up-note').textContent = '';
  byId('giving-up-text').textContent = `${title}. ${costText(booking, isEmployee)}`;
  /** @type {HTMLDialogElement} */ (byId('giving-up')).showModal();
}
