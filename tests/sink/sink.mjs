// @ts-check
// A mail provider with Resend's protocol, for tests: it keeps what it accepts,
// honours Idempotency-Key, and misbehaves on demand (faults.mjs).

import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { IdempotencyKeys } from '../../scripts/stack/inbox/idempotency.mjs';
import { Refusal, admit, answerBefore, answerTo, parsePosting, sort } from '../../scripts/stack/inbox/posting.mjs';
import { asList } from '../../scripts/stack/inbox/validation.mjs';
import { answerControl } from './control.mjs';
import { FaultScript } from './faults.mjs';
import { Mailbox } from './mailbox.mjs';

/** @typedef {import("node:http").IncomingMessage} Incoming */
/** @typedef {import("node:http").ServerResponse} Outgoing */
/** @typedef {import("./faults.mjs").Fault} Fault */
/** @typedef {{ at: number, path: string, key: string | null, mails: number, status: number | 'open' | 'hung' | 'dropped', replayed: boolean }} Visit */
/** @typedef {import('../../scripts/stack/inbox/posting.mjs').Posting} Posting */

export class Sink {
  mailbox = new Mailbox();
  faults = new FaultScript();
  keys;
  /** @type {Visit[]} every request, in the order of their arrival */
  visits = [];
  url = '';
  /** Requests that are being worked on or hang. */
  open = 0;
  #events = new EventEmitter().setMaxListeners(0);
  #server = createServer((request, response) => void this.#serve(request, response));
  #apiKey;
  #requestsPerSecond;
  #second = { start: 0, used: 0 };

  /**
   * @param {object} [options]
   * @param {string | null} [options.apiKey] the only key accepted; null takes any
   * @param {number} [options.requestsPerSecond] the rate limit, enforced and told in `ratelimit-*`
   * @param {() => number} [options.now] milliseconds
   */
  constructor({ apiKey = null, requestsPerSecond = 100_000, now = Date.now } = {}) {
    this.keys = new IdempotencyKeys(now);
    this.#apiKey = apiKey;
    this.#requestsPerSecond = requestsPerSecond;
  }

  /** @param {number} [port] 0 takes any free one */
  async listen(port = 0) {
    this.#server.keepAliveTimeout = 60_000;
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  clear() {
    this.mailbox.clear();
    this.faults.clear();
    this.keys.clear();
    this.visits = [];
  }

  /**
   * Resolves as soon as the condition holds; it is looked at when a request arrives, hangs, or is done.
   * @param {() => boolean} condition @param {string} what @param {number} [seconds]
   */
  async until(condition, what, seconds = 20) {
    const signal = AbortSignal.timeout(seconds * 1000);
    while (!condition()) {
      await once(this.#events, 'visit', { signal }).catch(() => {
        throw new Error(`waited ${seconds} s for ${what}; ${this.mailbox.count} mails accepted`);
      });
    }
  }

