// @ts-check
// Two companies, and everybody of each tries everything that the Data API and Auth have for signed-in people,
// over HTTP, with every id of the other: what exists is read from the catalogue, so a new table or function is
// attacked without a line here. supabase/tests/setup/attack.psql does the same below HTTP, where more can be tried.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { as } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { idsOf, rowsOf, tenant, total } from './platform/tenants.mjs';

after(() => sql.end());

/** @typedef {import('./platform/tenants.mjs').Tenant} Tenant */
/** @typedef {{ source: string, id: string }} Id */
/** @typedef {{ method?: string, path: string, body?: unknown, prefer?: string, writes?: boolean }} Attempt */
/** @typedef {{ name: string, uuids: string[], readable: string[], added: string[], changed: string[] }} Table */
/** @typedef {{ name: string, parameters: { name: string, type: string }[], reads: boolean }} SqlFunction */

/** @returns {Promise<Table[]>} */
const tables = () => sql`
  select c.relname as name,
    coalesce(array_agg(a.attname) filter (where a.atttypid = 'uuid'::regtype), '{}') as uuids,
    coalesce(array_agg(a.attname) filter (where has_column_privilege('authenticated', c.oid, a.attnum, 'select')), '{}') as readable,
    coalesce(array_agg(a.attname) filter (where has_column_privilege('authenticated', c.oid, a.attnum, 'insert')), '{}') as added,
    coalesce(array_agg(a.attname) filter (where has_column_privilege('authenticated', c.oid, a.attnum, 'update')), '{}') as changed
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
  group by c.oid, c.relname order by 1`;

/** @returns {Promise<SqlFunction[]>} */
const functions = () => sql`
  select p.proname as name, p.provolatile <> 'v' as reads, coalesce((
    select jsonb_agg(jsonb_build_object('name', p.proargnames[n + 1], 'type', p.proargtypes[n]::regtype::text))
    from generate_series(0, p.pronargs - 1) n
  ), '[]') as parameters
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by 1`;

/** What a call says besides ids: such that nothing but the rule of tenancy refuses it. @type {Record<string, unknown>} */
const WORDS = {
  p_role: 'admin',
  p_status: 'active',
  p_plan: 'no-plan',
  p_version: '2026-11',
  p_document: 'terms',
  p_outcome: 'completed',
  p_type: 'license',
  p_mime_type: 'application/pdf',
  p_file_hash: '0'.repeat(64),
  p_decision: 'approve',
  p_domains: ['corp.test'],
  p_invitations: [{ email: 'attack@corp.test', role: 'admin' }],
};

/** @type {Record<string, unknown>} */
const OF_TYPE = {
  text: 'a good reason',
  jsonb: {},
  integer: 5,
  smallint: 5,
  numeric: 5,
  date: '2027-01-04',
  boolean: true,
  'timestamp with time zone': '2027-01-04T09:00:00Z',
};

/** @param {SqlFunction['parameters'][number]} parameter @param {Id[]} theirs @param {string} own */
function valuesFor({ name, type }, theirs, own) {
  if (type === 'uuid') {
    const fitting = theirs.filter(({ source }) => {
      if (name === 'p_company_id') return source === 'companies';
      return name !== 'p_user_id' || source === 'profiles';
    });
    return [...fitting.map(({ id }) => id), ...(name === 'p_company_id' ? [own] : [])];
  }
  if (name === 'p_filters') return theirs.filter(({ source }) => source === 'profiles').map(({ id }) => ({ user_id: id }));
  return [name in WORDS ? WORDS[name] : (OF_TYPE[type] ?? null)];
}

/** So many ids of a call are combined. Of more, each is tried beside none of the others: a third would multiply the calls by a dozen. */
const COMBINED = 2;

/** Every combination of values, with an id of each kind. @param {SqlFunction} one @param {Id[]} all @param {string} own */
function callsOf(one, all, own) {
  const theirs = all.filter(({ source }, index) => all.findIndex((other) => other.source === source) === index);
  const ids = one.parameters.filter(({ type }) => type === 'uuid');
  const nulls = ids.length > COMBINED ? ids.map((tried) => ids.filter((other) => other !== tried)) : [[]];
  const calls = nulls.flatMap((empty) => combinations(one.parameters, empty, theirs, own));
  // Without an id of theirs it may do what it is for: only what changes nothing is tried.
  return calls.filter((call) => one.reads || theirs.some(({ id }) => JSON.stringify(call).includes(id)));
}

