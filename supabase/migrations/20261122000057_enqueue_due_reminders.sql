-- Handing due reminders to the outbox, and what a mail says of a session.
--
-- Called: by private.claim_emails() for the stream 'reminder'.

-- What somebody wrote, in a mail to somebody else: on one line, so that it cannot look like more than a quotation, and
-- nothing that turns the order of letters around.
create function private.quotation(p_text text)
returns text
language sql
immutable
strict
set search_path = ''
as $$
  select nullif(trim(regexp_replace(p_text, '[' || private.spaces() || ']+', ' ', 'g')), '') where not private.has_unseen(p_text);
$$;

comment on function private.quotation(text) is 'A text as a mail quotes it, on one line; null for none, and for one with characters that nobody sees.';

-- The link of a video session is on the page of sessions alone: in a mail no link leads where somebody typed.
create function private.session_in_mail(p_booking public.bookings, p_user_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'other_name', nullif(case
        when s.user_id is distinct from p_user_id then s.display_name
        -- A specialist who is suspended learns no more about whom they meet.
        when s.status = 'verified' then (select p.display_name from public.profiles p where p.id = p_booking.employee_id)
      end, ''),
      'session_type_name', t.name,
      'starts_at', private.iso_timestamp(p_booking.starts_at),
      'duration_minutes', round(extract(epoch from p_booking.ends_at - p_booking.starts_at) / 60),
      'video', p_booking.place_kind = 'video',
      'phone', p_booking.place_kind = 'phone',
      'in_person', p_booking.place_kind = 'in_person',
      'place_detail', case when p_booking.place_kind <> 'video' then private.quotation(p_booking.place_detail) end
    )
    from public.specialists s, public.session_types t
    where s.id = p_booking.specialist_id and t.id = p_booking.session_type_id
  );
end;
$$;

comment on function private.session_in_mail(public.bookings, uuid) is
  'What a mail tells one of the two of their session: {other_name, session_type_name, starts_at, duration_minutes, video, phone, in_person, place_detail}.';

create function private.other_of(p_booking public.bookings, p_user_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case when s.user_id is distinct from p_user_id then s.user_id else p_booking.employee_id end
    from public.specialists s where s.id = p_booking.specialist_id
  );
end;
$$;

comment on function private.other_of(public.bookings, uuid) is 'With whom one of the two of a session has it; null where that one was erased.';

create function private.enqueue_due_reminders(p_limit int, p_now timestamptz default now())
returns int
language plpgsql
security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
-- Its joins are the planner's, by what the tables hold now.
set plan_cache_mode = auto
as $$
declare
  v_ids uuid[];
  v_enqueued int;
begin
  -- The profile is locked along, in the mode that the log's foreign key asks for: a person who
  -- is being deleted is passed over instead of waited for.
  v_ids := array(
    select r.id
    from public.booking_reminders r
    join public.profiles p on p.id = r.user_id
    where r.status = 'scheduled' and r.due_at <= p_now
    order by r.due_at, r.id
    limit p_limit
    for no key update of r skip locked
    for key share of p skip locked
  );
  -- Also what an outage has made too late: private.screen_emails() skips it, and the log says why.
  with due as (
    update public.booking_reminders r
    set status = 'enqueued', enqueued_at = p_now
    where r.id = any (v_ids) and r.status = 'scheduled'
    returning r.id, r.booking_id, r.user_id, r.due_at, r.starts_at
  ), logged as (
    insert into private.emails (
      user_id, stream, category, template_key, recipient, variables, dedupe_key, booking_reminder_id, named_id, useless_after
    )
    select
      p.id, 'reminder', 'reminder', 'booking_reminder', p.email,
      jsonb_build_object('recipient_name', nullif(p.display_name, '')) || private.session_in_mail(b, p.id),
      'booking_reminder:' || due.id, due.id, private.other_of(b, p.id), due.starts_at
    from due
    join public.profiles p on p.id = due.user_id
    join public.bookings b on b.id = due.booking_id
    where p.email like '_%@_%'
    order by due.due_at, due.id
    on conflict (dedupe_key) do nothing
    returning id
  ), queued as (
    insert into private.email_queue (mail_id, stream, priority, ready_in, due_at)
    select id, 'reminder', 1, pg_current_xact_id(), p_now from logged
  )
  select count(*) into v_enqueued from logged;
  return v_enqueued;
end;
$$;

comment on function private.enqueue_due_reminders(int, timestamptz) is
  'Queues the mails of up to p_limit due reminders, oldest first. Returns how many. Safe side by side.';
