-- Handing due reminders to the outbox.
--
-- Called: by private.claim_emails() for the stream 'reminder'.

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
      user_id, stream, category, template_key, recipient, variables, dedupe_key, booking_reminder_id, useless_after
    )
    select
      p.id, 'reminder', 'reminder', 'booking_reminder', p.email,
      jsonb_build_object(
        'recipient_name', nullif(p.display_name, ''),
        'starts_at', to_char(b.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'duration_minutes', round(extract(epoch from b.ends_at - b.starts_at) / 60),
        'specialist_name', s.display_name,
        'session_type_name', t.name
      ),
      'booking_reminder:' || due.id, due.id, due.starts_at
    from due
    join public.profiles p on p.id = due.user_id
    join public.bookings b on b.id = due.booking_id
    join public.specialists s on s.id = b.specialist_id
    join public.session_types t on t.id = b.session_type_id
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
