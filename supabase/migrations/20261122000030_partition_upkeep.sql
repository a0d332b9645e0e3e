-- Upkeep of partitions: every night the leaves of the coming months are made, for every table of
-- public that is partitioned. Old months are dropped by the retention of each table.
--
-- Called: by pg_cron, through private.run_job().

create extension if not exists pg_cron;

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
