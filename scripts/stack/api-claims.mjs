// @ts-check
// Whose request it is, for the Data API: PostgREST trusts a signed token until it expires and asks
// no table about it. @supabase/lite looks the person and the session up instead, and treats a token
// without a session as anon; policies that depend on the difference would pass here and fail hosted.
import { readToken } from './tokens.mjs';

/** @param {string} jwtSecret */
export function claimsMiddleware(jwtSecret) {
  return async (/** @type {any} */ context, /** @type {() => Promise<void>} */ next) => {
    const token = context.req.header('Authorization')?.match(/^Bearer\s+(\S+)$/i)?.[1];
    if (!token || token.startsWith('sb_')) return next();
    const claims = readToken(token, jwtSecret);
    if (!claims) {
      const message = isExpired(token) ? 'JWT expired' : 'JWSError JWSInvalidSignature';
      const code = isExpired(token) ? 'PGRST303' : 'PGRST301';
      const headers = { 'WWW-Authenticate': `Bearer error="invalid_token", error_description="${message}"`, 'Access-Control-Allow-Origin': '*' };
      return context.json({ code, details: null, hint: null, message }, 401, headers);
    }
    context.set('jwt', claims);
    if (claims.sub) {
      context.set('userId', claims.sub);
      // Any value: it stands for "already looked up".
      context.set('sessionId', claims.session_id ?? 'none');
    } else {
      context.set('ignoreAuthorization', true);
    }
    return next();
  };
}

/** @param {string} token */
function isExpired(token) {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    return typeof exp === 'number' && exp * 1000 < Date.now();
  } catch {
    return false;
  }
}
