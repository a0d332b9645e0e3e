-- Notification preferences (T15): which mails a person wants, when, and in which language.
--
-- Read and write: the person alone, by my_preferences() and save_preferences(). Nobody has a row until they change something;
-- without one the defaults below hold. Security mail, and what changes a booked session, cannot be switched off.
--
-- Which kinds of mail are wanted is read by the function alone: a link may have refused for the address what is wanted here.

-- Seven days, Monday first: null for one without mail, or {"from": "08:00", "until": "20:00"} of at least an hour.
create function private.is_week_of_windows(p_week jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_typeof(p_week) = 'array' and jsonb_array_length(p_week) = 7 and p_week @? '$[*] ? (@ != null)' and not exists (
    select from jsonb_array_elements(p_week) d
    where d <> 'null' and (
      jsonb_typeof(d) = 'object' and d - 'from' - 'until' = '{}'
      and d ->> 'from' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' and d ->> 'until' ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
      and (d ->> 'until')::time - (d ->> 'from')::time >= interval '1 hour'
    ) is not true
  );
exception when others then
  return false;
end;
$$;

comment on function private.is_week_of_windows(jsonb) is
  'Whether it says for each weekday, Monday first, between which times mail is read: [{"from": "08:00", "until": "20:00"}, ..., null], at least once.';

create function private.are_lead_times(p_minutes int[])
returns boolean
language sql
immutable
set search_path = ''
as $$
  select (
    cardinality(p_minutes) <= 5
    and coalesce(array_ndims(p_minutes), 1) = 1
    and array_position(p_minutes, null) is null
    and 5 <= all (p_minutes)
    and 20160 >= all (p_minutes)
  ) is true;
$$;

comment on function private.are_lead_times(int[]) is 'Whether somebody can be reminded so many minutes ahead: up to five times, from five minutes to two weeks.';

create table public.notification_preferences (
  user_id uuid primary key default private.user_id() references public.profiles (id) on delete cascade,
  account_email boolean not null default true,
  reminder_email boolean not null default true,
  agenda_email boolean not null default true,
  agenda_at time not null default '07:00' check (agenda_at < '24:00'),
  mail_windows jsonb check (private.is_week_of_windows(mail_windows)),
  reminder_lead_minutes int[] not null default '{1440,60}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint lead_times_are_sensible check (private.are_lead_times(reminder_lead_minutes))
);

comment on table public.notification_preferences is 'The wishes of a person about mail: its subjects, and its times.';
comment on column public.notification_preferences.agenda_email is 'Whether a specialist is mailed the sessions of each day.';
comment on column public.notification_preferences.agenda_at is 'From when on a specialist is mailed the sessions of the day, in the time zone of the profile.';
comment on column public.notification_preferences.mail_windows is
  'When mail is read, by weekday, Monday first, in the time zone of the profile: [{"from": "08:00", "until": "20:00"}, ..., null]. Null: always.';
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
grant select (user_id, agenda_at, mail_windows, reminder_lead_minutes, created_at, updated_at)
  on public.notification_preferences to authenticated;
grant select on public.notification_preferences to service_role;

create policy "A person sees their own preferences"
  on public.notification_preferences for select to authenticated
  using (user_id = (select private.user_id()));

-- The days around are looked at a week each way, since on some of them there may be no mail at all. Windows begin and end at
-- local times, so that one in which the clocks change is as long as it is.
create function private.quiet_span(p_preferences public.notification_preferences, p_time_zone text, p_at timestamptz)
returns tstzrange
language plpgsql
stable
set search_path = ''
as $$
declare
  v_local constant timestamp := p_at at time zone p_time_zone;
  v_windows tstzmultirange;
begin
  if p_preferences.mail_windows is null then
    return null;
  end if;
  select range_agg(tstzrange(w.starts_at, greatest(w.starts_at, w.ends_at)))
  into v_windows
  from generate_series(-8, 8) n
  cross join lateral (select v_local::date + n) d (day)
  cross join lateral (select p_preferences.mail_windows -> (extract(isodow from d.day)::int - 1)) v (hours)
  cross join lateral (
    select
      (d.day + (v.hours ->> 'from')::time) at time zone p_time_zone as starts_at,
      (d.day + (v.hours ->> 'until')::time) at time zone p_time_zone as ends_at
    where v.hours <> 'null'
  ) w;
  if p_at <@ v_windows then
    return null;
  end if;
  return (
    select tstzrange(max(upper(w)) filter (where upper(w) <= p_at), min(lower(w)) filter (where lower(w) > p_at))
    from unnest(v_windows) w
  );
end;
$$;

comment on function private.quiet_span(public.notification_preferences, text, timestamptz) is
  'When may a person be mailed? The span around p_at in which they read none; null if they may be mailed at p_at.';
