/** supabase-js as such functions are usually written: the rules in the function, a call for each step. */
import { timingSafeEqual } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { type Outcome, serve } from './contract.ts';
import { supabase } from './supabase-js.ts';

const MAX_ATTEMPTS = 5;

export default serve(async (token, context): Promise<Outcome> => {
  const { data: row } = await supabase
    .from('email_verification_tokens')
    .select('id, user_id, token_hash, attempts, expires_at, verified_at')
    .eq('id', token.id)
    .maybeSingle()
    .throwOnError();
  if (!row) return 'invalid';
  if (row.attempts >= MAX_ATTEMPTS) return 'exhausted';
  await supabase
    .from('email_verification_tokens')
    .update({ attempts: row.attempts + 1 })
    .eq('id', row.id)
    .throwOnError();
  if (!timingSafeEqual(Buffer.from(row.token_hash), Buffer.from(token.hash))) return 'invalid';
  if (Date.parse(row.expires_at) < Date.now()) return 'expired';
  await supabase
    .from('email_verification_tokens')
    .update({ verified_at: new Date().toISOString() })
    .eq('id', row.id)
    .throwOnError();
  const { error } = await supabase.auth.admin.updateUserById(row.user_id, { email_confirm: true });
  if (error) throw error;
  await supabase
    .from('audit_logs')
    .insert({ action: 'auth.email_verified', entity_type: 'user', entity_id: row.user_id, context })
    .throwOnError();
  return 'verified';
});
