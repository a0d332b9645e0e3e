-- An export has what the register says is a person's, all of it, and nothing of anybody else.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

create temporary table person as
  select name, pg_temp.id(name) as id from unnest(array['newcomer', 'employee', 'colleague', 'foreign_employee', 'company_admin', 'specialist', 'other_specialist', 'applicant', 'platform_admin']) name;
\ir ../setup/markers.psql

-- What each person may have, by asking the register once more: row by row, as each party.
create temporary table wanted (person text, marker text);
do $$
declare w record; c record;
begin
  for w in select r.*, p.name, p.id from private.personal_rows r, person p loop
    for c in select * from markable m where m.table_name = w.table_name and w.party = any (m.exported_to) loop
      execute format('insert into wanted select %L, m[1] from %s r, regexp_matches(r.%I::text, ''mark-[a-z_.]+-\d+'') m where %s', w.name, w.table_name, c.column_name, w.condition)
      using w.id, private.addresses_of(w.id);
    end loop;
  end loop;
end $$;
select isnt_empty(format('select from wanted where person = %L', name), 'there is something of ' || name) from person;

create temporary table exported (person text, entry jsonb, n int);
grant all on exported to public;
create function pg_temp.export_of(p_name text) returns void language plpgsql as $$
declare v_page jsonb; v_cursor text; n int := 0;
begin
  perform pg_temp.act_as(p_name);
  loop
    v_page := public.export_my_data(v_cursor);
    insert into exported select p_name, e, n from jsonb_array_elements(v_page -> 'rows') e;
    v_cursor := v_page ->> 'cursor';
    n := n + 1;
    exit when v_cursor is null or n > 20;
  end loop;
  perform pg_temp.act_as_owner();
end; $$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.export_of(name) from person \g /dev/null

create temporary table found as
  select distinct e.person, m[1] as marker from exported e, regexp_matches(e.entry::text, 'mark-[a-z_.]+-\d+', 'g') m;
select is_empty('select * from wanted except select * from found', 'every marker that is a person''s is in their export');
-- Of their own acts the log has more: private.exported_entry().
select is_empty($$select * from found where marker !~ '^mark-public.audit_logs' except select * from wanted$$, 'and no other');
select cmp_ok((select count(distinct split_part(marker, '-', 2)) from found), '>', 40::bigint, 'of many columns');
select is_empty(
  $$select person, a from (select distinct e.person, m[1] as a from exported e, regexp_matches(e.entry::text, '[a-z_]+@people[.]test', 'g') m) f where a <> person || '@people.test' and a <> 'new.' || person || '@people.test'$$,
  'no address of anybody else is in it'
);
select is_empty(
  $$select distinct r.table_name, r.party from private.personal_rows r, person p
    where exists (select from private.personal_columns c where c.table_name = r.table_name and r.party = any (c.exported_to))
      and not exists (select from exported e where e.entry ->> 'table' = r.table_name and e.entry ->> 'party' = r.party)
      and r.table_name !~ '^auth[.](identities|mfa_)' and r.table_name not in ('private.email_suppressions', 'private.email_refusals', 'private.email_deliveries',
        'private.token_requests', 'private.sign_up_tokens', 'public.company_employee_invitations', 'public.booking_reminders', 'public.company_dpa_acceptance', 'storage.objects', 'private.erasure_requests', 'private.erasure_steps')$$,
  'rows of each table were there to be exported'
);
select is_empty(
  $$select c.table_name, c.column_name from private.personal_columns c
    join pg_catalog.pg_attribute a on a.attrelid = to_regclass(c.table_name) and a.attname = c.column_name
    where c.exported_to <> '{}' and c.table_name !~ '^auth[.]' and (a.attidentity <> '' or pg_get_serial_sequence(c.table_name, c.column_name) is not null)$$,
  'no number that all rows share is exported'
);

-- A specialist who is suspended
select id as given_up from public.bookings where employee_id = pg_temp.id('employee') and specialist_id = pg_temp.id('specialist:specialist') and status = 'confirmed' limit 1 \gset
select pg_temp.act_as('employee');
select public.cancel_booking(:'given_up', 'Vermilion', 'illness') \g /dev/null
select pg_temp.act_as_owner();
create function pg_temp.told_why() returns text[] language sql as $$
  select array_agg(distinct entry ->> 'table') from exported where person = 'specialist' and entry ->> 'party' = 'specialist' and entry::text ~ '(Vermilion|illness)';
$$;
select pg_temp.export_of('specialist');
select is(pg_temp.told_why(), '{public.booking_cancellations,public.booking_status_history,public.bookings}', 'a specialist is told why somebody cancelled');
delete from exported where person = 'specialist';
update public.specialists set status = 'suspended', verified_at = null where user_id = pg_temp.id('specialist');
select pg_temp.export_of('specialist');
select is(pg_temp.told_why(), null, 'and one who is suspended is not, as elsewhere');
select isnt_empty($$select from exported where person = 'specialist' and entry ->> 'table' = 'public.bookings' and entry ->> 'party' = 'specialist'$$, 'but which sessions there were');
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');

