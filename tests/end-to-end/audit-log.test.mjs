// @ts-check
// The audit log, sealed: what the owner of the database does to it all the same is found by whoever has a checkpoint.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { notesIn, openCheckpoint, readVerifier, verifyingKey } from '../../scripts/audit/notes.mjs';
import { verifyAuditLog } from '../../scripts/audit/verify.mjs';
import { sql } from './platform/clients.mjs';
import { platformAdmin } from './platform/companies.mjs';
import { environment, root } from './platform/environment.mjs';
import { FunctionProcess } from './platform/function-process.mjs';
import { callFunction } from './platform/functions.mjs';
import { mailTo } from './platform/inbox.mjs';
import { newAddress, signedIn } from './platform/people.mjs';

after(() => sql.end());

const key = verifyingKey(environment.auditKeys.split(',')[0]);
const verifiers = [readVerifier(key)];

/** @returns {Promise<{ sealed: number, tree_size: number, checkpoint: string }>} */
async function seal() {
  const response = await callFunction('audit-seal', { headers: { apikey: environment.cronKey }, body: {} });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

/** What JSON can be written in several ways. */
const ODD = { reason: 'a \u2028 \t\u0001\u{1F512} "test" \\ </p>\n', user_agent: 'Agent/1.0 (\u00e4; "x")', ip: '2001:db8::7' };

/** Writes entries, and waits until they are leaves: until no transaction of another test is older. @param {number} [count] */
async function written(count = 3) {
  const entity = randomUUID();
  await sql`select private.write_audit('test.sealed', 'tests', ${entity}, null, null, jsonb_build_object('n', n), ${sql.json(ODD)})
    from generate_series(1, ${count}) n`;
  for (let tries = 0; tries < 100; tries += 1) {
    const { checkpoint } = await seal();
    const leaves = await sql`
      select leaf_index, entry_id from private.audit_leaves s join public.audit_logs l on l.id = s.entry_id where l.entity_id = ${entity} order by leaf_index
    `;
    if (leaves.length === count) return { checkpoint, leaves };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the entries were not sealed');
}

/** What is found of the log once something was done to it, which is undone then. @param {string[]} statements @param {Map<string, string>} kept */
async function faultsAfter(statements, kept) {
  /** @type {string[]} */
  let kinds = [];
  await sql.begin(async (all) => {
    for (const statement of statements) await all.unsafe(statement);
    const { faults } = await verifyAuditLog(all, { verifiers, kept });
    kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
    throw new Error('undo');
  }).catch((error) => {
    if (error.message !== 'undo') throw error;
  });
  return kinds;
}

/** With these the owner can do what triggers refuse. */
const OPEN = ['audit_leaves', 'audit_nodes', 'audit_checkpoints'].map((table) => `alter table private.${table} disable trigger user`)
  .concat('alter table public.audit_logs disable trigger user');

test('a checkpoint is a signed note, and says what was sealed', async () => {
  const { checkpoint } = await written();
  const opened = openCheckpoint(checkpoint, verifiers);
  assert.ok(typeof opened === 'object', String(opened));
  const later = (await written()).checkpoint;
  const next = openCheckpoint(later, verifiers);
  assert.ok(typeof next === 'object' && next.size >= opened.size + 3);
  assert.equal(openCheckpoint(later.replace(`\n${next.size}\n`, `\n${next.size + 1}\n`), verifiers), 'is signed by none of the keys');
});

describe('what the owner does to it', () => {
  /** @type {Map<string, string>} */
  let kept;
  /** @type {{ leaf_index: string, entry_id: string }[]} */
  let leaves;
  before(async () => {
    const { checkpoint } = await written();
    leaves = /** @type {any} */ ((await written()).leaves);
    kept = new Map([['an older one', checkpoint], ['the latest', (await written()).checkpoint]]);
  });
  const first = () => leaves[0].entry_id;
  const index = () => Number(leaves[0].leaf_index);
  /** Leaves, nodes and checkpoints as they would be had nothing else ever been there. */
  const REWRITE = [`update private.audit_leaves s set payload_hash = private.audit_payload_hash(l, s.salt) from public.audit_logs l where l.id = s.entry_id and s.salt is not null`,
    `update private.audit_leaves s set entry_hash = private.audit_entry_hash(private.audit_entry(l, s.payload_hash)) from public.audit_logs l where l.id = s.entry_id`,
    'update private.audit_leaves set leaf_hash = private.audit_leaf_hash(private.audit_leaf(entry_id, occurred_at, entry_hash))'];

  /** @type {[string, string[], () => string[]][]} */
  const deeds = [
    ['nothing', [], () => []],
    ['an entry altered', ['altered'], () => [`update public.audit_logs set action = 'test.other' where id = ${first()}`]],
    ['what it said altered', ['altered'], () => [`update public.audit_logs set new_values = '{"n": 7}' where id = ${first()}`]],
    ['who did it altered', ['altered'], () => [`update public.audit_logs set actor_id = gen_random_uuid() where id = ${first()}`]],
    ['what it said removed, and not its salt', ['altered'], () => [`update public.audit_logs set new_values = null where id = ${first()}`]],
    ['an entry removed', ['removed'], () => [`delete from public.audit_logs where id = ${first()}`]],
    ['an entry removed, as if of another month', ['altered', 'removed'], () => [
      `delete from public.audit_logs where id = ${first()}`, `update private.audit_leaves set occurred_at = '2099-01-15' where entry_id = ${first()}`]],
    ['an entry removed, as if retired', ['altered', 'backdated', 'removed'], () => [
      `delete from public.audit_logs where id = ${first()}`, `update private.audit_leaves set occurred_at = '2020-01-15' where entry_id = ${first()}`]],
    ['all before an entry removed, as if of long ago, and named as retired', ['altered'], () => [
      `delete from public.audit_logs l using private.audit_leaves s where s.entry_id = l.id and s.leaf_index < ${index()}`,
      `update private.audit_leaves set occurred_at = '2019-05-05', salt = null where leaf_index < ${index()}`,
      `select private.write_audit('audit_logs.retired', 'audit_logs', null, null, null, '{"2019-05": ${index()}}')`]],
    ['the same, and their leaves made anew', ['rewritten'], () => [
      `delete from public.audit_logs l using private.audit_leaves s where s.entry_id = l.id and s.leaf_index < ${index()}`,
      `update private.audit_leaves set occurred_at = '2019-05-05', salt = null where leaf_index < ${index()}`, ...REWRITE,
      `select private.write_audit('audit_logs.retired', 'audit_logs', null, null, null, '{"2019-05": ${index()}}')`]],
    ['an entry removed, and named as retired', ['retired early'], () => [
      `with gone as (delete from public.audit_logs where id = ${first()} returning occurred_at)
        select private.write_audit('audit_logs.retired', 'audit_logs', null, null, null, jsonb_build_object(to_char(occurred_at at time zone 'UTC', 'YYYY-MM'), 1)) from gone`]],
    ['the same, by an entry of a time to come', ['retired early'], () => [
      `with gone as (delete from public.audit_logs where id = ${first()} returning occurred_at)
        insert into public.audit_logs (occurred_at, actor_role, action, entity_type, status, new_values)
        select now() + interval '10 years', 'postgres', 'audit_logs.retired', 'audit_logs', 'success', jsonb_build_object(to_char(occurred_at at time zone 'UTC', 'YYYY-MM'), 1) from gone`]],
    ['as many said to be retired as were not', ['put back'], () => [
      `select private.write_audit('audit_logs.retired', 'audit_logs', null, null, null, '{"2020-01": 1}')`]],
    ['one put in under an old id', ['twice'], () => [
      `insert into public.audit_logs (id, actor_role, action, entity_type, status) overriding system value values (${first()}, 'postgres', 'test.put_in', 'tests', 'success')`]],
    ['two exchanged', ['altered'], () => [
      `update public.audit_logs a set entity_type = 'others', new_values = b.new_values from public.audit_logs b where a.id = ${first()} and b.id = ${leaves[1].entry_id}`]],
    ['two leaves exchanged', ['node', 'rewritten'], () => [
      `update private.audit_leaves set leaf_index = case leaf_index when ${index()} then -1 else ${index()} end where false`,
      `alter table private.audit_leaves drop constraint audit_leaves_leaf_index_check`,
      `update private.audit_leaves set leaf_index = -1 where leaf_index = ${index()}`,
      `update private.audit_leaves set leaf_index = ${index()} where leaf_index = ${index() + 1}`,
      `update private.audit_leaves set leaf_index = ${index() + 1} where leaf_index = -1`]],
    ['one put in between', ['unsealed'], () => [
      `insert into public.audit_logs (actor_role, action, entity_type, status, transaction_id) values ('postgres', 'test.put_in', 'tests', 'success', '1')`]],
    ['one put in with an old time', ['backdated'], () => [
      `update private.audit_checkpoints set created_at = '2020-01-01'`,
      `insert into public.audit_logs (occurred_at, actor_role, action, entity_type, status) values (now() - interval '2 hours', 'postgres', 'test.put_in', 'tests', 'success')`,
      `insert into private.audit_leaves select (select max(leaf_index) + 1 from private.audit_leaves), l.id, l.occurred_at, gen_random_uuid(), sha256(''), sha256(''), sha256('')
        from public.audit_logs l where l.action = 'test.put_in'`, ...REWRITE]],
    ['an entry altered and its leaf with it', ['rewritten'], () => [
      `update public.audit_logs set action = 'test.other' where id = ${first()}`, ...REWRITE]],
    ['the end cut off', ['cut off'], () => [
      `delete from public.audit_logs where id in (select entry_id from private.audit_leaves where leaf_index >= ${index()})`,
      `delete from private.audit_leaves where leaf_index >= ${index()}`, `delete from private.audit_checkpoints where tree_size > ${index()}`]],
    ['everything made anew, also the checkpoints', ['rewritten'], () => [
      `update public.audit_logs set action = 'test.other' where id = ${first()}`, ...REWRITE, 'delete from private.audit_checkpoints', 'delete from private.audit_nodes']],
    ['a checkpoint that nobody signed', ['unsigned'], () => [
      `update private.audit_checkpoints set note = replace(note, 'audit', 'other') where tree_size = (select max(tree_size) from private.audit_checkpoints)`]],
    ['what somebody said erased, with its salt, and nothing says so', ['erased'], () => [
      `update public.audit_logs set old_values = null, new_values = null, context = '{}', ip_address = null, user_agent = null, error_message = null where id = ${first()}`,
      `update private.audit_leaves set salt = null where entry_id = ${first()}`]],
    ['something else put where it was erased', ['altered'], () => [
      `update public.audit_logs set new_values = '{"n": 8}' where id = ${first()}`, `update private.audit_leaves set salt = null where entry_id = ${first()}`]],
  ];
  for (const [what, kinds, statements] of deeds) {
    test(`${what}: ${kinds.length ? kinds.join(', ') : 'no fault'}`, async () => {
      const found = await faultsAfter([...OPEN, ...statements()], kept);
      // Nodes are told beside what else is wrong, where 256 leaves are full.
      assert.deepEqual(found.filter((kind) => kind !== 'node' || found.length === 1), kinds.filter((kind) => kind !== 'node'), found.join());
    });
  }

  test('a node removed, of which proofs are made: node', async () => {
    await written(256);
    assert.deepEqual(await faultsAfter([...OPEN, 'delete from private.audit_nodes'], kept), ['node']);
  });

  test('without a checkpoint that was kept, what was made anew as a whole is not seen', async () => {
    const statements = [`update public.audit_logs set action = 'test.other' where id = ${first()}`, ...REWRITE, 'delete from private.audit_checkpoints', 'delete from private.audit_nodes'];
    assert.deepEqual((await faultsAfter([...OPEN, ...statements], new Map())).filter((kind) => kind !== 'node'), []);
  });

  test('./scripts/audit-verify says so', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-audit-'));
    const call = (/** @type {string[]} */ ...more) =>
      promisify(execFile)(path.join(root, 'scripts/audit-verify'), ['--key', key, ...more], { env: { ...process.env, DATABASE_URL: environment.databaseUrl } });
    try {
      await writeFile(path.join(folder, '1'), /** @type {string} */ (kept.get('the latest')));
      assert.match((await call('--checkpoint', folder)).stdout, /the audit log is what was sealed/);
      assert.match((await call()).stdout, /no checkpoint was kept elsewhere/);
      await writeFile(path.join(folder, '2'), /** @type {string} */ (kept.get('the latest')).replace('\n\n', '\nmore\n\n'));
      await assert.rejects(call('--checkpoint', folder), { code: 1, stdout: /unsigned: .*2 is signed by none of the keys/ });
      await assert.rejects(call('--checkpoint', path.join(folder, 'none')), { code: 2, stderr: /is not there/ });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('a checkpoint is mailed, and what is saved of the mail finds the end cut off', async () => {
  const { checkpoint, leaves } = await written();
  const auditor = newAddress();
  const set = (/** @type {string} */ address) => sql`update public.system_settings set value = ${sql.json(address)} where key = 'audit_checkpoint_recipient'`;
  try {
    await set(auditor);
    await sql`select private.job_mail_audit_checkpoint(now())`;
  } finally {
    await set('');
  }
  const mail = await mailTo(auditor);
  const [note] = notesIn(mail.text);
  const opened = openCheckpoint(note, verifiers);
  const from = openCheckpoint(checkpoint, verifiers);
  assert.ok(typeof opened === 'object' && typeof from === 'object' && opened.size >= from.size, mail.text);
  assert.ok(mail.text.includes(note), 'as it was signed');
  assert.ok(mail.subject.includes(` ${opened.size} `), mail.subject);

  const folder = await mkdtemp(path.join(tmpdir(), 'evenkeel-audit-'));
  try {
    const saved = await fetch(`${environment.inboxUrl}/inbox/mails/${mail.id}/download`);
    const file = path.join(folder, 'checkpoint.eml');
    await writeFile(file, Buffer.from(await saved.arrayBuffer()));
    const piped = execFileSync(path.join(root, 'scripts/audit-verify'), ['--key', key, '--checkpoint', file, '--checkpoint', '-'], {
      env: { ...process.env, DATABASE_URL: environment.databaseUrl }, input: mail.text, encoding: 'utf8',
    });
    assert.match(piped, /2 kept elsewhere/);
    const kept = new Map([['the mail', notesIn(await readFile(file, 'utf8'))[0]]]);
    const cut = Number(leaves[0].leaf_index);
    assert.deepEqual(await faultsAfter([
      ...OPEN, `delete from public.audit_logs where id in (select entry_id from private.audit_leaves where leaf_index >= ${cut})`,
      `delete from private.audit_leaves where leaf_index >= ${cut}`, `delete from private.audit_checkpoints where tree_size > ${cut}`,
      `delete from private.audit_nodes where (node_index + 1) * 256::numeric ^ level > ${cut}`,
    ], kept), ['cut off']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('checkpoints leave the database, each until it was taken', async () => {
  /** @type {string[]} */
  const taken = [];
  let status = 500;
  const keeper = createServer(async (request, response) => {
    taken.push(await text(request));
    response.writeHead(status).end();
  });
  await new Promise((resolve) => keeper.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (keeper.address());
  const sealer = await FunctionProcess.start('audit-seal', { AUDIT_KEYS: environment.auditKeys, AUDIT_CHECKPOINT_URL: `http://127.0.0.1:${port}/log` });
  try {
    const call = () => sealer.post('', { headers: { apikey: environment.cronKey }, body: {} });
    await sql`select private.write_audit('test.published', 'tests', null, null, null, null)`;
    const refused = await call();
    assert.equal(`${refused.status} ${(await refused.json()).code}`, '503 upstream_unavailable');
    status = 204;
    const response = await call();
    assert.equal(response.status, 200);
    const { checkpoint, tree_size } = await response.json();
    assert.equal(taken.at(-1), checkpoint);
    const [{ published_size }] = await sql`select published_size::int from private.audit_sequence`;
    assert.ok(published_size >= tree_size);
  } finally {
    await sealer.kill();
    keeper.close();
  }
});

test('a reading that its reader undoes leaves no entry, and a line in the log of the server', async () => {
  const [admin, read] = [await platformAdmin(), await signedIn()];
  await sql`select private.write_audit('test.undone', 'tests', null, ${read.id}, null, null)`;
  const { error } = await admin.client.rpc('read_audit_logs', { p_reason: 'Ticket 4711', p_filters: { user_id: read.id } }).select('action::int');
  assert.equal(error?.code, '22P02', error?.message);
  /** @type {string[]} */
  const lines = [];
  const own = postgres(environment.databaseUrl, { max: 1, onnotice: ({ severity, message }) => lines.push(`${severity} ${message}`) });
  const { data } = await admin.client.auth.getSession();
  const claims = Buffer.from(/** @type {string} */ (data.session?.access_token).split('.')[1], 'base64url').toString();
  const undone = own.begin(async (all) => {
    // What goes to the log of the server comes here as well.
    await all`select set_config('client_min_messages', 'log', true), set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
    await all`select action::int from public.read_audit_logs('Ticket 4711', ${all.json({ user_id: read.id })})`;
  });
  await assert.rejects(undone, { code: '22P02' }).finally(() => own.end());
  const entries = await sql`select id from public.audit_logs where action = 'audit_logs.read' and user_id = ${read.id}`;
  assert.equal(entries.length, 0);
  const line = lines.find((one) => one.startsWith('LOG audited: '));
  const { action, actor_id: actor, user_id: about } = JSON.parse(line?.slice('LOG audited: '.length) ?? '{}');
  assert.deepEqual({ action, actor, about }, { action: 'audit_logs.read', actor: admin.id, about: read.id }, lines.join('\n'));
  assert.ok(!line?.includes('Ticket'), `its reason may be about somebody: ${line}`);
});

test('a key that has not signed the last checkpoint signs none after it', async () => {
  const { checkpoint } = await written();
  const stranger = await FunctionProcess.start('audit-seal', {
    AUDIT_KEYS: 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  });
  try {
    const response = await stranger.post('', { headers: { apikey: environment.cronKey }, body: {} });
    assert.equal(`${response.status} ${(await response.json()).code}`, '500 internal');
  } finally {
    await stranger.kill();
  }
  const next = openCheckpoint((await seal()).checkpoint, verifiers);
  assert.ok(typeof next === 'object' && next.size >= /** @type {any} */ (openCheckpoint(checkpoint, verifiers)).size);
});
