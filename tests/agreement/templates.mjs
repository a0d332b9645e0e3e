// @ts-check
// What a template makes of its variables, the crate core and the reference implementation of Mustache say alike.
//
//   node --test tests/agreement/            holds mustache (npm) to templates.jsonl; cargo test does Rust
//   node tests/agreement/templates.mjs --write    writes it anew: sources and variables from a fixed seed
//
// A line is [source, variables, as text, as HTML].
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import mustache from 'mustache';
import { chance } from './random.mjs';

export const target = fileURLToPath(new URL('templates.jsonl', import.meta.url));
const LINES = 1000;

/** What is escaped is for texts and quoted attributes; mustache escapes a little more. @type {Record<string, string>} */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const asHtml = (/** @type {unknown} */ value) => String(value).replace(/[&<>"']/g, (mark) => ENTITIES[mark]);

const { random, pick, some } = chance(20261129);
const VALUES = ['', 'Ada', '<b>&"\'', 'ünïcode 李', '{{name}}', ' ', 'a\nb', 0, 1, -2.5, 1e9, true, false, null];
const PIECES = ['', ' ', '\n', '\r\n', '\t', 'text', '  text\n', '<p>', '{ ', ' }', '{ { ', "'"];

/** Of one list, whose elements know `name` too, or do not. */
const element = () => (random() < 0.7 ? { item: pick(VALUES), ...(random() < 0.5 ? { name: pick(VALUES) } : {}) } : { item: 'x' });
const variables = () => ({
  name: pick(VALUES),
  on: pick(VALUES),
  rows: Array.from({ length: Math.floor(random() * 4) }, element),
});

/** @param {number} depth @param {string[]} names @returns {string} */
function source(depth, names) {
  return some(0, 4, () => {
    const chosen = random();
    if (chosen < 0.5 || depth === 0) return pick(PIECES);
    if (chosen < 0.75) return `{{${pick(['', ' '])}${pick(names)}${pick(['', ' '])}}}`;
    const section = pick(['on', 'rows', 'name']);
    const sign = pick(['#', '#', '^']);
    const known = section === 'rows' && sign === '#' ? [...names, 'item'] : names;
    const line = pick(['', '', '\n', '  ', '\n  ']);
    return `${line}{{${sign}${section}}}${pick(['', '\n', ' \n'])}${source(depth - 1, known)}${line}{{/${section}}}${pick(['', '\n'])}`;
  });
}

/** Tags of sections that share a line with blanks alone: mustache takes the line away, its specification only for one tag. */
const SHARED_LINE = /^[ \t\r]*(?:\{\{[#^/]\w+\}\}[ \t\r]*){2,}$/m;
/** @returns {string} */
function fairSource() {
  const made = source(3, ['name', 'on']);
  return SHARED_LINE.test(made) ? fairSource() : made;
}

/** @param {string} template @param {object} given @returns {[string, string]} */
export function rendered(template, given) {
  return [mustache.render(template, given, {}, { escape: String }), mustache.render(template, given, {}, { escape: asHtml })];
}

export async function read() {
  const lines = (await readFile(target, 'utf8')).trim().split('\n');
  return lines.map((line) => /** @type {[string, object, string, string]} */ (JSON.parse(line)));
}

if (process.argv.includes('--write')) {
  const lines = Array.from({ length: LINES }, () => {
    const template = fairSource();
    const given = variables();
    return JSON.stringify([template, given, ...rendered(template, given)]);
  });
  await writeFile(target, `${lines.join('\n')}\n`);
}
