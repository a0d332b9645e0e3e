// @ts-check
// Mails that Auth asks for: ours goes in the place of each, once, and for nobody but Auth.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import { ask, authMail, signaturesOf } from './platform/auth-hook.mjs';
import { service, sql, visitor } from './platform/clients.mjs';
import { environment, stackDirectory } from './platform/environment.mjs';
import { FunctionProcess, secrets } from './platform/function-process.mjs';
import { callFunction, completeReset, completeSignUp, dispatch, outcome } from './platform/functions.mjs';
import { mailTo as waitForMail, mailsTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn, unconfirmed } from './platform/people.mjs';

after(() => sql.end());

const DONE = '200 {}';
const MINUTE = 60_000;
const NEW_PASSWORD = 'seven green boats at anchor';

/** A mail to an address. A function's kick may be lost, and the minute of pg_cron is long. @param {string} address @param {number} [number] */
async function mailTo(address, number = 1) {
  await dispatch('email-dispatch');
  return waitForMail(address, number);
}

/** The kinds of mail about an account or to an address. @param {{ id: string, email: string }} person @returns {Promise<string[]>} */
async function kindsTo({ id, email }) {
  await dispatch('email-dispatch');
  const rows = await sql`select template_key from private.email_log where user_id = ${id} or recipient = ${email} order by id`;
  return rows.map(({ template_key: key }) => key).filter((key) => key !== 'verify_email');
}

/** Everything that the tables hold of a text. @param {string} text @returns {Promise<string[]>} */
async function tablesWith(text) {
  const tables = await sql`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'partitions', 'net') and c.relkind in ('r', 'p')`;
  const found = [];
  for (const { name } of tables) {
    const [{ holds }] = await sql.unsafe(`select exists (select from ${name} t where strpos(t::text, $1) > 0) as holds`, [text]);
    if (holds) found.push(name);
  }
  return found;
}

test('who forgot their password and asks Auth gets our link, with which a new one is set', async () => {
  const person = await signedIn();
  const { error } = await visitor().auth.resetPasswordForEmail(person.email);
  assert.equal(error, null);
  const mail = await mailTo(person.email);
  assert.equal((await completeReset(tokenIn(mail, 'reset-password'), NEW_PASSWORD)).status, 200);
  assert.equal((await visitor().auth.signInWithPassword({ email: person.email, password: NEW_PASSWORD })).error, null);
  assert.equal((await visitor().auth.resetPasswordForEmail(newAddress('nobody'))).error, null);
});

test('Auth answers the second request for a code as the first, whoever it is about', async () => {
  const person = await signedIn();
  const stranger = newAddress('nobody');
  const answers = [];
  for (const email of [person.email, person.email, person.email, stranger, stranger]) {
    const { error } = await visitor().auth.resetPasswordForEmail(email);
    answers.push(error?.status ?? 200);
  }
  assert.deepEqual(answers, [200, 200, 200, 200, 200]);
  await mailTo(person.email);
  assert.deepEqual(await kindsTo(person), ['password_reset'], 'and our cooldown holds');
});

test('whoever asks for a stranger\'s account again and again leaves one row and one mail, whatever code Auth makes', async () => {
  const person = await signedIn();
  const [{ count: before }] = await sql`select count(*)::int as count from private.auth_emails`;
  for (const type of ['recovery', 'magiclink']) {
    for (let time = 0; time < 5; time++) assert.equal(await ask(authMail(type, person)), DONE, type);
  }
  const [{ count: after }] = await sql`select count(*)::int as count from private.auth_emails`;
  assert.equal(after - before, 2, 'one of each type');
  await mailTo(person.email, 2);
  assert.deepEqual((await kindsTo(person)).sort(), ['password_reset', 'sign_in_link']);
});

