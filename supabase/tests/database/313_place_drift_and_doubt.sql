-- What happens to a session that is booked: another place, new rules for the clocks, a specialist who may not give it.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
\ir ../setup/documents.psql
select no_plan();

delete from public.bookings;
create temporary view whole_hour as select date_trunc('hour', now()) as this;
create function pg_temp.make(p_name text, p_hours int, p_status text default 'confirmed', p_person text default 'employee') returns uuid language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(p_name), pg_temp.id(p_person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), s, s + interval '50 minutes', p_status
  from (select this + make_interval(hours => p_hours) from whole_hour) n (s)
  returning id;
$$;
create function pg_temp.place(p_person text, p_name text, p_kind text, p_detail text) returns text language plpgsql as $$
declare
  v public.bookings;
begin
  perform pg_temp.act_as(p_person);
  v := public.change_place(pg_temp.id(p_name), p_kind, p_detail);
  perform pg_temp.act_as_owner();
  return concat_ws(' ', v.place_kind, v.place_detail, v.calendar_sequence);
exception when others then
  perform pg_temp.act_as_owner();
  return sqlerrm;
end;
$$;
create function pg_temp.mails(p_name text, p_key text) returns text[] language sql as $$
  select coalesce(array_agg(replace(l.recipient, '@people.test', '') order by l.recipient, l.id), '{}')
  from private.email_log l
  where l.template_key = p_key and (
    split_part(l.dedupe_key, ':', 2) = pg_temp.id(p_name)::text
    or split_part(l.dedupe_key, ':', 2) in (select id::text from public.booking_status_history where booking_id = pg_temp.id(p_name))
  );
$$;
create function pg_temp.at(p_name text) returns interval language sql as $$
  select starts_at - this from public.bookings, whole_hour where id = pg_temp.id(p_name);
$$;
grant execute on all functions in schema pg_temp to public;

-- Another place -------------------------------------------------------------------------------------

select pg_temp.make('room', 100) \g /dev/null
select is(pg_temp.place('employee', 'room', 'phone', '+49 30 1234'), 'not_your_move', 'the place is the specialist''s to say');
select is(pg_temp.place('colleague', 'room', 'phone', '+49 30 1234'), 'booking_not_found', 'and no stranger''s');
select is(pg_temp.place('other_specialist', 'room', 'phone', '+49 30 1234'), 'booking_not_found', 'nor another specialist''s');
select is(pg_temp.place('specialist', 'room', p, d), 'invalid_place', format('%s %s is no place', p, left(d, 12)))
from (values ('here', ''), (null, ''), ('phone', null), ('phone', repeat('9', 501)), ('phone', E'1\n2')) v (p, d);
select is(pg_temp.place('specialist', 'room', 'in_person', ' 12 Larkspur Street '), 'in_person 12 Larkspur Street 1', 'they say it, and calendars learn of it');
select is(pg_temp.place('specialist', 'room', 'in_person', '12 Larkspur Street'), 'in_person 12 Larkspur Street 1', 'twice is once');
select is(pg_temp.mails('room', 'booking_placed'), '{employee,specialist}'::text[], 'both are told, once');
select results_eq(
  $$select event, actor, old_status::text, new_status::text, changed_by from public.booking_status_history where booking_id = pg_temp.id('room') order by created_at desc limit 1$$,
  $$values ('placed', 'specialist', 'confirmed', 'confirmed', pg_temp.id('specialist'))$$, 'and the history has it'
);
select is((pg_temp.make('held', 103, 'held') is not null)::text || ' ' || pg_temp.place('specialist', 'held', 'phone', '1'), 'true booking_not_found', 'of a hold there is no place to tell');
select pg_temp.make('begun', -1) \g /dev/null
select is(pg_temp.place('specialist', 'begun', 'phone', '1'), 'booking_not_open', 'and one that has begun is where it is');
update public.bookings set status = 'cancelled' where id = pg_temp.id('room');
select is(pg_temp.place('specialist', 'room', 'phone', '1'), 'booking_not_open', 'as one that is over is nowhere');

