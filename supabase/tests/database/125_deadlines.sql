-- Deadlines: what became useless or untrue is not sent by a retry either, and quiet hours swallow nothing.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- A session in the employee's calendar; times are those of an evening and a morning far ahead.
create function pg_temp.book(p_name text, p_starts_at timestamptz, p_person text default 'employee') returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_name), pg_temp.id(p_person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    p_starts_at, p_starts_at + interval '50 minutes', 'confirmed');
$$;
create function pg_temp.fates(p_name text) returns text[] language sql as $$
  select coalesce(array_agg(coalesce(l.error_code, l.status) order by r.lead_minutes desc), '{}')
  from public.booking_reminders r left join private.email_log l on l.booking_reminder_id = r.id where r.booking_id = pg_temp.id(p_name);
$$;
create function pg_temp.keys_of(p_claim jsonb) returns int[] language sql as $$
  select array(select jsonb_array_length(b -> 'mails') from jsonb_array_elements(p_claim -> 'batches') b);
$$;
create function pg_temp.quiet(p_person text, p_start text, p_end text, p_leads int[] default '{60}') returns void language sql as $$
  insert into public.notification_preferences (user_id, mail_windows, reminder_lead_minutes)
  values (pg_temp.id(p_person), pg_temp.windows(p_end, p_start), p_leads)
  on conflict (user_id) do update set mail_windows = excluded.mail_windows, reminder_lead_minutes = p_leads;
$$;
create function pg_temp.due(p_name text) returns text language sql as $$
  select string_agg(to_char(due_at at time zone 'UTC', 'DD HH24:MI'), ', ' order by due_at)
  from public.booking_reminders where booking_id = pg_temp.id(p_name) and status = 'scheduled';
$$;
-- Here the employee alone is reminded.
select pg_temp.quiet('specialist', null, null, '{}');

-- Looked at on every lease ----------------------------------------------------------------------

select pg_temp.quiet('employee', null, null);
select pg_temp.book('b4', '2028-05-10 14:30Z');
select pg_temp.book('b5', '2028-05-10 12:30Z');
select pg_temp.enqueue('other', 'colleague') \g /dev/null
update private.email_queue set stream = 'reminder' where mail_id = (pg_temp.mail('other')).id; update private.emails set stream = 'reminder' where dedupe_key = 'test:other';
update public.booking_reminders set due_at = '2028-05-10 11:30Z' where booking_id in (pg_temp.id('b4'), pg_temp.id('b5'));
select pg_temp.claim('2028-05-10 11:30Z', p_stream => 'reminder') as claim \gset
select is(pg_temp.keys_of(:'claim'), '{3}'::int[], 'a batch is frozen, and its dispatcher dies');
update public.bookings set status = 'cancelled' where id = pg_temp.id('b5');
select pg_temp.claim('2028-05-10 14:30Z', p_stream => 'reminder') as again \gset
select is(
  (select array_agg(m ->> 'to' order by m ->> 'to') from jsonb_array_elements(:'again'::jsonb -> 'batches') b, jsonb_array_elements(b -> 'mails') m),
  '{colleague@people.test}'::text[], 'the retry has only what is still true'
);
select is(
  (select b ->> 'id' from jsonb_array_elements(:'again'::jsonb -> 'batches') b),
  (select b ->> 'id' from jsonb_array_elements(:'claim'::jsonb -> 'batches') b ), 'under the key of the whole batch'
);
select is(pg_temp.fates('b5'), '{queued}'::text[], 'nobody knows yet whether the first try was taken');
savepoint taken_or_not;
select pg_temp.settle(:'again', '{"outcome": "sent", "message_ids": ["m1"]}') as answer \gset
select is(:'answer'::jsonb - array['retried', 'failed', 'split'], '{"sent": 1, "skipped": 2, "stale": 0}'::jsonb, 'the mailer takes the rest: the first try was not taken');
select is(pg_temp.fates('b4') || pg_temp.fates('b5'), '{too_late,booking_changed}'::text[], 'and the log says truly why the others were not sent');
rollback to taken_or_not;
select pg_temp.settle(:'again', '{"outcome": "sent", "error_code": "key_reused"}') as answer \gset
select is(:'answer'::jsonb - array['retried', 'failed', 'split'], '{"sent": 3, "skipped": 0, "stale": 0}'::jsonb, 'or it refuses the key, having taken the first try with all of them');
select is(pg_temp.fates('b4') || pg_temp.fates('b5'), '{sent,sent}'::text[], 'as the log says');
rollback to taken_or_not;
select pg_temp.settle(:'again', '{"outcome": "retry", "retry_after_seconds": 0}', '2028-05-10 14:30Z') \g /dev/null
insert into public.notification_preferences (user_id, account_email) values (pg_temp.id('colleague'), false);
select is(pg_temp.claim('2028-05-10 14:31Z', p_stream => 'reminder') - array['templates', 'zones'],
  '{"batches": [], "skipped": 3, "deferred": 0, "remaining": 0, "paused_until": null}'::jsonb, 'a batch of which nothing is left is not tried again');
