// @ts-check
// Asking for a link must not tell who has an account, and nobody can keep anybody from asking.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { FunctionProcess } from './platform/function-process.mjs';
import { dispatch, fingerprint, outcome, requestReset } from './platform/functions.mjs';
import { mailTo, mailsTo } from './platform/inbox.mjs';
import { newAddress, signedIn, unconfirmed } from './platform/people.mjs';
import { forgetRequests, workThroughRequests } from './platform/token-requests.mjs';

/** @type {Record<string, string>} */
const addresses = {};

before(async () => {
  addresses.unknown = newAddress('nobody');
  addresses.unconfirmed = (await unconfirmed()).email;
  addresses.confirmed = (await signedIn()).email;
  addresses['cooling down'] = (await signedIn()).email;
  addresses.suppressed = (await signedIn()).email;
  await mailTo(addresses.unconfirmed);
  await sql`select private.suppress_address(private.address_key(${addresses.suppressed}), 'hard_bounce')`;
  await forgetRequests();
  await requestReset(addresses['cooling down']);
  await workThroughRequests();
});
after(() => sql.end());

test('known, unknown, confirmed, unconfirmed, cooling-down and suppressed addresses are answered alike', async () => {
  const expected = await fingerprint(await requestReset(newAddress('stranger')));
  assert.equal(expected.status, 202);
  assert.equal(expected.body, '{"status":"accepted"}');
  for (const turn of ['first', 'second']) {
    for (const [who, address] of Object.entries(addresses)) {
      assert.deepEqual(await fingerprint(await requestReset(address)), expected, `${who}, the ${turn} time`);
    }
  }
});

test('every account gets one mail, confirmed or not, and nobody else does', async () => {
  await workThroughRequests();
  const expected = Object.entries({ unknown: 0, suppressed: 0, confirmed: 1, unconfirmed: 2, 'cooling down': 1 });
  for (const [who, mails] of expected) if (mails > 0) await mailTo(addresses[who], mails);
  await dispatch('email-dispatch');
  for (const [who, mails] of expected) {
    assert.equal((await mailsTo(addresses[who])).length, mails, who);
  }
});

test('who keeps asking for a stranger\'s address leaves the link in the mail working', async () => {
  const person = await signedIn();
  await requestReset(person.email);
  await mailTo(person.email);
  for (let turn = 0; turn < 10; turn += 1) await requestReset(person.email);
  await workThroughRequests();
  const live = await sql`
    select from public.password_reset_tokens where user_id = ${person.id} and used_at is null and superseded_at is null`;
  assert.equal(live.length, 1);
  assert.equal((await mailsTo(person.email)).length, 1);
});

const routes = [
  { name: 'auth-password-reset-request', route: '' },
  { name: 'auth-email-verify', route: '/resend' },
  { name: 'auth-sign-up', route: '' },
];
for (const { name, route } of routes) {
  describe(`${name}${route} and the address of the client`, () => {
    /** @type {FunctionProcess[]} */
    const processes = [];
    after(() => Promise.all(processes.map((one) => one.kill())));

    /** @param {Record<string, string>} more */
    async function start(more) {
      const one = await FunctionProcess.start(name, { SUPABASE_URL: environment.url, ...more });
      processes.push(one);
      return one;
    }

    /** @param {FunctionProcess} one @param {number} times @param {Record<string, string>} headers */
    function askOften(one, times, headers) {
      const asking = Array.from({ length: times }, () => one.post(route, { headers, body: { email: newAddress('many') } }));
      return Promise.all(asking);
    }

    /** @param {readonly Response[]} responses @param {number} status */
    const count = (responses, status) => responses.filter((one) => one.status === status).length;
    const network = () => `2001:db8:${randomInt(65_536).toString(16)}:${randomInt(65_536).toString(16)}`;

    test('a network asks thirty times and then waits some seconds; another does not', async () => {
      const one = await start({ CLIENT_IP_HEADER: 'X-Real-IP' });
      const busy = network();
      const asked = await askOften(one, 40, { 'x-real-ip': `${busy}::1` });
      assert.ok(count(asked, 202) >= 30 && count(asked, 429) >= 8, asked.map(({ status }) => status).join(' '));
      const [refused] = await askOften(one, 1, { 'x-real-ip': `${busy}:ffff::2`, 'x-forwarded-for': '192.0.2.7' });
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 10, `retry after ${seconds}`);
      assert.equal(await outcome(refused), '429 rate_limited');
      assert.equal(count(await askOften(one, 2, { 'x-real-ip': `${network()}::1` }), 202), 2);
    });

    test('without the header, nobody is counted: no header that a client can set is believed', async () => {
      const one = await start({});
      const claims = { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' };
      assert.equal(count(await askOften(one, 40, claims), 202), 40);
    });
  });
}