  /** @param {Incoming} request @param {Outgoing} response */
  async #serve(request, response) {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path.startsWith('/_control')) return answerControl(this, request, response);
    const key = /** @type {string | undefined} */ (request.headers['idempotency-key']);
    /** @type {Visit} */
    const visit = { at: Date.now(), path, key: key ?? null, mails: 0, status: 'open', replayed: false };
    this.visits.push(visit);
    this.open += 1;
    try {
      await this.#answer(request, response, path, key, visit);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#send(response, visit, error.status, error.page ?? JSON.stringify(error.body), error.headers);
    }
    this.open -= 1;
    if (visit.status === 'open') visit.status = 'dropped';
    this.#events.emit('visit');
  }

  /** @param {Incoming} request @param {Outgoing} response @param {string} path @param {string | undefined} key @param {Visit} visit */
  async #answer(request, response, path, key, visit) {
    const raw = await readBody(request);
    this.#admit(request, path, key);
    const posting = parsePosting(request, path, key, raw);
    visit.mails = posting.mails.length;
    this.#events.emit('visit');
    const fault = this.faults.take(path, () => recipients(posting.mails));
    if (fault?.kind === 'drop_before') return void request.socket.destroy();
    if (fault) refuseByFault(fault);
    this.#spendRate();

    const before = answerBefore(this.keys, posting);
    visit.replayed = before !== null;
    const body = before ? before.answer : await this.#accept(posting, fault, request, visit);
    if (body !== null) await this.#deliver(response, visit, fault, JSON.stringify(body));
  }

  /** Who may post at all. @param {Incoming} request @param {string} path @param {string | undefined} key */
  #admit(request, path, key) {
    if (path !== '/emails' && path !== '/emails/batch') throw new Refusal(404, 'not_found', 'No such path.');
    if (request.method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'POST only.', { allow: 'POST' });
    const bearer = admit(request, key);
    if (this.#apiKey !== null && bearer !== this.#apiKey) {
      throw new Refusal(403, 'invalid_api_key', 'API key is invalid.');
    }
  }

  #spendRate() {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second.start) this.#second = { start: second, used: 0 };
    this.#second.used += 1;
    if (this.#second.used > this.#requestsPerSecond) {
      throw new Refusal(429, 'rate_limit_exceeded', 'Too many requests.', { 'retry-after': '1' });
    }
  }

  /**
   * @param {Posting} posting @param {Fault | null} fault @param {Incoming} request @param {Visit} visit
   * @returns {Promise<unknown>} the answer, or null where there is none to give
   */
  async #accept(posting, fault, request, visit) {
    const { key } = posting;
    try {
      if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds ?? 1000));
      if (fault?.kind === 'hang' && !fault.accept) {
        this.#hang(visit);
        await gone(request);
        this.keys.release(key);
        return null;
      }
      const { good, errors } = sort(posting);
      const answer = answerTo(posting, this.mailbox.accept(good, key ?? null), errors);
      this.keys.finish(key, answer);
      return answer;
    } catch (error) {
      this.keys.release(key);
      throw error;
    }
  }

  /** @param {Outgoing} response @param {Visit} visit @param {Fault | null} fault @param {string} body */
  async #deliver(response, visit, fault, body) {
    if (fault?.kind === 'drop_after') return void response.socket?.destroy();
    if (fault?.kind === 'hang') {
      this.#hang(visit);
      return gone(response.req);
    }
    const cut = fault?.kind === 'malformed' ? body.slice(0, Math.floor(body.length / 2)) : body;
    this.#send(response, visit, 200, cut);
  }

  /** @param {Visit} visit */
  #hang(visit) {
    visit.status = 'hung';
    this.#events.emit('visit');
  }

  /** @param {Outgoing} response @param {Visit} visit @param {number} status @param {string} body @param {Record<string, string>} [headers] */
  #send(response, visit, status, body, headers = {}) {
    visit.status = status;
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'ratelimit-limit': String(this.#requestsPerSecond),
      'ratelimit-remaining': String(Math.max(0, this.#requestsPerSecond - this.#second.used)),
      'ratelimit-reset': '1',
      ...headers,
    });
    response.end(body);
  }
}

/** @param {Fault} fault */
function refuseByFault(fault) {
  switch (fault.kind) {
    case 'rate_limit':
      throw new Refusal(429, fault.name ?? 'rate_limit_exceeded', 'Too many requests.', {
        'retry-after': String(fault.retry_after ?? 1),
        'ratelimit-remaining': '0',
      });
    case 'quota':
      throw new Refusal(429, fault.name ?? 'daily_quota_exceeded', 'You have reached your sending quota.');
    case 'key':
      throw fault.status === 403
        ? new Refusal(403, 'invalid_api_key', 'API key is invalid.')
        : new Refusal(401, 'restricted_api_key', 'This API key is restricted.');
    case 'error':
      throw failure(fault);
    case 'refuse':
      throw new Refusal(422, 'validation_error', 'Invalid `to` field.');
  }
}

/** @param {Fault} fault */
function failure(fault) {
  const refusal = new Refusal(
    fault.status ?? 500,
    fault.name ?? 'internal_server_error',
    'An unexpected error occurred.',
  );
  refusal.page = fault.body;
  return refusal;
}

/** @param {Record<string, any>[]} mails @returns {Generator<string>} */
function* recipients(mails) {
  for (const mail of mails) {
    for (const field of [mail?.to, mail?.cc, mail?.bcc]) {
      for (const one of asList(field)) if (typeof one === 'string') yield one;
    }
  }
}

/** @param {Incoming} request @returns {Promise<Buffer>} */
async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param {Incoming} request */
function gone(request) {
  return request.socket.destroyed ? undefined : once(request.socket, 'close');
}
