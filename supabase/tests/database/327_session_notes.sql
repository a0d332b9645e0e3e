-- Notes of sessions: who writes them, who is shown which version, and that nobody else finds as much as a word of them.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

-- A note that is found wherever it lies. It is sealed as far as the database knows.
create function pg_temp.sealed(p_text text) returns text language sql as $$
  select '0123456789abcdef.' || translate(encode(convert_to('quillfeather ' || p_text, 'utf8'), 'base64'), E'+/=\n', '-_');
$$;
create function pg_temp.write(p_person text, p_version int, p_booking uuid default pg_temp.id('employee:booking')) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.write_session_note(p_booking, p_version, pg_temp.sealed(p_version::text));
end; $$;
create function pg_temp.read(p_person text, p_version int default null, p_booking uuid default pg_temp.id('employee:booking')) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.read_session_note(p_booking, p_version);
end; $$;
create function pg_temp.share(p_person text, p_version int, p_booking uuid default pg_temp.id('employee:booking')) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return public.share_session_note(p_booking, p_version);
end; $$;
create function pg_temp.seen(p_person text) returns setof uuid language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return query select booking_id from public.my_session_notes(array(select n.id from public.bookings n union all select pg_temp.id('employee:booking')));
end; $$;
-- How often tables and indexes are looked into for a call.
create function pg_temp.work_done() returns table (what text, times bigint) language sql as $$
  select c.oid::regclass::text, pg_stat_get_xact_numscans(c.oid) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private', 'auth') and c.relkind in ('r', 'i');
$$;
create function pg_temp.work_of(p_person text, p_call text, p_booking uuid) returns text language plpgsql as $$
declare
  v_before jsonb;
  v_work text;
begin
  perform pg_temp.act_as(p_person);
  for i in 1..2 loop
    v_before := pg_temp.work_so_far();
    begin
      execute p_call using p_booking;
    exception when others then
      null;
    end;
  end loop;
  v_work := pg_temp.work_since(v_before);
  perform pg_temp.act_as_owner();
  return v_work;
end; $$;
create function pg_temp.work_so_far() returns jsonb language sql volatile security definer as $$
  select jsonb_object_agg(what, times) from pg_temp.work_done() where times > 0;
$$;
create function pg_temp.work_since(p_before jsonb) returns text language sql volatile security definer as $$
  select string_agg(what || ' ' || times - coalesce((p_before ->> what)::bigint, 0), ', ' order by what) from pg_temp.work_done()
  where times > coalesce((p_before ->> what)::bigint, 0);
$$;
grant execute on all functions in schema pg_temp to public;
delete from public.session_notes;
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select employee_id, company_id, specialist_id, session_type_id, starts_at + interval '20 days', ends_at + interval '20 days', 'confirmed'
from public.bookings where id = pg_temp.id('employee:booking') returning id as without_notes \gset

create temporary view everybody_else as
  select unnest(array['newcomer', 'colleague', 'manager', 'company_admin', 'foreign_employee', 'foreign_admin', 'other_specialist', 'applicant', 'platform_admin']) as person;
grant select on everybody_else to public;

-- Writing -----------------------------------------------------------------------------------------

select is(pg_temp.write('specialist', 1) ->> 'version', '1', 'the specialist writes');
select is(pg_temp.write('specialist', 2) ->> 'version', '2', 'and writes more');
select throws_ok($$select pg_temp.write('specialist', 2)$$, 'PT409', 'conflict', 'but not over what they have not read');
select throws_ok($$select pg_temp.write('specialist', 4)$$, 'PT409', 'conflict', 'nor leaves a version out');
select throws_ok($$select pg_temp.write('specialist', null)$$, 'PT409', 'conflict', 'nor none');
select throws_ok($$select pg_temp.write('employee', 3)$$, 'PT403', 'forbidden', 'the employee does not');
select throws_ok(format($$select pg_temp.write(%L, 3)$$, person), 'PT404', 'not_found', 'nor does ' || person) from everybody_else;
select throws_ok($$select pg_temp.write('anon', 3)$$, '42501', null, 'nor a visitor');
select throws_ok($$select pg_temp.write('service_role', 3)$$, '42501', null, 'nor the service');
select pg_temp.act_as('specialist');
select throws_ok(format('select public.write_session_note(pg_temp.id(%L), 3, %L)', 'employee:booking', s), 'PT400', 'invalid_request', 'no plain text is kept: ' || left(s, 20))
from unnest(array['Slept badly.', '', '0123456789abcdef', '0123456789abcdef.', '0123456789abcdef.a b', 'K1.AAAA', 'a-name-of-seventeen.AAAA', '0123456789abcdef.' || repeat('a', 20464)]) s;
select throws_ok($$select public.write_session_note(pg_temp.id('employee:booking'), 3, null)$$, 'PT400', 'invalid_request', 'nor nothing');

