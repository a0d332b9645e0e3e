-- One dispatcher as the database sees it: claims as JSON text, settles with one message id per mail from JSON text, both
-- committed. The making of the results in between is not measured. As superuser, on Linux: the server tells its own
-- processor time.
--
--   psql -v batch=1000 -v rounds=50 -f outbox-client.sql    a line: mails, and of a mail the median of the wall and all
--                                                           the processor time, of the claim and of both, in microseconds
\set ON_ERROR_STOP on
set client_min_messages = warning;
select set_config('bench.batch', :'batch', false), set_config('bench.rounds', :'rounds', false) \g /dev/null
create temporary table round (mails int, claim_wall float, settle_wall float, claim_processor float, settle_processor float);

create function pg_temp.processor() returns float language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float / 1000;
$$;
create function pg_temp.wall() returns float language sql as $$ select extract(epoch from clock_timestamp()) * 1e6; $$;

do $$
declare
  v_limit constant int := current_setting('bench.batch');
  v_wall float[];
  v_processor float[];
  v_claimed text;
  v_results text;
  v_answer text;
begin
  for i in 1..current_setting('bench.rounds')::int loop
    v_wall[1] := pg_temp.wall(); v_processor[1] := pg_temp.processor();
    v_claimed := public.claim_emails('mail', v_limit, 60)::text;
    commit;
    v_processor[2] := pg_temp.processor(); v_wall[2] := pg_temp.wall();
    select jsonb_agg(jsonb_build_object(
      'batch_id', b.id, 'lease', b.lease, 'outcome', 'sent', 'message_ids', array(select gen_random_uuid() from unnest(b.mail_ids))
    ))::text
    into v_results
    from private.email_batches b
    where b.id = any (array(select (c ->> 'id')::uuid from json_array_elements(v_claimed::json -> 'batches') c));
    exit when v_results is null;
    v_wall[3] := pg_temp.wall(); v_processor[3] := pg_temp.processor();
    v_answer := public.settle_emails(v_results::jsonb)::text;
    commit;
    v_processor[4] := pg_temp.processor(); v_wall[4] := pg_temp.wall();
    insert into round values (
      (v_answer::jsonb ->> 'sent')::int, v_wall[2] - v_wall[1], v_wall[4] - v_wall[3], v_processor[2] - v_processor[1], v_processor[4] - v_processor[3]
    );
  end loop;
end;
$$;

select sum(mails),
  percentile_cont(0.5) within group (order by claim_wall / mails), percentile_cont(0.5) within group (order by (claim_wall + settle_wall) / mails),
  sum(claim_processor) / sum(mails), sum(claim_processor + settle_processor) / sum(mails)
from round where mails > 0;
