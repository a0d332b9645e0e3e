-- Slowing down the guessing of passwords: Auth's hook password_verification_attempt.
--
-- Called: by Auth ([auth.hook.password_verification_attempt] in config.toml; on a hosted project turned
-- on by hand under Authentication, Hooks), after it compared a password with that of an account that
-- exists. The words of a refusal are those of a wrong password, because any others would tell that
-- there is such an account. Why it counts as it does: docs/decisions/slowing-down-guesses.md.

-- A household or an office has one IPv4 address, or the first half of an IPv6 address.
create function private.network_of(p_ip inet)
returns inet
language sql
immutable
set search_path = ''
as $$ select network(set_masklen(p_ip, case family(p_ip) when 4 then 32 else 64 end)); $$;

comment on function private.network_of(inet) is 'The network that one client has for itself: an IPv4 address, or an IPv6 /64.';

-- Guesses from elsewhere must not keep a person from signing in where they always do.
create function private.sign_in_subject(p_user_id uuid, p_network inet)
returns text
language sql
stable
set search_path = ''
as $$
  select 'account:' || p_user_id || case when exists (
    select from public.session_tokens where user_id = p_user_id and private.network_of(ip) = p_network
  ) then ':' || p_network else '' end;
$$;

comment on function private.sign_in_subject(uuid, inet) is
  'The counter of wrong passwords of an account: one of its own for each network it has signed in from, and one for all others.';

create function private.back_off(p_failures int, p_free int)
returns interval
language sql
stable
set search_path = ''
as $$
  select case when p_failures > p_free then
    make_interval(secs => least(2 ^ least(p_failures - p_free, 20), private.setting('sign_in_back_off_max_seconds')::int))
  end;
$$;

comment on function private.back_off(int, int) is 'How long the last of so many failures makes wait: 2, 4, 8 seconds and so on; null while they are free.';

create function private.count_failure(p_subject text, p_free int, p_quiet interval, p_longest interval, p_now timestamptz)
returns private.sign_in_back_offs
language plpgsql
set search_path = ''
as $$
declare
  v_row private.sign_in_back_offs;
begin
  delete from private.sign_in_back_offs
  where subject = p_subject and (grace_until is null or grace_until <= p_now)
    and (last_failed_at <= p_now - p_quiet or started_at <= p_now - p_longest);
  insert into private.sign_in_back_offs as b (subject, failures, started_at, last_failed_at, held_until)
  values (p_subject, 1, p_now, p_now, p_now + private.back_off(1, p_free))
  on conflict (subject) do update
  set failures = b.failures + 1, last_failed_at = greatest(b.last_failed_at, p_now),
      held_until = p_now + private.back_off(b.failures + 1, p_free)
  returning * into v_row;
  return v_row;
end;
$$;

comment on function private.count_failure(text, int, interval, interval, timestamptz) is
  'Counts a failure and starts the wait that follows from it. A series ends after p_quiet without one, or p_longest after its first.';

create function private.lock_attempts(p_user_id uuid)
returns void
language sql
set search_path = ''
as $$ select pg_advisory_xact_lock(20, hashtext(p_user_id::text)); $$;

comment on function private.lock_attempts(uuid) is 'Makes attempts at an account go one after the other, so that of guesses made at once none slips by.';

-- Always after the account's.
create function private.lock_network(p_client text)
returns void
language sql
set search_path = ''
as $$ select pg_advisory_xact_lock(21, hashtext(p_client)); $$;

comment on function private.lock_network(text) is 'Makes attempts that a network''s counter is about go one after the other.';

-- What an account adds to the count of a network, so that its owner can take it back.
create function private.count_share(p_share text, p_client private.sign_in_back_offs)
returns void
language sql
set search_path = ''
as $$
  insert into private.sign_in_back_offs as b (subject, failures, started_at, last_failed_at)
  values (p_share, 1, p_client.started_at, p_client.last_failed_at)
  on conflict (subject) do update
  set failures = case when b.started_at = excluded.started_at then b.failures + 1 else 1 end,
      started_at = excluded.started_at, last_failed_at = excluded.last_failed_at;
$$;

comment on function private.count_share(text, private.sign_in_back_offs) is
  'Counts a failure that a network''s counter has just counted as one of an account. A share of an earlier series is over.';

