-- Analytics: over random histories, what the job counts from what changed equals what counting everything anew gives.
begin;
\ir ../setup/people.psql
select no_plan();
\if :{?histories} \else \set histories 40 \endif

-- Sessions as they may come to be, without the rules by which people make them; what notes the changes stays.
alter table public.bookings disable trigger user;
alter table public.bookings enable trigger note_uncounted_first;
alter table public.bookings enable trigger note_uncounted_change;
delete from public.bookings;
delete from private.uncounted_months;
insert into auth.users (id, email) select pg_temp.id('passing-' || n), 'passing-' || n || '@people.test' from generate_series(1, 3) n;

create function pg_temp.at(p_month int) returns timestamptz language sql volatile as $$
  select (timestamp '2025-01-01' + make_interval(months => p_month)) at time zone 'UTC' + floor(random() * 27 * 24) * interval '1 hour';
$$;
create function pg_temp.month(p_n int) returns date language sql immutable as $$ select (date '2025-01-01' + make_interval(months => p_n))::date; $$;
create function pg_temp.one_of(variadic p_words text[]) returns text language sql volatile as $$
  select p_words[1 + floor(random() * cardinality(p_words))::int];
$$;
create function pg_temp.any_booking() returns uuid language sql volatile as $$
  select id from public.bookings order by md5(id::text || random()) limit 1;
$$;
create temporary table tally (step text);
create temporary table frozen (figures jsonb);

create function pg_temp.step() returns void language plpgsql as $$
declare
  v_step constant text := pg_temp.one_of('add', 'add', 'add', 'become', 'become', 'become', 'move', 'erase', 'forget', 'count', 'release');
  v_id constant uuid := pg_temp.any_booking();
  v_at constant timestamptz := pg_temp.at(floor(random() * 4)::int);
  v_status constant text := pg_temp.one_of('confirmed', 'completed', 'completed', 'no_show', 'cancelled', 'declined');
begin
  insert into tally values (v_step);
  case v_step
    when 'add' then
      insert into public.bookings (
        employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone,
        status, status_category, cancel_by, cancelled_at, closed_at, place_kind, place_detail
      ) values (
        pg_temp.id(pg_temp.one_of('employee', 'colleague', 'manager', 'passing-1', 'passing-2')), pg_temp.id(pg_temp.one_of('north', 'south')),
        pg_temp.id('specialist:specialist'), pg_temp.id(pg_temp.one_of('talk', 'stretch', 'retired_type')), v_at, v_at + interval '30 minutes',
        v_at, v_at + interval '30 minutes', v_at at time zone 'UTC', 'UTC', v_status, case v_status when 'cancelled' then 'other' end, v_at,
        case v_status when 'cancelled' then v_at end, case when v_status in ('completed', 'no_show') then v_at end, 'video', ''
      );
    when 'become' then
      update public.bookings set status = v_status, status_category = case v_status when 'cancelled' then 'other' end,
        cancelled_at = case v_status when 'cancelled' then v_at end, closed_at = case when v_status in ('completed', 'no_show') then v_at end
      where id = v_id;
    when 'move' then
      update public.bookings set starts_at = v_at, ends_at = v_at + interval '30 minutes', busy_from = v_at, busy_until = v_at + interval '30 minutes' where id = v_id;
    when 'erase' then
      update public.bookings set employee_id = null, releases_at = now() where id = v_id;
    when 'forget' then
      delete from public.bookings where id = v_id;
    when 'count' then
      perform private.job_count_analytics(now());
    when 'release' then
      -- As if a month were told to a company; from then on it stays.
      perform private.job_count_analytics(now());
      perform private.release_month(c.id, pg_temp.month(floor(random() * 4)::int), now()) from public.companies c where random() < 0.3;
      insert into frozen select to_jsonb(a) - 'counted_at' from public.monthly_analytics a
      where exists (select from public.company_analytics_months r where r.company_id = a.company_id and r.month = a.month)
        and not exists (select from frozen f where f.figures ->> 'company_id' = a.company_id::text and f.figures ->> 'month' = a.month::text);
  end case;
exception when exclusion_violation then
  null;
end;
$$;

create temporary table fault (history int, what text, figures jsonb);

create function pg_temp.open(p_company_id uuid, p_month date) returns boolean language sql stable as $$
  select not exists (select from public.company_analytics_months r where r.company_id = p_company_id and r.month = p_month);
