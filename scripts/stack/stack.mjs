// @ts-check
// The commands behind ./scripts/start and ./scripts/stop:
//   stack.mjs run       in the foreground, until Ctrl-C
//   stack.mjs detach    in the background; returns when everything answers
//   stack.mjs stop      ends it, and whatever a crashed run left behind
//   stack.mjs reset     removes the database, so that the next start makes a new one
//   stack.mjs status    exit code 0 if it runs
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateCluster, stopCluster } from './cluster.mjs';
import { readSettings } from './settings.mjs';
import { forgetSupervisor, isAlive, runningSupervisor } from './state.mjs';
import { UserError, exitWith } from './user-error.mjs';

const settings = settingsOrExit();
const STOP_WITHIN = 20_000;

/** @supabase/lite prints a refused statement with its stack and the row in it; one line says enough. */
function quietenLite() {
  const [warn, print] = [console.warn, console.error];
  console.warn = (...words) => void (String(words[0]).startsWith('EXPERIMENTAL') || warn(...words));
  console.error = (first, ...rest) => {
    const isDatabase = first instanceof Error && first.name === 'PostgresError';
    print(isDatabase ? `[database] ${/** @type {any} */ (first).code} ${first.message}` : first, ...rest);
  };
}

async function run() {
  quietenLite();
  const running = await runningSupervisor(settings.directory);
  if (running) throw new UserError(`The stack is already running at ${settings.apiUrl} (process ${running.pid}); ./scripts/stop ends it.`);
  const send = process.send?.bind(process);
  const say = (/** @type {string} */ line) => void (send ? process.connected && send({ step: line }) : console.log(`  ${line}`));

  let stack = /** @type {Awaited<ReturnType<typeof import('./supervisor.mjs').startStack>> | null} */ (null);
  let signalled = false;
  const ending = new AbortController();
  const onSignal = async () => {
    if (signalled) process.exit(130);
    signalled = true;
    ending.abort();
    if (!stack) return;
    if (!send) console.log('\nstopping');
    await stack.stop();
    process.exit(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  // Whoever asked for a detached start went away before it was up.
  const onOrphaned = () => void onSignal();
  process.on('disconnect', onOrphaned);

  const echo = (/** @type {string} */ name, /** @type {string} */ line) => console.log(`[${name}] ${line}`);
  // Loaded only here: the other commands answer in a fraction of the time without it.
  const { startStack } = await import('./supervisor.mjs');
  stack = await startStack(settings, { onStep: say, onFunctionLine: echo, signal: ending.signal });
  if (signalled) {
    await stack.stop();
    process.exit(0);
  }
  if (send) {
    process.off('disconnect', onOrphaned);
    send({ ready: stack.environment }, () => process.disconnect());
  } else {
    printSummary(stack.environment);
    console.log('\nCtrl-C stops it.\n');
  }
}

async function detach() {
  // `start --detach | head -1` closes the pipe early; the stack shall still come up.
  process.stdout.on('error', () => {});
  if (await runningSupervisor(settings.directory)) {
    console.log(`The stack is already running at ${settings.apiUrl}.`);
    return;
  }
  await mkdir(path.join(settings.directory, 'logs'), { recursive: true });
  const log = await open(path.join(settings.directory, 'logs/stack.log'), 'a');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'run'], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  const environment = await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.step) console.log(`  ${message.step}`);
      if (message.failure) reject(new UserError(message.failure));
      if (message.ready) resolve(message.ready);
    });
    child.on('exit', () => reject(new UserError(`The stack did not start; see ${settings.directory}/logs/stack.log.`)));
  });
  printSummary(environment);
  child.unref();
  await log.close();
}

async function stop() {
  const running = await runningSupervisor(settings.directory);
  if (running) {
    process.kill(running.pid, 'SIGTERM');
    const end = Date.now() + STOP_WITHIN;
    while (isAlive(running)) {
      if (Date.now() > end) process.kill(running.pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const leftover = existsSync(settings.directory) && await stopCluster(await locateCluster(settings.directory));
  await forgetSupervisor(settings.directory);
  console.log(running ? 'The stack has stopped.' : leftover ? 'Stopped what an earlier run left behind.' : 'The stack is not running.');
}

async function reset() {
  if (await runningSupervisor(settings.directory)) throw new UserError('The stack is running; end it with ./scripts/stop first.');
  const { takeDown } = await import('./database.mjs');
  await takeDown(settings.directory);
}

/** @param {Record<string, string>} environment */
function printSummary(environment) {
  console.log(`
  Page             ${environment.SUPABASE_URL}/
  Inbox            ${environment.INBOX_URL}/inbox
  API              ${environment.SUPABASE_URL}
  Database         ${environment.DATABASE_URL}
  Publishable key  ${environment.SUPABASE_PUBLISHABLE_KEY}
  Secret key       ${environment.SUPABASE_SECRET_KEY}`);
}

function settingsOrExit() {
  try {
    return readSettings();
  } catch (error) {
    return exitWith(error);
  }
}

/** @type {Record<string, () => Promise<void>>} */
const commands = {
  run,
  detach,
  stop,
  reset,
  status: async () => {
    if (!(await runningSupervisor(settings.directory))) process.exit(1);
  },
};

const command = commands[process.argv[2] ?? ''];
if (!command) exitWith(new UserError('usage: stack.mjs run | detach | stop | reset | status'));
else {
  command().catch((error) => {
    if (!process.send) return exitWith(error);
    const failure = error instanceof UserError ? error.message : `The stack did not start: ${error?.message}`;
    if (!(error instanceof UserError)) console.error(error);
    process.send({ failure }, () => process.exit(1));
  });
}
