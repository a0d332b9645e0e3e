-- Claiming: what is handed out, in which batches, and that a batch stays what it is.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

select pg_temp.enqueue(lpad(n::text, 3, '0')) from generate_series(1, 230) n \g /dev/null
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') as token \gset

select pg_temp.claim() as claim \gset
select is(
  array(select jsonb_array_length(b -> 'mails') from jsonb_array_elements(:'claim'::jsonb -> 'batches') b),
  '{1,100,100,30}'::int[], 'a hundred mails to a batch; the one with a link alone'
);
select is((pg_temp.claimed_keys(:'claim'))[2:], array(select lpad(n::text, 3, '0') from generate_series(1, 230) n), 'in the order of enqueueing');
select is(:'claim'::jsonb -> 'batches' -> 0 -> 'mails' -> 0 -> 'token',
  jsonb_build_object('purpose', 'email_verification', 'id', :'token'::uuid, 'token_hash', null), 'the mail with a link names its token');
select is(:'claim'::jsonb -> 'batches' -> 1 -> 'mails' -> 0 -> 'token', 'null'::jsonb, 'the others none');
select is(
  (select array_agg(k order by k) from jsonb_object_keys(:'claim'::jsonb -> 'batches' -> 1 -> 'mails' -> 0) k),
  '{category,id,locale,template_id,time_zone,to,token,unsubscribe,variables}'::text[], 'a mail has the fields agreed'
);
select is(
  (select array_agg((t ->> 'key') || (t ->> 'version') order by t ->> 'key') from jsonb_array_elements(:'claim'::jsonb -> 'templates') t),
  '{booking_reminder1,verify_email1}'::text[], 'each template in use comes once'
);
select is(:'claim'::jsonb - array['batches', 'templates', 'zones'], '{"skipped": 0, "deferred": 0, "remaining": 0, "paused_until": null}'::jsonb, 'nothing remains');
select is((select count(*) from private.email_queue), 0::bigint, 'the queue is empty');
select is(jsonb_array_length(pg_temp.claim() -> 'batches'), 0, 'what is leased is not handed out again');

select pg_temp.enqueue('w' || n) from generate_series(1, 3) n \g /dev/null
savepoint wire;
select public.claim_emails('mail', 10, 60)::jsonb -> 'batches' -> 0 -> 'mails' as mails \gset
select results_eq(
  format($$select key, jsonb_typeof(value), case when value <> 'null' then jsonb_array_length(value) end from jsonb_each(%L) order by key collate "C"$$, :'mails'),
  $$values ('categories', 'array', 3), ('ids', 'array', 3), ('locales', 'array', 3), ('template_ids', 'array', 3), ('time_zones', 'array', 3),
    ('to', 'array', 3), ('token', 'null', null), ('unsubscribe', 'array', 3), ('variables', 'array', 3)$$, 'on the wire the mails of a batch are columns'
);
rollback to wire;
delete from private.email_queue;

-- A mail with a calendar entry goes alone: a batch takes no attachments.
savepoint calendar;
select private.enqueue_email('booking_reminder', null, n || '@b.c', (array['{}', '{"calendar": {}}', '{"calendar": null}', '{"calendar": {}}'])[n]::jsonb, 'booking', 'test:c' || n)
from generate_series(1, 4) n \g /dev/null
select results_eq(
  $$select b ->> 'shared', array(select m ->> 'to' from jsonb_array_elements(b -> 'mails') m) from jsonb_array_elements(pg_temp.claim() -> 'batches') b order by 2$$,
  $$values ('true', '{1@b.c,3@b.c}'::text[]), ('false', '{2@b.c}'), ('false', '{4@b.c}')$$, 'a mail with a calendar entry goes alone'
);
rollback to calendar;

