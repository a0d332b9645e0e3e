-- Calendar entries: what a booking is in the calendars of its two people (RFC 5545), in mails about it and in their feeds.
--
-- Called: by what mails the two, and by the feed. docs/decisions/a-calendar-is-the-employers.md says what stands in an entry.

create function private.calendar_entry(p_booking public.bookings)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'uid', p_booking.id || '@evenkeel',
    'sequence', p_booking.calendar_sequence,
    'method', m.method,
    'starts_at', private.iso_timestamp(p_booking.starts_at),
    'ends_at', private.iso_timestamp(p_booking.ends_at),
    'created', private.iso_timestamp(p_booking.created_at),
    'stamp', private.iso_timestamp(p_booking.updated_at)
  )
  from (select case
    when p_booking.status in ('confirmed', 'completed', 'no_show') then 'REQUEST'
    -- What was never agreed is in nobody's calendar.
    when p_booking.status = 'cancelled' and exists (
      select from public.booking_status_history h where h.booking_id = p_booking.id and h.new_status = 'confirmed'
    ) then 'CANCEL'
  end) m (method)
  where m.method is not null;
$$;

comment on function private.calendar_entry(public.bookings) is
  'The calendar entry of a booking: uid, sequence, method (REQUEST or CANCEL, RFC 5546), times; null for one that was never agreed. '
  'uid stays for good and names no host, and sequence grows with each change, so that calendars know what is the same and what is newer.';

create function private.calendar_entry(p_booking_id uuid, p_user_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.calendar_entry(b)
  from public.bookings b
  where b.id = p_booking_id
    and p_user_id in (b.employee_id, (select s.user_id from public.specialists s where s.id = b.specialist_id));
$$;

comment on function private.calendar_entry(uuid, uuid) is
  'The same for one of the two people of a booking, null for everybody else: the variable calendar of a mail, which then carries the entry as an attachment.';
