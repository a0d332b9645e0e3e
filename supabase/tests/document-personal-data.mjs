// @ts-check
// Writes docs/personal-data.md from the register of personal data and supabase/processing.csv, or with --check fails when it is
// not fresh, or when a kind of data or of people in the register has no line there.
//
//   node supabase/tests/document-personal-data.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import postgres from 'postgres';
import { records } from './csv.mjs';
import { writeOrCheck } from './generated-page.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

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

/** @typedef {{ part: string, name: string, what: string, how: string }} Line of supabase/processing.csv */

/** What Art. 30(1) asks for beside the register. @param {Line[]} lines @param {Rows[]} rows @param {Column[]} columns */
function overview(lines, rows, columns) {
  const of = (/** @type {string} */ part) => lines.filter((line) => line.part === part);
  const known = (/** @type {string} */ part) => of(part).map((line) => line.name);
  // Who acts in a row of others is one of the others.
  const missing = [
    ...columns.map((column) => column.category).filter((category) => !known('kind').includes(category)),
    ...rows.map((row) => row.party).filter((party) => !['actor', 'named', ...known('people')].includes(party)),
  ];
  if (missing.length > 0) throw new Error(`supabase/processing.csv has no line for ${[...new Set(missing)].join(', ')}`);
  const counted = (/** @type {string} */ kind) => columns.filter((column) => column.category === kind).length;
  return `## Who, for whom, to whom

| Art. 30(1) | |
|---|---|
${of('controller').map(({ name, what }) => `| ${name} | ${what} |`).join('\n')}
| Purposes (b), time limits (f) | with each table below; by age also in [data retention](data-retention.md) |
| People (c) | ${of('people').map(({ what }) => what).join('; ')} |
| Measures (g) | the kinds of data below, and [security](security.md) |

| recipients (d) | of what | transfer to a third country (e) |
|---|---|---|
${of('recipient').map(({ name, what, how }) => `| ${name} | ${what} | ${how} |`).join('\n')}

## Kinds of data

| kind (c) | protection, and what it is | columns | who reads it, and what holds that |
|---|---|---|---|
${of('kind').filter(({ name }) => name !== 'none').map(({ name, what, how }) => `| ${name} | ${what} | ${counted(name)} | ${how} |`).join('\n')}

Of every kind: encrypted on the way (TLS) and on the platform's disks, row level security on every table, exported and erased as the register
says, deleted [by age](data-retention.md).
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
    const lines = /** @type {Line[]} */ (/** @type {unknown} */ (await records('supabase/processing.csv')));
    const personal = tables.filter((table) => table.basis !== 'none' && of(columns, table).some((column) => column.category !== 'none'));
    return `# Personal data

The record of processing (GDPR, Art. 30): what is held about whom, what for, for how long, and what becomes of it. Made from the
register in the database (\`supabase/migrations/20261122000200\` to \`205\`) and of \`supabase/processing.csv\` by
\`node supabase/tests/generate.mjs\`; edit those, not this page. The export and the erasure do what the register says
([why](decisions/the-register-drives-export-and-erasure.md)), and a database test fails for a column without a line.

${overview(lines, rows, columns)}
A kept setting, such as \`token_retention_days\`, is a row of \`system_settings\`.

${personal.map((table) => section(table, of(rows, table), of(columns, table))).join('\n')}
## Tables without personal data

${tables.filter((table) => !personal.includes(table)).map((table) => `- ${table.table_name}`).join('\n')}
`;
  } finally {
    await sql.end();
  }
}

await withMigratedDatabase(async (url) => writeOrCheck('docs/personal-data.md', await page(url)));
