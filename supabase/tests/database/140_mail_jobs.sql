-- Scheduled jobs: recorded, idempotent, catching up.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from private.job_runs;
-- So that the mailer is not silent.
insert into private.email_events (id, mail_id, state, occurred_at) values ('heard', 1, 'sent', now());
delete from net.http_request_queue;
delete from vault.secrets where name in ('project_url', 'cron_secret_key');
select vault.create_secret('https://project.test', 'project_url') \g /dev/null
select vault.create_secret('a key for jobs', 'cron_secret_key') \g /dev/null

create function pg_temp.kicked() returns text[] language sql as $$
  select coalesce(array_agg(distinct replace(url, 'https://project.test/functions/v1/', '')), '{}') from net.http_request_queue;
$$;

-- When, supabase/schema.sql shows.
select set_eq(
  $$select 'job_' || substring(command from $x$\mprivate\.run_job\('([a-z_]+)'\)$x$) from cron.job where command like '%private.run_job%'$$,
  $$select proname::text from pg_catalog.pg_proc where pronamespace = 'private'::regnamespace and proname like 'job\_%'$$,
  'every job is scheduled, and nothing else is'
);
select is(count(*), count(distinct command), 'once') from cron.job;

-- Kicks, as of the first minute from p_at on that is none of the check-ins'
create function pg_temp.quiet(p_at timestamptz default now()) returns timestamptz language sql as $$
  select case when private.is_check_in_due(p_at) then p_at + interval '1 minute' else p_at end;
$$;
create function pg_temp.kick(p_job text, p_at timestamptz default pg_temp.quiet()) returns bigint language sql as $$
  select private.run_job('kick_' || p_job, p_at);
$$;
select is(pg_temp.kick('emails'), 0::bigint, 'an empty outbox wakes nobody');
select is(pg_temp.kick('reminders'), 0::bigint, 'nor do no reminders');
select is(pg_temp.kicked(), '{}'::text[], 'no request went out');
select pg_temp.enqueue('a') \g /dev/null
update private.email_sender set paused_until = now() + interval '1 hour';
select is(pg_temp.kick('emails'), 0::bigint, 'a paused sender is left alone');
update private.email_sender set paused_until = null;
select is(pg_temp.kick('emails', pg_temp.quiet(now() - interval '2 minutes')), 0::bigint, 'what is not due yet wakes nobody');
select is(pg_temp.kick('emails'), 1::bigint, 'queued mail wakes email-dispatch');
select is(pg_temp.kicked(), '{email-dispatch}'::text[], 'and only that');
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
values (pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), now() + interval '2 hours', now() + interval '3 hours', 'confirmed');
select is(pg_temp.kick('reminders'), 0::bigint, 'a reminder that is not due wakes nobody');
select is(pg_temp.kick('reminders', pg_temp.quiet(now() + interval '1 hour')), 1::bigint, 'a due one wakes booking-reminders-dispatch');
select is(pg_temp.kicked(), '{booking-reminders-dispatch,email-dispatch}'::text[], 'the two are apart');
select pg_temp.claim(pg_temp.quiet()) as claim \gset
select is(pg_temp.kick('emails'), 0::bigint, 'leased mail wakes nobody');
select is(pg_temp.kick('emails', pg_temp.quiet(now() + interval '3 minutes')), 1::bigint, 'a lease that ran out does');
select pg_temp.settle(:'claim', '{"outcome": "sent"}') \g /dev/null
select public.request_email_verification('a@b.c', repeat('0', 64)) \g /dev/null
select is(pg_temp.kick('emails'), 1::bigint, 'a request for a token does too');

-- Records
select is((select count(*) from private.job_runs where job = 'kick_emails' and status = 'succeeded'), 7::bigint, 'every run is recorded');
create function private.job_of_a_test(timestamptz) returns bigint language plpgsql set search_path = '' as $$ begin raise exception 'broken'; end; $$;
set client_min_messages = error;
select is(private.run_job('of_a_test'), null, 'a job that fails does not fail the scheduler');
select results_eq(
  $$select status, error, rows_touched from private.job_runs where job = 'of_a_test'$$,
  $$values ('failed', 'broken', null::bigint)$$, 'its error is recorded'
);

-- A kick that cannot be is a run that failed
create function pg_temp.last_error() returns text language sql as $$
  select error from private.job_runs where job = 'kick_emails' order by id desc limit 1;
$$;
create function pg_temp.rename_secret(p_from text, p_to text) returns void language sql as $$
  select vault.update_secret(id, new_name => p_to) from vault.decrypted_secrets where name = p_from;
