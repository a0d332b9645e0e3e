-- Entries of the audit log become leaves of a tree, each once and in one order, which no later entry comes before.
begin;
\ir ../setup/people.psql
select no_plan();

delete from vault.secrets where name = 'cron_secret_key';
select vault.create_secret('cron-key-of-the-tests-0123456789abcdef', 'cron_secret_key') \g /dev/null
create function pg_temp.record(p_after bigint, p_tree_size bigint, p_note text) returns boolean language sql as $$
  select public.record_audit_checkpoint(p_after, p_tree_size, p_note, private.audit_checkpoint_mac(p_note));
$$;
-- All here is one transaction: it ends, for the horizon, when the test says so.
create function pg_temp.take(p_limit int default 10000) returns jsonb language sql as $$ select public.take_audit_leaves(p_limit, false); $$;
select is(pg_temp.take() ->> 'note', null, 'there is no checkpoint at first');
select private.audit_tree_size() as before \gset
select private.write_audit('test.seal', 'tests', n::text, pg_temp.id('employee'), null, jsonb_build_object('n', n)) from generate_series(1, 5) n \g /dev/null
select pg_temp.take() \g /dev/null
select is(private.audit_tree_size(), :before::bigint, 'what may not be the last of its transaction is no leaf');
create or replace function private.audit_horizon() returns xid8 language sql volatile set search_path = '' as $$ select (pg_current_xact_id()::text::bigint + 1)::text::xid8; $$;

select is(length(pg_temp.take(3) ->> 'leaves'), 192, 'so many are taken as are asked for');
select is(length(pg_temp.take(3) ->> 'leaves'), 192, 'and again, until a checkpoint has them');
select pg_temp.take() as taken \gset
select is(
  :'taken'::jsonb ->> 'leaves', (select string_agg(encode(leaf_hash, 'hex'), '' order by leaf_index) from private.audit_leaves), 'they come in their order'
);
select is(private.audit_tree_size(), (select count(*) from public.audit_logs), 'every entry is a leaf');
select results_eq('select leaf_index from private.audit_leaves order by 1', 'select n::bigint from generate_series(0, private.audit_tree_size() - 1) n', 'without a gap');
select results_eq(
  'select entry_id from private.audit_leaves order by leaf_index', 'select id from public.audit_logs order by transaction_id, id', 'in the order of transactions and ids'
);
select pg_temp.take() \g /dev/null
select is(private.audit_tree_size(), (select count(*) from public.audit_logs), 'and once');

-- What a leaf is: computed here by hand.
select is_empty(
  $$select l.id from public.audit_logs l join private.audit_leaves s on s.entry_id = l.id
    where s.leaf_hash <> sha256('\x00' || convert_to(array_to_json(array[
      'evenkeel/audit/1', l.id::text, to_char(l.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), encode(sha256(convert_to(array_to_json(array[
        l.user_id::text, l.actor_id::text, l.actor_role, l.action, l.entity_type, l.entity_id, l.source, l.request_id::text, l.status,
        encode(sha256(uuid_send(s.salt) || convert_to(array_to_json(array[
          l.old_values::text, l.new_values::text, l.context::text, l.ip_address::text, l.user_agent, l.error_message])::text, 'UTF8')), 'hex')
      ])::text, 'UTF8')), 'hex')
    ])::text, 'UTF8'))$$,
  'a leaf is the hash of id and time, and of a digest of the rest, which has one of what may be erased'
);
select is((select count(distinct salt) from private.audit_leaves), private.audit_tree_size(), 'each has a salt of its own');
select private.write_audit('test.same', 'tests', 'x', null, null, '{"a": 1}') from generate_series(1, 2) \g /dev/null
select pg_temp.take() \g /dev/null
select is(
  (select count(distinct s.payload_hash) from private.audit_leaves s join public.audit_logs l on l.id = s.entry_id where l.action = 'test.same'), 2::bigint,
  'by which what is alike is not seen to be'
);
-- Every column is sealed, or it is the one that says in which order.
create function pg_temp.changed(p_entry public.audit_logs, p_column text) returns public.audit_logs language sql as $$
  select jsonb_populate_record(p_entry, jsonb_build_object(p_column, case
    when p_column in ('old_values', 'new_values', 'context') then '{"other": 1}'::jsonb
    when p_column in ('id') then '7' when p_column = 'occurred_at' then '"2020-01-01"' when p_column = 'ip_address' then '"192.0.2.7"'
    when p_column in ('user_id', 'actor_id', 'request_id') then '"00000000-0000-4000-8000-000000000000"' else '"other"'
  end));
