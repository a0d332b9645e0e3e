-- A series is changed from a day on, added to, left out of and stopped; and a specialist's day off says what it hits of it.
begin;
\ir ../setup/people.psql
select no_plan();

update public.specialists set time_zone = 'America/New_York' where id = pg_temp.id('specialist:specialist');
-- Ten o'clock on the specialist's wall, on a Monday to come in a week or two.
create temporary view ten as
  select m.monday + time '10:00' as wall, (m.monday + time '10:00') at time zone 'America/New_York' as at, m.monday
  from (select (date_trunc('week', now() at time zone 'America/New_York') + interval '14 days')::date as monday) m;
grant select on ten to public;
create function pg_temp.at(p_days int, p_time time default '10:00') returns timestamptz language sql as $$ select (monday + p_days + p_time) at time zone 'America/New_York' from ten; $$;
create function pg_temp.day(p_days int) returns date language sql as $$ select monday + p_days from ten; $$;
create function pg_temp.make(p_rule text default 'FREQ=WEEKLY;BYDAY=MO;COUNT=4', p_days int default 0) returns uuid language sql as $$
  select (public.make_series(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(p_days), p_rule) ->> 'series_id')::uuid;
$$;
-- What the employee has, and what became of the days of their series: days after that Monday.
create function pg_temp.had() returns text[] language sql security definer as $$
  select array_agg(concat_ws(' ', (b.wall_starts_at::date - monday), to_char(b.wall_starts_at, 'HH24:MI'), nullif(b.status, 'confirmed')) order by b.wall_starts_at, b.status)
  from public.bookings b, ten where b.employee_id = pg_temp.id('employee') and b.status <> 'released';
$$;
create function pg_temp.days(p_series_id uuid) returns text[] language sql security definer as $$
  select array_agg(concat_ws(' ', d.on_day - monday, coalesce(d.outcome, 'later'), d.refusal) order by d.n)
  from public.recurring_bookings s, private.days_of_series(s) d, ten where s.id = p_series_id;
$$;
create function pg_temp.take(p_days int, p_time time default '10:00') returns void language sql security definer as $$
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), t, t + interval '50 minutes', 'confirmed' from pg_temp.at(p_days, p_time) t;
$$;
create function pg_temp.refusal_to(p_person text, p_statement text) returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  execute p_statement;
  return 'nothing';
exception when others then
  return sqlerrm;
end;
$$;
grant execute on all functions in schema pg_temp to public;
savepoint fresh;

-- Adding and leaving out ------------------------------------------------------------------------------

select pg_temp.take(7) \g /dev/null
select pg_temp.act_as('employee');
select pg_temp.make('FREQ=WEEKLY;BYDAY=MO;COUNT=12') as series \gset
select is((pg_temp.days(:'series'))[1:3], '{"0 booked","7 skipped slot_taken","14 booked"}', 'one is skipped');
select throws_ok(format('select public.add_to_series(%L, pg_temp.day(7))', :'series'), 'PT409', 'slot_taken', 'which can be tried again, under the rules of booking');
select throws_ok(format('select public.add_to_series(%L, pg_temp.day(7), pg_temp.at(%s, %L))', :'series', d, t), 'PT422', 'another_week', format('in its own week: not on day %s', d))
from (values (6, '23:00'), (14, '00:00'), (-400, '10:00')) v (d, t);
select lives_ok(format('select public.add_to_series(%L, pg_temp.day(7), pg_temp.at(13, %L))', :'series', '09:00'), 'at another time of that week');
select ok(pg_temp.had() @> '{"13 09:00"}', 'it is booked there');
select is((pg_temp.days(:'series'))[2], '7 booked', 'as the session of that day');
select throws_ok(format('select public.add_to_series(%L, pg_temp.day(7))', :'series'), 'PT409', 'already_booked', 'which there is once');
select throws_ok(format('select public.leave_out(%L, pg_temp.day(7))', :'series'), 'PT409', 'already_booked', 'and which is cancelled, not left out');
select public.cancel_booking(b.id) from public.bookings b where b.starts_at = pg_temp.at(13, '09:00') \g /dev/null
select lives_ok(format('select public.leave_out(%L, pg_temp.day(7))', :'series'), 'once it is cancelled, it can be');
select is((pg_temp.days(:'series'))[2], '7 left_out', 'so that it is not wanted');
select lives_ok(format('select public.add_to_series(%L, pg_temp.day(7), pg_temp.at(8))', :'series'), 'until it is');
select throws_ok(format('select public.add_to_series(%L, pg_temp.day(8))', :'series'), 'PT422', 'not_in_series', 'a day that the series has not');
select lives_ok(format('select public.leave_out(%L, pg_temp.day(70))', :'series'), 'one whose time has not come is left out');
select lives_ok(format('select public.add_to_series(%L, pg_temp.day(77))', :'series'), 'or booked early');
select pg_temp.act_as_owner();
select private.job_book_series(now() + interval '11 weeks') \g /dev/null
select is((pg_temp.days(:'series'))[9:12], '{"56 booked","63 booked","70 left_out","77 booked"}', 'and the job leaves both as they are');
select is((select count(*) from public.bookings where employee_id = pg_temp.id('employee') and status = 'confirmed'), 11::bigint, 'each once');

