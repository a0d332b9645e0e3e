// @ts-check
// Writes the table of steps into docs/bookings.md from private.booking_transitions of DATABASE_URL, or with --check fails when it is not fresh.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { projectRoot } from '../../scripts/stack/settings.mjs';

const target = path.join(projectRoot, 'docs/bookings.md');
const [BEGIN, END] = ['<!-- steps: made by supabase/tests/generate.mjs -->', '<!-- end of steps -->'];

/** @param {Record<string, any>[]} steps */
function table(steps) {
  const rows = steps.map(({ event, old_status: from, new_status: to, actors }) => `| \`${event}\` | ${from === 'none' ? '' : from} | ${to} | ${actors.join(', ')} |`);
  return ['| event | from | to | by |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const sql = postgres(process.env.DATABASE_URL ?? '', { max: 1 });
const steps = await sql`
  select event, old_status, new_status, actors from private.booking_transitions
  order by array_position('{none,held,pending,confirmed,completed,no_show}', old_status), new_status <> 'confirmed', new_status`;
await sql.end();

const before = await readFile(target, 'utf8');
const [head, rest] = before.split(BEGIN);
const tail = rest?.split(END)[1];
if (tail === undefined) throw new Error(`docs/bookings.md has no place for the steps: ${BEGIN} … ${END}`);
const made = `${head}${BEGIN}\n${table(steps)}\n${END}${tail}`;
if (!process.argv.includes('--check')) await writeFile(target, made);
else if (made !== before) {
  console.error('docs/bookings.md is not what the migrations make; run: node supabase/tests/generate.mjs');
  process.exit(1);
}
