// @ts-check
// Asking for another link must not tell who has an account.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { dispatch, fingerprint, resend } from './platform/functions.mjs';
import { mailTo, mailsTo } from './platform/inbox.mjs';
import { newAddress, signedIn, unconfirmed } from './platform/people.mjs';
import { workThroughRequests } from './platform/token-requests.mjs';

/** @type {Record<string, string>} */
const addresses = {};

before(async () => {
  addresses.unknown = newAddress('nobody');
  addresses.waiting = (await unconfirmed()).email;
  addresses.confirmed = (await signedIn()).email;
  addresses['cooling down'] = (await unconfirmed()).email;
  addresses.suppressed = (await unconfirmed()).email;
  for (const who of ['waiting', 'cooling down', 'suppressed']) await mailTo(addresses[who]);
  await sql`select private.suppress_address(private.address_key(${addresses.suppressed}), 'hard_bounce')`;
  await sql`update public.email_verification_tokens set created_at = created_at - interval '1 hour'`;
  await sql`delete from private.token_cooldowns`;
  await resend(addresses['cooling down']);
  await workThroughRequests();
});
after(() => sql.end());

test('known, unknown, confirmed, cooling-down and suppressed addresses are answered alike', async () => {
  const expected = await fingerprint(await resend(newAddress('stranger')));
  assert.equal(expected.status, 202);
  assert.equal(expected.body, '{"status":"accepted"}');
  for (const [who, address] of Object.entries(addresses)) {
    assert.deepEqual(await fingerprint(await resend(address)), expected, who);
  }
});

test('only who waits for a link and is not cooling down gets another', async () => {
  await workThroughRequests();
  await mailTo(addresses.waiting, 2, 90);
  await mailTo(addresses['cooling down'], 2, 90);
  for (const [who, mails] of Object.entries({
    unknown: 0,
    confirmed: 0,
    'cooling down': 2,
    suppressed: 1,
    waiting: 2,
  })) {
    assert.equal((await mailsTo(addresses[who])).length, mails, who);
  }
});

test('an address in other letters is the same address', async () => {
  const person = await unconfirmed();
  await mailTo(person.email);
  await sql`
    update public.email_verification_tokens set created_at = created_at - interval '1 hour' where user_id = ${person.id}`;
  await sql`delete from private.token_cooldowns`;
  await resend(` ${person.email.toUpperCase()} `.trim());
  await workThroughRequests();
  await mailTo(person.email, 2, 90);
});

test('no address is mailed more than once a minute, however often it is asked for', async () => {
  const person = await unconfirmed();
  await mailTo(person.email);
  await sql`
    update public.email_verification_tokens set created_at = created_at - interval '1 hour' where user_id = ${person.id}`;
  await sql`delete from private.token_cooldowns`;
  await Promise.all(Array.from({ length: 10 }, () => resend(person.email)));
  await workThroughRequests();
  await mailTo(person.email, 2, 90);
  await resend(person.email);
  await workThroughRequests();
  await dispatch('email-dispatch');
  assert.equal((await mailsTo(person.email)).length, 2);
});
