// @ts-check
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './papaparse.mjs';

const { readInvitations } = await import('../assets/invitation-file.js');
const { faultsOf, reportOf, shown } = await import('../assets/invitation-report.js');

const { rows } = readInvitations('E-Mail,Name,Role,Language\nada@acme.example,Ada,boss,DE\nbo@acme.example\nBo@acme.example\nc\u200By@acme.example,,,\n,Nobody\ndi@acme.example,A\u202EB\ned@acme.example,,,German');

test('each row says what became of it, which column is at fault and why', () => {
  const statuses = ['invalid_role', 'invited', 'already_invited', 'invalid_email', 'invalid_email', 'invalid_name', 'invalid_locale'];
  const lines = reportOf(rows, rows.map(({ invitation }, i) => ({ email: invitation.email.toLowerCase(), status: statuses[i] })));
  assert.deepEqual(lines.map(({ who, text, isSent }) => `${who} | ${text} | ${isSent}`), [
    'Row 2: ada@acme.example | Column "Role": A role is employee, manager or admin. | false',
    'Row 3: bo@acme.example | Invited. The mail is on its way. | true',
    'Row 4: Bo@acme.example | Row 3 has the same address. | false',
    'Row 5: c[U+200B]y@acme.example | Column "E-Mail": This is no e-mail address. What cannot be seen is marked here: c[U+200B]y@acme.example | false',
    'Row 6 | Column "E-Mail": There is no e-mail address. | false',
    'Row 7: di@acme.example | Column "Name": A name has up to 100 characters, none that cannot be seen, and no link. What cannot be seen is marked here: A[U+202E]B | false',
    'Row 8: ed@acme.example | Column "Language": A language is written as de or pt-BR. | false',
  ]);
});

test('of an address, the first row that is one is looked at', () => {
  const { rows } = readInvitations('a@acme.example,A,boss\na@acme.example,B\na@acme.example,C\na@acme.example,D,chief\nnobody\nnobody');
  const statuses = ['invalid_role', 'invalid_name', 'invalid_name', 'invalid_role', 'invalid_email', 'invalid_email'];
  const lines = reportOf(rows, rows.map(({ invitation }, i) => ({ email: invitation.email, status: statuses[i] })));
  assert.deepEqual(lines.map(({ text }) => text.slice(0, 12)), ['Column "3": ', 'Column "2": ', 'Row 2 has th', 'Column "3": ', 'Column "1": ', 'Column "1": ']);
});

test('a request that is refused as a whole names the rows at fault', () => {
  const lines = faultsOf(rows, [
    { pointer: '/invitations/3/locale', detail: 'No language.' }, { pointer: '/invitations', detail: 'Too many.' },
    { pointer: '/company_id', detail: 'No id.' }, { pointer: '/invitations/99/email', detail: 'Nobody.' }, { pointer: '/invitations/1', detail: 'No object.' },
  ]);
  assert.deepEqual(lines.map(({ who, text }) => `${who} | ${text}`), [
    'Row 5: c[U+200B]y@acme.example | Column "Language": No language.', 'Row 3: bo@acme.example | No object.',
  ]);
});

test('a result that this page does not know is not taken for one that was sent', () => {
  const [line] = reportOf(rows.slice(0, 1), [{ email: 'ada@acme.example', status: 'something_new' }]);
  assert.deepEqual([line.isSent, line.text], [false, 'Was not looked at. Please try again.']);
});

test('every result that the function has has words, and those of a field say which', () => {
  const { components } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
  const statuses = components.schemas.InvitationStatus.oneOf.map((/** @type {{ const: string }} */ one) => one.const);
  assert.ok(statuses.includes('invalid_locale'));
  for (const status of statuses) {
    const [{ text }] = reportOf(rows.slice(0, 1), [{ email: 'ada@acme.example', status }]);
    assert.doesNotMatch(text, /not looked at/, status);
    assert.equal(text.startsWith('Column "'), status.startsWith('invalid_'), status);
  }
});

test('whatever the database does not let pass unseen is marked', () => {
  /** @type {{ unseen: [number, number][] }} */
  const { unseen } = JSON.parse(readFileSync(new URL('../../tests/agreement/unseen.json', import.meta.url), 'utf8'));
  for (const point of unseen.flat()) assert.match(shown(`A${String.fromCodePoint(point)}B`), /^A\[U\+[0-9A-F]{4,6}\]B$/, point.toString(16));
});
