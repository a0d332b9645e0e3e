// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCsv } from '../assets/csv.js';
import { readInvitations } from '../assets/invitation-file.js';

/** @param {string} text */
function cells(text) {
  const { records, brokenLine } = parseCsv(text);
  assert.equal(brokenLine, null);
  return records.map((record) => record.cells);
}

test('fields are told apart by comma, semicolon or tab, whichever the first line has', () => {
  for (const sign of [',', ';', '\t']) assert.deepEqual(cells(`a${sign}b\nc${sign}d`), [['a', 'b'], ['c', 'd']], sign);
  assert.deepEqual(cells('"a;b;c",d\n'), [['a;b;c', 'd']]);
});

test('quotes keep separators, quotes and line breaks, and lines count on', () => {
  assert.deepEqual(cells('"a, b","say ""hi""","two\r\nlines"\nnext'), [['a, b', 'say "hi"', 'two\r\nlines'], ['next']]);
  assert.deepEqual(parseCsv('"two\nlines"\n\nnext').records.map((record) => record.line), [1, 4]);
  assert.deepEqual(cells('""\n"",x'), [['', 'x']]);
});

test('every way to end a line, empty lines and empty fields', () => {
  assert.deepEqual(cells('a,\r\n,b\rc\n\n,,\nd'), [['a', ''], ['', 'b'], ['c'], ['d']]);
  assert.deepEqual(cells(''), []);
});

test('a quote that is not closed, or that is followed by something, is found where it is', () => {
  assert.equal(parseCsv('a\nb,"c\nd').brokenLine, 2);
  assert.equal(parseCsv('a\nb\n"c" d,e').brokenLine, 3);
  assert.equal(parseCsv(`"${'a""'.repeat(100_000)}`).brokenLine, 1);
});

test('the first row may name the columns, in any order and with others between', () => {
  const { rows, error } = readInvitations('\uFEFFName;Team;E-Mail;Role\nAda Byron;Ships;Ada@example.com;MANAGER\n');
  assert.equal(error, null);
  assert.deepEqual(rows, [{ line: 2, invitation: { email: 'Ada@example.com', full_name: 'Ada Byron', role: 'manager' }, error: null }]);
});

test('without names the columns are address, name, role and language', () => {
  const { rows } = readInvitations('ada@example.com,Ada,admin,de\ngrace@example.com');
  assert.deepEqual(rows.map((row) => row.invitation), [
    { email: 'ada@example.com', full_name: 'Ada', role: 'admin', locale: 'de' }, { email: 'grace@example.com' },
  ]);
});

test('each row says what is wrong with it', () => {
  const text = `email,name,role,language\n,Nobody\nada\nb@example.com,,boss\nc@example.com,${'x'.repeat(101)}\nd@example.com,,,German\nE@example.com\ne@Example.com`;
  const { rows } = readInvitations(text);
  const errors = ['no e-mail', 'not an e-mail', 'no role "boss"', 'more than 100', '"German" is no language', null, 'Line 7 has the same'];
  rows.forEach((row, i) => (errors[i] ? assert.match(row.error ?? '', new RegExp(errors[i])) : assert.equal(row.error, null)));
  assert.equal(rows.length, errors.length);
  assert.deepEqual(rows.map((row) => row.line), [2, 3, 4, 5, 6, 7, 8]);
});

test('a file that cannot be used says why', () => {
  const many = Array.from({ length: 101 }, (_, i) => `a${i}@example.com`).join('\n');
  const cases = [['', 'nobody'], ['email\n', 'nobody'], ['name,role\nAda,admin', 'called "email"'], [many, '101 rows'], ['a@example.com\n"b', 'Line 2']];
  for (const [text, why] of cases) assert.match(readInvitations(text).error ?? '', new RegExp(why));
  assert.equal(readInvitations(many.replace(/\n[^\n]*$/, '')).rows.length, 100);
  assert.equal(readInvitations(`email\n${many.replace(/\n[^\n]*$/, '')}`).rows.length, 100);
});
