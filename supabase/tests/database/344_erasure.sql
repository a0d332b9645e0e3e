-- An erasure takes everything that the register does not keep, step by step, whatever is killed, and not under a legal hold.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/erasing.psql
select no_plan();

-- Asking
delete from public.user_roles where role = 'platform_admin' and user_id <> pg_temp.id('platform_admin');
select pg_temp.act_as('employee');
select throws_ok($$select public.ask_erasure('colleague@people.test')$$, 'PT422', 'rule_violation', 'who asks types the address of their account');
select is(public.ask_erasure(' Employee@people.test ') ->> 'state', 'asked', 'and is then to be erased');
select is(public.ask_erasure('employee@people.test') ->> 'request_id', public.my_erasure() ->> 'request_id', 'asking again is asking once');
select pg_temp.act_as_owner();
select is((select count(*) from private.emails where template_key = 'erasure_asked' and recipient = 'employee@people.test'), 1::bigint, 'they are mailed, once');
select is(private.job_erase_people(now()), 0::bigint, 'nothing begins at once');
select pg_temp.act_as('employee');
select is(public.withdraw_erasure() ->> 'state', 'withdrawn', 'it can be taken back');
select is(public.my_erasure(), null, 'and then is not to come');
select throws_ok('select public.withdraw_erasure()', 'PT404', 'not_found', 'nor can be taken back twice');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.ask_erasure('company_admin@people.test')$$, 'PT409', 'last_admin', 'the last admin of a company makes another one first');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.ask_erasure('platform_admin@people.test')$$, 'PT409', 'last_platform_admin', 'and so does the last of the platform');
select is(public.ask_erasure_for(pg_temp.id('manager'), 'asked by letter') ->> 'state', 'asked', 'a platform admin asks for somebody');
select throws_ok($$select public.ask_erasure_for(pg_temp.id('nobody'), 'asked by letter')$$, 'PT404', 'person_not_found', 'whom there is');
select pg_temp.act_as('manager');
select throws_ok($$select public.ask_erasure_for(pg_temp.id('colleague'), 'asked by letter')$$, 'PT403', 'forbidden', 'nobody else does');
select is(public.my_erasure() ->> 'state', 'asked', 'the person sees it');
select pg_temp.act_as('specialist');
select throws_ok(format('select public.erasure_receipt(%L)', pg_temp.id('nobody')), 'PT404', 'not_found', 'a receipt is found by its number alone');

-- The ledger
select pg_temp.act_as_owner();
select throws_ok('update private.erasure_requests set due_by = now()', '42501', null, 'a line of the ledger is not changed');
select throws_ok('delete from private.erasure_steps', '42501', null, 'nor removed');
select throws_ok('delete from private.erasure_requests', '42501', null, 'nor one of those who asked');

