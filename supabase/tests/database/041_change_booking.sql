-- Moving, cancelling and closing a booking: by whom, until when, and what remains of it.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.make(p_name text, p_in interval, p_employee text default 'employee', p_status text default 'confirmed')
returns void
language sql
as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_name), pg_temp.id(p_employee), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    date_trunc('hour', now()) + p_in, date_trunc('hour', now()) + p_in + interval '50 minutes', p_status);
$$;
select pg_temp.make('far', '5 days');
select pg_temp.make('near', '3 hours');
select pg_temp.make('next', '6 days');
select pg_temp.make('taken', '7 days', 'colleague');
select pg_temp.make('begun', '-20 hours');
select pg_temp.make('missed', '-30 hours');
select pg_temp.make('asked', '9 days', 'employee', 'pending');

-- Moving
select pg_temp.act_as('employee');
select results_eq(
  $$select starts_at, ends_at - starts_at from public.reschedule_booking(pg_temp.id('far'), date_trunc('hour', now()) + interval '8 days')$$,
  $$select date_trunc('hour', now()) + interval '8 days', interval '50 minutes'$$,
  'an employee moves a session, and it stays as long'
);
select results_eq(
  $$select old_status::text, new_status::text, changed_by, (metadata ->> 'moved_to')::timestamptz - (metadata ->> 'moved_from')::timestamptz
    from public.booking_status_history where booking_id = pg_temp.id('far') and old_status is not null$$,
  $$values ('confirmed', 'confirmed', pg_temp.id('employee'), '3 days'::interval)$$,
  'the history tells from when to when'
);
select lives_ok(
  $$select public.reschedule_booking(pg_temp.id('far'), date_trunc('hour', now()) + interval '8 days 15 minutes')$$,
  'a session may be moved into its own time'
);
select throws_ok(
  $$select public.reschedule_booking(pg_temp.id('next'), date_trunc('hour', now()) + interval '7 days 30 minutes')$$,
  'PT409', 'slot_taken', 'not into somebody else''s'
);
select throws_ok(
  $$select public.reschedule_booking(pg_temp.id('next'), now() - interval '1 day')$$,
  'PT422', null, 'not into the past'
);
select throws_ok(
  $$select public.reschedule_booking(pg_temp.id('begun'), date_trunc('hour', now()) + interval '9 days')$$,
  'PT409', 'booking_not_open', 'a session that has begun is not moved'
);
-- Every rule of booking holds for a move too.
create function pg_temp.move_while(p_change text, p_back text, p_to timestamptz default date_trunc('hour', now()) + interval '10 days')
returns text
language plpgsql
as $$
declare
  v_code text := 'moved';
begin
  perform pg_temp.act_as_owner();
  execute p_change;
  perform pg_temp.act_as('employee');
  begin
    perform public.reschedule_booking(pg_temp.id('next'), p_to);
  exception when others then
    v_code := sqlerrm;
  end;
  perform pg_temp.act_as_owner();
  execute p_back;
  return v_code;
