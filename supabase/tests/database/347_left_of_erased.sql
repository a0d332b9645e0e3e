-- Of somebody who was erased nothing is left with the others, nor under another name; and what they did to the product is.
begin;
-- Where an address stands, or a digest of it that anybody could try out
create function pg_temp.traces(p_address text) returns table (trace text) language plpgsql as $$
declare r record;
begin
  for r in select c.oid::regclass as t from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'private', 'auth', 'storage', 'net', 'cron') loop
    return query execute format('select %L || '' '' || m[1] from %s r, regexp_matches(to_jsonb(r)::text, $1) m', r.t, r.t)
    using format('(?<![a-z_])(%s|%s|%s)', replace(p_address, '.', '[.]'), md5(p_address), encode(sha256(convert_to(p_address, 'UTF8')), 'hex'));
  end loop;
end; $$;
-- Tests that commit leave entries of the log behind, which nobody deletes.
create temporary table left_before as select * from pg_temp.traces('employee@people.test');

\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/erasing.psql
select no_plan();
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;

-- The specialist was mailed the name that an employee had, and what they said without one.
update public.profiles set display_name = '' where id = pg_temp.id('employee');
select id as given_up from public.bookings where employee_id = pg_temp.id('employee') and specialist_id = pg_temp.id('specialist:specialist') and status = 'confirmed' limit 1 \gset
select pg_temp.act_as('employee');
select public.cancel_booking(:'given_up', 'Vermilion', 'illness') \g /dev/null
select pg_temp.act_as_owner();
select private.issue_sign_up('employee@people.test', 'en') \g /dev/null
create temporary view telling as select e.* from private.emails e where e.user_id = pg_temp.id('specialist') and e.variables ->> 'other_name' = 'Employee' or e.variables ->> 'reason' = 'Vermilion';
select set_eq($$select user_id from telling$$, array[pg_temp.id('employee'), pg_temp.id('specialist')], 'both were mailed what they said, and the other their name');
select isnt_empty($$select pg_temp.traces('employee@people.test')$$, 'there are traces of their address');
select is(pg_temp.erase('employee'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'once they are erased');
select is_empty('select from telling', 'no mail to the other of a session has their name or their words');
select is_empty($$select trace from pg_temp.traces('employee@people.test') except all table left_before$$, 'nor does anything have their address, or a digest of it that anybody could try out');

-- What an admin did to the product by a function stays as it is.
select private.write_audit('email_template.published', 'email_templates', '1', pg_temp.id('newcomer'), null, '{"key": "booking_cancelled"}') \g /dev/null
select private.write_audit('test.about_them', 'profiles', '1', pg_temp.id('newcomer'), null, '{"key": "Vermilion"}') \g /dev/null
select private.erase_audit_entries(pg_temp.id('newcomer'), '{}', 1000) \g /dev/null
select results_eq(
  $$select action, new_values ->> 'key' from public.audit_logs where user_id = pg_temp.id('newcomer') and new_values is not null$$, $$values ('email_template.published', 'booking_cancelled')$$,
  'which text an admin published is evidence also once they are erased'
);

-- An account that somebody deleted takes along what foreign keys reach; what the log has of its person does not go by that.
delete from auth.users where id = pg_temp.id('colleague');
create temporary view in_log as select l.id from public.audit_logs l where l.user_id = pg_temp.id('colleague') and concat(l.old_values, l.new_values) ~ 'colleague@people';
select isnt_empty('select from in_log', 'the log has the address of whose account is gone');
select pg_temp.act_as('platform_admin');
select is(public.ask_erasure_for(pg_temp.id('colleague'), 'asked by letter') ->> 'state', 'asked', 'so they can still be erased');
select throws_ok($$select public.ask_erasure_for(gen_random_uuid(), 'asked by letter')$$, 'PT404', 'person_not_found', 'as nobody can whom the log does not know');
select pg_temp.act_as_owner();
select is(pg_temp.erase('colleague'), '{sessions,practice,told,log,rows,account,rest_of_log,files,checked}', 'by the same steps');
select is_empty('select from in_log', 'after which it has not');

select * from finish();
rollback;
