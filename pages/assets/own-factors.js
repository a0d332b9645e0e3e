// @ts-check
// The authenticator apps by which somebody signs in: adding one, and taking one away.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { ask } from './question.js';
import { showCode } from './second-factor.js';
import { client, lacksSecondFactor } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

const WORDS = {
  too_many_enrolled_mfa_factors: 'You have as many apps as there can be. Remove one first.',
  insufficient_aal: 'Sign in again with a code first.',
};

/** @type {string | null} one that was begun, and has not shown a code yet */
let begun = null;

export async function showFactors() {
  action(byId('add-factor'), byId('factor-note'), begin, WORDS);
  action(byId('factor-form'), byId('factor-note'), finish, WORDS);
  action(byId('no-factor'), byId('factor-note'), giveUp);
  await load(byId('factors'), fill);
}

async function fill() {
  const { totp } = await answerOf(client.auth.mfa.listFactors());
  byId('factors').replaceChildren(...totp.map(row));
  byId('without-factor').hidden = totp.length > 0;
  byId('with-factor').hidden = totp.length === 0;
  byId('add-factor').textContent = totp.length > 0 ? 'Add another app' : 'Add an authenticator app';
}

/** @param {{ id: string, friendly_name?: string, created_at: string }} factor */
function row({ id, friendly_name: name, created_at: since }) {
  const detail = `added ${shortTime(since)}`;
  const what = make('span', { class: 'what' }, make('strong', {}, name || 'Authenticator app'), make('span', { class: 'quiet' }, detail));
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Remove ${name || 'the authenticator app'}, ${detail}` }, 'Remove');
  action(button, byId('factor-note'), () => remove(id), WORDS);
  return make('li', {}, what, button);
}

async function begin() {
  const { all } = await answerOf(client.auth.mfa.listFactors());
  const names = all.map((/** @type {any} */ one) => one.friendly_name ?? '');
  const name = ['Authenticator app', ...Array.from({ length: 20 }, (_, n) => `Authenticator app ${n + 2}`)].find((one) => !names.includes(one));
  const { id, totp } = await answerOf(client.auth.mfa.enroll({ factorType: 'totp', friendlyName: name, issuer: document.title.split(' · ').at(-1) }));
  begun = id;
  // Auth's answer is text in part, which an address may not be.
  byId('factor-image').src = `data:image/svg+xml;utf-8,${encodeURIComponent(totp.qr_code.replace(/^[^,]*,/, ''))}`;
  byId('factor-secret').textContent = totp.secret.replace(/(.{4})(?=.)/g, '$1 ');
  byId('factor-link').href = totp.uri;
  open(true);
  byId('factor-code').focus();
}

async function finish() {
  if (!begun) throw new Failure('');
  await showCode([{ id: begun }], byId('factor-code').value);
  begun = null;
  open(false);
  await fill();
  tell(byId('factor-note'), 'Added. Sessions elsewhere are ended, and each sign-in asks for a code from now on.');
  byId('factor-title').focus({ preventScroll: true });
}

async function giveUp() {
  const id = begun;
  begun = null;
  open(false);
  if (id) await answerOf(client.auth.mfa.unenroll({ factorId: id }));
}

/** @param {boolean} isOpen */
function open(isOpen) {
  byId('new-factor').hidden = !isOpen;
  byId('add-factor').hidden = isOpen;
  byId('factor-form').reset();
  if (isOpen) return;
  byId('factor-image').removeAttribute('src');
  byId('factor-link').removeAttribute('href');
  byId('factor-secret').textContent = '';
}

/** @param {string} id */
async function remove(id) {
  const isSure = await ask({ title: 'Remove this app?', text: 'Without another one, your password alone signs you in, and also whoever knows it.', yes: 'Remove it' });
  if (!isSure) return;
  await answerOf(client.auth.mfa.unenroll({ factorId: id }));
  // So that this browser's session knows that nothing is asked for any more.
  await answerOf(client.auth.refreshSession());
  // It was the one by which this session was shown, and there is another.
  if (await lacksSecondFactor()) return location.assign('/sign-in');
  await fill();
  tell(byId('factor-note'), 'Removed.');
  byId('factor-title').focus({ preventScroll: true });
}