-- New zone data ---------------------------------------------------------------------------------------

-- As if the clocks on the specialist's wall were by now an hour further than when these were booked: what was agreed is earlier.
create function pg_temp.clocks_change(p_names text[], p_by interval) returns void language sql as $$
  update public.bookings set wall_starts_at = wall_starts_at + p_by where id in (select pg_temp.id(n) from unnest(p_names) n);
$$;
select pg_temp.make('first', 200), pg_temp.make('second', 201, p_person => 'colleague'), pg_temp.make('third', 202, p_person => 'manager') \g /dev/null
select pg_temp.make('alone', 210), pg_temp.make('asked', 212, 'pending'), pg_temp.make('past', -30) \g /dev/null
select is(private.job_mend_zone_drift(now()), 0::bigint, 'as long as wall and instant agree, nothing moves');
select pg_temp.clocks_change('{first,second,third,alone,asked,past}', '1 hour') \g /dev/null
select is(private.job_mend_zone_drift(now()), 4::bigint, 'sessions to come move to the time on the wall that was agreed');
select is(
  array[pg_temp.at('first'), pg_temp.at('second'), pg_temp.at('third'), pg_temp.at('alone'), pg_temp.at('asked'), pg_temp.at('past')],
  '{201 hours,202 hours,203 hours,211 hours,212 hours,-30 hours}'::interval[], 'also such as lie side by side, whatever their order'
);
select is(private.job_mend_zone_drift(now()), 0::bigint, 'once');
select pg_temp.clocks_change('{first,second,third,alone}', '-1 hour') \g /dev/null
select is(private.job_mend_zone_drift(now()), 4::bigint, 'and the other way');
select is(array[pg_temp.at('first'), pg_temp.at('third')], '{200 hours,202 hours}'::interval[], 'back to where they were');
select is(pg_temp.mails('second', 'booking_moved'), '{colleague,colleague,specialist,specialist}'::text[], 'both are told each time');
select is_empty(
  $$select l.variables from private.email_log l where l.template_key = 'booking_moved' and ((l.variables ->> 'by_us')::boolean is not true or l.variables ->> 'moved_from_at' is null)$$,
  'that it was us, and from when'
);
select results_eq(
  $$select event, actor from public.booking_status_history where booking_id = pg_temp.id('alone') order by created_at desc limit 1$$,
  $$values ('moved', 'system')$$, 'the history has it'
);
select is((select calendar_sequence from public.bookings where id = pg_temp.id('alone')), 2, 'and calendars learn of it');
select is(
  (select array_agg(distinct b.starts_at - r.remind_at) from public.booking_reminders r join public.bookings b on b.id = r.booking_id where b.id = pg_temp.id('alone')),
  '{1 hour,24 hours}'::interval[], 'the reminders move along'
);
-- Its specialist lives elsewhere by now
update public.specialists set time_zone = 'America/New_York' where id = pg_temp.id('specialist:specialist');
select wall_starts_at as agreed, time_zone as agreed_zone from public.bookings where id = pg_temp.id('alone') \gset
select pg_temp.clocks_change('{alone}', '1 hour') \g /dev/null
select is(private.job_mend_zone_drift(now()), 1::bigint, 'also when its specialist has moved');
select results_eq($$select wall_starts_at, time_zone from public.bookings where id = pg_temp.id('alone')$$,
  format($$values (%L::timestamp + interval '1 hour', %L)$$, :'agreed', :'agreed_zone'), 'what was agreed is the same as before');
update public.bookings set starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour' where id = pg_temp.id('alone');
select is((select time_zone from public.bookings where id = pg_temp.id('alone')), 'America/New_York', 'until another time is agreed on, which is one of the new wall');
update public.specialists set time_zone = :'agreed_zone' where id = pg_temp.id('specialist:specialist');
update public.bookings set starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour' where id = pg_temp.id('alone');
select is_empty($$select from private.job_runs where job = 'mend_zone_drift'$$, 'nothing is left to report');

