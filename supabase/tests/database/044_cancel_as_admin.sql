-- An admin cancels for people who cannot, and learns nothing by it.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.make(p_name text, p_in interval, p_employee text default 'employee', p_specialist text default 'specialist')
returns void
language sql
as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_name), pg_temp.id(p_employee), pg_temp.id('north'), pg_temp.id(p_specialist || ':specialist'), pg_temp.id('talk'),
    date_trunc('hour', now()) + p_in, date_trunc('hour', now()) + p_in + interval '50 minutes', 'confirmed');
$$;
create function pg_temp.status(variadic p_names text[]) returns text[] language sql as $$
  select array_agg(b.status order by n.place)
  from unnest(p_names) with ordinality n (name, place) join public.bookings b on b.id = pg_temp.id(n.name);
$$;
create function pg_temp.mailed(p_name text) returns text[] language sql as $$
  select coalesce(array_agg(l.recipient order by l.recipient), '{}')
  from public.booking_status_history h join private.email_log l on split_part(l.dedupe_key, ':', 2) = h.id::text
  where h.booking_id = pg_temp.id(p_name) and l.template_key = 'booking_cancelled' and l.status = 'queued';
$$;
select pg_temp.make('one', '5 days');
select pg_temp.make('begun', '-1 hour');
select pg_temp.make('next', '6 days');
select pg_temp.make('later', '7 days', 'colleague');
select pg_temp.make('given_up', '8 days', 'colleague');
select pg_temp.make('other', '9 days', 'employee', 'other_specialist');
update public.bookings set status = 'cancelled', status_reason = 'ill' where id = pg_temp.id('given_up');
update public.profiles set locale = 'de' where id = pg_temp.id('employee');

-- One session
select pg_temp.act_as('employee');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), 'because I can')$$, 'PT403', 'forbidden', 'not for the employee');
select pg_temp.act_as('specialist');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), 'because I can')$$, 'PT403', 'forbidden', 'nor the specialist');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), 'because I can')$$, 'PT403', 'forbidden', 'nor the employer');
select throws_ok($$select public.cancel_bookings_of_specialist(pg_temp.id('specialist:specialist'), 'because I can')$$,
  'PT403', 'forbidden', 'least of all everything');
select pg_temp.act_as('anon');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), 'because I can')$$, '42501', null, 'and nobody anonymously');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), '  x  ')$$, 'PT422', 'reason_required', 'an admin needs a reason');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('nobody'), 'on request')$$, 'PT404', 'booking_not_found', 'and a booking');
select throws_ok($$select public.cancel_booking_as_admin(pg_temp.id('begun'), 'on request')$$, 'PT409', 'booking_not_open', 'that has not begun');
select lives_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), '  The specialist is ill. ')$$, 'then it is cancelled');
select lives_ok($$select public.cancel_booking_as_admin(pg_temp.id('one'), 'Something else')$$, 'cancelling again is no error');
select is_empty($$select from public.bookings where employee_id = pg_temp.id('employee')$$, 'the admin sees no booking for it');
select pg_temp.act_as_owner();
select is(pg_temp.status('one', 'begun', 'next', 'other'), '{cancelled,confirmed,confirmed,confirmed}'::text[], 'no other booking is touched');
select is(pg_temp.mailed('one'), '{employee@people.test,specialist@people.test}'::text[], 'both people are mailed, once');
select results_eq(
  $$select old_status::text, new_status::text, actor, changed_by, reason from public.booking_status_history
    where booking_id = pg_temp.id('one') and old_status is not null$$,
  $$values ('confirmed', 'cancelled', 'admin', null::uuid, 'The specialist is ill.')$$,
  'the history says as what, and why'
);
select results_eq(
  $$select entity_id, user_id, actor_id, context from public.audit_logs where action = 'booking.cancelled'
    and entity_id in (select id::text from public.bookings where specialist_id = pg_temp.id('specialist:specialist'))$$,
  $$values (pg_temp.id('one')::text, null::uuid, pg_temp.id('platform_admin'), '{"reason": "The specialist is ill."}'::jsonb)$$,
  'so does the audit log, once, and not whose session it was'
);
select results_eq(
  $$select l.user_id, l.category, l.variables - array['starts_at', 'calendar'] from private.email_log l
    where l.template_key = 'booking_cancelled' and l.recipient like '%@people.test' and l.variables ->> 'reason' <> 'ill' order by l.recipient$$,
  $$select pg_temp.id(person), 'booking', jsonb_build_object(
      'recipient_name', name, 'other_name', other_name, 'duration_minutes', 50, 'session_type_name', 'Talk', 'reason', 'The specialist is ill.',
      'by_us', true, 'by_you', false, 'counts', false, 'to_specialist', person = 'specialist'
    ) from (values ('employee', 'Employee', 'specialist'), ('specialist', 'Specialist', 'Employee')) as p (person, name, other_name)$$,
  'the mail says which session, that it was us, and why'
);
select is_empty($$select from public.booking_reminders where booking_id = pg_temp.id('one')$$, 'and nobody is reminded');

