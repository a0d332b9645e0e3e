-- The waiting list where times fall free one after the other, where people leave it without saying so, and where a time is free behind many others.
begin;
\ir ../setup/people.psql
\ir ../setup/answer.psql
select no_plan();

-- From hour to hour, of which the first three are taken.
delete from public.specialist_working_hours;
insert into public.specialist_booking_rules (specialist_id, step_minutes) values (pg_temp.id('specialist:specialist'), 60), (pg_temp.id('other_specialist:specialist'), 5);
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('specialist:specialist'), d, '09:00', '14:00', current_date - 30 from generate_series(1, 7) d;

create function pg_temp.at(p_hour int, p_day int default 7) returns timestamptz language sql stable as $$
  select ((now() at time zone 'UTC')::date + p_day + make_interval(hours => p_hour)) at time zone 'UTC';
$$;
create function pg_temp.day(p_n int) returns date language sql stable as $$ select (now() at time zone 'UTC')::date + p_n; $$;
-- One after the other, though it is all one transaction. Nothing in this file is free for them by itself.
create function pg_temp.waits(p_who text, p_from time default '00:00', p_until time default '24:00') returns void language sql as $$
  insert into public.waiting_list_entries (user_id, specialist_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, joined_at, expires_at)
  values (
    pg_temp.id(p_who), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), 'UTC', pg_temp.day(7), pg_temp.day(7), '{1,2,3,4,5,6,7}', p_from, p_until,
    clock_timestamp(), pg_temp.at(24)
  );
$$;
create function pg_temp.moves(p_from int, p_to int) returns text language sql as $$
  select pg_temp.answer('foreign_employee', format('select status from public.reschedule_booking(%L, %L)', pg_temp.id('taken-' || p_from), pg_temp.at(p_to)));
$$;
create function pg_temp.held_by() returns text language sql stable as $$
  select string_agg(split_part(p.email, '@', 1) || to_char(b.starts_at at time zone 'UTC', ' HH24'), ', ' order by b.starts_at)
  from public.bookings b join public.profiles p on p.id = b.employee_id where b.status = 'held';
$$;
create function pg_temp.hours_of(p_status text) returns text[] language sql stable as $$
  select array_agg(to_char(starts_at at time zone 'UTC', 'HH24') order by starts_at) from public.bookings where employee_id = pg_temp.id('foreign_employee') and status = p_status;
$$;
grant execute on all functions in schema pg_temp to public;
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('taken-' || h), pg_temp.id('foreign_employee'), pg_temp.id('south'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  pg_temp.at(h), pg_temp.at(h) + interval '50 minutes', 'confirmed'
from generate_series(9, 11) h;
savepoint fresh;

-- A session that leaves several times ---------------------------------------------------------

select pg_temp.waits('employee', p_until => '10:00'), pg_temp.waits('colleague', '12:00', '13:00') \g /dev/null
select is(pg_temp.moves(9, 12), 'confirmed', 'a session moves');
select is(pg_temp.moves(9, 13), 'confirmed', 'and on, before anybody came by');
select is(private.job_offer_freed_times(now()), 2::bigint, 'each time that it left');
select is(pg_temp.held_by(), 'employee 09, colleague 12', 'is held for who waits for it');

rollback to fresh;
select pg_temp.waits('employee', p_until => '10:00') \g /dev/null
select is(pg_temp.moves(9, 12), 'confirmed', 'a session moves');
select is(pg_temp.answer('foreign_employee', format('select status from public.cancel_booking(%L)', pg_temp.id('taken-9'))), 'cancelled', 'and is cancelled');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'the time that it left before is held, too');

-- What is withheld with it is what it still keeps, each once: its specialist would reopen one, and the other would keep the time all the same.
rollback to fresh;
select pg_temp.waits('employee', p_until => '10:00') \g /dev/null
select is(pg_temp.moves(9, 12), 'confirmed', 'a session moves');
update public.company_members set status = 'removed' where user_id = pg_temp.id('foreign_employee');
select private.job_cancel_ended_sessions(now() + interval '2 days') \g /dev/null
select is(
  (select array_agg(to_char(starts_at at time zone 'UTC', 'HH24') order by starts_at) from public.specialist_freed_times), '{10,11,12}',
  'with its person what it kept is withheld, and not what it had left'
);
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'which is held for who waits');
update public.company_members set status = 'removed' where user_id = pg_temp.id('employee');
select private.job_cancel_ended_sessions(now() + interval '2 days') \g /dev/null
select is((select count(*) from public.specialist_freed_times where starts_at = pg_temp.at(9)), 1::bigint, 'and withheld once when they are removed as well');

