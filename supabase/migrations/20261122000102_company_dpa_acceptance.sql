-- Data processing agreement (T20): which version of it which company accepted, by whom, when and from where.
--
-- Read:  admins of the company, platform admins; not where from, which is about the person who accepted.
-- Write: accept_dpa() alone. Without the version in force a company invites nobody; a new version asks again.

create table public.company_dpa_acceptance (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references public.companies (id) on delete restrict,
  version text not null check (version ~ '^[0-9a-z][0-9a-z.-]{0,31}$'),
  accepted_by uuid references auth.users (id) on delete set null,
  accepted_at timestamptz not null default now(),
  ip_address inet,
  user_agent text check (length(user_agent) <= 500),
  created_at timestamptz not null default now(),
  unique (company_id, version),
  constraint not_accepted_in_the_future check (accepted_at <= created_at)
);

comment on table public.company_dpa_acceptance is 'Evidence that a company accepted the data processing agreement, per version.';

create index company_dpa_acceptance_accepted_by_idx on public.company_dpa_acceptance (accepted_by);

select private.keep_no_statistics('public.company_dpa_acceptance');

alter table public.company_dpa_acceptance enable row level security;
alter table public.company_dpa_acceptance force row level security;
revoke all on table public.company_dpa_acceptance from public, anon, authenticated, service_role;
grant select (id, company_id, version, accepted_by, accepted_at, created_at) on public.company_dpa_acceptance to authenticated;
grant select on public.company_dpa_acceptance to service_role;

create policy "A company admin sees what their company accepted, an admin all"
  on public.company_dpa_acceptance for select to authenticated
  using (
    company_id = any(array(select private.my_company_ids('{admin}')))
    or (select private.is_platform_admin())
  );

insert into public.system_settings (key, value, description) values
  ('dpa_version', '"2026-11"', 'Version of the data processing agreement that is in force.');

create function private.accept_dpa(p_company_id uuid, p_version text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_context constant jsonb := private.request_context();
begin
  perform private.lock_company_as_admin(p_company_id);
  if p_version is distinct from private.setting('dpa_version') #>> '{}' then
    raise sqlstate 'PT409' using message = 'version_not_in_force', detail = 'Another version of the agreement is in force.';
  end if;
  insert into public.company_dpa_acceptance (company_id, version, accepted_by, ip_address, user_agent)
  values (p_company_id, p_version, private.user_id(), private.try_inet(v_context ->> 'ip'), left(v_context ->> 'user_agent', 500))
  on conflict (company_id, version) do nothing;
  if found then
    perform private.write_audit(
      'company.dpa_accepted', 'companies', p_company_id::text, private.user_id(), null,
      jsonb_build_object('version', p_version), '{"source": "accept_dpa"}'
    );
  end if;
end;
$$;

create function private.has_accepted_dpa(p_company_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.company_dpa_acceptance
    where company_id = p_company_id and version = private.setting('dpa_version') #>> '{}'
  );
$$;

comment on function private.has_accepted_dpa(uuid) is 'Whether a company accepted the version of the agreement that is in force.';

grant execute on function private.accept_dpa(uuid, text) to authenticated;

create function public.accept_dpa(p_company_id uuid, p_version text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.accept_dpa(p_company_id, p_version);
$$;

comment on function public.accept_dpa(uuid, text) is
  'A company admin accepts the data processing agreement in the version in force. Idempotent. '
  'Errors: unauthenticated (401), forbidden (403), version_not_in_force (409).';

grant execute on function public.accept_dpa(uuid, text) to authenticated;
