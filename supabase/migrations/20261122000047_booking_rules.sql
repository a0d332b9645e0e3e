-- The rules that make a session bookable. They hold for what is booked at once, held and asked for, and for a session that
-- moves; that the time is free, for requests at the same moment, is decided by the exclusion constraints of bookings alone.
--
-- Called: by the functions that book and change sessions. private.available_slots() offers what they let through.
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

create function private.check_person(p_user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  -- For whom a job acts may have been banned, or be on the way to being erased.
  if p_user_id is null or not private.has_usable_account(p_user_id) then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not exists (select from public.profiles where id = p_user_id and email_confirmed_at is not null) then
    raise sqlstate 'PT403' using message = 'email_not_confirmed', detail = 'Confirm your e-mail address first.';
  end if;
end;
$$;

comment on function private.check_person(uuid) is 'Refuses who cannot sign in, or be told of their sessions: unauthenticated, email_not_confirmed.';

create function private.terms_for(p_specialist_id uuid, p_session_type_id uuid, p_user_id uuid)
returns private.session_terms
language plpgsql
stable
set search_path = ''
as $$
declare
  v_specialist public.specialists;
  v_terms private.session_terms;
begin
  select * into v_specialist from public.specialists where id = p_specialist_id and status = 'verified';
  if not found then
    raise sqlstate 'PT404' using message = 'specialist_not_found', detail = 'There is no such specialist.';
  elsif v_specialist.user_id = p_user_id then
    raise sqlstate 'PT422' using message = 'own_session', detail = 'Nobody books a session with themselves.';
  end if;
  select * into v_terms from private.session_terms t
  where t.specialist_id = p_specialist_id and t.session_type_id = p_session_type_id and t.is_offered;
  if not found then
    raise sqlstate 'PT422' using message = 'session_type_not_offered', detail = 'The specialist does not offer this session type.';
  end if;
  return v_terms;
end;
$$;

comment on function private.terms_for(uuid, uuid, uuid) is
  'On what terms a person gets a type of session, or specialist_not_found, own_session, session_type_not_offered.';

create function private.check_start(p_starts_at timestamptz, p_notice interval, p_horizon interval)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_starts_at is null or not isfinite(p_starts_at)
    or extract(epoch from p_starts_at)::numeric % 300 <> 0
  then
    raise sqlstate 'PT422' using message = 'invalid_start', detail = 'A session starts at a full five minutes.';
  elsif p_starts_at < now() + p_notice then
    raise sqlstate 'PT422' using message = 'too_soon',
      detail = format('This session is booked at least %s minutes ahead.', extract(epoch from p_notice)::int / 60);
  elsif p_starts_at > now() + p_horizon then
    raise sqlstate 'PT422' using message = 'too_far_ahead',
      detail = format('This session is booked at most %s days ahead.', extract(day from p_horizon));
  end if;
end;
$$;

comment on function private.check_start(timestamptz, interval, interval) is
  'Refuses a start that is none, or is too near or too far: invalid_start, too_soon, too_far_ahead.';

create function private.check_practice(p_terms private.session_terms, p_starts_at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if private.specialist_day(p_terms.specialist_id, p_starts_at) > private.may_practise_until(p_terms.specialist_id, p_terms.pillar_id) then
    raise sqlstate 'PT409' using message = 'documents_end_before', detail = 'What the specialist must hold for these sessions ends before that day.';
  end if;
end;
$$;

comment on function private.check_practice(private.session_terms, timestamptz) is
  'Refuses a session on a day on which a document is not valid that its pillar requires: documents_end_before.';

-- A session is covered by the plan of today and by that of its own day.
create function private.plan_refusal(p_company_id uuid, p_starts_at timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when not exists (select from private.company_entitlement(p_company_id)) then 'no_plan'
    when not exists (select from private.company_entitlement(p_company_id, p_starts_at)) then 'plan_ends_before'
  end;
$$;

comment on function private.plan_refusal(uuid, timestamptz) is 'Why a company''s plan does not cover a session: no_plan, plan_ends_before; null where it does.';

-- Each member has an allowance of their own: one that members shared would tell each of them how much the others
-- book. The month is the calendar month in which the session begins, in the time zone of the subscription.
create function private.sessions_left(p_user_id uuid, p_company_id uuid, p_starts_at timestamptz, p_moved_id uuid default null)
returns int
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select e.sessions_per_month - (
      select count(*) from public.bookings b
      -- Counted along the sessions of the person, however many the company has.
      where b.employee_id = p_user_id and b.company_id is not distinct from p_company_id and b.uses_session and b.id is distinct from p_moved_id
        and not exists (select from private.package_uses u where u.booking_id = b.id and u.is_used)
        -- A hold ends when its person chooses another time, and is counted when they confirm it.
        and b.status <> 'held'
        and b.starts_at >= m.month at time zone e.time_zone
        and b.starts_at < (m.month + interval '1 month') at time zone e.time_zone
    )
    from private.company_entitlement(p_company_id, p_starts_at) e
    cross join lateral (select date_trunc('month', p_starts_at at time zone e.time_zone)) m (month)
  );
end;
$$;

comment on function private.sessions_left(uuid, uuid, timestamptz, uuid) is
  'How many sessions a member may still have in the month of an instant, packages aside; null where the plan sets no number. p_moved_id: one that is not counted.';

-- A package pays on the days on which the plan covers a session anyway, and until its last day. What pays for a session
-- already goes on to, if it can; else what ends first.
create function private.paying_package(
  p_user_id uuid, p_company_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_booking_id uuid default null
)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select p.id
    from private.usable_packages(p_user_id, array[p_session_type_id], p_booking_id) p
    cross join lateral private.company_entitlement(p.company_id, p_starts_at) e
    where p.company_id = p_company_id and (p_starts_at at time zone e.time_zone)::date <= p.expires_on
    order by exists (select from private.package_uses u where u.booking_id = p_booking_id and u.package_id = p.id and u.is_used) desc,
      p.expires_on, p.created_at, p.id
    limit 1
  );
end;
$$;

comment on function private.paying_package(uuid, uuid, uuid, timestamptz, uuid) is
  'The package from which a person can have a type of session at an instant; null where there is none. p_booking_id: a session whose own is counted as free.';

-- The company whose entitlement pays: the one named; else the person's longest-standing that can pay.
create function private.paying_company(
  p_user_id uuid, p_company_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_moved_id uuid default null
)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_company record;
begin
  -- By the person's memberships, however many companies there are, and each company asked once.
  with payers as materialized (
    select c.id, m.created_at, private.plan_refusal(c.id, p_starts_at) as refusal,
      coalesce(private.sessions_left(p_user_id, c.id, p_starts_at, p_moved_id) <= 0, false)
        and private.paying_package(p_user_id, c.id, p_session_type_id, p_starts_at, p_moved_id) is null as used_up
    from public.company_members m
    join public.companies c on c.id = m.company_id
    where m.user_id = p_user_id and m.status = 'active' and c.status = 'active'
      and (p_company_id is null or m.company_id = p_company_id)
  )
  select id, refusal, used_up into v_company
  from payers
  order by refusal is not null, used_up, created_at, id
  limit 1;
  if not found then
    raise sqlstate 'PT403' using message = 'not_a_member', detail = 'Sessions are booked by members of an active company.';
  elsif v_company.refusal = 'no_plan' then
    raise sqlstate 'PT409' using message = 'no_plan', detail = 'Your company has no plan at present.';
  elsif v_company.refusal = 'plan_ends_before' then
    raise sqlstate 'PT409' using message = 'plan_ends_before', detail = 'The plan of your company ends before that day.';
  elsif v_company.used_up then
    raise sqlstate 'PT409' using message = 'sessions_used_up', detail = 'Your sessions of that month are taken.';
  end if;
  return v_company.id;
end;
$$;

comment on function private.paying_company(uuid, uuid, uuid, timestamptz, uuid) is
  'The company at whose cost a person has a session: not_a_member, no_plan, plan_ends_before, sessions_used_up where there is none.';

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
    where employee_id = p_user_id and status in ('pending', 'confirmed') and starts_at > now()
  ) >= v_limit then
    raise sqlstate 'PT409' using message = 'booking_limit', detail = format('You have %s sessions to come, and more is not possible.', v_limit);
  end if;