select pg_temp.act_as_owner();
select throws_ok($$update private.session_note_versions set sealed = '0123456789abcdef.AAAA'$$, '42501', null, 'a version is never changed, by nobody');
select throws_ok('truncate private.session_note_versions', '42501', null, 'nor are all emptied');
select throws_ok(format($$select pg_temp.write('specialist', 1, pg_temp.id('employee:%s'))$$, b), 'PT422', 'rule_violation', 'nothing is written of a session that is asked for: ' || b)
from unnest(array['pending2', 'pending3']) b;
select throws_ok($$select pg_temp.write('specialist', 1, pg_temp.id('employee:held1'))$$, 'PT404', 'not_found', 'nor of a time that somebody holds');
select throws_ok(format($$select pg_temp.write('specialist', 1, %L)$$, id), 'PT422', 'rule_violation', 'nor of one that was cancelled')
from public.bookings where id = pg_temp.id(pg_temp.id('employee') || ':given up');

-- Sharing -----------------------------------------------------------------------------------------

select throws_ok($$select pg_temp.read('employee')$$, 'PT404', 'not_found', 'what is not shared, the employee does not read');
select throws_ok($$select pg_temp.read('employee', 1)$$, 'PT404', 'not_found', 'not by its number either');
select is_empty($$select pg_temp.seen('employee')$$, 'and does not learn that it is there');
-- Nor by how long it takes: what is done for them is the same as of a session without notes, scan by scan.
select pg_temp.act_as_owner();
select is(pg_temp.work_of('employee', c, pg_temp.id('employee:booking')), pg_temp.work_of('employee', c, :'without_notes'), 'not by the work that it is either: ' || c)
from unnest(array[
  'select public.read_session_note($1)', 'select public.read_session_note($1, 1)', 'select public.my_session_notes(array[$1])', 'select * from public.session_notes where booking_id = $1'
]) c;
select isnt(pg_temp.work_of('specialist', 'select public.read_session_note($1)', pg_temp.id('employee:booking')), pg_temp.work_of('specialist', 'select public.read_session_note($1)', :'without_notes'), 'which is seen where there is a difference');
select results_eq($$select pg_temp.seen('specialist')$$, $$select pg_temp.id('employee:booking')$$, 'the specialist does');
select throws_ok($$select pg_temp.share('employee', 1)$$, 'PT403', 'forbidden', 'the employee does not share it');
select throws_ok(format($$select pg_temp.share(%L, 1)$$, person), 'PT404', 'not_found', 'nor does ' || person) from everybody_else;
select throws_ok(format($$select pg_temp.share('specialist', %s)$$, n), 'PT404', 'not_found', 'no version that there is not: ' || n) from unnest(array[0, -1, 3, 2147483647]) n;

