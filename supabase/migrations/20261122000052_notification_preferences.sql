-- Notification preferences (T15): which mails a person wants, and when.
--
-- Read and write: the person alone. Nobody has a row until they change something;
-- without one the defaults below hold. Security mail cannot be switched off.

create table public.notification_preferences (
  user_id uuid primary key default private.user_id() references public.profiles (id) on delete cascade,
  account_email boolean not null default true,
  booking_email boolean not null default true,
  reminder_email boolean not null default true,
  quiet_hours_start time,
  quiet_hours_end time,
  reminder_lead_minutes int[] not null default '{1440,60}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint quiet_hours_are_a_span check (
    (quiet_hours_start is null) = (quiet_hours_end is null)
    and (quiet_hours_start is null or quiet_hours_start <> quiet_hours_end)
  ),
  constraint lead_times_are_sensible check (
    cardinality(reminder_lead_minutes) <= 5
    and coalesce(array_ndims(reminder_lead_minutes), 1) = 1
    and array_position(reminder_lead_minutes, null) is null
    and 5 <= all (reminder_lead_minutes)
    and 20160 >= all (reminder_lead_minutes)
  )
);

comment on table public.notification_preferences is 'The wishes of a person about mail: its subjects, and the hours without.';
comment on column public.notification_preferences.quiet_hours_start is
  'Local time, in the zone of the profile, from which no mail is sent. A start after the end spans midnight.';
comment on column public.notification_preferences.quiet_hours_end is 'Local time at which mail is sent again.';
comment on column public.notification_preferences.reminder_lead_minutes is
  'How many minutes before a session to remind, up to five times, at most two weeks ahead. Empty: never.';

-- A change moves reminders, which hang on the account.
create trigger hold_own_account before insert or update on public.notification_preferences
  for each statement execute function private.hold_own_account();
create trigger touch_updated_at before update on public.notification_preferences
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.notification_preferences');

alter table public.notification_preferences enable row level security;
alter table public.notification_preferences force row level security;
revoke all on table public.notification_preferences from public, anon, authenticated, service_role;
grant select (
  user_id, account_email, booking_email, reminder_email, quiet_hours_start, quiet_hours_end,
  reminder_lead_minutes, created_at, updated_at
) on public.notification_preferences to authenticated;
grant select on public.notification_preferences to service_role;
-- user_id is updatable so that an upsert from supabase-js works; the policy pins it.
grant
  insert (user_id, account_email, booking_email, reminder_email, quiet_hours_start, quiet_hours_end, reminder_lead_minutes),
  update (user_id, account_email, booking_email, reminder_email, quiet_hours_start, quiet_hours_end, reminder_lead_minutes)
  on public.notification_preferences to authenticated;

create policy "A person sees their own preferences"
  on public.notification_preferences for select to authenticated
  using (user_id = (select private.user_id()));

create policy "A person sets their own preferences"
  on public.notification_preferences for insert to authenticated
  with check (user_id = (select private.user_id()));

create policy "A person changes their own preferences"
  on public.notification_preferences for update to authenticated
  using (user_id = (select private.user_id()))
  with check (user_id = (select private.user_id()));

-- A quiet span begins and ends at local times, so that a night in which the clocks change is as long as it is.
create function private.quiet_span(p_preferences public.notification_preferences, p_time_zone text, p_at timestamptz)
returns tstzrange
language plpgsql
stable
set search_path = ''
as $$
declare
  v_start constant time := p_preferences.quiet_hours_start;
  v_end constant time := p_preferences.quiet_hours_end;
  v_local constant timestamp := p_at at time zone p_time_zone;
  v_begins date;
  v_span tstzrange;
begin
  if v_start is null then
    return null;
  end if;
  -- Of a span over midnight this is the morning, or else the evening.
  v_begins := v_local::date - (v_start > v_end and v_local::time < v_end)::int;
  v_span := tstzrange(
    (v_begins + v_start) at time zone p_time_zone,
    greatest((v_begins + (v_start > v_end)::int + v_end) at time zone p_time_zone, (v_begins + v_start) at time zone p_time_zone)
  );
  return case when p_at <@ v_span then v_span end;
end;
$$;

comment on function private.quiet_span(public.notification_preferences, text, timestamptz) is
  'When may a person be mailed? The span around p_at in which they want none; null if they may be mailed at p_at.';
