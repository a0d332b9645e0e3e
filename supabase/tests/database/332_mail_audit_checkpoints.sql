-- A checkpoint is mailed to whoever keeps them, whole and again and again, and nobody has them stay away unseen.
begin;
\ir ../setup/people.psql
select no_plan();

delete from vault.secrets where name = 'cron_secret_key';
select vault.create_secret('cron-key-of-the-tests-0123456789abcdef', 'cron_secret_key') \g /dev/null

create or replace function private.audit_horizon() returns xid8 language sql volatile set search_path = '' as $$ select (pg_current_xact_id()::text::bigint + 1)::text::xid8; $$;
create function pg_temp.seal() returns text language plpgsql as $$
declare
  v_size bigint;
  v_note text;
begin
  perform public.take_audit_leaves(10000, false);
  v_size := private.audit_tree_size();
  v_note := format(E'evenkeel.test/audit\n%s\n%s\n\n\u2014 evenkeel.test/audit c2lnbmF0dXJl\n\u2014 evenkeel.test/audit dGhlIG5ldw==\n',
    v_size, encode(private.audit_tree_hash(0, v_size), 'base64'));
  perform public.record_audit_checkpoint(coalesce((select max(tree_size) from private.audit_checkpoints), 0), v_size, v_note, private.audit_checkpoint_mac(v_note));
  return v_note;
end; $$;
create view pg_temp.mails as
  select e.id, e.recipient, e.variables, e.category, e.dedupe_key,
    (select string_agg(c ->> 'line', E'\n' order by n) || E'\n' from jsonb_array_elements(e.variables -> 'checkpoint') with ordinality l (c, n)) as note
  from private.emails e where e.template_key = 'audit_checkpoint';
create function pg_temp.set_recipient(p_address text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as('platform_admin');
  update public.system_settings set value = to_jsonb(p_address) where key = 'audit_checkpoint_recipient';
  perform pg_temp.act_as_owner();
end; $$;
-- Midnight of UTC, where a turn begins.
select '2030-01-01 00:07Z' as first \gset

select is(private.run_job('mail_audit_checkpoint', :'first'), 0::bigint, 'without an address none is mailed');
select pg_temp.set_recipient('auditor@witness.test');
select is(private.run_job('mail_audit_checkpoint', :'first'), 0::bigint, 'nor before there is one');
select is_empty('select * from pg_temp.mails', 'nothing is queued');
select pg_temp.seal() as note \gset

select is(private.run_job('mail_audit_checkpoint', :'first'), 1::bigint, 'the latest is mailed');
select results_eq(
  'select recipient::text, category::text, note, variables - ''checkpoint'' from pg_temp.mails',
  format('values (''auditor@witness.test'', ''security'', %L, jsonb_build_object(''entries'', %L, ''every_hours'', ''24''))', :'note', private.audit_tree_size()),
  'to that address, as it was signed, under what nobody can refuse'
);
select is(private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '23 hours'), 0::bigint, 'once in a day');
select is(private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '24 hours'), 1::bigint, 'and on the next, though it be the same: who keeps them waits for it');
update public.system_settings set value = '2' where key = 'audit_checkpoint_mail_hours';
select is(
  (select array_agg(private.run_job('mail_audit_checkpoint', :'first'::timestamptz + h * interval '1 hour') order by h) from generate_series(48, 53) h), '{1,0,1,0,1,0}'::bigint[],
  'or as often as is set'
);
update public.system_settings set value = '24' where key = 'audit_checkpoint_mail_hours';

-- Another address
select count(*) as before from pg_temp.mails \gset
select pg_temp.seal() as note \gset
select pg_temp.set_recipient('accomplice@evil.test');
select results_eq(
  format('select recipient::text, variables ->> ''every_hours'', note from pg_temp.mails order by id offset %s', :before),
  format('values (''auditor@witness.test'', null::text, %L)', :'note'),
  'the address before is told that it gets no more, and has the latest'
);
select pg_temp.set_recipient(address) from unnest(array['auditor@witness.test', 'anybody@else.test', 'somebody@else.test', 'auditor@witness.test', '']) address \g /dev/null
select is((select count(*) from pg_temp.mails), :before + 1::bigint, 'once, and nobody else, so that nobody floods whom they like');
select is(private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '9 days'), 0::bigint, 'taken away, it gets none');

