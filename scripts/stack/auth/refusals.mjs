// @ts-check
// What the database refused of a request to Auth, a trigger's exception for example. @supabase/lite has one answer for
// all of it; Auth tells some of it to callers of its older API version.
import { AsyncLocalStorage } from 'node:async_hooks';
import { unexpectedFailure } from '../auth-admin/errors.mjs';

/** @type {AsyncLocalStorage<{ error?: unknown }>} */
const current = new AsyncLocalStorage();

/** What Auth calls a failure of what it writes; of any other it says no more than that. */
const WORDS = new Map([
  ['POST /signup', 'Database error saving new user'],
  ['PUT /user', 'Error updating user'],
  ['POST /token', 'Database error granting user'],
]);

/** @param {{ driver: any }} connection lite's; each of its statements runs on a connection that it reserves */
export function noteRefusals(connection) {
  const { driver } = connection;
  const reserve = driver.reserve;
  driver.reserve = async () => {
    const reserved = await reserve();
    const unsafe = reserved.unsafe;
    reserved.unsafe = (/** @type {unknown[]} */ ...args) => {
      const [query, refusal] = [unsafe(...args), current.getStore()];
      if (refusal) query.catch((/** @type {unknown} */ error) => void (refusal.error = error));
      return query;
    };
    return reserved;
  };
}

/**
 * @param {Request} request @param {() => Promise<Response>} answer what lite does
 * @returns {Promise<Response>} rejects with what Auth says, where lite failed
 */
export async function tellRefusal(request, answer) {
  const refusal = /** @type {{ error?: unknown }} */ ({});
  const response = await current.run(refusal, answer);
  if (response.status !== 500) return response;
  const body = await response.clone().json().catch(() => ({}));
  if (body.error !== 'server_error') return response;
  const words = WORDS.get(`${request.method} ${new URL(request.url).pathname.slice('/auth/v1'.length)}`);
  throw unexpectedFailure(words, words && refusal.error);
}
