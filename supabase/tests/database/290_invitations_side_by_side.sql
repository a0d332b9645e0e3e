-- Seats under a race: fifty invitations at once for ten seats, acceptances at once, and a plan that shrinks meanwhile.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')) \g /dev/null
\set company '''5de0b75e-0000-4000-8000-000000000020'''

create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.company_employee_invitations where company_id = '5de0b75e-0000-4000-8000-000000000020';
  delete from public.company_dpa_acceptance where company_id = '5de0b75e-0000-4000-8000-000000000020';
  delete from public.company_members where company_id = '5de0b75e-0000-4000-8000-000000000020';
  delete from public.company_subscriptions where company_id = '5de0b75e-0000-4000-8000-000000000020';
  delete from public.company_subscription_plans where slug = 'side-by-side-seats';
  delete from public.companies where id = '5de0b75e-0000-4000-8000-000000000020';
  delete from auth.users where email like '%@side-by-side-seats.test';
  delete from private.email_queue where mail_id in (
    select id from private.email_log where recipient like '%@side-by-side-seats.test'
  );
  delete from private.emails where recipient like '%@side-by-side-seats.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at) values
  ('5de0b75e-0000-4000-8000-000000000021', 'admin@side-by-side-seats.test', now()),
  ('5de0b75e-0000-4000-8000-000000000022', 'invited@side-by-side-seats.test', now()),
  ('5de0b75e-0000-4000-8000-000000000026', 'successor@side-by-side-seats.test', now());
insert into auth.sessions (id, user_id, created_at, updated_at)
values ('5de0b75e-0000-4000-8000-000000000023', '5de0b75e-0000-4000-8000-000000000021', now(), now());
insert into public.companies (id, name) values (:company, 'Side by side');
insert into public.company_members (company_id, user_id, role) values (:company, '5de0b75e-0000-4000-8000-000000000021', 'admin');
insert into public.company_dpa_acceptance (company_id, version) select :company, value #>> '{}' from public.system_settings where key = 'dpa_version';
insert into public.company_subscription_plans (id, slug, name, seats)
values ('5de0b75e-0000-4000-8000-000000000024', 'side-by-side-seats', 'Side by side', 10);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
values (:company, '5de0b75e-0000-4000-8000-000000000024', 'active', current_date - 1);
commit;

-- Each invites somebody else, told apart by its process. All wait for the same moment, by when they are connected.
select clock_timestamp() + interval '4 seconds' as start \gset
\setenv START :start
\setenv ACT 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000000021\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000023\"}'', true), set_config(''request.jwt.claim.sub'', ''5de0b75e-0000-4000-8000-000000000021'', true)'
\set said `supabase/tests/setup/clients 50 -c "select pg_sleep_until('$START')" -c "begin" -c "$ACT" -c "select public.invite_employees('5de0b75e-0000-4000-8000-000000000020', jsonb_build_array(jsonb_build_object('email', 'p' || pg_backend_pid() || '@side-by-side-seats.test'))) #>> '{results,0,status}'; commit"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o where o in ('invited', 'seat_limit') group by o order by o collate "C"$$, :'said'),
  $$values ('invited', 9::bigint), ('seat_limit', 41)$$,
  'of fifty racing invitations nine get the seats that are left of ten'
);
select is(private.company_seats(:company), '{"limit": 10, "members": 1, "pending": 9}', 'and no seat is given twice');

-- The same address
delete from public.company_employee_invitations where company_id = :company;
select clock_timestamp() + interval '2 seconds' as start \gset
\setenv START :start
\set said `supabase/tests/setup/clients 20 -c "select pg_sleep_until('$START')" -c "begin" -c "$ACT" -c "select public.invite_employees('5de0b75e-0000-4000-8000-000000000020', '[{\"email\": \"invited@side-by-side-seats.test\"}]') #>> '{results,0,status}'; commit"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o where o in ('invited', 'already_invited') group by o order by o collate "C"$$, :'said'),
  $$values ('already_invited', 19::bigint), ('invited', 1)$$,
  'of twenty who invite the same address one does'
);

-- One link, twenty acceptances
select t.id as token from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id where i.company_id = :company and t.superseded_at is null \gset
update private.invitation_tokens set token_hash = repeat('a', 64) where id = :'token';
\setenv TOKEN :token
select clock_timestamp() + interval '2 seconds' as start \gset
\setenv START :start
\set said `supabase/tests/setup/clients 20 -c "select pg_sleep_until('$START')" -c "select public.accept_invitation('$TOKEN', repeat('a', 64), '5de0b75e-0000-4000-8000-000000000022', null, (select jsonb_object_agg(replace(key, '_version', ''), value) from public.system_settings where key in ('terms_version', 'privacy_version'))) ->> 'outcome'"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o where o <> '' group by o order by o collate "C"$$, :'said'),
  $$values ('accepted', 1::bigint), ('used', 19)$$, 'of twenty racing acceptances one makes a member'
);
select is((select count(*) from public.company_members where company_id = :company), 2::bigint, 'who is there once');

-- An admin who is made an employee while they wait for the company
\set said `supabase/tests/setup/one-meets-another "select private.lock_company('5de0b75e-0000-4000-8000-000000000020')" "insert into public.company_members (company_id, user_id, role) select company_id, '5de0b75e-0000-4000-8000-000000000026', 'admin' from public.company_members where user_id = '5de0b75e-0000-4000-8000-000000000022'" "update public.company_members set role = 'employee' where user_id = '5de0b75e-0000-4000-8000-000000000021'" -- "$ACT" "select 'began'" "select public.invite_employees('5de0b75e-0000-4000-8000-000000000020', '[{\"email\": \"late@side-by-side-seats.test\"}]')"`
select ok(:'said' ~ 'began' and :'said' ~ 'forbidden', 'who waited for the company and is no admin any more invites nobody');
select is_empty($$select from public.company_employee_invitations where email = 'late@side-by-side-seats.test'$$, 'nobody at all');
delete from public.company_members where user_id = '5de0b75e-0000-4000-8000-000000000026';

-- Two admins who leave at once
update public.company_members set role = 'admin' where company_id = :company;
insert into auth.sessions (id, user_id, created_at, updated_at)
values ('5de0b75e-0000-4000-8000-000000000025', '5de0b75e-0000-4000-8000-000000000022', now(), now());
\set said `supabase/tests/setup/clients 6 -c "begin; select set_config('request.jwt.claims', jsonb_build_object('sub', s.user_id, 'session_id', s.id)::text, true), set_config('request.jwt.claim.sub', s.user_id::text, true) from auth.sessions s where s.id = case pg_backend_pid() % 2 when 0 then '5de0b75e-0000-4000-8000-000000000023' else '5de0b75e-0000-4000-8000-000000000025' end::uuid; select public.leave_company('5de0b75e-0000-4000-8000-000000000020'); select pg_sleep(0.2); commit"`
select is(
  (select count(*) from public.company_members where company_id = :company and status = 'active'), 1::bigint, 'of two admins who leave at once one stays'
);
select ok(:'said' ~ 'last_admin', 'and is told why');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