end;
$$;
select pg_temp.act_as_owner();
select is(pg_temp.move_while(change, back), code, format('a move is refused as %s', code))
from (values
  ('not_a_member', $$update public.companies set status = 'suspended' where id = pg_temp.id('north')$$,
    $$update public.companies set status = 'active' where id = pg_temp.id('north')$$),
  ('email_not_confirmed', $$update public.profiles set email_confirmed_at = null where id = pg_temp.id('employee')$$,
    $$update public.profiles set email_confirmed_at = now() where id = pg_temp.id('employee')$$),
  ('specialist_not_found', $$update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist')$$,
    $$update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist')$$),
  ('session_type_not_offered', $$update public.session_types set is_active = false where id = pg_temp.id('talk')$$,
    $$update public.session_types set is_active = true where id = pg_temp.id('talk')$$)
) as r (code, change, back);
-- A place in another company does not pay for a session of this one.
insert into public.company_members (company_id, user_id) values (pg_temp.id('south'), pg_temp.id('employee'));
select is(
  pg_temp.move_while(
    $$update public.companies set status = 'suspended' where id = pg_temp.id('north')$$,
    $$update public.companies set status = 'active' where id = pg_temp.id('north')$$
  ), 'not_a_member', 'nor does another company of the person pay for it'
);
select is(pg_temp.move_while('select', 'select', date_trunc('hour', now()) + interval '200 days'), 'too_far_ahead', 'a move is refused as too_far_ahead');
select is(pg_temp.move_while('select', 'select', date_trunc('hour', now()) + interval '6 days 15 minutes'), 'moved', 'and else not');
select is(
  pg_temp.move_while(
    $$update public.session_types set default_minutes = 90 where id = pg_temp.id('talk')$$,
    $$update public.session_types set default_minutes = 50 where id = pg_temp.id('talk')$$,
    date_trunc('hour', now()) + interval '6 days'
  ), 'moved', 'a type that became longer meanwhile'
);
select is(ends_at - starts_at, interval '50 minutes', 'does not make a booked session longer') from public.bookings where id = pg_temp.id('next');
delete from public.booking_status_history where booking_id = pg_temp.id('next') and old_status is not null;

select pg_temp.act_as('specialist');
select throws_ok(
  $$select public.reschedule_booking(pg_temp.id('next'), date_trunc('hour', now()) + interval '9 days')$$,
  'PT403', 'not_your_move', 'the specialist does not move a session'
);
select pg_temp.act_as('colleague');
select throws_ok(
  $$select public.reschedule_booking(pg_temp.id('next'), date_trunc('hour', now()) + interval '9 days')$$,
  'PT404', 'booking_not_found', 'for others it does not exist'
);

-- Cancelling
select throws_ok($$select public.cancel_booking(pg_temp.id('next'))$$, 'PT404', 'booking_not_found', 'nor can they cancel it');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.cancel_booking(pg_temp.id('next'))$$, 'PT404', 'booking_not_found', 'nor can the employer');
select pg_temp.act_as('employee');
select results_eq(
  $$select status::text, status_reason, cancelled_at is not null from public.cancel_booking(pg_temp.id('next'), '  ill  ')$$,
  $$values ('cancelled', 'ill', true)$$,
  'an employee cancels, with a reason'
);
select results_eq(
  $$select status::text, status_reason from public.cancel_booking(pg_temp.id('next'), 'other')$$,
  $$values ('cancelled', 'ill')$$,
  'cancelling again changes nothing'
);
select results_eq(
  $$select new_status::text, reason, metadata from public.booking_status_history where booking_id = pg_temp.id('next') and old_status is not null$$,
  $$values ('cancelled', 'ill', '{"late": false, "category": "other"}'::jsonb)$$,
  'the history has it once'
);
select lives_ok($$select public.cancel_booking(pg_temp.id('near'))$$, 'also shortly before');
select results_eq(
  $$select metadata from public.booking_status_history where booking_id = pg_temp.id('near') and new_status = 'cancelled'$$,
  $$values ('{"late": true, "category": "other"}'::jsonb)$$,
  'which counts as late'
);
select pg_temp.act_as_owner();
select pg_temp.make('evading', '3 hours', 'manager');
select pg_temp.act_as('manager');
select public.reschedule_booking(pg_temp.id('evading'), date_trunc('hour', now()) + interval '11 days') \g /dev/null
select public.reschedule_booking(pg_temp.id('evading'), date_trunc('hour', now()) + interval '12 days') \g /dev/null
select public.cancel_booking(pg_temp.id('evading')) \g /dev/null
select results_eq(
  $$select new_status::text, (metadata ->> 'late')::boolean from public.booking_status_history
    where booking_id = pg_temp.id('evading') and old_status is not null order by created_at$$,
  $$values ('confirmed', true), ('confirmed', true), ('cancelled', true)$$,
  'a move shortly before counts as late, and moving away first does not make a cancellation timely'
);
select pg_temp.act_as('employee');
select throws_ok($$select public.cancel_booking(pg_temp.id('far'), repeat('x', 501))$$, 'PT422', 'reason_too_long', 'a reason is short');
select throws_ok($$select public.cancel_booking(pg_temp.id('begun'))$$, 'PT409', 'booking_not_open',
  'a session that has begun is not cancelled');
select lives_ok(
  $$select public.reschedule_booking(pg_temp.id('far'), date_trunc('hour', now()) + interval '6 days')$$,
  'the time of a cancelled session is free again'
);
select pg_temp.act_as('specialist');
select lives_ok($$select public.cancel_booking(pg_temp.id('far'), 'away')$$, 'a specialist cancels');

