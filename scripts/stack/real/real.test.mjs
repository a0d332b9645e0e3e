// @ts-check
// A stack whose Data API, Auth and Storage are processes of their own, behind the gateway, on tables that they made.
import assert from 'node:assert/strict';
import http from 'node:http';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashPassword } from '../auth-admin/passwords.mjs';
import { readConfig } from '../config.mjs';
import { bringUp, takeDown } from '../database.mjs';
import { createGateway } from '../gateway.mjs';
import { createKeyring } from '../keys.mjs';
import { connect } from '../connection.mjs';
import { freePort } from '../ports.mjs';
import { loadSecrets } from '../secrets.mjs';
import { readToken, signToken } from '../tokens.mjs';
import { createHandler } from './handler.mjs';
import { readRealServices } from './services.mjs';
import { startRealServices } from './start.mjs';

const NAMES = /** @type {const} */ (['auth', 'storage', 'rest']);
const lite = fileURLToPath(new URL('lite-service.mjs', import.meta.url));

/** @type {string} */
let directory;
/** @type {import('../secrets.mjs').Secrets} */
let secrets;
/** @type {string} the gateway's */
let origin;
/** @type {string} the database's, as the project's owner */
let url;
/** @type {import('postgres').Sql} */
let sql;
/** @type {string[]} what the stack said at its start */
const steps = [];
/** @type {(() => unknown)[]} */
const stops = [];

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-real-'));
  secrets = await loadSecrets(directory);
  const [keyring, config] = [createKeyring(secrets), await readConfig()];
  const services = readRealServices(0, await variables());
  const databasePort = await freePort();
  const apiPort = await freePort();
  origin = `http://127.0.0.1:${apiPort}`;
  const settings = { directory, apiPort, databasePort, inboxPort: 0, apiUrl: origin, inboxUrl: '', site: null };
  const made = await bringUp({
    directory, port: databasePort, durable: false, migrations: true, seed: false, real: NAMES,
    onServing: async (owner) => {
      const [{ filled }] = await owner`select count(*)::int as filled from pg_class where relkind = 'r' and relnamespace in ('auth'::regnamespace, 'storage'::regnamespace)`;
      assert.equal(filled, 0, 'the schemas are the services\' to fill');
      await owner`create function public.whose() returns text language sql stable as 'select current_user::text'`;
      await startRealServices(services, { settings, secrets, keyring, config, siteUrl: origin }, {
        sql: owner, onStep: (step) => steps.push(step), onStarted: (stop) => stops.push(stop),
      });
    },
  });
  url = made.url;
  sql = connect(url);
  const handlers = services.map((one) => createHandler(one, keyring));
  const gateway = createGateway({
    port: apiPort, origin, allowedOrigins: [], real: handlers, api: { handle: () => assert.fail('each service is a real one') },
    functions: { handle: () => assert.fail('no function') }, pages: { handle: () => assert.fail('no page') },
  });
  await new Promise((resolve) => gateway.listen(apiPort, '127.0.0.1', () => resolve(null)));
  stops.push(() => handlers.forEach((one) => one.close()), () => (gateway.close(), gateway.closeAllConnections()));
});

async function variables() {
  const entries = await Promise.all(NAMES.map(async (name) => [
    [`STACK_${name.toUpperCase()}_COMMAND`, `exec '${process.execPath}' '${lite}' ${name}`],
    [`STACK_${name.toUpperCase()}_URL`, `http://127.0.0.1:${await freePort()}`],
  ]));
  return Object.fromEntries(entries.flat());
}

after(async () => {
  await sql?.end();
  for (const stop of stops.reverse()) await stop();
  await takeDown(directory);
  await rm(directory, { recursive: true });
});

const soon = () => Math.floor(Date.now() / 1000) + 60;

