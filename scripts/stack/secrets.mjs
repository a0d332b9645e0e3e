// @ts-check
// Keys and passwords of this machine's stack, generated once. They open nothing but it.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from './folders.mjs';
import { DATABASE_MARK } from './settings.mjs';
import { UserError } from './user-error.mjs';

/**
 * @typedef {{
 *   passwords: Record<'supabase_admin' | 'postgres' | 'authenticator' | 'supabase_auth_admin' | 'supabase_storage_admin', string>,
 *   jwtSecret: string,
 *   publishableKey: string,
 *   secretKey: string,
 * }} Secrets
 */

const random = (/** @type {number} */ bytes) => randomBytes(bytes).toString('base64url');

/** @returns {Secrets} */
function generate() {
  return {
    passwords: {
      supabase_admin: random(18),
      // The Supabase CLI's own local default, so that its commands and everybody's habits work.
      postgres: 'postgres',
      authenticator: random(18),
      supabase_auth_admin: random(18),
      supabase_storage_admin: random(18),
    },
    jwtSecret: random(48),
    publishableKey: `sb_publishable_${random(16)}_${random(6)}`,
    secretKey: `sb_secret_${random(16)}_${random(6)}`,
  };
}

/** @param {string} directory @returns {Promise<Secrets>} */
export async function loadSecrets(directory) {
  const file = path.join(directory, 'secrets.json');
  const kept = read(await readFile(file, 'utf8').catch(() => ''));
  if (!kept && existsSync(path.join(directory, DATABASE_MARK))) {
    throw new UserError(`${file} is missing or damaged, and the database's passwords were in it; start again with ./scripts/start --reset, which makes both anew and empties the database.`);
  }
  const fresh = generate();
  if (kept && Object.keys(fresh).every((name) => name in kept)) return kept;
  // A file that an earlier version wrote lacks what it did not know.
  const secrets = { ...fresh, ...kept };
  await replaceFile(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** Null where it is not what was written. @param {string} text @returns {Secrets | null} */
function read(text) {
  try {
    const kept = JSON.parse(text);
    return typeof kept?.passwords?.supabase_admin === 'string' ? kept : null;
  } catch {
    return null;
  }
}
