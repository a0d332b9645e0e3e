// @ts-check
// The gateway before a real service: what the hosted gateway refuses, answers itself, and makes of keys.
import http from 'node:http';
import { answerPreflight, forwardedHeaders } from '../forwarded.mjs';
import { createForwarder } from '../functions/forward.mjs';
import { keyRefusal } from '../keys.mjs';
import { sendJson } from '../web.mjs';
import { portOf } from './services.mjs';

/**
 * @typedef {import('../web.mjs').Incoming} Incoming
 * @typedef {import('../web.mjs').Outgoing} Outgoing
 * @typedef {ReturnType<typeof createHandler>} RealHandler
 */

/** @param {import('./services.mjs').RealService} service @param {import('../keys.mjs').Keyring} keyring */
export function createHandler({ title, url, prefix, keyless }, keyring) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const forward = createForwarder(agent, { failed: () => ({ status: 502, body: { message: `${title} did not answer at ${url.origin}; see its log.` } }) });
  const host = url.hostname.replace(/^\[|\]$/g, '');

  /** @param {string} pathname */
  const serves = (pathname) => pathname === prefix || pathname.startsWith(`${prefix}/`);

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  function handle(incoming, outgoing) {
    if (incoming.headers['access-control-request-method']) return answerPreflight(incoming, outgoing);
    outgoing.setHeader('access-control-allow-origin', '*');
    const asked = new URL(incoming.url ?? '/', 'http://gateway');
    takeKey(asked, incoming);
    const own = asked.pathname.slice(prefix.length) || '/';
    const refused = keyRefusal(keyring, incoming.headers, { needsKey: !keyless?.test(own) });
    if (refused) return sendJson(outgoing, 401, refused);
    forward(incoming, outgoing, {
      host, port: portOf(url), path: own + asked.search,
      headers: { ...forwardedHeaders(incoming, keyring), 'x-forwarded-prefix': prefix },
    });
  }

  return { serves, handle, close: () => agent.destroy() };
}

/**
 * A key may be in the address instead. A service would write it to its log, and PostgREST take it for a column.
 * @param {URL} asked @param {Incoming} incoming
 */
function takeKey({ searchParams }, { headers }) {
  const key = searchParams.get('apikey');
  if (key === null) return;
  headers.apikey ??= key;
  searchParams.delete('apikey');
}
