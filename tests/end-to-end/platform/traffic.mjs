// @ts-check
// Requests to every part of the stack, one after the other, until each has answered as it should again.

import { environment } from './environment.mjs';

/** @typedef {{ name: string, url: string, init?: RequestInit }} Target */
/** @typedef {{ target: string, status: number, code: string, retryAfter: string | null, milliseconds: number }} Answer `status`: 0 where none came */

const { url, secretKey, cronKey, inboxUrl } = environment;
const asService = { headers: { apikey: secretKey } };

/** @type {Target[]} */
export const TARGETS = [
  { name: 'Data API', url: `${url}/rest/v1/specialists?limit=1`, init: asService },
  { name: 'Auth', url: `${url}/auth/v1/admin/users?per_page=1`, init: asService },
  { name: 'Storage', url: `${url}/storage/v1/bucket`, init: asService },
  { name: 'pages', url: `${url}/` },
  { name: 'function', url: `${url}/functions/v1/booking-reminders-dispatch`, init: { method: 'POST', headers: { apikey: cronKey, 'content-type': 'application/json' }, body: '{}' } },
  { name: 'inbox', url: `${inboxUrl}/emails?limit=1`, init: { headers: { authorization: 'Bearer re_any' } } },
];

const PAUSE = 50;
/** In a row, and of each. */
const WELL = 3;

/** @param {Target} target @returns {Promise<Answer>} */
async function ask({ name, url: at, init }) {
  const began = Date.now();
  const answered = (/** @type {Partial<Answer>} */ what) => ({ target: name, status: 0, code: '', retryAfter: null, milliseconds: Date.now() - began, ...what });
  try {
    const response = await fetch(at, { ...init, signal: AbortSignal.timeout(70_000) });
    const body = await response.text();
    return answered({ status: response.status, retryAfter: response.headers.get('retry-after'), code: /"(?:code|error_code)":"?(\w+)/.exec(body)?.[1] ?? '' });
  } catch (error) {
    const cause = /** @type {any} */ (error).cause ?? error;
    return answered({ code: cause.code ?? cause.message });
  }
}

/**
 * What is answered from before `disturb` until all is well again, and how long that took.
 * @param {() => unknown} disturb @param {number} seconds it may take
 * @returns {Promise<{ answers: Answer[], seconds: number }>}
 */
export async function under(disturb, seconds) {
  /** @type {Answer[]} */
  const answers = [];
  let disturbed = Infinity;
  /** @param {Target} target */
  async function send(target) {
    let well = 0;
    for (;;) {
      const began = Date.now();
      const answer = await ask(target);
      answers.push(answer);
      well = answer.status >= 200 && answer.status < 300 && began > disturbed ? well + 1 : 0;
      if (well === WELL) return;
      if (began > disturbed + seconds * 1000) throw new Error(`${target.name} is not back after ${seconds} s: ${JSON.stringify(answer)}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
  const sending = Promise.all(TARGETS.map(send));
  sending.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 4 * PAUSE));
  await disturb();
  disturbed = Date.now();
  await sending;
  return { answers, seconds: (Date.now() - disturbed) / 1000 };
}