-- Closing
select lives_ok($$select public.close_booking(pg_temp.id('begun'), 'completed')$$, 'a specialist closes a session');
select lives_ok($$select public.close_booking(pg_temp.id('missed'), 'no_show')$$, 'also one that nobody came to');
select lives_ok($$select public.close_booking(pg_temp.id('missed'), 'completed')$$, 'and who said the wrong thing corrects it');
select lives_ok($$select public.close_booking(pg_temp.id('missed'), 'completed')$$, 'saying it twice is saying it once');
select results_eq(
  $$select event, new_status::text, actor from public.booking_status_history where booking_id = pg_temp.id('missed') and old_status is not null order by created_at$$,
  $$values ('missed', 'no_show', 'specialist'), ('corrected', 'completed', 'specialist')$$,
  'each is in the history'
);
select pg_temp.act_as_owner();
update public.bookings set closed_at = now() - interval '24 hours 1 minute' where id = pg_temp.id('missed');
select pg_temp.act_as('specialist');
select throws_ok($$select public.close_booking(pg_temp.id('missed'), 'no_show')$$, 'PT409', 'too_late_to_correct', 'for a day');
select throws_ok($$select public.close_booking(pg_temp.id('taken'), 'completed')$$, 'PT409', 'booking_not_open', 'not before it begins');
select throws_ok($$select public.close_booking(pg_temp.id('taken'), 'cancelled')$$, 'PT422', 'invalid_outcome', 'and only as one of two outcomes');
select pg_temp.act_as('colleague');
select throws_ok($$select public.close_booking(pg_temp.id('taken'), 'completed')$$, 'PT403', 'not_your_move', 'the employee does not close it');
select pg_temp.act_as('anon');
select throws_ok($$select public.cancel_booking(pg_temp.id('taken'))$$, '42501', null, 'anonymously nothing is changed');
select pg_temp.act_as_owner();

-- The graph: every step from every status by everybody, as private.booking_transitions has it.
create temporary table step as
  select f.status as from_status, t.status as to_status, a.actor, exists (
    select from private.booking_transitions x
    where x.old_status = coalesce(f.status, 'none') and x.new_status = t.status
      -- A platform admin acts as one only where they cancel for the platform.
      and case a.actor when 'admin' then 'system' else a.actor end = any (x.actors)
  ) as allowed
  from (select null::text as status union all select distinct new_status from private.booking_transitions) f,
    (select distinct new_status as status from private.booking_transitions) t, unnest(array['employee', 'specialist', 'admin', 'system']) a (actor)
  where f.status is distinct from t.status;

-- As the owner, in whose name rows are written, but with the claims of somebody.
create function pg_temp.be(p_actor text)
returns void
language plpgsql
as $$
begin
  perform pg_temp.act_as(case p_actor when 'employee' then 'colleague' when 'admin' then 'platform_admin' when 'specialist' then 'specialist' else 'anon' end);
  perform set_config('role', session_user, true);
end;
$$;

create function pg_temp.try_step(p_from text, p_to text, p_actor text)
returns boolean
language plpgsql
as $$
begin
  if p_from is not null then
    perform pg_temp.make('walker', '20 days', 'colleague', case when p_from in ('pending', 'held') then p_from when p_from in ('declined', 'lapsed') then 'pending' when p_from = 'released' then 'held' else 'confirmed' end);
    if p_from not in ('pending', 'held', 'confirmed') then
      update public.bookings set status = p_from where id = pg_temp.id('walker');
    end if;
  end if;
  perform pg_temp.be(p_actor);
  begin
    if p_from is null then
      perform pg_temp.make('walker', '20 days', 'colleague', p_to);
    else
      update public.bookings set status = p_to where id = pg_temp.id('walker');
    end if;
    raise sqlstate 'UNDO1';
  exception
    when sqlstate 'PT409' then
      perform pg_temp.be('system');
      delete from public.bookings where id = pg_temp.id('walker');
      return false;
    when sqlstate 'UNDO1' then
      perform pg_temp.be('system');
      delete from public.bookings where id = pg_temp.id('walker');
      return true;
  end;
end;
$$;

select cmp_ok(count(*), '>', 200::bigint, 'every pair is walked') from step;
select is(pg_temp.try_step(from_status, to_status, actor), allowed, format('%s to %s by %s', coalesce(from_status, 'nothing'), to_status, actor)) from step;

-- Closing an account
select pg_temp.make('last', '10 days', 'foreign_employee');
delete from auth.users where id = pg_temp.id('foreign_employee');
select results_eq(
  $$select status::text, employee_id from public.bookings where id = pg_temp.id('last')$$,
  $$values ('confirmed', null::uuid)$$,
  'closing an account forgets whose a session was, and frees no time that anybody could see go with them'
);
select is(private.job_cancel_ended_sessions(now() + interval '169 hours'), 1::bigint, 'a job cancels it');
select is((select status from public.bookings where id = pg_temp.id('last')), 'cancelled', 'some hours later');

select * from finish();
rollback;