-- The employee, with all constraints
select is(pg_temp.erase('employee'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'an erasure does its steps in their order');
select is((select count(*) from auth.users where id = pg_temp.id('employee')), 0::bigint, 'the account is gone');
select is(private.rows_of_erased(pg_temp.id('employee'), null, false), '[]', 'and what the register does not keep');
select is_empty(
  $$select l.id from public.audit_logs l where l.user_id = pg_temp.id('employee')
    and (num_nonnulls(l.old_values, l.new_values, l.ip_address, l.user_agent, l.error_message) > 0 or l.context <> '{}')$$,
  'entries about them say that something was done, and no more'
);
select is_empty(
  $$select s.entry_id from private.audit_leaves s where s.salt is null
    except select entity_id::bigint from public.audit_logs where action = 'audit_logs.erased'$$,
  'an entry says of each whose salt is gone that it was erased'
);
select is((select array_agg(distinct k ->> 'table' order by k ->> 'table') from jsonb_array_elements(private.erasure_receipt(pg_temp.request_of('employee')) -> 'kept') k),
  '{private.erasure_requests,private.erasure_steps,public.audit_logs,public.meeting_recordings,public.recording_accesses}', 'the receipt names what stays');
select is((private.erasure_receipt(pg_temp.request_of('employee')) #>> '{erasure,state}'), 'done', 'and that it is done');
select is(
  (select new_values -> 'kept' ->> 'public.meeting_recordings' from public.audit_logs where action = 'erasure.completed' and entity_id = pg_temp.request_of('employee')::text), '2',
  'and so does the log'
);
select is(private.erase_further(pg_temp.request_of('employee'), now() + interval '4 days'), null, 'what is done is done');
select results_eq(
  format($$select status::text, recipient::text, variables, user_id from private.email_log where dedupe_key = 'erasure_receipt:%s'$$, pg_temp.request_of('employee')),
  $$values ('sent', null, null::jsonb, null::uuid)$$, 'they were mailed their receipt, and then their address is gone, also from the log'
);

-- A specialist with sessions to give
select is(pg_temp.erase('specialist'), '{}', 'nothing is done to who shares records with somebody who is held');
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
insert into auth.audit_log_entries (id, payload) select gen_random_uuid(), json_build_object('actor_id', pg_temp.id('specialist'));
select is(pg_temp.erase('specialist'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'a specialist is erased, too');
select results_eq(
  format($$select display_name::text, headline, bio, user_id, status::text from public.specialists where id = %L$$, pg_temp.id('specialist:specialist')),
  $$values ('Former specialist', '', '', null::uuid, 'suspended')$$, 'what sessions refer to has no name'
);
select is_empty(format($$select id from public.bookings where specialist_id = %L and status in ('pending', 'held', 'confirmed') and starts_at > now()$$, pg_temp.id('specialist:specialist')),
  'what they had to give is cancelled');
select isnt_empty(format($$select id from private.emails where template_key = 'booking_cancelled' and user_id = %L$$, pg_temp.id('company_admin')), 'and told to whom they had to');
select isnt_empty(format($$select booking_id from public.session_notes where specialist_id = %L$$, pg_temp.id('specialist:specialist')), 'notes about others stay theirs');
select set_eq(
  $$select k ->> 'table' from jsonb_array_elements(private.erasure_receipt(pg_temp.request_of('specialist')) -> 'kept') k where k ->> 'party' = 'specialist' and k ->> 'rows' is null$$,
  '{public.session_notes,private.session_note_versions,public.meeting_recordings}'::text[], 'as the receipt says, and not how many'
);
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from) values (pg_temp.id('specialist:specialist'), 1, '09:00', '10:00', current_date);
select is(
  private.rows_of_erased(pg_temp.id('specialist'), pg_temp.id('specialist:specialist'), false) -> 0 ->> 'table', 'public.specialist_working_hours',
  'and the last look finds what is left of them'
);
delete from public.specialist_working_hours where specialist_id = pg_temp.id('specialist:specialist');
select is_empty(
  $$select table_name, party from private.personal_rows where condition ~ 'specialists' and condition !~ 's\.user_id = \$1'$$, 'wherever the register leads to them by what they were'
);
select is(private.files_of_erased(pg_temp.id('specialist'), pg_temp.id('specialist:specialist')), 0::bigint, 'no file of theirs is left');

update public.legal_holds set lifted_at = null, lift_reason = null where lift_reason = 'settled';

-- Whoever is the last, by then
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('applicant'), 'platform_admin', false);
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.ask_erasure_for(pg_temp.id('platform_admin'), 'asked by letter')$$, 'PT403', 'forbidden', 'an admin does not ask for themselves as for somebody else');
select is(public.ask_erasure('platform_admin@people.test') ->> 'state', 'asked', 'but by their address');
select throws_ok($$select public.ask_erasure_for(pg_temp.id('applicant'), 'asked by letter')$$, 'PT409', 'last_platform_admin', 'who is to be erased is no other admin');
select pg_temp.act_as_owner();
delete from public.user_roles where user_id = pg_temp.id('applicant');
select throws_ok(format('select private.erase_further(%L, now() + interval ''4 days'')', pg_temp.request_of('platform_admin')), 'PT409', 'last_platform_admin', 'and where there is no other by then, nothing is done');
select pg_temp.act_as('platform_admin');
select public.withdraw_erasure() \g /dev/null

-- A specialist only since they asked
select pg_temp.act_as_owner();
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('late'), 'late@people.test', now());
select private.begin_erasure(pg_temp.id('late'), 'person', null) \g /dev/null
insert into public.specialists (id, user_id, display_name, status, verified_at) values (pg_temp.id('late:specialist'), pg_temp.id('late'), 'Late', 'verified', now());
select is(pg_temp.erase('late'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'whoever became a specialist meanwhile is erased as one');
select is((select count(*) from private.erasure_steps where request_id = (select id from private.erasure_requests where user_id = pg_temp.id('late')) and counts ->> 'practice_id' = pg_temp.id('late:specialist')::text), 1::bigint, 'which the ledger keeps');

-- What waits
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key)
values (pg_temp.id('manager'), 'mail', 'account', 'test', 'manager@people.test', '{}', 'under way');
insert into private.email_batches (stream, mail_ids, template_ids, locales, time_zones, due_at)
select 'mail', array[id], '{-1}', '{en}', '{UTC}', now() from private.emails where dedupe_key = 'under way';
select is(pg_temp.erase('manager'), '{sessions,practice,told,log}', 'a mail that is on its way is waited for');
delete from private.email_batches where mail_ids && array(select id from private.emails where dedupe_key = 'under way');
insert into private.email_queue (mail_id, stream, priority, due_at) select id, 'mail', 0, now() from private.emails where dedupe_key = 'erasure_receipt:' || pg_temp.request_of('manager');
select is(
  (select variables ->> 'receipt' from private.emails where dedupe_key = 'erasure_receipt:' || pg_temp.request_of('manager')), pg_temp.request_of('manager')::text, 'the receipt is the number of the request'
);
select is(pg_temp.erase('manager'), '{}', 'a receipt that is not sent yet is waited for, too');
delete from private.email_queue where true;
select is(pg_temp.erase('manager'), '{rows,account,rest_of_log,files,checked}', 'and then it goes on');

