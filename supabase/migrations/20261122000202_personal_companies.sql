-- The register of personal data: companies, their members, and what is the same for all.

insert into private.personal_tables (table_name, purpose, basis, kept_for)
select t, 'what the product is made of', 'none', 'as long as it is of use' from unnest(array[
  'public.feature_flag_companies', 'private.phase_functions', 'private.time_zones',
  'public.company_subscription_plans', 'public.company_package_months', 'public.pillars', 'public.session_types', 'public.pillar_required_documents',
  'private.booking_transitions', 'private.booking_notices', 'private.common_passwords', 'public.email_kinds', 'public.email_templates',
  'private.job_runs', 'public.data_retention_policies', 'public.data_retention_runs', 'private.email_marks', 'private.email_sender', 'private.personal_tables', 'private.personal_rows', 'private.personal_columns',
  'storage.buckets'
]) t;
insert into private.personal_tables (table_name, purpose, basis, kept_for) values
  ('public.system_settings', 'settings of the product, and who changed them last', 'legitimate_interest', 'until the next change'),
  ('public.feature_flags', 'what is on for whom, and who changed it last', 'legitimate_interest', 'until the flag goes'),
  ('public.companies', 'the employer', 'contract', 'until the contract ends'),
  ('public.company_members', 'who may use what an employer pays for', 'contract', 'until the account ends'),
  ('private.membership_ends', 'what follows from the end of a membership', 'contract', 'until the last session of it is cancelled'),
  ('public.company_employee_invitations', 'inviting employees', 'legitimate_interest', 'invitation_retention_days after it ended'),
  ('private.invitation_tokens', 'the link of an invitation', 'legitimate_interest', 'as the invitation'),
  ('public.company_subscriptions', 'what an employer pays for', 'contract', 'until the contract ends'),
  ('public.company_dpa_acceptance', 'evidence of what an employer agreed to', 'legal_obligation', 'until the contract ends'),
  ('public.company_verification', 'whether there is such an employer', 'legitimate_interest', 'until the contract ends');

insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept) values
  ('public.system_settings', 'actor', 'r.updated_by = $1', 'clear', '{}', 'A setting is of nobody.'),
  ('public.feature_flags', 'actor', 'r.updated_by = $1', 'clear', '{}', 'A flag is of nobody.'),
  ('public.company_members', 'self', 'r.user_id = $1', 'with_account', '{}', null),
  ('private.membership_ends', 'self', 'r.user_id = $1', 'with_account', '{}', null),
  ('public.company_employee_invitations', 'self', 'r.accepted_by = $1', 'delete', '{}', null),
  -- Where one went with an account, its company would learn whose address it is.
  ('public.company_employee_invitations', 'invited', 'r.accepted_by is null and r.email = any ($2)', 'keep', '{}',
    'It waits for whoever reads an address, and goes invitation_retention_days after it has ended.'),
  ('public.company_employee_invitations', 'actor', 'r.invited_by = $1', 'clear', '{}', 'The invitation is that of somebody else.'),
  ('private.invitation_tokens', 'self',
    'r.invitation_id in (select i.id from public.company_employee_invitations i where i.accepted_by = $1)', 'delete', '{}', null),
  ('public.company_subscriptions', 'actor', 'r.assigned_by = $1', 'clear', '{}', 'The subscription is that of a company.'),
  ('public.company_dpa_acceptance', 'self', 'r.accepted_by = $1', 'clear', '{ip_address,user_agent}', 'What a company agreed to stays its evidence (Art. 28(3)); it no longer says who did.'),
  ('public.company_verification', 'actor', '$1 in (r.submitted_by, r.reviewed_by, r.verified_by)', 'clear', '{}', 'The verification is that of a company.');

