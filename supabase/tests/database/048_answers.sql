-- How much a function answers is bounded, however much there is: every row here is as large as it can be, and there
-- are more than an answer holds.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.wide(p_characters int) returns text language sql immutable as $$ select repeat('𝄞', p_characters); $$;

-- 1,100 people in north, who are also what is large about anybody else.
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.id('many-' || n), repeat('a', 170) || n || '@' || repeat('b', 60) || '.people.test', now() from generate_series(1, 1100) n;
update public.profiles set display_name = pg_temp.wide(100);
update public.company_subscriptions set seats = 100000;
insert into public.company_members (company_id, user_id) select pg_temp.id('north'), pg_temp.id('many-' || n) from generate_series(1, 1100) n;

-- One of them has belonged to 150 companies, accepted 150 versions, and asked for 150 links of each kind.
insert into public.companies (id, name) select pg_temp.id('company-' || n), pg_temp.wide(200) from generate_series(1, 150) n;
insert into public.company_members (company_id, user_id) select pg_temp.id('company-' || n), pg_temp.id('employee') from generate_series(1, 150) n;
insert into public.terms_acceptance (user_id, document, version, user_agent)
select pg_temp.id('employee'), 'terms', 'v' || n, pg_temp.wide(500) from generate_series(1, 150) n;
insert into public.email_verification_tokens (user_id, email, expires_at, superseded_at)
select pg_temp.id('employee'), repeat('a', 307) || '@people.test', now() + interval '1 day', now() from generate_series(1, 150);
insert into public.password_reset_tokens (user_id, email, expires_at, superseded_at, token_hash)
select pg_temp.id('employee'), repeat('a', 307) || '@people.test', now() + interval '1 day', now(), repeat('0', 64) from generate_series(1, 150);
insert into public.specialists (user_id, display_name, headline, bio, languages)
values (pg_temp.id('employee'), pg_temp.wide(100), pg_temp.wide(200), pg_temp.wide(5000), array_fill('zh-Hant-TW'::text, array[20]));

-- A specialist of 150 documents and 1,200 sessions, whatever became of these.
update public.specialists set display_name = pg_temp.wide(100) where user_id = pg_temp.id('specialist');
update public.session_types set name = pg_temp.wide(100) where id = pg_temp.id('talk');
insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size,
  verification_status, rejection_reason, decided_at
)
select pg_temp.id('specialist:specialist'), 'other', pg_temp.wide(100), pg_temp.wide(200), repeat('0', 64), 'application/pdf', 1,
  'rejected', pg_temp.wide(500), now()
from generate_series(1, 150);
insert into storage.objects (bucket_id, name) select 'specialist-documents', file_path from public.specialist_documents where verification_status = 'rejected';
alter table public.bookings disable trigger user;
insert into public.bookings (
  employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone,
  status, expires_at, cancel_by, place_kind, place_detail
)
select pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  s.at, s.at + interval '50 minutes', s.at, s.at + interval '50 minutes', s.at at time zone 'UTC', 'UTC', 'pending', s.at, s.at, 'video', ''
from generate_series(1, 1200) n, lateral (select now() + n * interval '1 hour') s (at);
alter table public.bookings enable trigger user;

-- Notes of many sessions, a hundred versions of one, as long as they can be, and many holds.
insert into public.session_notes (booking_id, specialist_id, employee_id, latest_version, counts_from)
select id, specialist_id, employee_id, 100, now() from public.bookings where specialist_id = pg_temp.id('specialist:specialist') order by starts_at limit 1000;
insert into private.session_note_versions (booking_id, version, sealed)
select booking_id, n, repeat('0', 16) || '.' || repeat('A', 20463) from (select n.booking_id from public.session_notes n join public.bookings b on b.id = n.booking_id order by b.starts_at limit 1) first, generate_series(1, 100) n;
insert into public.legal_holds (user_id, reason, lifted_at, lift_reason)
select pg_temp.id('employee'), pg_temp.wide(500), now(), pg_temp.wide(500) from generate_series(1, 250);

