// @ts-check
// A few thousand passwords, and what is to be said of each without knowing whose it is: pages, Rust and SQL are held to them.
//
//   node pages/tests/passwords.mjs    writes tests/agreement/passwords.jsonl anew, as the pages see it
//
// A line is [typed, the rules it breaks that need no list, the words that are looked up among the common ones].
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chance } from '../../tests/agreement/random.mjs';
import { GUESSED_FIRST, RULES, normalise, standing, wordsOf } from '../assets/password-rules.js';

const RANDOM = 3_200;
const WITHOUT_A_LIST = ['too_short', 'too_long', 'control_character', 'contains_name'];

export const target = fileURLToPath(new URL('../../tests/agreement/passwords.jsonl', import.meta.url));

let { random, pick, some } = chance(20261122);

const SIGNS = ['!', '?', '.', ' ', '-', '_', '1', '9', '0', '2026', '#', '~', '(', '|', '\u00a0', '¡', '…', '\u200b', '№'];
const LETTERS = [
  'a', 'b', 'z', 'A', 'Z', 'é', 'É', 'e\u0301', 'ß', 'ẞ', 'ö', 'o\u0308', 'İ', 'ı', 'σ', 'Σ', 'ς', 'ж', 'Ж', 'ﬁ', '中', '文', 'ก', '🙂', '👩‍👩‍👧', '\u1e9b\u0323', 'ǆ', 'Ǆ', '가', '\u1100\u1161', 'Å', '\u212b',
];
const CONTROLS = ['\t', '\n', '\u0000', '\u001f', '\u007f', '\u0085', '\u009f'];
const DRESSED = ['evenkeel', 'EVENKEEL', 'Even-Keel', 'even keel', 'e v e n k e e l', 'evenkèel', 'evenkeeĺ', 'EvenKee1', 'even\u00adkeel', 'eveńkeel'];

function word() {
  const kind = random();
  if (kind < 0.3) return some(0, 14, () => pick(LETTERS));
  const known = pick([...GUESSED_FIRST]);
  if (kind < 0.6) return random() < 0.5 ? known.toUpperCase() : known;
  if (kind < 0.75) return pick(DRESSED);
  if (kind < 0.85) return pick(['x', 'é', '🙂', 'e\u0301', '1', '9']).repeat(Math.floor(random() * 80));
  if (kind < 0.95) return '01234567890123456789'.slice(Math.floor(random() * 9), 10 + Math.floor(random() * 10));
  return some(0, 30, () => pick(LETTERS));
}

const control = () => (random() < 0.05 ? pick(CONTROLS) : '');

/** @returns {[typed: string, breaks: string[], words: string[]][]} */
export function passwords() {
  ({ random, pick, some } = chance(20261122));
  const typed = Array.from({ length: RANDOM }, () => some(0, 4, () => pick(SIGNS)) + control() + word() + control() + some(0, 6, () => pick(SIGNS)));
  return [...new Set(['', ...typed])].map((one) => [one, broken(one).filter((code) => WITHOUT_A_LIST.includes(code)).sort(), wordsOf(normalise(one))]);
}

/** @param {string} typed @returns {string[]} */
export function broken(typed) {
  const password = normalise(typed);
  // As the server sees it, which says so of nothing at all.
  return RULES.filter((rule) => standing(rule, password, new Set()) === 'broken' || (password === '' && rule.breaks?.(''))).map((rule) => rule.codes.at(-1) ?? '');
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lines = passwords().map((line) => JSON.stringify(line));
  await writeFile(target, `${lines.join('\n')}\n`);
  console.log(`wrote tests/agreement/passwords.jsonl: ${lines.length} passwords`);
}
