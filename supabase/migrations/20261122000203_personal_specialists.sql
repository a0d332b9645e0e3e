-- The register of personal data: specialists, and what they offer.

insert into private.personal_tables (table_name, purpose, basis, kept_for) values
  ('public.specialists', 'who offers sessions', 'contract', 'until the account ends, and without a name as long as sessions refer to it'),
  ('public.specialist_pillars', 'what somebody offers', 'contract', 'until the account ends'),
  ('public.specialist_session_types', 'what somebody offers', 'contract', 'until the account ends'),
  ('public.specialist_booking_rules', 'how somebody is booked', 'contract', 'until the account ends'),
  ('public.specialist_working_hours', 'when somebody works', 'contract', 'until the account ends'),
  ('public.specialist_availability_exceptions', 'when somebody works', 'contract', 'until the account ends'),
  ('public.specialist_freed_times', 'times that are offered again, and when', 'contract', 'until they are offered'),
  ('private.freed_for_waiting', 'times for who waits', 'contract', 'until they were offered'),
  ('public.specialist_rates', 'what a session costs', 'contract', 'until the account ends'),
  ('public.specialist_documents', 'that somebody may do this work', 'legal_obligation', 'until the account ends'),
  ('storage.objects', 'files of documents and recordings', 'contract', 'until no row names them');

insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept)
select t, 'self', 'r.specialist_id in (select s.id from public.specialists s where s.user_id = $1)', 'delete', '{}', null
from unnest(array[
  'public.specialist_pillars', 'public.specialist_session_types', 'public.specialist_booking_rules', 'public.specialist_working_hours',
  'public.specialist_availability_exceptions', 'public.specialist_freed_times', 'private.freed_for_waiting', 'public.specialist_rates', 'public.specialist_documents'
]) t;
insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept) values
  -- private.erase_account() takes name and words out of it, or the row away where no session refers to it.
  ('public.specialists', 'self', 'r.user_id = $1', 'clear', '{}', 'The sessions that they gave are those of others, too, and refer to it; it has no name any more.'),
  ('public.specialists', 'actor', 'r.verified_by = $1', 'clear', '{}', 'The verification is that of somebody else.'),
  ('public.specialist_documents', 'actor', 'r.decided_by = $1 or $1 = any (r.opened_by)', 'keep', '{}',
    'Who looked at the documents of somebody else is evidence of their verification (Art. 17(3)(e)), until that account ends.'),
  -- Storage alone removes files: storage-sweep, once no row names them.
  ('storage.objects', 'self', $$r.name ~ ('^' || (select s.id from public.specialists s where s.user_id = $1) || '/')
    or r.name in (select f from public.meeting_recordings m, lateral (values (m.upload_path), (m.recorded_path)) v (f) where m.employee_id = $1)$$, 'with_account', '{}', null);

select private.register_columns(t, c, category, exported_to, withheld) from (values
  ('public.specialists', 'id user_id', 'identifier', 'self', null),
  ('public.specialists', 'display_name headline bio languages time_zone', 'profile', 'self', null),
  ('public.specialists', 'status status_since verified_at created_at updated_at', 'work', 'self', null),
  ('public.specialists', 'verified_by', 'act', '', 'somebody_else'),
  ('public.specialist_pillars', 'specialist_id pillar_id created_at', 'work', 'self', null),
  ('public.specialist_session_types', 'specialist_id session_type_id is_offered minutes requires_acceptance place_kind place_detail created_at updated_at', 'work', 'self', null),
  ('public.specialist_booking_rules', 'specialist_id buffer_before_minutes buffer_after_minutes book_notice_minutes move_notice_minutes cancel_notice_minutes horizon_days step_minutes requires_acceptance answer_hours place_kind place_detail created_at updated_at', 'work', 'self', null),
  ('public.specialist_working_hours', 'id specialist_id session_type_id day_of_week starts_at ends_at effective_from effective_until created_at updated_at', 'work', 'self', null),
  ('public.specialist_availability_exceptions', 'id specialist_id kind starts_at ends_at note created_at updated_at', 'work', 'self', null),
  ('public.specialist_freed_times', 'id specialist_id starts_at ends_at busy_from busy_until created_at', 'work', 'self', null),
  -- It is drawn so that nobody learns from it who left.
  ('public.specialist_freed_times', 'offered_at', 'work', '', 'inner_working'),
  ('private.freed_for_waiting', 'id specialist_id starts_at ends_at busy_from busy_until ready_at kept_until', 'work', '', 'inner_working'),
  ('public.specialist_rates', 'id specialist_id service_type session_minutes rate_type package_sessions amount currency effective_from effective_until created_at updated_at', 'work', 'self', null),
  ('public.specialist_documents', 'id specialist_id document_type document_number issuing_authority expiry_date verification_status file_path file_hash mime_type file_size uploaded_at pillar_ids decided_at rejection_reason expiry_notice created_at updated_at', 'content', 'self', null),
  ('public.specialist_documents', 'review_started_at opened_by decided_by', 'act', '', 'somebody_else'),
  ('public.specialist_documents', 'reviewed_path reviewed_hash reviewed_size', 'technical', '', 'inner_working'),
  ('storage.objects', 'bucket_id name metadata created_at updated_at', 'content', 'self', null),
  ('storage.objects', 'id owner owner_id user_metadata path_tokens version last_accessed_at', 'technical', '', 'inner_working')
) l (t, c, category, exported_to, withheld);
