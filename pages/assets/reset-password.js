// @ts-check
import { byId } from './dom.js';
import { Failure } from './failures.js';
import { takeToken } from './link.js';
import { isRefusedHere, showRefusals, typedPassword, watchPassword } from './password-field.js';
import { offerReset } from './reset-request.js';
import { callFunction, signOut } from './session.js';
import { action } from './work.js';

const GOOD = 'That did not work. The link is still good; please try again in a moment.';

/** @type {Record<string, [title: string, text: string]>} links that no longer work, by code */
const SPENT = {
  token_used: ['This link has been used', 'A password was chosen with it already. Was it not you, or do you not know it any more? Ask for a new link.'],
  token_expired: ['This link has expired', 'Links are valid for half an hour. Ask for a new one.'],
  token_exhausted: ['This link no longer works', 'It has been tried too often. Ask for a new one.'],
  token_superseded: ['There is a newer link', 'Use the link in the newest mail, or ask for a new one.'],
  token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again, or ask for a new one.'],
};

const token = takeToken();
offerReset();
if (token) {
  byId('text').textContent = 'It replaces the old one at once, and you are signed out on every device.';
  byId('form').hidden = false;
  watchPassword();
  action(byId('form'), byId('note'), save, { silent: GOOD, '': GOOD });
} else {
  finish('Choose a new password', 'Open this page with the link in the mail we sent you. No mail, or no link any more? Ask for a new one.');
  byId('request-section').hidden = false;
}

async function save() {
  if (isRefusedHere()) return;
  const { status, body } = await callFunction('auth-password-reset-complete', { token, password: typedPassword() });
  if (status === 200) return saved();
  const spent = SPENT[body.code];
  if (spent) {
    finish(...spent);
    byId('request-section').hidden = false;
    return byId('title').focus();
  }
  if (status === 422 && body.errors?.length) return showRefusals(body.errors);
  throw new Failure(body.code ?? '');
}

async function saved() {
  // Auth has ended every session; this browser forgets its own.
  await signOut();
  finish('Your password is changed', 'You are signed out on every device. Sign in with the new password.');
  byId('sign-in').hidden = false;
  // The button that had the focus is gone; a screen reader goes on at the outcome.
  byId('title').focus();
}

/** @param {string} title @param {string} text */
function finish(title, text) {
  byId('form').hidden = true;
  byId('title').textContent = title;
  byId('text').textContent = text;
}