-- Where the agreed time is taken: by a session of either, by a proposal, by time off
select pg_temp.make('stuck', 300), pg_temp.make('taken', 301, p_person => 'colleague') \g /dev/null
select pg_temp.clocks_change('{stuck}', '1 hour') \g /dev/null
select is(private.job_mend_zone_drift(now()), 0::bigint, 'a session whose time is taken by now stays');
select is(pg_temp.at('stuck'), '300 hours'::interval, 'where it is');
select is(pg_temp.mails('stuck', 'booking_moved'), '{}'::text[], 'of which nobody is told');
select matches((select error from private.job_runs where job = 'mend_zone_drift' and status = 'failed' order by id desc limit 1), pg_temp.id('stuck')::text, 'but operators are, and of which');
select pg_temp.make('elsewhere', 310) \g /dev/null
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
select pg_temp.id('specialist:specialist'), 'time_off', this + interval '311 hours', this + interval '312 hours' from whole_hour;
select pg_temp.clocks_change('{elsewhere}', '1 hour') \g /dev/null
select is(private.job_mend_zone_drift(now()), 0::bigint, 'nor does one move into time off');
update public.bookings set status = 'cancelled' where id = pg_temp.id('taken');
select is(private.job_mend_zone_drift(now()), 1::bigint, 'once the time is free, the next run moves it');
select is(pg_temp.at('stuck'), '301 hours'::interval, 'to when it was agreed for');
select is(private.run_job('mend_zone_drift'), 0::bigint, 'the job runs as jobs do');

-- A time that is skipped or repeated
select is(private.agreed_start(b), expected, label) from (values
  ('2028-10-29 00:30Z'::timestamptz, timestamp '2028-10-29 02:30', null::timestamptz, 'the first of two times on the wall is as agreed'),
  ('2028-10-29 01:30Z', '2028-10-29 02:30', null, 'and so is the second'),
  ('2028-03-26 00:30Z', '2028-03-26 02:30', '2028-03-26 01:30Z', 'a time that is skipped is where the zone''s rules take it')
) c (starts_at, wall, expected, label)
cross join lateral (select jsonb_populate_record(null::public.bookings, jsonb_build_object('starts_at', c.starts_at, 'wall_starts_at', c.wall, 'time_zone', 'Europe/Berlin')) as b) r;

-- In doubt -----------------------------------------------------------------------------------------------

delete from public.bookings;
delete from public.specialist_documents where specialist_id = pg_temp.id('specialist:specialist');
delete from public.pillar_required_documents where pillar_id = pg_temp.id('mind');
select pg_temp.make('sure', 400), pg_temp.make('unsure', 420, 'pending', 'colleague') \g /dev/null
select is(private.job_tell_doubts(now()), 0::bigint, 'while the specialist may give it, nobody is told anything');
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select is(private.job_tell_doubts(now()), 1::bigint, 'when they may not, those with a booked session are told');
select is(private.job_tell_doubts(now() + interval '1 hour'), 0::bigint, 'once');
select is(pg_temp.mails('sure', 'booking_in_doubt') || pg_temp.mails('unsure', 'booking_in_doubt'), '{employee}'::text[], 'the employee alone');
select is((select in_doubt_since from public.bookings where id = pg_temp.id('sure')), now(), 'and sees it of the session');
select is((select status::text from public.bookings where id = pg_temp.id('sure')), 'confirmed', 'which is cancelled by nobody');
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist');
select is(private.job_tell_doubts(now() + interval '2 hours'), 1::bigint, 'when all is well again');
select is(pg_temp.mails('sure', 'booking_certain'), '{employee}'::text[], 'they are told that');
select is((select in_doubt_since from public.bookings where id = pg_temp.id('sure')), null, 'and the session is as any');
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select is(private.job_tell_doubts(now() + interval '3 hours'), 1::bigint, 'a new doubt');
select is(pg_temp.mails('sure', 'booking_in_doubt'), '{employee,employee}'::text[], 'is told anew');
select is(private.job_tell_doubts(now() + interval '400 hours'), 0::bigint, 'what has begun is in doubt no more');

select * from finish();
rollback;
