-- What the mailer tells while something else happens to the same mail: whoever comes first, it was sent, and goes out once.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();
select pg_advisory_lock(19, hashtext(j)) from unnest(array['kick_emails', 'check_outbox']) j \g /dev/null

create procedure pg_temp.clear_away()
language plpgsql
as $$
declare
  v_ids bigint[] := array(select id from private.emails where dedupe_key like 'events:%');
begin
  delete from private.email_queue where mail_id = any (v_ids);
  delete from private.email_batches where mail_ids && v_ids;
  delete from private.email_dead_letters where mail_id = any (v_ids);
  delete from private.email_outcomes where mail_id = any (v_ids);
  delete from private.email_deliveries where mail_id = any (v_ids);
  delete from private.email_events where mail_id = any (v_ids);
  delete from private.emails where id = any (v_ids);
  delete from private.email_suppressions where address_key = private.address_key('events@people.test');
  delete from private.email_refusals where address_key = private.address_key('events@people.test');
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

-- A mail in a batch of its own, which a dispatcher holds.
create procedure pg_temp.under_way(p_key text)
language plpgsql
as $$
begin
  perform private.enqueue_email('booking_reminder', null, 'events@people.test', '{}', 'booking', 'events:' || p_key, p_not_before => '2001-01-01');
  perform public.claim_emails('mail', 1, 60, '2002-01-01');
end;
$$;
create procedure pg_temp.given_up(p_key text)
language plpgsql
as $$
begin
  call pg_temp.under_way(p_key);
  perform public.settle_emails(jsonb_build_array(jsonb_build_object('batch_id', b.id, 'lease', b.lease, 'outcome', 'failed', 'error_code', 'key_expired')))
  from private.email_batches b join private.emails e on e.id = b.mail_ids[1] where e.dedupe_key = 'events:' || p_key;
end;
$$;
create function pg_temp.log(p_key text) returns text language sql as $$
  select concat_ws(' ', l.status, l.error_code, case when d.mail_id is not null then 'dead' end, case when q.mail_id is not null then 'queued' end)
  from private.email_log l
  left join private.email_dead_letters d on d.mail_id = l.id
  left join private.email_queue q on q.mail_id = l.id
  where l.dedupe_key = 'events:' || p_key;
$$;

\setenv TELL 'select \'told \' || (public.record_email_event(\'events:KEY\', id, \'delivered\') ->> \'outcome\') from private.emails where dedupe_key = \'events:KEY\''
\setenv GIVE_UP 'select \'gave up \' || (public.settle_emails(jsonb_build_array(jsonb_build_object(\'batch_id\', b.id, \'lease\', b.lease, \'outcome\', \'failed\', \'error_code\', \'key_expired\'))) ->> \'stale\') from private.email_batches b join private.emails e on e.id = b.mail_ids[1] where e.dedupe_key = \'events:KEY\''
\setenv REDRIVE 'select \'redrove \' || (public.redrive_emails(\'key_expired\') ->> \'redriven\')'
\setenv BOUNCE 'select \'told \' || (public.record_email_event(\'events:KEY\', id, \'bounced\', \'soft\', p_occurred_at => now() - interval \'DAYS days\') ->> \'outcome\') from private.emails where dedupe_key = \'events:KEY\''

-- A dispatcher that gives up
call pg_temp.under_way('a');
\set said `supabase/tests/setup/one-meets-another "$(echo "$GIVE_UP" | sed s/KEY/a/g)" -- "$(echo "$TELL" | sed s/KEY/a/g)"`
select is(:'said'::text, E'gave up 0\ntold recorded', 'a dispatcher gives up, and an event comes before that is written down');
select is(pg_temp.log('a'), 'sent', 'the mail was sent');
call pg_temp.under_way('b');
\set said `supabase/tests/setup/one-meets-another "$(echo "$TELL" | sed s/KEY/b/g)" -- "$(echo "$GIVE_UP" | sed s/KEY/b/g)"`
select is(:'said'::text, E'told recorded\ngave up 0', 'an event comes, and a dispatcher gives up before that is written down');
select is(pg_temp.log('b'), 'sent', 'it was sent, and is no dead letter');

-- An operator who redrives
call pg_temp.given_up('c');
\set said `supabase/tests/setup/one-meets-another "$REDRIVE" -- "$(echo "$TELL" | sed s/KEY/c/g)"`
select is(:'said'::text, E'redrove 1\ntold recorded', 'an operator redrives, and an event comes before that is written down');
select is(pg_temp.log('c'), 'sent queued', 'the mail is in line, and known to be sent');
select is(public.claim_emails('mail', 1000, 60) ->> 'batches', '[]', 'so it is not sent again');
call pg_temp.given_up('d');
\set said `supabase/tests/setup/one-meets-another "$(echo "$TELL" | sed s/KEY/d/g)" -- "$REDRIVE"`
select is(:'said'::text, E'told recorded\nredrove 0', 'an event comes, and an operator redrives before that is written down');
select is(pg_temp.log('d'), 'sent', 'there is nothing to redrive');

-- The same event twice, and the soft bounce of the third day
call pg_temp.under_way('e');
\set said `supabase/tests/setup/one-meets-another "$(echo "$TELL" | sed s/KEY/e/g)" -- "$(echo "$TELL" | sed s/KEY/e/g)"`
select is(:'said'::text, E'told recorded\ntold repeated', 'an event that is delivered twice at once counts once');
call pg_temp.under_way('f');
call pg_temp.under_way('g');
call pg_temp.under_way('h');
select public.record_email_event('events:f', id, 'bounced', 'soft', p_occurred_at => now() - interval '2 days') from private.emails where dedupe_key = 'events:f' \g /dev/null
\set said `supabase/tests/setup/one-meets-another "$(echo "$BOUNCE" | sed 's/KEY/g/g; s/DAYS/1/')" -- "$(echo "$BOUNCE" | sed 's/KEY/h/g; s/DAYS/0/')"`
select is(:'said'::text, E'told recorded\ntold recorded', 'the second and the third soft bounce come at once');
select is((select reason from private.email_suppressions where address_key = private.address_key('events@people.test')), 'soft_bounces', 'one of them sees the others');

-- The same link twice
select left(private.unsubscribe_token('account', null, 'events@people.test'), 64) as link \gset
\setenv LINK :link
\set said `supabase/tests/setup/one-meets-another "select public.unsubscribe('$LINK') ->> 'category'" -- "select public.unsubscribe('$LINK') ->> 'category'"`
select is(:'said'::text, E'account\naccount', 'a link that is used twice at once is answered alike');

call pg_temp.clear_away();
select * from finish();
