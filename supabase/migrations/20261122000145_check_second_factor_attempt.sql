-- Slowing down the guessing of codes: Auth's hook mfa_verification_attempt.
--
-- Called: by Auth ([auth.hook.mfa_verification_attempt] in config.toml; on a hosted project turned on by hand, beside the hook for
-- passwords), after it compared a code with a factor. Auth itself counts calls of one address, and a million codes are soon
-- tried from many. Whoever tries has the password, so the person is told to choose another, which ends what was counted.
-- docs/decisions/slowing-down-guesses.md.

-- A person with two apps may try a right code on the wrong one first. Before they have one there is nothing to guess: whoever has the
-- password may add an app of their own. From then on a code counts whichever app it is of, also of one that was begun and left: Auth takes
-- it in a session of the password alone, and that session has then shown a second factor.
create function private.judge_second_factor_attempt(p_user_id uuid, p_valid boolean, p_ip inet, p_now timestamptz)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_subject constant text := 'account:' || p_user_id || ':codes';
  v_apps constant int := (select count(*) from auth.mfa_factors where user_id = p_user_id and status = 'verified');
  v_free constant int := private.setting('sign_in_free_failures')::int * v_apps;
  v_held_until timestamptz;
  v private.sign_in_back_offs;
begin
  if v_apps = 0 then
    return true;
  end if;
  perform private.lock_attempts(p_user_id);
  select held_until into v_held_until from private.sign_in_back_offs where subject = v_subject and held_until > p_now;
  if v_held_until is not null then
    perform private.record_held_back(p_user_id, p_ip, v_held_until, p_now);
    return false;
  elsif p_valid then
    delete from private.sign_in_back_offs where subject = v_subject;
    return true;
  end if;
  v := private.count_failure(v_subject, v_free, private.hours('sign_in_memory_hours'), null, p_now);
  insert into public.failed_login_attempts (user_id, occurred_at, ip, failures, held_until) values (p_user_id, p_now, p_ip, v.failures, v.held_until);
  if v.failures = v_free + 1 then
    perform private.enqueue_email(
      'second_factor_attempts', p.id, p.email, jsonb_build_object('noticed_at', private.iso_timestamp(p_now)),
      'security', 'second_factor_attempts:' || p.id || ':' || extract(epoch from v.started_at)
    )
    from public.profiles p where p.id = p_user_id and p.email_confirmed_at is not null and p.email like '_%@_%';
  end if;
  return true;
end;
$$;

comment on function private.judge_second_factor_attempt(uuid, boolean, inet, timestamptz) is
  'Whether a code comes late enough to be answered by whether it is right. Counts and logs it, and once per series tells the person.';

create function private.check_second_factor_attempt(event jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.judge_second_factor_attempt(
    (event ->> 'user_id')::uuid, (event ->> 'valid')::boolean, private.try_inet(event #>> '{metadata,ip_address}'), clock_timestamp()
  ) then
    return '{"decision": "reject", "message": "Too many wrong codes"}'::jsonb;
  end if;
  return '{"decision": "continue"}'::jsonb;
exception when others then
  raise warning 'a code was not counted: %', sqlerrm;
  return '{"decision": "continue"}'::jsonb;
end;
$$;

comment on function private.check_second_factor_attempt(jsonb) is
  'Auth hook mfa_verification_attempt: {user_id, factor_id, valid, metadata?: {ip_address?}} -> {decision: continue | reject, message}. With a reject Auth ends the person''s sessions.';

grant execute on function private.check_second_factor_attempt(jsonb) to supabase_auth_admin;
