-- A small marketplace for development: never for a project with real people in it.
--
-- Nobody can sign in, unless the setting demo.password names a password for all of them: previews get
-- this file, and are on the internet. On a machine of one's own ./scripts/start names one.
--
--   admin@evenkeel.example     platform admin
--   anna@larkspur.example      admin of Larkspur Studio        nora@northwind.example    admin of Northwind Logistics
--   malik@larkspur.example     manager there                   milo@northwind.example    manager there
--   emma@larkspur.example      employee there                  gerda@northwind.example   employee there (German, Berlin)
--   ben@larkspur.example       employee there                  erik@northwind.example    employee there
--   saoirse@halden.example     admin of Halden Robotics, which is on trial; luca@ manager, ola@ employee there
--   ines@, tomasz@, yuki@, carol@specialists.example           verified specialists
--   dana@specialists.example   specialist whose verification is pending
--
-- Emma has a session in one to two hours whose reminder is due within a minute of seeding.
-- Anybody who signs up may call demo_join() to become an employee of Larkspur Studio.
-- Running the file again adds nothing.

create temporary table demo_person (n int, email text, name text, locale text, time_zone text);
insert into demo_person values
  (1, 'admin@evenkeel.example', 'Petra Adebayo', 'en', 'Europe/London'),
  (11, 'anna@larkspur.example', 'Anna Lindqvist', 'en', 'Europe/Stockholm'),
  (12, 'malik@larkspur.example', 'Malik Osei', 'en', 'Europe/London'),
  (13, 'emma@larkspur.example', 'Emma Rossi', 'en', 'Europe/Rome'),
  (14, 'ben@larkspur.example', 'Ben Carter', 'en', 'America/New_York'),
  (21, 'nora@northwind.example', 'Nora Haddad', 'en', 'Europe/Berlin'),
  (22, 'milo@northwind.example', 'Milo Novak', 'en', 'Europe/Prague'),
  (23, 'gerda@northwind.example', 'Gerda Klein', 'de', 'Europe/Berlin'),
  (24, 'erik@northwind.example', 'Erik Solberg', 'en', 'Europe/Oslo'),
  (31, 'ines@specialists.example', 'Ines Carvalho', 'en', 'Europe/Lisbon'),
  (32, 'tomasz@specialists.example', 'Tomasz Zielinski', 'en', 'Europe/Warsaw'),
  (33, 'yuki@specialists.example', 'Yuki Tanaka', 'en', 'Asia/Tokyo'),
  (34, 'carol@specialists.example', 'Carol Whitfield', 'en', 'America/Chicago'),
  (35, 'dana@specialists.example', 'Dana Levi', 'en', 'Europe/Paris'),
  (51, 'saoirse@halden.example', 'Saoirse Byrne', 'en', 'Europe/Dublin'),
  (52, 'luca@halden.example', 'Luca Ferri', 'en', 'Europe/Rome'),
  (53, 'ola@halden.example', 'Ola Berg', 'en', 'Europe/Oslo');

create function pg_temp.demo_id(p_kind text, p_n int)
returns uuid
language sql
immutable
as $$
  select format('%s0000-0000-4000-8000-%s',
    case p_kind when 'person' then '5eed' when 'company' then '5eec' when 'pillar' then '5eea'
      when 'session_type' then '5eeb' when 'specialist' then '5eef' when 'booking' then '5ee0' when 'plan' then '5ee1' when 'subscription' then '5ee2'
      when 'invitation' then '5ee3' when 'verification' then '5ee4' end,
    lpad(p_n::text, 12, '0'))::uuid;
$$;

-- Accounts. The empty strings are what Supabase Auth expects where there is no password or token.
with secret as materialized (
  select coalesce(
    extensions.crypt(nullif(current_setting('demo.password', true), ''), extensions.gen_salt('bf', 10)), ''
  ) as hash
)
insert into auth.users (
  id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
  confirmation_token, recovery_token, email_change, email_change_token_new, created_at, updated_at
)
select pg_temp.demo_id('person', p.n), 'authenticated', 'authenticated', p.email, s.hash, now(),
  '{"provider": "email", "providers": ["email"]}',
  jsonb_build_object('display_name', p.name, 'locale', p.locale, 'time_zone', p.time_zone),
  '', '', '', '', now(), now()
from demo_person p, secret s
on conflict do nothing;