-- Entries of the audit log
select pg_temp.act_as_owner();
-- As if it had been on the last day with an even number, or on the one before.
create function pg_temp.entry(p_person text, p_action text, p_days int default 0) returns jsonb language sql as $$
  select private.exported_entry(jsonb_populate_record(l, jsonb_build_object('occurred_at', e.day + interval '9 hours')), private.exported_columns('public.audit_logs', 'self'))
  from public.audit_logs l, (select (d.d - d.n % 2 - p_days)::timestamp at time zone 'UTC' as day from (select current_date - 1 as d, current_date - 1 - date '2000-01-01' as n) d) e
  where l.user_id = pg_temp.id(p_person) and l.action = p_action;
$$;
select pg_temp.act_as('platform_admin');
select public.read_person(pg_temp.id('foreign_admin'), 'a good reason') \g /dev/null
select pg_temp.act_as_owner();
select private.write_audit('test.system', 'tests', null, pg_temp.id('foreign_admin'), null, '{"n": 1}', '{"ip": "10.9.8.7"}') \g /dev/null
alter table private.audit_leaves disable trigger user;
alter table private.audit_checkpoints disable trigger user;
delete from private.audit_leaves;
insert into private.audit_leaves (leaf_index, entry_id, occurred_at, salt, payload_hash, entry_hash, leaf_hash)
select row_number() over (order by id) - 1, id, occurred_at, gen_random_uuid(), sha256('payload'), sha256('entry'), sha256(id::text::bytea) from public.audit_logs
where action in ('person.exported', 'person.read', 'test.system');
update private.audit_checkpoints set tree_size = (select count(*) - 1 from private.audit_leaves);
select is(pg_temp.entry('employee', 'person.exported') -> 'proof', 'null'::jsonb, 'no proof counts what was done today');
update private.audit_checkpoints set created_at = now() - interval '1 day';
select is(
  (select array_agg(k order by k) from jsonb_object_keys(pg_temp.entry('employee', 'person.exported') -> 'proof') k), '{entry,leaf,leaf_hash,leaf_index,path,tree_size}',
  'an entry that a checkpoint of an earlier day has is proven'
);
select is(pg_temp.entry('employee', 'person.exported', 1) -> 'proof', 'null'::jsonb, 'of a day with an odd number none is: two that are proven are a day apart');
insert into public.audit_logs (user_id, actor_role, action, entity_type, status, occurred_at)
select pg_temp.id('employee'), 'person', 'test.later', 'tests', 'success', ((pg_temp.entry('employee', 'person.exported') ->> 'occurred_at')::timestamptz) + interval '1 hour';
select is(pg_temp.entry('employee', 'person.exported') -> 'proof', 'null'::jsonb, 'and of a day one alone, the last');
select is(pg_temp.entry('foreign_admin', 'test.system') -> 'proof', 'null'::jsonb, 'nor is one that comes after the checkpoint');
select ok(pg_temp.entry('employee', 'person.exported') #>> '{own,payload}' is not null and pg_temp.entry('employee', 'person.exported') #>> '{own,salt}' is not null, 'of an own act the payload can be opened');
select ok(
  not pg_temp.entry('foreign_admin', 'person.read') ? 'own' and pg_temp.entry('foreign_admin', 'person.read') -> 'proof' <> 'null' and pg_temp.entry('foreign_admin', 'person.read') #> '{proof,leaf}' = 'null' and pg_temp.entry('foreign_admin', 'person.read') #> '{proof,entry}' = 'null'
    and pg_temp.entry('foreign_admin', 'person.read')::text not like '%' || pg_temp.id('platform_admin') || '%',
  'who else acted is not told'
);
select ok(not pg_temp.entry('foreign_admin', 'test.system') ? 'own' and pg_temp.entry('foreign_admin', 'test.system')::text not like '%10.9.8.7%', 'nor from where the system was asked');

-- What they did themselves, where the values have the admin who looked at it or verified them before
select private.write_audit('test.own', 'tests', null, pg_temp.id('foreign_admin'), jsonb_build_object('seen_by', jsonb_build_array(pg_temp.id('platform_admin'))), null) \g /dev/null
select private.write_audit('test.own_alone', 'tests', null, pg_temp.id('foreign_admin'), jsonb_build_object('id', pg_temp.id('foreign_admin'), 'company_id', pg_temp.id('south')), null) \g /dev/null
create function pg_temp.own_entry(p_action text) returns jsonb language sql as $$
  select private.exported_entry(jsonb_populate_record(l, jsonb_build_object('actor_id', l.user_id)), private.exported_columns('public.audit_logs', 'self'))
  from public.audit_logs l where l.action = p_action;
$$;
select ok(pg_temp.own_entry('test.own_alone') ? 'own', 'of an act of their own they get the values');
select ok(not pg_temp.own_entry('test.own') ? 'own', 'but not where these name somebody else');

-- What an address had before it was theirs
update public.profiles set email = 'moved@people.test' where id = pg_temp.id('employee');
update public.profiles set email = 'employee@people.test', created_at = now() - interval '1 hour' where id = pg_temp.id('newcomer');
update public.profiles set email_confirmed_at = now() where id = pg_temp.id('newcomer');
update public.company_members set email = 'employee@people.test' where user_id = pg_temp.id('employee');
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key, created_at) values
  (pg_temp.id('employee'), 'mail', 'account', 'test', 'employee@people.test', '{"other_name": "Secret"}', 'of the one before', now() - interval '3 days'),
  (null, 'mail', 'account', 'test', 'employee@people.test', '{"company_name": "Secret"}', 'to the one before', now() - interval '3 days'),
  (null, 'mail', 'account', 'test', 'employee@people.test', '{"company_name": "Own"}', 'own', now());
