// @ts-check
// The signed-in person, and the parts of the page that depend on there being one.
import { byId, make } from './dom.js';
import { Failure, answerOf, patientFetch, wordsFor } from './failures.js';

/** @type {any} */
const library = /** @type {any} */ (globalThis).supabase;

const config = await untilAnswered(async () => {
  const answer = await patientFetch('/stack/config.json');
  if (!answer.ok) throw new Failure('silent');
  return answer.json();
});

/**
 * Same origin, so that the page works under every name the machine has. No link of ours carries a
 * session; one that does would sign whoever follows it in to the account of whoever made it.
 */
export const client = library.createClient(location.origin, config.publishableKey, {
  auth: { detectSessionInUrl: false },
  global: { fetch: patientFetch },
});
export const inboxUrl = config.inboxUrl;

const { session: kept } = await untilAnswered(() => answerOf(client.auth.getSession()));
/** Whether this browser held a session that has been ended elsewhere. */
export const wasEnded = Boolean(kept) && await isGone();
/** Whether the person has a second factor that this session has not shown: until then it is nobody's. */
export const awaitsCode = Boolean(kept) && !wasEnded && await lacksSecondFactor();
/** The session of this browser, or null. */
export const session = wasEnded || awaitsCode ? null : kept;
/** The person who is signed in, or null. */
export const person = session?.user ?? null;

/** Only Auth knows: a token looks good until it expires. Where nothing answers, the session is kept. */
async function isGone() {
  const { error } = await client.auth.getUser();
  if (!library.isAuthSessionMissingError(error)) return false;
  await signOut();
  return true;
}

/** Said by what Auth told at sign-in: whoever adds a factor ends every session that has not shown it. */
export async function lacksSecondFactor() {
  const { currentLevel, nextLevel } = await answerOf(client.auth.mfa.getAuthenticatorAssuranceLevel());
  return nextLevel === 'aal2' && currentLevel !== 'aal2';
}

/**
 * Without this no part of the page can be: it stays as it is until somebody has tried again, and keeps the token of its link.
 * @template T @param {() => Promise<T>} ask @returns {Promise<T>}
 */
async function untilAnswered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const again = make('button', { type: 'button' }, 'Try again');
      const note = make('p', { role: 'alert' }, wordsFor(error));
      const card = make('section', { class: 'card unanswered' }, make('h1', {}, 'This page could not be loaded'), note, again);
      byId('main').before(card);
      document.documentElement.ariaBusy = null;
      await new Promise((resolve) => again.addEventListener('click', resolve, { once: true }));
      document.documentElement.ariaBusy = 'true';
      card.remove();
    }
  }
}

/** Shows the parts of the page that are for somebody who is signed in, or for nobody. @param {boolean} isSignedIn */
export function showParts(isSignedIn) {
  document.documentElement.dataset.session = isSignedIn ? 'in' : 'out';
}

showParts(Boolean(person));
document.documentElement.ariaBusy = null;
document.querySelector(`nav a[href="${location.pathname}"]`)?.setAttribute('aria-current', 'page');
document.querySelector('#inbox-link')?.setAttribute('href', inboxUrl);
document.querySelector('#sign-out')?.addEventListener('click', async () => {
  await signOut();
  location.assign('/');
});

/** This browser forgets its session, also where Auth cannot be told. */
export async function signOut() {
  await client.auth.signOut({ scope: 'local' });
  for (const key of Object.keys(localStorage)) if (key.startsWith('sb-')) localStorage.removeItem(key);
}

/** What says who asks. @returns {Promise<Record<string, string>>} */
export async function keys() {
  const { data } = await client.auth.getSession();
  const token = data.session?.access_token;
  return { apikey: config.publishableKey, ...(token && { authorization: `Bearer ${token}` }) };
}

/** @typedef {{ status: number, body: any, retryAfter: number | null }} Answer `retryAfter` in seconds */

/** Calls an edge function without a session. @param {string} path @param {unknown} body */
export const callFunction = (path, body) => post(path, body, { apikey: config.publishableKey });

/** Calls an edge function as the person who is signed in. @param {string} path @param {unknown} body */
export const callAsPerson = async (path, body) => post(path, body, await keys());

/** Posts a form to an edge function without a session, as a mail program does. @param {string} path @param {Record<string, string>} fields */
export const postForm = (path, fields) => send(path, { method: 'POST', body: new URLSearchParams(fields) });

/** Asks an edge function as the person who is signed in. @param {string} path with its query */
export const askAsPerson = async (path) => send(path, { headers: await keys() });

/** @param {string} path @param {unknown} body @param {Record<string, string>} headers */
const post = (path, body, headers) =>
  send(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

/** @param {string} path @param {RequestInit} request @returns {Promise<Answer>} */
async function send(path, request) {
  const response = await patientFetch(`/functions/v1/${path}`, request);
  const retryAfter = Number(response.headers.get('retry-after')) || null;
  return { status: response.status, body: await response.json().catch(() => ({})), retryAfter };
}
