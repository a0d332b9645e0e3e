// @ts-check
// Writes client/src/generated/database.ts from a migrated database, or with --check fails when it is not fresh.
//
//   node client/generate/database.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import { withMigratedDatabase } from '../../supabase/tests/migrated-database.mjs';
import { catalogueOf } from './catalogue.mjs';
import { keep } from './keep.mjs';
import { comment, key, pascal, union, unionIn } from './typescript.mjs';

/** @typedef {import('./catalogue.mjs').Catalogue} Catalogue */

const HEADER = `// Generated from the migrations by client/generate/database.mjs. Do not edit.

/** What a column of jsonb holds. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];
`;

/** As PostgREST writes values of PostgreSQL's types; all others are strings. @type {Record<string, string>} */
const TYPES = {
  bool: 'boolean', boolean: 'boolean', int2: 'number', int4: 'number', int8: 'number', smallint: 'number', integer: 'number', bigint: 'number',
  float4: 'number', float8: 'number', real: 'number', 'double precision': 'number', numeric: 'number', json: 'Json', jsonb: 'Json', void: 'null',
};

/** @param {string} type by its name in pg_type (`_text`) or as SQL writes it (`text[]`) */
function typeOf(type) {
  const element = /^_(\w+)$|^(.+)\[\]$/.exec(type)?.slice(1).find(Boolean);
  return element ? `${TYPES[element] ?? 'string'}[]` : TYPES[type] ?? 'string';
}

/** @param {import('./catalogue.mjs').Column} column */
function typeOfColumn({ type, list, words, isArray, isNullable }) {
  const one = list ? pascal(list) : words ? union(words) : typeOf(type);
  const whole = isArray ? `${one.includes('|') ? `(${one})` : one}[]` : one;
  return isNullable && !whole.split(' | ').includes('null') ? `${whole} | null` : whole;
}

/** @param {import('./catalogue.mjs').Column[]} columns @param {(column: import('./catalogue.mjs').Column) => boolean} isOptional */
function record(columns, isOptional = () => false) {
  if (columns.length === 0) return 'Record<string, never>';
  const lines = columns.map((column) => `${comment(column.comment, '      ')}      ${key(column.name)}${isOptional(column) ? '?' : ''}: ${typeOfColumn(column)};`);
  return `{\n${lines.join('\n')}\n    }`;
}

/** @param {import('./catalogue.mjs').Table} table @param {Set<string>} shown */
function tableType(table, shown) {
  const { name, columns, references } = table;
  const readable = columns.filter((column) => column.isRead);
  const known = references.filter((one) => shown.has(one.table) && one.columns.every((column) => readable.some((read) => read.name === column)));
  const relationships = known.map(
    (one) => `      { foreignKeyName: '${one.name}'; columns: ${JSON.stringify(one.columns)}; isOneToOne: ${one.isOneToOne}; referencedRelation: '${one.table}'; referencedColumns: ${JSON.stringify(one.foreign)} },`,
  );
  return `${comment(table.comment, '  ')}  ${name}: {
    Row: ${record(readable)};
    Insert: ${record(columns.filter((column) => column.isInserted), (column) => column.isNullable || column.hasDefault)};
    Update: ${record(columns.filter((column) => column.isUpdated), () => true)};
    Relationships: [${relationships.length > 0 ? `\n${relationships.join('\n')}\n    ` : ''}];
  };`;
}

/** Of the type of a table, as SQL writes it: with its schema where that is on no path. @param {string} type */
const rowName = (type) => type.replace(/^public\./, '');

/** @param {Catalogue} catalogue @param {Set<string>} shown @param {string} row */
function rowType({ tables }, shown, row) {
  const table = tables.find(({ name }) => name === row);
  const isWhole = shown.has(row) && table?.columns.every((column) => column.isRead);
  return isWhole ? `Tables['${row}']['Row']` : `Records['${row}']`;
}

/** @param {import('./catalogue.mjs').Argument} argument */
function typeOfArgument({ name, type, isOptional, isNullable }) {
  const one = typeOf(type);
  const whole = one === 'Json' ? (isNullable ? 'Json' : 'NonNullable<Json>') : isNullable ? `${one} | null` : one;
  return `${name}${isOptional ? '?' : ''}: ${whole}`;
}

/** @param {string[]} members */
function braced(members) {
  if (members.length === 0) return 'Record<never, never>';
  const line = `{ ${members.join('; ')} }`;
  return line.length <= 120 ? line : `{\n${members.map((member) => `      ${member};\n`).join('')}    }`;
}

/** @param {import('./catalogue.mjs').Callable} one @param {(row: string) => string} rowOf */
function functionType({ name, comment: words, arguments: list, returns, columns, isSet, errors }, rowOf) {
  const args = list.map(typeOfArgument);
  const table = `{ ${columns.map((column) => `${column.name}: ${typeOf(column.type)}`).join('; ')} }`;
  const answer = returns === 'record' ? table : columns.length > 0 ? rowOf(rowName(returns)) : returns === 'jsonb' ? 'unknown' : typeOf(returns);
  return `${comment(words, '  ')}  ${name}: {
    args: ${braced(args)};
    returns: ${isSet ? `${answer}[]` : answer};
    errors:${unionIn(errors, '      ')};
  };`;
}

/** @param {Catalogue} catalogue */
function text(catalogue) {
  const { tables, functions, lists } = catalogue;
  const reached = tables.filter(({ columns }) => columns.some((column) => column.isRead || column.isInserted || column.isUpdated));
  const shown = new Set(reached.map(({ name }) => name));
  const rowOf = (/** @type {string} */ row) => rowType(catalogue, shown, row);
  const answered = new Set(functions.map(({ returns }) => rowName(returns)));
  const records = tables.filter(({ name }) => answered.has(name) && rowOf(name).startsWith('Records'));
  return [
    HEADER,
    ...lists.map((list) => `${comment(list.comment, '')}export type ${pascal(list.name)} = ${union(list.words)};\n`),
    '/** Tables, by the columns that clients may read, insert and update. Row level security decides about the rows. */',
    `export type Tables = {\n${reached.map((table) => tableType(table, shown)).join('\n')}\n};\n`,
    '/** Rows that functions answer, of tables that clients do not read as a whole. */',
    `export type Records = {\n${records.map((table) => `${comment(table.comment, '  ')}  ${table.name}: ${record(table.columns)};`).join('\n')}\n};\n`,
    '/** SQL functions that clients may execute. `unknown`, and words among strings, are told apart in ../shapes.ts. */',
    `export interface SqlFunctions {\n${functions.map((one) => functionType(one, rowOf)).join('\n')}\n}\n`,
  ].join('\n');
}

await withMigratedDatabase(async (url) => keep('client/src/generated/database.ts', text(await catalogueOf(url)), 'node supabase/tests/generate.mjs'));
