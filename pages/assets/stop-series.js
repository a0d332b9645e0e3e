// @ts-check
// Asks what becomes of the sessions of a series, and stops it.
import { make } from './dom.js';
import { answerOf } from './failures.js';
import { SERIES_REFUSALS } from './series-words.js';
import { client } from './session.js';
import { action } from './work.js';

/** @param {{ id: string, title: string, isEmployee: boolean }} series @param {(cancelled: number) => Promise<unknown>} onStopped */
export function offerStop({ id, title, isEmployee }, onStopped) {
  const cancels = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', id: 'stop-cancels' }));
  const reason = /** @type {HTMLTextAreaElement} */ (make('textarea', { id: 'stop-reason', rows: '2', maxlength: '500' }));
  const note = make('p', { class: 'note', role: 'status' });
  const keep = make('button', { type: 'button', class: 'plain' }, 'Let it go on');
  const cost = isEmployee ? 'Those that are cancelled late count among the sessions of their month.' : 'They do not count as used.';
  const form = make('form', {},
    make('h2', { id: 'stop-title' }, 'Stop this series?'),
    make('p', {}, `${title}. No more sessions of it will be booked.`),
    make('label', { class: 'check' }, cancels, make('span', {}, 'Cancel what is booked, too'), make('span', { class: 'hint' }, cost)),
    make('div', { class: 'field' },
      make('label', { for: 'stop-reason' }, 'A word for the other ', make('span', { class: 'hint' }, 'if you like; at most 500 characters')), reason),
    note,
    make('p', { class: 'actions' }, make('button', { type: 'submit', class: 'grave' }, 'Stop it'), keep));
  const dialog = /** @type {HTMLDialogElement} */ (make('dialog', { class: 'card', 'aria-labelledby': 'stop-title' }, form));
  dialog.addEventListener('close', () => dialog.remove());
  keep.addEventListener('click', () => dialog.close());
  action(form, note, async () => {
    const cancelled = await answerOf(client.rpc('stop_series', { p_series_id: id, p_sessions: cancels.checked ? 'cancel' : 'keep', p_reason: reason.value }));
    dialog.close();
    await onStopped(cancelled);
  }, SERIES_REFUSALS);
  document.body.append(dialog);
  dialog.showModal();
}
