-- Several clients at once: no mail handed out twice, no link used twice, no deadlock.
--
-- Unlike the other tests this one commits, since its clients have to see the rows; it removes them
-- at the end. Its mails are due in 2001 and claimed as of 2002, so that it never meets other mail,
-- and it holds the locks of pg_cron's jobs, so that no dispatcher is woken for its own.
-- The audit log, which nobody empties, keeps its entries, and job_runs that there was nobody to kick.
\set ON_ERROR_STOP on
set client_min_messages = error;
select no_plan();
select pg_advisory_lock(19, hashtext(j)) from unnest(array['kick_emails', 'check_outbox']) j \g /dev/null

create procedure pg_temp.clear_away()
language plpgsql
as $$
declare
  v_ids bigint[] := array(
    select id from private.email_log
    where recipient = 'side-by-side@people.test' or dedupe_key like 'side-by-side:%'
  );
begin
  delete from private.email_queue where mail_id = any (v_ids);
  delete from private.email_batches where mail_ids && v_ids;
  delete from private.emails where id = any (v_ids);
  delete from private.token_cooldowns where address_key = repeat('5de0b75e', 8);
  delete from private.token_requests where address_key = repeat('5de0b75e', 8);
  delete from private.sign_in_back_offs where subject like '%5de0b75e-0000-4000-8000-000000000001%';
  delete from auth.users where email = 'side-by-side@people.test';
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
select private.enqueue_email(
  'booking_reminder', null, 'side-by-side@people.test', '{}', 'account', 'side-by-side:' || n, p_not_before => '2001-01-01'
) from generate_series(1, 3000) n \g /dev/null
insert into auth.users (id, email) values ('5de0b75e-0000-4000-8000-000000000001', 'side-by-side@people.test');
set constraints all immediate;
delete from private.email_queue where mail_id in (
  select id from private.email_log where user_id = '5de0b75e-0000-4000-8000-000000000001'
);
select id as token from public.email_verification_tokens where user_id = '5de0b75e-0000-4000-8000-000000000001' \gset
update public.email_verification_tokens set token_hash = repeat('a', 64), created_at = now() - interval '1 hour' where id = :'token';
commit;

-- The clients themselves
\set said `supabase/tests/setup/clients 4 -c "select repeat(pg_backend_pid() || ' ', 100000)"`
select is(
  (select count(*) from string_to_table(:'said', E'\n') line where line = repeat(split_part(line, ' ', 1) || ' ', 100000)),
  4::bigint, 'what one client says is not mixed with what the others say'
);

-- Mails
\set claimed `supabase/tests/setup/clients 4 -v at="'2002-01-01'" -v settle=false -f supabase/tests/setup/dispatcher.psql`
create temporary table handed_out as
  select c.client, i as mail_id
  from string_to_table(:'claimed', E'\n') with ordinality c (line, client), unnest(c.line::bigint[]) i;
select is((select count(*) from handed_out), 3000::bigint, 'four dispatchers claim everything there is');
select is((select count(distinct mail_id) from handed_out), 3000::bigint, 'and no mail twice');
select ok((select count(distinct client) from handed_out) > 1, 'more than one of them got some');

\set settled `supabase/tests/setup/clients 4 -v at="'2002-01-02'" -v settle=true -f supabase/tests/setup/dispatcher.psql`
truncate handed_out;
insert into handed_out
  select c.client, i from string_to_table(:'settled', E'\n') with ordinality c (line, client), unnest(c.line::bigint[]) i;
select is((select count(*) from handed_out), 3000::bigint, 'leases that ran out are all taken over');
select is((select count(distinct mail_id) from handed_out), 3000::bigint, 'each by one');
select is(
  (select count(*) from private.email_log where dedupe_key like 'side-by-side:%' and status = 'sent'), 3000::bigint,
  'and every mail is settled'
);
select is_empty(
  $$select from private.email_batches b join private.email_log l on l.id = any(b.mail_ids) where l.dedupe_key like 'side-by-side:%'$$,
  'no batch is left'
);

-- One link, eight clicks
select coalesce(max(id), 0) as entries from public.audit_logs \gset
\setenv TOKEN :token
\set outcomes `supabase/tests/setup/clients 8 -c "select public.consume_email_verification('$TOKEN', repeat('a', 64), null) ->> 'outcome'"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o group by o order by o collate "C"$$, :'outcomes'),
  $$values ('already_verified', 7::bigint), ('verified', 1)$$,
  'of eight racing clicks one verifies'
);
select is(
  (select count(*) from public.audit_logs where action = 'email.verified' and id > :entries), 1::bigint,
  'and one audit entry is written'
);

-- Eight guesses
select private.issue_email_verification('5de0b75e-0000-4000-8000-000000000001', 'side-by-side@people.test') as token \gset
update public.email_verification_tokens set token_hash = repeat('a', 64) where id = :'token';
\setenv TOKEN :token
\set outcomes `supabase/tests/setup/clients 8 -c "select public.consume_email_verification('$TOKEN', repeat('b', 64), null) ->> 'outcome'"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o group by o order by o collate "C"$$, :'outcomes'),
  $$values ('exhausted', 3::bigint), ('invalid', 5)$$,
  'of eight racing guesses five are allowed'
);

