// @ts-check
// The link by which a kind of mail is refused, the button that refuses it, and the one that takes that back: to open the link
// does nothing, and the page does not know which it was before.
import { byId } from './dom.js';
import { Failure } from './failures.js';
import { takeToken } from './link.js';
import { callFunction, postForm } from './session.js';
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

const INVALID = ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again.'];

const token = takeToken();
const [kind, rest] = wordsOf(token ?? '');
if (!token) show('Unsubscribe', 'Open this page with the link in the mail we sent you.');
else {
  show(`No more ${kind}?`, `We stop sending them to you. ${rest} Where you have refused them before, you can also have them again.`);
  offer('go', 'again');
  action(byId('go'), byId('note'), unsubscribe, { silent: GOOD, '': GOOD });
  action(byId('again'), byId('note'), resubscribe, { silent: GOOD, '': GOOD });
}

async function unsubscribe() {
  const answer = await postForm(`email-unsubscribe?token=${token}`, { 'List-Unsubscribe': 'One-Click' });
  tellOutcome(answer, ['You are unsubscribed', `You get no more ${kind}. ${rest}`], 'again');
}

async function resubscribe() {
  const answer = await callFunction('email-unsubscribe/undo', { token });
  tellOutcome(answer, ['You are mailed again', `You get ${kind} again, unless you switched them off in your preferences.`], 'go');
}

/** @param {import('./session.js').Answer} answer @param {string[]} done @param {string} back the button that undoes it */
function tellOutcome({ status, body }, [title, text], back) {
  if (status !== 200 && body.code !== 'token_invalid') throw new Failure(body.code ?? '');
  const isDone = status === 200;
  offer(...(isDone ? [back, 'next'] : []));
  if (isDone) show(title, text);
  else show(INVALID[0], INVALID[1]);
  // The button that had the focus is gone; a screen reader goes on at the outcome.
  byId('title').focus();
}

/** @param {string[]} ids what can be pressed */
function offer(...ids) {
  for (const id of ['go', 'again', 'next']) byId(id).hidden = !ids.includes(id);
}

/** The function alone knows whether a token is good. @param {string} text */
function wordsOf(text) {
  const category = /^[\w-]{4}/.test(text) && CATEGORIES[atob(text.slice(0, 4).replace(/-/g, '+').replace(/_/g, '/')).charCodeAt(0)];
  return category ? KINDS[category] : ANY;
}

/** @param {string} title @param {string} text */
function show(title, text) {
  byId('title').textContent = title;
  byId('text').textContent = text;
}
