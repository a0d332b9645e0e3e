-- Requests side by side do not pass the limit of open sessions together.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();

create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.bookings where company_id = '5de0b75e-0000-4000-8000-000000000002';
  delete from public.company_members where company_id = '5de0b75e-0000-4000-8000-000000000002';
  delete from auth.users where email like 'side-by-side-%@people.test';
  delete from public.company_subscriptions where company_id = '5de0b75e-0000-4000-8000-000000000002';
  delete from public.company_subscription_plans where slug = 'side-by-side';
  delete from public.companies where id = '5de0b75e-0000-4000-8000-000000000002';
  delete from public.session_types where id = '5de0b75e-0000-4000-8000-000000000003';
  delete from public.pillars where id = '5de0b75e-0000-4000-8000-000000000004';
  delete from private.email_queue where mail_id in (
    select id from private.email_log where recipient like 'side-by-side-%@people.test'
  );
  delete from private.emails where recipient like 'side-by-side-%@people.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at) values
  ('5de0b75e-0000-4000-8000-000000000005', 'side-by-side-employee@people.test', now()),
  ('5de0b75e-0000-4000-8000-000000000006', 'side-by-side-specialist@people.test', now());
insert into auth.sessions (id, user_id, created_at, updated_at)
values ('5de0b75e-0000-4000-8000-000000000007', '5de0b75e-0000-4000-8000-000000000005', now(), now());
insert into public.companies (id, name) values ('5de0b75e-0000-4000-8000-000000000002', 'Side by side');
insert into public.company_subscription_plans (id, slug, name, seats)
values ('5de0b75e-0000-4000-8000-000000000009', 'side-by-side', 'Side by side', 10);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
values ('5de0b75e-0000-4000-8000-000000000002', '5de0b75e-0000-4000-8000-000000000009', 'active', current_date - 1);
insert into public.company_members (company_id, user_id)
values ('5de0b75e-0000-4000-8000-000000000002', '5de0b75e-0000-4000-8000-000000000005');
insert into public.pillars (id, slug, name) values ('5de0b75e-0000-4000-8000-000000000004', 'side-by-side', 'Side by side');
insert into public.session_types (id, pillar_id, kind, name, default_minutes)
values ('5de0b75e-0000-4000-8000-000000000003', '5de0b75e-0000-4000-8000-000000000004', 'coaching', 'Side by side', 30);
insert into public.specialists (id, user_id, display_name, status, verified_at)
values ('5de0b75e-0000-4000-8000-000000000008', '5de0b75e-0000-4000-8000-000000000006', 'Side by side', 'verified', now());
insert into public.specialist_pillars (specialist_id, pillar_id)
values ('5de0b75e-0000-4000-8000-000000000008', '5de0b75e-0000-4000-8000-000000000004');
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select '5de0b75e-0000-4000-8000-000000000008', d, '00:00', '24:00', current_date - 1 from generate_series(1, 7) d;
-- One less than the limit. Pending ones keep no time.
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select '5de0b75e-0000-4000-8000-000000000005', '5de0b75e-0000-4000-8000-000000000002', '5de0b75e-0000-4000-8000-000000000008',
  '5de0b75e-0000-4000-8000-000000000003', now() + interval '3 days', now() + interval '3 days 30 minutes', 'pending'
from generate_series(2, (select (value #>> '{}')::int from public.system_settings where key = 'booking_max_open_per_person'));
commit;

-- Each at another time, told apart by its process; nobody commits before all have asked.
\set said `supabase/tests/setup/clients 4 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-000000000005\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000007\"}', true), set_config('request.jwt.claim.sub', '5de0b75e-0000-4000-8000-000000000005', true); select public.book_session('5de0b75e-0000-4000-8000-000000000008', '5de0b75e-0000-4000-8000-000000000003', date_trunc('hour', now()) + interval '5 days' + pg_backend_pid() % 100 * interval '1 hour'); select pg_sleep(0.5); commit"`
select is(
  (select count(*) from public.bookings where company_id = '5de0b75e-0000-4000-8000-000000000002' and status = 'confirmed'),
  1::bigint, 'of four requests for the last session that a person may have, one gets it'
);
select is(
  (select count(*) from string_to_table(:'said', E'\n') line where line ~ 'booking_limit'), 3::bigint,
  'and the others are told of the limit'
);

call pg_temp.clear_away();
select * from finish();
