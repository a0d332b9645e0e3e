// @ts-check

/** Text that has been made HTML; all other text is escaped where it is put in. */
class Html {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** Braces, too: a page's layout takes double ones for the name of a part. */
const ENTITIES = /** @type {Record<string, string>} */ ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '{': '&#123;' });

/** @typedef {string | number | Html | (string | Html)[]} Part */

/** @param {TemplateStringsArray} strings @param {Part[]} parts */
export function html(strings, ...parts) {
  return new Html(String.raw({ raw: strings }, ...parts.map(textOf)));
}

/** @param {Part} part @returns {string} */
function textOf(part) {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  return String(part).replace(/[&<>"'{]/g, (character) => ENTITIES[character]);
}
