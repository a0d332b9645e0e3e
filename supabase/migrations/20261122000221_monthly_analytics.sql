-- Analytics (T22, T23): the sessions of a company's people in a month, in all and by pillar, exactly.
--
-- Read:  platform admins, through read_company_figures() (225). No company: what one may know is released once a month, apart from these (222).
-- Write: a job, which counts anew each month of a company in which a session has ended, was corrected or cancelled.
--
-- A trigger notes which month that is, and nothing is added or taken away: whatever happens twice or in another order, the
-- figures are those that counting everything anew would give. docs/decisions/figures-single-nobody-out.md

create table public.monthly_analytics (
  company_id uuid not null references public.companies (id) on delete cascade,
  month date not null check (month = date_trunc('month', month)::date),
  people int not null check (people >= 0),
  sessions int not null check (sessions >= 0),
  missed int not null check (missed >= 0),
  cancelled int not null check (cancelled >= 0),
  counted_at timestamptz not null default now(),
  primary key (company_id, month)
);

create table public.pillar_analytics (
  company_id uuid not null references public.companies (id) on delete cascade,
  pillar_id uuid not null references public.pillars (id) on delete restrict,
  month date not null check (month = date_trunc('month', month)::date),
  people int not null check (people >= 0),
  sessions int not null check (sessions >= 0),
  missed int not null check (missed >= 0),
  cancelled int not null check (cancelled >= 0),
  counted_at timestamptz not null default now(),
  primary key (company_id, month, pillar_id)
);

comment on table public.monthly_analytics is 'The sessions that a company paid for in a month (UTC). No row: there was nothing to count.';
comment on table public.pillar_analytics is 'The same, by pillar. A person may be in several.';
comment on column public.monthly_analytics.people is 'How many different people had a session that took place. Whose account was closed before is not among them.';
comment on column public.monthly_analytics.sessions is 'That took place.';
comment on column public.monthly_analytics.missed is 'To which the employee did not come.';
comment on column public.pillar_analytics.people is 'How many different people had a session of the pillar that took place.';

create index pillar_analytics_pillar_id_idx on public.pillar_analytics (pillar_id);

select private.keep_no_statistics('public.monthly_analytics');
select private.keep_no_statistics('public.pillar_analytics');

alter table public.monthly_analytics enable row level security;
alter table public.monthly_analytics force row level security;
alter table public.pillar_analytics enable row level security;
alter table public.pillar_analytics force row level security;
revoke all on table public.monthly_analytics, public.pillar_analytics from public, anon, authenticated, service_role;
grant select on public.monthly_analytics, public.pillar_analytics to service_role;

-- No unique index, at which one booking would wait for another's: an employer would learn of a colleague's by the time it takes.
-- No foreign key, which would lock the company behind the booking.
create table private.uncounted_months (
  id bigint generated always as identity primary key,
  company_id uuid not null,
  month date not null
);

comment on table private.uncounted_months is 'Months of companies of which something changed since they were counted. The job deletes what it has counted.';

alter table private.uncounted_months enable row level security;
alter table private.uncounted_months force row level security;
revoke all on table private.uncounted_months from public, anon, authenticated, service_role;

create function private.month_of(p_at timestamptz)
returns date
language sql
immutable
set search_path = ''
as $$
  select date_trunc('month', p_at at time zone 'UTC')::date;
$$;

comment on function private.month_of(timestamptz) is 'The first day of the month (UTC) of a time.';

create function private.note_uncounted_month()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' and old.status in ('completed', 'no_show', 'cancelled') then
    insert into private.uncounted_months (company_id, month) values (old.company_id, private.month_of(old.starts_at));
  end if;
  if tg_op <> 'DELETE' and new.status in ('completed', 'no_show', 'cancelled') then
    insert into private.uncounted_months (company_id, month) values (new.company_id, private.month_of(new.starts_at));
  end if;
  return null;
end;
$$;

comment on function private.note_uncounted_month() is 'Trigger on bookings: a month whose figures may be others now is counted again.';

create trigger note_uncounted_first after insert or delete on public.bookings
  for each row execute function private.note_uncounted_month();
create trigger note_uncounted_change after update on public.bookings
  for each row when (
    (old.status, old.starts_at, old.company_id, old.session_type_id) <> (new.status, new.starts_at, new.company_id, new.session_type_id)
    or old.employee_id is distinct from new.employee_id
  )
  execute function private.note_uncounted_month();

create function private.figures_of_month(p_company_id uuid, p_month date)
returns table (pillar_id uuid, people int, sessions int, missed int, cancelled int)
language sql
stable
set search_path = ''
as $$
  select t.pillar_id,
    (count(distinct b.employee_id) filter (where b.status = 'completed'))::int, (count(*) filter (where b.status = 'completed'))::int,
    (count(*) filter (where b.status = 'no_show'))::int, (count(*) filter (where b.status = 'cancelled'))::int
  from public.bookings b join public.session_types t on t.id = b.session_type_id
  where b.company_id = p_company_id and b.status in ('completed', 'no_show', 'cancelled')
    and b.starts_at >= p_month::timestamp at time zone 'UTC' and b.starts_at < (p_month + interval '1 month') at time zone 'UTC'
  group by grouping sets ((t.pillar_id), ())
  having count(*) > 0;
$$;

comment on function private.figures_of_month(uuid, date) is 'What there is to count of a month of a company: a row for each pillar, and one for all, whose pillar_id is null.';

create function private.count_month(p_company_id uuid, p_month date, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from public.monthly_analytics where company_id = p_company_id and month = p_month;
  delete from public.pillar_analytics where company_id = p_company_id and month = p_month;
  with figures as materialized (
    select f.* from private.figures_of_month(p_company_id, p_month) f
  ), by_pillar as (
    insert into public.pillar_analytics (company_id, pillar_id, month, people, sessions, missed, cancelled, counted_at)
    select p_company_id, f.pillar_id, p_month, f.people, f.sessions, f.missed, f.cancelled, p_now from figures f where f.pillar_id is not null
  )
  insert into public.monthly_analytics (company_id, month, people, sessions, missed, cancelled, counted_at)
  select p_company_id, p_month, f.people, f.sessions, f.missed, f.cancelled, p_now from figures f where f.pillar_id is null;
end;
$$;

comment on function private.count_month(uuid, date, timestamptz) is 'Counts a month of a company anew.';
