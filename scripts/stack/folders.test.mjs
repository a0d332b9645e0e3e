// @ts-check
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { makeFolder } from './folders.mjs';

test('of many who make a folder and those above it at once, all have it', async (t) => {
  const place = await mkdtemp(path.join(tmpdir(), 'evenkeel-folders-'));
  t.after(() => rm(place, { recursive: true }));
  for (let round = 0; round < 200; round += 1) {
    const folder = path.join(place, String(round), 'b', 'c');
    await Promise.all([folder, folder, path.dirname(folder), path.join(folder, 'd')].map(makeFolder));
    assert.ok((await stat(path.join(folder, 'd'))).isDirectory());
  }
});

test('where a file is, no folder is made, nor below it', async (t) => {
  const place = await mkdtemp(path.join(tmpdir(), 'evenkeel-folders-'));
  t.after(() => rm(place, { recursive: true }));
  const file = path.join(place, 'file');
  await writeFile(file, '');
  await assert.rejects(makeFolder(file), { code: 'EEXIST' });
  await assert.rejects(makeFolder(path.join(file, 'a', 'b')), { code: 'ENOTDIR' });
  await assert.rejects(makeFolder('/proc/a/b'), { code: 'ENOENT', path: '/proc/a' });
});
