// @ts-check
// One PostgreSQL cluster of our own. It has no unix socket, listens on loopback only, and never
// touches the machine's default cluster.
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findPostgres } from './postgres.mjs';
import { run, tail } from './run.mjs';
import { nameFor } from './settings.mjs';
import { UserError } from './user-error.mjs';

const isRoot = process.getuid?.() === 0;

/**
 * @typedef {{ home: string, data: string, log: string, bin: string, user: { uid: number, gid: number } | null }} Cluster
 */

/**
 * Where the cluster of a stack directory is. PostgreSQL refuses to run as root; then it runs as the
 * postgres user, who may not be able to reach a checkout below somebody's home.
 * @param {string} directory @returns {Promise<Cluster>}
 */
export async function locateCluster(directory) {
  const bin = await findPostgres();
  await mkdir(directory, { recursive: true });
  const user = isRoot ? await postgresUser() : null;
  const reachable = !user || (await run('runuser', ['-u', 'postgres', '--', 'test', '-x', directory], { cwd: '/' })).code === 0;
  const home = reachable ? path.join(directory, 'database') : `/var/lib/postgresql/stack-${nameFor(directory)}`;
  return { home, data: path.join(home, 'data'), log: path.join(home, 'server.log'), bin, user };
}

async function postgresUser() {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const entry = passwd.split('\n').find((line) => line.startsWith('postgres:'));
  if (!entry) throw new UserError('There is no "postgres" user to run the database as; run this as an ordinary user instead of root.');
  const [, , uid, gid] = entry.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** @param {Cluster} cluster @param {string} program @param {string[]} args */
function runAsOwner(cluster, program, args) {
  const command = path.join(cluster.bin, program);
  return cluster.user
    ? run('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/' })
    : run(command, args, { cwd: '/' });
}

/**
 * A new, stopped cluster. Whatever was there is removed.
 * @param {Cluster} cluster @param {{ password: string, durable: boolean }} options
 */
export async function createCluster(cluster, { password, durable }) {
  await rm(cluster.home, { recursive: true, force: true });
  await mkdir(cluster.home, { recursive: true, mode: 0o700 });
  const passwordFile = path.join(cluster.home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (cluster.user) {
    await chown(cluster.home, cluster.user.uid, cluster.user.gid);
    await chown(passwordFile, cluster.user.uid, cluster.user.gid);
  }
  const result = await runAsOwner(cluster, 'initdb', [
    '--pgdata', cluster.data, '--username', 'supabase_admin', '--pwfile', passwordFile,
    '--encoding', 'UTF8', '--locale', 'C.UTF-8', '--auth', 'scram-sha-256', '--no-instructions',
    // A fresh cluster that is lost in a power cut is simply made again.
    '--no-sync',
  ]);
  await rm(passwordFile);
  if (result.code !== 0) throw new UserError(`The database could not be created: ${complaintIn(result.output) ?? tail(result.output, 3)}`);
  await appendConfiguration(cluster, durable);
}

/** @param {Cluster} cluster @param {boolean} durable */
async function appendConfiguration(cluster, durable) {
  const lines = [
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    'max_connections = 100',
    'shared_buffers = 128MB',
    'max_wal_size = 2GB',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_line_prefix = '%m [%p] %q%u '",
    "shared_preload_libraries = 'pg_cron'",
    "cron.database_name = 'postgres'",
    // Jobs run in background workers: no password has to be written down for them.
    'cron.use_background_workers = on',
    "cron.timezone = 'UTC'",
    // cron.job_run_details has the runs; two lines of log for each are noise.
    'cron.log_statement = off',
    'max_worker_processes = 24',
    // Compiling takes longer than all that is asked here, and a PostgreSQL that was unpacked has no compiler.
    'jit = off',
    ...(durable ? [] : ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off']),
  ];
  const file = path.join(cluster.data, 'postgresql.conf');
  const before = await readFile(file, 'utf8');
  await writeFile(file, `${before}\n# the local stack\n${lines.join('\n')}\n`);
}

/** @param {Cluster} cluster @param {number} port */
export async function startCluster(cluster, port) {
  await forgetDeadServer(cluster);
  const result = await runAsOwner(cluster, 'pg_ctl', [
    'start', '--pgdata', cluster.data, '--log', cluster.log, '--wait', '--timeout', '60', '--silent', '--options', `-p ${port}`,
  ]);
  if (result.code !== 0) throw new UserError(`PostgreSQL did not start: ${await lastComplaint(cluster)}`);
}

/** @param {Cluster} cluster @param {'fast' | 'immediate'} [mode] */
export async function stopCluster(cluster, mode = 'fast') {
  if (!(await serverPid(cluster))) return false;
  const result = await runAsOwner(cluster, 'pg_ctl', ['stop', '--pgdata', cluster.data, '--mode', mode, '--wait', '--timeout', '60', '--silent']);
  if (result.code !== 0) throw new UserError(`PostgreSQL did not stop: ${tail(result.output, 3)}`);
  return true;
}

/** @param {Cluster} cluster */
export async function removeCluster(cluster) {
  await stopCluster(cluster, 'immediate');
  await rm(cluster.home, { recursive: true, force: true });
}

/** The port a running server of this cluster listens on, or null. @param {Cluster} cluster */
export async function runningPort(cluster) {
  if (!(await serverPid(cluster))) return null;
  const lines = (await readFile(path.join(cluster.data, 'postmaster.pid'), 'utf8')).split('\n');
  return lines[7]?.trim() === 'ready' ? Number(lines[3]) : null;
}

/** The process id of this cluster's live server, or null. @param {Cluster} cluster */
export async function serverPid(cluster) {
  const file = path.join(cluster.data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!pid) return null;
  // The number may belong to another program by now, for example after a restart of the machine.
  const directory = await stat(`/proc/${pid}/cwd/`).catch(() => null);
  const data = await stat(cluster.data).catch(() => null);
  return directory && data && directory.ino === data.ino && directory.dev === data.dev ? pid : null;
}

/** @param {Cluster} cluster */
async function forgetDeadServer(cluster) {
  if (await serverPid(cluster)) return;
  await rm(path.join(cluster.data, 'postmaster.pid'), { force: true });
}

/** @param {Cluster} cluster */
async function lastComplaint(cluster) {
  const log = await readFile(cluster.log, 'utf8').catch(() => '');
  return complaintIn(log) ?? `see ${cluster.log}`;
}

/** The last thing that PostgreSQL gave up for. @param {string} text */
function complaintIn(text) {
  const complaint = text.split('\n').reverse().find((line) => /FATAL|PANIC/.test(line));
  return complaint?.replace(/^.*?(FATAL|PANIC): +/, '');
}

/** @param {Cluster} cluster */
export async function clusterExists(cluster) {
  return existsSync(path.join(cluster.data, 'PG_VERSION'));
}

/** Refuses data that another major version has written. @param {Cluster} cluster */
export async function checkVersion(cluster) {
  const written = (await readFile(path.join(cluster.data, 'PG_VERSION'), 'utf8')).trim();
  const { output } = await run(path.join(cluster.bin, 'postgres'), ['--version'], { cwd: '/' });
  const found = /PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (found !== written) {
    throw new UserError(`The database was made by PostgreSQL ${written}, and this is PostgreSQL ${found}; start again with ./scripts/start --reset, which empties it.`);
  }
}

