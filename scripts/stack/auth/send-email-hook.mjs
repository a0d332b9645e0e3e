// @ts-check
// Auth's hook "Send Email" over HTTP, as Auth calls it (internal/hooks/hookshttp): three tries, each with an id and a
// signature of its own, five seconds together; of all answers only 429 and 503 with Retry-After are tried again.
import { createHmac, randomUUID } from 'node:crypto';
import { AuthError, unexpectedFailure } from '../auth-admin/errors.mjs';

const TRIES = 3;
const TIMES = { within: 5_000, pause: 2_000 };

/** @typedef {(input: object) => Promise<void>} SendEmailHook */

/**
 * @param {{ url: string, secrets: string, within?: number, pause?: number }} options `secrets`: `v1,whsec_...`, separated by `|` or commas
 * @returns {SendEmailHook} which rejects with what Auth then answers
 */
export function createSendEmailHook({ url, secrets, within = TIMES.within, pause = TIMES.pause }) {
  const keys = [...secrets.matchAll(/whsec_([A-Za-z0-9+/=]+)/g)].map(([, text]) => Buffer.from(text, 'base64'));
  return async (input) => {
    const body = JSON.stringify(input);
    const signal = AbortSignal.timeout(within);
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const answer = await post(url, keys, body, signal).catch(() => null);
      if (!answer) await waitAfterFailure(attempt, signal, pause, within);
      else if (await isDone(answer)) return;
    }
    throw unexpectedFailure('Service currently unavailable due to hook');
  };
}

/** @param {string} url @param {Buffer[]} keys @param {string} body @param {AbortSignal} signal */
async function post(url, keys, body, signal) {
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity', ...signatures(keys, body) };
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  return { response, text: await response.text() };
}

/** Several, one for each secret, separated by a comma and a blank. @param {Buffer[]} keys @param {string} body */
function signatures(keys, body) {
  const [id, seconds] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
  const signed = keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signed.join(', ') };
}

/** @param {number} attempt @param {AbortSignal} signal @param {number} pause @param {number} within */
async function waitAfterFailure(attempt, signal, pause, within) {
  const late = () => new AuthError(422, 'hook_timeout', `Failed to reach hook within maximum time of ${(within / 1_000).toFixed(6)} seconds`);
  if (signal.aborted) throw late();
  if (attempt === TRIES) throw new AuthError(422, 'hook_timeout_after_retry', 'Failed to reach hook after maximum retries');
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (signal.aborted) throw late();
}

/** Whether it is, or else is to be tried again. @param {{ response: Response, text: string }} answer */
async function isDone({ response, text }) {
  const { status, headers } = response;
  if (status === 204) return true;
  if (status === 200 || status === 202) {
    const [type] = (headers.get('content-type') ?? '').split(';');
    if (type.trim() !== 'application/json') throw new AuthError(400, 'hook_payload_invalid_content_type', `Invalid JSON response. Received content-type: ${type}`);
    const { error } = JSON.parse(text);
    if (error?.message) throw new AuthError(error.http_code || 500, 'unknown', error.message);
    return true;
  }
  if ([429, 503].includes(status)) {
    if (headers.has('retry-after')) return false;
    throw unexpectedFailure('Service currently unavailable due to hook');
  }
  if (status === 400) throw unexpectedFailure('Invalid payload sent to hook');
  if (status === 401) throw unexpectedFailure('Hook requires authorization token');
  throw unexpectedFailure(`Unexpected status code returned from hook: ${status}`);
}
