// @ts-check
// Statements are kept: pg_stat_statements has them, pg_stat_activity shows them, logs repeat them. So no secret may be part of one.

import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createCluster, locateCluster, removeCluster, startCluster } from '../../scripts/stack/cluster.mjs';
import { connect, databaseUrl } from '../../scripts/stack/connection.mjs';
import { installPlatform } from '../../scripts/stack/platform.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { loadSecrets } from '../../scripts/stack/secrets.mjs';
import { keepVaultSecrets } from '../../scripts/stack/vault-secrets.mjs';
import { Project, secretsWithCronKey } from './project.mjs';

// Every statement is kept, those within functions too. Values that are bound are no part of one.
const WATCHED = `
shared_preload_libraries = 'pg_cron,pg_stat_statements'
pg_stat_statements.track = all
log_statement = all
log_parameter_max_length = 0
`;

describe('no statement holds a secret', () => {
  /** @type {string} */
  let folder;
  /** @type {Awaited<ReturnType<typeof locateCluster>>} */
  let cluster;
  /** @type {Awaited<ReturnType<typeof loadSecrets>>} */
  let secrets;
  /** @type {import('postgres').Sql} */
  let sql;
  /** @type {import('postgres').Sql} */
  let admin;
  /** @type {Project} */
  let project;
  let url = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'statements-'));
    [cluster, secrets] = [await locateCluster(folder), await loadSecrets(folder)];
    const port = await freePort();
    await createCluster(cluster, { password: secrets.passwords.supabase_admin, durable: false });
    await appendFile(path.join(cluster.data, 'postgresql.conf'), WATCHED);
    await startCluster(cluster, port);
    admin = connect(databaseUrl('supabase_admin', secrets.passwords.supabase_admin, port));
    await admin`create extension pg_stat_statements`;
    await installPlatform(port, secrets);
    url = databaseUrl('postgres', secrets.passwords.postgres, port);
    sql = connect(url);
    // What the migrations make, and a deployment ends with.
    await sql.unsafe(`create extension pg_net with schema extensions; create schema private;
      create function private.kick_function(text) returns bigint language sql as $$
        insert into net._http_response (id, status_code) values (1, 200) returning id
      $$`);
    project = new Project();
  });
  after(async () => {
    await Promise.all([sql?.end(), admin?.end()]);
    await removeCluster(cluster);
    await rm(folder, { recursive: true });
    project.remove();
  });

  const keyInVault = async () => {
    const [row] = await sql`select decrypted_secret as key from vault.decrypted_secrets where name = 'cron_secret_key'`;
    return /** @type {string} */ (row?.key);
  };

  /** @param {string[]} forbidden @param {RegExp} expected what must have been seen, or nothing was watched */
  async function assertUnspoken(forbidden, expected) {
    const kept = (await admin`select query from pg_stat_statements`).map(({ query }) => query).join('\n');
    const log = await readFile(cluster.log, 'utf8');
    for (const text of [kept, log]) {
      assert.match(text, expected);
      assert.deepEqual(forbidden.filter((one) => text.includes(one)), []);
    }
  }

  test('when the platform of this machine gets its passwords', async () => {
    const { postgres: published, ...passwords } = secrets.passwords;
    await assertUnspoken(Object.values(passwords), /alter role authenticator password 'SCRAM-SHA-256/);
  });

  test('when ./scripts/start keeps the cron key in the vault', async () => {
    const [first, second] = ['first-key-0123456789abcdef0123456789', 'second-key-0123456789abcdef0123456789'];
    for (const key of [first, second]) {
      await keepVaultSecrets(sql, { project_url: 'http://127.0.0.1:1', cron_secret_key: key });
      assert.equal(await keyInVault(), key);
    }
    await assertUnspoken([first, second], /vault\.update_secret/);
    await sql`delete from vault.secrets`;
  });

  test('nor an argument, nor a line of output, when ./scripts/deploy makes, copies and rotates the cron key', async () => {
    const environment = { FAKE_DATABASE_URL: url };
    const handedOver = () => project.calls().filter(({ line }) => line.includes('secrets set')).map(({ file }) => file);

    const first = project.deploy('--environment staging', environment);
    assert.equal(first.status, 0, first.stderr);
    const made = await keyInVault();
    assert.match(made, /^[0-9a-f]{64}$/);
    assert.deepEqual(handedOver(), [`CRON_SECRET_KEY=${made}\n`]);

    const again = project.deploy('--environment staging', { ...environment, FAKE_SECRETS: secretsWithCronKey(made) });
    assert.equal(again.status, 0, again.stderr);
    assert.equal(await keyInVault(), made);
    assert.equal(handedOver().length, 1);

    const rotated = project.deploy('--environment staging --rotate-cron-key', { ...environment, FAKE_SECRETS: secretsWithCronKey(made) });
    assert.equal(rotated.status, 0, rotated.stderr);
    const fresh = await keyInVault();
    assert.match(fresh, /^[0-9a-f]{64}$/);
    assert.notEqual(fresh, made);
    assert.equal(handedOver().at(-1), `CRON_SECRET_KEY=${fresh}\n`);

    await assertUnspoken([made, fresh], /vault\.create_secret\(encode/);
    const shown = [first, again, rotated].map(({ stdout, stderr }) => stdout + stderr);
    assert.ok(![...shown, ...project.lines()].some((text) => text.includes(made) || text.includes(fresh)));
  });
});
