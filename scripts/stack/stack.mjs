// @ts-check
// The commands behind ./scripts/start and ./scripts/stop:
//   stack.mjs run       in the foreground, until Ctrl-C
//   stack.mjs detach    in the background; returns when everything answers
//   stack.mjs stop      ends it, and whatever a crashed run left behind
//   stack.mjs reset     removes the database and the mails, so that the next start makes a new one
//   stack.mjs status    exit code 0 if it runs, and where
//   stack.mjs settings  exit code 0 if what is set in the environment can be, before anything is built for it
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateCluster, stopCluster } from './cluster.mjs';
import { makeFolder } from './folders.mjs';
import { lockFolder } from './lock.mjs';
import { assertFree } from './ports.mjs';
import { mailsFolder, portsOf, readSettings } from './settings.mjs';
import { environmentFile, environmentOf, forgetSupervisor, isAlive, parseEnvironment, recordSupervisor, runningSupervisor } from './state.mjs';
import { UserError, exitWith, sentenceOf } from './user-error.mjs';

const settings = settingsOrExit();
const STOP_WITHIN = 20_000;
const JOIN_WITHIN = 5_000;

async function run() {
  // A full disk takes what is written, and nothing else.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  await takeStack();
  await recordSupervisor(settings.directory, settings.apiUrl);
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
    await end();
  };
  const end = async () => {
    await stack?.stop();
    await forgetSupervisor(settings.directory);
    process.exit(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  // Whoever asked for a detached start went away before it was up.
  const onOrphaned = () => void onSignal();
  process.on('disconnect', onOrphaned);

  // Loaded only here: the other commands answer in a fraction of the time without it.
  const { startStack } = await import('./supervisor.mjs');
  try {
    // In the background each function's own log has its lines.
    stack = await startStack(settings, { onStep: say, echo: !send, signal: ending.signal });
  } catch (error) {
    await forgetSupervisor(settings.directory);
    throw error;
  }
  if (signalled) return end();
  if (send) {
    process.off('disconnect', onOrphaned);
    send({ ready: stack.environment }, () => process.disconnect());
  } else {
    printSummary(stack.environment);
    console.log('\nCtrl-C stops it.\n');
  }
}

/** One process at a time works on a stack's folder; this one does, from now until it ends. */
async function takeStack() {
  await makeFolder(settings.directory);
  if (await lockFolder(settings.directory)) return;
  const running = await runningSupervisor(settings.directory);
  const where = running ? ` at ${running.apiUrl} (process ${running.pid})` : '';
  throw new TakenError(`The stack in ${settings.directory} is already running or being started${where}; ./scripts/stop ends it.`);
}

class TakenError extends UserError {}

async function detach() {
  // `start --detach | head -1` closes the pipe early; the stack shall still come up.
  process.stdout.on('error', () => {});
  const running = await runningSupervisor(settings.directory);
  if (running) return join(running);
  await makeFolder(path.join(settings.directory, 'logs'));
  const log = await open(path.join(settings.directory, 'logs/stack.log'), 'a');
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'run'], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  const environment = await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.step) console.log(`  ${message.step}`);
      if (message.taken) resolve(null);
      if (message.failure) reject(new UserError(message.failure));
      if (message.ready) resolve(message.ready);
    });
    child.on('exit', () => reject(new UserError(`The stack did not start; see ${settings.directory}/logs/stack.log.`)));
  });
  await log.close();
  if (!environment) return joinAnother();
  printSummary(environment);
  child.unref();
}

/** Another start was a moment earlier. */
async function joinAnother() {
  const end = Date.now() + JOIN_WITHIN;
  while (Date.now() < end) {
    const running = await runningSupervisor(settings.directory);
    if (running) return join(running);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new UserError(`Another command works on ${settings.directory}; try again when it has ended.`);
}

/** Returns when the stack that another start began answers. @param {import('./state.mjs').Supervisor} running */
async function join(running) {
  if (running.apiUrl !== settings.apiUrl) {
    throw new UserError(`The stack in ${settings.directory} runs at ${running.apiUrl}, not at ${settings.apiUrl}; end it with ./scripts/stop, or set STACK_DIR for a second one.`);
  }
  const environment = await environmentOf(settings.directory, running);
  if (!environment) throw new UserError(`The stack did not start; see ${settings.directory}/logs/stack.log.`);
  if (settings.site && settings.site !== environment.SITE_URL) {
    throw new UserError(`The stack in ${settings.directory} runs with links in mails to ${environment.SITE_URL}, not to ${settings.site}; end it with ./scripts/stop, and start it again.`);
  }
  console.log(`The stack is already running at ${running.apiUrl}.`);
  printSummary(environment);
}

async function stop() {
  const running = await runningSupervisor(settings.directory);
  if (running) {
    try {
      process.kill(running.pid, 'SIGTERM');
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM') throw new UserError(`The stack in ${settings.directory} was started by another user; stop it as that one.`);
    }
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
  await takeStack();
  const { takeDown } = await import('./database.mjs');
  await takeDown(settings.directory);
  // Their links lead into the database that was.
  await rm(mailsFolder(settings.directory), { recursive: true, force: true });
}

/** @param {Record<string, string>} environment */
function printSummary(environment) {
  console.log(`
  Page             ${environment.SUPABASE_URL}/
  API reference    ${environment.SUPABASE_URL}/docs
  Inbox            ${environment.INBOX_URL}/inbox
  Links in mails   ${environment.SITE_URL}/
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
    const running = await runningSupervisor(settings.directory);
    if (!running) process.exit(1);
    const text = await readFile(environmentFile(settings.directory), 'utf8').catch(() => null);
    if (text === null) console.log(`The stack is being started at ${running.apiUrl}.`);
    else printSummary(parseEnvironment(text));
  },
  settings: async () => {
    // Of its own stack, whoever starts is told more by that.
    if (!(await runningSupervisor(settings.directory))) await assertFree(portsOf(settings));
  },
};

const command = commands[process.argv[2] ?? ''];
if (!command) exitWith(new UserError('usage: stack.mjs run | detach | stop | reset | status | settings'));
else {
  command().catch((error) => {
    if (!process.send) return exitWith(error);
    const sentence = sentenceOf(error);
    if (!sentence) console.error(error);
    const failure = sentence ?? `The stack did not start: ${error?.message}`;
    process.send(error instanceof TakenError ? { taken: true } : { failure }, () => process.exit(1));
  });
}
