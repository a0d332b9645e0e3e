-- Recordings of sessions: none before both consent, none after one takes that back; who opens one, and how long it is there.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();
delete from public.recording_consents;
delete from public.meeting_recordings;
set local storage.allow_delete_query = 'true';
delete from storage.objects where bucket_id like '%recording%';
update public.bookings set starts_at = now() - interval '1 hour', ends_at = now() - interval '10 minutes' where id = pg_temp.id('employee:booking');

create function pg_temp.consent(p_person text, p_version text default '2026-11', p_booking uuid default pg_temp.id('employee:booking')) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform public.give_recording_consent(p_booking, p_version);
end; $$;
create function pg_temp.revoke(p_person text, p_booking uuid default pg_temp.id('employee:booking')) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform public.revoke_recording_consent(p_booking);
end; $$;
create function pg_temp.announce(p_person text, p_booking uuid default pg_temp.id('employee:booking')) returns uuid language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.announce_recording(p_booking, repeat('a', 64), 'video/mp4', 1000) -> 'recording' ->> 'id';
end; $$;
-- What Storage does for the holder of the signed address.
create function pg_temp.put(p_bucket text, p_name text) returns void language sql security definer as $$
  insert into storage.objects (bucket_id, name, metadata) values (p_bucket, p_name, '{"mimetype": "video/mp4"}') on conflict do nothing;
$$;
create function pg_temp.receive(p_person text, p_id uuid) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.receive_recording(p_id);
end; $$;
create function pg_temp.record(p_id uuid, p_path text, p_hash text default repeat('a', 64)) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as('service_role');
  return public.record_recording(p_id, p_path, p_hash, 1000);
end; $$;
create function pg_temp.open(p_person text, p_id uuid) returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.open_recording(p_id) ->> 'path';
end; $$;
create function pg_temp.made() returns uuid language plpgsql as $$
declare
  v_id uuid := pg_temp.announce('specialist');
  v jsonb;
begin
  perform pg_temp.act_as_owner();
  perform pg_temp.put('recording-uploads', upload_path) from public.meeting_recordings where id = v_id;
  v := pg_temp.receive('specialist', v_id);
  perform pg_temp.act_as_owner();
  perform pg_temp.put('meeting-recordings', v ->> 'copy_path');
  perform pg_temp.record(v_id, v ->> 'copy_path');
  return v_id;
end; $$;
create function pg_temp.orphans() returns text[] language sql security definer as $$
  select array(select b || ':' || count(*) from (select o.bucket_id as b from private.orphaned_files(1000) o where bucket_id like '%recording%') x group by b order by b);
$$;
create function pg_temp.rows_seen(p_person text) returns bigint[] language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return array[
    (select count(*) from public.recording_consents), (select count(*) from public.meeting_recordings),
    (select count(*) from public.recording_accesses), (select count(*) from storage.objects where bucket_id like '%recording%')
  ];
end; $$;
grant execute on all functions in schema pg_temp to public;
create temporary view everybody_else as
  select unnest(array['newcomer', 'colleague', 'manager', 'company_admin', 'foreign_employee', 'foreign_admin', 'other_specialist', 'applicant', 'platform_admin']) as person;
grant select on everybody_else to public;

-- Consents ----------------------------------------------------------------------------------------

select throws_ok($$select pg_temp.announce('specialist')$$, 'PT409', 'conflict', 'without a consent there is no recording');
select lives_ok($$select pg_temp.consent('specialist')$$, 'the specialist consents');
select lives_ok($$select pg_temp.consent('specialist')$$, 'again: nothing happens');
select throws_ok($$select pg_temp.announce('specialist')$$, 'PT409', 'conflict', 'one of the two is not both');
select throws_ok($$select pg_temp.consent('employee', '2020-01')$$, 'PT409', 'version_not_in_force', 'a consent is to the text in force');
select throws_ok($$select pg_temp.consent('employee', null)$$, 'PT409', 'version_not_in_force', 'not to nothing');
select throws_ok(format($$select pg_temp.consent(%L)$$, person), 'PT404', 'not_found', person || ' consents to nothing of theirs') from everybody_else;
select throws_ok(format($$select pg_temp.revoke(%L)$$, person), 'PT404', 'not_found', person || ' takes nothing of theirs back') from everybody_else;
select throws_ok($$select pg_temp.revoke('employee')$$, 'PT404', 'not_found', 'who has not consented has nothing to take back');
select throws_ok($$select pg_temp.consent('employee', '2026-11', pg_temp.id('employee:pending2'))$$, 'PT422', 'rule_violation', 'a session that is only asked for is not recorded');
select pg_temp.act_as_owner();
select throws_ok(
  $$insert into public.meeting_recordings (booking_id, specialist_id, employee_id, mime_type, file_size, file_hash, keep_until)
    select id, specialist_id, employee_id, 'video/mp4', 1, repeat('a', 64), now() from public.bookings where id = pg_temp.id('employee:booking')$$,
  'PT409', 'conflict', 'not even its owner writes a row before both have consented'
);
select lives_ok($$select pg_temp.consent('employee')$$, 'the employee consents');
select results_eq(
  $$select party, version, revoked_at is null from public.recording_consents order by party$$, $$values ('employee', '2026-11', true), ('specialist', '2026-11', true)$$,
  'both see both consents, with their version'
);

