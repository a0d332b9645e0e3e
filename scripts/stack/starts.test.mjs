// @ts-check
// Starting a stack, alone and at once with others, where it cannot start, and on a disk that is full: one stack of its
// own, on a small disk where one can be made.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from './connection.mjs';
import { isBusy } from './ports.mjs';
import { run } from './run.mjs';

const stackCommands = fileURLToPath(new URL('stack.mjs', import.meta.url));
const MEGABYTES = 320;

/** @type {string} what the stack's folder is in */
let place;
/** @type {string} */
let directory;
/** @type {number} */
let base;
let isSmall = false;

/** @param {'detach' | 'stop' | 'reset' | 'run' | 'status' | 'settings'} command @param {Record<string, string>} [environment] */
function stack(command, environment = {}) {
  return run(process.execPath, [stackCommands, command], { env: { ...process.env, STACK_DIR: directory, STACK_PORT_BASE: String(base), STACK_SITE: '', ...environment } });
}

/** As root, or as whom sudo lets be root. @param {string} command @param {string[]} args */
function asRoot(command, ...args) {
  const [program, ...all] = process.getuid?.() === 0 ? [command, ...args] : ['sudo', '-n', command, ...args];
  return spawnSync(program, all, { stdio: 'ignore' }).status === 0;
}

/** @returns {Promise<number>} */
async function freeBase() {
  for (;;) {
    const one = 20_000 + Math.floor(Math.random() * 1_000) * 10;
    if (!(await Promise.all([0, 1, 3].map((n) => isBusy(one + n)))).includes(true)) return one;
  }
}

before(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'evenkeel-starts-'));
  // PostgreSQL may run as another user.
  await chmod(place, 0o755);
  isSmall = asRoot('mount', '-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=777`, 'tmpfs', place);
  directory = path.join(place, 'stack');
  base = await freeBase();
});

after(async () => {
  await stack('stop');
  if (isSmall) asRoot('umount', '--lazy', place);
  await rm(place, { recursive: true, force: true });
});

const supervisor = async () => JSON.parse(await readFile(path.join(directory, 'supervisor.json'), 'utf8')).pid;
const oneSentence = (/** @type {string} */ output) => assert.match(output, /^error: [^\n]+\.\n$/);

test('where nothing can be written, one sentence says so', async () => {
  const file = path.join(place, 'file');
  await writeFile(file, '');
  const closed = path.join(place, 'closed');
  await mkdir(closed);
  if (process.getuid?.() === 0) asRoot('mount', '-t', 'tmpfs', '-o', 'size=1m,ro', 'tmpfs', closed);
  else await chmod(closed, 0o500);
  for (const at of [file, path.join(file, 'below'), path.join(closed, 'a/b'), '/proc/a/b']) {
    for (const command of /** @type {const} */ (['detach', 'run', 'reset'])) {
      const { code, output } = await stack(command, { STACK_DIR: at });
      assert.equal(code, 1, at);
      oneSentence(output);
      assert.ok(output.includes(path.dirname(at)), output);
    }
  }
  asRoot('umount', closed);
});

test('a port that another program has is told before anything is built', async () => {
  for (const offset of [0, 3]) {
    const other = createServer();
    await new Promise((resolve) => other.listen(base + offset, '127.0.0.1', () => resolve(null)));
    const { code, output } = await stack('settings');
    other.close();
    assert.equal(code, 1);
    oneSentence(output);
    assert.ok(output.includes(`Port ${base + offset}`), output);
  }
  assert.equal((await stack('settings')).code, 0);
});

test('of first starts at once one starts it, and the others wait until it answers', async () => {
  const answers = async () => (await fetch(`http://127.0.0.1:${base}/stack/status.json`)).status;
  const starts = await Promise.all([1, 2, 3].map(async () => {
    const start = await stack('detach');
    return { ...start, status: await answers().catch(String) };
  }));
  for (const { code, output, status } of starts) {
    assert.deepEqual([code, status], [0, 200], output);
    assert.ok(output.includes(`http://127.0.0.1:${base}/\n`), output);
  }
  assert.equal(starts.filter(({ output }) => output.includes('is already running')).length, 2);
});

