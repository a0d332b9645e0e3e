// @ts-check
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { signToken } from '../tokens.mjs';
import { clientOf, withClient } from './client.mjs';
import { readHook } from './hooks.mjs';
import { sendEmailChange } from './mails.mjs';
import { createAuth } from './routes.mjs';

const SECRET = 'secret-of-these-tests';
const HOOK = { uri: 'pg-functions://postgres/private/check', name: 'private.check' };
/** @type {any[]} */
const mailed = [];
const mailing = { hook: async (/** @type {any} */ input) => void mailed.push(input), maxFrequency: 60, otpLength: 10, siteUrl: 'https://site.test', externalUrl: 'http://x/auth/v1' };
const FACTOR = '0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a';
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CLIENT = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0' };
const GENUINE = Response.json({ access_token: 'of lite' });

/**
 * Auth over a database that knows one account and answers the hook as told.
 * @param {{ account?: Record<string, unknown> | null, valid?: boolean, output?: unknown, lite?: Response, signsUp?: boolean, lacksFactor?: boolean }} [world]
 */
function authOver({ account = {}, valid = true, output = { decision: 'continue' }, lite = GENUINE, signsUp = false, lacksFactor = false } = {}) {
  /** @type {{ asked: any[], deleted: unknown[][], passed: Request[] }} */
  const seen = { asked: [], deleted: [], passed: [] };
  const sql = /** @type {any} */ (async (/** @type {TemplateStringsArray} */ strings, /** @type {unknown[]} */ ...values) => {
    const text = strings.join('?');
    if (text.includes('from auth.users')) return account ? [{ id: 'u', encrypted_password: '$2b$10$x', is_banned: false, ...account }] : [];
    if (text.includes('crypt(')) return [{ valid }];
    if (text.includes('from auth.mfa_factors where id')) return [{ id: FACTOR, factor_type: 'totp', secret: TOTP_SECRET }];
    if (text.includes('from auth.mfa_challenges')) return [{ id: 'c', is_elsewhere: false, has_expired: false }];
    if (text.includes('lacks_factor')) return [{ lacks_factor: lacksFactor }];
    if (text.startsWith('delete')) return void seen.deleted.push(values);
    seen.asked.push(values[1]);
    if (output instanceof Error) throw output;
    return [{ output }];
  });
  const transaction = Object.assign((/** @type {any} */ first, /** @type {unknown[]} */ ...values) => (Array.isArray(first) ? sql(first, ...values) : first), {
    unsafe: async () => {}, json: (/** @type {unknown} */ value) => value,
  });
  sql.begin = (/** @type {(tx: unknown) => unknown} */ work) => work(transaction);
  const fetch = async (/** @type {Request} */ request) => (seen.passed.push(request), lite.clone());
  const auth = createAuth({ sql, service: { fetch }, jwtSecret: SECRET, passwordHook: HOOK, mailing, signsUp, factors: { enroll: true, verify: true, most: 10, hook: HOOK } });
  return { seen, ask: (/** @type {string} */ path, /** @type {RequestInit} */ init) => auth.answer(new Request(`http://x/auth/v1${path}`, init), CLIENT) };
}

/** @param {ReturnType<typeof authOver>} auth */
async function signIn(auth) {
  const body = JSON.stringify({ email: 'Ada@example.com', password: 'p' });
  const response = await auth.ask('/token?grant_type=password', { method: 'POST', body });
  const { error_code: code, msg } = await response.json();
  return [response.status, code, msg];
}

test('a hook is named by its schema and function', () => {
  assert.deepEqual(readHook({ enabled: true, uri: HOOK.uri }, 'x'), HOOK);
  assert.equal(readHook({ enabled: false, uri: HOOK.uri }, 'x'), null);
  assert.equal(readHook(undefined, 'x'), null);
  for (const uri of ['https://example.com/hook', 'pg-functions://postgres/private', 'pg-functions://postgres/a/b;drop', undefined]) {
    assert.throws(() => readHook({ enabled: true, uri }, 'x'), /needs uri/, uri);
  }
});

test('the hook hears of right and wrong passwords, and from where', async () => {
  for (const valid of [true, false]) {
    const auth = authOver({ valid });
    await signIn(auth);
    const [{ metadata, ...rest }] = auth.seen.asked;
    assert.deepEqual([rest, metadata.ip_address], [{ user_id: 'u', valid }, CLIENT.ip]);
  }
});

