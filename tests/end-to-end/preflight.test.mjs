// @ts-check
// What a browser asks before it calls the Data API from another site.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';

after(() => sql.end());

test('a browser on another site may call every SQL function', async () => {
  const functions = await sql`
    select distinct proname as name from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute')`;
  assert.ok(functions.length > 30);
  const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST', 'access-control-request-headers': 'apikey, authorization, content-type, x-client-info' };
  const refused = [];
  for (const { name } of functions) {
    const { ok, headers: answered } = await fetch(`${environment.url}/rest/v1/rpc/${name}`, { method: 'OPTIONS', headers });
    if (!ok || answered.get('access-control-allow-origin') !== '*' || !/x-client-info/.test(answered.get('access-control-allow-headers') ?? '')) refused.push(name);
  }
  assert.deepEqual(refused, []);
});
