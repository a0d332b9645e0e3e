// @ts-check
// The processes of the running stack, as the kernel has them.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { environment, stackDirectory } from './environment.mjs';

/** The one that starts all others anew. */
export function supervisor() {
  return Number(JSON.parse(readFileSync(path.join(stackDirectory, 'supervisor.json'), 'utf8')).pid);
}

/** The supervisor and all that descend from it. */
export function processesOfStack() {
  const parents = new Map(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => [Number(pid), parentOf(Number(pid))]));
  const found = [supervisor()];
  for (const pid of found) found.push(...[...parents.keys()].filter((child) => parents.get(child) === pid));
  return found;
}

/** Those whose command line has these words. @param {RegExp} words */
export function processesLike(words) {
  return processesOfStack().filter((pid) => words.test(commandOf(pid)));
}

/** The server's first process, which is no descendant of the stack. */
export function postmaster() {
  return once(async (sql) => {
    const [{ pid }] = await sql`select pg_backend_pid() as pid`;
    return parentOf(pid);
  });
}

/**
 * With a connection of its own, for a server that does not last.
 * @template T @param {(sql: import('postgres').Sql) => Promise<T>} work
 */
export async function once(work) {
  const sql = postgres(environment.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** @param {number} pid */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // It has ended meanwhile.
  }
}

/** @param {number} pid */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0; // It has ended meanwhile.
  }
}