-- Whose it is
select is(pg_temp.refusal_to(who, format(call, :'series')), word, word || ' is told ' || who || ' of ' || left(call, 24))
from (values ('specialist', 'not_your_move'), ('colleague', 'series_not_found'), ('company_admin', 'series_not_found'), ('other_specialist', 'series_not_found')) p (who, word),
  unnest(array[
    'select public.add_to_series(%L, pg_temp.day(70))', 'select public.leave_out(%L, pg_temp.day(70))',
    $$select public.change_series(%L, pg_temp.day(70), pg_temp.at(70), 'FREQ=WEEKLY;COUNT=3')$$
  ]) call;
select is(pg_temp.refusal_to(who, format('select public.stop_series(%L, %L)', :'series', 'cancel')), 'series_not_found', who || ' stops nothing')
from unnest(array['colleague', 'company_admin', 'other_specialist', 'platform_admin']) who;

-- Changing --------------------------------------------------------------------------------------------

rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make() as series \gset
savepoint made;
select is(pg_temp.had(), '{"0 10:00","7 10:00","14 10:00","21 10:00"}', 'four Mondays');

select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '11:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') ->> 'series_id' as changed \gset
select is(:'changed'::uuid, :'series', 'changed from its first day on, it is the same series');
select is(pg_temp.had(), '{"0 11:00","7 11:00","14 11:00","21 11:00"}', 'at another time, its sessions move');
select is((select array_agg(distinct times_moved) from public.bookings), '{1}', 'and are the same sessions');
rollback to made;

select public.change_series(:'series', pg_temp.day(14), pg_temp.at(16), 'FREQ=WEEKLY;BYDAY=WE;COUNT=3') ->> 'series_id' as changed \gset
select isnt(:'changed'::uuid, :'series', 'changed from a later day on, what is before stays a series of its own');
select is(pg_temp.had(), '{"0 10:00","7 10:00","16 10:00","23 10:00","30 10:00"}', 'and what follows moves within its weeks, and goes on');
select is(pg_temp.days(:'series') || pg_temp.days(:'changed'), '{"0 booked","7 booked","16 booked","23 booked","30 booked"}', 'each session is in one of the two');
select is((select rule::text from public.recurring_bookings where id = :'series'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=2', 'the former ends there');
select is((select count(*) from public.bookings where status <> 'confirmed'), 0::bigint, 'nothing was cancelled');
rollback to made;

select pg_temp.take(7, '11:00') \g /dev/null
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '11:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') \g /dev/null
select is(pg_temp.had(), '{"0 11:00","7 10:00","14 11:00","21 11:00"}', 'where the new time is not free, a session stays where it was');
select is((pg_temp.days(:'series'))[2], '7 booked slot_taken', 'which is told');
rollback to made;

select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0), 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=4') \g /dev/null
select is(pg_temp.had(), '{"0 10:00","3 10:00","7 10:00 cancelled","14 10:00","17 10:00","21 10:00 cancelled"}', 'sessions of weeks that have fewer are cancelled, others are booked');
select is((select count(*) from public.booking_cancellations where not late and not session_used), 2::bigint, 'as by who cancels in time');
rollback to made;

select public.change_series(:'series', pg_temp.day(0), pg_temp.at(2), 'FREQ=WEEKLY;BYDAY=WE,FR;COUNT=8') \g /dev/null
select is(pg_temp.had(), '{"2 10:00","4 10:00","9 10:00","11 10:00","16 10:00","18 10:00","23 10:00","25 10:00"}', 'one of a week moves, the other is booked');
select is((select count(*) from public.bookings where times_moved = 1), 4::bigint, 'four were moved');
rollback to made;

