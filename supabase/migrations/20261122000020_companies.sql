-- Companies and their members: who works where, and who administers what.
--
-- Read:  members their company; admins and managers its members; a platform admin the companies.
-- Write: a platform admin founds a company; its admins change it by change_company() and set_allowed_domains(), and
--        members' role and standing by set_member_role(), deactivate_member(), leave_company(). People join through
--        invitations only.

create domain public.company_role as text check (value in ('employee', 'manager', 'admin'));
comment on domain public.company_role is 'The roles of members in their company.';

create domain public.company_status as text check (value in ('active', 'suspended'));
comment on domain public.company_status is 'A suspended company is entitled to nothing.';

create table public.companies (
  id uuid primary key default gen_random_uuid(),
  name public.shown_name not null check (name <> ''),
  status public.company_status not null default 'active',
  locale public.language_tag not null default 'en',
  time_zone text not null default 'UTC' references private.time_zones (name),
  allowed_email_domains text[] not null default '{}'
    check (cardinality(allowed_email_domains) <= 50 and allowed_email_domains is not distinct from private.mail_domains(allowed_email_domains)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.companies is 'An employer whose people may book sessions.';
comment on column public.companies.allowed_email_domains is
  'Domains that may be invited. Empty: any.';

create index companies_time_zone_idx on public.companies (time_zone);

create table public.company_members (
  company_id uuid not null references public.companies (id) on delete restrict,
  user_id uuid not null references public.profiles (id) on delete cascade,
  email public.email_address not null,
  role public.company_role not null default 'employee',
  status text not null default 'active' check (status in ('active', 'removed')),
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (company_id, user_id),
  constraint removed_at_iff_removed check ((removed_at is not null) = (status = 'removed'))
);

comment on table public.company_members is 'Membership of a person in a company, kept after removal.';
comment on column public.company_members.email is
  'The address that was invited, and that accepting proved: all that the company knows of the person''s addresses, wherever '
  'their account has moved. Not granted to clients; company_directory() shows that of members.';
comment on column public.company_members.role is
  'employee books; manager also sees who the members are; admin also changes them and invites.';

create index company_members_user_id_idx on public.company_members (user_id);
create index company_members_email_idx on public.company_members (email);
create unique index company_members_one_person_idx on public.company_members (company_id, email) where status = 'active';

select private.keep_no_statistics('public.companies');

alter table public.companies enable row level security;
alter table public.companies force row level security;
-- How many members a company has is all that the planner may know: a table of some thousand rows it would else read whole.
select private.keep_no_statistics('public.company_members', p_but => 'company_id');

alter table public.company_members enable row level security;
alter table public.company_members force row level security;
revoke all on table public.companies, public.company_members from public, anon, authenticated, service_role;
grant select (
  id, name, status, locale, time_zone, allowed_email_domains, created_at, updated_at
),
  insert (name, locale, time_zone, allowed_email_domains)
  on public.companies to authenticated;
grant select (company_id, user_id, role, status, removed_at, created_at, updated_at) on public.company_members to authenticated;
grant select on public.companies, public.company_members to service_role;

-- In plpgsql like the other functions that policies call: it keeps its plan for the session,
-- where a sql function that runs as its owner is planned anew by every statement.
create function private.my_company_ids(p_roles text[] default '{employee,manager,admin}')
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
    select m.company_id
    from public.company_members m
    where m.user_id = (select private.user_id()) and m.status = 'active' and m.role = any(p_roles);
end;
$$;

comment on function private.my_company_ids(text[]) is
  'Companies the caller is an active member of, in one of the roles. In a policy: = any(array(select ...)).';

grant execute on function private.my_company_ids(text[]) to authenticated, service_role;

create policy "A member sees their company, a platform admin every company"
  on public.companies for select to authenticated
  using (
    id = any(array(select private.my_company_ids()))
    or (select private.is_platform_admin())
  );

create policy "A platform admin founds a company"
  on public.companies for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A person sees their memberships, managers their company's"
  on public.company_members for select to authenticated
  using (
    user_id = (select private.user_id())
    or company_id = any(array(select private.my_company_ids('{manager,admin}')))
  );

-- A company without an admin could be helped by a platform admin only.
create function private.guard_membership()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  new.removed_at := case when new.status = 'removed' then coalesce(new.removed_at, now()) end;
  -- A member who comes without an invitation is known by the address they have.
  new.email := coalesce(new.email, (select p.email from public.profiles p where p.id = new.user_id));
  if tg_op = 'UPDATE' and old.role = 'admin' and old.status = 'active'
    and (new.role <> 'admin' or new.status <> 'active')
  then
    -- Two admins who remove each other at once must not both succeed.
    perform from public.companies where id = old.company_id for no key update;
    if not exists (
      select from public.company_members m
      where m.company_id = old.company_id and m.user_id <> old.user_id
        and m.role = 'admin' and m.status = 'active' and private.has_usable_account(m.user_id)
    ) then
      raise sqlstate 'PT409' using message = 'last_admin', detail = 'A company keeps at least one admin.';
    end if;
  end if;
  return new;
end;
$$;

comment on function private.guard_membership() is
  'Trigger: keeps removed_at in step with the status, and a company with an admin; gives a membership its address.';

create trigger guard_membership before insert or update on public.company_members
  for each row execute function private.guard_membership();
create trigger touch_updated_at before update on public.company_members
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.companies
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of name, locale, allowed_email_domains on public.companies
  for each row execute function private.keep_in_form('name', 'shown_name', 'locale', 'language_tag', 'allowed_email_domains', 'mail_domains');
create trigger audit_change after insert or update or delete on public.companies
  for each row execute function private.audit_change('id');
create trigger audit_change after insert or update or delete on public.company_members
  for each row execute function private.audit_change('company_id', 'user_id');
