// @ts-check
// The link by which a kind of mail is refused, and the one button that refuses it: to open the link does nothing.
import { byId } from './dom.js';
import { Failure } from './failures.js';
import { takeToken } from './link.js';
import { postForm } from './session.js';
import { action } from './work.js';

/** By category: what it is called, and what goes on coming. */
const KINDS = {
  reminder: ['reminders of sessions', 'You are still told when a session is moved or cancelled.'],
  agenda: ['the sessions of the day', 'You find them on your page of sessions, and are still told when one is moved or cancelled.'],
  account: ['mail about accounts and invitations', 'What you ask for, such as a new password, still comes.'],
};
const ANY = ['such mail', 'What you ask for, such as a new password, still comes.'];
/** As the links have them: the first byte of a token. */
const CATEGORIES = /** @type {const} */ ([undefined, 'account', 'reminder', 'agenda']);
const GOOD = 'That did not work. The link is still good; please try again in a moment.';

const token = takeToken();
const [kind, rest] = wordsOf(token ?? '');
if (!token) show('Unsubscribe', 'Open this page with the link in the mail we sent you.');
else {
  show(`No more ${kind}?`, `We stop sending them to you. ${rest}`);
  byId('go').hidden = false;
  action(byId('go'), byId('note'), unsubscribe, { silent: GOOD, '': GOOD });
}

async function unsubscribe() {
  const { status, body } = await postForm(`email-unsubscribe?token=${token}`, { 'List-Unsubscribe': 'One-Click' });
  if (status !== 200 && body.code !== 'token_invalid') throw new Failure(body.code ?? '');
  byId('go').hidden = true;
  if (status === 200) show('You are unsubscribed', `You get no more ${kind}. ${rest}`, true);
  else show('This link is not valid', 'Perhaps it was cut off. Open it from the mail again.');
  // The button that had the focus is gone; a screen reader goes on at the outcome.
  byId('title').focus();
}

/** The function alone knows whether a token is good. @param {string} text */
function wordsOf(text) {
  const category = /^[\w-]{4}/.test(text) && CATEGORIES[atob(text.slice(0, 4).replace(/-/g, '+').replace(/_/g, '/')).charCodeAt(0)];
  return category ? KINDS[category] : ANY;
}

/** @param {string} title @param {string} text @param {boolean} [next] */
function show(title, text, next = false) {
  byId('title').textContent = title;
  byId('text').textContent = text;
  byId('next').hidden = !next;
}