test('the hook hears nothing of addresses without an account', async () => {
  for (const account of [null, { encrypted_password: null }]) {
    const auth = authOver({ account });
    await signIn(auth);
    assert.deepEqual([auth.seen.asked.length, auth.seen.passed.length], [0, 1]);
  }
});

test('a rejected sign-in gets the hook\'s words and no session, also with the right password', async () => {
  const auth = authOver({ output: { decision: 'reject', message: 'Invalid login credentials' } });
  assert.deepEqual(await signIn(auth), [400, 'invalid_credentials', 'Invalid login credentials']);
  assert.deepEqual([auth.seen.passed.length, auth.seen.deleted.length], [0, 0]);
});

test('a rejection without words has Auth\'s own, and may end the sessions', async () => {
  const auth = authOver({ output: { decision: 'reject', should_logout_user: true } });
  assert.deepEqual((await signIn(auth))[2], 'Further password verification attempts will be rejected.');
  assert.deepEqual(auth.seen.deleted, [['u']]);
});

test('a wrong password is refused also where the hook lets it pass, and before the confirmation is looked at', async () => {
  const auth = authOver({ valid: false });
  assert.deepEqual(await signIn(auth), [400, 'invalid_credentials', 'Invalid login credentials']);
  assert.equal(auth.seen.passed.length, 0);
});

test('a banned account is told so before the password is looked at', async () => {
  const auth = authOver({ account: { is_banned: true }, valid: false });
  assert.deepEqual((await signIn(auth)).slice(0, 2), [400, 'user_banned']);
  assert.equal(auth.seen.asked.length, 0);
});

test('a hook that fails lets nobody in', async (t) => {
  t.mock.method(console, 'error', () => {});
  const failing = authOver({ output: new Error('permission denied') });
  assert.deepEqual(await signIn(failing), [500, 'unexpected_failure', `Error running hook URI: ${HOOK.uri}`]);
  const told = authOver({ output: { error: { http_code: 429, message: 'slow down' } } });
  assert.deepEqual(await signIn(told), [429, 'unknown', 'slow down']);
  assert.equal(failing.seen.passed.length + told.seen.passed.length, 0);
});

test('a hook that raises is told by its own code, not to callers of the newer API version', async (t) => {
  t.mock.method(console, 'error', () => {});
  const raised = Object.assign(new Error('too often'), { name: 'PostgresError', code: 'PT429' });
  const auth = authOver({ output: raised });
  const ask = (/** @type {Record<string, string>} */ headers) =>
    auth.ask('/token?grant_type=password', { method: 'POST', headers, body: JSON.stringify({ email: 'ada@example.com', password: 'p' }) });
  const [old, newer] = [await ask({}), await ask({ 'x-supabase-api-version': '2024-01-01' })];
  assert.deepEqual([old.status, await old.json()], [429, { code: 'PT429', message: 'too often' }]);
  assert.deepEqual([newer.status, await newer.json()], [500, { code: 'unexpected_failure', message: `Error running hook URI: ${HOOK.uri}` }]);
});

test('what the database refuses of a sign-up is a failure in Auth\'s words', async () => {
  const auth = authOver({ lite: Response.json({ error: 'server_error', error_description: 'Internal server error' }, { status: 500 }) });
  const ask = (/** @type {string} */ version) => auth.ask('/signup', { method: 'POST', headers: { 'x-supabase-api-version': version }, body: '{}' });
  const [old, newer] = [await ask(''), await ask('2024-01-01')];
  assert.deepEqual([old.status, await old.json()], [500, { code: 500, error_code: 'unexpected_failure', msg: 'Database error saving new user' }]);
  assert.deepEqual([newer.status, await newer.json()], [500, { code: 'unexpected_failure', message: 'Database error saving new user' }]);
});

test('changing one\'s password ends the other sessions', async () => {
  const authorization = `Bearer ${signToken({ sub: 'u', session_id: 'mine', exp: 4e9 }, SECRET)}`;
  const change = async (/** @type {unknown} */ body) => {
    const auth = authOver();
    const { status } = await auth.ask('/user', { method: 'PUT', headers: { authorization }, body: JSON.stringify(body) });
    return [status, auth.seen.deleted];
  };
  assert.deepEqual(await change({ password: 'another one' }), [200, [['u', 'mine']]]);
  assert.deepEqual(await change({ data: { locale: 'de' } }), [200, []]);
  assert.deepEqual(await change({ password: 'ä'.repeat(37) }), [400, []]);
});

