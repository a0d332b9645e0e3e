-- When specialists work, and that a session lies within it.
begin;
\ir ../setup/people.psql
select no_plan();

delete from public.specialist_working_hours;

create function pg_temp.add_hours(p_starts time, p_ends time, p_from date default '2027-01-01', p_until date default null, p_day int default 1)
returns void language sql as $$
  insert into public.specialist_working_hours (day_of_week, starts_at, ends_at, effective_from, effective_until)
  values (p_day, p_starts, p_ends, p_from, p_until);
$$;
create function pg_temp.add_exception(p_kind text, p_starts timestamp, p_ends timestamp) returns void language sql as $$
  insert into public.specialist_availability_exceptions (kind, starts_at, ends_at) values (p_kind, p_starts, p_ends);
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('specialist');
select lives_ok($$select pg_temp.add_hours('09:00', '12:00', p_until => '2027-06-30')$$, 'a specialist states when they work');
select lives_ok($$select pg_temp.add_hours('12:00', '24:00', p_until => '2027-06-30')$$, 'two stretches may touch, and a day ends at midnight');
select lives_ok($$select pg_temp.add_hours('10:00', '14:00', p_from => '2027-07-01')$$, 'other hours from a day on may lie across the earlier ones');
select lives_ok($$select pg_temp.add_hours('09:00', '12:00', p_day => 2)$$, 'and another day has its own');
select throws_ok($$select pg_temp.add_hours('11:55', '13:00', p_until => '2027-01-02')$$, '23P01', null, 'hours of one day do not overlap');
select throws_ok($$select pg_temp.add_hours('13:55', '15:00', p_from => '2030-01-01')$$, '23P01', null, 'nor with those until further notice');
select throws_ok($$select pg_temp.add_hours('12:00', '11:00', p_day => 3)$$, '23514', null, 'they end after they start');
select throws_ok($$select pg_temp.add_hours('12:00', '12:00', p_day => 3)$$, '23514', null, 'and last');
select throws_ok($$select pg_temp.add_hours('09:01', '11:00', p_day => 3)$$, '23514', null, 'they start where sessions may start');
select throws_ok($$select pg_temp.add_hours('09:00', '11:00', p_until => '2026-12-31', p_day => 3)$$, '23514', null, 'from a day on that is not after the last');
select throws_ok($$select pg_temp.add_hours('09:00', '11:00', p_day => 0)$$, '23514', null, 'on a day that there is');
select is((select count(*) from public.specialist_working_hours), 4::bigint, 'a specialist sees their own');

select lives_ok($$select pg_temp.add_exception('time_off', '2027-05-01', '2027-06-01')$$, 'they take time off');
select lives_ok($$select pg_temp.add_exception('extra_hours', '2027-06-01', '2027-06-01 12:00')$$, 'and work at other times');
select lives_ok($$select pg_temp.add_exception('time_off', '2027-05-20', '2027-06-01')$$, 'twice off is off');
select lives_ok($$select pg_temp.add_exception('extra_hours', '2027-05-31 10:00', '2027-05-31 12:00')$$, 'what is worked within time off is an exception from it');
select throws_ok($$select pg_temp.add_exception('extra_hours', '2027-05-31 20:00', '2027-06-01 02:00')$$, 'PT409', 'exceptions_disagree', 'which does not go beyond it');
select throws_ok($$select pg_temp.add_exception('time_off', '2027-06-01 06:00', '2027-06-02')$$, 'PT409', 'exceptions_disagree', 'nor does time off end within extra hours');
select lives_ok($$select pg_temp.add_exception('time_off', '2027-06-01', '2027-06-02'), pg_temp.add_exception('extra_hours', '2027-05-31 20:00', '2027-06-01 02:00')$$,
  'though it may go from one time off over into the next');
select throws_ok($$delete from public.specialist_availability_exceptions where kind = 'time_off' and starts_at = '2027-06-01'$$, 'PT409', 'exceptions_disagree', 'of which none is dropped alone');
select throws_ok($$update public.specialist_availability_exceptions set starts_at = '2027-06-01 01:00' where kind = 'time_off' and starts_at = '2027-06-01'$$,
  'PT409', 'exceptions_disagree', 'or moved away');
