-- Free times: in the specialist's zone, whatever the clocks do, minus what is taken.
begin;
\ir ../setup/people.psql
select no_plan();

delete from public.specialist_working_hours;
update public.company_subscriptions set starts_on = '2020-01-01';

-- Starts of sessions of 50 minutes, in UTC, as somebody sees them who looks on a day given.
create function pg_temp.slots(
  p_from timestamptz, p_to timestamptz, p_now timestamptz default null, p_specialist text default 'specialist', p_pillar text default null, p_type text default 'talk'
) returns text[] language plpgsql as $$
declare
  v_answer jsonb;
begin
  perform pg_temp.act_as('foreign_employee');
  v_answer := private.available_slots(
    pg_temp.id(p_specialist || ':specialist'), pg_temp.id(p_pillar), pg_temp.id(p_type), p_from, p_to,
    null, null, null, 1000, coalesce(p_now, p_from - interval '2 days')
  );
  perform pg_temp.act_as_owner();
  return (
    select array_agg(to_char((slot ->> 'starts_at')::timestamptz at time zone 'UTC', 'DD HH24:MI') order by n)
    from jsonb_array_elements(v_answer -> 'slots') with ordinality s (slot, n)
  );
end;
$$;
create function pg_temp.slots_of(p_answer jsonb) returns table (specialist_id uuid, session_type_id uuid, starts_at timestamptz, ends_at timestamptz) language sql as $$
  select * from jsonb_to_recordset(p_answer -> 'slots') s (specialist_id uuid, session_type_id uuid, starts_at timestamptz, ends_at timestamptz);
$$;
create function pg_temp.works(p_zone text, p_day int, p_starts time, p_ends time) returns void language sql as $$
  delete from public.specialist_working_hours;
  update public.specialists set time_zone = p_zone where id = pg_temp.id('specialist:specialist');
  insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
  values (pg_temp.id('specialist:specialist'), p_day, p_starts, p_ends, '2020-01-01');
$$;
grant execute on all functions in schema pg_temp to public;

-- Clocks: from one to four at night, when they change
select pg_temp.works('Europe/Berlin', 7, '01:00', '04:00');
select is(pg_temp.slots('2027-03-21 00:00Z', '2027-03-22 00:00Z'), '{21 00:00,21 01:00,21 02:00}', 'Berlin: three hours are three hours');
select is(pg_temp.slots('2027-03-27 12:00Z', '2027-03-29 00:00Z'), '{28 00:00,28 01:00}', 'Berlin, spring: two, since the clocks skip one');
select is(pg_temp.slots('2027-10-30 12:00Z', '2027-11-01 00:00Z'), '{30 23:00,31 00:00,31 01:00,31 02:00}', 'Berlin, autumn: four, since they repeat one');
select pg_temp.works('America/New_York', 7, '01:00', '04:00');
select is(pg_temp.slots('2027-03-14 00:00Z', '2027-03-15 00:00Z'), '{14 06:00,14 07:00}', 'New York, spring');
select is(pg_temp.slots('2027-11-07 00:00Z', '2027-11-08 00:00Z'), '{07 05:00,07 06:00,07 07:00,07 08:00}', 'New York, autumn');
select pg_temp.works('Australia/Lord_Howe', 7, '01:00', '04:00');
select is(pg_temp.slots('2027-10-02 00:00Z', '2027-10-03 10:00Z'), '{02 14:30,02 15:30}', 'Lord Howe Island, spring: the clocks skip half an hour');
select is(pg_temp.slots('2027-04-03 00:00Z', '2027-04-04 10:00Z'), '{03 14:00,03 15:00,03 16:00}', 'Lord Howe Island, autumn: they repeat half an hour');
select is(
  (select sum(upper(span) - lower(span)) from private.working_spans(array[pg_temp.id('specialist:specialist')], d, d + interval '36 hours')), worked, 'there, ' || worked || ' are worked'
) from (values ('2027-10-02 00:00Z'::timestamptz, interval '2:30'), ('2027-04-03 00:00Z', '3:30'), ('2027-04-10 00:00Z', '3:00')) v (d, worked);

