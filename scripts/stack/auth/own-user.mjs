// @ts-check
// PUT /user: whoever changes their password is signed out everywhere else, and whoever has a second factor changes how they sign
// in only in a session that has shown it. @supabase/lite leaves the other sessions alive, asks for no factor, takes a password
// that bcrypt would cut off, and asks no hook to mail a new address.
import { AuthError } from '../auth-admin/errors.mjs';
import { assertNotTooLong } from '../auth-admin/passwords.mjs';
import { parse } from './bodies.mjs';
import { claimsOf, ownUser } from './caller.mjs';
import { mailEmailChange } from './mails.mjs';

/**
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {{ sql: import('postgres').Sql, jwtSecret: string, mailing: import('./mails.mjs').Mailing }} options
 */
export async function changeUser(request, next, { sql, jwtSecret, mailing }) {
  const { email, ...changes } = parse(await request.text());
  const password = typeof changes.password === 'string' ? changes.password : null;
  if (password) assertNotTooLong(password);
  if (password || changes.phone) await assertFactorShown(sql, request, jwtSecret);
  if (typeof email === 'string' && email) {
    const user = await ownUser(request, sql, jwtSecret);
    if (user.email !== email.toLowerCase()) {
      await assertFactorShown(sql, request, jwtSecret);
      await mailEmailChange(sql, user, email, mailing);
    }
  }
  const response = await next(new Request(request.url, { method: 'PUT', headers: request.headers, body: JSON.stringify(changes) }));
  if (response.ok && password) await endOtherSessions(sql, request, jwtSecret);
  return response;
}

/** @param {import('postgres').Sql} sql @param {Request} request @param {string} jwtSecret */
async function assertFactorShown(sql, request, jwtSecret) {
  const sessionId = claimsOf(request, jwtSecret)?.session_id;
  const [session] = await sql`
    select coalesce(s.aal, 'aal1') < 'aal2' and exists (select from auth.mfa_factors f where f.user_id = s.user_id and f.status = 'verified') as lacks_factor
    from auth.sessions s where s.id = ${typeof sessionId === 'string' ? sessionId : null}::uuid`;
  if (session?.lacks_factor) {
    throw new AuthError(401, 'insufficient_aal', 'AAL2 session is required to update email or password when MFA is enabled.');
  }
}

/** Refresh tokens go with their session. @param {import('postgres').Sql} sql @param {Request} request @param {string} jwtSecret */
async function endOtherSessions(sql, request, jwtSecret) {
  const claims = claimsOf(request, jwtSecret);
  if (!claims?.sub) return;
  const own = typeof claims.session_id === 'string' ? claims.session_id : null;
  await sql`delete from auth.sessions where user_id = ${claims.sub} and id is distinct from ${own}::uuid`;
}
