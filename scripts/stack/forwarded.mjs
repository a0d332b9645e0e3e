// @ts-check
// What the hosted gateway makes of a request before a service or a function sees it.
import { withoutHopByHop } from './functions/forward.mjs';

const KEY_AS_BEARER = /^Bearer\s+sb_/i;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-max-age': '3600',
};
const ALLOWED_HEADERS = 'authorization, x-client-info, apikey, content-type, x-supabase-api-version, prefer, range';

/**
 * A key alone counts as its role's JWT; one in Authorization, where client libraries also put it, for nothing. Whatever
 * else is in Authorization stays: a person's JWT, or the signature of an S3 client.
 * @param {import('./web.mjs').Incoming} incoming @param {import('./keys.mjs').Keyring} keyring
 */
export function forwardedHeaders(incoming, keyring) {
  const headers = withoutHopByHop(incoming.headers);
  const key = keyring.resolve(String(incoming.headers.apikey ?? ''));
  if (KEY_AS_BEARER.test(incoming.headers.authorization ?? '')) delete headers.authorization;
  if (key) headers.authorization ??= `Bearer ${keyring.roleTokens[key.role]}`;
  const client = incoming.socket.remoteAddress ?? '';
  headers['x-forwarded-for'] = [incoming.headers['x-forwarded-for'], client].filter(Boolean).join(', ');
  headers['x-forwarded-host'] = incoming.headers.host ?? '';
  headers['x-forwarded-proto'] = 'http';
  return headers;
}

/** @param {import('./web.mjs').Incoming} incoming @param {import('./web.mjs').Outgoing} outgoing */
export function answerPreflight(incoming, outgoing) {
  const asked = incoming.headers['access-control-request-headers'];
  outgoing.writeHead(204, { ...CORS, 'access-control-allow-headers': asked ?? ALLOWED_HEADERS });
  outgoing.end();
}
