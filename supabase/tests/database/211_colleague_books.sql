-- Employers learn nothing of a single person: whatever an admin or a colleague can read, call or be refused
-- by is compared between worlds in which somebody of their company books, somebody of another company books the same
-- time, and nobody books. What differs between the first two would tell whose employee it was; what differs between
-- either and the third is the time that is no longer free, and nothing else.
begin isolation level repeatable read;
\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/attack.psql
\ir ../setup/observer.psql
select no_plan();

insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id(person || ':specialist'), d, '00:00', '24:00', current_date - 30
from unnest(array['specialist', 'other_specialist']) as person, generate_series(2, 7) d;
delete from public.specialist_freed_times;
delete from public.bookings;
-- Few enough sessions that the allowance is felt.
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month) values (pg_temp.id('few'), 'test-few', 'Few', 10, 5);
update public.company_subscriptions set plan_id = pg_temp.id('few');

-- In the month in which the observers count their allowance.
select (date_trunc('month', now() at time zone 'UTC') + interval '2 months 9 days 12 hours') at time zone 'UTC' as slot \gset
create function pg_temp.books(p_person text) returns text language sql as $$
  select format(
    'select pg_temp.act_as(%L); select public.book_session(%L, %L, %L)', p_person, pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    (date_trunc('month', now() at time zone 'UTC') + interval '2 months 9 days 12 hours') at time zone 'UTC'
  );
$$;
create temporary table world (name text, event text);
insert into world values
  ('nobody', 'select'), ('colleague', pg_temp.books('colleague')), ('stranger', pg_temp.books('foreign_employee')),
  ('came and went', pg_temp.books('colleague') || '; select public.cancel_booking(id) from public.bookings');

create temporary table sight as
  select o.observer, w.name as world, s.what, s.answer
  from unnest(array['company_admin', 'employee']) o (observer), world w,
    lateral pg_temp.seen(o.observer, 'north', w.event, :'slot') s;

select cmp_ok((select count(distinct what) from sight where observer = 'company_admin'), '>', 100::bigint, 'much was looked at');
select is(
  (select answer from sight where observer = 'company_admin' and world = 'nobody' and what ~ 'sessions_until_refused'), 'answered 5',
  'an observer who books until refused finds their own allowance'
);

create function pg_temp.differing(p_one text, p_other text)
returns table (observer text, what text, one text, other text)
language sql as $$
  select a.observer, a.what, a.answer, b.answer
  from sight a join sight b using (observer, what)
  where a.world = p_one and b.world = p_other and a.answer is distinct from b.answer;
$$;

select is_empty($$select * from pg_temp.differing('colleague', 'stranger') limit 10$$, 'nothing tells a colleague''s session from a stranger''s');
select is_empty($$select * from pg_temp.differing('nobody', 'came and went') limit 10$$, 'nothing is left of a session that was booked and cancelled');
select is_empty(
  $$select * from pg_temp.differing('nobody', 'colleague') where what !~ 'public.(available_slots|book_session)\(' limit 10$$,
  'what moves when somebody books are the times that are free, and nothing else'
);
select is_empty(
  $$select * from pg_temp.differing('nobody', 'colleague') where what ~ 'public.book_session' and other !~ '^refused PT409 slot_taken'$$,
  'and a refusal says no more than that'
);
select isnt_empty($$select * from pg_temp.differing('nobody', 'colleague') where what ~ 'available_slots'$$, 'which the comparison does notice');

-- A day off is refused in the same words, wherever a caller stands
create function pg_temp.is_off(p_event text) returns text language sql as $$
  select format(
    'insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at) values (%L, ''time_off'', %L, %L)',
    pg_temp.id('specialist:specialist'), t, t + interval '50 minutes'
  )
  from (values ((date_trunc('month', now() at time zone 'UTC') + interval '2 months 9 days 12 hours') at time zone 'UTC')) as s (t);
$$;
insert into world values ('day off', pg_temp.is_off(null));
insert into sight select 'company_admin', 'day off', s.what, s.answer from world w, lateral pg_temp.seen('company_admin', 'north', w.event, :'slot') s where w.name = 'day off';
select is_empty(
  $$select * from pg_temp.differing('colleague', 'day off') where observer = 'company_admin' and what ~ 'available_slots|book_session' limit 10$$,
  'a session cannot be told from a day off'
);
-- Also not by somebody without a plan, whom the rules refuse before the calendar is looked at.
update public.company_subscriptions set status = 'suspended' where company_id = pg_temp.id('north');
insert into sight
  select 'without a plan', w.name, s.what, s.answer from world w, lateral pg_temp.seen('company_admin', 'north', w.event, :'slot') s where w.name in ('day off', 'stranger');