-- Swapped again on the same day, once the auditor has been promised another
create temporary table seen as select max(id) as id from pg_temp.mails;
create function pg_temp.mails_to(p_address text) returns text[] language sql as $$
  select array_agg(coalesce(variables ->> 'every_hours', 'last') order by id) from pg_temp.mails where recipient = p_address and id > (select max(id) from seen);
$$;
select pg_temp.set_recipient('auditor@witness.test');
update public.system_settings set value = '168' where key = 'audit_checkpoint_mail_hours';
select private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '15 days') \g /dev/null
select pg_temp.set_recipient(address) from unnest(array['accomplice@evil.test', 'anybody@else.test', 'accomplice@evil.test']) address \g /dev/null
select is(pg_temp.mails_to('auditor@witness.test'), '{168,last}', 'whoever waits for another is told of the hours that were set, and that none comes, on whatever day');
select is(pg_temp.mails_to('accomplice@evil.test'), null, 'and nobody else is, who was promised none since');
update public.system_settings set value = '24' where key = 'audit_checkpoint_mail_hours';
select private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '16 days') \g /dev/null
select pg_temp.set_recipient(address) from unnest(array['auditor@witness.test', 'accomplice@evil.test', 'auditor@witness.test']) address \g /dev/null
select is(pg_temp.mails_to('accomplice@evil.test'), '{24,last}', 'each once for what was promised');
select is(pg_temp.mails_to('auditor@witness.test'), '{168,last}', 'so that nobody floods whom they like');
update private.emails set recipient = null, variables = null where id > (select id from seen);
select is(private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '17 days'), 1::bigint, 'the next goes to the auditor');
update private.emails set recipient = null, variables = null where id > (select id from seen);
select pg_temp.set_recipient('accomplice@evil.test');
select is(pg_temp.mails_to('auditor@witness.test'), '{last}', 'also when the promise itself was emptied meanwhile');
select pg_temp.set_recipient('');
update public.system_settings set description = description || ' ' where key = 'audit_checkpoint_recipient';
select throws_ok(format('update public.system_settings set value = %L where key = ''audit_checkpoint_recipient''', to_jsonb(v)), '23514', null, 'no address: ' || to_jsonb(v)::text)
from unnest(array['auditor', 'a b@c.test', E'a@b.test\nBcc: x@y.test', 'a@b@c.test', '"x" <a@b.test>', 'a@b,c.test', 'a@b..test']) v;

-- Those that do not arrive
select pg_temp.set_recipient('auditor@witness.test');
select private.run_job('mail_audit_checkpoint', :'first'::timestamptz + interval '20 days') \g /dev/null
select id from pg_temp.mails order by id desc limit 1 \gset
select lives_ok(format('select private.job_check_audit_mail(%L)', :'first'::timestamptz + interval '20 days'), 'what is on its way is not missed');
insert into private.email_outcomes (mail_id, status, error_code, settled_at) values (:id, 'skipped', 'suppressed', now());
select throws_ok(
  format('select private.job_check_audit_mail(%L)', :'first'::timestamptz + d * interval '1 day'), 'P0001', 'a checkpoint of the audit log was not mailed: suppressed', 'one that is not sent is, for two days'
) from generate_series(20, 21) d;
select lives_ok(format('select private.job_check_audit_mail(%L)', :'first'::timestamptz + interval '22 days'), 'until others are due');

-- What is in it
select throws_ok(
  format('select public.save_email_template(%L, ''audit_checkpoint'', ''en'', ''Checkpoint'', ''<p>an old one</p>'', ''an old one'', 1, true, ''{}'')', pg_temp.id('platform_admin')),
  'PT403', 'forbidden', 'no admin, nor who holds a key of the project, writes another text, with an old checkpoint in it'
);

select * from finish();
rollback;