select pg_temp.works('Europe/Berlin', 7, '02:00', '03:00');
select is(pg_temp.slots('2027-03-27 00:00Z', '2027-03-29 00:00Z'), null, 'an hour that is skipped is not worked');
select is(pg_temp.slots('2027-10-30 12:00Z', '2027-11-01 00:00Z'), '{31 00:00,31 01:00}', 'one that is repeated is worked twice');
select pg_temp.works('Europe/Berlin', 7, '01:30', '03:30');
select is(pg_temp.slots('2027-03-27 00:00Z', '2027-03-29 00:00Z'), '{28 00:30}', 'a session goes on while the clocks change');
select pg_temp.works('Europe/Berlin', 1, '09:00', '10:00');
select is(pg_temp.slots('2027-03-20 00:00Z', '2027-04-03 00:00Z'), '{22 08:00,29 07:00}', 'nine o''clock stays nine o''clock');
select is(pg_temp.slots('2027-10-20 00:00Z', '2027-11-03 00:00Z'), '{25 07:00,01 08:00}', 'in autumn too');
select pg_temp.works('Africa/Cairo', 5, '00:00', '02:00');
select is(pg_temp.slots('2027-04-29 00:00Z', '2027-05-01 00:00Z'), '{29 22:00}', 'Cairo skips the hour that the day begins with');
select pg_temp.works('Pacific/Kiritimati', 1, '00:00', '01:00');
select is(pg_temp.slots('2027-05-01 00:00Z', '2027-05-04 00:00Z'), '{02 10:00}', 'a zone is far from UTC');
select pg_temp.works('Pacific/Pago_Pago', 1, '23:00', '24:00');
select is(pg_temp.slots('2027-05-01 00:00Z', '2027-05-06 00:00Z'), '{04 10:00}', 'on either side');

-- What is asked for
select pg_temp.works('UTC', 1, '09:00', '12:30');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z'), '{03 09:00,03 10:00,03 11:00}', 'one an hour, as long as one fits');
select is(pg_temp.slots('2027-05-03 10:00Z', '2027-05-03 11:00Z'), '{03 10:00}', 'those that start within what is asked, and no later');
select is(pg_temp.slots('2027-05-03 09:05Z', '2027-05-04 00:00Z'), '{03 10:00,03 11:00}', 'at the same times, whenever one asks');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', '2027-05-03 09:01Z'), '{03 11:00}', 'none at too short notice');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', '2026-11-04 09:55Z'), '{03 09:00}', 'nor too far ahead');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', p_specialist => null, p_pillar => 'mind', p_type => null), '{03 09:00,03 10:00,03 11:00}',
  'a pillar alone will do');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', p_pillar => 'body', p_type => null), null, 'nobody is free for what they do not offer');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', p_type => 'retired_type'), null, 'nor for a retired type');
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z'), null, 'nor while they are not verified');
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist');

-- Exceptions
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at) values
  (pg_temp.id('specialist:specialist'), 'time_off', '2027-05-03 10:40', '2027-05-03 10:50'),
  (pg_temp.id('specialist:specialist'), 'extra_hours', '2027-05-03 12:00', '2027-05-03 15:00');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z'), '{03 09:00,03 11:00,03 12:00,03 12:30,03 13:30}',
  'minus time off, plus extra hours beyond the usual; what starts in the usual ones may end in those');

create function pg_temp.excepts(variadic p_exceptions text[]) returns void language sql as $$
  delete from public.specialist_availability_exceptions;
  insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
  select pg_temp.id('specialist:specialist'), case left(e, 1) when '+' then 'extra_hours' else 'time_off' end,
    ('2027-05-' || split_part(substr(e, 2), '/', 1))::timestamp, ('2027-05-' || split_part(e, '/', 2))::timestamp
  from unnest(p_exceptions) e;
$$;
select pg_temp.excepts('-03 00:00/05 00:00', '+03 10:10/03 12:10');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-05 00:00Z'), '{03 10:10,03 11:10}', 'hours within time off are worked, and counted from where they begin');
select pg_temp.excepts('+03 12:00/03 14:10', '+03 13:00/03 15:10');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z'), '{03 09:00,03 10:00,03 11:00,03 12:00,03 12:30,03 13:30,03 14:10}',
  'where two of a kind overlap, the first counts, and the next from where it ends');
