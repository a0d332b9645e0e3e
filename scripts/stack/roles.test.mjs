// @ts-check
// The roles and tables of a project are as the platform gives them, on a database without the product.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { bringUp, takeDown } from './database.mjs';
import { connect } from './connection.mjs';

/** @type {string} */
let directory;
/** @type {import('postgres').Sql} as the project's owner, as migrations run */
let sql;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-roles-'));
  sql = connect((await bringUp({ directory, port: 0, durable: false, migrations: false, seed: false })).url);
});

after(async () => {
  await sql.end();
  await takeDown(directory);
  await rm(directory, { recursive: true });
});

const denied = { code: '42501' };

test('the project\'s owner is no superuser and may do nothing as Auth or Storage', async () => {
  const [{ superuser }] = await sql`select rolsuper as superuser from pg_roles where rolname = current_user`;
  assert.equal(superuser, false);
  for (const role of ['supabase_admin', 'supabase_auth_admin', 'supabase_storage_admin']) {
    await assert.rejects(sql.unsafe(`set role ${role}`), denied, role);
    assert.equal((await sql`select pg_has_role(${role}, 'usage') as has`)[0].has, false, role);
  }
});

test('it puts triggers on their tables, and neither removes them nor changes the tables', async () => {
  await sql`create function public.nothing() returns trigger language plpgsql as $$ begin return null; end $$`;
  await sql`create trigger nothing after insert on auth.users for each row execute function public.nothing()`;
  await assert.rejects(sql`drop trigger nothing on auth.users`, denied);
  await assert.rejects(sql`drop trigger protect_objects_delete on storage.objects`, denied);
  for (const table of ['auth.users', 'storage.objects']) {
    await assert.rejects(sql.unsafe(`alter table ${table} add column mine int`), denied);
    await assert.rejects(sql.unsafe(`create index on ${table} (created_at)`), denied);
    await assert.rejects(sql.unsafe(`alter table ${table} disable row level security`), denied);
  }
  await assert.rejects(sql`create function auth.mine() returns int language sql as 'select 1'`, denied);
});

test('it makes policies on the tables of Storage, behind locks that stop whoever signs in', async () => {
  await sql.begin(async (transaction) => {
    await transaction`create policy "Anybody reads" on storage.objects for select to anon using (true)`;
    const locked = await transaction`
      select relation::regclass::text as name from pg_locks
      where mode = 'AccessExclusiveLock' and pid = pg_backend_pid() and relation is not null`;
    const names = locked.map(({ name }) => name);
    for (const table of ['auth.users', 'auth.sessions', 'storage.objects']) assert.ok(names.includes(table), table);
    assert.equal((await transaction`select pg_has_role('supabase_storage_admin', 'usage') as has`)[0].has, false);
  });
  await sql`drop policy "Anybody reads" on storage.objects`;
});

test('row level security is on for every table of Auth and Storage', async () => {
  const open = await sql`
    select oid::regclass from pg_class where relkind = 'r' and not relrowsecurity and relnamespace in ('auth'::regnamespace, 'storage'::regnamespace)`;
  assert.deepEqual([...open], []);
});

test('nothing is deleted from Storage\'s tables by SQL without the switch', async () => {
  await sql`insert into storage.buckets (id, name) values ('b', 'b')`;
  await sql`insert into storage.objects (bucket_id, name) values ('b', 'a')`;
  await assert.rejects(sql`delete from storage.objects where true`, { ...denied, message: /Use the Storage API/ });
  await assert.rejects(sql`delete from storage.buckets where true`, denied);
  const deleted = await sql.begin(async (transaction) => {
    await transaction`set local storage.allow_delete_query = 'true'`;
    return transaction`delete from storage.objects where true returning name`;
  });
  assert.equal(deleted.length, 1);
});

test('the Data API\'s login has no right of its own, and the limits of the platform', async () => {
  const [{ inherits, settings }] = await sql`
    select rolinherit as inherits, rolconfig as settings from pg_roles where rolname = 'authenticator'`;
  assert.equal(inherits, false);
  assert.deepEqual(settings.sort(), ['lock_timeout=8s', 'statement_timeout=8s']);
  // A project sets what the Data API asks before each request, and nothing else of its login.
  await sql`alter role authenticator set pgrst.db_pre_request = 'public.f'`;
  await assert.rejects(sql`alter role authenticator set pgrst.db_max_rows = '1'`, { code: '42501' });
  await sql`alter role authenticator reset pgrst.db_pre_request`;
});
