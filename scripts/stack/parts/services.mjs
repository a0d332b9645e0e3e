// @ts-check
// Data API, Auth and Storage, behind a socket that only this user's processes reach. What they have of the database they
// lose with one connection (postgres.js writes to a lost one, or leaves it stuck), so the loss of any ends the process.
import http from 'node:http';
import { rm } from 'node:fs/promises';
import { createApi } from '../api.mjs';
import { createAuthAdmin } from '../auth-admin/routes.mjs';
import { createAuth } from '../auth/routes.mjs';
import { createSendEmailHook } from '../auth/send-email-hook.mjs';
import { readConfig } from '../config.mjs';
import { createDatabaseReport } from '../database-report.mjs';
import { createKeyring } from '../keys.mjs';
import { connect, databaseUrl, hearing, untilItAnswers } from '../connection.mjs';
import { readRealServices } from '../real/services.mjs';
import { createCatalogue } from '../reference/catalogue.mjs';
import { loadSecrets } from '../secrets.mjs';
import { createServices } from '../services.mjs';
import { SERVICES_SOCKET } from '../settings.mjs';
import { quietenLite } from '../quieten-lite.mjs';
import { runPart } from './part.mjs';

const RELOAD_AFTER = 200;

void runPart(async ({ settings, environment }) => {
  quietenLite();
  const { directory, databasePort: port } = settings;
  const [secrets, config] = [await loadSecrets(directory), await readConfig()];
  const keyring = createKeyring(secrets);
  const urlOf = (/** @type {keyof typeof secrets.passwords} */ role) => databaseUrl(role, secrets.passwords[role], port);
  let stopping = false;
  const onLost = () => void (stopping || process.exit(1));
  await untilItAnswers(urlOf('postgres'));

  const real = readRealServices(settings.apiPort).map(({ name }) => name);
  const services = createServices({ port, secrets, keyring, siteUrl: environment.SITE_URL, directory, config, real, onLost });
  const pool = (/** @type {keyof typeof secrets.passwords} */ role, /** @type {number} */ max) => connect(urlOf(role), { max, max_lifetime: null, onclose: onLost });
  const [sql, authSql] = [pool('postgres', 2), pool('supabase_auth_admin', 4)];
  const { passwordHook, minimumPasswordLength, maxFrequency, otpLength, sendEmailPath, factors } = config;
  const hook = createSendEmailHook({ url: `${settings.apiUrl}${sendEmailPath}`, secrets: environment.SEND_EMAIL_HOOK_SECRETS });
  const mailing = { hook, maxFrequency, otpLength, siteUrl: environment.SITE_URL, externalUrl: `${settings.apiUrl}/auth/v1` };
  const authAdmin = createAuthAdmin({ sql: authSql, jwtSecret: secrets.jwtSecret, minimumPasswordLength, mailing });
  const signsUp = config.auth.enable_signup !== false;
  const auth = services.auth && createAuth({ sql: authSql, service: services.auth, jwtSecret: secrets.jwtSecret, passwordHook, mailing, signsUp, factors });
  const reload = debounce(() => Object.values(services).forEach((one) => one.reloadSchema().catch(() => {})), RELOAD_AFTER);
  const ear = await hearing(urlOf('supabase_admin'), { channel: 'pgrst', onWord: reload, onLost });

  const [report, catalogue] = [createDatabaseReport(sql), createCatalogue(sql)];
  const server = http.createServer(createApi({ origin: settings.apiUrl, keyring, services, auth, authAdmin, report, catalogue }));
  // Longer than the gateway keeps a connection.
  server.keepAliveTimeout = 120_000;
  process.umask(0o077);
  await rm(SERVICES_SOCKET, { force: true });
  await new Promise((resolve, reject) => server.once('error', reject).listen(SERVICES_SOCKET, () => resolve(null)));

  return async () => {
    stopping = true;
    server.close();
    server.closeAllConnections();
    const ends = [ear, sql, authSql].map((one) => one.end({ timeout: 1 }));
    await Promise.all([...Object.values(services).map((one) => one.close()), ...ends]);
  };
});

/** @param {() => void} act @param {number} milliseconds */
function debounce(act, milliseconds) {
  let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}
