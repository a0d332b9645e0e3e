// @ts-check
// What a project's own trigger on auth.users says comes out of Auth's public routes as Auth has it, by the version of
// its API that the caller asks for. On a database without the product.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { createUser } from '../auth-admin/users.mjs';
import { readConfig } from '../config.mjs';
import { bringUp, takeDown } from '../database.mjs';
import { createKeyring } from '../keys.mjs';
import { connect, databaseUrl } from '../connection.mjs';
import { createServices } from '../services.mjs';
import { createAuth } from './routes.mjs';

const TRIGGER = `
  create function public.refuse() returns trigger language plpgsql as $$
  begin
    if new.raw_user_meta_data ->> 'refuse' <> '' then
      raise exception 'refused' using errcode = new.raw_user_meta_data ->> 'refuse', detail = 'why', hint = 'try';
    end if;
    return new;
  end $$;
  create trigger refuse before insert or update on auth.users for each row when (new.email like 'p%') execute function public.refuse();
  create constraint trigger refuse_later after insert on auth.users deferrable initially deferred
    for each row when (new.email like 'later%') execute function public.refuse();
`;
const PASSWORD = 'correct horse battery staple';

/** @type {string} */
let directory;
/** @type {ReturnType<typeof createServices>} */
let services;
/** @type {import('postgres').Sql} */
let sql;
/** @type {ReturnType<typeof createAuth>} */
let auth;
/** @type {string} */
let key;
const printed = console.error;

before(async () => {
  console.error = () => {};
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-refusals-'));
  const { secrets, url } = await bringUp({ directory, port: 0, durable: false, migrations: false, seed: false });
  const port = Number(new URL(url).port);
  const owner = connect(url);
  await owner.unsafe(TRIGGER);
  await owner.end();
  const config = await readConfig();
  config.auth.enable_signup = true;
  config.auth.email = { .../** @type {object} */ (config.auth.email), enable_confirmations: false };
  services = createServices({ port, secrets, keyring: createKeyring(secrets), siteUrl: 'http://127.0.0.1', directory, config });
  sql = connect(databaseUrl('supabase_auth_admin', secrets.passwords.supabase_auth_admin, port));
  auth = createAuth({ sql, service: /** @type {import('../services.mjs').Service} */ (services.auth), jwtSecret: secrets.jwtSecret, passwordHook: null, mailing: { hook: async () => {}, maxFrequency: 60, otpLength: 10, siteUrl: '', externalUrl: '' }, signsUp: true, factors: config.factors });
  key = secrets.publishableKey;
});

after(async () => {
  console.error = printed;
  await sql.end();
  await Promise.all(Object.values(services).map((one) => one.close()));
  await takeDown(directory);
  await rm(directory, { recursive: true });
});

/** @param {string} operation @param {unknown} body @param {Record<string, string>} [headers] */
async function ask(operation, body, headers = {}) {
  const [method, route] = operation.split(' ');
  const request = new Request(`http://127.0.0.1/auth/v1${route}`, {
    method, headers: { apikey: key, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  const response = await auth.answer(request, { ip: null, userAgent: null });
  return { status: response.status, body: await response.json() };
}

let people = 0;
const person = (/** @type {string} */ refuse) => ({ email: `p${(people += 1)}@example.com`, password: PASSWORD, data: { refuse } });

/**
 * What is answered, to callers of the older and of the newer API.
 * @param {string} operation @param {(code: string) => unknown} body @param {string} words @param {Record<string, string>} [headers]
 */
async function assertTold(operation, body, words, headers = {}) {
  const told = { message: 'refused', detail: 'why', hint: 'try' };
  const expected = {
    PT409: [409, { code: 'PT409', ...told }],
    P0001: [500, { code: 'P0001', ...told }],
    23514: [500, { code: '23514', ...told }],
    '22023': [500, { code: 500, error_code: 'unexpected_failure', msg: words }],
  };
  for (const [code, [status, answer]] of Object.entries(expected)) {
    assert.deepEqual(await ask(operation, body(code), headers), { status, body: answer }, `${operation} ${code}`);
    const newer = await ask(operation, body(code), { ...headers, 'x-supabase-api-version': '2024-01-01' });
    assert.deepEqual(newer, { status: 500, body: { code: 'unexpected_failure', message: words } }, `${operation} ${code}, newer`);
  }
}

test('of a sign-up', async () => {
  await assertTold('POST /signup', person, 'Database error saving new user');
});

test('of a change of one\'s own account, and of nobody else\'s', async () => {
  const { body: session } = await ask('POST /signup', person(''));
  const headers = { authorization: `Bearer ${session.access_token}` };
  const change = (/** @type {string} */ code) => ({ data: { refuse: code } });
  const [refused, other] = await Promise.all([ask('PUT /user', change('PT409'), headers), ask('POST /signup', person(''))]);
  assert.deepEqual([refused.status, other.status], [409, 200]);
  await assertTold('PUT /user', change, 'Error updating user', headers);
  assert.equal((await ask('PUT /user', change(''), headers)).status, 200);
});

test('at the end of a transaction it is told of nothing', async () => {
  const metadata = (/** @type {string} */ refuse) => ({ user_metadata: { refuse } });
  await assert.rejects(createUser(sql, { email: 'p@example.com', ...metadata('PT409') }), ({ message, cause }) => message === 'Database error creating new user' && cause.code === 'PT409');
  await assert.rejects(createUser(sql, { email: 'later@example.com', ...metadata('PT409') }), ({ message, cause }) => /^Unexpected failure/.test(message) && cause === undefined);
  assert.equal((await createUser(sql, { email: 'later@example.com' })).email, 'later@example.com');
});