/** @param {SqlFunction['parameters']} parameters @param {SqlFunction['parameters']} empty those that are null @param {Id[]} theirs @param {string} own */
function combinations(parameters, empty, theirs, own) {
  /** @type {Record<string, unknown>[]} */
  let calls = [{}];
  for (const parameter of parameters) {
    const values = empty.includes(parameter) ? [null] : valuesFor(parameter, theirs, own);
    calls = calls.flatMap((call) => values.map((value) => ({ ...call, [parameter.name]: value })));
  }
  return calls;
}

/** @param {Table} table @param {Id[]} theirs @param {Record<string, unknown>[]} rows what it holds of theirs @returns {Attempt[]} */
function attemptsOn(table, theirs, rows) {
  const path = `rest/v1/${table.name}`;
  const columns = table.readable.join(',') || '*';
  const list = theirs.map(({ id }) => id).join(',');
  const filters = table.uuids.map((column) => `${column}=in.(${list})`);
  const changes = table.changed.length > 0 ? table.changed : table.uuids.slice(0, 1);
  const row = rows[0] ?? {};
  const added = table.added.length > 0 ? table.added : table.readable;
  const pick = (/** @type {string[]} */ names) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
  return [
    { path: `${path}?select=${columns}` },
    { path: `${path}?select=*` },
    ...filters.map((filter) => ({ path: `${path}?select=${columns}&${filter}` })),
    ...filters.flatMap((filter) =>
      (table.changed.length > 0 ? ['representation', 'minimal'] : ['minimal']).flatMap((answer) => [
        { method: 'PATCH', path: `${path}?${filter}`, body: pick(changes), prefer: `return=${answer}`, writes: true },
        { method: 'DELETE', path: `${path}?${filter}`, prefer: `return=${answer}`, writes: true },
      ]),
    ),
    ...(rows.length === 0 ? [] : ['return=minimal', 'return=minimal,resolution=merge-duplicates']).map((prefer) => ({
      method: 'POST', path, body: pick(added), prefer, writes: true,
    })),
  ];
}

/** Rows of a table beside rows of others that they refer to or that refer to them. @returns {Promise<Attempt[]>} */
async function embeddings() {
  const keys = await sql`
    select c.conrelid::regclass::text as referring, c.confrelid::regclass::text as referred, c.conname as name
    from pg_constraint c
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conparentid = 0
      and c.confrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)`;
  const bare = (/** @type {string} */ name) => name.replace(/^public\./, '');
  return keys.flatMap(({ referring, referred, name }) => [
    { path: `rest/v1/${bare(referring)}?select=created_at,${bare(referred)}!${name}(*)` },
    { path: `rest/v1/${bare(referred)}?select=created_at,${bare(referring)}!${name}(*)` },
  ]);
}

/** @param {Id[]} theirs @returns {Attempt[]} */
const onAuth = (theirs) =>
  theirs
    .filter(({ source }) => source === 'profiles')
    .flatMap(({ id }) => [
      { path: `auth/v1/admin/users/${id}` },
      { method: 'PUT', path: `auth/v1/admin/users/${id}`, body: { password: 'a password of a stranger' }, writes: true },
      { method: 'DELETE', path: `auth/v1/admin/users/${id}`, writes: true },
    ]);