$$;
-- Told in another way than the job counts.
create function pg_temp.recount() returns table (company_id uuid, month date, pillar_id uuid, people int, sessions int, missed int, cancelled int) language sql stable as $$
  with one as (
    select b.company_id, to_char(b.starts_at at time zone 'UTC', 'YYYY-MM-01')::date as month, p.pillar_id, b.employee_id, b.status::text as status
    from public.bookings b join public.session_types t on t.id = b.session_type_id, lateral (values (null::uuid), (t.pillar_id)) p (pillar_id)
    where b.status in ('completed', 'no_show', 'cancelled')
  )
  select o.company_id, o.month, o.pillar_id,
    (select count(*)::int from (select distinct s.employee_id from one s where (s.company_id, s.month, s.status) = (o.company_id, o.month, 'completed') and s.pillar_id is not distinct from o.pillar_id and s.employee_id is not null) d),
    sum((o.status = 'completed')::int)::int, sum((o.status = 'no_show')::int)::int, sum((o.status = 'cancelled')::int)::int
  from one o group by 1, 2, 3;
$$;
create function pg_temp.counted() returns table (company_id uuid, month date, pillar_id uuid, people int, sessions int, missed int, cancelled int) language sql stable as $$
  select a.company_id, a.month, null::uuid, a.people, a.sessions, a.missed, a.cancelled from public.monthly_analytics a
  union all
  select a.company_id, a.month, a.pillar_id, a.people, a.sessions, a.missed, a.cancelled from public.pillar_analytics a;
$$;

create function pg_temp.history(p_n int) returns void language plpgsql as $$
declare
  v_faults jsonb;
  v_tally jsonb;
begin
  perform setseed((p_n % 1000) / 1000.0);
  begin
    delete from fault;
    delete from tally;
    for n in 1..60 loop
      perform pg_temp.step();
    end loop;
    perform private.job_count_analytics(now());
    insert into fault
    select p_n, 'differs', to_jsonb(d) from (
      (select * from pg_temp.counted() c where pg_temp.open(c.company_id, c.month) except select * from pg_temp.recount())
      union all
      (select * from pg_temp.recount() r where pg_temp.open(r.company_id, r.month) except select * from pg_temp.counted())
    ) d;
    insert into fault
    select p_n, 'was released and changed', f.figures from frozen f
    where not exists (select from public.monthly_analytics a where to_jsonb(a) - 'counted_at' = f.figures);
    select jsonb_agg(f) into v_faults from fault f;
    select jsonb_agg(t) into v_tally from (select distinct step from tally union select 'frozen' from frozen) t;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  insert into fault select * from jsonb_populate_recordset(null::fault, coalesce(v_faults, '[]'));
  insert into tally select * from jsonb_populate_recordset(null::tally, v_tally);
end;
$$;

select pg_temp.history(n) from generate_series(1, :histories) n \g /dev/null
select is_empty('select * from fault limit 10', 'over random histories the figures are those of counting anew, and those of a released month stay');
select set_has('select step from tally', $$values ('add'), ('become'), ('move'), ('erase'), ('forget'), ('count'), ('release'), ('frozen')$$, 'in which everything happens');