-- Mails, invitations and failures.
insert into public.failed_login_attempts (user_id, ip, failures, held_until, held_back)
select pg_temp.id('employee'), '2001:db8::1', 1000000, now() + interval '1 day', 1000000 from generate_series(1, 300);
insert into public.feature_flags (key, description, owner, expires_on, variants)
select 'flag-' || n, pg_temp.wide(50), 'Tests', '2020-01-01', jsonb_build_object('off', pg_temp.wide(200)::text, 'on', '') from generate_series(1, 300) n;
insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('north'), '2026-11');
update public.companies set name = pg_temp.wide(200) where id = pg_temp.id('north');
select private.write_audit(
  'test.large', 'tests', pg_temp.wide(200), null, jsonb_build_object('a', pg_temp.wide(480), 'b', pg_temp.wide(480), 'c', pg_temp.wide(480)),
  jsonb_build_object('a', pg_temp.wide(480), 'b', pg_temp.wide(480), 'c', pg_temp.wide(480)), jsonb_build_object('a', pg_temp.wide(480))
) from generate_series(1, 210) \g /dev/null

-- Mails with long reasons.
insert into private.emails (stream, category, template_key, dedupe_key)
select 'mail', 'security', repeat('k', 63), 'test:wide:' || n from generate_series(1, 300) n;
insert into private.email_outcomes (mail_id, status, error_code, settled_at)
select id, 'failed', repeat('e', 100), now() from private.emails where dedupe_key like 'test:wide:%';

insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('talk'), 'platform', 10, (now() at time zone 'UTC')::date + 30 from generate_series(1, 150);
insert into private.calendar_feeds (user_id, token_hash) values (pg_temp.id('employee'), repeat('0', 64));

-- Fifty years of figures.
insert into public.company_analytics_months (company_id, month, people, released_at)
select pg_temp.id('north'), m::date, 1000000, now() from generate_series(timestamp '1970-01-01', '2019-12-01', interval '1 month') m;
insert into public.company_analytics_pillars (company_id, month, pillar_id, people)
select m.company_id, m.month, p.id, 1000000 from public.company_analytics_months m, public.pillars p;
insert into public.monthly_analytics (company_id, month, people, sessions, missed, cancelled)
select company_id, month, people, people, people, people from public.company_analytics_months;
insert into public.pillar_analytics (company_id, month, pillar_id, people, sessions, missed, cancelled)
select company_id, month, pillar_id, people, people, people, people from public.company_analytics_pillars;

-- 1,200 series with one specialist, and one with another.
insert into public.recurring_bookings (id, employee_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone)
select case n when 1 then pg_temp.id('series') else gen_random_uuid() end, pg_temp.id('company_admin'), pg_temp.id(case n when 1 then 'other_specialist' else 'specialist' end || ':specialist'), pg_temp.id('talk'),
  'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=104', date_trunc('hour', now() at time zone 'UTC') + interval '3 days', 'UTC'
from generate_series(1, 1201) n;

