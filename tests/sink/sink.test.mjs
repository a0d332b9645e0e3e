// @ts-check
// The sink must itself be right, or the tests that lean on it prove nothing.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Sink } from './sink.mjs';

/** @type {Sink} */
let sink;
let clock = 0;

beforeEach(async () => {
  clock = 1_000_000;
  sink = await new Sink({ apiKey: 're_test', now: () => clock }).listen();
});
afterEach(() => sink.close());

/** @param {Record<string, unknown>} [fields] */
const mail = (fields) => ({
  from: 'Evenkeel <hello@example.com>',
  to: ['ada@example.com'],
  subject: 'Hello',
  text: 'Hi',
  ...fields,
});

/** @param {string} path @param {unknown} body @param {Record<string, string>} [headers] @param {RequestInit} [init] */
function post(path, body, headers = {}, init = {}) {
  return fetch(sink.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer re_test', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}

/** @param {Response} response */
async function refusal(response) {
  const { name } = await response.json();
  return `${response.status} ${name}`;
}

describe('what is accepted', () => {
  test('one mail is kept and answered with its id', async () => {
    const response = await post('/emails', mail());
    assert.equal(response.status, 200);
    const { id } = await response.json();
    assert.deepEqual(
      sink.mailbox.mails.map((kept) => kept.id),
      [id],
    );
  });

  test('a batch is answered with one id each, in order', async () => {
    const response = await post('/emails/batch', [mail(), mail({ to: 'bob@example.com' })]);
    const { data } = await response.json();
    assert.deepEqual(
      data.map((/** @type {{id: string}} */ one) => one.id),
      sink.mailbox.mails.map((kept) => kept.id),
    );
    assert.equal(sink.mailbox.to('bob@example.com').length, 1);
  });

  test('every answer tells the rate limit', async () => {
    const { headers } = await post('/emails', mail());
    for (const name of ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']) {
      assert.match(headers.get(name) ?? '', /^\d+$/, name);
    }
  });
});

describe('what is refused', () => {
  /** @type {[string, string, unknown][]} */
  const bodies = [
    ['an empty batch', '422 validation_error', []],
    ['101 mails', '422 validation_error', Array.from({ length: 101 }, () => mail())],
    ['a single mail as a batch', '422 validation_error', mail()],
    ['no recipient', '422 missing_required_field', [mail({ to: undefined })]],
    ['no content', '422 missing_required_field', [mail({ text: undefined })]],
    ['a malformed recipient', '422 validation_error', [mail({ to: ['not an address'] })]],
    ['a malformed sender', '422 invalid_from_address', [mail({ from: 'hello' })]],
    ['a header with a line break', '422 validation_error', [mail({ headers: { 'x-a': '1\r\nbcc: eve@example.com' } })]],
    ['a subject with a line break', '422 validation_error', [mail({ subject: 'a\nb' })]],
    ['a tag with a space', '422 validation_error', [mail({ tags: [{ name: 'a b', value: 'c' }] })]],
    ['an attachment in a batch', '422 validation_error', [mail({ attachments: [] })]],
    ['a field we mistyped', '422 validation_error', [mail({ replyTo: 'a@example.com' })]],
    ['half a document', '400 validation_error', '[{"from":'],
  ];
  for (const [what, expected, body] of bodies) {
    test(what, async () => {
      assert.equal(await refusal(await post('/emails/batch', body)), expected);
      assert.equal(sink.mailbox.count, 0);
    });
  }

  test('one bad mail refuses the whole strict batch, and only itself in a permissive one', async () => {
    const body = [mail(), mail({ to: 'nobody' }), mail()];
    assert.equal((await post('/emails/batch', body)).status, 422);
    assert.equal(sink.mailbox.count, 0);
    const answer = await (await post('/emails/batch', body, { 'x-batch-validation': 'permissive' })).json();
    assert.equal(answer.data.length, 2);
    assert.deepEqual(
      answer.errors.map((/** @type {{index: number}} */ one) => one.index),
      [1],
    );
  });

  test('no credential, a wrong one, no user agent, a wrong path and method', async () => {
    assert.equal(await refusal(await post('/emails', mail(), { authorization: 're_test' })), '401 missing_api_key');
    assert.equal(await refusal(await post('/emails', mail(), { authorization: 'Bearer no' })), '403 invalid_api_key');
    assert.equal(await statusWithoutUserAgent(), 403);
    assert.equal((await post('/mails', mail())).status, 404);
    assert.equal((await fetch(`${sink.url}/emails`)).status, 405);
  });

  test('an idempotency key of more than 256 characters', async () => {
    const response = await post('/emails', mail(), { 'idempotency-key': 'k'.repeat(257) });
    assert.equal(await refusal(response), '400 invalid_idempotency_key');
    assert.equal((await post('/emails', mail(), { 'idempotency-key': 'k'.repeat(256) })).status, 200);
  });

  test('more requests a second than the limit', async () => {
    const slow = await new Sink({ requestsPerSecond: 1 }).listen();
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const response = await fetch(`${slow.url}/emails`, {
        method: 'POST',
        headers: { authorization: 'Bearer x' },
        body: JSON.stringify(mail()),
      });
      statuses.push(response.status);
    }
    await slow.close();
    assert.ok(statuses.includes(429), String(statuses));
  });
});

describe('idempotency', () => {
  const key = { 'idempotency-key': 'batch-1' };

  test('same key and body: the same answer, nothing accepted twice', async () => {
    const first = await (await post('/emails/batch', [mail()], key)).json();
    const again = await (await post('/emails/batch', [mail()], key)).json();
    assert.deepEqual(again, first);
    assert.equal(sink.mailbox.count, 1);
    assert.deepEqual(
      sink.visits.map((visit) => visit.replayed),
      [false, true],
    );
  });

  test('same key, another body: 409', async () => {
    await post('/emails/batch', [mail()], key);
    const response = await post('/emails/batch', [mail({ subject: 'Other' })], key);
    assert.equal(await refusal(response), '409 invalid_idempotent_request');
  });

  test('same key while the first is being worked on: 409', async () => {
    sink.faults.add({ kind: 'slow', milliseconds: 150 });
    const first = post('/emails', mail(), key);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await refusal(await post('/emails', mail(), key)), '409 concurrent_idempotent_requests');
    assert.equal((await first).status, 200);
    assert.equal(sink.mailbox.count, 1);
  });

  test('a refused request does not use the key up', async () => {
    await post('/emails', mail({ to: 'nobody' }), key);
    assert.equal((await post('/emails', mail(), key)).status, 200);
  });

  test('a key is forgotten after 24 hours', async () => {
    await post('/emails', mail(), key);
    clock += 24 * 3600 * 1000 + 1;
    await post('/emails', mail(), key);
    assert.equal(sink.mailbox.count, 2);
  });
});

