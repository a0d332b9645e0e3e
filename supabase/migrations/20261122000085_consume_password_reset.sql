-- Using a link that resets a password: looked at, consumed, and given back where Auth refuses.
--
-- Called: by service_role, from auth-password-reset-complete, in this order:
--   check    does the link hold, and what must the password not be? Nothing is used up.
--   consume  exactly one of racing requests gets the link; then Auth is told.
--   release  Auth refused or failed, so the link works again.
-- A link is not given back once Auth has a new password, though its answer may have been lost.
-- If the process dies after consume, the link is spent and the person asks for another. All that must
-- not be lost once Auth accepted is done by the trigger password_changed on auth.users.

create function private.examine_password_reset(p_token_id uuid, p_token_hash text)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_refusal constant text := private.examine_link('password_reset', p_token_id, p_token_hash);
  v_token public.password_reset_tokens;
begin
  select * into v_token from public.password_reset_tokens where id = p_token_id;
  return coalesce(
    v_refusal,
    private.link_refusal(
      v_token.used_at is not null,
      v_token.superseded_at is not null
        or v_token.email is distinct from (select private.email_address(email) from auth.users where id = v_token.user_id),
      v_token.expires_at
    ),
    'live'
  );
end;
$$;

comment on function private.examine_password_reset(uuid, text) is
  'Locks a reset token and says what it is worth. A wrong secret counts as an attempt.';

create function private.check_password_reset(p_token_id uuid, p_token_hash text, p_password_prefixes text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text;
begin
  v_outcome := private.examine_password_reset(p_token_id, p_token_hash);
  if v_outcome <> 'live' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  return (
    select jsonb_build_object(
      'outcome', 'live',
      'email', t.email,
      'names', (
        select coalesce(jsonb_agg(distinct c.name), '[]') from (
          select c.name from public.company_members m join public.companies c on c.id = m.company_id
          where m.user_id = t.user_id and m.status = 'active' limit 100
        ) c
      ),
      'common', to_jsonb(array(select private.common_password_digests(p_password_prefixes)))
    )
    from public.password_reset_tokens t where t.id = p_token_id
  );
end;
$$;

create function private.consume_password_reset(p_token_id uuid, p_token_hash text, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome constant text := private.examine_password_reset(p_token_id, p_token_hash);
  v_user_id uuid;
begin
  if v_outcome <> 'live' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  update public.password_reset_tokens set used_at = greatest(now(), created_at) where id = p_token_id
  returning user_id into v_user_id;
  perform private.write_audit(
    'password.reset_used', 'users', v_user_id::text, v_user_id, null, null,
    coalesce(p_context, '{}') || jsonb_build_object('source', 'consume_password_reset')
  );
  return jsonb_build_object('outcome', 'consumed', 'user_id', v_user_id);
end;
$$;

-- A link that was used while a newer one was mailed makes way for it: only one of a person is live.
create function private.release_password_reset(p_token_id uuid, p_token_hash text, p_context jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_token public.password_reset_tokens;
  v_newer boolean;
begin
  -- The person before the token, in the order of private.issue_password_reset().
  perform from public.profiles
  where id = (select user_id from public.password_reset_tokens where id = p_token_id) for no key update;
  select * into v_token from public.password_reset_tokens
  where id = p_token_id and token_hash = lower(p_token_hash) and used_at is not null and completed_at is null for update;
  if not found then
    return;
  end if;
  v_newer := exists (
    select from public.password_reset_tokens
    where user_id = v_token.user_id and id <> p_token_id
      and (created_at > v_token.created_at or used_at is null and superseded_at is null)
  );
  update public.password_reset_tokens
  set used_at = null, released_at = now(), superseded_at = case when v_newer then greatest(now(), created_at) end
  where id = p_token_id;
  perform private.write_audit(
    'password.reset_released', 'users', v_token.user_id::text, v_token.user_id, null, null,
    coalesce(p_context, '{}') || jsonb_build_object('source', 'release_password_reset')
  );
end;
$$;
grant execute on function private.check_password_reset(uuid, text, text[]) to service_role;
grant execute on function private.consume_password_reset(uuid, text, jsonb) to service_role;
grant execute on function private.release_password_reset(uuid, text, jsonb) to service_role;

create function public.check_password_reset(p_token_id uuid, p_token_hash text, p_password_prefixes text[], p_context jsonb default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.check_password_reset(p_token_id, p_token_hash, p_password_prefixes);
$$;

create function public.consume_password_reset(p_token_id uuid, p_token_hash text, p_context jsonb default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.consume_password_reset(p_token_id, p_token_hash, p_context);
$$;

create function public.release_password_reset(p_token_id uuid, p_token_hash text, p_context jsonb default null)
returns void
language sql
set search_path = ''
as $$
  select private.release_password_reset(p_token_id, p_token_hash, p_context);
$$;

comment on function public.check_password_reset(uuid, text, text[], jsonb) is
  'Looks at a reset token without using it up. Outcome: live, with the address and the company names of the person and the '
  'digests of common passwords that begin with one of the prefixes (4 hex digits, at most 4); or invalid, expired, exhausted, superseded, used.';
comment on function public.consume_password_reset(uuid, text, jsonb) is
  'Uses a reset token up. Outcome: consumed, with user_id, for exactly one of racing requests; or as check_password_reset().';
comment on function public.release_password_reset(uuid, text, jsonb) is
  'Gives a consumed reset token back, because Auth did not take the new password. A newer link voids it all the same.';
grant execute on function public.check_password_reset(uuid, text, text[], jsonb) to service_role;
grant execute on function public.consume_password_reset(uuid, text, jsonb) to service_role;
grant execute on function public.release_password_reset(uuid, text, jsonb) to service_role;
