// @ts-check
/** Import and first request in a new process each time, measured inside it. */
/** @typedef {'modules' | 'bundle'} Form */
import { join } from 'node:path';
import { bundleOf } from './bundle.mjs';
import { runMeasured } from './processes.mjs';
import { DENO, environment, FRESH_START, ROOT, SUBJECTS, TOKENS } from './settings.mjs';

/**
 * Each subject in two forms: its modules one by one, as `functions deploy` packs them (an eszip holds
 * the module graph as it is), and as one bundled file, the best that anybody could do.
 *
 * @param {string} upstream @param {(text: string) => void} progress
 * @returns {Promise<Record<Form, Record<string, number[]>>>} milliseconds, by form, subject and round
 */
export async function freshStart(upstream, progress) {
  /** @type {() => Record<string, number[]>} */
  const empty = () => Object.fromEntries(Object.keys(SUBJECTS).map((name) => [name, []]));
  const times = { modules: empty(), bundle: empty() };
  for (let round = 1; round <= FRESH_START.rounds; round++) {
    progress(`fresh isolates, round ${round} of ${FRESH_START.rounds}`);
    for (const [name, entry] of Object.entries(SUBJECTS)) {
      times.modules[name].push(await once(name, join(ROOT, entry), upstream));
      times.bundle[name].push(await once(name, bundleOf(name), upstream));
    }
  }
  return times;
}

async function once(/** @type {string} */ subject, /** @type {string} */ entry, /** @type {string} */ upstream) {
  const token = subject.includes('five') ? TOKENS.good : TOKENS.expired;
  const script = join(ROOT, 'tests/bench/first-request.js');
  // An edge worker finds no code cache of an earlier one.
  const command = [DENO, 'run', '--no-code-cache', '--no-check', '-A', script, entry, token];
  const lines = (await runMeasured(command, environment(upstream))).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '').milliseconds;
}
