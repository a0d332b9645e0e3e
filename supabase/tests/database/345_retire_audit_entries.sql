-- Months of the audit log go once they are old enough and sealed, but for what a legal hold covers; that goes once it is lifted. The
-- leaves stay, and an entry says how many entries of which month are gone.
begin;
\ir ../setup/people.psql
select no_plan();

-- All here is one transaction: it ends, for the horizon, when the test says so.
create or replace function private.audit_horizon() returns xid8 language sql volatile set search_path = '' as $$ select (pg_current_xact_id()::text::bigint + 1)::text::xid8; $$;
create function pg_temp.seal() returns void language sql as $$
  select private.sequence_audit_entries(100000);
  select private.add_audit_nodes((select coalesce(max(tree_size), 0) from private.audit_checkpoints), private.audit_tree_size());
  insert into private.audit_checkpoints (tree_size, root_hash, frontier, note)
  values (private.audit_tree_size(), private.audit_tree_hash(0, private.audit_tree_size()), private.audit_frontier(private.audit_tree_size()), 'a note')
  on conflict do nothing;
$$;
create function pg_temp.retire() returns bigint language plpgsql as $$
declare
  v_all bigint := 0;
  v_rows bigint;
begin
  for tries in 1..20 loop
    v_rows := private.job_retire_audit_entries(now());
    exit when v_rows = 0;
    v_all := v_all + v_rows;
  end loop;
  return v_all;
end;
$$;

-- Four months, one of them in the default leaf, one of only what is held, and one that is not old enough by a month.
select date_trunc('month', now() - interval '1460 days', 'UTC') as kept_from \gset
create temporary table old_month as select :'kept_from'::timestamptz - make_interval(months => n) as starts_at, n from generate_series(0, 4) n;
select private.create_partition('public.audit_logs', (starts_at at time zone 'UTC')::date) from old_month where n < 4 \g /dev/null
create function pg_temp.write(p_at timestamptz, p_user_id uuid, p_actor_id uuid) returns void language sql as $$
  insert into public.audit_logs (occurred_at, user_id, actor_id, actor_role, action, entity_type, new_values, status)
  values (p_at, p_user_id, p_actor_id, 'authenticated', 'test.old', 'tests', '{"a": 1}', 'success');
$$;
select pg_temp.write(m.starts_at + interval '1 day' * d, u, a)
from old_month m, generate_series(0, 20, 5) d, (values (pg_temp.id('employee'), null), (null, null), (pg_temp.id('specialist'), pg_temp.id('employee'))) p (u, a)
where m.n <> 3 \g /dev/null
select pg_temp.write(m.starts_at, pg_temp.id('employee'), null) from old_month m where m.n = 3 \g /dev/null
insert into public.legal_holds (user_id, reason) values (pg_temp.id('employee'), 'a claim');
create temporary view old_entry as select l.*, coalesce(pg_temp.id('employee') in (l.user_id, l.actor_id), false) as is_held from public.audit_logs l where l.action = 'test.old';
create temporary table before as select * from old_entry;

