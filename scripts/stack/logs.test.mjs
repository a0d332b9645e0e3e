// @ts-check
import assert from 'node:assert/strict';
import { closeSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { run } from './run.mjs';
import { append, appendLine, cutLogs } from './logs.mjs';

/** @param {import('node:test').TestContext} t */
async function folderFor(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-logs-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('a log that has grown large is emptied, and its older part kept once, while somebody holds it open', async (t) => {
  const folder = await folderFor(t);
  const file = path.join(folder, 'a.log');
  const held = openSync(file, 'a');
  t.after(() => closeSync(held));
  for (const text of ['first', 'second']) {
    writeSync(held, text.repeat(30));
    await cutLogs(folder, [], 100);
    assert.deepEqual([await readFile(file, 'utf8'), await readFile(`${file}.1`, 'utf8')], ['', text.repeat(30)]);
  }
  writeSync(held, 'third');
  await cutLogs(folder, [], 100);
  assert.equal(await readFile(file, 'utf8'), 'third');
});

test('what is small, or no log, stays; a log elsewhere is cut too', async (t) => {
  const [folder, elsewhere] = [await folderFor(t), await folderFor(t)];
  for (const name of ['small.log', 'notes.txt']) await writeFile(path.join(folder, name), 'x'.repeat(name === 'small.log' ? 10 : 200));
  const server = path.join(elsewhere, 'server.log');
  await writeFile(server, 'x'.repeat(200));
  await cutLogs(folder, [server, path.join(elsewhere, 'none.log')], 100);
  assert.deepEqual((await readdir(folder)).sort(), ['notes.txt', 'small.log']);
  assert.deepEqual((await readdir(elsewhere)).sort(), ['server.log', 'server.log.1']);
});

test('a line that cannot be written is lost, and nothing else', async (t) => {
  const folder = await folderFor(t);
  const full = path.join(folder, 'full.log');
  symlinkSync('/dev/full', full);
  appendLine(full, 'a line');
  append(path.join(folder, 'nowhere/a.log'), 'a line');
});

test('a process of the stack that writes to a full disk goes on', async () => {
  const part = new URL('parts/part.mjs', import.meta.url).href;
  const script = `
    import { runPart } from ${JSON.stringify(part)};
    runPart(async () => async () => {});
    for (let n = 0; n < 3; n += 1) {
      console.log('a line');
      console.error('a line');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.exit(7);`;
  const shell = `exec "$0" --input-type=module --eval "$1" >/dev/full 2>/dev/full`;
  assert.equal((await run('/bin/sh', ['-c', shell, process.execPath, script])).code, 7);
});
