-- Tries of Auth's at once, and Auth's own transaction beside them: one mail, and nobody waits for what Auth holds.
--
-- Commits, like 190_side_by_side.sql.
\set ON_ERROR_STOP on
set client_min_messages = error;
select no_plan();
select pg_advisory_lock(19, hashtext(j)) from unnest(array['kick_emails', 'check_outbox']) j \g /dev/null

\set person '''5de0b75e-0000-4000-8000-000000000193'''
create procedure pg_temp.clear_away() language plpgsql as $$
declare v_ids bigint[] := array(select id from private.emails where recipient = 'auth-tries@people.test');
begin
  delete from private.email_queue where mail_id = any (v_ids);
  delete from private.email_batches where mail_ids && v_ids;
  delete from private.emails where id = any (v_ids);
  delete from private.token_requests where email = 'auth-tries@people.test';
  delete from private.token_cooldowns where address_key = repeat('193e', 16);
  delete from private.auth_emails where dedupe_key in (repeat('193a', 16), repeat('193b', 16), repeat('193c', 16), repeat('193d', 16));
  delete from auth.users where email = 'auth-tries@people.test';
end; $$;
call pg_temp.clear_away();
insert into auth.users (id, email, email_confirmed_at) values (:person, 'auth-tries@people.test', now());

\setenv TRY 'set client_min_messages = error; select public.take_auth_email(\'sign_in_link\', \'5de0b75e-0000-4000-8000-000000000193\', repeat(\'193a\', 16)) ->> \'outcome\''
\set outcomes `supabase/tests/setup/clients 8 -c "$TRY"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o group by o order by o collate "C"$$, :'outcomes'),
  $$values ('repeated', 7::bigint), ('taken', 1)$$, 'of eight tries one is taken'
);
select is((select count(*) from private.emails where user_id = :person and template_key = 'sign_in_link'), 1::bigint, 'and makes one mail');

-- A try that is rolled back has taken nothing: the next one has to.
begin;
select public.take_auth_email('password_reset', :person, repeat('193b', 16), repeat('0', 64)) \g /dev/null
rollback;
select is(public.take_auth_email('password_reset', :person, repeat('193b', 16), repeat('0', 64)) ->> 'outcome', 'taken', 'what was lost is taken by the next try');

-- Auth's transaction stands open: it has changed the account, and the trigger has locked its person. A second is more than anything takes.
\setenv HELD 'begin; update auth.users set encrypted_password = random()::text where id = \'5de0b75e-0000-4000-8000-000000000193\'; select from public.profiles where id = \'5de0b75e-0000-4000-8000-000000000193\' for no key update; select pg_sleep(4); rollback'
\setenv TRIES 'set client_min_messages = error; set statement_timeout = 1000; select public.take_auth_email(\'email_change\', \'5de0b75e-0000-4000-8000-000000000193\', repeat(\'193c\', 16), repeat(\'1\', 64), \'new@people.test\') ->> \'outcome\'; select public.take_auth_email(\'sign_in_link\', \'5de0b75e-0000-4000-8000-000000000193\', repeat(\'193d\', 16)) ->> \'outcome\''
\set outcomes `psql -Xq -c "$HELD" "$DATABASE_URL" >/dev/null & sleep 0.7; supabase/tests/setup/clients 1 -c "$TRIES"; wait`
select is(replace(:'outcomes', E'\n', ' '), 'taken taken', 'what Auth holds is not waited for');

-- Nor by a dispatcher: what a deletion holds of a person stands before their requests in the order of locks.
\setenv PERSON 'select from public.profiles where id = \'5de0b75e-0000-4000-8000-000000000193\' for update'
\setenv PROCESS 'set client_min_messages = error; select from private.process_token_requests(now())'
\set outcomes `supabase/tests/setup/one-meets-another "$PERSON" -- "$PROCESS"`
select is((select count(*) from private.token_requests where user_id = :person), 1::bigint, 'somebody who is held is passed over with what they asked for');
select private.process_token_requests(now()) \g /dev/null
select is((select count(*) from public.email_changes where user_id = :person), 1::bigint, 'and has their turn next time');
insert into private.token_requests (purpose, email, address_key, context) values ('sign_up', 'auth-tries@people.test', repeat('193e', 16), '{}');
\set outcomes `supabase/tests/setup/one-meets-another "$PERSON" -- "$PROCESS"`
select is(
  (select count(*) from private.emails where user_id = :person and template_key = 'sign_up_taken'), 0::bigint, 'nor is their account waited for where somebody signs up with its address'
);

call pg_temp.clear_away();
select * from finish();
