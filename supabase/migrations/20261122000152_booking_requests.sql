-- Requests for sessions: the specialist accepts or declines. Of several for one time the first that is accepted has it, and
-- the others are declined, but for whom the specialist has offered another time.
--
-- Called: by specialists.

create function private.take_request(p_booking_id uuid)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_booking(p_booking_id);
begin
  perform private.require_specialist(v_booking);
  if v_booking.status <> 'pending' or v_booking.expires_at <= now() or v_booking.starts_at <= now() then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'The request was answered, taken back, or has lapsed.';
  end if;
  return v_booking;
end;
$$;

comment on function private.take_request(uuid) is 'A request that waits for the caller''s answer, locked; else booking_not_open.';

create function private.wish_refusal(p_wish private.session_wish)
returns text
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_wish_locked(p_wish);
  return null;
exception when sqlstate 'PT403' or sqlstate 'PT409' then
  return sqlerrm;
end;
$$;

comment on function private.wish_refusal(private.session_wish) is 'The word with which check_wish_locked() refuses; null where it does not.';

-- What a person has elsewhere, what is left of their month and whether they still belong to their company is not a specialist's to learn.
create function private.check_wish_of_other(p_wish private.session_wish)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_calendar private.session_wish := p_wish;
begin
  v_calendar.employee_id := null;
  perform private.check_calendars(v_calendar);
  if private.wish_refusal(p_wish) is not null then
    raise sqlstate 'PT409' using message = 'no_longer_possible', detail = 'The employee can have this session no more.';
  end if;
end;
$$;

comment on function private.check_wish_of_other(private.session_wish) is
  'check_wish_locked() for a specialist: slot_taken says that their own calendar is not free, no_longer_possible whatever else.';

-- What others may have changed since the session was asked for; its notice and hours were looked at then.
create function private.agree_to(p_booking public.bookings, p_starts_at timestamptz, p_proposed_by text default null)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_terms private.session_terms;
  v_wish private.session_wish;
  v_booking public.bookings;
begin
  v_terms := private.terms_for(p_booking.specialist_id, p_booking.session_type_id, p_booking.employee_id);
  perform private.check_practice(v_terms, p_starts_at);
  v_wish := private.shape_wish(
    v_terms, p_booking.employee_id, p_booking.company_id, p_starts_at, p_booking.ends_at - p_booking.starts_at, p_booking.id
  );
  -- No time is asked for or proposed over time off: what there is of it was taken later, around what it left to be answered.
  v_wish.over_time_off := true;
  if private.booking_actor(p_booking) = 'employee' then
    perform private.check_wish_locked(v_wish);
  else
    perform private.check_wish_of_other(v_wish);
  end if;
  update public.bookings set status = 'confirmed', status_reason = null, starts_at = v_wish.starts_at, ends_at = v_wish.ends_at
  where id = p_booking.id
  returning * into v_booking;
  -- Whoever proposed a move has made it.
  if p_proposed_by is not null then
    update public.bookings set cancel_by = private.cancel_by_after(p_booking, p_starts_at, p_proposed_by = 'employee')
    where id = p_booking.id
    returning * into v_booking;
  end if;
  -- Who was offered another time has that to answer.
  update public.bookings b
  set status = 'declined', status_reason = null
  where b.specialist_id = v_booking.specialist_id and b.status = 'pending' and b.busy_from < v_booking.busy_until and b.busy_until > v_booking.busy_from
    and not exists (select from public.booking_proposals p where p.booking_id = b.id and p.status = 'open' and p.expires_at > now());
  return v_booking;
exception when exclusion_violation or deadlock_detected then
  raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
end;
$$;

comment on function private.agree_to(public.bookings, timestamptz, text) is
  'Confirms a session at a time on which both agree, and declines what else was asked for that time and is not offered another. p_proposed_by: who of the two proposed another.';

create function private.accept_session(p_booking_id uuid)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.take_request(p_booking_id);
begin
  return private.agree_to(v_booking, v_booking.starts_at);
end;
$$;

create function private.decline_session(p_booking_id uuid, p_reason text)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_request(p_booking_id);
begin
  update public.bookings set status = 'declined', status_reason = private.checked_reason(p_reason)
  where id = p_booking_id
  returning * into v_booking;
  return v_booking;
end;
$$;

grant execute on function private.accept_session(uuid) to authenticated;
grant execute on function private.decline_session(uuid, text) to authenticated;

create function public.accept_session(p_booking_id uuid)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.accept_session(p_booking_id);
$$;

create function public.decline_session(p_booking_id uuid, p_reason text default null)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.decline_session(p_booking_id, p_reason);
$$;

comment on function public.accept_session(uuid) is
  'The specialist accepts a session that was asked for; other requests for that time are declined, unless another time is proposed for them. Errors: unauthenticated (401), not_your_move (403), '
  'booking_not_found, specialist_not_found (404), booking_not_open, slot_taken, no_longer_possible, documents_end_before (409), own_session, session_type_not_offered (422).';
comment on function public.decline_session(uuid, text) is
  'The specialist declines a session that was asked for. p_reason: words for the employee. Errors: unauthenticated (401), not_your_move (403), '
  'booking_not_found (404), booking_not_open (409), reason_too_long (422).';
grant execute on function public.accept_session(uuid) to authenticated;
grant execute on function public.decline_session(uuid, text) to authenticated;
