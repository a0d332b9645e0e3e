// @ts-check
// A proxy in front of the Data API that a test can stop at a chosen call: before it is passed on
// (the database knows nothing of it) or after it was executed (only the answer is missing).

import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';

/** @typedef {'before' | 'after'} Moment of the forwarding */

/**
 * @typedef {object} Rule
 * @property {string} rpc name of the SQL function
 * @property {Moment} when
 * @property {'hold' | 'delay' | 'break' | 'duplicate' | 'answer'} action
 * @property {number} [skip] calls that pass first
 * @property {number} [milliseconds] of a delay
 * @property {number} [status] of an `answer`, given instead of the real one
 */

/** One stop of a call. `reached` resolves when a call stands there, `left` when its caller goes; it stays until `release`. */
export class Hold {
  #arrive = () => {};
  #open = () => {};
  #leave = () => {};
  reached = new Promise((resolve) => (this.#arrive = () => resolve(undefined)));
  released = new Promise((resolve) => (this.#open = () => resolve(undefined)));
  left = new Promise((resolve) => (this.#leave = () => resolve(undefined)));

  arrive() {
    this.#arrive();
  }

  release() {
    this.#open();
  }

  leave() {
    this.#leave();
  }
}

export class DataApiProxy {
  url = '';
  /** @type {{ rpc: string, status: number | null }[]} the RPC calls in order; null means without an answer */
  calls = [];
  /** @type {(Rule & { left: number, hold: Hold })[]} */
  #rules = [];
  #target;
  #agent = new Agent({ keepAlive: true });
  #server = createServer((request, response) => void this.#serve(request, response));

  /** @param {string} target URL of the platform's gateway */
  constructor(target) {
    this.#target = new URL(target);
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async close() {
    this.clear();
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  clear() {
    for (const rule of this.#rules) rule.hold.release();
    this.#rules = [];
    this.calls = [];
  }

  /** Adds a rule that meets one call. @param {Rule} rule */
  on(rule) {
    const hold = new Hold();
    this.#rules.push({ ...rule, left: rule.skip ?? 0, hold });
    return hold;
  }

  /** @param {string} rpc @param {Moment} when */
  holdAt(rpc, when, skip = 0) {
    return this.on({ rpc, when, action: 'hold', skip });
  }

  /** @param {string} rpc @param {Moment} when */
  #take(rpc, when) {
    const found = this.#rules.find((rule) => rule.rpc === rpc && rule.when === when && rule.left-- <= 0);
    if (found) this.#rules = this.#rules.filter((rule) => rule !== found);
    return found;
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    const rpc = /^\/rest\/v1\/rpc\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
    /** @type {{ rpc: string, status: number | null }} */
    const call = { rpc, status: null };
    if (rpc) this.calls.push(call);
    try {
      const body = await read(request);
      const early = this.#take(rpc, 'before');
      if (early && !(await this.#obey(early, request, response))) return;
      if (early?.action === 'duplicate') await this.#forward(request, body);
      const answer = await this.#forward(request, body);
      const late = this.#take(rpc, 'after');
      if (late && !(await this.#obey(late, request, response))) return;
      call.status = answer.status;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (error) {
      response.destroy(/** @type {Error} */ (error));
    }
  }

  /** Does what the rule says. @returns {Promise<boolean>} whether the call goes on
   * @param {Rule & { hold: Hold }} rule
   * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #obey(rule, request, response) {
    rule.hold.arrive();
    request.socket.once('close', () => rule.hold.leave());
    switch (rule.action) {
      case 'hold':
        await rule.hold.released;
        return !request.socket.destroyed;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, rule.milliseconds ?? 0));
        return true;
      case 'break':
        request.socket.destroy();
        return false;
      case 'answer':
        response.writeHead(rule.status ?? 503, { 'content-type': 'application/json' }).end('{"message":"by a test"}');
        return false;
      case 'duplicate':
        return true;
    }
  }

  /** @param {import('node:http').IncomingMessage} request @param {Buffer} body
   * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer }>} */
  async #forward(request, body) {
    const outgoing = httpRequest({
      host: this.#target.hostname,
      port: this.#target.port,
      path: request.url,
      method: request.method,
      headers: { ...request.headers, host: this.#target.host },
      agent: this.#agent,
    });
    outgoing.end(body);
    const [incoming] = /** @type {[import('node:http').IncomingMessage]} */ (await once(outgoing, 'response'));
    return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: await read(incoming) };
  }
}

/** @param {import('node:http').IncomingMessage} message @returns {Promise<Buffer>} */
async function read(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
