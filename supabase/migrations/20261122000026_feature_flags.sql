-- Feature flags (T26): what comes in switched off, and is turned on for a company, for a share of people, for all, or from a
-- day on, without a release.
--
-- Read:  platform admins the flags; people and pages what a flag says for them (027).
-- Write: platform admins, and each change is audited. A flag is taken away when nothing asks for it any more.
--
-- Everybody is served one variant. In this order:
--   off, or outside of its time      off_variant
--   a company of theirs has its own  that one
--   the rest                         by rollout: each variant has a weight, and a person always falls on the same

create function private.are_flag_variants(p_variants jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select case when jsonb_typeof(p_variants) <> 'object' then false else (
    select count(*) between 1 and 10 and count(distinct jsonb_typeof(v.value)) = 1
      and bool_and(v.key ~ '^[a-z][a-z0-9_-]{0,30}$' and jsonb_typeof(v.value) in ('boolean', 'string', 'number', 'object'))
    from jsonb_each(p_variants) v
  ) end;
$$;

comment on function private.are_flag_variants(jsonb) is 'Whether these are one to ten named values, all of one type: OFREP has booleans, strings, numbers and objects.';

create function private.is_flag_rollout(p_rollout jsonb, p_variants jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_share jsonb;
  v_total int := 0;
begin
  if jsonb_typeof(p_rollout) <> 'array' or jsonb_array_length(p_rollout) > 10 then
    return false;
  end if;
  for v_share in select value from jsonb_array_elements(p_rollout) loop
    if jsonb_typeof(v_share) <> 'array' or jsonb_array_length(v_share) <> 2
      or jsonb_typeof(v_share -> 0) <> 'string' or not p_variants ? (v_share ->> 0)
      or jsonb_typeof(v_share -> 1) <> 'number' or v_share ->> 1 !~ '^[0-9]{1,6}$'
    then
      return false;
    end if;
    v_total := v_total + (v_share ->> 1)::int;
  end loop;
  return v_total > 0;
end;
$$;

comment on function private.is_flag_rollout(jsonb, jsonb) is 'Whether this is [["variant", weight], ...], whole weights up to 999,999, of which one is more than 0.';

grant execute on function private.are_flag_variants(jsonb), private.is_flag_rollout(jsonb, jsonb) to authenticated;

create table public.feature_flags (
  key text primary key check (key ~ '^[a-z][a-z0-9-]{1,62}$'),
  description text not null check (length(description) between 5 and 500),
  owner text not null check (length(owner) between 2 and 100),
  expires_on date check (isfinite(expires_on)),
  variants jsonb not null default '{"on": true, "off": false}' check (private.are_flag_variants(variants) and octet_length(variants::text) <= 4096),
  is_on boolean not null default false,
  off_variant text not null default 'off' check (length(off_variant) <= 31),
  rollout jsonb not null default '[["on", 1]]' check (octet_length(rollout::text) <= 1024),
  seed text not null default '' check (length(seed) <= 63),
  starts_at timestamptz check (isfinite(starts_at)),
  ends_at timestamptz check (isfinite(ends_at)),
  is_public boolean not null default false,
  updated_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint off_variant_is_one check (variants ? off_variant),
  -- Switched off, a phase is off.
  constraint phase_is_a_switch check (key not like 'phase-%' or off_variant = 'off' and variants = '{"on": true, "off": false}'),
  constraint rollout_is_of_variants check (private.is_flag_rollout(rollout, variants)),
  constraint ends_after_start check (ends_at > starts_at)
);

comment on table public.feature_flags is 'What is on for whom.';
comment on column public.feature_flags.key is 'Told, as the names of variants are, to everybody who has signed in: no company and no person is named in it.';
comment on column public.feature_flags.owner is 'The team that takes it away again.';
comment on column public.feature_flags.expires_on is 'The day by which nothing should ask for it any more. Afterwards it goes on as before, and stands among the stale ones. Null for a switch that stays.';
comment on column public.feature_flags.variants is 'What can be served: a name and its value each, all of one type.';
comment on column public.feature_flags.off_variant is 'Served where it is off.';
comment on column public.feature_flags.rollout is 'Served where it is on: [["variant", weight], ...].';
comment on column public.feature_flags.seed is 'Flags of one seed have the same people in their shares. Empty: the key, so that each flag has its own.';
comment on column public.feature_flags.is_public is 'Whether it is told who has not signed in.';

create index feature_flags_updated_by_idx on public.feature_flags (updated_by);

create table public.feature_flag_companies (
  flag_key text not null references public.feature_flags (key) on delete cascade,
  company_id uuid not null references public.companies (id) on delete cascade,
  variant text not null check (length(variant) <= 31),
  created_at timestamptz not null default now(),
  primary key (flag_key, company_id)
);

comment on table public.feature_flag_companies is
  'The variant that people of a company are served, whatever the share. One that the flag has no more counts for nothing.';

create index feature_flag_companies_company_id_idx on public.feature_flag_companies (company_id);

create trigger touch_updated_at before update on public.feature_flags
  for each row execute function private.touch_updated_at();
create trigger stamp_updated_by before insert or update on public.feature_flags
  for each row execute function private.stamp_updated_by();
create trigger audit_change after insert or update or delete on public.feature_flags
  for each row execute function private.audit_change('key');
create trigger audit_change after insert or update or delete on public.feature_flag_companies
  for each row execute function private.audit_change('flag_key');

select private.keep_no_statistics('public.feature_flag_companies');

alter table public.feature_flags enable row level security;
alter table public.feature_flags force row level security;
alter table public.feature_flag_companies enable row level security;
alter table public.feature_flag_companies force row level security;
revoke all on table public.feature_flags, public.feature_flag_companies from public, anon, authenticated, service_role;
grant select (key, description, owner, expires_on, variants, is_on, off_variant, rollout, seed, starts_at, ends_at, is_public, updated_by, created_at, updated_at),
  insert (key, description, owner, expires_on, variants, is_on, off_variant, rollout, seed, starts_at, ends_at, is_public),
  update (description, owner, expires_on, variants, is_on, off_variant, rollout, seed, starts_at, ends_at, is_public),
  delete on public.feature_flags to authenticated;
grant select (flag_key, company_id, variant, created_at) on public.feature_flag_companies to authenticated;

grant select on public.feature_flags, public.feature_flag_companies to service_role;

create policy "A platform admin sees flags"
  on public.feature_flags for select to authenticated
  using ((select private.is_platform_admin()));

create policy "A platform admin adds a flag"
  on public.feature_flags for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A platform admin changes a flag"
  on public.feature_flags for update to authenticated
  using ((select private.is_platform_admin()))
  with check ((select private.is_platform_admin()));

create policy "A platform admin takes a flag away"
  on public.feature_flags for delete to authenticated
  using ((select private.is_platform_admin()));

create policy "A platform admin sees what companies are served"
  on public.feature_flag_companies for select to authenticated
  using ((select private.is_platform_admin()));

create function private.set_company_variant(p_flag_key text, p_company_id uuid, p_variant text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  if not exists (select from public.companies c where c.id = p_company_id) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company.';
  end if;
  -- Behind this lock the flag keeps its variants.
  perform from public.feature_flags f where f.key = p_flag_key and (p_variant is null or f.variants ? p_variant) for share;
  if not found then
    raise sqlstate 'PT404' using message = 'variant_not_found', detail = 'There is no such flag, or it has no such variant.';
  elsif p_variant is null then
    delete from public.feature_flag_companies c where c.flag_key = p_flag_key and c.company_id = p_company_id;
  else
    insert into public.feature_flag_companies (flag_key, company_id, variant) values (p_flag_key, p_company_id, p_variant)
    on conflict (flag_key, company_id) do update set variant = excluded.variant;
  end if;
end;
$$;

grant execute on function private.set_company_variant(text, uuid, text) to authenticated;

create function public.set_company_variant(p_flag_key text, p_company_id uuid, p_variant text default null)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.set_company_variant(p_flag_key, p_company_id, p_variant);
$$;

comment on function public.set_company_variant(text, uuid, text) is
  'A platform admin decides which variant of a flag people of a company are served; without one, what everybody is. '
  'Errors: unauthenticated (401), forbidden (403), company_not_found, variant_not_found (404), rate_limited (429).';

grant execute on function public.set_company_variant(text, uuid, text) to authenticated;
