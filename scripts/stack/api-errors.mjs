// @ts-check
// Database errors as PostgREST answers them. @supabase/lite knows the common codes and turns every
// other one into a 500 without its SQLSTATE; then the code and the status are put right here.
// The table: https://docs.postgrest.org/en/v12/references/errors.html#status-codes
import { AsyncLocalStorage } from 'node:async_hooks';

/** @typedef {{ code: string, message: string, detail?: string, hint?: string }} DatabaseError */

/** @type {AsyncLocalStorage<{ error?: DatabaseError }>} */
const current = new AsyncLocalStorage();

const BY_CODE = new Map([
  ['23503', 409], ['23505', 409], ['25006', 405], ['53400', 500], ['42883', 404], ['42P01', 404], ['42P17', 500], ['P0001', 400],
]);
const BY_CLASS = new Map([
  ['08', 503], ['09', 500], ['0L', 403], ['0P', 403], ['23', 400], ['25', 500], ['28', 403], ['2D', 500],
  ['38', 500], ['39', 500], ['3B', 500], ['40', 500], ['53', 503], ['54', 500], ['55', 500], ['57', 500],
  ['58', 500], ['F0', 500], ['HV', 500], ['P0', 500], ['XX', 500],
]);

/** @param {string} code a SQLSTATE */
export function statusOf(code) {
  return BY_CODE.get(code) ?? BY_CLASS.get(code.slice(0, 2)) ?? 400;
}

/** Remembers what the database said during a request. @param {{ withContext: (...args: any[]) => Promise<any> }} connection */
export function watchErrors(connection) {
  const original = connection.withContext.bind(connection);
  connection.withContext = async (...args) => {
    try {
      return await original(...args);
    } catch (error) {
      const holder = current.getStore();
      if (holder && error instanceof Error && 'severity' in error) {
        holder.error = /** @type {DatabaseError} */ (/** @type {unknown} */ (error));
      }
      throw error;
    }
  };
}

/** @param {Request} request @param {(request: Request) => Promise<Response>} next @returns {Promise<Response>} */
export async function withDatabaseErrors(request, next) {
  /** @type {{ error?: DatabaseError }} */
  const holder = {};
  const response = await current.run(holder, () => next(request));
  if (response.status !== 500 || !holder.error) return response;
  const { code, message, detail, hint } = holder.error;
  const body = { code, details: detail ?? null, hint: hint ?? null, message };
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  headers.set('content-type', 'application/json; charset=utf-8');
  return new Response(JSON.stringify(body), { status: statusOf(code), headers });
}
