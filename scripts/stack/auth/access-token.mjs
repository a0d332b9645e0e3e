// @ts-check
// What an access token says beside its person and session: how they signed in, how sure that makes, and their metadata
// as Auth has it at the moment. @supabase/lite leaves all of it out.
import { randomUUID } from 'node:crypto';
import { readToken, signToken } from '../tokens.mjs';
import { withBody } from './bodies.mjs';

/**
 * @param {Response} response of a call that may have answered with a session
 * @param {{ sql: import('postgres').Sql, jwtSecret: string, method: string | null }} options `method`: null at a refresh, which keeps that of the sign-in
 */
export async function withClaims(response, { sql, jwtSecret, method }) {
  const answer = response.ok ? await response.clone().json().catch(() => null) : null;
  const claims = typeof answer?.access_token === 'string' ? readToken(answer.access_token, jwtSecret) : null;
  if (!claims) return response;
  const session = String(claims.session_id);
  if (method) await recordMethod(sql, session, method);
  const token = signToken({ ...claims, ...(await claimsOf(sql, session)) }, jwtSecret);
  return withBody(response, { ...answer, access_token: token });
}

/** @param {import('postgres').Sql} sql @param {string} session @param {string} method */
async function recordMethod(sql, session, method) {
  await sql`
    insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
    values (${randomUUID()}, ${session}, ${method}, now(), now())
    on conflict (session_id, authentication_method) do update set updated_at = now()`;
}

/** @param {import('postgres').Sql} sql @param {string} session */
async function claimsOf(sql, session) {
  const [claims] = await sql`
    select coalesce(u.phone, '') as phone, u.raw_app_meta_data as app_metadata, u.raw_user_meta_data as user_metadata,
      coalesce(u.is_anonymous, false) as is_anonymous, coalesce(s.aal::text, 'aal1') as aal, (
        select coalesce(jsonb_agg(jsonb_build_object('method', m.authentication_method, 'timestamp', extract(epoch from m.updated_at)::bigint) order by m.updated_at desc), '[]')
        from auth.mfa_amr_claims m where m.session_id = s.id
      ) as amr
    from auth.sessions s join auth.users u on u.id = s.user_id where s.id = ${session}`;
  return claims;
}
