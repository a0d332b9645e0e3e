// @ts-check
// A miscount here would turn a failing run green.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as counts from './counts.mjs';

test('nextest: its summary, with colours, slow tests and every kind of failure', () => {
  const good = '\x1b[32m     Summary\x1b[0m [   1.234s] 12 tests run: 12 passed (1 slow), 3 skipped';
  assert.deepEqual(counts.nextest(good), { passed: 12, failed: 0 });
  const bad = '     Summary [  60.1s] 9 tests run: 5 passed, 2 failed, 1 exec failed, 1 timed out, 0 skipped';
  assert.deepEqual(counts.nextest(bad), { passed: 5, failed: 4 });
  assert.equal(counts.nextest('error: could not compile `evenkeel-core`'), null);
});

test('node:test: passes, failures, and cancelled as failed', () => {
  assert.deepEqual(counts.nodeTest('# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n'), { passed: 2, failed: 2 });
  assert.deepEqual(counts.nodeTest('ℹ pass 2\nℹ fail 0\nℹ cancelled 0\n'), { passed: 2, failed: 0 });
  assert.equal(counts.nodeTest('SyntaxError: ...'), null);
});

test('deno test: tests and their steps', () => {
  assert.deepEqual(counts.denoTest('ok | 3 passed (18 steps) | 0 failed (4s)'), { passed: 21, failed: 0 });
  const bad = '\x1b[31mFAILED\x1b[0m | 2 passed (16 steps) | 1 failed (1 step) (4s)';
  assert.deepEqual(counts.denoTest(bad), { passed: 18, failed: 2 });
  assert.equal(counts.denoTest('error: Module not found'), null);
});

test('TAP: a plan that is not met fails', () => {
  assert.deepEqual(counts.tap('1..3\nok 1 - a\nnot ok 2 - b\n# Failed test 2\nok 3\n'), { passed: 2, failed: 1 });
  assert.deepEqual(counts.tap('1..3\nok 1 - a\n'), { passed: 1, failed: 2 });
  assert.deepEqual(counts.tap('1..2\nok 1 - a\nnot ok 2 # TODO later\n'), { passed: 1, failed: 0 });
  assert.equal(counts.tap('psql: error: connection refused'), null);
});

test('a line of our own runners: the last one counts, and only as the last', () => {
  assert.deepEqual(counts.plainLine('a: 1 passed, 0 failed\n12 passed, 3 failed\n'), { passed: 12, failed: 3 });
  assert.equal(counts.plainLine('12 passed, 0 failed\nsupabase: command not found\n'), null);
  assert.equal(counts.plainLine('done'), null);
});

test('schemathesis: generated cases, unique failures and errors', () => {
  assert.deepEqual(counts.schemathesis('Test cases:\n  340 generated, 340 passed\n'), { passed: 340, failed: 0 });
  const bad = 'Test cases:\n  26 generated, 3 found 1 unique failure, 4 skipped\n\nSeed: 1\n';
  assert.deepEqual(counts.schemathesis(bad), { passed: 19, failed: 1 });
  assert.deepEqual(counts.schemathesis('Test cases:\n  27 generated, 27 errored\n'), { passed: 0, failed: 27 });
  assert.equal(counts.schemathesis('Connection refused'), null);
});
