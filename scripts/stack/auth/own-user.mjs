// @ts-check
// PUT /user: whoever changes their password is signed out everywhere else. @supabase/lite leaves
// the other sessions alive, and takes a password that bcrypt would cut off.
import { assertNotTooLong } from '../auth-admin/passwords.mjs';
import { bearerOf } from '../keys.mjs';
import { readToken } from '../tokens.mjs';

/**
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {{ sql: import('postgres').Sql, jwtSecret: string }} options
 */
export async function changeUser(request, next, { sql, jwtSecret }) {
  const text = await request.text();
  const password = passwordIn(text);
  if (password) assertNotTooLong(password);
  const response = await next(new Request(request.url, { method: 'PUT', headers: request.headers, body: text }));
  if (response.ok && password) await endOtherSessions(sql, request, jwtSecret);
  return response;
}

/** @param {string} text */
function passwordIn(text) {
  try {
    const { password } = JSON.parse(text);
    return typeof password === 'string' ? password : null;
  } catch {
    return null;
  }
}

/** Refresh tokens go with their session. @param {import('postgres').Sql} sql @param {Request} request @param {string} jwtSecret */
async function endOtherSessions(sql, request, jwtSecret) {
  const token = bearerOf({ authorization: request.headers.get('authorization') ?? undefined });
  const claims = token && readToken(token, jwtSecret);
  if (!claims || !claims.sub) return;
  const own = typeof claims.session_id === 'string' ? claims.session_id : null;
  await sql`delete from auth.sessions where user_id = ${claims.sub} and id is distinct from ${own}::uuid`;
}
