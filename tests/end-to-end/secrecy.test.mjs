// @ts-check
// What must reach neither a log nor Sentry: tokens, addresses, passwords, keys. And what must.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { SentrySink } from '../sink/sentry/sentry.mjs';
import { sql } from './platform/clients.mjs';
import { environment, root, stackDirectory } from './platform/environment.mjs';
import { FunctionProcess, secrets } from './platform/function-process.mjs';
import { callFunction, completeReset, completeSignUp, dispatch, requestReset, requestSignUp, resend } from './platform/functions.mjs';
import { mailTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, newAddress, unconfirmed } from './platform/people.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

/** The forms in which a token could be written down. @param {string} token */
function formsOf(token) {
  const bytes = Buffer.from(token, 'base64url');
  const secret = bytes.subarray(16);
  return [
    token,
    bytes.toString('hex'),
    secret.toString('hex'),
    secret.toString('base64url'),
    secret.toString('base64'),
  ];
}

/** @param {string} text @param {string[]} forbidden */
function assertSecret(text, forbidden) {
  const found = forbidden.filter((one) => text.toLowerCase().includes(one.toLowerCase()));
  assert.deepEqual(found, [], 'this was written down');
}

function stackLogs() {
  const folder = path.join(stackDirectory, 'logs');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  return files
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The values of the secrets in the functions' environment file. */
function ownSecrets() {
  const text = readFileSync(process.env.STACK_FUNCTIONS_ENV ?? path.join(root, 'supabase/functions/.env'), 'utf8');
  const lines = [...text.matchAll(/^(TOKEN_KEYS|RESEND_API_KEY|[A-Z_]*SECRET[A-Z_]*)=(.+)$/gm)];
  return lines.flatMap(([, , value]) => value.split(',')).filter((value) => value.length >= 8);
}

test('a whole journey leaves neither token, address, password nor key in the logs of the stack', async () => {
  const person = await unconfirmed({ display_name: 'Xanthippe Quillfeather' });
  const token = tokenIn(await mailTo(person.email));
  const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
  const id = randomUUID();
  const call = (/** @type {string} */ one) =>
    callFunction('auth-email-verify', {
      body: { token: one },
      headers: { 'x-request-id': id, 'user-agent': 'Quillfeather/1' },
    });
  await call(forged);
  await call(token);
  await callFunction('auth-email-verify', { body: `{"token": "${token}", "and": "more"}` });
  await callFunction('auth-email-verify/resend', { body: `{"email": "${person.email}"` });
  await resend(person.email);
  await dispatch('email-dispatch');
  const chosen = 'Quillfeather picks a new one';
  await requestReset(person.email);
  const reset = tokenIn(await mailTo(person.email, 2), 'reset-password');
  await completeReset(reset, 'Quill-42');
  await completeReset(reset, chosen);
  const moved = newAddress('quillfeather');
  const asked = await person.client.auth.signInWithPassword({ email: person.email, password: chosen });
  await callFunction('auth-email-change', { headers: { authorization: `Bearer ${asked.data.session?.access_token}` }, body: { email: moved } });
  const confirm = tokenIn(await mailTo(moved), 'confirm-new-address');
  const keep = tokenIn(await mailTo(person.email, 4), 'keep-address');
  for (const [route, link] of [['confirm', keep], ['confirm', confirm], ['cancel', confirm]]) {
    await callFunction(`auth-email-change/${route}`, { body: { token: link } });
  }
  const login = await person.client.auth.signInWithPassword({ email: moved, password: chosen });
  const { data: feed } = await person.client.rpc('make_calendar_feed');
  const inAddress = /([A-Za-z0-9_-]{64})E\.ics$/.exec(feed)?.[1] ?? '';
  for (const path of [feed, feed.replace('E.ics', ''), `${feed}/x`, feed.replace(/.(?=E\.ics$)/, '_')]) await fetch(environment.url + path);
  assert.equal((await fetch(environment.url + feed)).status, 200);
  const newcomer = newAddress('quillfeather-junior');
  await requestSignUp(newcomer);
  const completing = tokenIn(await mailTo(newcomer), 'complete-sign-up');
  await completeSignUp(completing, 'Quill-42');
  await completeSignUp(completing, chosen, { display_name: 'Junior Quillfeather', terms: { terms: '1', privacy: '1' } });
  assert.equal((await completeSignUp(completing, chosen, { display_name: 'Junior Quillfeather' })).status, 200);
  assert.equal(login.error, null);

  await eventually('the log line of the request', () => stackLogs().includes(id));
  const [local] = person.email.split('@');
  const keys = [environment.secretKey, environment.cronKey, ...ownSecrets()];
  const tokens = [...formsOf(token), ...formsOf(forged), ...formsOf(reset), ...formsOf(confirm), ...formsOf(keep), ...formsOf(completing), ...formsOf(inAddress), /** @type {string} */ (login.data.session?.access_token)];
  assertSecret(stackLogs(), [...tokens, ...keys, person.email, local, moved, moved.split('@')[0], newcomer, newcomer.split('@')[0], PASSWORD, 'Quill-42', 'Quillfeather']);
});

describe('a function that fails', () => {
  const sentry = new SentrySink();
  const email = newAddress('leak');
  const token = Buffer.alloc(48, 0xa7).toString('base64url');
  const keys = [...Object.values(secrets), environment.secretKey, environment.cronKey];
  const forbidden = [...formsOf(token), ...keys, email, email.split('@')[0]];
  /** What a broken database might say. */
  const gossip = JSON.stringify({
    code: 'XX000',
    message: `duplicate key (email)=(${email})`,
    details: token,
    hint: null,
  });
  const database = createServer((request, response) => {
    request.resume();
    response.writeHead(500, { 'content-type': 'application/json' }).end(gossip);
  });
  /** @type {FunctionProcess[]} */
  let processes = [];

  before(async () => {
    await sentry.listen();
    database.listen(0, '127.0.0.1');
    await once(database, 'listening');
  });
  beforeEach(() => {
    sentry.behaviour = {};
    sentry.envelopes = [];
    sentry.raw = [];
    sentry.refused = [];
    sentry.requests = 0;
  });
  afterEach(() => Promise.all(processes.splice(0).map((one) => one.kill())));
  after(async () => {
    await sentry.close();
    database.closeAllConnections();
    database.close();
  });

  /** @param {string} name @param {Record<string, string>} [more] */
  async function start(name, more = {}) {
    const { port } = /** @type {import('node:net').AddressInfo} */ (database.address());
    const url = `http://127.0.0.1:${port}`;
    const wiring = { SUPABASE_URL: url, RESEND_API_URL: url, SENTRY_DSN: sentry.dsn, ...more };
    const one = await FunctionProcess.start(name, wiring);
    processes.push(one);
    return one;
  }

  const cron = { apikey: environment.cronKey };

  test('tells Sentry, and neither Sentry, log nor answer more than they may know', async () => {
    const one = await start('auth-email-verify');
    const id = randomUUID();
    const headers = { 'x-request-id': id, authorization: `Bearer ${token}`, cookie: `session=${token}` };
    const verified = await one.post('', { headers, body: { token } });
    const resent = await one.post('/resend', { headers, body: { email } });
    const answers = `${await verified.text()}${await resent.text()}`;
    assert.ok(verified.status >= 500 && resent.status >= 500);
    await sentry.until(() => sentry.events.length >= 1, 'the error to reach Sentry');
    assert.deepEqual(sentry.refused, []);
    const [event] = sentry.events;
    assert.equal(event.environment, 'test');
    assert.ok(event.release, 'which release?');
    assert.ok(JSON.stringify(event).includes('auth-email-verify'), 'which function?');
    assert.ok(sentry.raw.join('\n').includes(id), 'which request?');
    assertSecret(sentry.raw.join('\n'), forbidden);
    assertSecret(one.lines.join('\n'), forbidden);
    assertSecret(answers, [...forbidden, 'duplicate', 'XX000']);
  });

  test('writes no address of a calendar feed down', async () => {
    const one = await start('calendar-feed');
    const response = await fetch(`${one.url}/calendar-feed/${token}E.ics`);
    assert.ok(response.status >= 500, `answered ${response.status}`);
    await sentry.until(() => sentry.events.length >= 1, 'the error to reach Sentry');
    await eventually('a log line', () => one.lines.some((line) => line.includes('/{token}.ics')));
    assertSecret([sentry.raw.join('\n'), one.lines.join('\n'), await response.text()].join('\n'), forbidden);
  });

  test('writes no chosen password down', async () => {
    const one = await start('auth-password-reset-complete');
    const password = 'Quillfeather picks a new one';
    const response = await one.post('', { body: { token, password } });
    assert.ok(response.status >= 500, `answered ${response.status}`);
    await sentry.until(() => sentry.events.length >= 1, 'the error to reach Sentry');
    const written = [sentry.raw.join('\n'), one.lines.join('\n'), await response.text()].join('\n');
    assertSecret(written, [...forbidden, password, 'Quillfeather']);
  });

  test('logs one line of JSON per request', async () => {
    const one = await start('auth-email-verify');
    const id = randomUUID();
    await one.post('/resend?email=in-the-query@example.com', { headers: { 'x-request-id': id }, body: { email } });
    const lines = await eventually('a log line', () => {
      const found = one.lines.filter((line) => line.includes(id));
      return found.length > 0 && found;
    });
    assert.equal(lines.length, 1, lines.join('\n'));
    const entry = JSON.parse(lines[0]);
    assert.equal(entry.request_id, id);
    assert.equal(entry.function, 'auth-email-verify');
    assert.equal(typeof entry.route, 'string');
    assert.ok(entry.status >= 500);
    assert.equal(typeof entry.code, 'string');
    assert.equal(typeof entry.duration_ms, 'number');
    assertSecret(lines[0], ['in-the-query', ...forbidden]);
  });

  test('an unreachable, a silent and a limiting Sentry neither delay nor fail a request', async () => {
    /** @type {[string, import('../sink/sentry/sentry.mjs').Behaviour, Record<string, string>][]} */
    const cases = [
      ['silent', { hang: true }, {}],
      ['limiting', { status: 429, retryAfter: 60 }, {}],
      ['unreachable', {}, { SENTRY_DSN: sentry.dsn.replace(/:\d+\//, ':9/') }],
    ];
    for (const [what, behaviour, more] of cases) {
      sentry.behaviour = behaviour;
      const one = await start('auth-email-verify', more);
      const started = performance.now();
      const response = await one.post('', { body: { token } });
      assert.ok(performance.now() - started < 1000, `${what}: ${performance.now() - started} ms`);
      assert.ok([500, 503].includes(response.status), what);
    }
  });

  test('heeds the rate limits that Sentry sets, on 200 and on 429', async () => {
    for (const behaviour of [{ rateLimits: '60:error;default:organization' }, { status: 429, retryAfter: 60 }]) {
      sentry.behaviour = behaviour;
      sentry.requests = 0;
      const one = await start('auth-email-verify');
      await one.post('', { body: { token } });
      await sentry.until(() => sentry.requests === 1, 'the first error to reach Sentry');
      // The answer to the first must have been read before the next error, so it is waited for.
      await eventually('the limit to be heeded', async () => {
        const before = sentry.requests;
        await one.post('', { body: { token } });
        await one.post('', { body: { token } });
        return sentry.requests === before;
      });
      const settled = sentry.requests;
      for (let turn = 0; turn < 5; turn += 1) await one.post('', { body: { token } });
      assert.equal(sentry.requests, settled);
    }
  });

  for (const name of ['email-dispatch', 'booking-reminders-dispatch']) {
    test(`${name} checks in with Sentry, also when it fails`, async () => {
      const failing = await start(name);
      await failing.post('', { headers: cron });
      await sentry.until(() => sentry.checkIns.some((one) => one.status === 'error'), 'a check-in of the failure');
      const [checkIn] = sentry.checkIns;
      assert.equal(checkIn.monitor_slug, name);
      assert.match(checkIn.check_in_id, /^[0-9a-f-]{32,36}$/);

      const working = await start(name, { SUPABASE_URL: environment.url, RESEND_API_URL: environment.inboxUrl });
      assert.equal((await working.post('', { headers: cron })).status, 200);
      await sentry.until(() => sentry.checkIns.some((one) => one.status === 'ok'), 'a check-in of the success');
      assert.ok(
        sentry.checkIns.some((one) => one.monitor_config?.schedule),
        'no schedule for the monitor',
      );
      assertSecret(sentry.raw.join('\n'), forbidden);
    });
  }
});
