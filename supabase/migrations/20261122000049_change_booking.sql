-- Changing a booking: moving, cancelling and closing it.
--
-- Each starts by taking the row in the name of the caller: a booking that is not theirs
-- does not exist for them. Moving is booking anew: check_wish() holds.
--
-- Called: by employees and specialists.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('booking_max_moves', '5', 0, 100, 'How often an employee can move one session by themselves.'),
  ('booking_correction_hours', '24', 0, 720, 'How long a specialist can correct how a session went.');

-- In the order of begin_booking(), with the accounts of everybody whom the change and its mails name.
create function private.lock_booking(p_booking_id uuid)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
begin
  perform private.hold_accounts(private.user_id(), b.employee_id, s.user_id)
  from public.bookings b join public.specialists s on s.id = b.specialist_id where b.id = p_booking_id;
  perform private.lock_booking_parties(specialist_id, employee_id) from public.bookings where id = p_booking_id;
  select * into v_booking from public.bookings where id = p_booking_id for no key update;
  return v_booking;
end;
$$;

comment on function private.lock_booking(uuid) is 'The booking as it is once its parties and its row are locked; null when there is none.';

-- Whose a booking is, as its policy has it.
create function private.booking_of_caller(p_booking_id uuid)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_booking public.bookings;
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select * into v_booking from public.bookings
  where id = p_booking_id
    and (employee_id = v_user_id or specialist_id = (select private.my_practice_id()) and status not in ('held', 'released'));
  return v_booking;
end;
$$;

comment on function private.booking_of_caller(uuid) is
  'The booking, if the caller is its employee, or its specialist and it is more than a time that is held; else null. Errors: unauthenticated (401).';

create function private.find_booking(p_booking_id uuid)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.booking_of_caller(p_booking_id);
begin
  if v_booking.id is null then
    raise sqlstate 'PT404' using message = 'booking_not_found', detail = 'There is no such booking of yours.';
  end if;
  return v_booking;
end;
$$;

comment on function private.find_booking(uuid) is
  'The booking, if the caller is its employee or specialist; else booking_not_found.';

create function private.take_booking(p_booking_id uuid)
returns public.bookings
language plpgsql
set search_path = ''
as $$
begin
  perform private.find_booking(p_booking_id);
  return private.lock_booking(p_booking_id);
end;
$$;

comment on function private.take_booking(uuid) is 'The booking of the caller, as find_booking(), locked.';

create function private.check_booking_open(p_booking public.bookings)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_booking.status not in ('pending', 'held', 'confirmed') or p_booking.starts_at <= now() then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'The session is over, under way or cancelled.';
  end if;
end;
$$;

comment on function private.check_booking_open(public.bookings) is
  'Refuses a session that is not still to come: booking_not_open.';

create function private.require_employee(p_booking public.bookings)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_booking.employee_id is distinct from private.user_id() then
    raise sqlstate 'PT403' using message = 'not_your_move', detail = 'That is for the employee to do.';
  end if;
end;
$$;

comment on function private.require_employee(public.bookings) is 'Refuses whoever is not the employee of a booking: not_your_move.';

create function private.require_specialist(p_booking public.bookings)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_booking.specialist_id is distinct from private.my_practice_id() then
    raise sqlstate 'PT403' using message = 'not_your_move', detail = 'That is for the specialist to do.';
  end if;
end;
$$;

comment on function private.require_specialist(public.bookings) is 'Refuses whoever is not the specialist of a booking: not_your_move.';

