// @ts-check
// Auth's error answers: three shapes, chosen by API version and by where the failure was.

export class AuthError extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {Record<string, unknown>} [details] */
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** @param {string} [message] @param {unknown} [cause] whose SQLSTATE decides what of it is told */
export function unexpectedFailure(message = 'Unexpected failure, please check server logs for more information', cause = undefined) {
  return Object.assign(new AuthError(500, 'unexpected_failure', message), { cause });
}

export const validationFailed = (/** @type {string} */ message) => new AuthError(400, 'validation_failed', message);
export const userNotFound = () => new AuthError(404, 'user_not_found', 'User not found');
export const emailExists = () =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered');

const NEW_SHAPE_SINCE = '2024-01-01';

/**
 * @param {unknown} error @param {string | undefined} apiVersion the caller's X-Supabase-Api-Version
 * @returns {{ status: number, body: unknown, headers: Record<string, string> }}
 */
export function errorAnswer(error, apiVersion) {
  if (error instanceof AuthError) {
    if (error.cause) console.error(error.cause);
    if (apiVersion && apiVersion >= NEW_SHAPE_SINCE) {
      const body = { code: error.code, message: error.message, ...error.details };
      return { status: error.status, body, headers: { 'x-supabase-api-version': NEW_SHAPE_SINCE } };
    }
    if (isPostgresError(error.cause) && toldStatus(error.cause.code)) {
      const { code, message, hint, detail } = error.cause;
      return { status: toldStatus(code), body: { code, message, hint, detail }, headers: {} };
    }
    const body = { code: error.status, error_code: error.code, msg: error.message, ...error.details };
    return { status: error.status, body, headers: {} };
  }
  console.error(error);
  return { status: 500, body: { code: 500, error_code: 'unexpected_failure', msg: 'Internal Server Error' }, headers: {} };
}

/**
 * The status of what a trigger or a hook said itself, or 0: nothing is told of any other failure of the database.
 * Callers of the newer API version are told of none.
 * @param {string} sqlstate
 */
function toldStatus(sqlstate) {
  const own = /^PT(\d{3})$/.exec(sqlstate)?.[1];
  return own ? Number(own) : TOLD.has(sqlstate) ? 500 : 0;
}

/** raise exception, and the violations of class 23. */
const TOLD = new Set(['P0001', '23000', '23001', '23502', '23503', '23505', '23514', '23P01']);

/** @param {unknown} error @returns {error is { code: string, message: string, hint?: string, detail?: string }} */
function isPostgresError(error) {
  return error instanceof Error && error.name === 'PostgresError' && 'code' in error;
}
