// @ts-check
// Requests for mails with links: noted at once, looked at by the dispatcher.

import { sql } from './clients.mjs';
import { dispatch } from './functions.mjs';
import { eventually } from './waiting.mjs';

export async function workThroughRequests() {
  await eventually('the token requests to be worked through', async () => {
    await dispatch('email-dispatch');
    const [{ count }] = await sql`select count(*)::int from private.token_requests`;
    return count === 0;
  });
}

/** Lets every address ask again, as if it had not asked for long. */
export async function forgetRequests() {
  await sql`delete from private.token_cooldowns`;
  for (const table of ['email_verification_tokens', 'password_reset_tokens']) {
    await sql`update public.${sql(table)} set created_at = created_at - interval '2 minutes'`;
  }
}
