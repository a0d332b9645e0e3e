-- Booking reminders (T17): when to remind whom of which session, as instants in UTC. Both are reminded, each by their own wishes.
--
-- Read:  the person who is reminded.
-- Write: triggers on bookings and notification_preferences, and the dispatcher. A booking that
--        is confirmed, moved or given up takes its reminders along in the same transaction. One
--        that is no longer wanted is deleted, unless its mail was queued: that one is voided.

create table public.booking_reminders (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  lead_minutes int not null check (lead_minutes between 5 and 20160),
  starts_at timestamptz not null,
  remind_at timestamptz not null,
  due_at timestamptz not null,
  status text not null default 'scheduled' check (status in ('scheduled', 'enqueued', 'voided')),
  enqueued_at timestamptz,
  voided_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint due_before_the_start check (due_at < starts_at),
  constraint reminds_before_the_start check (remind_at < starts_at),
  constraint enqueued_at_iff_it_was check ((enqueued_at is not null) = (status <> 'scheduled')),
  constraint voided_at_iff_voided check ((voided_at is not null) = (status = 'voided'))
);

comment on table public.booking_reminders is 'One reminder of one session. A reminder for a time that changed is moved, or voided when its mail was queued already; what nobody wants any more is deleted.';
comment on column public.booking_reminders.lead_minutes is 'How long before the start, as the person had chosen: private.reminder_at().';
comment on column public.booking_reminders.starts_at is 'Start of the session that the reminder announces.';
comment on column public.booking_reminders.remind_at is 'When the person wants to be reminded.';
comment on column public.booking_reminders.due_at is
  'When it is mailed. Another time than remind_at where that is in quiet hours: their end if that comes before the session, or else their beginning.';
comment on column public.booking_reminders.status is 'scheduled until due; enqueued: handed to the outbox; voided: handed over for a time that no longer holds.';

create unique index booking_reminders_one_live_idx on public.booking_reminders (booking_id, user_id, lead_minutes)
  where status <> 'voided';
create index booking_reminders_booking_id_idx on public.booking_reminders (booking_id);
create index booking_reminders_user_id_idx on public.booking_reminders (user_id, remind_at desc);
create index booking_reminders_due_idx on public.booking_reminders (due_at, id) where status = 'scheduled';

create trigger touch_updated_at before update on public.booking_reminders
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.booking_reminders');

alter table public.booking_reminders enable row level security;
alter table public.booking_reminders force row level security;
revoke all on table public.booking_reminders from public, anon, authenticated, service_role;
grant select (
  id, booking_id, user_id, lead_minutes, starts_at, remind_at, due_at, status, enqueued_at, voided_at, created_at,
  updated_at
) on public.booking_reminders to authenticated;
grant select on public.booking_reminders to service_role;

create policy "A person sees their own reminders"
  on public.booking_reminders for select to authenticated
  using (user_id = (select private.user_id()));

