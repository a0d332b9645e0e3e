/** supabase-js, one call of the same SQL function. */
import { type Outcome, serve, UPSTREAM_TIMEOUT_MS } from './contract.ts';
import { supabase } from './supabase-js.ts';

export default serve(async (token, context): Promise<Outcome> => {
  const { data, error } = await supabase
    .rpc('consume_email_verification', { p_token_id: token.id, p_token_hash: token.hash, p_context: context })
    .abortSignal(AbortSignal.timeout(UPSTREAM_TIMEOUT_MS));
  if (error) throw error;
  return data.outcome;
});
