// @ts-check
import { make } from './dom.js';

/** Asks before something that cannot be taken back. Escape leaves it as it was. @param {{ title: string, text: string, yes: string }} words @returns {Promise<boolean>} */
export function ask({ title, text, yes }) {
  const dialog = /** @type {HTMLDialogElement} */ (make(
    'dialog',
    { class: 'card', 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
    make('form', { method: 'dialog' },
      make('h2', { id: 'question-title' }, title),
      make('p', { id: 'question-text' }, text),
      make('p', { class: 'actions' },
        make('button', { value: 'yes', class: 'grave' }, yes),
        make('button', { value: 'no', class: 'plain', autofocus: '' }, 'Cancel'))),
  ));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
