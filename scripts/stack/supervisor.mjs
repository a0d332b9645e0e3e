// @ts-check
// Starts every part in order, keeps each running, and stops them in reverse. It asks the database for nothing once it
// is up, so that whatever happens to a part happens to that part alone.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from './config.mjs';
import { stopCluster } from './cluster.mjs';
import { startDatabase } from './database-part.mjs';
import { bringUp } from './database.mjs';
import { ensureSecretsFile, functionEnvironment } from './functions/environment.mjs';
import { keepAlive } from './keep-alive.mjs';
import { createKeyring } from './keys.mjs';
import { cutLogs, keepLogsSmall } from './logs.mjs';
import { startPart } from './part-process.mjs';
import { connect, databaseUrl } from './connection.mjs';
import { assertFree } from './ports.mjs';
import { portOf, readRealServices } from './real/services.mjs';
import { startRealServices } from './real/start.mjs';
import { loadSecrets } from './secrets.mjs';
import { portsOf } from './settings.mjs';
import { writeEnvironment } from './state.mjs';
import { keepVaultSecrets } from './vault-secrets.mjs';

// Published in the README, so for a machine that listens on loopback only.
const DEMO_PASSWORD = 'evenkeel-demo-2026';

/** In the order of starting; by the file in `parts/`. */
const PARTS = /** @type {const} */ ([
  ['services', 'the process of Data API, Auth and Storage'],
  ['inbox', 'the inbox'],
  ['gateway', 'the gateway'],
  ['net-worker', "pg_net's worker"],
]);

/**
 * @typedef {{ onStep: (step: string) => void, echo: boolean, signal?: AbortSignal }} Reporter
 *   `echo`: show what the functions write; `signal`: ends the waiting for a service that somebody else starts
 */

/**
 * @param {import('./settings.mjs').Settings} settings @param {Reporter} reporter
 * @returns {Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startStack(settings, { onStep, echo, signal }) {
  /** @type {(() => unknown)[]} in the order of starting */
  const stops = [];

  async function stop() {
    for (const one of stops.reverse()) await Promise.resolve(one()).catch((error) => console.error(error));
  }

  try {
    return { environment: await start(), stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function start() {
    const { directory, databasePort } = settings;
    const logs = path.join(directory, 'logs');
    await mkdir(logs, { recursive: true });
    await cutLogs(logs);
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

    const { cluster } = await bringUp({
      directory, port: databasePort, durable: true, migrations: true, seed: true, demoPassword: DEMO_PASSWORD,
      real: realServices.map(({ name }) => name), onStep,
      onStarted: (started) => stops.push(() => stopCluster(started)),
      onServing: (sql) => startRealServices(realServices, { settings, secrets, keyring, config, siteUrl: environment.SITE_URL, hookSecrets: environment.SEND_EMAIL_HOOK_SECRETS }, {
        sql, onStep, signal, onStarted: (stopOne) => stops.push(stopOne),
      }),
    });
    await tellTheJobs(url, { project_url: settings.apiUrl, cron_secret_key: environment.CRON_SECRET_KEY });
    stops.push((await keepAlive('PostgreSQL', () => startDatabase(cluster, databasePort))).stop);
    stops.push(keepLogsSmall(logs, [cluster.log]));

    onStep('starting services, inbox and functions');
    for (const [name, title] of PARTS) {
      stops.push((await keepAlive(title, (unwanted) => startPart(name, { settings, environment, echo }, unwanted))).stop);
    }

    const values = {
      SUPABASE_URL: settings.apiUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      SUPABASE_SECRET_KEY: secrets.secretKey,
      SUPABASE_SECRET_KEYS: environment.SUPABASE_SECRET_KEYS,
      CRON_SECRET_KEY: environment.CRON_SECRET_KEY,
      EMAIL_WEBHOOK_SECRETS: environment.EMAIL_WEBHOOK_SECRETS,
      AUDIT_KEYS: environment.AUDIT_KEYS,
      SEND_EMAIL_HOOK_SECRETS: environment.SEND_EMAIL_HOOK_SECRETS,
      DATABASE_URL: url,
      INBOX_URL: settings.inboxUrl,
      SITE_URL: environment.SITE_URL,
      ALLOWED_ORIGINS: environment.ALLOWED_ORIGINS,
      REAL_SERVICE_URLS: realServices.map(({ url: at }) => at.origin).join(','),
    };
    await writeEnvironment(directory, values);
    return values;
  }

  /** @param {import('./real/services.mjs').RealService[]} realServices */
  async function assertPortsFree(realServices) {
    const theirs = realServices.filter(({ command }) => command);
    await assertFree([...portsOf(settings), ...theirs.map(({ url, title }) => /** @type {[number, string]} */ ([portOf(url), title]))]);
  }
}

/** @param {string} url @param {Record<string, string>} values */
async function tellTheJobs(url, values) {
  const sql = connect(url);
  try {
    await keepVaultSecrets(sql, values);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
