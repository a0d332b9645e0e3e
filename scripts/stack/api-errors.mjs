// @ts-check
// Database errors as PostgREST answers them. @supabase/lite knows the common codes, some with another
// status, and turns every other one into a 500 without its SQLSTATE.
// The table: https://docs.postgrest.org/en/stable/references/errors.html#status-codes

/** @typedef {{ code: string, message: string, detail?: string, hint?: string }} DatabaseError */

// Where the server ends under a request, PostgREST's table names only the first of 57P01 to 57P03.
const BY_CODE = new Map([
  ['21000', 500], ['23503', 409], ['23505', 409], ['25006', 405], ['53400', 500], ['57P01', 503], ['57P02', 503], ['57P03', 503],
  ['42883', 404], ['42P01', 404], ['42P17', 500], ['P0001', 400],
]);
const BY_CLASS = new Map([
  ['08', 503], ['09', 500], ['0L', 403], ['0P', 403], ['25', 500], ['28', 403], ['2D', 500],
  ['38', 500], ['39', 500], ['3B', 500], ['40', 500], ['53', 503], ['54', 500], ['55', 500], ['57', 500],
  ['58', 500], ['F0', 500], ['HV', 500], ['P0', 500], ['XX', 500],
]);

/** @param {DatabaseError} error @param {{ isPerson: boolean }} caller */
export function statusOf({ code, message }, { isPerson }) {
  if (code === '42501') return isPerson ? 403 : 401;
  if (code === '21000' && message.endsWith('requires a WHERE clause')) return 400;
  const chosen = /^PT([2-5]\d\d)$/.exec(code)?.[1];
  if (chosen) return Number(chosen);
  return BY_CODE.get(code) ?? BY_CLASS.get(code.slice(0, 2)) ?? (code.startsWith('PT') ? 500 : 400);
}

/** Null for what the database did not say, and for what lite words better. @param {any} error @param {{ isPerson: boolean }} caller */
export function databaseErrorAnswer(error, caller) {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return null;
  const refused = /** @type {DatabaseError} */ (/** @type {unknown} */ (error));
  // A whole answer in a raise; a column that lite's own statement named without its table.
  if (refused.code === 'PGRST' || refused.code === '42703') return null;
  const { code, message, detail, hint } = refused;
  return Response.json({ code, details: detail ?? null, hint: hint ?? null, message }, { status: statusOf(refused, caller) });
}
