-- The audit log records and keeps; roles change only in sight of it.
begin;
\ir ../setup/people.psql
select no_plan();

select pg_temp.act_as('platform_admin');
select lives_ok($$select public.grant_platform_admin(pg_temp.id('colleague'))$$, 'a platform admin makes another one');
select lives_ok($$select public.grant_platform_admin(pg_temp.id('colleague'))$$, 'again: nothing happens');
select throws_ok($$select public.grant_platform_admin(gen_random_uuid())$$, 'PT404', 'not_found', 'an account has to be there');
select pg_temp.act_as_owner();
select results_eq(
  $$select user_id, actor_id, actor_role, source, status, old_values, new_values ->> 'role', new_values ->> 'granted_by'
    from public.audit_logs where action = 'user_roles.insert' and user_id = pg_temp.id('colleague')
      and new_values ->> 'role' = 'platform_admin'$$,
  $$values (pg_temp.id('colleague'), pg_temp.id('platform_admin'), 'authenticated', 'trigger', 'success',
    null::jsonb, 'platform_admin', pg_temp.id('platform_admin')::text)$$,
  'who granted what to whom is in the audit log'
);

select pg_temp.act_as('platform_admin');
select throws_ok($$select public.revoke_platform_admin(pg_temp.id('platform_admin'))$$, 'PT409', 'own_role', 'nobody drops their own role');
select throws_ok(
  $$insert into public.user_roles (user_id, role) values (pg_temp.id('employee'), 'platform_admin')$$, '42501', null,
  'the table itself is written by no client'
);
select pg_temp.act_as('employee');
select throws_ok($$select public.grant_platform_admin(pg_temp.id('employee'))$$, 'PT403', 'forbidden', 'nobody makes themselves an admin');
select throws_ok($$select public.revoke_platform_admin(pg_temp.id('platform_admin'))$$, 'PT403', 'forbidden', 'nor takes it from one');
select pg_temp.act_as('colleague');
select throws_ok($$select public.revoke_platform_admin(pg_temp.id('platform_admin'))$$, 'PT403', 'forbidden', 'nor does who was made one before they have shown a second factor');
select pg_temp.act_as_owner();
update auth.sessions set aal = 'aal2' where id = pg_temp.id('session:colleague');
select pg_temp.act_as('colleague');
select lives_ok($$select public.revoke_platform_admin(pg_temp.id('platform_admin'))$$, 'one takes it from another');
select lives_ok($$select public.revoke_platform_admin(pg_temp.id('platform_admin'))$$, 'again: nothing happens');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.revoke_platform_admin(pg_temp.id('colleague'))$$, 'PT403', 'forbidden', 'who then is none any more');
select pg_temp.act_as_owner();

-- The last one, whatever it is that takes the role
delete from public.user_roles where role = 'platform_admin' and user_id <> pg_temp.id('colleague');
select throws_ok($$delete from public.user_roles where role = 'platform_admin'$$, 'PT409', 'last_platform_admin', 'the last platform admin stays one');
select throws_ok($$delete from auth.users where id = pg_temp.id('colleague')$$, 'PT409', 'last_platform_admin', 'and keeps the account');
insert into public.user_roles (user_id, role) values (pg_temp.id('platform_admin'), 'platform_admin');
select throws_ok($$delete from public.user_roles where role = 'platform_admin'$$, 'PT409', 'last_platform_admin', 'of two, one statement does not take both');
update auth.users set banned_until = now() + interval '1 hour' where id = pg_temp.id('platform_admin');
select throws_ok(
  $$delete from public.user_roles where user_id = pg_temp.id('colleague') and role = 'platform_admin'$$, 'PT409', 'last_platform_admin',
  'one whose account is suspended does not count'
);
update auth.users set banned_until = null where id = pg_temp.id('platform_admin');
select lives_ok($$delete from auth.users where id = pg_temp.id('colleague')$$, 'while there is another one, an admin''s account can go');

