// @ts-check
// Who may post mails to Resend, and what a posting says, as Resend has it. The tests' sink takes mails by the same rules.
import { mailProblem } from './validation.mjs';

const MAXIMUM_BATCH = 100;
const KEY = /^.{1,256}$/;

/** @typedef {{ path: string, key: string | undefined, raw: Buffer, mails: Record<string, any>[], batch: boolean, permissive: boolean }} Posting */

/** An answer that refuses the request, in the service's own shape. */
export class Refusal extends Error {
  /** What is sent instead of the usual JSON. @type {string | undefined} */
  page;

  /** @param {number} status @param {string} name @param {string} message @param {Record<string, string>} [headers] */
  constructor(status, name, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = name;
    this.headers = headers;
  }

  get body() {
    return { statusCode: this.status, name: this.code, message: this.message };
  }
}

/** The key that a request shows. @param {import('node:http').IncomingMessage} request */
export function bearerOf(request) {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!bearer) throw new Refusal(401, 'missing_api_key', 'Missing API key in the authorization header.');
  return bearer;
}

/** Who may post at all; the key that they show. @param {import('node:http').IncomingMessage} request @param {string | undefined} key */
export function admit(request, key) {
  if (!request.headers['user-agent']) throw new Refusal(403, 'validation_error', 'A User-Agent is required.');
  const bearer = bearerOf(request);
  if (key !== undefined && !KEY.test(key)) {
    throw new Refusal(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.');
  }
  return bearer;
}

/** @param {import('node:http').IncomingMessage} request @param {string} path @param {string | undefined} key @param {Buffer} raw @returns {Posting} */
export function parsePosting(request, path, key, raw) {
  const batch = path === '/emails/batch';
  const permissive = batch && request.headers['x-batch-validation'] === 'permissive';
  let parsed;
  try {
    parsed = JSON.parse(raw.toString('utf8'));
  } catch {
    throw new Refusal(400, 'validation_error', 'The body is not JSON.');
  }
  if (batch !== Array.isArray(parsed)) throw new Refusal(422, 'validation_error', 'Expected the other kind of body.');
  const mails = batch ? parsed : [parsed];
  if (mails.length < 1 || mails.length > MAXIMUM_BATCH) {
    throw new Refusal(422, 'validation_error', `A batch holds 1 to ${MAXIMUM_BATCH} mails.`);
  }
  return { path, key, raw, mails, batch, permissive };
}

/** The good mails; in strict mode one bad mail refuses them all. @param {Posting} posting */
export function sort({ mails, batch, permissive }) {
  /** @type {Record<string, any>[]} */
  const good = [];
  /** @type {{ index: number, message: string }[]} */
  const errors = [];
  for (const [index, mail] of mails.entries()) {
    const problem = mailProblem(mail, { batch });
    if (problem === null) good.push(mail);
    else if (permissive) errors.push({ index, message: problem.message });
    else throw new Refusal(422, problem.name, problem.message);
  }
  return { good, errors };
}

/** Posts nothing twice: throws where the key stands for something else, and is null where it is new. @param {import('./idempotency.mjs').IdempotencyKeys} keys @param {Posting} posting */
export function answerBefore(keys, { key, raw }) {
  const begun = keys.begin(key, raw);
  if (begun.verdict === 'concurrent') {
    throw new Refusal(409, 'concurrent_idempotent_requests', 'The same key is being worked on.');
  }
  if (begun.verdict === 'mismatch') {
    throw new Refusal(409, 'invalid_idempotent_request', 'The same key came with another body.');
  }
  return 'answer' in begun ? { answer: begun.answer } : null;
}

/** @param {Posting} posting @param {string[]} ids of the good ones @param {{ index: number, message: string }[]} errors */
export function answerTo({ batch, permissive }, ids, errors) {
  const data = ids.map((id) => ({ id }));
  if (!batch) return data[0];
  return permissive ? { data, errors } : { data };
}
