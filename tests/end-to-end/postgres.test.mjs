// @ts-check
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';

after(() => sql.end());

const expected = process.env.EXPECT_POSTGRES;

test('the platform runs on the PostgreSQL that was asked for', { skip: !expected && 'EXPECT_POSTGRES names none' }, async () => {
  const [{ version }] = await sql`select current_setting('server_version_num')::int / 10000 as version`;
  assert.equal(String(version), expected);
});
