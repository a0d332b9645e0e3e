// @ts-check
// What admins type in to name an account.
import { Failure } from './failures.js';

/** The id of an account, as typed. @param {string} typed */
export function accountId(typed) {
  const id = typed.trim();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Failure('invalid_id', 'The id of an account looks like 5de0b75e-0000-4000-8000-000000000000.');
  return id;
}
