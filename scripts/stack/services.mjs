// @ts-check
// Data API, Auth and Storage from @supabase/lite: one App each, because each logs in to the
// database as the role it has on the platform and can do no more than that role.
import { App, setExperimental } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { claimsMiddleware } from './api-claims.mjs';
import { createCanceller } from './api-cancel.mjs';
import { runAsPostgrest, serveInTransaction } from './api-transaction.mjs';
import { keepClientOfSessions } from './auth/client.mjs';
import { noteRefusals } from './auth/refusals.mjs';
import { databaseUrl } from './connection.mjs';
import { redirectsTo } from './site.mjs';
import { createFileStore } from './storage-files.mjs';
import { withStorageContract } from './storage-contract.mjs';

/**
 * @typedef {import('./secrets.mjs').Secrets} Secrets
 * @typedef {{ fetch: (request: Request) => Promise<Response>, reloadSchema: () => Promise<void>, close: () => Promise<void> }} Service
 * @typedef {Partial<Record<import('./real/services.mjs').Name, Service>>} Services
 */

setExperimental('storage', true);

/** Values that are JSON text already must reach the database as they are, or they are encoded twice. */
const passThrough = (/** @type {number} */ oid) => ({
  to: oid,
  from: [oid],
  serialize: (/** @type {unknown} */ value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: JSON.parse,
});

/** `2026-05-01 10:00:00+00` in the form that JSON and PostgREST have it. */
const timeAsJson = (/** @type {number} */ oid) => ({
  to: oid,
  from: [oid],
  serialize: (/** @type {unknown} */ value) => value,
  parse: (/** @type {string} */ text) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
});

/** lite leaves the text where JSON would write the number otherwise, `1.50` for example. */
const numberAsJson = {
  to: 1700,
  from: [1700],
  serialize: String,
  parse: (/** @type {string} */ text) => (Number.isFinite(Number(text)) ? Number(text) : text),
};

/**
 * PostgREST reads what there is from pg_catalog, lite from information_schema, which shows a login what it may
 * use: nothing to one that only becomes somebody else. The owner sees what is exposed, granted or not.
 * @param {any} connection @param {any} catalogue
 */
function lookUpAsOwner(connection, catalogue) {
  connection.introspect = (/** @type {unknown} */ options) => catalogue.introspect(options);
  connection.clearSchemaCache = () => catalogue.clearSchemaCache();
}

/**
 * @param {{ port: number, secrets: Secrets, keyring: import('./keys.mjs').Keyring, siteUrl: string,
 *   directory: string, config: import('./config.mjs').StackConfig, real?: readonly string[], onLost?: () => void }} options
 *   `real`: served by others; `onLost` is called when a connection to the database ended
 * @returns {Services}
 */
export function createServices({ port, secrets, keyring, siteUrl, directory, config, real = [], onLost = () => {} }) {
  // Nothing here ends a connection, so that each end is a loss.
  const lasting = { onnotice: () => {}, max_lifetime: null, onclose: onLost };
  const catalogue = createPostgresConnection({ url: databaseUrl('postgres', secrets.passwords.postgres, port), postgresOptions: { max: 1, ...lasting } });

  /** @param {'authenticator' | 'supabase_auth_admin' | 'supabase_storage_admin'} role @returns {Service} */
  function service(role) {
    const [rest, storage] = [role === 'authenticator', role === 'supabase_storage_admin'];
    const connection = createPostgresConnection({
      url: databaseUrl(role, secrets.passwords[role], port),
      postgresOptions: {
        max: rest ? 10 : 4,
        ...lasting,
        connection: { application_name: role },
        types: /** @type {any} */ ({
          json: passThrough(114),
          jsonb: passThrough(3802),
          timestamp: timeAsJson(1114),
          timestamptz: timeAsJson(1184),
          numeric: numberAsJson,
        }),
      },
    });
    // Otherwise its first request grants everything in every schema to anon. Our migrations grant.
    /** @type {any} */ (connection).rlsState = 'active';
    if (role === 'supabase_auth_admin') {
      keepClientOfSessions(connection);
      noteRefusals(connection);
    }
    const app = new App({
      connection,
      api: { enabled: true, schemas: config.api.schemas, extra_search_path: config.api.extraSearchPath, max_rows: config.api.maxRows },
      auth: {
        ...config.auth, enabled: true, jwt_secret: secrets.jwtSecret,
        site_url: siteUrl, additional_redirect_urls: [...config.redirects, ...redirectsTo(siteUrl)],
      },
      storage: { enabled: storage, file_size_limit: config.storage.fileSizeLimit },
      db: { migrations: { enabled: false } },
      studio: { enabled: false },
      options: {
        server: {
          disableStudio: true,
          ...(rest ? { middlewares: [claimsMiddleware(secrets.jwtSecret)] } : {}),
          apiKeys: { resolver: async (/** @type {string} */ key) => claimsOf(key) },
        },
        // Mail is the product's: it leaves through the outbox, never from here.
        drivers: { email: { send: async () => {} } },
      },
    });
    const canceller = createCanceller(databaseUrl(role, secrets.passwords[role], port));
    const files = createFileStore(directory);
    if (storage) app._storageAdapter = files;
    if (rest) {
      lookUpAsOwner(connection, catalogue);
      runAsPostgrest(connection, config.api, canceller);
    }
    const answer = (/** @type {Request} */ request) => app.fetch(request);
    /** @type {import('./storage-contract.mjs').Describe} */
    const describe = async (bucket, name, described) => {
      await files.describe(bucket, name, described);
      const objects = /** @type {any} */ (connection).kysely.withSchema('storage');
      const { metadata } = await objects.selectFrom('objects').select('metadata').where('bucket_id', '=', bucket).where('name', '=', name).executeTakeFirstOrThrow();
      await objects.updateTable('objects').set({ metadata: { ...metadata, ...described } }).where('bucket_id', '=', bucket).where('name', '=', name).execute();
    };
    return {
      fetch: async (request) =>
        rest ? serveInTransaction(request, answer) : storage ? withStorageContract(request, answer, describe) : answer(request),
      reloadSchema: async () => void (await connection.clearSchemaCache()),
      close: async () => void (await Promise.all([connection.close(), canceller.close(), ...(rest ? [catalogue.close()] : [])])),
    };
  }

  /** @param {string} key */
  function claimsOf(key) {
    const known = keyring.resolve(key);
    return known ? { type: known.type, claims: { role: known.role } } : null;
  }

  const roles = /** @type {const} */ ({ rest: 'authenticator', auth: 'supabase_auth_admin', storage: 'supabase_storage_admin' });
  const own = Object.entries(roles).filter(([name]) => !real.includes(name));
  return Object.fromEntries(own.map(([name, role]) => [name, service(role)]));
}
