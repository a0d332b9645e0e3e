-- Time off over sessions is taken only once it was decided what becomes of them.
begin;
\ir ../setup/people.psql
select no_plan();

-- A day of the specialist's, who is far from UTC, with all that may be in the way.
delete from public.bookings;
update public.specialists set time_zone = 'Pacific/Auckland' where id = pg_temp.id('specialist:specialist');
insert into public.company_members (company_id, user_id) select pg_temp.id('north'), pg_temp.id('newcomer');
update public.profiles set email_confirmed_at = now() where id = pg_temp.id('newcomer');
create temporary view day as select (now() at time zone 'Pacific/Auckland')::date::timestamp + interval '10 days' as this;
create function pg_temp.at(p_hours interval) returns timestamptz language sql as $$ select (this + p_hours) at time zone 'Pacific/Auckland' from day; $$;
grant select on day to public;
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id(what), pg_temp.id(person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(h), pg_temp.at(h) + interval '50 minutes', status
from (values
  ('booked', 'employee', interval '9 hours', 'confirmed'), ('asked', 'colleague', '10 hours', 'pending'), ('held', 'manager', '11 hours', 'held'),
  ('elsewhere', 'company_admin', '40 hours', 'confirmed'), ('on the night', 'newcomer', '23 hours 30 minutes', 'confirmed')
) b (what, person, h, status);

create function pg_temp.off(p_from interval, p_to interval, p_sessions text default null, p_reason text default null) returns jsonb language sql as $$
  select public.take_time_off(this + p_from, this + p_to, p_sessions, 'a note', p_reason) from day;
$$;
create function pg_temp.names(p_answer jsonb) returns text[] language sql as $$
  select coalesce(array_agg(n || ' ' || (s ->> 'status') order by s ->> 'starts_at', n), '{}')
  from jsonb_array_elements(p_answer -> 'sessions') s
  join unnest(array['booked', 'asked', 'held', 'elsewhere', 'on the night']) n on pg_temp.id(n) = (s ->> 'id')::uuid;
$$;
create function pg_temp.insert_off(p_from interval, p_to interval) returns void language sql as $$
  insert into public.specialist_availability_exceptions (kind, starts_at, ends_at) select 'time_off', this + p_from, this + p_to from day;
$$;
create function pg_temp.states() returns text[] language sql as $$
  select array_agg(n || ' ' || b.status || coalesce(' ' || b.status_category, '') order by b.starts_at)
  from public.bookings b join unnest(array['booked', 'asked', 'held', 'elsewhere', 'on the night']) n on pg_temp.id(n) = b.id;
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('specialist');
select public.propose_time(pg_temp.id('elsewhere'), pg_temp.at('14 hours')) \g /dev/null

-- What clients write themselves
select throws_ok(format('select pg_temp.insert_off(%L, %L)', s, e), 'PT409', 'sessions_in_the_way', 'no time off over ' || what)
from (values
  ('a session', '9 hours', '9 hours 5 minutes'), ('the end of one', '9 hours 45 minutes', '10 hours'), ('a hold', '11 hours', '12 hours'),
  ('a time that was proposed', '14 hours', '15 hours'), ('a session of the next day', '16 hours', '41 hours')
) v (what, s, e);
select lives_ok(format('select pg_temp.insert_off(%L, %L)', s, e), 'but ' || what)
from (values ('up to one', '8 hours', '9 hours'), ('from its end on', '9 hours 50 minutes', '10 hours'), ('over a mere request', '10 hours', '10 hours 50 minutes')) v (what, s, e);
select throws_ok($$update public.specialist_availability_exceptions set ends_at = ends_at + interval '1 hour' where ends_at = (select this + interval '9 hours' from day)$$,
  'PT409', 'sessions_in_the_way', 'nor is one stretched over a session');
select lives_ok($$insert into public.specialist_availability_exceptions (kind, starts_at, ends_at) select 'extra_hours', this + interval '10 hours 50 minutes', this + interval '12 hours' from day$$,
  'what is worked may lie over sessions');
delete from public.specialist_availability_exceptions;
select pg_temp.act_as('other_specialist');
select lives_ok($$select pg_temp.insert_off('0', '48 hours')$$, 'another specialist''s sessions are in nobody''s way');

-- take_time_off()
select pg_temp.act_as('specialist');
select pg_temp.off('0', '24 hours') as looked \gset
select is(:'looked'::jsonb -> 'time_off_id', 'null', 'without a decision nothing is taken');
select is(pg_temp.names(:'looked'), '{"booked confirmed","asked pending","held held","elsewhere proposed","on the night confirmed"}', 'and the specialist is told what is in the way');
select set_eq($$select jsonb_object_keys(pg_temp.off('0', '24 hours') -> 'sessions' -> 0)$$, array['id', 'session_type_id', 'session_type', 'starts_at', 'ends_at', 'status'],
  'of each no more than when it is, and of which type');
select is_empty('select from public.specialist_availability_exceptions', 'there is no time off yet');
select isnt(pg_temp.off('0', '8 hours') ->> 'time_off_id', null, 'where nothing is in the way, it is taken at once');
select is(pg_temp.names(pg_temp.off('8 hours', '12 hours', 'keep')), '{"booked confirmed","asked pending","held held"}', 'keep tells which there are');
select is(pg_temp.states(), '{"booked confirmed","asked pending","on the night confirmed","elsewhere confirmed"}', 'and leaves them');
select isnt_empty($$select from public.specialist_availability_exceptions, day where starts_at = this + interval '8 hours' and note = 'a note'$$, 'with time off around them');
select is(pg_temp.names(pg_temp.off('0', '24 hours', 'cancel', 'I am ill.')), '{"booked confirmed","asked pending","held held","elsewhere proposed","on the night confirmed"}',
  'cancel tells which there were');
select is(pg_temp.states(), '{"booked cancelled time_off","asked declined","on the night cancelled time_off","elsewhere confirmed"}',
  'sessions are cancelled, a request is declined, and a session at another time stays');
select results_eq($$select status, reason from public.booking_proposals$$, $$values ('declined', 'I am ill.')$$, 'what was proposed for it is taken back');
select pg_temp.act_as_owner();
select set_eq($$select recipient::text, variables ->> 'reason' from private.email_log where template_key = 'booking_time_declined'$$,
  $$values ('company_admin@people.test', 'I am ill.'), ('specialist@people.test', 'I am ill.')$$, 'of which both are told: it was asked, and waits for an answer');
delete from private.emails where template_key = 'booking_time_declined';
select pg_temp.act_as('specialist');
select results_eq($$select actor, category::text, reason, session_used from public.booking_cancellations where booking_id = pg_temp.id('booked')$$,
  $$values ('specialist', 'time_off', 'I am ill.', false)$$, 'by the specialist, in their words, and nobody has used a session');
select is(pg_temp.off('0', '24 hours') -> 'sessions', '[]', 'afterwards nothing is in the way');

-- A session of that day for which its employee proposed another time of that day: it is cancelled, and nobody is told that a time was declined.
select pg_temp.act_as_owner();
delete from public.specialist_availability_exceptions;
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('talked about'), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), t, t + interval '50 minutes', 'confirmed'
from pg_temp.at('9 hours') t;
insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
select pg_temp.id('talked about'), 'employee', t, t + interval '50 minutes', t, t + interval '50 minutes', now() + interval '1 day' from pg_temp.at('14 hours') t;
select pg_temp.act_as('specialist');
select is(jsonb_array_length(pg_temp.off('0', '24 hours', 'cancel', 'I am ill.') -> 'sessions'), 2, 'a session and a time that was proposed for it are both in the way');
select pg_temp.act_as_owner();
select is(array_agg(event order by created_at), '{booked,proposed,cancelled}', 'the session is cancelled, and that is all') from public.booking_status_history where booking_id = pg_temp.id('talked about');
select is((select status from public.booking_proposals where booking_id = pg_temp.id('talked about')), 'withdrawn', 'with the session goes what was proposed for it');
select is_empty($$select from private.email_log where template_key = 'booking_time_declined'$$, 'and nobody is told that it was declined');
select pg_temp.act_as('specialist');

