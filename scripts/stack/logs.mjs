// @ts-check
// The logs of a stack: written without ever being waited for, and cut while it runs, so that nobody's disk fills.
import { appendFileSync } from 'node:fs';
import { copyFile, readdir, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';

const LARGEST = 5_000_000;
const LOOK_EVERY = 5_000;

/** Lost where it cannot be written: a full disk ends no function. @param {string} file @param {string | Uint8Array} text */
export function append(file, text) {
  try {
    appendFileSync(file, text);
  } catch {
    // What would tell is this log.
  }
}

/** @param {string} file @param {string} line */
export function appendLine(file, line) {
  append(file, `${line}\n`);
}

/**
 * Keeps one older part of each log that has grown large. Copied and emptied, not renamed: PostgreSQL, the stack's own
 * processes and a service's command hold theirs open, and all of them append.
 * @param {string} folder @param {string[]} others files elsewhere
 */
export async function cutLogs(folder, others = [], largest = LARGEST) {
  const names = await readdir(folder).catch(() => []);
  const files = [...names.filter((name) => name.endsWith('.log')).map((name) => path.join(folder, name)), ...others];
  for (const file of files) {
    if (((await stat(file).catch(() => null))?.size ?? 0) <= largest) continue;
    // On a full disk the older part goes first, and then there may be no newer one.
    await rm(`${file}.1`, { force: true }).catch(() => {});
    await copyFile(file, `${file}.1`).catch(() => rm(`${file}.1`, { force: true }).catch(() => {}));
    await truncate(file).catch(() => {});
  }
}

/** @param {string} folder @param {string[]} others @returns {() => void} ends it */
export function keepLogsSmall(folder, others) {
  const timer = setInterval(() => void cutLogs(folder, others), LOOK_EVERY);
  return () => clearInterval(timer);
}
