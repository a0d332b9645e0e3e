-- Outbox: how many mails one client claims and settles per second, and whether that depends on
-- how many wait. Bar: 25,000 a second, and no more than 1.3 times slower with a full queue.
--
-- Run it as the owner against a database of its own; it leaves rows behind:
--
--   eval "$(node scripts/stack/database.mjs up --data /tmp/outbox-bench --durable)"
--   for n in 10000 100000 1000000 5000000; do
--     psql "$DATABASE_URL" -v queued=$n -f tests/bench/outbox.sql
--   done
--   node scripts/stack/database.mjs down --data /tmp/outbox-bench
--
-- Variables: queued (rows waiting), batch (p_limit, 1000), rounds (20), people (10000).
-- Each round is what a dispatcher does: claim as JSON text, settle with one message id per mail
-- from JSON text, both committed. Wall time suffers from whatever else runs; the processor time of
-- the server process (Linux, same machine, the making of the results included) hardly does.

\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\if :{?queued} \else \set queued 10000 \endif
\if :{?batch}  \else \set batch 1000   \endif
\if :{?rounds} \else \set rounds 20    \endif
\if :{?people} \else \set people 10000 \endif
set client_min_messages = warning;
set synchronous_commit = on;

insert into auth.users (id, email, email_confirmed_at)
select gen_random_uuid(), 'bench-' || g || '@example.com', now()
from generate_series(1, :people) g
where not exists (select from auth.users where email like 'bench-%');

insert into public.notification_preferences (user_id, quiet_hours_start, quiet_hours_end)
select id, '00:00', '00:01' from public.profiles
where email like 'bench-%' and id < '20000000-0000-0000-0000-000000000000'
on conflict do nothing;

truncate private.email_queue, private.email_batches, private.email_dead_letters;
truncate public.communication_logs;

with person as (
  select id, email, row_number() over () as n from public.profiles where email like 'bench-%'
), mail as (
  insert into public.communication_logs (user_id, stream, category, template_key, recipient, variables, dedupe_key)
  select
    p.id, 'mail', 'booking', 'booking_reminder', p.email,
    jsonb_build_object(
      'recipient_name', 'Kim Example', 'specialist_name', 'Dr. Robin Sample', 'session_type_name', 'First conversation',
      'starts_at', '2027-01-01T10:00:00Z', 'duration_minutes', 50
    ),
    'bench:' || gen_random_uuid()
  from generate_series(1, :queued) g
  join person p on p.n = g % (select count(*) from person) + 1
  returning id
)
insert into private.email_queue (mail_id, stream, priority, due_at)
select id, 'mail', 1, now() from mail;

vacuum analyze public.communication_logs, private.email_queue, private.email_batches, public.profiles;

select set_config('bench.batch', :'batch', false), set_config('bench.rounds', :'rounds', false),
  set_config('bench.queued', :'queued', false) \g /dev/null

select pg_backend_pid() as server \gset
\setenv SERVER :server
\set cpu_before `awk '{ print $14 + $15 }' /proc/$SERVER/stat`

do $$
declare
  v_limit int := current_setting('bench.batch');
  v_rounds int := current_setting('bench.rounds');
  v_queued int := current_setting('bench.queued');
  v_claim interval := '0';
  v_settle interval := '0';
  v_mark timestamptz;
  v_claimed text;
  v_results text;
  v_answer text;
  v_mails bigint := 0;
begin
  for i in 1..least(v_rounds, v_queued / v_limit) loop
    v_mark := clock_timestamp();
    v_claimed := public.claim_emails('mail', v_limit, 60)::text;
    commit;
    v_claim := v_claim + (clock_timestamp() - v_mark);

    select jsonb_agg(jsonb_build_object(
      'batch_id', b -> 'id', 'lease', b -> 'lease', 'outcome', 'sent',
      'message_ids', (select jsonb_agg(gen_random_uuid()) from jsonb_array_elements(b -> 'mails'))
    ))::text
    into v_results
    from jsonb_array_elements(v_claimed::jsonb -> 'batches') b;

    v_mark := clock_timestamp();
    v_answer := public.settle_emails(v_results::jsonb)::text;
    commit;
    v_settle := v_settle + (clock_timestamp() - v_mark);
    v_mails := v_mails + (v_answer::jsonb ->> 'sent')::bigint;
  end loop;
  raise warning 'queued %: % mails, claim %/s, settle %/s, both %/s', v_queued, v_mails,
    round(v_mails / extract(epoch from v_claim)), round(v_mails / extract(epoch from v_settle)),
    round(v_mails / extract(epoch from v_claim + v_settle));
end;
$$;

\set cpu_after `awk '{ print $14 + $15 }' /proc/$SERVER/stat`
select format('per second of processor time: %s', round(100 * least(:rounds, :queued / :batch) * :batch / greatest(:cpu_after - :cpu_before, 1.0)));
select format('settled in their page (HOT): %s of %s', s.n_tup_hot_upd, s.n_tup_upd)
from pg_stat_user_tables s where s.relid = 'public.communication_logs'::regclass;
