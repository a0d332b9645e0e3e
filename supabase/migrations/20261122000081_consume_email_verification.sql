-- Consuming a verification link.
--
-- Called: by service_role, from auth-email-verify.
--
-- The introduction that comes with the link is from who reads the mail: it takes the place of the one from the sign-up,
-- before Auth confirms the account (docs/decisions/who-confirms-introduces-themselves.md).

create function private.consume_email_verification(p_token_id uuid, p_token_hash text, p_context jsonb, p_introduction jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_token public.email_verification_tokens;
  v_account auth.users;
  v_outcome text;
begin
  -- Before the link is looked at: it goes on working.
  v_outcome := private.introduction_fault(p_introduction);
  if v_outcome is not null then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  -- The person before the token, in the order of private.issue_email_verification().
  perform from public.profiles
  where id = (select user_id from public.email_verification_tokens where id = p_token_id) for no key update;
  v_outcome := private.examine_link('email_verification', p_token_id, p_token_hash);
  if v_outcome is not null then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select * into v_token from public.email_verification_tokens where id = p_token_id;
  select * into v_account from auth.users where id = v_token.user_id;
  v_outcome := coalesce(
    private.link_refusal(
      false, v_token.superseded_at is not null or private.email_address(v_account.email) is distinct from v_token.email, v_token.expires_at
    ),
    case when v_token.verified_at is null then 'verified' else 'already_verified' end
  );
  if v_outcome = 'verified' then
    update public.email_verification_tokens set verified_at = now() where id = p_token_id;
    perform private.write_audit(
      'email.verified', 'users', v_token.user_id::text, v_token.user_id, null, null,
      coalesce(p_context, '{}') || jsonb_build_object('source', 'consume_email_verification')
    );
  end if;
  -- The same link may be used again while Auth has not answered.
  if v_outcome in ('verified', 'already_verified') then
    if v_account.email_confirmed_at is null and (v_outcome = 'verified' or p_introduction is not null) then
      perform private.introduce(v_token.user_id, p_introduction);
    end if;
    return jsonb_build_object('outcome', v_outcome, 'user_id', v_token.user_id);
  end if;
  return jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.consume_email_verification(uuid, text, jsonb, jsonb) is
  'See public.consume_email_verification(). The row lock lets exactly one of several racing requests verify.';

grant execute on function private.consume_email_verification(uuid, text, jsonb, jsonb) to service_role;

create function public.consume_email_verification(
  p_token_id uuid, p_token_hash text, p_context jsonb, p_introduction jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.consume_email_verification(p_token_id, p_token_hash, p_context, p_introduction);
$$;

comment on function public.consume_email_verification(uuid, text, jsonb, jsonb) is
  'Consumes a verification token. p_introduction: what the person says of themselves, {display_name, locale, time_zone}. Outcome: verified, already_verified (both with user_id), invalid, expired, exhausted, superseded; invalid_name, invalid_locale of the introduction.';

grant execute on function public.consume_email_verification(uuid, text, jsonb, jsonb) to service_role;
