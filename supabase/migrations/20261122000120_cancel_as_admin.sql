-- Cancelling for people who cannot: a platform admin cancels a session, or all that a specialist
-- has still to come. Above all after a suspension, which by itself cancels nothing and takes the
-- specialist's own doors away (docs/decisions/suspension-cancels-nothing.md).
--
-- Called: by platform admins. They learn nothing of the booking in return. The reason is read by the
--         employee and the specialist, in the mail and in the history; the audit log keeps it too.

-- Both doors end here. The caller holds the lock of the specialist. The audit entry names the booking
-- and not its employee: admins read the log, and whom somebody meets is not theirs to know.
create function private.cancel_and_audit(p_booking_id uuid, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.cancel_bookings(array[p_booking_id], 'by_the_platform', p_reason);
  perform private.write_audit(
    'booking.cancelled', 'bookings', p_booking_id::text, null, null, null,
    jsonb_build_object('source', 'cancel_as_admin', 'reason', p_reason)
  );
end;
$$;

comment on function private.cancel_and_audit(uuid, text) is 'Cancels an open booking, and records who did and why. Both are mailed as of any cancellation.';

create function private.cancel_booking_as_admin(p_booking_id uuid, p_reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_booking constant public.bookings := private.lock_booking(p_booking_id);
begin
  if v_booking.id is null then
    raise sqlstate 'PT404' using message = 'booking_not_found', detail = 'There is no such booking.';
  elsif v_booking.status in ('cancelled', 'released') then
    return;
  end if;
  perform private.check_booking_open(v_booking);
  perform private.cancel_and_audit(p_booking_id, v_reason);
end;
$$;

create function private.cancel_bookings_of_specialist(p_specialist_id uuid, p_reason text)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_user_id uuid;
  v_booking_ids uuid[];
begin
  select user_id into v_user_id from public.specialists where id = p_specialist_id;
  if not found then
    raise sqlstate 'PT404' using message = 'specialist_not_found', detail = 'There is no such specialist.';
  end if;
  perform private.hold_accounts(private.user_id(), v_user_id);
  -- The specialist's lock alone: many employees' would be taken in no order, and to free a time needs none.
  perform private.lock_booking_parties(p_specialist_id, null);
  v_booking_ids := array(
    select id from public.bookings
    where specialist_id = p_specialist_id and status in ('pending', 'held', 'confirmed') and starts_at > now()
    order by id for no key update
  );
  perform private.cancel_and_audit(b, v_reason) from unnest(v_booking_ids) b;
  perform private.write_audit(
    'specialist.bookings_cancelled', 'specialists', p_specialist_id::text, v_user_id, null, null,
    jsonb_build_object('source', 'cancel_as_admin', 'reason', v_reason, 'bookings', cardinality(v_booking_ids))
  );
  return cardinality(v_booking_ids);
end;
$$;
grant execute on function private.cancel_booking_as_admin(uuid, text) to authenticated;
grant execute on function private.cancel_bookings_of_specialist(uuid, text) to authenticated;

create function public.cancel_booking_as_admin(p_booking_id uuid, p_reason text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.cancel_booking_as_admin(p_booking_id, p_reason);
$$;

create function public.cancel_bookings_of_specialist(p_specialist_id uuid, p_reason text)
returns int
language sql
security invoker
set search_path = ''
as $$
  select private.cancel_bookings_of_specialist(p_specialist_id, p_reason);
$$;

comment on function public.cancel_booking_as_admin(uuid, text) is
  'A platform admin cancels a session that has not begun; employee and specialist are mailed the reason. '
  'Idempotent. Errors: forbidden (403), booking_not_found (404), booking_not_open (409), reason_required (422).';
comment on function public.cancel_bookings_of_specialist(uuid, text) is
  'A platform admin cancels every session that a specialist has still to come; everybody is mailed the reason. '
  'Answers how many. Errors: forbidden (403), specialist_not_found (404), reason_required (422).';
grant execute on function public.cancel_booking_as_admin(uuid, text) to authenticated;
grant execute on function public.cancel_bookings_of_specialist(uuid, text) to authenticated;
