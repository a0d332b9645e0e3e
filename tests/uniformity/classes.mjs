// @ts-check
// Addresses of every kind that a stranger might want to tell apart, each to be asked for once.

import { randomUUID } from 'node:crypto';
import { sql } from '../end-to-end/platform/clients.mjs';
import { dispatch, requestReset } from '../end-to-end/platform/functions.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';

export const CLASSES = /** @type {const} */ ([
  'known, confirmed',
  'known, unconfirmed',
  'known, cooling down',
  'known, suppressed',
  'unknown',
  'unknown, cooling down',
]);

/** @typedef {typeof CLASSES[number]} Class */

const DOMAIN = `${randomUUID().slice(0, 8)}.uniformity.example.com`;

/** @param {number} count @returns {string[]} */
export const strangers = (count) => Array.from({ length: count }, () => `${randomUUID()}@${DOMAIN}`);

/** @param {number} count of each @returns {Promise<Record<Class, string[]>>} */
export async function prepare(count) {
  const addresses = /** @type {Record<Class, string[]>} */ (
    Object.fromEntries(CLASSES.map((one) => [one, strangers(count)]))
  );
  for (const [one, list] of Object.entries(addresses)) {
    if (one.startsWith('known')) await createAccounts(list, one !== 'known, unconfirmed');
  }
  await sql`
    select private.suppress_address(private.address_key(a), 'hard_bounce')
    from unnest(${addresses['known, suppressed']}::text[]) a`;
  for (const address of [...addresses['known, cooling down'], ...addresses['unknown, cooling down']]) {
    await (await requestReset(address)).body?.cancel();
  }
  await rest();
  return addresses;
}

/** Accounts as Auth makes them, triggers and all, but for the mail of those that are not confirmed.
 * @param {string[]} addresses @param {boolean} confirmed */
async function createAccounts(addresses, confirmed) {
  await sql`
    insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
    select gen_random_uuid(), 'authenticated', 'authenticated', a, 'none', case when ${confirmed} then now() end
    from unnest(${addresses}::text[]) a`;
  await sql`
    delete from private.email_queue q using private.email_log l
    where l.id = q.mail_id and l.recipient = any (${addresses}::text[])`;
}

/** Until the dispatcher has nothing left to do. */
export function rest() {
  const idle = async () => (await dispatch('email-dispatch')).remaining === 0;
  return eventually('the dispatcher to finish (is sending paused? docs/runbook.md)', idle, 60);
}

export async function tidy() {
  await sql`
    delete from private.email_suppressions s using auth.users u
    where u.email like ${`%@${DOMAIN}`} and s.address_key = private.address_key(u.email)`;
  await sql`delete from auth.users where email like ${`%@${DOMAIN}`}`;
  await sql.end();
}
