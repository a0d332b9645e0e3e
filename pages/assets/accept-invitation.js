// @ts-check
// Accepting an invitation: as somebody new with a password, or with the account that one has.
import { byId, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { FAILURES } from './invitation-words.js';
import { takeToken } from './link.js';
import { isRefusedHere, showRefusals, typedPassword, watchPassword } from './password-field.js';
import { normalise } from './password-rules.js';
import { callAsPerson, callFunction, client, person, showParts, signOut } from './session.js';
import { askTermsAnew, showTerms } from './terms.js';
import { action } from './work.js';

/** @typedef {{ company: { name: string }, email: string, full_name?: string | null, requires: 'sign_in' | 'password', terms: import('./terms.js').Terms }} Preview */

const FORMS = ['sign-in-form', 'accept', 'again', 'other-account', 'own-account'];
const GOOD = 'That did not work. The link is still good; please try again in a moment.';
const REFUSALS = { silent: GOOD, '': GOOD };
const WRONG = 'Address or password is wrong, or it was tried too often.';

const token = takeToken();
/** @type {Preview} */
let preview;
/** Who is signed in: it changes on this page, which a reload would leave without its token. @type {string | null} */
let account = person?.email ?? null;
/** Whether they want to join with the account that they have, though it has another address. */
let withOwnAccount = false;

watchPassword();
action(byId('sign-in-form'), byId('note'), signIn, { ...REFUSALS, invalid_credentials: WRONG, email_not_confirmed: WRONG });
action(byId('accept'), byId('note'), accept, REFUSALS);
action(byId('again'), byId('note'), look);
action(byId('other-account'), byId('note'), useAnotherAccount);
action(byId('own-account'), byId('note'), useOwnAccount);
if (token) await look();
else say('Accept an invitation', 'Open this page with the link in the mail that invited you.');

async function look() {
  const { status, body } = await callFunction('company-invitation-accept/preview', { token });
  if (status !== 200) return fail(body.code);
  preview = body;
  say(`${preview.company.name} invites you`, '');
  byId('full-name').value = preview.full_name ?? '';
  showTerms(preview.terms);
  offer();
}

/** Shows what is asked for next. */
function offer() {
  const isNew = makesAnAccount();
  const form = isNew || account ? 'accept' : 'sign-in-form';
  showOnly(form);
  byId('name-field').hidden = byId('password-field').hidden = !isNew;
  // A field that is not shown cannot be filled in.
  byId('password').required = isNew;
  byId('other-account').hidden = isNew || !account;
  byId('own-account').hidden = !isNew;
  byId('text').textContent = `The invitation is for ${preview.email}. ${nextStep(isNew)} Your employer learns neither whether nor what you book.`;
}

/** The invited address has no account, and whoever accepts wants none of theirs to be used. */
function makesAnAccount() {
  return preview.requires === 'password' && !withOwnAccount;
}

/** @param {boolean} isNew */
function nextStep(isNew) {
  if (isNew) return 'Choose a password for your account.';
  if (withOwnAccount) return account ? `You join with your account ${account}, of whose address the company learns nothing.` : 'Sign in with the account that you want to use.';
  return account ? `You are signed in as ${account}.` : 'This address has an account: sign in with it first.';
}

async function signIn() {
  const email = byId('email').value.trim();
  const { user } = await answerOf(client.auth.signInWithPassword({ email, password: normalise(byId('own-password').value) }));
  setAccount(user.email);
}

async function useOwnAccount() {
  withOwnAccount = true;
  offer();
  byId('title').focus();
}

async function useAnotherAccount() {
  withOwnAccount = false;
  await signOut();
  setAccount(null);
}

/** @param {string | null} email */
function setAccount(email) {
  account = email;
  showParts(Boolean(email));
  tell(byId('note'), '');
  offer();
  byId('title').focus();
}

async function accept() {
  const isNew = makesAnAccount();
  if (isNew && isRefusedHere()) return;
  const privateEmail = byId('private-email').value.trim();
  const name = byId('full-name').value.trim();
  const about = isNew ? { password: typedPassword(), ...(name && { full_name: name }) } : {};
  const request = { token, terms: preview.terms, ...about, ...(withOwnAccount && { own_account: true }), ...(privateEmail && { private_email: privateEmail }) };
  const { status, body } = await (isNew ? callFunction : callAsPerson)('company-invitation-accept', request);
  if (status === 200) return accepted(isNew, privateEmail);
  if (status === 400 && body.errors?.[0]?.pointer === '/full_name') return tell(byId('note'), body.detail, true);
  if (status === 400 && body.errors?.[0]?.pointer === '/private_email') return tell(byId('note'), 'Your own address is not one that we can send to.', true);
  if (status === 422 && body.errors?.length) return showRefusals(body.errors);
  if (FAILURES[body.code]) return fail(body.code);
  await askAgain(body.code);
}

/** What leaves the invitation as it was. @param {string | undefined} code */
async function askAgain(code) {
  if (code === 'wrong_account') {
    return tell(byId('note'), `You are signed in as ${account}, and the invitation is for ${preview.email}. Use the account with that address.`, true);
  }
  if (code === 'conflict' && !makesAnAccount()) return tell(byId('note'), 'You belong to this company already, by another address.', true);
  if (code === 'version_not_in_force') {
    askTermsAnew();
    await look();
    return tell(byId('note'), 'There is a new version meanwhile. Please look at it, and accept again.', true);
  }
  if (code === 'unauthenticated') {
    // The address has an account by now, or the session has ended.
    await look();
    if (preview.requires === 'sign_in') await useAnotherAccount();
    return tell(byId('note'), 'Please sign in with the account of this address.', true);
  }
  throw new Failure(code ?? '');
}

/** @param {boolean} isNew @param {string} privateEmail */
async function accepted(isNew, privateEmail) {
  // Whoever is signed in here is somebody else.
  if (isNew && account) await useAnotherAccount();
  const next = isNew ? 'Sign in with your address and the new password.' : 'You can book sessions now.';
  say(`You are a member of ${preview.company.name}`, privateEmail ? `${next} A link is on its way to ${privateEmail}: open it, and your account moves there.` : next);
  byId(isNew ? 'sign-in' : 'home').hidden = false;
  byId('title').focus();
}

/** @param {string | undefined} code */
function fail(code) {
  const failure = FAILURES[code ?? ''];
  say(...(failure ?? ['That did not work', GOOD]));
  byId('again').hidden = Boolean(failure);
  byId('sign-in').hidden = code !== 'token_used' || Boolean(account);
  byId('home').hidden = code !== 'token_used' || !account;
  byId('title').focus();
}

/** Says how it stands, with nothing left to do. @param {string} title @param {string} text */
function say(title, text) {
  showOnly(null);
  tell(byId('note'), '');
  byId('title').textContent = title;
  byId('text').textContent = text;
}

/** @param {string | null} form */
function showOnly(form) {
  for (const id of FORMS) byId(id).hidden = id !== form;
}
