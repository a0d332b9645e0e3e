// @ts-check
// Turns an empty cluster into what a hosted project is before its first migration.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';
import { connect, databaseUrl } from './connection.mjs';
import { extensionFiles } from './extension.mjs';
import { scramVerifier } from './scram.mjs';

const read = (/** @type {string} */ name) => readFile(new URL(`sql/${name}`, import.meta.url), 'utf8');

const SQL_FILES = [
  'platform.sql', 'vault.sql', 'schemas-of-services.sql', 'auth-functions.sql', 'auth-factors.sql', 'auth-tables.sql', 'storage-tables.sql', 'supautils.sql',
];

/** @typedef {import('./secrets.mjs').Secrets} Secrets */

/**
 * @param {number} port @param {Secrets} secrets
 * @param {readonly string[]} [real] services that fill their schema themselves, as `./real/services.mjs` names them
 */
export async function installPlatform(port, secrets, real = []) {
  const admin = connect(databaseUrl('supabase_admin', secrets.passwords.supabase_admin, port));
  try {
    await admin.begin(async (sql) => {
      for (const name of ['platform.sql', 'vault.sql', 'schemas-of-services.sql']) {
        await sql.unsafe(await read(name));
      }
      for (const [role, password] of Object.entries(secrets.passwords)) {
        await sql.unsafe(`alter role ${role} password '${scramVerifier(password)}'`);
      }
    });
  } finally {
    await admin.end();
  }
  if (!real.includes('auth')) {
    await runAs('supabase_auth_admin', await schemaOf('auth'));
    await runAs('supabase_admin', await read('auth-tables.sql'));
  }
  if (!real.includes('storage')) {
    await runAs('supabase_storage_admin', await schemaOf('storage'));
    await runAs('supabase_admin', await read('storage-tables.sql'));
  }
  await runAs('supabase_admin', await read('supautils.sql'));

  /** @param {'supabase_admin' | 'supabase_auth_admin' | 'supabase_storage_admin'} role @param {string} text */
  async function runAs(role, text) {
    const sql = connect(databaseUrl(role, secrets.passwords[role], port));
    try {
      await sql.unsafe(text);
    } finally {
      await sql.end();
    }
  }
}

/** What lite's service makes in its schema, which it owns but may not create. @param {'auth' | 'storage'} name */
export async function schemaOf(name) {
  const text = name === 'auth' ? getAuthSchemaSql() + (await read('auth-functions.sql')) + (await read('auth-factors.sql')) : getStorageSchemaSql();
  return text.replace(/^create schema if not exists \w+;/gim, '');
}

/**
 * Changes when the platform's SQL or the services' schemas do: the mark of what a cluster was made from.
 * @param {readonly string[]} [real] services that fill their schema themselves
 */
export async function platformFingerprint(real = []) {
  const hash = createHash('sha256').update(getAuthSchemaSql()).update(getStorageSchemaSql());
  for (const name of SQL_FILES) hash.update(await read(name));
  for (const name of real) hash.update(name);
  for (const [, text] of await extensionFiles()) hash.update(text);
  return hash.digest('hex').slice(0, 16);
}
