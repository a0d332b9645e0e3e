// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { lockFolder } from './lock.mjs';

/** @param {import('node:test').TestContext} t */
async function folderFor(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('of many who ask at once one gets it, and when it is given back another', async (t) => {
  const folder = await folderFor(t);
  const held = (await Promise.all(Array.from({ length: 20 }, () => lockFolder(folder)))).filter((one) => one !== null);
  assert.equal(held.length, 1);
  await held[0]();
  const next = await lockFolder(folder);
  assert.ok(next);
  await next();
});

test('a folder is one folder by each of its names, and another is another', async (t) => {
  const [folder, other] = [await folderFor(t), await folderFor(t)];
  await symlink(folder, path.join(other, 'name'));
  const unlock = await lockFolder(folder);
  assert.equal(await lockFolder(path.join(other, 'name')), null);
  const second = await lockFolder(other);
  assert.ok(second);
  await Promise.all([unlock?.(), second()]);
});

test('who is killed has it no longer', async (t) => {
  const folder = await folderFor(t);
  const lock = new URL('lock.mjs', import.meta.url).href;
  const script = `import { lockFolder } from ${JSON.stringify(lock)}; console.log(await lockFolder(${JSON.stringify(folder)}) !== null); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
  assert.equal(said, 'true');
  assert.equal(await lockFolder(folder), null);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const unlock = await lockFolder(folder);
  assert.ok(unlock);
  await unlock();
});
