-- Whatever is too old goes in time, nothing goes before, and what a legal hold covers stays until it is lifted: of every policy, whatever
-- is held and whenever somebody looks.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

select is_empty(
  $$select name, counts_from from public.data_retention_policies p where not exists (
      select from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = p.table_name::regclass and a.attname = p.counts_from
    ) and table_name <> 'cron.job_run_details'$$,
  'each policy counts from a column with an index'
);
select is_empty(
  $$select name from public.data_retention_policies p where not exists (
      select from pg_catalog.pg_proc f join cron.job j on j.command like '%' || quote_literal(regexp_replace(f.proname, '^job_', '')) || '%'
      where f.pronamespace = 'private'::regnamespace and f.proname like 'job\_%' and strpos(f.prosrc, case p.way
        when 'end' then format('(%L, p_now', name) when 'retire' then format('private.policy(%L)', name) else format('private.purge(%L, p_now)', name)
      end) > 0
    )$$,
  'and has a job that is scheduled'
);
select is_empty(
  $$select name, a.attname from public.data_retention_policies p join pg_catalog.pg_attribute a on a.attrelid = p.table_name::regclass
    where a.attname in ('user_id', 'employee_id', 'specialist_id', 'account_id', 'actor_id', 'accepted_by', 'invited_by', 'named_id') and not a.attisdropped
      and not exists (select from unnest(p.held_by) h where h like '%r.' || a.attname || '%')
      and strpos(p.condition, 'r.' || a.attname || ' is null') = 0
      -- Recordings end all the same, and their files are kept: 328_recordings.sql. A time is no record of anybody.
      and table_name not in ('public.meeting_recordings', 'public.specialist_freed_times')
      -- A mail that is about a session is to somebody with an account, and names nobody once it is empty.
      and (a.attname <> 'named_id' or p.name not in ('private.emails', 'private.emails.strangers'))$$,
  'whoever a row names can have it held'
);
select is_empty(
  $$select p.name, t.kept_for from public.data_retention_policies p join private.personal_tables t using (table_name)
    where t.basis <> 'none' and p.way <> 'end' and strpos(t.kept_for, p.setting) = 0$$,
  'the register of personal data says as long as the policies do'
);
-- What a job deletes or empties by a time that no policy says. Sessions are ended by number, and memberships when they have ended.
select is_empty(
  $$select proname from pg_catalog.pg_proc
    where pronamespace = 'private'::regnamespace and proname like 'job\_%' and prosrc ~* '\m(interval ''|make_interval|private\.(days|hours|minutes|setting)\()'
      and prosrc ~* '\m(delete from|truncate|drop table|set \w+ = null)' and proname <> 'job_end_surplus_sessions'$$,
  'no job deletes by a time of its own'
);