describe('faults', () => {
  /** @type {[import("./faults.mjs").Fault, string][]} */
  const refusals = [
    [{ kind: 'rate_limit', retry_after: 7 }, '429 rate_limit_exceeded'],
    [{ kind: 'quota' }, '429 daily_quota_exceeded'],
    [{ kind: 'quota', name: 'monthly_quota_exceeded' }, '429 monthly_quota_exceeded'],
    [{ kind: 'key', status: 401 }, '401 restricted_api_key'],
    [{ kind: 'key', status: 403 }, '403 invalid_api_key'],
    [{ kind: 'error', status: 500 }, '500 internal_server_error'],
    [{ kind: 'error', status: 503 }, '503 internal_server_error'],
  ];
  for (const [fault, expected] of refusals) {
    test(`${expected}, once, and nothing accepted`, async () => {
      sink.faults.add(fault);
      const response = await post('/emails', mail());
      assert.equal(response.headers.get('retry-after'), fault.retry_after ? '7' : null);
      assert.equal(await refusal(response), expected);
      assert.equal(sink.mailbox.count, 0);
      assert.equal((await post('/emails', mail())).status, 200);
    });
  }

  test('an error may come as a page instead of JSON', async () => {
    sink.faults.add({ kind: 'error', status: 502, body: '<html>' });
    assert.equal(await (await post('/emails', mail())).text(), '<html>');
  });

  test('drop_before accepts nothing, drop_after everything', async () => {
    sink.faults.add({ kind: 'drop_before' });
    await assert.rejects(post('/emails', mail()));
    assert.equal(sink.mailbox.count, 0);
    sink.faults.add({ kind: 'drop_after' });
    await assert.rejects(post('/emails', mail(), { 'idempotency-key': 'a' }));
    assert.equal(sink.mailbox.count, 1);
    assert.equal((await post('/emails', mail(), { 'idempotency-key': 'a' })).status, 200);
    assert.equal(sink.mailbox.count, 1);
  });

  test('hang answers nothing, with or without accepting', async () => {
    for (const accept of [false, true]) {
      sink.clear();
      sink.faults.add({ kind: 'hang', accept });
      await assert.rejects(post('/emails', mail(), { 'idempotency-key': 'a' }, { signal: AbortSignal.timeout(100) }));
      assert.equal(sink.mailbox.count, accept ? 1 : 0);
      assert.equal(sink.visits[0].status, 'hung');
      await sink.until(() => sink.open === 0, 'the hung client to go away');
      assert.equal((await post('/emails', mail(), { 'idempotency-key': 'a' })).status, 200);
      assert.equal(sink.mailbox.count, 1);
    }
  });

  test('malformed accepts and answers half a document', async () => {
    sink.faults.add({ kind: 'malformed' });
    const response = await post('/emails', mail());
    await assert.rejects(response.json());
    assert.equal(sink.mailbox.count, 1);
  });

  test('refuse meets only the addresses of its pattern, every time', async () => {
    sink.faults.add({ kind: 'refuse', pattern: '^bad' });
    const bad = [mail(), mail({ to: ['bad@example.com'] })];
    assert.equal((await post('/emails/batch', bad)).status, 422);
    assert.equal((await post('/emails/batch', bad)).status, 422);
    assert.equal((await post('/emails/batch', [mail()])).status, 200);
  });

  test('skip, times and path narrow a fault down', async () => {
    sink.faults.add({ kind: 'error', skip: 1, times: 2, path: '/emails' });
    assert.equal((await post('/emails/batch', [mail()])).status, 200);
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await post('/emails', mail())).status);
    assert.deepEqual(statuses, [200, 500, 500, 200]);
    assert.equal(sink.faults.pending, false);
  });

  test('an unknown kind of fault is an error, not a test that passes', () => {
    assert.throws(() => sink.faults.add({ kind: /** @type {any} */ ('explode') }), RangeError);
  });
});

