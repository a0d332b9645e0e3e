// @ts-check
// A part of the stack as a process of its own: what ends one, a bug or a full memory, leaves the others running.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { diesWithParent } from './functions/process.mjs';
import { UserError } from './user-error.mjs';

/** How often it must say that it is alive, in milliseconds, and how many times it may miss that. */
const ASK_EVERY = 3_000;
const MAY_MISS = 2;
const STOP_WITHIN = 4_000;

/**
 * Ready when this resolves. It waits as long as the part does, for the database for example.
 * @param {string} name of a file in `parts/` @param {import('./parts/part.mjs').Place} place
 * @param {AbortSignal} signal it is wanted no more
 * @returns {Promise<import('./keep-alive.mjs').Running>}
 */
export async function startPart(name, place, signal) {
  const file = fileURLToPath(new URL(`parts/${name}.mjs`, import.meta.url));
  const [program, args] = diesWithParent(process.execPath, [file]);
  const child = spawn(program, args, {
    // Where the sockets are: their paths stay short, which the kernel wants.
    cwd: place.settings.directory,
    // Ctrl-C is for the supervisor, which ends its parts in their order.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = /** @type {Promise<string>} */ (new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  }));
  // It may end while it is written to.
  child.on('error', () => {});
  watch(child, ended);

  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
    await ended;
    clearTimeout(hard);
  }

  signal.addEventListener('abort', () => void stop());
  child.send(place);
  await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.ready) resolve(null);
      if (message.failure) reject(new UserError(message.failure));
    });
    void ended.then((how) => reject(new UserError(`it ended (${how})`)));
  });
  return { ended, stop };
}

/** One that no longer answers, stopped or in an endless loop, is ended. @param {import('node:child_process').ChildProcess} child @param {Promise<string>} ended */
function watch(child, ended) {
  let missed = 0;
  child.on('message', (message) => void (message === 'alive' && (missed = 0)));
  const timer = setInterval(() => {
    if (missed >= MAY_MISS) child.kill('SIGKILL');
    missed += 1;
    if (child.connected) child.send('alive?', () => {});
  }, ASK_EVERY);
  void ended.then(() => clearInterval(timer));
}
