// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, rendered } from './templates.mjs';

test('mustache makes of every source what is written beside it', async () => {
  const lines = await read();
  for (const [source, variables, text, html] of lines) {
    assert.deepEqual(rendered(source, variables), [text, html], JSON.stringify(source));
  }
  assert.ok(lines.length > 500, `${lines.length} lines`);
});
