-- A million rows in each table that a frontend reads by person, for policies.sql. For a throwaway
-- database: as superuser, triggers off, since it is the reading that is measured.
set session_replication_role = replica;

insert into auth.users (id, email, email_confirmed_at)
select ('b0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'bench' || n || '@bench.test', now()
from generate_series(1, 50000) n;

-- Everybody is signed in on four devices.
insert into auth.sessions (id, user_id, created_at, updated_at)
select (substr('5e5f6061', 1 + 2 * d, 2) || '000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  ('b0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), now()
from generate_series(1, 50000) n, generate_series(0, 3) d;

insert into public.profiles (id, email, email_confirmed_at)
select id, email, email_confirmed_at from auth.users where email like '%@bench.test';

insert into public.companies (id, name)
select ('c0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Bench ' || n from generate_series(1, 1000) n;

-- Without a limit of sessions, as large companies have it.
insert into public.company_subscription_plans (id, slug, name, seats)
values ('cf000000-0000-4000-8000-000000000001', 'bench', 'Bench', 1000);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
select id, 'cf000000-0000-4000-8000-000000000001', 'active', current_date - 30 from public.companies where name like 'Bench %';

insert into public.company_members (company_id, user_id, email, role)
select ('c0000000-0000-4000-8000-' || lpad((1 + n % 1000)::text, 12, '0'))::uuid,
  ('b0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'bench' || n || '@bench.test', case when n <= 1000 then 'admin' else 'employee' end
from generate_series(1, 50000) n;

insert into public.specialists (id, user_id, display_name, status, verified_at)
select ('d0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  ('b0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Bench ' || n, 'verified', now()
from generate_series(1, 2000) n;

insert into public.pillars (id, slug, name) values ('e0000000-0000-4000-8000-000000000001', 'bench', 'Bench');
insert into public.session_types (id, pillar_id, kind, name, default_minutes)
values ('f0000000-0000-4000-8000-000000000001', 'e0000000-0000-4000-8000-000000000001', 'follow_up', 'Bench', 50);
insert into public.specialist_pillars (specialist_id, pillar_id)
select id, 'e0000000-0000-4000-8000-000000000001' from public.specialists where display_name like 'Bench %';
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select id, d, '00:00', '24:00', current_date - 30 from public.specialists, generate_series(1, 7) d where display_name like 'Bench %';

insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, verification_status, decided_at, pillar_ids, file_hash, mime_type, file_size
)
select id, 'other', n::text, 'Bench', 'verified', now(), '{e0000000-0000-4000-8000-000000000001}', repeat('0', 64), 'application/pdf', 1
from public.specialists, generate_series(1, 10) n where display_name like 'Bench %';
insert into public.specialist_rates (specialist_id, service_type, session_minutes, rate_type, amount, effective_from, effective_until)
select id, 'follow_up', 50, 'per_session', 90, date '2020-01-01' + n, date '2020-01-01' + n
from public.specialists, generate_series(1, 10) n where display_name like 'Bench %';
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
select id, 'time_off', timestamp '2020-01-01' + n * interval '1 day', timestamp '2020-01-01' + n * interval '1 day 1 hour'
from public.specialists, generate_series(1, 10) n where display_name like 'Bench %';

insert into public.bookings (
  id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone, status, closed_at,
  cancel_by, place_kind, place_detail
)
select ('a0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  ('b0000000-0000-4000-8000-' || lpad((1 + n % 50000)::text, 12, '0'))::uuid,
  ('c0000000-0000-4000-8000-' || lpad((1 + n % 1000)::text, 12, '0'))::uuid,
  ('d0000000-0000-4000-8000-' || lpad((1 + n % 2000)::text, 12, '0'))::uuid,
  'f0000000-0000-4000-8000-000000000001',
  -- One every three minutes, the last twenty thousand still to come; nobody is in two at once.
  s.at, s.at + interval '50 minutes', s.at, s.at + interval '50 minutes', s.at at time zone 'UTC', 'UTC',
  case when n <= 980000 then 'completed' else 'confirmed' end, case when n <= 980000 then s.at + interval '50 minutes' end, s.at, 'video', ''
from generate_series(1, 1000000) n, lateral (select date_trunc('hour', now()) + (n - 980000) * interval '3 minutes') s (at);

insert into public.booking_status_history (booking_id, new_status, event, actor)
select id, status, 'booked', 'system' from public.bookings where id::text like 'a0000000%';

insert into public.audit_logs (user_id, actor_id, actor_role, action, entity_type, entity_id, status)
select employee_id, employee_id, 'authenticated', 'bench.entry', 'bookings', id::text, 'success' from public.bookings where id::text like 'a0000000%';

insert into public.terms_acceptance (user_id, document, version)
select u.id, 'terms', 'v' || v from auth.users u, generate_series(1, 20) v where u.email like '%@bench.test';

insert into public.booking_reminders (booking_id, user_id, lead_minutes, starts_at, remind_at, due_at)
select id, employee_id, 60, starts_at, starts_at - interval '60 minutes', starts_at - interval '60 minutes' from public.bookings where id::text like 'a0000000%';

insert into private.emails (user_id, stream, category, template_key, dedupe_key)
select employee_id, 'mail', 'account', 'bench', 'bench:' || id from public.bookings where id::text like 'a0000000%';
insert into private.email_outcomes (mail_id, status, error_code, settled_at) select id, 'skipped', 'bench', now() from private.emails where dedupe_key like 'bench:%';

set session_replication_role = origin;
vacuum analyze;