select pg_temp.act_as_owner();
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key, named_id)
values (pg_temp.id('other_specialist'), 'mail', 'account', 'test', 'other_specialist@people.test', '{}', 'naming', pg_temp.id('colleague'));
select is_empty(
  $$select e.template_key, e.dedupe_key from private.emails e where (e.variables ? 'other_name' or e.category = 'reminder') and e.named_id is null and e.template_key <> 'test'$$,
  'every mail about a session says with whom it is'
);
insert into private.email_queue (mail_id, stream, priority, due_at) select id, 'mail', 1, now() + interval '1 day' from private.emails where dedupe_key = 'naming';
select ok(private.has_mail_under_way(pg_temp.id('colleague'), '{}'), 'a mail to the other of a session that waits to be sent is waited for');
delete from private.email_queue where true;

-- Under a legal hold
select is(pg_temp.erase('colleague'), '{}', 'nothing is done to who is held');
select is((private.erasure_json(private.open_erasure(pg_temp.id('colleague')))) ->> 'state', 'asked', 'which their state does not tell');
select lives_ok($$select private.job_check_erasures(now())$$, 'what was asked for lately is in time');
select throws_like($$select private.job_check_erasures(now() + interval '26 days')$$, '%' || pg_temp.request_of('colleague') || '%', 'what is not done after so many days is told to operators, also under a hold');

create function pg_temp.run_job(p_at timestamptz) returns text[] language plpgsql as $$
declare
  v_before timestamptz := clock_timestamp();
begin
  for tries in 1..200 loop
    exit when private.job_erase_people(p_at) = 0;
    insert into private.email_outcomes (mail_id, status, settled_at) select mail_id, 'sent', now() from private.email_queue on conflict do nothing;
    delete from private.email_queue where true;
  end loop;
  return (select array_agg(step::text order by done_at) from private.erasure_steps where done_at > v_before);
end;
$$;
savepoint two;
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('later'), 'later@people.test', now());
insert into private.erasure_requests (id, user_id, asked_by, starts_at, due_by)
values (pg_temp.id('later request'), pg_temp.id('later'), 'admin', now() + interval '4 days', now() + interval '1 month');
insert into private.erasure_requests (user_id, asked_by, starts_at, due_by) values (pg_temp.id('platform_admin'), 'person', now() + interval '3 days', now() + interval '1 month');
select is(
  pg_temp.run_job(now() + interval '4 days'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'the job does all that can be done, and who is held or waits keeps nobody back'
);
select is((select try_after from private.erasure_requests where id = pg_temp.request_of('colleague')), now() + interval '4 days 1 minute', 'who waits is looked at again a minute later');
select isnt_empty($$select from private.job_runs where job = 'erase_further' and error ~ 'last_platform_admin'$$, 'as is what fails, which is written down');
rollback to two;
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where user_id = pg_temp.id('colleague');
select is(private.job_erase_people(now() + interval '4 days'), 1::bigint, 'once it is lifted it goes on by itself');
update public.legal_holds set lifted_at = null, lift_reason = null where user_id = pg_temp.id('colleague');
select is(private.erase_further(pg_temp.request_of('colleague'), now() + interval '4 days'), null, 'and stops where another one is placed');
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where user_id = pg_temp.id('colleague');
select is(pg_temp.erase('colleague'), '{practice,told,log,rows,account,rest_of_log,files,checked}', 'and goes on from where it was');

-- Whoever acted on them: what retention holds of that, an erasure does not empty
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('acted on'), 'acted-on@people.test', now()), (pg_temp.id('invited'), 'invited@people.test', now()),
  (pg_temp.id('acting'), 'acting@people.test', now());
