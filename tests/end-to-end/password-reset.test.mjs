// @ts-check
// Choosing a new password by the link of a mail: who it lets in, and everything that stops it.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { sql, visitor } from './platform/clients.mjs';
import { FailingAuth } from './platform/failing-auth.mjs';
import { FunctionProcess, IMPATIENT } from './platform/function-process.mjs';
import { completeReset, dispatch, outcome, requestReset, verify } from './platform/functions.mjs';
import { mailTo, mailsTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, employ, newAddress, signedIn, unconfirmed } from './platform/people.mjs';
import { forgetRequests } from './platform/token-requests.mjs';
import { forged } from './platform/tokens.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

const NEW_PASSWORD = 'a new staple for the old horse';

/** The link in the next mail to somebody. @param {{ email: string }} person @param {number} [number] of the mail */
async function resetLink({ email }, number = 1) {
  assert.equal((await requestReset(email)).status, 202);
  return tokenIn(await mailTo(email, number), 'reset-password');
}

/** Somebody who has confirmed and is signed in, with a link in the inbox. */
async function forgetful() {
  const person = await signedIn();
  return { ...person, token: await resetLink(person) };
}

/** Why somebody cannot sign in, or null. @param {{ email: string }} person @param {string} password */
async function signInError({ email }, password) {
  const { error } = await visitor().auth.signInWithPassword({ email, password });
  return error?.code ?? null;
}

/** @param {{ id: string }} person @param {string} action */
async function audited({ id }, action) {
  const [{ count }] = await sql`
    select count(*)::int from public.audit_logs where action = ${action} and user_id = ${id}`;
  return count;
}

/** The codes at the password. @param {Response} response */
async function brokenRules(response) {
  const body = await response.json();
  assert.equal(`${response.status} ${body.code}`, '422 rule_violation', JSON.stringify(body));
  assert.ok(body.errors.every((/** @type {{ pointer: string }} */ error) => error.pointer === '/password'));
  return body.errors.map((/** @type {{ code: string }} */ error) => error.code);
}

test('whatever address Auth has taken, its owner gets in again', async () => {
  const [before, after] = ['hanako..abe.', newAddress('docomo').replace('@example.com', '@docomo.test')];
  const person = await signedIn({}, `${before}${after}`);
  assert.equal((await requestReset(person.email.toUpperCase())).status, 202);
  assert.equal((await completeReset(tokenIn(await mailTo(person.email), 'reset-password'), NEW_PASSWORD)).status, 200);
  assert.equal(await signInError(person, NEW_PASSWORD), null);
});

test('forget, get the mail, choose, sign in; the old password, the old sessions and the link are gone', async () => {
  const person = await signedIn();
  const elsewhere = visitor();
  await elsewhere.auth.signInWithPassword({ email: person.email, password: PASSWORD });
  const mail = (await requestReset(person.email), await mailTo(person.email));
  assert.match(mail.subject, /new password/i);
  const token = tokenIn(mail, 'reset-password');

  const response = await completeReset(token, NEW_PASSWORD);
  assert.equal(response.status, 200, await response.clone().text());
  assert.deepEqual(await response.json(), { status: 'password_updated' });

  assert.equal(await signInError(person, PASSWORD), 'invalid_credentials');
  assert.equal(await signInError(person, NEW_PASSWORD), null);
  for (const client of [person.client, elsewhere]) {
    const { error } = await client.auth.refreshSession();
    assert.ok(error, 'a session of before goes on');
    const { data } = await client.from('profiles').select('id');
    assert.deepEqual(data ?? [], [], 'an access token of before reads');
  }
  assert.match((await mailTo(person.email, 2)).subject, /changed/i);
  assert.equal(await audited(person, 'password.changed'), 1);
  assert.equal(await outcome(await completeReset(token, PASSWORD)), '410 token_used');
});

test('supabase-js calls the functions like any other', async () => {
  const person = await signedIn();
  const asked = await person.client.functions.invoke('auth-password-reset-request', { body: { email: person.email } });
  assert.deepEqual([asked.error, asked.data], [null, { status: 'accepted' }]);
  const token = tokenIn(await mailTo(person.email), 'reset-password');
  const body = { token, password: NEW_PASSWORD };
  const done = await person.client.functions.invoke('auth-password-reset-complete', { body });
  assert.deepEqual([done.error, done.data], [null, { status: 'password_updated' }]);
});

