// @ts-check
// No migration refers to what a later one creates, so that each can be read with those before it alone.
//
//   node supabase/tests/migration-order.mjs
//
// PostgreSQL looks at the names in a function's body when the function runs, and so says nothing. This looks at every
// name that stands with its schema, also in a text that is executed, such as a job's.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadModule, parseSync } from 'libpg-query';

/** @typedef {{ name: string, text: string }} Migration */
/** @typedef {{ tree: any, text: string }} Statement */

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

await loadModule();

/** @param {Migration[]} migrations in the order in which they are applied @returns {string[]} what is wrong */
export function referencesAhead(migrations) {
  const parsed = migrations.map(({ name, text }) => ({ name, statements: statementsOf(text) }));
  /** @type {Map<string, string>} the first migration that creates it, by name */
  const homes = new Map();
  for (const { name, statements } of parsed) {
    for (const created of statements.flatMap(createdBy)) if (!homes.has(created)) homes.set(created, name);
  }
  return parsed.flatMap(({ name, statements }) =>
    statements.flatMap((statement) => {
      const by = createdBy(statement)[0] ?? 'a statement';
      const ahead = [...namesIn(statement)].filter((used) => (homes.get(used) ?? '') > name);
      return ahead.map((used) => `${name}: ${by} refers to ${used}, which ${homes.get(used)} creates`);
    }),
  );
}

/** @param {string} text @returns {Statement[]} */
function statementsOf(text) {
  const bytes = Buffer.from(text);
  const statements = /** @type {any[]} */ (parseSync(text).stmts);
  return statements.map(({ stmt, stmt_location: start = 0, stmt_len: length = bytes.length - start }) => ({
    tree: stmt,
    text: bytes.subarray(start, start + length).toString(),
  }));
}

/** @param {Statement} statement @returns {string[]} the functions, tables, views and types that are new */
function createdBy({ tree: { CreateFunctionStmt, CreateStmt, ViewStmt, CreateTableAsStmt, CreateDomainStmt, CreateEnumStmt, CompositeTypeStmt } }) {
  const names = CreateFunctionStmt?.funcname ?? CreateDomainStmt?.domainname ?? CreateEnumStmt?.typeName;
  if (names) return [names.map((/** @type {any} */ { String: part }) => part.sval).join('.')];
  const relation = CreateStmt?.relation ?? ViewStmt?.view ?? CreateTableAsStmt?.into.rel ?? CompositeTypeStmt?.typevar;
  return relation ? [`${relation.schemaname}.${relation.relname}`] : [];
}

/** @param {Statement} statement @returns {Set<string>} */
function namesIn({ tree, text }) {
  if (tree.CommentStmt) return new Set();
  return new Set(text.replace(/--.*$/gm, '').match(/\b(public|private|partitions)\.\w+/g));
}

async function main() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })));
  const complaints = referencesAhead(migrations);
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