insert into auth.identities (id, provider, provider_id, user_id, identity_data, created_at, updated_at)
select u.id, 'email', u.id::text, u.id,
  jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true, 'phone_verified', false), now(), now()
from demo_person p join auth.users u on u.email = p.email
on conflict do nothing;

-- Supabase Auth looks accounts up by instance; the local stack without Docker has no such column.
do $$
begin
  if exists (
    select from pg_catalog.pg_attribute where attrelid = 'auth.users'::regclass and attname = 'instance_id'
  ) then
    execute 'update auth.users set instance_id = ''00000000-0000-0000-0000-000000000000''
      where instance_id is null and id in (select pg_temp.demo_id(''person'', n) from demo_person)';
  end if;
end;
$$;

-- A demo is signed in to by a published password, or by one of its developer's, without a second factor.
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.demo_id('person', 1), 'platform_admin', false)
on conflict do nothing;

insert into public.terms_acceptance (user_id, document, version)
select u.id, d.document, private.setting(d.document || '_version') #>> '{}'
from demo_person p
join auth.users u on u.email = p.email
cross join unnest(array['terms', 'privacy', 'professional_standards']) as d (document)
where d.document <> 'professional_standards' or p.n between 31 and 35
on conflict do nothing;

-- Larkspur is the older one: it is the company that demo_join() joins.
insert into public.companies (id, name, locale, time_zone, allowed_email_domains, created_at) values
  (pg_temp.demo_id('company', 1), 'Larkspur Studio', 'en', 'Europe/London', '{}', now() - interval '400 days'),
  (pg_temp.demo_id('company', 2), 'Northwind Logistics', 'de', 'Europe/Berlin', '{northwind.example}', now() - interval '200 days'),
  (pg_temp.demo_id('company', 3), 'Halden Robotics', 'en', 'Europe/Dublin', '{}', now() - interval '9 days')
on conflict do nothing;

-- Larkspur's plan has no limit of sessions, so that whoever tries things out meets none.
insert into public.company_subscription_plans (id, slug, name, description, seats, sessions_per_month, package_sessions, features, trial_days, sort_order) values
  (pg_temp.demo_id('plan', 1), 'starter', 'Starter', 'For small teams.', 10, 2, 0, '{"reports": false, "support": "mail"}', 14, 10),
  (pg_temp.demo_id('plan', 2), 'growth', 'Growth', 'For companies that grow.', 50, 4, 6, '{"reports": true, "support": "mail"}', 30, 20),
  (pg_temp.demo_id('plan', 3), 'enterprise', 'Enterprise', 'For large companies.', 500, null, 12, '{"reports": true, "support": "person"}', 0, 30)
on conflict do nothing;

insert into public.company_subscriptions (id, company_id, plan_id, status, starts_on, ends_on, trial_ends_on, seats, auto_renew, assigned_by)
select pg_temp.demo_id('subscription', s.company), pg_temp.demo_id('company', s.company), pg_temp.demo_id('plan', s.plan),
  s.status, current_date + s.starts, current_date + s.ends, current_date + s.trial_ends, s.seats, s.auto_renew, pg_temp.demo_id('person', 1)
from (values
  (1, 3, 'active', -400, null::int, null::int, null::int, true),
  (2, 2, 'active', -200, 165, null, 60, false),
  (3, 1, 'trial', -9, null, 4, null, false)
) as s (company, plan, status, starts, ends, trial_ends, seats, auto_renew)
on conflict do nothing;

insert into public.company_members (company_id, user_id, role)
select pg_temp.demo_id('company', case when n > 50 then 3 else n / 10 end), pg_temp.demo_id('person', n),
  case n % 10 when 1 then 'admin' when 2 then 'manager' else 'employee' end
from demo_person where n between 11 and 24 or n between 51 and 53
on conflict do nothing;

-- The agreement, without which nobody is invited; invitations that wait, have expired, were taken back.
insert into public.company_dpa_acceptance (company_id, version, accepted_by, accepted_at)
select pg_temp.demo_id('company', d.company), private.setting('dpa_version') #>> '{}', pg_temp.demo_id('person', d.person), now() - interval '5 days'
from (values (1, 11), (2, 21)) as d (company, person)
on conflict do nothing;

