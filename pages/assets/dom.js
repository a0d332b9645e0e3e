// @ts-check

/** The element with an id that the page is known to have. @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is missing`);
  return element;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Says something in a note, where it is seen and screen readers announce it. @param {HTMLElement} note @param {string} text @param {boolean} [bad] */
export function tell(note, text, bad = false) {
  note.textContent = text;
  note.classList.toggle('bad', bad);
  if (text) note.scrollIntoView({ block: 'nearest' });
}

/** Shows the rows of a list, or what is said where there are none. @param {HTMLElement} list @param {HTMLElement[]} rows @param {string} otherwise */
export function fillList(list, rows, otherwise) {
  list.replaceChildren(...(rows.length > 0 ? rows : [make('li', { class: 'quiet' }, otherwise)]));
}
