// @ts-check
// A mail's own content. Its HTML stays in a frame that is no part of this page: no script runs in it, and it has no origin.
import { byId, make } from './dom.js';

const LINK = /https?:\/\/[^\s<>"]+/g;
/** At the end of an address, these belong to the sentence. */
const CLOSING = /[.,;:!?)\]}'*_]+$/;

/** @param {string} place of the HTML @param {{ hasRemote: boolean }} options */
export function showHtml(place, { hasRemote }) {
  const frame = /** @type {HTMLIFrameElement} */ (make('iframe', {
    title: 'The mail as HTML', sandbox: 'allow-popups allow-popups-to-escape-sandbox', referrerpolicy: 'no-referrer', src: place,
  }));
  byId('stage').replaceChildren(frame);
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  for (const [name, value] of [['width', 'full'], ['scheme', scheme]]) {
    const set = (/** @type {string} */ chosen) => void (frame.dataset[name] = chosen);
    for (const box of byId(name).querySelectorAll('input')) {
      box.checked = box.value === value;
      box.addEventListener('change', () => {
        set(box.value);
        // Whether the ground behind a mail is white, a browser decides when it is loaded.
        if (name === 'scheme') frame.src = frame.src;
      });
    }
    set(value);
  }
  byId('remote').hidden = !hasRemote;
  byId('remote').addEventListener('click', () => {
    frame.src = `${place}?remote=1`;
    byId('remote').hidden = true;
    // The button that had the focus is gone.
    frame.focus();
  });
}

/** @param {string} text its links can be followed */
export function showText(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const href = found.replace(CLOSING, '');
    parts.push(text.slice(end, index), make('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href));
    end = index + href.length;
  }
  byId('text-body').replaceChildren(...parts, text.slice(end));
}

/** @param {HTMLElement} place @param {[name: string, value: string | Node][]} fields */
export function showFields(place, fields) {
  place.replaceChildren(...fields.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}