create temporary table answered (proname text, person text, statement text);
insert into answered values
  ('company_directory', 'company_admin', $$select r from public.company_directory(pg_temp.id('north')) r$$),
  ('specialist_agenda', 'specialist', $$select r from public.specialist_agenda(now(), now() + interval '1 year', p_limit => 100000) r$$),
  ('available_slots', 'employee', $$select public.available_slots(p_pillar_id => pg_temp.id('mind'), p_to => now() + interval '60 days', p_limit => 1000) r$$),
  ('read_audit_logs', 'platform_admin', $$select r from public.read_audit_logs('ticket 7', p_limit => 200) r$$),
  ('read_failed_login_attempts', 'platform_admin', $$select r from public.read_failed_login_attempts('ticket 7', p_limit => 200) r$$),
  ('read_communication_logs', 'platform_admin', $$select public.read_communication_logs('ticket 7', p_limit => 200) r$$),
  ('read_company_figures', 'platform_admin', $$select r from public.read_company_figures(pg_temp.id('north'), 'ticket 7', p_limit => 60) r$$),
  ('read_person', 'platform_admin', $$select public.read_person(pg_temp.id('employee'), 'ticket 7') r$$),
  ('specialist_verification_queue', 'platform_admin', $$select public.specialist_verification_queue('rejected', null, 100) r$$),
  ('sessions_in_doubt', 'platform_admin', $$select public.sessions_in_doubt('ticket 7', p_limit => 200) r$$),
  ('take_time_off', 'specialist', $$select public.take_time_off(date_trunc('day', now() at time zone 'UTC'), date_trunc('day', now() at time zone 'UTC') + interval '300 days') r$$),
  ('make_series', 'manager', $$select public.make_series(
    pg_temp.id('other_specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + interval '3 days', 'FREQ=WEEKLY;COUNT=104') r$$),
  ('change_series', 'company_admin', $$select public.change_series(
    pg_temp.id('series'), (now() + interval '3 days')::date, date_trunc('hour', now()) + interval '3 days', 'FREQ=WEEKLY;COUNT=104') r$$),
  ('specialist_series', 'specialist', $$select r from public.specialist_series(p_limit => 100000) r$$),
  ('my_session_notes', 'specialist', $$select r from public.my_session_notes(array(select id from public.bookings order by starts_at limit 1000)) r$$),
  ('read_session_note', 'specialist', $$select public.read_session_note(id) r from (select id from public.bookings order by starts_at limit 1) b$$),
  ('read_legal_holds', 'platform_admin', $$select r from public.read_legal_holds('ticket 7', p_limit => 1000) r$$),
  ('evaluate_feature_flags', 'employee', $$select public.evaluate_feature_flags() r$$),
  ('export_my_data', 'employee', 'select public.export_my_data() r'),
  ('retention_preview', 'platform_admin', 'select public.retention_preview() r'),
  ('stale_feature_flags', 'platform_admin', $$select r from public.stale_feature_flags() r$$),
  ('company_plan', 'company_admin', $$select public.company_plan(pg_temp.id('north')) r$$),
  ('company_analytics', 'company_admin', $$select r from public.company_analytics(pg_temp.id('north'), p_limit => 100000) r$$),
  ('my_preferences', 'employee', 'select public.my_preferences() r'),
  ('my_packages', 'employee', 'select public.my_packages() r'),
  ('my_verification', 'specialist', 'select public.my_verification() r'),
  ('documents_to_accept', 'newcomer', 'select r from public.documents_to_accept() r'),
  ('my_calendar_feed', 'employee', 'select r from public.my_calendar_feed() r'),
  ('set_allowed_domains', 'company_admin', $$select public.set_allowed_domains(
    pg_temp.id('north'), array(select repeat(repeat('a', 60) || '.', 4) || n || '.test' from generate_series(1, 50) n)) r$$),
  ('invite_employees', 'company_admin', $$select public.invite_employees(
    pg_temp.id('north'), (select jsonb_agg(jsonb_build_object('email', 'new-' || n || '@corp.test')) from generate_series(1, 100) n)) r$$);

-- One row whose columns are bounded, counts, or an outcome.
create temporary table small (proname text);
insert into small values
  ('book_session'), ('hold_slot'), ('request_session'), ('confirm_hold'), ('accept_session'), ('decline_session'), ('propose_time'), ('accept_proposal'),
  ('decline_proposal'), ('reschedule_booking'), ('cancel_booking'), ('close_booking'), ('change_place'), ('write_session_note'), ('announce_recording'), ('receive_recording'), ('open_recording'), ('share_session_note'), ('add_to_series'), ('submit_document'), ('start_document_review'),
  ('decide_document'), ('resend_invitation'), ('revoke_invitation'), ('assign_company_plan'), ('demo_join'), ('email_kind'), ('save_preferences'), ('join_waiting_list'), ('mail_figures'), ('redrive_failed_emails'), ('prove_audit_entry'), ('prove_audit_consistency'), ('ask_erasure'), ('ask_erasure_for'), ('withdraw_erasure'), ('my_erasure'), ('erasure_receipt');

select set_eq(
  'select proname from answered union all select proname from small',
  $$select p.proname from pg_catalog.pg_proc p join pg_catalog.pg_type t on t.oid = p.prorettype
    where p.pronamespace = 'public'::regnamespace and (p.proretset or t.typname in ('json', 'jsonb') or t.typtype = 'c' or t.typcategory = 'A')
      and (has_function_privilege('authenticated', p.oid, 'execute') or has_function_privilege('anon', p.oid, 'execute'))
      and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')$$,
  'every function that answers people more than a word is here'
);

create function pg_temp.rows_of(p_person text, p_statement text) returns bigint language plpgsql as $$
declare
  v_rows bigint;
begin
  perform pg_temp.act_as(p_person);
  execute format('select count(*) from (%s) a', p_statement) into v_rows;
  perform pg_temp.act_as_owner();
  return v_rows;
end;
$$;
create function pg_temp.bytes_of(p_person text, p_statement text) returns bigint language plpgsql as $$
declare
  v_bytes bigint;
begin
  perform pg_temp.act_as(p_person);
  execute format('select sum(octet_length(to_jsonb(a.r)::text)) from (%s) a', p_statement) into v_bytes;
  perform pg_temp.act_as_owner();
  return v_bytes;
end;
$$;
grant execute on all functions in schema pg_temp to public;
create temporary table measured as select proname, pg_temp.bytes_of(person, statement) as bytes, pg_temp.rows_of(person, statement) as rows from answered;

select diag(string_agg(format('%s %s', proname, bytes), ', ' order by bytes desc)) from measured;
select is_empty('select proname from measured where bytes is null', 'each answers something');
select is_empty('select proname, bytes from measured where bytes > 1500000', 'and none more than a megabyte and a half');
select is_empty('select proname, rows from measured where rows > 1000', 'nor more rows than the Data API passes on');

-- Pages go on --------------------------------------------------------------------------------

create temporary table page (n int, user_id uuid);
grant all on page to public;
select pg_temp.act_as('company_admin');
insert into page select 1, user_id from public.company_directory(pg_temp.id('north'));
-- All names are the same, so the order is that of the ids.
create function pg_temp.next_page(p_n int) returns void language sql as $$
  insert into page select p_n, d.user_id from public.company_directory(
    pg_temp.id('north'), (select user_id from page where n = p_n - 1 order by user_id desc limit 1)
  ) d;
$$;
select pg_temp.act_as('company_admin');
select pg_temp.next_page(n) from generate_series(2, 4) n \g /dev/null
select is((select array_agg(c order by n) from (select n, count(*) as c from page group by n) p), '{500,500,104}', 'a directory comes in pages');
select is((select count(distinct user_id) from page), 1104::bigint, 'that go on until everybody was named');
select pg_temp.act_as('specialist');
create temporary table part as
  with recursive p (n, page) as (
    select 1, array(select row(a.starts_at, a.booking_id)::text from public.specialist_agenda(p_limit => 500) a)
    union all
    select n + 1, array(
      select row(a.starts_at, a.booking_id)::text
      from regexp_match(page[cardinality(page)], '"(.*)",(.*)\)') l, public.specialist_agenda(l[1]::timestamptz, null, l[2]::uuid, 500) a
    )
    from p where cardinality(page) > 0
  )
  select * from p;
select is((select array_agg(cardinality(page) order by n) from part), '{500,500,200,0}', 'an agenda does, too');
select is((select count(distinct x) from part, unnest(page) x), 1200::bigint, 'until each session was told');
select pg_temp.act_as('company_admin');
select throws_ok(
  format('select public.company_directory(pg_temp.id(%L), pg_temp.id(%L))', 'north', who), 'PT404', 'member_not_found',
  'and after nobody but a member, whose place in the order would tell of their name: ' || who
) from unnest(array['foreign_employee', 'nobody']) who;

select * from finish();
rollback;