test('an account that was never confirmed is confirmed by its reset', async () => {
  const person = await unconfirmed();
  const verification = tokenIn(await mailTo(person.email));
  const token = await resetLink(person, 2);
  assert.equal(await outcome(await completeReset(token, NEW_PASSWORD)), '200 password_updated');
  assert.equal(await signInError(person, NEW_PASSWORD), null);
  assert.equal(await signInError(person, PASSWORD), 'invalid_credentials', 'who chose one first is out');
  const notices = await sql`select from private.email_log where user_id = ${person.id} and template_key = 'password_changed'`;
  assert.equal(notices.length, 0, 'told of a change, who had chosen none before');
  assert.match(await outcome(await verify(verification)), /^200 /);
});

test('a reset leaves the time at which the address was confirmed', async () => {
  const person = await forgetful();
  const confirmed = () => sql`select email_confirmed_at from public.profiles where id = ${person.id}`;
  const before = [...(await confirmed())];
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '200 password_updated');
  assert.deepEqual([...(await confirmed())], before);
});

test('a password is the same in either way of writing its accents', async () => {
  const person = await forgetful();
  assert.equal((await completeReset(person.token, 'cafe\u0301 cre\u0300me, two of them')).status, 200);
  assert.equal(await signInError(person, 'caf\u00e9 cr\u00e8me, two of them'), null);
});

test('a refused password tells every rule that it breaks and leaves the link', async () => {
  const person = await forgetful();
  await employ(person);
  const [{ name }] = await sql`
    select c.name from public.companies c join public.company_members m on m.company_id = c.id
    where m.user_id = ${person.id}`;
  /** @type {[string, string[]][]} */
  const refused = [
    ['eleven char', ['too_short']],
    ['x'.repeat(73), ['too_long']],
    ['\u{1f642}'.repeat(19), ['too_long']],
    ['with a\ttab inside', ['control_character']],
    ['Password1!', ['too_short', 'common']],
    ['1234567890', ['too_short', 'common']],
    [`I am ${person.email.split('@')[0].toUpperCase()} forever`, ['contains_email']],
    [`my ${name} account 1`, ['contains_name']],
    ['evenkeel for me', ['contains_name']],
    ['', ['too_short']],
  ];
  for (const [password, rules] of refused) {
    assert.deepEqual(await brokenRules(await completeReset(person.token, password)), rules, password);
  }
  assert.equal(await audited(person, 'password.changed'), 0);
  assert.equal(await signInError(person, PASSWORD), null);
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '200 password_updated');
});

test('of fifty simultaneous requests exactly one sets the password', async () => {
  const person = await forgetful();
  const passwords = Array.from({ length: 50 }, (_, n) => `${NEW_PASSWORD} number ${n}`);
  const outcomes = await Promise.all(passwords.map(async (one) => outcome(await completeReset(person.token, one))));
  const winners = passwords.filter((_, n) => outcomes[n] === '200 password_updated');
  assert.equal(winners.length, 1, outcomes.join(', '));
  assert.equal(outcomes.filter((one) => one === '410 token_used').length, 49, outcomes.join(', '));
  assert.equal(await signInError(person, winners[0]), null);
  assert.equal(await audited(person, 'password.changed'), 1);
  await mailTo(person.email, 2);
  await dispatch('email-dispatch');
  assert.equal((await mailsTo(person.email)).length, 2, 'one notice');
});

test('a newer link retires the older one', async () => {
  const person = await forgetful();
  await forgetRequests();
  const newer = await resetLink(person, 2);
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '410 token_superseded');
  assert.equal(await outcome(await completeReset(newer, NEW_PASSWORD)), '200 password_updated');
});

test('asking again too soon leaves the link that was mailed', async () => {
  const person = await forgetful();
  await requestReset(person.email);
  await dispatch('email-dispatch');
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '200 password_updated');
});

test('an expired link is told so', async () => {
  const person = await forgetful();
  await sql`
    update public.password_reset_tokens
    set created_at = created_at - interval '1 hour', expires_at = now() - interval '1 second' where user_id = ${person.id}`;
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '410 token_expired');
  assert.equal(await signInError(person, PASSWORD), null);
});

test('a link to an address that has changed since is void', async () => {
  const person = await forgetful();
  await sql`update auth.users set email = ${`new-${person.email}`} where id = ${person.id}`;
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '410 token_superseded');
});