insert into public.company_employee_invitations (company_id, email, role, full_name, expires_at, status) values
  (pg_temp.id('south'), 'employee@people.test', 'employee', 'A new hire', now() + interval '1 day', 'pending');
insert into private.token_requests (purpose, email, address_key, context, user_id) values ('email_change', 'employee@people.test', private.address_key('employee@people.test'), '{}', pg_temp.id('colleague'));
select pg_temp.export_of(name) from unnest(array['newcomer', 'employee']) name \g /dev/null
select results_eq(
  $$select entry -> 'row' -> 'variables' from exported where person = 'newcomer' and entry ->> 'table' = 'private.emails' and entry::text not like '%mark-%'$$, $$values ('{"company_name": "Own"}'::jsonb)$$,
  'whoever has an address now gets nothing that went there before'
);
select is_empty($$select from exported where person = 'newcomer' and entry::text like '%' || pg_temp.id('colleague') || '%'$$, 'nor who else asks for it');
select is_empty($$select from exported where person = 'employee' and entry::text like '%A new hire%'$$, 'and whoever had it nothing that comes there now');
select is_empty($$select from exported where entry ->> 'table' = 'private.emails' and entry -> 'row' ? 'recipient'$$, 'addresses of mails are told to nobody');

-- Pages
create temporary table page (n int, entry jsonb);
grant all on page to public;
select pg_temp.act_as_owner();
insert into public.failed_login_attempts (user_id, failures) select pg_temp.id('manager'), n from generate_series(1, 2500) n;
select pg_temp.export_of('manager');
select is((select array_agg(c order by n) from (select n, count(*) as c from exported where person = 'manager' group by n) p)::text ~ '^\{1000,1000,\d+\}$', true, 'an export comes in pages of a thousand rows');
select is(
  (select array_agg((entry -> 'row' ->> 'failures')::int order by (entry -> 'row' ->> 'failures')::int) from exported where person = 'manager' and entry ->> 'table' = 'public.failed_login_attempts'),
  array(select failures from public.failed_login_attempts where user_id = pg_temp.id('manager') order by failures), 'and has every row once'
);
select pg_temp.act_as('manager');
select throws_ok($$select public.export_my_data('public.profiles; drop/self/1')$$, 'PT400', 'invalid_request', 'a cursor has its form');
select lives_ok($$select public.export_my_data('auth.users/none/1')$$, 'and one that names nothing goes on behind it');

-- Who may
select pg_temp.act_as_owner();
select is((select count(*) from public.audit_logs where action = 'person.exported' and user_id = pg_temp.id('manager')), 1::bigint, 'that somebody exported is written down, once');
update auth.sessions set created_at = now() - interval '31 minutes' where id = pg_temp.id('session:manager');
select pg_temp.act_as('manager');
select throws_ok('select public.export_my_data()', 'PT422', 'rule_violation', 'a session that has stood open for a while does not get it');
select throws_ok($$select public.export_my_data('public.profiles/self/0')$$, 'PT422', 'rule_violation', 'nor a later page');
select pg_temp.act_as('anon');
select throws_ok('select public.export_my_data()', '42501', null, 'nor who is not signed in');
select pg_temp.act_as_owner();
delete from auth.sessions where id = pg_temp.id('session:colleague');
select pg_temp.act_as('colleague');
select throws_ok('select public.export_my_data()', 'PT401', 'unauthenticated', 'nor whose session has ended');
select pg_temp.act_as('applicant');
select public.export_my_data() from generate_series(1, 59) \g /dev/null
select throws_ok('select public.export_my_data()', 'PT429', 'rate_limited', 'nor who asks too often');

select * from finish();
rollback;
