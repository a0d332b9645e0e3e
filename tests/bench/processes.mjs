// @ts-check
/** Processes of the bench, all ended at its end. */
import { execFile, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleOf } from './bundle.mjs';
import { cpuSeconds } from './cpu-seconds.mjs';
import { DENO, environment, ROOT } from './settings.mjs';

const run = promisify(execFile);
/** @type {import('node:child_process').ChildProcess[]} */
const started = [];

/** What is measured has the first core for itself; what measures shares the second. */
const PIN = availableParallelism() > 1;
const measured = (/** @type {string[]} */ command) => (PIN ? ['taskset', '-c', '0', ...command] : command);
const measuring = (/** @type {string[]} */ command) => (PIN ? ['taskset', '-c', '1', ...command] : command);

/** Starts the fixed upstream; answers its URL. */
export async function startUpstream() {
  await run('cargo', ['build', '--quiet', '--package', 'xtask', '--example', 'bench-upstream'], { cwd: ROOT });
  const target = JSON.parse(
    (await run('cargo', ['metadata', '--no-deps', '--format-version=1'], { cwd: ROOT, maxBuffer: 1 << 26 })).stdout,
  ).target_directory;
  const port = await start(measuring([join(target, 'debug/examples/bench-upstream')]), {}, /^(\d+)/);
  return `http://127.0.0.1:${port}`;
}

/**
 * Serves a subject's bundle.
 * @returns {Promise<{url: string, cpuSeconds: () => number}>}
 */
export async function serve(/** @type {string} */ subject, /** @type {string} */ upstream) {
  const command = [
    DENO,
    'serve',
    '--no-check',
    '--allow-env',
    '--allow-net',
    '--host=127.0.0.1',
    '--port=0',
    bundleOf(subject),
  ];
  const port = await start(measured(command), environment(upstream), /Listening on http:\/\/[\d.]+:(\d+)/);
  const pid = started.at(-1)?.pid;
  return { url: `http://127.0.0.1:${port}`, cpuSeconds: () => cpuSeconds(pid) };
}

/** Runs a command where the load generator runs, and answers its output. */
export async function measure(/** @type {string[]} */ command, /** @type {Record<string, string>} */ env) {
  const [program, ...args] = measuring(command);
  return (await run(program, args, { env: { ...process.env, ...env } })).stdout;
}

/** Runs a command where a subject runs, and answers its output. */
export async function runMeasured(/** @type {string[]} */ command, /** @type {Record<string, string>} */ env) {
  const [program, ...args] = measured(command);
  return (await run(program, args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } })).stdout;
}

export async function stopAll() {
  for (const child of started.splice(0)) child.kill('SIGKILL');
}

/**
 * Starts a process and waits for what it says when it is ready.
 * @param {string[]} command @param {Record<string, string>} env @param {RegExp} ready
 * @returns {Promise<string>}
 */
function start([program, ...args], env, ready) {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (/** @type {Buffer} */ chunk) => {
      const found = (text += chunk).match(ready);
      if (!found) return;
      for (const stream of [child.stdout, child.stderr]) stream.off('data', listen).resume();
      resolve(found[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => reject(new Error(`${program} ended:\n${text}`)));
  });
}
