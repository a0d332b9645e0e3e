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

/**
 * Calls an edge function, without a session or with that of an access token.
 * @param {string} path @param {unknown} body @param {string | null} [accessToken]
 * @returns {Promise<{ status: number, body: any, retryAfter: number | null }>} status 0 where nothing answered; `retryAfter` in seconds
 */
export async function callFunction(path, body, accessToken = null) {
  try {
    const response = await fetch(`/functions/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        apikey: config.publishableKey,
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(body),
    });
    const retryAfter = Number(response.headers.get('retry-after')) || null;
    return { status: response.status, body: await response.json().catch(() => ({})), retryAfter };
  } catch {
    return { status: 0, body: {}, retryAfter: null };
  }
}

/** Calls an edge function as the person who is signed in. @param {string} path @param {unknown} body */
export async function callAsPerson(path, body) {
  const { data } = await client.auth.getSession();
  return callFunction(path, body, data.session?.access_token);
}