-- Rows of several days of everybody, besides those of rows.psql. Chance is the same each time.
select setseed(0.361) \g /dev/null
insert into private.job_runs (job, started_at, duration, rows_touched, status) select 'nothing', now() - make_interval(mins => n), '0', 0, 'succeeded' from generate_series(1, 20) n;
insert into public.failed_login_attempts (user_id, occurred_at, failures) select p.id, now() - make_interval(mins => n), 1 from public.profiles p, generate_series(1, 4) n where p.email like '%@people.test';
insert into public.user_activity_logs (user_id, day, activity) select p.id, current_date - n, 'signed_in' from public.profiles p, generate_series(1, 4) n where p.email like '%@people.test' on conflict do nothing;
insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key, created_at)
select p.id, 'mail', 'account', 'test', case when n > 1 then p.email end, case when n > 1 then '{}'::jsonb end, 'retention ' || p.id || n, now() - make_interval(days => n)
from public.profiles p, generate_series(1, 4) n where p.email like '%@people.test';
insert into private.emails (stream, category, template_key, recipient, variables, dedupe_key, token_purpose, token_id, created_at)
select 'mail', 'account', 'test', 'stranger@people.test', '{}', 'retention ' || n, 'sign_up', gen_random_uuid(), now() - make_interval(days => n) from generate_series(1, 4) n;
insert into private.email_outcomes (mail_id, status, settled_at) select id, 'sent', created_at from private.emails on conflict do nothing;
insert into private.email_dead_letters (mail_id, error_code, failed_at) select id, 'test', created_at from private.emails where dedupe_key like 'retention%' on conflict do nothing;
insert into auth.users (id, email) select gen_random_uuid(), n || '@unconfirmed.test' from generate_series(1, 6) n;
delete from public.email_verification_tokens where email like '%@unconfirmed.test';
update public.profiles set created_at = now() - make_interval(days => split_part(email, '@', 1)::int) where email like '%@unconfirmed.test';
insert into private.sign_up_tokens (email, token_hash, created_at, expires_at, taken_at, superseded_at, said, account_id)
select p.email, repeat('a', 64), now() - make_interval(hours => n), now(), now() - make_interval(hours => n), now(), '{"display_name": "Somebody"}', p.id
from public.profiles p, generate_series(1, 3) n where p.email like '%@people.test';
insert into public.session_tokens (id, user_id, created_at, last_used_at, ended_at, end_reason)
select gen_random_uuid(), p.id, now() - interval '9 days', now() - interval '9 days', now() - make_interval(days => n), 'signed_out' from public.profiles p, generate_series(1, 3) n where p.email like '%@people.test';
insert into private.token_requests (purpose, user_id, email, address_key, context, created_at)
select 'email_change', p.id, p.email, md5(p.email) || md5(p.email), '{}', now() - make_interval(hours => (random() * 9)::int) from public.profiles p where p.email like '%@people.test';
insert into private.email_suppressions (address_key, reason, lapses_at) select private.address_key(n || '@suppressed.test'), 'soft_bounces', now() - make_interval(hours => n) from generate_series(1, 3) n;
alter table public.waiting_list_entries disable trigger user;
update public.waiting_list_entries set status = 'left', ended_at = now() - make_interval(days => (random() * 9)::int) where true;
alter table public.waiting_list_entries enable trigger user;
insert into public.specialist_documents (specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size, uploaded_at)
select s.id, 'license', n::text, 'Test', repeat('0', 64), 'application/pdf', 1000, now() - make_interval(days => n) from public.specialists s, generate_series(1, 4) n;
update public.session_notes set gone_at = now() - make_interval(days => (random() * 9)::int) where true;
delete from public.legal_holds;

-- Rows of a policy at a moment, by what it does with them: what it has emptied is not there.
create function pg_temp.rows_of(p public.data_retention_policies, p_at timestamptz) returns table (place text, is_old boolean, is_held boolean) language plpgsql as $$
begin
  return query execute format(
    'select md5(to_jsonb(r)::text), coalesce(%s, false), %s from %s r %s', private.due_condition(p), private.held_condition(p), p.table_name,
    (select 'where ' || string_agg(format('r.%I is not null', c), ' or ') from unnest(p.emptied) c)
  ) using private.kept_from(p, p_at);
end;
$$;
-- When a share of the rows of a policy is older than it keeps them.
create function pg_temp.moment(p public.data_retention_policies, p_share float) returns timestamptz language plpgsql as $$
declare
  v_at timestamptz;
begin
  execute format('select percentile_disc($1) within group (order by r.%I)::timestamptz from %s r where r.%I > ''-infinity''', p.counts_from, p.table_name, p.counts_from)
  into v_at using least(p_share, 1);
  return v_at + (now() - private.kept_from(p, now())) + case when p_share > 1 then interval '4000 days' else interval '0' end;
end;
$$;
-- What a policy has done wrong at a moment, whose rows are put back.
create function pg_temp.tried(p public.data_retention_policies, p_at timestamptz, out wrong bigint, out gone bigint, out kept bigint, out told boolean) language plpgsql as $$
declare
  v_due record;
  v_run record;
begin
  begin
    create temporary table seen on commit drop as select * from pg_temp.rows_of(p, p_at);
    select * into v_due from private.due_rows(p, p_at, 10000);
    if p.way = 'end' then
      execute format('create temporary table going on commit drop as select md5(to_jsonb(r)::text) as place from %s r where r.id in (select private.due_ids($1, $2))', p.table_name) using p.name, p_at;
      select count(*) filter (where (place in (select place from going)) <> (is_old and not is_held)), count(*) filter (where place in (select place from going)), count(*) filter (where is_old and is_held)
      into wrong, gone, kept from seen;
      told := v_due.due = gone and v_due.held = kept;
    else
      perform private.purge(p.name, p_at);
      select count(*) filter (where (place in (select r.place from pg_temp.rows_of(p, p_at) r)) <> (not is_old or is_held)), count(*) filter (where is_old and not is_held), count(*) filter (where is_old and is_held)
      into wrong, gone, kept from seen;
      select sum(deleted) as deleted, sum(held) as held into v_run from public.data_retention_runs where policy = p.name and kept_from = private.kept_from(p, p_at);
      told := v_due.due = gone and v_due.held = kept and coalesce(v_run.deleted, 0) = gone and (gone = 0 or v_run.held = kept);
    end if;
    raise exception 'undo';
  exception when raise_exception then
    if sqlerrm <> 'undo' then raise; end if;
  end;
