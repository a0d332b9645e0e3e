// @ts-check
/** Import and first request in a new process each time, measured inside it. */
import { join } from 'node:path';
import { bundleOf } from './bundle.mjs';
import { runMeasured } from './processes.mjs';
import { DENO, environment, FRESH_START, ROOT, SUBJECTS, TOKENS } from './settings.mjs';

/**
 * @param {string} upstream @param {(text: string) => void} progress
 * @returns {Promise<Record<string, number[]>>} milliseconds, by subject and round
 */
export async function freshStart(upstream, progress) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(SUBJECTS).map((name) => [name, []]));
  for (let round = 1; round <= FRESH_START.rounds; round++) {
    progress(`fresh isolates, round ${round} of ${FRESH_START.rounds}`);
    for (const name of Object.keys(SUBJECTS)) times[name].push(await once(name, upstream));
  }
  return times;
}

async function once(/** @type {string} */ subject, /** @type {string} */ upstream) {
  const token = subject.includes('five') ? TOKENS.good : TOKENS.expired;
  const script = join(ROOT, 'tests/bench/first-request.js');
  // An edge worker finds no code cache of an earlier one.
  const command = [DENO, 'run', '--no-code-cache', '--no-check', '-A', script, bundleOf(subject), token];
  const lines = (await runMeasured(command, environment(upstream))).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '').milliseconds;
}
