-- Both are told: every step of a booking, by everybody who may take it, mails the two what private.booking_notices says,
-- once, and nobody else.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- Acts on rows directly, in somebody's name: what is told hangs on the row, whichever function changed it.
create function pg_temp.in_the_name_of(p_actor text) returns void language plpgsql as $$
begin
  if p_actor = 'system' then
    perform pg_temp.act_as_owner();
  else
    perform pg_temp.act_as(case p_actor when 'admin' then 'platform_admin' else p_actor end);
    perform set_config('role', session_user, true);
  end if;
end;
$$;
create sequence pg_temp.hours start 30;
create function pg_temp.make(p_status text, p_in interval default null, p_employee text default 'employee') returns uuid language sql as $$
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(p_employee), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), s, s + interval '50 minutes', p_status
  from (select date_trunc('hour', now()) + coalesce(p_in, nextval('pg_temp.hours') * interval '1 hour')) n (s)
  returning id;
$$;
create function pg_temp.last_entry(p_booking_id uuid) returns uuid language sql as $$
  select id from public.booking_status_history where booking_id = p_booking_id order by created_at desc limit 1;
$$;
create function pg_temp.propose(p_booking_id uuid, p_by text) returns void language sql as $$
  insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
  select id, p_by, starts_at + interval '10 minutes', ends_at + interval '10 minutes', busy_from, busy_until, now() + interval '3 hours' from public.bookings where id = p_booking_id;
$$;
grant usage on sequence pg_temp.hours to public;

create function pg_temp.step(p_old text, p_new text, p_actor text) returns uuid language plpgsql as $$
declare
  v_id uuid;
begin
  perform pg_temp.in_the_name_of(case when p_old = 'none' then p_actor else 'system' end);
  v_id := pg_temp.make(case when p_old = 'none' then p_new when p_old in ('completed', 'no_show') then 'confirmed' else p_old end);
  if p_old in ('completed', 'no_show') then
    update public.bookings set status = p_old where id = v_id;
  end if;
  if p_old <> 'none' then
    perform pg_temp.in_the_name_of(p_actor);
    update public.bookings set status = p_new, status_category = case when p_actor = 'admin' then 'by_the_platform' end,
      starts_at = starts_at + (p_old = p_new)::int * interval '5 minutes', ends_at = ends_at + (p_old = p_new)::int * interval '5 minutes'
    where id = v_id;
  end if;
  perform pg_temp.in_the_name_of('system');
  return pg_temp.last_entry(v_id);
end;
$$;
create function pg_temp.beside(p_event text, p_actor text) returns uuid language plpgsql as $$
declare
  v_id constant uuid := pg_temp.make('confirmed');
begin
  if p_event <> 'placed' then
    perform pg_temp.in_the_name_of(case when p_event = 'proposed' then p_actor else 'specialist' end);
    perform pg_temp.propose(v_id, case when p_event = 'proposed' then p_actor when p_actor = 'specialist' then 'employee' else 'specialist' end);
  end if;
  perform pg_temp.in_the_name_of(p_actor);
  case p_event
    when 'placed' then update public.bookings set place_detail = 'elsewhere' where id = v_id;
    when 'proposal_declined' then update public.booking_proposals set status = 'declined', answered_at = now() where booking_id = v_id;
    when 'proposal_lapsed' then update public.booking_proposals set status = 'expired', answered_at = now() where booking_id = v_id;
    else null;
  end case;
  perform pg_temp.in_the_name_of('system');
  return pg_temp.last_entry(v_id);
end;
$$;

-- The whole table ---------------------------------------------------------------------------------

create temporary table walked as
  select t.event, a.actor, pg_temp.step(t.old_status, t.new_status, a.actor) as entry
  from private.booking_transitions t cross join unnest(t.actors) a (actor);
insert into walked select e.event, e.actor, pg_temp.beside(e.event, e.actor)
from (values
  ('proposed', 'employee'), ('proposed', 'specialist'), ('proposal_declined', 'employee'), ('proposal_declined', 'specialist'),
  ('proposal_lapsed', 'system'), ('placed', 'specialist')
) e (event, actor);

