-- So many mails that wait, of ten thousand people of whom one in eight has quiet hours. For a throwaway database, as superuser.
--
--   psql -v queued=500000 -f outbox-fill.sql
\set ON_ERROR_STOP on
set client_min_messages = warning;
set synchronous_commit = off;
set session_replication_role = replica;

insert into auth.users (id, email, email_confirmed_at)
select ('b0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'bench-' || n || '@example.com', now() from generate_series(1, 10000) n
on conflict do nothing;
insert into public.profiles (id, email, email_confirmed_at)
select id, email, email_confirmed_at from auth.users where email like 'bench-%' on conflict do nothing;
insert into public.notification_preferences (user_id, mail_windows)
select id, (select jsonb_agg('{"from": "00:00", "until": "24:00"}'::jsonb) from generate_series(1, 7)) from public.profiles where email like 'bench-%8@example.com' on conflict do nothing;

truncate private.email_queue, private.email_batches, private.email_dead_letters, private.email_outcomes, private.emails;

with mail as (
  insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key)
  select
    ('b0000000-0000-4000-8000-' || lpad((1 + n % 10000)::text, 12, '0'))::uuid, 'mail', 'booking', 'booking_reminder',
    'bench-' || 1 + n % 10000 || '@example.com',
    jsonb_build_object(
      'recipient_name', 'Kim Example', 'other_name', 'Dr. Robin Sample', 'session_type_name', 'First conversation',
      'video', true, 'phone', false, 'in_person', false, 'place_detail', null,
      'starts_at', '2027-01-01T10:00:00Z', 'duration_minutes', 50
    ),
    'bench:' || gen_random_uuid()
  from generate_series(1, :queued) n
  returning id
)
insert into private.email_queue (mail_id, stream, priority, ready_in, due_at)
select id, 'mail', 1, pg_current_xact_id(), now() from mail;

set session_replication_role = origin;
vacuum analyze;
checkpoint;
