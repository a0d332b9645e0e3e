-- Session tokens (T19): where a person is signed in, and was until lately.
--
-- Read:  the person alone. Administration needs nothing of it.
-- Write: triggers on auth.sessions, which is Auth's own and stays the truth: a session stands as long
--        as its row is there (private.user_id()). This table adds words for the device and remembers ends.
--
-- The refresh token itself is Auth's, and no copy of it is here. Nothing that goes wrong in a trigger
-- may fail a sign-in; private.job_follow_sessions() makes up for it: docs/decisions/ended-sessions.md.

create table public.session_tokens (
  id uuid primary key,
  user_id uuid not null references public.profiles (id) on delete cascade,
  device text check (length(device) <= 100),
  ip inet,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('signed_out', 'ended_by_person', 'ended_by_admin', 'password_changed', 'expired', 'too_many')),
  constraint used_after_creation check (last_used_at >= created_at),
  constraint ended_after_creation check (ended_at >= created_at),
  constraint reason_iff_ended check ((end_reason is null) = (ended_at is null))
);

comment on table public.session_tokens is 'One row per sign-in. The id is that of auth.sessions, which the access token names as session_id.';
comment on column public.session_tokens.device is 'Browser and system in words, such as "Firefox on Windows"; null when the user agent tells neither.';
comment on column public.session_tokens.ip is 'Address at the last use, as Auth saw it. Where that is on earth is not looked up.';
comment on column public.session_tokens.last_used_at is 'When the session last got an access token; those live for an hour.';
comment on column public.session_tokens.expires_at is 'When Auth ends the session whatever happens; null: when it is ended.';
comment on column public.session_tokens.end_reason is 'signed_out also where Auth itself removed a session that was too old; too_many: the person had so many that were used later.';

create index session_tokens_user_id_idx on public.session_tokens (user_id, last_used_at desc);
create index session_tokens_ended_at_idx on public.session_tokens (ended_at);

select private.keep_no_statistics('public.session_tokens');

alter table public.session_tokens enable row level security;
alter table public.session_tokens force row level security;
revoke all on table public.session_tokens from public, anon, authenticated, service_role;
grant select (
  id, user_id, device, ip, created_at, last_used_at, expires_at, ended_at, end_reason
) on public.session_tokens to authenticated;
grant select on public.session_tokens to service_role;

create policy "A person sees where they are signed in"
  on public.session_tokens for select to authenticated
  using (user_id = (select private.user_id()) and (ended_at is null or ended_at >= (select private.shown_from('public.session_tokens'))));

-- The order matters: most browsers name those they descend from, too.
create function private.device_name(p_user_agent text)
returns text
language sql
immutable
set search_path = ''
as $$
  select nullif(concat_ws(' on ',
    case
      when p_user_agent ~ 'Edg(e|A|iOS)?/' then 'Edge'
      when p_user_agent ~ 'OPR/|Opera' then 'Opera'
      when p_user_agent ~ 'SamsungBrowser/' then 'Samsung Internet'
      when p_user_agent ~ 'Firefox/|FxiOS/' then 'Firefox'
      when p_user_agent ~ 'Chrome/|CriOS/' then 'Chrome'
      when p_user_agent ~ 'Version/.*Safari/' then 'Safari'
    end,
    case
      when p_user_agent ~ 'iPhone' then 'iPhone'
      when p_user_agent ~ 'iPad' then 'iPad'
      when p_user_agent ~ 'Android' then 'Android'
      when p_user_agent ~ 'CrOS' then 'ChromeOS'
      when p_user_agent ~ 'Windows' then 'Windows'
      when p_user_agent ~ 'Mac OS X|Macintosh' then 'macOS'
      when p_user_agent ~ 'Linux' then 'Linux'
    end
  ), '');
$$;

comment on function private.device_name(text) is 'Browser and system of a user agent in words, or null.';

-- Copies what Auth knows of its sessions. Ended ones stay as they are.
create function private.record_sessions(p_session_ids uuid[])
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  insert into public.session_tokens as t (id, user_id, device, ip, created_at, last_used_at, expires_at)
  select s.id, s.user_id, private.device_name(s.user_agent), s.ip, coalesce(s.created_at, now()),
    greatest(coalesce(s.created_at, now()), s.updated_at), s.not_after
  from auth.sessions s
  where s.id = any (p_session_ids)
  on conflict (id) do update
  set device = coalesce(excluded.device, t.device), ip = coalesce(excluded.ip, t.ip),
      last_used_at = greatest(excluded.last_used_at, t.last_used_at), expires_at = excluded.expires_at
  where t.ended_at is null;
  get diagnostics v_rows = row_count;
  return v_rows;
end;
$$;

comment on function private.record_sessions(uuid[]) is 'Brings session_tokens up to what Auth''s rows say. Returns how many.';

create function private.follow_session()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.record_sessions(array[new.id]);
  return null;
exception when others then
  raise warning 'session % is not recorded: %', new.id, sqlerrm;
  return null;
end;
$$;

comment on function private.follow_session() is 'Trigger on auth.sessions: a sign-in or a refresh reaches session_tokens.';

-- Auth changes the password and ends the sessions at once; its stand-ins need a moment between the two.
create function private.session_end_reason(p_user_id uuid, p_not_after timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when current_setting('evenkeel.session_end_reason', true) <> '' then current_setting('evenkeel.session_end_reason', true)
    when p_not_after <= now() then 'expired'
    when exists (
      select from public.audit_logs
      where user_id = p_user_id and action = 'password.changed' and occurred_at > now() - interval '10 seconds'
    ) then 'password_changed'
    else 'signed_out'
  end;
$$;

comment on function private.session_end_reason(uuid, timestamptz) is 'Why a session of a person ends now, as far as it can be known.';

create function private.follow_session_end()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.session_tokens
  set ended_at = greatest(now(), created_at), end_reason = private.session_end_reason(old.user_id, old.not_after)
  where id = old.id and ended_at is null
    -- An account that goes takes its sessions with it.
    and exists (select from auth.users where id = old.user_id);
  return null;
exception when others then
  raise warning 'the end of session % is not recorded: %', old.id, sqlerrm;
  return null;
end;
$$;

comment on function private.follow_session_end() is 'Trigger on auth.sessions: an end is remembered with its reason.';

create trigger follow_session after insert or update on auth.sessions
  for each row execute function private.follow_session();
create trigger follow_session_end after delete on auth.sessions
  for each row execute function private.follow_session_end();

-- The sessions that there are already.
select private.record_sessions(array(select id from auth.sessions));
