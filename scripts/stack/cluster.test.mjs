// @ts-check
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkVersion } from './cluster.mjs';
import { findPostgres, versionOf } from './postgres.mjs';

test('data of another major version is refused in one sentence that says how to go on', async (context) => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'evenkeel-cluster.'));
  context.after(() => rm(home, { recursive: true }));
  const cluster = { home, data: path.join(home, 'data'), log: path.join(home, 'log'), bin: await findPostgres(), user: null };
  await mkdir(cluster.data);
  await writeFile(path.join(cluster.data, 'PG_VERSION'), '9\n');
  await assert.rejects(checkVersion(cluster), /made by PostgreSQL 9, and this is PostgreSQL \d+; start again with \.\/scripts\/start --reset/);
  await writeFile(path.join(cluster.data, 'PG_VERSION'), `${versionOf(cluster.bin)}\n`);
  await checkVersion(cluster);
});
