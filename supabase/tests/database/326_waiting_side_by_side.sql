-- One time falls free, for which eight wait: they decline it, let it pass or take it, while others try to have it, and the job
-- runs fourteen times at once and is killed. Each is offered it once, in the order in which they joined.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')), pg_advisory_lock(19, hashtext('offer_freed_times')), pg_advisory_lock(19, hashtext('expire_bookings')) \g /dev/null

create function pg_temp.one(p_kind int, p_n int) returns uuid language sql immutable as $$
  select format('5de0b75e-0000-4000-8000-0000005%s%s', p_kind, lpad(p_n::text, 4, '0'))::uuid;
$$;
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.bookings where company_id = pg_temp.one(0, 1);
  delete from public.company_members where company_id = pg_temp.one(0, 1);
  delete from public.company_subscriptions where company_id = pg_temp.one(0, 1);
  delete from public.company_subscription_plans where slug = 'side-by-side-waiting';
  delete from public.companies where id = pg_temp.one(0, 1);
  delete from auth.users where email like '%@side-by-side-waiting.test';
  delete from public.session_types where id = pg_temp.one(4, 1);
  delete from public.pillars where slug = 'side-by-side-waiting';
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@side-by-side-waiting.test');
  delete from private.emails where recipient like '%@side-by-side-waiting.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.one(1, n), n || '@side-by-side-waiting.test', now() from generate_series(1, 18) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.one(1, n), pg_temp.one(1, n), now(), now() from generate_series(1, 18) n;
insert into public.companies (id, name) values (pg_temp.one(0, 1), 'Side by side');
insert into public.company_subscription_plans (id, slug, name, seats) values (pg_temp.one(2, 1), 'side-by-side-waiting', 'Side by side', 50);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on) values (pg_temp.one(0, 1), pg_temp.one(2, 1), 'active', current_date - 1);
insert into public.company_members (company_id, user_id) select pg_temp.one(0, 1), pg_temp.one(1, n) from generate_series(1, 17) n;
insert into public.pillars (id, slug, name) values (pg_temp.one(5, 1), 'side-by-side-waiting', 'Side by side');
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.one(4, 1), pg_temp.one(5, 1), 'coaching', 'Side by side', 50);
insert into public.specialists (id, user_id, display_name, status, verified_at) values (pg_temp.one(3, 1), pg_temp.one(1, 18), 'Side by side', 'verified', now());
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.one(3, 1), pg_temp.one(5, 1));
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.one(3, 1), d, '09:00', '10:00', current_date - 30 from generate_series(1, 7) d;
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.one(6, 1), pg_temp.one(1, 17), pg_temp.one(0, 1), pg_temp.one(3, 1), pg_temp.one(4, 1), t, t + interval '50 minutes', 'confirmed'
from (select (date_trunc('day', now() at time zone 'UTC') + interval '9 days 9 hours') at time zone 'UTC') s (t);
-- Against the order of their ids.
insert into public.waiting_list_entries (user_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, joined_at, expires_at)
select pg_temp.one(1, n), pg_temp.one(4, 1), 'UTC', (now() at time zone 'UTC')::date + 9, (now() at time zone 'UTC')::date + 9, '{1,2,3,4,5,6,7}', '00:00', '24:00',
  now() + make_interval(secs => case n when 8 then 9 else 8 - n end), now() + interval '10 days'
from generate_series(1, 8) n;
commit;
begin;
update public.bookings set status = 'cancelled' where id = pg_temp.one(6, 1);
commit;

