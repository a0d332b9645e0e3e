-- Subscriptions (T9): which plan a company has, from when until when, and in what state.
--
-- Read:  admins of the company, platform admins. Never who assigned it.
-- Write: assign_company_plan(), and private.job_end_subscriptions() when a day has come.
--
-- Days are calendar days in the subscription's time zone, the last one included.

create domain public.subscription_status as text check (value in ('trial', 'active', 'suspended', 'cancelled'));
comment on domain public.subscription_status is 'How a subscription stands.';

create table public.company_subscriptions (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references public.companies (id) on delete restrict,
  plan_id uuid not null references public.company_subscription_plans (id) on delete restrict,
  status public.subscription_status not null,
  time_zone text not null default 'UTC' references private.time_zones (name),
  starts_on date not null,
  ends_on date,
  trial_ends_on date,
  seats int check (seats between 1 and 100000),
  auto_renew boolean not null default false,
  cancelled_at timestamptz,
  cancellation_reason text check (length(cancellation_reason) <= 500 and length(trim(cancellation_reason)) >= 5),
  assigned_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint dates_are_days check (isfinite(starts_on) and isfinite(ends_on) and isfinite(trial_ends_on)),
  constraint ends_after_it_starts check (ends_on >= starts_on),
  constraint trial_within_the_subscription check (
    status <> 'trial' or trial_ends_on >= starts_on and (ends_on is null or trial_ends_on <= ends_on)
  ),
  constraint a_trial_has_an_end check (status <> 'trial' or trial_ends_on is not null),
  constraint cancelled_at_iff_cancelled check ((cancelled_at is not null) = (status = 'cancelled')),
  constraint reason_iff_cancelled check ((cancellation_reason is not null) = (status = 'cancelled')),
  constraint the_cancelled_has_an_end check (status <> 'cancelled' or ends_on is not null)
);

comment on table public.company_subscriptions is 'The plan of a company. At most one that is not cancelled.';
comment on column public.company_subscriptions.status is
  'trial and active entitle, from starts_on to the end; suspended does not, and can become active again; cancelled is over.';
comment on column public.company_subscriptions.time_zone is
  'Where its days and months are counted: the company''s when it was assigned, whatever the company says later.';
comment on column public.company_subscriptions.ends_on is 'Last day. Null: until further notice.';
comment on column public.company_subscriptions.trial_ends_on is 'Last day of the trial that it is, or once was.';
comment on column public.company_subscriptions.seats is 'Seats agreed with this company; null: those of the plan.';
comment on column public.company_subscriptions.auto_renew is 'A note for whoever renews by hand. Nothing renews by itself.';

create unique index company_subscriptions_one_live_idx on public.company_subscriptions (company_id) where status <> 'cancelled';
create index company_subscriptions_company_id_idx on public.company_subscriptions (company_id, created_at desc);
create index company_subscriptions_time_zone_idx on public.company_subscriptions (time_zone);
create index company_subscriptions_plan_id_idx on public.company_subscriptions (plan_id);
create index company_subscriptions_assigned_by_idx on public.company_subscriptions (assigned_by);

create trigger touch_updated_at before update on public.company_subscriptions
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.company_subscriptions');

alter table public.company_subscriptions enable row level security;
alter table public.company_subscriptions force row level security;
revoke all on table public.company_subscriptions from public, anon, authenticated, service_role;
grant select (
  id, company_id, plan_id, status, time_zone, starts_on, ends_on, trial_ends_on, seats, auto_renew,
  cancelled_at, cancellation_reason, created_at, updated_at
) on public.company_subscriptions to authenticated;
grant select on public.company_subscriptions to service_role;

create policy "A company admin sees the plan of their company, an admin all"
  on public.company_subscriptions for select to authenticated
  using (
    company_id = any(array(select private.my_company_ids('{admin}')))
    or (select private.is_platform_admin())
  );

-- The one answer to what a company may do. Nothing else looks at plans or subscriptions to decide.
create function private.company_entitlement(p_company_id uuid, p_now timestamptz default now())
returns table (
  subscription_id uuid, plan text, status text, seats int, sessions_per_month int, package_sessions int, features jsonb, ends_on date, time_zone text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
    select s.id, p.slug, s.status::text, coalesce(s.seats, p.seats), p.sessions_per_month, p.package_sessions, p.features, d.last, s.time_zone
    from public.companies c
    join public.company_subscriptions s on s.company_id = c.id and s.status in ('trial', 'active')
    join public.company_subscription_plans p on p.id = s.plan_id
    cross join lateral (
      select (p_now at time zone s.time_zone)::date as today,
        least(s.ends_on, case when s.status = 'trial' then s.trial_ends_on end) as last
    ) d
    where c.id = p_company_id and c.status = 'active'
      and d.today >= s.starts_on and (d.last is null or d.today <= d.last);
end;
$$;

comment on function private.company_entitlement(uuid, timestamptz) is
  'The entitlement of a company at a time: one row, or none. seats: members and invitations; sessions_per_month: of each member, null without a limit; package_sessions: what it may give each in a year; ends_on: last day, trial included.';

create function private.company_seats(p_company_id uuid, p_now timestamptz default now())
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'limit', coalesce((select e.seats from private.company_entitlement(p_company_id, p_now) e), 0),
    'members', (
      select count(*) from public.company_members m where m.company_id = p_company_id and m.status = 'active'
    ),
    'pending', (
      select count(*) from public.company_employee_invitations i
      where i.company_id = p_company_id and i.status = 'pending' and i.expires_at > p_now
    )
  );
end;
$$;

comment on function private.company_seats(uuid, timestamptz) is
  'Seats of a company: {limit, members, pending}. To rely on it, lock the company''s row first (private.lock_company()).';