describe('remote control', () => {
  test('faults, mails, visits, count and clearing', async () => {
    const control = `${sink.url}/_control`;
    await fetch(`${control}/faults`, { method: 'POST', body: JSON.stringify([{ kind: 'error' }]) });
    assert.equal((await post('/emails', mail())).status, 500);
    await post('/emails', mail());
    const kept = await (await fetch(`${control}/mails?to=ada@example.com`)).json();
    assert.equal(kept[0].mail.subject, 'Hello');
    assert.deepEqual(await (await fetch(`${control}/count`)).json(), { mails: 1 });
    assert.equal((await (await fetch(`${control}/visits`)).json()).length, 2);
    await fetch(control, { method: 'DELETE' });
    assert.equal(sink.mailbox.count, 0);
  });

  test('a fault that does not exist is refused', async () => {
    const response = await fetch(`${sink.url}/_control/faults`, { method: 'POST', body: '{"kind":"explode"}' });
    assert.equal(response.status, 400);
  });
});

test('`until` names what it waited for in vain', async () => {
  await assert.rejects(
    sink.until(() => false, 'a mail to Ada', 0.05),
    /a mail to Ada/,
  );
});

/** `fetch` always sends a user agent; plain `http` sends none. @returns {Promise<number | undefined>} */
function statusWithoutUserAgent() {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer re_test' };
    const call = httpRequest(`${sink.url}/emails`, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject).end(JSON.stringify(mail()));
  });
}
