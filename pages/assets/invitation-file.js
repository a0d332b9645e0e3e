// @ts-check
// Whom a file names that is to be invited. It tells cells apart, no more: what an address, a name, a role or a language
// is, company-invite-employee says, and so for whoever calls it without this page.
import { parseCsv } from './csv.js';
import { columnsOf, isColumnName } from './invitation-columns.js';

/** @typedef {import('./csv.js').CsvRecord} CsvRecord */
/** @typedef {import('./invitation-columns.js').Columns} Columns */
/** @typedef {{ email: string, full_name?: string, role?: string, locale?: string }} Invitation */
/**
 * @typedef {{ row: number | null, columns: Record<string, string>, invitation: Invitation }} Row
 * `row`: null where it is not from a file; `columns`: what the file calls the column of a field
 */

/** What the columns hold where the first row does not say it. */
const ORDER = ['email', 'full_name', 'role', 'locale'];
/** What stands between several addresses of one cell, the surest first: Google writes ":::". */
const BETWEEN = [/:::|[;|\n]/, /,/, /\s+/];

/**
 * @param {string} text
 * @returns {{ rows: Row[], error: string | null }} `error`: why none of it can be used
 */
export function readInvitations(text) {
  const { records, brokenRow } = parseCsv(text, isLikely);
  if (brokenRow) return refuse(`Row ${brokenRow} has a quote that is not closed, or text after a closing one.`);
  if (records.length === 0) return refuse('The file names nobody.');
  const { columns, error } = columnsOf(records[0].cells);
  if (error) return refuse(error);
  if (!columns) return { rows: records.flatMap(withoutColumns), error: null };
  const width = records[0].cells.length;
  const isList = width === 1;
  const ragged = records.find(({ cells }) => !isList && cells.slice(width).some((cell) => cell.trim() !== ''));
  if (ragged) return refuse(`Row ${ragged.row} has more cells than the first row has columns. Is something in it not quoted?`);
  if (records.length === 1) return refuse('The file names nobody.');
  const people = records.slice(1);
  return { rows: people.flatMap((record) => (isList ? listOf(record, records[0].cells[0].trim()) : withColumns(record, columns))), error: null };
}

/** @param {string} error */
const refuse = (error) => ({ rows: [], error });

/** One address, or the name of a column. @param {string} cell */
const isLikely = (cell) => /^[^\s,;|@]+@[^\s,;|@]+$/.test(cell.trim()) || isColumnName(cell);

/** @param {CsvRecord} record @returns {Row[]} */
function withoutColumns(record) {
  const filled = record.cells.filter((cell) => cell.trim() !== '');
  if (filled.length > 1 && filled.every((cell) => cell.includes('@'))) return listOf(record);
  /** @type {Columns} */
  const columns = Object.fromEntries(ORDER.map((meaning, at) => [meaning, { at, title: String(at + 1) }]));
  return withColumns(record, columns);
}

/** A row of addresses and nothing else. @param {CsvRecord} record @param {string} [title] @returns {Row[]} */
const listOf = (record, title) =>
  record.cells.flatMap((cell, at) => (cell.trim() === '' ? [] : withColumns(record, { email: { at, title: title ?? String(at + 1) } })));

/** @param {CsvRecord} record @param {Columns} columns @returns {Row[]} */
function withColumns({ row, cells }, columns) {
  const cell = (/** @type {keyof Columns} */ meaning) => cells[columns[meaning]?.at ?? -1]?.trim() ?? '';
  const name = cell('full_name') || [cell('given'), cell('family')].filter(Boolean).join(' ');
  const filled = Object.entries({ full_name: name, role: cell('role'), locale: cell('locale') }).filter(([, value]) => value !== '');
  const titles = Object.fromEntries(Object.entries(columns).map(([meaning, { title }]) => [meaning, title]));
  titles.full_name ??= [titles.given, titles.family].filter(Boolean).join('" and "');
  return addressesIn(cell('email'), name !== '').map((one) => ({
    row,
    columns: titles,
    invitation: { email: one.email, ...(one.name && { full_name: one.name }), ...Object.fromEntries(filled) },
  }));
}

/**
 * The addresses of a cell. Several beside one name stay together, to be refused: whose is the name?
 * @param {string} cell @param {boolean} isNamed @returns {{ email: string, name?: string }[]}
 */
function addressesIn(cell, isNamed) {
  for (const between of isNamed ? [] : BETWEEN) {
    const parts = cell.split(between).map((part) => part.trim()).filter(Boolean);
    if (parts.length > 1 && parts.every((part) => part.includes('@') && !part.startsWith('<'))) {
      return parts.flatMap((part) => addressesIn(part, isNamed));
    }
  }
  return [mailbox(cell)];
}

/** `Ada Byron <ada@example.com>`, as mail programs copy it. @param {string} cell @returns {{ email: string, name?: string }} */
function mailbox(cell) {
  const [, name, email] = /^"?([^"<>@]*?)"?\s*<([^<>\s]+)>$/.exec(cell) ?? [];
  return email ? { email, name } : { email: cell };
}
