// @ts-check
import { byId, tell } from './dom.js';
import { Failure } from './failures.js';
import { introduction } from './introduction.js';
import { offerLink } from './link-request.js';
import { takeToken } from './link.js';
import { callFunction } from './session.js';
import { action } from './work.js';

/** @type {Record<string, [title: string, text: string]>} by the outcome's code */
const OUTCOMES = {
  verified: ['Your address is confirmed', 'You can sign in now.'],
  already_verified: ['This link has been used', 'Your address is confirmed already. You can sign in.'],
  token_expired: ['This link has expired', 'Links are valid for a day. Ask for another one below.'],
  token_exhausted: ['This link no longer works', 'It has been tried too often. Ask for another one below.'],
  token_superseded: ['There is a newer link', 'Use the link in the newest mail, or ask for another one below.'],
  token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again, or ask for another one below.'],
};

const GOOD = 'That did not work. The link is still good; please try again in a moment.';
const REFUSALS = { silent: GOOD, '': GOOD };

const token = takeToken();
action(byId('confirm-form'), byId('confirm-note'), confirm, REFUSALS);
offerLink(
  'auth-email-verify/resend',
  'If this address waits to be confirmed, a new link is on its way to it. Older links no longer work.',
);

if (token) {
  show('Confirm your address', 'One click, and you can sign in.');
  byId('confirm-form').hidden = false;
} else {
  show('Confirm your address', 'Open this page with the link in the mail we sent you. No mail, or no link any more? Ask for another one.');
  byId('request-section').hidden = false;
}

async function confirm() {
  const { status, body } = await callFunction('auth-email-verify', { token, ...introduction(byId('name').value.trim()) });
  if (body.code === 'invalid_request') return tell(byId('confirm-note'), body.detail, true);
  const outcome = OUTCOMES[status === 200 ? body.status : body.code];
  if (!outcome) throw new Failure(body.code ?? '');
  byId('confirm-form').hidden = true;
  byId('sign-in').hidden = status !== 200;
  byId('request-section').hidden = status === 200;
  show(...outcome);
  // The button that had the focus is gone; a screen reader goes on at the outcome.
  byId('title').focus();
}

/** @param {string} title @param {string} text */
function show(title, text) {
  byId('title').textContent = title;
  byId('text').textContent = text;
}
