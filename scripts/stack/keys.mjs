// @ts-check
// How the hosted gateway treats keys: the key in `apikey` names a role, a person's JWT in
// `Authorization` overrides it, and an sb_* key in `Authorization` counts for nothing.
import { readToken, signToken } from './tokens.mjs';

/**
 * @typedef {import('./secrets.mjs').Secrets} Secrets
 * @typedef {{ type: 'publishable' | 'secret', role: 'anon' | 'service_role' }} Key
 * @typedef {ReturnType<typeof createKeyring>} Keyring
 */

const BROWSER = /^\s*Mozilla\s*\/\s*5\s*\.\s*0/i;
const TEN_YEARS = 315_360_000;

/** @param {Secrets} secrets */
export function createKeyring(secrets) {
  const issued = Math.floor(Date.now() / 1000);
  const legacy = (/** @type {Key['role']} */ role) =>
    signToken({ iss: 'supabase', role, iat: issued, exp: issued + TEN_YEARS }, secrets.jwtSecret);
  const roleTokens = { anon: legacy('anon'), service_role: legacy('service_role') };

  /** @param {string} key @returns {Key | null} */
  function resolve(key) {
    if (key === secrets.publishableKey) return { type: 'publishable', role: 'anon' };
    if (key === secrets.secretKey) return { type: 'secret', role: 'service_role' };
    const role = key.startsWith('sb_') ? null : readToken(key, secrets.jwtSecret)?.role;
    if (role === 'service_role') return { type: 'secret', role };
    return role === 'anon' ? { type: 'publishable', role } : null;
  }

  return { roleTokens, resolve };
}

/** The JWT a caller brought, without the keys that client libraries also put there. @param {import('node:http').IncomingHttpHeaders} headers */
export function bearerOf(headers) {
  const token = headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
  return token && !token.startsWith('sb_') ? token : null;
}

/** @param {Key | null} key @param {string | undefined} userAgent */
export function isSecretInBrowser(key, userAgent) {
  return key?.type === 'secret' && BROWSER.test(userAgent ?? '');
}

/**
 * What the gateway answers with 401 to whoever may not ask, or null.
 * @param {Keyring} keyring @param {import('node:http').IncomingHttpHeaders} headers @param {{ needsKey: boolean }} rule
 */
export function keyRefusal(keyring, headers, { needsKey }) {
  const sent = String(headers.apikey ?? '');
  if (!sent) return needsKey ? { message: 'No API key found in request' } : null;
  const key = keyring.resolve(sent);
  if (!key) return { message: 'Invalid API key' };
  return isSecretInBrowser(key, headers['user-agent']) ? { message: 'Forbidden use of secret API key in browser' } : null;
}
