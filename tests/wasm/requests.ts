/**
 * For each function a request that is good enough to reach an upstream.
 * A new function is added here, and is then tested like the others.
 */

import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

export const CRON_KEY = 'cron-key-of-the-wasm-tests-0123456789abcdef';

/** Stands for the host of the project, as tags of mails have it. */
const PROJECT = 'HOST-OF-THE-PROJECT';

/** Of the tests alone. */
const WEBHOOK_SECRET = 'whsec_c2VjcmV0LW9mLXRoZS13YXNtLXRlc3RzLTE=';

export interface Example {
  path: string;
  headers?: Record<string, string>;
  method?: 'GET';
  /** A text is sent as it is. */
  body?: unknown;
  /** The path of a request that is refused before anything is asked, and how; else one whose body is half a document. */
  refused?: { path: string; status: number; code: string };
  /** Whether the caller is known by a signature of the body. */
  signed?: true;
}

/** What is sent to a function whose project is at a URL: its example, or the same with another body. */
export function requestTo(name: string, projectUrl: string, other?: string): {
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
} {
  const { path, method, headers = {}, body, signed } = EXAMPLES[name];
  if (method) return { path, method, headers };
  const example = typeof body === 'string' ? body : JSON.stringify(body);
  const text = other ?? example.replace(PROJECT, new URL(projectUrl).host.replaceAll(/[^A-Za-z0-9]/g, '-'));
  const all = { 'content-type': 'application/json', ...headers, ...(signed && signatureOf(text)) };
  return { path, method: 'POST', headers: all, body: text };
}

/** As Standard Webhooks have it. */
function signatureOf(body: string): Record<string, string> {
  const [id, seconds] = ['msg_wasm', String(Math.floor(Date.now() / 1000))];
  const secret = Buffer.from(WEBHOOK_SECRET.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` };
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
  'auth-send-email': {
    path: '/',
    signed: true,
    body: { user: { id: ID, email: 'nobody@example.com' }, email_data: { email_action_type: 'recovery', token_hash: 'a hash' } },
  },
  'auth-sign-up': { path: '/', body: { email: 'nobody@example.com' } },
  'auth-email-verify': { path: '/', body: { token: TOKEN } },
  'auth-password-reset-complete': { path: '/', body: { token: TOKEN, password: 'correct horse battery staple' } },
  'auth-password-reset-request': { path: '/', body: { email: 'nobody@example.com' } },
  'booking-reminders-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'storage-sweep': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'audit-seal': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
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
  'feature-flags': { path: '/ofrep/v1/evaluate/flags', body: { context: { targetingKey: 'visitor' } } },
  'session-notes': { path: '/', headers: AS_PERSON, body: { booking_id: ID, version: 1, text: 'a note' } },
  'session-recordings': { path: '/open', headers: AS_PERSON, body: { recording_id: ID } },
  'specialist-verify': { path: '/open', headers: AS_PERSON, body: { document_id: ID } },
  'email-templates': {
    path: '/preview',
    headers: AS_PERSON,
    body: { key: 'sign_up', locale: 'en', subject: 'a', html: 'a', text: 'a' },
  },
  'calendar-feed': {
    path: `/${TOKEN}E.ics`,
    method: 'GET',
    refused: { path: '/no-token.ics', status: 404, code: 'not_found' },
  },
  'email-dispatch': { path: '/', headers: { apikey: CRON_KEY }, body: {} },
  'email-unsubscribe': {
    path: `/?token=${TOKEN}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  },
  'email-webhook': {
    path: '/',
    signed: true,
    body: {
      type: 'email.delivered',
      created_at: '2026-11-22T23:41:12.126Z',
      data: { email_id: ID, tags: { mail: '1', project: PROJECT } },
    },
  },
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
    EMAIL_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    SEND_EMAIL_HOOK_SECRETS: `v1,${WEBHOOK_SECRET}`,
    NOTE_KEYS: 'k1:bm90ZS1rZXktb2YtdGhlLXdhc20tdGVzdHMtMDEyMzQ=',
    AUDIT_KEYS: 'PRIVATE+KEY+evenkeel.test/audit+3e333d2b+AWF1ZGl0LWtleS1vZi10aGUtdGVzdHMtMDEyMzQ1Njc4',
    TOKEN_KEYS: 'a2V5LW9mLXRoZS13YXNtLXRlc3RzLTAxMjM0NTY3ODk',
    RESEND_API_KEY: 're_wasm_tests',
    RESEND_API_URL: upstreamUrl,
    MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
    SENTRY_DSN: '',
    SENTRY_ENVIRONMENT: 'test',
  };
}
