-- Settling: every outcome, and only for who holds the lease.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- sent
select pg_temp.enqueue('s' || n) from generate_series(1, 3) n \g /dev/null
select pg_temp.claim() as claim \gset
select is(
  pg_temp.settle(:'claim', '{"outcome": "sent", "message_ids": ["m1", "m2", "m3"]}'),
  '{"sent": 3, "retried": 0, "failed": 0, "skipped": 0, "split": 0, "stale": 0}'::jsonb, 'what was sent is counted in mails'
);
select results_eq(
  $$select status, provider_message_id, error_code, settled_at = now(), template_id = private.template_in_force('booking_reminder', 'en')
    from private.email_log where dedupe_key like 'test:s_' order by id$$,
  $$values ('sent', 'm1', null::text, true, true), ('sent', 'm2', null, true, true), ('sent', 'm3', null, true, true)$$,
  'each mail has its message id and the template version it used'
);
select is_empty('select from private.email_batches', 'the batch is gone');
select is(pg_temp.settle(:'claim', '{"outcome": "sent", "message_ids": ["x", "y", "z"]}') -> 'stale', '3'::jsonb, 'settling twice is stale');
select is((pg_temp.mail('s1')).provider_message_id, 'm1', 'and changes nothing');

-- retry
select pg_temp.enqueue('r' || n) from generate_series(1, 2) n \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.settle(:'claim', '{"outcome": "retry", "error_code": "rate_limited", "retry_after_seconds": 30, "spent": false}') -> 'retried', '2'::jsonb, 'a batch is put off');
select is((pg_temp.mail('r1')).status, 'queued', 'its mails are still queued');
select is(pg_temp.claim(now() + interval '29 seconds') -> 'batches', '[]'::jsonb, 'until its time');
select pg_temp.claim(now() + interval '30 seconds') as again \gset
select is(:'again'::jsonb -> 'batches' -> 0 -> 'id', :'claim'::jsonb -> 'batches' -> 0 -> 'id', 'then the same batch');
select is(:'again'::jsonb -> 'batches' -> 0 -> 'attempt', '1'::jsonb, 'the attempt was not spent');
select is(:'again'::jsonb -> 'batches' -> 0 -> 'age_seconds', '30'::jsonb, 'the first attempt stays the first, by the database''s clock');
select pg_temp.settle(:'again', '{"outcome": "retry", "error_code": "server_error", "retry_after_seconds": 0, "spent": true}') \g /dev/null
select pg_temp.claim() as again \gset
select is(:'again'::jsonb -> 'batches' -> 0 -> 'attempt', '2'::jsonb, 'a spent one counts');
select is((select last_error_code from private.email_batches), 'server_error', 'the last error is kept');

-- skipped
select is(pg_temp.settle(:'again', '{"outcome": "skipped", "error_code": "not_wanted"}') -> 'skipped', '2'::jsonb, 'a batch may be skipped');
select is((pg_temp.mail('r2')).error_code, 'not_wanted', 'with its reason');

-- failed, redrive
select pg_temp.enqueue('f' || n) from generate_series(1, 3) n \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.settle(:'claim', '{"outcome": "failed", "error_code": "attempts_exhausted"}') -> 'failed', '3'::jsonb, 'a batch may fail for good');
select results_eq(
  $$select l.status, l.error_code, d.error_code from private.email_log l join private.email_dead_letters d on d.mail_id = l.id where l.dedupe_key like 'test:f_'$$,
  $$select 'failed', 'attempts_exhausted', 'attempts_exhausted' from generate_series(1, 3)$$, 'then its mails are dead letters'
);
select is(pg_temp.claim(now() + interval '2 days') -> 'batches', '[]'::jsonb, 'nobody tries them again by himself');
select is(public.redrive_emails('other_code'), '{"redriven": 0, "reissued": 0}'::jsonb, 'a redrive may name an error');
select is(public.redrive_emails('attempts_exhausted', 2), '{"redriven": 2, "reissued": 0}'::jsonb, 'and a limit');
select is(public.redrive_emails(), '{"redriven": 1, "reissued": 0}'::jsonb, 'or take all');
select pg_temp.claim() as again \gset
select is(pg_temp.claimed_keys(:'again'), '{f1,f2,f3}'::text[], 'redriven mails are handed out');
select isnt(:'again'::jsonb -> 'batches' -> 0 -> 'id', :'claim'::jsonb -> 'batches' -> 0 -> 'id', 'in a new batch');
select is(:'again'::jsonb -> 'batches' -> 0 -> 'attempt', '1'::jsonb, 'from the first attempt');
select pg_temp.settle(:'again', '{"outcome": "failed"}') \g /dev/null
select is((pg_temp.mail('f1')).error_code, 'unknown', 'a failure without a code is unknown');
update private.emails set recipient = null, variables = null where dedupe_key = 'test:f1';
select is(public.redrive_emails(), '{"redriven": 2, "reissued": 0}'::jsonb, 'what was purged is not redriven');
select pg_temp.settle(pg_temp.claim(), '{"outcome": "sent"}') \g /dev/null

