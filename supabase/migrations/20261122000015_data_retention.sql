-- Retention (T21): how long rows of which table are kept, and what deletes them then.
--
-- Read:  platform admins, also what would go now: retention_preview().
-- Write: migrations. Platform admins change the setting that a policy names.
--
-- A policy is a line beside the table, and a job calls private.purge(table, p_now). Rows about a person under a legal hold stay,
-- and go with the next run after it is lifted.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('job_history_retention_days', '30', 1, 365, 'How long the record of scheduled jobs is kept.'),
  ('retention_run_retention_days', '400', 30, 3650, 'How long it is kept what was deleted because of its age.');

create table public.data_retention_policies (
  table_name text primary key check (table_name ~ '^[a-z_]{1,20}[.][a-z_]{1,63}$'),
  description text not null check (length(description) between 5 and 200),
  counts_from text not null check (counts_from ~ '^[a-z_]{1,63}$'),
  setting text references public.system_settings (key),
  kept_for interval check (kept_for >= interval '0'),
  held_by text[] not null default '{}' check (cardinality(held_by) <= 5 and length(array_to_string(held_by, '')) <= 500),
  created_at timestamptz not null default now(),
  constraint one_of_setting_and_time check (num_nonnulls(setting, kept_for) = 1)
);

comment on table public.data_retention_policies is 'What is deleted by its age, and when. Written by migrations alone.';
comment on column public.data_retention_policies.counts_from is 'The column from which the time counts; it has an index.';
comment on column public.data_retention_policies.setting is 'The setting with the number of days, or of hours where its name says so. Null where the time is fixed.';
comment on column public.data_retention_policies.held_by is 'Expressions over a row r that are ids of people: it stays while one of them is under a legal hold.';

create index data_retention_policies_setting_idx on public.data_retention_policies (setting);

select private.keep_no_statistics('public.data_retention_policies');

alter table public.data_retention_policies enable row level security;
alter table public.data_retention_policies force row level security;
revoke all on table public.data_retention_policies from public, anon, authenticated, service_role;
grant select (table_name, description, counts_from, setting, kept_for, held_by, created_at) on public.data_retention_policies to authenticated;
grant select on public.data_retention_policies to service_role;

create policy "A platform admin sees the policies"
  on public.data_retention_policies for select to authenticated
  using ((select private.is_platform_admin()));

