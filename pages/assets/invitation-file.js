// @ts-check
// Whom a file names that is to be invited. It finds what anybody can see; the function has the last word.
import { parseCsv } from './csv.js';

export const MOST_ROWS = 100;
const LONGEST_NAME = 100;
const LONGEST_ADDRESS = 254;
const ORDER = ['email', 'full_name', 'role', 'locale'];

/** What a column may be called in the first row. Others are passed over. */
const COLUMNS = new Map([
  ['email', 'email'], ['e-mail', 'email'], ['mail', 'email'], ['email address', 'email'], ['e-mail address', 'email'],
  ['name', 'full_name'], ['full name', 'full_name'], ['full_name', 'full_name'],
  ['role', 'role'],
  ['language', 'locale'], ['locale', 'locale'],
]);
const ROLES = ['employee', 'manager', 'admin'];

/** @typedef {{ email: string, full_name?: string, role?: string, locale?: string }} Invitation */
/** @typedef {{ line: number | null, invitation: Invitation, error: string | null }} Row `line`: null where it is not from a file */

/**
 * @param {string} text
 * @returns {{ rows: Row[], error: string | null }} `error`: why none of it can be used
 */
export function readInvitations(text) {
  const { records, brokenLine } = parseCsv(text.replace(/^\uFEFF/, ''));
  if (brokenLine) return refuse(`Line ${brokenLine} has a quote that is not closed, or text after a closing one.`);
  const columns = columnsOf(records[0]);
  if (columns && !columns.includes('email')) return refuse('No column of the first row is called "email".');
  const people = columns ? records.slice(1) : records;
  if (people.length === 0) return refuse('The file names nobody.');
  if (people.length > MOST_ROWS) return refuse(`The file has ${people.length} rows. Up to ${MOST_ROWS} go at a time: please split it.`);
  const rows = people.map((record) => rowOf(record, columns ?? ORDER));
  markRepeated(rows);
  return { rows, error: null };
}

/** @param {string} error */
function refuse(error) {
  return { rows: [], error };
}

/** The columns, if the first row names them: then it has no address. @param {import('./csv.js').CsvRecord | undefined} record */
function columnsOf(record) {
  const names = record?.cells.map((cell) => COLUMNS.get(cell.toLowerCase()) ?? '');
  return names?.some(Boolean) && !record?.cells.some((cell) => cell.includes('@')) ? names : null;
}

/** @param {import('./csv.js').CsvRecord} record @param {string[]} columns @returns {Row} */
function rowOf({ line, cells }, columns) {
  const filled = columns.flatMap((column, i) => (column && cells[i] ? [[column, cells[i]]] : []));
  /** @type {Invitation} */
  const invitation = { email: '', ...Object.fromEntries(filled) };
  if (invitation.role) invitation.role = invitation.role.toLowerCase();
  return { line, invitation, error: faultOf(invitation) };
}

/** @param {Invitation} invitation */
function faultOf({ email, full_name: name, role, locale }) {
  if (!email) return 'There is no e-mail address.';
  if (!/^[^@\s]+@[^@\s]+$/.test(email) || email.length > LONGEST_ADDRESS) return 'This is not an e-mail address.';
  if (role && !ROLES.includes(role)) return `There is no role "${role}"; there are ${ROLES.join(', ')}.`;
  if (name && [...name].length > LONGEST_NAME) return `The name has more than ${LONGEST_NAME} characters.`;
  if (locale && !/^[a-z]{2,3}(-[A-Z]{2})?$/.test(locale)) return `"${locale}" is no language; write en or de.`;
  return null;
}

/** The first of several rows with one address is sent. @param {Row[]} rows */
function markRepeated(rows) {
  /** @type {Map<string, number | null>} */
  const seen = new Map();
  for (const row of rows.filter((one) => !one.error)) {
    const address = row.invitation.email.toLowerCase();
    if (seen.has(address)) row.error = `Line ${seen.get(address)} has the same address.`;
    else seen.set(address, row.line);
  }
}
