-- Reminders follow the booking: scheduled, moved, deleted, and enqueued when due; voided only after that.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- A booking straight in the table, at a whole minute, so that times compare.
create function pg_temp.book(p_name text, p_in interval, p_status text default 'confirmed', p_person text default 'employee') returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_name), pg_temp.id(p_person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    now() + p_in, now() + p_in + interval '50 minutes', p_status);
$$;
create function pg_temp.reminders(p_name text) returns text[] language sql as $$
  select coalesce(array_agg(format('%s %s', lead_minutes, status) order by lead_minutes desc, status desc), '{}')
  from public.booking_reminders where booking_id = pg_temp.id(p_name);
$$;
create function pg_temp.due(p_name text) returns interval[] language sql as $$
  select coalesce(array_agg(remind_at - now() order by remind_at), '{}')
  from public.booking_reminders where booking_id = pg_temp.id(p_name) and status = 'scheduled';
$$;
grant execute on all functions in schema pg_temp to public;

-- Scheduled
select pg_temp.book('b1', '3 days');
select is(pg_temp.reminders('b1'), '{1440 scheduled,60 scheduled}'::text[], 'a confirmed booking is announced a day and an hour ahead');
select is(pg_temp.due('b1'), '{2 days, 2 days 23 hours}'::interval[], 'at instants counted back from its start');
select pg_temp.book('b2', '5 hours');
select is(pg_temp.reminders('b2'), '{60 scheduled}'::text[], 'what would already have been due is not made up for');
select pg_temp.book('b3', '10 days', 'held');
select is(pg_temp.reminders('b3'), '{}'::text[], 'a held slot is not announced');
update public.bookings set status = 'confirmed' where id = pg_temp.id('b3');
select is(pg_temp.reminders('b3'), '{1440 scheduled,60 scheduled}'::text[], 'once confirmed it is');

-- Moved and deleted before they are due
update public.bookings set starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day' where id = pg_temp.id('b1');
select is(pg_temp.reminders('b1'), '{1440 scheduled,60 scheduled}'::text[], 'moving a booking makes no new reminders');
select is(pg_temp.due('b1'), '{3 days, 3 days 23 hours}'::interval[], 'but moves them');
update public.bookings set starts_at = now() + interval '8 hours', ends_at = now() + interval '9 hours' where id = pg_temp.id('b1');
select is(pg_temp.reminders('b1'), '{60 scheduled}'::text[], 'moved closer, the one whose time has passed is gone');
update public.bookings set starts_at = now() + interval '5 days', ends_at = now() + interval '5 days 1 hour' where id = pg_temp.id('b1');
select is(pg_temp.due('b1'), '{4 days, 4 days 23 hours}'::interval[], 'moved away again, it is back');
update public.bookings set status = 'cancelled' where id = pg_temp.id('b3');
select is(pg_temp.reminders('b3'), '{}'::text[], 'a cancelled booking is not announced');
select private.sync_booking_reminders(array[pg_temp.id('b1'), pg_temp.id('b3')]) \g /dev/null
select is(pg_temp.due('b1'), '{4 days, 4 days 23 hours}'::interval[], 'looking again changes nothing');

-- Lead times of one's own
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('employee'), '{30,30,120}');
select is(pg_temp.due('b1'), '{4 days 22 hours, 4 days 23:30:00}'::interval[], 'new lead times hold for sessions booked already');
update public.notification_preferences set reminder_lead_minutes = '{}' where user_id = pg_temp.id('employee');
select is(pg_temp.due('b1'), '{}'::interval[], 'none means none');
select is(pg_temp.reminders('b1'), '{}'::text[], 'and what was never sent leaves nothing behind, however often one changes one''s mind');
delete from public.notification_preferences where user_id = pg_temp.id('employee');
select is(pg_temp.due('b1'), '{4 days, 4 days 23 hours}'::interval[], 'without preferences the defaults are back');

