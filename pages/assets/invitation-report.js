// @ts-check
// What became of each row, in words that name the row, the column and the reason.
import { RESULTS } from './company-words.js';

/** @typedef {import('./invitation-file.js').Row} Row */
/** @typedef {import('./invitation-file.js').Invitation} Invitation */
/** @typedef {{ email: string, status: string }} Result */
/** @typedef {{ pointer: string, detail: string }} FieldError `pointer`: into the request, as RFC 6901 has it */
/** @typedef {{ who: string, text: string, isSent: boolean }} Line */

const SENT = new Set(['invited', 'resent']);
/** What is told of a row whatever stands above it. Of an address, only the first row is looked at. */
const OF_A_ROW = new Set(['invalid_email', 'invalid_role']);
/** @type {Record<string, keyof Invitation>} the field that a status is about */
const FIELDS = { invalid_email: 'email', invalid_role: 'role', invalid_name: 'full_name', invalid_locale: 'locale' };

/** The report of a request that was answered: a line for each row. @param {Row[]} rows @param {Result[]} results @returns {Line[]} */
export function reportOf(rows, results) {
  return rows.map((row, i) => {
    const { email, status } = results[i];
    const before = results.findIndex((one) => one.email === email && !OF_A_ROW.has(one.status));
    const isAgain = before < i && !OF_A_ROW.has(status);
    const text = isAgain ? `Row ${rows[before].row} has the same address.` : RESULTS[status] ?? 'Was not looked at. Please try again.';
    return { who: nameOf(row), text: FIELDS[status] && !isAgain ? faultOf(row, FIELDS[status], text) : text, isSent: SENT.has(status) };
  });
}

/** The report of a request that was refused as a whole: a line for each row that it points at. @param {Row[]} rows @param {FieldError[]} errors @returns {Line[]} */
export function faultsOf(rows, errors) {
  return errors.flatMap(({ pointer, detail }) => {
    const [, index, field] = /^\/invitations\/(\d+)(?:\/(\w+))?/.exec(pointer) ?? [];
    const row = rows[Number(index)];
    return row ? [{ who: nameOf(row), text: faultOf(row, /** @type {keyof Invitation} */ (field), detail), isSent: false }] : [];
  });
}

/** @param {Row} row */
const nameOf = ({ row, invitation }) => [row === null ? '' : `Row ${row}`, shown(invitation.email)].filter(Boolean).join(': ');

/** @param {Row} row @param {keyof Invitation} field @param {string} reason */
function faultOf({ columns, invitation }, field, reason) {
  const value = invitation[field] ?? '';
  const unseen = shown(value) === value ? '' : ` What cannot be seen is marked here: ${shown(value)}`;
  const column = columns[field] ? `Column "${columns[field]}": ` : '';
  return `${column}${value === '' && field === 'email' ? 'There is no e-mail address.' : reason}${unseen}`;
}

/** With the numbers of what cannot be seen. @param {string} text */
export const shown = (text) =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/gu, (unseen) => {
    const number = unseen.codePointAt(0) ?? 0;
    return `[U+${number.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
