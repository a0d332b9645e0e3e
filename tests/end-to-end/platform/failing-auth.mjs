// @ts-check
// The platform with an Auth that does not do what it is told: everything passes through, but for
// the changes of accounts, which the test answers itself.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { environment } from './environment.mjs';

/** @typedef {{ status: number, body: unknown, applied?: boolean }} Answer `applied`: Auth does it, and its answer is lost */

export class FailingAuth {
  url = '';
  /** @type {Answer | 'silence' | null} null passes changes on too */
  answer = null;
  /** How many changes were met with silence. */
  silenced = 0;
  #server = createServer((request, response) => void this.#serve(request, response));

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const isChange = ['POST', 'PUT'].includes(request.method ?? '') && request.url?.startsWith('/auth/v1/admin/users');
    const answer = isChange ? this.answer : null;
    if (answer === 'silence') return void (this.silenced += 1);
    const real = answer === null || answer.applied ? await pass(request, Buffer.concat(chunks)) : null;
    const { status, body } = answer ?? { status: real?.status ?? 502, body: real?.body };
    response.writeHead(status, { 'content-type': 'application/json' }).end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }
}

/** @param {import('node:http').IncomingMessage} request @param {Buffer} body */
async function pass(request, body) {
  const headers = { apikey: String(request.headers.apikey ?? ''), 'content-type': 'application/json' };
  const sent = { method: request.method, headers, body: body.length > 0 ? new Blob([new Uint8Array(body)]) : undefined };
  const response = await fetch(`${environment.url}${request.url}`, sent);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