select private.write_audit(
  'test.where', 'tests', 'x', pg_temp.id('employee'), '{"a": 1}', '{"a": 2}',
  '{"request_id": "6f1d1c5e-8f5d-4f5e-9d5c-111111111111", "ip": "203.0.113.9", "user_agent": "Browser", "source": "test", "more": 1}',
  'failure', 'it failed'
);
select results_eq(
  $$select request_id::text, host(ip_address), user_agent, source, context, status, error_message, old_values, new_values
    from public.audit_logs where action = 'test.where'$$,
  $$values ('6f1d1c5e-8f5d-4f5e-9d5c-111111111111', '203.0.113.9', 'Browser', 'test', '{"more": 1}'::jsonb,
    'failure', 'it failed', '{"a": 1}'::jsonb, '{"a": 2}'::jsonb)$$,
  'an entry says who, what, when, where, how and how it ended'
);
select lives_ok(
  $$select private.write_audit('test.garbled', 'tests', null, null, null, null,
    jsonb_build_object('ip', 'not an address', 'request_id', 'zzz', 'user_agent', repeat('x', 9999)))$$,
  'a garbled address, id or user agent does not undo the act'
);
select throws_ok(
  $$select private.write_audit('Not An Action', 'tests', null, null, null, null)$$, '23514', null,
  'an action has a name that can be filtered by'
);

set local "request.headers" to '{"x-request-id": "6f1d1c5e-8f5d-4f5e-9d5c-222222222222", "x-forwarded-for": "192.0.2.66", "cf-connecting-ip": "198.51.100.7", "user-agent": "Agent"}';
select private.write_audit('test.headers', 'tests', null, null, null, null);
select results_eq(
  $$select request_id::text, host(ip_address), user_agent from public.audit_logs where action = 'test.headers'$$,
  $$values ('6f1d1c5e-8f5d-4f5e-9d5c-222222222222', null::text, 'Agent')$$,
  'what is not told is taken from the headers of the request, but no address that a client may have made up'
);
update public.system_settings set value = '"CF-Connecting-IP"' where key = 'client_ip_header';
select private.write_audit('test.address', 'tests', null, null, null, null);
select is(
  (select host(ip_address) from public.audit_logs where action = 'test.address'), '198.51.100.7',
  'the address is in the header that the operator vouches for'
);
select private.write_audit('test.unknown', 'tests', null, null, null, null, '{"ip": null, "user_agent": null, "reason": null}');
select results_eq(
  $$select ip_address, user_agent, context from public.audit_logs where action = 'test.unknown'$$,
  $$values (null::inet, null::text, '{}'::jsonb)$$,
  'what is told to be unknown stays unknown'
);
select pg_temp.act_as('service_role');
select private.write_audit('test.function', 'tests', null, null, null, null, '{"ip": "203.0.113.9"}');
select private.write_audit('test.function', 'tests', null, null, null, null);
select pg_temp.act_as_owner();
select results_eq(
  $$select actor_role, request_id, host(ip_address), user_agent from public.audit_logs where action = 'test.function' order by id$$,
  $$values ('service_role', null::uuid, '203.0.113.9', null::text), ('service_role', null, null, null)$$,
  'where a function runs is not where the person is for whom it acts'
);

select throws_ok('update public.audit_logs set action = ''x.y''', '42501', null, 'not even the owner edits an entry');
select throws_ok('delete from public.audit_logs', '42501', null, 'not even the owner deletes an entry');
select throws_ok('truncate public.audit_logs', '42501', null, 'not even the owner empties the log');
select throws_ok('truncate partitions.audit_logs_default', '42501', null, 'nor a leaf of it');
select throws_ok(
  format('delete from partitions.audit_logs_%s', to_char(now() at time zone 'utc', 'yyyy_mm')), '42501', null,
  'nor an entry in a leaf'
);

