-- Two admins who decide at once: one wins, the other learns of it. And of two documents that are
-- approved at once, the later approval sees the earlier one. And what is announced anew is not purged.
--
-- Commits, like 190_side_by_side.sql, and clears away what it made, but for the audit log.
\set ON_ERROR_STOP on
set client_min_messages = warning;
select no_plan();

create function pg_temp.id(p_n int) returns uuid language sql immutable as $$
  select ('5de0d0c5-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid;
$$;

create procedure pg_temp.clear_away()
language plpgsql
as $$
begin
  -- Rows without files; otherwise the platform lets nobody but Storage delete them.
  perform set_config('storage.allow_delete_query', 'true', true);
  delete from storage.objects where bucket_id in ('specialist-documents', 'reviewed-documents') and name like pg_temp.id(5) || '/%';
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like 'decisions-%@people.test');
  delete from private.emails where recipient like 'decisions-%@people.test';
  delete from auth.users where email like 'decisions-%@people.test';
  delete from public.pillars where id = pg_temp.id(6);
end;
$$;
-- Of a run that was broken off.
call pg_temp.clear_away();

begin;
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.id(n), 'decisions-' || n || '@people.test', now() from generate_series(1, 3) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.id(n), pg_temp.id(n), now(), now() from generate_series(1, 3) n;
insert into public.user_roles (user_id, role, needs_second_factor) select pg_temp.id(n), 'platform_admin', false from generate_series(1, 2) n;
insert into public.pillars (id, slug, name) values (pg_temp.id(6), 'decisions', 'Decisions');
insert into public.pillar_required_documents (pillar_id, document_type) values (pg_temp.id(6), 'license'), (pg_temp.id(6), 'insurance');
insert into public.terms_acceptance (user_id, document, version)
values (pg_temp.id(3), 'professional_standards', private.setting('professional_standards_version') #>> '{}');
insert into public.specialists (id, user_id, display_name) values (pg_temp.id(5), pg_temp.id(3), 'Decisions');
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id(5), pg_temp.id(6));
insert into public.specialist_documents (
  id, specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size, review_started_at, pillar_ids,
  opened_by, reviewed_path, reviewed_hash, reviewed_size
)
select pg_temp.id(10 + n::int), pg_temp.id(5), t, '1', 'Test', repeat('0', 64), 'application/pdf', 1, now(), array[pg_temp.id(6)],
  array[pg_temp.id(1)], pg_temp.id(5) || '/' || t, repeat('0', 64), 1
from unnest(array['license', 'insurance', 'other']) with ordinality d (t, n);
insert into storage.objects (bucket_id, name) select 'specialist-documents', file_path from public.specialist_documents where specialist_id = pg_temp.id(5);
commit;

-- Nobody commits before all have asked.
\set said `supabase/tests/setup/clients 4 -c "begin; select set_config('request.jwt.claims', format('{\"sub\": \"5de0d0c5-0000-4000-8000-00000000000%1\$s\", \"session_id\": \"5de0d0c5-0000-4000-8000-00000000000%1\$s\"}', 1 + pg_backend_pid() % 2), true); select public.decide_document('5de0d0c5-0000-4000-8000-000000000013', 'reject', 'Told by ' || pg_backend_pid()); select pg_sleep(0.5); commit"`
select is((select count(*) from string_to_table(:'said', E'\n') line where line ~ 'already_decided'), 3::bigint, 'of four decisions about one document, three come too late');
select is((select count(*) from private.email_log where recipient = 'decisions-3@people.test' and template_key = 'document_rejected'), 1::bigint, 'and one is mailed');
select ok(:'said' ~ (select '"reason": "' || rejection_reason from public.specialist_documents where id = pg_temp.id(13)), 'those who came too late learn what was decided');

\set said `for n in 1 2; do supabase/tests/setup/clients 1 -c "begin; select set_config('request.jwt.claims', '{\"sub\": \"5de0d0c5-0000-4000-8000-000000000001\", \"session_id\": \"5de0d0c5-0000-4000-8000-000000000001\"}', true); select public.decide_document('5de0d0c5-0000-4000-8000-00000000001$n', 'approve'); select pg_sleep(0.5); commit" & done; wait`
select is((select status from public.specialists where id = pg_temp.id(5)), 'verified', 'two documents that are approved at once verify the specialist');

-- Announced long ago and never uploaded, it is announced anew just when such documents are purged.
insert into public.specialist_documents (
  id, specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size, uploaded_at
) values (pg_temp.id(20), pg_temp.id(5), 'diploma', '1', 'Test', repeat('0', 64), 'application/pdf', 1, '2001-01-01');
\set said `supabase/tests/setup/one-meets-another "select set_config('request.jwt.claims', '{\"sub\": \"5de0d0c5-0000-4000-8000-000000000003\", \"session_id\": \"5de0d0c5-0000-4000-8000-000000000003\"}', true)" "select public.submit_document('diploma', '1', 'Test', repeat('1', 64), 'application/pdf', 1, null, '5de0d0c5-0000-4000-8000-000000000020')" -- "select 'purged: ' || private.job_purge_announced_documents('2001-02-01')"`
select ok(:'said' ~ 'purged: 0', 'what is announced anew is purged by nobody who saw it before');
select is((select file_hash from public.specialist_documents where id = pg_temp.id(20)), repeat('1', 64), 'and is there to be uploaded');

call pg_temp.clear_away();
select * from finish();
