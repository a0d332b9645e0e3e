-- book_session(): an employee books a session. The rules that make a slot bookable are here, and
-- hold for a session that moves too; that it is free is decided by the exclusion constraints of
-- bookings alone.
--
-- Locks are taken in the one order of 20261122000007_locks.sql: accounts, specialist, employee, booking row. The two-key
-- form keeps the two kinds of lock apart.

create function private.lock_booking_parties(p_specialist_id uuid, p_employee_id uuid, p_wait boolean default true)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if not p_wait then
    return coalesce(pg_try_advisory_xact_lock(17, hashtext(p_specialist_id::text)), true)
      and coalesce(pg_try_advisory_xact_lock(18, hashtext(p_employee_id::text)), true);
  end if;
  perform pg_advisory_xact_lock(17, hashtext(p_specialist_id::text));
  perform pg_advisory_xact_lock(18, hashtext(p_employee_id::text));
  return true;
end;
$$;

comment on function private.lock_booking_parties(uuid, uuid, boolean) is
  'Queues changes of the calendars of a specialist and an employee until the transaction ends. Without waiting, for a job that '
  'holds other calendars already: whether it got them.';

create function private.check_booking_time(p_starts_at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_notice int := private.setting('booking_min_notice_minutes')::int;
  v_days int := private.setting('booking_max_days_ahead')::int;
begin
  if p_starts_at is null or not isfinite(p_starts_at)
    or extract(epoch from p_starts_at)::numeric % 300 <> 0
  then
    raise sqlstate 'PT422' using message = 'invalid_start', detail = 'A session starts at a full five minutes.';
  elsif p_starts_at < now() + make_interval(mins => v_notice) then
    raise sqlstate 'PT422' using message = 'too_soon', detail = format('A session is booked at least %s minutes ahead.', v_notice);
  elsif p_starts_at > now() + make_interval(days => v_days) then
    raise sqlstate 'PT422' using message = 'too_far_ahead', detail = format('A session is booked at most %s days ahead.', v_days);
  end if;
end;
$$;

comment on function private.check_booking_time(timestamptz) is
  'Refuses a start that nobody may book: invalid_start, too_soon, too_far_ahead.';

-- The company whose entitlement pays: the one named, or the person's longest-standing.
create function private.booking_company(p_user_id uuid, p_company_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_company_id uuid;
begin
  select c.id into v_company_id
  from public.company_members m
  join public.companies c on c.id = m.company_id
  where m.user_id = p_user_id and m.status = 'active' and c.status = 'active'
    and (p_company_id is null or c.id = p_company_id)
  order by m.created_at, c.id
  limit 1;
  if not found then
    raise sqlstate 'PT403' using message = 'not_a_member',
      detail = 'Sessions are booked by members of an active company.';
  end if;
  return v_company_id;
end;
$$;

comment on function private.booking_company(uuid, uuid) is 'The company a person books for, or not_a_member.';

-- Length of the session, after checking that this specialist offers this type.
create function private.bookable_minutes(p_specialist_id uuid, p_session_type_id uuid, p_user_id uuid)
returns int
language plpgsql
stable
set search_path = ''
as $$
declare
  v_minutes int;
  v_specialist public.specialists%rowtype;
begin
  select * into v_specialist from public.specialists where id = p_specialist_id and status = 'verified';
  if not found then
    raise sqlstate 'PT404' using message = 'specialist_not_found', detail = 'There is no such specialist.';
  elsif v_specialist.user_id = p_user_id then
    raise sqlstate 'PT422' using message = 'own_session', detail = 'Nobody books a session with themselves.';
  end if;
  select t.default_minutes into v_minutes
  from public.session_types t
  join public.pillars p on p.id = t.pillar_id
  join public.specialist_pillars sp on sp.pillar_id = p.id and sp.specialist_id = p_specialist_id
  where t.id = p_session_type_id and t.is_active and p.is_active;
  if not found then
    raise sqlstate 'PT422' using message = 'session_type_not_offered', detail = 'The specialist does not offer this session type.';
  end if;
  return v_minutes;
end;
$$;

comment on function private.bookable_minutes(uuid, uuid, uuid) is
  'Minutes of a session type with a specialist, or specialist_not_found, own_session, session_type_not_offered.';

-- A session is covered by the plan of today and by that of its own day.
create function private.check_entitled(p_company_id uuid, p_starts_at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (select from private.company_entitlement(p_company_id)) then
    raise sqlstate 'PT409' using message = 'no_plan', detail = 'Your company has no plan at present.';
  elsif not exists (select from private.company_entitlement(p_company_id, p_starts_at)) then
    raise sqlstate 'PT409' using message = 'plan_ends_before', detail = 'The plan of your company ends before that day.';
  end if;
end;
$$;

comment on function private.check_entitled(uuid, timestamptz) is
  'Refuses a session that the company''s plan does not cover: no_plan, plan_ends_before.';

create function private.check_booking(
  p_user_id uuid, p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid,
  p_agreed interval, out company_id uuid, out minutes int
)
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not exists (select from public.profiles where id = p_user_id and email_confirmed_at is not null) then
    raise sqlstate 'PT403' using message = 'email_not_confirmed', detail = 'Confirm your e-mail address first.';
  end if;
  company_id := private.booking_company(p_user_id, p_company_id);
  minutes := private.bookable_minutes(p_specialist_id, p_session_type_id, p_user_id);
  perform private.check_booking_time(p_starts_at);
  perform private.check_working_hours(p_specialist_id, p_starts_at, p_starts_at + coalesce(p_agreed, make_interval(mins => minutes)));
  perform private.check_entitled(company_id, p_starts_at);
end;
$$;

comment on function private.check_booking(uuid, uuid, uuid, timestamptz, uuid, interval) is
  'Checks all that a booking, new or moved, must meet: the company that pays and the minutes it lasts by default, or the error that refuses it. '
  'p_agreed: how long the one lasts that moves.';

-- Counted behind the employee's lock, so that requests side by side cannot pass it together.
create function private.check_open_bookings(p_user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_limit int := private.setting('booking_max_open_per_person')::int;
begin
  if (
    select count(*) from public.bookings
    where employee_id = p_user_id and status in ('pending', 'held', 'confirmed') and starts_at > now()
  ) >= v_limit then
    raise sqlstate 'PT409' using message = 'booking_limit', detail = format('You have %s sessions to come, and more is not possible.', v_limit);
  end if;
end;
$$;

comment on function private.check_open_bookings(uuid) is 'Refuses one more session to who has as many to come as a person may: booking_limit.';

-- Each member has an allowance of their own: one that members shared would tell each of them how much the others
-- book. The month is the calendar month in which the session begins, in the time zone of the subscription. A
-- cancelled session gives its place back. Counted behind the employee's lock, like the open ones.
create function private.check_sessions_left(p_user_id uuid, p_company_id uuid, p_starts_at timestamptz, p_moved_id uuid default null)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_plan record;
  v_month timestamp;
begin
  select e.sessions_per_month, e.time_zone into v_plan from private.company_entitlement(p_company_id, p_starts_at) e;
  if v_plan.sessions_per_month is null then
    return;
  end if;
  v_month := date_trunc('month', p_starts_at at time zone v_plan.time_zone);
  if (
    select count(*) from public.bookings
    where employee_id = p_user_id and company_id = p_company_id and status <> 'cancelled' and id is distinct from p_moved_id
      and starts_at >= v_month at time zone v_plan.time_zone
      and starts_at < (v_month + interval '1 month') at time zone v_plan.time_zone
  ) >= v_plan.sessions_per_month then
    raise sqlstate 'PT409' using message = 'sessions_used_up',
      detail = format('Your plan gives you %s sessions a month, and those of that month are taken.', v_plan.sessions_per_month);
  end if;
end;
$$;

comment on function private.check_sessions_left(uuid, uuid, timestamptz, uuid) is
  'Refuses one more session to a member who has had, in that month, what the plan gives each: sessions_used_up. p_moved_id: the one that moves.';

create function private.book_session(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid
)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.user_id();
  v_company_id uuid;
  v_minutes int;
  v_booking public.bookings;
begin
  select c.company_id, c.minutes into v_company_id, v_minutes
  from private.check_booking(v_user_id, p_specialist_id, p_session_type_id, p_starts_at, p_company_id, null) c;
  perform private.hold_accounts(v_user_id, (select user_id from public.specialists where id = p_specialist_id));
  perform private.lock_booking_parties(p_specialist_id, v_user_id);
  -- The caller may have been removed while this waited for the lock.
  perform private.booking_company(v_user_id, v_company_id);
  perform private.check_open_bookings(v_user_id);
  perform private.check_sessions_left(v_user_id, v_company_id, p_starts_at);
  perform private.check_time_free(p_specialist_id, v_user_id, p_starts_at, p_starts_at + make_interval(mins => v_minutes));
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (
    v_user_id, v_company_id, p_specialist_id, p_session_type_id,
    p_starts_at, p_starts_at + make_interval(mins => v_minutes), 'confirmed'
  )
  returning * into v_booking;
  return v_booking;
exception when exclusion_violation or deadlock_detected then
  raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
end;
$$;

grant execute on function private.book_session(uuid, uuid, timestamptz, uuid) to authenticated;

create function public.book_session(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid default null
)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.book_session(p_specialist_id, p_session_type_id, p_starts_at, p_company_id);
$$;

comment on function public.book_session(uuid, uuid, timestamptz, uuid) is
  'Books and confirms a session for the caller. Errors: unauthenticated (401), email_not_confirmed, '
  'not_a_member (403), specialist_not_found (404), slot_taken, booking_limit, no_plan, plan_ends_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';

grant execute on function public.book_session(uuid, uuid, timestamptz, uuid) to authenticated;
