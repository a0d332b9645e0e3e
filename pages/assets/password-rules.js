// @ts-check
// The rules for passwords, as far as a browser can know them; the function that sets the password has
// the last word (crates/core/src/password.rs). The codes are those of its refusals.

const SHORTEST = 12;
const LONGEST_BYTES = 72;
const PRODUCT = 'evenkeel';
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** A few that head every list. The whole list is the server's. */
export const GUESSED_FIRST = new Set([
  'password', 'passw0rd', 'passwort', 'qwerty', 'qwertyuiop', 'qwertz', 'asdfghjkl', 'letmein', 'welcome', 'iloveyou', 'admin',
  'administrator', 'login', 'abc', 'abcdef', 'abcdefgh', 'dragon', 'monkey', 'football', 'baseball', 'sunshine', 'princess',
  'superman', 'batman', 'master', 'shadow', 'michael', 'changeme', 'secret', 'default', 'computer', 'internet',
  '000000000000', '111111111111', '123123123123', '1234567890123', '12345678901234567890',
]);

/**
 * @typedef {{ codes: string[], text: string, breaks: ((password: string) => boolean) | null, isFinal: boolean, isSilent?: boolean }} Rule
 *   `isFinal`: what is not broken here is kept; else the server may still refuse. `isSilent`: shown only when broken
 */

/** @type {Rule[]} */
export const RULES = [
  { codes: ['too_short'], text: '12 characters or more', breaks: (password) => [...password].length < SHORTEST, isFinal: true },
  { codes: ['too_long'], text: 'At most 72 letters, fewer with accents or emoji', breaks: (password) => bytesOf(password) > LONGEST_BYTES, isFinal: true },
  { codes: ['common'], text: 'Not one that is guessed first, with or without digits around it', breaks: isGuessedFirst, isFinal: false },
  {
    codes: ['contains_email', 'contains_name'],
    text: 'Without your e-mail address, your company\'s name and ours',
    breaks: (password) => bare(password).includes(PRODUCT),
    isFinal: false,
  },
  { codes: ['control_character'], text: 'No characters that cannot be typed', breaks: (password) => CONTROL.test(password), isFinal: true, isSilent: true },
];

export const STRENGTHS = ['', 'Weak', 'Fair', 'Good', 'Strong'];

/** One password is one sequence of bytes on every keyboard. @param {string} typed */
export function normalise(typed) {
  return typed.normalize('NFC');
}

/**
 * How a rule stands for what is typed.
 * @param {Rule} rule @param {string} password @param {ReadonlySet<string>} refused codes with which the server refused this very password
 * @returns {'open' | 'met' | 'broken' | 'unknown'} `unknown`: nothing is wrong here, and the server will look again
 */
export function standing(rule, password, refused) {
  if (rule.codes.some((code) => refused.has(code))) return 'broken';
  if (password === '') return 'open';
  if (rule.breaks?.(password)) return 'broken';
  return rule.isFinal ? 'met' : 'unknown';
}

/**
 * From 0 (breaks a rule) to 4: an estimate for encouragement, which decides nothing. What repeats or
 * counts on adds little; what differs adds much.
 * @param {string} password
 */
export function strength(password) {
  if (password === '' || RULES.some((rule) => rule.breaks?.(password))) return 0;
  const characters = [...password.toLowerCase()];
  const fresh = characters.filter((one, i) => i === 0 || !isPredictable(characters, i));
  const bits = fresh.length * Math.log2(Math.max(2, new Set(characters).size));
  return 1 + [38, 56, 76].filter((border) => bits >= border).length;
}

/** The same again, the next in the alphabet, or what stood two or three places before. @param {string[]} characters @param {number} i */
function isPredictable(characters, i) {
  const step = (characters[i].codePointAt(0) ?? 0) - (characters[i - 1].codePointAt(0) ?? 0);
  return Math.abs(step) <= 1 || (characters[i] === characters[i - 2] && characters[i - 1] === characters[i - 3]);
}

/** @param {string} password */
function isGuessedFirst(password) {
  return wordsOf(password).some((word) => GUESSED_FIRST.has(word));
}

/** What is looked up among the common passwords: without the digits and signs around it, and with them. @param {string} password */
export function wordsOf(password) {
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^a-z\u0080-\u{10ffff}]+|[^a-z\u0080-\u{10ffff}]+$/gu, '');
  return [...new Set([core, lower])].filter(Boolean);
}

/** Without spaces and signs. @param {string} text */
function bare(text) {
  return text.toLowerCase().replace(/[^a-z0-9\u0080-\u{10ffff}]/gu, '');
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}