-- A suspended specialist
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select is(pg_temp.status('begun', 'next', 'later'), '{confirmed,confirmed,confirmed}'::text[], 'a suspension cancels nothing by itself');
select pg_temp.act_as('specialist');
select throws_ok($$select public.cancel_booking(pg_temp.id('next'))$$, 'PT404', 'booking_not_found', 'the specialist can do nothing about it');
select pg_temp.act_as('employee');
select lives_ok($$select public.cancel_booking(pg_temp.id('other'))$$, 'their employees can');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.cancel_bookings_of_specialist(pg_temp.id('nobody'), 'no longer with us')$$, 'PT404', 'specialist_not_found', 'there must be such a specialist');
select throws_ok($$select public.cancel_bookings_of_specialist(pg_temp.id('specialist:specialist'), null)$$, 'PT422', 'reason_required', 'and a reason');
select is(public.cancel_bookings_of_specialist(pg_temp.id('specialist:specialist'), 'No longer with us.'), 2, 'an admin cancels all that is to come');
select is(public.cancel_bookings_of_specialist(pg_temp.id('specialist:specialist'), 'No longer with us.'), 0, 'once');
select pg_temp.act_as_owner();
select is(pg_temp.status('next', 'later', 'begun'), '{cancelled,cancelled,confirmed}'::text[], 'what has begun stays');
select is(status_reason, 'ill', 'and so does what was cancelled before') from public.bookings where id = pg_temp.id('given_up');
select is(pg_temp.mailed('next') || pg_temp.mailed('later'),
  '{employee@people.test,specialist@people.test,colleague@people.test,specialist@people.test}'::text[], 'everybody is mailed');
select is(pg_temp.mailed('given_up'), '{colleague@people.test,specialist@people.test}'::text[], 'of what was cancelled before not again');
select is(array_agg(variables ->> 'other_name'), '{NULL,NULL}'::text[], 'and the suspended specialist learns no names')
from private.email_log where template_key = 'booking_cancelled' and recipient = 'specialist@people.test' and variables ->> 'reason' = 'No longer with us.';
select results_eq(
  $$select user_id, (context ->> 'bookings')::int from public.audit_logs where action = 'specialist.bookings_cancelled' and user_id = pg_temp.id('specialist') order by id$$,
  $$values (pg_temp.id('specialist'), 2), (pg_temp.id('specialist'), 0)$$,
  'the specialist sees in the audit log that an admin did it'
);
select is((
  select count(*) from public.audit_logs where action = 'booking.cancelled'
    and entity_id in (select id::text from public.bookings where specialist_id = pg_temp.id('specialist:specialist'))
), 3::bigint, 'each booking has its entry');

select * from finish();
rollback;
