-- Another place for a session: a new link, another number, another room.
--
-- Called: by specialists, until the session begins. Both are told: private.booking_notices.

create function private.record_place()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.booking_status_history (booking_id, old_status, new_status, event, actor, changed_by)
  values (new.id, new.status, new.status, 'placed', private.booking_actor(new), private.acting_party(new));
  return null;
end;
$$;

comment on function private.record_place() is 'Trigger on bookings: writes into the history that a session takes place elsewhere.';

-- Of a session that is over the place is emptied with its specialist's account, and nobody goes elsewhere.
create trigger record_place after update on public.bookings
  for each row when (
    (old.place_kind, old.place_detail) is distinct from (new.place_kind, new.place_detail)
    and new.status in ('pending', 'held', 'confirmed') and new.starts_at > now()
  )
  execute function private.record_place();

create function private.change_place(p_booking_id uuid, p_kind text, p_detail text)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.take_booking(p_booking_id);
begin
  perform private.require_specialist(v_booking);
  perform private.check_booking_open(v_booking);
  if v_booking.status = 'held' then
    raise sqlstate 'PT409' using message = 'booking_not_open', detail = 'Nothing is agreed about a time that is held.';
  elsif p_kind is null or p_kind not in ('video', 'phone', 'in_person') then
    raise sqlstate 'PT422' using message = 'invalid_place', detail = 'A session takes place by video, phone or in_person.';
  elsif p_detail is null or length(p_detail) > 500 or p_detail ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'invalid_place', detail = 'A place is said on one line, in at most 500 characters.';
  elsif p_kind <> 'video' and p_detail ~* '://|www\.' then
    raise sqlstate 'PT422' using message = 'invalid_place', detail = 'A link belongs to a session by video.';
  elsif (v_booking.place_kind, v_booking.place_detail) = (p_kind, trim(p_detail)) then
    return v_booking;
  end if;
  perform private.require_allowance('bookings', private.user_id());
  update public.bookings set place_kind = p_kind, place_detail = trim(p_detail) where id = p_booking_id returning * into v_booking;
  return v_booking;
end;
$$;

grant execute on function private.change_place(uuid, text, text) to authenticated;

create function public.change_place(p_booking_id uuid, p_kind text, p_detail text)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.change_place(p_booking_id, p_kind, p_detail);
$$;

comment on function public.change_place(uuid, text, text) is
  'The specialist says where a session takes place: p_kind is video, phone or in_person, p_detail what it takes to be there. Idempotent. '
  'Errors: unauthenticated (401), not_your_move (403), booking_not_found (404), booking_not_open (409), invalid_place (422), rate_limited (429).';
grant execute on function public.change_place(uuid, text, text) to authenticated;