-- Extra hours within time off are worked, so what is in them is in nobody's way.
delete from public.specialist_availability_exceptions;
insert into public.specialist_availability_exceptions (kind, starts_at, ends_at) select 'extra_hours', this + interval '39 hours', this + interval '42 hours' from day;
select isnt(pg_temp.off('24 hours', '48 hours') ->> 'time_off_id', null, 'a session in extra hours within time off is in nobody''s way');
delete from public.specialist_availability_exceptions where kind = 'time_off';
select throws_ok($$select pg_temp.off('39 hours', '40 hours')$$, 'PT409', 'exceptions_disagree', 'time off that lies within extra hours is refused here, too');

-- What is kept is still to be answered, by whoever it waits for: the time off was taken around it.
select pg_temp.act_as_owner();
delete from public.specialist_availability_exceptions;
delete from public.bookings;
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id(what), pg_temp.id(person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(h), pg_temp.at(h) + interval '50 minutes', status
from (values
  ('offered', 'employee', interval '40 hours', 'confirmed'), ('offers', 'company_admin', '42 hours', 'confirmed'), ('asked', 'colleague', '10 hours', 'pending'),
  ('asked as well', 'newcomer', '15 hours', 'pending'), ('held', 'manager', '11 hours', 'held')
) b (what, person, h, status);
insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
select pg_temp.id(what), by, t, t + interval '50 minutes', t, t + interval '50 minutes', now() + interval '1 day'
from (values ('offered', 'specialist', interval '13 hours'), ('offers', 'employee', '14 hours')) p (what, by, h), pg_temp.at(h) t;
create function pg_temp.answer(p_person text, p_call text, p_what text, p_more text default '') returns text language plpgsql as $$
declare
  v_answer text;
begin
  perform pg_temp.act_as(p_person);
  execute format('select r.status from public.%I(%L%s) r', p_call, pg_temp.id(p_what), p_more) into v_answer;
  return v_answer;
exception when others then
  return sqlerrm;
end;
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('specialist');
select is(jsonb_array_length(pg_temp.off('0', '24 hours', 'keep') -> 'sessions'), 5, 'requests, a hold and proposals of both are kept');
select is(pg_temp.answer('specialist', 'accept_session', 'asked'), 'confirmed', 'the specialist accepts what was asked for');
select is(pg_temp.answer('employee', 'accept_proposal', 'offered'), 'confirmed', 'the employee what the specialist proposed');
select is(pg_temp.answer('specialist', 'accept_proposal', 'offers'), 'confirmed', 'the specialist what the employee proposed');
select is(pg_temp.answer('manager', 'confirm_hold', 'held'), 'confirmed', 'and who holds a time confirms it');
select is(pg_temp.answer('specialist', 'propose_time', 'asked', format(', %L', pg_temp.at('17 hours'))), 'slot_taken', 'while nothing new is proposed for it');
select is(pg_temp.answer('specialist', 'propose_time', 'asked as well', format(', %L', pg_temp.at('44 hours'))), 'open', 'but away from it');
select pg_temp.act_as_owner();
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), t, t + interval '50 minutes', 'confirmed' from pg_temp.at('15 hours 30 minutes') t;
select is(pg_temp.answer('specialist', 'accept_session', 'asked as well'), 'slot_taken', 'a session in the way is in the way as ever');
select pg_temp.act_as('specialist');

