-- Employers learn nothing from removing somebody: what a specialist offers, and what a booking is refused by, is the same
-- before and after an admin removes a member, or the member's account goes, and while a job cancels the sessions.
begin isolation level repeatable read;
\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/attack.psql
\ir ../setup/observer.psql
select no_plan();

insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id(person || ':specialist'), d, '00:00', '24:00', current_date - 30
from unnest(array['specialist', 'other_specialist']) as person, generate_series(2, 7) d;
delete from public.specialist_freed_times;
delete from public.bookings;
select date_trunc('hour', now()) + interval '8 days' as slot \gset
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
values (pg_temp.id('theirs'), pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), :'slot', :'slot'::timestamptz + interval '50 minutes', 'confirmed');
-- With time kept around it, another time proposed for it, and a request, which keeps none.
insert into public.specialist_booking_rules (specialist_id, buffer_before_minutes, buffer_after_minutes, step_minutes)
values (pg_temp.id('specialist:specialist'), 10, 15, 15) on conflict (specialist_id) do update set buffer_before_minutes = 10, buffer_after_minutes = 15, step_minutes = 15;
update public.bookings set ends_at = ends_at + interval '5 minutes' where id = pg_temp.id('theirs');
insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
select id, 'specialist', starts_at + interval '4 hours', ends_at + interval '4 hours', busy_from + interval '4 hours', busy_until + interval '4 hours', now() + interval '7 days' from public.bookings where id = pg_temp.id('theirs');
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
values (pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('interview'), :'slot'::timestamptz + interval '8 hours', :'slot'::timestamptz + interval '8 hours 30 minutes', 'pending');

create temporary table world (n int, name text, event text);
insert into world values
  (0, 'before', 'select'),
  (1, 'removed', $$select pg_temp.act_as('company_admin'); select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague'))$$),
  (2, 'signed out', $$select pg_temp.act_as('company_admin'); select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague'));
    select pg_temp.act_as_owner(); select private.job_settle_ended_memberships(now())$$),
  (3, 'cancelled', $$select pg_temp.act_as('company_admin'); select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague'));
    select pg_temp.act_as_owner(); select private.job_settle_ended_memberships(now()); select private.job_cancel_ended_sessions(now() + interval '25 hours')$$),
  (4, 'left', $$select pg_temp.act_as('colleague'); select public.leave_company(pg_temp.id('north'));
    select pg_temp.act_as_owner(); select private.job_cancel_ended_sessions(now() + interval '25 hours')$$),
  (5, 'erased', $$delete from public.legal_holds where user_id = pg_temp.id('colleague'); delete from auth.users where id = pg_temp.id('colleague')$$),
  (6, 'erased and cancelled', $$delete from public.legal_holds where user_id = pg_temp.id('colleague'); delete from auth.users where id = pg_temp.id('colleague'); select private.job_cancel_ended_sessions(now() + interval '25 hours')$$);

-- And by an admin who has used up what they may book, whom an allowance refuses.
insert into world
select n + 10, name || ', without an allowance', $$insert into private.allowances (kind, subject, full_at) values ('bookings', pg_temp.id('company_admin')::text, now() + interval '1 year'); $$ || event
from world where name in ('before', 'cancelled');

create temporary table sight as
  select w.name as world, s.what, s.answer from world w, lateral pg_temp.seen('company_admin', 'north', w.event, :'slot') s;

select is_empty(
  format($$select a.what, a.answer, b.answer from sight a join sight b using (what)
    where a.world = %L and b.world = %L
      -- The member is gone, which is no secret.
      and regexp_replace(a.answer, '"members": \d', '') is distinct from regexp_replace(b.answer, '"members": \d', '')
      and a.what !~ 'public\.(company_members|company_directory|company_plan|deactivate_member|set_member_role|grant_company_package|company_employee_invitations|read_person|user_roles)' limit 10$$, case when n > 10 then 'before, without an allowance' else 'before' end, name),
  format('an admin who compares what is free sees nothing change: %s', name)
)
from world where n not in (0, 10) order by n;
select isnt_empty($$select from sight where what ~ 'available_slots' and answer ~ '[0-9]'$$, 'there is something free');

-- The specialist has the time back when they say so, or after a while
select pg_temp.act_as('company_admin');
select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague')) \g /dev/null
select pg_temp.act_as_owner();
select private.job_cancel_ended_sessions(now() + interval '25 hours') \g /dev/null
create function pg_temp.is_offered() returns boolean language sql as $$
  select exists (
    select from jsonb_array_elements(public.available_slots(pg_temp.id('specialist:specialist'), p_from => now() + interval '7 days', p_limit => 1000) -> 'slots') s
    where (s ->> 'starts_at')::timestamptz = date_trunc('hour', now()) + interval '8 days'
  );
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('other_specialist');
select is_empty('delete from public.specialist_freed_times returning id', 'another specialist reopens nothing');
select pg_temp.act_as('company_admin');
select is_empty('delete from public.specialist_freed_times returning id', 'nor does an employer');
select is_empty('select id from public.specialist_freed_times', 'who does not see it either');
select ok(not pg_temp.is_offered(), 'so the time is not offered');
select pg_temp.act_as('specialist');
select is((select array_agg(starts_at order by starts_at) from public.specialist_freed_times), array[:'slot', :'slot'::timestamptz + interval '4 hours'], 'the specialist sees which times fell free');
savepoint before_reopening;
delete from public.specialist_freed_times where starts_at = :'slot';
select pg_temp.act_as('employee');
select ok(pg_temp.is_offered(), 'and offers it again by deleting the row');
rollback to before_reopening;
select pg_temp.act_as_owner();
update public.specialist_freed_times set offered_at = now() - interval '1 second';
-- First to whoever waits, and nobody does.
select private.job_offer_freed_times(now()) \g /dev/null
select pg_temp.act_as('employee');
select ok(pg_temp.is_offered(), 'or it is offered again when its moment has come');
select lives_ok(
  format('select public.book_session(pg_temp.id(''specialist:specialist''), pg_temp.id(''talk''), %L)', :'slot'), 'and can be booked'
);
select pg_temp.act_as_owner();
select is(private.job_purge_freed_times(now()), 2::bigint, 'after which the rows are of no use');

-- The moments are drawn anew for everybody
insert into private.membership_ends (company_id, user_id, ended_at, signs_out, cancels_at)
select pg_temp.id('south'), id, now(), false, now() + private.session_release_delay() from public.profiles
on conflict (company_id, user_id) do nothing;
select cmp_ok((select count(distinct cancels_at) from private.membership_ends where company_id = pg_temp.id('south')), '>=', 8::bigint, 'no two are due at the same moment');

select * from finish();
rollback;
