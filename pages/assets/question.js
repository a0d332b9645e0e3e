// @ts-check
import { byId } from './dom.js';

/** Asks before something that cannot be taken back. @param {{ title: string, text: string, yes: string }} words @returns {Promise<boolean>} */
export function ask({ title, text, yes }) {
  const dialog = byId('question');
  byId('question-title').textContent = title;
  byId('question-text').textContent = text;
  byId('question-yes').textContent = yes;
  // Escape leaves it as it was.
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
