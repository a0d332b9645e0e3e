/**
 * For each function a request that is good enough to reach an upstream.
 * A new function is added here, and is then tested like the others.
 */

export const CRON_KEY = 'sb_secret_cron-key-of-the-wasm-tests';

export interface Example {
  path: string;
  headers?: Record<string, string>;
  body: unknown;
}

/** 16 bytes of id and 32 of secret, of no meaning to anyone. */
const TOKEN = btoa(String.fromCharCode(...Array.from({ length: 48 }, (_, i) => i)))
  .replaceAll('+', '-').replaceAll('/', '_');

export const EXAMPLES: Record<string, Example> = {
  'auth-email-verify': { path: '/', body: { token: TOKEN } },
  'auth-password-reset-complete': { path: '/', body: { token: TOKEN, password: 'correct horse battery staple' } },
  'auth-password-reset-request': { path: '/', body: { email: 'nobody@example.com' } },
  'booking-reminders-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'email-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
};
