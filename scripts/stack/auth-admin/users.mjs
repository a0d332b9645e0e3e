// @ts-check
// The users of Auth, read and changed as its admin API does. Everything happens as
// supabase_auth_admin, so the project's triggers on auth.users meet the same role as when hosted.
import { randomBytes, randomUUID } from 'node:crypto';
import { AuthError, emailExists, unexpectedFailure, userNotFound, validationFailed } from './errors.mjs';
import { assertNotTooLong, assertStrong, hashPassword } from './passwords.mjs';
import { ban, confirm, insertUser, mergeMetadata, setEmail, setPassword, setRole, softDelete } from './writes.mjs';

/**
 * @typedef {import('postgres').Sql} Pool
 * @typedef {import('postgres').ISql<{}>} Sql a pool or a transaction
 * @typedef {Record<string, any>} Params the parsed body of a request
 */

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @param {unknown} email */
export function normaliseEmail(email) {
  if (typeof email !== 'string' || !EMAIL.test(email) || email.length > 255) {
    throw validationFailed('Unable to validate email address: invalid format');
  }
  return email.toLowerCase();
}

/** Also one that is deleted and kept. @param {Sql} sql @param {string} id @returns {Promise<any>} */
export async function getUser(sql, id) {
  const [user] = await sql`select * from auth.users where id = ${id}`;
  if (!user) throw userNotFound();
  const identities = await sql`select * from auth.identities where user_id = ${id} order by created_at`;
  return present(user, identities);
}

/** @param {Sql} sql @param {number} page @param {number} perPage */
export async function listUsers(sql, page, perPage) {
  const [{ total }] = await sql`select count(*)::int as total from auth.users`;
  const users = await sql`
    select u.*, (select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at), '[]') from auth.identities i where i.user_id = u.id) as identities
    from auth.users u
    order by created_at desc limit ${perPage} offset ${(page - 1) * perPage}`;
  return { total, users: users.map(({ identities, ...user }) => present(user, identities)) };
}

/** @param {Pool} sql @param {Params} params */
export async function createUser(sql, params) {
  if (!params.email) throw validationFailed('Cannot create a user without either an email or phone');
  if (params.password && params.password_hash) throw validationFailed('Only a password or a password hash should be provided');
  const email = normaliseEmail(params.email);
  if (params.password) assertNotTooLong(params.password);
  const until = banOf(params);
  const id = params.id ?? randomUUID();
  return inTransaction(sql, 'Database error creating new user', async (tx) => {
    await assertFree(tx, email);
    const hash = params.password_hash || (await hashPassword(tx, params.password || randomBytes(24).toString('base64url')));
    await insertUser(tx, { id, aud: params.aud || 'authenticated', email, hash, metadata: params.user_metadata ?? {} });
    await writeLog(tx, 'user_signedup', id, email);
    await setRole(tx, id, params.role || 'authenticated');
    if (params.app_metadata) await mergeMetadata(tx, id, 'raw_app_meta_data', params.app_metadata);
    if (params.email_confirm) await confirm(tx, id);
    if (until !== undefined) await ban(tx, id, until);
    return getUser(tx, id);
  });
}

/** @param {Pool} sql @param {string} id @param {Params} params @param {number} minimumPasswordLength */
export async function updateUser(sql, id, params, minimumPasswordLength) {
  const email = params.email ? normaliseEmail(params.email) : null;
  const until = banOf(params);
  if (params.password) {
    assertNotTooLong(params.password);
    assertStrong(params.password, minimumPasswordLength);
  }
  return inTransaction(sql, 'Error updating user', async (tx) => {
    const [user] = await tx`select * from auth.users where id = ${id} for update`;
    if (!user) throw userNotFound();
    if (email) await assertFree(tx, email, id);
    if (params.role) await setRole(tx, id, String(params.role).trim());
    if (params.email_confirm) await confirm(tx, id);
    if (params.password) await setPassword(tx, id, await hashPassword(tx, params.password));
    if (email) await setEmail(tx, id, email, params.email_confirm === true);
    if (params.app_metadata) await mergeMetadata(tx, id, 'raw_app_meta_data', params.app_metadata);
    if (params.user_metadata) await mergeMetadata(tx, id, 'raw_user_meta_data', params.user_metadata);
    if (until !== undefined) await ban(tx, id, until);
    await writeLog(tx, 'user_modified', id, email ?? user.email);
    return getUser(tx, id);
  });
}

