// @ts-check
/** What is compared with what, and how long. */
import { Buffer } from 'node:buffer';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUNDLES = join(ROOT, 'target/bench');
export const DENO = denoBinary();

/** Rounds, and seconds of load for each subject in each round. */
export const THROUGHPUT = { rounds: 7, seconds: 3, connections: 32, warmUpSeconds: 2 };
/** Rounds, each with a new process for each subject. */
export const FRESH_START = { rounds: 25 };

const SECRET = Buffer.from(Array.from({ length: 32 }, (_, i) => 16 + i));
const token = (/** @type {number} */ idByte) => Buffer.concat([Buffer.alloc(16, idByte), SECRET]).toString('base64url');

/** The fixed upstream knows the second as good and every other as expired. */
export const TOKENS = { expired: token(0x11), good: token(0xff) };

export const FUNCTION = 'auth-email-verify';

/**
 * What serves: its entry point.
 * @type {Record<string, string>}
 */
export const SUBJECTS = {
  wasm: `supabase/functions/${FUNCTION}/index.ts`,
  'plain fetch': 'tests/bench/peers/plain-fetch.ts',
  'supabase-js, one call': 'tests/bench/peers/supabase-js-one-call.ts',
  'supabase-js, five calls': 'tests/bench/peers/supabase-js-five-calls.ts',
};

/**
 * What is measured under load, and what it must answer.
 * @type {Record<string, {subject: string, token: string, status: number}>}
 */
export const LOADS = {
  wasm: { subject: 'wasm', token: TOKENS.expired, status: 410 },
  'wasm, confirmed: two calls': { subject: 'wasm', token: TOKENS.good, status: 200 },
  'plain fetch': { subject: 'plain fetch', token: TOKENS.expired, status: 410 },
  'supabase-js, one call': { subject: 'supabase-js, one call', token: TOKENS.expired, status: 410 },
  'supabase-js, five calls': { subject: 'supabase-js, five calls', token: TOKENS.good, status: 200 },
};

/** The environment of a function; the same for all. */
export function environment(/** @type {string} */ upstream) {
  return {
    NO_COLOR: '1',
    SUPABASE_URL: upstream,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: 'sb_publishable_bench' }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: 'sb_secret_bench' }),
    CRON_SECRET_KEY: 'cron-key-of-the-bench-0123456789abcdef',
    SITE_URL: 'http://127.0.0.1:1',
    ALLOWED_ORIGINS: 'http://127.0.0.1:1',
    TOKEN_KEYS: 'a2V5LW9mLXRoZS1iZW5jaC0wMTIzNDU2Nzg5MDEyMzQ',
    RESEND_API_KEY: 're_bench',
    MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
    SENTRY_DSN: '',
    SENTRY_ENVIRONMENT: 'bench',
  };
}

/** The binary itself: the wrapper in `.bin` is a parent that survives its child. */
function denoBinary() {
  const folder = join(ROOT, 'node_modules/@deno');
  return join(folder, readdirSync(folder)[0], 'deno');
}