select is(pg_temp.slots('2027-05-03 13:20Z', '2027-05-04 00:00Z'), '{03 13:30,03 14:10}', 'at the same times, whenever one asks');
-- A day off is that day on the specialist's wall, wherever they are by then.
select pg_temp.works('Europe/Berlin', 1, '09:00', '11:00');
select pg_temp.excepts('-03 00:00/04 00:00');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-12 00:00Z'), '{10 07:00,10 08:00}', 'a day off is off');
update public.specialists set time_zone = 'Asia/Tokyo' where id = pg_temp.id('specialist:specialist');
select is(pg_temp.slots('2027-05-02 00:00Z', '2027-05-12 00:00Z'), '{10 00:00,10 01:00}', 'in whichever zone');
select pg_temp.works('Europe/Berlin', 7, '00:00', '06:00');
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
select pg_temp.id('specialist:specialist'), 'time_off', s::timestamp, e::timestamp
from (values ('2027-03-28 00:00', '2027-03-28 05:00'), ('2027-10-31 00:00', '2027-10-31 05:00')) v (s, e);
select is(pg_temp.slots('2027-03-27 12:00Z', '2027-03-29 00:00Z'), '{28 03:00}', 'until five is until five, where the clocks skip an hour');
select is(pg_temp.slots('2027-10-30 12:00Z', '2027-11-01 00:00Z'), '{31 04:00}', 'and where they repeat one');

-- Hours for one type of session
select pg_temp.works('UTC', 1, '09:00', '11:00');
delete from public.specialist_availability_exceptions;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.id('walk'), pg_temp.id('mind'), 'coaching', 'Walk', 30);
insert into public.specialist_working_hours (specialist_id, session_type_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('specialist:specialist'), pg_temp.id('walk'), 1, s, e, '2020-01-01' from (values ('10:10'::time, '11:40'::time), ('15:00', '16:00')) v (s, e);
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z'), '{03 09:00,03 10:00}', 'are not those of another');
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', p_type => 'walk'), '{03 09:00,03 09:30,03 10:00,03 10:30,03 11:00,03 15:00,03 15:30}',
  'those of the type add to those of all');
insert into public.specialist_session_types (specialist_id, session_type_id, minutes) values (pg_temp.id('specialist:specialist'), pg_temp.id('walk'), 60);
insert into public.specialist_booking_rules (specialist_id, step_minutes) values (pg_temp.id('specialist:specialist'), 20);
select is(pg_temp.slots('2027-05-03 00:00Z', '2027-05-04 00:00Z', p_type => 'walk'), '{03 09:00,03 09:20,03 09:40,03 10:00,03 10:20,03 10:40,03 15:00}',
  'as long as the specialist gives it, in the steps that they say');
delete from public.specialist_booking_rules;
delete from public.specialist_session_types;
delete from public.session_types where id = pg_temp.id('walk');

-- Bookings, of days that are near
delete from public.specialist_availability_exceptions;
create temporary view day as select (date_trunc('day', now(), 'UTC') + interval '10 days') as this;
grant select on day to public;
select pg_temp.works('UTC', extract(isodow from this at time zone 'UTC')::int, '09:00', '13:00') from day;
create function pg_temp.near() returns text[] language sql as $$
  select array_agg(to_char(starts_at at time zone 'UTC', 'HH24:MI') order by starts_at)
  from pg_temp.slots_of(public.available_slots(pg_temp.id('specialist:specialist'), p_from => (select this from day), p_to => (select this + interval '1 day' from day)));
$$;
grant execute on all functions in schema pg_temp to public;
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id(b.person), pg_temp.id('north'), pg_temp.id(b.specialist || ':specialist'), pg_temp.id('talk'), this + b.at, this + b.at + interval '50 minutes', b.status
from day, (values
  ('employee', 'specialist', interval '09:00', 'confirmed'), ('colleague', 'specialist', '11:30', 'held'),
  ('manager', 'specialist', '10:00', 'pending'), ('manager', 'other_specialist', '10:00', 'confirmed')
) b (person, specialist, at, status);
select pg_temp.act_as('foreign_employee');
select is(pg_temp.near(), '{10:00}', 'a session that keeps its time takes it, also across two');
select lives_ok($$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), (select this + interval '10 hours' from day))$$, 'what is free can be booked');
select is(pg_temp.near(), null, 'and is free no longer');
select public.cancel_booking(id) from public.bookings where employee_id = pg_temp.id('foreign_employee') \g /dev/null
select is(pg_temp.near(), '{10:00}', 'until it is cancelled');

