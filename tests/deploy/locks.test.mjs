// @ts-check
// scripts/deploy with the CLI's own push, to a table that somebody is reading.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createCluster, locateCluster, removeCluster, startCluster } from '../../scripts/stack/cluster.mjs';
import { connect, databaseUrl } from '../../scripts/stack/connection.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { Project } from './project.mjs';

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof locateCluster>>} */
let cluster;
/** @type {import('postgres').Sql} */
let sql;
/** @type {Project} */
let project;
let url = '';

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'locks-'));
  cluster = await locateCluster(folder);
  const [port, password] = [await freePort(), 'of-this-test'];
  await createCluster(cluster, { password, durable: false });
  await startCluster(cluster, port);
  url = databaseUrl('supabase_admin', password, port);
  sql = connect(url);
  // Whom the CLI becomes.
  await sql`create role postgres superuser`;
  project = new Project();
});
after(async () => {
  await sql?.end();
  await removeCluster(cluster);
  await rm(folder, { recursive: true });
  project.remove();
});

test('a migration that meets a lock is rolled back whole, and is applied when the lock is free', async () => {
  await sql`create table public.busy (a int)`;
  project.write('supabase/migrations/20270101000001_column.sql', `-- Why.
    set local lock_timeout = '200ms';
    create table public.made (transaction xid8 default pg_current_xact_id());
    insert into public.made default values;
    alter table public.busy add column b int;
    insert into public.made default values;`);
  project.write('supabase/migrations/20270101000002_index.sql', `-- Why.
    set statement_timeout = 0;
    drop index concurrently if exists public.busy_b;
    create index concurrently busy_b on public.busy (b);`);
  project.write('supabase/migrations/20270101000003_after.sql', `create table public.settings as
    select name, setting from pg_settings where name in ('lock_timeout', 'statement_timeout');`);
  project.commit();

  const reading = connect(url);
  const reader = await reading.reserve();
  await reader`begin`;
  const [{ pid }] = await reader`select pg_backend_pid() as pid, count(*) from public.busy`;
  const { status, stdout, stderr } = project.deploy('--environment staging', {
    FAKE_PUSH_URL: url,
    FAKE_SLEEP: `psql --no-psqlrc --command 'select pg_terminate_backend(${pid})' '${url}'`,
  });
  await reading.end({ timeout: 0 });

  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /SQLSTATE 55P03/);
  assert.deepEqual(project.lines().filter((line) => line.startsWith('sleep')), ['sleep 10']);
  const [{ transactions, rows }] = await sql`select count(distinct transaction::text)::int as transactions, count(*)::int as rows from public.made`;
  assert.deepEqual({ transactions, rows }, { transactions: 1, rows: 2 }, 'a file is one transaction, and the first attempt left nothing');
  const indexes = await sql`select indexrelid::regclass::text as name, indisvalid from pg_index where indrelid = 'public.busy'::regclass`;
  assert.deepEqual(indexes.map((index) => ({ ...index })), [{ name: 'busy_b', indisvalid: true }]);
  const settings = await sql`select setting from public.settings`;
  assert.deepEqual(settings.map(({ setting }) => setting), ['0', '0'], 'a file begins without the settings of the one before');
});
