-- Whatever is too old goes in time, nothing goes before, and what a legal hold covers stays until it is lifted.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

select is_empty(
  $$select name, counts_from from public.data_retention_policies p where not exists (
      select from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = p.table_name::regclass and a.attname = p.counts_from
    ) and table_name <> 'cron.job_run_details'$$,
  'each policy counts from a column with an index'
);
select is_empty(
  $$select name from public.data_retention_policies p where not exists (
      select from pg_catalog.pg_proc f join cron.job j on j.command like '%' || quote_literal(regexp_replace(f.proname, '^job_', '')) || '%'
      where f.pronamespace = 'private'::regnamespace and f.proname like 'job\_%' and strpos(f.prosrc, case p.way
        when 'end' then format('private.due_ids(%L, p_now)', name) when 'retire' then format('private.policy(%L)', name) else format('private.purge(%L, p_now)', name)
      end) > 0
    )$$,
  'and has a job that is scheduled'
);
select is_empty(
  $$select name, a.attname from public.data_retention_policies p join pg_catalog.pg_attribute a on a.attrelid = p.table_name::regclass
    where a.attname in ('user_id', 'employee_id', 'account_id', 'accepted_by', 'invited_by') and not a.attisdropped
      and not exists (select from unnest(p.held_by) h where h like '%r.' || a.attname || '%')$$,
  'whoever a row names can have it held'
);

-- At three moments of each table: when nothing of it is too old, when some is, and when all is. Some are of people under a hold.
insert into private.job_runs (job, started_at, duration, rows_touched, status) select 'nothing', now() - make_interval(mins => n), '0', 0, 'succeeded' from generate_series(1, 20) n;
insert into public.failed_login_attempts (user_id, occurred_at, failures) select p.id, now() - make_interval(mins => n), 1 from public.profiles p, generate_series(1, 4) n where p.email like '%@people.test';
insert into public.user_activity_logs (user_id, day, activity) select p.id, current_date - n, 'signed_in' from public.profiles p, generate_series(1, 4) n where p.email like '%@people.test' on conflict do nothing;
insert into public.legal_holds (user_id, reason) select pg_temp.id(person), 'a claim' from unnest(array['employee', 'specialist', 'company_admin']) person;

delete from public.data_retention_runs;

-- When nothing of a policy is too old yet, when a share of it is, and when all is.
create function pg_temp.moments(p_share float) returns table (name text, at timestamptz) language plpgsql as $$
declare
  v public.data_retention_policies;
begin
  for v in select * from public.data_retention_policies p where p.way <> 'retire' and p.name not in ('cron.job_run_details', 'public.data_retention_runs') loop
    name := v.name;
    execute format(
      'select percentile_disc($1) within group (order by %I)::timestamptz + case when $1 = 1 then interval ''1000 days'' else ''0'' end from %s', v.counts_from, v.table_name
    ) into at using p_share;
    at := at + (now() - private.kept_from(v, now()));
    if at is not null then return next; end if;
  end loop;
end;
$$;

-- Rows that are there, by what a purge does with them: what it empties is not.
create function pg_temp.rows_at(p_share float) returns table (name text, place text, is_old boolean, is_held boolean) language plpgsql as $$
declare
  v record;
begin
  for v in select p, m.at from pg_temp.moments(p_share) m join public.data_retention_policies p using (name) loop
    return query execute format(
      'select %1$L, %1$L || '' '' || md5(to_jsonb(r)::text), coalesce(%2$s, false), %3$s from %4$s r %5$s',
      (v.p).name, replace(private.due_condition(v.p), '$1', 'private.kept_from($1, $2)'), private.held_condition(v.p), (v.p).table_name,
      (select 'where ' || string_agg(format('r.%I is not null', c), ' and ') from unnest((v.p).emptied) c)
    ) using v.p, v.at;
  end loop;
end;
$$;

create function pg_temp.purge_at(p_share float) returns void language plpgsql as $$
declare
  v record;
begin
  for v in select m.name, p.way, m.at from pg_temp.moments(p_share) m join public.data_retention_policies p using (name) loop
    if v.way = 'end' then
      execute format('select * from private.due_ids(%L, %L)', v.name, v.at);
    else
      perform private.purge(v.name, v.at);
    end if;
  end loop;
end;
$$;
create temporary table kept (share float, name text, place text, is_old boolean, is_held boolean);
create function pg_temp.wrong(p_share float) returns table (name text, is_old boolean, is_held boolean, rows bigint) language sql as $$
  select k.name, k.is_old, k.is_held, count(*) from kept k
  where share = p_share and (place in (select r.place from pg_temp.rows_at(0) r)) <> (not k.is_old or k.is_held) group by 1, 2, 3;
$$;

select cmp_ok((select count(distinct name) from pg_temp.moments(0)), '>=', 10::bigint, 'many tables have rows');
insert into kept select 0, * from pg_temp.rows_at(0);
select pg_temp.purge_at(0) \g /dev/null
select is_empty('select * from pg_temp.wrong(0)', 'nothing goes before its time');

insert into kept select 0.5, * from pg_temp.rows_at(0.5);
select cmp_ok((select count(*) from kept where share = 0.5 and is_old and is_held), '>=', 5::bigint, 'some of what is too old is held');
select pg_temp.purge_at(0.5) \g /dev/null
select is_empty('select * from pg_temp.wrong(0.5)', 'what is old and not held goes, and nothing else');
select set_eq(
  $$select policy, deleted, held from public.data_retention_runs where created_at > now()$$,
  $$select name, count(*) filter (where not is_held) as deleted, count(*) filter (where is_held) as held from kept
    where share = 0.5 and is_old group by 1 having count(*) filter (where not is_held) > 0$$,
  'each run that deleted something is written down'
);

insert into kept select 1, * from pg_temp.rows_at(1);
select pg_temp.purge_at(1) \g /dev/null
select is_empty('select * from pg_temp.wrong(1)', 'in time all goes that is not held');
select isnt_empty($$select from kept where share = 1 and is_held and place in (select place from pg_temp.rows_at(0))$$, 'which stays');

select pg_temp.act_as('platform_admin');
select is(
  (select count(*) from jsonb_array_elements(public.retention_preview())), (select count(*) from public.data_retention_policies), 'an admin sees what would go'
);
select pg_temp.act_as('company_admin');
select throws_ok('select public.retention_preview()', 'PT403', 'forbidden', 'and nobody else');
select pg_temp.act_as_owner();
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
delete from kept;
insert into kept select 1, * from pg_temp.rows_at(1);
select pg_temp.purge_at(1) \g /dev/null
select is_empty('select * from pg_temp.wrong(1)', 'what was held goes once the hold is lifted');
select throws_ok($$select private.purge('public.profiles', now())$$, 'P0002', null, 'what has no policy is not deleted');

select * from finish();
rollback;
