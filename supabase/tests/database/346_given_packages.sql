-- A company that gives a member another package learns nothing by it of those that it gave: also not by the work that it is.
begin;
\ir ../setup/people.psql
\ir ../setup/answer.psql
select no_plan();

update public.company_subscription_plans set sessions_per_month = 1;
-- By its indexes, as in a large table: a small one is read whole, and is larger with each package that the test gives.
set local enable_seqscan = off;
set local plan_cache_mode = force_generic_plan;
create function pg_temp.at(p_hour int) returns timestamptz language sql stable as $$
  select date_trunc('month', now(), 'UTC') + interval '1 month 10 days' + make_interval(hours => p_hour);
$$;
-- How many rows of tables and entries of indexes were looked at so far.
create function pg_temp.work() returns jsonb language sql volatile security definer as $$
  select jsonb_object_agg(c.oid::regclass::text, pg_stat_get_xact_tuples_fetched(c.oid) + pg_stat_get_xact_tuples_returned(c.oid))
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'i') and c.relname like '%package%';
$$;
create function pg_temp.giving(p_to text, p_sessions int) returns text language sql as $$
  select pg_temp.answer('company_admin', format(
    'select public.grant_company_package(%L, %L, %L, %s, %L)', pg_temp.id('north'), pg_temp.id(p_to), pg_temp.id('talk'), p_sessions, current_date + 50
  ));
$$;
-- The second of two calls, since the first has plans to make; and undone, since each package that a company gives is one more to look at.
create function pg_temp.work_of_giving(p_to text, p_sessions int) returns jsonb language plpgsql as $$
declare
  v_before jsonb;
  v_work jsonb;
begin
  perform pg_temp.giving(p_to, p_sessions);
  v_before := pg_temp.work();
  perform pg_temp.giving(p_to, p_sessions);
  select jsonb_object_agg(w.key, w.value::bigint - (v_before ->> w.key)::bigint) into v_work
  from jsonb_each_text(pg_temp.work()) w where w.value <> v_before ->> w.key;
  raise sqlstate 'UNDO0';
exception when sqlstate 'UNDO0' then
  return v_work;
end;
$$;
grant execute on all functions in schema pg_temp to public;

insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id(p), pg_temp.id('north'), pg_temp.id('talk'), 'company', 8, current_date + 90 from unnest(array['employee', 'colleague']) p;
select pg_temp.answer('employee', format('select public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(9))) \g /dev/null
select pg_temp.answer('employee', format(
  'select public.cancel_booking((public.book_session(%L, %L, %L)).id)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(n)
)) from generate_series(11, 20) n \g /dev/null
select is(
  (select array_agg(u.n order by u.n) from (select count(*) as n from public.booking_package_entries group by package_id) u), '{1,21}', 'of two who were given the same, one has used it'
);
select is(pg_temp.giving('employee', 3), 'package_limit', 'more than the plan gives is refused');
select is(pg_temp.work_of_giving('employee', 3), pg_temp.work_of_giving('colleague', 3), 'by the same work for either');
select is(pg_temp.work_of_giving('employee', 1), pg_temp.work_of_giving('colleague', 1), 'and what is not refused as well');
select results_eq(
  $$select distinct t.oid::regclass::text
    from jsonb_object_keys(pg_temp.work_of_giving('employee', 3)) w (name) left join pg_catalog.pg_index i on i.indexrelid = w.name::regclass
    join pg_catalog.pg_class t on t.oid = coalesce(i.indrelid, w.name::regclass)$$,
  array['booking_packages'], 'which is to look at packages, and at nothing that grows as they are used'
);
select throws_ok(
  $$insert into public.booking_package_entries (package_id, kind, sessions, actor) select id, 'grant', 1, 'admin' from public.booking_packages limit 1$$,
  '23505', null, 'a package is given once'
);

select * from finish();
rollback;