/** @param {Record<string, string>} headers @param {Attempt} attempt */
async function send(headers, { method = 'GET', path, body, prefer }) {
  const response = await fetch(`${environment.url}/${path}`, {
    method,
    headers: {
      apikey: environment.publishableKey,
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(prefer === undefined ? {} : { prefer }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** Some at a time. @template T @param {T[]} items @param {(item: T) => Promise<void>} work */
async function forEach(items, work) {
  const left = [...items].reverse();
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Rows that came or went. @param {Record<string, string[]>} before @param {Record<string, string[]>} now */
function changes(before, now) {
  return Object.keys(now).flatMap((table) => {
    const gone = before[table].filter((row) => !now[table].includes(row)).map((row) => `${table}: gone ${row}`);
    const come = now[table].filter((row) => !before[table].includes(row)).map((row) => `${table}: come ${row}`);
    return [...gone, ...come];
  });
}

const refusal = (/** @type {number} */ status) => [400, 401, 403, 404, 405, 409, 422].includes(status);

test('nobody of a company learns or changes anything of another through the Data API', async (context) => {
  const tenants = [await tenant(), await tenant()];
  const before = await rowsOf(tenants);
  const known = { tables: await tables(), functions: await functions(), embeddings: await embeddings() };
  const seen = { requests: 0, rpc: new Set(), found: new Set() };

  for (const [attacker, victim] of [tenants, [...tenants].reverse()]) {
    const theirs = await idsOf(victim);
    const ids = new RegExp(theirs.map(({ id }) => id).join('|'), 'g');
    /** @param {string} text @param {string} asked */
    const leaked = (text, asked) =>
      [...victim.secrets, ...theirs.map(({ id }) => id)].find((word) => text.includes(word) && !asked.includes(word));
    /** @type {Attempt[]} */
    const attempts = [...known.embeddings, ...onAuth(theirs)];
    for (const table of known.tables) {
      const rows = await sql`
        select to_jsonb(t) as row from public.${sql(table.name)} t
        where t::text ~ ${theirs.map(({ id }) => id).join('|')} limit 1`;
      attempts.push(...attemptsOn(table, theirs, rows.map(({ row }) => row)));
    }
    for (const [role, person] of Object.entries(attacker.people)) {
      const headers = await as(person);
      await forEach(attempts, async (attempt) => {
        const { status, text } = await send(headers, attempt);
        const asked = JSON.stringify(attempt);
        const what = `${role}: ${asked.slice(0, 300)}: ${status} ${text.slice(0, 300)}`;
        seen.requests += 1;
        assert.equal(leaked(text, asked), undefined, what);
        if (attempt.writes) assert.ok(refusal(status) || /^(\[\])?$/.test(text), what);
        if (attempt.method === 'POST') assert.ok(refusal(status), what);
      });
      await forEach(known.functions, async (one) => {
        for (const body of callsOf(one, theirs, attacker.company.id)) {
          const attempt = { method: 'POST', path: `rest/v1/rpc/${one.name}`, body };
          const asked = JSON.stringify(attempt);
          const answer = await send(headers, attempt);
          const what = `${role}: ${asked}: ${answer.status} ${answer.text.slice(0, 300)}`;
          seen.requests += 1;
          assert.equal(leaked(answer.text, asked), undefined, what);
          assert.doesNotMatch(answer.text, /PGRST202|"code":"(22|42883)/, `it did not reach the function: ${what}`);
          seen.rpc.add(one.name);
          if (!ids.test(asked)) continue;
          // An id of theirs is answered like one that does not exist.
          const unknown = randomUUID();
          const nobody = await send(headers, { ...attempt, body: JSON.parse(JSON.stringify(body).replace(ids, unknown)) });
          const plain = (/** @type {string} */ text) => text.replace(ids, '?').replaceAll(unknown, '?');
          assert.deepEqual([answer.status, plain(answer.text)], [nobody.status, plain(nobody.text)], what);
        }
      });
    }
    // The same questions find something for whoever may ask them.
    const own = await as(victim.people.admin);
    await forEach(attempts.filter(({ writes }) => !writes), async (attempt) => {
      const { text } = await send(own, attempt);
      if (victim.secrets.some((word) => text.includes(word))) seen.found.add(attempt.path.replace(/\?.*/, ''));
    });
  }
  assert.deepEqual(changes(before, await rowsOf(tenants)), []);
  assert.ok(total(before) > 50, 'there was little to be changed');
  assert.ok(seen.found.size >= 6, `the questions find nothing for an admin either: ${[...seen.found].join(', ')}`);
  context.diagnostic(
    `${seen.requests} requests by 6 people: ${known.tables.length} tables, ${known.embeddings.length} embeddings, ` +
      `${seen.rpc.size} of ${known.functions.length} functions; ${total(before)} rows are as before; ` +
      `an admin finds their own in ${seen.found.size} places`,
  );
});
