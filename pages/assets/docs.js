// @ts-check
// The search over the reference, and its table of contents. Without this everything is shown.
import { byId } from './dom.js';

const entries = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-entry]')]);
const texts = new Map(entries.map((entry) => [entry, (entry.textContent ?? '').toLowerCase()]));
const sought = /** @type {HTMLInputElement} */ (byId('sought'));
const contents = /** @type {HTMLDetailsElement} */ (document.querySelector('.contents'));

byId('search').hidden = false;
contents.open = matchMedia('(min-width: 54rem)').matches;
sought.addEventListener('input', show);
addEventListener('hashchange', showTarget);
show();

function show() {
  const words = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const [entry, text] of texts) entry.hidden = !words.every((word) => text.includes(word));
  for (const link of contents.querySelectorAll('li')) link.hidden = byId(nameIn(link)).hidden;
  // A heading stands for what is below it.
  for (const group of document.querySelectorAll('[data-group]')) {
    /** @type {HTMLElement} */ (group).hidden = !group.querySelector('[data-entry]:not([hidden]), li:not([hidden])');
  }
  const found = entries.filter((entry) => !entry.hidden).length;
  byId('found').textContent = words.length > 0 ? `${found} of ${entries.length}` : '';
}

/** Somebody follows a link to what the search has hidden. */
function showTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.hidden) return;
  sought.value = '';
  show();
  target.scrollIntoView();
}

/** @param {Element} item */
function nameIn(item) {
  return item.querySelector('a')?.hash.slice(1) ?? '';
}
