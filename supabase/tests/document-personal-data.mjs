// @ts-check
// Writes docs/personal-data.md from the register of personal data, or with --check fails when it is not fresh.
//
//   node supabase/tests/document-personal-data.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

const target = path.join(projectRoot, 'docs/personal-data.md');

/** @typedef {{ table_name: string, purpose: string, basis: string, kept_for: string }} Table */
/** @typedef {{ table_name: string, party: string, on_erasure: keyof typeof ERASURE, cleared: string[], why_kept: string | null }} Rows */
/** @typedef {{ table_name: string, column_name: string, category: string, exported_to: string[], withheld: keyof typeof WITHHELD | null }} Column */

const ERASURE = {
  delete: 'is deleted',
  with_account: 'goes with the account',
  clear: 'stays without the person',
  keep: 'stays',
};
const WITHHELD = {
  credential: 'nobody: with it somebody could act as the person',
  somebody_else: 'nobody: it is about somebody else',
  sealed: 'the person, opened by session-notes, where it was shared',
  inner_working: 'nobody: a state of ours',
  no_reader: 'nobody: nobody can tell whose it is',
};

/** @param {string} name */
const words = (name) => name.replaceAll('_', ' ');

/** @param {Table} table @param {Rows[]} rows @param {Column[]} columns */
function section(table, rows, columns) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const column of columns) {
    const to = column.withheld ? WITHHELD[column.withheld] : column.exported_to.map(words).join(', ') || '–';
    const key = `| ${words(column.category)} | ${to} |`;
    groups.set(key, [...(groups.get(key) ?? []), column.column_name]);
  }
  return `## ${table.table_name}

For: ${table.purpose}. Basis: ${words(table.basis)}. Kept: ${table.kept_for.replace(/^[a-z]+(_[a-z]+)+/, (setting) => `\`${setting}\``)}.

${rows.map((row) => {
    const emptied = row.cleared.length > 0 ? `, emptied of ${row.cleared.join(', ')}` : '';
    return `- ${words(row.party)}: ${ERASURE[row.on_erasure]}${emptied}.${row.why_kept ? ` ${row.why_kept}` : ''}`;
  }).join('\n')}

| columns | kind | the export hands it to |
|---|---|---|
${[...groups].map(([key, names]) => `| ${names.join(', ')} ${key}`).join('\n')}
`;
}

/** @param {string} url */
async function page(url) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = /** @type {Table[]} */ (/** @type {unknown} */ (await sql`select * from private.personal_tables order by table_name collate "C"`));
    const rows = /** @type {Rows[]} */ (/** @type {unknown} */ (await sql`select * from private.personal_rows order by table_name collate "C", party`));
    const columns = /** @type {Column[]} */ (/** @type {unknown} */ (await sql`select * from private.personal_columns order by table_name collate "C", column_name collate "C"`));
    /** @template {{ table_name: string }} T @param {T[]} all @param {Table} table */
    const of = (all, table) => all.filter((one) => one.table_name === table.table_name);
    const personal = tables.filter((table) => table.basis !== 'none' && of(columns, table).some((column) => column.category !== 'none'));
    return `# Personal data

The record of processing (GDPR, Art. 30): what is held about whom, what for, for how long, and what becomes of it. Made from the
register in the database (\`supabase/migrations/20261122000200\` to \`205\`) by \`node supabase/tests/generate.mjs\`; edit those, not this
page. The export and the erasure do what the register says
([why](decisions/the-register-drives-export-and-erasure.md)), and a database test fails for a column without a line.

People: employees of companies, their managers and admins, specialists, platform admins, and who was invited. Health (Art. 9): that somebody has
sessions, with whom and when, and what notes and recordings say; only the two of a session read that, employers never
([nothing moves when a colleague books](decisions/nothing-moves-when-a-colleague-books.md)). Recipients: Supabase (hosting, Auth, Storage),
Resend (mail), Sentry (faults, without personal data). Measures: [security](security.md).

A kept setting, such as \`token_retention_days\`, is a row of \`system_settings\`.

${personal.map((table) => section(table, of(rows, table), of(columns, table))).join('\n')}
## Tables without personal data

${tables.filter((table) => !personal.includes(table)).map((table) => `- ${table.table_name}`).join('\n')}
`;
  } finally {
    await sql.end();
  }
}

await withMigratedDatabase(async (url) => {
  const wanted = await page(url);
  if (!process.argv.includes('--check')) return writeFile(target, wanted);
  if ((await readFile(target, 'utf8').catch(() => '')) === wanted) return;
  console.error('docs/personal-data.md is not fresh; run: node supabase/tests/generate.mjs');
  process.exitCode = 1;
});
