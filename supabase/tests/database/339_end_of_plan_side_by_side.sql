-- A trial becomes a plan while the job that ends trials is under way: it has begun before, and comes to the company after.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')), pg_advisory_lock(19, hashtext('end_subscriptions')) \g /dev/null

-- In the order of their ids, and more of them than the job looks at at once.
create function pg_temp.one(p_kind int, p_n int) returns uuid language sql immutable as $$
  select format('5de0b75e-0000-4000-8000-0000006%s%s', p_kind, lpad(p_n::text, 4, '0'))::uuid;
$$;
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.company_subscriptions where company_id in (select pg_temp.one(0, n) from generate_series(1, 70) n);
  delete from public.companies where id in (select pg_temp.one(0, n) from generate_series(1, 70) n);
  delete from public.company_subscription_plans where slug = 'side-by-side-plan';
  delete from auth.users where email like '%@side-by-side-plan.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.one(1, 1), 'admin@side-by-side-plan.test', now());
insert into auth.sessions (id, user_id, created_at, updated_at) values (pg_temp.one(1, 1), pg_temp.one(1, 1), now(), now());
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.one(1, 1), 'platform_admin', false);
insert into public.companies (id, name) select pg_temp.one(0, n), 'Side by side' from generate_series(1, 70) n;
insert into public.company_subscription_plans (id, slug, name, seats) values (pg_temp.one(2, 1), 'side-by-side-plan', 'Side by side', 50);
insert into public.company_subscriptions (id, company_id, plan_id, status, starts_on, trial_ends_on)
select pg_temp.one(3, n), pg_temp.one(0, n), pg_temp.one(2, 1), 'trial', current_date - 20, current_date - 5 from generate_series(1, 70) n;
commit;

-- The job waits for the first subscription, and meanwhile the last company is given a plan.
\setenv HOLD 'select ''held: '' || count(*) from (select from public.company_subscriptions where id = ''5de0b75e-0000-4000-8000-000000630001'' for update) s'
\setenv AS_ADMIN 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000610001\", \"session_id\": \"5de0b75e-0000-4000-8000-000000610001\"}'', true)'
\setenv ASSIGN 'select ''assigned: '' || (public.assign_company_plan(''5de0b75e-0000-4000-8000-000000600070'', ''side-by-side-plan'', ''active'') ->> ''status'')'
\setenv END 'select ''ended: '' || private.job_end_subscriptions(now())'
\set said `supabase/tests/setup/one-meets-another "$AS_ADMIN" "$HOLD" "$ASSIGN" -- "$END"`
select ok(:'said' ~ 'held: 1' and :'said' ~ 'assigned: active', 'a company is given a plan while the job that ends trials is under way');
select ok(:'said' ~ 'ended: 69', 'which ends those of the others');
select is((select status::text from public.company_subscriptions where id = pg_temp.one(3, 70)), 'active', 'and leaves the plan alone');
select is((select count(*) from public.company_subscriptions where plan_id = pg_temp.one(2, 1) and status = 'suspended'), 69::bigint, 'every trial is over');
select is(private.job_end_subscriptions(now()), 0::bigint, 'once');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
