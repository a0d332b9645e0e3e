// @ts-check
// What Auth writes about an account, each as the statement of its own that Auth makes of it: triggers see them one by
// one. Its times are its own clock's, not the transaction's.
import { randomUUID } from 'node:crypto';

/** @typedef {import('postgres').ISql<{}>} Sql a transaction */

/** @param {Sql} tx @param {{ id: string, aud: string, email: string, hash: string, metadata: Record<string, any> }} user */
export async function insertUser(tx, { id, aud, email, hash, metadata }) {
  await tx`
    insert into auth.users (id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data)
    values (${id}, ${aud}, '', ${email}, ${hash}, ${tx.json({ provider: 'email', providers: ['email'] })}, ${tx.json(metadata)})`;
  await insertIdentity(tx, id, email, false);
}

/** @param {Sql} tx @param {string} id @param {string} email @param {boolean} verified */
async function insertIdentity(tx, id, email, verified) {
  await tx`
    insert into auth.identities (id, provider, provider_id, user_id, identity_data)
    values (${randomUUID()}, 'email', ${id}, ${id}, ${tx.json({ sub: id, email, email_verified: verified, phone_verified: false })})`;
}

/** @param {Sql} tx @param {string} id @param {string} role */
export async function setRole(tx, id, role) {
  await update(tx, id, { role });
}

/** Also of an account that is confirmed already: its time is written anew. @param {Sql} tx @param {string} id */
export async function confirm(tx, id) {
  await update(tx, id, { confirmation_token: null, email_confirmed_at: new Date() });
  await mergeMetadata(tx, id, 'raw_user_meta_data', { email_verified: true });
}

/** @param {Sql} tx @param {string} id @param {string} hash */
export async function setPassword(tx, id, hash) {
  await update(tx, id, {
    encrypted_password: hash,
    confirmation_token: null, confirmation_sent_at: null, recovery_token: null, recovery_sent_at: null,
    email_change_token_current: null, email_change_token_new: null, email_change_sent_at: null,
    phone_change_token: null, phone_change_sent_at: null, reauthentication_token: null, reauthentication_sent_at: null,
  });
  await endSessions(tx, id);
}

/** @param {Sql} tx @param {string} id @param {string} email @param {boolean} verified */
export async function setEmail(tx, id, email, verified) {
  const { count } = await tx`
    update auth.identities set identity_data = identity_data || ${tx.json({ email, email_verified: verified })}, updated_at = now()
    where user_id = ${id} and provider = 'email'`;
  if (count === 0) await insertIdentity(tx, id, email, verified);
  await update(tx, id, { email });
}

/** null takes a key away. @param {Sql} tx @param {string} id @param {'raw_user_meta_data' | 'raw_app_meta_data'} column @param {Record<string, any>} change */
export async function mergeMetadata(tx, id, column, change) {
  const removed = Object.keys(change).filter((key) => change[key] === null);
  await tx`
    update auth.users set ${tx(column)} = (coalesce(${tx(column)}, '{}') || ${tx.json(change)}) - ${removed}::text[], updated_at = now()
    where id = ${id}`;
}

/** It ends no session. @param {Sql} tx @param {string} id @param {Date | null} until */
export async function ban(tx, id, until) {
  await update(tx, id, { banned_until: until });
}

/** @param {Sql} tx @param {string} id */
async function endSessions(tx, id) {
  await tx`delete from auth.sessions where user_id = ${id}`;
  await tx`delete from auth.refresh_tokens where user_id = ${id}`;
  await tx`delete from auth.flow_state where user_id = ${id}`;
}

/** The account stays without what tells whose it was: digests stand for its address. @param {Sql} tx @param {any} user */
export async function softDelete(tx, { id, email, phone }) {
  const digest = (/** @type {string | null} */ value) => (value ? tx`rtrim(translate(encode(sha256(${id + value}::bytea), 'base64'), '+/', '-_'), '=')` : null);
  await tx`
    update auth.users set email = ${digest(email)}, phone = left(${digest(phone)}, 15), encrypted_password = null, confirmation_token = null,
      recovery_token = null, email_change_token_current = null, email_change_token_new = null, phone_change_token = null, deleted_at = ${new Date()}
    where id = ${id}`;
  await update(tx, id, { raw_user_meta_data: tx.json({}) });
  await update(tx, id, { raw_app_meta_data: tx.json({}) });
  await tx`
    update auth.identities set identity_data = '{}', provider_id = rtrim(translate(encode(sha256((user_id || provider_id)::bytea), 'base64'), '+/', '-_'), '=')
    where user_id = ${id}`;
  await endSessions(tx, id);
}

/** @param {Sql} tx @param {string} id @param {Record<string, any>} changes */
async function update(tx, id, changes) {
  await tx`update auth.users set ${tx({ ...changes, updated_at: new Date() })} where id = ${id}`;
}
