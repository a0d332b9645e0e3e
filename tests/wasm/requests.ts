/**
 * For each function a request that is good enough to reach an upstream.
 * A new function is added here, and is then tested like the others.
 */

export const CRON_KEY = 'cron-key-of-the-wasm-tests-0123456789abcdef';

export interface Example {
  path: string;
  headers?: Record<string, string>;
  body: unknown;
}

/** 16 bytes of id and 32 of secret, of no meaning to anyone. */
const TOKEN = base64Url(String.fromCharCode(...Array.from({ length: 48 }, (_, i) => i)));

function base64Url(bytes: string): string {
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** An access token that nobody has signed. */
const PERSON = ['{"alg":"HS256"}', '{"role":"authenticated"}', 'x'].map((part) => base64Url(part)).join('.');
const AS_PERSON = { authorization: `Bearer ${PERSON}` };
/** Of nothing that there is. */
const ID = '00000000-0000-4000-8000-000000000001';

export const EXAMPLES: Record<string, Example> = {
  'auth-email-change': { path: '/', headers: AS_PERSON, body: { email: 'nobody@example.com' } },
  'auth-sign-up': { path: '/', body: { email: 'nobody@example.com' } },
  'auth-email-verify': { path: '/', body: { token: TOKEN } },
  'auth-password-reset-complete': { path: '/', body: { token: TOKEN, password: 'correct horse battery staple' } },
  'auth-password-reset-request': { path: '/', body: { email: 'nobody@example.com' } },
  'booking-reminders-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'storage-sweep': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'company-assign-plan': {
    path: '/',
    headers: AS_PERSON,
    body: { company_id: ID, plan: 'growth', status: 'active' },
  },
  'company-invitation-accept': {
    path: '/',
    body: { token: TOKEN, password: 'correct horse battery staple', terms: { terms: '1', privacy: '1' } },
  },
  'company-invite-employee': {
    path: '/',
    headers: AS_PERSON,
    body: { company_id: ID, invitations: [{ email: 'nobody@example.com' }] },
  },
  'specialist-verify': { path: '/open', headers: AS_PERSON, body: { document_id: ID } },
  'email-templates': {
    path: '/preview',
    headers: AS_PERSON,
    body: { key: 'sign_up', locale: 'en', subject: 'a', html: 'a', text: 'a' },
  },
  'email-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
};

/** What a function is started with. */
export function environmentFor(upstreamUrl: string): Record<string, string> {
  return {
    EDGE_FAULTS: 'panic',
    SUPABASE_URL: upstreamUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: 'sb_publishable_key' }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: 'sb_secret_key' }),
    CRON_SECRET_KEY: CRON_KEY,
    SITE_URL: 'http://127.0.0.1:1',
    ALLOWED_ORIGINS: 'http://127.0.0.1:1',
    TOKEN_KEYS: 'a2V5LW9mLXRoZS13YXNtLXRlc3RzLTAxMjM0NTY3ODk',
    RESEND_API_KEY: 're_wasm_tests',
    RESEND_API_URL: upstreamUrl,
    MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
    SENTRY_DSN: '',
    SENTRY_ENVIRONMENT: 'test',
  };
}