insert into public.company_employee_invitations (
  id, company_id, email, role, full_name, status, sent_at, expires_at, mails_since, invited_by, revoked_at, created_at
)
select pg_temp.demo_id('invitation', i.n), pg_temp.demo_id('company', i.company), i.email, i.role, i.name, i.status,
  now() - make_interval(days => i.days), now() - make_interval(days => i.days - 7), now() - make_interval(days => i.days),
  pg_temp.demo_id('person', i.company * 10 + 1), case when i.status = 'revoked' then now() - interval '1 day' end, now() - make_interval(days => i.days)
from (values
  (1, 1, 'rosa@larkspur.example', 'employee', 'Rosa Duarte', 'pending', 1),
  (2, 1, 'kofi@larkspur.example', 'manager', 'Kofi Mensah', 'pending', 3),
  (3, 1, 'lena@larkspur.example', 'employee', 'Lena Fischer', 'expired', 12),
  (4, 1, 'tom@larkspur.example', 'employee', null, 'revoked', 6),
  (5, 2, 'astrid@northwind.example', 'employee', 'Astrid Holm', 'pending', 2)
) as i (n, company, email, role, name, status, days)
on conflict do nothing;

insert into public.company_verification (
  id, company_id, registration_number, tax_id, status, submitted_by, reviewed_by, verified_by, verified_at, created_at
)
select pg_temp.demo_id('verification', v.company), pg_temp.demo_id('company', v.company), v.number, v.tax_id, v.status,
  pg_temp.demo_id('person', v.submitter), case when v.status = 'verified' then pg_temp.demo_id('person', 1) end,
  case when v.status = 'verified' then pg_temp.demo_id('person', 1) end,
  case when v.status = 'verified' then now() - interval '190 days' end, now() - make_interval(days => v.days)
from (values
  (1, '08124417', 'GB 214 5567 90', 'verified', 11, 395), (2, 'HRB 214407 B', 'DE 311902744', 'verified', 21, 195),
  (3, '681204', 'IE 3681204KH', 'pending', 51, 2)
) as v (company, number, tax_id, status, submitter, days)
on conflict do nothing;

insert into public.pillars (id, slug, name, description, sort_order, is_active) values
  (pg_temp.demo_id('pillar', 1), 'mental-wellbeing', 'Mental wellbeing', 'Stress, worry, low mood, and the strength to meet them.', 10, true),
  (pg_temp.demo_id('pillar', 2), 'movement', 'Movement', 'Backs, necks, and a body that sits less.', 20, true),
  (pg_temp.demo_id('pillar', 3), 'nutrition', 'Nutrition', 'Eating well on working days.', 30, true),
  (pg_temp.demo_id('pillar', 4), 'sleep', 'Sleep', 'Falling asleep, staying asleep, shift work.', 40, true),
  (pg_temp.demo_id('pillar', 5), 'financial-calm', 'Financial calm', 'Debt, budgets and talking about money.', 50, true),
  (pg_temp.demo_id('pillar', 6), 'commuting', 'Commuting', 'No longer offered.', 90, false)
on conflict do nothing;

insert into public.session_types (id, pillar_id, kind, name, description, default_minutes)
select pg_temp.demo_id('session_type', p * 10 + t.n), pg_temp.demo_id('pillar', p), t.kind, t.name, t.description, t.minutes
from generate_series(1, 5) as p
cross join (values
  (1, 'initial_consultation', 'Initial consultation', 'Getting to know each other, and a plan.', 50),
  (2, 'follow_up', 'Follow-up', 'What went well, and what is next.', 30),
  (3, 'assessment', 'Assessment', 'A thorough look, with a written summary.', 80)
) as t (n, kind, name, description, minutes)
on conflict do nothing;

insert into public.specialists (id, user_id, display_name, headline, bio, languages, time_zone, status, verified_at, verified_by)
select pg_temp.demo_id('specialist', s.n), pg_temp.demo_id('person', s.n), p.name, s.headline, s.bio, s.languages, p.time_zone,
  case when s.n < 35 then 'verified' else 'pending' end,
  case when s.n < 35 then now() - interval '90 days' end,
  case when s.n < 35 then pg_temp.demo_id('person', 1) end
from (values
  (31, 'Psychologist for people under pressure', 'Twelve years with teams that never quite finish. I work with small steps and clear agreements.', array['en', 'pt']),
  (32, 'Physiotherapist who has worked at a desk', 'Pain that comes from work can often leave with it. Bring your chair into view of the camera.', array['en', 'pl', 'de']),
  (33, 'Sleep coach for shift workers', 'Former nurse. I know what four nights in a row do.', array['en', 'ja']),
  (34, 'Dietitian and money coach', 'Food and money are both about habits, and neither improves by shame.', array['en', 'es']),
  (35, 'Mindfulness teacher', 'Waiting for the verification of my diploma.', array['en', 'fr', 'he'])
) as s (n, headline, bio, languages)
join demo_person p using (n)
on conflict do nothing;

