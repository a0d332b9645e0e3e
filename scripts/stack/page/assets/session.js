// @ts-check
// The signed-in person, and the parts of the page that depend on there being one.

/** @type {any} */
const library = /** @type {any} */ (globalThis).supabase;

const config = await (await fetch('/stack/config.json')).json();

/** Same origin, so that the page works under every name the machine has. */
export const client = library.createClient(location.origin, config.publishableKey);
export const inboxUrl = config.inboxUrl;

const { data } = await client.auth.getSession();
/** The person who is signed in, or null. */
export const person = data.session?.user ?? null;

for (const element of document.querySelectorAll('[data-when]')) {
  if (element instanceof HTMLElement) element.hidden = (element.dataset.when === 'signed-in') !== Boolean(person);
}
document.querySelector('#inbox-link')?.setAttribute('href', inboxUrl);
document.querySelector('#sign-out')?.addEventListener('click', async () => {
  await client.auth.signOut({ scope: 'local' });
  location.assign('/');
});

/**
 * Calls an edge function without a session.
 * @param {string} path @param {unknown} body
 * @returns {Promise<{ status: number, body: any }>} status 0 where nothing answered
 */
export async function callFunction(path, body) {
  try {
    const response = await fetch(`/functions/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', apikey: config.publishableKey },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    return { status: 0, body: {} };
  }
}
