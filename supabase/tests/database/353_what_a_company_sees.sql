-- All that an admin of a company can read or call is named here with why it says nothing of a single person; and it does not move,
-- in a small company not even when everybody has had sessions for a year and the figures were counted and released.
-- docs/decisions/figures-single-nobody-out.md
begin isolation level repeatable read;
\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/attack.psql
\ir ../setup/observer.psql
select no_plan();

-- public    the same for everybody, or what anybody finds by looking for a time
-- own       about the caller alone
-- company   what the company is, what it does, and what is done with it; who its members are
-- figures   released, and withstands: tests/privacy
-- others    specialists' or platform admins'; an admin of a company sees nothing there
create temporary table seen_as (class text, names text);
insert into seen_as values
  ('public', 'company_subscription_plans pillars session_types pillar_required_documents specialists specialist_pillars'),
  ('own', 'audit_logs booking_cancellations booking_package_entries booking_packages booking_proposals booking_reminders booking_status_history bookings '
    'communication_logs email_changes email_verification_tokens failed_login_attempts meeting_recordings notification_preferences password_reset_tokens '
    'profiles recording_accesses recording_consents recurring_booking_occurrences recurring_bookings session_tokens terms_acceptance user_activity_logs '
    'user_roles waiting_list_entries waiting_list_offers private.emails private.email_outcomes'),
  ('company', 'companies company_members company_dpa_acceptance company_employee_invitations company_subscriptions company_verification company_package_months'),
  ('figures', 'company_analytics_months company_analytics_pillars'),
  ('others', 'data_retention_policies data_retention_runs email_kinds email_templates feature_flag_companies feature_flags specialist_availability_exceptions '
    'specialist_booking_rules specialist_documents specialist_freed_times specialist_rates specialist_session_types specialist_working_hours system_settings'),
  ('public', 'available_slots()'),
  ('own', 'accept_document() accept_proposal() accept_session() add_to_series() announce_recording() ask_erasure() book_session() cancel_booking() change_place() change_series() '
    'close_booking() confirm_hold() current_user_id() decline_proposal() decline_session() demo_join() documents_to_accept() end_other_sessions() end_session() erasure_receipt() evaluate_feature_flags() export_my_data() '
    'former_work_address() give_recording_consent() hold_slot() join_waiting_list() leave_company() leave_out() leave_waiting_list() make_calendar_feed() make_series() '
    'my_calendar_feed() my_erasure() my_packages() my_preferences() my_session_notes() my_verification() open_recording() preview_send_at() propose_time() read_session_note() '
    'receive_recording() request_session() reschedule_booking() revoke_calendar_feed() revoke_recording_consent() save_preferences() share_session_note() '
    'specialist_agenda() specialist_series() stop_series() submit_document() take_time_off() withdraw_acceptance() withdraw_erasure() write_session_note()'),
  ('company', 'accept_dpa() change_company() company_directory() company_plan() deactivate_member() grant_company_package() invite_employees() resend_invitation() '
    'revoke_invitation() set_allowed_domains() set_member_role() submit_company_verification()'),
  ('figures', 'company_analytics()'),
  ('others', 'ask_erasure_for() assign_company_plan() cancel_booking_as_admin() cancel_bookings_of_specialist() correct_package() decide_document() email_kind() grant_package() '
    'end_sessions_of() grant_platform_admin() lift_email_suppression() lift_legal_hold() mail_fault() mail_figures() place_legal_hold() prove_audit_consistency() prove_audit_entry() '
    'read_audit_logs() read_communication_logs() read_company_figures() read_failed_login_attempts() read_legal_holds() read_person() redrive_failed_emails() retention_preview() review_company_verification() '
    'revoke_platform_admin() send_test_email() sessions_in_doubt() set_company_status() set_company_variant() specialist_verification_queue() stale_feature_flags() '
    'start_document_review()');
create temporary view classed as select class, name from seen_as, string_to_table(names, ' ') name;

create temporary view reachable as
  select regexp_replace(t.name, '^public[.]', '') as name, t.oid from attacked_table t where has_any_column_privilege('authenticated', t.oid, 'select')
  union all
  select c.relname, c.oid from pg_catalog.pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm', 'f') and has_any_column_privilege('authenticated', c.oid, 'select')
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
  union all
  select f.proname || '()', f.oid from attacked_function f;
select set_eq('select distinct name from reachable', 'select name from classed', 'of all that can be read or called somebody has thought what it tells a company');
select is_empty('select name from classed group by 1 having count(*) > 1', 'once');
create function pg_temp.rows_seen(p_table text) returns bigint language plpgsql as $$
declare
  v_rows bigint;