$$;
create function pg_temp.leaf(p_entry public.audit_logs) returns text language sql as $$
  select private.audit_leaf(p_entry.id, p_entry.occurred_at, private.audit_entry_hash(private.audit_entry(
    p_entry, private.audit_payload_hash(p_entry, '00000000-0000-4000-8000-000000000000')
  )));
$$;
select results_eq(
  $$select a.attname::text from pg_catalog.pg_attribute a, (select l from public.audit_logs l where l.action = 'test.seal' limit 1) e (entry)
    where a.attrelid = 'public.audit_logs'::regclass and a.attnum > 0 and a.attname <> 'transaction_id'
      and pg_temp.leaf(e.entry) = pg_temp.leaf(pg_temp.changed(e.entry, a.attname))$$,
  'select null::text where false', 'whichever column is changed, the leaf is another'
);

-- Checkpoints: of the leaves that there are, whoever asks for another one
create function pg_temp.note(p_size bigint, p_root bytea) returns text language sql as $$
  select format(E'evenkeel.test/audit\n%s\n%s\n\n\u2014 evenkeel.test/audit c2lnbmF0dXJl\n', p_size, encode(p_root, 'base64'));
$$;
create function pg_temp.note(p_size bigint) returns text language sql as $$ select pg_temp.note(p_size, private.audit_tree_hash(0, p_size)); $$;
select private.audit_tree_size() as size \gset
select pg_temp.note(:size) as true_note, private.audit_checkpoint_mac(pg_temp.note(:size + 1, sha256('other'))) as mac_of_another \gset
select throws_like(
  format('select pg_temp.record(0, %s, %L)', :size, note), 'the checkpoint is not that of the first %', 'none is kept that is ' || what
) from (values
  ('of another root', pg_temp.note(:size, sha256('other'))), ('of another size', pg_temp.note(:size - 1)), ('no checkpoint', 'a note'), ('nothing', ''), ('null', null),
  ('of a text of its own', replace(pg_temp.note(:size), E'\n\n', E'\nmore\n\n')), ('without an end', split_part(pg_temp.note(:size), E'\n\n', 1)),
  ('signed by nobody', split_part(pg_temp.note(:size), E'\u2014', 1)), ('signed for another log', replace(pg_temp.note(:size), E'\u2014 evenkeel', E'\u2014 evil')),
  ('of words after all', pg_temp.note(:size) || E'Your password is needed: evil.example\n'), ('of a name that is words', replace(pg_temp.note(:size), 'evenkeel.test/', 'Go to evil.example '))
) n (what, note);
-- Whoever holds a key of the project, and nothing by which jobs are started, records none after which audit-seal goes on no more.
set local role service_role;
select throws_ok(
  format('select public.record_audit_checkpoint(0, %s, %L, %L)', :size, note, mac), 'P0001', 'the checkpoint is none that audit-seal made', 'nor one that audit-seal did not make'
) from (values (:'true_note', ''), (:'true_note', null), (:'true_note', :'mac_of_another')) n (note, mac);
reset role;
select is_empty('select * from private.audit_checkpoints', 'and nothing is');
select is(pg_temp.record(0, :size, pg_temp.note(:size)), true, 'a checkpoint is kept');
select is(pg_temp.record(0, :size, pg_temp.note(:size)), false, 'and none beside it');
select is(pg_temp.record(:size, :size, pg_temp.note(:size)), false, 'nor of the same size');
select is(pg_temp.record(:size, :size + 1, pg_temp.note(:size)), false, 'nor of more leaves than there are');
select is(
  pg_temp.take(), jsonb_build_object(
    'tree_size', :size::bigint, 'frontier', encode(private.audit_frontier(:size), 'hex'), 'note', pg_temp.note(:size), 'leaves', '', 'is_published', false
  ),
  'the next run goes on from it'
);
select private.write_audit('test.more', 'tests', n::text, null, null, null) from generate_series(1, 600) n \g /dev/null
select is(length(pg_temp.take() ->> 'leaves'), 600 * 64, 'with what came since');
select throws_like(
  format('select pg_temp.record(%s, %s, %L)', :size, private.audit_tree_size(), replace(pg_temp.note(private.audit_tree_size()), 'evenkeel.test', 'evil.example')),
  'the checkpoint is not that of the first %', 'under the same name, by which whoever keeps them knows the log'
);
select private.audit_tree_size() as size \gset
select pg_temp.record(max(tree_size), :size, pg_temp.note(:size)) as second from private.audit_checkpoints \gset
select is(:'second'::boolean, true, 'and so on');
-- What is kept beside it: by the definition (RFC 9162, 2.1.1), from the leaves.
create function pg_temp.root(p_from bigint, p_to bigint) returns bytea language plpgsql as $$
declare k bigint := 1;
begin
  if p_to - p_from = 1 then return (select leaf_hash from private.audit_leaves where leaf_index = p_from); end if;
  while k * 2 < p_to - p_from loop k := k * 2; end loop;
  return sha256('\x01'::bytea || pg_temp.root(p_from, p_from + k) || pg_temp.root(p_from + k, p_to));
