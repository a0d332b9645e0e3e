// @ts-check
// How the hook "Send Email" is called: as Auth does, by its source, and signed as the library of Standard Webhooks wants it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createSendEmailHook } from './send-email-hook.mjs';

const SECRETS = ['YS1zZWNyZXQtb2YtdGhlLXNlbmQtZW1haWwtaG9vaw==', 'dGhlLW5leHQtb2YtdGhlLXNlbmQtZW1haWwtaG9vaw=='].map((text) => `v1,whsec_${text}`);
const INPUT = { user: { id: 'u' }, email_data: { email_action_type: 'recovery', token: '1' } };

/**
 * What comes of answers, the last of which is given for ever, and what was heard.
 * @param {import('node:test').TestContext} t @param {[number, Record<string, string>?, string?][]} answers @param {{ within?: number, slow?: number }} [how]
 */
async function call(t, answers, { within = 5_000, slow = 0 } = {}) {
  /** @type {{ headers: Record<string, string>, body: string }[]} */
  const heard = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    heard.push({ headers: /** @type {any} */ (request.headers), body: Buffer.concat(chunks).toString() });
    const [status, headers = { 'content-type': 'application/json' }, text = '{}'] = answers[Math.min(heard.length, answers.length) - 1];
    if (status === 0) return void request.socket.destroy();
    setTimeout(() => response.writeHead(status, headers).end(status === 204 ? undefined : text), slow);
  }).listen(0, '127.0.0.1');
  t.after(() => (server.closeAllConnections(), server.close()));
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const hook = createSendEmailHook({ url: `http://127.0.0.1:${port}/functions/v1/auth-send-email`, secrets: SECRETS.join(','), within, pause: 50 });
  const error = await hook(INPUT).then(() => null, (/** @type {any} */ thrown) => thrown);
  return { heard, told: error && [error.status, error.code] };
}

test('each secret signs, and the signatures stand in one header, separated by a comma and a blank', async (t) => {
  const { heard: [{ headers, body }], told } = await call(t, [[200]]);
  assert.equal(told, null);
  const signatures = headers['webhook-signature'].split(', ');
  assert.equal(signatures.length, 2);
  for (const [at, signature] of signatures.entries()) {
    const signed = { 'webhook-id': headers['webhook-id'], 'webhook-timestamp': headers['webhook-timestamp'], 'webhook-signature': signature };
    assert.deepEqual(new Webhook(SECRETS[at].slice(3)).verify(body, signed), INPUT);
  }
});

test('a try is repeated under another id, with the same body, where nobody answers or later is asked for', async (t) => {
  const busy = /** @type {[number, Record<string, string>]} */ ([503, { 'retry-after': '5' }]);
  for (const [answers, tries, told] of /** @type {const} */ ([
    [[[0], [0], [200]], 3, null], [[[0]], 3, [422, 'hook_timeout_after_retry']],
    [[busy, [429, { 'retry-after': '1' }], [204]], 3, null], [[busy], 3, [500, 'unexpected_failure']],
  ])) {
    const { heard, told: actual } = await call(t, /** @type {any} */ (answers));
    assert.deepEqual([heard.length, actual], [tries, told]);
    assert.deepEqual([new Set(heard.map(({ headers }) => headers['webhook-id'])).size, new Set(heard.map(({ body }) => body)).size], [tries, 1]);
  }
});

test('every other answer is the end of it', async (t) => {
  const json = { 'content-type': 'application/json' };
  for (const [answer, told] of /** @type {const} */ ([
    [[202], null], [[204], null], [[200, { 'content-type': 'text/html' }, '{}'], [400, 'hook_payload_invalid_content_type']],
    [[503], [500, 'unexpected_failure']], [[400], [500, 'unexpected_failure']], [[401], [500, 'unexpected_failure']], [[500], [500, 'unexpected_failure']], [[504], [500, 'unexpected_failure']],
    [[200, json, '{"error":{"http_code":403,"message":"no"}}'], [403, 'unknown']],
  ])) {
    const { heard, told: actual } = await call(t, [/** @type {any} */ (answer)]);
    assert.deepEqual([heard.length, actual], [1, told], JSON.stringify(answer));
  }
});

test('all tries together have a time', async (t) => {
  const { told } = await call(t, [[200]], { within: 100, slow: 400 });
  assert.deepEqual(told, [422, 'hook_timeout']);
});
