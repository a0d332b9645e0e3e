// @ts-check
// Which PostgreSQL a stack runs on: the version in supabase/config.toml, as hosted projects have it, wherever it is on
// this machine; else the newest that is. prepare.sh brings the former here, and asks this file as a command:
//
//   node scripts/stack/postgres.mjs      what is wanted, what is there (0: nothing), and where to unpack what is wanted
//   node scripts/stack/postgres.mjs bin  the folder of its programs
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './settings.mjs';
import { UserError, exitWith } from './user-error.mjs';

/** The migrations are written for this and newer. */
const OLDEST = 15;
const PACKAGED = '/usr/lib/postgresql';

/** @returns {Promise<string>} */
export async function wantedVersion() {
  const text = await readFile(path.join(projectRoot, 'supabase/config.toml'), 'utf8');
  const version = /^major_version\s*=\s*(\d+)/m.exec(text)?.[1];
  if (!version) throw new UserError('supabase/config.toml names no major_version of the database.');
  return version;
}

/** The versions that this system's packages have put here with pg_cron, the oldest first. */
export async function packagedVersions(base = PACKAGED) {
  const versions = existsSync(base) ? await readdir(base) : [];
  return versions
    .filter((version) => Number(version) >= OLDEST)
    .filter((version) => existsSync(`${base}/${version}/lib/pg_cron.so`) && existsSync(`${base}/${version}/bin/initdb`))
    .sort((a, b) => Number(a) - Number(b));
}

/**
 * One for all checkouts of this user, and for what cleans the build folder to leave alone. As root PostgreSQL runs as
 * another user, to whom root's home is closed.
 * @param {string} version
 */
export function unpackedDirectory(version) {
  const cache = process.getuid?.() === 0 ? '/var/cache' : process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, `evenkeel/postgresql-${version}`);
}

/** @param {string} directory @param {string} version */
const unpackedHome = (directory, version) => (existsSync(`${directory}/complete`) ? `${directory}/root/usr/lib/postgresql/${version}` : null);

/** The folder of programs: of the PostgreSQL that `STACK_POSTGRES` names, or of the one that comes closest to a hosted project's. */
export async function findPostgres({ base = PACKAGED, unpacked = unpackedDirectory } = {}) {
  const named = process.env.STACK_POSTGRES;
  if (named) {
    if (!existsSync(`${named}/bin/initdb`)) throw new UserError(`STACK_POSTGRES is "${named}", and there is no bin/initdb in it.`);
    return `${named}/bin`;
  }
  const [wanted, packaged] = [await wantedVersion(), await packagedVersions(base)];
  const beside = unpackedHome(unpacked(wanted), wanted);
  const version = packaged.includes(wanted) ? wanted : packaged.at(-1);
  const home = version !== wanted && beside ? beside : version && `${base}/${version}`;
  if (!home) throw new UserError(`PostgreSQL with pg_cron is not installed; ./scripts/start brings it, or: apt-get install postgresql-${OLDEST} postgresql-${OLDEST}-cron.`);
  return `${home}/bin`;
}

/** @param {string} bin */
export const versionOf = (bin) => path.basename(path.dirname(bin));

async function main() {
  if (process.argv[2] === 'bin') return console.log(await findPostgres());
  const wanted = await wantedVersion();
  console.log(wanted, await findPostgres().then(versionOf, () => '0'), unpackedDirectory(wanted));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main().catch(exitWith);
