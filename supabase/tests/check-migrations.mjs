// @ts-check
// The migrations of the latest release are as they were, and those after it lock nothing for long.
//
//   node supabase/tests/check-migrations.mjs [--release]    with --release, notes all of today's as released
//
// Before the first release supabase/released.sha256 names none: then a migration may be anything, and be rewritten.
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { complaintsAbout } from './migration-locks.mjs';

const supabase = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} folder with migrations/ and released.sha256 @returns {Promise<string[]>} what is wrong */
export async function checkMigrations(folder) {
  const [released, migrations] = await Promise.all([releasedIn(folder), migrationsIn(folder)]);
  if (released.size === 0) return [];
  const last = [...released.keys()].sort().at(-1) ?? '';
  return [
    ...[...released.keys()].filter((name) => !migrations.has(name)).map((name) => `${name}: it is released, and missing`),
    ...[...migrations].flatMap(([name, text]) => {
      if (released.has(name)) return released.get(name) === hash(text) ? [] : [`${name}: it is released, and was changed; what it lacks is a new migration`];
      // The databases of the release are past it: `supabase db push` refuses it.
      if (name < last) return [`${name}: it comes before ${last}, which is released; give it a later number`];
      return lockComplaints(name, text.toString());
    }),
  ];
}

/** @param {string} folder */
export async function release(folder) {
  const comments = (await readFile(manifest(folder), 'utf8')).split('\n').filter((line) => line.startsWith('#'));
  const lines = [...(await migrationsIn(folder))].map(([name, text]) => `${hash(text)}  migrations/${name}`);
  await writeFile(manifest(folder), [...comments, ...lines, ''].join('\n'));
}

/** @param {string} name @param {string} text */
function lockComplaints(name, text) {
  try {
    return complaintsAbout(text).map((complaint) => `${name}: ${complaint}`);
  } catch (error) {
    return [`${name}: cannot be parsed: ${/** @type {Error} */ (error).message}`];
  }
}

/** As `sha256sum --check` reads it. @param {string} folder @returns {Promise<Map<string, string>>} hashes by name */
async function releasedIn(folder) {
  const lines = (await readFile(manifest(folder), 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, sum, name] = /^([0-9a-f]{64})  migrations\/(\d+_\w+\.sql)$/.exec(line) ?? [];
      if (!sum) throw new Error(`${manifest(folder)} has a line that is no hash of a migration: ${line}`);
      return [name, sum];
    }),
  );
}

/** @param {string} folder @returns {Promise<Map<string, Buffer>>} in the order in which they are applied */
async function migrationsIn(folder) {
  const names = (await readdir(path.join(folder, 'migrations'))).filter((name) => name.endsWith('.sql')).sort();
  return new Map(await Promise.all(names.map(async (name) => /** @type {const} */ ([name, await readFile(path.join(folder, 'migrations', name))]))));
}

/** @param {string} folder */
function manifest(folder) {
  return path.join(folder, 'released.sha256');
}

/** @param {Buffer} text */
function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

async function main() {
  const complaints = await checkMigrations(supabase);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exit(1);
  if (process.argv.includes('--release')) await release(supabase);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