select set_eq(
  $$select w.event, w.actor from walked w$$, $$select h.event, h.actor from public.booking_status_history h join walked w on w.entry = h.id$$,
  'each step is in the history as what it is, by whoever took it'
);
select set_eq(
  $$select distinct event from walked except select event from private.booking_notices$$,
  $$values ('held'), ('released'), ('completed'), ('missed'), ('corrected')$$, 'these are told to nobody'
);
select is_empty($$select event from private.booking_notices except select event from walked$$, 'all others are walked');
select set_eq(
  $$select w.event, w.actor, split_part(l.dedupe_key, ':', 3), l.recipient::text, l.template_key
    from walked w join private.email_log l on split_part(l.dedupe_key, ':', 2) = w.entry::text$$,
  $$select w.event, w.actor, n.party, n.party || '@people.test', n.template_key from walked w join private.booking_notices n using (event)$$,
  'each of the two gets the mail that the table has for the event, whoever acted'
);
select is(
  (select count(*) from private.email_log l join walked w on split_part(l.dedupe_key, ':', 2) = w.entry::text),
  (select count(*) from walked join private.booking_notices using (event)), 'once'
);
select is_empty(
  $$select dedupe_key, template_key from private.email_log where template_key like 'booking%' and recipient like '%@people.test' and dedupe_key !~ '^booking:[0-9a-f-]{36}:(employee|specialist)$'$$,
  'and there is no other way to be mailed of a booking'
);
select is_empty(
  $$select w.*, l.variables from walked w join private.email_log l on split_part(l.dedupe_key, ':', 2) = w.entry::text
    where (l.variables ->> 'by_you')::boolean <> (split_part(l.dedupe_key, ':', 3) = w.actor)
      or (l.variables ->> 'by_us')::boolean <> (w.actor in ('admin', 'system'))
      or (l.variables ->> 'to_specialist')::boolean <> (split_part(l.dedupe_key, ':', 3) = 'specialist')$$,
  'a mail says rightly who took the step, and to whom it speaks'
);
select is_empty(
  $$select l.template_key, k.samples, l.variables from private.email_log l join public.email_kinds k on k.key = l.template_key
    where l.template_key like 'booking%' and (
      array(select jsonb_object_keys(k.samples) order by 1) <> array(select jsonb_object_keys(l.variables - 'calendar') order by 1)
      or exists (select from jsonb_each(l.variables) v where v.value in ('null', 'false') and v.key <> all (k.optional))
    )$$, 'each has the variables that its kind declares, and only what may be nothing is nothing'
);
select set_eq(
  $$select w.event, l.variables #>> '{calendar,method}' from walked w join private.email_log l on split_part(l.dedupe_key, ':', 2) = w.entry::text where l.variables ? 'calendar'$$,
  $$values ('booked', 'REQUEST'), ('accepted', 'REQUEST'), ('moved', 'REQUEST'), ('placed', 'REQUEST'), ('cancelled', 'CANCEL')$$,
  'what is in calendars goes there with the mail'
);
select is_empty($$select from private.email_log where template_key like 'booking%' and category <> 'booking'$$, 'none can be switched off');

-- In the zone and language of each ------------------------------------------------------------------

create function pg_temp.told(p_booking_id uuid, p_event text) returns table (recipient text, variables jsonb, priority int, ready boolean) language sql as $$
  select split_part(l.dedupe_key, ':', 3), l.variables, q.priority, q.ready_in is not null
  from public.booking_status_history h
  join private.email_log l on split_part(l.dedupe_key, ':', 2) = h.id::text
  left join private.email_queue q on q.mail_id = l.id
  where h.booking_id = p_booking_id and h.event = p_event order by 1;
$$;
create function pg_temp.nothing_queued() returns void language sql as $$
  delete from private.email_queue where true;
  delete from private.email_batches where true;
$$;
update public.profiles set locale = 'de', time_zone = 'America/New_York' where id = pg_temp.id('employee');
update public.profiles set time_zone = 'Asia/Tokyo' where id = pg_temp.id('specialist');
insert into public.notification_preferences (user_id, account_email, reminder_email, agenda_email)
select pg_temp.id(p), false, false, false from unnest(array['employee', 'specialist']) p;
select pg_temp.nothing_queued() \g /dev/null
select pg_temp.make('confirmed') as booking \gset
select set_eq(
  $$select m ->> 'to' as a, m ->> 'locale' as b, m ->> 'time_zone' as c from jsonb_path_query(pg_temp.claim(), '$.batches[*].mails[*]') m$$,
  $$values ('employee@people.test', 'de', 'America/New_York'), ('specialist@people.test', 'en', 'Asia/Tokyo')$$,
  'both are mailed in their language and zone, also who has switched all mail off'
);

-- What each learns of the other ---------------------------------------------------------------------

