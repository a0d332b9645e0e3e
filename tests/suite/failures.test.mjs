// @ts-check

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whatFailed } from './failures.mjs';

const before = 'fine\n'.repeat(200);

test('what failed begins with the failure, however much came before it', () => {
  const nodeTest = `${before}✖ a page (12ms)\nℹ fail 1\n\n✖ failing tests:\n\ntest at a.test.mjs:1:1\n✖ a page (12ms)\n  AssertionError: no button`;
  assert.match(whatFailed(nodeTest), /^✖ failing tests:[^]*no button$/);
  const nextest = `${before}\x1b[31m        FAIL\x1b[0m [   0.1s] core a::b\n--- STDERR:\nleft: 1\n${before}     Summary [ 1s] 2 tests run: 1 passed, 1 failed`;
  assert.match(whatFailed(nextest), /^FAIL \[ {3}0\.1s\] core a::b\n--- STDERR:\nleft: 1\n/);
  assert.match(whatFailed(`${before}    not ok 3 - no rows\n# have: 1\n# want: 0\n${before}`), /^not ok 3 - no rows\n# have: 1/);
});

test('where nothing is called a failure, it is the end', () => {
  assert.match(whatFailed(`${before}error: could not compile \`core\``), /fine\nerror: could not compile `core`$/);
});

test('it is short', () => {
  assert.ok(whatFailed(`not ok 1\n${before}`).split('\n').length <= 60);
});