select lives_ok($$delete from public.specialist_availability_exceptions where ends_at > '2027-05-31 12:00' and starts_at > '2027-05-31 10:00'$$, 'all together are');
select throws_ok($$select pg_temp.add_exception('extra_hours', '2027-07-01', '2027-07-03')$$, '23514', null, 'nor for days on end');
select throws_ok($$select pg_temp.add_exception('sick', '2027-07-01', '2027-07-03')$$, '23514', null, 'an exception is one of two kinds');

select pg_temp.act_as('other_specialist');
select is_empty('select from public.specialist_working_hours union all select from public.specialist_availability_exceptions',
  'nobody else sees them');
select lives_ok($$select pg_temp.add_hours('09:00', '12:00')$$, 'everybody has hours of their own');

-- Sessions of 50 minutes, in ten days at the earliest, on a day that both work from nine to twelve, UTC.
select pg_temp.act_as_owner();
delete from public.specialist_working_hours;
delete from public.specialist_availability_exceptions;
create temporary view day as select (date_trunc('day', now(), 'UTC') + interval '10 days') as this;
grant select on day to public;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('specialist:specialist'), extract(isodow from this at time zone 'UTC'), h.a, h.b, current_date
from day, (values ('09:00'::time, '11:00'::time), ('11:00', '12:00')) h (a, b);

create function pg_temp.book(p_at interval) returns uuid language sql as $$
  select id from public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), (select this from day) + p_at);
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('employee');
select throws_ok(format('select pg_temp.book(%L)', t), 'PT422', 'outside_working_hours', 'no session at ' || t)
from unnest(array['08:55', '11:15', '12:00', '1 day 09:00', '-1 day 09:00', '20:00']) t;
select lives_ok($$select pg_temp.book('10:30')$$, 'a session may go over from one stretch to the next');
select lives_ok($$select public.reschedule_booking(id, (select this from day) + interval '11:10') from public.bookings where employee_id = pg_temp.id('employee')$$,
  'and end when the work does');
select throws_ok($$select public.reschedule_booking(id, (select this from day) + interval '11:15') from public.bookings where employee_id = pg_temp.id('employee')$$,
  'PT422', 'outside_working_hours', 'a session is not moved beyond it');
select pg_temp.act_as_owner();
update public.bookings set ends_at = starts_at + interval '30 minutes' where employee_id = pg_temp.id('employee');
select pg_temp.act_as('employee');
select lives_ok($$select public.reschedule_booking(id, (select this from day) + interval '11:30') from public.bookings where employee_id = pg_temp.id('employee')$$,
  'it is the length that was agreed which counts');

select pg_temp.act_as('specialist');
select pg_temp.add_exception(kind, this at time zone 'UTC' + s, this at time zone 'UTC' + e)
from day, (values ('time_off', interval '9 hours', interval '10 hours'), ('extra_hours', '12 hours', '13 hours')) v (kind, s, e);
select is((select count(*) from public.bookings where specialist_id = pg_temp.id('specialist:specialist') and status = 'confirmed'), 1::bigint,
  'time off cancels nothing');
select pg_temp.act_as('colleague');
select throws_ok($$select pg_temp.book('09:00')$$, 'PT409', 'slot_taken', 'no session in time off, which is refused like one that somebody has');
select throws_ok($$select pg_temp.book('09:55')$$, 'PT409', 'slot_taken', 'not even for five minutes');
select lives_ok($$select pg_temp.book('10:00')$$, 'but right after it');
select lives_ok($$select pg_temp.book('12:10')$$, 'and in extra hours');
select pg_temp.act_as_owner();
update public.specialists set time_zone = 'Asia/Tokyo' where id = pg_temp.id('specialist:specialist');
select pg_temp.act_as('manager');
select throws_ok($$select pg_temp.book('10:50')$$, 'PT422', 'outside_working_hours', 'hours are those of the specialist''s own clock');

-- Everybody who looks for a free time waits for what one specialist writes.
select pg_temp.act_as('other_specialist');
insert into public.specialist_availability_exceptions (kind, starts_at, ends_at)
select 'time_off', date_trunc('day', now()) + make_interval(days => 100 + n), date_trunc('day', now()) + make_interval(days => 100 + n, mins => 5)
from generate_series(1, 1000 - (select count(*)::int from public.specialist_availability_exceptions)) n;
select throws_ok($$select pg_temp.add_exception('time_off', '2099-01-01', '2099-01-02')$$, 'PT409', 'too_many_rows', 'a thousand exceptions are enough');

select * from finish();
rollback;