select throws_like('select private.job_retire_audit_entries(now())', '%is in no checkpoint, and so does not go', 'what is not sealed does not go');
select pg_temp.seal() \g /dev/null
select private.audit_tree_size() as size, encode(private.audit_tree_hash(0, private.audit_tree_size()), 'hex') as root \gset
select pg_temp.act_as('platform_admin');
select is(
  (select jsonb_build_object('due', e -> 'due', 'held', e -> 'held') from jsonb_array_elements(public.retention_preview()) e where e ->> 'name' = 'public.audit_logs'),
  '{"due": 15, "held": 31}', 'the preview counts what would go, and what is held'
);
select pg_temp.act_as_owner();
select is(pg_temp.retire(), 15::bigint, 'what is older than it is kept goes, in time');
select results_eq(
  $$select id from old_entry order by 1$$, format($$select id from before where is_held or occurred_at >= %L order by 1$$, :'kept_from'), 'but for what is held, and for what is not so old'
);
select results_eq(
  'select * from old_entry where is_held order by id', 'select * from before where is_held order by id', 'and that is as it was'
);
select is(private.audit_tree_size(), :size::bigint, 'no leaf is gone');
select is(encode(private.audit_tree_hash(0, :size), 'hex'), :'root', 'and their root is the same');
select results_eq(
  'select l.entry_id, l.salt is null from private.audit_leaves l join before b on b.id = l.entry_id order by 1',
  format('select id, not is_held and occurred_at < %L from before order by 1', :'kept_from'), 'nobody can try out what an entry said that is gone'
);
select is(
  private.retired_audit_entries(),
  (select jsonb_object_agg(to_char(starts_at at time zone 'UTC', 'YYYY-MM'), 5) from old_month where n in (1, 2, 4)), 'an entry says how many of which month are gone'
);
select is((select sum(deleted) from public.data_retention_runs where policy = 'public.audit_logs'), 15::numeric, 'and each run is written down');
select is_empty(
  $$select c.relname from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid
    where i.inhparent = 'public.audit_logs'::regclass
      and (not (c.relrowsecurity and c.relforcerowsecurity) or c.relacl::text ~ '(anon|authenticated|service_role)=' or (select count(*) from pg_catalog.pg_trigger t where t.tgrelid = c.oid) < 3)$$,
  'the leaves of what stays are as closed as the others'
);
select is_empty(
  $$select c.relname, count(*) from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid join pg_catalog.pg_index x on x.indrelid = c.oid
    where i.inhparent = 'public.audit_logs'::regclass group by 1
    having count(*) <> (select count(*) from pg_catalog.pg_index where indrelid = 'public.audit_logs'::regclass)$$,
  'have its indexes, each once,'
);
select isnt_empty(
  $$select from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid
    where i.inhparent = 'public.audit_logs'::regclass and pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'$$,
  'and there is one for months without a leaf'
);
select lives_ok($$select private.write_audit('test.new', 'tests', null, null, null, null)$$, 'the log is written to as before');
select throws_ok($$delete from public.audit_logs where action = 'test.old'$$, '42501', null, 'and nobody deletes what was held');
select is(private.job_retire_audit_entries(now()), 0::bigint, 'then there is nothing to do');

-- What an erased entry of theirs is told from one that somebody emptied by
select starts_at as month from old_month where n = 1 \gset
select pg_temp.write(:'month', gen_random_uuid(), pg_temp.id('employee')) \g /dev/null
insert into public.audit_logs (occurred_at, actor_role, action, entity_type, entity_id, status)
select :'month'::timestamptz + interval '1 day', 'postgres', 'audit_logs.erased', 'audit_logs', named, 'success'
from (select max(id)::text from old_entry union all values ('0'), ('no id')) e (named);
select pg_temp.seal() \g /dev/null
select is(pg_temp.retire(), 2::bigint, 'an entry that names an erased one stays as long as that one does');

update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
select is(pg_temp.retire(), 33::bigint, 'what was held goes once the hold is lifted, and what named it');
select is_empty(format('select from old_entry where occurred_at < %L', :'kept_from'), 'so that nothing is left of these months');
select is_empty(
  format($$select c.relname from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid, old_month m
    where i.inhparent = 'public.audit_logs'::regclass and m.n between 1 and 3 and c.relname ~ to_char(m.starts_at at time zone 'UTC', '"audit_logs_"YYYY_MM')$$),
  'nor of their leaves'
);
select is(
  private.retired_audit_entries(),
  (select jsonb_object_agg(to_char(starts_at at time zone 'UTC', 'YYYY-MM'), case n when 3 then 1 when 1 then 19 else 15 end) from old_month where n > 0), 'and all are counted'
);
select is((select count(*) from old_entry), 15::bigint, 'a month that is not over stays');

-- Who shortens the time of the log
create function pg_temp.kept_from(p_now timestamptz) returns timestamptz language sql as $$ select private.kept_from(private.policy('public.audit_logs'), p_now); $$;
create function pg_temp.month(p_now timestamptz, p_days int) returns timestamptz language sql as $$ select date_trunc('month', p_now - make_interval(days => p_days), 'UTC'); $$;
select throws_ok(format('update public.system_settings set value = %L where key = ''audit_log_retention_days''', v), '23514', null, 'a number has one form, by which its change is found: not ' || v)
from unnest(array['1460.0', '1460.5', '"1460"']) v;
update public.system_settings set value = '365' where key = 'audit_log_retention_days';
select is(pg_temp.kept_from(now()), pg_temp.month(now(), 1460), 'a shorter time does not hold at once');
select is(pg_temp.kept_from(now() + interval '29 days'), pg_temp.month(now() + interval '29 days', 1460), 'but once others have seen that it was changed:');
select is(pg_temp.kept_from(now() + interval '31 days'), pg_temp.month(now() + interval '31 days', 365), 'after thirty days');
update public.system_settings set value = '2000' where key = 'audit_log_retention_days';
select is(pg_temp.kept_from(now()), pg_temp.month(now(), 2000), 'a longer one holds from now on');

select * from finish();
rollback;
