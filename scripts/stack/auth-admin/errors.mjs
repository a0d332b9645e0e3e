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
    if (apiVersion && apiVersion >= NEW_SHAPE_SINCE) {
      const body = { code: error.code, message: error.message, ...error.details };
      return { status: error.status, body, headers: { 'x-supabase-api-version': NEW_SHAPE_SINCE } };
    }
    const body = { code: error.status, error_code: error.code, msg: error.message, ...error.details };
    return { status: error.status, body, headers: {} };
  }
  if (isPostgresError(error)) {
    // A trigger's exception passes through as the database said it, never as a 4xx.
    return { status: 500, body: { code: error.code, message: error.message }, headers: {} };
  }
  console.error(error);
  return { status: 500, body: { code: 500, error_code: 'unexpected_failure', msg: 'Internal Server Error' }, headers: {} };
}

/** @param {unknown} error @returns {error is { code: string, message: string }} */
function isPostgresError(error) {
  return error instanceof Error && error.name === 'PostgresError' && 'code' in error;
}