insert into private.erasure_requests (user_id, asked_by, asked_at, starts_at, due_by)
select pg_temp.id(name), 'admin', now() - interval '1 day', now(), now() + interval '1 month' from unnest(array['acted on', 'invited']) name;
select pg_temp.act_as('acting');
reset role;
select private.write_audit('test.acted', 'tests', null, pg_temp.id('acted on'), null, '{"a": "evidence"}') \g /dev/null
select pg_temp.act_as_owner();
insert into public.company_employee_invitations (company_id, email, expires_at, status, accepted_by, accepted_at, invited_by)
values (pg_temp.id('north'), 'invited@people.test', now() + interval '1 day', 'accepted', pg_temp.id('invited'), now(), pg_temp.id('acting'));
insert into public.legal_holds (user_id, reason) values (pg_temp.id('acting'), 'a claim about what they did');
select is(private.erase_further(pg_temp.request_of(name), now()), null, 'a hold on who acted keeps: ' || name) from unnest(array['acted on', 'invited']) name;
select is(
  array(select p.name from public.data_retention_policies p where array_length(p.held_by, 1) > 1 and p.table_name not in (
    -- Of the two of a session, a series or a place in line, who are asked by these.
    'private.session_note_versions', 'public.session_notes', 'public.meeting_recordings', 'public.waiting_list_entries', 'public.waiting_list_offers', 'private.emails'
  ) order by 1)::text,
  '{public.audit_logs,public.company_employee_invitations}', 'which are all that retention holds for more than one'
);
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
select is(private.erase_further(pg_temp.request_of(name), now()), 'sessions', 'and no longer than it stands: ' || name) from unnest(array['acted on', 'invited']) name;

-- An address that nobody confirmed is perhaps a stranger's, who is told nothing
insert into auth.users (id, email) values (pg_temp.id('squatter'), 'squatter@people.test');
select private.begin_erasure(pg_temp.id('squatter'), 'admin', null) \g /dev/null
select is_empty($$select from private.email_log where recipient = 'squatter@people.test'$$, 'of an account whose address nobody confirmed, nobody is told');

-- What comes to their address between two steps
select private.erase_further(pg_temp.request_of('invited'), now()) from generate_series(1, 3) \g /dev/null
insert into private.email_outcomes (mail_id, status, settled_at) select mail_id, 'sent', now() from private.email_queue on conflict do nothing;
delete from private.email_queue where true;
select is(private.erase_further(pg_temp.request_of('invited'), now()), 'rows', 'their rows are gone');
insert into private.emails (stream, category, template_key, recipient, variables, dedupe_key) values ('mail', 'account', 'test', 'invited@people.test', '{"n": "Zinnober"}', 'a late mail');
select is(private.erase_further(pg_temp.request_of('invited'), now()), 'account', 'then their account');
select is(
  (select concat(recipient, variables) from private.emails where dedupe_key = 'a late mail'), '', 'with what went to their address meanwhile'
);

-- After a restore: the backup knows two requests, and neither what was taken back and told since, nor the hold of today and the end of another
savepoint backup;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.id(name), replace(name, ' ', '-') || '@people.test', now() from unnest(array['took back', 'was told', 'is held']) name;
insert into private.erasure_requests (id, user_id, asked_by, asked_at, starts_at, due_by)
select pg_temp.id(name || ' request'), pg_temp.id(name), 'person', now() - interval '1 day', now(), now() + interval '1 month' from unnest(array['took back', 'was told']) name;
insert into public.legal_holds (id, user_id, reason) values (pg_temp.id('old hold'), pg_temp.id('was told'), 'a claim of before');
select private.replay_erasures(jsonb_build_object(
  'erasures', (select jsonb_agg(jsonb_build_object(
    'id', pg_temp.id(name || ' request'), 'user_id', pg_temp.id(name), 'asked_at', now() - interval '1 day', 'starts_at', now(), 'due_by', now() + interval '1 month',
    'has_begun', name <> 'took back later', 'is_withdrawn', name like 'took back%', 'is_told', name = 'was told'
  )) from unnest(array['took back', 'was told', 'is held', 'took back later']) name),
  'holds', jsonb_build_array(
    jsonb_build_object('id', pg_temp.id('old hold'), 'user_id', pg_temp.id('was told'), 'placed_at', now(), 'lifted_at', now()),
    jsonb_build_object('id', pg_temp.id('new hold'), 'user_id', pg_temp.id('is held'), 'placed_at', now(), 'lifted_at', null)
  )
)) as replayed \gset
select is(:replayed, 1, 'one that it does not know of, and that was not taken back, is taken up');
select is(private.next_erasure_step(pg_temp.id('took back request')), null, 'what was taken back since stays so');
select is(private.erase_further(pg_temp.id('is held request'), now()), null, 'who was held since is kept');
select is(pg_temp.erase('was told'), '{sessions,practice,log,rows,account,rest_of_log,files,checked}', 'who was told is not told again, and a hold that was lifted keeps nobody');
select is_empty($$select from private.email_log where template_key = 'erasure_receipt' and dedupe_key = 'erasure_receipt:' || pg_temp.id('was told request')$$, 'nor mailed');
select is((private.erasure_ledger() -> 'holds') @> jsonb_build_array(jsonb_build_object('id', pg_temp.id('new hold'))), true, 'the next ledger has it all');
select is(private.replay_erasures(private.erasure_ledger()), 0::bigint, 'and replaying once more changes nothing');