select private.register_columns(t, c, category, exported_to, withheld) from (values
  ('public.system_settings', 'key value description minimum maximum created_at updated_at', 'none', '', null),
  ('public.system_settings', 'updated_by', 'act', '', 'somebody_else'),
  ('public.feature_flags', 'key description owner expires_on variants is_on off_variant rollout seed starts_at ends_at is_public created_at updated_at', 'none', '', null),
  ('public.feature_flags', 'updated_by', 'act', '', 'somebody_else'),
  ('public.feature_flag_companies', 'flag_key company_id variant created_at', 'none', '', null),
  ('private.phase_functions', 'sql_function flag_key', 'none', '', null),
  ('private.time_zones', 'name', 'none', '', null),
  ('public.companies', 'id name status locale time_zone allowed_email_domains created_at updated_at', 'none', '', null),
  ('public.company_subscription_plans', 'id slug name description seats sessions_per_month package_sessions features trial_days sort_order is_active created_at updated_at', 'none', '', null),
  ('public.company_package_months', 'company_id month sessions_given released_at', 'none', '', null),
  ('public.company_members', 'company_id role status removed_at created_at updated_at', 'work', 'self', null),
  ('public.company_members', 'user_id', 'identifier', 'self', null),
  ('public.company_members', 'email', 'contact', 'self', null),
  ('private.membership_ends', 'company_id ended_at signs_out settled_at', 'work', 'self', null),
  ('private.membership_ends', 'user_id', 'identifier', 'self', null),
  ('private.membership_ends', 'cancels_at', 'work', '', 'inner_working'),
  -- Whoever reads an address is shown its invitations by their mails.
  ('public.company_employee_invitations', 'id company_id role locale status expires_at sent_at accepted_at revoked_at created_at updated_at', 'work', 'self invited', null),
  ('public.company_employee_invitations', 'email full_name', 'contact', 'self invited', null),
  ('public.company_employee_invitations', 'accepted_by', 'identifier', 'self', null),
  ('public.company_employee_invitations', 'invited_by', 'act', '', 'somebody_else'),
  ('public.company_employee_invitations', 'mails_since mails', 'technical', '', 'inner_working'),
  ('private.invitation_tokens', 'id invitation_id token_hash attempts max_attempts created_at expires_at used_at superseded_at', 'credential', '', 'credential'),
  ('public.company_subscriptions', 'id company_id plan_id status time_zone starts_on ends_on trial_ends_on seats auto_renew cancelled_at cancellation_reason created_at updated_at', 'none', '', null),
  ('public.company_subscriptions', 'assigned_by', 'act', '', 'somebody_else'),
  ('public.company_dpa_acceptance', 'id company_id version accepted_by accepted_at created_at', 'act', 'self', null),
  ('public.company_dpa_acceptance', 'ip_address user_agent', 'technical', 'self', null),
  ('public.company_verification', 'id company_id registration_number tax_id business_licence status verified_at rejected_at rejection_reason created_at updated_at', 'none', '', null),
  ('public.company_verification', 'submitted_by reviewed_by verified_by', 'act', '', 'somebody_else'),
  ('public.pillars', 'id slug name description sort_order is_active created_at updated_at', 'none', '', null),
  ('public.session_types', 'id pillar_id kind name description default_minutes is_active created_at updated_at', 'none', '', null),
  ('public.pillar_required_documents', 'pillar_id document_type created_at', 'none', '', null),
  ('private.booking_transitions', 'event old_status new_status actors', 'none', '', null),
  ('private.booking_notices', 'event party template_key urgent calendar', 'none', '', null),
  ('private.common_passwords', 'digest', 'none', '', null),
  ('public.email_kinds', 'key category about has_link pages samples optional created_at updated_at', 'none', '', null),
  ('public.email_templates', 'id key locale version subject html text published_at created_at updated_at', 'none', '', null),
  ('private.job_runs', 'id job started_at duration rows_touched status error', 'none', '', null),
  ('public.data_retention_policies', 'name table_name description counts_from setting kept_for condition way emptied held_by is_counted created_at', 'none', '', null),
  ('public.data_retention_runs', 'id policy kept_from deleted held created_at', 'none', '', null),
  ('private.email_marks', 'stream line mark mail_id', 'none', '', null),
  ('private.email_sender', 'singleton paused_until error_code updated_at', 'none', '', null),
  ('private.personal_tables', 'table_name purpose basis kept_for', 'none', '', null),
  ('private.personal_rows', 'table_name party condition on_erasure cleared why_kept', 'none', '', null),
  ('private.personal_columns', 'table_name column_name category exported_to withheld', 'none', '', null),
  ('storage.buckets', 'id name owner owner_id public file_size_limit allowed_mime_types created_at updated_at avif_autodetection type', 'none', '', null)
) l (t, c, category, exported_to, withheld);