select public.cancel_booking(b.id) from public.bookings b where b.starts_at = pg_temp.at(7) \g /dev/null
select public.leave_out(:'series', pg_temp.day(7)) \g /dev/null
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '12:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') \g /dev/null
select is(pg_temp.days(:'series'), '{"0 booked","7 left_out","14 booked","21 booked"}', 'what was left out stays so');
rollback to made;

-- Whatever was decided about a day is, after any change.
select public.cancel_booking(b.id) from public.bookings b where b.starts_at = pg_temp.at(7) \g /dev/null
savepoint one_cancelled;
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '12:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') \g /dev/null
select is(pg_temp.days(:'series'), '{"0 booked","7 left_out","14 booked","21 booked"}', 'what was cancelled is not booked again');
select is(pg_temp.had(), '{"0 12:00","7 10:00 cancelled","14 12:00","21 12:00"}', 'nor is another in its place');
select lives_ok(format('select public.add_to_series(%L, pg_temp.day(7))', :'series'), 'until somebody adds it');
rollback to one_cancelled;
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(2), 'FREQ=WEEKLY;BYDAY=WE;COUNT=4') \g /dev/null
select is(pg_temp.days(:'series'), '{"2 booked","9 left_out","16 booked","23 booked"}', 'on another day of the week, neither');
rollback to one_cancelled;
select public.change_series(:'series', pg_temp.day(7), pg_temp.at(7, '12:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=3') ->> 'series_id' as changed \gset
select is(pg_temp.days(:'changed'), '{"7 left_out","14 booked","21 booked"}', 'nor in the series that goes on');
rollback to one_cancelled;
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0), 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=8') \g /dev/null
select is((pg_temp.days(:'series'))[3:4], '{"7 left_out","10 booked"}', 'but another day of that week is booked');
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(1), 'FREQ=WEEKLY;BYDAY=TU;COUNT=4') \g /dev/null
select is((pg_temp.days(:'series'))[2], '8 booked', 'of a week that has fewer, what is booked goes on before what is not wanted');
rollback to made;

-- The session of a day was moved before now: it took place.
select pg_temp.act_as_owner();
alter table public.bookings disable trigger user;
update public.bookings set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour', busy_from = now() - interval '2 hours', busy_until = now() - interval '1 hour' where starts_at = pg_temp.at(0);
alter table public.bookings enable trigger user;
select pg_temp.act_as('employee');
select public.change_series(:'series', pg_temp.day(7), pg_temp.at(7), 'FREQ=WEEKLY;BYDAY=MO;COUNT=3') \g /dev/null
select is((select count(*) from public.bookings where employee_id = pg_temp.id('employee')), 4::bigint, 'what has begun is neither moved nor booked again');
rollback to made;

-- A session that was moved to another week is that of its day all the same: no change loses it, or books another beside it.
savepoint not_moved;
select public.reschedule_booking(b.id, pg_temp.at(4, '15:00')) from public.bookings b where b.starts_at = pg_temp.at(7) \g /dev/null
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '12:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') \g /dev/null
select is(pg_temp.had(), '{"0 12:00","7 12:00","14 12:00","21 12:00"}', 'moved to the week before, it comes back to its own');
rollback to not_moved;
select public.reschedule_booking(b.id, pg_temp.at(14, '15:00')) from public.bookings b where b.starts_at = pg_temp.at(7) \g /dev/null
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '12:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4') \g /dev/null
select is(pg_temp.had(), '{"0 12:00","7 12:00","14 12:00","21 12:00"}', 'also from the day of another');
rollback to not_moved;
select public.reschedule_booking(b.id, pg_temp.at(15, '15:00')) from public.bookings b where b.starts_at = pg_temp.at(7) \g /dev/null
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(1), 'FREQ=WEEKLY;BYDAY=TU;COUNT=4') \g /dev/null
select is(pg_temp.had(), '{"1 10:00","8 10:00","15 10:00","22 10:00"}', 'also from the day that another gets');
rollback to not_moved;

-- To divide one makes two.
select pg_temp.act_as_owner();
update public.system_settings set value = '1' where key = 'series_max_per_person';
select pg_temp.act_as('employee');
select throws_ok(format('select public.change_series(%L, pg_temp.day(14), pg_temp.at(14), %L)', :'series', 'FREQ=WEEKLY;BYDAY=MO;COUNT=90'), 'PT409', 'series_limit', 'a series is divided as far as one may have as many');
select lives_ok(format('select public.change_series(%L, pg_temp.day(0), pg_temp.at(0), %L)', :'series', 'FREQ=WEEKLY;BYDAY=MO;COUNT=9'), 'as a whole it changes');
rollback to made;

