// @ts-check
// Database errors as PostgREST answers them. @supabase/lite knows the common codes, some with another
// status, and turns every other one into a 500 without its SQLSTATE.
// The table: https://docs.postgrest.org/en/stable/references/errors.html#status-codes

import { unavailable } from './services-socket.mjs';

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

/** What the driver and the system call a connection that there is none of, or no longer. */
const NO_CONNECTION = /^(CONNECT_TIMEOUT|CONNECTION_(CLOSED|DESTROYED|ENDED)|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT)$/;

/** Null for what the database did not say, and for what lite words better. @param {any} error @param {{ isPerson: boolean }} caller */
export function databaseErrorAnswer(error, caller) {
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (!('severity' in error)) return NO_CONNECTION.test(String(error.code)) ? noConnection() : null;
  const refused = /** @type {DatabaseError} */ (/** @type {unknown} */ (error));
  // A whole answer in a raise; a column that lite's own statement named without its table.
  if (refused.code === 'PGRST' || refused.code === '42703') return null;
  const { code, message, detail, hint } = refused;
  const status = statusOf(refused, caller);
  // As PostgREST says with each of these.
  return Response.json({ code, details: detail ?? null, hint: hint ?? null, message }, { status, headers: status === 503 ? AGAIN : {} });
}

const { body, headers } = unavailable({ headers: {} });
const AGAIN = { 'retry-after': headers['retry-after'] };
const noConnection = () => Response.json(body, { status: 503, headers: AGAIN });

/** For whoever asks while it is not known what there is. */
export function blindAnswer() {
  const message = 'Could not query the database for the schema cache. Retrying.';
  return Response.json({ code: 'PGRST002', details: null, hint: null, message }, { status: 503, headers: AGAIN });
}
