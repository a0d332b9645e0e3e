// @ts-check
// The Data API answers and commits as PostgREST does, on a database of its own without the product. With
// STACK_REST_COMMAND, PostgREST itself is held to the same.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createCanceller } from './api-cancel.mjs';
import { databaseErrorAnswer } from './api-errors.mjs';
import { readConfig } from './config.mjs';
import { bringUp, takeDown } from './database.mjs';
import { createKeyring } from './keys.mjs';
import { connect } from './connection.mjs';
import { freePort } from './ports.mjs';
import { readRealServices } from './real/services.mjs';
import { startRealServices } from './real/start.mjs';
import { createServices } from './services.mjs';
import { signToken } from './tokens.mjs';

const REAL = process.env.STACK_REST_COMMAND;
const SCHEMA = `
  create table public.notes (id int primary key, text text not null default '', price numeric);
  create domain public.note_kind as text check (value in ('note', 'task'));
  create table public.kinds (id int primary key, kind public.note_kind not null default 'note');
  create table public.marks (id bigint generated always as identity, note int);
  create function public.mark() returns trigger language plpgsql as $$
  begin
    insert into public.marks (note) values (new.id);
    return new;
  end $$;
  create trigger mark after insert or update on public.notes for each row execute function public.mark();

  create function public.seen() returns jsonb language sql stable as $$
    select jsonb_build_object(
      'claims', current_setting('request.jwt.claims', true)::jsonb, 'sub', current_setting('request.jwt.claim.sub', true),
      'agent', current_setting('request.headers', true)::jsonb ->> 'user-agent', 'cookie', current_setting('request.headers', true)::jsonb ->> 'cookie',
      'statement', current_setting('statement_timeout'), 'lock', current_setting('lock_timeout'), 'read_only', current_setting('transaction_read_only'))
  $$;
  create view public.seen_by_tables as select public.seen() as seen;
  create function public.write_in(p_id int) returns int language sql as $$ insert into public.notes (id) values (p_id) returning id $$;
  create function public.write_rows(p_count int) returns setof public.notes language sql as $$
    insert into public.notes (id) select 100 + n from generate_series(1, p_count) n returning *
  $$;
  create function public.stable_write(p_id int) returns int language plpgsql stable as $$
  begin
    return public.write_in(p_id);
  end $$;
  create function public.many() returns setof int language sql stable as $$ select generate_series(1, 1001) $$;
  create function public.refuse(p_id int) returns int language plpgsql as $$
  begin
    perform public.write_in(p_id);
    perform set_config('response.status', '409', true);
    return p_id;
  end $$;
  create function public.fail(p_code text) returns int language plpgsql as $$
  begin
    raise exception 'failed' using errcode = p_code, detail = 'detail', hint = 'hint';
  end $$;
  create function public.slow(p_seconds float) returns int language plpgsql volatile as $$
  begin
    perform pg_sleep(p_seconds);
    return 1;
  end $$;
  grant all on all tables in schema public to anon, authenticated, service_role;
  grant all on all sequences in schema public to anon, authenticated, service_role;
`;

/** @type {string} */
let directory;
/** @type {{ fetch: (request: Request) => Promise<Response> }} */
let rest;
let stop = async () => {};
/** @type {import('./secrets.mjs').Secrets} */
let secrets;
/** @type {import('postgres').Sql} */
let sql;
/** @type {string} */
let sqlUrl;
/** @type {import('postgres').Sql} sees the statements of others */
let admin;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-data-api-'));
  const made = await bringUp({ directory, port: 0, durable: false, migrations: false, seed: false });
  secrets = made.secrets;
  sqlUrl = made.url;
  sql = connect(sqlUrl);
  admin = connect(made.adminUrl);
  await sql.unsafe(SCHEMA);
  const place = { secrets, keyring: createKeyring(secrets), siteUrl: 'http://127.0.0.1', config: await readConfig() };
  if (REAL) return startPostgrest(place);
  const services = createServices({ port: Number(new URL(made.url).port), directory, ...place });
  stop = async () => void (await Promise.all(Object.values(services).map((one) => one.close())));
  rest = /** @type {import('./services.mjs').Service} */ (services.rest);
});

