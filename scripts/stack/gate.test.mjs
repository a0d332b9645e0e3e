// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal } from './gate.mjs';

const PORT = 54321;
const OWN = `127.0.0.1:${PORT}`;

/** @param {Record<string, string>} headers @param {{ pathname?: string, method?: string }} [more] */
function statusFor(headers, { pathname = '/', method = 'GET' } = {}) {
  const policy = { port: PORT, isShared: (/** @type {string} */ path) => path.startsWith('/api/'), origins: ['https://app.example'] };
  return refusal(policy, method, pathname, (name) => headers[name])?.status ?? 200;
}

test('a port answers to the names of loopback with its own number, and to no other', () => {
  for (const host of [OWN, `localhost:${PORT}`, `LocalHost:${PORT}`, `[::1]:${PORT}`]) assert.equal(statusFor({ host }), 200, host);
  const others = [
    '', '127.0.0.1', 'localhost', `127.0.0.1:${PORT + 1}`, `127.0.0.1:${PORT}0`, `evil.example:${PORT}`,
    `localhost.evil.example:${PORT}`, `127.0.0.1.evil.example:${PORT}`, `a@127.0.0.1:${PORT}`, `127.0.0.1:${PORT}, evil.example`,
    `0.0.0.0:${PORT}`, `evil.localhost:${PORT}`,
  ];
  for (const host of others) {
    assert.equal(statusFor({ host }), 421, host);
    assert.equal(statusFor({ host }, { pathname: '/api/x' }), 421, host);
  }
  assert.equal(statusFor({}), 421);
});

test('a page of elsewhere may use nothing, one of this machine what is shared', () => {
  /** @type {[string, number, number][]} origin, what is its own, what is shared */
  const cases = [
    [`http://${OWN}`, 200, 200],
    ['http://localhost:5173', 403, 200],
    ['https://localhost', 403, 200],
    ['http://shop.localhost:3000', 403, 200],
    ['capacitor://localhost', 403, 200],
    ['http://[::1]:3000', 403, 200],
    ['https://app.example', 403, 200],
    ['https://app.example.evil.example', 403, 403],
    ['https://evil.example', 403, 403],
    ['http://localhost.evil.example', 403, 403],
    ['http://evil.example/localhost', 403, 403],
    ['http://evillocalhost', 403, 403],
    ['null', 403, 403],
    [`https://${OWN}`, 403, 200],
  ];
  for (const [origin, own, shared] of cases) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      assert.equal(statusFor({ host: OWN, origin }, { method }), own, `${method} ${origin}`);
      assert.equal(statusFor({ host: OWN, origin }, { method, pathname: '/api/x' }), shared, `${method} ${origin}`);
    }
  }
});

test('another site may link to a page and neither frame nor embed it', () => {
  const from = (/** @type {string} */ site, /** @type {string} */ mode, /** @type {string} */ dest) => ({
    host: OWN, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest,
  });
  assert.equal(statusFor(from('cross-site', 'navigate', 'document')), 200);
  assert.equal(statusFor(from('cross-site', 'navigate', 'document'), { method: 'POST' }), 403);
  for (const dest of ['iframe', 'embed', 'object']) assert.equal(statusFor(from('cross-site', 'navigate', dest)), 403, dest);
  for (const dest of ['image', 'script', 'empty', 'style']) {
    assert.equal(statusFor(from('cross-site', 'no-cors', dest)), 403, dest);
    assert.equal(statusFor(from('cross-site', 'no-cors', dest), { pathname: '/api/x' }), 200, dest);
    assert.equal(statusFor(from('same-origin', 'no-cors', dest)), 200, dest);
    assert.equal(statusFor(from('none', 'no-cors', dest)), 200, dest);
  }
});
