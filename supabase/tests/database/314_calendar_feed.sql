-- Calendar entries and feeds: the same id for good, a sequence that grows, nothing of what was never agreed; and a feed is
-- read by its address, by nobody else, and no longer than its person wants.
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
select pg_temp.as('employee', format('public.cancel_booking(%L)', :'asked')) as taken_back \gset
select is(pg_temp.entry(:'asked'), null, 'nor what was taken back') from public.bookings where id = :'asked' and status <> 'confirmed';
-- By us, for both: of an agreed session an entry, of a request none.
select pg_temp.begins('request_session', 8, 'interview') as asked \gset
update public.bookings set status = 'cancelled' where id = :'asked';
select is(pg_temp.entry(:'asked'), null, 'nor what we cancelled before it was agreed');
select pg_temp.begins('request_session', 7, 'interview') as asked \gset
select pg_temp.as('specialist', format('public.accept_session(%L)', :'asked')) as accepted \gset
select is(pg_temp.entry(:'asked') ->> 'method', 'REQUEST', 'what was accepted is');

-- The address of a feed
create function pg_temp.makes(p_person text) returns text language plpgsql as $$
declare
  v_path text;
begin
  perform pg_temp.act_as(p_person);
  v_path := public.make_calendar_feed();
  perform pg_temp.act_as_owner();
  return v_path;
end;
$$;
-- As the function reads it: 16 bytes of id and 32 of secret.
create function pg_temp.reads(p_path text, p_now timestamptz default now(), p_client text default null) returns jsonb language sql as $$
  select private.read_calendar_feed(encode(substring(t for 16), 'hex')::uuid, encode(sha256(substring(t from 17)), 'hex'), p_client, p_now)
  from (select decode(translate(substring(p_path from '([A-Za-z0-9_-]{64})E[.]ics$'), '-_', '+/'), 'base64')) b (t);
$$;
create function pg_temp.uids(p_path text, p_now timestamptz default now()) returns text[] language sql as $$
  select array_agg(split_part(e ->> 'uid', '@', 1)) from jsonb_array_elements(pg_temp.reads(p_path, p_now) -> 'entries') e;
$$;
grant execute on all functions in schema pg_temp to public;

update public.profiles set locale = 'de' where id = pg_temp.id('employee');
select pg_temp.makes('employee') as path \gset
select ok(:'path' ~ '^/functions/v1/calendar-feed/[A-Za-z0-9_-]{64}E[.]ics$', 'an address has 384 bits, of which 256 are secret');
select isnt(pg_temp.makes('colleague'), :'path', 'and is nobody else''s');
select is((select count(*) from private.calendar_feeds f where f::text ~ substring(:'path' from '([A-Za-z0-9_-]{40})E[.]ics$')), 0::bigint, 'its secret is kept nowhere');
select is(pg_temp.reads(:'path') ->> 'outcome', 'found', 'who has it reads');
select is(pg_temp.reads(:'path') ->> 'locale', 'de', 'in the language of its person');
select results_eq(
  format($$select e ->> 'uid', e ->> 'method' from jsonb_array_elements(pg_temp.reads(%L) -> 'entries') e$$, :'path'),
  format($$select b.id || '@evenkeel', case b.status when 'cancelled' then 'CANCEL' else 'REQUEST' end from public.bookings b
    where b.id in (%L, %L) order by b.starts_at$$, :'booked', :'asked'),
  'what was agreed in the order of time, also what was cancelled since, and nothing that never was'
);
select ok(pg_temp.reads(:'path')::text !~ '(specialist|Talk|Interview|Mind|North|video)', 'nothing tells what it is about');

-- Who has none reads nothing, and all who have none are answered alike
select is(pg_temp.reads(overlay(:'path' placing case substring(:'path' from n for 1) when 'A' then 'B' else 'A' end from n)), '{"outcome": "unknown"}', 'an address that differs in character ' || n || ' is unknown')
from unnest(array[31, 49, 51, 52, 60, 92]) n;
select is(private.read_calendar_feed(null, null, null, now()), '{"outcome": "unknown"}', 'no address neither');
select is(private.read_calendar_feed(id, token_hash, null, now()), '{"outcome": "unknown"}', 'nor that of one with the secret of another')
from (select a.id, b.token_hash from private.calendar_feeds a join private.calendar_feeds b on b.id <> a.id) x;
update auth.users set banned_until = now() + interval '1 hour' where id = pg_temp.id('employee');
select is(pg_temp.reads(:'path'), '{"outcome": "unknown"}', 'nor that of an account that is banned');
select is(pg_temp.reads(:'path', now() + interval '2 hours') ->> 'outcome', 'found', 'for as long as it is');
update auth.users set banned_until = null, deleted_at = now() where id = pg_temp.id('employee');
select is(pg_temp.reads(:'path'), '{"outcome": "unknown"}', 'nor of one that Auth has put away');
update auth.users set deleted_at = null where id = pg_temp.id('employee');
delete from private.allowances where kind = 'feeds';

