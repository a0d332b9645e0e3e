// @ts-check
// Who asks Auth, by their access token.
import { AuthError } from '../auth-admin/errors.mjs';
import { bearerOf } from '../keys.mjs';
import { readToken } from '../tokens.mjs';

/** What their token says of them, if it is genuine. @param {Request} request @param {string} jwtSecret */
export function claimsOf(request, jwtSecret) {
  const token = bearerOf({ authorization: request.headers.get('authorization') ?? undefined });
  return token ? readToken(token, jwtSecret) : null;
}

/** Their account; refused where their session has ended. @param {Request} request @param {import('postgres').Sql} sql @param {string} jwtSecret */
export async function ownUser(request, sql, jwtSecret) {
  const claims = claimsOf(request, jwtSecret);
  const [user] = claims?.sub ? await sql`select * from auth.users where id = ${String(claims.sub)} and exists (select from auth.sessions where id = ${String(claims.session_id)})` : [];
  if (!user) throw new AuthError(403, 'bad_jwt', 'invalid JWT');
  return user;
}
