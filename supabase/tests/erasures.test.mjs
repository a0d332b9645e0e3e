// @ts-check
// An erasure that is killed at every step, and one that an older backup does not know of: no word of the person is left in a dump, and
// the audit log verifies; also when months of it are retired, and not when what was retired is not what the log says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { newKey, readVerifier, verifyingKey } from '../../scripts/audit/notes.mjs';
import { signedCheckpoint } from '../../scripts/audit/signed-checkpoint.mjs';
import { verifyAuditLog } from '../../scripts/audit/verify.mjs';
import { stopCluster } from '../../scripts/stack/cluster.mjs';
import { bringUp, takeDown } from '../../scripts/stack/database.mjs';
import { projectRoot } from '../../scripts/stack/settings.mjs';

const run = promisify(execFile);
const STEPS = ['sessions', 'practice', 'told', 'log', 'rows', 'account', 'rest_of_log', 'files', 'checked'];
/** What the person wrote, and their addresses; that of the foreign employee ends alike. */
const TRACES = /zinnober|\bemployee@people\.test/gi;

/** Words of the employee wherever they or others can have written them, and entries that say so. */
const PLANT = `
  update public.profiles set display_name = 'Zinnober' where id = pg_temp.id('employee');
  update auth.users set raw_user_meta_data = '{"display_name": "Zinnober"}' where id = pg_temp.id('employee');
  update public.bookings set status_reason = 'zinnober' where employee_id = pg_temp.id('employee');
  update public.bookings set status = 'cancelled', status_reason = 'zinnober said' where id = pg_temp.id('employee:booking');
  update public.session_tokens set device = 'Zinnober''s telephone' where user_id = pg_temp.id('employee');
  insert into public.terms_acceptance (user_id, document, version, user_agent) values (pg_temp.id('employee'), 'privacy', 'zinnober', 'Zinnober/1.0');
  insert into private.sign_up_tokens (email, expires_at) values ('employee@people.test', now() + interval '1 day');
  insert into public.company_employee_invitations (company_id, email, full_name, expires_at, status, accepted_by, accepted_at) values (pg_temp.id('south'), 'employee@people.test', 'Zinnober', now() + interval '1 day', 'accepted', pg_temp.id('employee'), now());
  insert into private.emails (stream, category, template_key, recipient, variables, dedupe_key) values ('mail', 'account', 'test', 'employee@people.test', '{"n": "Zinnober"}', 'a mail to an address');
  insert into auth.audit_log_entries (id, payload, created_at) values (gen_random_uuid(), json_build_object('actor_id', pg_temp.id('employee'), 'actor_username', 'employee@people.test'), now());
  select private.write_audit('test.entry', 'tests', null, pg_temp.id('employee'), '{"a": "zinnober"}', '{"a": "Zinnober"}', '{"reason": "zinnober", "user_agent": "Zinnober/1.0"}');
  select private.audit_invitation('invitation.sent', id, null, '{}') from public.company_employee_invitations where full_name = 'Zinnober';
  insert into private.email_outcomes (mail_id, status, settled_at) select mail_id, 'sent', now() from private.email_queue on conflict do nothing;
  delete from private.email_queue where true;
  update public.system_settings set minimum = 0, value = '0' where key = 'erasure_grace_days';
  select cron.alter_job(jobid, active => false) from cron.job`;

/** Entries of five years ago, before all others in the log: half of them about the employee. */
const OLD = `
  select private.create_partition('public.audit_logs', '2021-01-01'), private.create_partition('public.audit_logs', '2021-02-01');
  insert into public.audit_logs (occurred_at, user_id, actor_role, action, entity_type, new_values, status, transaction_id)
  select '2021-01-30'::timestamptz + make_interval(days => n), case when n % 2 = 0 then pg_temp.id('employee') end, 'postgres', 'test.old', 'tests', '{"a": 1}', 'success', '3'
  from generate_series(0, 9) n`;

