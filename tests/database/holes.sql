-- One hole per line, below the test that must fail of it; tests/database/sabotage tries them.

-- 000_structure
grant truncate on public.bookings to authenticated
grant select on partitions.audit_logs_default to authenticated
grant update (status) on public.bookings to authenticated
grant delete on public.profiles to authenticated
alter policy "The employee and the specialist see their booking" on public.bookings using (employee_id = private.user_id() or specialist_id = (select private.my_practice_id()))
grant update (account_email) on public.notification_preferences to authenticated
grant delete on public.user_roles to authenticated
create policy "A second policy that is too much" on public.bookings for select to authenticated using (false)
alter table public.companies disable row level security
alter table public.companies no force row level security
create table public.forgotten (id int primary key)
grant execute on function private.is_platform_admin() to public
alter function private.setting(text) reset search_path
drop index public.booking_status_history_changed_by_idx
grant usage on schema private to anon
alter policy "Everybody sees active pillars" on public.pillars to public
alter policy "A person sees their own profile" on public.profiles using (id = (select auth.uid()))
alter table public.specialists alter user_id set default auth.uid()
create or replace function private.my_application_id() returns uuid language plpgsql stable security definer set search_path = '' as 'begin return (select id from public.specialists where user_id = auth.uid() and status = ''pending''); end'
grant execute on function private.record_reviewed_copy(uuid, text, text, int, uuid) to public
alter domain public.shown_name drop constraint a_name_has_nothing_unseen
alter table public.bookings add note text
grant update (status) on public.recurring_bookings to authenticated
grant update (sessions) on public.booking_packages to authenticated
grant select on public.session_notes to authenticated
grant select on public.legal_holds to authenticated

-- 001_sizes
alter table public.specialists drop constraint specialists_languages_check, add check (cardinality(languages) between 1 and 20)
alter table public.specialist_documents drop constraint specialist_documents_document_number_check, add check (length(trim(document_number)) between 1 and 100)
alter table public.company_subscription_plans drop constraint company_subscription_plans_features_check, add check (pg_column_size(features) <= 5000)

-- 002_rows
drop trigger limit_rows on public.specialist_rates
select cron.unschedule('purge-tokens')
grant insert (email) on public.company_employee_invitations to authenticated
grant insert (user_id, specialist_id) on public.waiting_list_entries to authenticated

