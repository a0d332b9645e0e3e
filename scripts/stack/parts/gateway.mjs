// @ts-check
// The one address of the stack, the pages, and the processes of the functions. It asks the database for nothing.
import http from 'node:http';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../config.mjs';
import { createFunctions } from '../functions/routes.mjs';
import { createGateway } from '../gateway.mjs';
import { createKeyring } from '../keys.mjs';
import { createPages } from '../pages.mjs';
import { busy } from '../ports.mjs';
import { createHandler } from '../real/handler.mjs';
import { readRealServices } from '../real/services.mjs';
import { loadSecrets } from '../secrets.mjs';
import { createForwarderToServices } from '../services-socket.mjs';
import { projectRoot } from '../settings.mjs';
import { createStatus } from '../status.mjs';
import { UserError } from '../user-error.mjs';
import { runPart } from './part.mjs';

void runPart(async ({ settings, environment, echo }) => {
  const { directory, apiPort, apiUrl, inboxUrl } = settings;
  const [secrets, config] = [await loadSecrets(directory), await readConfig()];
  const keyring = createKeyring(secrets);
  const functions = createFunctions({
    keyring, config, jwtSecret: secrets.jwtSecret,
    processOptions: {
      environment,
      gatewayPort: apiPort,
      deno: await findDeno(),
      logDirectory: path.join(directory, 'logs'),
      cacheDirectory: path.join(directory, 'deno'),
      onLine: (name, line) => void (echo && console.log(`[${name}] ${line}`)),
    },
  });
  const services = createForwarderToServices();
  const real = readRealServices(apiPort).map((one) => createHandler(one, keyring));
  const { publishableKey } = secrets;
  const { report, catalogue } = services;
  const status = createStatus({ report, functions, inboxUrl, origin: apiUrl, siteUrl: environment.SITE_URL, publishableKey });
  const publicConfig = () => ({ publishableKey, inboxUrl: `${inboxUrl}/inbox` });
  const pages = createPages({ origin: apiUrl, publicConfig, status, catalogue });
  const server = createGateway({
    port: apiPort, origin: apiUrl, allowedOrigins: environment.ALLOWED_ORIGINS.split(','),
    api: services, real, functions, pages,
  });
  await listen(server, apiPort);

  return async () => {
    await closeServer(server);
    await functions.close();
    for (const one of [services, ...real]) one.close();
  };
});

/** @param {http.Server} server @param {number} port @returns {Promise<void>} */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', () => reject(busy(port, 'the API')));
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

/** @param {http.Server} server @returns {Promise<void>} */
function closeServer(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}

/** The binary itself: its npm wrapper is a parent process of its own. */
async function findDeno() {
  const folder = path.join(projectRoot, 'node_modules/@deno');
  const [platform] = await readdir(folder).catch(() => []);
  if (!platform) throw new UserError('Deno is not installed; run npm ci.');
  return path.join(folder, platform, 'deno');
}