begin
  perform pg_temp.act_as('company_admin');
  execute format('select count(*) from %s', case when p_table ~ '[.]' then p_table else 'public.' || p_table end) into v_rows;
  perform pg_temp.act_as_owner();
  return v_rows;
end;
$$;
select is_empty(
  $$select name from classed where class = 'others' and name !~ '[()]' and pg_temp.rows_seen(name) > 0$$, 'of what is others'' an admin of a company sees no row'
);
select is_empty(
  $$select name from classed where class in ('company', 'figures') and name !~ '[()]' and pg_temp.rows_seen(name) = 0$$, 'and of what is the company''s there is one'
);
select results_eq(
  $$select (c.name || '.' || a.attname) collate "C" from classed c
    join pg_catalog.pg_attribute a on a.attrelid = ('public.' || c.name)::regclass and a.attnum > 0 and not a.attisdropped
    where c.class in ('company', 'figures') and c.name !~ '[()]' and a.atttypid in ('int'::regtype, 'bigint'::regtype, 'smallint'::regtype, 'numeric'::regtype)
      and has_column_privilege('authenticated', a.attrelid, a.attnum, 'select') order by 1$$,
  $$values ('company_analytics_months.people' collate "C"), ('company_analytics_pillars.people'), ('company_employee_invitations.mails'), ('company_package_months.sessions_given'), ('company_subscriptions.seats')$$,
  'numbers are the figures, what it mailed and gave by itself, and its seats'
);
create function pg_temp.plan() returns jsonb language plpgsql as $$
declare
  v_plan jsonb;
begin
  perform pg_temp.act_as('company_admin');
  v_plan := public.company_plan(pg_temp.id('north'));
  perform pg_temp.act_as_owner();
  return v_plan;
end;
$$;
select results_eq(
  $$select distinct key collate "C" from jsonb_each(pg_temp.plan()) e (part, value), lateral jsonb_object_keys(case jsonb_typeof(value) when 'object' then value else '{}' end) key order by 1$$,
  $$values ('accepted' collate "C"), ('ends_on'), ('features'), ('limit'), ('members'), ('package_sessions'), ('pending'), ('plan'), ('seats'), ('sessions_per_month'), ('status'), ('subscription_id'), ('time_zone'), ('version')$$,
  'what it is told of its plan counts no session'
);

-- In a small company ------------------------------------------------------------------------

delete from public.bookings;
delete from private.uncounted_months;
update public.companies set created_at = now() - interval '2 years';
update public.company_members set created_at = now() - interval '2 years';
create function pg_temp.lived(p_employees text[], p_released boolean) returns void language plpgsql as $$
begin
  alter table public.bookings disable trigger user;
  alter table public.bookings enable trigger note_uncounted_first;
  insert into public.bookings (
    employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone,
    status, cancel_by, closed_at, place_kind, place_detail
  )
  select pg_temp.id(e), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), at, at + interval '50 minutes', at, at + interval '50 minutes',
    at at time zone 'UTC', 'UTC', 'completed', at, at, 'video', ''
  from unnest(p_employees) e, generate_series(1, 12) m, lateral (select now() - m * interval '1 month') s (at);
  alter table public.bookings enable trigger user;
  perform private.job_count_analytics(now());
  if p_released then
    perform private.job_release_analytics(now());
  end if;
end;
$$;
create temporary table sight as
  select w.name as world, s.what, s.answer
  from (values
    ('nobody', $$select pg_temp.lived('{}', false)$$),
    ('colleagues', $$select pg_temp.lived('{employee,colleague,manager}', false)$$),
    ('nobody, released', $$select pg_temp.lived('{}', true)$$),
    ('colleagues, released', $$select pg_temp.lived('{employee,colleague,manager}', true)$$)
  ) w (name, event), lateral pg_temp.seen('company_admin', 'north', w.event, now() + interval '10 days') s;
select cmp_ok((select count(distinct what) from sight), '>', 100::bigint, 'much was looked at');
select is_empty(
  $$select a.what, a.answer, b.answer from sight a join sight b using (what)
    where a.world = 'nobody' and b.world = 'colleagues' and a.answer is distinct from b.answer limit 10$$,
  'a year of sessions is seen nowhere, also once it is counted'
);
select is_empty(
  $$select a.what, a.answer, b.answer from sight a join sight b using (what)
    where a.world = 'nobody, released' and b.world = 'colleagues, released' and a.answer is distinct from b.answer limit 10$$,
  'nor in what a company of few is told'
);
select isnt_empty(
  $$select from sight a join sight b using (what) where a.world = 'nobody' and b.world = 'nobody, released' and a.answer is distinct from b.answer and what ~ 'company_analytics'$$,
  'which the comparison does notice'
);

select * from finish();
rollback;
