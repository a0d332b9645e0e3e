// @ts-check
// Where this stack lives and which ports it uses. A second stack beside the first needs its own
// STACK_DIR and STACK_PORT_BASE, nothing else.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSite } from './site.mjs';
import { UserError } from './user-error.mjs';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** In the stack's folder once there is a database: what it was made from. */
export const DATABASE_MARK = 'platform-version';

/** Of Data API, Auth and Storage, in the stack's folder, which is where its processes are. */
export const SERVICES_SOCKET = 'services.sock';

/** The inbox's, which outlive its process. @param {string} directory of the stack */
export const mailsFolder = (directory) => path.join(directory, 'inbox');

/**
 * @typedef {{
 *   directory: string, apiPort: number, databasePort: number, inboxPort: number,
 *   apiUrl: string, inboxUrl: string, site: string | null,
 * }} Settings `site`: a frontend of one's own, where --site names one
 */

/** @returns {Settings} */
export function readSettings(environment = process.env) {
  const base = readPortBase(environment.STACK_PORT_BASE);
  const directory = path.resolve(projectRoot, environment.STACK_DIR || '.stack');
  return {
    directory,
    apiPort: base,
    databasePort: base + 1,
    inboxPort: base + 3,
    apiUrl: `http://127.0.0.1:${base}`,
    inboxUrl: `http://127.0.0.1:${base + 3}`,
    site: environment.STACK_SITE ? readSite('--site', environment.STACK_SITE) : null,
  };
}

/** What a stack listens on itself, beside its database. @param {Settings} settings @returns {[port: number, use: string][]} */
export const portsOf = ({ apiPort, inboxPort }) => [[apiPort, 'the API'], [inboxPort, 'the inbox']];

/** @param {string | undefined} text */
function readPortBase(text) {
  if (!text) return 54321;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65000) {
    throw new UserError(`STACK_PORT_BASE is "${text}"; it must be a port number from 1024 to 65000.`);
  }
  return base;
}

/** A short stable name for a directory, for things that cannot live inside it. @param {string} directory */
export function nameFor(directory) {
  return createHash('sha256').update(directory).digest('hex').slice(0, 12);
}
