// @ts-check
// A Sentry endpoint that keeps the envelopes it is given, and limits, fails or hangs on demand.

import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parseEnvelope } from './envelope.mjs';

const ENVELOPE_PATH = /^\/api\/(\d+)\/envelope\/$/;
const AUTH = /^Sentry (?=.*\bsentry_version=7\b)(?=.*\bsentry_client=[^,\s]+)(?=.*\bsentry_key=([0-9a-f]+)\b)/;

/** @typedef {import("./envelope.mjs").Envelope} Envelope */
/** @typedef {{ status?: number, rateLimits?: string, retryAfter?: number, hang?: boolean }} Behaviour */

export class SentrySink {
  /** @type {Envelope[]} */
  envelopes = [];
  /** @type {string[]} the same, as they came: for a search for what must not be in them */
  raw = [];
  /** @type {string[]} requests that a real endpoint would have refused, with the reason */
  refused = [];
  /** @type {Behaviour} */
  behaviour = {};
  requests = 0;
  url = '';
  #events = new EventEmitter().setMaxListeners(0);
  #server = createServer((request, response) => void this.#serve(request, response));

  /** @param {number} [port] */
  async listen(port = 0) {
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

  /** The DSN a function is given. */
  get dsn() {
    return `${this.url.replace('//', `//${'a1'.repeat(16)}@`)}/42`;
  }

  get events() {
    return this.#payloads('event');
  }

  get checkIns() {
    return this.#payloads('check_in');
  }

  /** @param {() => boolean} condition @param {string} what @param {number} [seconds] */
  async until(condition, what, seconds = 20) {
    const signal = AbortSignal.timeout(seconds * 1000);
    while (!condition()) {
      await once(this.#events, 'request', { signal }).catch(() => {
        throw new Error(`waited ${seconds} s for ${what}; ${this.requests} requests, refused: ${this.refused}`);
      });
    }
  }

  /** @param {string} type @returns {any[]} */
  #payloads(type) {
    return this.envelopes.flatMap(({ items }) =>
      items.filter((item) => item.type === type).map((item) => item.payload),
    );
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    this.requests += 1;
    if (!this.behaviour.hang) this.#answer(request, response, body);
    this.#events.emit('request');
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response @param {Buffer} body */
  #answer(request, response, body) {
    const { status = 200, rateLimits, retryAfter } = this.behaviour;
    if (rateLimits !== undefined) response.setHeader('x-sentry-rate-limits', rateLimits);
    if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
    if (status !== 200) return void response.writeHead(status).end();
    try {
      this.#keep(request, body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch (error) {
      this.refused.push(String(error));
      response.writeHead(400, { 'x-sentry-error': 'invalid envelope' }).end();
    }
  }

  /** @param {import("node:http").IncomingMessage} request @param {Buffer} body */
  #keep(request, body) {
    if (request.method !== 'POST' || !ENVELOPE_PATH.test(request.url ?? '')) {
      throw new Error(`${request.method} ${request.url} is not the envelope endpoint`);
    }
    if (request.headers['content-type'] !== 'application/x-sentry-envelope') throw new Error('a wrong content type');
    if (!AUTH.test(String(request.headers['x-sentry-auth']))) throw new Error('a wrong X-Sentry-Auth');
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    this.raw.push(plain.toString('utf8'));
    this.envelopes.push(parseEnvelope(plain));
  }
}
