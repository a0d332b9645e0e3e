-- Issuing a link that resets a password: on request, to every address that has an account.
--
-- Called: by private.issue_requested_tokens(). A newer token of a person takes the place of the
-- older one, and the mail is queued in the same transaction. An account whose address was never
-- confirmed gets one too: whoever opens the mail holds the mailbox, and completing confirms it.

create function private.issue_password_reset(p_user_id uuid, p_email text, p_now timestamptz default now())
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_token public.password_reset_tokens;
begin
  -- As in private.issue_email_verification().
  perform from public.profiles where id = p_user_id for no key update;
  -- Nor while the account is being moved back to another address than it has.
  if not found or exists (select from public.email_changes where user_id = p_user_id and status = 'reverting') then
    return null;
  end if;
  perform private.retire_password_resets(p_user_id, p_now);
  insert into public.password_reset_tokens (user_id, email, created_at, expires_at, max_attempts)
  values (
    p_user_id, private.email_address(p_email), p_now, p_now + private.token_lifetime('password_reset'),
    private.setting('token_max_attempts')::int
  )
  returning * into v_token;
  perform private.enqueue_email(
    'password_reset', p_user_id, v_token.email,
    jsonb_build_object('expires_at', private.iso_timestamp(v_token.expires_at)),
    'security', 'password_reset:' || v_token.id, 'password_reset', v_token.id,
    p_not_before => p_now
  );
  return v_token.id;
end;
$$;

comment on function private.issue_password_reset(uuid, text, timestamptz) is
  'Issues a reset token for an address of a person, retires older ones, queues the mail. Returns the token''s id.';

create function private.retire_password_resets(
  p_user_id uuid, p_now timestamptz default now(), p_only_released boolean default false
)
returns void
language sql
set search_path = ''
as $$
  update public.password_reset_tokens
  set superseded_at = greatest(p_now, created_at)
  where user_id = p_user_id and used_at is null and superseded_at is null
    and (not p_only_released or released_at is not null);
$$;

comment on function private.retire_password_resets(uuid, timestamptz, boolean) is
  'Voids the links of a person that were not used, or of these only one that was used and given back.';
