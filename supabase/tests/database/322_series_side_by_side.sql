-- The job that books series, run by several at once, late, while employees add to, change and stop the same series and others
-- book the same times: each session is booked once, and what gives way has its turn.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')) \g /dev/null
select pg_advisory_lock(19, hashtext('book_series')) \g /dev/null

create function pg_temp.one(p_n int) returns uuid language sql as $$ select format('5de0b75e-0000-4000-8000-000000003%s', lpad(p_n::text, 3, '0'))::uuid; $$;
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.recurring_bookings where company_id = pg_temp.one(0);
  delete from public.bookings where company_id = pg_temp.one(0);
  delete from public.company_members where company_id = pg_temp.one(0);
  delete from public.company_subscriptions where company_id = pg_temp.one(0);
  delete from public.company_subscription_plans where slug = 'side-by-side-series';
  delete from public.companies where id = pg_temp.one(0);
  delete from auth.users where email like '%@side-by-side-series.test';
  delete from public.session_types where id = pg_temp.one(5);
  delete from public.pillars where id = pg_temp.one(4);
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@side-by-side-series.test');
  delete from private.emails where recipient like '%@side-by-side-series.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

-- 10 to 21 are employees, 30 and 31 work day and night.
begin;
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.one(n), n || '@side-by-side-series.test', now() from generate_series(10, 31) n where n < 22 or n > 29;
insert into auth.sessions (id, user_id, created_at, updated_at) select id, id, now(), now() from auth.users where email like '%@side-by-side-series.test';
insert into public.companies (id, name) values (pg_temp.one(0), 'Side by side');
insert into public.company_subscription_plans (id, slug, name, seats) values (pg_temp.one(6), 'side-by-side-series', 'Side by side', 100);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on) values (pg_temp.one(0), pg_temp.one(6), 'active', current_date - 1);
insert into public.company_members (company_id, user_id) select pg_temp.one(0), pg_temp.one(n) from generate_series(10, 21) n;
insert into public.pillars (id, slug, name) values (pg_temp.one(4), 'side-by-side-series', 'Side by side');
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.one(5), pg_temp.one(4), 'coaching', 'Side by side', 60);
insert into public.specialists (id, user_id, display_name, status, verified_at)
select pg_temp.one(10 + n), pg_temp.one(n), 'Side by side', 'verified', now() from generate_series(30, 31) n;
insert into public.specialist_pillars (specialist_id, pillar_id) select pg_temp.one(n), pg_temp.one(4) from generate_series(40, 41) n;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.one(n), d, '00:00', '24:00', current_date - 30 from generate_series(40, 41) n, generate_series(1, 7) d;
-- Made weeks ago, and not looked at since. Two and two want the same times.
insert into public.recurring_bookings (id, employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone, look_at)
select pg_temp.one(100 + n), pg_temp.one(n), pg_temp.one(0), pg_temp.one(40 + n % 2), pg_temp.one(5),
  'FREQ=WEEKLY;BYDAY=' || upper(left(to_char(w.at, 'FMDay'), 2)) || ';COUNT=9', w.at, 'UTC', now() - interval '30 days'
from generate_series(10, 21) n, lateral (select date_trunc('day', now() at time zone 'UTC') - interval '11 days' + (n / 4) * interval '2 hours') w (at);
commit;

-- Four run the job, four act as employees at random, each several times.
\setenv JOB 'do $$ begin for i in 1..6 loop perform private.job_book_series(now()); commit; end loop; end; $$'
\setenv PEOPLE 'do $$ declare v_id uuid; v record; begin for i in 1..25 loop v_id := (''5de0b75e-0000-4000-8000-0000000030'' || 10 + floor(random() * 12)::int)::uuid; perform set_config(''request.jwt.claims'', jsonb_build_object(''sub'', v_id, ''session_id'', v_id)::text, true); begin select s.id, d.on_day, d.starts_at into v from public.recurring_bookings s, private.days_of_series(s) d where s.employee_id = v_id and d.starts_at > now() order by random() limit 1; case floor(random() * 5)::int when 0 then perform public.change_series(v.id, v.on_day, v.starts_at + interval ''1 hour'', ''FREQ=WEEKLY;COUNT=5''); when 1 then perform public.leave_out(v.id, v.on_day); when 2 then perform public.book_session((''5de0b75e-0000-4000-8000-0000000030'' || 40 + floor(random() * 2)::int)::uuid, ''5de0b75e-0000-4000-8000-000000003005'', v.starts_at); when 3 then perform public.cancel_booking(b.id) from public.bookings b where b.employee_id = v_id and b.starts_at > now() and b.status = ''confirmed'' order by random() limit 1; else perform public.add_to_series(v.id, v.on_day); end case; exception when sqlstate ''PT403'' or sqlstate ''PT409'' or sqlstate ''PT422'' or sqlstate ''PT429'' then null; end; commit; end loop; end; $$'
select deadlocks as before from pg_stat_database where datname = current_database() \gset
\set said `(supabase/tests/setup/clients 4 -c "$JOB" & supabase/tests/setup/clients 4 -c "$PEOPLE"; wait) 2>&1`
select is(:'said'::text, '', 'nobody fails');
select pg_sleep(1), pg_stat_clear_snapshot() \g /dev/null
select is((select deadlocks from pg_stat_database where datname = current_database()), :'before'::bigint, 'or meets a deadlock');

-- What gave way has its turn.
-- One series of a person at a time.
select private.job_book_series(now() + n * interval '2 hours') from generate_series(1, 6) n \g /dev/null
select is_empty(
  $$select s.id, d.on_day from public.recurring_bookings s, private.days_of_series(s) d
    where s.company_id = pg_temp.one(0) and s.status <> 'stopped' and d.outcome is null and d.starts_at <= now() + interval '56 days'$$,
  'of every session whose time has come it is known what became of it'
);
select isnt_empty($$select from public.bookings where company_id = pg_temp.one(0) and status = 'confirmed'$$, 'sessions were booked');
select set_eq(
  $$select distinct o.refusal from public.recurring_booking_occurrences o join public.recurring_bookings s on s.id = o.series_id
    where s.company_id = pg_temp.one(0) and o.outcome in ('waiting', 'skipped')$$,
  array['slot_taken', 'too_soon'], 'of two who want a time one has it, and what was over is skipped'
);
select is_empty(
  $$select s.employee_id, b.starts_at from public.recurring_booking_occurrences o join public.recurring_bookings s on s.id = o.series_id join public.bookings b on b.id = o.booking_id
    where s.company_id = pg_temp.one(0) and b.status = 'confirmed' group by 1, 2 having count(*) > 1$$,
  'nobody has a session twice'
);
select is_empty(
  $$select b.id from public.bookings b
    where b.company_id = pg_temp.one(0) and exists (select from public.booking_status_history h where h.booking_id = b.id and h.actor = 'system' and h.event = 'booked')
      and not exists (select from public.recurring_booking_occurrences o where o.booking_id = b.id) and b.status = 'confirmed'$$,
  'and what the job booked is in its series'
);

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
