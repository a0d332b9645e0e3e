-- Packages (T28): sessions of one type that somebody may have beside those of their month, until a last day.
--
-- Read:  the person. A company sees sums alone, in company_package_months; what a platform admin needs is in read_person().
-- Write: grant_package(), grant_company_package() and correct_package(), and a job when the last day is over.
--
-- The sessions of a package are numbered, and a booking uses one of the numbers. So an index keeps a package from giving more
-- than it has, and to give one back takes no lock that others wait for: docs/decisions/what-pays-for-a-session.md

create table public.booking_packages (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  company_id uuid not null references public.companies (id) on delete restrict,
  session_type_id uuid not null references public.session_types (id) on delete restrict,
  given_by text not null check (given_by in ('platform', 'company')),
  granted_by uuid references auth.users (id) on delete set null,
  sessions int not null check (sessions between 0 and 100),
  corrected int not null default 0,
  lapsed int not null default 0,
  expires_on date not null check (isfinite(expires_on)),
  status text not null default 'active' check (status in ('active', 'ended')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint no_more_lapse_than_there_are check (lapsed between 0 and sessions)
);

comment on table public.booking_packages is 'So many sessions of a type that a member of a company may have beside the allowance of the month.';
comment on column public.booking_packages.company_id is 'At whose cost. Whoever is its member no more, or has it suspended or without a plan, books none of them meanwhile.';
comment on column public.booking_packages.given_by is 'By whose word: the company''s, as far as its plan goes, or a platform admin''s.';
comment on column public.booking_packages.sessions is 'How many there are, corrections included.';
comment on column public.booking_packages.corrected is
  'By how many a platform admin corrected it since: sessions less these is what was given, which a company''s plan bounds and no use moves.';
comment on column public.booking_packages.lapsed is 'How many were left when the last day was over.';
comment on column public.booking_packages.expires_on is 'The last day on which one of the sessions can be, where the company''s plan counts its days.';
comment on column public.booking_packages.status is 'ended: the last day is over.';

create index booking_packages_user_id_idx on public.booking_packages (user_id, session_type_id);
create index booking_packages_company_id_idx on public.booking_packages (company_id, user_id);
create index booking_packages_session_type_id_idx on public.booking_packages (session_type_id);
create index booking_packages_granted_by_idx on public.booking_packages (granted_by);
create index booking_packages_expires_on_idx on public.booking_packages (expires_on) where status = 'active';

create trigger touch_updated_at before update on public.booking_packages
  for each row execute function private.touch_updated_at();

create function private.count_correction()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.corrected := old.corrected + new.sessions - old.sessions;
  return new;
end;
$$;

comment on function private.count_correction() is 'Trigger on booking_packages: counts by how many a package was corrected.';

create trigger count_correction before update of sessions, corrected on public.booking_packages
  for each row execute function private.count_correction();

select private.keep_no_statistics('public.booking_packages');

alter table public.booking_packages enable row level security;
alter table public.booking_packages force row level security;
revoke all on table public.booking_packages from public, anon, authenticated, service_role;
grant select (id, user_id, company_id, session_type_id, given_by, sessions, lapsed, expires_on, status, created_at, updated_at)
  on public.booking_packages to authenticated;
grant select on public.booking_packages to service_role;

create policy "A person sees their own packages"
  on public.booking_packages for select to authenticated
  using (user_id = (select private.user_id()));

create table private.package_uses (
  booking_id uuid primary key,
  package_id uuid not null references public.booking_packages (id) on delete cascade,
  number smallint not null check (number between 1 and 100),
  is_used boolean not null
);

comment on table private.package_uses is 'Which session of which package a booking uses, or used until it was given back. No specialist sees it.';
comment on column private.package_uses.is_used is 'False once the session was given back: then another booking may have the number.';

create unique index package_uses_each_once_idx on private.package_uses (package_id, number) where is_used;
create index package_uses_package_id_idx on private.package_uses (package_id);

alter table private.package_uses enable row level security;
alter table private.package_uses force row level security;
revoke all on table private.package_uses from public, anon, authenticated, service_role;

create function private.package_left(p_package public.booking_packages, p_but_booking_id uuid default null)
returns int
language sql
stable
set search_path = ''
as $$
  select p_package.sessions - p_package.lapsed - (
    select count(*)::int from private.package_uses u
    where u.package_id = p_package.id and u.is_used and u.booking_id is distinct from p_but_booking_id
  );
$$;

comment on function private.package_left(public.booking_packages, uuid) is 'How many sessions of a package are left. p_but_booking_id: a booking whose own counts as left.';

-- In plpgsql for the sake of its plan: it is asked with every offer and booking, and mostly there is none.
create function private.usable_packages(p_user_id uuid, p_session_type_ids uuid[], p_but_booking_id uuid)
returns setof public.booking_packages
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
    select p.* from public.booking_packages p
    where p.user_id = p_user_id and p.session_type_id = any (p_session_type_ids) and p.status = 'active'
      and private.package_left(p, p_but_booking_id) > 0;
end;
$$;

comment on function private.usable_packages(uuid, uuid[], uuid) is 'The packages of a person with sessions of these types left.';
