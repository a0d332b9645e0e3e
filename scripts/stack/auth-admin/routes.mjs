// @ts-check
// /auth/v1/admin/users and /invite: the part of Auth's API that @supabase/lite does not have yet, with GoTrue's
// contract, so that nothing in the product knows the difference.
import { bearerOf } from '../keys.mjs';
import { readToken } from '../tokens.mjs';
import { readBody, sendJson } from '../web.mjs';
import { AuthError, errorAnswer } from './errors.mjs';
import { inviteUser } from './invite.mjs';
import { createUser, deleteUser, getUser, listUsers, updateUser } from './users.mjs';

/**
 * @typedef {import('../web.mjs').Incoming} Incoming
 * @typedef {import('../web.mjs').Outgoing} Outgoing
 */

const PREFIX = '/auth/v1/admin/users';
const INVITE = '/auth/v1/invite';
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const MAX_BODY = 1_000_000;

/** @param {string} path */
export function isAdminPath(path) {
  return path === INVITE || path === PREFIX || path.startsWith(`${PREFIX}/`);
}

/**
 * @param {{ sql: import('postgres').Sql, jwtSecret: string, minimumPasswordLength: number, mailing: import('../auth/mails.mjs').Mailing }} options
 *   `sql`: as supabase_auth_admin
 */
export function createAuthAdmin({ sql, jwtSecret, minimumPasswordLength, mailing }) {
  /** @param {Incoming} incoming @param {Outgoing} outgoing @param {import('../keys.mjs').Key} key */
  async function handle(incoming, outgoing, key) {
    try {
      assertAdmin(incoming, key);
      const { status, body, headers } = await answer(incoming);
      sendJson(outgoing, status, body, headers);
    } catch (error) {
      const { status, body, headers } = errorAnswer(error, header(incoming, 'x-supabase-api-version'));
      sendJson(outgoing, status, body, headers);
    }
  }

  /** A person's JWT beside a secret key is that person, not the service. @param {Incoming} incoming @param {import('../keys.mjs').Key} key */
  function assertAdmin(incoming, key) {
    const token = bearerOf(incoming.headers);
    const claims = token ? readToken(token, jwtSecret) : { role: key.role };
    if (!claims) throw new AuthError(403, 'bad_jwt', 'invalid JWT: unable to parse or verify signature');
    if (claims.role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed');
  }

  /** @param {Incoming} incoming @returns {Promise<{ status: number, body: unknown, headers?: Record<string, string> }>} */
  async function answer(incoming) {
    const url = new URL(incoming.url ?? '/', 'http://auth');
    if (url.pathname === INVITE && incoming.method === 'POST') return { status: 200, body: await inviteUser(sql, await readParams(incoming), mailing) };
    const id = url.pathname.slice(PREFIX.length + 1);
    if (!id) {
      if (incoming.method === 'GET') return list(url);
      if (incoming.method === 'POST') return { status: 200, body: await createUser(sql, await readParams(incoming)) };
      throw new AuthError(405, 'method_not_allowed', 'Method Not Allowed');
    }
    if (!UUID.test(id)) throw new AuthError(404, 'validation_failed', 'user_id must be an UUID');
    if (incoming.method === 'GET') return { status: 200, body: await getUser(sql, id) };
    if (incoming.method === 'PUT') {
      return { status: 200, body: await updateUser(sql, id, await readParams(incoming), minimumPasswordLength) };
    }
    if (incoming.method === 'DELETE') {
      const params = await readParams(incoming, true);
      await deleteUser(sql, id, params.should_soft_delete === true);
      return { status: 200, body: {} };
    }
    throw new AuthError(405, 'method_not_allowed', 'Method Not Allowed');
  }

  /** @param {URL} url */
  async function list(url) {
    const page = Math.max(1, Number(url.searchParams.get('page')) || 1);
    const perPage = Math.min(1000, Math.max(1, Number(url.searchParams.get('per_page')) || 50));
    const { total, users } = await listUsers(sql, page, perPage);
    return { status: 200, body: { users, aud: 'authenticated' }, headers: { 'x-total-count': String(total) } };
  }

  return { handle };
}

/** @param {Incoming} incoming @param {boolean} [optional] @returns {Promise<Record<string, any>>} */
async function readParams(incoming, optional = false) {
  const text = await readBody(incoming, MAX_BODY).catch(() => {
    throw new AuthError(413, 'request_too_large', 'Request body too large');
  });
  if (optional && text === '') return {};
  let params;
  try {
    params = JSON.parse(text);
  } catch (error) {
    throw new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON: it is not an object');
  }
  for (const [name, type] of Object.entries({ email: 'string', password: 'string', email_confirm: 'boolean' })) {
    if (params[name] != null && typeof params[name] !== type) {
      throw new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${name} must be a ${type}`);
    }
  }
  return params;
}

/** @param {Incoming} incoming @param {string} name */
function header(incoming, name) {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
