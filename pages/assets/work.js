// @ts-check
// The two things a page does: it loads a part of itself, and it acts when somebody asks it to. Either may fail, in one way.
import { make, tell } from './dom.js';
import { Failure, wordsFor } from './failures.js';

/** @type {WeakMap<HTMLElement, HTMLElement>} what stands in front of a part that is not loaded */
const signs = new WeakMap();
/** @type {WeakSet<HTMLElement>} parts that stay as they are where they cannot be loaded once more */
const loaded = new WeakSet();

/**
 * Fills a part of the page. Until it is filled, that is said in front of it; where it fails, why, with a way to try again.
 * @param {HTMLElement} part @param {() => Promise<unknown>} fill @param {Record<string, string>} [words] by code
 */
export async function load(part, fill, words) {
  if (!loaded.has(part)) sign(part, make('p', { class: 'waiting' }, 'One moment…'));
  try {
    await fill();
    loaded.add(part);
    sign(part, null);
  } catch (error) {
    const note = make('div', { class: 'note bad', role: 'alert' });
    const again = make('button', { type: 'button', class: 'plain' }, 'Try again');
    again.addEventListener('click', () => load(part, fill, words));
    tellFailure(note, error, words);
    sign(part, make('div', { class: 'unloaded' }, note, again));
    // A section that is shown where it holds something says also that this is not known.
    part.closest('section[hidden]')?.removeAttribute('hidden');
  }
}

/** @param {HTMLElement} part @param {HTMLElement | null} element */
function sign(part, element) {
  signs.get(part)?.remove();
  if (element) part.before(element);
  if (element) signs.set(part, element);
  part.hidden = Boolean(element) && !loaded.has(part);
}

/**
 * Acts when a form is sent or a button pressed, once at a time; where it fails, it says so. A form's button is off from
 * the start: before there is somebody to listen, the browser would send the form itself.
 * @param {HTMLElement} element @param {HTMLElement} note @param {() => Promise<unknown>} work @param {Record<string, string>} [words] by code
 */
export function action(element, note, work, words) {
  const isForm = element instanceof HTMLFormElement;
  const button = /** @type {HTMLButtonElement} */ (isForm ? element.querySelector('button[type=submit]') : element);
  element.addEventListener(isForm ? 'submit' : 'click', async (event) => {
    event.preventDefault();
    button.disabled = true;
    tell(note, '');
    try {
      await work();
    } catch (error) {
      tellFailure(note, error, words);
    }
    button.disabled = false;
    if (document.activeElement === document.body) button.focus({ preventScroll: true });
  });
  button.disabled = false;
}

/** @param {HTMLElement} note @param {unknown} error @param {Record<string, string>} [words] by code */
export function tellFailure(note, error, words) {
  tell(note, wordsFor(error, words), true);
  if (!(error instanceof Failure)) reportError(error);
  else if (error.code === 'unauthenticated') note.append(' ', make('a', { href: '/sign-in' }, 'Sign in'));
}
