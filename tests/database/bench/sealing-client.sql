-- audit-seal as the database sees it: takes leaves, has a checkpoint kept, both committed. What it hashes and signs in between is
-- not measured. As superuser, on Linux: the server tells its own processor time.
--
--   psql -v batch=10000 -v rounds=20 -f sealing-client.sql    a line: entries, and of an entry the median of the wall and all the
--                                                             processor time, in microseconds; ends where there are no more
\set ON_ERROR_STOP on
set client_min_messages = warning;
select set_config('bench.batch', :'batch', false), set_config('bench.rounds', :'rounds', false) \g /dev/null
create temporary table round (entries int, wall float, processor float);

create function pg_temp.processor() returns float language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float / 1000;
$$;
create function pg_temp.wall() returns float language sql as $$ select extract(epoch from clock_timestamp()) * 1e6; $$;

do $$
declare
  v_wall float;
  v_processor float;
  v_taken jsonb;
  v_from bigint;
  v_size bigint;
  v_root bytea;
  v_note text;
begin
  for i in 1..current_setting('bench.rounds')::int loop
    v_wall := pg_temp.wall(); v_processor := pg_temp.processor();
    v_taken := public.take_audit_leaves(current_setting('bench.batch')::int, false);
    commit;
    v_wall := pg_temp.wall() - v_wall; v_processor := pg_temp.processor() - v_processor;
    v_from := v_taken ->> 'tree_size';
    v_size := v_from + length(v_taken ->> 'leaves') / 64;
    exit when v_size = v_from;
    v_root := private.audit_tree_hash(0, v_size);
    v_note := format(E'bench/audit\n%s\n%s\n\n\u2014 bench/audit %s\n', v_size, encode(v_root, 'base64'), repeat('A', 92));
    commit;
    v_wall := v_wall - pg_temp.wall(); v_processor := v_processor - pg_temp.processor();
    perform public.record_audit_checkpoint(v_from, v_size, v_note, private.audit_checkpoint_mac(v_note));
    commit;
    insert into round values (v_size - v_from, v_wall + pg_temp.wall(), v_processor + pg_temp.processor());
  end loop;
end;
$$;

select coalesce(sum(entries), 0), coalesce(percentile_cont(0.5) within group (order by wall / entries), 0), coalesce(sum(processor) / sum(entries), 0) from round;
