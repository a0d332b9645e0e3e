// @ts-check
// Signing up: a mail first, and the account made by whoever reads it.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { service, sql, visitor } from './platform/clients.mjs';
import { FailingAuth } from './platform/failing-auth.mjs';
import { FunctionProcess, IMPATIENT } from './platform/function-process.mjs';
import { callFunction, completeSignUp, dispatch, fingerprint, outcome, requestSignUp } from './platform/functions.mjs';
import { mailTo, mailsTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn, unconfirmed } from './platform/people.mjs';
import { workThroughRequests } from './platform/token-requests.mjs';

after(() => sql.end());

const TERMS = { terms: '2026-11', privacy: '2026-11' };

/** The link in the next mail to an address that signs up. @param {string} [email] @param {number} [number] of the mail */
async function signingUp(email = newAddress('grace'), number = 1) {
  assert.equal((await requestSignUp(email)).status, 202);
  return { email, token: tokenIn(await mailTo(email, number), 'complete-sign-up') };
}

/** Why somebody cannot sign in, or null. @param {string} email @param {string} [password] */
async function signInError(email, password = PASSWORD) {
  const { error } = await visitor().auth.signInWithPassword({ email, password });
  return error?.code ?? null;
}

/** @param {string} email */
const accounts = (email) => sql`
  select p.display_name, p.locale, p.time_zone, (select count(*)::int from public.terms_acceptance a where a.user_id = p.id) as accepted
  from public.profiles p join auth.users u using (id) where u.email = ${email}`;

test('ask, get the mail, say who one is, sign in', async () => {
  const email = newAddress('grace');
  assert.equal((await requestSignUp(email.toUpperCase(), { locale: 'de-AT' })).status, 202);
  const mail = await mailTo(email);
  assert.match(mail.subject, /Anmeldung/);
  const token = tokenIn(mail, 'complete-sign-up');
  assert.equal((await accounts(email)).length, 0, 'a request made an account');
  const preview = await callFunction('auth-sign-up/preview', { body: { token } });
  assert.deepEqual(await preview.json(), { email: `g…@example.com`, terms: TERMS });

  const said = { display_name: 'Grace', locale: 'de_AT', time_zone: 'Europe/Vienna' };
  assert.equal(await outcome(await completeSignUp(token, PASSWORD, said)), '200 signed_up');
  assert.deepEqual({ ...(await accounts(email))[0] }, { ...said, locale: 'de-AT', accepted: 2 });
  assert.equal(await signInError(email), null);
  assert.equal(await outcome(await completeSignUp(token, 'another good password')), '410 token_used');
  assert.equal(await signInError(email), null, 'the first password holds');
  await dispatch('email-dispatch');
  assert.equal((await mailsTo(email)).length, 1, 'nothing is left to confirm');
});