select is(pg_temp.share('specialist', 1) ->> 'shared_version', '1', 'the specialist shares one');
select results_eq($$select pg_temp.seen('employee')$$, $$select pg_temp.id('employee:booking')$$, 'the employee sees that there is something to read');
select is((select seen_at from public.my_session_notes(array[pg_temp.id('employee:booking')])), null, 'which is not seen by that');
select is((pg_temp.read('specialist') ->> 'version')::int, 2, 'the specialist reads the latest');
select is(pg_temp.read('specialist', 1) ->> 'sealed', pg_temp.sealed('1'), 'or an earlier one');
select is(jsonb_array_length(pg_temp.read('specialist') -> 'note' -> 'versions'), 2, 'and all that there are');
select is(pg_temp.read('specialist') -> 'note' ->> 'seen_at', null, 'whose reading is not the employee''s');
select is(pg_temp.read('employee') ->> 'sealed', pg_temp.sealed('1'), 'the employee reads the one that is shared');
select is(pg_temp.read('employee') -> 'note' -> 'versions' -> 1, null, 'and learns of no other');
select throws_ok($$select pg_temp.read('employee', 2)$$, 'PT404', 'not_found', 'which they do not get');
select isnt(pg_temp.read('specialist') -> 'note' ->> 'seen_at', null, 'that they have read it is seen');
select is(pg_temp.write('specialist', 3) ->> 'shared_version', '1', 'what is written later is not shared by that');
select is(pg_temp.share('specialist', 1) ->> 'seen_at' is null, false, 'sharing the same again changes nothing');
select is(pg_temp.share('specialist', 3) ->> 'seen_at', null, 'another version was not seen yet');
select is(pg_temp.read('employee') ->> 'sealed', pg_temp.sealed('3'), 'and is read in its place');
select throws_ok($$select pg_temp.read('employee', 1)$$, 'PT404', 'not_found', 'the one before is not any more');
select is(pg_temp.share('specialist', null) ->> 'shared_version', null, 'the specialist takes it back');
select throws_ok($$select pg_temp.read('employee')$$, 'PT404', 'not_found', 'and it is gone for the employee');
select pg_temp.share('specialist', 3) \g /dev/null
select pg_temp.read('employee') \g /dev/null

-- Telling -----------------------------------------------------------------------------------------

select pg_temp.act_as_owner();
select results_eq(
  $$select dedupe_key, recipient::text, category::text, variables - 'recipient_name' from private.email_log where template_key = 'note_shared' order by id$$,
  $$select format('note:%s:%s:shared', pg_temp.id('employee:booking'), v), 'employee@people.test', 'account', '{}'::jsonb from unnest(array[1, 3]) v$$,
  'the employee is mailed of each version that is shared, once, and of none what it says'
);
select pg_temp.write('specialist', v) from generate_series(4, 6) v \g /dev/null
select pg_temp.share('specialist', v) from generate_series(4, 6) v \g /dev/null
select pg_temp.act_as_owner();
select is((select count(*) from private.email_log where template_key = 'note_shared'), 3::bigint, 'and of no other while one was not read');
select is_empty(
  $$select t.key, t.locale, v from public.email_templates t, regexp_matches(concat(t.subject, t.text, t.html), 'note|Notiz|session_type|other_name|specialist', 'gi') v
    where t.key = 'note_shared'$$, 'no mail says that they are notes, or with whom'
);
select pg_temp.act_as('platform_admin');
select is(
  jsonb_path_query_array(public.read_communication_logs('ticket 7', jsonb_build_object('user_id', pg_temp.id('employee'), 'template_key', 'note_shared')), '$.items[*]'), '[]',
  'nor does an admin find it among what they were mailed'
);
select is(jsonb_array_length(public.read_communication_logs('ticket 7', '{"template_key": "note_shared"}') -> 'items'), 3, 'but among what was mailed to anybody');
select pg_temp.share('specialist', 3) \g /dev/null
select pg_temp.read('employee') \g /dev/null

-- Nobody else -------------------------------------------------------------------------------------

select throws_ok(format($$select pg_temp.read(%L)$$, person), 'PT404', 'not_found', person || ' reads none') from everybody_else;
select throws_ok($$select pg_temp.read('anon')$$, '42501', null, 'a visitor neither');
select throws_ok($$select pg_temp.read('service_role')$$, '42501', null, 'nor the service');
select is_empty(format('select pg_temp.seen(%L)', person), person || ' does not learn that there is one') from everybody_else;
select throws_ok(format('select public.my_session_notes(%s)', a), 'PT400', 'invalid_request', 'nor is anybody told of ' || left(a, 60))
from unnest(array['null', 'array(select gen_random_uuid() from generate_series(1, 1001))']) a;
select throws_ok(format('select %s from public.session_notes', c), '42501', null, 'nobody reads ' || c || ' by themselves')
from unnest(array['booking_id', 'shared_version', 'latest_version', 'counts_from', 'gone_at', 'employee_id', '*']) c;

