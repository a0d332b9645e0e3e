-- Calendar entries: the same id for good, a sequence that grows, and nothing of what was never agreed.
begin;
\ir ../setup/people.psql
select no_plan();

create temporary view whole_hour as select date_trunc('hour', now()) as this;
grant select on whole_hour to public;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values
  (pg_temp.id('interview'), pg_temp.id('mind'), 'assessment', 'Interview', 30);
insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance)
values (pg_temp.id('specialist:specialist'), pg_temp.id('interview'), true);

-- The booking that a call by somebody is about.
create function pg_temp.as(p_person text, p_call text) returns uuid language plpgsql as $$
declare
  v_id uuid;
begin
  perform pg_temp.act_as(p_person);
  execute 'select r.id from ' || p_call || ' r' into v_id;
  perform pg_temp.act_as_owner();
  return v_id;
end;
$$;
create function pg_temp.begins(p_by text, p_days int, p_type text) returns uuid language sql as $$
  select pg_temp.as('employee', format('public.%I(%L, %L, %L)', p_by, pg_temp.id('specialist:specialist'), pg_temp.id(p_type),
    (select this from whole_hour) + make_interval(days => p_days)));
$$;
create function pg_temp.entry(p_id uuid, p_person text default 'employee') returns jsonb language sql as $$
  select private.calendar_entry(p_id, pg_temp.id(p_person));
$$;
grant execute on all functions in schema pg_temp to public;

-- What was agreed
select pg_temp.begins('book_session', 3, 'talk') as booked \gset
select is(pg_temp.entry(:'booked'), jsonb_build_object(
  'uid', :'booked' || '@evenkeel', 'sequence', 0, 'method', 'REQUEST',
  'starts_at', private.iso_timestamp(this + interval '3 days'), 'ends_at', private.iso_timestamp(this + interval '3 days 50 minutes'),
  'created', private.iso_timestamp(now()), 'stamp', private.iso_timestamp(now())
), 'a booked session is an entry, and nothing of what it is about stands in it') from whole_hour;
select is(pg_temp.entry(:'booked', 'specialist'), pg_temp.entry(:'booked'), 'the same for its specialist');
select is(pg_temp.entry(:'booked', person), null, 'and none for ' || person)
from unnest(array['colleague', 'company_admin', 'other_specialist', 'platform_admin']) person;
select is(private.calendar_entry(:'booked', null), null, 'nor for nobody');
select pg_temp.as('employee', format('public.reschedule_booking(%L, %L)', :'booked', this + interval '4 days')) as moved from whole_hour \gset
select results_eq(
  format($$select e ->> 'uid', e ->> 'sequence', e ->> 'starts_at' from pg_temp.entry(%L) e$$, :'booked'),
  format($$select %L, '1', private.iso_timestamp(this + interval '4 days') from whole_hour$$, :'booked' || '@evenkeel'),
  'moved, it is the same entry, newer'
);
select pg_temp.as('employee', format('public.cancel_booking(%L)', :'booked')) as cancelled \gset
select results_eq(
  format($$select e ->> 'uid', e ->> 'sequence', e ->> 'method' from pg_temp.entry(%L) e$$, :'booked'),
  format($$values (%L, '2', 'CANCEL')$$, :'booked' || '@evenkeel'), 'cancelled, it takes itself out'
);

-- What never was
select pg_temp.begins('hold_slot', 5, 'talk') as held \gset
select is(pg_temp.entry(:'held'), null, 'a hold is in no calendar');
select pg_temp.as('employee', format('public.cancel_booking(%L)', :'held')) as released \gset
select is(pg_temp.entry(:'held'), null, 'nor is what came of it');
select pg_temp.begins('request_session', 6, 'interview') as asked \gset
select is(pg_temp.entry(:'asked'), null, 'what is asked for is in no calendar');
select pg_temp.as('specialist', format('public.decline_session(%L)', :'asked')) as declined \gset
select is(pg_temp.entry(:'asked'), null, 'nor what was declined');
select pg_temp.begins('request_session', 7, 'interview') as asked \gset
select pg_temp.as('specialist', format('public.accept_session(%L)', :'asked')) as accepted \gset
select is(pg_temp.entry(:'asked') ->> 'method', 'REQUEST', 'what was accepted is');

select * from finish();
rollback;