end;
$$;

comment on function private.check_open_bookings(uuid) is 'Refuses one more session to who has as many to come as a person may: booking_limit.';

create function private.shape_wish(
  p_terms private.session_terms, p_user_id uuid, p_company_id uuid, p_starts_at timestamptz, p_lasts interval, p_moved_id uuid
)
returns private.session_wish
language sql
stable
set search_path = ''
as $$
  select row(
    p_user_id, p_company_id, p_terms.specialist_id, p_terms.session_type_id, p_starts_at, p_starts_at + p_lasts,
    p_starts_at - p_terms.buffer_before, p_starts_at + p_lasts + p_terms.buffer_after, p_moved_id,
    false
  )::private.session_wish;
$$;

comment on function private.shape_wish(private.session_terms, uuid, uuid, timestamptz, interval, uuid) is 'A wish for a session on a specialist''s terms.';

-- All that needs no lock. A session that moves lasts as long as was agreed, whatever its type's length is by now.
create function private.check_wish(
  p_terms private.session_terms, p_user_id uuid, p_company_id uuid, p_starts_at timestamptz, p_moved public.bookings default null
)
returns private.session_wish
language plpgsql
stable
set search_path = ''
as $$
declare
  v_wish private.session_wish;
begin
  perform private.check_start(p_starts_at, p_terms.book_notice, p_terms.horizon);
  v_wish := private.shape_wish(p_terms, p_user_id, null, p_starts_at, coalesce(p_moved.ends_at - p_moved.starts_at, p_terms.lasts), p_moved.id);
  perform private.check_working_hours(v_wish);
  perform private.check_practice(p_terms, p_starts_at);
  v_wish.company_id := private.paying_company(p_user_id, p_company_id, p_terms.session_type_id, p_starts_at, p_moved.id);
  return v_wish;
