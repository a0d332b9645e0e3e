// @ts-check
// Comma-separated values as spreadsheets write them, read by Papa Parse (assets/papaparse.js). What it leaves open is
// settled here: any way to end a line, a first line that names the separator, and which separator it is where none does.

/** @type {any} */
const library = /** @type {any} */ (globalThis).Papa;

const SEPARATORS = [',', ';', '\t', '|'];
/** How many rows tell the separator. */
const ROWS_LOOKED_AT = 50;

/**
 * @typedef {{ row: number, cells: string[] }} CsvRecord
 * `row`: as a spreadsheet numbers it: from 1, empty rows too, however many lines a cell has
 */

/**
 * The records of a file, without the empty ones.
 * @param {string} text
 * @param {(cell: string) => boolean} isLikely whether a cell is of the kind that such a file has: the separator is the
 *   one that leaves most of them
 * @returns {{ records: CsvRecord[], brokenRow: number | null }} `brokenRow`: a quote there is opened and not closed, or
 *   something follows the closing one; what comes after it cannot be told apart
 */
export function parseCsv(text, isLikely) {
  const { separator: named, rest } = separatorLine(text.replace(/\r\n?/g, '\n'));
  const { data, errors } = read(rest, named ?? mostLikely(rest, isLikely));
  const broken = errors.find((/** @type {any} */ error) => error.type === 'Quotes');
  const records = data.map((/** @type {string[]} */ cells, /** @type {number} */ i) => ({ row: i + 1, cells }));
  return {
    records: records.filter((/** @type {CsvRecord} */ { cells }) => cells.some((cell) => cell.trim() !== '')),
    brokenRow: broken ? broken.row + 1 : null,
  };
}

/** @param {string} text @param {string} delimiter @param {number} [preview] @returns {{ data: string[][], errors: any[] }} */
const read = (text, delimiter, preview) => library.parse(text, { delimiter, newline: '\n', preview });

/** `sep=;` as the first line is for Excel, which neither shows nor counts it. @param {string} text */
function separatorLine(text) {
  const [line, separator] = /^\uFEFF?"?sep=([^\w"\n\r])"?[,;|\t ]*(?:\n|$)/i.exec(text) ?? [''];
  return { separator, rest: text.slice(line.length) };
}

/** @param {string} text @param {(cell: string) => boolean} isLikely */
function mostLikely(text, isLikely) {
  const counted = SEPARATORS.map((separator) => {
    const times = read(text, separator, ROWS_LOOKED_AT).data.flat().filter(isLikely).length;
    return { separator, times };
  });
  return counted.reduce((best, one) => (one.times > best.times ? one : best)).separator;
}