-- "A day before" is the same time on the wall the day before, also where the clocks change in between; "an hour before" is
-- sixty minutes, whatever the clocks show.
create function private.reminder_at(p_starts_at timestamptz, p_lead_minutes int, p_time_zone text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select (p_starts_at at time zone p_time_zone - make_interval(days => p_lead_minutes / 1440)) at time zone p_time_zone
    - make_interval(mins => p_lead_minutes % 1440);
$$;

comment on function private.reminder_at(timestamptz, int, text) is
  'When somebody in a time zone wants to be reminded: whole days of the lead are days of their wall, what is left of it elapsed minutes.';

-- What cannot wait for the end of quiet hours goes out before they begin, with time left for the dispatcher to come by.
create function private.reminder_due_at(
  p_preferences public.notification_preferences, p_time_zone text, p_remind_at timestamptz, p_starts_at timestamptz
)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v_quiet constant tstzrange := private.quiet_span(p_preferences, p_time_zone, p_remind_at);
begin
  return case
    when v_quiet is null then p_remind_at
    when upper(v_quiet) < p_starts_at then upper(v_quiet)
    else lower(v_quiet) - interval '10 minutes'
  end;
end;
$$;

comment on function private.reminder_due_at(public.notification_preferences, text, timestamptz, timestamptz) is
  'When a reminder that is wanted at p_remind_at is mailed to a person with these quiet hours.';

create type private.wanted_reminder as (
  booking_id uuid, user_id uuid, lead_minutes int, starts_at timestamptz, remind_at timestamptz, due_at timestamptz
);

comment on type private.wanted_reminder is 'A reminder that somebody should get.';

-- Whoever books within a lead time is not reminded by it: that the session is booked was just mailed. In plpgsql for the
-- sake of its plan: it is asked with each booking.
create function private.wanted_reminders(p_booking_ids uuid[], p_user_id uuid, p_now timestamptz)
returns setof private.wanted_reminder
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select distinct b.id, p.id, m.lead_minutes, b.starts_at, r.remind_at, d.due_at
  from public.bookings b
  join public.specialists s on s.id = b.specialist_id
  join public.profiles p on p.id in (b.employee_id, s.user_id)
  left join public.notification_preferences np on np.user_id = p.id
  cross join unnest(coalesce(np.reminder_lead_minutes, '{1440,60}')) m (lead_minutes)
  cross join lateral (select private.reminder_at(b.starts_at, m.lead_minutes, p.time_zone)) r (remind_at)
  cross join lateral (select private.reminder_due_at(np, p.time_zone, r.remind_at, b.starts_at)) d (due_at)
  where b.id = any (p_booking_ids)
    and b.status = 'confirmed'
    and (p_user_id is null or p.id = p_user_id)
    and greatest(r.remind_at, d.due_at) > p_now
    and greatest(r.remind_at, d.due_at) < b.starts_at;
end;
$$;

comment on function private.wanted_reminders(uuid[], uuid, timestamptz) is
  'The reminders that bookings should still get, of one person or of both. One that would already be due is not made up for.';

-- Of one person where it is their wishes that changed: a row for the other would hang on an account that nobody holds.
create function private.sync_booking_reminders(p_booking_ids uuid[], p_user_id uuid default null, p_now timestamptz default now())
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_wanted constant private.wanted_reminder[] := array(select w from private.wanted_reminders(p_booking_ids, p_user_id, p_now) w);
begin
  update public.booking_reminders r
  set starts_at = w.starts_at, remind_at = w.remind_at, due_at = w.due_at
  from unnest(v_wanted) w
  where r.booking_id = w.booking_id and r.user_id = w.user_id and r.lead_minutes = w.lead_minutes
    and r.status = 'scheduled' and (r.starts_at, r.due_at) <> (w.starts_at, w.due_at);

  delete from public.booking_reminders r
  where r.booking_id = any (p_booking_ids) and (p_user_id is null or r.user_id = p_user_id) and r.status = 'scheduled'
    and (r.booking_id, r.user_id, r.lead_minutes, r.starts_at) not in (select w.booking_id, w.user_id, w.lead_minutes, w.starts_at from unnest(v_wanted) w);

  -- Their mail is queued or sent, so the row stays as what the mail refers to: the mail is skipped
  -- if it still can be, and the new time is announced again.
  update public.booking_reminders r
  set status = 'voided', voided_at = p_now
  where r.booking_id = any (p_booking_ids) and (p_user_id is null or r.user_id = p_user_id) and r.status = 'enqueued'
    and not exists (
      select from public.bookings b
      where b.id = r.booking_id and b.status = 'confirmed' and b.starts_at = r.starts_at
    );

  insert into public.booking_reminders (booking_id, user_id, lead_minutes, starts_at, remind_at, due_at)
  select w.booking_id, w.user_id, w.lead_minutes, w.starts_at, w.remind_at, w.due_at
  from unnest(v_wanted) w
  on conflict (booking_id, user_id, lead_minutes) where status <> 'voided' do nothing;
end;
$$;

comment on function private.sync_booking_reminders(uuid[], uuid, timestamptz) is
  'Makes the reminders of bookings what they should be, for one person or for both. Idempotent.';

create function private.follow_booking()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.sync_booking_reminders(array[new.id]);
  return null;
end;
$$;

comment on function private.follow_booking() is 'Trigger on bookings: reminders follow status, time and person.';

create trigger schedule_reminders after insert on public.bookings
  for each row when (new.status = 'confirmed') execute function private.follow_booking();
create trigger move_reminders after update on public.bookings
  for each row
  when (
    old.status <> new.status or old.starts_at <> new.starts_at
    or old.employee_id is distinct from new.employee_id
  )
  execute function private.follow_booking();

create function private.follow_wishes_of(p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- A reminder is written behind the row of its booking alone, whoever writes it.
  perform private.sync_booking_reminders(array(
    select id from public.bookings
    where (employee_id = p_user_id or specialist_id = (select s.id from public.specialists s where s.user_id = p_user_id))
      and status = 'confirmed' and starts_at > now()
    order by id for no key update
  ), p_user_id);
end;
$$;

comment on function private.follow_wishes_of(uuid) is 'The lead times, windows and time zone of a person hold for sessions booked already.';

create function private.follow_preferences()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.follow_wishes_of(coalesce(new.user_id, old.user_id));
  return null;
end;
$$;

comment on function private.follow_preferences() is 'Trigger on notification_preferences: see private.follow_wishes_of().';

create trigger follow_new_preferences after insert or delete on public.notification_preferences
  for each row execute function private.follow_preferences();
create trigger follow_preferences after update on public.notification_preferences
  for each row
  when (
    old.reminder_lead_minutes <> new.reminder_lead_minutes
    or old.mail_windows is distinct from new.mail_windows
  )
  execute function private.follow_preferences();
