// @ts-check
// /auth/v1: @supabase/lite, and what Auth does differently on the paths that the product lives by.
import { errorAnswer } from '../auth-admin/errors.mjs';
import { withClaims } from './access-token.mjs';
import { onBehalfOf } from './client.mjs';
import { oneTimeCode, reauthenticate, recover, resend } from './mail-requests.mjs';
import { answerFactors, factorStep, withFactors } from './factors.mjs';
import { changeUser } from './own-user.mjs';
import { tellRefusal } from './refusals.mjs';
import { signIn } from './sign-in.mjs';

/** @typedef {(request: Request) => Promise<Response>} Next */

/**
 * @param {{ sql: import('postgres').Sql, service: { fetch: Next }, jwtSecret: string,
 *   passwordHook: import('./hooks.mjs').Hook | null, mailing: import('./mails.mjs').Mailing, signsUp: boolean,
 *   factors: import('./factors.mjs').FactorSettings }} options `sql`: as supabase_auth_admin; `signsUp`: whether anybody may sign up by
 *   Auth itself
 */
export function createAuth({ sql, service, jwtSecret, passwordHook, mailing, signsUp, factors }) {
  const needs = { sql, jwtSecret, mailing, signsUp };

  /** @param {Request} request @param {import('./client.mjs').Client} client @returns {Promise<Response>} */
  async function answer(request, client) {
    const next = (/** @type {Request} */ one) => onBehalfOf(client, () => service.fetch(one));
    try {
      const response = await tellRefusal(request, () => route(request, next, client));
      const signed = await withClaims(response, { sql, jwtSecret, method: methodOf(new URL(request.url)) });
      return await withFactors(signed, sql);
    } catch (error) {
      const { status, body, headers } = errorAnswer(error, request.headers.get('x-supabase-api-version') ?? undefined);
      return Response.json(body, { status, headers });
    }
  }

  /** @param {Request} request @param {Next} next @param {import('./client.mjs').Client} client */
  function route(request, next, client) {
    const url = new URL(request.url);
    const operation = `${request.method} ${url.pathname.slice('/auth/v1'.length)}`;
    if (operation === 'POST /recover') return recover(request, needs);
    if (['POST /otp', 'POST /magiclink'].includes(operation)) return oneTimeCode(request, next, needs);
    if (operation === 'POST /resend') return resend(request, next, needs);
    if (operation === 'GET /reauthenticate') return reauthenticate(request, needs);
    if (operation === 'POST /token' && url.searchParams.get('grant_type') === 'password') {
      return signIn(request, next, { sql, hook: passwordHook, client });
    }
    const step = factorStep(operation);
    if (step) return answerFactors(step, request, next, { sql, jwtSecret, siteUrl: mailing.siteUrl, factors, client });
    if (operation === 'PUT /user') return changeUser(request, next, needs);
    // Auth ends every session where no scope is named; lite ends the one.
    if (operation === 'POST /logout' && !url.searchParams.get('scope')) {
      url.searchParams.set('scope', 'global');
      return next(new Request(url, { method: 'POST', headers: request.headers }));
    }
    return next(request);
  }

  return { answer };
}

/** How a call signs somebody in. @param {URL} url */
function methodOf({ pathname, searchParams }) {
  if (searchParams.get('grant_type') === 'refresh_token') return null;
  if (pathname.includes('/factors/')) return 'totp';
  return pathname.endsWith('/verify') ? 'otp' : 'password';
}