-- A specialist who is suspended learns no more about the people they met, and what they wrote is there when they are back.
select pg_temp.act_as_owner();
update public.specialists set status = 'suspended', verified_at = null where user_id = pg_temp.id('specialist');
select throws_ok($$select pg_temp.read('specialist')$$, 'PT404', 'not_found', 'a suspended specialist reads none');
select throws_ok($$select pg_temp.write('specialist', 7)$$, 'PT404', 'not_found', 'and writes none');
select throws_ok($$select pg_temp.share('specialist', null)$$, 'PT404', 'not_found', 'and takes none back');
select is_empty($$select pg_temp.seen('specialist')$$, 'nor sees which there are');
select is(pg_temp.read('employee') ->> 'sealed', pg_temp.sealed('3'), 'what was shared stays with the employee');
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');
select is(pg_temp.read('specialist') ->> 'version', '6', 'and all with the specialist who is verified again');

-- No word of it lies anywhere else, and nobody else is answered it. What stands in one table only is looked for in all of them.
select pg_temp.act_as_owner();
\ir ../setup/attack.psql
create temporary table found (place text);
do $$
declare
  v_word constant text := 'cXVpbGxmZWF0aGVy';
  v_table text;
  v_function attacked_function;
  v_person text;
  v_call text;
begin
  for v_table in
    select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)'
  loop
    execute format('insert into found select %L from %s t where t::text ~ %L limit 1', v_table, v_table, v_word);
  end loop;
  for v_function in select * from attacked_function loop
    foreach v_person in array array['platform_admin', 'company_admin', 'other_specialist'] loop
      foreach v_call in array pg_temp.calls_of(v_function, 'north', 'north') loop
        if pg_temp.answer_undone(v_person, v_call) ~ v_word then
          insert into found values (v_person || ': ' || v_call);
        end if;
      end loop;
    end loop;
  end loop;
end; $$;
select set_eq('select place from found', array['private.session_note_versions'], 'the text, sealed as it is, lies in one table, and no function tells it to anybody else');
select is_empty(
  $$select action from public.audit_logs l where l::text ~ 'session_note' and entity_type <> 'system_settings'$$, 'and that there are notes is nothing for the readers of the audit log'
);

-- How long ---------------------------------------------------------------------------------------

select is(private.job_purge_session_notes(now() + interval '1000 days'), 0::bigint, 'notes are kept');
select is_empty($$select from public.session_notes where counts_from <> (select ends_at from public.bookings b where b.id = booking_id)$$, 'from the end of a session that is to come');
select pg_temp.act_as('platform_admin');
select lives_ok($$select public.place_legal_hold(pg_temp.id('employee'), 'a claim of theirs')$$, 'a hold is placed');
select pg_temp.act_as_owner();
savepoint old;
select is(private.job_purge_session_notes(now() + interval '1200 days'), 1::bigint, 'and then they stay, however old,');
select isnt_empty('select from public.session_notes', 'where they lie');
select is(private.job_purge_session_notes(now() + interval '1200 days'), 0::bigint, 'for as long as it holds');
update public.bookings set starts_at = now() - interval '1200 days', ends_at = now() - interval '1200 days' + interval '50 minutes', status = 'completed' where id = pg_temp.id('employee:booking');
update public.bookings set starts_at = now() - interval '1201 days', ends_at = now() - interval '1201 days' + interval '50 minutes', status = 'completed' where id = :'without_notes';
create function pg_temp.answer(p_call text) returns text language plpgsql as $$
begin
  execute p_call;
  return 'answered';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end; $$;