-- New zone data: sessions side by side move into each other's times --------------------------

rollback to fresh;
select pg_temp.waits('employee') \g /dev/null
update public.bookings set wall_starts_at = wall_starts_at + interval '1 hour' where employee_id = pg_temp.id('foreign_employee');
select is(private.job_mend_zone_drift(now()), 3::bigint, 'sessions move to when they were agreed, though somebody waits for the times that they leave');
select is(pg_temp.hours_of('confirmed'), '{10,11,12}', 'each of them');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'and what is left of it is held for who waits');

-- A long time, for more than one ---------------------------------------------------------------

rollback to fresh;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.id('long'), pg_temp.id('mind'), 'coaching', 'Long', 110);
update public.bookings set status = 'cancelled' where id = any (array[pg_temp.id('taken-9'), pg_temp.id('taken-10')]);
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
values (pg_temp.id('long-one'), pg_temp.id('manager'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('long'), pg_temp.at(9), pg_temp.at(9) + interval '110 minutes', 'confirmed');
select pg_temp.waits('employee', p_from => '10:00'), pg_temp.waits('colleague') \g /dev/null
select is(pg_temp.answer('manager', format('select status from public.cancel_booking(%L)', pg_temp.id('long-one'))), 'cancelled', 'a session of two hours is cancelled');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 10', 'the first in line is offered one of them');
select is(
  pg_temp.answer('foreign_admin', format('select status from public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(9))), 'slot_taken',
  'the other is kept'
);
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'colleague 09, employee 10', 'for the next');
select private.job_offer_freed_times(now()) \g /dev/null
select is((select count(*) from private.freed_for_waiting where ready_at <= now()), 0::bigint, 'and what is too short for anybody is nobody''s');

-- Who cannot sign in --------------------------------------------------------------------------

rollback to fresh;
select pg_temp.waits('employee', p_until => '10:00'), pg_temp.waits('colleague', p_until => '10:00') \g /dev/null
insert into public.recurring_bookings (id, employee_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone, look_at)
select pg_temp.id('series'), pg_temp.id('employee'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  format('FREQ=WEEKLY;BYDAY=%s;COUNT=2', upper(left(to_char(pg_temp.day(8), 'FMDay'), 2))), pg_temp.day(8) + time '09:00', 'UTC', now();
-- As an erasure begins, which may then wait for a hold to be lifted.
update auth.users set banned_until = now() + interval '100 years' where id = pg_temp.id('employee');
update public.bookings set status = 'cancelled' where id = pg_temp.id('taken-9');
select is(private.job_offer_freed_times(now()), 1::bigint, 'a time falls free');
select is(pg_temp.held_by(), 'colleague 09', 'and is not held for who could not take it');
select is((select status from public.waiting_list_entries where user_id = pg_temp.id('employee')), 'waiting', 'who keeps their place');
select is(private.job_book_series(now()), 2::bigint, 'a series of theirs');
select is((select array_agg(distinct outcome::text) from public.recurring_booking_occurrences where series_id = pg_temp.id('series')), '{waiting}', 'waits');
update auth.users set banned_until = null where id = pg_temp.id('employee');
update public.recurring_booking_occurrences set next_try_at = now() where series_id = pg_temp.id('series');
update public.recurring_bookings set look_at = now() where id = pg_temp.id('series');
select private.job_book_series(now()) \g /dev/null
select is((select array_agg(distinct outcome::text) from public.recurring_booking_occurrences where series_id = pg_temp.id('series')), '{booked}', 'and goes on when they are back');

-- A free time behind more than a thousand others ----------------------------------------------

rollback to fresh;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('other_specialist:specialist'), d, '00:00', '24:00', current_date - 30 from generate_series(1, 7) d;
create function pg_temp.joins(p_weekday int, p_from time, p_until time) returns text language sql as $$
  select pg_temp.answer('employee', format(
    'select status from public.join_waiting_list(%L, %L, p_session_type_id => %L, p_weekdays => array[%s]::smallint[], p_from_time => %L, p_until_time => %L)',
    pg_temp.day(1), pg_temp.day(9), pg_temp.id('talk'), p_weekday, p_from, p_until
  ));
$$;
select is(pg_temp.joins(extract(isodow from pg_temp.day(7))::int, '22:00', '23:00'), 'times_are_free', 'nobody waits for what is free, however much is free before it');
select is(pg_temp.joins(extract(isodow from pg_temp.day(7))::int, '22:00', '22:30'), 'waiting', 'and who wants what there is not, waits');

select * from finish();
rollback;
