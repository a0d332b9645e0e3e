// @ts-check
// Who runs this stack: a file with the supervisor's process id and start time, so that a number
// that another program got later is never mistaken for it.
import { readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from './folders.mjs';

/** @typedef {{ pid: number, startedAt: string, apiUrl: string }} Supervisor */

const fileOf = (/** @type {string} */ directory) => path.join(directory, 'supervisor.json');
export const environmentFile = (/** @type {string} */ directory) => path.join(directory, 'env');

/** When a process started, in clock ticks since boot, or null if there is none. @param {number} pid */
function startOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
}

/** The supervisor that runs this stack, or null. @param {string} directory @returns {Promise<Supervisor | null>} */
export async function runningSupervisor(directory) {
  try {
    const found = JSON.parse(await readFile(fileOf(directory), 'utf8'));
    return startOf(found.pid) === found.startedAt ? found : null;
  } catch {
    return null;
  }
}

/** @param {Supervisor} supervisor */
export function isAlive(supervisor) {
  return startOf(supervisor.pid) === supervisor.startedAt;
}

/** @param {string} directory @param {string} apiUrl where it will answer */
export async function recordSupervisor(directory, apiUrl) {
  // Of one that was killed.
  await rm(environmentFile(directory), { force: true });
  await replaceFile(fileOf(directory), JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid), apiUrl }));
}

/**
 * The addresses and keys of a stack once it has started: when the file is there, everything answers. Null: the start failed.
 * @param {string} directory @param {Supervisor} supervisor @returns {Promise<Record<string, string> | null>}
 */
export async function environmentOf(directory, supervisor) {
  for (;;) {
    const text = await readFile(environmentFile(directory), 'utf8').catch(() => null);
    if (text !== null) return parseEnvironment(text);
    if (!isAlive(supervisor)) return null;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The lines NAME=value of such a file. @param {string} text @returns {Record<string, string>} */
export function parseEnvironment(text) {
  const lines = text.split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** @param {string} directory */
export async function forgetSupervisor(directory) {
  await rm(environmentFile(directory), { force: true });
  await rm(fileOf(directory), { force: true });
}

/** @param {string} directory @param {Record<string, string>} values */
export async function writeEnvironment(directory, values) {
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join('');
  await replaceFile(environmentFile(directory), text);
}