-- The ledger may be of yesterday: what had not begun then may have been taken back since.
select private.replay_erasures(jsonb_build_object('holds', '[]'::jsonb, 'erasures', jsonb_build_array(jsonb_build_object(
  'id', pg_temp.id('waits request'), 'user_id', pg_temp.id('foreign_employee'), 'asked_at', now() - interval '10 days', 'starts_at', now() - interval '7 days',
  'due_by', now() + interval '20 days', 'is_withdrawn', false, 'is_told', false, 'has_begun', false
)))) as replayed \gset
select is(
  (select starts_at from private.erasure_requests where id = pg_temp.id('waits request')), now() + private.days('erasure_grace_days'),
  'what had not begun waits anew, so that it can be taken back once more'
);
select isnt_empty($$select from private.emails where template_key = 'erasure_asked' and user_id = pg_temp.id('foreign_employee')$$, 'and its person is told so');
select is(
  (select (e ->> 'has_begun')::boolean from jsonb_array_elements(private.erasure_ledger() -> 'erasures') e where e ->> 'id' = pg_temp.id('waits request')::text), false,
  'the ledger says what has not begun'
);
select is(
  (select (e ->> 'has_begun')::boolean from jsonb_array_elements(private.erasure_ledger() -> 'erasures') e where e ->> 'id' = pg_temp.id('was told request')::text), true,
  'and what has'
);
rollback to backup;

-- A marker in every column
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
create temporary table person as select name, pg_temp.id(name) as id from unnest(array['foreign_employee', 'other_specialist', 'applicant']) name;
\ir ../setup/markers.psql
create function pg_temp.markers() returns table (marker text) language plpgsql as $$
declare r record;
begin
  for r in select c.oid::regclass as t from pg_catalog.pg_class c
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'auth'::regnamespace) loop
    return query execute format('select m[1] from %s r, regexp_matches(to_jsonb(r)::text, ''mark-[a-z_.]+-\d+'', ''g'') m', r.t);
  end loop;
end; $$;
select isnt_empty('select * from pg_temp.markers()', 'there are markers');
select is(pg_temp.erase(name), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', name || ' is erased') from person;
select set_eq(
  $$select distinct split_part(marker, '-', 2) from pg_temp.markers()$$,
  $$select unnest(array[
    -- That there was a mail, that something was done, and which entries of which kind a session has.
    'private.emails.template_key', 'private.emails.dedupe_key', 'private.email_outcomes.error_code', 'private.email_outcomes.provider_message_id',
    'public.audit_logs.action', 'public.audit_logs.entity_id', 'public.audit_logs.actor_role', 'public.audit_logs.source',
    'public.booking_status_history.event', 'public.booking_status_history.actor', 'public.booking_status_history.metadata',
    'public.booking_cancellations.actor', 'public.booking_proposals.proposed_by', 'public.bookings.time_zone', 'public.recording_consents.version',
    'public.meeting_recordings.mime_type', 'public.meeting_recordings.file_hash', 'public.meeting_recordings.recorded_path', 'public.meeting_recordings.end_reason',
    -- Of others: the place of sessions whose specialist is not erased, and notes about somebody else.
    'public.bookings.place_detail', 'private.session_note_versions.sealed',
    'public.legal_holds.reason', 'public.legal_holds.lift_reason'
  ])$$,
  'of what was planted only that stays which the register keeps'
);

select * from finish();
rollback;