select is(pg_temp.fates('b4') || pg_temp.fates('b5') || (pg_temp.mail('other')).error_code, '{too_late,booking_changed,preference_off}'::text[], 'all of it is skipped, each for its reason');
select is_empty($$select from private.email_batches$$, 'and it is gone');
rollback to taken_or_not;
select pg_temp.settle(:'again', '{"outcome": "split"}') \g /dev/null
select is(pg_temp.fates('b4') || pg_temp.fates('b5'), '{too_late,booking_changed}'::text[], 'a batch that was refused as it is has not been sent');
delete from public.notification_preferences where user_id <> pg_temp.id('specialist');

-- A link
delete from private.email_batches; delete from private.email_queue;
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') as token \gset
select pg_temp.claim() \g /dev/null
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') \g /dev/null
select is(pg_temp.keys_of(pg_temp.claim(now() + interval '1 minute')), '{1}'::int[], 'a link that another has replaced is not mailed by a retry');
select is((select error_code from private.email_log where token_id = :'token'), 'token_not_live', 'as the log says');

-- Only the latest -------------------------------------------------------------------------------

delete from private.email_batches; delete from private.email_queue; delete from public.booking_reminders; delete from public.bookings;
select pg_temp.book('c1', '2028-06-10 10:00Z');
select pg_temp.claim('2028-06-10 09:30Z', p_stream => 'reminder') as claim \gset
select is(pg_temp.fates('c1'), '{newer_reminder,queued}'::text[], 'after an outage two reminders of one session are due: the latest is sent');
select pg_temp.book('c2', '2028-06-12 10:00Z');
select pg_temp.claim('2028-06-11 10:00Z', p_stream => 'reminder') \g /dev/null
select is(pg_temp.fates('c2'), '{queued,NULL}'::text[], 'one that is due alone is sent');
select pg_temp.claim('2028-06-12 09:00Z', p_stream => 'reminder') \g /dev/null
select is(pg_temp.fates('c2'), '{newer_reminder,queued}'::text[], 'unless it was held up until the next is due');

-- Quiet hours -----------------------------------------------------------------------------------

delete from private.email_batches; delete from private.email_queue; delete from public.booking_reminders; delete from public.bookings;
select pg_temp.quiet('employee', '22:00', '07:00');
select pg_temp.book('d1', '2028-07-10 06:30Z');
select is(pg_temp.due('d1'), '09 21:50', 'a reminder that cannot wait until the morning goes before the night');
select pg_temp.claim('2028-07-09 21:50Z', p_stream => 'reminder') as claim \gset
select is(pg_temp.keys_of(:'claim'), '{1}'::int[], 'and is sent then');
select pg_temp.book('d2', '2028-07-11 07:30Z');
select is(pg_temp.due('d2'), '11 07:00', 'one that can wait goes when the night is over');
select pg_temp.quiet('employee', '22:00', '08:00');
select is(pg_temp.due('d2'), '10 21:50', 'other quiet hours hold for sessions booked already');
update public.notification_preferences set mail_windows = null where user_id = pg_temp.id('employee');
select is(pg_temp.due('d2'), '11 06:30', 'and none');
select pg_temp.quiet('employee', '22:00', '07:00');
select pg_temp.windows('07:00', '22:00') as windows \gset
select pg_temp.act_as('employee');
select public.save_preferences(true, true, true, '07:00', '{60}', 'en', 'Asia/Tokyo', :'windows') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.due('d2'), '11 06:30', 'and so does another time zone');
update public.profiles set time_zone = 'UTC' where id = pg_temp.id('employee');
select pg_temp.quiet('employee', '22:00', '08:00');
-- Nobody came by in the evening.
select pg_temp.claim('2028-07-11 03:00Z', p_stream => 'reminder') as claim \gset
select is(pg_temp.keys_of(:'claim'), '{1}'::int[], 'what should have gone before the night and did not goes at once');
select pg_temp.quiet('employee', '22:00', '05:00');
select pg_temp.book('d3', '2028-07-12 07:30Z');
update public.booking_reminders set due_at = '2028-07-12 03:00Z' where booking_id = pg_temp.id('d3');
select pg_temp.claim('2028-07-12 03:00Z', p_stream => 'reminder') as claim \gset
select is(:'claim'::jsonb -> 'deferred', '1'::jsonb, 'what can wait does');