grant execute on function pg_temp.answer(text) to public;
select is(
  pg_temp.answer(format(c, pg_temp.id('employee:booking'))), pg_temp.answer(format(c, :'without_notes')), 'shown to nobody: they are as if there were none, of ' || c
) from unnest(array[
  $$select pg_temp.read('specialist', null, %L)$$, $$select pg_temp.read('specialist', 1, %L)$$, $$select pg_temp.read('employee', null, %L)$$,
  $$select pg_temp.share('specialist', 3, %L)$$, $$select pg_temp.share('specialist', null, %L)$$, $$select pg_temp.write('specialist', 1, %L)$$,
  $$select pg_temp.write('specialist', 7, %L)$$
]) c;
select throws_ok($$select pg_temp.read('specialist')$$, 'PT404', 'not_found', 'neither to the specialist');
select throws_ok($$select pg_temp.read('employee')$$, 'PT404', 'not_found', 'nor to the employee');
select is_empty(format('select pg_temp.seen(%L)', p), 'nor that there are any: ' || p) from unnest(array['specialist', 'employee']) p;
select throws_ok($$select pg_temp.write('specialist', 1)$$, 'PT422', 'rule_violation', 'nor is anything begun anew that would tell of them');
select pg_temp.act_as_owner();
update public.system_settings set value = '5000' where key = 'session_note_retention_days';
select throws_ok($$select pg_temp.write('specialist', 1)$$, 'PT422', 'rule_violation', 'also when notes are kept longer from now on');
rollback to old;
select pg_temp.act_as_owner();
select throws_ok($$delete from auth.users where id = pg_temp.id('employee')$$, '55000', 'the account is under a legal hold', 'the account of their person stays, too');
update public.legal_holds set user_id = pg_temp.id('specialist') where user_id = pg_temp.id('employee') and lifted_at is null;
delete from auth.users where id = pg_temp.id('employee');
select isnt_empty('select from public.session_notes', 'and where the hold is on their author, they stay when it goes');
select throws_ok($$select pg_temp.read('specialist')$$, 'PT404', 'not_found', 'and are gone for the specialist as without a hold');
select throws_ok($$select pg_temp.share('specialist', 3)$$, 'PT404', 'not_found', 'who shares them with nobody');
select is_empty($$select pg_temp.seen('specialist')$$, 'and does not see that they are kept');
select pg_temp.act_as_owner();
select is(private.job_purge_session_notes(now() + interval '1 second'), 0::bigint, 'for as long as it holds');
select throws_ok($$select pg_temp.write('specialist', 7)$$, 'PT422', 'rule_violation', 'but nothing is added about somebody who is gone');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.lift_legal_hold(gen_random_uuid(), 'it is settled')$$, 'PT403', 'forbidden', 'nobody but a platform admin lifts it');
select throws_ok($$select public.place_legal_hold(pg_temp.id('colleague'), 'a claim of theirs')$$, 'PT403', 'forbidden', 'or places one');
select throws_ok($$select public.read_legal_holds('a claim of theirs')$$, 'PT403', 'forbidden', 'or sees them');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.place_legal_hold(gen_random_uuid(), 'a claim of theirs')$$, 'PT404', 'person_not_found', 'about somebody');
select throws_ok($$select public.place_legal_hold(pg_temp.id('colleague'), 'why')$$, 'PT422', 'reason_required', 'and for a reason');
select is((select count(*) from public.read_legal_holds('a claim of theirs') where user_id = pg_temp.id('specialist')), 1::bigint, 'platform admins see it');
select lives_ok($$select public.lift_legal_hold(id, 'it is settled') from public.read_legal_holds('a claim of theirs') where user_id = pg_temp.id('specialist')$$, 'and lift it');
select throws_ok($$select public.lift_legal_hold(id, 'it is settled') from public.read_legal_holds('a claim of theirs') where user_id = pg_temp.id('specialist')$$, 'PT404', 'hold_not_found', 'once');
select pg_temp.act_as_owner();
select results_eq(
  $$select action, user_id from public.audit_logs where action like 'legal_hold.%' and occurred_at = now() order by id$$, $$values ('legal_hold.placed', null::uuid), ('legal_hold.lifted', null)$$,
  'both are written down, and under nobody: it is not for the person to find'
);
select is(private.job_purge_session_notes(now() + interval '1 second'), 1::bigint, 'what should be gone goes with the next run');
select is_empty('select from private.session_note_versions', 'with every version');

-- Without a hold they go with the account, and otherwise in time.
select pg_temp.write('specialist', 1, pg_temp.id('manager:booking')) \g /dev/null
select pg_temp.write('specialist', 1, pg_temp.id('applicant:booking')) \g /dev/null
select pg_temp.act_as_owner();
delete from auth.users where id = pg_temp.id('manager');
select results_eq('select booking_id from public.session_notes', $$select pg_temp.id('applicant:booking')$$, 'notes go with the account of their person');
select is(private.job_purge_session_notes(now() + interval '1200 days'), 1::bigint, 'or once they are old');

select * from finish();
rollback;
