-- The door to the audit log: filters, pages, and a record of who looked and why.
begin;
\ir ../setup/people.psql
select no_plan();

set local "request.headers" to '{"user-agent": "Admin browser"}';
select private.write_audit('test.alpha', 'bookings', n::text, pg_temp.id('employee'), '{"a": 1}', '{"a": 2}') from generate_series(1, 3) n \g /dev/null
select private.write_audit('test.beta', 'companies', 'x', null, null, null, '{}', 'denied', 'not allowed') \g /dev/null
insert into public.audit_logs (occurred_at, user_id, actor_id, actor_role, action, entity_type, entity_id, status)
values (now() - interval '40 days', pg_temp.id('employee'), pg_temp.id('manager'), 'authenticated', 'test.alpha', 'bookings', 'old', 'success');

-- The entity ids that a filter finds, newest first, from the test's own entries.
create function pg_temp.found(p_filters text, p_cursor bigint default null, p_limit int default 200)
returns text
language sql
as $$
  select string_agg(entity_id, ' ' order by n)
  from public.read_audit_logs('ticket 7', p_filters::jsonb, p_cursor, p_limit) with ordinality
    as l (id, occurred_at, user_id, actor_id, actor_role, action, entity_type, entity_id, source, request_id,
      ip_address, user_agent, old_values, new_values, context, status, error_message, transaction_id, n)
  where action like 'test.%';
$$;
grant execute on function pg_temp.found(text, bigint, int) to authenticated;

-- Who
select pg_temp.act_as('employee');
select throws_ok($$select public.read_audit_logs('curious')$$, 'PT403', 'forbidden', 'only platform admins read the log');
select throws_ok($$select ip_address from public.audit_logs$$, '42501', null, 'a person does not learn where from somebody acted on them');
select throws_ok($$select user_agent from public.audit_logs$$, '42501', null, 'nor with what');
select throws_ok($$select actor_id from public.audit_logs$$, '42501', null, 'nor who it was');
select throws_ok($$select old_values from public.audit_logs$$, '42501', null, 'nor which values were there');
select throws_ok($$select new_values from public.audit_logs$$, '42501', null, 'nor which were put there');
select isnt_empty($$select action, entity_id, context, status from public.audit_logs where action = 'test.alpha'$$, 'but what was done');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.read_audit_logs('curious')$$, 'PT403', 'forbidden', 'not a company''s admin');
select pg_temp.act_as('platform_admin');
select is_empty($$select action from public.audit_logs where user_id <> pg_temp.id('platform_admin')$$, 'an admin reads no entries past this door');
select throws_ok($$select public.read_audit_logs(' ')$$, 'PT422', 'reason_required', 'nor without a reason');
select throws_ok($$select public.read_audit_logs(null)$$, 'PT422', 'reason_required', 'at all');

-- Filters
select is(pg_temp.found('{}'), 'x 3 2 1 old', 'without filters everything comes, newest first');
select is(pg_temp.found('{"action": "test.beta"}'), 'x', 'by action');
select is(pg_temp.found('{"entity_type": "bookings"}'), '3 2 1 old', 'by kind of entity');
select is(pg_temp.found('{"entity_type": "bookings", "entity_id": "2"}'), '2', 'by entity');
select is(pg_temp.found(format('{"user_id": "%s"}', pg_temp.id('employee'))), '3 2 1 old', 'by whom it is about');
select is(pg_temp.found(format('{"actor_id": "%s"}', pg_temp.id('manager'))), 'old', 'by who acted');
select is(pg_temp.found(format('{"person": "%s"}', pg_temp.id('employee'))), '3 2 1 old', 'by whom it is about or who acted');
select is(pg_temp.found(format('{"person": "%s"}', pg_temp.id('manager'))), 'old', 'by either');
select is(pg_temp.found('{"status": "denied"}'), 'x', 'by how it ended');
select is(pg_temp.found(format('{"to": "%s"}', now())), 'old', 'until an instant, without it');
select is(pg_temp.found(format('{"from": "%s"}', now())), 'x 3 2 1', 'from an instant, with it');
select is(pg_temp.found(format('{"from": "%s"}', now() - interval '40 days')), 'x 3 2 1 old', 'however long ago');
select is(pg_temp.found('{"action": null}'), 'x 3 2 1 old', 'a filter that is null does not filter');
select is(pg_temp.found('{"status": "denied", "entity_type": "bookings"}'), null, 'filters must all match');