-- split
select pg_temp.enqueue('p' || n) from generate_series(1, 5) n \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.settle(:'claim', '{"outcome": "split", "error_code": "validation_error"}') -> 'split', '5'::jsonb, 'a refused batch is split');
select pg_temp.claim() as halves \gset
select is(array(select jsonb_array_length(b -> 'mails') from jsonb_array_elements(:'halves'::jsonb -> 'batches') b), '{2,3}'::int[], 'into halves, due at once');
select is(pg_temp.claimed_keys(:'halves'), '{p1,p2,p3,p4,p5}'::text[], 'with the same mails in the same order');
select is((select count(*) from jsonb_array_elements(:'halves'::jsonb -> 'batches') b where b -> 'id' = :'claim'::jsonb -> 'batches' -> 0 -> 'id'), 0::bigint, 'under new ids');
select pg_temp.settle(:'halves', '{"outcome": "split"}') \g /dev/null
select pg_temp.claim() as halves \gset
select pg_temp.settle(:'halves', '{"outcome": "split", "error_code": "validation_error"}') as answer \gset
select is(:'answer'::jsonb, '{"sent": 0, "retried": 0, "failed": 3, "skipped": 0, "split": 2, "stale": 0}'::jsonb, 'a single mail that is refused has failed');
select is(pg_temp.settle(pg_temp.claim(), '{"outcome": "sent"}') -> 'sent', '2'::jsonb, 'the others go on');

-- pause
select pg_temp.enqueue('q1') \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.settle(:'claim', '{"outcome": "pause", "error_code": "daily_quota", "retry_after_seconds": 600}') -> 'retried', '1'::jsonb, 'a pause puts the batch off');
select pg_temp.enqueue('q2') \g /dev/null
select pg_temp.claim(now() + interval '599 seconds') as during \gset
select is(:'during'::jsonb -> 'batches', '[]'::jsonb, 'and nothing goes out until it is over');
select is((:'during'::jsonb ->> 'paused_until')::timestamptz, now() + interval '600 seconds', 'the claim says until when');
select is((select error_code from private.email_sender), 'daily_quota', 'and the sender why');
select pg_temp.settle(:'claim', '{"outcome": "pause", "retry_after_seconds": 10}') \g /dev/null
select is((select paused_until from private.email_sender), now() + interval '600 seconds', 'a stale pause changes nothing');
select pg_temp.claim(now() + interval '600 seconds') as after \gset
select is(pg_temp.claimed_keys(:'after'), '{q1,q2}'::text[], 'then both go');
select is(array(select b ->> 'attempt' from jsonb_array_elements(:'after'::jsonb -> 'batches') b), '{1,1}'::text[], 'without a spent attempt');

-- Several batches in one call, a foreign lease among them
select public.settle_emails(jsonb_build_array(
  jsonb_build_object('batch_id', :'after'::jsonb -> 'batches' -> 0 -> 'id', 'lease', :'after'::jsonb -> 'batches' -> 0 -> 'lease', 'outcome', 'sent', 'message_ids', '["only"]'::jsonb),
  jsonb_build_object('batch_id', :'after'::jsonb -> 'batches' -> 1 -> 'id', 'lease', gen_random_uuid(), 'outcome', 'failed', 'error_code', 'x'),
  jsonb_build_object('batch_id', gen_random_uuid(), 'lease', gen_random_uuid(), 'outcome', 'sent', 'message_ids', '["a", "b"]'::jsonb)
)) as answer \gset
select is(:'answer'::jsonb, '{"sent": 1, "retried": 0, "failed": 0, "skipped": 0, "split": 0, "stale": 3}'::jsonb, 'each batch is settled by itself');
update private.email_sender set paused_until = null;
select pg_temp.enqueue('odd') \g /dev/null
select is(pg_temp.settle(pg_temp.claim(), '{"outcome": "failed", "error_code": "Some-Thing / new"}') -> 'failed', '1'::jsonb, 'a code of an unknown form settles all the same');
select is((pg_temp.mail('odd')).error_code, 'some_thing_new', 'in our own form');
select throws_ok($$select public.settle_emails('[{"outcome": "maybe"}]')$$, '22023', null, 'an unknown outcome is an error');
select throws_ok($$select public.settle_emails('[{"batch_id": "x"}]')$$, '22023', null, 'none at all too');
select is(public.settle_emails('[]') -> 'sent', '0'::jsonb, 'nothing to settle is fine');

-- The log keeps its word
select throws_ok($$update private.email_outcomes set status = 'queued' where mail_id = (pg_temp.mail('s1')).id$$, '23514', null, 'what was settled is not queued');
select throws_ok($$update private.emails set recipient = null where dedupe_key = 'test:q2'$$, '23514', null, 'address and values go together');
select throws_ok($$update private.email_outcomes set error_code = 'x' where mail_id = (pg_temp.mail('s1')).id$$, '23514', null, 'a sent mail has no error');

select pg_temp.act_as('employee');
select throws_ok($$select public.settle_emails('[]')$$, '42501', null, 'a person settles nothing');
select throws_ok($$select public.redrive_emails()$$, '42501', null, 'and redrives nothing');

select * from finish();
rollback;
