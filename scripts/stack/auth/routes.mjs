// @ts-check
// /auth/v1: @supabase/lite, and what Auth does differently on the paths that the product lives by.
import { errorAnswer, unexpectedFailure } from '../auth-admin/errors.mjs';
import { withClaims } from './access-token.mjs';
import { onBehalfOf } from './client.mjs';
import { changeUser } from './own-user.mjs';
import { signIn } from './sign-in.mjs';
import { answerRepeatedSignUp, resendConfirmation } from './sign-up.mjs';

/** @typedef {(request: Request) => Promise<Response>} Next */

/**
 * @param {{ sql: import('postgres').Sql, service: { fetch: Next }, jwtSecret: string,
 *   passwordHook: import('./hooks.mjs').Hook | null, maxFrequency: number }} options `sql`: as supabase_auth_admin
 */
export function createAuth({ sql, service, jwtSecret, passwordHook, maxFrequency }) {
  /** @param {Request} request @param {import('./client.mjs').Client} client @returns {Promise<Response>} */
  async function answer(request, client) {
    const next = (/** @type {Request} */ one) => onBehalfOf(client, () => service.fetch(one));
    try {
      const response = await route(request, next, client);
      await assertNoFailure(response, new URL(request.url));
      return await withClaims(response, { sql, jwtSecret, method: methodOf(new URL(request.url)) });
    } catch (error) {
      const { status, body, headers } = errorAnswer(error, request.headers.get('x-supabase-api-version') ?? undefined);
      return Response.json(body, { status, headers });
    }
  }

  /** @param {Request} request @param {Next} next @param {import('./client.mjs').Client} client */
  function route(request, next, client) {
    const url = new URL(request.url);
    const operation = `${request.method} ${url.pathname.slice('/auth/v1'.length)}`;
    if (operation === 'POST /signup') return answerRepeatedSignUp(request, next, { sql, maxFrequency });
    if (operation === 'POST /resend') return resendConfirmation(request, next, { sql, maxFrequency });
    if (operation === 'POST /token' && url.searchParams.get('grant_type') === 'password') {
      return signIn(request, next, { sql, hook: passwordHook, client });
    }
    if (operation === 'PUT /user') return changeUser(request, next, { sql, jwtSecret });
    // Auth ends every session where no scope is named; lite ends the one.
    if (operation === 'POST /logout' && !url.searchParams.get('scope')) {
      url.searchParams.set('scope', 'global');
      return next(new Request(url, { method: 'POST', headers: request.headers }));
    }
    return next(request);
  }

  return { answer };
}

/**
 * What the database refused, a trigger's exception included, in Auth's words. @supabase/lite has one answer for all of
 * it, so that a caller of the older API version is told no SQLSTATE here.
 * @param {Response} response @param {URL} url
 */
async function assertNoFailure(response, { pathname }) {
  if (response.status !== 500) return;
  const body = await response.clone().json().catch(() => ({}));
  if (body.error !== 'server_error') return;
  throw unexpectedFailure(
    pathname.endsWith('/signup') ? 'Database error saving new user' : 'Unexpected failure, please check server logs for more information',
  );
}

/** How a call signs somebody in. @param {URL} url */
function methodOf({ pathname, searchParams }) {
  if (searchParams.get('grant_type') === 'refresh_token') return null;
  return pathname.endsWith('/verify') ? 'otp' : 'password';
}
