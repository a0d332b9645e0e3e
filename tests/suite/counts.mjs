// @ts-check
// What a tool's own output says about how many checks passed and failed. Each parser answers null
// where the output does not say it, which the caller must treat as a failure.

/** @typedef {{ passed: number, failed: number }} Counts */

const COLOUR = /\x1b\[[0-9;]*m/g;

/** @param {string} text @param {RegExp} pattern @returns {number | null} */
function lastNumber(text, pattern) {
  const found = [...text.matchAll(pattern)].at(-1);
  return found ? Number(found[1]) : null;
}

/** `cargo nextest run`: "Summary [ 1.2s] 120 tests run: 119 passed (1 slow), 1 failed, 0 skipped"
 * @param {string} output @returns {Counts | null} */
export function nextest(output) {
  const summary = [...output.replace(COLOUR, '').matchAll(/^\s*Summary \[.*?\] .*$/gm)].at(-1)?.[0];
  if (summary === undefined) return null;
  const passed = lastNumber(summary, /(\d+) passed/g);
  if (passed === null) return null;
  const bad = ['failed', 'timed out', 'exec failed'].map((word) => {
    return lastNumber(summary, new RegExp(`(?:^|[ ,])(\\d+) ${word}`, 'g')) ?? 0;
  });
  return { passed, failed: bad.reduce((sum, one) => sum + one, 0) };
}

/** `node --test`: "# pass 3", "# fail 1", "# cancelled 0" (or "ℹ pass 3"). Suites that only hold tests are not counted.
 * @param {string} output @returns {Counts | null} */
export function nodeTest(output) {
  const plain = output.replace(COLOUR, '');
  const passed = lastNumber(plain, /^(?:#|ℹ) pass (\d+)$/gm);
  const failed = lastNumber(plain, /^(?:#|ℹ) fail (\d+)$/gm);
  const cancelled = lastNumber(plain, /^(?:#|ℹ) cancelled (\d+)$/gm);
  return passed === null || failed === null ? null : { passed, failed: failed + (cancelled ?? 0) };
}

/** `deno test`: "ok | 3 passed (18 steps) | 0 failed (4s)"; a step is a check too.
 * @param {string} output @returns {Counts | null} */
export function denoTest(output) {
  const plain = output.replace(COLOUR, '');
  const summary = [...plain.matchAll(/^(?:ok|FAILED) \| .*$/gm)].at(-1)?.[0];
  if (summary === undefined) return null;
  const count = (/** @type {string} */ word) => {
    const [, tests = '0', steps = '0'] = new RegExp(`(\\d+) ${word}(?: \\((\\d+) steps?\\))?`).exec(summary) ?? [];
    return Number(tests) + Number(steps);
  };
  return { passed: count('passed'), failed: count('failed') };
}

/** TAP, as pgTAP prints it. A plan that is not met counts what is missing as failed; `# TODO` and `# SKIP` count as neither.
 * @param {string} output @returns {Counts | null} */
export function tap(output) {
  const counts = { passed: 0, failed: 0 };
  let planned = 0;
  let seen = 0;
  for (const line of output.replace(COLOUR, '').split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) planned += Number(plan[1]);
    const check = /^(not )?ok\b(.*)$/.exec(line);
    if (!check) continue;
    seen += 1;
    if (/# (?:TODO|SKIP)/i.test(check[2])) continue;
    counts[check[1] ? 'failed' : 'passed'] += 1;
  }
  if (planned === 0 && seen === 0) return null;
  counts.failed += Math.max(0, planned - seen);
  return counts;
}

/** A runner of our own, whose very last line is "N passed, M failed". @param {string} output @returns {Counts | null} */
export function plainLine(output) {
  const found = /^(\d+) passed, (\d+) failed$/.exec(output.replace(COLOUR, '').trimEnd().split('\n').at(-1) ?? '');
  return found ? { passed: Number(found[1]), failed: Number(found[2]) } : null;
}

/** schemathesis 4, under "Test cases:": "340 generated, 5 found 2 unique failures, 1 errored, 4 skipped".
 * @param {string} output @returns {Counts | null} */
export function schemathesis(output) {
  const line = [...output.replace(COLOUR, '').matchAll(/^ +\d+ generated.*$/gm)].at(-1)?.[0];
  if (line === undefined) return null;
  const generated = lastNumber(line, /(\d+) generated/g) ?? 0;
  const found = lastNumber(line, /(\d+) found/g) ?? 0;
  const unique = lastNumber(line, /(\d+) unique failure/g) ?? 0;
  const errored = lastNumber(line, /(\d+) errored/g) ?? 0;
  const skipped = lastNumber(line, /(\d+) skipped/g) ?? 0;
  return { passed: generated - found - errored - skipped, failed: unique + errored };
}

/** A command that is itself one check. @param {number} code @returns {Counts} */
export function exitCode(code) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
