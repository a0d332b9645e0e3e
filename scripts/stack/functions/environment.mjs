// @ts-check
// The environment of an edge function: what the platform injects, and the project's own secrets.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { newKey } from '../../audit/notes.mjs';
import { replaceFile } from '../folders.mjs';
import { alone } from '../lock.mjs';
import { projectRoot } from '../settings.mjs';
import { originsOf, readSite } from '../site.mjs';
import { UserError } from '../user-error.mjs';

const secretsFile = path.join(projectRoot, 'supabase/functions/.env');

/** @param {string} text */
export function parseEnvironment(text) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match) values[match[1]] = match[2].trim().replace(/^(["'])(.*)\1$/, '$2');
  }
  return values;
}

const key = () => randomBytes(32).toString('hex');

/** @type {Record<string, () => string>} */
const GENERATED = {
  TOKEN_KEYS: key,
  NOTE_KEYS: () => `k1:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: () => newKey('evenkeel.local/audit'),
  CRON_SECRET_KEY: key,
  SEND_EMAIL_HOOK_SECRETS: () => `v1,whsec_${randomBytes(32).toString('base64')}`,
  EMAIL_WEBHOOK_SECRETS: () => `whsec_${randomBytes(24).toString('base64')}`,
};

/** Gives each generated secret that is empty or missing a fresh value. @param {string} text */
export function withGeneratedSecrets(text) {
  const values = parseEnvironment(text);
  return Object.keys(GENERATED).filter((name) => !values[name]).reduce((filled, name) => {
    const line = `${name}=${GENERATED[name]()}`;
    const empty = new RegExp(`^${name}=.*$`, 'm');
    return empty.test(filled) ? filled.replace(empty, line) : `${filled.trimEnd()}\n${line}\n`;
  }, text);
}

/**
 * Makes supabase/functions/.env from its example, and fills in what can be generated for this machine. Stacks of one
 * checkout share it, and find in it what the first of them generated.
 */
export function ensureSecretsFile(file = secretsFile) {
  return alone(path.dirname(file), async () => {
    const kept = await readFile(file, 'utf8').catch(() => null);
    const text = kept ?? (await readFile(`${file}.example`, 'utf8').catch(() => {
      throw new UserError('supabase/functions/.env.example is missing.');
    }));
    const filled = withGeneratedSecrets(text);
    if (filled !== kept) await replaceFile(file, filled);
  });
}

/**
 * @param {{ settings: import('../settings.mjs').Settings, secrets: import('../secrets.mjs').Secrets,
 *   keyring: import('../keys.mjs').Keyring, databaseUrl: string, overlay?: string }} stack
 *   `overlay`: a file whose values win over .env, for tests
 * @returns {Promise<Record<string, string>>}
 */
export async function functionEnvironment({ settings, secrets, keyring, databaseUrl, overlay }) {
  const own = parseEnvironment(await readFile(secretsFile, 'utf8'));
  const overridden = overlay ? parseEnvironment(await readFile(overlay, 'utf8')) : {};
  const reserved = Object.keys({ ...own, ...overridden }).filter((name) => name.startsWith('SUPABASE_'));
  if (reserved.length > 0) {
    throw new UserError(`${reserved[0]} is set in supabase/functions/.env; names with SUPABASE_ belong to the platform.`);
  }
  const values = { RESEND_API_URL: settings.inboxUrl, ...dropEmpty(own), ...overridden };
  return {
    ...values,
    ...siteFor(settings, values),
    SUPABASE_URL: settings.apiUrl,
    SUPABASE_DB_URL: databaseUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secretKey }),
    SUPABASE_JWKS: JSON.stringify({ keys: [] }),
    SUPABASE_ANON_KEY: keyring.roleTokens.anon,
    SUPABASE_SERVICE_ROLE_KEY: keyring.roleTokens.service_role,
  };
}

/**
 * Links lead to the site that is named, else to the pages of this stack; the pages of both may call the functions.
 * @param {Pick<import('../settings.mjs').Settings, 'apiUrl' | 'site'>} settings @param {Record<string, string>} values
 */
export function siteFor({ apiUrl, site }, values) {
  const url = site ?? (values.SITE_URL ? readSite('SITE_URL in supabase/functions/.env', values.SITE_URL) : apiUrl);
  const named = (values.ALLOWED_ORIGINS ?? '').split(',').map((one) => one.trim().replace(/\/+$/, '')).filter(Boolean);
  const origins = new Set([apiUrl, ...(url === apiUrl ? [] : originsOf(url)), ...named]);
  return { SITE_URL: url, ALLOWED_ORIGINS: [...origins].join(',') };
}

/** @param {Record<string, string>} values */
function dropEmpty(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** The hosts a function has a reason to talk to, as Deno's --allow-net wants them. @param {Record<string, string>} environment */
export function upstreamHosts(environment) {
  const urls = [environment.SUPABASE_URL, environment.RESEND_API_URL, environment.SENTRY_DSN, environment.AUDIT_CHECKPOINT_URL].filter(Boolean);
  return [...new Set(urls.map((url) => {
    const { hostname, port, protocol } = new URL(url);
    return `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
  }))];
}
