// @ts-check
// The stand-in for pg_net: there when a migration created it and not before, and then as pg_net 0.20 is.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { parse } from 'smol-toml';
import { bringUp, takeDown } from './database.mjs';
import { startNetWorker } from './net-worker.mjs';
import { connect } from './connection.mjs';
import { projectRoot } from './settings.mjs';

/** @type {string} */
let directory;
/** @type {{ url: string, adminUrl: string }} */
let made;
/** @type {import('postgres').Sql} as the project's owner, as migrations run */
let sql;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-pg-net-'));
  made = await bringUp({ directory, port: 0, durable: false, migrations: false, seed: false });
  sql = connect(made.url);
});

after(async () => {
  await sql.end();
  await takeDown(directory);
  await rm(directory, { recursive: true });
});

test('a project as it is created has no pg_net, and its owner can create it', async () => {
  await assert.rejects(sql`select net.http_post('http://127.0.0.1/')`, { code: '3F000' });
  await sql`create extension if not exists pg_net with schema extensions`;
  const [{ owner, schema }] = await sql`
    select extowner::regrole::text as owner, extnamespace::regnamespace::text as schema from pg_extension where extname = 'pg_net'`;
  assert.deepEqual([owner, schema], ['postgres', 'extensions']);
});

test('a call is made in the rights of the caller, into tables that belong to everybody and are not logged', async () => {
  const functions = await sql`select proname, prosecdef from pg_proc where pronamespace = 'net'::regnamespace and proname like 'http%' order by 1`;
  assert.deepEqual(functions.map(({ proname, prosecdef }) => [proname, prosecdef]), [['http_delete', false], ['http_get', false], ['http_post', false]]);
  // The owner of the project does not own them, and cannot close them.
  await sql`revoke all on all tables in schema net from public`.catch(() => {});
  const tables = await sql`
    select relname, relpersistence, has_table_privilege('anon', oid, 'select, insert, update, delete') as open
    from pg_class where relnamespace = 'net'::regnamespace and relkind = 'r' order by 1`;
  assert.deepEqual(tables.map((one) => Object.values(one)), [['_http_response', 'u', true], ['http_request_queue', 'u', true]]);
});

test('so the schema net is not exposed', async () => {
  const { api } = /** @type {any} */ (parse(await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8')));
  assert.deepEqual(api.schemas, ['public']);
});

test('headers and bodies are taken as pg_net takes them', async () => {
  await sql`select net.http_post('http://x/', '{"a": 1}', '{"b": "c d"}', '{"X-A": "1"}')`;
  await sql`select net.http_post('http://x/', headers => null)`;
  await sql`select net.http_get('http://x/', headers => null)`;
  await sql`select net.http_delete('http://x/', body => '{"a": 1}')`;
  await assert.rejects(sql`select net.http_post('http://x/', headers => '{"content-type": "application/json; charset=utf-8"}')`, /must be "application\/json"/);
  const queued = await sql`delete from net.http_request_queue where true returning method, url, headers, convert_from(body, 'UTF8') as body`;
  assert.deepEqual(queued.map((one) => ({ ...one })), [
    { method: 'POST', url: 'http://x/?b=c%20d', headers: { 'X-A': '1', 'Content-Type': 'application/json' }, body: '{"a": 1}' },
    { method: 'POST', url: 'http://x/', headers: null, body: '{}' },
    { method: 'GET', url: 'http://x/', headers: null, body: null },
    { method: 'DELETE', url: 'http://x/', headers: {}, body: '{"a": 1}' },
  ]);
});

test('a call goes out once, after the commit, and a slow one holds back those after it up to its time limit', async () => {
  /** @type {[string, number][]} */
  const arrived = [];
  const server = http.createServer((request, response) => {
    arrived.push([request.url ?? '', performance.now()]);
    if (request.url === '/quick') response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const worker = await startNetWorker({ url: made.adminUrl, onLost: () => {} });
  const post = (/** @type {string} */ name, /** @type {number} */ limit) => sql`select net.http_post(${`http://127.0.0.1:${port}/${name}`}, timeout_milliseconds => ${limit})`;
  const until = async (/** @type {() => Promise<unknown>} */ reached) => {
    while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  try {
    await sql.begin(async (transaction) => {
      await transaction`select net.http_post(${`http://127.0.0.1:${port}/undone`})`;
      throw new Error('undone');
    }).catch(() => {});
    await post('slow', 1000);
    await until(async () => arrived.length === 1);
    await post('quick', 1000);
    await until(async () => (await sql`select from net._http_response`).length === 2);
  } finally {
    await worker.close();
    server.closeAllConnections();
    server.close();
  }
  assert.deepEqual(arrived.map(([url]) => url), ['/slow', '/quick']);
  assert.ok(arrived[1][1] - arrived[0][1] > 500, 'the second waited');
  const answers = await sql`select status_code, timed_out, error_msg is null as fine from net._http_response order by id`;
  assert.deepEqual(answers.map((one) => Object.values(one)), [[null, true, false], [200, false, true]]);
});
