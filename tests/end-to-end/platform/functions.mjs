// @ts-check

import { environment } from './environment.mjs';

/** @typedef {{ method?: string, headers?: Record<string, string>, body?: unknown }} Call */

/** A request to an edge function through the gateway. A body that is neither text nor bytes is sent as JSON.
 * @param {string} path such as "auth-email-verify/resend" @param {Call} [call] */
export function callFunction(path, { method = 'POST', headers = {}, body } = {}) {
  return fetch(`${environment.url}/functions/v1/${path}`, {
    method,
    headers: { apikey: environment.publishableKey, 'content-type': 'application/json', ...headers },
    body: asBody(body),
  });
}

/** @param {unknown} body @returns {BodyInit | undefined} */
function asBody(body) {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Blob([body.slice()]) : JSON.stringify(body);
}

/** @param {string} email @param {Record<string, string>} [more] */
export const requestSignUp = (email, more = {}) => callFunction('auth-sign-up', { body: { email, ...more } });

/** @param {string} token @param {string} password @param {Record<string, unknown>} [more] what they say of themselves, or other terms */
export const completeSignUp = (token, password, more = {}) =>
  callFunction('auth-sign-up/complete', { body: { token, password, terms: { terms: '2026-11', privacy: '2026-11' }, ...more } });

/** @param {string} token @param {Record<string, string>} [introduction] what they say of themselves */
export const verify = (token, introduction = {}) => callFunction('auth-email-verify', { body: { token, ...introduction } });

/** @param {string} email */
export const resend = (email) => callFunction('auth-email-verify/resend', { body: { email } });

/** @param {string} email */
export const requestReset = (email) => callFunction('auth-password-reset-request', { body: { email } });

/** @param {string} token @param {string} password */
export const completeReset = (token, password) =>
  callFunction('auth-password-reset-complete', { body: { token, password } });

/** What pg_cron does every minute. @param {'email-dispatch' | 'booking-reminders-dispatch'} name */
export async function dispatch(name) {
  const response = await callFunction(name, { headers: { apikey: environment.cronKey }, body: {} });
  if (response.status !== 200) throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Status and stable code of an answer, such as "400 invalid_request". @param {Response} response */
export async function outcome(response) {
  const body = await response.json();
  return `${response.status} ${body.code ?? body.status}`;
}

/** What a client can tell answers apart by, but for what differs in any two answers. @param {Response} response */
export async function fingerprint(response) {
  const headers = Object.fromEntries(response.headers);
  for (const name of ['x-request-id', 'date']) delete headers[name];
  return { status: response.status, headers, body: await response.text() };
}