create function private.checked_reason(p_reason text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if length(p_reason) > 500 then
    raise sqlstate 'PT422' using message = 'reason_too_long', detail = 'A reason has at most 500 characters.';
  end if;
  return nullif(trim(p_reason), '');
end;
$$;

comment on function private.checked_reason(text) is 'A reason without space around it, null where there is none, or reason_too_long.';

create function private.confirm_hold(p_booking_id uuid)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_booking(p_booking_id);
begin
  perform private.require_employee(v_booking);
  if v_booking.status = 'confirmed' then
    return v_booking;
  elsif v_booking.status <> 'held' or v_booking.expires_at <= now() then
    raise sqlstate 'PT409' using message = 'hold_expired', detail = 'The time is held for you no more. Choose it again.';
  end if;
  -- What the specialist wants of sessions from now on is asked of none that was promised before: not that they accept it first, nor notice or hours.
  perform private.check_person(v_booking.employee_id);
  perform private.check_practice(private.terms_for(v_booking.specialist_id, v_booking.session_type_id, v_booking.employee_id), v_booking.starts_at);
  perform private.paying_company(v_booking.employee_id, v_booking.company_id, v_booking.session_type_id, v_booking.starts_at, p_booking_id);
  update public.bookings set status = 'confirmed' where id = p_booking_id returning * into v_booking;
  return v_booking;
end;
$$;

create function private.move_terms(p_booking public.bookings)
returns private.session_terms
language plpgsql
stable
set search_path = ''
as $$
declare
  v_terms private.session_terms;
begin
  perform private.check_booking_open(p_booking);
  perform private.check_person(p_booking.employee_id);
  v_terms := private.terms_for(p_booking.specialist_id, p_booking.session_type_id, p_booking.employee_id);
  if p_booking.status <> 'confirmed' then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'Only a confirmed session is moved.';
  elsif v_terms.requires_acceptance then
    raise sqlstate 'PT409' using message = 'acceptance_required', detail = 'The specialist accepts these sessions first: use propose_time().';
  elsif now() > p_booking.starts_at - v_terms.move_notice then
    raise sqlstate 'PT409' using message = 'too_late_to_move',
      detail = format('This session is moved at least %s minutes before it starts.', extract(epoch from v_terms.move_notice)::int / 60);
  elsif p_booking.times_moved >= private.setting('booking_max_moves')::int then
    raise sqlstate 'PT409' using message = 'move_limit', detail = 'You have moved this session as often as is possible.';
  end if;
  return v_terms;
end;
$$;

comment on function private.move_terms(public.bookings) is
  'On what terms the employee of a session moves it by themselves, or why they do not: booking_not_open, acceptance_required, '
  'too_late_to_move, move_limit, and the refusals of check_person() and terms_for().';

create function private.proposal_terms(p_booking public.bookings)
returns private.session_terms
language plpgsql
stable
set search_path = ''
as $$
declare
  v_terms private.session_terms;
begin
  perform private.check_booking_open(p_booking);
  if p_booking.status = 'held' or p_booking.employee_id is null then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'Nothing is agreed about a time that is held, or with nobody.';
  end if;
  v_terms := private.terms_for(p_booking.specialist_id, p_booking.session_type_id, p_booking.employee_id);
  if private.booking_actor(p_booking) <> 'employee' then
    v_terms.book_notice := '0';
    return v_terms;
  end if;
  perform private.check_person(p_booking.employee_id);
  if p_booking.status = 'pending' then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'What you ask for keeps no time. Take it back, and ask for the other.';
  elsif not v_terms.requires_acceptance then
    raise sqlstate 'PT409' using message = 'acceptance_not_required', detail = 'The specialist need not accept these sessions: use reschedule_booking().';
  end if;
  return v_terms;
end;
$$;

comment on function private.proposal_terms(public.bookings) is
  'On what terms the caller proposes another time for a session, or why they do not: booking_not_open, acceptance_not_required, and '
  'the refusals of check_person() and terms_for().';

create function private.reschedule_booking(p_booking_id uuid, p_starts_at timestamptz)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_booking(p_booking_id);
  v_terms private.session_terms;
  v_wish private.session_wish;
begin
  perform private.require_employee(v_booking);
  -- Asked for twice, it moves once.
  if v_booking.starts_at = p_starts_at and v_booking.status = 'confirmed' then
    return v_booking;
  end if;
  v_terms := private.move_terms(v_booking);
  v_wish := private.check_wish(v_terms, v_booking.employee_id, v_booking.company_id, p_starts_at, v_booking);
  perform private.check_wish_locked(v_wish);
  update public.bookings
  set starts_at = v_wish.starts_at, ends_at = v_wish.ends_at, times_moved = times_moved + 1, status_reason = null
  where id = p_booking_id
  returning * into v_booking;
  return v_booking;
exception when exclusion_violation or deadlock_detected then
  raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
end;
$$;

-- A hold that ends is no cancellation. The caller has looked at what is open, and holds the locks, but for those of holds, which end without any.
create function private.cancel_bookings(p_booking_ids uuid[], p_category public.cancellation_category, p_reason text)
returns setof public.bookings
language sql
set search_path = ''
as $$
  update public.bookings
  set status = case status when 'held' then 'released' else 'cancelled' end,
    status_category = case when status <> 'held' then p_category end, status_reason = p_reason
  where id = any (p_booking_ids) and status in ('pending', 'held', 'confirmed')
  returning *;
$$;

comment on function private.cancel_bookings(uuid[], public.cancellation_category, text) is
  'Cancels sessions and requests and releases holds, for whoever may, and returns them.';

-- Cancelling twice is one cancellation: the second call answers like the first.
create function private.cancel_booking(p_booking_id uuid, p_reason text, p_category text)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.find_booking(p_booking_id);
begin
  -- Before any lock: else who cancels again and again would keep the calendar from everybody.
  if v_booking.status not in ('cancelled', 'released') then
    v_booking := private.lock_booking(p_booking_id);
  end if;
  if v_booking.status in ('cancelled', 'released') then
    return v_booking;
  end if;
  perform private.check_booking_open(v_booking);
  if p_category is null or p_category not in ('illness', 'schedule', 'no_longer_needed', 'other') then
    raise sqlstate 'PT422' using message = 'invalid_category', detail = 'A session is cancelled for illness, schedule, no_longer_needed or other.';
  end if;
  select * into v_booking from private.cancel_bookings(array[p_booking_id], p_category, private.checked_reason(p_reason));
  return v_booking;
end;
$$;

-- Saying the same twice is saying it once.
create function private.close_booking(p_booking_id uuid, p_outcome text)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_booking(p_booking_id);
begin
  perform private.require_specialist(v_booking);
  if p_outcome is null or p_outcome not in ('completed', 'no_show') then
    raise sqlstate 'PT422' using message = 'invalid_outcome', detail = 'A session ends as completed or no_show.';
  elsif v_booking.status = p_outcome then
    return v_booking;
  elsif v_booking.status in ('completed', 'no_show') and now() > v_booking.closed_at + private.hours('booking_correction_hours') then
    raise sqlstate 'PT409' using message = 'too_late_to_correct', detail = 'How the session went can be corrected no more.';
  elsif v_booking.status not in ('confirmed', 'completed', 'no_show') or v_booking.starts_at > now() then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'Only a confirmed session that has begun is closed.';
  end if;
  if v_booking.status <> 'confirmed' then
    perform private.require_allowance('bookings', private.user_id());
  end if;
  update public.bookings set status = p_outcome, status_reason = null
  where id = p_booking_id
  returning * into v_booking;
  return v_booking;
end;
$$;
grant execute on function private.confirm_hold(uuid) to authenticated;
grant execute on function private.reschedule_booking(uuid, timestamptz) to authenticated;
grant execute on function private.cancel_booking(uuid, text, text) to authenticated;
grant execute on function private.close_booking(uuid, text) to authenticated;

create function public.confirm_hold(p_booking_id uuid)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.confirm_hold(p_booking_id);
$$;

create function public.reschedule_booking(p_booking_id uuid, p_starts_at timestamptz)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.reschedule_booking(p_booking_id, p_starts_at);
$$;

create function public.cancel_booking(p_booking_id uuid, p_reason text default null, p_category text default 'other')
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.cancel_booking(p_booking_id, p_reason, p_category);
$$;

create function public.close_booking(p_booking_id uuid, p_outcome text)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.close_booking(p_booking_id, p_outcome);
$$;

comment on function public.confirm_hold(uuid) is
  'The employee books the time that is held for them. Idempotent. Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), '
  'booking_not_found, specialist_not_found (404), hold_expired, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered (422).';
comment on function public.reschedule_booking(uuid, timestamptz) is
  'The employee moves a session that has not begun, under the rules of book_session(). Idempotent. Errors: unauthenticated (401), '
  'not_your_move, email_not_confirmed, not_a_member (403), booking_not_found, specialist_not_found (404), '
  'booking_not_open, acceptance_required, too_late_to_move, move_limit, slot_taken, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.cancel_booking(uuid, text, text) is
  'The employee or the specialist cancels a session that has not begun, or takes back a request or a hold, which is then released. p_category: illness, schedule, '
  'no_longer_needed or other; p_reason: words for the other. Idempotent. Errors: unauthenticated (401), '
  'booking_not_found (404), booking_not_open (409), invalid_category, reason_too_long (422).';
comment on function public.close_booking(uuid, text) is
  'The specialist says how a session that has begun went: completed or no_show; for a day, also otherwise than before. '
  'Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), booking_not_open, too_late_to_correct (409), invalid_outcome (422).';
grant execute on function public.confirm_hold(uuid) to authenticated;
grant execute on function public.reschedule_booking(uuid, timestamptz) to authenticated;
grant execute on function public.cancel_booking(uuid, text, text) to authenticated;
grant execute on function public.close_booking(uuid, text) to authenticated;
