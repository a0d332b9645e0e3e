-- Somebody who writes entries of the audit log, twenty in a transaction. As superuser, on Linux: the server tells its own processor time.
--
--   psql -v rounds=500 -f sealing-writer.sql    a line: entries, and of an entry the median of the wall and all the processor time, in
--                                               microseconds
\set ON_ERROR_STOP on
set client_min_messages = warning;
select set_config('bench.rounds', :'rounds', false) \g /dev/null
create temporary table round (wall float, processor float);

create function pg_temp.processor() returns float language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float / 1000;
$$;
create function pg_temp.wall() returns float language sql as $$ select extract(epoch from clock_timestamp()) * 1e6; $$;

do $$
declare
  v_wall float;
  v_processor float;
begin
  for i in 1..current_setting('bench.rounds')::int loop
    v_wall := pg_temp.wall(); v_processor := pg_temp.processor();
    perform private.write_audit(
      'bench.written', 'benches', n::text, gen_random_uuid(), null, jsonb_build_object('status', 'confirmed', 'n', n), '{"source": "bench", "reason": "measured"}'
    ) from generate_series(1, 20) n;
    commit;
    insert into round values (pg_temp.wall() - v_wall, pg_temp.processor() - v_processor);
    commit;
  end loop;
end;
$$;

select count(*) * 20, percentile_cont(0.5) within group (order by wall) / 20, avg(processor) / 20 from round;
