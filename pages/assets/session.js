// @ts-check
// The signed-in person, and the parts of the page that depend on there being one.

/** @type {any} */
const library = /** @type {any} */ (globalThis).supabase;

const config = await (await fetch('/stack/config.json')).json();

/**
 * Same origin, so that the page works under every name the machine has. No link of ours carries a
 * session; one that does would sign whoever follows it in to the account of whoever made it.
 */
export const client = library.createClient(location.origin, config.publishableKey, { auth: { detectSessionInUrl: false } });
export const inboxUrl = config.inboxUrl;

const { data: kept } = await client.auth.getSession();
/** Whether this browser held a session that has been ended elsewhere. */
export const wasEnded = Boolean(kept.session) && await isGone();
/** The session of this browser, or null. */
export const session = wasEnded ? null : kept.session;
/** The person who is signed in, or null. */
export const person = session?.user ?? null;

/** Only Auth knows: a token looks good until it expires. Where nothing answers, the session is kept. */
async function isGone() {
  const { error } = await client.auth.getUser();
  if (!library.isAuthSessionMissingError(error)) return false;
  await client.auth.signOut({ scope: 'local' });
  return true;
}

/** Shows the parts of the page that are for somebody who is signed in, or for nobody. @param {boolean} isSignedIn */
export function showParts(isSignedIn) {
  for (const element of document.querySelectorAll('[data-when]')) {
    if (element instanceof HTMLElement) element.hidden = (element.dataset.when === 'signed-in') !== isSignedIn;
  }
}

showParts(Boolean(person));
document.querySelector(`nav a[href="${location.pathname}"]`)?.setAttribute('aria-current', 'page');
document.querySelector('#inbox-link')?.setAttribute('href', inboxUrl);
document.querySelector('#sign-out')?.addEventListener('click', async () => {
  await client.auth.signOut({ scope: 'local' });
  location.assign('/');
});

/** What says who asks. @returns {Promise<Record<string, string>>} */
export async function keys() {
  const { data } = await client.auth.getSession();
  const token = data.session?.access_token;
  return { apikey: config.publishableKey, ...(token && { authorization: `Bearer ${token}` }) };
}

/**
 * @typedef {{ status: number, body: any, retryAfter: number | null }} Answer
 * `status` 0 where nothing answered; `retryAfter` in seconds.
 */

/** Calls an edge function without a session. @param {string} path @param {unknown} body */
export const callFunction = (path, body) => post(path, body, { apikey: config.publishableKey });

/** Calls an edge function as the person who is signed in. @param {string} path @param {unknown} body */
export const callAsPerson = async (path, body) => post(path, body, await keys());

/** Asks an edge function as the person who is signed in. @param {string} path with its query */
export const askAsPerson = async (path) => send(path, { headers: await keys() });

/** @param {string} path @param {unknown} body @param {Record<string, string>} headers */
const post = (path, body, headers) =>
  send(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

/** @param {string} path @param {RequestInit} request @returns {Promise<Answer>} */
async function send(path, request) {
  try {
    const response = await fetch(`/functions/v1/${path}`, request);
    const retryAfter = Number(response.headers.get('retry-after')) || null;
    return { status: response.status, body: await response.json().catch(() => ({})), retryAfter };
  } catch {
    return { status: 0, body: {}, retryAfter: null };
  }
}
