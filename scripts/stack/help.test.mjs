// @ts-check
// Each script that people call says what it does when asked, from wherever it is called, and refuses what it does not know
// in a sentence, before it does anything.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scripts = [
  ...readdirSync(path.join(root, 'scripts'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && statSync(path.join(root, 'scripts', entry.name)).mode & 0o100)
    .map(({ name }) => `scripts/${name}`),
  'supabase/tests/run', 'supabase/tests/at', 'tests/database/bench/run', 'tests/database/sabotage',
];

/** @param {string} script @param {string[]} args */
function call(script, ...args) {
  const { DATABASE_URL, ...env } = process.env;
  return spawnSync(path.join(root, script), args, { cwd: tmpdir(), env, encoding: 'utf8', timeout: 20_000 });
}

describe('a script', () => {
  for (const script of scripts) {
    test(`${script} says what it does, and refuses what it does not know`, () => {
      const comment = readFileSync(path.join(root, script), 'utf8').split('\n')[1].replace(/^# /, '');
      const help = call(script, '--help');
      assert.deepEqual([help.status, help.stderr, help.stdout.split('\n')[0]], [0, '', comment]);
      const refused = call(script, '--nonsense=1');
      assert.deepEqual([refused.status, refused.stdout, refused.stderr], [2, '', 'error: unknown option --nonsense; --help lists the options.\n']);
    });
  }
});
