// @ts-check
// A second factor, by supabase-js as a frontend has it: begun, shown, asked for at the next sign-in, taken away; and what a
// platform admin may do with it and without.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { sql, visitor } from './platform/clients.mjs';
import { mailTo } from './platform/inbox.mjs';
import { PASSWORD, signedIn } from './platform/people.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof signedIn>>} Person @typedef {Person['client']} Client */

/** What an authenticator app shows. @param {string} secret @param {number} [secondsFromNow] */
const codeOf = (secret, secondsFromNow = 0) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + secondsFromNow * 1000 });

/** One that is wrong, as it is none of those around. @param {string} secret */
function wrongCode(secret) {
  const near = [-60, -30, 0, 30, 60].map((seconds) => codeOf(secret, seconds));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !near.includes(one)) ?? '';
}

/** @param {Client} client @param {string} [friendlyName] */
async function begin(client, friendlyName) {
  const { data, error } = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName });
  if (error) throw error;
  return { id: data.id, ...data.totp };
}

/** @param {Client} client @param {{ id: string, secret: string }} factor @param {string} [code] */
const show = (client, factor, code = codeOf(factor.secret)) => client.auth.mfa.challengeAndVerify({ factorId: factor.id, code });

/** @param {Client} client */
const claims = async (client) => /** @type {any} */ ((await client.auth.getClaims()).data?.claims);

/** @param {Client} client */
const level = async (client) => (await client.auth.mfa.getAuthenticatorAssuranceLevel()).data;

/** What only platform admins see. @param {Client} client */
const settings = async (client) => (await client.from('system_settings').select('key').limit(1)).data?.length;

/** @param {{ error: any }} answer */
const refusal = ({ error }) => [error?.status, error?.code];

/** @param {Person} person */
async function signInAgain(person) {
  const client = visitor();
  const { error } = await client.auth.signInWithPassword({ email: person.email, password: PASSWORD });
  if (error) throw error;
  return client;
}

test('a platform admin is one once their session has shown a second factor, and in no session that has not', async () => {
  const person = await signedIn();
  await sql`insert into public.user_roles (user_id, role) values (${person.id}, 'platform_admin')`;
  const { client } = person;
  const elsewhere = await signInAgain(person);
  assert.equal(await settings(client), 0);
  assert.equal((await client.rpc('read_person', { p_user_id: person.id, p_reason: 'I forgot who I am.' })).error?.message, 'forbidden');
  assert.equal((await client.from('user_roles').select('role')).data?.length, 1, 'their own role they see');

  const factor = await begin(client);
  assert.match(factor.qr_code, /^data:image\/svg\+xml;utf-8,<svg /);
  const uri = new URL(factor.uri);
  assert.deepEqual([uri.protocol, uri.searchParams.get('secret')], ['otpauth:', factor.secret]);
  assert.deepEqual(await level(client), { currentLevel: 'aal1', nextLevel: 'aal1', currentAuthenticationMethods: (await level(client))?.currentAuthenticationMethods });
  assert.deepEqual(refusal(await show(client, factor, wrongCode(factor.secret))), [422, 'mfa_verification_failed']);
  assert.equal(await settings(client), 0);
  assert.equal((await show(client, factor)).error, null);
  assert.equal(await settings(client), 1);

  const said = await claims(client);
  assert.deepEqual([said.aal, said.amr.map((/** @type {any} */ one) => one.method).sort()], ['aal2', ['password', 'totp']]);
  await client.auth.refreshSession();
  assert.equal((await claims(client)).aal, 'aal2');
  assert.equal(await settings(client), 1, 'also after a refresh');
  assert.ok((await elsewhere.auth.getUser()).error, 'a session that has shown none has ended');
  await mailTo(person.email);

  const next = await signInAgain(person);
  assert.deepEqual([(await level(next))?.currentLevel, (await level(next))?.nextLevel], ['aal1', 'aal2']);
  assert.equal((await next.from('profiles').select('id')).data?.length, 0, 'by the password alone they are nobody');
  assert.deepEqual(refusal(await next.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'mine' })), [403, 'insufficient_aal']);
  assert.deepEqual(refusal(await next.auth.mfa.unenroll({ factorId: factor.id })), [422, 'insufficient_aal']);
  assert.deepEqual(refusal(await next.auth.updateUser({ password: `${PASSWORD} of a thief` })), [401, 'insufficient_aal']);
  const { data: listed } = await next.auth.mfa.listFactors();
  assert.deepEqual(listed?.totp.map(({ id, status }) => [id, status]), [[factor.id, 'verified']]);
  assert.equal((await show(next, factor)).error, null);
  assert.equal(await settings(next), 1);
  assert.equal(await settings(client), 1, 'who has shown theirs is left alone');

  assert.equal((await next.auth.mfa.unenroll({ factorId: factor.id })).error, null);
  assert.deepEqual([await settings(next), await settings(client)], [0, 0], 'and none once it is gone');
  assert.equal((await next.from('profiles').select('id')).data?.length, 1, 'but somebody');
});

