// @ts-check
// /functions/v1/<name>: key and JWT checks as the platform makes them, then the function's process.
import http from 'node:http';
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { forwardedHeaders } from '../forwarded.mjs';
import { bearerOf, isSecretInBrowser } from '../keys.mjs';
import { projectRoot } from '../settings.mjs';
import { readToken } from '../tokens.mjs';
import { sendJson } from '../web.mjs';
import { createForwarder } from './forward.mjs';
import { FunctionProcess } from './process.mjs';

/**
 * @typedef {import('../web.mjs').Incoming} Incoming
 * @typedef {import('../web.mjs').Outgoing} Outgoing
 * @typedef {{ keyring: import('../keys.mjs').Keyring, jwtSecret: string, config: import('../config.mjs').StackConfig,
 *   processOptions: ConstructorParameters<typeof FunctionProcess>[1] }} Options
 */

const PATH = /^\/functions\/v1\/([A-Za-z][A-Za-z0-9_-]*)(\/.*)?$/;
const root = path.join(projectRoot, 'supabase/functions');

/** @param {Options} options */
export function createFunctions({ keyring, jwtSecret, config, processOptions }) {
  /** @type {Map<string, FunctionProcess>} */
  const processes = new Map();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const forward = createForwarder(agent);

  /** @param {Incoming} incoming @param {Outgoing} outgoing */
  async function handle(incoming, outgoing) {
    const url = new URL(incoming.url ?? '/', 'http://gateway');
    const name = PATH.exec(url.pathname)?.[1];
    if (!name || !isServed(name)) {
      return sendJson(outgoing, 404, { code: 'NOT_FOUND', message: 'Requested function was not found' });
    }
    const refusal = refuse(incoming, name);
    if (refusal) return sendJson(outgoing, 401, refusal);
    let port;
    try {
      port = await processFor(name).port();
    } catch {
      return sendJson(outgoing, 503, { code: 'BOOT_ERROR', message: 'Function failed to start (please check logs)' });
    }
    const target = { port, path: url.pathname.slice('/functions/v1'.length) + url.search, headers: forwardedHeaders(incoming, keyring) };
    forward(incoming, outgoing, target);
  }

  /** @param {string} name */
  function isServed(name) {
    return (config.functions.get(name)?.enabled ?? true) && existsSync(path.join(root, name, 'index.ts'));
  }

  /** @param {Incoming} incoming @param {string} name */
  function refuse(incoming, name) {
    const key = keyring.resolve(String(incoming.headers.apikey ?? ''));
    if (isSecretInBrowser(key, incoming.headers['user-agent'])) {
      return { message: 'Forbidden use of secret API key in browser' };
    }
    const verifies = config.functions.get(name)?.verifyJwt ?? true;
    if (!verifies || incoming.method === 'OPTIONS') return null;
    const token = bearerOf(incoming.headers);
    if (token) return readToken(token, jwtSecret) ? null : { code: 401, message: 'Invalid JWT' };
    return key ? null : { code: 401, message: 'Missing authorization header' };
  }

  /** @param {string} name */
  function processFor(name) {
    let found = processes.get(name);
    if (!found) processes.set(name, (found = new FunctionProcess(name, processOptions)));
    return found;
  }

  /** What the page shows. */
  async function list() {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isDirectory() && isServed(entry.name))
      .map(({ name }) => ({ name, state: processes.get(name)?.state ?? 'idle' }));
  }

  async function close() {
    agent.destroy();
    await Promise.all([...processes.values()].map((one) => one.stop()));
  }

  return { handle, list, close };
}
