// @ts-check
// Whoever reads the cron key (in the vault, in a function's environment) can start jobs and do nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { unconfirmed } from './platform/people.mjs';

const key = environment.cronKey;
const file = 'object/specialist-documents/cron-key/licence.pdf';

before(async () => {
  const headers = { apikey: environment.secretKey, 'content-type': 'application/pdf', 'x-upsert': 'true' };
  const response = await fetch(`${environment.url}/storage/v1/${file}`, { method: 'POST', headers, body: '%PDF-1.7' });
  assert.equal(response.status, 200, await response.text());
});
after(async () => {
  await fetch(`${environment.url}/storage/v1/${file}`, { method: 'DELETE', headers: { apikey: environment.secretKey } });
  await sql.end();
});

/** Every way in which a client library, or an attacker, would hand a key over. @type {[string, Record<string, string>, string][]} */
const ways = [
  ['in apikey', { apikey: key }, ''],
  ['in apikey and as bearer token', { apikey: key, authorization: `Bearer ${key}` }, ''],
  ['as bearer token beside the publishable key', { apikey: environment.publishableKey, authorization: `Bearer ${key}` }, ''],
  ['in the address', {}, `apikey=${key}`],
];

/** @param {string} path @param {[string, Record<string, string>, string]} way @param {RequestInit} [more] */
function ask(path, [, headers, query], more = {}) {
  const url = new URL(path, environment.url);
  if (query) url.search += `${url.search ? '&' : '?'}${query}`;
  return fetch(url, { ...more, headers: { 'content-type': 'application/json', ...headers } });
}

describe('the cron key', () => {
  test('is a secret of its own, and among the keys of the project there is none for jobs', () => {
    assert.deepEqual(Object.keys(environment.secretKeys), ['default']);
    assert.ok(key.length >= 32 && !key.startsWith('sb_'));
    assert.ok(![environment.secretKey, environment.publishableKey].includes(key));
  });

  test('is what the vault holds for pg_cron', async () => {
    const [{ kept }] = await sql`select decrypted_secret = ${key} as kept from vault.decrypted_secrets where name = 'cron_secret_key'`;
    assert.equal(kept, true);
  });

  for (const way of ways) {
    test(`${way[0]} reads no table and calls no function of the database`, async () => {
      const refused = [
        await ask('/rest/v1/profiles?select=email', way),
        await ask('/rest/v1/', way),
        await ask('/rest/v1/rpc/claim_emails', way, { method: 'POST', body: '{}' }),
      ];
      assert.deepEqual(refused.map(({ status }) => status), [401, 401, 401]);
      for (const one of refused) assert.doesNotMatch(await one.text(), /@|swagger/);
    });

    test(`${way[0]} lists nobody and sets nobody's password`, async () => {
      const { id } = await unconfirmed();
      const before = await sql`select encrypted_password from auth.users where id = ${id}`;
      const refused = [
        await ask('/auth/v1/admin/users', way),
        await ask(`/auth/v1/admin/users/${id}`, way),
        await ask(`/auth/v1/admin/users/${id}`, way, { method: 'PUT', body: '{"password":"chosen by somebody else"}' }),
        await ask(`/auth/v1/admin/users/${id}`, way, { method: 'DELETE' }),
        await ask('/auth/v1/user', way),
      ];
      // A bearer token that is none is 403 to Auth.
      assert.ok(refused.every(({ status }) => status === 401 || status === 403), refused.map(({ status }) => status).join());
      assert.deepEqual(await sql`select encrypted_password from auth.users where id = ${id}`, before);
    });

    test(`${way[0]} opens no file`, async () => {
      for (const path of [file, 'object/list/specialist-documents', 'bucket']) {
        const method = path.startsWith('object/list') ? { method: 'POST', body: '{"prefix":"cron-key"}' } : {};
        const secret = await ask(`/storage/v1/${path}`, ['', { apikey: environment.secretKey }, ''], method);
        assert.equal(secret.status, 200, path);
        assert.notEqual(await secret.text(), '[]', path);
        const response = await ask(`/storage/v1/${path}`, way, method);
        // In the address there is no key to Storage, and nobody sees nothing.
        assert.ok(response.status >= 400 || (await response.text()) === '[]', `${path}: ${response.status}`);
      }
    });

    test(`${way[0]} is nobody to a function for signed-in people`, async () => {
      for (const path of ['company-assign-plan', 'specialist-verify/queue', 'company-invite-employee']) {
        const method = path.endsWith('/queue') ? 'GET' : 'POST';
        const response = await ask(`/functions/v1/${path}`, way, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
        assert.equal(response.status, 401, path);
        await response.body?.cancel();
      }
    });
  }
});
