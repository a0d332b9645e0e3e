// @ts-check
// ./scripts/erasures, which says how it is called.
import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { UserError, exitWith } from './stack/user-error.mjs';

/** @param {import('postgres').Sql} sql @param {string | undefined} verb @param {string | undefined} file */
async function run(sql, verb, file) {
  if (verb === 'dump') {
    const [{ ledger }] = await sql`select private.erasure_ledger()::text as ledger`;
    console.log(ledger);
  } else if (verb === 'replay' && file) {
    const ledger = await readFile(file, 'utf8').catch(() => { throw new UserError(`${file} is not there.`); });
    const [{ taken }] = await sql`select private.replay_erasures(${ledger}::text::jsonb) as taken`;
    console.log(`${taken} erasures are taken up again`);
  } else {
    throw new UserError('Say dump, or replay and the file.');
  }
}

try {
  if (!process.env.DATABASE_URL) throw new UserError('DATABASE_URL is not set.');
  const sql = postgres(process.env.DATABASE_URL, { max: 1, onnotice: () => {} });
  await run(sql, ...process.argv.slice(2)).finally(() => sql.end());
} catch (error) {
  exitWith(error);
}
