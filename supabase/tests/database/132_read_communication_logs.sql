-- The log of mails as platform admins read it.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from private.emails;
select pg_temp.enqueue('a', 'employee', 'account'), pg_temp.enqueue('b', 'colleague', 'booking'), pg_temp.enqueue('c', 'employee', 'security') \g /dev/null
select private.enqueue_email('company_invitation', null, 'stranger@people.test', '{}', 'account', 'test:d') \g /dev/null
update private.emails set created_at = now() - interval '2 hours' where dedupe_key = 'test:a';
insert into private.email_outcomes (mail_id, status, error_code, provider_message_id, settled_at)
select id, case dedupe_key when 'test:b' then 'failed' else 'sent' end, case dedupe_key when 'test:b' then 'invalid' end,
  case dedupe_key when 'test:b' then null else 'm-' || dedupe_key end, created_at + interval '10 seconds'
from private.emails where dedupe_key <> 'test:d';
insert into private.email_dead_letters (mail_id, error_code, failed_at) select id, 'invalid', now() from private.emails where dedupe_key = 'test:b';
insert into private.email_deliveries (mail_id, state) select id, 'delivered' from private.emails where dedupe_key = 'test:a';

create function pg_temp.read(p_filters jsonb default '{}', p_cursor bigint default null, p_limit int default 50) returns jsonb language sql as $$
  select public.read_communication_logs('ticket 7', p_filters, p_cursor, p_limit);
$$;
create function pg_temp.states(p_answer jsonb) returns text language sql as $$
  select string_agg(i ->> 'status', ' ' order by (i ->> 'id')::bigint desc) from jsonb_array_elements(p_answer -> 'items') i;
$$;
grant execute on all functions in schema pg_temp to authenticated;

select pg_temp.act_as('employee');
select throws_ok($$select pg_temp.read()$$, 'PT403', 'forbidden', 'nobody else reads it');
select throws_ok($$select * from public.mail_figures()$$, 'PT403', 'forbidden', 'nor its figures');
select throws_ok($$select public.mail_fault()$$, 'PT403', 'forbidden', 'nor what is wrong');
select throws_ok($$select public.redrive_failed_emails('ticket 7')$$, 'PT403', 'forbidden', 'nor has mails sent again');

select pg_temp.act_as('platform_admin');
select throws_ok($$select public.read_communication_logs(' ')$$, 'PT422', 'reason_required', 'an admin says why');
select is(pg_temp.states(pg_temp.read()), 'queued sent failed delivered', 'newest first, each with its state, what the mailer told included');
select is(pg_temp.states(pg_temp.read(jsonb_build_object('user_id', pg_temp.id('employee')))), 'sent delivered', 'by person');
select is(pg_temp.states(pg_temp.read('{"status": "failed"}')), 'failed', 'by state');
select is(pg_temp.states(pg_temp.read('{"status": "delivered"}')), 'delivered', 'also one that the mailer told');
select is(pg_temp.states(pg_temp.read('{"template_key": "company_invitation"}')), 'queued', 'by kind');
select is(pg_temp.states(pg_temp.read('{"category": "account"}')), 'queued delivered', 'by category');
select is(pg_temp.states(pg_temp.read(jsonb_build_object('from', now() - interval '1 hour'))), 'queued sent failed', 'since when');
select is(pg_temp.states(pg_temp.read(jsonb_build_object('to', now() - interval '1 hour'))), 'delivered', 'until when');
select is(pg_temp.read('{"status": "complained"}'), '{"items": [], "next_cursor": null}', 'where nothing is, nothing comes');
select throws_ok($$select pg_temp.read('{"recipient": "a"}')$$, 'PT422', 'unknown_filter', 'addresses are not searched for');
select throws_ok($$select pg_temp.read('{"user_id": "a"}')$$, 'PT422', 'invalid_filter', 'a filter has its form');
select ok(not pg_temp.read()::text ~ '@', 'no address is shown');

