-- An admin's standing ends while somebody accepts what they sent: whichever comes first, nobody comes in by an
-- invitation of a former admin.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext('kick_emails')) \g /dev/null
\set company '''5de0b75e-0000-4000-8000-000000000080'''

create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  delete from public.company_employee_invitations where company_id = '5de0b75e-0000-4000-8000-000000000080';
  delete from public.company_dpa_acceptance where company_id = '5de0b75e-0000-4000-8000-000000000080';
  delete from public.company_members where company_id = '5de0b75e-0000-4000-8000-000000000080';
  delete from public.company_subscriptions where company_id = '5de0b75e-0000-4000-8000-000000000080';
  delete from public.company_subscription_plans where slug = 'side-by-side-inviters';
  delete from public.companies where id = '5de0b75e-0000-4000-8000-000000000080';
  delete from auth.users where email like '%@side-by-side-inviters.test';
  delete from private.email_queue where mail_id in (
    select id from private.email_log where recipient like '%@side-by-side-inviters.test'
  );
  delete from private.emails where recipient like '%@side-by-side-inviters.test';
end;
$$;

-- 81 stays an admin, 82 is about to be none; 83 is invited by 82, as an admin, and has an account.
create procedure pg_temp.scene()
language plpgsql
as $$
declare
  v_company constant uuid := '5de0b75e-0000-4000-8000-000000000080';
begin
  call pg_temp.clear_away();
  insert into auth.users (id, email, email_confirmed_at)
  select ('5de0b75e-0000-4000-8000-00000000008' || n)::uuid, 'p' || n || '@side-by-side-inviters.test', now() from generate_series(1, 3) n;
  insert into auth.sessions (id, user_id, created_at, updated_at)
  select id, id, now(), now() from auth.users where email like '%@side-by-side-inviters.test';
  insert into public.companies (id, name) values (v_company, 'Side by side');
  insert into public.company_members (company_id, user_id, role)
  select v_company, ('5de0b75e-0000-4000-8000-00000000008' || n)::uuid, 'admin' from generate_series(1, 2) n;
  insert into public.company_dpa_acceptance (company_id, version) select v_company, value #>> '{}' from public.system_settings where key = 'dpa_version';
  insert into public.company_subscription_plans (id, slug, name, seats)
  values ('5de0b75e-0000-4000-8000-000000000084', 'side-by-side-inviters', 'Side by side', 10);
  insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
  values (v_company, '5de0b75e-0000-4000-8000-000000000084', 'active', current_date - 1);
  insert into public.company_employee_invitations (id, company_id, email, role, invited_by, expires_at)
  values ('5de0b75e-0000-4000-8000-000000000085', v_company, 'p3@side-by-side-inviters.test', 'admin', '5de0b75e-0000-4000-8000-000000000082', now() + interval '7 days');
  insert into private.invitation_tokens (id, invitation_id, token_hash, expires_at)
  values ('5de0b75e-0000-4000-8000-000000000086', '5de0b75e-0000-4000-8000-000000000085', repeat('a', 64), now() + interval '7 days');
end;
$$;

\setenv AS_OTHER 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000000081\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000081\"}'', true)'
\setenv AS_INVITER 'select set_config(''request.jwt.claims'', ''{\"sub\": \"5de0b75e-0000-4000-8000-000000000082\", \"session_id\": \"5de0b75e-0000-4000-8000-000000000082\"}'', true)'
\setenv ACCEPT 'select ''accepting: '' || (public.accept_invitation(''5de0b75e-0000-4000-8000-000000000086'', repeat(''a'', 64), ''5de0b75e-0000-4000-8000-000000000083'', null, (select jsonb_object_agg(replace(key, ''_version'', ''''), value) from public.system_settings where key in (''terms_version'', ''privacy_version''))) ->> ''outcome'')'

create temporary table race (what text, first text, said text, members bigint);
create function pg_temp.joined() returns bigint language sql as $$
  select count(*) from public.company_members where user_id = '5de0b75e-0000-4000-8000-000000000083' and status = 'active';
$$;

-- First the end, which commits when whoever accepts meanwhile waits for it; then the other way round.
\set end 'select public.deactivate_member(''5de0b75e-0000-4000-8000-000000000080'', ''5de0b75e-0000-4000-8000-000000000082'')'
\ir ../setup/end-before-acceptance.psql
\set end 'select public.set_member_role(''5de0b75e-0000-4000-8000-000000000080'', ''5de0b75e-0000-4000-8000-000000000082'', ''manager'')'
\ir ../setup/end-before-acceptance.psql
\set end 'update public.company_members set role = ''employee'' where user_id = ''5de0b75e-0000-4000-8000-000000000082'''
\ir ../setup/end-before-acceptance.psql
\set end 'delete from public.company_members where user_id = ''5de0b75e-0000-4000-8000-000000000082'''
\ir ../setup/end-before-acceptance.psql
\set end 'delete from auth.users where id = ''5de0b75e-0000-4000-8000-000000000082'''
\ir ../setup/end-before-acceptance.psql
\set end 'update auth.users set banned_until = now() + interval ''1 day'' where id = ''5de0b75e-0000-4000-8000-000000000082'''
\ir ../setup/end-before-acceptance.psql
select is(said, 'accepting: revoked', 'who accepts while this is under way waits, and is refused: ' || what) from race where first = 'the end';
select is(members, 0::bigint, 'and is no member: ' || what) from race where first = 'the end';
select is(said, 'accepting: accepted', 'who had accepted before is a member: ' || what) from race where first = 'the acceptance';
select is(members, 1::bigint, 'and stays one: ' || what) from race where first = 'the acceptance';

-- An invitation that is under way while its inviter's account is deleted
call pg_temp.scene();
\set said `supabase/tests/setup/one-meets-another "$AS_INVITER" "select public.invite_employees('5de0b75e-0000-4000-8000-000000000080', '[{\"email\": \"late@side-by-side-inviters.test\"}]') #>> '{results,0,status}'" -- "delete from auth.users where id = '5de0b75e-0000-4000-8000-000000000082'"`
select ok(:'said' ~ 'invited' and :'said' !~ 'ERROR', 'an invitation is sent while the account of its inviter ends');
select is((select status from public.company_employee_invitations where email = 'late@side-by-side-inviters.test'), 'revoked', 'and is revoked with it');

-- The same while they are removed
call pg_temp.scene();
\set said `supabase/tests/setup/one-meets-another "$AS_INVITER" "select public.resend_invitation('5de0b75e-0000-4000-8000-000000000085') ->> 'status'" -- "$AS_OTHER" "select public.deactivate_member('5de0b75e-0000-4000-8000-000000000080', '5de0b75e-0000-4000-8000-000000000082')"`
select ok(:'said' ~ 'resent', 'one is mailed again while its inviter is removed');
select is((select status from public.company_employee_invitations where email = 'p3@side-by-side-inviters.test'), 'revoked', 'and is revoked with that');
select is_empty(
  $$select from private.invitation_tokens where invitation_id = '5de0b75e-0000-4000-8000-000000000085' and superseded_at is null$$, 'every link of it'
);

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
