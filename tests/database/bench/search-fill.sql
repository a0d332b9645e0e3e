-- An audit log of a year, for search: 400 actions of falling frequency, 200,000 people, few refusals and failures. The indexes are made
-- anew when all is there.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set maintenance_work_mem = '512MB';
-- Nothing here has to survive a crash.
set synchronous_commit = off;

select private.create_partition('public.audit_logs', (now() - make_interval(months => m))::date) from generate_series(0, 12) m;
create temporary table dropped as
  select replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') as definition, format('drop index %s', indexrelid::regclass) as statement
  from pg_catalog.pg_index where indrelid = 'public.audit_logs'::regclass and not indisprimary;
select statement from dropped \gexec

insert into public.audit_logs (
  occurred_at, user_id, actor_id, actor_role, action, entity_type, entity_id, source, request_id, ip_address, user_agent, old_values, new_values, status, error_message
)
select now() - interval '1 year' + n * interval '1 year' / :entries,
  ('00000000-0000-4000-8000-' || lpad(to_hex((hashint8(n) & 2147483647) % 200000), 12, '0'))::uuid,
  case when n % 4 <> 0 then ('00000000-0000-4000-8000-' || lpad(to_hex((hashint8(n * 7) & 2147483647) % 200000), 12, '0'))::uuid end,
  'authenticated',
  kind || '.' || (array['insert', 'update', 'delete', 'read', 'changed', 'ended', 'sent'])[1 + a % 7] || case when a > 55 then '_' || chr(97 + a % 23) else '' end,
  kind, md5((n / 5)::text)::uuid::text, 'trigger', md5('r' || (n / 3)::text)::uuid, '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  '{"status": "pending", "starts_at": "2026-11-29T10:00:00Z"}', '{"status": "confirmed", "starts_at": "2026-11-29T11:00:00Z"}',
  case when n % 50 = 0 then case when n % 20000 = 0 then 'denied' else 'failure' end else 'success' end, case when n % 50 = 0 then 'not this time' end
from (
  select n, a, (array['bookings', 'profiles', 'sessions', 'companies', 'invitations', 'packages', 'flags', 'notes'])[1 + a % 8] as kind
  from (select n, floor(power(random(), 3) * 400)::int as a from generate_series(1, :entries) n) g
) e;

select definition from dropped \gexec
-- As sealing notes them.
insert into private.audit_kinds (action, entity_type) select distinct action, entity_type from public.audit_logs on conflict do nothing;
