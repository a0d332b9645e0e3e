// @ts-check
// Writes docs/data-retention.md from the policies of retention, or with --check fails when it is not fresh.
//
//   node supabase/tests/document-data-retention.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import postgres from 'postgres';
import { writeOrCheck } from './generated-page.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

/** @typedef {{ name: string, table_name: string, description: string, counts_from: string, setting: string | null, kept_for: string | null, way: 'delete' | 'empty' | 'end' | 'retire',
 *    emptied: string[], held_by: string[], basis: string | null, job: string, schedule: string }} Policy */
/** @typedef {{ key: string, value: number, minimum: number, maximum: number }} Setting */

const POLICIES = `
  select p.name, p.table_name, p.description, p.counts_from, p.setting, p.kept_for::text, p.way, p.emptied, p.held_by, t.basis, j.job, j.schedule
  from public.data_retention_policies p
  left join private.personal_tables t using (table_name)
  left join lateral (
    select substr(f.proname, 5) as job, c.schedule
    from pg_catalog.pg_proc f join cron.job c on c.command like '%' || quote_literal(substr(f.proname, 5)) || '%'
    where f.pronamespace = 'private'::regnamespace and f.proname like 'job\\_%' and strpos(f.prosrc, quote_literal(p.name)) > 0
  ) j on true
  order by p.name collate "C"`;

/** How long, and since when. @param {Policy} policy @param {Map<string, Setting>} settings */
function kept(policy, settings) {
  const setting = policy.setting && settings.get(policy.setting);
  if (setting) return `\`${setting.key}\`: ${setting.value} (${setting.minimum} to ${setting.maximum}) after \`${policy.counts_from}\``;
  return policy.kept_for === '00:00:00' ? `until \`${policy.counts_from}\`` : `${policy.kept_for?.replace(/^0?(\d+):00:00$/, (_, hours) => (hours === '1' ? 'an hour' : `${hours} hours`))} after \`${policy.counts_from}\``;
}

/** @param {Policy} policy */
function hold(policy) {
  if (policy.held_by.length === 0) return policy.way === 'end' ? 'its file stays' : '–';
  return { delete: 'the row stays', empty: 'they stay', end: 'it stays', retire: 'the entry stays' }[policy.way];
}

/** @param {Policy} policy */
const away = (policy) => ({
  delete: 'the row is deleted', empty: `${policy.emptied.join(', ')} emptied`, end: 'its job ends it', retire: 'its month is dropped',
})[policy.way];

/** @param {Policy[]} policies @param {Map<string, Setting>} settings */
const table = (policies, settings) => `| what | of | kept | then | under a legal hold | job |
|---|---|---|---|---|---|
${policies.map((policy) => `| ${policy.description} | ${policy.table_name} | ${kept(policy, settings)} | ${away(policy)} | ${hold(policy)} | \`${policy.job}\`, \`${policy.schedule}\` |`).join('\n')}
`;

const BASES = /** @type {const} */ ([
  ['contract', 'Contract (GDPR, Art. 6(1)(b))'],
  ['legal_obligation', 'Legal obligation (Art. 6(1)(c); Art. 5(2))'],
  ['consent', 'Consent (Art. 6(1)(a), 9(2)(a))'],
  ['legitimate_interest', 'Legitimate interest (Art. 6(1)(f))'],
  ['none', 'Nothing of a person'],
]);

/** @param {string} url */
async function page(url) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const policies = /** @type {Policy[]} */ (/** @type {unknown} */ (await sql.unsafe(POLICIES)));
    const settings = new Map((await sql`select key, value::int, minimum::int, maximum::int from public.system_settings where key in (select setting from public.data_retention_policies)`)
      .map((row) => [row.key, /** @type {Setting} */ (/** @type {unknown} */ (row))]));
    /** @param {string} basis */
    const of = (basis) => policies.filter((policy) => (policy.basis ?? 'none') === basis);
    return `# Data retention

What is deleted by its age, and what does it. Made from the policies in the database (\`data_retention_policies\`) by
\`node supabase/tests/generate.mjs\`; edit the migration beside the table, not this page. Settings are rows of \`system_settings\`, in days, or in hours where the
name says so; platform admins change them within their bounds, and see by \`retention_preview()\` what would go now and by \`data_retention_runs\` what went
([why so](decisions/policies-drive-retention.md)). A shorter time holds after thirty days.

**A legal hold** (\`place_legal_hold()\`) keeps what is about a person, whatever its age, and their account; it goes with the next run after
\`lift_legal_hold()\`. What nobody may see any more is shown to nobody meanwhile.

${BASES.filter(([basis]) => of(basis).length > 0).map(([basis, title]) => `## ${title}\n\n${table(of(basis), settings)}`).join('\n')}
## What does not go by its age

- *With the account*, and with an [erasure](decisions/an-erasure-is-a-ledger.md) (Art. 17): all that [the register](personal-data.md) does not keep. What it keeps,
  it says why.
- *For as long as it is of use*: what the product is made of, and what a company agreed to, until its contract ends.
- *Sessions and packages* are what an employer is billed by. The product writes no invoices; whoever does keeps them, where they are written, for
  eight years, and books for ten (HGB 257(4), AO 147(3)).
- *Exports* are made for whoever asks and stored nowhere.

## Backups

- A backup is not deleted from row by row. It goes as a whole, and is to be kept no longer than the shortest of these times that matters: with Supabase seven days
  (daily) or as long as point-in-time recovery is set to. A copy that somebody makes by hand is theirs to delete within 30 days.
- After a restore the jobs make up for what should have gone meanwhile, by themselves: each looks at what is due, and not at when it last ran. Who was erased since
  is erased again by the ledger: [before and after a restore](runbook.md).
- The audit log that is restored ends earlier than checkpoints that were handed out; \`./scripts/audit-verify\` says so.
`;
  } finally {
    await sql.end();
  }
}

await withMigratedDatabase(async (url) => writeOrCheck('docs/data-retention.md', await page(url)));
