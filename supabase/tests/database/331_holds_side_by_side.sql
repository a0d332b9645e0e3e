-- A legal hold and the end of an account at once: whichever is first, the other sees it. A hold that is placed keeps, and what is gone
-- is not held.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();

create function pg_temp.id(p_n int) returns uuid language sql immutable as $$
  select ('5de0b75e-0000-4000-8000-00000000008' || p_n)::uuid;
$$;
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.bookings where id = pg_temp.id(3);
  delete from public.companies where id = pg_temp.id(4);
  delete from public.specialists where id = pg_temp.id(2);
  delete from public.legal_holds where user_id = pg_temp.id(1);
  for n in 0..2 loop
    delete from auth.users where id = pg_temp.id(n);
  end loop;
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like 'hold-%@side-by-side.test');
  delete from private.emails where recipient like 'hold-%@side-by-side.test';
end;
$$;
-- An admin, an employee and a specialist, and notes of a session of theirs.
create procedure pg_temp.notes()
language plpgsql
as $$
begin
  call pg_temp.clear_away();
  insert into auth.users (id, email, email_confirmed_at) select pg_temp.id(n), 'hold-' || n || '@side-by-side.test', now() from generate_series(0, 2) n;
  insert into auth.sessions (id, user_id, created_at, updated_at) values (pg_temp.id(0), pg_temp.id(0), now(), now());
  insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id(0), 'platform_admin', false);
  insert into public.companies (id, name) values (pg_temp.id(4), 'Holds');
  insert into public.specialists (id, user_id, display_name, status, verified_at) values (pg_temp.id(2), pg_temp.id(2), 'Holds', 'verified', now());
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(3), pg_temp.id(1), pg_temp.id(4), pg_temp.id(2), t.id, now() + interval '5 days', now() + interval '5 days 50 minutes', 'confirmed'
  from public.session_types t order by t.id limit 1;
  insert into public.session_notes (booking_id, specialist_id, employee_id, counts_from) values (pg_temp.id(3), pg_temp.id(2), pg_temp.id(1), now());
end;
$$;


call pg_temp.notes();
\set said `supabase/tests/setup/clients 1 -c "begin; delete from auth.users where id = '5de0b75e-0000-4000-8000-000000000081'; select pg_sleep(1); commit" & sleep 0.4; supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-000000000080\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000080\"}', true); select public.place_legal_hold('5de0b75e-0000-4000-8000-000000000081', 'a claim of theirs'); commit"; wait`
select ok(:'said' ~ 'person_not_found', 'a hold on somebody whose account is being deleted waits for that, and is refused');
select is_empty('select from public.legal_holds where user_id = pg_temp.id(1)', 'so that none stands for what is gone');
select is_empty('select from public.session_notes where booking_id = pg_temp.id(3)', 'as their notes are');

call pg_temp.notes();
\set said `supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-000000000080\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000080\"}', true); select public.place_legal_hold('5de0b75e-0000-4000-8000-000000000081', 'a claim of theirs'); select pg_sleep(1); commit" & sleep 0.4; supabase/tests/setup/clients 1 -c "begin; delete from auth.users where id = '5de0b75e-0000-4000-8000-000000000081'; commit"; wait`
select ok(:'said' ~ 'the account is under a legal hold', 'a deletion waits for the hold that is being placed, and is refused');
select isnt_empty('select from public.session_notes where booking_id = pg_temp.id(3) and gone_at is null', 'so that notes stay as they are');

-- The same with the job that deletes what is old.
call pg_temp.notes();
update public.session_notes set counts_from = now() - interval '5000 days' where booking_id = pg_temp.id(3);
\set said `supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-000000000080\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000080\"}', true); select public.place_legal_hold('5de0b75e-0000-4000-8000-000000000081', 'a claim of theirs'); select pg_sleep(1); commit" & sleep 0.4; supabase/tests/setup/clients 1 -c "select private.job_purge_session_notes(now())"; wait`
select isnt_empty('select from public.session_notes where booking_id = pg_temp.id(3) and gone_at is not null', 'nor does a job delete what is old while a hold is being placed');

call pg_temp.clear_away();
select * from finish();
