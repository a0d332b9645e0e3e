// @ts-check
// What makes Auth mail somebody: a code, the hook, and then the note that it was sent, in one transaction (internal/api/mail.go).
// @supabase/lite has no hook. What it does beside mailing is left to it.
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { AuthError, emailExists } from '../auth-admin/errors.mjs';
import { present } from '../auth-admin/users.mjs';

/**
 * @typedef {import('postgres').Sql} Pool
 * @typedef {import('postgres').ISql<{}>} Sql a transaction
 * @typedef {{ hook: import('./send-email-hook.mjs').SendEmailHook, maxFrequency: number, otpLength: number, siteUrl: string, externalUrl: string }} Mailing
 *   `maxFrequency`: seconds between two mails of a kind
 * @typedef {'signup' | 'invite' | 'magiclink' | 'recovery' | 'reauthentication'} Action
 */

/** Where Auth keeps the code of each, and when it was sent. */
const COLUMNS = /** @type {const} */ ({
  signup: ['confirmation_token', 'confirmation_sent_at'],
  invite: ['confirmation_token', 'confirmation_sent_at'],
  magiclink: ['recovery_token', 'recovery_sent_at'],
  recovery: ['recovery_token', 'recovery_sent_at'],
  reauthentication: ['reauthentication_token', 'reauthentication_sent_at'],
});

/** @param {Pool} sql @param {string} email @returns {Promise<any>} */
export async function findByEmail(sql, email) {
  const [user] = await sql`select * from auth.users where lower(email) = ${email.toLowerCase()} and not is_sso_user and deleted_at is null`;
  return user;
}

/** Mails a code to an account, unless it was a moment ago. @param {Pool} sql @param {any} user a row of auth.users @param {Action} action @param {Mailing} mailing */
export async function mailCode(sql, user, action, mailing) {
  assertNotTooSoon(user[COLUMNS[action][1]], mailing.maxFrequency);
  await sql.begin((tx) => sendCode(tx, user, action, mailing));
}

/** @param {Sql} tx @param {any} user @param {Action} action @param {Mailing} mailing */
export async function sendCode(tx, user, action, mailing) {
  const [token, token_hash] = code(user.email, mailing);
  await callHook(user, { email_action_type: action, token, token_hash }, mailing);
  const [column, sentAt] = COLUMNS[action];
  await tx`update auth.users set ${tx({ [column]: token_hash, [sentAt]: new Date(), updated_at: new Date() })} where id = ${user.id}`;
}

/** PUT /user. @param {Pool} sql @param {any} user @param {string} email @param {Mailing} mailing */
export async function mailEmailChange(sql, user, email, mailing) {
  if (await findByEmail(sql, email)) throw emailExists();
  assertNotTooSoon(user.email_change_sent_at, mailing.maxFrequency);
  await sql.begin((tx) => sendEmailChange(tx, user, email.toLowerCase(), mailing));
}

/**
 * One code for each address, and the hashes the other way round: `token` is for the address of now, `token_hash` for the new one.
 * @param {Sql} tx @param {any} user @param {string} email @param {Mailing} mailing
 */
export async function sendEmailChange(tx, user, email, mailing) {
  const [token, token_hash_new] = code(user.email, mailing);
  const [token_new, token_hash] = code(email, mailing);
  await callHook({ ...user, email_change: email }, { email_action_type: 'email_change', token, token_hash, token_new, token_hash_new }, mailing);
  const change = { email_change: email, email_change_token_new: token_hash, email_change_token_current: token_hash_new, email_change_sent_at: new Date() };
  await tx`update auth.users set ${tx(change)} where id = ${user.id}`;
}

/** @param {any} user @param {Record<string, string>} data @param {Mailing} mailing */
async function callHook(user, data, { hook, siteUrl, externalUrl }) {
  await hook({
    metadata: { uuid: randomUUID(), time: new Date().toISOString(), name: 'send-email' },
    user: present(user, []),
    email_data: {
      redirect_to: siteUrl, site_url: externalUrl, token_new: '', token_hash_new: '', old_email: '', old_phone: '', provider: '', factor_type: '', ...data,
    },
  });
}

/** A code, and its hash as Auth makes it. @param {string} email @param {Mailing} mailing */
function code(email, { otpLength }) {
  const text = Array.from({ length: otpLength }, () => randomInt(10)).join('');
  return [text, createHash('sha224').update(`${email}${text}`).digest('hex')];
}

/** @param {string | Date | null} sentAt @param {number} maxFrequency */
function assertNotTooSoon(sentAt, maxFrequency) {
  const left = sentAt === null ? 0 : Math.floor(maxFrequency - (Date.now() - new Date(sentAt).getTime()) / 1_000);
  if (left > 0) throw new AuthError(429, 'over_email_send_rate_limit', `For security purposes, you can only request this after ${left} seconds.`);
}
