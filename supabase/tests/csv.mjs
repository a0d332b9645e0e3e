// @ts-check
// Reads the CSV files of the project: one line a record, quotes only around whole fields.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../scripts/stack/settings.mjs';

/** Fields of one CSV line. @param {string} line */
export function fields(line) {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .map(([, field]) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));
}

/** Lines of a CSV file as objects. @param {string} file @returns {Promise<Record<string, string>[]>} */
export async function records(file) {
  const [header, ...lines] = (await readFile(path.join(projectRoot, file), 'utf8')).trim().split('\n').map(fields);
  return lines.map((values) => Object.fromEntries(header.map((name, i) => [name, values[i] ?? ''])));
}
