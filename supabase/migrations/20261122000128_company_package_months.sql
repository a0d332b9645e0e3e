-- What a company gave in packages in a month: sums, written once, of five people or more.
--
-- Read:  admins of the company.
-- Write: a job, some days after the month, when nothing of it changes any more.
--
-- Nothing here moves when somebody books: docs/decisions/nothing-moves-when-a-colleague-books.md. So what was used is not here: a
-- company knows whom it gave packages, and with accounts of its own among five any sum of theirs tells of the fifth. Nor is what
-- platform admins gave: beside what the company gave itself it would be somebody's.

create table public.company_package_months (
  company_id uuid not null references public.companies (id) on delete cascade,
  month date not null check (month = date_trunc('month', month)::date),
  sessions_given int check (sessions_given >= 5 and sessions_given % 5 = 0),
  released_at timestamptz not null default now(),
  primary key (company_id, month)
);

comment on table public.company_package_months is 'How many sessions in packages a company gave its people in a month (UTC).';
comment on column public.company_package_months.sessions_given is 'Rounded down to fives. Null: they were of fewer than five people, or none.';

select private.keep_no_statistics('public.company_package_months');

alter table public.company_package_months enable row level security;
alter table public.company_package_months force row level security;
revoke all on table public.company_package_months from public, anon, authenticated, service_role;
grant select (company_id, month, sessions_given, released_at) on public.company_package_months to authenticated;
grant select on public.company_package_months to service_role;

create policy "A company admin sees what it gave in packages in a month"
  on public.company_package_months for select to authenticated
  using (company_id = any(array(select private.my_company_ids('{admin}'))));

create function private.sum_of_many(p_sum bigint, p_people bigint)
returns int
language sql
immutable
set search_path = ''
as $$
  select case when p_people >= 5 then p_sum / 5 * 5 end::int;
$$;

comment on function private.sum_of_many(bigint, bigint) is 'A sum as a company may know it: of five people or more, rounded down to fives; else null.';

create function private.last_month_to_release(p_now timestamptz)
returns date
language sql
immutable
set search_path = ''
as $$
  select (date_trunc('month', (p_now - interval '5 days') at time zone 'UTC') - interval '1 month')::date;
$$;

comment on function private.last_month_to_release(timestamptz) is 'The last month (UTC) that is over for five days: of it, companies are told figures.';

create function private.release_package_month(p_month date, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_from constant timestamptz := p_month::timestamp at time zone 'UTC';
  v_until constant timestamptz := (p_month + interval '1 month') at time zone 'UTC';
  v_released bigint;
begin
  with given as (
    select p.company_id, sum(e.sessions) as sessions, count(distinct p.user_id) as people
    from public.booking_package_entries e join public.booking_packages p on p.id = e.package_id
    where p.given_by = 'company' and e.kind = 'grant' and e.created_at >= v_from and e.created_at < v_until
    group by p.company_id
  )
  insert into public.company_package_months (company_id, month, sessions_given, released_at)
  select c.id, p_month, private.sum_of_many(g.sessions, g.people), p_now
  from public.companies c
  left join given g on g.company_id = c.id
  where c.created_at < v_until
  on conflict (company_id, month) do nothing;
  get diagnostics v_released = row_count;
  return v_released;
end;
$$;

comment on function private.release_package_month(date, timestamptz) is 'Writes down, for each company, what it gave in packages in a month, unless it is written.';

create function private.job_release_package_months(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_last constant timestamp := private.last_month_to_release(p_now);
begin
  return (
    select coalesce(sum(private.release_package_month(m::date, p_now)), 0)::bigint
    from generate_series(v_last - interval '11 months', v_last, interval '1 month') m
    where not exists (select from public.company_package_months r where r.month = m::date)
  );
end;
$$;

comment on function private.job_release_package_months(timestamptz) is
  'Releases the sums of the last month, five days after it, and of those that were missed within a year.';

select cron.schedule('release-package-months', '47 4 * * *', $$select private.run_job('release_package_months')$$);
