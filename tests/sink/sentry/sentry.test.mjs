// @ts-check

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { SentrySink } from './sentry.mjs';

/** @type {SentrySink} */
let sentry;
beforeEach(async () => {
  sentry = await new SentrySink().listen();
});
afterEach(() => sentry.close());

const AUTH = 'Sentry sentry_version=7, sentry_client=evenkeel/0.1.0, sentry_key=a1a1';

/** @param {string} body @param {Record<string, string>} [headers] @param {string} [path] */
function send(body, headers = {}, path = '/api/42/envelope/') {
  return fetch(sentry.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-sentry-envelope', 'x-sentry-auth': AUTH, ...headers },
    body,
  });
}

test('events and check-ins are told apart, with and without a stated length', async () => {
  const event = JSON.stringify({ level: 'error', message: 'é' });
  const checkIn = JSON.stringify({ monitor_slug: 'email-dispatch', status: 'ok' });
  const length = Buffer.byteLength(event);
  const body = `{"event_id":"1"}\n{"type":"event","length":${length}}\n${event}\n{"type":"check_in"}\n${checkIn}\n`;
  assert.equal((await send(body)).status, 200);
  assert.deepEqual(sentry.events, [JSON.parse(event)]);
  assert.deepEqual(sentry.checkIns, [JSON.parse(checkIn)]);
  assert.match(sentry.raw[0], /email-dispatch/);
});

test('what a real endpoint refuses is refused and remembered', async () => {
  assert.equal((await send('{}\n{}\n{}')).status, 400);
  assert.equal((await send('{}\n{"type":"event","length":9}\n{}')).status, 400);
  assert.equal((await send('{}', { 'x-sentry-auth': 'Sentry sentry_key=a1' })).status, 400);
  assert.equal((await send('{}', { 'content-type': 'application/json' })).status, 400);
  assert.equal((await send('{}', {}, '/api/42/store/')).status, 400);
  assert.equal(sentry.refused.length, 5);
  assert.equal(sentry.envelopes.length, 0);
});

test('limits and failures on demand', async () => {
  sentry.behaviour = { rateLimits: '60:error:organization' };
  const limited = await send('{}\n');
  assert.equal(limited.status, 200);
  assert.equal(limited.headers.get('x-sentry-rate-limits'), '60:error:organization');
  sentry.behaviour = { status: 429, retryAfter: 3 };
  const refused = await send('{}\n');
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '3');
  assert.equal(sentry.requests, 2);
});

test('the DSN leads to the envelope endpoint', () => {
  const dsn = new URL(sentry.dsn);
  assert.equal(dsn.host, new URL(sentry.url).host);
  assert.equal(dsn.pathname, '/42');
  assert.match(dsn.username, /^[0-9a-f]{32}$/);
});
