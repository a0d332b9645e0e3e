-- What a company may know of how its people use sessions: figures of a month, written once.
--
-- Read:  admins of the company, platform admins.
-- Write: a job, some days after the month, when nothing of it changes any more.
--
-- A figure is the number of people, moved by a few at random, and shown only where surely five or more are in it and five or more
-- members are not. Without what is random, whoever knows of all but one knows of the last: docs/decisions/figures-single-nobody-out.md.
-- All that a company sees is held against that by supabase/tests/database/353_what_a_company_sees.sql and tests/privacy.

create table public.company_analytics_months (
  company_id uuid not null references public.companies (id) on delete restrict,
  month date not null check (month = date_trunc('month', month)::date),
  people int check (people >= 20 and people % 5 = 0),
  released_at timestamptz not null,
  primary key (company_id, month)
);

create table public.company_analytics_pillars (
  company_id uuid not null,
  month date not null,
  pillar_id uuid not null references public.pillars (id) on delete restrict,
  people int check (people >= 20 and people % 5 = 0),
  primary key (company_id, month, pillar_id),
  constraint company_analytics_pillars_of_month foreign key (company_id, month)
    references public.company_analytics_months (company_id, month) on delete restrict
);

comment on table public.company_analytics_months is 'How many people of a company had a session in a month (UTC), as it may know. What is written stays, whatever is corrected later.';
comment on table public.company_analytics_pillars is 'The same for each pillar that was active when the month was released. Somebody may be in several.';
comment on column public.company_analytics_months.people is 'About so many. Null: it is withheld, as too few were in it or too few were not.';
comment on column public.company_analytics_pillars.people is 'About so many. Null: it is withheld, for the same reason or because it could be told from the others.';

create index company_analytics_pillars_pillar_id_idx on public.company_analytics_pillars (pillar_id);

create trigger refuse_change before update or delete on public.company_analytics_months
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on public.company_analytics_months
  for each statement execute function private.refuse_change();
create trigger refuse_change before update or delete on public.company_analytics_pillars
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on public.company_analytics_pillars
  for each statement execute function private.refuse_change();

select private.keep_no_statistics('public.company_analytics_months');
select private.keep_no_statistics('public.company_analytics_pillars');

alter table public.company_analytics_months enable row level security;
alter table public.company_analytics_months force row level security;
alter table public.company_analytics_pillars enable row level security;
alter table public.company_analytics_pillars force row level security;
revoke all on table public.company_analytics_months, public.company_analytics_pillars from public, anon, authenticated, service_role;
grant select (company_id, month, people, released_at) on public.company_analytics_months to authenticated;
grant select (company_id, month, pillar_id, people) on public.company_analytics_pillars to authenticated;
grant select on public.company_analytics_months, public.company_analytics_pillars to service_role;

create policy "A company admin sees its released months, a platform admin all"
  on public.company_analytics_months for select to authenticated
  using (company_id = any(array(select private.my_company_ids('{admin}'))) or (select private.is_platform_admin()));

create policy "A company admin sees its released pillars, an admin all"
  on public.company_analytics_pillars for select to authenticated
  using (company_id = any(array(select private.my_company_ids('{admin}'))) or (select private.is_platform_admin()));

-- Of a generator that nobody can foretell; 32 tosses are enough, since more than fifteen are not used.
create function private.heads_in_a_row()
returns int
language sql
volatile
set search_path = ''
as $$
  select length(substring(('x' || encode(extensions.gen_random_bytes(4), 'hex'))::bit(32)::text from '^1*'));
$$;

comment on function private.heads_in_a_row() is 'How often a coin falls on heads before the first tails.';

create function private.noise()
returns int
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_noise int;
begin
  loop
    v_noise := private.heads_in_a_row() - private.heads_in_a_row();
    exit when abs(v_noise) <= 15;
  end loop;
  return v_noise;
end;
$$;

comment on function private.noise() is
  'Between -15 and 15, each half as likely as its neighbour nearer to 0: so no figure is more than twice as likely with one person more or less.';

create function private.figure_of_many(p_people int, p_members int)
returns int
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_about constant int := p_people + private.noise();
begin
  return private.sum_of_many(v_about, least(v_about, p_members - v_about) - 15);
end;
$$;

comment on function private.figure_of_many(int, int) is
  'About how many of the members of a company did something, as the company may know: drawn anew with each call, so it is called once. '
  'Null, unless five or more did and five or more did not, wherever between -15 and 15 the noise was.';

