-- Plans (T8): what a company can be entitled to. No prices: nothing is billed here.
--
-- Read:  signed-in people the plans on offer; platform admins all.
-- Write: platform admins. The limits of a plan never change under the companies that have it: another
--        plan takes its place, and the old one is switched off, never deleted.

create table public.company_subscription_plans (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
  name public.shown_name not null check (name <> '' and length(name) <= 100),
  description text not null default '' check (length(description) <= 2000),
  seats int not null check (seats between 1 and 100000),
  sessions_per_month int check (sessions_per_month between 1 and 1000),
  package_sessions int not null default 0 check (package_sessions between 0 and 100),
  features jsonb not null default '{}' check (jsonb_typeof(features) = 'object' and octet_length(features::text) <= 5000),
  trial_days int not null default 0 check (trial_days between 0 and 365),
  sort_order int not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.company_subscription_plans is 'A plan that a company can be given: seats, sessions a month for each member, features.';
comment on column public.company_subscription_plans.seats is 'How many members and people invited there may be, together.';
comment on column public.company_subscription_plans.sessions_per_month is
  'Sessions of each member in a calendar month, whatever the others have; null: as many as they like.';
comment on column public.company_subscription_plans.package_sessions is
  'Sessions that the company may give a member in packages within a year, whatever it gives the others.';
comment on column public.company_subscription_plans.trial_days is 'Length of a trial unless another is said. 0: no trial on offer.';
comment on column public.company_subscription_plans.is_active is 'Whether it can still be given. A company that has it keeps it.';

create trigger touch_updated_at before update on public.company_subscription_plans
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of name on public.company_subscription_plans
  for each row execute function private.keep_in_form('name', 'shown_name');
create trigger audit_change after insert or update or delete on public.company_subscription_plans
  for each row execute function private.audit_change('id');

alter table public.company_subscription_plans enable row level security;
alter table public.company_subscription_plans force row level security;
revoke all on table public.company_subscription_plans from public, anon, authenticated, service_role;
grant select (
  id, slug, name, description, seats, sessions_per_month, package_sessions, features, trial_days, sort_order, is_active,
  created_at, updated_at
),
  insert (slug, name, description, seats, sessions_per_month, package_sessions, features, trial_days, sort_order, is_active),
  update (name, description, trial_days, sort_order, is_active)
  on public.company_subscription_plans to authenticated;
grant select on public.company_subscription_plans to service_role;

create policy "A signed-in person sees the plans on offer, an admin all"
  on public.company_subscription_plans for select to authenticated
  using (is_active or (select private.is_platform_admin()));

create policy "A platform admin adds plans"
  on public.company_subscription_plans for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A platform admin changes plans"
  on public.company_subscription_plans for update to authenticated
  using ((select private.is_platform_admin()))
  with check ((select private.is_platform_admin()));