test('the answer is the same whatever the address, and only its mailbox is told more', async () => {
  const [confirmed, waiting, suppressed] = [(await signedIn()).email, (await unconfirmed()).email, newAddress()];
  await mailTo(waiting);
  await sql`select private.suppress_address(private.address_key(${suppressed}), 'hard_bounce')`;
  const expected = await fingerprint(await requestSignUp(newAddress('stranger')));
  assert.deepEqual([expected.status, expected.body], [202, '{"status":"accepted"}']);
  for (const turn of ['first', 'second']) {
    for (const email of [confirmed, waiting, suppressed]) {
      assert.deepEqual(await fingerprint(await requestSignUp(email)), expected, `the ${turn} time`);
    }
  }
  await workThroughRequests();
  const taken = await mailTo(confirmed);
  assert.match(taken.subject, /have an account/);
  assert.doesNotMatch(taken.text + taken.html, /#token=/);
  assert.match((await mailTo(waiting, 2)).subject, /Complete/);
  await dispatch('email-dispatch');
  const counts = await Promise.all([confirmed, waiting, suppressed].map(async (email) => (await mailsTo(email)).length));
  assert.deepEqual(counts, [1, 2, 0]);
});

test('who made an account for a stranger has no way into what its reader makes of it', async () => {
  const squatted = await unconfirmed({ display_name: 'Call evil.test', locale: 'ru', time_zone: 'Asia/Tokyo' });
  await mailTo(squatted.email);
  const { token } = await signingUp(squatted.email, 2);
  const chosen = 'chosen by the reader';
  assert.equal(await outcome(await completeSignUp(token, chosen, { display_name: 'The Reader' })), '200 signed_up');
  assert.equal(await signInError(squatted.email), 'invalid_credentials');
  assert.equal(await signInError(squatted.email, chosen), null);
  assert.deepEqual({ ...(await accounts(squatted.email))[0] }, { display_name: 'The Reader', locale: 'en', time_zone: 'UTC', accepted: 2 });
  const { data } = await service.auth.admin.getUserById(squatted.id);
  assert.equal(data.user?.user_metadata.display_name, undefined);
});

test('what is refused leaves a link that works', async () => {
  const { email, token } = await signingUp();
  /** @type {[string, Record<string, unknown>, string][]} */
  const refused = [
    ['password12345', {}, '422 rule_violation'],
    [`${email.split('@')[0]} and more`, {}, '422 rule_violation'],
    [PASSWORD, { display_name: 'https://evil.example/win' }, '400 invalid_request'],
    [PASSWORD, { display_name: 'Ad\u202ea' }, '400 invalid_request'],
    [PASSWORD, { locale: 'no such' }, '400 invalid_request'],
    [PASSWORD, { terms: { terms: '2020-01', privacy: '2026-11' } }, '409 version_not_in_force'],
    [PASSWORD, { terms: {} }, '400 invalid_request'],
    [PASSWORD, { email }, '400 invalid_request'],
  ];
  for (const [password, more, expected] of refused) {
    assert.equal(await outcome(await completeSignUp(token, password, more)), expected, JSON.stringify(more));
  }
  assert.equal((await accounts(email)).length, 0);
  assert.equal(await outcome(await completeSignUp(token, PASSWORD)), '200 signed_up');
});

test('of racing requests one makes the account', async () => {
  const { email, token } = await signingUp();
  const passwords = Array.from({ length: 20 }, (_, n) => `${PASSWORD} number ${n}`);
  const found = await Promise.all(passwords.map(async (one, n) => outcome(await completeSignUp(token, one, { display_name: `Number ${n}` }))));
  const winners = passwords.filter((_, n) => found[n] === '200 signed_up');
  assert.equal(winners.length, 1, found.join(', '));
  for (const one of found) assert.match(one, /^(200 signed_up|410 token_used|409 conflict)$/);
  assert.equal(await signInError(email, winners[0]), null);
  assert.deepEqual((await accounts(email)).map(({ accepted }) => accepted), [2]);
});

test('a link ends with the account that somebody else has made of the address, and with a newer one', async () => {
  const { email, token } = await signingUp();
  await signedIn({}, email);
  assert.equal(await outcome(await completeSignUp(token, 'another good password')), '410 token_superseded');
  const again = await signingUp();
  await sql`delete from private.token_cooldowns`;
  const newer = await signingUp(again.email, 2);
  assert.equal(await outcome(await completeSignUp(again.token, PASSWORD)), '410 token_superseded');
  assert.equal(await outcome(await completeSignUp(newer.token, PASSWORD)), '200 signed_up');
});

test('a link of another purpose signs nobody up', async () => {
  const person = await unconfirmed();
  const confirmation = tokenIn(await mailTo(person.email));
  assert.equal(await outcome(await completeSignUp(confirmation, PASSWORD)), '400 token_invalid');
  const { token } = await signingUp();
  assert.equal(await outcome(await callFunction('auth-email-verify', { body: { token } })), '400 token_invalid');
});

describe('an Auth that', async () => {
  const auth = await new FailingAuth().listen();
  const signUp = await FunctionProcess.start('auth-sign-up', { SUPABASE_URL: auth.url, ...IMPATIENT });
  after(async () => {
    await signUp.kill();
    await auth.close();
  });

  /** @param {string} token @param {FailingAuth['answer']} answer @param {string} [name] */
  async function completeWith(token, answer, name = 'Grace') {
    auth.answer = answer;
    return outcome(await signUp.post('/complete', { body: { token, password: PASSWORD, display_name: name, terms: TERMS } }));
  }

  /** @type {[string, FailingAuth['answer'], string][]} */
  const failures = [
    ['fails', { status: 500, body: { code: 500, error_code: 'unexpected_failure', msg: 'x' } }, '503 upstream_unavailable'],
    ['is silent', 'silence', '504 upstream_timeout'],
  ];
  for (const [what, answer, expected] of failures) {
    test(`${what} leaves no account, and a link that works`, async () => {
      const { email, token } = await signingUp();
      assert.equal(await completeWith(token, answer, 'Nobody'), expected);
      assert.equal((await accounts(email)).length, 0);
      assert.equal(await completeWith(token, null), '200 signed_up');
      assert.deepEqual((await accounts(email)).map((one) => one.display_name), ['Grace']);
    });
  }

  test('does it and loses the answer has done all of it once', async () => {
    const { email, token } = await signingUp();
    assert.equal(await completeWith(token, { status: 502, body: {}, applied: true }), '503 upstream_unavailable');
    assert.deepEqual((await accounts(email)).map(({ display_name, accepted }) => [display_name, accepted]), [['Grace', 2]]);
    assert.equal(await signInError(email), null);
    assert.equal(await completeWith(token, null), '410 token_used');
  });
});
