// @ts-check
// What a website learns that a developer visits while the stack runs: nothing. It reaches every port on loopback,
// by a name of its own (DNS rebinding) or across origins; mails with links that reset passwords are behind one of them.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { callFunction } from './platform/functions.mjs';
import { stackListeners } from './platform/listeners.mjs';

const EVIL = 'https://evil.example';
const gateway = new URL(environment.url);
const inbox = new URL(environment.inboxUrl);
const databasePort = Number(new URL(environment.databaseUrl).port);
/** One of each kind of path, and of each server's own. */
const PATHS = [
  '/', '/inbox', '/emails', '/stack/config.json', '/stack/status.json', '/nowhere', '/rest/v1/', '/auth/v1/settings',
  '/auth/v1/admin/users', '/storage/v1/bucket', '/functions/v1/auth-email-verify', '/auth-email-verify',
];

after(() => sql.end());
// Started when it is first asked for.
before(() => callFunction('auth-email-verify', { body: {} }));

/**
 * What a port says to a request, headers in lower case.
 * @param {number} port @param {string} path @param {Record<string, string>} headers @param {string} [method]
 * @returns {Promise<string>}
 */
function say(port, path, headers, method = 'GET') {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${method} ${path} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`${port}${path} does not answer`)));
    socket.on('data', (piece) => (answer += piece));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.replace(/^[\w-]+:/gm, (name) => name.toLowerCase())));
  });
}

const statusOf = (/** @type {string} */ answer) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const opens = (/** @type {string} */ answer) => /^access-control-allow-/m.test(answer);

/** No gate can stand before a service that is the real one (docs/decisions/websites-and-the-local-stack.md). */
const realPorts = environment.realServiceUrls.map((url) => Number(new URL(url).port));

/** Ports that speak HTTP: all but the database's. */
const httpPorts = () => stackListeners().map(({ port }) => port).filter((port) => ![databasePort, ...realPorts].includes(port));

test('everything listens on loopback alone', () => {
  const listeners = stackListeners();
  const ports = listeners.map(({ port }) => port);
  for (const port of [Number(gateway.port), Number(inbox.port), databasePort]) assert.ok(ports.includes(port), `${port} in ${ports}`);
  assert.ok(ports.length > 3, `no function listens: ${ports}`);
  for (const { address, port } of listeners) assert.ok(['127.0.0.1', '::1'].includes(address), `${address}:${port}`);
});

test('no port answers to another name', async () => {
  for (const port of httpPorts()) {
    const hosts = [`evil.example:${port}`, 'evil.example', `127.0.0.1.evil.example:${port}`, `localhost.evil.example:${port}`, '127.0.0.1', ''];
    for (const host of hosts) {
      for (const path of PATHS) {
        const answer = await say(port, path, { host });
        assert.ok([400, 421].includes(statusOf(answer)), `${host} ${path} on ${port}: ${answer}`);
        assert.ok(!opens(answer), answer);
      }
    }
  }
});

test('the database says nothing to a browser', async () => {
  assert.doesNotMatch(await say(databasePort, '/', { host: `127.0.0.1:${databasePort}` }).catch(() => ''), /^HTTP/);
});

test('no page of elsewhere reads anything, or is told that it might', async () => {
  for (const port of httpPorts()) {
    for (const origin of [EVIL, 'null']) {
      for (const path of PATHS) {
        for (const method of ['GET', 'OPTIONS']) {
          const asks = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'apikey' };
          const answer = await say(port, path, { host: `127.0.0.1:${port}`, origin, ...asks }, method);
          assert.ok([403, 421].includes(statusOf(answer)), `${method} ${path} on ${port} for ${origin}: ${answer}`);
          assert.ok(!opens(answer), answer);
        }
      }
    }
  }
});

describe('the inbox', () => {
  const host = `127.0.0.1:${inbox.port}`;
  const get = (/** @type {Record<string, string>} */ headers) => say(Number(inbox.port), '/emails', { host, authorization: 'Bearer re_any', ...headers });

  test('is for its own page and for programs, and for no frontend', async () => {
    assert.equal(statusOf(await get({})), 200);
    assert.equal(statusOf(await get({ origin: environment.inboxUrl, 'sec-fetch-site': 'same-origin' })), 200);
    for (const origin of ['http://localhost:5173', environment.siteUrl]) assert.equal(statusOf(await get({ origin })), 403, origin);
    assert.ok(!opens(await get({})), 'any origin may read it');
  });

  test('can be linked to, and neither framed nor embedded', async () => {
    const from = (/** @type {string} */ mode, /** @type {string} */ dest) =>
      ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest });
    assert.equal(statusOf(await get(from('navigate', 'document'))), 200);
    for (const [mode, dest] of [['navigate', 'iframe'], ['no-cors', 'script'], ['no-cors', 'image']]) {
      assert.equal(statusOf(await get(from(mode, dest))), 403, dest);
    }
  });
});

describe('the API', () => {
  const host = gateway.host;
  const get = (/** @type {string} */ path, /** @type {Record<string, string>} */ headers) =>
    say(Number(gateway.port), path, { host, apikey: environment.publishableKey, ...headers });

  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://shop.localhost:8080']) {
    test(`can be called by a frontend at ${origin}`, async () => {
      for (const path of ['/auth/v1/settings', '/rest/v1/sessions?limit=0', '/storage/v1/bucket']) {
        assert.ok(opens(await get(path, { origin, 'sec-fetch-site': 'cross-site' })), path);
      }
      assert.equal(statusOf(await get('/stack/config.json', { origin })), 403);
    });
  }
});
