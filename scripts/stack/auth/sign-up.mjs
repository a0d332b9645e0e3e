// @ts-check
// Signing up again with an address that has an account, and asking for the confirmation again. @supabase/lite answers
// 429, always; Auth disguises an address that is confirmed, so that nobody learns who is registered, and writes once
// more to one that is not.
import { randomBytes, randomUUID } from 'node:crypto';
import { AuthError } from '../auth-admin/errors.mjs';
import { getUser } from '../auth-admin/users.mjs';

/**
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {{ sql: import('postgres').Sql, maxFrequency: number }} options `maxFrequency`: seconds between two mails to one address
 */
export async function answerRepeatedSignUp(request, next, { sql, maxFrequency }) {
  const text = await request.text();
  const response = await next(new Request(request.url, { method: 'POST', headers: request.headers, body: text }));
  if (response.status !== 429) return response;
  const failure = await response.clone().json().catch(() => ({}));
  if (failure.error_code !== 'over_email_send_rate_limit' && failure.code !== 'over_email_send_rate_limit') return response;
  const { email, data } = JSON.parse(text);
  const user = await findUser(sql, email);
  if (!user) return response;
  if (user.is_confirmed) return Response.json(unknownUser(String(email).toLowerCase(), data ?? {}));
  await writeAgain(sql, user, maxFrequency);
  return Response.json(await getUser(sql, user.id));
}

/**
 * POST /resend for a sign-up, which tells nothing of who is confirmed or unknown.
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {{ sql: import('postgres').Sql, maxFrequency: number }} options
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

/** @param {string} email @param {Record<string, unknown>} metadata */
function unknownUser(email, metadata) {
  const [id, now] = [randomUUID(), new Date().toISOString()];
  return {
    id,
    aud: 'authenticated',
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: metadata,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}