-- Whose a mail was
select unalike(pg_temp.read(f)::text, format('%%%s%%', w), format('mails of everybody, by %s, do not say whose they were: %s', f, w))
from unnest(array['{}', '{"template_key": "booking_reminder"}', '{"status": "failed"}', '{"category": "booking"}']::jsonb[]) f,
  unnest(array[pg_temp.id('employee')::text, pg_temp.id('colleague')::text, 'm-test']) w;
select alike(pg_temp.read(jsonb_build_object('user_id', pg_temp.id('employee')))::text, '%m-test:a%', 'of one person''s the id at the mailer is shown, too');

-- Pages
select pg_temp.read('{}', null, 3) as page \gset
select is(pg_temp.states(:'page'), 'queued sent failed', 'a page is as long as was asked for');
select is(pg_temp.states(pg_temp.read('{}', (:'page'::jsonb ->> 'next_cursor')::bigint, 3)), 'delivered', 'and the next begins where it ended');
select is(pg_temp.read('{}', 0), '{"items": [], "next_cursor": null}', 'before the first there is nothing');
select pg_temp.act_as_owner();
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key)
select pg_temp.id('colleague'), 'mail', 'account', 'booking_reminder', 'x@y.z', '{}', 'test:many:' || n from generate_series(1, 20100) n;
select pg_temp.act_as('platform_admin');
select pg_temp.read('{"status": "delivered"}') as page \gset
select is(:'page'::jsonb -> 'items', '[]'::jsonb, 'what is rare and long ago is not on the first page');
select is(pg_temp.states(pg_temp.read('{"status": "delivered"}', (:'page'::jsonb ->> 'next_cursor')::bigint)), 'delivered', 'but on a later one');
select is(pg_temp.read(jsonb_build_object('status', 'delivered', 'from', now() - interval '1 minute')) -> 'next_cursor' = 'null', false, 'there may be more');
select is(pg_temp.states(pg_temp.read(jsonb_build_object('user_id', pg_temp.id('employee'), 'status', 'delivered'))), 'delivered', 'of one person all is looked at at once');

-- Figures and sending again
select pg_temp.act_as_owner();
delete from private.emails where dedupe_key like 'test:many%';
delete from private.email_queue;
select pg_temp.act_as('platform_admin');
select results_eq(
  $$select category, queued::int, sent::int, delivered::int, bounced::int, failed::int, seconds_to_send_p95 from public.mail_figures()$$,
  $$values ('account', 1, 0, 1, 0, 0, 10.0), ('booking', 0, 0, 0, 0, 1, null), ('security', 0, 1, 0, 0, 0, 10.0)$$,
  'figures tell how many are where, and how long it took'
);
select pg_temp.act_as_owner();
update private.email_dead_letters set error_code = 'unrenderable';
select pg_temp.act_as('platform_admin');
select is(public.mail_fault(), '1 mails failed for good within an hour: unrenderable', 'an admin sees what is wrong');
select pg_temp.act_as_owner();
update private.email_dead_letters set error_code = 'invalid';
select pg_temp.act_as('platform_admin');
select unalike(public.mail_fault(), '%failed for good%', 'an address that the mailer refuses is an everyday thing');
select is(public.redrive_failed_emails('ticket 7', 'unrenderable') ->> 'redriven', '0', 'by error code');
select is(public.redrive_failed_emails('ticket 7') ->> 'redriven', '1', 'what failed is sent again');
select is(pg_temp.states(pg_temp.read('{"status": "failed"}')), null, 'and waits');
select pg_temp.act_as_owner();
select results_eq(
  $$select action, user_id, count(*)::int from public.audit_logs where entity_type = 'communication_logs' group by 1, 2 order by 1, 2 nulls first$$,
  $$values ('communication_logs.read', null::uuid, 28), ('communication_logs.read', pg_temp.id('employee'), 3), ('communication_logs.redriven', null, 2)$$,
  'each is audited, of one person under that person'
);

select * from finish();
rollback;