-- Words
select pg_temp.act_as_owner();
insert into private.audit_kinds (action, entity_type) select distinct action, entity_type from public.audit_logs on conflict do nothing;
select set_config('request.headers', '{"x-request-id": "77777777-7777-4777-8777-777777777777"}', true) \g /dev/null
select private.write_audit('test.gamma', 'sessions', 'test-7', null, null, null) \g /dev/null
select pg_temp.act_as('platform_admin');
select is(pg_temp.found(jsonb_build_object('text', words)::text), entities, 'by the words: ' || words) from (values
  ('test', 'x 3 2 1 old'), ('ALPHA', '3 2 1 old'), ('  test   book ', '3 2 1 old'), ('bet companies', 'x'), ('alpha companies', null), ('%%%', null), ('test_alpha', null),
  ('old', 'old'), ('tes', 'x 3 2 1 old'), ('test-7', 'test-7'), ('77777777-7777-4777-8777-777777777777', 'test-7'), ('gamma', null), ('\\\', null)
) w (words, entities);
select is(pg_temp.found(f::text), entities, 'and all else: ' || f::text) from (values
  ('{"text": "test", "status": "denied"}'::jsonb, 'x'), ('{"text": "test", "entity_type": "bookings"}', '3 2 1 old'), ('{"text": "beta", "action": "test.alpha"}', null),
  (jsonb_build_object('text', 'alpha', 'person', pg_temp.id('manager')), 'old'), (jsonb_build_object('text', 'old', 'person', pg_temp.id('employee')), 'old'),
  (jsonb_build_object('text', 'beta', 'person', pg_temp.id('employee')), null), (jsonb_build_object('text', 'test', 'to', now()), 'old')
) w (f, entities);
select results_eq(
  $$select user_agent, old_values, new_values, error_message from public.read_audit_logs('ticket 7', '{"entity_id": "3"}')$$,
  $$values ('Admin browser', '{"a": 1}'::jsonb, '{"a": 2}'::jsonb, null::text)$$,
  'entries come whole'
);
select throws_ok(format('select public.read_audit_logs(''ticket 7'', %L)', bad), 'PT422', 'unknown_filter', 'what is no filter is refused: ' || bad)
from unnest(array['{"acton": "x"}', '["action"]', '"action"', 'null']) bad;
select throws_ok($$select public.read_audit_logs('ticket 7', null)$$, 'PT422', 'unknown_filter', 'as is nothing');
select throws_ok(format('select public.read_audit_logs(''ticket 7'', %L)', bad), 'PT422', 'invalid_filter', 'and what is not of its kind: ' || bad)
from unnest(array['{"user_id": "ada"}', '{"person": "ada"}', '{"text": " "}', '{"text": " ab "}', format('{"text": "%s"}', repeat('a', 201)), '{"from": "soon"}', '{"to": "2026-13-01"}']) bad;

-- Pages
select is(pg_temp.found('{"entity_type": "bookings"}', null, 2), '3 2', 'a page has as many as asked for');
select id as last from public.read_audit_logs('ticket 7', '{"entity_id": "2"}') \gset
select is(pg_temp.found('{"entity_type": "bookings"}', :last, 2), '1 old', 'and the next goes on after the last');
select is(pg_temp.found('{"entity_type": "bookings"}', 0), null, 'after an entry that is gone there is nothing');
select is(pg_temp.found('{"entity_type": "bookings"}', null, 0), '3', 'a page has one at least');
-- Whatever the filters, pages of any length are the whole, once.
create temporary table last_entry as select max(id) as entry from public.read_audit_logs('ticket 7');
grant all on last_entry to authenticated;
create function pg_temp.paged(p_filters jsonb, p_limit int) returns text language plpgsql as $$
declare v_ids bigint[]; v_all bigint[] := '{}';
begin
  loop
    v_ids := array(select id from public.read_audit_logs('ticket 7', p_filters, v_all[cardinality(v_all)], p_limit));
    exit when v_ids = '{}';
    v_all := v_all || v_ids;
  end loop;
  -- Those of the readings are none: each writes one.
  return (select string_agg(id::text, ' ' order by n) from unnest(v_all) with ordinality a (id, n) where id <= (select entry from last_entry));
end; $$;
grant execute on function pg_temp.paged(jsonb, int) to authenticated;
select is(pg_temp.paged(f, n), pg_temp.paged(f, 200), format('pages of %s of %s', n, f)) from unnest(array[1, 2, 3]) n, unnest(array[
  '{"entity_type": "bookings"}', '{"text": "test"}', '{"text": "old"}', jsonb_build_object('person', pg_temp.id('employee')),
  jsonb_build_object('person', pg_temp.id('manager'), 'text', 'test'), '{"status": "denied"}'
]::jsonb[]) f;
select pg_temp.act_as_owner();
select private.write_audit('test.many', 'tests', null, null, null, null) from generate_series(1, 201) \g /dev/null
select pg_temp.act_as('platform_admin');
select is((select count(*) from public.read_audit_logs('ticket 7', '{"action": "test.many"}', null, 9999)), 200::bigint, 'and two hundred at most');

-- The record
select public.read_audit_logs('ticket 9', jsonb_build_object('user_id', pg_temp.id('employee'), 'actor_id', pg_temp.id('manager'))) \g /dev/null
select pg_temp.act_as('employee');
select results_eq(
  $$select entity_type, context, status from public.audit_logs where action = 'audit_logs.read' and context ->> 'reason' = 'ticket 9'$$,
  $$values ('audit_logs', '{"reason": "ticket 9"}'::jsonb, 'success')$$,
  'a person sees that the entries about them were read and why, and not what else was asked'
);
select pg_temp.act_as_owner();
select results_eq(
  $$select actor_id, new_values from public.audit_logs where action = 'audit_logs.read' and context ->> 'reason' = 'ticket 9'$$,
  $$select pg_temp.id('platform_admin'), jsonb_build_object(
      'filters', jsonb_build_object('user_id', pg_temp.id('employee'), 'actor_id', pg_temp.id('manager')), 'cursor', null, 'entries', 1)$$,
  'the log knows who read, by which filters and how much'
);
select is(
  (select count(*) from public.audit_logs where action = 'audit_logs.read' and context ->> 'reason' = 'ticket 9'), 1::bigint,
  'by one entry'
);
select pg_temp.act_as('platform_admin');
select public.read_audit_logs('ticket 11', jsonb_build_object(filter, pg_temp.id('employee'))) from unnest(array['person', 'user_id', 'actor_id']) filter \g /dev/null
select pg_temp.act_as('employee');
select is(
  (select count(*) from public.audit_logs where action = 'audit_logs.read' and context ->> 'reason' = 'ticket 11'), 3::bigint,
  'in whichever way somebody was looked for, they see it'
);
select pg_temp.act_as_owner();

-- Plans, where there is something to plan for.
insert into public.audit_logs (occurred_at, user_id, actor_id, actor_role, action, entity_type, entity_id, status)
select now() - n * interval '1 second', gen_random_uuid(), gen_random_uuid(), 'authenticated', 'test.load', 'bookings', n::text, 'success'
from generate_series(1, 20000) n;
analyze public.audit_logs;
create function pg_temp.scanned()
returns bigint
language sql
as $$
  select sum(pg_catalog.pg_stat_get_xact_tuples_returned(c.oid))::bigint
  from pg_catalog.pg_class c where c.relnamespace = 'partitions'::regnamespace and c.relname like 'audit\_logs%';
$$;
-- Rows that a reading goes through without an index.
create function pg_temp.scanned_by(p_filters jsonb)
returns bigint
language plpgsql
as $$
declare
  v_before bigint := pg_temp.scanned();
begin
  perform pg_temp.act_as('platform_admin');
  perform public.read_audit_logs('ticket 7', p_filters);
  perform pg_temp.act_as_owner();
  return pg_temp.scanned() - v_before;
end;
$$;
select cmp_ok(pg_temp.scanned_by(f), '<', 1000::bigint, 'an index answers ' || f::text)
from unnest(array[
  '{}', '{"action": "test.alpha"}', '{"entity_type": "bookings", "entity_id": "2"}', '{"entity_id": "2"}', '{"status": "denied"}', '{"status": "success"}',
  '{"entity_type": "companies"}', '{"entity_type": "bookings", "status": "denied"}', '{"action": "test.load", "status": "denied"}',
  '{"action": "test.load", "user_id": "11111111-1111-4111-8111-111111111111"}', '{"action": "test.load", "entity_id": "2"}',
  '{"action": "test.load", "person": "11111111-1111-4111-8111-111111111111"}', '{"text": "load", "status": "success"}', '{"person": "11111111-1111-4111-8111-111111111111"}', '{"text": "alpha"}', '{"text": "200"}', '{"text": "77777777-7777-4777-8777-777777777777"}', '{"text": "load", "status": "denied"}', '{"text": "nothing"}',
  '{"text": "load", "entity_id": "2"}', '{"text": "load", "user_id": "11111111-1111-4111-8111-111111111111"}',
  '{"user_id": "11111111-1111-4111-8111-111111111111"}', '{"actor_id": "11111111-1111-4111-8111-111111111111"}',
  '{"to": "2020-01-01"}'
]::jsonb[]) f;

-- Whom it was about, however it was asked for.
select pg_temp.act_as('platform_admin');
select public.read_audit_logs('ticket 43', jsonb_build_object(key, pg_temp.id('colleague'))) from unnest(array['person', 'user_id', 'actor_id', 'entity_id', 'text']) key \g /dev/null
select throws_ok(
  $$select public.read_audit_logs('ticket 44', jsonb_build_object('entity_id', pg_temp.id('colleague'), 'text', repeat(' ', 3000) || 'load'))$$,
  'PT422', 'invalid_filter', 'filters that the entry would not hold are refused'
);
select pg_temp.act_as_owner();
select is(
  (select count(*) from public.audit_logs where action = 'audit_logs.read' and context ->> 'reason' = 'ticket 43' and user_id = pg_temp.id('colleague')), 5::bigint,
  'a reading by the id of a person is an entry about them'
);

select * from finish();
rollback;