insert into public.specialist_pillars (specialist_id, pillar_id)
select pg_temp.demo_id('specialist', s), pg_temp.demo_id('pillar', p)
from (values (31, 1), (31, 4), (32, 2), (33, 4), (33, 1), (34, 3), (34, 5), (35, 1)) as o (s, p)
on conflict do nothing;

insert into public.pillar_required_documents (pillar_id, document_type)
select pg_temp.demo_id('pillar', p), type
from (values (1, 'license'), (2, 'license'), (3, 'diploma'), (4, 'certification'), (5, 'certification')) r (p, type)
on conflict do nothing;

-- The documents by which the verified ones are verified; there are no files to them. That of Tomasz expires soon.
insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, expiry_date, verification_status, file_hash, mime_type, file_size,
  uploaded_at, pillar_ids, decided_at, decided_by
)
select s.id, r.document_type, upper(r.document_type) || '-' || s.n, 'Demo Authority', current_date + case s.n when 32 then 20 else 400 end, 'verified',
  encode(sha256(convert_to(s.id || r.document_type, 'UTF8')), 'hex'), 'application/pdf', 48000,
  now() - interval '91 days', array_agg(r.pillar_id), now() - interval '90 days', pg_temp.demo_id('person', 1)
from (select n, pg_temp.demo_id('specialist', n) as id from generate_series(31, 34) n) s
join public.specialist_pillars sp on sp.specialist_id = s.id
join public.pillar_required_documents r on r.pillar_id = sp.pillar_id
where not exists (select from public.specialist_documents d where d.specialist_id = s.id)
group by s.n, s.id, r.document_type;

insert into public.specialist_rates (specialist_id, service_type, session_minutes, rate_type, package_sessions, amount, currency, effective_from)
select pg_temp.demo_id('specialist', r.n), r.service, r.minutes, r.type, r.sessions, r.amount, r.currency, current_date - 90
from (values
  (31, 'initial_consultation', 50, 'per_session', null::int, 95, 'EUR'), (31, 'follow_up', 30, 'package', 5, 260, 'EUR'),
  (32, 'follow_up', 30, 'per_session', null, 40, 'EUR'), (34, 'coaching', null, 'hourly', null, 110, 'USD')
) as r (n, service, minutes, type, sessions, amount, currency)
on conflict do nothing;

-- Carol works day and night, so that the pages can be tried out at any hour; the others as people do.
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.demo_id('specialist', h.n), d, h.starts_at, h.ends_at, current_date - 90
from (values
  (31, 6, '08:30'::time, '12:30'::time), (31, 5, '13:30', '19:00'), (34, 7, '00:00', '24:00'),
  (32, 5, '09:00', '12:30'), (32, 5, '13:30', '18:00'), (33, 6, '07:00', '15:00'), (35, 4, '10:00', '16:00')
) as h (n, days, starts_at, ends_at)
cross join lateral generate_series(1, h.days) d
where not exists (select from public.specialist_working_hours w where w.specialist_id = pg_temp.demo_id('specialist', h.n));

insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at, note)
select pg_temp.demo_id('specialist', e.n), e.kind,
  current_date + e.day + e.starts_at, current_date + e.day + e.ends_at, e.note
from (values
  (32, 'time_off', 20, '00:00'::time, '24:00'::time, 'A conference'), (32, 'extra_hours', 16, '19:00', '21:00', null)
) as e (n, kind, day, starts_at, ends_at, note)
where not exists (select from public.specialist_availability_exceptions x where x.specialist_id = pg_temp.demo_id('specialist', e.n));

insert into public.specialist_booking_rules (specialist_id, buffer_after_minutes, book_notice_minutes, requires_acceptance, place_kind, place_detail)
select pg_temp.demo_id('specialist', r.n), r.after, r.notice, r.accepts, r.kind, r.detail
from (values
  (31, 10, null::int, false, 'video', 'https://video.example/ines'), (32, 15, 1440, true, 'in_person', 'ul. Prosta 51, Warszawa, room 3')
) as r (n, after, notice, accepts, kind, detail)
on conflict do nothing;

