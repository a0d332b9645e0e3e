-- Marks against writers that commit late: no mail is passed over, however long a transaction took, and the walk stays short.
--
-- Commits, like 190_side_by_side.sql, whose mails it is like: due in 2001, claimed as of 2002.
\set ON_ERROR_STOP on
set client_min_messages = error;
select no_plan();
select pg_advisory_lock(19, hashtext(j)) from unnest(array['kick_emails', 'check_outbox']) j \g /dev/null

create procedure pg_temp.clear_away() language plpgsql as $$
declare v_ids bigint[] := array(select id from private.emails where dedupe_key like 'marks:%');
begin
  delete from private.email_queue where mail_id = any (v_ids);
  delete from private.email_batches where mail_ids && v_ids;
  delete from private.email_outcomes where mail_id = any (v_ids);
  delete from private.emails where id = any (v_ids);
end; $$;
call pg_temp.clear_away();

-- Writers of one to twenty mails, some of which sleep before they commit, some of which roll back; dispatchers that claim
-- all the while, some of which roll back, too.
\setenv WRITE 'do $d$ begin for i in 1..60 loop perform private.enqueue_email(\'booking_reminder\', null, \'marks@people.test\', \'{}\', (array[\'account\', \'security\'])[1 + i % 2], format(\'marks:%s:%s:%s\', pg_backend_pid(), i, n), p_not_before => \'2001-01-01\') from generate_series(1, 1 + (random() * 19)::int) n; if random() < 0.2 then perform pg_sleep(random() * 0.3); end if; if random() < 0.1 then rollback; else commit; end if; end loop; end $d$'
\setenv CLAIM 'do $d$ declare c jsonb; begin for i in 1..150 loop c := public.claim_emails(\'mail\', 7, 60, \'2002-01-01\')::jsonb; if random() < 0.2 then rollback; else commit; perform public.settle_emails(coalesce((select jsonb_agg(jsonb_build_object(\'batch_id\', b -> \'id\', \'lease\', b -> \'lease\', \'outcome\', case when random() < 0.1 then \'retry\' else \'sent\' end, \'retry_after_seconds\', 0)) from jsonb_array_elements(c -> \'batches\') b), \'[]\'), \'2002-01-01\'); if random() < 0.1 then rollback; else commit; end if; end if; perform pg_sleep(0.005); end loop; end $d$'
\set said `supabase/tests/setup/clients 4 -c "$WRITE" & supabase/tests/setup/clients 4 -c "$CLAIM"; wait`
select ok(count(*) > 500, 'mails were queued by transactions that took their time') from private.emails where dedupe_key like 'marks:%';
-- What a dispatcher had in hand when it rolled back its settlement comes again when its lease is over.
create procedure pg_temp.drain() language plpgsql as $$
declare v_claim jsonb;
begin
  for i in 1..500 loop
    v_claim := public.claim_emails('mail', 500, 60, '2002-01-02')::jsonb;
    exit when v_claim -> 'batches' = '[]';
    perform public.settle_emails(
      (select jsonb_agg(jsonb_build_object('batch_id', b -> 'id', 'lease', b -> 'lease', 'outcome', 'sent')) from jsonb_array_elements(v_claim -> 'batches') b), '2002-01-02'
    );
    commit;
  end loop;
end; $$;
call pg_temp.drain();
select is_empty(
  $$select l.status, count(*) from private.email_log l where l.dedupe_key like 'marks:%' and l.status <> 'sent' group by 1$$, 'every one of them is found'
);
select is_empty($$select from private.email_queue q join private.emails e on e.id = q.mail_id where e.dedupe_key like 'marks:%'$$, 'none is left in line');
select ok(bool_and(mark > '0'), 'and the marks have moved') from private.email_marks where stream = 'mail';

-- While a writer is not done, nothing that it may still bring is passed over.
\setenv SLOW 'begin; select private.enqueue_email(\'booking_reminder\', null, \'marks@people.test\', \'{}\', \'account\', \'marks:slow\', p_not_before => \'2001-01-01\'); select pg_sleep(2); commit'
\setenv QUICK 'do $d$ begin for i in 1..50 loop perform private.enqueue_email(\'booking_reminder\', null, \'marks@people.test\', \'{}\', \'account\', \'marks:quick:\' || i, p_not_before => \'2001-01-01\'); commit; perform public.claim_emails(\'mail\', 10, 60, \'2002-01-01\'); commit; end loop; end $d$'
\set said `psql -Xq -c "$SLOW" "$DATABASE_URL" >/dev/null & sleep 0.5; psql -Xq -c "$QUICK" "$DATABASE_URL"; wait`
call pg_temp.drain();
select is((select status from private.email_log where dedupe_key = 'marks:slow'), 'sent', 'a mail of a transaction that outlasted fifty claims is sent');

-- Also within what one transaction has queued
select private.enqueue_email('booking_reminder', null, 'marks@people.test', '{}', 'account', 'marks:bulk:' || n, p_not_before => '2001-01-01') from generate_series(1, 50) n \g /dev/null
select public.claim_emails('mail', 10, 60, '2002-01-01') \g /dev/null
select public.claim_emails('mail', 10, 60, '2002-01-01') \g /dev/null
select public.claim_emails('mail', 10, 60, '2002-01-01') \g /dev/null
select is(
  (select m.mail_id - min(e.id) from private.email_marks m, private.emails e
   where m.stream = 'mail' and m.line = 'usual' and e.dedupe_key like 'marks:bulk:%' group by m.mail_id),
  20::bigint, 'of fifty mails of one transaction, the third claim of ten begins at the twenty-first'
);
call pg_temp.drain();

-- A database that was copied to another server.
update private.email_marks set mark = '18000000000000000000', mail_id = 0 where stream = 'mail';
select private.enqueue_email('booking_reminder', null, 'marks@people.test', '{}', 'account', 'marks:copied', p_not_before => '2001-01-01') \g /dev/null
call pg_temp.drain();
select is((select status from private.email_log where dedupe_key = 'marks:copied'), 'sent', 'a mark from the future counts as none');
select private.mend_email_marks() \g /dev/null
select private.enqueue_email('booking_reminder', null, 'marks@people.test', '{}', 'account', 'marks:behind', p_not_before => '2001-01-01') \g /dev/null
update private.email_queue set ready_in = '3' where mail_id = (select id from private.emails where dedupe_key = 'marks:behind');
update private.email_marks set mark = pg_current_xact_id(), mail_id = 0 where stream = 'mail' and line = 'usual';
call pg_temp.drain();
select is((select status from private.email_log where dedupe_key = 'marks:behind'), 'queued', 'a row in front of its mark is not found');
select private.mend_email_marks() \g /dev/null
call pg_temp.drain();
select is((select status from private.email_log where dedupe_key = 'marks:behind'), 'sent', 'until somebody has looked for such');

call pg_temp.clear_away();
select pg_advisory_unlock_all() \g /dev/null
select * from finish();
