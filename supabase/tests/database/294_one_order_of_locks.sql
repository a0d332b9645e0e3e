-- Everything that writes, at once and at random: people directly and by functions, admins, jobs, Auth. All take their
-- locks in one order (20261122000007_locks.sql), so nobody ever meets a deadlock.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')) \g /dev/null

create function pg_temp.id(p_n int) returns uuid language sql immutable as $$
  select ('5de0b75e-0000-4000-8000-000000000' || lpad((900 + p_n)::text, 3, '0'))::uuid;
$$;
create temporary table others as select * from public.user_roles where role = 'platform_admin' and user_id not in (select pg_temp.id(n) from generate_series(1, 9) n);

create procedure pg_temp.clear_away()
language plpgsql
as $$
declare
  v_companies constant uuid[] := array[pg_temp.id(21), pg_temp.id(22)];
begin
  -- Rows without files; otherwise the platform lets nobody but Storage delete them.
  perform set_config('storage.allow_delete_query', 'true', true);
  delete from storage.objects where name like any (array[pg_temp.id(27) || '/%', pg_temp.id(28) || '/%']);
  delete from public.recurring_bookings where company_id = any (v_companies);
  delete from public.bookings where company_id = any (v_companies);
  delete from public.legal_holds where user_id in (select pg_temp.id(n) from generate_series(1, 9) n);
  delete from public.booking_packages where company_id = any (v_companies);
  delete from public.company_employee_invitations where company_id = any (v_companies);
  delete from public.company_verification where company_id = any (v_companies);
  delete from public.company_dpa_acceptance where company_id = any (v_companies);
  delete from public.company_members where company_id = any (v_companies);
  delete from public.company_subscriptions where company_id = any (v_companies);
  delete from public.company_subscription_plans where slug = 'one-order';
  delete from public.companies where id = any (v_companies);
  delete from auth.users where email like '%@one-order.test';
  delete from private.token_requests where email like '%@one-order.test';
  delete from private.sign_up_tokens where email like '%@one-order.test';
  delete from private.token_cooldowns where address_key in (select encode(sha256(n::text::bytea), 'hex') from generate_series(1, 9) n);
  delete from public.session_types where id = pg_temp.id(41);
  delete from public.pillars where slug like 'one-order%';
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@one-order.test');
  delete from private.email_outcomes where mail_id in (select id from private.emails where recipient like '%@one-order.test');
  delete from private.email_deliveries where mail_id in (select id from private.emails where recipient like '%@one-order.test');
  delete from private.email_suppressions where address_key in (select soft_bounce_of from private.email_events where id like 'one-order:%');
  delete from private.email_events where id like 'one-order:%';
  delete from private.email_refusals where address_key in (select private.address_key('stress-' || n || '@one-order.test') from generate_series(1, 9) n);
  delete from private.emails where recipient like '%@one-order.test';
  alter table private.erasure_steps disable trigger user;
  alter table private.erasure_requests disable trigger user;
  delete from private.erasure_steps where request_id in (select r.id from private.erasure_requests r where r.user_id in (select pg_temp.id(n) from generate_series(1, 9) n));
  delete from private.erasure_requests where user_id in (select pg_temp.id(n) from generate_series(1, 9) n);
  alter table private.erasure_steps enable trigger user;
  alter table private.erasure_requests enable trigger user;
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.id(n), 'stress-' || n || '@one-order.test', now() from generate_series(1, 9) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.id(n), pg_temp.id(n), now(), now() from generate_series(1, 9) n;
insert into public.user_roles (user_id, role, needs_second_factor) select pg_temp.id(n), 'platform_admin', false from generate_series(1, 2) n;
insert into public.companies (id, name) select pg_temp.id(n), 'Stress' from generate_series(21, 22) n;
insert into public.company_members (company_id, user_id, role)
select pg_temp.id(c), pg_temp.id(n), case when n < 5 then 'admin' else 'employee' end from generate_series(21, 22) c, generate_series(3, 6) n;
insert into public.company_dpa_acceptance (company_id, version) select pg_temp.id(n), private.setting('dpa_version') #>> '{}' from generate_series(21, 22) n;
-- So few that packages pay.
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month, package_sessions) values (pg_temp.id(23), 'one-order', 'Stress', 100, 1, 100);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
select pg_temp.id(n), pg_temp.id(23), 'active', current_date - 1 from generate_series(21, 22) n;
insert into public.pillars (id, slug, name) select pg_temp.id(n), 'one-order-' || n, 'Stress' from generate_series(31, 32) n;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.id(41), pg_temp.id(31), 'coaching', 'Stress', 50);
insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id(n), pg_temp.id(c), pg_temp.id(41), 'platform', 10, current_date + 100 from generate_series(3, 6) n, generate_series(21, 22) c, generate_series(1, 2);
insert into public.specialists (id, user_id, display_name, status, verified_at)
select pg_temp.id(20 + n), pg_temp.id(n), 'Stress', 'verified', now() from generate_series(7, 8) n;
insert into public.specialist_pillars (specialist_id, pillar_id) select pg_temp.id(n), pg_temp.id(31) from generate_series(27, 28) n;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from, effective_until)
select pg_temp.id(n), d, '00:00', '24:00', current_date - 30, '2029-12-31' from generate_series(27, 28) n, generate_series(1, 7) d;
insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, expiry_date, file_hash, mime_type, file_size, verification_status, decided_at, pillar_ids
)
select pg_temp.id(n), t, '1', 'Test', current_date + 100, repeat('0', 64), 'application/pdf', 1, 'verified', now(), array[pg_temp.id(31)]
from generate_series(27, 28) n, unnest(array['license', 'diploma', 'insurance']) t;
commit;

-- ROUNDS=1000 for a longer look.
\set rounds 150
\getenv rounds ROUNDS
\setenv ROUNDS :rounds
select deadlocks as before from pg_stat_database where datname = current_database() \gset
\set said `supabase/tests/setup/clients 8 -v rounds=$ROUNDS -f supabase/tests/setup/writer.psql`
select pg_sleep(1), pg_stat_clear_snapshot() \g /dev/null
select is_empty(
  format($$select line, count(*) from string_to_table(%L, E'\n') line where line ~ '^deadlock:' group by 1$$, :'said'), 'no writer meets a deadlock'
);
-- Also none that a function caught and answered otherwise.
select is((select deadlocks from pg_stat_database where datname = current_database()), :'before'::bigint, 'nor does anything that they call');
-- Whoever used, gave back and corrected them meanwhile.
select is_empty(
  $$select p.id, private.package_left(p), (select sum(e.sessions) from public.booking_package_entries e where e.package_id = p.id)
    from public.booking_packages p
    where p.company_id in (pg_temp.id(21), pg_temp.id(22))
      and (private.package_left(p) < 0 or private.package_left(p) <> (select sum(e.sessions) from public.booking_package_entries e where e.package_id = p.id))$$,
  'and each package has what its ledger says, and no less than none'
);
select is_empty(
  $$select b.id from private.package_uses u join public.bookings b on b.id = u.booking_id where u.is_used <> b.uses_session and b.employee_id is not null$$,
  'and gave each session that counts no more back'
);
select ok(:'said' !~ 'refused: (42P01|42703|42883|42601|22)', 'and every statement is one that can be meant');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