test('whoever has a second factor changes neither password nor address without it', async () => {
  const headers = { authorization: `Bearer ${signToken({ sub: 'u', session_id: 's' }, SECRET)}` };
  const change = async (/** @type {object} */ body, lacksFactor = true) => {
    const auth = authOver({ account: { email: 'ada@example.com' }, lite: Response.json({ id: 'u' }), lacksFactor });
    const response = await auth.ask('/user', { method: 'PUT', headers, body: JSON.stringify(body) });
    return [response.status, (await response.json()).error_code, auth.seen.passed.length];
  };
  for (const body of [{ password: 'p' }, { email: 'eve@example.com' }, { phone: '4915112345678' }]) {
    assert.deepEqual(await change(body), [401, 'insufficient_aal', 0], JSON.stringify(body));
  }
  for (const body of [{ data: {} }, { email: 'Ada@example.com' }]) assert.deepEqual(await change(body), [200, undefined, 1], JSON.stringify(body));
  assert.deepEqual(await change({ password: 'p' }, false), [200, undefined, 1]);
});

test('the hook hears of right and wrong codes, and with its refusal the sessions end, also with the right code', async () => {
  const headers = { authorization: `Bearer ${signToken({ sub: 'u', session_id: 's' }, SECRET)}` };
  const verify = async (/** @type {string} */ code, /** @type {unknown} */ output) => {
    const auth = authOver({ output });
    const response = await auth.ask(`/factors/${FACTOR}/verify`, { method: 'POST', headers, body: JSON.stringify({ challenge_id: 'c', code }) });
    const [{ metadata, ...heard }] = auth.seen.asked.slice(-1);
    return [response.status, (await response.json()).error_code, heard, metadata.ip_address, auth.seen.deleted];
  };
  const right = new TOTP({ secret: Secret.fromBase32(TOTP_SECRET) }).generate();
  const heard = (/** @type {boolean} */ valid) => ({ user_id: 'u', factor_id: FACTOR, factor_type: 'totp', valid });
  assert.deepEqual(await verify('nonsense', { decision: 'continue' }), [422, 'mfa_verification_failed', heard(false), CLIENT.ip, []]);
  assert.deepEqual(await verify(right, { decision: 'reject', message: 'Too many' }), [403, 'mfa_verification_rejected', heard(true), CLIENT.ip, [['u']]]);
});

test('where nobody may sign up, a one-time code makes no account', async () => {
  const body = JSON.stringify({ email: 'ada@example.com' });
  for (const path of ['/otp', '/magiclink']) {
    const known = { account: { email: 'ada@example.com', email_confirmed_at: '2026-05-04', recovery_sent_at: null } };
    for (const [world, status, mails] of /** @type {const} */ ([[{ account: null }, 422, 0], [{}, 422, 0], [known, 200, 1], [{ account: null, signsUp: true }, 200, 0]])) {
      const auth = authOver(world);
      mailed.length = 0;
      assert.deepEqual([(await auth.ask(path, { method: 'POST', body })).status, mailed.length], [status, mails], path);
      assert.equal(auth.seen.passed.length, 'signsUp' in world ? 1 : 0);
    }
  }
});