create table public.data_retention_runs (
  id uuid primary key default gen_random_uuid(),
  table_name text not null references public.data_retention_policies (table_name),
  kept_from timestamptz not null,
  deleted bigint not null check (deleted >= 0),
  held bigint not null check (held >= 0),
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.data_retention_runs is 'Runs that deleted something: how many rows, and how many a legal hold kept.';

create index data_retention_runs_table_name_idx on public.data_retention_runs (table_name, created_at desc);
create index data_retention_runs_created_at_idx on public.data_retention_runs (created_at);

select private.keep_no_statistics('public.data_retention_runs');

alter table public.data_retention_runs enable row level security;
alter table public.data_retention_runs force row level security;
revoke all on table public.data_retention_runs from public, anon, authenticated, service_role;
grant select (id, table_name, kept_from, deleted, held, created_at) on public.data_retention_runs to authenticated;
grant select on public.data_retention_runs to service_role;

create policy "A platform admin sees what was deleted"
  on public.data_retention_runs for select to authenticated
  using ((select private.is_platform_admin()));

-- Rows that a purge takes at a time; what is left is taken by the next run.
create function private.purge_limit()
returns int
language sql
immutable
set search_path = ''
as $$ select 50000; $$;

comment on function private.purge_limit() is 'Most rows of a table that one run of a purge job touches.';

create function private.kept_from(p_policy public.data_retention_policies, p_now timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select p_now - coalesce(
    p_policy.kept_for,
    case when p_policy.setting like '%\_hours' then private.hours(p_policy.setting) else private.days(p_policy.setting) end
  );
$$;

comment on function private.kept_from(public.data_retention_policies, timestamptz) is 'What counts from before this is not kept.';

-- Whether a row r is under a legal hold, as an expression.
create function private.held_condition(p_policy public.data_retention_policies)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when p_policy.held_by = '{}' then 'false' else format(
    'exists (select from public.legal_holds h where h.lifted_at is null and h.user_id in (%s))', array_to_string(p_policy.held_by, ', ')
  ) end;
$$;

comment on function private.held_condition(public.data_retention_policies) is 'Whether a row r of the table is under a legal hold, as SQL.';

-- Up to p_limit rows are counted, which is enough to see what a policy would do.
create function private.due_rows(p_policy public.data_retention_policies, p_now timestamptz, p_limit bigint)
returns table (due bigint, held bigint)
language plpgsql
stable
set search_path = ''
as $$
begin
  execute format(
    'select count(*) filter (where not is_held), count(*) filter (where is_held)
     from (select %s as is_held from %s r where r.%I < $1 limit $2) d',
    private.held_condition(p_policy), p_policy.table_name::regclass, p_policy.counts_from
  ) into due, held using private.kept_from(p_policy, p_now), p_limit;
  return next;
end;
$$;

comment on function private.due_rows(public.data_retention_policies, timestamptz, bigint) is
  'How many rows of a table would go now, and how many a hold keeps, of the first p_limit that are too old.';

-- A row that is changed meanwhile is judged again, by its date: older servers do not look at its ctid again. Whoever places a hold
-- waits for this, and this for them: what was deleted is not there to be held.
create function private.purge(p_table text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v public.data_retention_policies;
  v_held bigint := 0;
  v_rows bigint;
begin
  select * into strict v from public.data_retention_policies where table_name = p_table;
  if v.held_by <> '{}' then
    perform private.lock_legal_holds();
    if exists (select from public.legal_holds where lifted_at is null) then
      select d.held into v_held from private.due_rows(v, p_now, private.purge_limit()) d;
    end if;
  end if;
  execute format(
    'delete from %1$s where ctid = any (array(select r.ctid from %1$s r where r.%2$I < $1 and not %3$s order by r.%2$I limit $2)) and %2$I < $1',
    p_table::regclass, v.counts_from, private.held_condition(v)
  ) using private.kept_from(v, p_now), private.purge_limit();
  get diagnostics v_rows = row_count;
  if v_rows > 0 then
    insert into public.data_retention_runs (table_name, kept_from, deleted, held) values (p_table, private.kept_from(v, p_now), v_rows, v_held);
  end if;
  return v_rows;
end;
$$;

comment on function private.purge(text, timestamptz) is
  'Deletes what a policy does not keep, the oldest first and nothing that is held, writes that down, and returns how many rows.';

insert into public.data_retention_policies (table_name, description, counts_from, setting) values
  ('private.job_runs', 'Record of scheduled jobs', 'started_at', 'job_history_retention_days'),
  ('cron.job_run_details', 'Record of scheduled statements', 'end_time', 'job_history_retention_days'),
  ('public.data_retention_runs', 'What was deleted because of its age', 'created_at', 'retention_run_retention_days');

create function private.job_trim_job_history(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('private.job_runs', p_now) + private.purge('cron.job_run_details', p_now)
    + private.purge('public.data_retention_runs', p_now);
end;
$$;

comment on function private.job_trim_job_history(timestamptz) is 'Trims the record of jobs, ours and pg_cron''s, which pg_cron never does, and that of what was deleted.';

select cron.schedule('trim-job-history', '7 3 * * *', $$select private.run_job('trim_job_history')$$);

create function private.retention_preview()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'table_name', p.table_name, 'description', p.description, 'setting', p.setting,
      'kept_from', private.kept_from(p, now()), 'due', d.due, 'held', d.held
    ) order by p.table_name), '[]')
    from public.data_retention_policies p, private.due_rows(p, now(), 10000) d
  );
end;
$$;

grant execute on function private.retention_preview() to authenticated;

create function public.retention_preview()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.retention_preview();
$$;

comment on function public.retention_preview() is
  'What would be deleted now, for platform admins: of each policy {table_name, description, setting, kept_from, due, held}, at most 10,000 rows counted. Errors: unauthenticated (401), forbidden (403).';

grant execute on function public.retention_preview() to authenticated;