test('what was added to an account is mailed while no function answers, and once though Auth asks as well', async () => {
  const person = await signedIn();
  const factor = randomUUID();
  await sql`
    insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
    values (${factor}, ${person.id}, 'totp', 'unverified', now(), now())`;
  await sql`update auth.mfa_factors set status = 'verified', updated_at = now() where id = ${factor}`;
  assert.equal(await ask(authMail('mfa_factor_enrolled_notification', person)), DONE);
  await sql`insert into auth.identities (id, provider, provider_id, user_id, identity_data) values (${randomUUID()}, 'google', ${person.id}, ${person.id}, '{}')`;
  assert.equal(await ask(authMail('identity_linked_notification', person)), DONE);
  await sql`delete from auth.mfa_factors where id = ${factor}`;
  await sql`delete from auth.identities where user_id = ${person.id} and provider = 'google'`;
  const texts = [];
  for (let at = 1; at <= 4; at++) texts.push((await mailTo(person.email, at)).text);
  assert.deepEqual(texts.filter((text) => /\{\{|undefined|google|totp/.test(text)), []);
  assert.deepEqual(await kindsTo(person), ['second_factor_added', 'sign_in_method_added', 'second_factor_removed', 'sign_in_method_removed']);
  assert.equal((await service.auth.admin.deleteUser(person.id)).error, null);
});

test('a code that Auth makes is void: whoever knows it is not let in', async () => {
  const person = await signedIn();
  await visitor().auth.resetPasswordForEmail(person.email);
  await visitor().auth.signInWithOtp({ email: person.email, options: { shouldCreateUser: false } });
  const [user] = await sql`select recovery_token, recovery_sent_at < now() - interval '1 day' as is_void from auth.users where id = ${person.id}`;
  assert.ok(user.recovery_token && user.is_void, 'it has one, that has expired');
});

test('who asks for a link to sign in with is told that there is none, once a day', async () => {
  const person = await signedIn();
  for (let time = 0; time < 3; time++) {
    assert.equal((await visitor().auth.signInWithOtp({ email: person.email, options: { shouldCreateUser: false } })).error, null);
  }
  const { text } = await mailTo(person.email);
  assert.match(text, /\/sign-in\n/);
  assert.doesNotMatch(text, /token|code|verify/i);
  assert.deepEqual(await kindsTo(person), ['sign_in_link']);
});

test('a change of address that is asked of Auth is ours: the old address is told, the new one confirms', async () => {
  const person = await signedIn();
  const elsewhere = newAddress('elsewhere');
  const { error } = await person.client.auth.updateUser({ email: elsewhere });
  assert.equal(error, null);
  tokenIn(await mailTo(elsewhere), 'confirm-new-address');
  tokenIn(await mailTo(person.email), 'keep-address');
  assert.equal((await sql`select email from auth.users where id = ${person.id}`)[0].email, person.email, 'until then nothing is changed');
});

test('who has to prove who they are before they change their password gets our link for that', async () => {
  const person = await signedIn();
  const { error } = await person.client.auth.reauthenticate();
  assert.equal(error, null);
  tokenIn(await mailTo(person.email), 'reset-password');
});

test('who is invited by an admin gets our link, and chooses a password behind it', async () => {
  const email = newAddress('invited');
  const { data, error } = await service.auth.admin.inviteUserByEmail(email);
  assert.equal(error, null);
  const mail = await mailTo(email);
  assert.match(mail.subject, /account was made for you/);
  const done = await completeSignUp(tokenIn(mail, 'complete-sign-up'), PASSWORD, { display_name: 'Ivy' });
  assert.equal(done.status, 200, await done.text());
  const client = visitor();
  const signIn = await client.auth.signInWithPassword({ email, password: PASSWORD });
  assert.deepEqual([signIn.error, signIn.data.user?.id], [null, data.user?.id]);
  assert.deepEqual((await kindsTo({ id: String(data.user?.id), email })), ['invited'], 'and no second mail');
  assert.equal((await service.auth.admin.inviteUserByEmail(email)).error?.code, 'email_exists');
});

test('every type that Auth knows is answered, with a mail where no trigger has made it, and no code is kept or written down', async () => {
  const kinds = {
    signup: [], invite: [], password_changed_notification: [], email_changed_notification: [], phone_changed_notification: [],
    identity_linked_notification: [], identity_unlinked_notification: [], mfa_factor_enrolled_notification: [], mfa_factor_unenrolled_notification: [],
    recovery: ['password_reset'], reauthentication: ['password_reset'], magiclink: ['sign_in_link'], email_change: ['email_change_notice'],
  };
  /** @type {string[]} */
  const secret = [];
  for (const [type, expected] of Object.entries(kinds)) {
    const person = await signedIn();
    const mail = authMail(type, person, type === 'email_change' ? { newEmail: newAddress('new') } : {});
    const tries = await Promise.all([1, 2, 3].map(() => ask(mail)));
    assert.deepEqual(tries, [DONE, DONE, DONE], type);
    assert.equal(await ask(mail), DONE, `${type}, once more`);
    assert.deepEqual(await kindsTo(person), expected, type);
    for (const [at] of expected.entries()) assert.doesNotMatch((await mailTo(person.email, at + 1)).text, /\{\{|undefined|google|totp/, type);
    const codes = [mail.email_data.token, mail.email_data.token_hash, mail.email_data.token_new].filter(Boolean);
    for (const code of codes) assert.deepEqual(await tablesWith(code), [], type);
    secret.push(...codes, person.email);
  }
  const logs = path.join(stackDirectory, 'logs');
  const written = readdirSync(logs).map((name) => readFileSync(path.join(logs, name), 'utf8')).join('\n');
  assert.ok(written.includes('auth-send-email'), 'the calls are logged');
  assert.deepEqual(secret.filter((one) => written.includes(one)), []);
});

test('a type that nobody knows is refused, and queues nothing', async () => {
  const person = await signedIn();
  assert.equal(await ask(authMail('passkey_added_notification', person)), '500 internal');
  assert.deepEqual(await kindsTo(person), []);
});

test('each secret of the list is enough, while one takes the place of the other', async () => {
  for (const secret of environment.sendEmailSecrets) {
    assert.equal(await ask(authMail('magiclink', await signedIn()), { secrets: [secret] }), DONE);
  }
});

test('nobody but Auth has mail sent to anybody', async () => {
  const victim = await signedIn();
  const mail = authMail('recovery', victim);
  const body = JSON.stringify(mail);
  const good = signaturesOf(body);
  const strange = `v1,whsec_${Buffer.from('of somebody else altogether').toString('base64')}`;
  const session = (await victim.client.auth.getSession()).data.session?.access_token;
  /** @type {Record<string, [Record<string, string>, string]>} */
  const attempts = {
    'without a signature': [{}, body],
    'with a key of the project': [{ apikey: environment.secretKey, authorization: `Bearer ${environment.secretKey}` }, body],
    'signed in': [{ authorization: `Bearer ${session}` }, body],
    'with the key of the jobs': [{ apikey: environment.cronKey }, body],
    'with a secret of the mailer': [signaturesOf(body, { secrets: environment.webhookSecrets }), body],
    'with a secret of their own': [signaturesOf(body, { secrets: [strange] }), body],
    'for another account': [good, body.replace(victim.id, victim.id.replace(/^./, (first) => (first === '0' ? '1' : '0')))],
    'of another type': [good, body.replace('"recovery"', '"magiclink"')],
    'in other bytes': [good, `${body} `],
    'with another id': [{ ...good, 'webhook-id': 'another' }, body],
    'six minutes late': [signaturesOf(body, { at: Date.now() - 6 * MINUTE }), body],
    'six minutes early': [signaturesOf(body, { at: Date.now() + 6 * MINUTE }), body],
  };
  for (const [how, [headers, text]] of Object.entries(attempts)) {
    assert.equal(await outcome(await callFunction('auth-send-email', { headers, body: text })), '401 unauthenticated', how);
  }
  assert.deepEqual(await kindsTo(victim), []);
  const asVictim = await victim.client.rpc('take_auth_email', { p_action: 'password_reset', p_user_id: victim.id, p_dedupe_key: '0'.repeat(64) });
  assert.ok(['42501', 'PGRST202'].includes(String(asVictim.error?.code)), 'nor by the database');
  for (const headers of [good, { ...good, 'webhook-signature': good['webhook-signature'].split(', ').reverse().join(' ') }]) {
    assert.equal((await callFunction('auth-send-email', { headers, body })).status, 200);
  }
  assert.deepEqual(await kindsTo(victim), ['password_reset'], 'what is heard twice is one mail');
});

test('what is too long or no mail is refused', async () => {
  const person = await signedIn();
  assert.equal(await ask(authMail('recovery', person, { metadata: { filler: 'x'.repeat(65_536) } })), '413 payload_too_large');
  assert.equal(await ask({ user: { id: person.id }, email_data: {} }), '400 invalid_request');
  assert.equal((await callFunction('auth-send-email', { method: 'GET' })).status, 405);
});

test('a database that does not answer keeps nobody: a sign-up is answered, and Auth is told to try again in time', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (silent.address());
  const hook = await FunctionProcess.start('auth-send-email', { SUPABASE_URL: `http://127.0.0.1:${port}`, SEND_EMAIL_HOOK_SECRETS: environment.sendEmailSecrets[0], ...secrets });
  t.after(async () => {
    await hook.kill();
    silent.closeAllConnections();
    silent.close();
  });
  const person = { id: '8484b834-f29e-4af2-bf42-80644d154f76', email: newAddress() };
  const post = async (/** @type {string} */ type) => {
    const mail = authMail(type, person);
    const started = performance.now();
    const { status, headers } = await hook.post('', { headers: signaturesOf(JSON.stringify(mail), { secrets: [environment.sendEmailSecrets[0]] }), body: mail });
    return { status, retry: headers.get('retry-after'), took: performance.now() - started };
  };
  await post('signup');
  const [signUp, recovery] = [await post('signup'), await post('recovery')];
  assert.equal(signUp.status, 200);
  assert.ok(signUp.took < 200, `${signUp.took} ms`);
  assert.deepEqual([recovery.status, Boolean(recovery.retry)], [503, true]);
  assert.ok(recovery.took < 1_600, `${recovery.took} ms: three tries are to be within five seconds`);
});

test('an answer is there within 200 ms, after one insert', async () => {
  const person = await signedIn();
  await ask(authMail('recovery', person));
  const times = [];
  for (let n = 0; n < 30; n++) {
    const mail = authMail('recovery', person);
    // As if each were the first of its minute.
    await sql`delete from private.auth_emails`;
    await sql`delete from private.token_requests`;
    const started = performance.now();
    assert.equal(await ask(mail), DONE);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  assert.ok(times[Math.floor(times.length / 2)] < 200, `median ${times[15]} ms`);
  console.log(`# answered in ${times[15].toFixed(1)} ms, at most ${times[29].toFixed(1)} ms`);
});

test('what Auth has not committed is not waited for', async () => {
  const person = await signedIn();
  await sql.begin(async (tx) => {
    // As Auth does where a password and an address are changed at once: the rows of the account are its transaction's.
    await tx`update auth.users set encrypted_password = 'x', raw_user_meta_data = '{}' where id = ${person.id}`;
    await tx`select from public.profiles where id = ${person.id} for no key update`;
    const newEmail = newAddress('new');
    for (const [type, more] of /** @type {const} */ ([['email_change', { newEmail }], ['magiclink', {}], ['recovery', {}]])) {
      const started = performance.now();
      assert.equal(await ask(authMail(type, person, more)), DONE);
      assert.ok(performance.now() - started < 1_000, type);
    }
  });
});

test('who signs up again with an address that nobody has confirmed gets a new link, in the cooldown none', async () => {
  const person = await unconfirmed();
  await mailTo(person.email);
  assert.equal((await visitor().auth.resend({ type: 'signup', email: person.email })).error, null);
  assert.equal((await visitor().auth.resend({ type: 'signup', email: newAddress('nobody') })).error, null);
  await dispatch('email-dispatch');
  assert.equal((await mailsTo(person.email)).length, 1);
});
