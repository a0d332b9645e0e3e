/** The same work by hand: one call of the same SQL function with `fetch`. */
import { type Outcome, SECRET_KEY, serve, SUPABASE_URL, UPSTREAM_TIMEOUT_MS } from './contract.ts';

export default serve(async (token, context): Promise<Outcome> => {
  const response = await fetch(`${SUPABASE_URL}/rest/v1/rpc/consume_email_verification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', apikey: SECRET_KEY },
    body: JSON.stringify({ p_token_id: token.id, p_token_hash: token.hash, p_context: context }),
    signal: AbortSignal.timeout(UPSTREAM_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the database answered ${response.status}`);
  return (await response.json()).outcome;
});
