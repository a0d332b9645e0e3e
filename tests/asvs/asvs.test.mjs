// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { faults } from './answers.mjs';
import { REQUIREMENTS } from './requirements.mjs';

test('every requirement has an answer, what it names is there, and docs/asvs.md says it', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(projectRoot, 'tests/asvs/document.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('there are as many requirements as the standard has, of each level', () => {
  const of = (/** @type {string} */ level) => REQUIREMENTS.filter((one) => one.level === level).length;
  assert.deepEqual([of('1'), of('2'), of('3')], [70, 183, 92]);
});

const FILES = {
  'a.sql': "select is(1, 1, 'one''s own is one');",
  'a.test.mjs': "test('a page is whole', () => {});\n// somebody renamed 'a page is empty'",
  'a_test.ts': "const rules = {\n  'a panic is told': async () => {},\n};\nrule('a body is read', () => {});",
  'a.rs': '#[test]\nfn a_token_is_read() {}\n',
  'a.md': '# Keys\n\n## How they go\nHow they come\n',
  'a.toml': 'enabled = false\n# enabled = true\n',
};

/** Faults of one answer among good ones. @param {Partial<import('./answers.mjs').Answer>} one */
const faultsOf = (one) => faults(
  REQUIREMENTS.map(({ id }) => ({ id, answer: 'not_applicable', references: [], words: 'There is none', ...(id === '1.1.1' && one) })),
  async (file) => FILES[/** @type {keyof typeof FILES} */ (file)] ?? null,
);

test('what an answer names is found by what each kind of test calls it', async () => {
  const named = [
    ['test', 'a.sql', "one's own is one"], ['test', 'a.test.mjs', 'a page is whole'], ['test', 'a_test.ts', 'a panic is told'], ['test', 'a_test.ts', 'a body is read'],
    ['test', 'a.rs', 'a_token_is_read'], ['document', 'a.md', 'How they go'], ['setting', 'a.toml', 'enabled = false'],
  ];
  for (const [answer, file, name] of named) assert.deepEqual(await faultsOf({ answer, references: [{ file, name }], words: '' }), [], name);
});

test('what is not there, or was renamed, is noticed', async () => {
  const missing = [
    ['test', 'a.sql', "one's own"], ['test', 'a.test.mjs', 'a page is empty'], ['test', 'a_test.ts', 'a panic is untold'], ['test', 'a.rs', 'a_token'],
    ['document', 'a.md', 'How they come'], ['document', 'a.md', 'How they'], ['setting', 'a.toml', 'enabled = true'], ['test', 'b.sql', 'x'],
  ];
  for (const [answer, file, name] of missing) assert.equal((await faultsOf({ answer, references: [{ file, name }] })).length, 1, name);
});

test('an answer has its kind, its reason and its requirement', async () => {
  const faulty = [
    { answer: 'maybe' }, { answer: 'not_met', words: '' }, { answer: 'test' }, { answer: 'platform', references: [{ file: 'a.md', name: 'Keys' }] },
  ];
  for (const one of faulty) assert.equal((await faultsOf(one)).length, 1, JSON.stringify(one));
  assert.deepEqual(await faultsOf({ id: '1.1.2' }), ['1.1.1 has no answer', '1.1.2 has two answers']);
  assert.deepEqual(await faultsOf({ id: '99.1.1' }), ['1.1.1 has no answer', '99.1.1 is no requirement']);
});