select results_eq(
  format($$select recipient, variables ->> 'other_name' from pg_temp.told(%L, 'booked')$$, :'booking'),
  $$values ('employee', 'specialist'), ('specialist', 'Employee')$$, 'each learns the name of the other'
);
select pg_temp.in_the_name_of('employee') \g /dev/null
update public.bookings set status = 'cancelled', status_reason = E'I am ill.\n\n  Your account is locked:\tcall me' where id = :'booking';
select results_eq(
  format($$select recipient, variables ->> 'reason' from pg_temp.told(%L, 'cancelled')$$, :'booking'),
  $$values ('employee', 'I am ill. Your account is locked: call me'), ('specialist', 'I am ill. Your account is locked: call me')$$, 'a reason stays on one line'
);
select pg_temp.in_the_name_of('system'), pg_temp.make('confirmed') as booking \gset
update public.bookings set status = 'cancelled', status_reason = E'I am \u202Eill.' where id = :'booking';
select is_empty(format($$select from pg_temp.told(%L, 'cancelled') where variables ->> 'reason' is not null$$, :'booking'), 'and one that turns letters around is not quoted');
select pg_temp.make('confirmed') as booking \gset
update public.bookings set place_kind = 'video', place_detail = 'https://video.example/room' where id = :'booking';
update public.bookings set place_kind = 'phone', place_detail = '+49 30 1234' where id = :'booking';
select set_eq(
  format($$select variables ->> 'video' as a, variables ->> 'phone' as b, variables ->> 'place_detail' as c from pg_temp.told(%L, 'placed')$$, :'booking'),
  $$values ('true', 'false', null), ('false', 'true', '+49 30 1234')$$, 'a number is in the mail, the link of a video on the page alone'
);
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select pg_temp.in_the_name_of('employee') \g /dev/null
update public.bookings set status = 'cancelled', status_reason = 'Emma is ill.' where id = :'booking';
select results_eq(
  format($$select recipient, variables ->> 'other_name' as a, variables ->> 'reason' as b from pg_temp.told(%L, 'cancelled')$$, :'booking'),
  $$values ('employee', 'specialist', 'Emma is ill.'), ('specialist', null, null)$$, 'a specialist who is suspended learns neither name nor words'
);
select pg_temp.in_the_name_of('system'), pg_temp.make('confirmed') as booking \gset
select pg_temp.in_the_name_of('admin') \g /dev/null
update public.bookings set status = 'cancelled', status_reason = 'The specialist is not with us any more.', status_category = 'by_the_platform' where id = :'booking';
select results_eq(
  format($$select recipient, variables ->> 'reason' from pg_temp.told(%L, 'cancelled')$$, :'booking'),
  $$values ('employee', 'The specialist is not with us any more.'), ('specialist', 'The specialist is not with us any more.')$$, 'of ours they do'
);
select pg_temp.in_the_name_of('system') \g /dev/null
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist');

-- Late: it counts, for the employee
select pg_temp.make('confirmed', '3 hours') as booking \gset
select pg_temp.in_the_name_of('employee') \g /dev/null
update public.bookings set status = 'cancelled' where id = :'booking';
select results_eq(
  format($$select recipient, variables ->> 'counts' from pg_temp.told(%L, 'cancelled')$$, :'booking'),
  $$values ('employee', 'true'), ('specialist', 'false')$$, 'who cancels late is told that it counts'
);
select pg_temp.in_the_name_of('system') \g /dev/null

-- Whoever is gone is not waited for, and the other is told
select pg_temp.make('confirmed', '400 hours', 'manager') as booking \gset
delete from auth.users where id = pg_temp.id('manager');
update public.bookings set status = 'cancelled' where id = :'booking';
select results_eq(
  format($$select recipient, variables ->> 'other_name' from pg_temp.told(%L, 'cancelled')$$, :'booking'), $$values ('specialist', null)$$, 'of an erased person the other is told'
);

-- At once -------------------------------------------------------------------------------------------

delete from public.notification_preferences;
select pg_temp.nothing_queued() \g /dev/null
-- Quiet for nine hours, whatever the hour is.
insert into public.notification_preferences (user_id, mail_windows)
select pg_temp.id('employee'), pg_temp.windows(to_char(w.wall, 'HH24:00'), case when extract(hour from w.wall) >= 22 then '24:00' else to_char(w.wall + interval '2 hours', 'HH24:00') end)
from (select now() at time zone 'America/New_York' + interval '9 hours') w (wall);
select pg_temp.make('confirmed', '60 hours') as far, pg_temp.make('confirmed', '4 hours') as near \gset
select pg_temp.nothing_queued() \g /dev/null
update public.bookings set status = 'cancelled' where id in (:'far', :'near');
create temporary table claim as select pg_temp.claim() as claimed;
select set_eq(
  $$select m ->> 'to' as a, (m #>> '{variables,starts_at}')::timestamptz - date_trunc('hour', now()) as b from claim, jsonb_path_query(claimed, '$.batches[*].mails[*]') m$$,
  $$values ('employee@people.test', interval '4 hours'), ('specialist@people.test', '4 hours'), ('specialist@people.test', '60 hours')$$,
  'a cancellation waits for the end of quiet hours only where that is early enough'
);
delete from public.notification_preferences;
select pg_temp.make('confirmed', '1 hour') as soon \gset
select set_eq(format($$select priority from pg_temp.told(%L, 'booked')$$, :'soon'), $$values (0)$$, 'near the session it goes before other mail');
select is(current_setting('evenkeel.kicked_email_dispatch', true), pg_current_xact_id()::text, 'and wakes the dispatcher');
select results_eq(
  format($$select distinct needed_by, useless_after from private.email_log where split_part(dedupe_key, ':', 2) = pg_temp.last_entry(%L)::text$$, :'far'),
  format($$select starts_at - interval '2 hours', null::timestamptz from public.bookings where id = %L$$, :'far'), 'a cancellation is never too late to be told'
);
select results_eq(
  format($$select distinct useless_after from private.email_log where split_part(dedupe_key, ':', 2) = pg_temp.last_entry(%L)::text$$, :'soon'),
  format($$select starts_at from public.bookings where id = %L$$, :'soon'), 'that it is booked is no news once it has begun'
);
select pg_temp.make('confirmed', '-5 hours') as past \gset
select is_empty(format($$select from pg_temp.told(%L, 'booked')$$, :'past'), 'nor is it queued then');

select * from finish();
rollback;