/** @type {string} */
let directory;
/** @type {Awaited<ReturnType<typeof bringUp>>} */
let up;
/** @type {import('postgres').Sql} */
let sql;
/** @type {string} */
let person;

async function start() {
  up = await bringUp({ directory, port: 0, durable: false, migrations: true, seed: true });
  sql = postgres(up.url, { max: 1, onnotice: () => {} });
}

async function stop() {
  await sql.end();
  await stopCluster(up.cluster);
}

/** What is found of the person in all that a backup would have. */
async function traces() {
  const { stdout } = await run(path.join(up.cluster.bin, 'pg_dump'), ['--data-only', up.adminUrl], { maxBuffer: 2 ** 28 });
  return stdout.split('\n').filter((line) => line.match(TRACES));
}

/** As audit-seal does, but for signing. */
const seal = () => sql`select private.sequence_audit_entries(100000)`;

async function faults() {
  await seal();
  const report = await sql.begin((all) => verifyAuditLog(all, { verifiers: [], kept: new Map() }));
  return report.faults.map(({ kind, what }) => `${kind}: ${what}`);
}

/** Goes on with all that is due; before each step its process is killed in the middle of it. @param {string} request */
async function erase(request) {
  const steps = (await sql`select step::text from private.erasure_steps where request_id = ${request} order by done_at`).map(({ step }) => step);
  for (let tries = 0; tries < 30; tries += 1) {
    const middle = `begin; select private.erase_further('${request}', now()); select pg_terminate_backend(pg_backend_pid())`;
    await assert.rejects(run(path.join(up.cluster.bin, 'psql'), ['--no-psqlrc', '--command', middle, up.url]), /terminating connection/);
    const before = await sql`select step from private.erasure_steps where request_id = ${request}`;
    assert.equal(before.length, steps.length, 'what was killed left nothing behind');
    await send();
    await sql`select private.run_job('erase_people')`;
    const [{ next, step }] = await sql`
      select private.next_erasure_step(${request}) as next, (select step::text from private.erasure_steps where request_id = ${request} order by done_at desc limit 1) as step`;
    if (step && step !== steps.at(-1)) steps.push(step);
    if (next === 'files') await sweep();
    if (next === null) break;
  }
  return steps;
}

/** As email-dispatch does. */
const send = () => sql`
  with sent as (delete from private.email_queue where true returning mail_id)
  insert into private.email_outcomes (mail_id, status, settled_at) select mail_id, 'sent', now() from sent on conflict do nothing`;

/** As storage-sweep does. */
async function sweep() {
  await sql.begin(async (all) => {
    await all`select set_config('storage.allow_delete_query', 'true', true)`;
    await all`delete from storage.objects o using private.orphaned_files(1000, now() + interval '2 hours') f where (o.bucket_id, o.name) = (f.bucket_id, f.name)`;
  });
}

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-erasures.'));
  await start();
  const psql = path.join(up.cluster.bin, 'psql');
  const setup = (/** @type {string} */ name) => path.join(projectRoot, 'supabase/tests/setup', name);
  await run(psql, ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--file', setup('people.psql'), '--file', setup('rows.psql'), '--command', OLD, '--command', PLANT, up.url], { maxBuffer: 2 ** 26 });
  [{ id: person }] = await sql`select id from auth.users where email = 'employee@people.test'`;
  // Those of rows.psql are no leaves of anything.
  await sql`alter table private.audit_leaves disable trigger user`;
  await sql`alter table private.audit_nodes disable trigger user`;
  await sql`alter table private.audit_checkpoints disable trigger user`;
  await sql`delete from private.audit_leaves where leaf_index >= 0`;
  await sql`delete from private.audit_nodes where level > 0`;
  await sql`delete from private.audit_checkpoints where tree_size > 0`;
  for (const table of ['audit_leaves', 'audit_nodes', 'audit_checkpoints']) await sql.unsafe(`alter table private.${table} enable trigger user`);
  await seal();
});