-- Making ------------------------------------------------------------------------------------------

select throws_ok($$select pg_temp.announce('employee')$$, 'PT403', 'forbidden', 'the employee records nothing');
select throws_ok(format($$select pg_temp.announce(%L)$$, person), 'PT404', 'not_found', 'nor does ' || person) from everybody_else;
select pg_temp.act_as('specialist');
select throws_ok(format($$select public.announce_recording(pg_temp.id('employee:booking'), %s)$$, a), 'PT422', 'rule_violation', 'not ' || a)
from unnest(array[
  $$repeat('a', 63), 'video/mp4', 1$$, $$repeat('a', 64), 'text/html', 1$$, $$repeat('a', 64), 'video/mp4', 0$$,
  $$repeat('a', 64), 'video/mp4', 104857601$$, $$null, 'video/mp4', 1$$, $$repeat('a', 64), null, 1$$
]) a;
create temporary table made (id uuid, path text);
grant all on made to public;
insert into made (id) select pg_temp.announce('specialist');
select throws_ok($$select pg_temp.receive('specialist', id) from made$$, 'PT409', 'file_missing', 'it is there once it was uploaded');
select throws_ok($$insert into storage.objects (bucket_id, name) select 'recording-uploads', 'x/y'$$, '42501', null, 'which no client does by themselves');
select pg_temp.act_as_owner();
select pg_temp.put('recording-uploads', upload_path) from public.meeting_recordings \g /dev/null
select throws_ok(format($$select pg_temp.receive(%L, id) from made$$, person), 'PT404', 'not_found', person || ' receives nothing')
from (select person from everybody_else union all select 'employee') p;
select pg_temp.act_as_owner();
update made set path = pg_temp.receive('specialist', id) ->> 'copy_path';
select throws_ok($$select pg_temp.record(id, path) from made$$, 'PT422', 'file_mismatch', 'a copy that is not there is none');
select pg_temp.act_as_owner();
select pg_temp.put('meeting-recordings', path) from made \g /dev/null
select pg_temp.put('meeting-recordings', 'elsewhere') \g /dev/null
select throws_ok($$select pg_temp.record(id, path, repeat('b', 64)) from made$$, 'PT422', 'file_mismatch', 'nor one of other bytes');
select throws_ok($$select pg_temp.record(id, 'elsewhere') from made$$, 'PT422', 'file_mismatch', 'nor one of something else');
select throws_ok($$select pg_temp.open('employee', id) from made$$, 'PT404', 'not_found', 'nobody opens what was not compared');
select isnt(pg_temp.record(id, path) ->> 'recorded_at', null, 'what was announced is recorded') from made;
select throws_ok($$select pg_temp.record(id, path || 'x') from made$$, 'PT409', 'conflict', 'once');
select pg_temp.act_as('specialist');
select throws_ok($$select public.record_recording(id, path, repeat('a', 64), 1000) from made$$, '42501', null, 'by the service alone');

-- Tries -------------------------------------------------------------------------------------------

