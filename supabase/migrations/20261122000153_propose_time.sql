-- Another time by agreement: one of the two proposes it, the other accepts or declines.
--
-- Called: by the employee and the specialist of a booking.

create function private.propose_time(p_booking_id uuid, p_starts_at timestamptz)
returns public.booking_proposals
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.take_booking(p_booking_id);
  v_terms constant private.session_terms := private.proposal_terms(v_booking);
  v_wish private.session_wish;
  v_proposal public.booking_proposals;
begin
  if p_starts_at = v_booking.starts_at then
    raise sqlstate 'PT422' using message = 'invalid_start', detail = 'The session is at this time already: propose another.';
  end if;
  if private.booking_actor(v_booking) = 'employee' then
    v_wish := private.check_wish(v_terms, v_booking.employee_id, v_booking.company_id, p_starts_at, v_booking);
    perform private.check_wish_locked(v_wish);
  else
    perform private.check_start(p_starts_at, v_terms.book_notice, v_terms.horizon);
    perform private.check_practice(v_terms, p_starts_at);
    -- Of the specialist's calendar alone: what the employee has elsewhere comes out when they answer, and to them.
    v_wish := private.shape_wish(v_terms, null, null, p_starts_at, v_booking.ends_at - v_booking.starts_at, v_booking.id);
    perform private.check_calendars(v_wish);
  end if;
  perform private.require_allowance('bookings', private.user_id());
  update public.booking_proposals set status = 'withdrawn', answered_at = now() where booking_id = p_booking_id and status = 'open';
  insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
  values (
    p_booking_id, private.booking_actor(v_booking), v_wish.starts_at, v_wish.ends_at, v_wish.busy_from, v_wish.busy_until,
    least(now() + v_terms.answer_within, v_wish.starts_at, v_booking.starts_at)
  )
  returning * into v_proposal;
  -- A request waits for as long as the talk about it goes on.
  update public.bookings set expires_at = greatest(expires_at, v_proposal.expires_at) where id = p_booking_id and status = 'pending';
  return v_proposal;
end;
$$;

create function private.take_proposal(p_booking public.bookings)
returns public.booking_proposals
language plpgsql
set search_path = ''
as $$
declare
  v_proposal public.booking_proposals;
begin
  select * into v_proposal from public.booking_proposals
  where booking_id = p_booking.id and status = 'open' and expires_at > now() for no key update;
  if not found then
    raise sqlstate 'PT409' using message = 'no_proposal', detail = 'No other time is proposed for this session.';
  elsif v_proposal.proposed_by = private.booking_actor(p_booking) then
    raise sqlstate 'PT403' using message = 'not_your_move', detail = 'The other answers what you propose.';
  end if;
  return v_proposal;
end;
$$;

comment on function private.take_proposal(public.bookings) is 'The proposal for a booking that waits for the caller''s answer, locked; else no_proposal, not_your_move.';

create function private.accept_proposal(p_booking_id uuid)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.take_booking(p_booking_id);
  v_proposal constant public.booking_proposals := private.take_proposal(v_booking);
begin
  update public.booking_proposals set status = 'accepted', answered_at = now() where id = v_proposal.id;
  return private.agree_to(v_booking, v_proposal.starts_at, v_proposal.proposed_by);
end;
$$;

create function private.decline_proposal(p_booking_id uuid, p_reason text)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.take_booking(p_booking_id);
  v_proposal constant public.booking_proposals := private.take_proposal(v_booking);
begin
  update public.booking_proposals set status = 'declined', answered_at = now(), reason = private.checked_reason(p_reason) where id = v_proposal.id;
  return v_booking;
end;
$$;

grant execute on function private.propose_time(uuid, timestamptz) to authenticated;
grant execute on function private.accept_proposal(uuid) to authenticated;
grant execute on function private.decline_proposal(uuid, text) to authenticated;

create function public.propose_time(p_booking_id uuid, p_starts_at timestamptz)
returns public.booking_proposals
language sql
security invoker
set search_path = ''
as $$
  select private.propose_time(p_booking_id, p_starts_at);
$$;

create function public.accept_proposal(p_booking_id uuid)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.accept_proposal(p_booking_id);
$$;

create function public.decline_proposal(p_booking_id uuid, p_reason text default null)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.decline_proposal(p_booking_id, p_reason);
$$;

comment on function public.propose_time(uuid, timestamptz) is
  'Proposes another time for a session that is booked or asked for; it is kept until expires_at, and takes the place of a proposal before it. '
  'Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), booking_not_found, specialist_not_found (404), '
  'booking_not_open, acceptance_not_required, slot_taken, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.accept_proposal(uuid) is
  'Accepts the time that the other proposed: the session is confirmed then. Errors: unauthenticated (401), not_your_move, not_a_member (403), '
  'booking_not_found, specialist_not_found (404), no_proposal, slot_taken, no_longer_possible, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered (422).';
comment on function public.decline_proposal(uuid, text) is
  'Declines the time that the other proposed; the session stays as it was. p_reason: words for the other. Errors: unauthenticated (401), '
  'not_your_move (403), booking_not_found (404), no_proposal (409), reason_too_long (422).';
grant execute on function public.propose_time(uuid, timestamptz) to authenticated;
grant execute on function public.accept_proposal(uuid) to authenticated;
grant execute on function public.decline_proposal(uuid, text) to authenticated;