-- Rotating, revoking, and what ends it
select pg_temp.makes('employee') as second \gset
select is(pg_temp.reads(:'path'), '{"outcome": "unknown"}', 'a second address is instead of the first');
select is(pg_temp.reads(:'second') ->> 'outcome', 'found', 'and works');
select pg_temp.act_as('employee');
select results_eq('select created_at, last_read_at from public.my_calendar_feed()', 'select now(), now()', 'its person learns since when there is one and when it was read');
select is(public.revoke_calendar_feed(), true, 'they end it');
select is(public.revoke_calendar_feed(), false, 'once');
select is_empty('select from public.my_calendar_feed()', 'then there is none');
select pg_temp.act_as_owner();
select is(pg_temp.reads(:'second'), '{"outcome": "unknown"}', 'and its address leads nowhere');
select is(
  array(select action from public.audit_logs where user_id = pg_temp.id('employee') and action like 'calendar_feed.%' order by occurred_at, action),
  '{calendar_feed.made,calendar_feed.made,calendar_feed.revoked}', 'each is in the audit log'
);
select pg_temp.makes('employee') as stolen \gset
update auth.users set encrypted_password = 'another' where id = pg_temp.id('employee');
select is(pg_temp.reads(:'stolen'), '{"outcome": "unknown"}', 'what a stolen session made ends with the password');
select pg_temp.makes('employee') as moved \gset
update auth.users set email = 'moved@people.test' where id = pg_temp.id('employee');
select is(pg_temp.reads(:'moved'), '{"outcome": "unknown"}', 'and what whoever reads the mailbox made, with the address');
update auth.users set email = 'employee@people.test' where id = pg_temp.id('employee');
select pg_temp.makes('employee') as kept \gset
update auth.users set last_sign_in_at = now() where id = pg_temp.id('employee');
select is(pg_temp.reads(:'kept') ->> 'outcome', 'found', 'and with nothing else of the account');
select pg_temp.act_as('anon');
select throws_ok('select public.make_calendar_feed()', '42501', null, 'nobody without a session makes one');
select throws_ok($$select public.read_calendar_feed(null, null)$$, '42501', null, 'or reads past the function');
select pg_temp.act_as('employee');
select throws_ok($$select public.read_calendar_feed(null, null)$$, '42501', null, 'nor does a person');
select pg_temp.act_as_owner();
delete from auth.sessions where user_id = pg_temp.id('colleague');
select pg_temp.act_as('colleague');
select throws_ok('select public.make_calendar_feed()', 'PT401', 'unauthenticated', 'nor does a session that was ended make one');
select throws_ok('select public.revoke_calendar_feed()', 'PT401', 'unauthenticated', 'or end one');
select is_empty('select from public.my_calendar_feed()', 'or hear of one');
select pg_temp.act_as_owner();

-- A specialist's, as long as they are verified
select pg_temp.makes('specialist') as theirs \gset
select is(pg_temp.uids(:'theirs'), pg_temp.uids(:'kept'), 'a specialist has the sessions of their practice');
update public.specialists set status = 'suspended', verified_at = null where user_id = pg_temp.id('specialist');
select is(pg_temp.uids(:'theirs'), null, 'and none while they are suspended');
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');
select is(pg_temp.uids(pg_temp.makes('other_specialist')), null, 'nor has another specialist');

-- How far back
alter table public.bookings disable trigger user;
update public.bookings set starts_at = starts_at - interval '94 days', ends_at = ends_at - interval '94 days', busy_from = busy_from - interval '94 days', busy_until = busy_until - interval '94 days'
where id = :'booked';
alter table public.bookings enable trigger user;
delete from private.allowances where kind = 'feeds';
select is(pg_temp.uids(:'kept', now() - interval '3 hours'), array[:'booked', :'asked'], 'what was within ninety days is there');
select is(pg_temp.uids(:'kept', now() + interval '3 hours'), array[:'asked'], 'what was before is not');
select is(pg_temp.uids(:'kept', now() + interval '91 days'), array[:'asked'], 'what was not cancelled is as long as it is near');
update public.bookings set starts_at = starts_at + interval '400 days', ends_at = ends_at + interval '400 days' where id = :'asked';
update public.bookings set status = 'cancelled' where id = :'asked';
select is(pg_temp.uids(:'kept', now() + interval '89 days'), array[:'asked'], 'a cancellation is told for ninety days, whenever the session was to be');
select is(pg_temp.uids(:'kept', now() + interval '91 days'), null, 'and then no more');

-- How often
delete from private.allowances where kind = 'feeds';
update public.system_settings set value = '3' where key = 'feeds_allowance_burst';
select is(pg_temp.reads(:'kept') ->> 'outcome', 'found', 'read ' || n || ' of three') from generate_series(1, 3) n;
select is(pg_temp.reads(:'kept') ->> 'outcome', 'rate_limited', 'a calendar that asks without end has to wait');
select ok((pg_temp.reads(:'kept') ->> 'retry_after_seconds')::int between 1 and 60, 'and is told how long');
select is(pg_temp.reads(:'theirs') ->> 'outcome', 'found', 'which no other feed has to');
select is(pg_temp.reads(:'path', p_client => repeat('c', 64)) ->> 'outcome', 'unknown', 'what is not there is asked for ' || n || ' times') from generate_series(1, 3) n;
select is(pg_temp.reads(:'path', p_client => repeat('c', 64)) ->> 'outcome', 'rate_limited', 'and then no more, by that client');
select is(pg_temp.reads(:'theirs', p_client => repeat('c', 64)) ->> 'outcome', 'found', 'who reads a feed that there is all the same');
select is(pg_temp.reads(:'path', p_client => repeat('d', 64)) ->> 'outcome', 'unknown', 'as others may ask');

-- Gone with its person
delete from auth.users where id = pg_temp.id('employee');
delete from private.allowances where kind = 'feeds';
select is(pg_temp.reads(:'kept'), '{"outcome": "unknown"}', 'an account that is deleted takes its feed along');

select * from finish();
rollback;
