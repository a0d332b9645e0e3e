// @ts-check
// The requests that make Auth mail somebody, in Auth's order and words. What they tell of who has an account is Auth's.
import { AuthError } from '../auth-admin/errors.mjs';
import { ownUser } from './caller.mjs';
import { findByEmail, mailCode, mailEmailChange } from './mails.mjs';

/** @typedef {{ sql: import('postgres').Sql, mailing: import('./mails.mjs').Mailing, jwtSecret: string, signsUp: boolean }} Needs */

/** POST /recover. @param {Request} request @param {Needs} needs */
export async function recover(request, { sql, mailing }) {
  const { email } = await read(request);
  const user = await findByEmail(sql, email);
  if (user) await mailCode(sql, user, 'recovery', mailing);
  return Response.json({});
}

/**
 * POST /otp and /magiclink. Who has no confirmed account would be signed up, which @supabase/lite does, where anybody may.
 * @param {Request} request @param {(request: Request) => Promise<Response>} next @param {Needs} needs
 */
export async function oneTimeCode(request, next, { sql, mailing, signsUp }) {
  const { email, create_user: mayCreate = true } = await read(request.clone());
  const user = await findByEmail(sql, email);
  if (!user && !mayCreate) throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp');
  if (!user?.email_confirmed_at) {
    if (signsUp) return next(request);
    throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
  }
  await mailCode(sql, user, 'magiclink', mailing);
  return Response.json({});
}

/** POST /resend, which tells nothing of who is confirmed or unknown. @param {Request} request @param {(request: Request) => Promise<Response>} next @param {Needs} needs */
export async function resend(request, next, { sql, mailing }) {
  const { type, email } = await read(request.clone());
  const user = await findByEmail(sql, email);
  if (type === 'signup' && user && !user.email_confirmed_at) await mailCode(sql, user, 'signup', mailing);
  else if (type === 'email_change' && user?.email_change) await mailEmailChange(sql, user, user.email_change, mailing);
  else if (!['signup', 'email_change'].includes(type)) return next(request);
  return Response.json({});
}

/** GET /reauthenticate. @param {Request} request @param {Needs} needs */
export async function reauthenticate(request, { sql, mailing, jwtSecret }) {
  const user = await ownUser(request, sql, jwtSecret);
  await mailCode(sql, user, 'reauthentication', mailing);
  return Response.json({});
}

/** @param {Request} request @returns {Promise<Record<string, any> & { email: string }>} */
async function read(request) {
  const body = JSON.parse((await request.text()) || '{}');
  if (typeof body.email !== 'string' || !body.email) throw new AuthError(400, 'validation_failed', 'An email address is required');
  return body;
}
