// @ts-check
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkVersion, findPostgres } from './cluster.mjs';

test('data of another major version is refused in one sentence that says how to go on', async (context) => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'evenkeel-cluster.'));
  context.after(() => rm(home, { recursive: true }));
  const cluster = { home, data: path.join(home, 'data'), log: path.join(home, 'log'), bin: await findPostgres(), user: null };
  await mkdir(cluster.data);
  await writeFile(path.join(cluster.data, 'PG_VERSION'), '9\n');
  await assert.rejects(checkVersion(cluster), /made by PostgreSQL 9, and this is PostgreSQL \d+; start again with \.\/scripts\/start --reset/);
  const { version } = /\/(?<version>\d+)\/bin$/.exec(cluster.bin)?.groups ?? {};
  await writeFile(path.join(cluster.data, 'PG_VERSION'), `${version}\n`);
  await checkVersion(cluster);
});

test('a PostgreSQL that was named and is not there is refused', async (context) => {
  const before = process.env.STACK_POSTGRES;
  context.after(() => (before === undefined ? delete process.env.STACK_POSTGRES : (process.env.STACK_POSTGRES = before)));
  process.env.STACK_POSTGRES = '/nowhere';
  await assert.rejects(findPostgres(), /STACK_POSTGRES is "\/nowhere"/);
});