test('what Auth mails carries a code, and its hash as Auth makes it; of a new address swapped', async () => {
  const account = { email: 'ada@example.com', email_confirmed_at: '2026-05-04', recovery_sent_at: null, email_change_sent_at: null, reauthentication_sent_at: null };
  const authorization = `Bearer ${signToken({ sub: 'u', session_id: 'mine', exp: 4e9 }, SECRET)}`;
  const hash = (/** @type {string} */ text) => createHash('sha224').update(text).digest('hex');
  mailed.length = 0;
  const auth = authOver({ account });
  const post = (/** @type {string} */ path) => auth.ask(path, { method: 'POST', body: JSON.stringify({ email: account.email }) });
  for (const answer of [await post('/recover'), await auth.ask('/reauthenticate', { headers: { authorization } })]) assert.equal(answer.status, 200);
  for (const [at, type] of ['recovery', 'reauthentication'].entries()) {
    const { user, email_data: data, metadata } = mailed[at];
    assert.deepEqual([data.email_action_type, user.id, user.email, metadata.name], [type, 'u', account.email, 'send-email']);
    assert.match(data.token, /^\d{10}$/);
    assert.deepEqual([data.token_hash, data.token_new, data.token_hash_new], [hash(account.email + data.token), '', '']);
  }
  const tx = /** @type {any} */ ((/** @type {any} */ first) => (Array.isArray(first) ? Promise.resolve([]) : first));
  await sendEmailChange(tx, { id: 'u', ...account }, 'new@example.com', mailing);
  const { user, email_data: data } = mailed[2];
  assert.equal(user.new_email, 'new@example.com');
  assert.deepEqual([data.token_hash, data.token_hash_new], [hash(`new@example.com${data.token_new}`), hash(`ada@example.com${data.token}`)]);
});

test('a code that was sent a moment ago is followed by none, nobody is told of an account by another way than Auth does', async () => {
  mailed.length = 0;
  const ask = (/** @type {any} */ account) => authOver({ account }).ask('/recover', { method: 'POST', body: '{"email":"ada@example.com"}' });
  assert.equal((await ask({ recovery_sent_at: new Date() })).status, 429);
  assert.deepEqual([(await ask(null)).status, mailed.length], [200, 0]);
});

test('signing out without a scope means everywhere', async () => {
  for (const [path, scope] of /** @type {const} */ ([['/logout', 'global'], ['/logout?scope=local', 'local'], ['/logout?scope=others', 'others']])) {
    const auth = authOver();
    await auth.ask(path, { method: 'POST' });
    assert.equal(new URL(auth.seen.passed[0].url).searchParams.get('scope'), scope);
  }
});

test('the client is the first address that is forwarded, else the connection\'s', () => {
  const from = (/** @type {string | undefined} */ header, /** @type {string | undefined} */ first = undefined) => clientOf(/** @type {any} */ ({
    headers: { 'x-forwarded-for': header, 'sb-forwarded-for': first, 'user-agent': 'curl' }, socket: { remoteAddress: '::ffff:127.0.0.1' },
  }));
  assert.deepEqual(from('203.0.113.7, 10.0.0.1'), { ip: '203.0.113.7', userAgent: 'curl' });
  assert.equal(from('unknown, 2001:db8::1').ip, '2001:db8::1');
  assert.equal(from(undefined).ip, '127.0.0.1');
  assert.equal(from('203.0.113.7', '198.51.100.4').ip, '198.51.100.4');
  assert.equal(from('203.0.113.7', 'unknown').ip, '203.0.113.7');
});

test('a session is written with its client, at first and at every refresh', () => {
  const id = (/** @type {string} */ name) => ({ kind: 'IdentifierNode', name });
  const table = (/** @type {string} */ name) => ({ kind: 'TableNode', table: { schema: id('auth'), identifier: id(name) } });
  const columns = ['id', 'ip', 'user_agent'].map((name) => ({ kind: 'ColumnNode', column: id(name) }));
  const insert = (/** @type {string} */ name) => ({
    kind: 'InsertQueryNode', into: table(name), columns,
    values: { kind: 'ValuesNode', values: [{ kind: 'PrimitiveValueListNode', values: ['s', null, null] }] },
  });
  assert.deepEqual(withClient(insert('sessions'), CLIENT).values.values[0].values, ['s', CLIENT.ip, CLIENT.userAgent]);
  const other = insert('refresh_tokens');
  assert.equal(withClient(other, CLIENT), other);
  const update = (/** @type {string} */ column) => ({
    kind: 'UpdateQueryNode', table: table('sessions'), updates: [{ kind: 'ColumnUpdateNode', column: { column: id(column) }, value: { value: 1 } }],
  });
  const refreshed = withClient(update('refreshed_at'), CLIENT).updates.map((/** @type {any} */ one) => [one.column.column.name, one.value.value]);
  assert.deepEqual(refreshed, [['refreshed_at', 1], ['ip', CLIENT.ip], ['user_agent', CLIENT.userAgent]]);
  assert.equal(withClient(update('aal'), CLIENT).updates.length, 1);
});
