// @ts-check
// The link of a verification mail: who it lets in, and everything that stops it.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { sql, visitor } from './platform/clients.mjs';
import { completeReset, outcome, requestReset, resend, verify } from './platform/functions.mjs';
import { mailTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, unconfirmed } from './platform/people.mjs';
import { forged } from './platform/tokens.mjs';

after(() => sql.end());

/** @param {{ id: string }} person */
async function audited({ id }) {
  const [{ count }] = await sql`
    select count(*)::int from public.audit_logs where action = 'email.verified' and user_id = ${id}`;
  return count;
}

test('sign up, get the mail, be refused, confirm, sign in', async () => {
  const person = await unconfirmed({ display_name: 'Ada' });
  const credentials = { email: person.email, password: PASSWORD };
  const early = await person.client.auth.signInWithPassword(credentials);
  assert.equal(early.error?.code, 'email_not_confirmed');

  const mail = await mailTo(person.email);
  assert.match(mail.subject, /confirm/i);
  const response = await verify(tokenIn(mail));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'verified' });

  const { data, error } = await person.client.auth.signInWithPassword(credentials);
  assert.equal(error, null);
  assert.equal(data.user?.id, person.id);
  assert.equal(await audited(person), 1);
});

describe('words of whoever was first', () => {
  const theirs = { display_name: 'Call evil.test', locale: 'ru', time_zone: 'Asia/Tokyo', avatar_url: 'https://evil.test/a.png' };

  /** What an account says of its person, to itself and in its access tokens. @param {{ email: string }} person @param {string} password */
  async function words({ email }, password) {
    const client = visitor();
    const { data } = await client.auth.signInWithPassword({ email, password });
    const profile = await client.from('profiles').select('display_name, locale, time_zone').single();
    const { data: claims } = await client.auth.getClaims();
    const metadata = { ...data.user?.user_metadata, ...claims?.claims.user_metadata, ...data.user?.identities?.[0]?.identity_data };
    return { ...profile.data, metadata: Object.keys(metadata).filter((key) => key in theirs) };
  }

  test('go when the address is confirmed', async () => {
    const person = await unconfirmed(theirs);
    assert.equal((await verify(tokenIn(await mailTo(person.email)))).status, 200);
    assert.deepEqual(await words(person, PASSWORD), { display_name: '', locale: 'en', time_zone: 'UTC', metadata: [] });
  });

  test('make way for what is said with the link', async () => {
    const person = await unconfirmed(theirs);
    const own = { display_name: 'Vera Vogel', locale: 'de_at', time_zone: 'Europe/Berlin' };
    const token = tokenIn(await mailTo(person.email));
    const none = ['x'.repeat(101), '\u200b', 'a\u0000', 'Call www.evil.test'].map((display_name) => ({ display_name }));
    for (const said of [...none, { locale: 'german' }, { locale: 'de\u0000' }]) {
      assert.equal(await outcome(await verify(token, { ...own, ...said })), '400 invalid_request', JSON.stringify(said));
    }
    assert.equal(await outcome(await verify(token, own)), '200 verified');
    assert.deepEqual(await words(person, PASSWORD), { ...own, locale: 'de-AT', metadata: [] });
  });

  test('go when a new password confirms the account', async () => {
    const person = await unconfirmed(theirs);
    await mailTo(person.email);
    assert.equal((await requestReset(person.email)).status, 202);
    const mail = await mailTo(person.email, 2, 90);
    const token = /#token=([A-Za-z0-9_-]{64})/.exec(mail.text)?.[1] ?? '';
    const password = 'a password of the victim';
    assert.equal((await completeReset(token, password)).status, 200);
    assert.deepEqual(await words(person, password), { display_name: '', locale: 'en', time_zone: 'UTC', metadata: [] });
  });
});

test('supabase-js calls the function like any other', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  const { data, error } = await person.client.functions.invoke('auth-email-verify', { body: { token } });
  assert.equal(error, null);
  assert.deepEqual(data, { status: 'verified' });
});

test('a second use answers already_verified and writes no second audit row', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  await verify(token);
  assert.equal(await outcome(await verify(token)), '200 already_verified');
  assert.equal(await audited(person), 1);
});

test('of twenty simultaneous requests exactly one verifies', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => outcome(await verify(token))));
  assert.equal(outcomes.filter((one) => one === '200 verified').length, 1, outcomes.join(', '));
  assert.equal(outcomes.filter((one) => one === '200 already_verified').length, 19, outcomes.join(', '));
  assert.equal(await audited(person), 1);
});

test('an expired link is told so and does not confirm', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  await sql`
    update public.email_verification_tokens
    set created_at = created_at - interval '2 days', expires_at = now() - interval '1 second' where user_id = ${person.id}`;
  assert.equal(await outcome(await verify(token)), '410 token_expired');
  const { error } = await person.client.auth.signInWithPassword({ email: person.email, password: PASSWORD });
  assert.equal(error?.code, 'email_not_confirmed');
  assert.equal(await audited(person), 0);
});

describe('five attempts', () => {
  test('four wrong ones leave the link usable', async () => {
    const person = await unconfirmed();
    const token = tokenIn(await mailTo(person.email));
    for (let turn = 0; turn < 4; turn += 1) assert.equal((await verify(forged(token))).status, 400);
    assert.equal(await outcome(await verify(token)), '200 verified');
  });

  test('five wrong ones spend it, whatever comes after', async () => {
    const person = await unconfirmed();
    const token = tokenIn(await mailTo(person.email));
    const wrong = [];
    for (let turn = 0; turn < 6; turn += 1) wrong.push(await outcome(await verify(forged(token))));
    assert.deepEqual(wrong, [...Array(5).fill('400 token_invalid'), '410 token_exhausted']);
    assert.equal(await outcome(await verify(token)), '410 token_exhausted');
    assert.equal(await audited(person), 0);
  });

  test('thirty simultaneous guesses are counted one by one', async () => {
    const person = await unconfirmed();
    const token = tokenIn(await mailTo(person.email));
    await Promise.all(Array.from({ length: 30 }, () => verify(forged(token))));
    const [{ attempts }] = await sql`
      select attempts from public.email_verification_tokens where user_id = ${person.id}`;
    assert.equal(attempts, 5);
  });
});

test('a link to an address that has changed since is void', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  await sql`update auth.users set email = ${`new-${person.email}`} where id = ${person.id}`;
  assert.equal(await outcome(await verify(token)), '410 token_superseded');
  const [{ email_confirmed_at: confirmed }] =
    await sql`select email_confirmed_at from auth.users where id = ${person.id}`;
  assert.equal(confirmed, null);
});

test('a newer link retires the older one', async () => {
  const person = await unconfirmed();
  const older = tokenIn(await mailTo(person.email));
  await sql`
    update public.email_verification_tokens set created_at = created_at - interval '1 hour' where user_id = ${person.id}`;
  await sql`delete from private.token_cooldowns`;
  assert.equal((await resend(person.email)).status, 202);
  const newer = tokenIn(await mailTo(person.email, 2, 90));
  assert.notEqual(newer, older);
  assert.equal(await outcome(await verify(older)), '410 token_superseded');
  assert.equal(await outcome(await verify(newer)), '200 verified');
});

test('what is no token of ours is refused alike, and as quickly', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  const foreign = Buffer.alloc(48, 7).toString('base64url');
  assert.equal(await outcome(await verify(forged(token))), await outcome(await verify(foreign)));
});