select deadlocks as before from pg_stat_database where datname = current_database() \gset
select clock_timestamp() + interval '3 seconds' as start \gset
\setenv START :start
\set said `supabase/tests/setup/clients 32 -v start="'$START'" -f supabase/tests/setup/waiter.psql`
select is(
  (select array_agg(right(e.user_id::text, 1)::int order by b.created_at) from public.waiting_list_offers o
    join public.waiting_list_entries e on e.id = o.entry_id join public.bookings b on b.id = o.booking_id where o.specialist_id = pg_temp.one(3, 1)),
  '{7,6,5,4,3,2,1,8}', 'each is offered it once, in the order in which they joined'
);
select is(
  (select array_agg(right(employee_id::text, 1)::int) from public.bookings where company_id = pg_temp.one(0, 1) and status in ('held', 'confirmed')), '{8}',
  'who takes it has it, and nobody else'
);
select ok(:'said' ~ 'killed 1', 'though a run was killed before it was done');
select ok(:'said' !~ 'thief' and :'said' ~ 'slot_taken', 'and others tried to have it in between');
select is((select count(*) from private.emails where recipient like '%@side-by-side-waiting.test' and template_key = 'waiting_offer'), 8::bigint, 'each is mailed once');
select is((select count(*) from private.freed_for_waiting where specialist_id = pg_temp.one(3, 1)), 0::bigint, 'nothing is kept any longer');
select pg_sleep(1), pg_stat_clear_snapshot() \g /dev/null
select is((select deadlocks from pg_stat_database where datname = current_database()), :'before'::bigint, 'and no deadlock was met');

-- Somebody leaves while they are being offered a time: it is not left to them.
insert into public.waiting_list_entries (id, user_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, expires_at)
select pg_temp.one(7, 1), pg_temp.one(1, 9), pg_temp.one(4, 1), 'UTC', d, d, '{1,2,3,4,5,6,7}', '00:00', '24:00', now() + interval '12 days' from (select (now() at time zone 'UTC')::date + 10) s (d);
select private.free_for_waiting(pg_temp.one(7, 2), pg_temp.one(3, 1), t, t + interval '50 minutes', t, t + interval '50 minutes')
from (select (date_trunc('day', now() at time zone 'UTC') + interval '10 days 9 hours') at time zone 'UTC') s (t) \g /dev/null
\setenv OFFER 'select ''offered: '' || private.job_offer_freed_times(now())'
\setenv AS_NINTH 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000510009\", \"session_id\": \"5de0b75e-0000-4000-8000-000000510009\"}'', true)'
\setenv LEAVE 'select public.leave_waiting_list(''5de0b75e-0000-4000-8000-000000570001'')'
\set said `supabase/tests/setup/one-meets-another "$OFFER" -- "$AS_NINTH" "$LEAVE"`
select ok(:'said' ~ 'offered: 1', 'somebody is offered a time while they leave');
select results_eq(
  $$select e.status, o.outcome, b.status::text from public.waiting_list_entries e join public.waiting_list_offers o on o.entry_id = e.id join public.bookings b on b.id = o.booking_id where e.id = pg_temp.one(7, 1)$$,
  $$values ('left', 'missed', 'released')$$, 'and nothing is held for who waits no longer'
);

-- A hold has passed, and somebody is just ending it: first the booking, then what keeps its time. The job waits for neither, so that each may come to the other.
delete from private.freed_for_waiting where specialist_id = pg_temp.one(3, 1);
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at)
select pg_temp.one(6, 2), pg_temp.one(1, 10), pg_temp.one(0, 1), pg_temp.one(3, 1), pg_temp.one(4, 1), t, t + interval '50 minutes', 'held', now() - interval '1 second'
from (select (date_trunc('day', now() at time zone 'UTC') + interval '10 days 9 hours') at time zone 'UTC') s (t);
select private.free_for_waiting(id, specialist_id, starts_at, ends_at, busy_from, busy_until, expires_at) from public.bookings where id = pg_temp.one(6, 2) \g /dev/null
insert into public.waiting_list_entries (user_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, expires_at)
select pg_temp.one(1, 11), pg_temp.one(4, 1), 'UTC', d, d, '{1,2,3,4,5,6,7}', '00:00', '24:00', now() + interval '12 days' from (select (now() at time zone 'UTC')::date + 10) s (d);
\setenv ENDING 'select ''ending: '' || count(*) from (select from public.bookings where id = ''5de0b75e-0000-4000-8000-000000560002'' for no key update) b'
\set said `supabase/tests/setup/one-meets-another "$ENDING" -- "$OFFER"`
select ok(:'said' ~ 'ending: 1' and :'said' ~ 'offered: 0', 'the job leaves a hold to whoever is just ending it');
select is(private.job_offer_freed_times(now()), 1::bigint, 'and its time to the next run');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
