// @ts-check
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'smol-toml';
import { AuthError, errorAnswer, unexpectedFailure } from './auth-admin/errors.mjs';
import { assertNotTooLong, assertStrong } from './auth-admin/passwords.mjs';
import { readHook, readHookPath } from './auth/hooks.mjs';
import { readConfig } from './config.mjs';
import { ensureSecretsFile, parseEnvironment, upstreamHosts, withGeneratedSecrets } from './functions/environment.mjs';
import { projectRoot } from './settings.mjs';
import { withStorageContract } from './storage-contract.mjs';

test('Auth\'s errors have the shape that the caller\'s API version asks for', () => {
  const error = new AuthError(422, 'weak_password', 'short', { weak_password: { reasons: ['length'] } });
  assert.deepEqual(errorAnswer(error, undefined).body, { code: 422, error_code: 'weak_password', msg: 'short', weak_password: { reasons: ['length'] } });
  assert.deepEqual(errorAnswer(error, '2024-01-01').body, { code: 'weak_password', message: 'short', weak_password: { reasons: ['length'] } });
});

test('of what the database refuses, Auth tells what a trigger or a hook said itself, by no newer API version', (t) => {
  t.mock.method(console, 'error', () => {});
  const answer = (/** @type {string} */ code, /** @type {string} */ version = '') => {
    const cause = Object.assign(new Error('said'), { name: 'PostgresError', code, detail: 'why' });
    const { status, body } = errorAnswer(unexpectedFailure('Error updating user', cause), version);
    return [status, body];
  };
  const told = { message: 'said', hint: undefined, detail: 'why' };
  assert.deepEqual(answer('PT409'), [409, { code: 'PT409', ...told }]);
  for (const code of ['P0001', '23505', '23514', '23P01']) assert.deepEqual(answer(code), [500, { code, ...told }]);
  for (const code of ['42501', '40P01', '22023', '23999', 'PTxyz']) {
    assert.deepEqual(answer(code), [500, { code: 500, error_code: 'unexpected_failure', msg: 'Error updating user' }]);
  }
  for (const code of ['PT409', 'P0001', '42501']) {
    assert.deepEqual(answer(code, '2024-01-01'), [500, { code: 'unexpected_failure', message: 'Error updating user' }]);
  }
});

test('passwords are measured in bytes', () => {
  assert.doesNotThrow(() => assertNotTooLong('ä'.repeat(36)));
  assert.throws(() => assertNotTooLong('ä'.repeat(37)), { status: 400, code: 'validation_failed' });
  assert.throws(() => assertStrong('short', 12), { status: 422, code: 'weak_password' });
});

test('an env file is read without comments and quotes', () => {
  const text = '# A=1\nA=1\n B = no\nC="two words"\nD=a=b#c\nE=\n';
  assert.deepEqual(parseEnvironment(text), { A: '1', C: 'two words', D: 'a=b#c', E: '' });
});

test('secrets that nobody has to choose are generated where they are empty or missing, each its own', () => {
  const first = parseEnvironment(withGeneratedSecrets('TOKEN_KEYS=\nCRON_SECRET_KEY=\nSITE_URL=y\n'));
  assert.match(first.CRON_SECRET_KEY, /^[0-9a-f]{64}$/);
  assert.match(first.TOKEN_KEYS, /^[0-9a-f]{64}$/);
  assert.notEqual(first.CRON_SECRET_KEY, first.TOKEN_KEYS);
  assert.equal(first.SITE_URL, 'y');
  const second = parseEnvironment(withGeneratedSecrets('TOKEN_KEYS=kept'));
  assert.equal(second.TOKEN_KEYS, 'kept');
  assert.match(second.CRON_SECRET_KEY, /^[0-9a-f]{64}$/);
  assert.notEqual(second.CRON_SECRET_KEY, first.CRON_SECRET_KEY);
  assert.match(second.NOTE_KEYS, /^k1:[\w+/]{43}=$/);
  assert.match(second.AUDIT_KEYS, /^PRIVATE\+KEY\+evenkeel\.local\/audit\+[0-9a-f]{8}\+[\w+/]{44}$/);
  assert.match(second.EMAIL_WEBHOOK_SECRETS, /^whsec_[\w+/]{32}$/);
  assert.match(second.SEND_EMAIL_HOOK_SECRETS, /^v1,whsec_[\w+/]{43}=$/, 'as Auth wants it');
  const complete = 'TOKEN_KEYS=kept\nNOTE_KEYS=kept\nAUDIT_KEYS=kept\nCRON_SECRET_KEY=kept, too\nSEND_EMAIL_HOOK_SECRETS=v1,whsec_kept\nEMAIL_WEBHOOK_SECRETS=whsec_kept\n';
  assert.equal(withGeneratedSecrets(complete), complete);
});