-- Pages
select pg_temp.act_as_owner();
select pg_temp.works('UTC', extract(isodow from this at time zone 'UTC')::int, '09:00', '21:00') from day;
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('other_specialist:specialist'), day_of_week, starts_at, ends_at, effective_from from public.specialist_working_hours;
select pg_temp.act_as('foreign_employee');
create function pg_temp.page(p_cursor text, p_limit int default 5) returns jsonb language sql as $$
  select public.available_slots(p_pillar_id => pg_temp.id('mind'), p_from => this, p_to => this + interval '1 day', p_cursor => p_cursor, p_limit => p_limit) from day;
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.page(null, 1000) as whole \gset
select cmp_ok(jsonb_array_length(:'whole'::jsonb -> 'slots'), '>', 12, 'two specialists have many times');
select is(:'whole'::jsonb -> 'slots' -> 0 -> 'session_type_id', to_jsonb(pg_temp.id('talk')), 'each says of which session');
create temporary table read (n int, answer jsonb);
grant all on read to public;
with recursive r (n, answer) as (
  select 1, pg_temp.page(null) union all select n + 1, pg_temp.page(answer ->> 'next_cursor') from r where answer ->> 'next_cursor' is not null
)
insert into read select * from r;
select is((select jsonb_agg(s order by n, o) from read, jsonb_array_elements(answer -> 'slots') with ordinality x (s, o)), :'whole'::jsonb -> 'slots', 'pages have no gap, and nothing twice');
select is((select max(jsonb_array_length(answer -> 'slots')) from read), 5, 'and as much as was asked for');
-- The last of the page is booked before the next is read.
select lives_ok($$select public.book_session((s ->> 'specialist_id')::uuid, (s ->> 'session_type_id')::uuid, (s ->> 'starts_at')::timestamptz)
  from read, lateral (select answer -> 'slots' -> 4) x (s) where n = 1$$, 'a time is taken meanwhile');
select is(
  pg_temp.page((select answer ->> 'next_cursor' from read where n = 1), 1000) -> 'slots',
  (select jsonb_agg(s order by n, o) from read, jsonb_array_elements(answer -> 'slots') with ordinality x (s, o)
    where n > 1 and not exists (select from public.bookings b where b.starts_at < (s ->> 'ends_at')::timestamptz and b.ends_at > (s ->> 'starts_at')::timestamptz and b.status = 'confirmed')),
  'and the pages behind go on where they would have'
);
select public.cancel_booking(id) from public.bookings where employee_id = pg_temp.id('foreign_employee') and status = 'confirmed' \g /dev/null

select is(public.available_slots(pg_temp.id('specialist:specialist'), p_from => now() - interval '9 days', p_to => now() - interval '8 days') -> 'slots', '[]', 'what is over has no free times');
select throws_ok($$select pg_temp.page('1')$$, 'PT422', 'invalid_cursor', 'a cursor is one that was answered');
select throws_ok(format('select pg_temp.page(null, %s)', n), 'PT422', 'invalid_limit', 'a page has not ' || n) from unnest(array[0, 1001]) n;
select throws_ok($$select public.available_slots(pg_temp.id('specialist:specialist'), p_to => now() + interval '63 days')$$, 'PT422', 'invalid_range', 'one asks for two months at most');
select throws_ok($$select public.available_slots(pg_temp.id('specialist:specialist'), p_to => 'infinity')$$, 'PT422', 'invalid_range', 'not for ever');
select throws_ok($$select public.available_slots(pg_temp.id('specialist:specialist'), p_to => now())$$, 'PT422', 'invalid_range', 'and not for nothing');
select throws_ok($$select public.available_slots()$$, 'PT422', 'specialist_or_pillar_required', 'and says of whom');
select pg_temp.act_as('anon');
select throws_ok($$select public.available_slots(pg_temp.id('specialist:specialist'))$$, '42501', null, 'visitors do not ask');

select * from finish();
rollback;
