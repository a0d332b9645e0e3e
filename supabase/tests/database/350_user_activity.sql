-- User activity: the days on which a person did something by themselves, and nobody else's to see.
begin;
\ir ../setup/people.psql
select plan(15);

delete from public.user_activity_logs;
create function pg_temp.logged(p_person text) returns text[] language sql stable as $$
  select array_agg(activity::text order by activity::text) from public.user_activity_logs where user_id = pg_temp.id(p_person);
$$;
create function pg_temp.book(p_hours int) returns uuid language sql as $$
  select (public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + interval '7 days' + make_interval(hours => p_hours))).id;
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('employee');
select public.hold_slot(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + interval '9 days') \g /dev/null
select is(pg_temp.logged('employee'), null, 'to look at a time is no activity');
select public.confirm_hold(id) from public.bookings where status = 'held' \g /dev/null
select is(pg_temp.logged('employee'), '{booked}', 'to book is one');
select pg_temp.book(1) as first, pg_temp.book(3) as second, pg_temp.book(5) as third \gset
select is(pg_temp.logged('employee'), '{booked}', 'once a day, however often');
select public.reschedule_booking(:'first', date_trunc('hour', now()) + interval '8 days') \g /dev/null
select is(pg_temp.logged('employee'), '{booked,moved}', 'to move is one');
select public.cancel_booking(:'first') \g /dev/null
select is(pg_temp.logged('employee'), '{booked,cancelled,moved}', 'and to cancel');
select pg_temp.act_as_owner();
delete from public.user_activity_logs;
select pg_temp.act_as('specialist');
select public.cancel_booking(:'second') \g /dev/null
select is((select count(*) from public.user_activity_logs), 0::bigint, 'what somebody else does with a session is no activity of its employee''s');
select pg_temp.act_as_owner();
update public.bookings set status = 'cancelled' where id = :'third';
select is((select count(*) from public.user_activity_logs), 0::bigint, 'nor what a job does');

insert into auth.sessions (id, user_id, created_at, updated_at) values (gen_random_uuid(), pg_temp.id('colleague'), now(), now()), (gen_random_uuid(), pg_temp.id('colleague'), now(), now());
select is(pg_temp.logged('colleague'), '{signed_in}', 'to sign in is one');
select results_eq(
  $$select day from public.user_activity_logs$$, $$values ((now() at time zone 'UTC')::date)$$, 'of that day'
);

select pg_temp.act_as('colleague');
select is((select count(*) from public.user_activity_logs), 1::bigint, 'who did it sees it');
select pg_temp.act_as_owner();
create function pg_temp.sees(p_person text) returns bigint language plpgsql as $$
declare
  v_rows bigint;
begin
  perform pg_temp.act_as(p_person);
  v_rows := (select count(*) from public.user_activity_logs where user_id = pg_temp.id('colleague'));
  perform pg_temp.act_as_owner();
  return v_rows;
end;
$$;
select is_empty(
  $$select person from unnest(array['company_admin', 'manager', 'employee', 'specialist', 'platform_admin']) person where pg_temp.sees(person) > 0$$,
  'and nobody else'
);
select is_empty(
  $$select v from unnest(array['insert', 'update']) v where has_any_column_privilege('authenticated', 'public.user_activity_logs', v)
    union all select 'delete' where has_table_privilege('authenticated', 'public.user_activity_logs', 'delete')$$,
  'no client writes it'
);

insert into public.user_activity_logs (user_id, day, activity)
select pg_temp.id('employee'), (now() at time zone 'UTC')::date - d, 'booked' from generate_series(1, 200) d;
select is(private.job_purge_user_activity(now()), 111::bigint, 'what is older than it is kept is deleted');
select is((select min(day) from public.user_activity_logs), (now() at time zone 'UTC')::date - 89, 'and no more');
delete from auth.users where id = pg_temp.id('employee');
select is((select count(*) from public.user_activity_logs where user_id = pg_temp.id('employee')), 0::bigint, 'it goes with the account');

select * from finish();
rollback;