$$;
select pg_temp.rename_secret('project_url', 'off') \g /dev/null
select is(pg_temp.kick('emails'), null, 'without the project''s address no job has kicked');
select pg_temp.rename_secret('off', 'project_url') \g /dev/null
select pg_temp.rename_secret('cron_secret_key', 'off') \g /dev/null
select is(pg_temp.kick('emails'), null, 'nor without its key');
select pg_temp.rename_secret('off', 'cron_secret_key') \g /dev/null
select is(pg_temp.last_error(), 'project_url or cron_secret_key is missing in the vault', 'its run failed, and says why');
savepoint with_pg_net;
drop extension pg_net;
select is(pg_temp.kick('emails'), null, 'nor without pg_net');
select is(pg_temp.last_error(), 'schema "net" does not exist', 'its run failed, and says why');
rollback to with_pg_net;

-- Check-ins
delete from private.token_requests;
select is(
  array(select m from generate_series(0, 11) m
    where pg_temp.kick(job, date_trunc('hour', now()) - interval '1 hour' + make_interval(mins => m)) = 1),
  '{0,5,10}'::int[], job || ' are looked at every five minutes whatever there is, so that the monitor hears of it'
) from unnest(array['emails', 'reminders']) job;
update private.email_sender set paused_until = now() + interval '1 hour';
select is(pg_temp.kick('emails', date_trunc('hour', now())), 1::bigint, 'also while the sender is paused');
update private.email_sender set paused_until = null;

-- Tokens
delete from private.token_requests;
insert into public.email_verification_tokens (user_id, email, created_at, expires_at)
select pg_temp.id(p), p || '@people.test', now() - a, now() - a + interval '1 day'
from (values ('employee', interval '32 days'), ('colleague', interval '30 days'), ('manager', interval '1 hour')) t (p, a);
insert into public.password_reset_tokens (user_id, email, created_at, expires_at)
values (pg_temp.id('employee'), 'employee@people.test', now() - interval '40 days', now() - interval '39 days');
insert into private.token_requests (purpose, email, address_key, context, created_at)
select 'email_verification', 'a@b.c', repeat(n::text, 64), '{}', now() - a
from unnest(array[interval '25 hours', interval '1 hour']) with ordinality r (a, n);
insert into private.token_cooldowns (purpose, address_key, last_allowed_at, window_started_at, allowed_in_window)
values ('email_verification', repeat('1', 64), now() - interval '3 hours', now() - interval '3 hours', 1),
  ('email_verification', repeat('2', 64), now() - interval '1 hour', now() - interval '1 hour', 1);
insert into private.allowances (kind, subject, full_at)
select 'client', repeat(n::text, 64), now() + a from unnest(array[interval '-1 second', interval '1 minute']) with ordinality c (a, n);
select is(private.run_job('purge_tokens'), 5::bigint, 'what is long over is purged: two tokens, a request, a cooldown, an allowance');
select is(private.run_job('purge_tokens'), 0::bigint, 'once');
select is((select count(*) from public.email_verification_tokens where email like '%@people.test'), 2::bigint, 'the rest stays');
select is(private.run_job('purge_tokens', now() + interval '100 days'), 5::bigint, 'a run that comes late makes up for all it missed');

-- Accounts that nobody confirmed
insert into auth.users (id, email) select pg_temp.id(p), p || '@waiting.test' from unnest(array['old', 'asked_again', 'forgot', 'young']) p;
delete from public.email_verification_tokens where email like '%@waiting.test';
delete from private.email_queue;
update public.profiles set created_at = now() - interval '49 hours' where id in (pg_temp.id('old'), pg_temp.id('asked_again'), pg_temp.id('forgot'), pg_temp.id('colleague'));
update public.profiles set created_at = now() - interval '47 hours' where id = pg_temp.id('young');
insert into public.email_verification_tokens (user_id, email, created_at, expires_at) values
  (pg_temp.id('old'), 'old@waiting.test', now() - interval '49 hours', now() - interval '25 hours'),
  (pg_temp.id('asked_again'), 'asked_again@waiting.test', now() - interval '1 hour', now() + interval '23 hours');
insert into public.password_reset_tokens (user_id, email, expires_at) values (pg_temp.id('forgot'), 'forgot@waiting.test', now() + interval '30 minutes');
create function pg_temp.waiting() returns text[] language sql as $$
  select coalesce(array_agg(split_part(email, '@', 1) order by email), '{}') from auth.users where email like '%@waiting.test';
