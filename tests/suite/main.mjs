// @ts-check
// `scripts/test`: runs the stages, counts what they really ran, and ends with `N passed, M failed`.

import { parseArgs } from 'node:util';
import { endAll, run } from './command.mjs';
import { whatFailed } from './failures.mjs';
import { stages } from './stages.mjs';
import { startStack, stopStack } from './stack.mjs';
import { OutOfReach } from './tools.mjs';

/** @typedef {import('./stages.mjs').Stage} Stage */
/** @typedef {import('./stages.mjs').Step} Step */
/** @typedef {{ name: string, passed: number, failed: number, seconds: number }} Result */

const NEXTEST_SUMMARY = /^\s*(?:\x1b\[[0-9;]*m)*\s*Summary \[.*$/m;

/** @type {string[]} */
const notes = [];
/** @type {string[]} */
const nextestSummaries = [];
/** What each failed step said of it, told again at the end: thousands of lines come after it. @type {string[]} */
const failures = [];
/** @type {Promise<Record<string, string>> | undefined} */
let stack;

/**
 * A step that says nothing countable, counts nothing, or ends badly without a failed test has failed.
 * @param {Step} step @param {Record<string, string>} env @param {boolean} quiet shows what it says when it has ended
 */
async function runStep(step, env, quiet) {
  const line = `$ ${[step.command, ...step.args].join(' ')}`.slice(0, 200);
  if (!quiet) console.log(line);
  const { code, output } = await run(step.command, step.args, { env, quiet });
  if (quiet) console.log(`${line}\n${output}`);
  const summary = NEXTEST_SUMMARY.exec(output)?.[0].trim();
  if (summary) nextestSummaries.push(summary);
  if (code !== 0 && step.outOfReach?.test(output)) {
    notes.push(`not possible on this machine, not counted: ${step.args.join(' ')}`);
    return { passed: 0, failed: 0 };
  }
  const { passed, failed } = step.count(output, code) ?? { passed: 0, failed: 0 };
  const crashed = failed === 0 && (code !== 0 || passed === 0);
  if (crashed) console.log(`this step ended with ${code} and ${passed} passed checks: counted as a failure`);
  if (crashed || failed > 0) failures.push(`${line}\n${whatFailed(output)}`);
  return { passed, failed: crashed ? 1 : failed };
}

/** @param {Step[]} steps @param {number} atOnce @param {Record<string, string>} env @param {boolean} [beside] others that speak, too */
async function runSideBySide(steps, atOnce, env, beside = false) {
  const waiting = [...steps];
  /** @type {import('./counts.mjs').Counts[]} */
  const results = [];
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) results.push(await runStep(step, env, beside || steps.length > 1));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

/** @param {Stage} stage @param {Promise<unknown> | undefined} prepared */
async function runStage(stage, prepared) {
  const total = { passed: 0, failed: 0 };
  try {
    await prepared;
    const env = stage.stack ? await (stack ??= startStack()) : ((await stage.environment?.()) ?? {});
    for (const steps of await stage.steps()) {
      for (const { passed, failed } of await runSideBySide([steps].flat(), stage.atOnce ?? 1, env, stage.beside)) {
        total.passed += passed;
        total.failed += failed;
      }
    }
  } catch (error) {
    if (error instanceof OutOfReach) {
      notes.push(`not possible on this machine, not counted: ${stage.name}, ${error.message}`);
      return total;
    }
    console.log(`${stage.name}: ${error instanceof Error ? error.message : error}`);
    total.failed += 1;
  }
  if (total.passed + total.failed === 0) total.failed = 1;
  return total;
}

/** @param {Stage} stage @param {string} place @param {Promise<unknown> | undefined} prepared @returns {Promise<Result>} */
async function runTimed(stage, place, prepared) {
  console.log(`\n== [${place}] ${stage.name}: ${stage.about}`);
  const start = Date.now();
  const total = await runStage(stage, prepared);
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(`-- ${stage.name}: ${total.passed} ok, ${total.failed} not ok, ${seconds} s`);
  return { name: stage.name, ...total, seconds };
}

/** @param {Stage[]} chosen */
async function runAll(chosen) {
  /** @type {Promise<Result>[]} */
  const running = [];
  // At once: what a stage installs is compiled while those before it leave a processor idle.
  const prepared = chosen.map((stage) => stage.prepare?.());
  // Told by the stage that waits for it.
  for (const one of prepared) one?.catch(() => {});
  for (const [index, stage] of chosen.entries()) {
    running.push(runTimed(stage, `${index + 1}/${chosen.length}`, prepared[index]));
    if (!stage.beside) await running[index];
  }
  return Promise.all(running);
}

/** @param {Result[]} results */
function report(results) {
  for (const failure of failures) console.log(`\nfailed: ${failure}`);
  console.log(`\n${'stage'.padEnd(14)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`);
  for (const { name, passed, failed, seconds } of results) {
    console.log(
      `${name.padEnd(14)}${String(passed).padStart(8)}${String(failed).padStart(8)}${String(seconds).padStart(9)}`,
    );
  }
  for (const note of notes) console.log(note);
  if (nextestSummaries.length > 0) console.log(`\n${nextestSummaries.join('\n')}`);
  const sum = (/** @type {'passed' | 'failed'} */ key) => results.reduce((all, one) => all + one[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0;
}

/** @param {string[]} wanted @returns {Stage[]} */
function choose(wanted) {
  if (wanted.length === 0) return stages;
  const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    console.error(`no such stage: ${unknown.join(', ')}; see ./scripts/test --list`);
    process.exit(2);
  }
  return stages.filter((stage) => wanted.includes(stage.name));
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true, default: [] }, list: { type: 'boolean', default: false } },
});
if (values.list) {
  for (const stage of stages) console.log(`${stage.name.padEnd(14)}${stage.about}`);
  process.exit(0);
}
for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])) {
  process.once(signal, async () => {
    console.log(`\nended by ${signal}, stopping what was started`);
    endAll();
    await stopStack();
    process.exit(code);
  });
}
/** @type {Result[]} */
let results = [];
try {
  results = await runAll(choose(values.only.flatMap((names) => names.split(','))));
} finally {
  await stopStack();
}
process.exitCode = report(results) ? 0 : 1;
