-- Links of every purpose: which table has them, how long they work, how a secret is examined and sealed.
--
-- Called: by the SQL functions that issue and use links; seal_token_hashes() by service_role, from the dispatchers.
--
-- A link has a public half, the id of its row, and a secret half. Each purpose has a table of its own, and all have one
-- order of refusals: examine_link() (invalid, exhausted), which is all that is said to somebody without the secret;
-- link_refusal() (used, superseded, expired); then what the purpose alone asks for.

-- One table for each purpose: whoever holds a link of one is let in by a row of no other.
create function private.token_table(p_purpose text)
returns regclass
language plpgsql
stable
set search_path = ''
as $$
declare
  v_table constant text := case p_purpose
    when 'email_verification' then 'public.email_verification_tokens'
    when 'password_reset' then 'public.password_reset_tokens'
    when 'invitation' then 'private.invitation_tokens'
    when 'email_change' then 'private.email_change_tokens'
    when 'email_change_cancel' then 'private.email_change_cancel_tokens'
    when 'sign_up' then 'private.sign_up_tokens'
  end;
begin
  if v_table is null then
    raise exception using errcode = '22023', message = format('unknown token purpose %s', p_purpose);
  end if;
  return v_table::regclass;
end;
$$;

comment on function private.token_table(text) is 'Where the tokens of a purpose are. Each table has id, token_hash, attempts and max_attempts.';

create view private.tokens with (security_invoker = true) as
  select 'email_verification' as purpose, id, user_id, token_hash, created_at, expires_at,
    coalesce(verified_at, superseded_at) as spent_at
  from public.email_verification_tokens
  union all
  select 'password_reset', id, user_id, token_hash, created_at, expires_at, coalesce(used_at, superseded_at)
  from public.password_reset_tokens
  union all
  select 'invitation', id, null, token_hash, created_at, expires_at, coalesce(used_at, superseded_at)
  from private.invitation_tokens
  union all
  select 'email_change', t.id, c.user_id, t.token_hash, t.created_at, t.expires_at, coalesce(t.used_at, t.superseded_at)
  from private.email_change_tokens t join public.email_changes c on c.id = t.change_id
  union all
  select 'email_change_cancel', t.id, c.user_id, t.token_hash, t.created_at, t.expires_at, coalesce(t.used_at, t.superseded_at)
  from private.email_change_cancel_tokens t join public.email_changes c on c.id = t.change_id
  union all
  select 'sign_up', id, null, token_hash, created_at, expires_at, coalesce(used_at, superseded_at)
  from private.sign_up_tokens;

comment on view private.tokens is 'Link tokens of every purpose. spent_at: used, or retired by a newer one.';

revoke all on private.tokens from public, anon, authenticated, service_role;

create function private.token_lifetime(p_purpose text)
returns interval
language sql
stable
set search_path = ''
as $$
  select case p_purpose
    when 'email_verification' then private.hours('email_verification_ttl_hours')
    when 'password_reset' then private.minutes('password_reset_ttl_minutes')
    when 'invitation' then private.days('invitation_ttl_days')
    when 'sign_up' then private.hours('sign_up_ttl_hours')
    when 'email_change' then private.hours('email_change_ttl_hours')
    -- As long as the change can be confirmed, and then as long as it can be taken back.
    when 'email_change_cancel' then private.hours('email_change_ttl_hours') + private.hours('email_change_cancel_hours')
  end;
$$;

comment on function private.token_lifetime(text) is 'How long a link of a purpose works.';

-- The row stays locked until the transaction ends, so of racing requests one finds it live.
create function private.examine_link(p_purpose text, p_token_id uuid, p_token_hash text)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_table constant regclass := private.token_table(p_purpose);
  v_hash text;
  v_exhausted boolean;
begin
  execute format('select token_hash, attempts >= max_attempts from %s where id = $1 for update', v_table)
    into v_hash, v_exhausted using p_token_id;
  if v_hash is null then
    return 'invalid';
  elsif v_exhausted then
    return 'exhausted';
  elsif v_hash is distinct from lower(p_token_hash) then
    execute format('update %s set attempts = attempts + 1 where id = $1', v_table) using p_token_id;
    return 'invalid';
  end if;
  return null;
end;
$$;

comment on function private.examine_link(text, uuid, text) is
  'Locks a token of a purpose. Null for who has its secret, who alone learns more; or invalid, which counts as an attempt, or exhausted.';

create function private.link_refusal(p_is_used boolean, p_is_superseded boolean, p_expires_at timestamptz)
returns text
language sql
volatile
set search_path = ''
as $$
  select case
    when p_is_used then 'used'
    when p_is_superseded then 'superseded'
    when p_expires_at <= clock_timestamp() then 'expired'
  end;
$$;

comment on function private.link_refusal(boolean, boolean, timestamptz) is
  'Why a link does not work any more, for who has its secret: used, superseded or expired; else null. A use that may be repeated is none.';

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
    -- Those without a digest are locked first, in the order of purposes and ids: two dispatchers with the same tokens must not deadlock.
    execute format('select from %s where id = any ($1) and token_hash is null order by id for update', private.token_table(v_purpose)) using v_ids;
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
