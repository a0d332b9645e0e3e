// @ts-check
// POST /invite: an admin makes an account that has no password, and has its address mailed (internal/api/invite.go).
import { randomUUID } from 'node:crypto';
import { findByEmail, sendCode } from '../auth/mails.mjs';
import { emailExists } from './errors.mjs';
import { getUser, normaliseEmail } from './users.mjs';
import { insertUser, setRole } from './writes.mjs';

/** @param {import('postgres').Sql} sql @param {Record<string, any>} params @param {import('../auth/mails.mjs').Mailing} mailing */
export async function inviteUser(sql, params, mailing) {
  const email = normaliseEmail(params.email);
  const known = await findByEmail(sql, email);
  if (known?.email_confirmed_at) throw emailExists();
  const id = known?.id ?? randomUUID();
  return sql.begin(async (tx) => {
    if (!known) {
      await insertUser(tx, { id, aud: 'authenticated', email, hash: '', metadata: params.data ?? {} });
      await setRole(tx, id, 'authenticated');
    }
    const [user] = await tx`select * from auth.users where id = ${id}`;
    await sendCode(tx, user, 'invite', mailing);
    await tx`update auth.users set invited_at = ${new Date()}, confirmation_sent_at = ${new Date()} where id = ${id}`;
    return getUser(tx, id);
  });
}