/** @param {Omit<import('./real/environment.mjs').Place, 'settings'>} place */
async function startPostgrest(place) {
  const environment = { STACK_REST_COMMAND: REAL, STACK_REST_URL: `http://127.0.0.1:${await freePort()}` };
  const settings = { directory, apiPort: 0, databasePort: sql.options.port[0], inboxPort: 0, apiUrl: '', inboxUrl: '', site: null };
  await startRealServices(readRealServices(0, environment), { settings, ...place }, { sql, onStep: () => {}, onStarted: (end) => (stop = end) });
  rest = {
    // What the gateway makes of keys is shown by its own tests.
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      if (headers.get('apikey') === secrets.secretKey) headers.set('authorization', `Bearer ${signToken({ role: 'service_role' }, secrets.jwtSecret)}`);
      const body = request.method === 'GET' ? undefined : await request.text();
      return fetch(environment.STACK_REST_URL + pathname.slice('/rest/v1'.length) + search, { method: request.method, headers, body });
    },
  };
}

after(async () => {
  await stop();
  await Promise.all([sql.end(), admin.end()]);
  await takeDown(directory);
  await rm(directory, { recursive: true });
});

/**
 * @param {string} method @param {string} target below /rest/v1/
 * @param {{ as?: 'anon' | 'authenticated' | 'service_role', body?: unknown, headers?: Record<string, string>, signal?: AbortSignal }} [options]
 */
