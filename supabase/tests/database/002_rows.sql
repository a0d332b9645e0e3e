-- The growth of each table and its bound: no table grows without end by what somebody does again and again.
--
-- Every table is named here with what bounds it, and what is named is looked up in the catalogue. A new table fails
-- until somebody has thought about it.
begin;
\ir ../setup/people.psql
select no_plan();

-- one       at most one row for each value of these columns, which are few
-- trigger   a trigger counts the rows of a specialist, and refuses
-- rate      rows come with an allowance of whoever makes them (private.require_allowance)
-- purge     rows of others come and go: they are made so often in a while, and a job deletes them
-- month     as purge, by months that are dropped as a whole
-- operator  platform admins and migrations alone make rows
-- with      rows come with those of the table that is named, so many with each
create temporary table growth (name text primary key, bound text not null, by_what text not null, why text not null);
insert into growth values
  ('public.profiles', 'one', 'id', 'one for each account'),
  ('public.user_roles', 'one', 'user_id, role', 'of a person one of each role'),
  ('public.notification_preferences', 'one', 'user_id', 'one for each person'),
  ('public.terms_acceptance', 'rate', 'write_audit', 'only what is in force is accepted, once until it is taken back, and each is audited'),
  ('public.company_dpa_acceptance', 'one', 'company_id, version', 'only what is in force is accepted, once'),
  ('public.company_members', 'one', 'company_id, user_id', 'by invitation, and a membership that ended is kept'),
  ('private.membership_ends', 'one', 'company_id, user_id', 'until what follows from it is done'),
  ('public.specialists', 'one', 'user_id', 'one for each person'),
  ('public.specialist_pillars', 'one', 'specialist_id, pillar_id', 'of a specialist one for each pillar'),
  ('public.pillar_required_documents', 'one', 'pillar_id, document_type', 'of a pillar one of each type'),
  ('private.calendar_feeds', 'one', 'user_id', 'one for each person'),
  ('private.email_sender', 'one', 'singleton', 'one row'),
  ('private.email_suppressions', 'one', 'address_key', 'one for each address that was mailed'),
  ('private.email_refusals', 'one', 'address_key, category', 'one for each link of a mail'),
  ('private.email_marks', 'one', 'stream, line', 'one for each line of the queue'),
  ('private.token_cooldowns', 'one', 'purpose, address_key', 'one for each address that somebody asks for, until a job deletes it'),
  ('private.allowances', 'one', 'kind, subject', 'one for each client and person, until it is full'),
  ('private.sign_in_back_offs', 'one', 'subject', 'one for each account and network, until it is over'),
  ('public.specialist_working_hours', 'trigger', 'limit_rows', ''),
  ('public.specialist_availability_exceptions', 'trigger', 'limit_rows', ''),
  ('public.specialist_rates', 'trigger', 'limit_rows', ''),
  ('public.bookings', 'rate', 'limit_booking_changes', 'and so many to come at a time'),
  ('public.audit_logs', 'rate', 'write_audit', 'small entries, and months are dropped'),
  ('private.audit_kinds', 'one', 'action, entity_type', 'one for each kind of act that the product has'),
  ('private.audit_leaves', 'one', 'entry_id', 'one for each entry of the audit log, which it outlives by 190 bytes'),
  ('private.audit_nodes', 'with', 'private.audit_leaves', 'one for 255 of them'),
  ('private.audit_checkpoints', 'with', 'private.audit_leaves', 'at most one a minute, and none without a leaf'),
  ('private.audit_sequence', 'one', 'singleton', 'one row'),
  ('public.specialist_documents', 'rate', 'submit_document', 'twenty wait at a time, and a platform admin decides about each'),
  ('public.company_verification', 'rate', 'submit_company_verification', 'one is open at a time, and a platform admin decides about each'),
  ('public.booking_status_history', 'with', 'public.bookings', 'one for each step; moving, proposing, another place and correcting take of the same allowance'),
  ('public.booking_cancellations', 'one', 'booking_id', 'one for each booking'),
  ('public.session_notes', 'one', 'booking_id', 'one for each booking'),
  ('private.session_note_versions', 'rate', 'write_session_note', 'and a hundred of each booking'),
  ('public.recording_consents', 'rate', 'give_recording_consent', 'one of each of the two is open at a time'),
  ('public.meeting_recordings', 'rate', 'announce_recording', 'ten of each booking'),
  ('public.recording_accesses', 'rate', 'open_recording', ''),
  ('public.legal_holds', 'operator', '', ''),
  ('public.booking_proposals', 'rate', 'propose_time', ''),
  ('public.recurring_bookings', 'rate', 'make_series', 'and so many going at a time; changing one takes of the same allowance'),
  ('public.recurring_booking_occurrences', 'with', 'public.recurring_bookings', 'a series has so many sessions'),
  ('public.booking_packages', 'rate', 'add_package', 'a company gives a member so many sessions in a year, the others platform admins'),
  ('private.package_uses', 'one', 'booking_id', 'one for each booking'),
  ('public.booking_package_entries', 'with', 'public.bookings', 'one for what each step does; a grant and corrections are audited'),
  ('public.company_package_months', 'one', 'company_id, month', 'one for each month'),
  ('public.user_activity_logs', 'purge', 'job_purge_user_activity', 'of a person and a day one of each kind'),
  ('public.monthly_analytics', 'one', 'company_id, month', 'one for each month'),
  ('public.pillar_analytics', 'one', 'company_id, month, pillar_id', 'one for each month and pillar'),
  ('private.uncounted_months', 'purge', 'job_count_analytics', 'one for what ends or changes a session'),
  ('public.company_analytics_months', 'one', 'company_id, month', 'one for each month'),
  ('public.company_analytics_pillars', 'one', 'company_id, month, pillar_id', 'one for each month and pillar'),
  ('private.freed_for_waiting', 'purge', 'job_offer_freed_times', 'one for each session or proposal that keeps a time no more'),
  ('public.waiting_list_entries', 'rate', 'join_waiting_list', 'so many at a time, and what ended is deleted'),
  ('public.waiting_list_offers', 'with', 'public.waiting_list_entries', 'each time once, and none after so many that were let pass'),
  ('public.specialist_booking_rules', 'one', 'specialist_id', 'one for each specialist'),
  ('public.specialist_session_types', 'one', 'specialist_id, session_type_id', 'of a specialist one for each type'),
  ('private.booking_transitions', 'operator', '', 'migrations alone'),
  ('private.booking_notices', 'operator', '', 'migrations alone'),
  ('public.booking_reminders', 'with', 'public.bookings', 'five at most for each of the two, and five more where it was moved after one was mailed'),
  ('public.email_verification_tokens', 'purge', 'job_purge_tokens', 'so many mails to an address in an hour'),
  ('public.password_reset_tokens', 'purge', 'job_purge_tokens', 'so many mails to an address in an hour'),
  ('public.email_changes', 'purge', 'job_purge_tokens', 'a person has an allowance'),
  ('private.email_change_tokens', 'with', 'public.email_changes', 'one for each'),
  ('private.email_change_cancel_tokens', 'with', 'public.email_changes', 'one for each'),
  ('private.sign_up_tokens', 'purge', 'job_purge_tokens', 'so many mails to an address in an hour'),
  ('private.token_requests', 'purge', 'job_purge_tokens', 'one waits for each address, and a client has an allowance'),
  ('private.auth_emails', 'purge', 'job_purge_sign_ins', 'one for each account and type; of changes of address a person has an allowance'),
  ('public.session_tokens', 'purge', 'job_purge_sign_ins', 'one for each sign-in: a person has so many at a time, and Auth limits how often'),
  ('public.failed_login_attempts', 'purge', 'job_purge_sign_ins', 'each makes the next wait; what comes earlier adds no row'),
  ('public.company_employee_invitations', 'purge', 'job_purge_invitations', 'seats, and so many mails of a company in a day'),
  ('private.invitation_tokens', 'with', 'public.company_employee_invitations', 'one for each mail'),
  ('public.specialist_freed_times', 'purge', 'job_purge_freed_times', 'one for a session that fell away with a membership'),
  ('private.email_events', 'purge', 'job_purge_email_events', 'the mailer tells a few things of each mail'),
  ('private.email_deliveries', 'with', 'private.emails', 'one for each mail'),
  ('private.email_dead_letters', 'purge', 'job_purge_mail_payloads', 'mails that could not be sent'),
  ('private.job_runs', 'purge', 'job_trim_job_history', 'the schedule'),
  ('private.emails', 'with', 'the rest', 'a mail comes with a token, a reminder, an invitation or an audited act'),
  ('private.email_outcomes', 'with', 'private.emails', 'one for each'),
  ('private.email_queue', 'with', 'private.emails', 'until it is sent'),
  ('private.email_batches', 'with', 'private.emails', 'until it is sent'),
  ('public.companies', 'operator', '', ''),
  ('public.company_subscription_plans', 'operator', '', ''),
  ('public.company_subscriptions', 'operator', '', ''),
  ('public.pillars', 'operator', '', ''),
  ('public.session_types', 'operator', '', ''),
  ('public.system_settings', 'operator', '', ''),
  ('public.feature_flags', 'operator', '', ''),
  ('private.phase_functions', 'operator', '', 'migrations alone'),
  ('public.data_retention_policies', 'operator', '', 'migrations alone'),
  ('public.data_retention_runs', 'purge', 'job_trim_job_history', 'the schedule'),
  ('public.feature_flag_companies', 'operator', '', ''),
  ('public.email_kinds', 'operator', '', ''),
  ('public.email_templates', 'operator', '', ''),
  ('private.time_zones', 'operator', '', ''),
  ('private.erasure_requests', 'rate', 'begin_erasure', 'one is open at a time'),
  ('private.erasure_steps', 'one', 'request_id, step', 'of a request one of each'),
  ('private.personal_tables', 'operator', '', 'migrations alone'),
  ('private.personal_rows', 'operator', '', 'migrations alone'),
  ('private.personal_columns', 'operator', '', 'migrations alone'),
  ('private.common_passwords', 'operator', '', '');