-- Each is a copy of up to 100 MiB, and what failed is no reason for another without end.
savepoint tries;
select pg_temp.act_as_owner();
update public.system_settings set minimum = 1, value = '7' where key = 'recordings_allowance_burst';
delete from private.allowances;
truncate made;
insert into made (id) select pg_temp.announce('specialist');
select pg_temp.act_as_owner();
select throws_ok($$select pg_temp.receive('specialist', id) from made$$, 'PT409', 'file_missing', 'what was not uploaded is no try') from generate_series(1, 10);
select pg_temp.act_as_owner();
select pg_temp.put('recording-uploads', upload_path) from public.meeting_recordings \g /dev/null
select lives_ok($$select pg_temp.receive('specialist', id) from made$$, 'an upload is compared, try ' || n) from generate_series(1, 5) n;
select throws_ok($$select pg_temp.receive('specialist', id) from made$$, 'PT422', 'rule_violation', 'and no sixth time');
update made set id = pg_temp.announce('specialist');
select pg_temp.act_as_owner();
select pg_temp.put('recording-uploads', upload_path) from public.meeting_recordings \g /dev/null
select lives_ok($$select pg_temp.receive('specialist', id) from made$$, 'another recording has tries of its own, try ' || n) from generate_series(1, 2) n;
select throws_ok($$select pg_temp.receive('specialist', id) from made$$, 'PT429', 'rate_limited', 'as far as the person may make copies');
select pg_temp.act_as_owner();
update private.allowances set full_at = full_at - interval '180 seconds' where kind = 'recordings';
update made set path = pg_temp.receive('specialist', id) ->> 'copy_path';
select pg_temp.act_as_owner();
select pg_temp.put('meeting-recordings', path) from made \g /dev/null
select isnt(pg_temp.record(id, path) ->> 'recorded_at', null, 'which is more of them after minutes') from made;
select lives_ok($$select pg_temp.record(id, path) from made$$, 'a copy that is recorded once more is the recording');
select throws_ok($$select pg_temp.record(id, path || 'x') from made$$, 'PT409', 'conflict', 'another is not');
select throws_ok($$select pg_temp.receive('specialist', id) from made$$, 'PT404', 'not_found', 'and what is recorded is not copied again');
rollback to tries;

-- Opening -----------------------------------------------------------------------------------------

select is(pg_temp.open(p, id), path, 'the ' || p || ' opens it') from made, unnest(array['employee', 'specialist']) p;
select throws_ok(format($$select pg_temp.open(%L, id) from made$$, person), 'PT404', 'not_found', person || ' does not') from everybody_else;
select throws_ok($$select pg_temp.open('service_role', id) from made$$, '42501', null, 'nor the service');
select results_eq(
  format($$select party from public.recording_accesses, pg_temp.act_as(%L) order by party$$, p), array['employee', 'specialist'], 'both see who has: ' || p
) from unnest(array['employee', 'specialist']) p;
select pg_temp.act_as_owner();
select is((select count(*) from public.audit_logs where action = 'recording.opened' and user_id = pg_temp.id(p)), 1::bigint, 'each look is in the audit log: ' || p)
from unnest(array['employee', 'specialist']) p;
select throws_ok($$update public.recording_accesses set party = 'employee'$$, '42501', null, 'and none is changed');
select is(pg_temp.rows_seen(person), '{0,0,0,0}', person || ' sees nothing of all this') from everybody_else;
select is(pg_temp.rows_seen(p), '{2,1,2,0}', 'and the ' || p || ' no file but by an address') from unnest(array['employee', 'specialist']) p;

-- Taking back -------------------------------------------------------------------------------------

select pg_temp.act_as_owner();
select is(pg_temp.orphans(), '{recording-uploads:1}', 'an upload goes once its copy is recorded, and what is no copy in an hour');
select lives_ok($$select pg_temp.revoke('employee')$$, 'the employee takes their consent back');
select lives_ok($$select pg_temp.revoke('employee')$$, 'once more: nothing happens');
select throws_ok(format($$select pg_temp.open(%L, id) from made$$, p), 'PT404', 'not_found', 'then nobody opens it: ' || p) from unnest(array['employee', 'specialist']) p;
select results_eq(
  $$select end_reason, recorded_at is not null, mime_type from public.meeting_recordings, pg_temp.act_as('specialist')$$, $$values ('consent_revoked', true, 'video/mp4')$$, 'the fact stays'
);
select pg_temp.act_as_owner();
select is(pg_temp.orphans(), '{meeting-recordings:1,recording-uploads:1}', 'and its file goes');
select throws_ok($$select pg_temp.announce('specialist')$$, 'PT409', 'conflict', 'nothing is recorded any more');
select lives_ok($$select pg_temp.consent('employee')$$, 'who changes their mind consents anew');
select is((select count(*) from public.recording_consents where party = 'employee'), 2::bigint, 'and the one before stays, with when it was taken back');
select throws_ok($$select pg_temp.open('employee', id) from made$$, 'PT404', 'not_found', 'but what is gone is gone');

-- What comes while it is taken back: announced, uploaded and copied before, recorded after.
select pg_temp.act_as_owner();
truncate made;
insert into made (id) select pg_temp.announce('specialist');
select pg_temp.act_as_owner();
select pg_temp.put('recording-uploads', upload_path) from public.meeting_recordings where id = (select id from made) \g /dev/null
update made set path = pg_temp.receive('specialist', id) ->> 'copy_path';
select pg_temp.act_as_owner();
select pg_temp.put('meeting-recordings', path) from made \g /dev/null
select pg_temp.revoke('specialist') \g /dev/null
select throws_ok($$select pg_temp.record(id, path) from made$$, 'PT409', 'conflict', 'a copy is not recorded after either took their consent back');
select pg_temp.act_as_owner();
select is(pg_temp.orphans(), '{meeting-recordings:2,recording-uploads:2}', 'and both files go');
update public.meeting_recordings set ended_at = null, end_reason = null where id = (select id from made);
select throws_ok($$select pg_temp.record(id, path) from made$$, 'PT409', 'conflict', 'whatever the row says of itself');
select pg_temp.act_as_owner();
select private.end_recordings(array[id], 'consent_revoked', 'test') from made \g /dev/null

