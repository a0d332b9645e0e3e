// @ts-check
// Starts every part in order, keeps the database and its worker alive, and stops them in reverse.
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { createAuthAdmin } from './auth-admin/routes.mjs';
import { createAuth } from './auth/routes.mjs';
import { startCluster, stopCluster, runningPort } from './cluster.mjs';
import { readConfig } from './config.mjs';
import { bringUp } from './database.mjs';
import { ensureSecretsFile, functionEnvironment } from './functions/environment.mjs';
import { createFunctions } from './functions/routes.mjs';
import { createGateway } from './gateway.mjs';
import { startInbox } from './inbox.mjs';
import { createKeyring } from './keys.mjs';
import { startNetWorker } from './net-worker.mjs';
import { createPages } from './pages.mjs';
import { connect, databaseUrl } from './platform.mjs';
import { isBusy } from './ports.mjs';
import { createHandler } from './real/handler.mjs';
import { portOf, readRealServices } from './real/services.mjs';
import { startRealServices } from './real/start.mjs';
import { loadSecrets } from './secrets.mjs';
import { createServices } from './services.mjs';
import { projectRoot } from './settings.mjs';
import { forgetSupervisor, recordSupervisor, writeEnvironment } from './state.mjs';
import { createStatus } from './status.mjs';
import { UserError } from './user-error.mjs';
import { keepVaultSecrets } from './vault-secrets.mjs';

const LARGE_LOG = 5_000_000;
// Published in the README, so for a machine that listens on loopback only.
const DEMO_PASSWORD = 'evenkeel-demo-2026';

/**
 * @typedef {{ onStep: (step: string) => void, onFunctionLine: (name: string, line: string) => void, signal?: AbortSignal }} Reporter
 *   `signal`: ends the waiting for a service that somebody else starts
 */

