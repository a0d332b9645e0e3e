// @ts-check
// The one address of the stack: routes a request to Data API, Auth, Storage, a function or a page.
import http from 'node:http';
import { guard } from './gate.mjs';
import { sendJson } from './web.mjs';

/**
 * @typedef {import('./web.mjs').Incoming} Incoming
 * @typedef {import('./web.mjs').Outgoing} Outgoing
 * @typedef {(incoming: Incoming, outgoing: Outgoing) => unknown} Handler
 * @typedef {{
 *   origin: string,
 *   api: { handle: Handler },
 *   real?: import('./real/handler.mjs').RealHandler[],
 *   functions: { handle: Handler },
 *   pages: { handle: Handler },
 * }} Parts `api`: what of Data API, Auth and Storage is not among the `real` ones
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
    if (API.test(pathname)) return parts.api.handle(incoming, outgoing);
    return parts.pages.handle(incoming, outgoing);
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
