// @ts-check
// Signing in with a password, in Auth's order: the account, a ban, the password, the hook, the
// confirmed address. @supabase/lite has no hook, no ban, and looks at the confirmation first; it is
// left what comes after: the session and its tokens.
import { AuthError } from '../auth-admin/errors.mjs';
import { isPasswordOf } from '../auth-admin/passwords.mjs';
import { parse } from './bodies.mjs';
import { askPasswordHook } from './hooks.mjs';

/**
 * @typedef {import('postgres').Sql} Sql
 * @typedef {(request: Request) => Promise<Response>} Next
 */

const REJECTION = 'Further password verification attempts will be rejected.';

/**
 * @param {Request} request @param {Next} next
 * @param {{ sql: Sql, hook: import('./hooks.mjs').Hook | null, client: import('./client.mjs').Client }} options
 */
export async function signIn(request, next, { sql, hook, client }) {
  const text = await request.text();
  const account = await findAccount(sql, text);
  if (account) {
    if (account.is_banned) throw new AuthError(400, 'user_banned', 'User is banned');
    const valid = await isPasswordOf(sql, account.password, account.encrypted_password);
    if (hook) await assertAllowed(sql, hook, { userId: account.id, valid, ip: client.ip });
    if (!valid) throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
  }
  return next(new Request(request.url, { method: 'POST', headers: request.headers, body: text }));
}

/**
 * The account with a password that is asked for; null leaves the answer to lite.
 * @param {Sql} sql @param {string} text
 * @returns {Promise<{ id: string, encrypted_password: string, is_banned: boolean, password: string } | null>}
 */
async function findAccount(sql, text) {
  const { email, password = '' } = parse(text);
  if (typeof email !== 'string' || typeof password !== 'string') return null;
  const [user] = await sql`
    select id, encrypted_password, coalesce(banned_until > now(), false) as is_banned from auth.users
    where lower(email) = ${email.toLowerCase()} and not is_sso_user and deleted_at is null`;
  return user?.encrypted_password ? /** @type {any} */ ({ ...user, password }) : null;
}

/** @param {Sql} sql @param {import('./hooks.mjs').Hook} hook @param {{ userId: string, valid: boolean, ip: string | null }} attempt */
async function assertAllowed(sql, hook, attempt) {
  const { decision, message, should_logout_user: logOut } = await askPasswordHook(sql, hook, attempt);
  if (decision !== 'reject') return;
  if (logOut) await sql`delete from auth.sessions where user_id = ${attempt.userId}`;
  throw new AuthError(400, 'invalid_credentials', message || REJECTION);
}