select is(
  private.create_partitions_ahead('public.audit_logs', 14, now()), 15,
  'months are made ahead'
);
select is(
  private.create_partitions_ahead('public.audit_logs', 14, now()), 15,
  'and making them again changes nothing'
);
select is_empty(
  $$select c.relname from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid
    where i.inhparent = 'public.audit_logs'::regclass and not (c.relrowsecurity and c.relforcerowsecurity)$$,
  'the new leaves have row level security'
);

select is(private.run_job('create_partitions', now() + interval '3 years'), 4::bigint, 'the nightly job makes this month and three more');
select is(private.run_job('create_partitions', now() + interval '3 years'), 0::bigint, 'once');
select is(
  (select status from private.job_runs where job = 'create_partitions' order by id desc limit 1), 'succeeded',
  'without failing'
);

select throws_ok($$select private.setting('no_such_setting')$$, 'P0002', null, 'an unknown setting is an error');
select pg_temp.act_as('platform_admin');
select throws_ok(
  $$update public.system_settings set value = '9000' where key = 'email_verification_ttl_hours'$$, '23514', null,
  'a setting stays within its bounds'
);
select throws_ok(
  $$update public.system_settings set value = '"soon"' where key = 'email_verification_ttl_hours'$$, '23514', null,
  'a number stays a number'
);
select lives_ok(
  $$update public.system_settings set value = '48' where key = 'email_verification_ttl_hours'$$,
  'a platform admin changes a setting'
);
select is(
  (select updated_by from public.system_settings where key = 'email_verification_ttl_hours'), pg_temp.id('platform_admin'),
  'and it says who did'
);
select isnt_empty(
  $$select from public.audit_logs where action = 'system_settings.update' and entity_id = 'email_verification_ttl_hours'$$,
  'and so does the audit log'
);
select pg_temp.act_as_owner();
select is_empty(
  $$select s.key from public.system_settings s
    where not exists (select from pg_catalog.pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and strpos(p.prosrc, quote_literal(s.key)) > 0)
      and not exists (select from pg_catalog.pg_views v where v.schemaname in ('public', 'private') and strpos(v.definition, quote_literal(s.key)) > 0)
      and not exists (select from public.data_retention_policies r where r.setting = s.key)
      and s.key !~ '_allowance_(burst|refill_seconds)$'$$,
  'every setting is asked for by something'
);

-- A reading that its reader undoes is in the log of the server. Whatever writes an entry and no row is one, but for what has others write.
select is_empty(
  $$select p.proname, m[1] from pg_catalog.pg_proc p, regexp_matches(p.prosrc, 'audit(?:_\w+)?\(\s*''([a-z_.]+)''', 'g') m
    where p.pronamespace = 'private'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute') and not private.is_reading(m[1])
      and p.prosrc !~* '\m(insert into|update (public|private|auth)[.]|delete from)'
      and p.proname not in ('send_test_email', 'assign_company_plan', 'cancel_bookings_of_specialist', 'redrive_failed_emails')$$,
  'whatever shows somebody something calls it a reading'
);

-- What platform admins write by themselves, and not by a function
select is_empty(
  $$select distinct p.tablename from pg_catalog.pg_policies p
    where p.schemaname = 'public' and p.cmd <> 'SELECT' and concat(p.qual, p.with_check) ~ 'is_platform_admin'
      and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = format('public.%I', p.tablename)::regclass and t.tgfoid = 'private.audit_change'::regproc)$$,
  'is in the audit log'
);
select pg_temp.act_as('platform_admin');
update public.session_types set default_minutes = 240, is_active = false where id = pg_temp.id('talk');
select pg_temp.act_as_owner();
select results_eq(
  $$select actor_id, old_values, new_values from public.audit_logs where action = 'session_types.update' and entity_id = pg_temp.id('talk')::text$$,
  $$values (pg_temp.id('platform_admin'), '{"is_active": true, "default_minutes": 50}'::jsonb, '{"is_active": false, "default_minutes": 240}'::jsonb)$$, 'with what it was before'
);

select * from finish();
rollback;
