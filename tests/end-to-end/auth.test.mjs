// @ts-check
// What Auth does that the product builds on; on the local platform, what the stand-in must do like it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { service, sql, visitor } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { verify } from './platform/functions.mjs';
import { mailTo, tokenIn } from './platform/inbox.mjs';
import { newAddress, signedIn, unconfirmed } from './platform/people.mjs';

after(() => sql.end());

/** @param {string} token @returns {any} */
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

/** @param {string} path @param {RequestInit} [init] */
async function admin(path, init) {
  const headers = { apikey: environment.secretKey, 'content-type': 'application/json' };
  const response = await fetch(`${environment.url}/auth/v1/admin/users${path}`, { ...init, headers });
  return { status: response.status, body: await response.json() };
}

test('Auth itself signs nobody up, so that every account holds its password to one policy', async () => {
  const email = newAddress();
  const { data, error } = await visitor().auth.signUp({ email, password: 'password12345' });
  assert.deepEqual([data.user, error?.status, error?.code], [null, 422, 'signup_disabled']);
  const code = await visitor().auth.signInWithOtp({ email });
  assert.deepEqual([code.error?.status, code.error?.code], [422, 'signup_disabled']);
  assert.equal((await sql`select from auth.users where email = ${email}`).length, 0);
});

test('who asks Auth to write again, since no mail came, gets a new link, and one mail a minute', async () => {
  const person = await unconfirmed();
  const first = tokenIn(await mailTo(person.email));
  const again = () => visitor().auth.resend({ type: 'signup', email: person.email });
  const aMinuteLater = () => sql`update auth.users set confirmation_sent_at = now() - interval '61 seconds' where id = ${person.id}`;
  await aMinuteLater();
  await sql`
    update public.email_verification_tokens set created_at = created_at - interval '61 seconds', expires_at = expires_at - interval '61 seconds'
    where user_id = ${person.id}`;
  await again();
  await mailTo(person.email, 2);
  // Auth looks at its own minute alone.
  await aMinuteLater();
  assert.equal((await again()).error, null);
  const [{ count }] = await sql`select count(*)::int from private.email_log where user_id = ${person.id} and template_key = 'verify_email'`;
  assert.equal(count, 2);
  const state = async (/** @type {string} */ token) => (await (await verify(token)).json()).code ?? 'verified';
  assert.equal(await state(first), 'token_superseded');
  assert.equal(await state(tokenIn(await mailTo(person.email, 2))), 'verified');
});

test('a token says how somebody signed in and how sure that makes, also after a refresh', async () => {
  const person = await signedIn({ display_name: 'Ada' });
  const { data: first } = await person.client.auth.getSession();
  const { data: second } = await person.client.auth.refreshSession();
  for (const session of [first.session, second.session]) {
    const claims = claimsOf(/** @type {any} */ (session).access_token);
    assert.deepEqual([claims.aal, claims.is_anonymous, claims.phone], ['aal1', false, '']);
    assert.equal(claims.amr.length, 1);
    assert.equal(claims.amr[0].method, 'password');
    assert.ok(Math.abs(claims.amr[0].timestamp - Date.now() / 1000) < 120);
    assert.equal(claims.app_metadata.provider, 'email');
    assert.equal(claims.sub, person.id);
  }
  const { data } = await person.client.from('profiles').select('id');
  assert.deepEqual(data, [{ id: person.id }], 'and lets them in');
});

test('an account that is made has an identity that is not verified, also when it is confirmed at once', async () => {
  for (const confirm of [true, false]) {
    const { body } = await admin('', { method: 'POST', body: JSON.stringify({ email: newAddress(), email_confirm: confirm }) });
    assert.equal(body.identities[0].identity_data.email_verified, false);
    assert.equal(body.user_metadata.email_verified, confirm ? true : undefined);
    assert.equal(Boolean(body.email_confirmed_at), confirm);
  }
});

test('a ban ends no session in Auth, and is the end of it here at once', async () => {
  const person = await signedIn();
  const read = async () => (await person.client.from('profiles').select('id')).data;
  assert.equal((await read())?.length, 1);
  await service.auth.admin.updateUserById(person.id, { ban_duration: '1h' });
  const [{ count }] = await sql`select count(*)::int from auth.sessions where user_id = ${person.id}`;
  assert.equal(count, 1);
  assert.deepEqual(await read(), []);
  const { data: nobody } = await person.client.rpc('current_user_id');
  assert.equal(nobody, null);
  await service.auth.admin.updateUserById(person.id, { ban_duration: 'none' });
  assert.equal((await read())?.length, 1);
});

test('an account that is deleted and kept, confirmed or not, is nobody\'s, and still found', async () => {
  for (const person of [await signedIn(), await unconfirmed()]) {
    const { error } = await service.auth.admin.deleteUser(person.id, true);
    assert.equal(error, null);
    assert.deepEqual((await person.client.from('profiles').select('id')).data ?? [], []);
    const { status, body } = await admin(`/${person.id}`);
    assert.equal(status, 200);
    assert.ok(body.deleted_at);
    assert.ok(!body.email.includes('@'), body.email);
    assert.deepEqual(body.user_metadata, {});
    assert.notEqual((await unconfirmed({}, person.email)).id, person.id, 'the address is free');
    assert.equal((await admin(`/${person.id}`, { method: 'DELETE' })).status, 200);
    assert.equal((await admin(`/${person.id}`)).status, 404);
  }
});
