-- What a flag says: by the SQL functions of the product, and, through the function `feature-flags`, by pages.
--
-- Called: is_feature_on() by SQL; evaluate_feature_flags() by people for themselves, and by service_role for who has not signed in.
--
-- A share of people is found as flagd finds it (its fractional operator since 0.15): MurmurHash3 of the seed and of who it is, times the
-- sum of the weights, the upper 32 bits of that. So a person stays where they are while a share grows, and a backend that moves to
-- flagd serves everybody what they had.

create function private.rotated(p_bits bigint, p_by int)
returns bigint
language sql
immutable
strict
parallel safe
set search_path = ''
as $$ select ((p_bits << p_by) | (p_bits >> (32 - p_by))) & 4294967295; $$;

comment on function private.rotated(bigint, int) is '32 bits, rotated to the left.';

-- Numbers have 64 bits with a sign: 32 by 32 bits is multiplied in halves.
create function private.times(p_bits bigint, p_factor bigint)
returns bigint
language sql
immutable
strict
parallel safe
set search_path = ''
as $$ select (((p_bits >> 16) * p_factor & 65535) << 16) + (p_bits & 65535) * p_factor & 4294967295; $$;

comment on function private.times(bigint, bigint) is 'The lower 32 bits of a product of 32 bits each.';

create function private.murmur3(p_text text)
returns bigint
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
declare
  v_bytes constant bytea := convert_to(p_text, 'UTF8');
  v_length constant int := length(v_bytes);
  v_hash bigint := 0;
  v_block bigint;
begin
  for i in 0 .. (v_length + 3) / 4 - 1 loop
    v_block := 0;
    for j in 0 .. least(3, v_length - 4 * i - 1) loop
      v_block := v_block | (get_byte(v_bytes, 4 * i + j)::bigint << (8 * j));
    end loop;
    v_hash := v_hash # private.times(private.rotated(private.times(v_block, 3432918353), 15), 461845907);
    -- The last block, where it is not whole, is mixed in and no more.
    if 4 * i + 4 <= v_length then
      v_hash := (private.rotated(v_hash, 13) * 5 + 3864292196) & 4294967295;
    end if;
  end loop;
  v_hash := v_hash # v_length;
  v_hash := private.times(v_hash # (v_hash >> 16), 2246822507);
  v_hash := private.times(v_hash # (v_hash >> 13), 3266489909);
  return v_hash # (v_hash >> 16);
end;
$$;

comment on function private.murmur3(text) is 'MurmurHash3, x86, 32 bits, of the bytes of a text in UTF-8, with seed 0.';

create function private.share_of(p_rollout jsonb, p_key text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
declare
  v_total constant bigint := (select sum((share.value ->> 1)::bigint) from jsonb_array_elements(p_rollout) share);
  v_at constant bigint := (private.murmur3(p_key) * v_total) >> 32;
  v_until bigint := 0;
  v_share jsonb;
begin
  for v_share in select value from jsonb_array_elements(p_rollout) loop
    v_until := v_until + (v_share ->> 1)::bigint;
    if v_at < v_until then
      exit;
    end if;
  end loop;
  return v_share ->> 0;
end;
$$;

comment on function private.share_of(jsonb, text) is 'The variant of whoever falls there.';

-- Without a key there is nobody who could fall into a share: all of them are served the largest.
create function private.evaluate_flag(p_flag public.feature_flags, p_user_id uuid, p_key text, out variant text, out reason text)
language plpgsql
stable
set search_path = ''
as $$
begin
  if not p_flag.is_on or now() < p_flag.starts_at or now() >= p_flag.ends_at then
    variant := p_flag.off_variant;
    reason := 'DISABLED';
    return;
  end if;
  select c.variant, 'TARGETING_MATCH' into variant, reason
  from public.feature_flag_companies c join public.company_members m on m.company_id = c.company_id
  where c.flag_key = p_flag.key and m.user_id = p_user_id and m.status = 'active' and p_flag.variants ? c.variant
  order by m.created_at, m.company_id
  limit 1;
  if found then
    return;
  elsif p_key is null or jsonb_array_length(p_flag.rollout) = 1 then
    select share.value ->> 0, 'STATIC' into variant, reason
    from jsonb_array_elements(p_flag.rollout) with ordinality share order by (share.value ->> 1)::int desc, share.ordinality limit 1;
    return;
  end if;
  variant := private.share_of(p_flag.rollout, coalesce(nullif(p_flag.seed, ''), p_flag.key) || p_key);
  reason := 'SPLIT';
end;
$$;

comment on function private.evaluate_flag(public.feature_flags, uuid, text) is 'What a flag says for somebody, and why, in the words of OFREP.';

create function private.evaluate_feature_flags(p_flag_key text, p_targeting_key text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'key', f.key, 'value', f.variants -> e.variant, 'variant', e.variant, 'reason', e.reason) order by f.key), '[]')
    from public.feature_flags f
    cross join lateral private.evaluate_flag(f, v_user_id, coalesce(v_user_id::text, p_targeting_key)) e
    where (p_flag_key is null or f.key = p_flag_key) and (f.is_public or v_user_id is not null)
  );
end;
$$;

grant execute on function private.evaluate_feature_flags(text, text) to authenticated, service_role;

create function public.evaluate_feature_flags(p_flag_key text default null, p_targeting_key text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.evaluate_feature_flags(p_flag_key, left(p_targeting_key, 200));
$$;

comment on function public.evaluate_feature_flags(text, text) is
  'What all flags, or the one of p_flag_key, say: [{key, value, variant, reason}], in the order of their keys. Who has signed in is served as themselves and their companies, '
  'whatever p_targeting_key is; who has not is told of public flags, and falls into shares by p_targeting_key.';

grant execute on function public.evaluate_feature_flags(text, text) to authenticated, service_role;

-- Flags that nobody would miss.
create function private.stale_feature_flags(p_after text, p_limit int)
returns table (key text, owner text, expires_on date, why text, since timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  return query
    select f.key, f.owner, f.expires_on, s.why, f.updated_at
    from public.feature_flags f
    cross join lateral (
      select case
        when f.expires_on <= (now() at time zone 'UTC')::date then 'expired'
        when f.ends_at <= now() then 'over'
        when f.expires_on is null or f.updated_at > now() - private.days('feature_flag_settled_days') then null
        when exists (select from public.feature_flag_companies c where c.flag_key = f.key) and f.is_on then null
        when not f.is_on then 'off'
        when jsonb_array_length(f.rollout) = 1 then 'same_for_all'
      end as why
    ) s
    where s.why is not null and (p_after is null or f.key > p_after)
    order by f.key
    limit least(greatest(coalesce(p_limit, 100), 1), 500);
end;
$$;

grant execute on function private.stale_feature_flags(text, int) to authenticated;

create function public.stale_feature_flags(p_after text default null, p_limit int default 100)
returns table (key text, owner text, expires_on date, why text, since timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.stale_feature_flags(p_after, p_limit);
$$;

comment on function public.stale_feature_flags(text, int) is
  'For platform admins: flags to take away, in the order of their keys, at most 500 at once. p_after: the last key of the page before. why: expired; over, its time is; off, or same_for_all, for so many days (setting feature_flag_settled_days). '
  'Errors: unauthenticated (401), forbidden (403).';

grant execute on function public.stale_feature_flags(text, int) to authenticated;

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('feature_flag_settled_days', '60', 1, 730, 'After how long a flag that says the same to everybody counts as stale.');
