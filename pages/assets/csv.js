// @ts-check
// Comma-separated values as spreadsheets write them (RFC 4180), also with semicolons or tabs between.

/** @typedef {{ line: number, cells: string[] }} CsvRecord `line`: of the file, counted from 1, on which it begins */

/**
 * The records of a file, without the empty ones.
 * @param {string} text
 * @returns {{ records: CsvRecord[], brokenLine: number | null }} `brokenLine`: a quote there is opened and not
 *   closed, or something follows the closing one; what comes after it cannot be told apart
 */
export function parseCsv(text) {
  const field = fieldPattern(separatorOf(text));
  /** @type {CsvRecord[]} */
  const records = [];
  let line = 1;
  let record = { line, cells: /** @type {string[]} */ ([]) };
  for (let at = 0; ; at = field.lastIndex) {
    field.lastIndex = at;
    const found = field.exec(text);
    if (!found) return { records, brokenLine: line };
    const [whole, quoted, plain, end] = found;
    record.cells.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
    line += whole.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (/[\r\n]/.test(end) || end === '') {
      if (record.cells.some((cell) => cell !== '')) records.push(record);
      record = { line, cells: [] };
    }
    if (end === '') return { records, brokenLine: null };
  }
}

/** What stands between the fields: whichever the first line has most of. @param {string} text */
function separatorOf(text) {
  const first = text.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)[0];
  const counted = [',', ';', '\t'].map((sign) => ({ sign, times: first.split(sign).length }));
  return counted.reduce((best, one) => (one.times > best.times ? one : best)).sign;
}

/** One field, quoted or plain, and what ends it: a separator, a line break, or the end of the file. @param {string} sign */
function fieldPattern(sign) {
  return new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|([^"${sign}\\r\\n][^${sign}\\r\\n]*)?)(${sign}|\\r\\n|\\r|\\n|$)`, 'y');
}
