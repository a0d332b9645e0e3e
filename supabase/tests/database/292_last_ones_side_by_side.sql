-- The last one stays, also of two who act on each other at once: platform admins who take the role from each
-- other, and whose accounts are deleted.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
-- Other platform admins are none for the moment of each race: the rule is about the last ones.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();

create function pg_temp.id(p_n int) returns uuid language sql immutable as $$
  select ('5de0b75e-0000-4000-8000-00000000007' || p_n)::uuid;
$$;
create temporary table others as select * from public.user_roles where role = 'platform_admin' and user_id not in (pg_temp.id(1), pg_temp.id(2));

-- The trigger would keep the last of ours.
create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  insert into public.user_roles select * from pg_temp.others on conflict do nothing;
  if exists (select from public.user_roles where role = 'platform_admin' and user_id not in (pg_temp.id(1), pg_temp.id(2))) then
    delete from auth.users where id in (pg_temp.id(1), pg_temp.id(2));
  end if;
end;
$$;
create procedure pg_temp.two_admins()
language plpgsql
as $$
begin
  insert into auth.users (id, email, email_confirmed_at)
  select pg_temp.id(n), 'last-' || n || '@side-by-side.test', now() from generate_series(1, 2) n on conflict do nothing;
  insert into auth.sessions (id, user_id, created_at, updated_at)
  select pg_temp.id(n), pg_temp.id(n), now(), now() from generate_series(1, 2) n on conflict do nothing;
  insert into public.user_roles (user_id, role, needs_second_factor) select pg_temp.id(n), 'platform_admin', false from generate_series(1, 2) n on conflict do nothing;
  delete from public.user_roles where role = 'platform_admin' and user_id not in (pg_temp.id(1), pg_temp.id(2));
end;
$$;

-- Each takes the role from the other. Nobody commits before both have asked.
call pg_temp.two_admins();
\set said `for n in 1 2; do supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-00000000007$n\", \"session_id\": \"5de0b75e-0000-4000-8000-00000000007$n\"}', true); select public.revoke_platform_admin('5de0b75e-0000-4000-8000-00000000007$((3 - n))'); select pg_sleep(0.5); commit" & done; wait`
select is((select count(*) from public.user_roles where role = 'platform_admin'), 1::bigint, 'of two admins who take the role from each other one stays');
select ok(:'said' ~ 'forbidden', 'and the other one is none any more when they come to act');

-- Both accounts are deleted at once, as Auth deletes them.
call pg_temp.two_admins();
\set said `for n in 1 2; do supabase/tests/setup/clients 1 -c "begin; delete from auth.users where id = '5de0b75e-0000-4000-8000-00000000007$n'; select pg_sleep(0.5); commit" & done; wait`
select is((select count(*) from public.user_roles where role = 'platform_admin'), 1::bigint, 'of two admins whose accounts are deleted at once one stays');
select ok(:'said' ~ 'last_platform_admin' and :'said' !~ 'deadlock', 'and the other deletion is refused');

-- The role is taken and given back by one, while both accounts are deleted, again and again.
call pg_temp.two_admins();
\set race `for round in 1 2 3 4 5 6 7 8; do for n in 1 2; do supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0b75e-0000-4000-8000-000000000071\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000071\"}', true); select public.revoke_platform_admin('5de0b75e-0000-4000-8000-000000000072'); select public.grant_platform_admin('5de0b75e-0000-4000-8000-000000000072'); commit" & supabase/tests/setup/clients 1 -c "begin; delete from auth.users where id = '5de0b75e-0000-4000-8000-00000000007$n'; select pg_sleep(0.02); rollback" & done; wait; done`
call pg_temp.two_admins();
select ok(:'race' !~ 'deadlock' and :'race' !~ 'last_platform_admin', 'the role is taken and given while accounts are deleted, without a deadlock');

call pg_temp.clear_away();
select * from finish();
