// @ts-check
// The users of Auth, read and changed as its admin API does. Everything happens as
// supabase_auth_admin, so the project's triggers on auth.users meet the same role as when hosted.
import { randomBytes, randomUUID } from 'node:crypto';
import { emailExists, userNotFound, validationFailed } from './errors.mjs';
import { assertNotTooLong, assertStrong, hashPassword } from './passwords.mjs';

/**
 * @typedef {import('postgres').Sql} Pool
 * @typedef {import('postgres').ISql<{}>} Sql a pool or a transaction
 * @typedef {Record<string, any>} Params the parsed body of a request
 */

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @param {unknown} email */
function normaliseEmail(email) {
  if (typeof email !== 'string' || !EMAIL.test(email) || email.length > 255) {
    throw validationFailed('Unable to validate email address: invalid format');
  }
  return email.toLowerCase();
}

/** @param {Record<string, any> | null} kept @param {Record<string, any>} change */
function mergeMetadata(kept, change) {
  const merged = { ...kept, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** @param {Sql} sql @param {string} id @returns {Promise<any>} */
export async function getUser(sql, id) {
  const [user] = await sql`select * from auth.users where id = ${id} and deleted_at is null`;
  if (!user) throw userNotFound();
  const identities = await sql`select * from auth.identities where user_id = ${id} order by created_at`;
  return present(user, identities);
}

/** @param {Sql} sql @param {number} page @param {number} perPage */
export async function listUsers(sql, page, perPage) {
  const [{ total }] = await sql`select count(*)::int as total from auth.users where deleted_at is null`;
  const users = await sql`
    select u.*, (select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at), '[]') from auth.identities i where i.user_id = u.id) as identities
    from auth.users u where deleted_at is null
    order by created_at desc limit ${perPage} offset ${(page - 1) * perPage}`;
  return { total, users: users.map(({ identities, ...user }) => present(user, identities)) };
}

/** @param {Pool} sql @param {Params} params */
export async function createUser(sql, params) {
  if (!params.email) throw validationFailed('Cannot create a user without either an email or phone');
  if (params.password && params.password_hash) throw validationFailed('Only a password or a password hash should be provided');
  const email = normaliseEmail(params.email);
  if (params.password) assertNotTooLong(params.password);
  const id = params.id ?? randomUUID();
  return sql.begin(async (tx) => {
    const [taken] = await tx`select from auth.users where email = ${email} and not is_sso_user`;
    if (taken) throw emailExists();
    const hash = params.password_hash || (await hashPassword(tx, params.password || randomBytes(24).toString('base64url')));
    const app = mergeMetadata({ provider: 'email', providers: ['email'] }, params.app_metadata ?? {});
    const metadata = { ...(params.user_metadata ?? {}), ...(params.email_confirm ? { email_verified: true } : {}) };
    await tx`
      insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, banned_until)
      values (${id}, ${params.aud || 'authenticated'}, ${params.role || 'authenticated'}, ${email}, ${hash},
        ${params.email_confirm ? tx`now()` : null}, ${tx.json(app)}, ${tx.json(mergeMetadata({}, metadata))}, ${banOf(tx, params) ?? null})`;
    await insertIdentity(tx, id, email, Boolean(params.email_confirm));
    await writeLog(tx, 'user_signedup', id, email);
    return getUser(tx, id);
  });
}

/** @param {Sql} tx @param {string} id @param {string} email @param {boolean} verified */
async function insertIdentity(tx, id, email, verified) {
  await tx`
    insert into auth.identities (id, provider, provider_id, user_id, identity_data)
    values (${randomUUID()}, 'email', ${id}, ${id}, ${tx.json({ sub: id, email, email_verified: verified, phone_verified: false })})`;
}

/** @param {Pool} sql @param {string} id @param {Params} params @param {number} minimumPasswordLength */
export async function updateUser(sql, id, params, minimumPasswordLength) {
  if (params.password) {
    assertNotTooLong(params.password);
    assertStrong(params.password, minimumPasswordLength);
  }
  return sql.begin(async (tx) => {
    const [user] = await tx`select * from auth.users where id = ${id} and deleted_at is null for update`;
    if (!user) throw userNotFound();
    const email = params.email ? await freeEmail(tx, id, params.email) : null;
    // The address by a statement of its own, after the others, as in Auth.
    for (const changes of await changesOf(tx, user, params, email)) {
      if (Object.keys(changes).length > 0) await tx`update auth.users set ${tx({ ...changes, updated_at: new Date() })} where id = ${id}`;
    }
    if (email) await changeIdentity(tx, id, email);
    if (params.password) await endSessions(tx, id);
    await writeLog(tx, 'user_modified', id, email ?? user.email);
    return getUser(tx, id);
  });
}

/** @param {Sql} tx @param {string} id @param {unknown} wanted */
async function freeEmail(tx, id, wanted) {
  const email = normaliseEmail(wanted);
  const [taken] = await tx`select from auth.users where lower(email) = ${email} and id <> ${id} and not is_sso_user`;
  if (taken) throw emailExists();
  return email;
}

/**
 * The confirmation and the password, then the address and the rest.
 * @param {Sql} tx @param {any} user @param {Params} params @param {string | null} email @returns {Promise<Record<string, any>[]>}
 */
async function changesOf(tx, user, params, email) {
  const confirmed = params.email_confirm === true;
  const confirmation = confirmed ? { confirmation_token: null, email_confirmed_at: user.email_confirmed_at ?? new Date() } : {};
  const password = params.password ? {
    encrypted_password: await hashPassword(tx, params.password),
    confirmation_token: null, recovery_token: null, reauthentication_token: null,
    email_change_token_new: null, email_change_token_current: null, phone_change_token: null,
  } : {};
  /** @type {Record<string, any>} */
  const rest = {};
  if (params.role) rest.role = String(params.role).trim();
  if (email) rest.email = email;
  const metadata = { ...(params.user_metadata ?? {}), ...(confirmed ? { email_verified: true } : {}) };
  if (Object.keys(metadata).length > 0) rest.raw_user_meta_data = tx.json(mergeMetadata(user.raw_user_meta_data, metadata));
  if (params.app_metadata) rest.raw_app_meta_data = tx.json(mergeMetadata(user.raw_app_meta_data, params.app_metadata));
  const ban = banOf(tx, params);
  if (ban !== undefined) rest.banned_until = ban;
  return [{ ...confirmation, ...password }, rest];
}

/** @param {Sql} tx @param {string} id @param {string} email */
async function changeIdentity(tx, id, email) {
  await tx`
    update auth.identities set identity_data = identity_data || ${tx.json({ email })}, updated_at = now()
    where user_id = ${id} and provider = 'email'`;
}

/** @param {Sql} tx @param {string} id */
async function endSessions(tx, id) {
  await tx`delete from auth.sessions where user_id = ${id}`;
  await tx`delete from auth.refresh_tokens where user_id = ${id}`;
  await tx`delete from auth.flow_state where user_id = ${id}`;
}

/** @param {Pool} sql @param {string} id @param {boolean} soft */
export async function deleteUser(sql, id, soft) {
  await sql.begin(async (tx) => {
    const [user] = await tx`select email from auth.users where id = ${id} and deleted_at is null for update`;
    if (!user) throw userNotFound();
    await endSessions(tx, id);
    if (soft) {
      const gone = `${id}@deleted.invalid`;
      await tx`delete from auth.identities where user_id = ${id}`;
      await tx`
        update auth.users set deleted_at = now(), email = ${gone}, encrypted_password = '', phone = null,
          raw_user_meta_data = '{}', raw_app_meta_data = '{}' where id = ${id}`;
    } else {
      await tx`delete from auth.users where id = ${id}`;
    }
    await writeLog(tx, 'user_deleted', id, user.email);
  });
}

/** undefined: not asked for; null: no ban. @param {Sql} tx @param {Params} params */
function banOf(tx, params) {
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
function present(user, identities) {
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
    is_anonymous: user.is_anonymous,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null && value !== undefined));
}

