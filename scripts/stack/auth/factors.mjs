// @ts-check
// /factors: second factors by codes of an authenticator app (TOTP), which @supabase/lite has none of. As Auth does it
// (internal/api/mfa.go), without its limit of calls by address, and without phones and WebAuthn, which stay off.
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';
import { AuthError, validationFailed } from '../auth-admin/errors.mjs';
import { parse, withBody } from './bodies.mjs';
import { claimsOf, ownUser } from './caller.mjs';
import { askFactorHook } from './hooks.mjs';

/**
 * @typedef {import('postgres').Sql} Sql
 * @typedef {{ enroll: boolean, verify: boolean, most: number, hook: import('./hooks.mjs').Hook | null }} FactorSettings `most` that a person may have
 * @typedef {{ sql: Sql, jwtSecret: string, siteUrl: string, factors: FactorSettings, client: import('./client.mjs').Client }} Needs
 * @typedef {(request: Request) => Promise<Response>} Next
 * @typedef {{ user: any, session: { id: string, aal: string | null } }} Caller
 */

/** Of a challenge, and of a factor that was begun and never shown. */
const SECONDS = 300;
const STEP = /^(POST|DELETE) \/factors(?:\/([^/]+)(?:\/(challenge|verify))?)?$/;

/**
 * What of /factors is asked for; null: nothing of it.
 * @param {string} operation such as POST /factors/<id>/verify
 */
export function factorStep(operation) {
  const [, method, id, step] = STEP.exec(operation) ?? [];
  if (method === 'DELETE') return id && !step ? /** @type {const} */ ({ id, step: 'unenroll' }) : null;
  if (method !== 'POST' || (id && !step)) return null;
  return { id: id ?? '', step: /** @type {'enroll' | 'challenge' | 'verify'} */ (step ?? 'enroll') };
}

/** @param {NonNullable<ReturnType<typeof factorStep>>} asked @param {Request} request @param {Next} next @param {Needs} needs */
export async function answerFactors({ id, step }, request, next, needs) {
  const caller = await callerOf(request, needs);
  const body = parse(await request.text());
  if (step === 'enroll') return Response.json(await enroll(caller, body, needs));
  const factor = await findFactor(needs.sql, caller.user.id, id);
  if (step === 'unenroll') return Response.json(await unenroll(caller, factor, needs.sql));
  if (!needs.factors.verify) throw new AuthError(422, 'mfa_totp_verify_not_enabled', 'MFA verification is disabled for TOTP');
  if (step === 'challenge') return Response.json(await challenge(factor, needs));
  await verify(caller, factor, body, needs);
  return renewed(request, next, caller.session.id, needs.sql);
}

/** @param {Request} request @param {Needs} needs @returns {Promise<Caller>} */
async function callerOf(request, { sql, jwtSecret }) {
  const user = await ownUser(request, sql, jwtSecret);
  const [session] = await sql`select id, aal from auth.sessions where id = ${String(claimsOf(request, jwtSecret)?.session_id)}`;
  return { user, session: /** @type {Caller['session']} */ (session) };
}

/** @param {Sql} sql @param {string} userId @param {string} id */
async function findFactor(sql, userId, id) {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) throw new AuthError(404, 'validation_failed', 'factor_id must be an UUID');
  const [factor] = await sql`select * from auth.mfa_factors where id = ${id} and user_id = ${userId}`;
  if (!factor) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return factor;
}

/** @param {Caller} caller @param {Record<string, unknown>} body @param {Needs} needs */
async function enroll({ user, session }, body, { sql, siteUrl, factors }) {
  if (body.factor_type !== 'totp') throw notOffered(body.factor_type);
  if (!factors.enroll) throw new AuthError(422, 'mfa_totp_enroll_not_enabled', 'MFA enroll is disabled for TOTP');
  const name = String(body.friendly_name ?? '');
  await assertMayEnroll(sql, user.id, session, name, factors.most);
  const issuer = String(body.issuer || new URL(siteUrl).host);
  const totp = new TOTP({ issuer, label: user.email, secret: new Secret({ size: 20 }) });
  const id = randomUUID();
  await sql`
    insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
    values (${id}, ${user.id}, ${name}, 'totp', 'unverified', now(), now(), ${totp.secret.base32})`;
  const uri = totp.toString();
  return { id, type: 'totp', friendly_name: name, totp: { qr_code: renderSVG(uri), secret: totp.secret.base32, uri } };
}

/** @param {Sql} sql @param {string} userId @param {Caller['session']} session @param {string} name @param {number} most */
async function assertMayEnroll(sql, userId, session, name, most) {
  await sql`
    delete from auth.mfa_factors f where status <> 'verified' and created_at + ${SECONDS} * interval '1 second' < now()
      and not exists (select from auth.mfa_challenges c where c.factor_id = f.id)`;
  const kept = await sql`select friendly_name, status from auth.mfa_factors where user_id = ${userId}`;
  if (kept.some((one) => one.friendly_name === name)) {
    throw new AuthError(422, 'mfa_factor_name_conflict', `A factor with the friendly name ${JSON.stringify(name)} for this user already exists`);
  }
  if (kept.length >= most) {
    throw new AuthError(422, 'too_many_enrolled_mfa_factors', 'Maximum number of verified factors reached, unenroll to continue');
  }
  if (kept.some(({ status }) => status === 'verified') && session.aal !== 'aal2') {
    throw new AuthError(403, 'insufficient_aal', 'AAL2 required to enroll a new factor');
  }
}

