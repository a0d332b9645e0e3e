// @ts-check
// A client whose backend answers what a test says, and what it was asked.
import { createClient } from './built.mjs';

/** Node 20 has no WebSocket, and supabase-js asks for one even where nothing is subscribed to. */
const transport = /** @type {any} */ (class {});

/** @typedef {{ url: URL, method: string, body: any }} Asked */

/** @param {(asked: Asked, signal: AbortSignal | null | undefined) => Response | Promise<Response>} answer */
export function backend(answer) {
  /** @type {Asked[]} */
  const asked = [];
  const client = createClient('http://backend.test', 'sb_publishable_key', {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport },
    global: {
      fetch: async (url, { method = 'GET', body, signal } = {}) => {
        const one = { url: new URL(String(url)), method, body: typeof body === 'string' ? JSON.parse(body) : undefined };
        asked.push(one);
        return answer(one, signal);
      },
    },
  });
  return { ...client, asked };
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
export const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** Never answers, and gives up when it is told to. @param {Asked} _ @param {AbortSignal | null | undefined} signal @returns {Promise<Response>} */
export const silent = (_, signal) => new Promise((_resolve, reject) => {
  const giveUp = () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp);
});

/** A page of a gateway, which knows nothing of us. @param {number} status */
export const page = (status) => new Response('<html><h1>Bad gateway</h1></html>', { status, headers: { 'content-type': 'text/html' } });