end;
$$;

comment on function private.check_wish(private.session_terms, uuid, uuid, timestamptz, public.bookings) is
  'Checks a session that an employee wants, new or moved, and says who pays, or refuses it.';

create function private.check_calendars(p_wish private.session_wish)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.sweep_holds(p_wish.specialist_id, p_wish.employee_id, p_wish.busy_from, p_wish.busy_until);
  perform private.check_time_free(p_wish);
end;
$$;

comment on function private.check_calendars(private.session_wish) is
  'Clears away what has run out, and refuses a time that is not free: slot_taken. Without an employee, of the specialist''s calendar alone.';

-- Behind the locks of both calendars, so that requests side by side cannot pass a limit together.
create function private.check_wish_locked(p_wish private.session_wish)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- The person may have been removed, or have used their last session, while this waited.
  perform private.paying_company(p_wish.employee_id, p_wish.company_id, p_wish.session_type_id, p_wish.starts_at, p_wish.moved_id);
  perform private.check_calendars(p_wish);
end;
$$;

comment on function private.check_wish_locked(private.session_wish) is
  'Checks once more what others may have changed, and that the time is free: slot_taken and the refusals of private.paying_company().';

-- How many sessions a person has to come at a time is limited, but who books and cancels in turn has none to come, and
-- leaves rows of bookings, of their history and of mails behind. Cancelling is not limited: each takes a session that was booked before.
create function private.limit_booking_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Nobody is charged, and told how much another has booked, for agreeing with them.
  if current_setting('role', true) = 'authenticated' and new.employee_id = private.user_id() then
    perform private.require_allowance('bookings', new.employee_id);
  end if;
  return new;
end;
$$;

comment on function private.limit_booking_changes() is
  'Trigger on bookings: a person books and moves so many sessions in a while. Error: rate_limited (429).';

create trigger limit_new before insert on public.bookings
  for each row execute function private.limit_booking_changes();
create trigger limit_moves before update of starts_at on public.bookings
  for each row when (old.starts_at <> new.starts_at) execute function private.limit_booking_changes();
