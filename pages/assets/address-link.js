// @ts-check
// A link about the address of an account, and the one button that uses it.
import { byId } from './dom.js';
import { Failure } from './failures.js';
import { takeToken } from './link.js';
import { callFunction, client, showParts, signOut } from './session.js';
import { action } from './work.js';

const GOOD = 'That did not work. The link is still good; please try again in a moment.';

/**
 * @typedef {[title: string, text: string, next?: boolean]} Outcome `next`: whether the way on is offered
 * @param {{ route: string, before: Outcome, outcomes: Record<string, Outcome> }} page `outcomes` by the status or code
 */
export function offerLink({ route, before, outcomes }) {
  const token = takeToken();
  if (!token) return show(before[0], 'Open this page with the link in the mail we sent you.');
  show(...before);
  byId('go').hidden = false;
  action(byId('go'), byId('note'), async () => {
    const { status, body } = await callFunction(`auth-email-change/${route}`, { token });
    const outcome = outcomes[status === 200 ? body.status : body.code];
    if (!outcome) throw new Failure(body.code ?? '');
    byId('go').hidden = true;
    // Every session has ended, also the one of this browser if it was the account's.
    if (status === 200) await forgetSession();
    show(...outcome);
    // The button that had the focus is gone; a screen reader goes on at the outcome.
    byId('title').focus();
  }, { silent: GOOD, '': GOOD });
}

async function forgetSession() {
  const { error } = await client.auth.getUser();
  if (!error) return;
  await signOut();
  showParts(false);
}

/** @param {string} title @param {string} text @param {boolean} [next] */
function show(title, text, next = false) {
  byId('title').textContent = title;
  byId('text').textContent = text;
  byId('next').hidden = !next;
}
