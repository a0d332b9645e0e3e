-- The daily agenda: who gets it, when, and what stands in it.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.book(p_name text, p_starts_at timestamptz) returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_name), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    p_starts_at, p_starts_at + interval '50 minutes', 'confirmed');
$$;
create function pg_temp.agendas() returns table (who uuid, what jsonb) language sql as $$
  select user_id, variables from private.email_log where template_key = 'daily_agenda' order by id;
$$;
create function pg_temp.run(p_now timestamptz) returns bigint language sql as $$ select private.job_mail_agendas(p_now) $$;
delete from public.bookings;
update public.profiles set time_zone = 'Europe/Berlin', display_name = 'Robin' where id = pg_temp.id('specialist');

select pg_temp.book('a1', '2028-05-10 07:30Z'), pg_temp.book('a2', '2028-05-10 12:00Z'), pg_temp.book('a3', '2028-05-10 13:00Z'),
  pg_temp.book('a4', '2028-05-10 21:30Z'), pg_temp.book('a5', '2028-05-10 22:30Z') \g /dev/null
update public.bookings set status = 'cancelled' where id = pg_temp.id('a3');

select is(pg_temp.run('2028-05-10 04:59Z'), 0::bigint, 'before seven in the morning of the specialist nothing is mailed');
select is(pg_temp.run('2028-05-10 05:00Z'), 1::bigint, 'from then on it is');
select results_eq('select * from pg_temp.agendas()', $$values (pg_temp.id('specialist'), '{
  "recipient_name": "Robin", "day_on": "2028-05-10", "more": 0, "sessions": [
    {"time": "09:30", "session_type_name": "Talk", "duration_minutes": 50},
    {"time": "14:00", "session_type_name": "Talk", "duration_minutes": 50},
    {"time": "23:30", "session_type_name": "Talk", "duration_minutes": 50}
  ]}'::jsonb)$$, 'with the sessions that take place, of their day, at their time');
select is(pg_temp.run('2028-05-10 05:05Z') + pg_temp.run('2028-05-10 15:00Z'), 0::bigint, 'once a day, however often the job runs');
select is(pg_temp.run('2028-05-11 05:00Z'), 0::bigint, 'on a day without sessions nothing is mailed');
select is((select needed_by from private.email_log where template_key = 'daily_agenda'), '2028-05-10 07:30Z', 'it is read before the first of them');
select is((select useless_after from private.email_log where template_key = 'daily_agenda'), '2028-05-10 22:00Z', 'and useless when the day is over');

-- A time of one's own, and no wish at all.
delete from private.emails where template_key = 'daily_agenda';
insert into public.notification_preferences (user_id, agenda_at) values (pg_temp.id('specialist'), '10:30');
select is(pg_temp.run('2028-05-10 08:29Z'), 0::bigint, 'it comes at a time of their own');
select is(pg_temp.run('2028-05-10 08:30Z'), 1::bigint, 'then');
select is((select jsonb_array_length(what -> 'sessions') from pg_temp.agendas()), 2, 'what has begun by then is left out');
delete from private.emails where template_key = 'daily_agenda';
update public.notification_preferences set agenda_email = false;
select is(pg_temp.run('2028-05-10 08:30Z'), 0::bigint, 'who wants none gets none');
update public.notification_preferences set agenda_email = true, agenda_at = '07:00';

-- In quiet hours it would say in the evening what is no longer so in the morning: it is written when they end.
delete from private.emails where template_key = 'daily_agenda';
update public.notification_preferences set mail_windows = pg_temp.windows('13:00', '20:00');
select is(pg_temp.run('2028-05-10 08:30Z'), 0::bigint, 'as long as mail waits, none is written');
update public.bookings set starts_at = '2028-05-10 13:00Z', ends_at = '2028-05-10 13:50Z' where id = pg_temp.id('a2');
select is(pg_temp.run('2028-05-10 11:00Z'), 1::bigint, 'then it is');
select is((select what #>> '{sessions,0,time}' from pg_temp.agendas()), '15:00', 'and says what is so by then');
delete from private.emails where template_key = 'daily_agenda';
select is(pg_temp.run('2028-05-10 05:00Z'), 1::bigint, 'unless the first session is over by then');
delete from private.emails where template_key = 'daily_agenda';
update public.notification_preferences set mail_windows = null;

-- A late run, a long day.
select is(pg_temp.run('2028-05-10 21:29Z'), 1::bigint, 'after an outage it comes late');
delete from private.emails where template_key = 'daily_agenda';
select is(pg_temp.run('2028-05-10 21:30Z'), 0::bigint, 'but not when nothing is left of the day');
delete from public.bookings;
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), t, t + interval '15 minutes', 'confirmed'
from generate_series('2028-05-10 06:00Z'::timestamptz, '2028-05-10 15:00Z', '15 minutes') t;
update public.session_types set name = repeat('𝄞', 100) where id = pg_temp.id('talk');
select pg_temp.run('2028-05-10 05:00Z') \g /dev/null
select is((select array[jsonb_array_length(what -> 'sessions'), (what ->> 'more')::int] from pg_temp.agendas()), '{15,22}', 'of a long day it tells the beginning and how many more there are');

select * from finish();
rollback;
