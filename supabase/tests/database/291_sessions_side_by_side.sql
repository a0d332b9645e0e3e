-- A member who books on eight devices at once passes neither the sessions that the plan gives them nor those of a package.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
\set company '''5de0b75e-0000-4000-8000-000000000040'''

create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.bookings where company_id = '5de0b75e-0000-4000-8000-000000000040';
  delete from public.booking_packages where company_id = '5de0b75e-0000-4000-8000-000000000040';
  delete from public.company_members where company_id = '5de0b75e-0000-4000-8000-000000000040';
  delete from public.company_subscriptions where company_id = '5de0b75e-0000-4000-8000-000000000040';
  delete from public.company_subscription_plans where slug = 'side-by-side-sessions';
  delete from public.companies where id = '5de0b75e-0000-4000-8000-000000000040';
  delete from auth.users where email like '%@side-by-side-sessions.test';
  delete from public.session_types where id = '5de0b75e-0000-4000-8000-000000000042';
  delete from public.pillars where id = '5de0b75e-0000-4000-8000-000000000041';
  delete from private.email_queue where mail_id in (
    select id from private.email_log where recipient like '%@side-by-side-sessions.test'
  );
  delete from private.emails where recipient like '%@side-by-side-sessions.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

-- One employee and eight specialists who work day and night, so that nothing but the plan is scarce.
create function pg_temp.one(p_kind int, p_n int) returns uuid language sql as $$
  select format('5de0b75e-0000-4000-8000-0000004%s000%s', p_kind, p_n)::uuid;
$$;
begin;
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.one(k, n), format('%s-%s@side-by-side-sessions.test', k, n), now() from generate_series(1, 2) k, generate_series(1, 8) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.one(3, n), pg_temp.one(1, n), now(), now() from generate_series(1, 8) n;
insert into public.companies (id, name) values (:company, 'Side by side');
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month)
values ('5de0b75e-0000-4000-8000-000000000043', 'side-by-side-sessions', 'Side by side', 10, 3);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
values (:company, '5de0b75e-0000-4000-8000-000000000043', 'active', current_date - 1);
insert into public.company_members (company_id, user_id) select :company, pg_temp.one(1, n) from generate_series(1, 8) n;
insert into public.pillars (id, slug, name) values ('5de0b75e-0000-4000-8000-000000000041', 'side-by-side-sessions', 'Side by side');
insert into public.session_types (id, pillar_id, kind, name, default_minutes)
values ('5de0b75e-0000-4000-8000-000000000042', '5de0b75e-0000-4000-8000-000000000041', 'coaching', 'Side by side', 30);
insert into public.specialists (id, user_id, display_name, status, verified_at)
select pg_temp.one(4, n), pg_temp.one(2, n), 'Side by side', 'verified', now() from generate_series(1, 8) n;
insert into public.specialist_pillars (specialist_id, pillar_id) select pg_temp.one(4, n), '5de0b75e-0000-4000-8000-000000000041' from generate_series(1, 8) n;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.one(4, n), d, '00:00', '24:00', current_date - 30 from generate_series(1, 8) n, generate_series(1, 7) d;
insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.one(1, 1), :company, '5de0b75e-0000-4000-8000-000000000042', 'platform', 2, current_date + 365;
commit;

select clock_timestamp() + interval '2 seconds' as start \gset
\setenv START :start
\set said `supabase/tests/setup/clients 8 -v start="'$START'" -f supabase/tests/setup/booker.psql`
select is(
  (select count(*) from public.bookings where company_id = :company and status = 'confirmed'), 5::bigint,
  'of eight requests at once five get the three sessions of the month and the two of a package'
);
select is((select count(*) from private.package_uses where is_used), 2::bigint, 'each of which is used once');
select is(
  (select count(*) from string_to_table(:'said', E'\n') line where line ~ 'sessions_used_up'), 3::bigint, 'and the others are told why'
);

call pg_temp.clear_away();
select * from finish();