select throws_ok(format('select public.change_series(%L, pg_temp.day(%s), pg_temp.at(%s), %L)', :'series', d, s, r), 'PT422', word, word)
from (values (1, 1, 'FREQ=WEEKLY;COUNT=3', 'not_in_series'), (0, 0, 'FREQ=DAILY;COUNT=3', 'invalid_rule'), (0, -30, 'FREQ=WEEKLY;COUNT=3', 'too_soon'), (0, 800, 'FREQ=WEEKLY;COUNT=3', 'too_far_ahead')) v (d, s, r, word);
select is(pg_temp.had(), '{"0 10:00","7 10:00","14 10:00","21 10:00"}', 'and nothing is changed by what is refused');

-- Where the specialist accepts first, what was agreed is not moved over their head.
select pg_temp.act_as_owner();
insert into public.specialist_booking_rules (specialist_id, requires_acceptance) values (pg_temp.id('specialist:specialist'), true);
select pg_temp.act_as('employee');
select public.change_series(:'series', pg_temp.day(0), pg_temp.at(0, '11:00'), 'FREQ=WEEKLY;BYDAY=MO;COUNT=5') \g /dev/null
select is(pg_temp.had(), '{"0 10:00","7 10:00","14 10:00","21 10:00","28 11:00 pending"}', 'sessions stay, and one more is asked for');
select is((pg_temp.days(:'series'))[1], '0 booked acceptance_required', 'which is told');

-- Any change of any series: no day twice, none of the rule missing, each session in one place, and none lost that the rule still has.
rollback to made;
select pg_temp.act_as_owner();
create function pg_temp.wrong() returns setof text language sql security definer as $$
  select 'a session is in two places' from public.recurring_booking_occurrences group by booking_id having count(*) > 1 and booking_id is not null
  union all
  select 'of no rule: ' || o.on_day from public.recurring_booking_occurrences o join public.recurring_bookings s on s.id = o.series_id
  where not exists (select from private.days_of_series(s) d where d.on_day = o.on_day)
  union all
  select 'a session that nobody has: ' || b.wall_starts_at from public.bookings b
  where b.employee_id = pg_temp.id('employee') and b.status = 'confirmed' and not exists (select from public.recurring_booking_occurrences o where o.booking_id = b.id)
  union all
  select 'in another week: ' || o.on_day || ' ' || b.wall_starts_at from public.recurring_booking_occurrences o
  join public.bookings b on b.id = o.booking_id and b.status = 'confirmed' join public.recurring_bookings s on s.id = o.series_id
  where private.week_of_series(s.rule, b.starts_at at time zone s.time_zone) <> private.week_of_series(s.rule, o.on_day::timestamp)
  union all
  select 'not looked at: ' || d.on_day from public.recurring_bookings s, private.days_of_series(s) d where s.status <> 'stopped' and d.outcome is null and d.starts_at < now() + interval '56 days';
$$;
create procedure pg_temp.change_at_random(p_times int, inout p_wrong text[]) language plpgsql as $$
declare
  v record;
  v_from date;
begin
  for i in 1..p_times loop
    select s.id into v from public.recurring_bookings s where s.status <> 'stopped' order by random() limit 1;
    select d.on_day into v_from from public.recurring_bookings s, private.days_of_series(s) d where s.id = v.id and d.starts_at > now() order by random() limit 1;
    begin
      perform pg_temp.act_as('employee');
      perform public.change_series(
        v.id, v_from, (v_from + floor(random() * 7)::int + make_time(9 + floor(random() * 4)::int, 0, 0)) at time zone 'America/New_York',
        concat('FREQ=WEEKLY;INTERVAL=', 1 + floor(random() * 2)::int, ';BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=', 1 + floor(random() * 12)::int)
      );
    exception when sqlstate 'PT422' or sqlstate 'PT409' or sqlstate 'PT429' then null;
    end;
    perform pg_temp.act_as_owner();
    p_wrong := p_wrong || array(select 'after ' || i || ': ' || w from pg_temp.wrong() w);
    exit when cardinality(p_wrong) > 0;
  end loop;
end;
$$;
alter table public.bookings disable trigger record_first_status;
alter table public.bookings disable trigger record_change;
alter table public.bookings disable trigger schedule_reminders;
alter table public.bookings disable trigger move_reminders;
update public.system_settings set value = '100' where key in ('booking_max_open_per_person', 'booking_max_moves');
update public.system_settings set value = '100000' where key = 'bookings_allowance_burst';
create temporary table fault (wrong text[]);
do $$ declare v text[] := '{}'; begin call pg_temp.change_at_random(25, v); insert into fault values (v); end; $$;
select is((select wrong from fault), '{}'::text[], 'after random changes, one after the other');
select cmp_ok((select count(*) from public.recurring_bookings), '>', 3::bigint, 'of several series by then');

