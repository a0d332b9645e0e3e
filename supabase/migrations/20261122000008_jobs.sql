-- Scheduled jobs: one SQL function each, run and recorded by private.run_job().
--
-- A job named x is private.job_x(p_now) and returns how many rows it touched. It is idempotent and
-- looks at what is due by p_now, not at when it last ran: a missed run is made up by the next.
-- The one here looks after partitions.
--
-- Read and write: nobody but the owner.

create extension if not exists pg_cron;

create table private.job_runs (
  id bigint generated always as identity primary key,
  job text not null check (length(job) <= 60),
  started_at timestamptz not null,
  duration interval not null check (duration >= interval '0'),
  rows_touched bigint check (rows_touched >= 0),
  status text not null check (status in ('succeeded', 'failed')),
  error text check (length(error) <= 500),
  constraint failed_iff_error check ((status = 'failed') = (error is not null)),
  constraint rows_iff_succeeded check ((status = 'succeeded') = (rows_touched is not null))
);

comment on table private.job_runs is 'One row per run of a scheduled job, with its outcome. pg_cron''s own record shows only that the statement ran.';

create index job_runs_job_idx on private.job_runs (job, started_at desc);
create index job_runs_started_at_idx on private.job_runs (started_at);

alter table private.job_runs enable row level security;
alter table private.job_runs force row level security;
revoke all on table private.job_runs from public, anon, authenticated, service_role;

-- Of what happens beside a statement and must not make it fail.
create function private.record_failed_run(p_job text, p_error text)
returns void
language sql
set search_path = ''
as $$
  insert into private.job_runs (job, started_at, duration, status, error)
  values (p_job, clock_timestamp(), '0', 'failed', left(p_error, 500));
$$;

comment on function private.record_failed_run(text, text) is 'Writes down that something failed which nobody waits for.';

create function private.run_job(p_job text, p_now timestamptz default now())
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_started_at constant timestamptz := clock_timestamp();
  v_rows bigint;
  v_error text;
begin
  -- pg_cron runs one instance of a job at a time; this also covers a run by hand.
  if not pg_try_advisory_xact_lock(19, hashtext(p_job)) then
    return null;
  end if;
  begin
    execute format('select private.%I($1)', 'job_' || p_job) into v_rows using p_now;
  exception when others then
    v_error := left(sqlerrm, 500);
    raise warning 'job % failed: %', p_job, v_error;
  end;
  insert into private.job_runs (job, started_at, duration, rows_touched, status, error)
  values (
    p_job, v_started_at, clock_timestamp() - v_started_at,
    case when v_error is null then coalesce(v_rows, 0) end,
    case when v_error is null then 'succeeded' else 'failed' end, v_error
  );
  return v_rows;
end;
$$;

comment on function private.run_job(text, timestamptz) is
  'Runs private.job_<p_job>(p_now) and records it; a failure is recorded instead of raised. Null when it is running already.';

create function private.raise_fault(p_fault text)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if p_fault is not null then
    raise exception '%', p_fault;
  end if;
  return 0;
end;
$$;

comment on function private.raise_fault(text) is
  'The frame of checking jobs: fails with what an operator should look at, so that it shows in job_runs and the log; 0 where all is well.';

create function private.job_create_partitions(p_now timestamptz)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_before bigint := (select count(*) from pg_catalog.pg_class where relispartition and relkind = 'r');
begin
  perform private.create_partitions_ahead(t.partrelid::regclass, 3, p_now)
  from pg_catalog.pg_partitioned_table t
  join pg_catalog.pg_class c on c.oid = t.partrelid
  where c.relnamespace = 'public'::regnamespace and t.partstrat = 'r';
  return (select count(*) from pg_catalog.pg_class where relispartition and relkind = 'r') - v_before;
end;
$$;

comment on function private.job_create_partitions(timestamptz) is
  'Makes the leaves of this month and three more. A missed night does no harm: there are months of reserve, and a default leaf.';

select cron.schedule('create-partitions', '27 2 * * *', $$select private.run_job('create_partitions')$$);
