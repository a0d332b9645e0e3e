// @ts-check
// A deployment is good when the database can wake email-dispatch and is let in: tried on a real database.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { bringUp, takeDown } from '../../scripts/stack/database.mjs';
import { connect } from '../../scripts/stack/connection.mjs';
import { Project } from './project.mjs';

// As the migrations make it, and answered at once.
const KICK = `
  create schema private;
  create table private.answer as select null::int as status_code, null::text as error_msg where false;
  create function private.kick_function(p_name text) returns bigint language plpgsql as $$
  declare
    v_request bigint := net.http_post('http://127.0.0.1:1/functions/v1/' || p_name);
  begin
    insert into net._http_response (id, status_code, error_msg) select v_request, status_code, error_msg from private.answer;
    return v_request;
  end $$`;

describe('the last step of a deployment', () => {
  /** @type {string} */
  let directory;
  /** @type {string} */
  let url;
  /** @type {import('postgres').Sql} */
  let sql;
  const project = new Project();

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'kick-'));
    ({ url } = await bringUp({ directory, port: 0, durable: false, migrations: false, seed: false }));
    sql = connect(url);
    await sql.unsafe(KICK);
  });
  beforeEach(async () => {
    await sql`create extension if not exists pg_net with schema extensions`;
    await sql`delete from private.answer where true`;
  });
  after(async () => {
    await sql.end();
    await takeDown(directory);
    await rm(directory, { recursive: true });
    project.remove();
  });

  const deploy = () => project.deploy('--environment staging', { FAKE_DATABASE_URL: url });

  test('is content with 200', async () => {
    await sql`insert into private.answer values (200, null)`;
    const { status, stdout, stderr } = deploy();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Deployed /m);
  });

  test('tells that the functions have another key, or that nobody answers', async () => {
    for (const [code, error, said] of /** @type {const} */ ([[401, null, '401'], [null, 'Timeout of 30000 ms reached', 'Timeout of 30000 ms reached']])) {
      await sql`delete from private.answer where true`;
      await sql`insert into private.answer values (${code}, ${error})`;
      const { status, stdout, stderr } = deploy();
      assert.equal(status, 1);
      assert.ok((stdout + stderr).includes(`email-dispatch answered ${said}: see "No mail" in docs/runbook.md`), stdout + stderr);
      assert.doesNotMatch(stdout, /^Deployed /m);
    }
  });

  test('tells that pg_net is missing', async () => {
    await sql`drop extension pg_net`;
    const { status, stdout, stderr } = deploy();
    assert.equal(status, 1);
    assert.match(stdout + stderr, /schema "net" does not exist/);
    assert.doesNotMatch(stdout, /^Deployed /m);
  });
});
