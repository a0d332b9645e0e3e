// @ts-check
// Signing up again with an address that has an account: Auth answers as if the account were new, so
// that nobody learns who is registered. @supabase/lite answers 429 there.
import { randomUUID } from 'node:crypto';

/** @param {Request} request @param {(request: Request) => Promise<Response>} next */
export async function answerRepeatedSignUp(request, next) {
  const text = await request.text();
  const response = await next(new Request(request.url, { method: 'POST', headers: request.headers, body: text }));
  if (response.status !== 429) return response;
  const failure = await response.clone().json().catch(() => ({}));
  if (failure.error_code !== 'over_email_send_rate_limit' && failure.code !== 'over_email_send_rate_limit') return response;
  const { email, data } = JSON.parse(text);
  return Response.json(unknownUser(String(email).toLowerCase(), data ?? {}));
}

/** @param {string} email @param {Record<string, unknown>} metadata */
function unknownUser(email, metadata) {
  const [id, now] = [randomUUID(), new Date().toISOString()];
  return {
    id,
    aud: 'authenticated',
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: metadata,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}
