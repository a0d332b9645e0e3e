-- Completing a sign-up, by the link that was mailed.
--
-- Called: by service_role, from auth-sign-up, in this order:
--   check  does the link hold, and what must the password not be? Nothing is used up.
--   take   what the person says is kept with the link; then Auth is told.
-- The trigger on auth.users does the rest, in the transaction in which Auth has the account: it has its introduction and
-- accepted terms from its first moment. Where Auth refuses or fails, or the process dies, the link works again.

-- An account whose telephone was confirmed is its owner's already, whoever reads the mail of the address it names.
create function private.is_address_taken(p_email text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select private.is_address_held(p_email) or exists (
    select from public.profiles p join auth.users u on u.id = p.id
    where p.email = p_email and (p.email_confirmed_at is not null or u.phone_confirmed_at is not null)
  );
$$;

comment on function private.is_address_taken(text) is 'Whether an address is that of an account which somebody has, or can take back.';

create function private.examine_sign_up(p_token_id uuid, p_token_hash text)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_refusal constant text := private.examine_link('sign_up', p_token_id, p_token_hash);
  v_token private.sign_up_tokens;
begin
  select * into v_token from private.sign_up_tokens where id = p_token_id;
  return coalesce(
    v_refusal,
    private.link_refusal(v_token.used_at is not null, v_token.superseded_at is not null, v_token.expires_at),
    case when private.is_address_taken(v_token.email) then 'address_taken' end,
    'live'
  );
end;
$$;

comment on function private.examine_sign_up(uuid, text) is
  'Locks the token of a sign-up and says what it is worth. A wrong secret counts as an attempt.';

create function private.check_sign_up(p_token_id uuid, p_token_hash text, p_password_prefixes text[])
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text;
begin
  v_outcome := private.examine_sign_up(p_token_id, p_token_hash);
  if v_outcome <> 'live' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  return (
    select jsonb_build_object(
      'outcome', 'live',
      'email', t.email,
      'common', to_jsonb(array(select private.common_password_digests(p_password_prefixes))),
      'terms', private.terms_in_force()
    )
    from private.sign_up_tokens t where t.id = p_token_id
  );
end;
$$;

create function private.take_sign_up(p_token_id uuid, p_token_hash text, p_introduction jsonb, p_terms jsonb, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text := private.introduction_fault(p_introduction);
  v_token private.sign_up_tokens;
  v_unconfirmed uuid;
begin
  -- Before the link is looked at: it goes on working.
  v_outcome := coalesce(v_outcome, private.examine_sign_up(p_token_id, p_token_hash));
  if v_outcome = 'live' and (p_terms @> private.terms_in_force()) is not true then
    v_outcome := 'wrong_terms';
  end if;
  if v_outcome <> 'live' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select * into v_token from private.sign_up_tokens where id = p_token_id;
  select id into v_unconfirmed from public.profiles
  where email = v_token.email and email_confirmed_at is null order by created_at, id limit 1;
  update private.sign_up_tokens
  set taken_at = greatest(now(), created_at),
      account_id = coalesce(v_unconfirmed, account_id, gen_random_uuid()),
      said = private.fitting(
        jsonb_build_object('introduction', p_introduction, 'terms', p_terms, 'context', private.caller_context(p_context, 'take_sign_up')), 8192
      )
  where id = p_token_id
  returning * into v_token;
  return jsonb_build_object('outcome', 'consumed', 'user_id', v_token.account_id, 'is_new', v_unconfirmed is null);
end;
$$;

grant execute on function private.check_sign_up(uuid, text, text[]) to service_role;
grant execute on function private.take_sign_up(uuid, text, jsonb, jsonb, jsonb) to service_role;

create function public.check_sign_up(p_token_id uuid, p_token_hash text, p_password_prefixes text[] default '{}', p_context jsonb default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.check_sign_up(p_token_id, p_token_hash, p_password_prefixes);
$$;

create function public.take_sign_up(p_token_id uuid, p_token_hash text, p_introduction jsonb, p_terms jsonb, p_context jsonb default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.take_sign_up(p_token_id, p_token_hash, p_introduction, p_terms, p_context);
$$;

comment on function public.check_sign_up(uuid, text, text[], jsonb) is
  'Looks at the link of a sign-up without using it up. Outcome: live, with the address, the digests of common passwords that begin with one '
  'of the prefixes (4 hex digits, at most 4), and the terms in force; or invalid, expired, exhausted, superseded, used, address_taken (it has an account).';
comment on function public.take_sign_up(uuid, text, jsonb, jsonb, jsonb) is
  'Takes a sign-up to Auth. p_introduction: {display_name, locale, time_zone}; p_terms: {terms, privacy}, the versions that the person accepts. '
  'Outcome: consumed, with the user_id that the account is to have (is_new), or has, which nobody has confirmed; wrong_terms; invalid_name, invalid_locale of the '
  'introduction; or as check_sign_up(). It may be repeated until Auth has the account.';
grant execute on function public.check_sign_up(uuid, text, text[], jsonb) to service_role;
grant execute on function public.take_sign_up(uuid, text, jsonb, jsonb, jsonb) to service_role;

-- At the end of Auth's transaction, which writes the address after it has confirmed it. What was said an hour ago belongs
-- to a call that has ended, and the link can be used again.
create function private.record_sign_up()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_email constant text := (select private.email_address(email) from auth.users where id = new.id and email_confirmed_at is not null);
  v_token private.sign_up_tokens;
begin
  perform private.lock_sign_ups_of(array[v_email]);
  select * into v_token from private.sign_up_tokens
  where account_id = new.id and email = v_email and said is not null and taken_at > now() - interval '1 hour'
  order by taken_at desc limit 1 for update;
  if found then
    update private.sign_up_tokens set used_at = greatest(now(), taken_at), superseded_at = null, said = null where id = v_token.id;
    perform private.introduce(new.id, v_token.said -> 'introduction');
    perform private.keep_acceptance(new.id, d, v_token.said -> 'terms' ->> d, v_token.said -> 'context') from unnest(array['terms', 'privacy']) d;
    perform private.write_audit('account.signed_up', 'users', new.id::text, new.id, null, null, v_token.said -> 'context');
  end if;
  update private.sign_up_tokens set superseded_at = coalesce(superseded_at, greatest(now(), created_at)), said = null
  where email = v_email and used_at is null and (superseded_at is null or said is not null);
  return null;
end;
$$;

comment on function private.record_sign_up() is
  'Trigger on auth.users: the account that a sign-up was taken to Auth for has what was said with its link; other links of the address are void.';

create constraint trigger record_sign_up after update on auth.users
  deferrable initially deferred
  for each row
  when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function private.record_sign_up();

create constraint trigger record_sign_up_at_once after insert on auth.users
  deferrable initially deferred
  for each row
  when (new.email_confirmed_at is not null)
  execute function private.record_sign_up();

create function private.forget_sign_ups()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Of an address alone only where it was theirs: anybody can make an account with somebody else's.
  if old.email_confirmed_at is not null then
    perform private.lock_sign_ups_of(array[old.email::text]);
    delete from private.sign_up_tokens where email = old.email;
  end if;
  return old;
end;
$$;

comment on function private.forget_sign_ups() is 'Trigger on profiles: closing an account takes the links along that made it.';

create trigger forget_sign_ups before delete on public.profiles
  for each row execute function private.forget_sign_ups();