/** @param {string} target @param {{ key?: string, token?: string, method?: string, body?: unknown, headers?: Record<string, string> }} [options] */
function send(target, { key = secrets.publishableKey, token, method = 'GET', body, headers = {} } = {}) {
  return fetch(origin + target, {
    method,
    headers: {
      ...(key ? { apikey: key } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

test('each service was waited for, in its turn, and our migrations came after its own', async () => {
  assert.deepEqual(steps, ['starting Auth by its command', 'starting Storage by its command', 'starting Data API by its command']);
  const owners = await sql`
    select relname, relowner::regrole::text as owner from pg_class where oid in ('auth.users'::regclass, 'storage.objects'::regclass) order by 1`;
  assert.deepEqual(owners.map(({ owner }) => owner), ['supabase_storage_admin', 'supabase_auth_admin']);
  const [{ ours }] = await sql`select count(*)::int as ours from pg_policies where schemaname = 'storage'`;
  assert.ok(ours > 0, 'our policies are on a table that Storage made');
});

test('what a service needs is left in a file that only its owner reads, and that every shell can', async () => {
  for (const [name, database] of Object.entries({ auth: 'DATABASE_URL', storage: 'DATABASE_URL', rest: 'PGRST_DB_URI' })) {
    const text = await readFile(path.join(directory, `${name}.env`), 'utf8');
    assert.match(text, new RegExp(`^${database}=postgresql://(supabase_${name}_admin|authenticator):`, 'm'));
    assert.doesNotMatch(text, /["'`$\\ ]/);
    assert.equal((await stat(path.join(directory, `${name}.env`))).mode & 0o777, 0o600);
  }
});

test('the Data API answers as the role of the key, or as the person', async () => {
  const roleOf = async (/** @type {Parameters<typeof send>[1]} */ options) => (await send('/rest/v1/rpc/whose', { method: 'POST', body: {}, ...options })).json();
  const person = signToken({ role: 'authenticated', sub: '6f1d1c5e-8f5d-4f5e-9d5c-000000000001', exp: soon() }, secrets.jwtSecret);
  assert.equal(await roleOf({}), 'anon');
  assert.equal(await roleOf({ key: secrets.secretKey }), 'service_role');
  assert.equal(await roleOf({ token: person }), 'authenticated');
});

test('a file goes to Storage and comes back', async () => {
  const key = secrets.secretKey;
  const bytes = Buffer.from('%PDF-1.7\n'.repeat(100_000));
  assert.equal((await send('/storage/v1/bucket', { key, method: 'POST', body: { id: 'b', name: 'b' } })).status, 200);
  const stored = await fetch(`${origin}/storage/v1/object/b/a.pdf`, { method: 'POST', headers: { apikey: key, 'content-type': 'application/pdf' }, body: bytes });
  assert.equal(stored.status, 200, await stored.text());
  const back = await send('/storage/v1/object/b/a.pdf', { key });
  const read = Buffer.from(await back.arrayBuffer());
  assert.deepEqual([back.status, read.length, bytes.equals(read)], [200, bytes.length, true], read.toString('utf8', 0, 200));
  assert.notEqual((await send('/storage/v1/object/b/a.pdf')).status, 200, 'and not to everybody');
});

test('Auth is asked, keeps its people in this database, and signs nobody up by itself', async () => {
  assert.equal((await send('/auth/v1/settings')).status, 200);
  const ida = { email: 'ida@example.com', password: 'a long enough password' };
  assert.equal((await send('/auth/v1/signup', { method: 'POST', body: ida })).status, 422);
  const [{ id }] = await sql`
    insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
    values (gen_random_uuid(), 'authenticated', 'authenticated', ${ida.email}, ${await hashPassword(sql, ida.password)}, now()) returning id`;
  const signedIn = await send('/auth/v1/token?grant_type=password', { method: 'POST', body: ida });
  assert.equal(readToken((await signedIn.json()).access_token, secrets.jwtSecret)?.sub, id);
});

/**
 * Starts Storage once more on this database.
 * @param {Record<string, string>} environment @param {{ signal?: AbortSignal, table?: string }} [more]
 */
async function startStorage(environment, { signal, ...more } = {}) {
  /** @type {string[]} */
  const said = [];
  const config = await readConfig();
  const settings = { directory, apiPort: 0, databasePort: Number(new URL(url).port), inboxPort: 0, apiUrl: origin, inboxUrl: '', site: null };
  const services = readRealServices(0, environment).map((one) => ({ ...one, ...more }));
  await startRealServices(services, { settings, secrets, keyring: createKeyring(secrets), config, siteUrl: origin }, {
    sql, signal, onStep: (step) => said.push(step), onStarted: (stop) => stops.push(stop),
  }).catch((error) => said.push(error.message));
  return said.join('\n');
}

test('a command that fails is told with its last words, at once', async (t) => {
  t.mock.method(console, 'error', () => {});
  const said = await startStorage({ STACK_STORAGE_COMMAND: 'echo "no bucket configured"; exit 3', STACK_STORAGE_URL: `http://127.0.0.1:${await freePort()}` });
  assert.match(said, /The command of Storage ended before it was ready:\nno bucket configured\n\(code 3;/);
});

test('a service that somebody else starts is waited for, with the file that it needs, until the start is given up', async () => {
  const address = `http://127.0.0.1:${await freePort()}`;
  const said = await startStorage({ STACK_STORAGE_URL: address }, { signal: AbortSignal.timeout(500) });
  assert.equal(said, `waiting for Storage at ${address}; start it with what is in ${directory}/storage.env\nStopped while waiting for Storage.`);
});

test('a service that works on another database, or as another role, is not taken for ready', async (t) => {
  const healthy = http.createServer((_, outgoing) => outgoing.writeHead(200).end());
  await new Promise((resolve) => healthy.listen(0, '127.0.0.1', () => resolve(null)));
  t.after(() => (healthy.close(), healthy.closeAllConnections()));
  const address = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (healthy.address()).port}`;
  t.mock.timers.enable({ apis: ['Date'] });
  for (const [table, complaint] of Object.entries({
    'storage.nowhere': 'it answers, but storage.nowhere is not in this database; start it anew, with what is in',
    'auth.users': 'auth.users belongs to supabase_auth_admin; it must log in as supabase_storage_admin, as',
  })) {
    const said = startStorage({ STACK_STORAGE_URL: address }, { table, signal: AbortSignal.timeout(1_000) });
    await new Promise((resolve) => setTimeout(resolve, 500));
    t.mock.timers.tick(20_000);
    assert.ok((await said).includes(`still waiting for Storage at ${address}: ${complaint}`), await said);
  }
});