-- 010_access
grant update on public.audit_logs to authenticated
grant select (ip_address) on public.audit_logs to authenticated
alter policy "A person sees entries about themselves" on public.audit_logs using (user_id = (select private.user_id()) or (select private.is_platform_admin()))
alter policy "A person sees what they accepted" on public.terms_acceptance using (user_id = (select private.user_id()) or (select private.is_platform_admin()))
alter policy "A person sees their own tokens" on public.password_reset_tokens using (user_id = (select private.user_id()) or (select private.is_platform_admin()))
grant select (email) on public.email_verification_tokens to authenticated
grant select (id) on public.password_reset_tokens to authenticated
grant select (updated_at) on public.recurring_bookings to authenticated
grant select on private.token_requests to service_role
grant select (verified_by) on public.specialists to anon
alter policy "A person sees their own profile" on public.profiles using (true)
alter policy "A person changes their own profile" on public.profiles using (true)
alter policy "The employee and the specialist see their booking" on public.bookings using (employee_id = (select private.user_id()) or company_id = any(array(select private.my_company_ids('{admin}'))))
alter policy "The employee sees what became of the sessions of a series" on public.recurring_booking_occurrences using (exists (select from public.recurring_bookings s where s.id = series_id))
alter policy "Everybody sees verified specialists" on public.specialists using (true)
alter policy "A person sees their own preferences" on public.notification_preferences using (true)
alter policy "A person applies as a specialist" on public.specialists with check (true); grant insert (user_id) on public.specialists to authenticated
alter policy "An applicant adds a pillar of theirs, an admin any" on public.specialist_pillars with check (true)
alter policy "An applicant drops a pillar of theirs, an admin any" on public.specialist_pillars using (specialist_id in (select id from public.specialists where user_id = (select private.user_id())) or (select private.is_platform_admin()))
alter policy "A person sees their memberships, managers their company's" on public.company_members using (user_id = (select private.user_id()))
revoke select on public.bookings from authenticated
grant update (seats) on public.company_subscription_plans to authenticated
grant select (assigned_by) on public.company_subscriptions to authenticated
alter policy "A company admin sees the plan of their company, an admin all" on public.company_subscriptions using (company_id = any(array(select private.my_company_ids())) or (select private.is_platform_admin()))
alter policy "A company admin sees the invitations of their company" on public.company_employee_invitations using (company_id = any(array(select private.my_company_ids('{manager,admin}'))))
alter policy "A company admin sees what their company accepted, an admin all" on public.company_dpa_acceptance using (true)
grant select on private.invitation_tokens to service_role
grant select (reviewed_path) on public.specialist_documents to authenticated
grant update (verification_status) on public.specialist_documents to authenticated
alter policy "A specialist sees their own documents" on public.specialist_documents using (specialist_id = (select private.my_specialist_id()) or (select private.is_platform_admin()))
alter policy "The employee and the specialist see their series" on public.recurring_bookings using (employee_id = (select private.user_id()) or company_id = any(array(select private.my_company_ids('{admin}'))))
alter policy "A person sees their own packages" on public.booking_packages using (user_id = (select private.user_id()) or company_id = any(array(select private.my_company_ids('{admin}'))))
alter policy "A person sees what became of their packages" on public.booking_package_entries using (true)
alter policy "A person sees what they wait for" on public.waiting_list_entries using (user_id = (select private.user_id()) or specialist_id = (select private.my_practice_id()))
alter policy "A person sees what they were offered" on public.waiting_list_offers using (true)
grant select on private.session_note_versions to service_role
alter policy "Employee and specialist see the recordings of their session" on public.meeting_recordings using (true)
alter policy "Employee and specialist see who opened a recording of theirs" on public.recording_accesses using (true)
alter policy "Employee and specialist see the consents to their session" on public.recording_consents using ((select private.user_id()) is not null)
grant select (recorded_path) on public.meeting_recordings to authenticated
create policy hole on public.monthly_analytics for select to authenticated using ((select private.is_platform_admin())); grant select on public.monthly_analytics to authenticated
alter policy "A company admin sees its released months, a platform admin all" on public.company_analytics_months using (company_id = any(array(select private.my_company_ids())) or (select private.is_platform_admin()))
alter policy "A person sees what they did on which days" on public.user_activity_logs using (user_id = (select private.user_id()) or (select private.is_platform_admin()))
grant select on private.uncounted_months to service_role

-- 021_audit_and_roles
drop trigger audit_change on public.pillars

-- 023_ended_sessions
create or replace function private.user_id() returns uuid language plpgsql stable security definer set search_path = '' as 'begin return auth.uid(); end'
create or replace function private.user_id() returns uuid language plpgsql stable security definer set search_path = '' as $$ begin return (select s.user_id from auth.sessions s join auth.users u on u.id = s.user_id where s.id = nullif(auth.jwt() ->> 'session_id', '')::uuid and s.user_id = nullif(auth.jwt() ->> 'sub', '')::uuid and (s.not_after is null or s.not_after > now()) and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now())); end $$

-- 306_files_of_documents
alter policy "A specialist uploads the file of a pending document" on storage.objects with check (bucket_id = 'specialist-documents' and private.may_upload(name, metadata))
alter policy "A specialist replaces the file of a pending document" on storage.objects using (bucket_id = 'specialist-documents') with check (bucket_id = 'specialist-documents')

-- 323_packages
drop trigger keep_package_entry on public.booking_package_entries
drop index private.package_uses_each_once_idx