end;
$$;

-- Whoever is held and whenever somebody looks.
create temporary table outcome as
  select null::int as round, null::text as name, null::float as share, t.* from pg_temp.tried(private.policy('private.job_runs'), '-infinity') t limit 0;
create procedure pg_temp.try(p_rounds int) language plpgsql as $$
declare
  p public.data_retention_policies;
  v_share float;
begin
  for v_round in 1..p_rounds loop
    delete from public.legal_holds where true;
    insert into public.legal_holds (user_id, reason, lifted_at, lift_reason)
    select id, 'a claim', case when is_lifted then now() end, case when is_lifted then 'settled' end
    from (select id, random() < 0.2 as is_lifted from public.profiles where random() < 0.6 or email like '%@unconfirmed.test' and random() < 0.5) h;
    for p in select * from public.data_retention_policies c where c.way <> 'retire' and c.name not in ('cron.job_run_details', 'public.data_retention_runs') loop
      v_share := case v_round when 1 then 0 when 2 then 2 else random() end;
      insert into outcome select v_round, p.name, v_share, t.* from pg_temp.tried(p, pg_temp.moment(p, v_share)) t;
    end loop;
  end loop;
end;
$$;
call pg_temp.try(8);
select is_empty('select * from outcome where wrong > 0', 'what is old and not held goes, and nothing else');
select is_empty('select * from outcome where not told', 'the preview counts just that, and each run that did something is written down');
select is_empty($$select * from outcome where share = 0 and gone > 0 and name not in (select c.name from public.data_retention_policies c where c.condition <> 'true')$$, 'nothing goes before its time');
select is_empty(
  $$select c.name from public.data_retention_policies c join outcome o using (name) group by c.name, c.held_by having sum(gone) = 0 or c.held_by <> '{}' and sum(kept) = 0$$,
  'of every policy something went, and of each that asks for holds something was held'
);

insert into public.data_retention_runs (policy, kept_from, deleted, held) select name, now(), 1, 1 from public.data_retention_policies;
select pg_temp.act_as('platform_admin');
select is(
  (select count(*) from jsonb_array_elements(public.retention_preview())), (select count(*) from public.data_retention_policies), 'an admin sees what would go'
);
-- Nobody but the two of a session learns that there are notes or mails about it, nor anybody who waits: whoever placed a hold would, by what it keeps.
select set_eq(
  $$select e ->> 'name' from jsonb_array_elements(public.retention_preview()) e where num_nonnulls(e ->> 'due', e ->> 'held') = 0$$,
  '{public.session_notes,public.session_notes.gone,public.waiting_list_entries,public.user_activity_logs,private.emails.words}'::text[], 'but not how much of what is not theirs to know'
);
select set_eq(
  'select policy from public.data_retention_runs', 'select name from public.data_retention_policies where is_counted', 'nor how much of it went'
);
select pg_temp.act_as('company_admin');
select throws_ok('select public.retention_preview()', 'PT403', 'forbidden', 'and nobody else');
select pg_temp.act_as_owner();

select is_empty(
  $$select p.name from public.data_retention_policies p join private.personal_columns c using (table_name) where p.is_counted and p.held_by <> '{}' and c.category = 'health' group by 1$$,
  'nor is anything counted that is about somebody''s health and that holds keep'
);

