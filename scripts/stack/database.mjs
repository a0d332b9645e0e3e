// @ts-check
// The database of a stack, and on its own as a command, a throwaway one for tests:
//
//   node scripts/stack/database.mjs up --data DIR [--port N] [--seed] [--no-migrations] [--durable]
//   node scripts/stack/database.mjs down --data DIR [--keep]
//
// Without a port a free one is taken. `up` prints NAME=value lines (DATABASE_URL as the owner, ADMIN_DATABASE_URL as superuser) and
// leaves the server running; `down` stops it and removes everything.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkVersion, clusterExists, createCluster, locateCluster, removeCluster, runningPort, startCluster, stopCluster } from './cluster.mjs';
import { installExtension } from './extension.mjs';
import { migrate, seed } from './migrations.mjs';
import { connect, databaseUrl } from './connection.mjs';
import { installPlatform, platformFingerprint } from './platform.mjs';
import { freePort, isBusy } from './ports.mjs';
import { loadSecrets } from './secrets.mjs';
import { DATABASE_MARK } from './settings.mjs';
import { UserError, exitWith } from './user-error.mjs';

/**
 * @typedef {{ directory: string, port: number, durable: boolean, migrations: boolean, seed: boolean, demoPassword?: string,
 *   real?: readonly string[], onServing?: (sql: import('postgres').Sql) => Promise<void>,
 *   onStep?: (step: string) => void, onStarted?: (cluster: import('./cluster.mjs').Cluster) => void }} Wish
 *   `real`: services that fill their schema themselves; `onServing` waits for them, before our migrations
 */

/** A running, migrated database, made from nothing where there is none. @param {Wish} wish */
export async function bringUp({
  directory, port: wishedPort, durable, migrations, seed: wantsSeed, demoPassword = '', real = [],
  onServing = async () => {}, onStep = () => {}, onStarted = () => {},
}) {
  await mkdir(directory, { recursive: true });
  const cluster = await locateCluster(directory);
  const port = wishedPort || (await runningPort(cluster)) || (await freePort());
  const secrets = await loadSecrets(directory);
  const mark = path.join(directory, DATABASE_MARK);
  const fingerprint = await platformFingerprint(real);
  const found = (await readFile(mark, 'utf8').catch(() => '')).trim();

  if (found && found !== fingerprint) {
    throw new UserError('The platform below the database has changed since this database was made; start again with ./scripts/start --reset, which empties it.');
  }
  if ((await runningPort(cluster)) !== port) await stopCluster(cluster);
  const running = (await runningPort(cluster)) === port;
  if (!running && (await isBusy(port))) {
    throw new UserError(`Port ${port}, wanted for the database, is in use by another program; end it, or start with STACK_PORT_BASE set to another port.`);
  }
  onStarted(cluster);
  if (!found || !(await clusterExists(cluster))) {
    // Without the mark an earlier start was cut short, and there is nothing of anybody's in it.
    onStep('creating the database');
    await installExtension(cluster.bin);
    await removeCluster(cluster);
    await createCluster(cluster, { password: secrets.passwords.supabase_admin, durable });
    await startCluster(cluster, port);
    await installPlatform(port, secrets, real);
    await writeFile(mark, fingerprint);
  } else if (!running) {
    await checkVersion(cluster);
    onStep('starting the database');
    await startCluster(cluster, port);
  }

  const url = databaseUrl('postgres', secrets.passwords.postgres, port);
  const adminUrl = databaseUrl('supabase_admin', secrets.passwords.supabase_admin, port);
  const sql = connect(url);
  try {
    await onServing(sql);
    if (migrations) {
      const applied = await migrate(sql, url);
      if (applied.length > 0) onStep(`applied ${applied.length} migrations`);
    }
    if (migrations && wantsSeed && (await seed(sql, demoPassword))) onStep('seeded');
  } finally {
    await sql.end();
  }
  return { cluster, secrets, url, adminUrl };
}

/** @param {string} directory */
export async function takeDown(directory, { keep = false } = {}) {
  const cluster = await locateCluster(directory);
  if (keep) return stopCluster(cluster);
  await removeCluster(cluster);
  await rm(path.join(directory, DATABASE_MARK), { force: true });
  await rm(path.join(directory, 'secrets.json'), { force: true });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      seed: { type: 'boolean', default: false },
      durable: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'no-migrations': { type: 'boolean', default: false },
    },
  });
  if (!values.data) throw new UserError('--data DIR is missing.');
  const directory = path.resolve(values.data);
  if (positionals[0] === 'down') return takeDown(directory, { keep: values.keep });
  if (positionals[0] !== 'up') throw new UserError('usage: database.mjs up --data DIR [--port N] | down --data DIR');
  const { url, adminUrl } = await bringUp({
    directory,
    port: Number(values.port),
    durable: values.durable,
    migrations: !values['no-migrations'],
    seed: values.seed,
    onStep: (step) => console.error(step),
  });
  console.log(`DATABASE_URL=${url}\nADMIN_DATABASE_URL=${adminUrl}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main().catch(exitWith);
