// @ts-check
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { RULES, standing, strength } from '../assets/password-rules.js';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { broken, passwords, target } from './passwords.mjs';

test('the page knows the rules of the function, by the codes of its refusals', async () => {
  const source = await readFile(path.join(projectRoot, 'crates/core/src/password.rs'), 'utf8');
  const codes = [...source.matchAll(/Self::\w+ => "([a-z_]+)"/g)].map(([, code]) => code);
  assert.deepEqual(RULES.flatMap((rule) => rule.codes).sort(), codes.sort());
  assert.match(source, /SHORTEST: usize = 12;/);
  assert.match(source, /LONGEST: usize = 72;/);
});

test('Auth and the rules ask for the same length', async () => {
  const config = await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8');
  assert.match(config, /^minimum_password_length = 12$/m);
  assert.deepEqual(broken('x'.repeat(11)), ['too_short']);
});

test('length has its borders, in code points and in bytes of the normal form', () => {
  const cases = [
    ['elevenchars', ['too_short']], ['twelve chars', []], ['x'.repeat(72), []], ['x'.repeat(73), ['too_long']],
    ['🙂'.repeat(12), []], ['🙂'.repeat(11), ['too_short']], ['🙂'.repeat(19), ['too_long']],
    ['e\u0301'.repeat(12), []], ['e\u0301'.repeat(11), ['too_short']], ['a tab\tin the middle', ['control_character']],
  ];
  for (const [typed, expected] of cases) assert.deepEqual(broken(String(typed)), expected, String(typed));
});

test('the passwords that Rust is held to are as the page sees them', async () => {
  const lines = (await readFile(target, 'utf8')).trim().split('\n');
  assert.ok(lines.length > 3_000);
  assert.deepEqual(passwords().map((line) => JSON.stringify(line)), lines, 'node pages/tests/passwords.mjs writes them anew');
});

test('what is guessed first is seen in any dress, and the name of the product', () => {
  for (const typed of ['Password2026!', '!!123password', 'qwertyuiop[]12', '1234567890123', '111111111111']) {
    assert.deepEqual(broken(typed), ['common'], typed);
  }
  assert.deepEqual(broken('an Even-Keel is good'), ['contains_name']);
  assert.deepEqual(broken('correct horse password'), []);
});

test('what only the server knows stays open until it has spoken, and holds for that password', () => {
  const [, , common] = RULES;
  assert.equal(standing(common, '', new Set()), 'open');
  assert.equal(standing(common, 'correct horse', new Set()), 'unknown');
  assert.equal(standing(common, 'correct horse', new Set(['common'])), 'broken');
});

test('strength grows with what cannot be foretold', () => {
  const inOrder = ['elevenchars', 'aaaaaaaaaaaaaa', 'blue garden', 'blue garden!', 'blue garden walks', 'correct horse battery staple'];
  assert.deepEqual(inOrder.map(strength), [0, 1, 0, 2, 2, 4]);
  assert.equal(strength('abcdefghijklmnop'), 1);
  assert.equal(strength('ababababababababab'), 1);
});
