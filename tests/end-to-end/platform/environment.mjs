// @ts-check
// Where the running platform is: given by scripts/test, otherwise read from a developer's stack.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFile, parseEnvironment } from '../../../scripts/stack/state.mjs';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const stackDirectory = path.resolve(root, process.env.STACK_DIR ?? '.stack');

/** @type {Record<string, string | undefined>} */
const values = process.env.SUPABASE_URL ? process.env : parseEnvironment(readFileSync(environmentFile(stackDirectory), 'utf8'));

/** @param {string} name */
function required(name) {
  const value = values[name];
  if (!value) throw new Error(`${name} is not set; is the stack running? (./scripts/start --detach)`);
  return value;
}

export const environment = {
  url: required('SUPABASE_URL'),
  publishableKey: required('SUPABASE_PUBLISHABLE_KEY'),
  secretKey: required('SUPABASE_SECRET_KEY'),
  /** @type {{ default: string }} */
  secretKeys: JSON.parse(required('SUPABASE_SECRET_KEYS')),
  databaseUrl: required('DATABASE_URL'),
  cronKey: required('CRON_SECRET_KEY'),
  webhookSecrets: required('EMAIL_WEBHOOK_SECRETS').split(','),
  auditKeys: required('AUDIT_KEYS'),
  sendEmailSecrets: required('SEND_EMAIL_HOOK_SECRETS').split(/,(?=v1,)/),
  inboxUrl: required('INBOX_URL'),
  siteUrl: required('SITE_URL'),
  realServiceUrls: (values.REAL_SERVICE_URLS ?? '').split(',').filter(Boolean),
};