/** @param {unknown} type */
function notOffered(type) {
  if (type === 'phone') return new AuthError(422, 'mfa_phone_enroll_not_enabled', 'MFA enroll is disabled for Phone');
  if (type === 'webauthn') return new AuthError(422, 'mfa_webauthn_enroll_not_enabled', 'MFA enroll is disabled for WebAuthn');
  return validationFailed('factor_type needs to be totp, phone, or webauthn');
}

/** @param {any} factor @param {Needs} needs */
async function challenge(factor, { sql, client }) {
  const id = randomUUID();
  const [{ expires }] = await sql`
    with made as (
      insert into auth.mfa_challenges (id, factor_id, created_at, ip_address) values (${id}, ${factor.id}, now(), ${addressOf(client)}) returning created_at
    ), noted as (
      update auth.mfa_factors set last_challenged_at = clock_timestamp(), updated_at = now() where id = ${factor.id}
    )
    select floor(extract(epoch from created_at))::int + ${SECONDS}::int as expires from made`;
  return { id, type: factor.factor_type, expires_at: expires };
}

/** @param {Caller} caller @param {any} factor @param {Record<string, unknown>} body @param {Needs} needs */
async function verify({ user, session }, factor, body, { sql, client, factors }) {
  const code = String(body.code ?? '');
  if (!code) throw validationFailed('Code needs to be non-empty');
  const [asked] = await sql`
    select id, verified_at is not null or ip_address <> ${addressOf(client)} as is_elsewhere, created_at + ${SECONDS} * interval '1 second' < now() as has_expired
    from auth.mfa_challenges where id::text = ${String(body.challenge_id ?? '')} and factor_id = ${factor.id}`;
  if (!asked) throw new AuthError(422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found');
  if (asked.is_elsewhere) throw new AuthError(422, 'mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.');
  if (asked.has_expired) {
    await sql`delete from auth.mfa_challenges where id = ${asked.id}`;
    throw new AuthError(422, 'mfa_challenge_expired', `MFA challenge ${asked.id} has expired, verify against another challenge or create a new challenge.`);
  }
  const valid = new TOTP({ secret: Secret.fromBase32(factor.secret) }).validate({ token: code, window: 1 }) !== null;
  if (factors.hook) await assertAllowed(sql, factors.hook, { userId: user.id, factor, valid, ip: client.ip });
  if (!valid) throw new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered');
  await sql.begin(async (tx) => {
    await tx`update auth.mfa_challenges set verified_at = now() where id = ${asked.id}`;
    await tx`update auth.mfa_factors set status = 'verified', updated_at = now() where id = ${factor.id} and status <> 'verified'`;
    await tx`update auth.sessions set aal = 'aal2', factor_id = ${factor.id} where id = ${session.id}`;
    // Lite leaves the level of a session that a password began empty.
    await tx`delete from auth.sessions where user_id = ${user.id} and coalesce(aal, 'aal1') < 'aal2'`;
    await tx`delete from auth.mfa_factors where user_id = ${user.id} and factor_type = 'totp' and status <> 'verified'`;
  });
}

/** @param {Sql} sql @param {import('./hooks.mjs').Hook} hook @param {{ userId: string, factor: any, valid: boolean, ip: string | null }} attempt */
async function assertAllowed(sql, hook, attempt) {
  const { decision, message } = await askFactorHook(sql, hook, attempt);
  if (decision !== 'reject') return;
  await sql`delete from auth.sessions where user_id = ${attempt.userId}`;
  throw new AuthError(403, 'mfa_verification_rejected', message || 'Further MFA verification attempts will be rejected.');
}

/** The session's next tokens, as lite makes them. @param {Request} request @param {Next} next @param {string} sessionId @param {Sql} sql */
async function renewed(request, next, sessionId, sql) {
  const [{ token }] = await sql`select token from auth.refresh_tokens where session_id = ${sessionId} and not revoked order by id desc limit 1`;
  const url = new URL('/auth/v1/token?grant_type=refresh_token', request.url);
  const headers = { 'content-type': 'application/json', apikey: request.headers.get('apikey') ?? '' };
  return next(new Request(url, { method: 'POST', headers, body: JSON.stringify({ refresh_token: token }) }));
}

/** @param {Caller} caller @param {any} factor @param {Sql} sql */
async function unenroll({ session }, factor, sql) {
  if (factor.status === 'verified' && session.aal !== 'aal2') {
    throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
  }
  await sql.begin(async (tx) => {
    await tx`
      delete from auth.mfa_amr_claims where authentication_method = 'totp' and session_id in (select id from auth.sessions where factor_id = ${factor.id})`;
    await tx`update auth.sessions set aal = 'aal1', factor_id = null where factor_id = ${factor.id}`;
    await tx`delete from auth.mfa_factors where id = ${factor.id}`;
  });
  return { id: factor.id };
}

/**
 * An answer with an account in it, which says what factors it has.
 * @param {Response} response @param {Sql} sql
 */
export async function withFactors(response, sql) {
  const answer = response.ok ? await response.clone().json().catch(() => null) : null;
  const user = answer?.user ?? answer;
  if (typeof user?.id !== 'string' || !('email' in user)) return response;
  const factors = await sql`
    select id, created_at, updated_at, status, nullif(friendly_name, '') as friendly_name, factor_type, phone, last_challenged_at
    from auth.mfa_factors where user_id = ${user.id} order by created_at`;
  if (factors.length === 0) return response;
  user.factors = factors;
  return withBody(response, answer);
}

const addressOf = (/** @type {import('./client.mjs').Client} */ client) => client.ip ?? '127.0.0.1';