-- A suspended specialist opens nothing, and takes back what they gave.
select pg_temp.consent('specialist') \g /dev/null
update made set id = pg_temp.made();
select pg_temp.act_as_owner();
update public.specialists set status = 'suspended', verified_at = null where user_id = pg_temp.id('specialist');
select throws_ok($$select pg_temp.open('specialist', id) from made$$, 'PT404', 'not_found', 'a suspended specialist opens no recording');
select isnt(pg_temp.open('employee', id), null, 'its employee does') from made;
select lives_ok($$select pg_temp.revoke('specialist')$$, 'and the specialist still takes their consent back');
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');

select is_empty(
  $$select entity_type, entity_id from public.audit_logs, unnest(array[user_id, actor_id]) person
    where action like 'recording%' and entity_id is not null and person is not null group by 1, 2 having count(distinct person) > 1$$,
  'nothing in the audit log leads from one of the two to the other'
);
select is_empty(
  $$select from public.audit_logs where action like 'recording%' and concat(entity_id, context, new_values) ~ pg_temp.id('employee:booking')::text$$,
  'nor to their session'
);

-- A text that changes -----------------------------------------------------------------------------

select pg_temp.consent('specialist') \g /dev/null
update made set id = pg_temp.made();
savepoint another_text;
select pg_temp.act_as_owner();
update public.system_settings set value = '"2027-01"' where key = 'recording_consent_version';
select throws_ok($$select pg_temp.announce('specialist')$$, 'PT409', 'conflict', 'who consented to an earlier text has not consented to this one');
select isnt(pg_temp.open('employee', id), null, 'what was recorded by that one stays') from made;
select pg_temp.consent(p, '2027-01') from unnest(array['employee', 'specialist']) p \g /dev/null
select results_eq(
  $$select party, version from public.recording_consents where revoked_at is null order by party$$,
  $$values ('employee', '2027-01'), ('specialist', '2027-01')$$, 'a consent to the later one takes its place'
);
select isnt(pg_temp.announce('specialist'), null, 'and by these the next is recorded');
rollback to another_text;

-- How long ----------------------------------------------------------------------------------------

select pg_temp.act_as_owner();
select pg_temp.act_as_owner();
select is(private.job_expire_recordings(now() + interval '29 days'), 0::bigint, 'a recording is kept');
select is(keep_until, now() + interval '30 days', 'for thirty days') from public.meeting_recordings where id = (select id from made);
insert into public.legal_holds (user_id, reason) values (pg_temp.id('employee'), 'a claim');
select is(private.job_expire_recordings(now() + interval '30 days 1 second'), 1::bigint, 'then it ends,');
select is(private.job_expire_recordings(now() + interval '30 days 1 second'), 0::bigint, 'once');
select throws_ok($$select pg_temp.open('employee', id) from made$$, 'PT404', 'not_found', 'and nobody opens it,');
select pg_temp.act_as_owner();
select is_empty(
  $$select name from private.orphaned_files(1000) f join public.meeting_recordings r on r.recorded_path = f.name$$, 'though under a legal hold its file stays'
);
update public.legal_holds set lifted_at = now(), lift_reason = 'it is settled' where lifted_at is null;
select isnt_empty(
  $$select name from private.orphaned_files(1000) f join public.meeting_recordings r on r.recorded_path = f.name where r.id = (select id from made)$$, 'until the hold is lifted'
);
update made set id = pg_temp.announce('specialist');
select pg_temp.act_as_owner();
select is(private.job_expire_recordings(now() + interval '23 hours'), 0::bigint, 'a file is waited for');
select is(private.job_expire_recordings(now() + interval '25 hours'), 1::bigint, 'for a day');
update made set id = pg_temp.made();
select pg_temp.act_as_owner();
delete from auth.users where id = pg_temp.id('employee');
select is(end_reason, 'account_closed', 'recordings end with the account of their employee') from public.meeting_recordings where id = (select id from made);
select is((select count(*) from public.recording_consents where party = 'employee' and user_id is null), 2::bigint, 'and consents name nobody any more');

select * from finish();
rollback;
