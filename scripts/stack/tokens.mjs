// @ts-check
// HS256 JWTs, as Auth signs them and the gateway checks them.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** @typedef {{ role?: string, sub?: string, exp?: number, [claim: string]: unknown }} Claims */

const encode = (/** @type {unknown} */ part) => Buffer.from(JSON.stringify(part)).toString('base64url');
const mac = (/** @type {string} */ text, /** @type {string} */ secret) => createHmac('sha256', secret).update(text).digest();

/** @param {Claims} claims @param {string} secret */
export function signToken(claims, secret) {
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${mac(body, secret).toString('base64url')}`;
}

/** The claims of a token that is genuine and not expired, or null. @param {string} token @param {string} secret @returns {Claims | null} */
export function readToken(token, secret) {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0) return null;
  try {
    if (JSON.parse(Buffer.from(header, 'base64url').toString()).alg !== 'HS256') return null;
    const expected = mac(`${header}.${payload}`, secret);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims.exp === 'number' && claims.exp * 1000 < Date.now() ? null : claims;
  } catch {
    return null;
  }
}