async function send(method, target, { as = 'authenticated', body, headers = {}, signal } = {}) {
  const apikey = as === 'service_role' ? secrets.secretKey : secrets.publishableKey;
  const token = signToken({ role: 'authenticated', sub: '6f1d1c5e-8f5d-4f5e-9d5c-000000000001' }, secrets.jwtSecret);
  const response = await rest.fetch(
    new Request(`http://127.0.0.1/rest/v1/${target}`, {
      method,
      signal,
      headers: {
        apikey,
        ...(as === 'authenticated' ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(JSON.stringify(body))) }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : null };
}

/** Two notes and no mark. */
async function twoNotes() {
  await sql`truncate public.notes, public.marks`;
  await sql`insert into public.notes (id, price) values (1, 1.50), (2, 2)`;
  await sql`delete from public.marks`;
}

async function whatIsKept() {
  const [{ notes, marks }] = await sql`
    select (select count(*)::int from public.notes) as notes, (select count(*)::int from public.marks) as marks`;
  return { notes, marks };
}

const SINGULAR = { accept: 'application/vnd.pgrst.object+json' };
const atMost = (/** @type {number} */ rows) => ({ prefer: `handling=strict, max-affected=${rows}` });
const WHOLE = 'return=representation';

/** @type {Record<string, [string, string, { body?: unknown, headers: Record<string, string> }, number, string]>} */
const UNMET = {
  'a singular answer of two changed rows': ['PATCH', 'notes?id=in.(1,2)', { body: { text: 'x' }, headers: { ...SINGULAR, prefer: WHOLE } }, 406, 'PGRST116'],
  'a singular answer of no changed row': ['PATCH', 'notes?id=eq.9', { body: { text: 'x' }, headers: { ...SINGULAR, prefer: WHOLE } }, 406, 'PGRST116'],
  'a singular answer that nobody reads': ['PATCH', 'notes?id=in.(1,2)', { body: { text: 'x' }, headers: SINGULAR }, 406, 'PGRST116'],
  'a singular answer of two deleted rows': ['DELETE', 'notes?id=in.(1,2)', { headers: { ...SINGULAR, prefer: WHOLE } }, 406, 'PGRST116'],
  'a singular answer of two new rows': ['POST', 'notes', { body: [{ id: 3 }, { id: 4 }], headers: { ...SINGULAR, prefer: WHOLE } }, 406, 'PGRST116'],
  'a singular answer of a function': ['POST', 'rpc/write_rows', { body: { p_count: 2 }, headers: SINGULAR }, 406, 'PGRST116'],
  'a change of more rows than max-affected': ['PATCH', 'notes?id=in.(1,2)', { body: { text: 'x' }, headers: atMost(1) }, 400, 'PGRST124'],
  'a deletion of more rows than max-affected': ['DELETE', 'notes?id=in.(1,2)', { headers: atMost(1) }, 400, 'PGRST124'],
  'a function that answers more rows than max-affected': ['POST', 'rpc/write_rows', { body: { p_count: 2 }, headers: atMost(1) }, 400, 'PGRST124'],
  'max-affected of a function that answers one value': ['POST', 'rpc/write_in', { body: { p_id: 3 }, headers: atMost(1) }, 400, 'PGRST128'],
};

for (const [what, [method, target, options, status, code]] of Object.entries(UNMET)) {
  test(`${what} is refused and leaves nothing, what triggers wrote included`, async () => {
    await twoNotes();
    const answer = await send(method, target, options);
    assert.deepEqual([answer.status, answer.body.code], [status, code]);
    assert.deepEqual(await whatIsKept(), { notes: 2, marks: 0 });
  });
}

test('a column of a domain is written, filtered and read like text, and refuses what is no value of it', async () => {
  assert.equal((await send('POST', 'kinds', { body: [{ id: 1, kind: 'task' }, { id: 2, kind: 'note' }] })).status, 201);
  assert.deepEqual((await send('GET', 'kinds?kind=in.(task,other)&order=kind')).body, [{ id: 1, kind: 'task' }]);
  assert.equal((await send('PATCH', 'kinds?id=eq.2', { body: { kind: 'task' } })).status, 204);
  const refused = await send('PATCH', 'kinds?id=eq.2', { body: { kind: 'other' } });
  assert.deepEqual([refused.status, refused.body.code], [400, '23514']);
});

test('max-affected counts after the triggers ran, as time and their errors tell', async () => {
  await twoNotes();
  await sql.unsafe(`create function public.stop() returns trigger language plpgsql as $$ begin raise exception 'stopped'; end $$;
    create trigger stop before update on public.notes for each row execute function public.stop()`);
  const answer = await send('PATCH', 'notes?id=in.(1,2)', { body: { text: 'x' }, headers: atMost(1) });
  await sql.unsafe('drop trigger stop on public.notes; drop function public.stop()');
  assert.equal(answer.body.message, 'stopped');
});

test('a limit that is met, or not asked for strictly, commits', async () => {
  await twoNotes();
  const met = [{ ...SINGULAR, prefer: WHOLE }, atMost(1), {}];
  for (const headers of met) assert.ok((await send('PATCH', 'notes?id=eq.1', { body: { text: 'x' }, headers })).status < 300);
  assert.equal((await send('PATCH', 'notes?id=in.(1,2)', { body: { text: 'x' }, headers: { prefer: 'max-affected=1' } })).status, 204);
  assert.deepEqual(await whatIsKept(), { notes: 2, marks: met.length + 2 });
});

test('max-affected counts no new rows', async () => {
  await twoNotes();
  assert.equal((await send('POST', 'notes', { body: [{ id: 3 }, { id: 4 }], headers: atMost(1) })).status, 201);
  assert.deepEqual(await whatIsKept(), { notes: 4, marks: 2 });
});

test('a wish to roll back is ignored and not said to be applied', async () => {
  await twoNotes();
  const answer = await send('PATCH', 'notes?id=eq.1', { body: { text: 'x' }, headers: { prefer: `tx=rollback, ${WHOLE}` } });
  assert.equal(answer.headers.get('preference-applied'), WHOLE);
  assert.deepEqual(await whatIsKept(), { notes: 2, marks: 1 });
});

test('a change without a filter is refused, as safeupdate does', { skip: REAL ? 'safeupdate is not packaged' : false }, async () => {
  await twoNotes();
  for (const [method, verb] of [['PATCH', 'UPDATE'], ['DELETE', 'DELETE']]) {
    const answer = await send(method, 'notes', { body: method === 'PATCH' ? { text: 'x' } : undefined, headers: { prefer: WHOLE } });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, { code: '21000', details: null, hint: null, message: `${verb} requires a WHERE clause` });
  }
  assert.deepEqual(await whatIsKept(), { notes: 2, marks: 0 });
});

test('a status that a function chose commits what it wrote', async () => {
  await twoNotes();
  assert.equal((await send('POST', 'rpc/refuse', { body: { p_id: 7 } })).status, 409);
  assert.deepEqual(await whatIsKept(), { notes: 3, marks: 1 });
});

test('reading is a READ ONLY transaction, and writing in one is 405', async () => {
  await twoNotes();
  const refused = [
    await send('GET', 'rpc/write_in?p_id=7'),
    await send('POST', 'rpc/stable_write', { body: { p_id: 7 } }),
  ];
  for (const answer of refused) assert.deepEqual([answer.status, answer.body.code], [405, '25006']);
  assert.deepEqual(await whatIsKept(), { notes: 2, marks: 0 });
  assert.equal((await send('GET', 'seen_by_tables')).body[0].seen.read_only, 'on');
  assert.equal((await send('POST', 'rpc/seen', { body: {} })).body.read_only, 'on');
  assert.equal((await send('POST', 'rpc/write_in', { body: { p_id: 7 } })).status, 200);
});

test('each role has its own time limits', async () => {
  for (const [as, statement] of /** @type {const} */ ([['anon', '3s'], ['authenticated', '8s'], ['service_role', '8s']])) {
    const { body } = await send('GET', 'seen_by_tables', { as });
    assert.deepEqual([body[0].seen.statement, body[0].seen.lock], [statement, '8s'], as);
  }
});

test('tables and functions see the headers and the claims, and no setting for a single claim', async () => {
  const headers = { 'user-agent': 'Agent', cookie: 'secret=1' };
  for (const seen of [(await send('GET', 'seen_by_tables', { headers })).body[0].seen, (await send('GET', 'rpc/seen', { headers })).body]) {
    assert.deepEqual([seen.agent, seen.cookie, seen.sub], ['Agent', null, null]);
    assert.deepEqual(seen.claims, { role: 'authenticated', sub: '6f1d1c5e-8f5d-4f5e-9d5c-000000000001' });
  }
  const anonymous = await send('GET', 'rpc/seen', { as: 'anon' });
  assert.deepEqual(anonymous.body.claims, { role: 'anon' });
});

test('what the project names is asked before each request, as its caller, and refuses it', { skip: REAL && 'PostgREST reads it when it is told to' }, async () => {
  await twoNotes();
  await sql.unsafe(`
    create function public.before_request() returns void language plpgsql as $$
    begin
      insert into public.marks (note) values (0);
      if current_setting('request.path') = '/rpc/write_in' and current_user = 'authenticated' then
        raise sqlstate 'PT404' using message = 'feature_disabled', detail = current_setting('request.method');
      end if;
    exception when read_only_sql_transaction then
      return;
    end $$;
    alter role authenticator set pgrst.db_pre_request = 'public.before_request'`);
  try {
    const refused = await send('POST', 'rpc/write_in', { body: { p_id: 7 } });
    assert.deepEqual([refused.status, refused.body.code, refused.body.message, refused.body.details], [404, 'PT404', 'feature_disabled', 'POST']);
    assert.deepEqual(await whatIsKept(), { notes: 2, marks: 0 });
    assert.equal((await send('POST', 'rpc/write_in', { as: 'service_role', body: { p_id: 7 } })).status, 200);
    assert.deepEqual(await whatIsKept(), { notes: 3, marks: 2 }, 'in the transaction of the request');
    assert.equal((await send('GET', 'notes?select=id')).body.length, 3);
  } finally {
    await sql`alter role authenticator reset pgrst.db_pre_request`;
  }
});

test('numbers are JSON numbers', async () => {
  await twoNotes();
  assert.deepEqual((await send('GET', 'notes?select=price&order=id')).body, [{ price: 1.5 }, { price: 2 }]);
});

test('an answer ends after max_rows, and says so to nobody', async () => {
  await sql`truncate public.notes`;
  await sql`insert into public.notes (id) select generate_series(1, 1001)`;
  for (const target of ['notes?select=id', 'rpc/many']) {
    const answer = await send('GET', target);
    assert.deepEqual([answer.status, answer.body.length], [200, 1000], target);
  }
});

test('an empty array is a call without arguments', async () => {
  assert.equal((await send('POST', 'rpc/seen', { body: [] })).body.read_only, 'on');
});

test('an error of the database has its code, and the status that PostgREST gives it', async () => {
  const expected = {
    22023: 400, 23514: 400, 23505: 409, '23P01': 400, 21000: 500, 40001: 500, '40P01': 500, '55P03': 500, 57014: 500, 53300: 503, 53400: 500,
    '57P01': 503, P0001: 400, PT409: 409, 42501: 403, '42P01': 404,
  };
  // Before 16, PostgREST tries these again, and for ever.
  const tried = Object.entries(expected).filter(([code]) => !REAL || !['40001', '40P01'].includes(code));
  for (const [code, status] of tried) {
    const answer = await send('POST', 'rpc/fail', { body: { p_code: code } });
    assert.equal(answer.status, status, code);
    assert.deepEqual(answer.body, { code, details: 'detail', hint: 'hint', message: 'failed' });
  }
  assert.equal((await send('POST', 'rpc/fail', { as: 'anon', body: { p_code: '42501' } })).status, 401);
  assert.equal((await send('POST', 'rpc/none', { body: {} })).body.code, 'PGRST202');
});

test('where there is no database, whoever asks is told so and to come again', async () => {
  const nowhere = await freePort();
  const lost = await connect(`postgresql://postgres@127.0.0.1:${nowhere}/postgres`)`select 1`.catch((error) => error);
  assert.equal(databaseErrorAnswer(lost, { isPerson: true })?.status, 503, lost.code);
  if (REAL) return;
  const place = { secrets, keyring: createKeyring(secrets), siteUrl: 'http://127.0.0.1', config: await readConfig() };
  const services = createServices({ port: nowhere, directory, ...place });
  try {
    for (const [method, target] of [['GET', 'notes'], ['POST', 'notes'], ['POST', 'rpc/seen']]) {
      const request = new Request(`http://127.0.0.1/rest/v1/${target}`, {
        method, headers: { apikey: secrets.publishableKey, 'content-type': 'application/json' }, ...(method === 'POST' ? { body: '{}' } : {}),
      });
      const answer = await /** @type {import('./services.mjs').Service} */ (services.rest).fetch(request);
      assert.deepEqual([answer.status, answer.headers.get('retry-after'), (await answer.json()).code], [503, '1', 'PGRST002'], `${method} ${target}`);
    }
  } finally {
    await Promise.all(Object.values(services).map((one) => one.close()));
  }
});

test('a caller who is gone holds no connection, and those who wait for one are never served', { skip: REAL && 'PostgREST goes on' }, async () => {
  const running = async () => (await admin`select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%slow%' and usename = 'authenticator'`)[0].n;
  const until = async (/** @type {number} */ count) => {
    for (const end = Date.now() + 10_000; (await running()) !== count; await setTimeout(20)) assert.ok(Date.now() < end, `${await running()} run`);
  };
  const gone = new AbortController();
  // Twice as many as there are connections.
  const left = Array.from({ length: 20 }, () => send('POST', 'rpc/slow', { as: 'service_role', body: { p_seconds: 30 }, signal: gone.signal }));
  await until(10);
  gone.abort();
  const stayed = await send('POST', 'rpc/slow', { as: 'service_role', body: { p_seconds: 0.1 } });
  assert.deepEqual([stayed.status, stayed.body], [200, 1], 'and nobody else is cancelled');
  await until(0);
  for (const one of await Promise.allSettled(left)) assert.ok(one.status === 'rejected' || one.value.status === 499);
});

test('a caller who leaves between two statements is gone by the next', async () => {
  const canceller = createCanceller(sqlUrl);
  const one = await sql.reserve();
  try {
    const [{ process }] = await one`select pg_backend_pid() as process`;
    const gone = new AbortController();
    const left = canceller.whileWaitedFor(gone.signal, process, async () => {
      gone.abort();
      await setTimeout(300);
      return one`select pg_sleep(30)`;
    });
    await assert.rejects(left, { code: '57014' });
    assert.deepEqual([...(await one`select 1 as n`)], [{ n: 1 }], 'and whoever has the connection next is not');
  } finally {
    one.release();
    await canceller.close();
  }
});