test('stacks that start at once read the same secrets, and nothing that was set is lost', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-secrets-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, '.env');
  await writeFile(`${file}.example`, 'SITE_URL=y\nTOKEN_KEYS=\n');
  const read = async () => {
    await ensureSecretsFile(file);
    return parseEnvironment(await readFile(file, 'utf8'));
  };
  for (const before of [null, 'SITE_URL=z\nCRON_SECRET_KEY=kept\n']) {
    if (before) await writeFile(file, before);
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, read));
    assert.equal(first.SITE_URL, before ? 'z' : 'y');
    if (before) assert.equal(first.CRON_SECRET_KEY, 'kept');
    for (const other of others) assert.deepEqual(other, first);
  }
  assert.deepEqual((await readdir(folder)).sort(), ['.env', '.env.example']);
});

test('the example has every secret that the functions read', async () => {
  const example = parseEnvironment(await readFile(path.join(projectRoot, 'supabase/functions/.env.example'), 'utf8'));
  const source = await readFile(path.join(projectRoot, 'crates/core/src/config.rs'), 'utf8');
  const read = [...source.matchAll(/reader\s*\.\w+\(\s*"([A-Z_]+)"(?:, "([A-Z_]+)"\))?/g)].flatMap(([, ...names]) => names.filter(Boolean));
  const secrets = new Set(read.filter((name) => !name.startsWith('SUPABASE_')));
  // Of callers who sign what they send.
  const callers = await readFile(path.join(projectRoot, 'crates/core/src/operation.rs'), 'utf8');
  for (const [, name] of callers.matchAll(/const SECRETS: &'static str = "([A-Z_]+)"/g)) secrets.add(name);
  // Of the function that seals notes.
  const seal = await readFile(path.join(projectRoot, 'crates/core/src/session_notes/seal.rs'), 'utf8');
  for (const [, name] of seal.matchAll(/const KEYS: &str = "([A-Z_]+)"/g)) secrets.add(name);
  // Of the function that seals the audit log.
  for (const file of ['audit/note.rs', 'audit.rs']) {
    const audit = await readFile(path.join(projectRoot, 'crates/core/src', file), 'utf8');
    for (const [, name] of audit.matchAll(/const (?:KEYS|CHECKPOINT_URL): &str = "([A-Z_]+)"/g)) secrets.add(name);
  }
  // Read by the crate that speaks HTTP.
  secrets.add('ALLOWED_ORIGINS');
  assert.deepEqual(Object.keys(example).sort(), [...secrets].sort());
});

test('a one-time code of Auth, which is never mailed, is too long and too short-lived to be guessed', async () => {
  const { auth } = parse(await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8'));
  const { otp_length: length, otp_expiry: expiry, max_frequency: frequency } = /** @type {any} */ (auth).email;
  assert.deepEqual({ length, expiry, frequency }, { length: 10, expiry: 60, frequency: '1m' });
});

test('sign-up by address is what config.toml says, on unless it says otherwise', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-config-'));
  const file = path.join(folder, 'config.toml');
  try {
    for (const [text, expected] of /** @type {const} */ ([['[auth.email]\nenabled = false', false], ['[auth]', true]])) {
      await writeFile(file, text);
      const { email } = /** @type {{ email: { enable_signup: boolean } }} */ ((await readConfig(file)).auth);
      assert.equal(email.enable_signup, expected, text);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('no function leaves its 401 to the gateway', async () => {
  const { functions } = await readConfig();
  assert.deepEqual([...functions].filter(([, { verifyJwt }]) => verifyJwt), []);
  const served = (await readdir(path.join(projectRoot, 'supabase/functions'), { withFileTypes: true })).filter((one) => one.isDirectory() && !one.name.startsWith('_'));
  assert.deepEqual(served.map(({ name }) => name).sort(), [...functions.keys()].sort());
});

test('Auth asks for no notice: each of them is ours, whatever becomes of Auth\'s call', async () => {
  const { auth } = /** @type {any} */ (parse(await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8')));
  assert.equal(auth.email.notification, undefined);
  const table = await readFile(path.join(projectRoot, 'docs/decisions/auth-asks-and-we-mail.md'), 'utf8');
  const notices = [...table.matchAll(/^\| `(\w+_notification)` \| (\S+) \|/gm)];
  assert.deepEqual(notices.filter(([, , treatment]) => treatment !== 'trigger'), []);
  assert.equal(notices.length, 7);
});

test('the mails that Auth counts for all together are too many to be used up', async () => {
  const { auth } = /** @type {any} */ (parse(await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8')));
  assert.ok(auth.rate_limit.email_sent >= 30_000, 'or 429 tells who has an account');
});

test('every hook of Auth is an edge function, or one of the database that Auth may execute', async () => {
  const { auth } = /** @type {any} */ (parse(await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8')));
  const folder = path.join(projectRoot, 'supabase/migrations');
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')));
  const { send_email: mail, ...others } = auth.hook;
  assert.equal(readHookPath(mail, 'send_email'), '/functions/v1/auth-send-email');
  const hooks = Object.entries(others).map(([name, table]) => readHook(/** @type {any} */ (table), name)?.name ?? '');
  assert.deepEqual(hooks, ['private.check_password_attempt', 'private.check_second_factor_attempt']);
  for (const name of hooks) {
    assert.ok(texts.some((text) => text.includes(`create function ${name}(`)), `${name} is missing`);
    assert.match(texts.join('\n'), new RegExp(`grant execute on function ${name}\\(jsonb\\) to supabase_auth_admin`));
  }
});

test('a function may reach its upstreams and nothing else', () => {
  const hosts = upstreamHosts({ SUPABASE_URL: 'http://127.0.0.1:1', RESEND_API_URL: 'https://api.resend.com', SENTRY_DSN: 'https://k@s.example/1', SITE_URL: 'https://other.example' });
  assert.deepEqual(hosts, ['127.0.0.1:1', 'api.resend.com:443', 's.example:443']);
});

test('Storage gives signed addresses the names that supabase-js reads', async () => {
  const request = new Request('http://x/storage/v1/object/sign/docs/a', { method: 'POST', body: '{}' });
  const response = await withStorageContract(request, async () => Response.json({ signedUrl: '/storage/v1/object/sign/docs/a?token=t' }));
  assert.deepEqual(await response.json(), { signedURL: '/object/sign/docs/a?token=t' });
});

test('Storage gives a copy the type that was asked for, and not if the original\'s is kept', async () => {
  const copy = async (/** @type {object} */ more) => {
    const described = /** @type {unknown[]} */ ([]);
    const body = JSON.stringify({ bucketId: 'docs', sourceKey: 'a', destinationKey: 'b/c', ...more });
    const request = new Request('http://x/storage/v1/object/copy', { method: 'POST', body });
    const response = await withStorageContract(request, async () => Response.json({ key: 'b/c' }), async (...asked) => void described.push(asked));
    return { described, ...(await response.json()) };
  };
  const metadata = { mimetype: 'image/png', cacheControl: 'no-store' };
  assert.deepEqual(await copy({ copyMetadata: false, metadata, destinationBucket: 'copies' }), { described: [['copies', 'b/c', metadata]], Key: 'copies/b/c' });
  assert.deepEqual(await copy({ metadata }), { described: [], Key: 'docs/b/c' });
});

test('Storage sends what is asked for as a download as one, to be kept until its address expires', async () => {
  const token = `e30.${Buffer.from('{"exp":1790000000}').toString('base64url')}.c2ln`;
  const ask = async (/** @type {string} */ query) => {
    const request = new Request(`http://x/storage/v1/object/sign/docs/a?token=${token}${query}`);
    const answer = async () => new Response('%PDF-1.7', { headers: { 'cache-control': 'max-age=31536000' } });
    const { headers } = await withStorageContract(request, answer);
    assert.deepEqual([headers.get('expires'), headers.get('cache-control')], ['Mon, 21 Sep 2026 14:13:20 GMT', null]);
    return headers.get('content-disposition');
  };
  assert.deepEqual(
    [await ask(''), await ask('&download='), await ask('&download=a b.pdf')],
    [null, 'attachment;', "attachment; filename=a%20b.pdf; filename*=UTF-8''a%20b.pdf"],
  );
});

test('Storage tells a policy the length of the whole form, not of the file in it', async () => {
  const form = new FormData();
  form.append('cacheControl', '60');
  form.append('', new Blob(['%PDF-1.7'], { type: 'application/pdf' }));
  const encoded = await new Response(form).arrayBuffer();
  const boundary = new TextDecoder().decode(encoded).split('\r\n')[0].slice(2);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(encoded.byteLength), 'x-upsert': 'true' };
  await withStorageContract(new Request('http://x/storage/v1/object/docs/a', { method: 'POST', headers, body: encoded }), async (request) => {
    const seen = ['content-type', 'content-length', 'cache-control', 'x-upsert'].map((name) => request.headers.get(name));
    assert.deepEqual(seen, ['application/pdf', String(encoded.byteLength), 'max-age=60', 'true']);
    assert.equal(await request.text(), '%PDF-1.7');
    return new Response();
  });
});

test('Storage names what it lists below the folder that was asked for', async () => {
  const list = (/** @type {string} */ prefix) =>
    withStorageContract(
      new Request('http://x/storage/v1/object/list/docs', { method: 'POST', body: JSON.stringify({ prefix }) }),
      async () => Response.json([{ name: 'a/b.pdf' }]),
    );
  for (const [prefix, name] of Object.entries({ a: 'b.pdf', 'a/': 'b.pdf', '': 'a/b.pdf' })) {
    assert.deepEqual(await (await list(prefix)).json(), [{ name }], prefix);
  }
});