-- No more than the account added to the series that is going on: what one tried on others stays counted.
create function private.take_back_share(p_share text, p_client text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_free constant int := private.setting('sign_in_client_free_failures')::int;
begin
  if exists (select from private.sign_in_back_offs where subject = p_share) then
    perform private.lock_network(p_client);
    update private.sign_in_back_offs c
    set failures = c.failures - s.failures, held_until = case when c.failures - s.failures > v_free then c.held_until end
    from private.sign_in_back_offs s
    where c.subject = p_client and s.subject = p_share and s.started_at = c.started_at;
    delete from private.sign_in_back_offs where subject = p_share;
  end if;
end;
$$;

comment on function private.take_back_share(text, text) is
  'Takes the failures of an account, whose right password has come from a network, off that network''s count.';

create function private.record_failure(p_user_id uuid, p_account text, p_client text, p_share text, p_ip inet, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_free constant int := private.setting('sign_in_free_failures')::int;
  v_account private.sign_in_back_offs;
  v_client private.sign_in_back_offs;
begin
  v_account := private.count_failure(
    p_account, v_free, private.hours('sign_in_memory_hours'), null, p_now
  );
  if p_client is not null then
    v_client := private.count_failure(
      p_client, private.setting('sign_in_client_free_failures')::int, interval '1 hour', interval '1 hour', p_now
    );
    perform private.count_share(p_share, v_client);
  end if;
  insert into public.failed_login_attempts (user_id, occurred_at, ip, failures, held_until)
  values (p_user_id, p_now, p_ip, v_account.failures, greatest(v_account.held_until, v_client.held_until));
  if v_account.failures = v_free + 1 then
    perform private.enqueue_email(
      'sign_in_attempts', p.id, p.email, jsonb_build_object('noticed_at', private.iso_timestamp(p_now)),
      'security', 'sign_in_attempts:' || p.id || ':' || extract(epoch from v_account.started_at)
    )
    from public.profiles p where p.id = p_user_id and p.email_confirmed_at is not null and p.email like '_%@_%';
  end if;
end;
$$;

comment on function private.record_failure(uuid, text, text, text, inet, timestamptz) is
  'A wrong password: counted for the account and the client, logged, and once per series announced to the person.';

create function private.record_held_back(p_user_id uuid, p_ip inet, p_held_until timestamptz, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.failed_login_attempts set held_back = held_back + 1
  where id = (select id from public.failed_login_attempts where user_id = p_user_id order by id desc limit 1)
    and held_until > p_now;
  if not found then
    insert into public.failed_login_attempts (user_id, occurred_at, ip, failures, held_until, held_back)
    values (p_user_id, p_now, p_ip, 0, p_held_until, 1);
  end if;
end;
$$;

comment on function private.record_held_back(uuid, inet, timestamptz, timestamptz) is
  'An attempt that came too early. It makes the wait no longer, and floods of them add no rows.';

create function private.judge_password_attempt(p_user_id uuid, p_valid boolean, p_ip inet, p_now timestamptz)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_network constant inet := private.network_of(p_ip);
  v_share constant text := 'share:' || v_network || ':' || p_user_id;
  v_account text;
  v_client text;
  v_held_until timestamptz;
begin
  perform private.lock_attempts(p_user_id);
  v_account := private.sign_in_subject(p_user_id, v_network);
  if v_account = 'account:' || p_user_id then
    v_client := 'client:' || v_network;
    perform private.lock_network(v_client);
  end if;
  select max(held_until) into v_held_until from private.sign_in_back_offs
  where subject in (v_account, v_client) and held_until > p_now
    and not exists (
      select from private.sign_in_back_offs where subject = 'account:' || p_user_id and grace_until > p_now
    );
  if v_held_until is not null then
    perform private.record_held_back(p_user_id, p_ip, v_held_until, p_now);
    return false;
  elsif p_valid then
    delete from private.sign_in_back_offs where subject in ('account:' || p_user_id, v_account);
    perform private.take_back_share(v_share, 'client:' || v_network);
  else
    perform private.record_failure(p_user_id, v_account, v_client, v_share, p_ip, p_now);
  end if;
  return true;
end;
$$;

comment on function private.judge_password_attempt(uuid, boolean, inet, timestamptz) is
  'Whether an attempt comes late enough to be answered by whether the password is right. Counts and logs it.';

-- A new password is its owner's way in, whatever anybody goes on trying: also a guess that is being
-- counted right now, whose row the delete does not see yet. An error here would undo the new password.
create function private.forget_failed_logins(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from private.sign_in_back_offs where starts_with(subject, 'account:' || p_user_id);
  insert into private.sign_in_back_offs (subject, failures, started_at, last_failed_at, grace_until)
  values ('account:' || p_user_id, 0, now(), now(), now() + private.minutes('sign_in_grace_minutes'))
  on conflict (subject) do update
  set failures = 0, started_at = excluded.started_at, last_failed_at = excluded.last_failed_at,
      held_until = null, grace_until = excluded.grace_until;
end;
$$;

comment on function private.forget_failed_logins(uuid) is 'Clears the counters of an account, and lets its owner in for a while whatever is tried.';

-- Auth answers a hook that fails with an error of its own: then nobody could sign in. Better unguarded than closed.
create function private.check_password_attempt(event jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.judge_password_attempt(
    (event ->> 'user_id')::uuid, (event ->> 'valid')::boolean,
    private.try_inet(event #>> '{metadata,ip_address}'), clock_timestamp()
  ) then
    return '{"decision": "reject", "message": "Invalid login credentials", "should_logout_user": false}'::jsonb;
  end if;
  return '{"decision": "continue"}'::jsonb;
exception when others then
  raise warning 'a password attempt was not counted: %', sqlerrm;
  return '{"decision": "continue"}'::jsonb;
end;
$$;

comment on function private.check_password_attempt(jsonb) is
  'Auth hook password_verification_attempt: {user_id, valid, metadata?: {ip_address?}} -> {decision: continue | reject, message}.';
grant usage on schema private to supabase_auth_admin;
grant execute on function private.check_password_attempt(jsonb) to supabase_auth_admin;
