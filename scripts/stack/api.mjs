// @ts-check
// Data API, Auth and Storage as one server: which of them a request is for, and who may ask.
import { isAdminPath } from './auth-admin/routes.mjs';
import { clientOf } from './auth/client.mjs';
import { answerPreflight } from './forwarded.mjs';
import { keyRefusal } from './keys.mjs';
import { CATALOGUE_PATH, REPORT_PATH } from './services-socket.mjs';
import { sendJson, sendResponse, toRequest } from './web.mjs';

/**
 * @typedef {import('./web.mjs').Incoming} Incoming
 * @typedef {import('./web.mjs').Outgoing} Outgoing
 * @typedef {{
 *   origin: string,
 *   keyring: import('./keys.mjs').Keyring,
 *   services: import('./services.mjs').Services,
 *   auth?: ReturnType<typeof import('./auth/routes.mjs').createAuth>,
 *   authAdmin?: ReturnType<typeof import('./auth-admin/routes.mjs').createAuthAdmin>,
 *   report: () => Promise<unknown>,
 *   catalogue: () => Promise<unknown>,
 * }} Parts what of Data API, Auth and Storage is missing is a real one, and never asked for here
 */

/** @param {Parts} parts */
export function createApi(parts) {
  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function route(incoming, outgoing) {
    const { pathname } = new URL(incoming.url ?? '/', parts.origin);
    if (pathname === REPORT_PATH) return sendJson(outgoing, 200, await parts.report());
    if (pathname === CATALOGUE_PATH) return sendJson(outgoing, 200, await parts.catalogue());
    // Before the service, as the gateway does: lite's Data API looks for a function that takes nothing.
    if (incoming.method === 'OPTIONS') return answerPreflight(incoming, outgoing);
    if (isAdminPath(pathname)) return admin(incoming, outgoing);
    if (pathname.startsWith('/auth/v1/')) return auth(incoming, outgoing);
    if (pathname.startsWith('/storage/v1/')) return storage(incoming, outgoing);
    return pass(parts.services.rest, incoming, outgoing);
  }

  /** @param {import('./services.mjs').Service | undefined} service @param {Incoming} incoming @param {Outgoing} outgoing */
  async function pass(service, incoming, outgoing) {
    await sendResponse(await present(service).fetch(requestOf(incoming, outgoing)), outgoing);
  }

  /** Lite's Storage takes a key that it does not know for none. @param {Incoming} incoming @param {Outgoing} outgoing */
  function storage(incoming, outgoing) {
    const refused = keyRefusal(parts.keyring, incoming.headers, { needsKey: false });
    if (refused) return sendJson(outgoing, 401, refused);
    return pass(parts.services.storage, incoming, outgoing);
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function auth(incoming, outgoing) {
    const response = await present(parts.auth).answer(requestOf(incoming, outgoing), clientOf(incoming));
    outgoing.setHeader('access-control-allow-origin', '*');
    await sendResponse(response, outgoing);
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function admin(incoming, outgoing) {
    outgoing.setHeader('access-control-allow-origin', '*');
    const refused = keyRefusal(parts.keyring, incoming.headers, { needsKey: true });
    if (refused) return sendJson(outgoing, 401, refused);
    const key = /** @type {import('./keys.mjs').Key} */ (parts.keyring.resolve(String(incoming.headers.apikey)));
    return present(parts.authAdmin).handle(incoming, outgoing, key);
  }

  /** Its signal tells when the caller is gone. @param {Incoming} incoming @param {Outgoing} outgoing */
  function requestOf(incoming, outgoing) {
    const gone = new AbortController();
    outgoing.once('close', () => void (outgoing.writableFinished || gone.abort()));
    return toRequest(incoming, parts.origin, gone.signal);
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  return function answer(incoming, outgoing) {
    Promise.resolve(route(incoming, outgoing)).catch((error) => {
      // A caller that hung up is nobody's failure.
      if (outgoing.destroyed) return;
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else sendJson(outgoing, 500, { message: 'The service failed; see its log.' });
    });
  };
}

/** @template T @param {T | undefined} part @returns {T} */
function present(part) {
  if (!part) throw new Error('a service is neither here nor among the real ones');
  return part;
}