after(async () => {
  await sql?.end();
  await takeDown(directory);
  await rm(directory, { recursive: true, force: true });
});

test('nothing of who was erased is in a dump, also after an older backup was restored and the ledger replayed', async () => {
  assert.ok((await traces()).length > 15, 'there is something to be erased');
  assert.deepEqual(await faults(), []);
  await stop();
  const backup = `${directory}.backup`;
  await run('cp', ['-a', up.cluster.home, backup]);
  await start();

  const [{ begun }] = await sql`select private.begin_erasure(${person}, 'person', null) as begun`;
  assert.deepEqual(await erase(begun.request_id), STEPS);
  assert.deepEqual(await traces(), []);
  assert.deepEqual(await faults(), []);
  const ledger = path.join(directory, 'erasures.json');
  const erasures = path.join(projectRoot, 'scripts/erasures');
  await writeFile(ledger, (await run(erasures, ['dump'], { env: { ...process.env, DATABASE_URL: up.url } })).stdout);

  await stop();
  await rm(up.cluster.home, { recursive: true });
  await run('cp', ['-a', backup, up.cluster.home]);
  await rm(backup, { recursive: true });
  await start();
  assert.ok((await traces()).length > 15, 'the backup has them again');
  const replay = () => run(erasures, ['replay', ledger], { env: { ...process.env, DATABASE_URL: up.url } });
  // And the one of rows.psql, which is known.
  assert.equal((await replay()).stdout, '1 erasures are taken up again\n');
  assert.equal((await replay()).stdout, '0 erasures are taken up again\n');
  assert.deepEqual(await erase(begun.request_id), ['told', ...STEPS.filter((step) => step !== 'told')], 'nobody is told twice');
  assert.deepEqual(await traces(), []);
  assert.deepEqual(await faults(), []);
});

test('what was retired is told from what was removed, and no writer waits long for it', async () => {
  await sql`delete from vault.secrets where name = 'cron_secret_key'`;
  await sql`select vault.create_secret('cron-key-of-the-tests-0123456789abcdef', 'cron_secret_key')`;
  const key = newKey('example.com/audit');
  const verifiers = [readVerifier(verifyingKey(key))];
  await checkpoint(key);
  const found = async (/** @type {import('postgres').Sql | import('postgres').TransactionSql} */ all) =>
    (await verifyAuditLog(all, { verifiers, kept: new Map() })).faults.map(({ kind, what }) => `${kind}: ${what}`);
  assert.deepEqual(await found(sql), []);
  const [{ id: colleague }] = await sql`select id from auth.users where email = 'colleague@people.test'`;
  const old = () => sql`select user_id, to_char(occurred_at at time zone 'UTC', 'YYYY-MM') as month from public.audit_logs where action = 'test.old' order by id`;
  const retire = () => sql`select private.job_retire_audit_entries(now()) as rows`.then(([{ rows }]) => Number(rows));
  await sql`insert into public.legal_holds (user_id, reason) select user_id, 'a claim' from public.audit_logs where action = 'test.old' and user_id is not null limit 1`;

  const writer = postgres(up.url, { max: 1, onnotice: () => {} });
  await writer.begin(async (open) => {
    await open`select private.write_audit('test.open', 'tests', null, ${colleague}, null, null)`;
    const before = await old();
    // Of a week ago it would have been due, too: somebody has to look.
    await assert.rejects(retire(), { code: '55P03' });
    assert.deepEqual(await old(), before);
    await open`select private.write_audit('test.open', 'tests', null, ${colleague}, null, null)`;
  });
  await writer.end();

  assert.equal(await retire(), 1);
  assert.deepEqual(await found(sql), [], 'before what says so is sealed');
  await checkpoint(key);
  assert.deepEqual(await found(sql), [], 'and afterwards');
  assert.equal(await retire(), 4);
  await checkpoint(key);
  assert.deepEqual((await old()).map(({ month }) => month), ['2021-01', '2021-02', '2021-02', '2021-02', '2021-02'], 'what is held is there');
  assert.deepEqual(await found(sql), []);

  await assert.rejects(sql.begin(async (all) => {
    await all`alter table public.audit_logs disable trigger user`;
    await all`delete from public.audit_logs where action = 'test.old' and occurred_at < '2021-02-01'`;
    assert.deepEqual(await found(all), ['removed: 2 entries of 2021-01 are gone, and the log says that 1 were retired']);
    throw new Error('undo');
  }), /undo/);

  // Nor does what is of today go as if it were of long ago: the leaf of what is gone has its time still.
  await assert.rejects(sql.begin(async (all) => {
    await all`alter table public.audit_logs disable trigger user`;
    await all`alter table private.audit_leaves disable trigger user`;
    const [{ size }] = await all`with gone as (delete from public.audit_logs where action <> 'audit_logs.retired' returning 1) select count(*)::int as size from gone`;
    await all`update private.audit_leaves s set occurred_at = '2019-05-05', salt = null where not exists (select from public.audit_logs l where l.id = s.entry_id)`;
    await all`select private.write_audit('audit_logs.retired', 'audit_logs', null, null, null, jsonb_build_object('2019-05', ${size}::int + 5))`;
    assert.deepEqual([...new Set((await found(all)).map((fault) => fault.split(':')[0]))], ['altered']);
    throw new Error('undo');
  }), /undo/);

  await sql`update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null`;
  assert.equal(await retire() + await retire(), 5, 'and goes once it is not');
  await checkpoint(key);
  assert.deepEqual(await found(sql), []);
});

