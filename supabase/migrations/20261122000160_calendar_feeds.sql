-- Calendar feeds: the address under which a person's calendar reads their sessions by itself.
--
-- Read:  nobody. Who has the address reads the feed through calendar-feed, as service_role; when that was last, its person
--        learns from my_calendar_feed().
-- Write: make_calendar_feed() and revoke_calendar_feed() for oneself; a new password or another address ends it.
--
-- No calendar signs in, so the address is the credential: 16 bytes of id and 32 that only a hash is kept of, as 64
-- characters and a letter like all our links (docs/decisions/links-survive-mail-programs.md). It is told once. What the feed tells
-- is what may stand in an employer's calendar: docs/decisions/a-calendar-is-the-employers.md.

create table private.calendar_feeds (
  user_id uuid primary key references public.profiles (id) on delete cascade,
  id uuid not null default gen_random_uuid() unique,
  token_hash text not null check (token_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now(),
  last_read_at timestamptz
);

comment on table private.calendar_feeds is 'Who has a calendar feed: one for each person, another in its place when they make a new address.';
comment on column private.calendar_feeds.token_hash is 'SHA-256 of the secret, hex. The secret is told when it is made, and kept nowhere.';
comment on column private.calendar_feeds.last_read_at is 'To ten minutes.';

alter table private.calendar_feeds enable row level security;
alter table private.calendar_feeds force row level security;
revoke all on table private.calendar_feeds from public, anon, authenticated, service_role;

create function private.make_calendar_feed()
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_id constant uuid := gen_random_uuid();
  v_secret constant bytea := extensions.gen_random_bytes(32);
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  perform private.hold_accounts(v_user_id);
  insert into private.calendar_feeds as f (user_id, id, token_hash)
  values (v_user_id, v_id, encode(sha256(v_secret), 'hex'))
  on conflict (user_id) do update
  set id = excluded.id, token_hash = excluded.token_hash, created_at = excluded.created_at, last_read_at = null;
  perform private.write_audit('calendar_feed.made', 'calendar_feeds', null, v_user_id, null, null, '{"source": "make_calendar_feed"}');
  return '/functions/v1/calendar-feed/' || translate(encode(uuid_send(v_id) || v_secret, 'base64'), '+/', '-_') || 'E.ics';
end;
$$;

create function private.end_calendar_feed(p_user_id uuid, p_source text)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  delete from private.calendar_feeds where user_id = p_user_id;
  if not found then
    return false;
  end if;
  perform private.write_audit('calendar_feed.revoked', 'calendar_feeds', null, p_user_id, null, null, jsonb_build_object('source', p_source));
  return true;
end;
$$;

comment on function private.end_calendar_feed(uuid, text) is 'The address of a feed leads nowhere from now on. Whether there was one.';

create function private.revoke_calendar_feed()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  perform private.hold_accounts(v_user_id);
  return private.end_calendar_feed(v_user_id, 'revoke_calendar_feed');
end;
$$;

create function private.my_calendar_feed()
returns table (created_at timestamptz, last_read_at timestamptz)
language sql
stable
security definer
set search_path = ''
as $$
  select f.created_at, f.last_read_at from private.calendar_feeds f where f.user_id = (select private.user_id());
$$;

grant execute on function private.make_calendar_feed() to authenticated;
grant execute on function private.revoke_calendar_feed() to authenticated;
grant execute on function private.my_calendar_feed() to authenticated;

create function public.make_calendar_feed()
returns text
language sql
security invoker
set search_path = ''
as $$
  select private.make_calendar_feed();
$$;

create function public.revoke_calendar_feed()
returns boolean
language sql
security invoker
set search_path = ''
as $$
  select private.revoke_calendar_feed();
$$;

create function public.my_calendar_feed()
returns table (created_at timestamptz, last_read_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_calendar_feed();
$$;

comment on function public.make_calendar_feed() is
  'Makes the address of the caller''s calendar feed and answers its path, this once; an earlier address leads nowhere from then on. '
  'Who has it reads when the caller has sessions, without signing in. Errors: unauthenticated (401).';
comment on function public.revoke_calendar_feed() is
  'Ends the caller''s calendar feed, and says whether there was one. A new password or another address ends it as well. Errors: unauthenticated (401).';
comment on function public.my_calendar_feed() is
  'Since when the caller has a calendar feed and when it was last read, to ten minutes; no row where there is none.';
grant execute on function public.make_calendar_feed() to authenticated;
grant execute on function public.revoke_calendar_feed() to authenticated;
grant execute on function public.my_calendar_feed() to authenticated;

-- Whoever had stolen the session may have made an address to keep, and so may whoever reads the mailbox that an account moves away from.
create function private.end_feed_with_credentials()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.end_calendar_feed(new.id, 'trigger');
  return null;
end;
$$;

comment on function private.end_feed_with_credentials() is 'Trigger on auth.users: a new password or another address ends the calendar feed.';

create trigger end_feed_with_credentials after update of encrypted_password, email on auth.users
  for each row
  when (
    new.encrypted_password is distinct from old.encrypted_password and coalesce(new.encrypted_password, '') <> ''
    or new.email is distinct from old.email
  )
  execute function private.end_feed_with_credentials();
