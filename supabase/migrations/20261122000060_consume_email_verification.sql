-- Consuming a verification link, and sealing the digests of links that are about to be mailed.
--
-- Called: by service_role, from auth-email-verify and from the dispatchers.
--
-- What is said with the link is said by who reads the mail: it takes the place of what came with the sign-up, before
-- Auth confirms the account (docs/decisions/who-confirms-introduces-themselves.md).

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
  -- The person before the token, in the order of private.issue_email_verification().
  perform from public.profiles
  where id = (select user_id from public.email_verification_tokens where id = p_token_id) for no key update;
  v_outcome := private.examine_link('email_verification', p_token_id, p_token_hash);
  if v_outcome is not null then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select * into v_token from public.email_verification_tokens where id = p_token_id;
  select * into v_account from auth.users where id = v_token.user_id;
  v_outcome := case
    when v_token.superseded_at is not null or lower(v_account.email) is distinct from v_token.email then 'superseded'
    when v_token.expires_at <= clock_timestamp() then 'expired'
    when v_token.verified_at is not null then 'already_verified'
    else 'verified'
  end;
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
  'Consumes a verification token. p_introduction: what the person says of themselves, {display_name, locale, time_zone}. Outcome: verified, already_verified (both with user_id), invalid, expired, exhausted, superseded.';

grant execute on function public.consume_email_verification(uuid, text, jsonb, jsonb) to service_role;

create function private.seal_token_hashes(p_tokens jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_purpose text;
  v_ids uuid[];
  v_sealed jsonb;
begin
  for v_purpose, v_ids in
    select t.purpose, array_agg(t.id) from jsonb_to_recordset(p_tokens) as t (purpose text, id uuid) group by 1 order by 1
  loop
    -- Locked in the order of purposes and ids first: two dispatchers with the same tokens must not deadlock.
    execute format('select from %s where id = any ($1) order by id for update', private.token_table(v_purpose)) using v_ids;
    execute format(
      'update %s k set token_hash = t.token_hash from jsonb_to_recordset($1) as t (purpose text, id uuid, token_hash text)
       where t.purpose = $2 and k.id = t.id and k.token_hash is null', private.token_table(v_purpose)
    ) using p_tokens, v_purpose;
  end loop;
  select jsonb_agg(jsonb_build_object('id', t.id, 'token_hash', k.token_hash) order by t.n)
  into v_sealed
  from rows from (jsonb_to_recordset(p_tokens) as (purpose text, id uuid)) with ordinality as t (purpose, id, n)
  join private.tokens k on k.purpose = t.purpose and k.id = t.id;
  return coalesce(v_sealed, '[]');
end;
$$;

grant execute on function private.seal_token_hashes(jsonb) to service_role;

create function public.seal_token_hashes(p_tokens jsonb)
returns jsonb
language sql
set search_path = ''
as $$
  select private.seal_token_hashes(p_tokens);
$$;

comment on function public.seal_token_hashes(jsonb) is
  'Stores the digests of tokens whose mails are being made: [{purpose, id, token_hash}]. The first digest stays; answers the stored ones.';

grant execute on function public.seal_token_hashes(jsonb) to service_role;
