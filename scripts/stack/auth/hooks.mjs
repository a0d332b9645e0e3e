// @ts-check
// Auth's hooks that are SQL functions, called as Auth calls them: as supabase_auth_admin, in a
// transaction of their own, for two seconds at most.
import { randomUUID } from 'node:crypto';
import { AuthError, unexpectedFailure } from '../auth-admin/errors.mjs';
import { UserError } from '../user-error.mjs';

/**
 * @typedef {{ uri: string, name: string }} Hook `name`: schema and function
 * @typedef {{ decision?: string, message?: string, should_logout_user?: boolean, error?: { http_code?: number, message?: string } }} Output
 */

const URI = /^pg-functions:\/\/[^/]+\/([a-z_]\w{0,62})\/([a-z_]\w{0,62})$/i;
const TIMEOUT_MILLISECONDS = 2_000;

/**
 * A hook's table in config.toml, or null where it is off.
 * @param {{ enabled?: boolean, uri?: string } | undefined} table @param {string} name @returns {Hook | null}
 */
export function readHook(table, name) {
  if (!table?.enabled) return null;
  const [, schema, routine] = URI.exec(table.uri ?? '') ?? [];
  if (!routine) throw new UserError(`supabase/config.toml: auth.hook.${name} needs uri = "pg-functions://postgres/SCHEMA/FUNCTION".`);
  return { uri: table.uri ?? '', name: `${schema}.${routine}` };
}

/**
 * The path of a hook that is an edge function: where the functions are, a stack knows by itself.
 * @param {{ uri?: string } | undefined} table @param {string} name
 */
export function readHookPath(table, name) {
  if (!table) return '';
  const path = URL.canParse(table.uri ?? '') ? new URL(table.uri ?? '').pathname : '';
  if (!path.startsWith('/functions/v1/')) throw new UserError(`supabase/config.toml: auth.hook.${name} needs the uri of an edge function.`);
  return path;
}

/**
 * What the hook says about a sign-in. It is asked for accounts that exist only.
 * @param {import('postgres').Sql} sql @param {Hook} hook
 * @param {{ userId: string, valid: boolean, ip: string | null }} attempt
 */
export function askPasswordHook(sql, hook, { userId, valid, ip }) {
  return ask(sql, hook, 'password-verification', ip, { user_id: userId, valid });
}

/**
 * What the hook says about a code of a second factor.
 * @param {import('postgres').Sql} sql @param {Hook} hook
 * @param {{ userId: string, factor: { id: string, factor_type: string }, valid: boolean, ip: string | null }} attempt
 */
export function askFactorHook(sql, hook, { userId, factor, valid, ip }) {
  return ask(sql, hook, 'mfa-verification', ip, { user_id: userId, factor_id: factor.id, factor_type: factor.factor_type, valid });
}

/**
 * @param {import('postgres').Sql} sql @param {Hook} hook @param {string} name @param {string | null} ip
 * @param {Record<string, import('postgres').JSONValue>} input @returns {Promise<Output>}
 */
async function ask(sql, hook, name, ip, input) {
  const metadata = { uuid: randomUUID(), time: new Date().toISOString(), name, ...(ip ? { ip_address: ip } : {}) };
  const output = await call(sql, hook, { metadata, ...input });
  if (!output.error?.message) return output;
  const status = output.error.http_code || 500;
  throw new AuthError(status, status === 500 ? 'unexpected_failure' : 'unknown', output.error.message);
}

/** @param {import('postgres').Sql} sql @param {Hook} hook @param {import('postgres').JSONValue} input */
async function call(sql, hook, input) {
  try {
    return await sql.begin(async (tx) => {
      await tx.unsafe(`set local statement_timeout = ${TIMEOUT_MILLISECONDS}`);
      const [{ output }] = await tx`select ${tx(hook.name)}(${tx.json(input)}) as output`;
      return /** @type {Output} */ (output ?? {});
    });
  } catch (error) {
    console.error(`[auth hook] ${hook.name}: ${/** @type {Error} */ (error).message}`);
    throw unexpectedFailure(`Error running hook URI: ${hook.uri}`, error);
  }
}