end; $$;
select is((select root_hash from private.audit_checkpoints where tree_size = :size), pg_temp.root(0, :size), 'its root');
select results_eq(
  'select level::int, node_index, node_hash from private.audit_nodes order by 1, 2',
  format('select 1, n::bigint, pg_temp.root(n * 256, (n + 1) * 256) from generate_series(0, %s / 256 - 1) n', :size), 'and the nodes that are complete'
);
create function pg_temp.frontier(p_size bigint) returns bytea language sql as $$
  select string_agg(pg_temp.root(p_size >> (k + 1) << (k + 1), p_size >> k << k), '' order by k desc) from generate_series(0, 20) k where p_size >> k & 1 = 1;
$$;
select is_empty(
  'select n from unnest(array[1, 2, 3, 5, 8, 255, 256, 257, 511, 513, 600]) n where private.audit_frontier(n) is distinct from pg_temp.frontier(n)',
  'a frontier is the full subtrees of a size'
);

select is(
  private.audit_checkpoint_mac(E'evenkeel.test/audit\n1\n'), '0784c8a988a75bd85b6ea67a36f785b69f9000986bf1238a61bae2247effc67f', 'what audit-seal makes of it'
);

-- What is there stays
select throws_ok(statement, '42501', null, 'not even the owner: ' || statement) from unnest(array[
  'update private.audit_leaves set leaf_hash = sha256('''')', 'update private.audit_leaves set payload_hash = sha256('''')',
  'update private.audit_leaves set entry_hash = sha256('''')', 'update private.audit_leaves set occurred_at = now() - interval ''5 years''',
  'update private.audit_leaves set salt = gen_random_uuid()', 'update private.audit_leaves set leaf_index = leaf_index + 1000', 'delete from private.audit_leaves',
  'truncate private.audit_leaves', 'update private.audit_nodes set node_hash = sha256('''')', 'delete from private.audit_nodes', 'truncate private.audit_nodes',
  'update private.audit_checkpoints set note = ''''', 'delete from private.audit_checkpoints', 'truncate private.audit_checkpoints'
]) statement;

