// @ts-check
// Asking for a one-time code. Auth makes an account for an address that has none, unless nobody may sign up;
// @supabase/lite makes one all the same.
import { AuthError } from '../auth-admin/errors.mjs';

/**
 * POST /otp and /magiclink.
 * @param {Request} request @param {(request: Request) => Promise<Response>} next @param {import('postgres').Sql} sql
 */
export async function codeForKnown(request, next, sql) {
  const text = await request.text();
  const { email } = JSON.parse(text || '{}');
  if (typeof email === 'string' && !(await isKnown(sql, email))) throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
  return next(new Request(request.url, { method: 'POST', headers: request.headers, body: text }));
}

/** @param {import('postgres').Sql} sql @param {string} email */
async function isKnown(sql, email) {
  const [user] = await sql`select from auth.users where lower(email) = ${email.toLowerCase()} and not is_sso_user`;
  return Boolean(user);
}
