// @ts-check
/** The processor time of the parts of a stack, by the kernel's count. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpuSeconds } from '../cpu-seconds.mjs';

/** The parts, and how their processes are called. The first that fits counts. */
export const PARTS = {
  isolates: /deno.*email-dispatch\/index\.ts/,
  sink: /bench\/mails\/sink\.mjs/,
  'Data API': /parts\/services\.mjs/,
  gateway: /parts\/gateway\.mjs/,
  PostgreSQL: /^postgres|postgres: /,
};

/** @typedef {Map<string, { part: number, seconds: number }>} Times by process */

/** @returns {Times} */
export function processorTimes() {
  const times = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const part = Object.values(PARTS).findIndex((pattern) => pattern.test(command));
      if (part >= 0) times.set(pid, { part, seconds: cpuSeconds(pid) });
    } catch {
      // It has ended meanwhile.
    }
  }
  return times;
}

/** What each part has taken since. @param {Times} before @returns {number[]} seconds, in the order of the parts */
export function since(before) {
  const taken = Object.keys(PARTS).map(() => 0);
  for (const [pid, { part, seconds }] of processorTimes()) taken[part] += seconds - (before.get(pid)?.seconds ?? 0);
  return taken;
}