-- Stopping --------------------------------------------------------------------------------------------

rollback to made;
select throws_ok(format('select public.stop_series(%L, null)', :'series'), 'PT422', 'invalid_choice', 'who stops says what becomes of the sessions');
select throws_ok(format('select public.stop_series(%L, %L, repeat(%L, 501))', :'series', 'keep', 'x'), 'PT422', 'reason_too_long', 'in few words');
select pg_temp.act_as('specialist');
select is(public.stop_series(:'series', 'keep', 'I am moving away.'), 0, 'the specialist stops it');
select is(pg_temp.had(), '{"0 10:00","7 10:00","14 10:00","21 10:00"}', 'and keeps what is booked');
select results_eq('select status::text, stopped_by, stop_reason from public.recurring_bookings', $$values ('stopped', 'specialist', 'I am moving away.')$$, 'in their words');
select is(public.stop_series(:'series', 'cancel'), 4, 'or cancels it, also later');
select pg_temp.act_as_owner();
select set_eq($$select recipient::text, variables ->> 'by_you' as by_you, variables ->> 'reason' as reason from private.email_log where template_key = 'series_stopped'$$,
  $$values ('employee@people.test', 'false', 'I am moving away.'), ('specialist@people.test', 'true', 'I am moving away.')$$, 'both are told, once');
select pg_temp.act_as('employee');
select is((select array_agg(distinct status::text) from public.bookings), '{cancelled}', 'its sessions are');
select is((select array_agg(distinct stopped_by) from public.recurring_bookings), '{specialist}', 'and who stopped it first did');
select throws_ok(format('select public.add_to_series(%L, pg_temp.day(0))', :'series'), 'PT409', 'series_not_active', 'nothing is added to it');
select throws_ok(format('select public.change_series(%L, pg_temp.day(0), pg_temp.at(0), %L)', :'series', 'FREQ=WEEKLY;COUNT=3'), 'PT409', 'series_not_active', 'or changed');
rollback to made;
select is(public.stop_series(:'series', 'cancel'), 4, 'the employee stops it, too');

-- What the specialist sees
rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make('FREQ=WEEKLY;BYDAY=MO;COUNT=20') as series \gset
select pg_temp.act_as('specialist');
select results_eq('select series_id, session_type, employee_name, rule, time_zone, next_starts_at from public.specialist_series()',
  format($$values (%L::uuid, 'Talk', 'Employee', 'FREQ=WEEKLY;BYDAY=MO;COUNT=20', 'America/New_York', pg_temp.at(0))$$, :'series'), 'the specialist sees with whom a series is, and when');
select is_empty(format('select from public.specialist_series(%L)', :'series'), 'page by page');
select pg_temp.act_as('other_specialist');
select is_empty('select from public.specialist_series()', 'another sees nothing');

-- A day off
select pg_temp.act_as('specialist');
select public.take_time_off(pg_temp.day(140)::timestamp, pg_temp.day(150)::timestamp) as off \gset
select isnt(:'off'::jsonb ->> 'time_off_id', null, 'a holiday over a series that is not booked yet is taken');
select is(:'off'::jsonb -> 'series', '[]', 'beyond its end it hits nothing');
select public.take_time_off(pg_temp.day(84)::timestamp, pg_temp.day(98)::timestamp) as off \gset
select is((select array_agg(s ->> 'starts_at' order by n) from jsonb_array_elements(:'off'::jsonb -> 'series') with ordinality j (s, n)),
  array[to_jsonb(pg_temp.at(84)) #>> '{}', to_jsonb(pg_temp.at(91)) #>> '{}'], 'and says what of it will not be booked');
select set_eq(format($$select jsonb_object_keys(%L::jsonb -> 'series' -> 0)$$, :'off'), array['series_id', 'session_type', 'starts_at'], 'no more than when, and of which series');
select public.take_time_off(pg_temp.day(7)::timestamp, pg_temp.day(8)::timestamp) as off \gset
select is(:'off'::jsonb ->> 'time_off_id', null, 'over one that is booked it is taken only with a decision, as ever');
select pg_temp.act_as_owner();
select private.job_book_series(now() + interval '11 weeks') \g /dev/null
select is((pg_temp.days(:'series'))[12:15], '{"77 booked","84 skipped slot_taken","91 skipped slot_taken","98 booked"}', 'so it comes');

select * from finish();
rollback;
