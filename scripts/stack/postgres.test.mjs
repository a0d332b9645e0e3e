// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { findPostgres, packagedVersions, unpackedDirectory, wantedVersion } from './postgres.mjs';
import { projectRoot } from './settings.mjs';

/**
 * A machine with these versions packaged, and perhaps the wanted one unpacked.
 * @param {import('node:test').TestContext} context @param {{ packaged?: string[], unpacked?: boolean, withoutCron?: string[] }} there
 */
async function machine(context, { packaged = [], unpacked = false, withoutCron = [] }) {
  const root = await mkdtemp(path.join(os.tmpdir(), 'evenkeel-postgres.'));
  const before = process.env.STACK_POSTGRES;
  delete process.env.STACK_POSTGRES;
  context.after(() => rm(root, { recursive: true }));
  context.after(() => void (before === undefined || (process.env.STACK_POSTGRES = before)));
  const base = path.join(root, 'packaged');
  for (const version of packaged) {
    await mkdir(path.join(base, version, 'bin'), { recursive: true });
    await mkdir(path.join(base, version, 'lib'));
    await writeFile(path.join(base, version, 'bin/initdb'), '');
    if (!withoutCron.includes(version)) await writeFile(path.join(base, version, 'lib/pg_cron.so'), '');
  }
  const beside = path.join(root, 'beside');
  await mkdir(beside);
  if (unpacked) await writeFile(path.join(beside, 'complete'), '');
  return { root, base, beside, find: async () => path.relative(root, await findPostgres({ base, unpacked: () => beside })) };
}

describe('of several, a stack takes', () => {
  const unpackedBin = 'beside/root/usr/lib/postgresql/17/bin';
  for (const [what, there, taken] of /** @type {const} */ ([
    ['the version of hosted projects, though a newer one is packaged', { packaged: ['15', '17', '18'] }, 'packaged/17/bin'],
    ['what is packaged rather than what is unpacked', { packaged: ['17'], unpacked: true }, 'packaged/17/bin'],
    ['what is unpacked rather than another version', { packaged: ['15', '18'], unpacked: true }, unpackedBin],
    ['what is unpacked where nothing is packaged', { unpacked: true }, unpackedBin],
    ['the newest where the version of hosted projects is not there', { packaged: ['9.6', '14', '15', '16'] }, 'packaged/16/bin'],
    ['none without pg_cron', { packaged: ['15', '17'], withoutCron: ['17'] }, 'packaged/15/bin'],
  ])) {
    test(what, async (context) => {
      const { find } = await machine(context, /** @type {any} */ (there));
      assert.equal(await wantedVersion(), '17');
      assert.equal(await find(), taken);
    });
  }
});

test('versions are sorted as numbers, and too old ones are none', async (context) => {
  const { base } = await machine(context, { packaged: ['16', '100', '14', '15'] });
  assert.deepEqual(await packagedVersions(base), ['15', '16', '100']);
});

test('where there is none, one is told how to get it', async (context) => {
  const { find } = await machine(context, { packaged: ['14'] });
  await assert.rejects(find(), /not installed; \.\/scripts\/start brings it/);
});

test('a PostgreSQL that was named is taken, or refused where it is not', async (context) => {
  const { root, base, find } = await machine(context, { packaged: ['15', '17'] });
  process.env.STACK_POSTGRES = path.join(base, '15');
  assert.equal(await find(), 'packaged/15/bin');
  process.env.STACK_POSTGRES = path.join(root, 'nowhere');
  await assert.rejects(find(), /STACK_POSTGRES is ".*nowhere"/);
  delete process.env.STACK_POSTGRES;
});

test('what cannot be unpacked says why in one line, by exit code 3, and leaves nothing that counts as complete', async (context) => {
  const { beside, root } = await machine(context, {});
  // A machine that is no Debian: apt knows of no archive.
  await writeFile(path.join(root, 'apt-get'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const unpack = (/** @type {string} */ version) => spawnSync(path.join(projectRoot, 'scripts/stack/postgres-beside.sh'), [version, beside], {
    encoding: 'utf8', env: { ...process.env, PATH: `${root}:${process.env.PATH}` },
  });
  for (const [version, reason] of /** @type {const} */ ([['17', 'this system takes no packages from a Debian archive\n'], ['99', /^no release of Debian .* PostgreSQL 99\n$/]])) {
    const { status, stderr } = unpack(version);
    assert.equal(status, 3);
    assert.match(stderr, new RegExp(reason));
  }
  await assert.rejects(findPostgres({ base: path.join(root, 'packaged'), unpacked: () => beside }), /not installed/);
});

test('as root it is unpacked where the user who runs the server may go', () => {
  const directory = unpackedDirectory('17');
  if (process.getuid?.() === 0) assert.equal(directory, '/var/cache/evenkeel/postgresql-17');
  else assert.match(directory, /\/evenkeel\/postgresql-17$/);
});