test('five wrong secrets spend a link, whatever the password', async () => {
  const person = await forgetful();
  const wrong = [];
  for (const password of [NEW_PASSWORD, 'short', '', NEW_PASSWORD, NEW_PASSWORD, NEW_PASSWORD]) {
    wrong.push(await outcome(await completeReset(forged(person.token), password)));
  }
  assert.deepEqual(wrong, [...Array(5).fill('400 token_invalid'), '410 token_exhausted']);
  assert.equal(await outcome(await completeReset(person.token, NEW_PASSWORD)), '410 token_exhausted');
  assert.equal(await signInError(person, PASSWORD), null);
});

test('thirty simultaneous guesses are counted one by one', async () => {
  const person = await forgetful();
  await Promise.all(Array.from({ length: 30 }, () => completeReset(forged(person.token), NEW_PASSWORD)));
  const [{ attempts }] = await sql`select attempts from public.password_reset_tokens where user_id = ${person.id}`;
  assert.equal(attempts, 5);
});

test('a link that confirms an address changes no password', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  assert.equal(await outcome(await completeReset(token, NEW_PASSWORD)), '400 token_invalid');
});

describe('an Auth that', async () => {
  const auth = await new FailingAuth().listen();
  /** @type {FunctionProcess} */
  const reset = await FunctionProcess.start('auth-password-reset-complete', {
    SUPABASE_URL: auth.url,
    ...IMPATIENT,
  });
  after(async () => {
    await reset.kill();
    await auth.close();
  });

  /** @param {string} token @param {string} password @param {FailingAuth['answer']} answer */
  async function completeWith(token, password, answer) {
    auth.answer = answer;
    return reset.post('', { body: { token, password } });
  }

  const weak = {
    code: 422,
    error_code: 'weak_password',
    msg: 'Password is known to be weak and easy to guess',
    weak_password: { reasons: ['pwned', 'characters'] },
  };
  const tooLong = { code: 400, error_code: 'validation_failed', msg: 'Password cannot be longer than 72 characters' };
  /** @type {[string, FailingAuth['answer'], string][]} */
  const failures = [
    ['finds the password weak', { status: 422, body: weak }, '422 rule_violation'],
    ['finds the password too long', { status: 400, body: tooLong }, '422 rule_violation'],
    ['fails', { status: 500, body: { code: 500, error_code: 'unexpected_failure', msg: 'x' } }, '503 upstream_unavailable'],
    ['has lost its database', { status: 500, body: { code: '57P01', message: 'x' } }, '503 upstream_unavailable'],
    ['is silent', 'silence', '504 upstream_timeout'],
    ['refuses our key', { status: 401, body: { message: 'Invalid API key' } }, '500 internal'],
  ];
  for (const [what, answer, expected] of failures) {
    test(`${what} leaves password and link as they were`, async () => {
      const person = await forgetful();
      const refused = await completeWith(person.token, NEW_PASSWORD, answer);
      if (what === 'finds the password weak') {
        assert.deepEqual(await brokenRules(refused.clone()), ['leaked', 'lacks_characters']);
      }
      assert.equal(await outcome(refused), expected);
      assert.equal(await signInError(person, PASSWORD), null);
      assert.equal(await audited(person, 'password.reset_released'), 1);
      assert.equal(await outcome(await completeWith(person.token, NEW_PASSWORD, null)), '200 password_updated');
    });
  }

  test('does it and loses the answer has done it once', async () => {
    const person = await forgetful();
    const lost = { status: 502, body: {}, applied: true };
    assert.equal(await outcome(await completeWith(person.token, NEW_PASSWORD, lost)), '503 upstream_unavailable');
    assert.equal(await signInError(person, NEW_PASSWORD), null);
    assert.equal(await outcome(await completeWith(person.token, PASSWORD, null)), '410 token_used');
    assert.match((await mailTo(person.email, 2)).subject, /changed/i);
  });

  test('outlives the function leaves a way in', async () => {
    const person = await forgetful();
    const dying = await FunctionProcess.start('auth-password-reset-complete', { SUPABASE_URL: auth.url });
    auth.answer = 'silence';
    const { silenced } = auth;
    const broken = dying.post('', { body: { token: person.token, password: NEW_PASSWORD } });
    const failed = assert.rejects(broken);
    await eventually('the change to reach Auth', () => auth.silenced > silenced);
    await dying.kill();
    await failed;
    assert.equal(await outcome(await completeWith(person.token, NEW_PASSWORD, null)), '410 token_used');
    await forgetRequests();
    const next = await resetLink(person, 2);
    assert.equal(await outcome(await completeWith(next, NEW_PASSWORD, null)), '200 password_updated');
  });
});
