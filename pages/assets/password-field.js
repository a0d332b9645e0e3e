// @ts-check
// A field for a new password: its rules and strength while one types, and what the server said about it.
import { byId, make } from './dom.js';
import { RULES, STRENGTHS, normalise, standing, strength } from './password-rules.js';

/** Said aloud after a pause only, not at every key. */
const PAUSE_MILLISECONDS = 700;
const STANDINGS = { open: '', met: ' (met)', broken: ' (not met)', unknown: ' Checked when you save.' };

let refused = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

export function watchPassword() {
  const field = byId('password');
  field.addEventListener('input', () => {
    // What the server refused was another password.
    refused = new Set();
    tellError('');
    show();
  });
  byId('show').addEventListener('click', () => {
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    byId('show').textContent = shown ? 'Show' : 'Hide';
    byId('show').setAttribute('aria-label', shown ? 'Show the password' : 'Hide the password');
  });
  show();
}

/** The password as it is kept. @returns {string} */
export function typedPassword() {
  return normalise(byId('password').value);
}

/** Whether it breaks a rule that needs no server. Then it says so. */
export function isRefusedHere() {
  const broken = RULES.filter((rule) => standing(rule, typedPassword(), refused) === 'broken');
  if (broken.length > 0) complain(broken.map((rule) => `${rule.text}.`));
  return broken.length > 0;
}

/** Shows the server's refusals at the field. @param {{ code: string, detail: string }[]} errors */
export function showRefusals(errors) {
  refused = new Set(errors.map((error) => error.code));
  show();
  complain(errors.map((error) => error.detail));
}

/** @param {string[]} sentences */
function complain(sentences) {
  tellError(`Please choose another password. ${sentences.join(' ')}`);
  byId('password').focus();
}

/** @param {string} text */
function tellError(text) {
  byId('password-error').textContent = text;
  byId('password').setAttribute('aria-invalid', String(text !== ''));
}

function show() {
  const password = typedPassword();
  byId('rules').replaceChildren(...RULES.map((rule) => row(rule, standing(rule, password, refused))).filter(Boolean));
  const value = refused.size > 0 ? 0 : strength(password);
  byId('meter').value = value;
  byId('strength').textContent = STRENGTHS[value];
  clearTimeout(timer);
  timer = setTimeout(() => (byId('said').textContent = password && summary(value, password)), PAUSE_MILLISECONDS);
}

/** For somebody who sees neither the list nor the bar. @param {number} value @param {string} password */
function summary(value, password) {
  if (value > 0) return `Strength: ${STRENGTHS[value]}.`;
  const broken = RULES.filter((rule) => standing(rule, password, refused) === 'broken');
  return `Not met: ${broken.map((rule) => rule.text).join('; ')}.`;
}

/** @param {import('./password-rules.js').Rule} rule @param {ReturnType<typeof standing>} state */
function row(rule, state) {
  if (rule.isSilent && state !== 'broken') return null;
  const said = STANDINGS[state] && make('span', { class: state === 'unknown' ? 'hint' : 'unseen' }, STANDINGS[state]);
  return make('li', { 'data-standing': state }, rule.text, said);
}
