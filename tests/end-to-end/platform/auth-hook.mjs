// @ts-check
// What Supabase Auth asks its hook "Send Email" for, signed by the library of those who wrote Standard Webhooks.

import { createHash, randomInt, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { environment } from './environment.mjs';
import { callFunction } from './functions.mjs';

/** A payload of Auth's: internal/api/mail.go and internal/models/user.go of supabase/auth.
 * @param {string} type @param {{ id: string, email: string }} person @param {{ newEmail?: string, metadata?: object }} [more] */
export function authMail(type, { id, email }, { newEmail, metadata = {} } = {}) {
  const now = new Date().toISOString();
  const isNotice = type.endsWith('_notification');
  const token = isNotice ? '' : String(randomInt(1e9, 9e9));
  return {
    metadata: { uuid: randomUUID(), time: now, name: 'send-email', ip_address: '203.0.113.9' },
    user: {
      id, aud: 'authenticated', role: 'authenticated', email, phone: '', ...(newEmail && { new_email: newEmail }),
      email_confirmed_at: now, confirmed_at: now, last_sign_in_at: now,
      app_metadata: { provider: 'email', providers: ['email'] }, user_metadata: { email_verified: true, ...metadata }, identities: [],
      created_at: now, updated_at: now, is_anonymous: false,
    },
    email_data: {
      token, token_hash: isNotice ? '' : createHash('sha224').update(`${newEmail ?? email}${token}`).digest('hex'),
      redirect_to: `${environment.siteUrl}/`, email_action_type: type, site_url: `${environment.url}/auth/v1`,
      token_new: newEmail ? String(randomInt(1e9, 9e9)) : '', token_hash_new: newEmail ? createHash('sha224').update(email).digest('hex') : '',
      old_email: '', old_phone: '', provider: isNotice ? 'google' : '', factor_type: isNotice ? 'totp' : '',
    },
  };
}

/** @param {string} body @param {{ secrets?: string[], id?: string, at?: number }} [signed] `at` in milliseconds */
export function signaturesOf(body, { secrets = environment.sendEmailSecrets, id = randomUUID(), at = Date.now() } = {}) {
  const signatures = secrets.map((secret) => new Webhook(secret.replace('v1,', '')).sign(id, new Date(at), body));
  return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)), 'webhook-signature': signatures.join(', ') };
}

/** What the function answers: its status, and its code or body. @param {object} mail @param {Parameters<typeof signaturesOf>[1]} [signed] */
export async function ask(mail, signed) {
  const body = JSON.stringify(mail);
  const answer = await callFunction('auth-send-email', { headers: signaturesOf(body, signed), body });
  const text = await answer.text();
  return `${answer.status} ${JSON.parse(text).code ?? text}`;
}
