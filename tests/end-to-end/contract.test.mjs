// @ts-check
// What every function owes to every caller, whatever it does.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { as } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { callFunction, outcome } from './platform/functions.mjs';
import { signedIn } from './platform/people.mjs';
import { sdkHeaders } from './platform/sdk-headers.mjs';

after(() => sql.end());

const KIB = 1024;
const cron = { apikey: environment.cronKey };
const person = await as(await signedIn());
const fromSdk = await sdkHeaders();
const token = Buffer.alloc(48, 9).toString('base64url');

/** Good requests, one for each route. @type {{ path: string, headers?: Record<string, string>, body: Record<string, unknown>, cron?: true, person?: true, limit?: number, kept?: true, nowhere?: string }[]} */
const routes = [
  { path: 'auth-sign-up', body: { email: 'nobody@example.com' } },
  { path: 'auth-sign-up/preview', body: { token } },
  { path: 'auth-sign-up/complete', body: { token, password: 'correct horse battery staple', terms: { terms: '1', privacy: '1' } } },
  { path: 'auth-email-verify', body: { token } },
  { path: 'auth-email-verify/resend', body: { email: 'nobody@example.com' } },
  { path: 'auth-password-reset-request', body: { email: 'nobody@example.com' } },
  { path: 'auth-password-reset-complete', body: { token, password: 'correct horse battery staple' } },
  { path: 'auth-email-change', headers: person, body: { email: 'nobody@example.com' }, person: true },
  { path: 'auth-email-change/confirm', body: { token } },
  { path: 'auth-email-change/cancel', body: { token } },
  {
    path: 'company-assign-plan',
    headers: person,
    body: { company_id: randomUUID(), plan: 'growth', status: 'active' },
    person: true,
  },
  {
    path: 'company-invite-employee',
    headers: person,
    body: { company_id: randomUUID(), invitations: [{ email: 'nobody@example.com' }] },
    person: true,
    limit: 256 * KIB,
  },
  ...['resend', 'revoke'].map((change) => ({
    path: `company-invite-employee/${change}`,
    headers: person,
    body: { invitation_id: randomUUID() },
    person: /** @type {const} */ (true),
  })),
  ...['', '/phase-bookings'].map((one) => ({
    path: `feature-flags/ofrep/v1/evaluate/flags${one}`,
    body: { context: { targetingKey: 'visitor' } },
    kept: /** @type {const} */ (true),
    nowhere: '/a/nowhere',
  })),
  { path: 'session-notes', headers: person, body: { booking_id: randomUUID(), version: 1, text: 'a note' }, person: true },
  { path: 'session-notes/read', headers: person, body: { booking_id: randomUUID() }, person: true },
  {
    path: 'session-recordings',
    headers: person,
    body: { booking_id: randomUUID(), file_hash: '0'.repeat(64), mime_type: 'video/mp4', file_size: 1 },
    person: true,
  },
  ...['complete', 'open'].map((step) => ({
    path: `session-recordings/${step}`,
    headers: person,
    body: { recording_id: randomUUID() },
    person: /** @type {const} */ (true),
  })),
  { path: 'specialist-verify', headers: person, body: { document_id: randomUUID(), decision: 'approve' }, person: true },
  { path: 'specialist-verify/open', headers: person, body: { document_id: randomUUID() }, person: true },
  ...['preview', 'save'].map((step) => ({
    path: `email-templates/${step}`,
    headers: person,
    body: { key: 'sign_up', locale: 'en', subject: 'a', html: 'a', text: 'a', ...(step === 'save' ? { after_version: 0 } : {}) },
    person: /** @type {const} */ (true),
  })),
  { path: 'company-invitation-accept/preview', body: { token } },
  { path: 'company-invitation-accept', body: { token, terms: { terms: '1', privacy: '1' } } },
  { path: 'email-dispatch', headers: cron, body: {}, cron: true },
  { path: 'booking-reminders-dispatch', headers: cron, body: {}, cron: true },
  { path: 'storage-sweep', headers: cron, body: {}, cron: true },
  { path: 'audit-seal', headers: cron, body: {}, cron: true },
];

/** @param {Response} response @param {string} expected status and code */
async function assertProblem(response, expected) {
  const body = await response.json();
  assert.equal(`${response.status} ${body.code}`, expected, JSON.stringify(body));
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.equal(body.status, response.status);
  assert.equal(body.request_id, response.headers.get('x-request-id'));
  for (const field of ['type', 'title', 'detail']) assert.equal(typeof body[field], 'string', field);
  assertHeaders(response);
}