-- Whoever wakes it
select public.take_audit_leaves(1, true) \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 1::bigint, 'audit-seal is woken for the first checkpoint that nobody has taken');
select pg_temp.take() \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 0::bigint, 'but not where checkpoints go nowhere');
select public.take_audit_leaves(1, true) \g /dev/null
select public.audit_checkpoint_published(:size) \g /dev/null
select is((pg_temp.take() ->> 'is_published')::boolean, true, 'a checkpoint that was taken where they go is told to have been');
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 0::bigint, 'while there is nothing to do, audit-seal sleeps');
select lives_ok($$select private.job_check_audit_seal(now() + interval '1 day')$$, 'and nothing is missed');
select private.write_audit('test.wake', 'tests', 'x', null, null, null) \g /dev/null
select lives_ok($$select private.job_check_audit_seal(now() + interval '14 minutes')$$, 'an entry may wait');
select throws_like($$select private.job_check_audit_seal(now() + interval '16 minutes')$$, 'entries of the audit log have not been sealed since %', 'but not for long');
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 1::bigint, 'it is woken for an entry');
select pg_temp.take() \g /dev/null
select public.take_audit_leaves(1, true) \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 1::bigint, 'for a leaf that is in no checkpoint');
select throws_like($$select private.job_check_audit_seal(now() + interval '16 minutes')$$, 'entries of the audit log have not been sealed since %', 'which is missed as well');
select private.audit_tree_size() as now \gset
select pg_temp.record(:size, :now, pg_temp.note(:now)) \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 1::bigint, 'and for a checkpoint that was not taken where they go');
select public.audit_checkpoint_published(:size) \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 1::bigint, 'as an older one was');
select lives_ok($$select private.job_check_audit_seal(clock_timestamp() + interval '14 minutes')$$, 'whoever takes them may be away');
select throws_like($$select private.job_check_audit_seal(clock_timestamp() + interval '16 minutes')$$, 'checkpoints of the audit log have not been taken since %', 'but not for long');
select public.audit_checkpoint_published(:now) \g /dev/null
select is(private.run_job('kick_audit_seal', '2026-11-30 12:01Z'), 0::bigint, 'then it sleeps again');
select is(private.run_job('kick_audit_seal', '2026-11-30 12:05Z'), 1::bigint, 'but for its check-in');

-- A dump that is restored where transactions count anew
update private.audit_sequence set transaction_id = '8000000000000000000', entry_id = 1;
alter table public.audit_logs disable trigger refuse_change;
select private.write_audit('test.before', 'tests', 'x', null, null, null) \g /dev/null
update public.audit_logs set transaction_id = '8000000000000000001' where action = 'test.before';
alter table public.audit_logs enable trigger refuse_change;
select private.write_audit('test.after', 'tests', 'x', null, null, null) \g /dev/null
select pg_temp.take() from generate_series(1, 3) \g /dev/null
select results_eq(
  $$select action from public.audit_logs l join private.audit_leaves s on s.entry_id = l.id where action in ('test.before', 'test.after') order by leaf_index$$,
  $$values ('test.before'), ('test.after')$$, 'what came with the dump is sealed, and what is written then'
);
select is(private.audit_tree_size(), (select count(*) from public.audit_logs), 'each once');

-- A key that was lost (docs/secrets.md): the same leaves are signed anew, from the first.
select private.audit_tree_size() as size \gset
create temporary table nodes as select * from private.audit_nodes;
alter table private.audit_checkpoints disable trigger refuse_change;
delete from private.audit_checkpoints where true;
alter table private.audit_checkpoints enable trigger refuse_change;
update private.audit_sequence set published_size = null where singleton;
select public.take_audit_leaves(300, true) as taken \gset
select is(:'taken'::jsonb - 'leaves', '{"tree_size": 0, "frontier": "", "note": null, "is_published": false}', 'without checkpoints it begins anew');
select is(pg_temp.record(0, 300, pg_temp.note(300)), true, 'with the first leaves');
select is(public.take_audit_leaves(10000, true) ->> 'is_published', 'false', 'which nobody has taken yet');
select is(pg_temp.record(300, :size, pg_temp.note(:size)), true, 'and goes on to the last');
select is((select root_hash from private.audit_checkpoints where tree_size = :size), pg_temp.root(0, :size), 'of the same tree');
select results_eq('select * from private.audit_nodes order by 1, 2', 'select * from nodes order by 1, 2', 'and of the same nodes');

select * from finish();
rollback;