test('a factor is its person\'s, a challenge is for one code, from one address, for five minutes', async () => {
  const [ada, eve] = [await signedIn(), await signedIn()];
  const [factor, hers] = [await begin(ada.client), await begin(eve.client)];
  for (const answer of [await show(eve.client, factor), await eve.client.auth.mfa.unenroll({ factorId: factor.id })]) {
    assert.deepEqual(refusal(answer), [404, 'mfa_factor_not_found']);
  }
  const challenge = async (/** @type {Client} */ client, /** @type {string} */ factorId) => (await client.auth.mfa.challenge({ factorId })).data?.id ?? '';
  const verify = (/** @type {string} */ challengeId) => ada.client.auth.mfa.verify({ factorId: factor.id, challengeId, code: codeOf(factor.secret) });
  for (const id of [await challenge(eve.client, hers.id), 'nonsense', '']) assert.deepEqual(refusal(await verify(id)), [422, 'mfa_factor_not_found'], id);

  const late = await challenge(ada.client, factor.id);
  await sql`update auth.mfa_challenges set created_at = created_at - interval '301 seconds' where id = ${late}`;
  assert.deepEqual(refusal(await verify(late)), [422, 'mfa_challenge_expired']);
  const other = await challenge(ada.client, factor.id);
  await sql`update auth.mfa_challenges set ip_address = '203.0.113.9' where id = ${other}`;
  assert.deepEqual(refusal(await verify(other)), [422, 'mfa_ip_address_mismatch']);
  const good = await challenge(ada.client, factor.id);
  assert.equal((await verify(good)).error, null);
  assert.deepEqual(refusal(await verify(good)), [422, 'mfa_ip_address_mismatch'], 'used');
  assert.deepEqual(refusal(await visitor().auth.mfa.enroll({ factorType: 'totp' })), [403, 'bad_jwt'], 'nobody has none');
});

test('of factors there are ten, each with a name of its own, and only of the kind that is offered', async () => {
  const { client } = await signedIn();
  for (let n = 0; n < 10; n += 1) await begin(client, `phone ${n}`);
  assert.deepEqual(refusal(await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone 3' })), [422, 'mfa_factor_name_conflict']);
  assert.deepEqual(refusal(await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone 10' })), [422, 'too_many_enrolled_mfa_factors']);
  assert.deepEqual(refusal(await client.auth.mfa.enroll({ factorType: 'phone', phone: '+4915112345678' })), [422, 'mfa_phone_enroll_not_enabled']);
  assert.deepEqual(refusal(await client.auth.mfa.enroll(/** @type {any} */ ({ factorType: 'smoke' }))), [400, 'validation_failed']);
  // What was begun and never shown makes room.
  await sql`update auth.mfa_factors set created_at = created_at - interval '301 seconds' where status = 'unverified'`;
  const factor = await begin(client, 'phone 3');
  assert.equal((await show(client, factor)).error, null);
});

test('whoever has the password and guesses codes waits, and every session is ended', async () => {
  const person = await signedIn();
  const factor = await begin(person.client);
  assert.equal((await show(person.client, factor)).error, null);
  const thief = await signInAgain(person);
  const answers = [];
  // Five are free; the sixth makes wait for two seconds, and each after it for longer.
  do answers.push(refusal(await show(thief, factor, wrongCode(factor.secret)))); while (answers.at(-1)?.[0] === 422 && answers.length < 20);
  assert.deepEqual(answers.slice(0, 6), Array.from({ length: 6 }, () => [422, 'mfa_verification_failed']));
  assert.deepEqual(answers.at(-1), [403, 'mfa_verification_rejected']);
  for (const client of [thief, person.client]) assert.ok((await client.auth.getUser()).error);
});