/** @param {Sql} tx @param {string} email @param {string} [id] whose it may be */
async function assertFree(tx, email, id) {
  const [taken] = await tx`select from auth.users where lower(email) = ${email} and id is distinct from ${id ?? null}::uuid and not is_sso_user`;
  if (taken) throw emailExists();
}

/** @param {Pool} sql @param {string} id @param {boolean} soft */
export async function deleteUser(sql, id, soft) {
  await inTransaction(sql, 'Database error deleting user', async (tx) => {
    const [user] = await tx`select id, email, phone, deleted_at from auth.users where id = ${id} for update`;
    if (!user) throw userNotFound();
    await writeLog(tx, 'user_deleted', id, user.email);
    if (!soft) await tx`delete from auth.users where id = ${id}`;
    else if (!user.deleted_at) await softDelete(tx, user);
  });
}

/**
 * What the database refuses is a failure with these words, or with what it said itself; what it refuses at the commit, a
 * deferred trigger's exception for example, is one of which Auth tells nothing.
 * @template T @param {Pool} sql @param {string} words @param {(tx: import('postgres').TransactionSql) => Promise<T>} work
 */
async function inTransaction(sql, words, work) {
  let isWritten = false;
  try {
    return await sql.begin(async (tx) => {
      const result = await work(tx);
      isWritten = true;
      return result;
    });
  } catch (error) {
    if (error instanceof AuthError) throw error;
    if (!isWritten) throw unexpectedFailure(words, error);
    console.error(error);
    throw unexpectedFailure();
  }
}

/** undefined: not asked for; null: no ban. @param {Params} params */
function banOf(params) {
  if (params.ban_duration === undefined) return undefined;
  if (params.ban_duration === 'none') return null;
  const parts = [...String(params.ban_duration).matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (parts.length === 0) throw validationFailed(`invalid format for ban duration: time: invalid duration "${params.ban_duration}"`);
  const unit = { h: 3600, m: 60, s: 1 };
  const seconds = parts.reduce((sum, [, n, u]) => sum + Number(n) * unit[/** @type {'h'} */ (u)], 0);
  return new Date(Date.now() + seconds * 1000);
}

/** @param {Sql} tx @param {string} action @param {string} id @param {string} email */
async function writeLog(tx, action, id, email) {
  const payload = { action, actor_username: 'service_role', log_type: 'team', traits: { user_id: id, user_email: email } };
  await tx`insert into auth.audit_log_entries (id, payload) values (${randomUUID()}, ${tx.json(payload)})`;
}

/** A user as the API shows it: no password, no tokens. @param {any} user @param {readonly any[]} identities */
export function present(user, identities) {
  const shown = {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    email_confirmed_at: user.email_confirmed_at,
    phone: user.phone ?? '',
    confirmation_sent_at: user.confirmation_sent_at,
    confirmed_at: user.confirmed_at,
    recovery_sent_at: user.recovery_sent_at,
    new_email: user.email_change || undefined,
    invited_at: user.invited_at,
    last_sign_in_at: user.last_sign_in_at,
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: identities.map(({ id, provider_id, ...identity }) => ({ identity_id: id, id: provider_id, ...identity })),
    created_at: user.created_at,
    updated_at: user.updated_at,
    banned_until: user.banned_until,
    deleted_at: user.deleted_at,
    is_anonymous: user.is_anonymous,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null && value !== undefined));
}

