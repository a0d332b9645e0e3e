// @ts-check
// Asking for the confirmation again. @supabase/lite answers 429, always; Auth tells nothing of who is confirmed or unknown,
// and writes once more to who is neither.
import { randomBytes } from 'node:crypto';
import { AuthError } from '../auth-admin/errors.mjs';

/**
 * POST /resend for a sign-up.
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {{ sql: import('postgres').Sql, maxFrequency: number }} options `maxFrequency`: seconds between two mails to one address
 */
export async function resendConfirmation(request, next, { sql, maxFrequency }) {
  const text = await request.text();
  const { type, email } = JSON.parse(text || '{}');
  if (type !== 'signup' || typeof email !== 'string') return next(new Request(request.url, { method: 'POST', headers: request.headers, body: text }));
  const user = await findUser(sql, email);
  if (user && !user.is_confirmed) await writeAgain(sql, user, maxFrequency);
  return Response.json({});
}

/** @param {import('postgres').Sql} sql @param {string} email */
async function findUser(sql, email) {
  const [user] = await sql`
    select id, email_confirmed_at is not null as is_confirmed, extract(epoch from now() - confirmation_sent_at)::float as mailed_ago
    from auth.users where lower(email) = ${String(email).toLowerCase()} and not is_sso_user`;
  return user;
}

/** The mail that Auth would send is withheld; that it was to be sent is written down. @param {import('postgres').Sql} sql @param {any} user @param {number} maxFrequency */
async function writeAgain(sql, { id, mailed_ago: ago }, maxFrequency) {
  if (ago !== null && ago < maxFrequency) {
    const left = Math.floor(maxFrequency - ago);
    throw new AuthError(429, 'over_email_send_rate_limit', `For security purposes, you can only request this after ${left} seconds.`);
  }
  const now = new Date();
  await sql`
    update auth.users set confirmation_token = ${randomBytes(28).toString('hex')}, confirmation_sent_at = ${now}, updated_at = ${now}
    where id = ${id}`;
}
