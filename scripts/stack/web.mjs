// @ts-check
// Between Node's http objects and the Request and Response that @supabase/lite speaks.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * @typedef {import('node:http').IncomingMessage} Incoming
 * @typedef {import('node:http').ServerResponse} Outgoing
 */

/** @param {Incoming} incoming @param {string} origin @param {AbortSignal} [signal] */
export function toRequest(incoming, origin, signal) {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  return new Request(new URL(incoming.url ?? '/', origin), {
    method: incoming.method,
    headers,
    signal,
    body: hasBody ? /** @type {any} */ (Readable.toWeb(incoming)) : undefined,
    // Node requires it for a streamed body; TypeScript's DOM types do not know it yet.
    ...(hasBody ? /** @type {any} */ ({ duplex: 'half' }) : {}),
  });
}

/** @param {Response} response @param {Outgoing} outgoing */
export async function sendResponse(response, outgoing) {
  const headers = /** @type {Record<string, string | string[]>} */ (Object.fromEntries(response.headers));
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  outgoing.writeHead(response.status, headers);
  if (!response.body) return void outgoing.end();
  await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), outgoing);
}

/** @param {Outgoing} outgoing @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
export function sendJson(outgoing, status, body, headers = {}) {
  const text = JSON.stringify(body);
  outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers });
  outgoing.end(text);
}

/** @param {Incoming} incoming @param {number} limit in bytes @returns {Promise<Buffer>} */
export async function readBytes(incoming, limit) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > limit) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @param {Incoming} incoming @param {number} limit in bytes @returns {Promise<string>} */
export const readBody = async (incoming, limit) => (await readBytes(incoming, limit)).toString('utf8');
