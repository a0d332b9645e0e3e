-- A job cancels the session of somebody who was removed while the employer asks for its time: they must not get past
-- the question whether it is free, wait at the constraint for the job, and have it.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')) \g /dev/null
select pg_advisory_lock(19, hashtext('cancel_ended_sessions')) \g /dev/null

create function pg_temp.one(p_n int) returns uuid language sql as $$ select format('5de0b75e-0000-4000-8000-0000000000%s', 90 + p_n)::uuid; $$;
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.bookings where company_id = pg_temp.one(0);
  delete from public.company_members where company_id = pg_temp.one(0);
  delete from public.company_subscriptions where company_id = pg_temp.one(0);
  delete from public.company_subscription_plans where slug = 'side-by-side-freed';
  delete from public.companies where id = pg_temp.one(0);
  delete from auth.users where email like '%@side-by-side-freed.test';
  delete from public.session_types where id = pg_temp.one(5);
  delete from public.pillars where id = pg_temp.one(4);
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@side-by-side-freed.test');
  delete from private.emails where recipient like '%@side-by-side-freed.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

-- 1 is the employer, 2 was removed, 3 works day and night.
begin;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.one(n), n || '@side-by-side-freed.test', now() from generate_series(1, 3) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.one(n), pg_temp.one(n), now(), now() from generate_series(1, 3) n;
insert into public.companies (id, name) values (pg_temp.one(0), 'Side by side');
insert into public.company_subscription_plans (id, slug, name, seats) values (pg_temp.one(6), 'side-by-side-freed', 'Side by side', 10);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on) values (pg_temp.one(0), pg_temp.one(6), 'active', current_date - 1);
insert into public.company_members (company_id, user_id, role) values (pg_temp.one(0), pg_temp.one(1), 'admin'), (pg_temp.one(0), pg_temp.one(2), 'employee');
insert into public.pillars (id, slug, name) values (pg_temp.one(4), 'side-by-side-freed', 'Side by side');
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.one(5), pg_temp.one(4), 'coaching', 'Side by side', 50);
insert into public.specialists (id, user_id, display_name, status, verified_at) values (pg_temp.one(7), pg_temp.one(3), 'Side by side', 'verified', now());
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.one(7), pg_temp.one(4));
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.one(7), d, '00:00', '24:00', current_date - 30 from generate_series(1, 7) d;
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.one(2), pg_temp.one(0), pg_temp.one(7), pg_temp.one(5), t, t + interval '50 minutes', 'confirmed' from (select date_trunc('hour', now()) + interval '9 days') s (t);
update public.company_members set status = 'removed' where user_id = pg_temp.one(2);
update private.membership_ends set cancels_at = now() where user_id = pg_temp.one(2);
commit;

\setenv AS_EMPLOYER 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000000091\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000091\"}'', true)'
\setenv BOOK 'select public.book_session(''5de0b75e-0000-4000-8000-000000000097'', ''5de0b75e-0000-4000-8000-000000000095'', date_trunc(''hour'', now()) + interval ''9 days'')'
\setenv CANCEL 'select ''cancelled: '' || private.release_bookings_of_member(''5de0b75e-0000-4000-8000-000000000090'', ''5de0b75e-0000-4000-8000-000000000092'', now())'
\set said `supabase/tests/setup/one-meets-another "$CANCEL" -- "$AS_EMPLOYER" "$BOOK"`
select ok(:'said' ~ 'cancelled: 1', 'the session is cancelled');
select ok(:'said' ~ 'slot_taken', 'who asks for its time meanwhile is refused');
select is((select count(*) from public.bookings where employee_id = pg_temp.one(1)), 0::bigint, 'and has it not');

-- Somebody is at work on the specialist's calendar for a while.
\set said `psql -Xq -c "begin; select pg_advisory_xact_lock(17, hashtext('5de0b75e-0000-4000-8000-000000000097')); select pg_sleep(4)" "$DATABASE_URL" >/dev/null & sleep 0.5; psql -XAtq -c "begin" -c "$AS_EMPLOYER" -c "set local lock_timeout = '1s'" -c "$BOOK" "$DATABASE_URL" 2>&1; wait`
select ok(:'said' ~ 'slot_taken', 'who comes too late is told so without waiting in line');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
