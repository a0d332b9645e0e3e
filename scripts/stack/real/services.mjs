// @ts-check
// Which of Data API, Auth and Storage are the real ones on this stack, by two variables each:
//   STACK_STORAGE_COMMAND   starts it; the stack runs it with what it needs in its environment, and ends it
//   STACK_STORAGE_URL       where it answers; without a command somebody else starts it
// and the same with AUTH and REST.
import { UserError } from '../user-error.mjs';

/**
 * @typedef {'auth' | 'storage' | 'rest'} Name
 * @typedef {'supabase_auth_admin' | 'supabase_storage_admin' | 'authenticator'} Role
 * @typedef {{ title: string, role: Role, prefix: string, portAfterBase: number, health: string, table: string | null, keyless: RegExp | null }} Kind
 *   `health`: a path of its own that answers 200 once it is ready; `table`: one that its migrations make;
 *   `keyless`: its paths that the gateway lets through without a key, links in mails for example
 * @typedef {Kind & { name: Name, url: URL, command: string | null }} RealService
 */

/** In the order of starting. @type {Record<Name, Kind>} */
const KINDS = {
  auth: {
    title: 'Auth', role: 'supabase_auth_admin', prefix: '/auth/v1', portAfterBase: 5, health: '/health', table: 'auth.users',
    keyless: /^\/(?:verify|callback|authorize|sso\/saml\/(?:acs|metadata)|\.well-known\/.*|health)$/,
  },
  storage: {
    title: 'Storage', role: 'supabase_storage_admin', prefix: '/storage/v1', portAfterBase: 6, health: '/status', table: 'storage.objects',
    keyless: /^/,
  },
  rest: {
    title: 'Data API', role: 'authenticator', prefix: '/rest/v1', portAfterBase: 7, health: '/', table: null, keyless: null,
  },
};

/** @param {number} portBase @param {Record<string, string | undefined>} [environment] @returns {RealService[]} */
export function readRealServices(portBase, environment = process.env) {
  return Object.entries(KINDS).flatMap(([name, kind]) => {
    const variable = `STACK_${name.toUpperCase()}`;
    const [address, command] = [environment[`${variable}_URL`], environment[`${variable}_COMMAND`]];
    if (!address && !command) return [];
    const url = addressOf(`${variable}_URL`, address || `http://127.0.0.1:${portBase + kind.portAfterBase}`);
    return [{ ...kind, name: /** @type {Name} */ (name), url, command: command || null }];
  });
}

/** @param {string} variable @param {string} text */
function addressOf(variable, text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search || url.username) {
    throw new UserError(`${variable} is "${text}"; it must be the service's own address, such as http://127.0.0.1:5000.`);
  }
  return url;
}

/** The port that a service must listen on. @param {URL} url */
export function portOf(url) {
  return Number(url.port || 80);
}