$$;
select is(private.run_job('delete_unconfirmed_accounts') > 0, true, 'accounts that were never confirmed are deleted');
select is(pg_temp.waiting(), '{asked_again,forgot,young}'::text[], 'but those with a live link of any kind, and young ones');
select isnt_empty($$select from auth.users where id = pg_temp.id('colleague')$$, 'and confirmed ones stay');
select is(private.run_job('delete_unconfirmed_accounts'), 0::bigint, 'again, nothing is left to do');
select private.run_job('delete_unconfirmed_accounts', now() + interval '2 days') \g /dev/null
select is(pg_temp.waiting(), '{}'::text[], 'until their time has come');
select results_eq(
  $$select count(*), count(*) filter (where status = 'succeeded') from private.job_runs where job = 'delete_unconfirmed_accounts'$$,
  $$values (3::bigint, 3::bigint)$$, 'each run is recorded'
);

-- Payloads
select pg_temp.enqueue('p' || n) from generate_series(1, 4) n \g /dev/null
select pg_temp.settle(pg_temp.claim(p_limit => 2), '{"outcome": "sent"}') \g /dev/null
select pg_temp.settle(pg_temp.claim(p_limit => 1), '{"outcome": "failed", "error_code": "x"}') \g /dev/null
update private.emails set created_at = now() - interval '91 days' where dedupe_key like 'test:p_';
update private.email_outcomes set settled_at = now() - interval '91 days' where mail_id in ((pg_temp.mail('p1')).id, (pg_temp.mail('p3')).id);
update private.email_dead_letters set failed_at = now() - interval '91 days' where mail_id = (pg_temp.mail('p3')).id;
select is(private.run_job('purge_mail_payloads'), 3::bigint, 'two mails settled long ago lose their payload, and a dead letter is gone');
select results_eq(
  $$select dedupe_key, recipient is null, variables is null, status from private.email_log where dedupe_key like 'test:p_' order by 1$$,
  $$values ('test:p1', true, true, 'sent'), ('test:p2', false, false, 'sent'), ('test:p3', true, true, 'failed'), ('test:p4', false, false, 'queued')$$,
  'those settled lately or still queued keep it'
);
select is_empty('select from private.email_dead_letters', 'a failed mail without payload is no longer redrivable');
select is(private.run_job('purge_mail_payloads'), 0::bigint, 'again, nothing is left to do');

-- History
insert into private.job_runs (job, started_at, duration, rows_touched, status)
select 'old', now() - a, '0', 0, 'succeeded' from unnest(array[interval '31 days', interval '29 days']) a;
select private.run_job('trim_job_history') \g /dev/null
select is((select count(*) from private.job_runs where job = 'old'), 1::bigint, 'old records go');

-- Check
delete from private.email_queue;
delete from private.email_batches;
delete from private.email_dead_letters;
select is(private.run_job('check_outbox'), 0::bigint, 'a healthy outbox passes the check');
insert into private.email_dead_letters (mail_id, error_code, failed_at) select n, 'invalid', now() from generate_series(1, 10) n;
select is(private.outbox_fault(now()), null, 'that some addresses are refused is of every day');
insert into private.email_dead_letters (mail_id, error_code, failed_at) values (11, 'invalid', now());
select is(private.outbox_fault(now()), '11 mails failed for good within an hour: invalid', 'many at once are not');
select is(private.outbox_fault(now() + interval '1 hour'), null, 'and are told for an hour');
delete from private.email_dead_letters where mail_id > 1;
insert into private.email_dead_letters (mail_id, error_code, failed_at) values (2, 'unrenderable', now());
select is(private.outbox_fault(now()), '2 mails failed for good within an hour: invalid, unrenderable', 'nor is one that failed for another reason');
delete from private.email_dead_letters;
update private.email_sender set paused_until = now() + interval '10 minutes', error_code = 'sender_refused';
select ok(private.outbox_fault(now()) like 'mail is paused until %: sender_refused', 'a sender that is paused is told, and why');
select is(private.outbox_fault(now() + interval '10 minutes'), null, 'until it is not');
update private.email_sender set paused_until = null, error_code = null;
select pg_temp.enqueue('w') \g /dev/null
select is(private.run_job('check_outbox', now() + interval '14 minutes'), 0::bigint, 'a short wait too');
select is(private.run_job('check_outbox', now() + interval '16 minutes'), null, 'a long one does not');
select pg_temp.claim() \g /dev/null
select is(private.run_job('check_outbox', now() + interval '20 minutes'), null, 'nor a lease that nobody took over');
select results_eq(
  $$select count(*) from private.job_runs where job = 'check_outbox' and status = 'failed' and error ~ 'stuck|waiting'$$,
  $$values (2::bigint)$$, 'and it says so'
);

select * from finish();
rollback;