-- An admin cancels at 23:00 a session of 06:30, and quiet hours last until 07:00.
delete from private.email_batches; delete from private.email_queue;
select pg_temp.quiet('employee', '22:00', '07:00');
select pg_temp.enqueue('can_wait', 'employee', 'booking') \g /dev/null
select private.enqueue_email('booking_reminder', pg_temp.id('employee'), 'employee@people.test', '{}', 'booking', 'test:cannot', p_needed_by => '2028-08-10 06:30Z') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim('2028-08-09 23:00Z')), '{cannot}'::text[], 'a mail that matters before the night is over goes at once, and no other');
delete from private.email_batches; delete from private.email_queue;
update public.bookings set status = 'confirmed', starts_at = '2028-08-10 06:30Z', ends_at = '2028-08-10 07:20Z' where id = pg_temp.id('d3');
select pg_temp.act_as('platform_admin');
select public.cancel_booking_as_admin(pg_temp.id('d3'), 'a good reason') \g /dev/null
select pg_temp.act_as_owner();
select isnt_empty($$select from private.emails where template_key = 'booking_cancelled' and user_id = pg_temp.id('employee') and needed_by = '2028-08-10 04:30Z'$$, 'as the word that a session is cancelled does');

-- What was booked at night is told in the morning, unless it changes by then and the change cannot wait: then it is told before that, not after.
delete from private.email_batches; delete from private.email_queue; delete from public.bookings;
create function pg_temp.templates(p_claim jsonb) returns text[] language sql as $$
  select array(
    select l.template_key || ' ' || (l.variables #>> '{calendar,sequence}')
    from jsonb_array_elements(p_claim -> 'batches') with ordinality b (batch, n), jsonb_array_elements(b.batch -> 'mails') m
    join private.email_log l on l.id = (m ->> 'id')::bigint where l.user_id = pg_temp.id('employee') order by b.n
  );
$$;
select pg_temp.book('night', '2028-09-10 10:00Z');
select is(pg_temp.templates(pg_temp.claim('2028-09-09 22:30Z')), '{}', 'that a session is booked can wait for the morning');
savepoint booked_at_night;
update public.bookings set starts_at = '2028-09-10 08:00Z', ends_at = '2028-09-10 08:50Z' where id = pg_temp.id('night');
select pg_temp.claim('2028-09-09 22:40Z') as claim \gset
select is(pg_temp.templates(:'claim'), '{booking_confirmed 0,booking_moved 1}', 'that it is moved to earlier cannot, and what came before it goes along');
select pg_temp.settle(:'claim', '{"outcome": "sent"}') \g /dev/null
select is(pg_temp.templates(pg_temp.claim('2028-09-10 07:00Z')), '{}', 'so in the morning nobody is told of the former time');
rollback to booked_at_night;
update public.bookings set status = 'cancelled' where id = pg_temp.id('night');
select is(pg_temp.templates(pg_temp.claim('2028-09-09 22:40Z')), '{}', 'where both can wait');
select is(pg_temp.templates(pg_temp.claim('2028-09-10 07:00Z')), '{booking_confirmed 0,booking_cancelled 1}', 'both come in the morning');
rollback to booked_at_night;
-- Urgent mail goes ahead of other, but not of what it changes.
update public.bookings set starts_at = now() + interval '3 hours', ends_at = now() + interval '4 hours' where id = pg_temp.id('night');
delete from public.notification_preferences;
select pg_temp.enqueue('in line', 'colleague') \g /dev/null
update public.bookings set starts_at = now() + interval '1 hour', ends_at = now() + interval '2 hours' where id = pg_temp.id('night');
select is(pg_temp.templates(pg_temp.claim(p_limit => 6)), '{booking_confirmed 0,booking_moved 1,booking_moved 2}', 'in the order in which it happened');

-- Too late is said, too
select private.enqueue_email('booking_reminder', null, 'a@b.c', '{}', 'booking', 'test:useless', p_useless_after => now() + interval '1 hour') \g /dev/null
select pg_temp.claim(now() + interval '1 hour') \g /dev/null
select is((pg_temp.mail('useless')).error_code, 'too_late', 'what is useless by now is not sent, and the log says so');

select * from finish();
rollback;
