-- User activity (T24): on which days a person did what by themselves, and nothing more.
--
-- Read:  the person alone. No employer, no specialist and no platform admin: whom it is about knows it already.
-- Write: triggers, where somebody signs in or takes a step of a session of theirs; a job deletes what is old.
--
-- A row says neither with whom, nor in which pillar, nor how often: so much is enough for how many people are active, and it
-- stays few rows, whatever somebody does again and again.

create domain public.user_activity as text check (value in ('signed_in', 'booked', 'moved', 'cancelled'));
comment on domain public.user_activity is 'What a person did: signed in; booked or asked for, moved, or cancelled a session.';

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('user_activity_retention_days', '90', 1, 400, 'How long it is remembered on which days a person did what.');

create table public.user_activity_logs (
  user_id uuid not null references public.profiles (id) on delete cascade,
  day date not null,
  activity public.user_activity not null,
  primary key (user_id, day, activity)
);

comment on table public.user_activity_logs is 'The days (UTC) on which a person did something. It goes with their account.';

create index user_activity_logs_day_idx on public.user_activity_logs (day);

select private.keep_no_statistics('public.user_activity_logs');

alter table public.user_activity_logs enable row level security;
alter table public.user_activity_logs force row level security;
revoke all on table public.user_activity_logs from public, anon, authenticated, service_role;
grant select (user_id, day, activity) on public.user_activity_logs to authenticated;
grant select on public.user_activity_logs to service_role;

create policy "A person sees what they did on which days"
  on public.user_activity_logs for select to authenticated
  using (user_id = (select private.user_id()) and day >= (select private.shown_from('public.user_activity_logs')));

-- Only of the person's own acts, so that nobody writes, and waits for, the row of somebody else.
create function private.log_activity(p_user_id uuid, p_activity public.user_activity, p_at timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into public.user_activity_logs (user_id, day, activity)
  values (p_user_id, (p_at at time zone 'UTC')::date, p_activity)
  on conflict do nothing;
$$;

comment on function private.log_activity(uuid, public.user_activity, timestamptz) is 'Writes down that a person did something on a day, unless it is written.';

-- On session_tokens and not on auth.sessions: a job makes up there for what the triggers of Auth missed.
create function private.log_sign_in()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.log_activity(new.user_id, 'signed_in', new.created_at);
  return null;
end;
$$;

comment on function private.log_sign_in() is 'Trigger on session_tokens: a sign-in is an activity.';

create trigger log_sign_in after insert on public.session_tokens
  for each row execute function private.log_sign_in();

create function private.log_step_of_session()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.log_activity(
    new.changed_by, case new.event when 'moved' then 'moved' when 'cancelled' then 'cancelled' else 'booked' end, new.created_at
  );
  return null;
end;
$$;

comment on function private.log_step_of_session() is 'Trigger on booking_status_history: what an employee does with a session of theirs is an activity.';

-- Whoever only looks holds a time for a while, which is nothing that they did.
create trigger log_step_of_session after insert on public.booking_status_history
  for each row when (
    new.actor = 'employee' and new.changed_by is not null and new.event in ('requested', 'booked', 'accepted', 'moved', 'cancelled')
  )
  execute function private.log_step_of_session();

insert into public.data_retention_policies (name, description, counts_from, setting, is_counted, held_by) values
  ('public.user_activity_logs', 'On which days a person did what', 'day', 'user_activity_retention_days', false, '{r.user_id}');

create function private.job_purge_user_activity(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('public.user_activity_logs', p_now);
end;
$$;

comment on function private.job_purge_user_activity(timestamptz) is 'Deletes activities that are remembered long enough.';

select cron.schedule('purge-user-activity', '33 3 * * *', $$select private.run_job('purge_user_activity')$$);
