// @ts-check
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { checkMigrations, release } from './check-migrations.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  await mkdir(path.join(folder, 'migrations'));
  await writeFile(path.join(folder, 'released.sha256'), '# The migrations of the latest release.\n');
  await write('20260101000001_first.sql', 'create table public.t (a int); create policy p on public.t using (true);');
  await write('20260101000003_third.sql', 'create index on public.t (a);');
});
afterEach(() => rm(folder, { recursive: true }));

/** @param {string} name @param {string} text */
const write = (name, text) => writeFile(path.join(folder, 'migrations', name), text);

test('before the first release, a migration may be anything', async () => {
  assert.deepEqual(await checkMigrations(folder), []);
});

test('after a release, those of the release are exempt', async () => {
  await release(folder);
  assert.deepEqual(await checkMigrations(folder), []);
});

test('a release is written so that sha256sum reads it, and keeps its heading', async () => {
  await release(folder);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'released.sha256'], { cwd: folder });
  assert.match(await readFile(path.join(folder, 'released.sha256'), 'utf8'), /^# The migrations.*\n[0-9a-f]{64}  migrations\/20260101000001_first\.sql\n/);
});

test('after a release, the next migrations obey the rules, and each complaint names its file', async () => {
  await release(folder);
  await write('20260101000004_fourth.sql', 'create index on public.t (a);');
  await write('20260101000005_fifth.sql', 'create tabel;');
  assert.deepEqual((await checkMigrations(folder)).map((complaint) => complaint.split(':').slice(0, 2).join(':')), [
    '20260101000004_fourth.sql: lock-timeout-first',
    '20260101000004_fourth.sql: index-concurrently',
    '20260101000005_fifth.sql: cannot be parsed',
  ]);
});

test('a released migration cannot be changed, not even its comments', async () => {
  await release(folder);
  await write('20260101000003_third.sql', '-- Why.\ncreate index on public.t (a);');
  assert.match((await checkMigrations(folder)).join(), /^20260101000003_third\.sql: it is released, and was changed/);
});

test('a released migration cannot be renamed or removed', async () => {
  await release(folder);
  await rename(path.join(folder, 'migrations/20260101000001_first.sql'), path.join(folder, 'migrations/20260101000001_one.sql'));
  assert.match((await checkMigrations(folder)).join(), /20260101000001_first\.sql: it is released, and missing/);
});

test('no migration comes in before those that are released', async () => {
  await release(folder);
  await write('20260101000002_second.sql', "set local lock_timeout = '1s';");
  assert.match((await checkMigrations(folder)).join(), /^20260101000002_second\.sql: it comes before 20260101000003_third\.sql/);
});

test('a line that names nothing is not passed over', async () => {
  await writeFile(path.join(folder, 'released.sha256'), 'abc  migrations/20260101000001_first.sql\n');
  await assert.rejects(checkMigrations(folder), /no hash of a migration/);
});