create temporary view our_table as
  select c.oid, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e');

select set_eq('select name from our_table', 'select name from growth', 'of every table somebody has thought what bounds it');

select is_empty(
  $$select g.name, g.by_what from growth g join our_table t using (name)
    where bound = 'one' and not exists (
      select from pg_catalog.pg_index i
      where i.indrelid = t.oid and i.indisunique and i.indpred is null and g.by_what = (
        select string_agg(a.attname, ', ' order by k.n)
        from unnest(i.indkey) with ordinality k (attnum, n)
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      )
    )$$,
  'one is what a unique index says'
);

select is_empty(
  $$select g.name from growth g join our_table t using (name)
    where bound = 'trigger' and not exists (
      select from pg_catalog.pg_trigger r where r.tgrelid = t.oid and r.tgname = g.by_what and r.tgenabled = 'O' and r.tgtype & 4 = 4
    )$$,
  'where a trigger counts, there is one'
);

-- The functions that draw on an allowance, by themselves or by what they call.
create function pg_temp.draws(p_function text) returns boolean language sql as $$
  select exists (
    select from pg_catalog.pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.proname = p_function and p.prosrc ~ 'private\.(require_allowance|write_audit)\('
  );
$$;
select is_empty($$select name from growth where bound = 'rate' and not pg_temp.draws(by_what)$$, 'where there is a rate, an allowance is drawn on');

select is_empty(
  $$select g.name from growth g
    where bound = 'purge' and not exists (
      select from pg_catalog.pg_proc p join cron.job j on j.command like '%' || quote_literal(regexp_replace(p.proname, '^job_', '')) || '%'
      where p.pronamespace = 'private'::regnamespace and p.proname = g.by_what
        and (p.prosrc like '%' || g.name || '%')
    )$$,
  'what is purged has a job that is scheduled and names it'
);

-- Nobody who is no platform admin inserts into a table of operators; and who inserts without a function, is limited.
select is_empty(
  $$select g.name, p.policyname from growth g join our_table t using (name)
    join pg_catalog.pg_policies p on format('%I.%I', p.schemaname, p.tablename) = t.name and p.cmd = 'INSERT'
    where bound = 'operator' and p.with_check !~ 'is_platform_admin'$$,
  'what is for operators, they alone add to'
);
select is_empty(
  $$select g.name, g.bound from growth g join our_table t using (name)
    where bound not in ('one', 'trigger', 'operator') and (
      has_any_column_privilege('authenticated', t.oid, 'insert') or has_any_column_privilege('anon', t.oid, 'insert')
    )$$,
  'what clients insert directly is bounded by an index or a trigger'
);

select * from finish();
rollback;
