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
create function pg_temp.reminders(p_name text, p_person text default 'employee') returns text[] language sql as $$
  select coalesce(array_agg(format('%s %s', lead_minutes, status) order by lead_minutes desc, status desc), '{}')
  from public.booking_reminders where booking_id = pg_temp.id(p_name) and user_id = pg_temp.id(p_person);
$$;
create function pg_temp.due(p_name text, p_person text default 'employee') returns interval[] language sql as $$
  select coalesce(array_agg(remind_at - now() order by remind_at), '{}')
  from public.booking_reminders where booking_id = pg_temp.id(p_name) and user_id = pg_temp.id(p_person) and status = 'scheduled';
$$;
grant execute on all functions in schema pg_temp to public;

-- Scheduled
select pg_temp.book('b1', '3 days');
select is(pg_temp.reminders('b1'), '{1440 scheduled,60 scheduled}'::text[], 'a confirmed booking is announced a day and an hour ahead');
select is(pg_temp.due('b1'), '{2 days, 2 days 23 hours}'::interval[], 'at instants counted back from its start');
select is(pg_temp.due('b1', 'specialist'), '{2 days, 2 days 23 hours}'::interval[], 'to its specialist as well');
select pg_temp.book('b2', '5 hours');
select is(pg_temp.reminders('b2'), '{60 scheduled}'::text[], 'what would already have been due is not made up for');
select is(pg_temp.reminders('b2', 'specialist'), '{60 scheduled}'::text[], 'for neither: that it is booked was just mailed');
select pg_temp.book('b3', '10 days', 'held');
select is(pg_temp.reminders('b3') || pg_temp.reminders('b3', 'specialist'), '{}'::text[], 'a held slot is not announced');
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
select is(pg_temp.reminders('b3') || pg_temp.reminders('b3', 'specialist'), '{}'::text[], 'a cancelled booking is not announced');
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
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('specialist'), '{2880}');
select is(pg_temp.due('b1', 'specialist'), '{3 days}'::interval[], 'a specialist has lead times of their own');
select is(pg_temp.due('b1'), '{4 days, 4 days 23 hours}'::interval[], 'which are nobody else''s');
update public.notification_preferences set reminder_lead_minutes = '{60}' where user_id = pg_temp.id('specialist');

-- In wall time: whole days are days of the person's wall, what is left of a lead is elapsed
select is(
  array(select to_char(private.reminder_at(a::timestamptz, m, z) at time zone z, 'DD HH24:MI') from (values
    ('2028-03-26 09:00+02', 1440, 'Europe/Berlin'), ('2028-10-29 09:00+01', 1440, 'Europe/Berlin'), ('2028-10-29 09:00+01', 10080, 'Europe/Berlin'),
    ('2028-03-26 03:30+02', 60, 'Europe/Berlin'), ('2028-03-26 09:00+02', 1500, 'Europe/Berlin'), ('2028-03-27 02:30+02', 1440, 'Europe/Berlin'),
    ('2028-04-02 09:00+10:30', 1440, 'Australia/Lord_Howe'), ('2028-11-05 01:30-05', 1440, 'America/New_York')
  ) c (a, m, z)),
  '{25 09:00,28 09:00,22 09:00,26 01:30,25 08:00,26 03:30,01 09:00,04 01:30}'::text[], 'a day before is the same time on the wall, an hour before sixty minutes'
);