/** @param {Response} response */
function assertHeaders({ headers }, kept = false) {
  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(headers.get('cache-control'), kept ? 'private, no-cache' : 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  // What a browser may do with an answer that it was led to: nothing, in no frame, and by https from then on.
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
  assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
  assert.equal(headers.get('strict-transport-security'), 'max-age=31536000; includeSubDomains');
}

for (const { path, headers, body, limit = 64 * KIB, kept, nowhere = '/nowhere' } of routes) {
  describe(path, () => {
    /** @param {unknown} sent @param {Record<string, string>} [more] */
    const send = (sent, more = {}) => callFunction(path, { headers: { ...headers, ...more }, body: sent });

    test('a good request is answered with the headers every answer has', async () => {
      const response = await send(body);
      assert.ok(response.status < 500, `answered ${response.status}`);
      assertHeaders(response, kept);
      await response.body?.cancel();
    });

    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      test(`${method} is refused with 405 and the methods there are`, async () => {
        const response = await callFunction(path, { method, headers, body: method === 'GET' ? undefined : body });
        assert.match(response.headers.get('allow') ?? '', /\bPOST\b/);
        await assertProblem(response, '405 method_not_allowed');
      });
    }

    test('a route that does not exist is 404', async () => {
      await assertProblem(await callFunction(path + nowhere, { headers, body }), '404 not_found');
    });

    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      test(`content type "${type}" is refused with 415`, async () => {
        await assertProblem(await send(body, { 'content-type': type }), '415 unsupported_media_type');
      });
    }

    test('a content type with a charset is JSON all the same', async () => {
      const response = await send(body, { 'content-type': 'Application/JSON; charset=utf-8' });
      assert.notEqual(response.status, 415);
      await response.body?.cancel();
    });

    /** @type {[string, unknown][]} */
    const malformed = [
      ['half a document', '{"token": "'],
      ['nothing', ''],
      ['an array', []],
      ['an array of the values', Object.values(body)],
      ['null', 'null'],
      ['a string', '"text"'],
      ['an unknown field', { ...body, surprise: true }],
      ['a field twice', twice(body)],
      ['a lone surrogate', '{"\\ud800": 1}'],
      ['bytes that are no UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
      ['ten thousand levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ];
    for (const [name, value] of Object.entries(body)) {
      malformed.push(
        [`no ${name}`, { ...body, [name]: undefined }],
        [`a ${name} of another type`, { ...body, [name]: typeof value === 'number' ? '5' : 5 }],
      );
      malformed.push(
        [`a ${name} that is null`, { ...body, [name]: null }],
        [`an empty ${name}`, { ...body, [name]: '' }],
      );
    }
    for (const [what, sent] of malformed) {
      test(`${what} is refused with 400`, async () => {
        // The token comes first: whoever has none learns nothing about passwords.
        const code = ['an empty token', 'an empty password'].includes(what) ? 'token_invalid' : 'invalid_request';
        await assertProblem(await send(sent), `400 ${code}`);
      });
    }

    test(`a body of more than ${limit / KIB} KiB is refused with 413`, async () => {
      const padded = (/** @type {number} */ size) => JSON.stringify(body).padEnd(size, ' ');
      await assertProblem(await send(padded(limit + 1)), '413 payload_too_large');
      assert.notEqual((await send(padded(limit))).status, 413);
    });

    test('a body whose length is not told is counted as it arrives', async () => {
      const response = await streamed(path, headers, [
        JSON.stringify(body),
        ' '.repeat(limit / 2),
        ' '.repeat(limit / 2),
      ]);
      await assertProblem(response, '413 payload_too_large');
      const small = await streamed(path, headers, [JSON.stringify(body).slice(0, 1), JSON.stringify(body).slice(1)]);
      assert.equal(small.status, (await send(body)).status);
    });

    test('the request id of the caller is taken over when it is a UUID', async () => {
      const id = randomUUID();
      assert.equal((await send(body, { 'x-request-id': id })).headers.get('x-request-id'), id);
      const other = (await send(body, { 'x-request-id': 'not-a-uuid' })).headers.get('x-request-id');
      assert.match(other ?? '', /^[0-9a-f-]{36}$/);
    });

    test('a preflight from an allowed origin names origin, methods and headers', async () => {
      const response = await preflight(path, environment.siteUrl);
      assert.equal(response.status, 204);
      assert.equal(response.headers.get('access-control-allow-origin'), environment.siteUrl);
      assert.match(response.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/);
      const allowed = (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(', ');
      for (const name of fromSdk) assert.ok(allowed.includes(name), `${name} is missing in ${allowed}`);
      assert.match(response.headers.get('vary') ?? '', /origin/i);
      assertHeaders(response);
    });

    test('the region that supabase-js asks the platform for is nothing to the function', async () => {
      const asked = { headers, body };
      const without = await outcome(await callFunction(path, asked));
      assert.equal(await outcome(await callFunction(`${path}?forceFunctionRegion=us-east-1`, asked)), without);
    });

    test('a preflight and a request from elsewhere get no permission', async () => {
      for (const origin of ['https://evil.example', `${environment.siteUrl}.evil.example`, 'null']) {
        const asked = await preflight(path, origin);
        assert.equal(asked.headers.get('access-control-allow-origin'), null, origin);
        const sent = await send(body, { origin });
        assert.equal(sent.headers.get('access-control-allow-origin'), null, origin);
      }
    });

    test('errors can be read by an allowed origin too', async () => {
      const response = await send('{"', { origin: environment.siteUrl });
      assert.equal(response.headers.get('access-control-allow-origin'), environment.siteUrl);
      await assertProblem(response, '400 invalid_request');
    });
  });
}

/** A request in pieces, as a browser sends a stream. @param {string} path @param {Record<string, string> | undefined} headers @param {string[]} pieces */
function streamed(path, headers, pieces) {
  const init = {
    method: 'POST',
    headers: { apikey: environment.publishableKey, 'content-type': 'application/json', ...headers },
    body: Readable.toWeb(Readable.from(pieces.map((piece) => Buffer.from(piece)))),
    duplex: 'half',
  };
  // The types of `fetch` are the browser's, which has neither.
  return fetch(`${environment.url}/functions/v1/${path}`, /** @type {any} */ (init));
}

/** @param {Record<string, unknown>} body */
function twice(body) {
  const fields = Object.entries(body).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  return `{${[...fields, ...fields, ...(fields.length === 0 ? ['"a":1', '"a":1'] : [])].join(',')}}`;
}

/** @param {string} path @param {string} origin */
function preflight(path, origin) {
  return callFunction(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,apikey',
    },
  });
}

describe('specialist-verify/queue', () => {
  const path = 'specialist-verify/queue';
  /** @param {string} query @param {Record<string, string>} [headers] */
  const get = (query, headers = person) => callFunction(`${path}${query}`, { method: 'GET', headers });

  for (const query of ['', '?status=verified&limit=100', '?%73tatus=pending', '?', '?forceFunctionRegion=us-east-1&limit=9']) {
    test(`"${query}" is a question, and refused to who may not ask`, async () => {
      await assertProblem(await get(query), '403 forbidden');
      assert.equal((await get(query, {})).status, 401);
    });
  }

  for (const query of [
    '?status=', '?status=lost', '?status=5', '?status=pending&status=pending', '?limit=0', '?limit=101', '?limit=ten',
    '?limit=1.5', '?limit=-1', '?limit=99999999999999', '?cursor=x', "?cursor=1_'", '?surprise=1', '?%00=1', '?%ff',
    `?cursor=${'1'.repeat(5000)}`,
  ]) {
    test(`"${query.slice(0, 40)}" is refused with 400`, async () => {
      await assertProblem(await get(query), '400 invalid_request');
    });
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    test(`${method} is refused with 405 and the methods there are`, async () => {
      const response = await callFunction(path, { method, headers: person, body: {} });
      assert.equal(response.headers.get('allow'), 'GET, OPTIONS');
      await assertProblem(response, '405 method_not_allowed');
    });
  }

  test('a browser may ask', async () => {
    const response = await preflight(path, environment.siteUrl);
    assert.match(response.headers.get('access-control-allow-methods') ?? '', /\bGET\b/);
  });
});

describe('the access token', () => {
  const { publishableKey: key } = environment;
  const { authorization } = person;
  /** @type {[string, Record<string, string>][]} */
  const refused = [
    ['nothing but the publishable key', {}],
    ['the publishable key as a bearer token', { authorization: `Bearer ${key}` }],
    ['a token whose signature is another one', { authorization: authorization.replace(/.{8}$/, 'AAAAAAAA') }],
    ['a token that says who it is for otherwise', { authorization: authorization.replace('Bearer', 'Basic') }],
  ];
  for (const { path, body } of routes.filter((route) => route.person)) {
    for (const [what, headers] of refused) {
      test(`${path} refuses ${what}, in a way that a page can read`, async () => {
        const response = await callFunction(path, { headers: { ...headers, origin: environment.siteUrl }, body });
        assert.equal(response.headers.get('access-control-allow-origin'), environment.siteUrl);
        await assertProblem(response, '401 unauthenticated');
      });
    }

    test(`${path} looks at no body of somebody without a token`, async () => {
      await assertProblem(await callFunction(path, { body: '{"' }), '401 unauthenticated');
    });
  }
});

describe('the cron key', () => {
  const { cronKey: key, secretKey: other } = environment;
  /** @type {[string, Record<string, string>][]} */
  const refused = [
    ['no key', { apikey: '' }],
    ['the publishable key', {}],
    ['the default secret key', { apikey: other }],
    ['a key of the same length', { apikey: key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a') }],
    ['a part of the key', { apikey: key.slice(0, -1) }],
    ['the key as a bearer token only', { authorization: `Bearer ${key}` }],
  ];
  for (const { path } of routes.filter((route) => route.cron)) {
    for (const [what, headers] of refused) {
      test(`${path} refuses ${what}, before it looks at the body`, async () => {
        await assertProblem(await callFunction(path, { headers, body: '{"' }), '401 unauthenticated');
      });
    }

    test(`${path} takes the key and reports what it did`, async () => {
      const response = await callFunction(path, { headers: { apikey: key }, body: {} });
      assert.equal(response.status, 200);
      const report = await response.json();
      const mails = ['batches', 'claimed', 'deferred', 'duration_ms', 'failed', 'remaining', 'sent', 'skipped'];
      const fields = path === 'storage-sweep' ? ['orphaned', 'removed'] : path === 'audit-seal' ? ['checkpoint', 'sealed', 'tree_size'] : mails;
      assert.deepEqual(Object.keys(report).sort(), fields);
      for (const field of fields.filter((one) => one !== 'checkpoint')) assert.ok(Number.isInteger(report[field]) && report[field] >= 0, field);
    });
  }
});

test('a token that is none is an invalid one, not a malformed request', async () => {
  for (const bad of ['x', token.slice(1), `${token}A`, token.replace(/^./, '*')]) {
    for (const [path, body] of /** @type {const} */ ([
      ['auth-email-verify', { token: bad }],
      ['auth-password-reset-complete', { token: bad, password: 'correct horse battery staple' }],
    ])) {
      assert.equal(await outcome(await callFunction(path, { body })), '400 token_invalid', path);
    }
  }
});

describe('calendar-feed', () => {
  const path = `calendar-feed/${token}E.ics`;

  for (const method of ['GET', 'HEAD']) {
    test(`${method} of what is not there is 404 with the headers every answer has`, async () => {
      const response = await callFunction(path, { method });
      assert.equal(response.status, 404);
      assertHeaders(response);
      if (method === 'GET') await assertProblem(response, '404 not_found');
    });
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    test(`${method} is refused with 405 and the methods there are`, async () => {
      const response = await callFunction(path, { method, body: {} });
      assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
      await assertProblem(response, '405 method_not_allowed');
    });
  }
});

describe('functions for mail programs, the mailer and Auth', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const [path, headers, methods] of /** @type {const} */ ([
    ['email-unsubscribe', form, ['GET', 'POST']],
    ['email-webhook', {}, ['POST']],
    ['auth-send-email', {}, ['POST']],
  ])) {
    test(`${path} answers with the headers every answer has, and names its methods`, async () => {
      const response = await callFunction(path, { headers, body: 'x' });
      assert.ok([400, 401].includes(response.status), `answered ${response.status}`);
      assertHeaders(response);
      await response.body?.cancel();
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const refused = await callFunction(path, { method, headers, body: 'x' });
        assert.equal(refused.headers.get('allow'), [...methods, 'OPTIONS'].join(', '));
        await assertProblem(refused, '405 method_not_allowed');
      }
      await assertProblem(await callFunction(`${path}/nowhere`, { headers, body: 'x' }), '404 not_found');
    });
  }
});