-- Days from today at full hours; each specialist and each employee is in one place at a time.
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.demo_id('booking', b.n), pg_temp.demo_id('person', b.employee), pg_temp.demo_id('company', b.employee / 10),
  pg_temp.demo_id('specialist', b.specialist), pg_temp.demo_id('session_type', b.type),
  date_trunc('day', now()) + make_interval(days => b.day, hours => b.hour),
  date_trunc('day', now()) + make_interval(days => b.day, hours => b.hour, mins => t.default_minutes), 'confirmed'
from (values
  (1, 13, 31, 11, -28, 9), (2, 13, 31, 12, -14, 9), (3, 14, 32, 21, -21, 15), (4, 14, 32, 22, -7, 15),
  (5, 23, 33, 41, -10, 7), (6, 24, 34, 51, -5, 16), (7, 12, 34, 31, -3, 14), (8, 22, 31, 13, -2, 10),
  (9, 14, 32, 22, 2, 15), (10, 23, 33, 42, 3, 7), (11, 24, 34, 52, 4, 16), (12, 13, 33, 43, 8, 8),
  (13, 11, 31, 11, 9, 13), (14, 21, 34, 31, 12, 15), (15, 23, 31, 12, 15, 9)
) as b (n, employee, specialist, type, day, hour)
join public.session_types t on t.id = pg_temp.demo_id('session_type', b.type)
on conflict do nothing;

update public.bookings b
set status = case when b.id = pg_temp.demo_id('booking', 6) then 'no_show' else 'completed' end
from generate_series(1, 8) as n
where b.id = pg_temp.demo_id('booking', n) and b.status = 'confirmed';

update public.bookings set status = 'cancelled', status_reason = 'on holiday'
where id = pg_temp.demo_id('booking', 14) and status = 'confirmed';

-- Emma's next session, and a wish to be reminded that makes the reminder due at the next full minute.
insert into public.notification_preferences (user_id, reminder_lead_minutes)
select pg_temp.demo_id('person', 13), array[1440, (
  extract(epoch from date_trunc('hour', now()) + interval '3 hours' - date_trunc('minute', now())) / 60 - 1
)::int]
on conflict do nothing;

insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.demo_id('booking', 16), pg_temp.demo_id('person', 13), pg_temp.demo_id('company', 1),
  pg_temp.demo_id('specialist', 34), pg_temp.demo_id('session_type', 32),
  date_trunc('hour', now()) + interval '3 hours', date_trunc('hour', now()) + interval '3 hours 30 minutes', 'confirmed'
on conflict do nothing;

-- Gerda asks Tomasz for a session, and somebody proposes Emma another time.
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.demo_id('booking', 17), pg_temp.demo_id('person', 23), pg_temp.demo_id('company', 2), pg_temp.demo_id('specialist', 32), pg_temp.demo_id('session_type', 21),
  date_trunc('day', now()) + interval '6 days 9 hours', date_trunc('day', now()) + interval '6 days 9 hours 50 minutes', 'pending'
on conflict do nothing;
insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
select b.id, 'specialist', b.starts_at + interval '1 day', b.ends_at + interval '1 day', b.busy_from + interval '1 day', b.busy_until + interval '1 day', now() + interval '20 hours'
from public.bookings b
where b.id = pg_temp.demo_id('booking', 12) and not exists (select from public.booking_proposals p where p.booking_id = b.id);

-- What happened before there was this database is mailed to nobody.
with untold as (delete from private.emails where template_key like 'booking%' and recipient like '%.example' returning id)
delete from private.email_queue where mail_id in (select id from untold);

drop table demo_person;

-- Only the seed makes this: it exists in development databases and nowhere else.
create or replace function private.demo_join()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_company public.companies;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select * into v_company from public.companies where status = 'active' order by created_at, id limit 1;
  insert into public.company_members (company_id, user_id)
  values (v_company.id, private.user_id())
  on conflict (company_id, user_id) do nothing;
  return jsonb_build_object('company_id', v_company.id, 'company', v_company.name);
end;
$$;

grant execute on function private.demo_join() to authenticated;

create or replace function public.demo_join()
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.demo_join();
$$;

comment on function public.demo_join() is
  'Development only: makes the caller an employee of the demo company, so that they can book. Errors: unauthenticated (401).';

grant execute on function public.demo_join() to authenticated;
