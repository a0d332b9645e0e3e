// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { ENCODINGS } from './encodings.mjs';
import { FILES, REFUSED } from './invitation-files.mjs';
import Papa from './papaparse.mjs';

const { parseCsv } = await import('../assets/csv.js');
const { textOf } = await import('../assets/file-text.js');
const { columnsOf } = await import('../assets/invitation-columns.js');
const { readInvitations } = await import('../assets/invitation-file.js');

/** @param {Uint8Array} bytes */
function read(bytes) {
  const { text, error } = textOf(bytes);
  assert.equal(error, null);
  return readInvitations(text ?? '');
}

test('every file names whom it names, in every encoding', () => {
  for (const [name, content, expected] of FILES) {
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      const { rows, error } = read(encode(content));
      assert.equal(error, null, `${name}, ${encoding}`);
      assert.deepEqual(rows.map((row) => row.invitation), expected, `${name}, ${encoding}`);
    }
  }
});

test('a file that cannot be used says why', () => {
  for (const [name, content, why] of REFUSED) assert.match(readInvitations(content).error ?? 'used', why, name);
});

test('rows are numbered as a spreadsheet numbers them, and columns called as the file calls them', () => {
  const { rows } = readInvitations('sep=;\nE-Mail ;Vorname;Nachname;Rolle\n\na@acme.example;"A\nB";C;\n b@acme.example;D;E;boss');
  assert.deepEqual(rows.map((row) => row.row), [3, 4]);
  assert.deepEqual(rows[0].columns, { email: 'E-Mail', given: 'Vorname', family: 'Nachname', role: 'Rolle', full_name: 'Vorname" and "Nachname' });
  const [first, second] = readInvitations('\na@acme.example; b@acme.example').rows;
  assert.deepEqual([first.row, second.row, first.columns.email, second.columns.email], [2, 2, '1', '2']);
});

test('what is no text is refused by what it is', () => {
  /** @type {[string, number[] | string, RegExp][]} */
  const cases = [
    ['a workbook', 'PK\x03\x04\x14\0', /is a workbook/],
    ['a workbook of 2003', [0xd0, 0xcf, 0x11, 0xe0, 0xa1], /is a workbook/],
    ['a PDF', '%PDF-1.7', /is a PDF/],
    ['ANSI', [...Buffer.from('email,name\na@b.example,'), 0x4a, 0x6f, 0x73, 0xe9], /UTF-8: line 2 has other bytes/],
    ['ANSI, later', [...Buffer.from('é\né\n'), 0xe9, 0x0a], /UTF-8: line 3/],
    ['UTF-16 without a mark', [...Buffer.from('a@b.example', 'utf16le')], /UTF-8 or UTF-16/],
    ['half of UTF-16', [0xff, 0xfe, 0x61], /UTF-8 or UTF-16/],
    ['half a pair', [0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00], /UTF-8 or UTF-16/],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], /UTF-8 or UTF-16/],
  ];
  for (const [name, bytes, why] of cases) {
    const given = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes);
    assert.match(textOf(given).error ?? 'read', why, name);
  }
});

/** The same numbers on every run. @param {number} seed */
function numbers(seed) {
  return (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

test('cells come back as the library wrote them', () => {
  const pick = numbers(1);
  const parts = ['a', 'B', ',', ';', '\t', '|', '"', "'", '\n', '\n\n', ' ', 'é', '😀', '=', '\u200B', 'sep=;', ''];
  for (let round = 0; round < 2000; round += 1) {
    const width = 1 + pick(4);
    const cell = () => Array.from({ length: pick(5) }, () => parts[pick(parts.length)]).join('');
    const rows = Array.from({ length: 1 + pick(5) }, () => ['x', ...Array.from({ length: width }, cell)]);
    const [delimiter, newline] = [[',', ';', '\t', '|'][pick(4)], ['\n', '\r\n', '\r'][pick(3)]];
    const text = `sep=${delimiter}${newline}${Papa.unparse(rows, { delimiter, newline, quotes: pick(2) === 0 })}`;
    const { records, brokenRow } = parseCsv(text, () => false);
    assert.equal(brokenRow, null, text);
    assert.deepEqual(records.map((record) => record.cells), rows, JSON.stringify(text));
  }
});

test('invitations come back as they were written, whatever separates cells, ends lines and encodes characters', () => {
  const pick = numbers(2);
  const names = ['Ada', 'Byron, Ada', 'Zoë "Z" Ångström', 'O’Brien; Jr.', '山田 太郎', "d'Arc\nJeanne", '=1+1', ''];
  const encodings = Object.values(ENCODINGS);
  for (let round = 0; round < 2000; round += 1) {
    const invitations = Array.from({ length: 1 + pick(6) }, (_, i) => ({
      email: `n${i}@acme.example`, full_name: names[pick(names.length)], role: ['', 'admin', 'Manager'][pick(3)], locale: ['', 'de', 'pt_BR'][pick(3)],
    }));
    const columns = ['role', 'email', 'locale', 'full_name'];
    const [delimiter, newline] = [[',', ';', '\t', '|'][pick(4)], ['\n', '\r\n', '\r'][pick(3)]];
    const text = Papa.unparse(invitations, { columns, delimiter, newline, quotes: pick(2) === 0 });
    const { rows, error } = read(encodings[pick(encodings.length)](pick(2) ? text : text + newline));
    assert.equal(error, null, text);
    const filled = invitations.map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== '')));
    assert.deepEqual(rows.map((row) => row.invitation), filled, JSON.stringify(text));
  }
});

test('what a file calls its columns is the name of nothing else', () => {
  const { columns, error } = columnsOf(['__proto__', 'constructor', 'Email', 'toString']);
  assert.equal(error, null);
  assert.deepEqual(Object.entries(columns ?? {}), [['email', { at: 2, title: 'Email' }]]);
  assert.equal(Object.getPrototypeOf(columns), Object.prototype);
  assert.equal(/** @type {any} */ ({}).at, undefined);
});