-- Twice, and of what is counted already
insert into public.bookings (
  employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone, status, cancel_by, closed_at, place_kind, place_detail
)
select pg_temp.id(person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id(type), at, at + interval '30 minutes',
  at, at + interval '30 minutes', at at time zone 'UTC', 'UTC', status, at, at, 'video', ''
from (values
  ('employee', 'talk', timestamptz '2025-03-31 23:30Z', 'completed'), ('employee', 'talk', '2025-03-05 09:00Z', 'completed'), ('employee', 'stretch', '2025-03-06 09:00Z', 'completed'),
  ('colleague', 'talk', '2025-03-07 09:00Z', 'completed'), ('manager', 'talk', '2025-03-08 09:00Z', 'no_show'), ('manager', 'talk', '2025-04-01 00:00Z', 'completed')
) b (person, type, at, status);
select is(private.job_count_analytics(now()), 2::bigint, 'each month in which something changed is counted');
select is(private.job_count_analytics(now()), 0::bigint, 'once');
select results_eq(
  $$select month, people, sessions, missed, cancelled from public.monthly_analytics order by 1$$,
  $$values (date '2025-03-01', 2, 4, 1, 0), (date '2025-04-01', 1, 1, 0, 0)$$, 'people are different ones, of whom a session took place, in the month of UTC in which it began'
);
select results_eq(
  $$select p.slug, a.people, a.sessions from public.pillar_analytics a join public.pillars p on p.id = a.pillar_id where month = '2025-03-01' order by 1$$,
  $$values ('test-body', 1, 1), ('test-mind', 2, 3)$$, 'in each pillar for itself'
);
update public.bookings set status = 'no_show' where starts_at = '2025-03-06 09:00Z';
select private.job_count_analytics(now()) \g /dev/null
select is((select a.people from public.pillar_analytics a join public.pillars p on p.id = a.pillar_id where month = '2025-03-01' and p.slug = 'test-body'), 0, 'a correction is counted');
select private.run_job('count_analytics') \g /dev/null
select is((select status from private.job_runs where job = 'count_analytics' order by id desc limit 1), 'succeeded', 'it runs as a job');

-- What is no end of a session is noted by nobody, so that booking costs nothing more.
delete from private.uncounted_months;
update public.bookings set status = 'confirmed', closed_at = null where starts_at = '2025-03-05 09:00Z';
select is((select count(*) from private.uncounted_months), 1::bigint, 'the end of a session that is taken back is noted');
update public.bookings set place_detail = 'x', cancel_by = now() where true;
update public.bookings set starts_at = starts_at + interval '1 minute' where status = 'confirmed';
select is((select count(*) from private.uncounted_months), 1::bigint, 'and nothing else');

-- Exactly, and by a platform admin alone
select is_empty(
  $$select r, t from unnest(array['anon', 'authenticated']) r, unnest(array['monthly_analytics', 'pillar_analytics']) t where has_any_column_privilege(r, 'public.' || t, 'select')$$,
  'nobody who signs in reads the tables'
);
select private.job_count_analytics(now()) \g /dev/null
select pg_temp.act_as('platform_admin');
select results_eq(
  format($$select month, people, sessions, missed, cancelled, (select sum((p -> 'sessions')::int)::int from jsonb_array_elements(pillars) p) from public.read_company_figures(%L, 'ticket 7')$$, pg_temp.id('north')),
  $$values (date '2025-04-01', 1, 1, 0, 0, 1), ('2025-03-01', 2, 2, 2, 0, 2)$$, 'a platform admin reads them by company, the newest month first'
);
select is(
  array(select month from public.read_company_figures(pg_temp.id('north'), 'ticket 7', p_limit => 1)), array[date '2025-04-01'], 'so many at once'
);
select is(
  array(select month from public.read_company_figures(pg_temp.id('north'), 'ticket 7', '2025-04-01')), array[date '2025-03-01'], 'and further back'
);
select is_empty(format($$select from public.read_company_figures(%L, 'ticket 7')$$, pg_temp.id('south')), 'of this company alone');
select throws_ok(format($$select public.read_company_figures(%L, ' ')$$, pg_temp.id('north')), 'PT422', 'reason_required', 'for a reason');
select throws_ok($$select public.read_company_figures('00000000-0000-0000-0000-000000000000', 'ticket 7')$$, 'PT404', 'company_not_found', 'of a company that there is');
select pg_temp.act_as(p) || throws_ok(format($$select public.read_company_figures(%L, 'ticket 7')$$, pg_temp.id('north')), 'PT403', 'forbidden', p || ' does not read them')
from unnest(array['company_admin', 'manager', 'employee', 'specialist']) p;
select pg_temp.act_as_owner();
select results_eq(
  $$select entity_id, context ->> 'reason', count(*) from public.audit_logs where action = 'company_figures.read' group by 1, 2 order by 3$$,
  format($$values (%L, 'ticket 7', 1::bigint), (%L, 'ticket 7', 3)$$, pg_temp.id('south')::text, pg_temp.id('north')::text), 'each reading is an entry of the log'
);

select is_empty(
  $$select r, t from unnest(array['anon', 'authenticated']) r, unnest(array['monthly_analytics', 'pillar_analytics', 'company_analytics_months', 'company_analytics_pillars']) t,
    unnest(array['insert', 'update']) v where has_any_column_privilege(r, 'public.' || t, v)$$,
  'no client writes any of it'
);

select * from finish();
rollback;