test('a stack that runs elsewhere than it is asked for is told with its own address', async () => {
  for (const command of /** @type {const} */ (['detach', 'run'])) {
    const { code, output } = await stack(command, { STACK_PORT_BASE: '54321' });
    assert.equal(code, 1);
    oneSentence(output);
    assert.ok(output.includes(`http://127.0.0.1:${base}`), output);
  }
});

test('a stack whose links lead elsewhere than they are asked to says so, and where they lead', async () => {
  const { code, output } = await stack('detach', { STACK_SITE: 'http://localhost:5173/' });
  assert.equal(code, 1);
  oneSentence(output);
  for (const url of [`http://127.0.0.1:${base},`, 'http://localhost:5173;']) assert.ok(output.includes(url), output);
  for (const [command, site] of /** @type {const} */ ([['status', ''], ['detach', `http://127.0.0.1:${base}/`]])) {
    const again = await stack(command, { STACK_SITE: site });
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, new RegExp(`Links in mails +http://127\\.0\\.0\\.1:${base}/\n`));
  }
  assert.match(await readFile(path.join(directory, 'env'), 'utf8'), new RegExp(`^SITE_URL=(.*)\nALLOWED_ORIGINS=\\1$`, 'm'));
});

test('a database that is running is not emptied', async () => {
  const { code, output } = await stack('reset');
  assert.equal(code, 1);
  oneSentence(output);
});

/** @param {string} target @param {string} key */
const get = (target, key = '') => fetch(`http://127.0.0.1:${base}${target}`, { headers: { apikey: key }, signal: AbortSignal.timeout(20_000) });

test('a full disk stops what needs room, and the stack is back when there is some', { timeout: 180_000 }, async (t) => {
  if (!isSmall) return t.skip('no small disk can be made here: neither root nor sudo');
  const before = await supervisor();
  const { secretKey, passwords } = JSON.parse(await readFile(path.join(directory, 'secrets.json'), 'utf8'));
  const filling = path.join(place, 'filling');
  await fill(filling);
  await writeUntilItEnds(`postgresql://postgres:${passwords.postgres}@127.0.0.1:${base + 1}/postgres`);
  await until(async () => {
    const response = await get('/rest/v1/companies?limit=1', secretKey);
    return response.status === 503 && Number(response.headers.get('retry-after')) > 0;
  });
  assert.equal((await get('/')).status, 200, 'the pages');
  await rm(filling);
  await until(async () => (await get('/rest/v1/companies?limit=1', secretKey)).status === 200);
  assert.equal(await supervisor(), before);
  process.kill(before, 0);
});

/** @param {string} file */
async function fill(file) {
  const handle = await open(file, 'w');
  try {
    for (const block = Buffer.alloc(1_000_000); ; ) await handle.write(block);
  } catch (error) {
    assert.equal(/** @type {NodeJS.ErrnoException} */ (error).code, 'ENOSPC');
  } finally {
    await handle.close();
  }
}

/** @param {string} url */
async function writeUntilItEnds(url) {
  const sql = connect(url, { connect_timeout: 2 });
  try {
    // The last segment of the log is there already, and is filled first.
    for (let n = 0; n < 200; n += 1) await sql`select pg_logical_emit_message(false, 'filling', repeat('x', 1000000))`;
    assert.fail('the disk is not full');
  } catch (error) {
    assert.ok(!(error instanceof assert.AssertionError), String(error));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** @param {() => Promise<boolean>} is */
async function until(is) {
  for (const end = Date.now() + 80_000; !(await is()); await setTimeout(200)) assert.ok(Date.now() < end, String(is));
}

test('it stops, and where its passwords are lost, the next start says what helps', async () => {
  assert.deepEqual(await stack('stop'), { code: 0, output: 'The stack has stopped.\n' });
  for (const text of ['', '{', 'null', '{"passwords": {}}']) {
    await writeFile(path.join(directory, 'secrets.json'), text);
    const { code, output } = await stack('detach');
    assert.equal(code, 1, output);
    oneSentence(output);
    assert.match(output, /secrets\.json is missing or damaged, .*\.\/scripts\/start --reset/);
  }
  assert.equal((await stack('reset')).code, 0);
});
