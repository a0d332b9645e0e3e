-- Booking: at once, by a hold that is confirmed later, or by a request that the specialist answers.
--
-- Called: by employees.

-- Of many who want one time all but the first are refused, and would wait for each other's locks to learn it.
-- One that has run out may still be there, and is theirs no more.
create function private.held_by(p_employee_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  select b.id from public.bookings b where b.employee_id = p_employee_id and b.status = 'held' order by b.expires_at desc limit 1;
$$;

comment on function private.held_by(uuid) is 'The booking that somebody holds: the one that runs out last.';

create function private.check_too_late(p_wish private.session_wish)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.check_open_bookings(p_wish.employee_id);
  p_wish.moved_id := private.held_by(p_wish.employee_id);
  perform private.check_time_free(p_wish);
end;
$$;

comment on function private.check_too_late(private.session_wish) is
  'Refuses, before any lock, what is refused behind the locks as far as others have committed it: booking_limit, slot_taken. '
  'The time that the person holds is theirs to give up.';

-- Whoever books, for themselves or by a job, does it here.
create function private.place_booking(
  p_terms private.session_terms, p_user_id uuid, p_starts_at timestamptz, p_company_id uuid, p_status public.booking_status,
  p_expires_at timestamptz default null
)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_wish private.session_wish;
  v_booking public.bookings;
begin
  v_wish := private.check_wish(p_terms, p_user_id, p_company_id, p_starts_at);
  perform private.check_too_late(v_wish);
  perform private.hold_accounts(p_user_id, (select user_id from public.specialists where id = p_terms.specialist_id));
  perform private.lock_booking_parties(p_terms.specialist_id, p_user_id);
  -- Whoever chooses another time gives up the one they held, and is not kept from it by what is kept of it for others.
  v_wish.moved_id := private.held_by(p_user_id);
  update public.bookings set status = 'released' where employee_id = p_user_id and p_user_id = private.user_id() and status = 'held';
  perform private.check_open_bookings(p_user_id);
  perform private.check_wish_locked(v_wish);
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at)
  values (p_user_id, v_wish.company_id, v_wish.specialist_id, v_wish.session_type_id, v_wish.starts_at, v_wish.ends_at, p_status, p_expires_at)
  returning * into v_booking;
  return v_booking;
exception when exclusion_violation or deadlock_detected then
  raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
end;
$$;

comment on function private.place_booking(private.session_terms, uuid, timestamptz, uuid, public.booking_status, timestamptz) is
  'Makes a session of a person on a specialist''s terms, held, confirmed or asked for, if every rule lets it. p_expires_at: until when it is held, if not as usual.';

-- For who tries several and goes on: what is no refusal is a failure, and is raised again.
create function private.is_refusal(p_sqlstate text)
returns boolean
language sql
immutable
set search_path = ''
as $$ select p_sqlstate ~ '^PT4[0-9]{2}$'; $$;

comment on function private.is_refusal(text) is 'Whether an exception is a refusal, with a word for whoever asked.';

create function private.begin_booking(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid, p_status public.booking_status
)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_terms private.session_terms;
begin
  perform private.check_person(v_user_id);
  v_terms := private.terms_for(p_specialist_id, p_session_type_id, v_user_id);
  if v_terms.requires_acceptance and p_status <> 'pending' then
    raise sqlstate 'PT409' using message = 'acceptance_required', detail = 'The specialist accepts these sessions first: ask with request_session().';
  elsif p_status = 'pending' and not v_terms.requires_acceptance then
    raise sqlstate 'PT409' using message = 'acceptance_not_required', detail = 'The specialist need not accept these sessions: use book_session().';
  end if;
  return private.place_booking(v_terms, v_user_id, p_starts_at, p_company_id, p_status);
end;
$$;

comment on function private.begin_booking(uuid, uuid, timestamptz, uuid, public.booking_status) is
  'Makes a session of the caller, held, confirmed or asked for, if every rule lets it.';

grant execute on function private.begin_booking(uuid, uuid, timestamptz, uuid, public.booking_status) to authenticated;

create function public.book_session(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid default null
)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.begin_booking(p_specialist_id, p_session_type_id, p_starts_at, p_company_id, 'confirmed');
$$;

create function public.hold_slot(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid default null
)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.begin_booking(p_specialist_id, p_session_type_id, p_starts_at, p_company_id, 'held');
$$;

create function public.request_session(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_company_id uuid default null
)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.begin_booking(p_specialist_id, p_session_type_id, p_starts_at, p_company_id, 'pending');
$$;

comment on function public.book_session(uuid, uuid, timestamptz, uuid) is
  'Books and confirms a session for the caller. Errors: unauthenticated (401), email_not_confirmed, '
  'not_a_member (403), specialist_not_found (404), acceptance_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.hold_slot(uuid, uuid, timestamptz, uuid) is
  'Keeps a time for the caller until expires_at, for confirm_hold(); a hold they had before ends. Errors: unauthenticated (401), email_not_confirmed, '
  'not_a_member (403), specialist_not_found (404), acceptance_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.request_session(uuid, uuid, timestamptz, uuid) is
  'Asks the specialist for a session; it keeps no time until they accept, and lapses at expires_at. Errors: unauthenticated (401), email_not_confirmed, '
  'not_a_member (403), specialist_not_found (404), acceptance_not_required, slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';

grant execute on function public.book_session(uuid, uuid, timestamptz, uuid) to authenticated;
grant execute on function public.hold_slot(uuid, uuid, timestamptz, uuid) to authenticated;
grant execute on function public.request_session(uuid, uuid, timestamptz, uuid) to authenticated;
