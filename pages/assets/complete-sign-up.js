// @ts-check
// Who reads the mail of an address makes its account: password, name, terms.
import { byId, tell } from './dom.js';
import { Failure } from './failures.js';
import { introduction } from './introduction.js';
import { takeToken } from './link.js';
import { isRefusedHere, showRefusals, typedPassword, watchPassword } from './password-field.js';
import { callFunction, person, signOut } from './session.js';
import { offerSignUp } from './sign-up-request.js';
import { askTermsAnew, showTerms } from './terms.js';
import { action } from './work.js';

const TITLE = 'Complete your sign-up';
const GOOD = 'That did not work. The link is still good; please try again in a moment.';

/** @type {Record<string, [title: string, text: string, next: 'request' | 'sign-in']>} links that no longer work, by code */
const SPENT = {
  token_used: ['This link has been used', 'Your account is ready. Sign in with the password you chose.', 'sign-in'],
  conflict: ['You have an account already', 'This address has one. Sign in, or choose a new password if you do not know yours.', 'sign-in'],
  token_expired: ['This link has expired', 'Links are valid for a day. Ask for a new one.', 'request'],
  token_exhausted: ['This link no longer works', 'It has been tried too often. Ask for a new one.', 'request'],
  token_superseded: ['There is a newer link', 'Use the link in the newest mail, or ask for a new one.', 'request'],
  token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again, or ask for a new one.', 'request'],
};

const token = takeToken();
/** @type {import('./terms.js').Terms} */
let terms;

watchPassword();
action(byId('complete'), byId('note'), complete, { silent: GOOD, '': GOOD });
action(byId('again'), byId('note'), look, { silent: GOOD, '': GOOD });
offerSignUp('A mail is on its way. Use its link: each makes the ones before it invalid.');
if (token) {
  await look();
} else {
  say(TITLE, 'Open this page with the link in the mail we sent you. No mail, or no link any more? Ask for a new one.');
  byId('request-section').hidden = false;
}

async function look() {
  const { status, body } = await callFunction('auth-sign-up/preview', { token });
  if (status !== 200) return fail(body.code);
  terms = body.terms;
  say(TITLE, `For ${body.email}.`);
  showTerms(terms);
  byId('complete').hidden = false;
}

async function complete() {
  if (isRefusedHere()) return;
  const request = { token, password: typedPassword(), terms, ...introduction(byId('name').value.trim()) };
  const { status, body } = await callFunction('auth-sign-up/complete', request);
  if (status === 200) return completed();
  if (status === 400 && body.errors?.[0]?.pointer === '/display_name') return tell(byId('note'), body.detail, true);
  if (status === 422 && body.errors?.length) return showRefusals(body.errors);
  if (body.code === 'version_not_in_force') {
    askTermsAnew();
    await look();
    return tell(byId('note'), 'There is a new version meanwhile. Please look at it, and accept again.', true);
  }
  if (SPENT[body.code]) return fail(body.code);
  throw new Failure(body.code ?? '');
}

async function completed() {
  // Whoever is signed in here is somebody else.
  if (person) await signOut();
  say('Your account is ready', 'Sign in with your address and the password you chose.');
  byId('sign-in').hidden = false;
  byId('title').focus();
}

/** @param {string | undefined} code */
function fail(code) {
  const [title, text, next] = SPENT[code ?? ''] ?? ['That did not work', GOOD];
  say(title, text);
  byId('again').hidden = Boolean(next);
  byId('request-section').hidden = next !== 'request';
  byId('sign-in').hidden = next !== 'sign-in';
  byId('title').focus();
}

/** Says how it stands, with nothing left to do. @param {string} title @param {string} text */
function say(title, text) {
  byId('complete').hidden = byId('again').hidden = true;
  tell(byId('note'), '');
  byId('title').textContent = title;
  byId('text').textContent = text;
}
