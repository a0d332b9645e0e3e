-- Enqueueing: once per dedupe key, and a kick for what a person waits for.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from net.http_request_queue;
delete from vault.secrets where name in ('project_url', 'cron_secret_key');

select isnt(pg_temp.enqueue('a'), null, 'a new mail has an id');
select is(pg_temp.enqueue('a'), null, 'the same dedupe key again does nothing');
select is((select count(*) from private.email_queue), 1::bigint, 'and queues nothing');
select results_eq(
  $$select stream::text, category, status, recipient::text, settled_at is null, template_id is null from private.email_log where dedupe_key = 'test:a'$$,
  $$values ('mail', 'account', 'queued', 'employee@people.test', true, true)$$,
  'it is queued, without a template version yet'
);
select throws_ok(
  $$select private.enqueue_email('no_such', null, 'a@b.c', '{}', 'account', 'test:x')$$, 'P0002', null, 'an unknown template is an error of ours'
);
select throws_ok(
  $$select private.enqueue_email('verify_email', null, null, '{}', 'account', 'test:x')$$, '23514', null, 'a mail has a recipient'
);
select throws_ok(
  $$select private.enqueue_email('verify_email', null, 'a@b.c', '{}', 'newsletter', 'test:x')$$, '23514', null, 'categories are known'
);
select throws_ok(
  $$select private.enqueue_email('verify_email', null, 'a@b.c', '{}', 'security', 'test:x', p_token_id => gen_random_uuid())$$,
  '23514', null, 'a token has a purpose'
);
select private.enqueue_email('verify_email', null, ' Mixed@Case.Test ', '{}', 'account', 'test:b') \g /dev/null
select is((pg_temp.mail('b')).recipient, 'mixed@case.test', 'addresses are trimmed and lower case');

-- Kicks
delete from private.job_runs;
set local client_min_messages = error;
-- As in a transaction of its own, after the one before.
select set_config('evenkeel.kicked_email_dispatch', '', true) \g /dev/null
select pg_temp.enqueue('urgent-' || n, p_category => 'security') from generate_series(0, 1) n \g /dev/null
reset client_min_messages;
select is_empty('select from net.http_request_queue', 'without secrets nobody is called, and the mail waits for the minute');
select results_eq(
  'select job, status, error from private.job_runs',
  $$values ('kick_at_once', 'failed', 'project_url or cron_secret_key is missing in the vault')$$,
  'which is written down as a failed run, once per transaction'
);
select set_config('evenkeel.kicked_email_dispatch', '', true) \g /dev/null
select vault.create_secret('https://project.test/', 'project_url') \g /dev/null
select vault.create_secret('a key for jobs', 'cron_secret_key') \g /dev/null
select pg_temp.enqueue('calm') \g /dev/null
select is_empty('select from net.http_request_queue', 'ordinary mail waits for the minute');
select pg_temp.enqueue('urgent-' || n, p_category => 'security') from generate_series(2, 4) n \g /dev/null
select results_eq(
  $$select url, headers ->> 'apikey' from net.http_request_queue$$,
  $$values ('https://project.test/functions/v1/email-dispatch', 'a key for jobs')$$,
  'security mail wakes the dispatcher, once per transaction'
);

-- Who sees what
select pg_temp.act_as('employee');
select isnt_empty($$select category, status from public.communication_logs$$, 'a person sees that they were mailed');
select throws_ok($$select variables from private.emails$$, '42501', null, 'but no values');
select pg_temp.act_as('platform_admin');
select is_empty($$select status from public.communication_logs where user_id = pg_temp.id('employee')$$, 'a platform admin does not see who is mailed about what');
select throws_ok($$select private.enqueue_email('verify_email', null, 'a@b.c', '{}', 'account', 'x')$$, '42501', null, 'nobody enqueues from outside');

select * from finish();
rollback;
