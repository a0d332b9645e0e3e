-- The waiting list: who waits, who is offered what falls free, and until when; and what nobody learns by it.
begin;
\ir ../setup/people.psql
\ir ../setup/answer.psql
select no_plan();

-- From hour to hour, so that what is free is what falls free.
delete from public.specialist_working_hours;
insert into public.specialist_booking_rules (specialist_id, step_minutes) values (pg_temp.id('specialist:specialist'), 60), (pg_temp.id('other_specialist:specialist'), 60);
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id('specialist:specialist'), d, '09:00', '12:00', current_date - 30 from generate_series(1, 7) d;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.id('ask'), pg_temp.id('body'), 'coaching', 'Ask', 50);
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('body'));
insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('ask'), true);
insert into public.company_members (company_id, user_id) select pg_temp.id('south'), pg_temp.id(p) from unnest(array['specialist', 'applicant']) p;

create function pg_temp.at(p_hour int, p_day int default 7) returns timestamptz language sql stable as $$
  select ((now() at time zone 'UTC')::date + p_day + make_interval(hours => p_hour)) at time zone 'UTC';
$$;
create function pg_temp.day(p_n int) returns date language sql stable as $$ select (now() at time zone 'UTC')::date + p_n; $$;
-- One after the other, though it is all one transaction.
create function pg_temp.joins(p_who text, p_more text default '', p_day int default 7) returns text language plpgsql as $$
declare
  v_answer constant text := pg_temp.answer(p_who, format(
    'select status from public.join_waiting_list(%L, %L, p_specialist_id => %L, p_session_type_id => %L %s)',
    pg_temp.day(p_day), pg_temp.day(p_day), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), p_more
  ));
begin
  update public.waiting_list_entries set joined_at = clock_timestamp() where joined_at = now();
  return v_answer;