-- Whom a hold is about does not end it, an admin neither: they would have gone what it keeps of what they did.
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('applicant'), 'platform_admin', false);
select pg_temp.act_as('applicant');
select set_config('test.hold', public.place_legal_hold(pg_temp.id('platform_admin'), 'a claim about what they did')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select is_empty($$select from public.read_legal_holds('a claim of theirs') where user_id = pg_temp.id('platform_admin')$$, 'an admin is not shown a hold on themselves');
select throws_ok($$select public.lift_legal_hold(current_setting('test.hold')::uuid, 'it is settled')$$, 'PT404', 'hold_not_found', 'and does not lift it');
select pg_temp.act_as('applicant');
select lives_ok($$select public.lift_legal_hold(current_setting('test.hold')::uuid, 'it is settled')$$, 'another one does');
select pg_temp.act_as_owner();

-- What is kept for a hold alone is shown to nobody to whom it would be gone, an employer above all.
select is_empty(
  $$select p.name from public.data_retention_policies p
    where p.held_by <> '{}' and p.way = 'delete' and p.condition = 'true' and has_any_column_privilege('authenticated', p.table_name, 'select') and not exists (
      select from pg_catalog.pg_policy l where l.polrelid = p.table_name::regclass and pg_get_expr(l.polqual, l.polrelid) like '%shown_from(' || quote_literal(p.name) || '%'
    )$$,
  'whatever people read that a hold may keep, they read as long as it is kept anyway'
);
insert into public.company_employee_invitations (company_id, email, status, sent_at, expires_at, accepted_at, accepted_by)
select pg_temp.id('north'), p || '@accepted.test', 'accepted', now() - interval '60 days', now() - interval '53 days', now() - interval '59 days', pg_temp.id(p)
from unnest(array['employee', 'colleague']) p;
delete from public.legal_holds;
insert into public.legal_holds (user_id, reason) values (pg_temp.id('employee'), 'a claim');
select private.run_job('purge_invitations') \g /dev/null
select results_eq($$select email::text from public.company_employee_invitations where email like '%@accepted.test'$$, $$values ('employee@accepted.test')$$, 'an invitation is kept for a hold');
select pg_temp.act_as('company_admin');
select is_empty($$select email from public.company_employee_invitations where email like '%@accepted.test'$$, 'and the company does not see it there');
select pg_temp.act_as_owner();

-- Whoever took over an admin's account would have the traces of it gone within the hour.
create temporary table kept_before as select name, private.kept_from(p, now()) as kept_from from public.data_retention_policies p where setting is not null;
select pg_temp.act_as('platform_admin');
update public.system_settings set value = minimum::text::jsonb where key in (select setting from public.data_retention_policies);
select pg_temp.act_as_owner();
select is_empty(
  'select name from public.data_retention_policies p join kept_before b using (name) where private.kept_from(p, now()) > b.kept_from',
  'a shorter time does not hold at once, of whatever'
);
select is_empty(
  $$select p.name from public.data_retention_policies p join public.system_settings s on s.key = p.setting
    where private.kept_from(p, now() + interval '31 days') < now() + interval '31 days' - private.kept_for(s.key, s.value::int) and p.way <> 'retire'$$,
  'but after thirty days'
);
select ok(private.shown_from('public.failed_login_attempts') > now() - interval '2 days', 'a person sees no more than it leaves');
update public.system_settings s set value = '90' where key = 'failed_login_retention_days';
select is(private.kept_from(p, now() + interval '31 days'), now() + interval '31 days' - interval '90 days', 'put back, it is as it was') from private.policy('public.failed_login_attempts') p;

-- With the job itself, and for good: what was held goes once the hold is lifted.
delete from public.legal_holds;
insert into public.legal_holds (user_id, reason) select id, 'a claim' from public.profiles where email = '1@unconfirmed.test';
select private.run_job('delete_unconfirmed_accounts', now() + interval '100 days') \g /dev/null
select results_eq($$select email::text from public.profiles where email like '%@unconfirmed.test'$$, $$values ('1@unconfirmed.test')$$, 'an account that nobody confirmed stays while its person is held');
select throws_ok($$delete from auth.users where email = '1@unconfirmed.test'$$, '55000', 'the account is under a legal hold', 'nor does Auth delete it');
select throws_ok(
  $$update auth.users set email = 'gone', encrypted_password = '', deleted_at = now() where email = '1@unconfirmed.test'$$,
  '55000', 'the account is under a legal hold', 'softly neither, which takes its address'
);
select is(private.make_room_for('1@unconfirmed.test', pg_temp.id('employee')), false, 'nor does it make room for somebody else');
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
select is(private.run_job('delete_unconfirmed_accounts', now() + interval '100 days'), 1::bigint, 'it goes with the next run after the hold is lifted');
select isnt_empty($$select from public.data_retention_runs where policy = 'public.profiles' and deleted = 1 and held = 0$$, 'which is written down');

select id as mail from private.emails where recipient is null limit 1 \gset
select private.run_job('purge_mail_payloads', now() + interval '4000 days') \g /dev/null
select is_empty(
  'select from private.emails e full join private.email_outcomes o on o.mail_id = e.id where e.recipient is null or e.id is null', 'a mail that is forgotten takes along what became of it'
);
select throws_ok($$select private.purge('public.bookings', now())$$, 'P0002', null, 'what has no policy is not deleted');
select throws_ok($$select private.purge('public.audit_logs', now())$$, 'P0001', null, 'nor what goes by another way');

select * from finish();
rollback;
