-- Booking: who may book what and when, and that two never get the same time.
begin;
\ir ../setup/people.psql
select no_plan();

create temporary view whole_hour as
  select date_trunc('hour', now()) as this;
grant select on whole_hour to public;

create function pg_temp.book(p_in interval, p_specialist text default 'specialist', p_type text default 'talk')
returns public.bookings
language sql
as $$
  select public.book_session(
    pg_temp.id(p_specialist || ':specialist'), pg_temp.id(p_type), (select this from whole_hour) + p_in
  );
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('employee');
select results_eq(
  $$select employee_id, company_id, specialist_id, status::text, ends_at - starts_at from pg_temp.book('3 days')$$,
  $$values (pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), 'confirmed', '50 minutes'::interval)$$,
  'an employee books a session, as long as its type, for their company'
);
select results_eq(
  $$select old_status::text, new_status::text, changed_by from public.booking_status_history$$,
  $$values (null::text, 'confirmed', pg_temp.id('employee'))$$,
  'the history begins with it'
);
select lives_ok($$select pg_temp.book('3 days 50 minutes')$$, 'the next session may begin when this one ends');
select throws_ok($$select pg_temp.book('3 days 10 minutes', 'other_specialist')$$, 'PT409', 'slot_taken',
  'nobody is in two sessions at once');

select pg_temp.act_as('colleague');
select throws_ok($$select pg_temp.book('3 days')$$, 'PT409', 'slot_taken', 'a specialist is not in two sessions at once');
select throws_ok($$select pg_temp.book('3 days 45 minutes')$$, 'PT409', 'slot_taken', 'not even for five minutes');
select throws_ok($$select pg_temp.book('3 days -45 minutes')$$, 'PT409', 'slot_taken', 'from either side');
select lives_ok($$select pg_temp.book('3 days', 'other_specialist')$$, 'another specialist is free');
select is_empty($$select from public.bookings where employee_id = pg_temp.id('employee')$$,
  'colleagues do not see each other''s sessions');

select throws_ok($$select pg_temp.book('3 days 3 minutes')$$, 'PT422', 'invalid_start', 'sessions start at full five minutes');
select throws_ok($$select pg_temp.book('-1 hour')$$, 'PT422', 'too_soon', 'not in the past');
select throws_ok($$select pg_temp.book('55 minutes')$$, 'PT422', 'too_soon', 'not within the notice');
select throws_ok($$select pg_temp.book('200 days')$$, 'PT422', 'too_far_ahead', 'not too far ahead');
select throws_ok($$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), null)$$,
  'PT422', 'invalid_start', 'not at no time');
select throws_ok($$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), 'infinity')$$,
  'PT422', 'invalid_start', 'and not at the end of time');
select throws_ok($$select pg_temp.book('4 days', 'applicant')$$, 'PT404', 'specialist_not_found',
  'an unverified specialist is not bookable');
select throws_ok($$select pg_temp.book('4 days', 'nobody')$$, 'PT404', 'specialist_not_found', 'nor one who does not exist');
select throws_ok($$select pg_temp.book('4 days', 'specialist', 'stretch')$$, 'PT422', 'session_type_not_offered',
  'a type of a pillar that the specialist does not work in is refused');
select throws_ok($$select pg_temp.book('4 days', 'specialist', 'retired_type')$$, 'PT422', 'session_type_not_offered',
  'and a retired type');

select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.book('4 days')$$, 'PT403', 'not_a_member', 'who is in no company books nothing');
select pg_temp.act_as('newcomer');
select throws_ok($$select pg_temp.book('4 days')$$, 'PT403', 'email_not_confirmed', 'nor who has not confirmed their address');
select pg_temp.act_as('anon');
select throws_ok($$select pg_temp.book('4 days')$$, '42501', null, 'nor who is not signed in');

select pg_temp.act_as('colleague');
select throws_ok(
  $$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), (select this from whole_hour) + interval '4 days', pg_temp.id('south'))$$,
  'PT403', 'not_a_member', 'nobody books on another company'
);
select throws_ok($$insert into public.bookings (employee_id) values (pg_temp.id('colleague'))$$, '42501', null,
  'a booking is not written past the rules');

select pg_temp.act_as_owner();
update public.companies set status = 'suspended' where id = pg_temp.id('north');
select pg_temp.act_as('colleague');
select throws_ok($$select pg_temp.book('4 days')$$, 'PT403', 'not_a_member', 'a suspended company books nothing');
select pg_temp.act_as_owner();
update public.companies set status = 'active' where id = pg_temp.id('north');

insert into public.company_members (company_id, user_id) values (pg_temp.id('north'), pg_temp.id('specialist'));
select pg_temp.act_as('specialist');
select throws_ok($$select pg_temp.book('4 days')$$, 'PT422', 'own_session', 'nobody books themselves');

-- The limit: what is over or cancelled does not count.
select pg_temp.act_as_owner();
update public.system_settings set value = '3' where key = 'booking_max_open_per_person';
select pg_temp.act_as('employee');
select lives_ok($$select pg_temp.book('5 days')$$, 'a person books up to their limit');
select throws_ok($$select pg_temp.book('6 days')$$, 'PT409', 'booking_limit', 'and not beyond it');
select pg_temp.act_as('manager');
select lives_ok($$select pg_temp.book('6 days')$$, 'it is everybody''s own');
select pg_temp.act_as('employee');
select public.cancel_booking(id) from public.bookings where employee_id = pg_temp.id('employee') limit 1 \g /dev/null
select lives_ok($$select pg_temp.book('7 days')$$, 'who cancels may book again');
select pg_temp.act_as_owner();
update public.bookings set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'
where id = (select id from public.bookings where employee_id = pg_temp.id('employee') and status = 'confirmed' limit 1);
select pg_temp.act_as('employee');
select lives_ok($$select pg_temp.book('8 days')$$, 'and who was there');

select pg_temp.act_as_owner();
select throws_ok(
  $$insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, 'held' from public.bookings where status = 'confirmed' limit 1$$,
  '23P01', null, 'the constraint holds whoever writes'
);
select lives_ok(
  $$insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, 'pending' from public.bookings limit 1$$,
  'a pending booking keeps no time'
);

select * from finish();
rollback;
