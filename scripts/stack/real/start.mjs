// @ts-check
// Brings the real services up between the server's start and our migrations: each makes its own tables, as its own
// role, in a schema that is still empty.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { keepAlive } from '../keep-alive.mjs';
import { UserError } from '../user-error.mjs';
import { startCommand } from './command.mjs';
import { environmentOf } from './environment.mjs';

const LOOK_EVERY = 300;
const SAY_EVERY = 15_000;
const GIVE_UP_AFTER = 300_000;

/**
 * @typedef {import('./services.mjs').RealService} RealService
 * @typedef {{ sql: import('postgres').Sql, onStep: (step: string) => void, signal?: AbortSignal }} Watch
 * @typedef {{ file: string, ended: () => string | null }} Started `ended`: what its command said at its end, if it has one that did
 */

/**
 * @param {RealService[]} services @param {import('./environment.mjs').Place} place
 * @param {Watch & { onStarted: (stop: () => Promise<void>) => void }} watch
 */
export async function startRealServices(services, place, { onStarted, ...watch }) {
  for (const service of services) {
    const values = environmentOf(service, place);
    const file = await writeNeeds(service, values, place.settings.directory);
    if (!service.command) {
      await untilReady(service, { file, ended: () => null }, watch);
      continue;
    }
    const logFile = path.join(place.settings.directory, 'logs', `${service.name}.log`);
    await mkdir(path.dirname(logFile), { recursive: true });
    const start = () => startCommand(service, { ...values, STACK_SERVICE_ENV: file }, logFile);
    const first = start();
    let stop = first.stop;
    onStarted(() => stop());
    await untilReady(service, { file, ended: first.lastWords }, watch);
    let next = /** @type {typeof first | null} */ (first);
    ({ stop } = await keepAlive(service.title, async () => {
      const running = next ?? start();
      next = null;
      return running;
    }));
  }
}

/** @param {RealService} service @param {Record<string, string>} values @param {string} directory */
async function writeNeeds({ name }, values, directory) {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, `${name}.env`);
  // The mode counts for a new file alone.
  await rm(file, { force: true });
  await writeFile(file, Object.entries(values).map(([key, value]) => `${key}=${value}\n`).join(''), { mode: 0o600 });
  return file;
}

/** @param {RealService} service @param {Started} started @param {Watch} watch */
async function untilReady(service, { file, ended }, { sql, onStep, signal }) {
  const { title, url, command } = service;
  onStep(command ? `starting ${title} by its command` : `waiting for ${title} at ${url.origin}; start it with what is in ${file}`);
  const began = Date.now();
  let told = began;
  for (;;) {
    const complaint = await complaintAbout(service, file, sql);
    if (!complaint) return;
    const last = ended();
    if (last !== null) throw new UserError(`The command of ${title} ended before it was ready:\n${last}`);
    if (signal?.aborted) throw new UserError(`Stopped while waiting for ${title}.`);
    if (Date.now() - began > GIVE_UP_AFTER) throw new UserError(`${title} was not ready at ${url.origin} after ${GIVE_UP_AFTER / 60_000} minutes: ${complaint}.`);
    if (Date.now() - told > SAY_EVERY) {
      told = Date.now();
      onStep(`still waiting for ${title} at ${url.origin}: ${complaint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** Why it is not ready, or null. @param {RealService} service @param {string} file @param {import('postgres').Sql} sql */
async function complaintAbout({ url, health, table, role }, file, sql) {
  const status = await statusOf(new URL(health, url));
  if (status === null) return 'nothing answers there';
  if (status !== 200) return `it answers ${status} to ${health}`;
  if (!table) return null;
  const [found] = await sql`select relowner::regrole::text as owner from pg_class where oid = to_regclass(${table})`;
  // One that was started for another database, an earlier one of this stack for example, is healthy too.
  if (!found) return `it answers, but ${table} is not in this database; start it anew, with what is in ${file}`;
  return found.owner === role ? null : `${table} belongs to ${found.owner}; it must log in as ${role}, as ${file} has it`;
}

/** @param {URL} url */
async function statusOf(url) {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