-- Lease expiry
select pg_temp.claim(now() + interval '59 seconds') -> 'batches' as early \gset
select is(:'early'::jsonb, '[]'::jsonb, 'not before the lease ends');
update public.profiles set locale = 'de', time_zone = 'Europe/Berlin' where id = pg_temp.id('employee');
insert into public.email_templates (key, locale, version, subject, html, text, published_at)
values ('booking_reminder', 'en', 99, 'New', 'New', 'New', now());
select pg_temp.claim(now() + interval '60 seconds') as again \gset
select is(
  (select jsonb_agg(b - array['lease', 'attempt', 'age_seconds'] #- '{mails,0,token}' order by b ->> 'id') from jsonb_array_elements(:'again'::jsonb -> 'batches') b),
  (select jsonb_agg(b - array['lease', 'attempt', 'age_seconds'] #- '{mails,0,token}' order by b ->> 'id') from jsonb_array_elements(:'claim'::jsonb -> 'batches') b),
  'then the same batches again: ids, mails, order, template versions, languages and zones'
);
select is((select array_agg(distinct b ->> 'attempt') from jsonb_array_elements(:'again'::jsonb -> 'batches') b), '{2}'::text[], 'a lease that ran out is a spent attempt');
select is(
  (select count(*) from jsonb_array_elements(:'again'::jsonb -> 'batches') b join jsonb_array_elements(:'claim'::jsonb -> 'batches') a on a -> 'lease' = b -> 'lease'),
  0::bigint, 'under a new lease'
);
select is(pg_temp.settle(:'claim', '{"outcome": "sent"}') -> 'stale', '231'::jsonb, 'the old lease settles nothing');
select is(pg_temp.settle(:'again', '{"outcome": "sent"}') -> 'sent', '231'::jsonb, 'the new one does');

-- Limits
select pg_temp.enqueue('l' || n) from generate_series(1, 25) n \g /dev/null
select pg_temp.claim(p_limit => 10) as claim \gset
select is(cardinality(pg_temp.claimed_keys(:'claim')), 10, 'the limit counts mails');
select is(:'claim'::jsonb -> 'remaining', '15'::jsonb, 'and what is left is told');
-- A second later, so that it is due later: batches of one instant come in no order.
select pg_temp.claim(now() + interval '1 second', 15) \g /dev/null
select is(cardinality(pg_temp.claimed_keys(pg_temp.claim(now() + interval '2 minutes', 12))), 10, 'expired batches that fit come back whole');
select is(cardinality(pg_temp.claimed_keys(pg_temp.claim(now() + interval '2 minutes', 3))), 15, 'one that does not fit too, alone: it is never cut');
delete from private.email_batches;

-- Urgency, due time, stream
select pg_temp.enqueue('calm') \g /dev/null
select pg_temp.enqueue('urgent', p_category => 'security') \g /dev/null
select private.enqueue_email('booking_reminder', null, 'a@b.c', '{}', 'account', 'test:later', p_not_before => now() + interval '1 hour') \g /dev/null
select private.enqueue_email('booking_reminder', null, 'a@b.c', '{}', 'reminder', 'test:other', p_stream => 'reminder') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim(p_limit => 1)), '{urgent}'::text[], 'security mail goes first');
select is(pg_temp.claimed_keys(pg_temp.claim()), '{calm}'::text[], 'nothing goes before its time');
select is(pg_temp.claimed_keys(pg_temp.claim(p_stream => 'reminder')), '{other}'::text[], 'each stream has its own mails');
delete from private.email_batches;
select is(pg_temp.claimed_keys(pg_temp.claim(now() + interval '1 hour')), '{later}'::text[], 'at its time it goes');

-- Language and zone
select private.enqueue_email('verify_email', pg_temp.id('employee'), 'a@b.c', '{}', 'account', 'test:german') \g /dev/null
select private.enqueue_email('verify_email', null, 'a@b.c', '{"locale": "de-CH"}', 'account', 'test:swiss') \g /dev/null
select private.enqueue_email('verify_email', null, 'a@b.c', '{"locale": "fr"}', 'account', 'test:french') \g /dev/null
select pg_temp.claim() as claim \gset
select results_eq(
  format($$select m ->> 'locale', m ->> 'time_zone', t.locale::text
    from jsonb_array_elements(%L::jsonb -> 'batches' -> 0 -> 'mails') with ordinality x (m, n)
    join public.email_templates t on t.id = (m ->> 'template_id')::bigint order by n$$, :'claim'),
  $$values ('de', 'Europe/Berlin', 'de'), ('de-CH', 'UTC', 'de'), ('fr', 'UTC', 'en')$$,
  'language and zone are the person''s, or the mail''s own; the text is the nearest there is'
);

select throws_ok($$select public.claim_emails('post', 10, 60)$$, '22023', null, 'an unknown stream is an error');
select throws_ok($$select public.claim_emails('mail', 0, 60)$$, '22023', null, 'a limit of none too');
select throws_ok($$select public.claim_emails('mail', 5001, 60)$$, '22023', null, 'and one too large');
select throws_ok($$select public.claim_emails('mail', 10, 0)$$, '22023', null, 'and no lease at all');
select pg_temp.act_as('employee');
select throws_ok($$select public.claim_emails('mail', 10, 60)$$, '42501', null, 'a person claims nothing');
select pg_temp.act_as('anon');
select throws_ok($$select public.claim_emails('mail', 10, 60)$$, '42501', null, 'anon neither');
select pg_temp.act_as('service_role');
select lives_ok($$select public.claim_emails('mail', 10, 60)$$, 'the functions do');

select * from finish();
rollback;