select is_empty(
  $$select * from pg_temp.differing('stranger', 'day off') where observer = 'without a plan' and what ~ 'available_slots|book_session' limit 10$$,
  'nor by the order in which rules refuse'
);
update public.company_subscriptions set status = 'active' where company_id = pg_temp.id('north');
-- Nor by somebody who has used up what a person may book or do in a while.
insert into private.allowances (kind, subject, full_at)
select kind, pg_temp.id('company_admin')::text, now() + interval '1 year' from unnest(array['bookings', 'acts']) kind;
insert into sight
  select 'without an allowance', w.name, s.what, s.answer from world w, lateral pg_temp.seen('company_admin', 'north', w.event, :'slot') s where w.name in ('day off', 'stranger', 'nobody');
select is_empty(
  $$select * from pg_temp.differing('stranger', 'day off') where observer = 'without an allowance' and what ~ 'available_slots|book_session' limit 10$$,
  'nor by an allowance that is used up'
);
select isnt_empty($$select from sight where observer = 'without an allowance' and answer ~ 'rate_limited'$$, 'which refuses what is free');
delete from private.allowances;

-- What the planner expects, which the Data API tells by Prefer: count=planned
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  now() + n * interval '1 hour', now() + n * interval '1 hour' + interval '50 minutes', 'confirmed'
from generate_series(1, 300) n;
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key)
select pg_temp.id('colleague'), 'mail', 'booking', 'test', 'colleague@people.test', '{}', 'test:observer:' || n from generate_series(1, 300) n;
insert into public.failed_login_attempts (user_id, failures) select pg_temp.id('colleague'), 1 from generate_series(1, 300);
insert into auth.sessions (id, user_id, created_at, updated_at) select gen_random_uuid(), pg_temp.id('colleague'), now(), now() from generate_series(1, 300);
select private.write_audit('test.entry', 'profiles', 'x', pg_temp.id('colleague'), null, null) from generate_series(1, 300) \g /dev/null
insert into public.specialist_freed_times (specialist_id, starts_at, ends_at, busy_from, busy_until, offered_at)
select pg_temp.id('specialist:specialist'), t, t + interval '50 minutes', t, t + interval '50 minutes', now() + interval '1 day' from generate_series(1, 300) n, lateral (select now() + n * interval '1 hour') s (t);
insert into public.password_reset_tokens (user_id, email, expires_at, superseded_at)
select pg_temp.id('colleague'), 'colleague@people.test', now() + interval '1 hour', now() from generate_series(1, 300);
insert into public.terms_acceptance (user_id, document, version) select pg_temp.id('colleague'), 'terms', 'v' || n from generate_series(1, 300) n;
do $$
declare
  v_table text;
begin
  for v_table in select name from attacked_table loop
    execute 'analyze ' || v_table;
  end loop;
end; $$;

create function pg_temp.expected(p_statement text) returns text language plpgsql as $$
declare
  v_plan json;
begin
  perform pg_temp.act_as('company_admin');
  execute 'explain (format json) ' || p_statement into v_plan;
  perform pg_temp.act_as_owner();
  return v_plan #>> '{0,Plan,Plan Rows}';
end;
$$;
grant execute on all functions in schema pg_temp to public;
create temporary table estimate as
  select t.name, a.attname, p.id, pg_temp.expected(format('select 1 from %s where %I = %L', t.name, a.attname, p.id)) as rows
  from attacked_table t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.atttypid = 'uuid'::regtype
  cross join (
    select pg_temp.id(x) as id from unnest(array['colleague', 'employee', 'north', 'south', 'specialist:specialist', 'unknown']) x
  ) p
  where t.nspname = 'public' and has_column_privilege('authenticated', t.oid, a.attnum, 'select')
    -- How many members a company has is known.
    and (t.name, a.attname) <> ('public.company_members', 'company_id')
    and exists (
      select from pg_catalog.pg_attribute o where o.attrelid = t.oid and o.attname in ('employee_id', 'user_id', 'booking_id', 'offered_at') and o.attnum > 0
    );
select cmp_ok((select count(distinct name) from estimate), '>=', 8::bigint, 'the planner was asked about many tables');
select is_empty(
  'select name, attname, array_agg(distinct rows) from estimate group by 1, 2 having count(distinct rows) > 1',
  'the planner expects the same of everybody'
);

select * from finish();
rollback;