-- Due: b2 starts in five hours
update public.notification_preferences set reminder_lead_minutes = '{}' where user_id = pg_temp.id('specialist');
delete from public.booking_reminders where booking_id <> pg_temp.id('b2');
update public.profiles set locale = 'de', time_zone = 'Europe/Berlin' where id = pg_temp.id('employee');
select is(pg_temp.claim(now() + interval '3 hours 59 minutes', p_stream => 'reminder') -> 'batches', '[]'::jsonb, 'nothing is sent before its time');
select is(pg_temp.claim(now() + interval '4 hours') @? '$.batches[*].mails[*] ? (@.category == "reminder")', false, 'nor by the mail stream');
select pg_temp.claim(now() + interval '4 hours', p_stream => 'reminder') as claim \gset
select :'claim'::jsonb -> 'batches' -> 0 -> 'mails' -> 0 as mail \gset
select is(:'mail'::jsonb -> 'variables', jsonb_build_object(
  'recipient_name', 'Employee', 'other_name', 'specialist', 'session_type_name', 'Talk',
  'starts_at', to_char((now() + interval '5 hours') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'duration_minutes', 50, 'video', true, 'phone', false, 'in_person', false, 'place_detail', null
), 'the mail knows when, how long, what, with whom, where');
select is(:'mail'::jsonb - array['variables', 'id', 'template_id', 'unsubscribe'],
  '{"to": "employee@people.test", "locale": "de", "time_zone": "Europe/Berlin", "category": "reminder", "token": null}'::jsonb, 'and in whose language and zone');
select is(pg_temp.reminders('b2'), '{60 enqueued}'::text[], 'the reminder is handed over');
select is(private.enqueue_due_reminders(100, now() + interval '4 hours'), 0, 'once');
select is((select count(*) from private.email_log where booking_reminder_id is not null), 1::bigint, 'there is one mail of it');
select pg_temp.settle(:'claim', '{"outcome": "sent"}') \g /dev/null

-- Changed after it was sent: the new time is announced as well
update public.bookings set starts_at = now() + interval '22 hours', ends_at = now() + interval '23 hours' where id = pg_temp.id('b2');
select is(pg_temp.reminders('b2'), '{60 voided,60 scheduled}'::text[], 'a booking that moves after its reminder is announced again, and what was sent stays');
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('employee'), '{}');
select is(pg_temp.reminders('b2'), '{60 voided}'::text[], 'also when no more reminders are wanted');
delete from public.notification_preferences where user_id = pg_temp.id('employee');
-- Changed between enqueueing and claiming
select is(private.enqueue_due_reminders(100, now() + interval '21 hours'), 1, 'the reminder of the new time is queued');
update public.bookings set status = 'cancelled' where id = pg_temp.id('b2');
select pg_temp.claim(now() + interval '21 hours', p_stream => 'reminder') as claim \gset
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

-- Both, and of each the latest: the one's is not the other's newer one
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('colleague'), '{120,30}');
update public.notification_preferences set reminder_lead_minutes = '{90,60}' where user_id = pg_temp.id('specialist');
update public.profiles set display_name = 'Col League' where id = pg_temp.id('colleague');
select pg_temp.book('c1', '50 hours', p_person => 'colleague');
update public.bookings set place_kind = 'in_person', place_detail = '12 Larkspur Street' where id = pg_temp.id('c1');
create function pg_temp.reminded(p_name text) returns table (whom text, fate text, other_name text) language sql as $$
  select replace(l.recipient, '@people.test', '') || ' ' || r.lead_minutes, coalesce(l.error_code, l.status), l.variables ->> 'other_name'
  from public.booking_reminders r join private.email_log l on l.booking_reminder_id = r.id where r.booking_id = pg_temp.id(p_name);
$$;
select pg_temp.claim(now() + interval '49 hours 20 minutes', p_stream => 'reminder') as claim \gset
select pg_temp.settle(:'claim', '{"outcome": "sent"}') \g /dev/null
select set_eq(
  $$select * from pg_temp.reminded('c1')$$,
  $$values ('colleague 120', 'sent', 'specialist'), ('specialist 90', 'newer_reminder', 'Col League'), ('specialist 60', 'sent', 'Col League')$$,
  'of what an outage held back each of the two gets the latest, which names the other'
);
select is(
  :'claim'::jsonb #> '{batches,0,mails,0,variables}' @> '{"in_person": true, "video": false, "place_detail": "12 Larkspur Street"}', true, 'and says where'
);
select pg_temp.settle(pg_temp.claim(now() + interval '49 hours 30 minutes', p_stream => 'reminder'), '{"outcome": "sent"}') \g /dev/null
select is((select fate from pg_temp.reminded('c1') where whom = 'colleague 30'), 'sent', 'what is due later is sent later');
select pg_temp.book('c2', '70 hours', p_person => 'colleague');
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select pg_temp.claim(now() + interval '69 hours 30 minutes', p_stream => 'reminder') \g /dev/null
select results_eq($$select other_name from pg_temp.reminded('c2') where whom = 'specialist 60'$$, $$values (null::text)$$, 'a specialist who is suspended learns no name');
select results_eq($$select other_name from pg_temp.reminded('c2') where whom = 'colleague 30'$$, $$values ('specialist')$$, 'the employee does');
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist');
delete from public.notification_preferences;
delete from public.booking_reminders;

-- Quiet hours defer, switched off skips
insert into public.notification_preferences (user_id, reminder_lead_minutes) values (pg_temp.id('specialist'), '{}');
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
select is_empty($$select from public.booking_reminders$$, 'which are not those of the specialist');
select pg_temp.act_as('company_admin');
select is_empty($$select from public.booking_reminders$$, 'nor the employer');
select pg_temp.act_as('platform_admin');
select is_empty($$select from public.booking_reminders$$, 'nor a platform admin');

select * from finish();
rollback;
