-- Claiming and settling keep their plans, whatever the tables held when these were made.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

truncate private.email_queue, private.email_batches, private.email_outcomes, private.email_dead_letters, private.emails;
analyze private.email_queue, private.email_batches, private.email_outcomes, private.emails;
-- The plans are made here.
select pg_temp.settle(pg_temp.claim(), '{"outcome": "sent"}') \g /dev/null

select pg_temp.enqueue(lpad(n::text, 4, '0'), 'colleague', 'booking') from generate_series(1, 3000) n \g /dev/null
insert into public.notification_preferences (user_id, mail_windows)
select pg_temp.id('manager'), case when extract(hour from now() at time zone 'UTC') < 12 then pg_temp.windows('20:00', '21:00') else pg_temp.windows('02:00', '03:00') end;
select pg_temp.enqueue('quiet' || n, 'manager', 'booking') from generate_series(1, 20) n \g /dev/null
insert into private.email_batches (stream, mail_ids, template_ids, locales, time_zones, due_at)
select 'mail', array[-n], '{-1}', '{en}', '{UTC}', now() + interval '1 year' from generate_series(1, 3000) n;

create temporary table before as select relid, coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) as rows from pg_stat_xact_all_tables;
create function pg_temp.rows_read(p_table text) returns bigint language sql as $$
  select coalesce(s.idx_tup_fetch, 0) + coalesce(s.seq_tup_read, 0) - coalesce(b.rows, 0)
  from pg_stat_xact_all_tables s left join before b using (relid) where s.relid = p_table::regclass;
$$;
select public.claim_emails('mail', 100, 60)::jsonb as claim \gset
select is(jsonb_array_length(:'claim'::jsonb #> '{batches,0,mails,ids}'), 100, 'of three thousand mails a hundred are claimed');
select public.settle_emails(jsonb_build_array(
  jsonb_build_object('batch_id', :'claim'::jsonb #> '{batches,0,id}', 'lease', :'claim'::jsonb #> '{batches,0,lease}', 'outcome', 'sent')
)) as settled \gset
select is(:'settled'::jsonb -> 'sent', '100'::jsonb, 'and settled');
select ok(pg_temp.rows_read(t) < 1000, format('for which %s rows of %s are read', pg_temp.rows_read(t), t))
from unnest(array['private.emails', 'private.email_queue', 'private.email_batches', 'private.email_outcomes']) t;

-- And what is deferred
update private.email_queue set ready_in = '4' where mail_id in (select id from private.emails where dedupe_key like 'test:quiet%');
update private.email_marks set mark = '0', mail_id = 0;
truncate before;
insert into before select relid, coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) from pg_stat_xact_all_tables;
select is(public.claim_emails('mail', 20, 60)::jsonb -> 'deferred', '20'::jsonb, 'mails that wait for the end of quiet hours are put back');
select ok(pg_temp.rows_read(t) < 1000, format('for which %s rows of %s are read', pg_temp.rows_read(t), t))
from unnest(array['private.emails', 'private.email_queue']) t;

select * from finish();
rollback;
