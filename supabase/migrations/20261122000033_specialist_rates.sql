-- Rates of specialists (T6): what they would ask. Advisory: nothing computes with them, and nobody pays here.
--
-- Read:  the specialist their own, platform admins all, who agree on them.
-- Write: the specialist.

create table public.specialist_rates (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null default private.my_specialist_id() references public.specialists (id) on delete cascade,
  service_type public.session_kind not null,
  session_minutes int check (session_minutes between 15 and 240 and session_minutes % 5 = 0),
  rate_type text not null check (rate_type in ('per_session', 'hourly', 'package')),
  package_sessions int check (package_sessions between 2 and 100),
  amount numeric(10, 2) not null check (amount > 0 and amount <> 'NaN'),
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  effective_from date not null default private.my_day() check (isfinite(effective_from)),
  effective_until date check (isfinite(effective_until)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint minutes_unless_hourly check ((session_minutes is null) = (rate_type = 'hourly')),
  constraint sessions_iff_package check ((package_sessions is not null) = (rate_type = 'package')),
  constraint effective_for_a_while check (effective_until >= effective_from),
  -- A column that does not apply counts as nought, since nothing equals null.
  constraint rates_do_not_overlap exclude using gist (
    specialist_id with =, service_type with =, rate_type with =, currency with =,
    coalesce(session_minutes, 0) with =, coalesce(package_sessions, 0) with =,
    daterange(effective_from, effective_until, '[]') with &&
  )
);

comment on table public.specialist_rates is 'The prices that a specialist asks, by kind of session and length, from a day on.';
comment on column public.specialist_rates.service_type is 'Kind of session, as in session_types.kind.';
comment on column public.specialist_rates.session_minutes is 'Length of the session, or of each session of a package. Null for hourly rates.';
comment on column public.specialist_rates.amount is 'For the session, the hour, or the whole package.';
comment on column public.specialist_rates.effective_until is 'The last day, included. Null: until further notice.';

create index specialist_rates_specialist_id_idx on public.specialist_rates (specialist_id, effective_from desc);
create index specialist_rates_effective_from_idx on public.specialist_rates (effective_from);
create index specialist_rates_service_type_idx on public.specialist_rates (service_type);

create trigger lock_own_specialist before insert or update or delete on public.specialist_rates
  for each statement execute function private.lock_own_specialist();
create trigger limit_rows after insert on public.specialist_rates
  for each row execute function private.limit_rows_of_specialist('500');
create trigger touch_updated_at before update on public.specialist_rates
  for each row execute function private.touch_updated_at();

alter table public.specialist_rates enable row level security;
alter table public.specialist_rates force row level security;
revoke all on table public.specialist_rates from public, anon, authenticated, service_role;
grant select (
    id, specialist_id, service_type, session_minutes, rate_type, package_sessions, amount, currency, effective_from,
    effective_until, created_at, updated_at
  ), delete,
  insert (
    specialist_id, service_type, session_minutes, rate_type, package_sessions, amount, currency, effective_from, effective_until
  ),
  update (service_type, session_minutes, rate_type, package_sessions, amount, currency, effective_from, effective_until)
  on public.specialist_rates to authenticated;
grant select on public.specialist_rates to service_role;

create policy "A specialist sees their own rates, an admin all"
  on public.specialist_rates for select to authenticated
  using (specialist_id = (select private.my_specialist_id()) or (select private.is_platform_admin()));

create policy "A specialist adds rates of their own"
  on public.specialist_rates for insert to authenticated
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist changes their own rates"
  on public.specialist_rates for update to authenticated
  using (specialist_id = (select private.my_specialist_id()))
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist drops their own rates"
  on public.specialist_rates for delete to authenticated
  using (specialist_id = (select private.my_specialist_id()));