test('a run of the job goes on, each step committed, until nobody is due', async () => {
  const [{ id }] = await sql`select id from auth.users where email = 'colleague@people.test'`;
  await sql`update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null`;
  await sql`delete from private.job_runs where true`;
  const [{ begun }] = await sql`select private.begin_erasure(${id}, 'admin', null) as begun`;
  const [{ jobid }] = await sql`select jobid from cron.job where jobname = 'erase-people'`;
  await sql`select cron.alter_job(${jobid}, schedule => '1 seconds', active => true)`;
  const next = () => sql`select private.next_erasure_step(${begun.request_id}) as next`.then(([row]) => row.next);
  try {
    for (let tries = 0; tries < 100 && !['files', null].includes(await next()); tries += 1) {
      await send();
      // It would wait a minute for the receipt to be sent.
      await sql`update private.erasure_requests set try_after = now() where try_after is not null`;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await sql`select cron.alter_job(${jobid}, active => false)`;
  }
  const steps = await sql`select step, xmin::text from private.erasure_steps where request_id = ${begun.request_id}`;
  assert.ok(steps.length >= 7, JSON.stringify(steps));
  assert.equal(new Set(steps.map(({ xmin }) => xmin)).size, steps.length, 'each step is a transaction');
  const [{ runs, failed }] = await sql`select count(*)::int as runs, count(*) filter (where status = 'failed')::int as failed from cron.job_run_details where jobid = ${jobid}`;
  assert.equal(failed, 0);
  assert.ok(runs < steps.length, `${runs} runs for ${steps.length} steps`);
  assert.deepEqual(await sql`select e.recipient, e.variables from private.emails e where e.dedupe_key = ${`erasure_receipt:${begun.request_id}`}`.then((rows) => [...rows]), [{ recipient: null, variables: null }]);
});

/** As audit-seal does. @param {string} key */
async function checkpoint(key) {
  await seal();
  const [{ after, size, root }] = await sql`
    select coalesce(max(tree_size), 0)::int as after, private.audit_tree_size()::int as size, private.audit_tree_hash(0, private.audit_tree_size()) as root
    from private.audit_checkpoints`;
  if (after === size) return;
  const note = signedCheckpoint(key, size, root);
  await sql`select private.record_audit_checkpoint(${after}, ${size}, ${note}, private.audit_checkpoint_mac(${note}))`;
}
