// @ts-check
// The one address of the stack: routes a request to Data API, Auth, Storage, a function or a page.
import http from 'node:http';
import { isAdminPath } from './auth-admin/routes.mjs';
import { clientOf } from './auth/client.mjs';
import { answerPreflight } from './forwarded.mjs';
import { guard } from './gate.mjs';
import { keyRefusal } from './keys.mjs';
import { sendJson, sendResponse, toRequest } from './web.mjs';

/**
 * @typedef {import('./web.mjs').Incoming} Incoming
 * @typedef {import('./web.mjs').Outgoing} Outgoing
 * @typedef {(incoming: Incoming, outgoing: Outgoing) => unknown} Handler
 * @typedef {{
 *   origin: string,
 *   keyring: import('./keys.mjs').Keyring,
 *   services: import('./services.mjs').Services,
 *   auth?: ReturnType<typeof import('./auth/routes.mjs').createAuth>,
 *   authAdmin?: ReturnType<typeof import('./auth-admin/routes.mjs').createAuthAdmin>,
 *   real?: import('./real/handler.mjs').RealHandler[],
 *   functions: { handle: Handler },
 *   pages: { handle: Handler },
 * }} Parts what of Data API, Auth and Storage is missing is among the `real` ones
 */

/** What a frontend calls; everything else is the stack's own pages. */
const API = /^\/(?:auth|functions|rest|storage)\/v1(?:\/|$)/;

/** @param {Parts & { port: number, allowedOrigins: string[] }} parts */
export function createGateway(parts) {
  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function route(incoming, outgoing) {
    const { pathname } = new URL(incoming.url ?? '/', parts.origin);
    const real = parts.real?.find((one) => one.serves(pathname));
    if (real) return real.handle(incoming, outgoing);
    if (pathname.startsWith('/functions/v1/')) return parts.functions.handle(incoming, outgoing);
    if (isAdminPath(pathname)) return admin(incoming, outgoing);
    if (pathname.startsWith('/auth/v1/')) return auth(incoming, outgoing);
    if (pathname.startsWith('/rest/v1/') || pathname === '/rest/v1') return pass(parts.services.rest, incoming, outgoing);
    if (pathname.startsWith('/storage/v1/')) return storage(incoming, outgoing);
    return parts.pages.handle(incoming, outgoing);
  }

  /** @param {import('./services.mjs').Service | undefined} service @param {Incoming} incoming @param {Outgoing} outgoing */
  async function pass(service, incoming, outgoing) {
    await sendResponse(await present(service).fetch(toRequest(incoming, parts.origin)), outgoing);
  }

  /** Lite's Storage takes a key that it does not know for none. @param {Incoming} incoming @param {Outgoing} outgoing */
  function storage(incoming, outgoing) {
    const refused = keyRefusal(parts.keyring, incoming.headers, { needsKey: false });
    if (refused) return sendJson(outgoing, 401, refused);
    return pass(parts.services.storage, incoming, outgoing);
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function auth(incoming, outgoing) {
    if (incoming.method === 'OPTIONS') return answerPreflight(incoming, outgoing);
    const response = await present(parts.auth).answer(toRequest(incoming, parts.origin), clientOf(incoming));
    outgoing.setHeader('access-control-allow-origin', '*');
    await sendResponse(response, outgoing);
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function admin(incoming, outgoing) {
    if (incoming.method === 'OPTIONS') return answerPreflight(incoming, outgoing);
    outgoing.setHeader('access-control-allow-origin', '*');
    const refused = keyRefusal(parts.keyring, incoming.headers, { needsKey: true });
    if (refused) return sendJson(outgoing, 401, refused);
    const key = /** @type {import('./keys.mjs').Key} */ (parts.keyring.resolve(String(incoming.headers.apikey)));
    return present(parts.authAdmin).handle(incoming, outgoing, key);
  }

  const server = http.createServer((incoming, outgoing) => {
    Promise.resolve(route(incoming, outgoing)).catch((error) => {
      // A caller that hung up is nobody's failure.
      if (error?.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else sendJson(outgoing, 500, { message: 'The local gateway failed; see its log.' });
    });
  });
  // Longer than Deno keeps a connection: who closes one first must not be who is sent a request on it.
  server.keepAliveTimeout = 120_000;
  guard(server, { port: parts.port, isShared: (pathname) => API.test(pathname), origins: parts.allowedOrigins });
  return server;
}

/** @template T @param {T | undefined} part @returns {T} */
function present(part) {
  if (!part) throw new Error('a service is neither here nor among the real ones');
  return part;
}