/**
 * @param {import('./settings.mjs').Settings} settings @param {Reporter} reporter
 * @returns {Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startStack(settings, { onStep, onFunctionLine, signal }) {
  /** @type {(() => Promise<unknown>)[]} in the order of starting */
  const stops = [];
  let stopping = false;

  async function stop() {
    stopping = true;
    for (const one of stops.reverse()) await one().catch((error) => console.error(error));
  }

  try {
    return { environment: await start(), stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function start() {
    const { directory, databasePort } = settings;
    await mkdir(path.join(directory, 'logs'), { recursive: true });
    await recordSupervisor(directory);
    await rotateLogs(path.join(directory, 'logs'));
    stops.push(() => forgetSupervisor(directory));
    const realServices = readRealServices(settings.apiPort);
    await assertPortsFree(realServices);
    const config = await readConfig();
    await ensureSecretsFile();
    const secrets = await loadSecrets(directory);
    const keyring = createKeyring(secrets);
    const url = databaseUrl('postgres', secrets.passwords.postgres, databasePort);
    const environment = await functionEnvironment({
      settings, secrets, keyring, databaseUrl: url, overlay: process.env.STACK_FUNCTIONS_ENV,
    });

    const real = realServices.map(({ name }) => name);
    const { cluster, adminUrl } = await bringUp({
      directory, port: databasePort, durable: true, migrations: true, seed: true, demoPassword: DEMO_PASSWORD, real, onStep,
      onStarted: (started) => stops.push(() => stopCluster(started)),
      onServing: (sql) => startRealServices(realServices, { settings, secrets, keyring, config, siteUrl: environment.SITE_URL }, {
        sql, onStep, signal, onStarted: (stopOne) => stops.push(stopOne),
      }),
    });

    onStep('starting services, inbox and functions');
    const services = createServices({ port: databasePort, secrets, keyring, siteUrl: environment.SITE_URL, directory, config, real });
    const authSql = connect(databaseUrl('supabase_auth_admin', secrets.passwords.supabase_auth_admin, databasePort), { max: 4, idle_timeout: 60 });
    const authAdmin = createAuthAdmin({ sql: authSql, jwtSecret: secrets.jwtSecret, minimumPasswordLength: config.minimumPasswordLength });
    const auth = services.auth && createAuth({ sql: authSql, service: services.auth, jwtSecret: secrets.jwtSecret, passwordHook: config.passwordHook, maxFrequency: config.maxFrequency });
    const handlers = realServices.map((one) => createHandler(one, keyring));
    const sql = connect(url, { max: 2, idle_timeout: 60 });
    stops.push(async () => {
      const ends = [authSql.end({ timeout: 2 }), sql.end({ timeout: 1 })];
      await Promise.all([...Object.values(services), ...handlers].map((one) => one.close()).concat(ends));
    });
    await keepVaultSecrets(sql, { project_url: settings.apiUrl, cron_secret_key: environment.CRON_SECRET_KEY });

    const functions = createFunctions({
      keyring, config, jwtSecret: secrets.jwtSecret,
      processOptions: {
        environment,
        gatewayPort: settings.apiPort,
        deno: await findDeno(),
        logDirectory: path.join(directory, 'logs'),
        cacheDirectory: path.join(directory, 'deno'),
        onLine: onFunctionLine,
      },
    });
    stops.push(() => functions.close());
    const inbox = await startInbox(settings.inboxPort);
    stops.push(() => inbox.close());

    const status = createStatus({
      sql, functions, inboxUrl: settings.inboxUrl, origin: settings.apiUrl, publishableKey: secrets.publishableKey,
    });
    const publicConfig = () => ({ publishableKey: secrets.publishableKey, inboxUrl: `${settings.inboxUrl}/inbox` });
    const pages = createPages({ origin: settings.apiUrl, publicConfig, status });
    const server = createGateway({
      port: settings.apiPort, origin: settings.apiUrl, allowedOrigins: environment.ALLOWED_ORIGINS.split(',').map((one) => one.trim()),
      keyring, services, auth, authAdmin, real: handlers, functions, pages,
    });
    await listen(server, settings.apiPort);
    stops.push(() => closeServer(server));

    stops.push(await keepWorkerAlive({ cluster, port: databasePort, adminUrl, services, isStopping: () => stopping }));

    const values = {
      SUPABASE_URL: settings.apiUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      SUPABASE_SECRET_KEY: secrets.secretKey,
      SUPABASE_SECRET_KEYS: environment.SUPABASE_SECRET_KEYS,
      CRON_SECRET_KEY: environment.CRON_SECRET_KEY,
      DATABASE_URL: url,
      INBOX_URL: settings.inboxUrl,
      SITE_URL: environment.SITE_URL,
      REAL_SERVICE_URLS: realServices.map(({ url: at }) => at.origin).join(','),
    };
    await writeEnvironment(directory, values);
    return values;
  }

  /** @param {import('./real/services.mjs').RealService[]} realServices */
  async function assertPortsFree(realServices) {
    const wanted = /** @type {[number, string][]} */ ([
      [settings.apiPort, 'the API'], [settings.inboxPort, 'the inbox'],
      ...realServices.filter(({ command }) => command).map(({ url, title }) => [portOf(url), title]),
    ]);
    for (const [port, use] of wanted) {
      if (await isBusy(port)) throw busy(port, use);
    }
  }
}

/** @param {number} port @param {string} use */
export function busy(port, use) {
  return new UserError(`Port ${port}, wanted for ${use}, is in use by another program; end it, or start with STACK_PORT_BASE set to another port.`);
}

/**
 * The worker ends with its connection. It is started anew, and the server with it if that has died.
 * @param {{ cluster: import('./cluster.mjs').Cluster, port: number, adminUrl: string,
 *   services: ReturnType<typeof createServices>, isStopping: () => boolean }} options
 */
async function keepWorkerAlive({ cluster, port, adminUrl, services, isStopping }) {
  const onSchemaChange = () => Object.values(services).forEach((one) => one.reloadSchema().catch(() => {}));
  let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  let worker = await start();

  function start() {
    let lost = false;
    return startNetWorker({
      url: adminUrl,
      onSchemaChange: debounce(onSchemaChange, 200),
      onLost: () => {
        if (!lost && !isStopping()) timer = setTimeout(recover, 200);
        lost = true;
      },
    });
  }

  async function recover() {
    if (isStopping()) return;
    await worker.close().catch(() => {});
    try {
      if ((await runningPort(cluster)) === null) {
        console.error('the database had stopped; starting it again');
        await startCluster(cluster, port);
      }
      worker = await start();
    } catch {
      timer = setTimeout(recover, 1_000);
    }
  }

  return async () => {
    clearTimeout(timer);
    await worker.close();
  };
}

/** @param {() => void} act @param {number} milliseconds */
function debounce(act, milliseconds) {
  let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

/** @param {import('node:http').Server} server @param {number} port @returns {Promise<void>} */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', () => reject(busy(port, 'the API')));
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** @param {import('node:http').Server} server @returns {Promise<void>} */
function closeServer(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}

/** Keeps one older file of each log that has grown large. @param {string} folder */
async function rotateLogs(folder) {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (name.endsWith('.log') && (await stat(file)).size > LARGE_LOG) await rename(file, `${file}.1`);
  }
}

/** The binary itself: its npm wrapper is a parent process of its own. */
async function findDeno() {
  const folder = path.join(projectRoot, 'node_modules/@deno');
  const [platform] = await readdir(folder).catch(() => []);
  if (!platform) throw new UserError('Deno is not installed; run npm ci.');
  return path.join(folder, platform, 'deno');
}