-- 327_session_notes
create or replace function private.my_session_notes(p_booking_ids uuid[]) returns table (booking_id uuid, shared_at timestamptz, seen_at timestamptz) language sql stable security definer set search_path = '' as 'select n.booking_id, n.shared_at, n.seen_at from public.session_notes n where n.booking_id = any (p_booking_ids) and n.gone_at is null and (n.specialist_id = private.my_practice_id() or n.employee_id = private.user_id())'
create or replace function private.my_session_notes(p_booking_ids uuid[]) returns table (booking_id uuid, shared_at timestamptz, seen_at timestamptz) language sql stable security definer set search_path = '' as 'select n.booking_id, n.shared_at, n.seen_at from public.session_notes n where n.booking_id = any (p_booking_ids) and (n.specialist_id = private.my_practice_id() or n.employee_id = private.user_id() and n.shared_version is not null)'
create or replace function private.session_of_two(p_booking_id uuid) returns public.bookings language sql stable set search_path = '' as 'select b from public.bookings b where b.id = p_booking_id and (b.employee_id = private.user_id() or b.specialist_id = (select s.id from public.specialists s where s.user_id = private.user_id()))'
drop trigger refuse_change on private.session_note_versions
create or replace function private.is_held(variadic p_user_ids uuid[]) returns boolean language sql stable set search_path = '' as 'select false'
drop trigger forget_notes on public.profiles

-- 328_recordings
grant execute on function public.record_recording(uuid, text, text, int) to authenticated; grant execute on function private.record_recording(uuid, text, text, int) to authenticated
drop trigger require_both_consents on public.meeting_recordings
create or replace function private.both_consent(p_booking_id uuid) returns boolean language sql stable set search_path = '' as 'select exists (select from public.recording_consents where booking_id = p_booking_id and revoked_at is null)'
create or replace function private.keeps_file(p_recording public.meeting_recordings) returns boolean language sql stable set search_path = '' as 'select true'
create policy "A client reads recordings" on storage.objects for select to authenticated using (bucket_id = 'meeting-recordings')
drop trigger end_recordings on public.profiles

-- 342_personal_data
alter table private.emails add forgotten text

-- 343_export
update private.personal_columns set exported_to = '{self}', withheld = null where table_name = 'public.audit_logs' and column_name = 'ip_address'

-- 344_erasure
create or replace function private.is_erasure_held(p_request private.erasure_requests) returns boolean language sql stable set search_path = '' as 'select private.is_held(p_request.user_id)'
create or replace function private.has_mail_under_way(p_user_id uuid, p_addresses text[]) returns boolean language sql stable set search_path = '' as 'select false'
update private.personal_rows set cleared = '{variables}' where table_name = 'private.emails' and party = 'self'
drop trigger refuse_change on private.erasure_requests

-- 345_retire_audit_entries
create or replace function private.require_sealed(p_leaf regclass, p_due text, p_kept_from timestamptz) returns void language sql set search_path = '' as 'select'
update public.data_retention_policies set held_by = '{r.user_id}' where name = 'public.audit_logs'
create or replace function private.close_partition(p_parent regclass, p_leaf text) returns void language sql set search_path = '' as 'select'
alter table public.system_settings drop constraint value_is_text_or_whole

-- 347_left_of_erased
update private.personal_rows set condition = 'false' where table_name = 'private.emails' and party = 'named'
create or replace function private.is_of_nobody(p_entity_type text) returns boolean language sql stable set search_path = '' as 'select false'

-- 361_retention
create or replace function private.refuse_end_of_held() returns trigger language plpgsql security definer set search_path = '' as 'begin return old; end'
create or replace function private.held_condition(p_policy public.data_retention_policies) returns text language sql immutable set search_path = '' as $$select 'false'::text$$
create or replace function private.job_purge_freed_times(p_now timestamptz) returns bigint language sql set search_path = '' as $$with gone as (delete from public.specialist_freed_times where offered_at < p_now - interval '1 day' returning id) select count(*) from gone$$