-- One link that resets a password, fifty requests. They are held up until all of them are there.
select private.issue_password_reset('5de0b75e-0000-4000-8000-000000000001', 'side-by-side@people.test') as token \gset
update public.password_reset_tokens set token_hash = repeat('a', 64) where id = :'token';
\setenv TOKEN :token
\set outcomes `psql -Xq -c "begin; select from public.password_reset_tokens where id = '$TOKEN' for update; select pg_sleep(4)" "$DATABASE_URL" >/dev/null & sleep 0.5; supabase/tests/setup/clients 50 -c "select public.consume_password_reset('$TOKEN', repeat('a', 64)) ->> 'outcome'"`
select results_eq(
  format($$select o, count(*) from string_to_table(%L, E'\n') o group by o order by o collate "C"$$, :'outcomes'),
  $$values ('consumed', 1::bigint), ('used', 49)$$,
  'of fifty racing requests one resets the password'
);
select is(
  (select count(*) from public.audit_logs where action = 'password.reset_used' and id > :entries), 1::bigint,
  'and one audit entry is written'
);

-- Twenty wrong passwords within one second, held up likewise
\set guess 'select private.judge_password_attempt(''5de0b75e-0000-4000-8000-000000000001'', false, null, ''2002-01-01'')'
\setenv GUESS :guess
:guess \g /dev/null
\set judged `psql -Xq -c "begin; select from private.sign_in_back_offs where subject = 'account:5de0b75e-0000-4000-8000-000000000001' for update; select pg_sleep(2)" "$DATABASE_URL" >/dev/null & sleep 0.5; supabase/tests/setup/clients 19 -c "$GUESS"`
select results_eq(
  $$select count(*), sum(held_back) from public.failed_login_attempts where user_id = '5de0b75e-0000-4000-8000-000000000001'$$,
  $$values (6::bigint, 14::bigint)$$,
  'of twenty racing guesses six are answered'
);

-- A new password while a first guess is being counted
delete from private.sign_in_back_offs where subject like 'account:5de0b75e-0000-4000-8000-000000000001%';
\setenv CHANGE 'update auth.users set encrypted_password = \'new\' where id = \'5de0b75e-0000-4000-8000-000000000001\' returning encrypted_password'
\set said `psql -Xq -c "begin; $GUESS; select pg_sleep(3); commit" "$DATABASE_URL" >/dev/null & sleep 0.5; psql -XqAt -c "$CHANGE" "$DATABASE_URL" 2>&1`
select is(:'said'::text, 'new', 'a guess that is being counted does not undo a new password');
select ok(
  (select failures = 0 and held_until is null and grace_until > now() from private.sign_in_back_offs
   where subject = 'account:5de0b75e-0000-4000-8000-000000000001'),
  'which clears that guess as well'
);

-- A request for an address that is being worked on waits for nobody: its time would tell what there is to do
\setenv ASK 'set statement_timeout = 1000; select public.request_password_reset(''side-by-side@people.test'', repeat(''5de0b75e'', 8))'
\set said `psql -XqAt -c "$ASK" "$DATABASE_URL"`
select is(:'said'::text, '{"allowed": true}', 'a request is noted');
\set said `psql -Xq -c "begin; delete from private.token_requests where address_key = repeat('5de0b75e', 8); select pg_sleep(3)" "$DATABASE_URL" >/dev/null & sleep 0.5; psql -XqAt -c "$ASK" "$DATABASE_URL" 2>&1`
select is(:'said'::text, '{"allowed": true}', 'and again at once, while a dispatcher has it in hand');
delete from private.token_requests where address_key = repeat('5de0b75e', 8);

-- Four tokens for one person
\set issued `supabase/tests/setup/clients 4 -c "select private.issue_email_verification('5de0b75e-0000-4000-8000-000000000001', 'side-by-side@people.test')"`
select is(
  (select count(*) from public.email_verification_tokens
   where user_id = '5de0b75e-0000-4000-8000-000000000001' and verified_at is null and superseded_at is null), 1::bigint,
  'of tokens issued at once one is live'
);
select is(
  (select count(*) from public.email_verification_tokens where user_id = '5de0b75e-0000-4000-8000-000000000001'), 6::bigint,
  'and every issue went through'
);

-- One address asked for four times at one instant, so that up to four rows wait, and four dispatchers
delete from public.email_verification_tokens where user_id = '5de0b75e-0000-4000-8000-000000000001';
\set asked `supabase/tests/setup/clients 4 -c "select public.request_email_verification('side-by-side@people.test', repeat('5de0b75e', 8))"`
\set processed `supabase/tests/setup/clients 4 -c "select private.process_token_requests(p_limit => 2)"`
select is(
  (select count(*) from public.email_verification_tokens where user_id = '5de0b75e-0000-4000-8000-000000000001'), 1::bigint,
  'which makes one token, however many dispatchers work on it'
);
select is_empty(
  $$select from private.token_requests where email = 'side-by-side@people.test'$$, 'and is done'
);

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null

select * from finish();