-- Due: b2 starts in five hours
delete from public.booking_reminders where booking_id <> pg_temp.id('b2');
update public.profiles set locale = 'de', time_zone = 'Europe/Berlin' where id = pg_temp.id('employee');
select is(pg_temp.claim(now() + interval '3 hours 59 minutes', p_stream => 'reminder') -> 'batches', '[]'::jsonb, 'nothing is sent before its time');
select is(pg_temp.claim(now() + interval '4 hours') -> 'batches', '[]'::jsonb, 'nor by the mail stream');
select pg_temp.claim(now() + interval '4 hours', p_stream => 'reminder') as claim \gset
select :'claim'::jsonb -> 'batches' -> 0 -> 'mails' -> 0 as mail \gset
select is(:'mail'::jsonb -> 'variables', jsonb_build_object(
  'recipient_name', 'Employee', 'specialist_name', 'specialist', 'session_type_name', 'Talk',
  'starts_at', to_char((now() + interval '5 hours') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'duration_minutes', 50
), 'the mail knows when, how long, what, with whom');
select is(:'mail'::jsonb - array['variables', 'id', 'template_id', 'unsubscribe'],
  '{"to": "employee@people.test", "locale": "de", "time_zone": "Europe/Berlin", "category": "reminder", "token": null}'::jsonb, 'and in whose language and zone');
select is(pg_temp.reminders('b2'), '{60 enqueued}'::text[], 'the reminder is handed over');
select is(private.enqueue_due_reminders(100, now() + interval '4 hours'), 0, 'once');
select is((select count(*) from private.email_log where booking_reminder_id is not null), 1::bigint, 'there is one mail of it');
select pg_temp.settle(:'claim', '{"outcome": "sent"}') \g /dev/null

-- Changed after it was sent: the new time is announced as well
update public.bookings set starts_at = now() + interval '1 day', ends_at = now() + interval '1 day 1 hour' where id = pg_temp.id('b2');
select is(pg_temp.reminders('b2'), '{60 voided,60 scheduled}'::text[], 'a booking that moves after its reminder is announced again, and what was sent stays');
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('employee'), '{}');
select is(pg_temp.reminders('b2'), '{60 voided}'::text[], 'also when no more reminders are wanted');
delete from public.notification_preferences where user_id = pg_temp.id('employee');
-- Changed between enqueueing and claiming
select is(private.enqueue_due_reminders(100, now() + interval '23 hours'), 1, 'the reminder of the new time is queued');
update public.bookings set status = 'cancelled' where id = pg_temp.id('b2');
select pg_temp.claim(now() + interval '23 hours', p_stream => 'reminder') as claim \gset
select is(:'claim'::jsonb -> 'batches', '[]'::jsonb, 'cancelled in between, it is not sent');
select is(:'claim'::jsonb -> 'skipped', '1'::jsonb, 'but skipped');
select is((select array_agg(error_code order by id) from private.email_log where booking_reminder_id is not null), '{null,booking_changed}'::text[], 'as the log says');

-- After an outage
select pg_temp.book('b4', '3 hours');
select pg_temp.book('b5', '6 hours');
create function pg_temp.fates(variadic p_names text[]) returns text[] language sql as $$
  select array_agg(coalesce(l.error_code, l.status) order by array_position(p_names, n), r.lead_minutes desc)
  from unnest(p_names) n join public.booking_reminders r on r.booking_id = pg_temp.id(n) left join private.email_log l on l.booking_reminder_id = r.id;
$$;
select pg_temp.settle(pg_temp.claim(now() + interval '5 hours 30 minutes', p_stream => 'reminder'), '{"outcome": "sent"}') \g /dev/null
select is(pg_temp.fates('b4', 'b5'), '{too_late,sent}'::text[], 'after an outage, what still lies ahead is announced, and of what has begun the log says that it was too late');
select pg_temp.book('b9', '9 hours');
select is(private.enqueue_due_reminders(100, now() + interval '8 hours'), 1, 'a reminder is queued');
select pg_temp.claim(now() + interval '9 hours', p_stream => 'reminder') \g /dev/null
select is(pg_temp.fates('b9'), '{too_late}'::text[], 'which is not sent either once its session has begun');

-- Quiet hours defer, switched off skips
select pg_temp.book('b6', '30 hours', p_person => 'colleague');
insert into public.notification_preferences (user_id, reminder_email) values (pg_temp.id('colleague'), false);
select is(pg_temp.claim(now() + interval '6 hours', p_stream => 'reminder') -> 'skipped', '1'::jsonb, 'who wants no reminders gets none');

-- Erasure and visibility
select pg_temp.book('b7', '3 days', p_person => 'manager');
delete from auth.users where id = pg_temp.id('manager');
select is(pg_temp.reminders('b7'), '{}'::text[], 'a person who is gone is not reminded');
select pg_temp.book('b8', '4 days');
select pg_temp.act_as('employee');
select isnt_empty($$select remind_at from public.booking_reminders$$, 'a person sees their reminders');
select pg_temp.act_as('specialist');
select is_empty($$select from public.booking_reminders$$, 'the specialist does not');
select pg_temp.act_as('company_admin');
select is_empty($$select from public.booking_reminders$$, 'nor the employer');
select pg_temp.act_as('platform_admin');
select is_empty($$select from public.booking_reminders$$, 'nor a platform admin');

select * from finish();
rollback;