end;
$$;
-- Fills the day of the specialist with somebody's sessions.
create function pg_temp.fill(p_day int default 7) returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(format('taken-%s-%s', p_day, h)), pg_temp.id('foreign_employee'), pg_temp.id('south'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    pg_temp.at(h, p_day), pg_temp.at(h, p_day) + interval '50 minutes', 'confirmed'
  from generate_series(9, 11) h;
$$;
create function pg_temp.frees(p_hour int, p_day int default 7) returns text language sql as $$
  select pg_temp.answer('foreign_employee', format('select status from public.cancel_booking(%L)', pg_temp.id(format('taken-%s-%s', p_day, p_hour))));
$$;
create function pg_temp.held_by() returns text language sql stable as $$
  select string_agg(split_part(p.email, '@', 1) || to_char(b.starts_at at time zone 'UTC', ' HH24'), ', ' order by b.starts_at)
  from public.bookings b join public.profiles p on p.id = b.employee_id where b.status = 'held';
$$;
create function pg_temp.passes() returns void language sql as $$
  update public.bookings set expires_at = now() where status = 'held';
  update private.freed_for_waiting set ready_at = now(), kept_until = now() + interval '5 minutes';
$$;
grant execute on all functions in schema pg_temp to public;

-- The locks of a transaction last until its end, and a run is one.
create function pg_temp.locked(p_who text) returns bigint language sql volatile as $$
  select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = 18
    and objid = ((hashtext(pg_temp.id(p_who)::text)::bigint + 4294967296) % 4294967296)::oid;
$$;
savepoint fresh;

-- Joining -----------------------------------------------------------------------------------

select is(pg_temp.joins('employee'), 'times_are_free', 'nobody waits for what is free');
select pg_temp.fill();
select is(pg_temp.joins('employee'), 'waiting', 'somebody waits for a day on which nothing is');
select is(pg_temp.joins('colleague', $$, p_until_time => '10:30'$$), 'waiting', 'another at certain hours');
select is(pg_temp.joins('manager', $$, p_from_time => '09:30'$$), 'waiting', 'and a third');
select is(pg_temp.joins('anon'), 'permission denied for function join_waiting_list', 'whoever is signed in');
select is(pg_temp.joins('newcomer'), 'email_not_confirmed', 'with a confirmed address');
select is(pg_temp.joins('platform_admin'), 'not_a_member', 'as a member of a company');
select is(pg_temp.joins('specialist'), 'specialist_not_found', 'not for themselves');
select is(pg_temp.joins('company_admin', $$, p_weekdays => '{8}'$$), 'invalid_hours', 'a weekday is one');
select is(pg_temp.joins('company_admin', $$, p_from_time => '10:00', p_until_time => '09:00'$$), 'invalid_hours', 'hours are in order');
select is(pg_temp.joins('company_admin', '', -1), 'invalid_days', 'days are to come');
select is(pg_temp.answer('company_admin', format('select public.join_waiting_list(%L, %L)', pg_temp.day(7), pg_temp.day(7))), 'specialist_or_pillar_required', 'for something');
select is(
  pg_temp.answer('company_admin', format('select public.join_waiting_list(%L, %L, p_session_type_id => %L)', pg_temp.day(7), pg_temp.day(7), pg_temp.id('retired_type'))),
  'session_type_not_offered', 'that somebody offers'
);
select is(
  pg_temp.answer('company_admin', format('select public.join_waiting_list(%L, %L, p_session_type_id => %L)', pg_temp.day(7), pg_temp.day(7), pg_temp.id('ask'))),
  'acceptance_required', 'and that can be held'
);
select is(string_agg(distinct pg_temp.joins('company_admin', $$, p_from_time => '11:30'$$), ','), 'waiting', 'for several things') from generate_series(1, 5);
select is(pg_temp.joins('company_admin'), 'waiting_limit', 'but not for more than is possible');
select is(
  pg_temp.answer('company_admin', $$select count(*) from (select public.leave_waiting_list(id) from public.waiting_list_entries) l$$), '5', 'who waits may leave'
);
select is(
  pg_temp.answer('colleague', format('select public.leave_waiting_list(%L)', (select id from public.waiting_list_entries where user_id = pg_temp.id('employee')))),
  'entry_not_found', 'and nobody else for them'
);
select is(pg_temp.answer(person, 'select count(*) from public.waiting_list_entries'), n, format('%s sees what they wait for alone', person))
from (values ('employee', '1'), ('company_admin', '5'), ('specialist', '0'), ('platform_admin', '0'), ('foreign_employee', '0')) v (person, n);

-- The line ----------------------------------------------------------------------------------

select is(private.job_offer_freed_times(now()), 0::bigint, 'nothing is offered before something is free');
select is(pg_temp.frees(10), 'cancelled', 'a session is cancelled');
select is(
  pg_temp.answer('foreign_admin', format('select status from public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(10))),
  'slot_taken', 'its time is kept for who waits'
);
select is(
  pg_temp.answer('foreign_admin', format($$select public.available_slots(%L, p_session_type_id => %L, p_from => %L, p_to => %L) -> 'slots'$$,
    pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(0), pg_temp.at(24))),
  '[]', 'and offered to nobody else'
);
select is(private.job_offer_freed_times(now()), 1::bigint, 'it is offered');
select is(pg_temp.held_by(), 'employee 10', 'to the first in line');
select is(
  (select b.expires_at - now() from public.bookings b where b.status = 'held'), interval '30 minutes', 'for so long'
);
select is(
  (select row(e.template_key, e.variables ->> 'answer_by_at', e.useless_after, l.recipient)::text
   from private.emails e join private.email_log l using (id) where e.template_key = 'waiting_offer'),
  (select row('waiting_offer', private.iso_timestamp(now() + interval '30 minutes'), now() + interval '30 minutes', 'employee@people.test')::text),
  'they are mailed until when, and not after that'
);
select ok((select q.priority = 0 from private.email_queue q join private.emails e on e.id = q.mail_id where e.template_key = 'waiting_offer'), 'ahead of other mail');
select is(
  (select string_agg(k, ',' order by k) from private.emails e, jsonb_object_keys(e.variables) k where e.template_key = 'waiting_offer'),
  'answer_by_at,duration_minutes,other_name,recipient_name,session_type_name,starts_at', 'and not how it fell free'
);
select is(private.job_offer_freed_times(now()), 0::bigint, 'once');
select is(pg_temp.answer('specialist', $$select count(*) from public.bookings where status = 'held'$$), '0', 'no specialist sees for whom it is held');

-- It passes: then to the next, who can have it neither at those hours nor asleep.
select pg_temp.passes();
select is(
  pg_temp.answer('foreign_admin', format('select status from public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(10))),
  'slot_taken', 'from the moment on at which it passes it is kept for the next'
);
-- The day after tomorrow they read mail again.
insert into public.notification_preferences (user_id, mail_windows)
select pg_temp.id('manager'), jsonb_agg(case when n = extract(isodow from now() at time zone 'UTC' + interval '2 days') then '{"from": "08:00", "until": "20:00"}'::jsonb end order by n)
from generate_series(1, 7) n
on conflict (user_id) do update set mail_windows = excluded.mail_windows;
select private.job_offer_freed_times(now()) \g /dev/null
select is((select outcome from public.waiting_list_offers), 'missed', 'the offer was missed');
select is(
  (select string_agg(split_part(p.email, '@', 1), ',') from public.waiting_list_entries e join public.profiles p on p.id = e.user_id where e.status = 'waiting'),
  'employee,colleague,manager', 'who missed it goes on waiting'
);
update public.notification_preferences set mail_windows = null where user_id = pg_temp.id('manager');
select is(pg_temp.held_by(), null, 'who has other hours, or reads no mail now, is passed over');
select is(
  pg_temp.answer('foreign_admin', format('select status from public.hold_slot(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(10))),
  'held', 'and then it is free for all'
);
select is(
  pg_temp.answer('foreign_admin', format('select status from public.hold_slot(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(10))),
  'held', 'who holds it may choose it again, though it is kept for the line meanwhile'
);
select pg_temp.answer('foreign_admin', $$select public.cancel_booking(id) from public.bookings where status = 'held'$$) \g /dev/null
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'manager 10', 'a hold that ends frees a time, too; nobody is offered one twice');
select is(pg_temp.answer('manager', $$select (public.confirm_hold(id)).status from public.bookings where status = 'held'$$), 'confirmed', 'who is offered it takes it');
select is(
  (select row(e.status, o.outcome)::text from public.waiting_list_entries e join public.waiting_list_offers o on o.entry_id = e.id where e.user_id = pg_temp.id('manager')),
  '(booked,taken)', 'and waits no longer'
);

-- Who cannot take it is passed over
select pg_temp.frees(9) \g /dev/null
select is(pg_temp.joins('foreign_admin', $$, p_until_time => '10:30'$$), 'waiting', 'somebody joins behind them');
update public.company_members set status = 'removed' where user_id = pg_temp.id('employee');
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
values (pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('other_specialist:specialist'), pg_temp.id('talk'), pg_temp.at(9), pg_temp.at(10), 'confirmed');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'foreign_admin 09', 'who is a member no more, or elsewhere then, is passed over, and nobody waits behind them in vain');
select is(
  pg_temp.answer('foreign_admin', $$select count(*) from (select public.leave_waiting_list(id) from public.waiting_list_entries where status = 'waiting') l$$), '1', 'who leaves gives back what is held for them'
);
select is(pg_temp.held_by(), null, 'at once');
update public.company_members set status = 'active' where user_id = pg_temp.id('employee');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'and it goes to the next');

-- By their own clock
select pg_temp.fill(30);
update public.profiles set time_zone = 'Asia/Tokyo' where id = pg_temp.id('foreign_admin');
select is(pg_temp.joins('foreign_admin', $$, p_from_time => '18:30', p_until_time => '20:30'$$, 30), 'waiting', 'days and hours are those of the person''s zone');
select pg_temp.frees(9, 30), pg_temp.frees(10, 30), private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09, foreign_admin 10', 'seven in the evening in Tokyo is ten in the morning');
update public.bookings set expires_at = now() where employee_id = pg_temp.id('foreign_admin') and status = 'held';
select private.job_expire_bookings(now()) \g /dev/null

-- Time and limits
update public.system_settings set value = '1' where key = 'waiting_max_offers';
delete from private.freed_for_waiting;
select pg_temp.frees(11) \g /dev/null
update public.bookings set expires_at = now() where status = 'held';
select private.job_offer_freed_times(now()) \g /dev/null
select is(
  (select status from public.waiting_list_entries where user_id = pg_temp.id('employee')), 'expired', 'who lets too many offers pass waits no longer'
);
select is(pg_temp.joins('employee', '', 14), 'times_are_free', 'whoever waits for other days');
select pg_temp.fill(14);
select is(pg_temp.joins('employee', '', 14), 'waiting', 'joins again');
select private.job_offer_freed_times(now() + interval '35 days') \g /dev/null
select is((select count(*) from public.waiting_list_entries where status = 'waiting'), 0::bigint, 'when the last day is over nobody waits for it');
select private.job_offer_freed_times(now() + interval '130 days') \g /dev/null
select is((select count(*) from public.waiting_list_entries), 0::bigint, 'and it is deleted in time');

-- What somebody leaves who is removed is offered to nobody early ----------------------------

update public.system_settings set value = '5' where key = 'waiting_max_offers';
delete from private.freed_for_waiting;
select pg_temp.fill(20);
select is(pg_temp.joins('employee', '', 20), 'waiting', 'somebody waits');
update public.company_members set status = 'removed' where user_id = pg_temp.id('foreign_employee');
select private.job_cancel_ended_sessions(now() + interval '2 days') \g /dev/null
select cmp_ok((select count(*) from public.specialist_freed_times where starts_at = pg_temp.at(9, 20)), '=', 1::bigint, 'sessions are cancelled since their person was removed');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), null, 'and nobody is offered their times before others are');
update public.specialist_freed_times set offered_at = now() - interval '1 minute' where starts_at = pg_temp.at(9, 20);
update private.freed_for_waiting set ready_at = now() - interval '1 minute' where starts_at = pg_temp.at(9, 20);
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'but then');
select pg_temp.answer('employee', $$select public.cancel_booking(id) from public.bookings where status = 'held'$$) \g /dev/null
select private.job_offer_freed_times(now()) \g /dev/null
select pg_temp.answer('specialist', format('with d as (delete from public.specialist_freed_times where starts_at = %L returning 1) select count(*) from d', pg_temp.at(10, 20))) \g /dev/null
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 10', 'and when the specialist reopens one');
-- An account that is closed waits no longer, and what is held for it is nobody's.
select lives_ok(format('delete from auth.users where id = %L', pg_temp.id('employee')), 'who waits may close their account');
select is((select count(*) from public.waiting_list_entries where user_id = pg_temp.id('employee')), 0::bigint, 'and waits no longer');

-- What goes wrong with one, and who is locked for it ----------------------------------------

rollback to fresh;
select pg_temp.fill();
select is(pg_temp.joins('employee', $$, p_until_time => '10:00'$$), 'waiting', 'one waits for nine');
select is(pg_temp.joins('colleague', $$, p_from_time => '11:00'$$), 'waiting', 'another for eleven');
create function pg_temp.break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end; $$;
create trigger a_break before insert on public.waiting_list_offers for each row when (extract(minute from new.starts_at) = 0 and extract(hour from new.starts_at at time zone 'UTC') = 9)
  execute function pg_temp.break();
select pg_temp.frees(9), pg_temp.frees(11) \g /dev/null
select is(private.job_offer_freed_times(now()), 1::bigint, 'a failure of one time keeps no other');
select is(pg_temp.held_by(), 'colleague 11', 'from who waits for it');
select isnt_empty($$select from private.job_runs where job = 'offer_freed_times' and status = 'failed' and error ~ 'broken'$$, 'and is written down');
select is((select count(*) from private.freed_for_waiting where starts_at = pg_temp.at(9)), 1::bigint, 'the time stays kept');
update private.freed_for_waiting set ready_at = now() - interval '10 minutes', kept_until = now() where starts_at = pg_temp.at(9);
select private.job_offer_freed_times(now()) \g /dev/null
select is((select count(*) from private.freed_for_waiting where starts_at = pg_temp.at(9)), 0::bigint, 'until it is free for all');

rollback to fresh;
select pg_temp.fill();
-- Joined without locks: one has other hours, one has a company that is suspended, one can have it, one is behind them.
insert into public.waiting_list_entries (user_id, company_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, joined_at, expires_at)
select pg_temp.id(who), pg_temp.id(company), pg_temp.id('talk'), 'UTC', pg_temp.day(7), pg_temp.day(7), '{1,2,3,4,5,6,7}', from_time, '24:00', now() + n * interval '1 second', now() + interval '9 days'
from (values (1, 'manager', 'north', time '11:00'), (2, 'foreign_admin', 'south', time '00:00'), (3, 'employee', 'north', time '00:00'), (4, 'colleague', 'north', time '00:00')) v (n, who, company, from_time);
update public.company_subscription_plans set sessions_per_month = null;
update public.companies set status = 'suspended' where id = pg_temp.id('south');
update public.bookings set status = 'cancelled' where id = pg_temp.id('taken-7-9');
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 09', 'the first who can have it is offered a time');
select is(pg_temp.locked('employee'), 1::bigint, 'their calendar is locked');
select is(pg_temp.locked(who), 0::bigint, 'and not that of ' || who) from unnest(array['manager', 'foreign_admin', 'colleague']) who;

-- What is no fault of theirs ----------------------------------------------------------------

rollback to fresh;
select pg_temp.fill();
select is(string_agg(distinct pg_temp.joins('employee'), ','), 'waiting', 'who waits five times for the same') from generate_series(1, 5);
select pg_temp.frees(10), private.job_offer_freed_times(now()) \g /dev/null
select pg_temp.answer('employee', $$select public.cancel_booking(id) from public.bookings where status = 'held'$$), private.job_offer_freed_times(now()) \g /dev/null
select is((select array_agg(outcome) from public.waiting_list_offers), '{missed}', 'is offered a time once, as anybody');
select is(pg_temp.held_by(), null, 'and not again when they decline it');

rollback to fresh;
update public.system_settings set value = '1' where key = 'waiting_max_offers';
select pg_temp.fill();
select pg_temp.joins('employee'), pg_temp.frees(10), private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 10', 'somebody is offered a time');
select pg_temp.answer('specialist', format('select public.take_time_off(%L, %L, %L)', pg_temp.day(7) + time '10:00', pg_temp.day(7) + time '11:00', 'cancel')) \g /dev/null
select is(pg_temp.held_by(), null, 'on which the specialist takes the hour off');
select is((select row(e.status, o.outcome)::text from public.waiting_list_entries e join public.waiting_list_offers o on o.entry_id = e.id), '(waiting,withdrawn)', 'that is no offer that they let pass');
delete from public.specialist_availability_exceptions;
delete from private.freed_for_waiting;
select private.free_for_waiting(gen_random_uuid(), pg_temp.id('specialist:specialist'), pg_temp.at(10), pg_temp.at(11), pg_temp.at(10), pg_temp.at(11)), private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 10', 'and when the time is there after all, they are offered it');

-- No offer outlives its session's start. In a zone where the session is over by midnight.
rollback to fresh;
update public.specialist_booking_rules set book_notice_minutes = 0;
-- Within hours of every week the offer would begin where these say, which depends on the time of the day.
delete from public.specialist_working_hours where specialist_id = pg_temp.id('specialist:specialist');
create temporary view soon as select date_bin('5 minutes', now(), '2026-01-01 00:00+00') + interval '15 minutes' as at;
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
select pg_temp.id('specialist:specialist'), 'extra_hours', at at time zone 'UTC', at at time zone 'UTC' + interval '2 hours' from soon;
insert into public.waiting_list_entries (user_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, expires_at)
select pg_temp.id('employee'), pg_temp.id('talk'), case when extract(hour from now() at time zone 'UTC') < 21 then 'UTC' else 'Asia/Tokyo' end,
  pg_temp.day(-1), pg_temp.day(1), '{1,2,3,4,5,6,7}', '00:00', '24:00', now() + interval '2 days';
select private.free_for_waiting(gen_random_uuid(), pg_temp.id('specialist:specialist'), at, at + interval '50 minutes', at, at + interval '50 minutes') from soon \g /dev/null
select private.job_offer_freed_times(now()) \g /dev/null
select is((select b.expires_at from public.bookings b where b.status = 'held'), (select at from soon), 'what starts before half an hour is over is held until it starts');
select is((select row(o.expires_at = at, e.useless_after = at)::text from soon, public.waiting_list_offers o, private.emails e where e.template_key = 'waiting_offer'), '(t,t)', 'and offered no longer');
select throws_ok($$update public.bookings set expires_at = starts_at + interval '1 second' where status = 'held'$$, '23514', null, 'nothing is held past its start');

-- A time that was withheld is the line's before it is anybody's, also when its row is purged meanwhile.
rollback to fresh;
select pg_temp.fill();
select pg_temp.joins('employee') \g /dev/null
update public.bookings set status = 'cancelled' where id = pg_temp.id('taken-7-10');
delete from private.freed_for_waiting;
insert into public.specialist_freed_times (specialist_id, starts_at, ends_at, busy_from, busy_until, offered_at)
values (pg_temp.id('specialist:specialist'), pg_temp.at(10), pg_temp.at(11), pg_temp.at(10), pg_temp.at(11), now() - interval '1 second');
select is(private.job_purge_freed_times(now()), 1::bigint, 'a freed time is purged that is withheld no longer');
select is(
  pg_temp.answer('foreign_admin', format('select status from public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(10))),
  'slot_taken', 'and it is still kept for who waits'
);
select private.job_offer_freed_times(now()) \g /dev/null
select is(pg_temp.held_by(), 'employee 10', 'who is offered it');

select * from finish();
rollback;
