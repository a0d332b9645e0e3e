-- The narrow doors: a specialist's agenda, and an admin reading a person's record.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

select pg_temp.act_as('specialist');
select set_eq(
  $$select booking_id from public.specialist_agenda(now(), now() + interval '1 year')$$,
  $$select id from public.bookings where specialist_id = pg_temp.id('specialist:specialist') and starts_at > now()$$,
  'a specialist''s agenda has their sessions'
);
select isnt_empty(
  $$select from public.specialist_agenda(now(), now() + interval '1 year') where employee_name = 'Employee'$$,
  'with the name of whom they meet'
);
select is_empty($$select from public.specialist_agenda(now() - interval '1 year', now())$$, 'within the time asked for');
select is_empty($$select from public.profiles where id <> pg_temp.id('specialist')$$, 'and no profiles');
select pg_temp.act_as('employee');
select is_empty($$select from public.specialist_agenda(now(), now() + interval '1 year')$$, 'who is no specialist has no agenda');

select throws_ok($$select public.read_person(pg_temp.id('colleague'), 'curious')$$, 'PT403', 'forbidden', 'only platform admins read a person');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.read_person(pg_temp.id('employee'), 'curious')$$, 'PT403', 'forbidden', 'not a company''s admin');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.read_person(pg_temp.id('employee'), ' ')$$, 'PT422', 'reason_required', 'nor without a reason');
select throws_ok($$select public.read_person(pg_temp.id('nobody'), 'ticket 7')$$, 'PT404', 'person_not_found', 'nor somebody who does not exist');
select is_empty($$select from public.profiles where id = pg_temp.id('employee')$$, 'nor past this door');
select is_empty($$select from public.bookings where employee_id = pg_temp.id('employee')$$, 'and bookings not at all');
select is(
  (select public.read_person(pg_temp.id('employee'), 'ticket 7') #>> '{profile,email}'), 'employee@people.test',
  'with one they do'
);
select set_eq(
  $$select jsonb_object_keys(public.read_person(pg_temp.id('employee'), 'ticket 7'))$$,
  array['profile', 'roles', 'memberships', 'specialist', 'bookings'],
  'the record has these parts'
);
select is(
  jsonb_typeof(public.read_person(pg_temp.id('employee'), 'ticket 7') -> 'bookings'), 'number',
  'of sessions it tells how many, never which'
);
select pg_temp.act_as('employee');
select results_eq(
  $$select actor_id, context from public.audit_logs where action = 'person.read' limit 1$$,
  $$values (pg_temp.id('platform_admin'), '{"reason": "ticket 7"}'::jsonb)$$,
  'the person sees who read their record and why'
);

select * from finish();
rollback;