create function private.members_in_month(p_company_id uuid, p_month date)
returns int
language sql
stable
set search_path = ''
as $$
  select count(*)::int from public.company_members m
  where m.company_id = p_company_id and m.created_at < (p_month + interval '1 month') at time zone 'UTC'
    and (m.removed_at is null or m.removed_at >= p_month::timestamp at time zone 'UTC');
$$;

comment on function private.members_in_month(uuid, date) is 'How many people were members of a company on some day of a month, as the company knows.';

-- A pillar that alone is withheld could be told from the others and the figure of all: then the smallest of those goes with it,
-- and where there is no other, the figure of all.
create function private.release_month(p_company_id uuid, p_month date, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_members constant int := private.members_in_month(p_company_id, p_month);
  v_people constant int := (select a.people from public.monthly_analytics a where a.company_id = p_company_id and a.month = p_month);
  v_pillars uuid[];
  v_figures int[];
  v_withheld int;
begin
  with drawn as materialized (
    select p.id, private.figure_of_many(coalesce(a.people, 0), v_members) as people
    from public.pillars p
    left join public.pillar_analytics a on a.pillar_id = p.id and a.company_id = p_company_id and a.month = p_month
    where p.is_active
  )
  select array_agg(id order by people, id), array_agg(people order by people, id), count(*) filter (where people is null)
  into v_pillars, v_figures, v_withheld from drawn;
  if v_withheld = 1 then
    v_figures[1] := null;
  end if;
  insert into public.company_analytics_months (company_id, month, people, released_at)
  select p_company_id, p_month, case when not (v_withheld = 1 and cardinality(v_pillars) = 1) then drawn.people end, p_now
  from (select private.figure_of_many(coalesce(v_people, 0), v_members) as people) drawn
  on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into public.company_analytics_pillars (company_id, month, pillar_id, people)
  select p_company_id, p_month, pillar.id, pillar.people from unnest(v_pillars, v_figures) as pillar (id, people);
  return true;
end;
$$;

comment on function private.release_month(uuid, date, timestamptz) is 'Writes down what a company may know of a month, once. False: it is written already.';

create function private.job_count_analytics(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_noted bigint[];
  v_month record;
  v_counted bigint := 0;
begin
  -- Either this job or the one that releases. Each statement sees what was committed before it, so a month is counted with
  -- all that was noted of it, and what is noted later waits for the next run.
  perform pg_advisory_xact_lock(26, 0);
  v_noted := array(select id from private.uncounted_months order by id limit private.purge_limit());
  for v_month in
    with noted as (delete from private.uncounted_months where id = any (v_noted) returning company_id, month)
    select distinct n.company_id, n.month from noted n join public.companies c on c.id = n.company_id
    where not exists (select from public.company_analytics_months r where r.company_id = n.company_id and r.month = n.month)
    order by 1, 2
  loop
    perform private.count_month(v_month.company_id, v_month.month, p_now);
    v_counted := v_counted + 1;
  end loop;
  return v_counted;
end;
$$;

comment on function private.job_count_analytics(timestamptz) is
  'Counts anew, from private.uncounted_months, the months of companies in which something changed. Those that are released stay as they are.';

-- What is told stays, so it waits for as long as a session of the last day may be closed and corrected; the rest is reserve. What was missed within a year is made up for.
create function private.job_release_analytics(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_last constant date := private.last_month_to_release(
    p_now - greatest(interval '0', private.hours('booking_complete_after_hours') + private.hours('booking_correction_hours') - interval '4 days')
  );
  v_due record;
  v_released bigint := 0;
begin
  perform private.job_count_analytics(p_now);
  if exists (select from private.uncounted_months where month <= v_last) then
    return 0;
  end if;
  for v_due in
    select c.id, m.month::date as month
    from public.companies c
    cross join generate_series(v_last - interval '11 months', v_last::timestamp, interval '1 month') as m (month)
    where c.created_at < (m.month + interval '1 month') at time zone 'UTC'
      and not exists (select from public.company_analytics_months r where r.company_id = c.id and r.month = m.month::date)
    order by 2, 1
    limit 2000
  loop
    v_released := v_released + private.release_month(v_due.id, v_due.month, p_now)::int;
  end loop;
  return v_released;
end;
$$;

comment on function private.job_release_analytics(timestamptz) is
  'Releases to each company the figures of the last month, five days after it or later, where sessions can be corrected for longer, and of those that were missed within a year: so many at a time, the next run goes on.';

select cron.schedule('count-analytics', '37 * * * *', $$select private.run_job('count_analytics')$$);
select cron.schedule('release-analytics', '47 * * * *', $$select private.run_job('release_analytics')$$);