-- What it refuses
select throws_ok(format('select pg_temp.off(%L, %L, %L)', s, e, w), 'PT422', word, word || ': ' || concat_ws(' ', s, e, w))
from (values
  ('1 hour', '1 hour', null, 'invalid_range'), ('2 hours', '1 hour', null, 'invalid_range'), ('1 minute', '1 hour', null, 'invalid_range'),
  ('1 hour', '9002 hours', null, 'invalid_range'), (null, '1 hour', null, 'invalid_range'), ('1 hour', '2 hours', 'perhaps', 'invalid_choice')
) v (s, e, w, word);
select throws_ok($$select public.take_time_off('2027-01-01', '2027-01-02', null, repeat('x', 201))$$, 'PT422', 'note_too_long', 'a long note');
select throws_ok($$select public.take_time_off('2027-01-01', '2027-01-02', null, null, repeat('x', 501))$$, 'PT422', 'reason_too_long', 'a long reason');
select pg_temp.act_as('employee');
select throws_ok($$select pg_temp.off('0', '24 hours', 'cancel')$$, 'PT403', 'not_a_specialist', 'who is no specialist takes none');
select pg_temp.act_as_owner();
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select pg_temp.act_as('specialist');
select throws_ok($$select pg_temp.off('0', '48 hours', 'cancel')$$, 'PT403', 'not_a_specialist', 'nor who is suspended');
select lives_ok($$select pg_temp.insert_off('36 hours', '38 hours')$$, 'whose own day off is theirs to write, and tells them nothing');

select * from finish();
rollback;
