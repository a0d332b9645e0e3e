// @ts-check
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { run, tail } from './run.mjs';
import { projectRoot } from './settings.mjs';
import { UserError } from './user-error.mjs';

const folder = path.join(projectRoot, 'supabase/migrations');

/**
 * Applies what is missing, with the same tool that deploys use.
 * @param {import('postgres').Sql} sql as the project's owner @param {string} url
 * @returns {Promise<string[]>} the versions applied
 */
export async function migrate(sql, url) {
  const missing = await pendingMigrations(sql);
  if (missing.length === 0) return [];
  const cli = path.join(projectRoot, 'node_modules/.bin/supabase');
  const result = await run(cli, ['migration', 'up', `--remote=${url}`, '--include-all', '--yes', '--agent', 'no'], {
    cwd: projectRoot,
    env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (result.code !== 0) throw new UserError(`A migration failed:\n${tail(result.output, 20)}`);
  return missing;
}

/** Asked of the database itself, because starting the CLI takes a second. @param {import('postgres').Sql} sql */
async function pendingMigrations(sql) {
  const files = (await readdir(folder).catch(() => [])).filter((name) => /^\d+_.*\.sql$/.test(name));
  const [{ known }] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as known`;
  const applied = new Set(known ? (await sql`select version from supabase_migrations.schema_migrations`).map((row) => row.version) : []);
  return files.map((name) => name.split('_')[0]).filter((version) => !applied.has(version)).sort();
}

/**
 * Runs supabase/seed.sql once in a database's life; the mark and the rows land together.
 * @param {import('postgres').Sql} sql
 * @param {string} password with which its people sign in; none where empty
 */
export async function seed(sql, password) {
  const text = await readFile(path.join(projectRoot, 'supabase/seed.sql'), 'utf8').catch(() => null);
  if (!text) return false;
  return sql.begin(async (transaction) => {
    // The CLI's own record of applied seeds, so that `supabase db push --include-seed` agrees.
    await transaction.unsafe(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null);
    `);
    const mark = password ? 'applied by scripts/start, with a password' : 'applied by scripts/stack';
    const marked = await transaction`
      insert into supabase_migrations.seed_files (path, hash) values ('supabase/seed.sql', ${mark})
      on conflict do nothing returning path`;
    if (marked.length === 0) return false;
    await transaction`select set_config('demo.password', ${password}, true)`;
    await transaction.unsafe(text);
    return true;
  });
}
