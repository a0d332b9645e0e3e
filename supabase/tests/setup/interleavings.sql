-- A world of interleavings.mjs: a specialist with one time that everybody is after, and what it is made anew with. Its name is
-- replaced by that of each world.

drop schema if exists interleavings cascade;
create schema interleavings;

create function interleavings.id(p_name text) returns uuid language sql immutable as $$
  select overlay(overlay(md5('interleavings:' || p_name) placing '4' from 13) placing '8' from 17)::uuid;
$$;

-- The time, a whole day away from every limit.
create table interleavings.slot as select date_trunc('hour', now()) + interval '5 days' as at;

create function interleavings.as(p_name text) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object(
    'sub', interleavings.id(p_name), 'session_id', interleavings.id(p_name), 'role', 'authenticated')::text, true);
  select set_config('request.jwt.claim.sub', interleavings.id(p_name)::text, true);
$$;

create function interleavings.remove() returns void language sql as $$
  delete from public.bookings where company_id = interleavings.id('company');
  -- Else whoever has acted often is refused by that alone.
  delete from private.allowances where subject in (select id::text from auth.users where email like '%@interleavings.test');
  delete from public.specialist_availability_exceptions where specialist_id = interleavings.id('specialist');
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@interleavings.test');
  delete from private.emails where recipient like '%@interleavings.test';
$$;

create function interleavings.make(p_name text, p_minutes int, p_lasts int, p_status text, p_type text default 'talk', p_expires_at timestamptz default null)
returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at)
  select interleavings.id(p_name || ':booking'), interleavings.id(p_name), interleavings.id('company'), interleavings.id('specialist'), interleavings.id(p_type),
    at + make_interval(mins => p_minutes), at + make_interval(mins => p_minutes + p_lasts), p_status, p_expires_at
  from interleavings.slot;
$$;

-- What is left, without what differs from run to run.
create function interleavings.outcome() returns setof text language sql as $$
  select format('%s %s %s', split_part(p.email, '@', 1), b.status, extract(epoch from b.starts_at - s.at) / 60)
  from public.bookings b join auth.users p on p.id = b.employee_id, interleavings.slot s
  where b.company_id = interleavings.id('company')
  union all
  select format('%s proposed %s', split_part(u.email, '@', 1), extract(epoch from p.starts_at - s.at) / 60)
  from public.booking_proposals p join public.bookings b on b.id = p.booking_id join auth.users u on u.id = b.employee_id, interleavings.slot s
  where b.company_id = interleavings.id('company') and p.status = 'open'
  union all
  select format('specialist off %s', extract(epoch from e.starts_at at time zone 'UTC' - s.at) / 60)
  from public.specialist_availability_exceptions e, interleavings.slot s
  where e.specialist_id = interleavings.id('specialist')
  order by 1;
$$;

insert into auth.users (id, email, email_confirmed_at)
select interleavings.id(n), n || '@interleavings.test', now() - interval '1 day'
from unnest(array['specialist', 'holder', 'booker', 'mover', 'canceller', 'asker', 'other', 'late']) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select id, id, now(), now() from auth.users where email like '%@interleavings.test';
insert into public.companies (id, name) values (interleavings.id('company'), 'Interleavings');
insert into public.company_subscription_plans (id, slug, name, seats) values (interleavings.id('plan'), 'interleavings', 'Interleavings', 20);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on) values (interleavings.id('company'), interleavings.id('plan'), 'active', now()::date - 1);
insert into public.company_members (company_id, user_id) select interleavings.id('company'), id from auth.users where email like '%@interleavings.test';
insert into public.pillars (id, slug, name) values (interleavings.id('pillar'), 'interleavings', 'Interleavings');
insert into public.session_types (id, pillar_id, kind, name, default_minutes)
select interleavings.id(n), interleavings.id('pillar'), 'coaching', n, 30 from unnest(array['talk', 'interview']) n;
insert into public.specialists (id, user_id, display_name, status, verified_at) values (interleavings.id('specialist'), interleavings.id('specialist'), 'Inter', 'verified', now());
insert into public.specialist_pillars (specialist_id, pillar_id) values (interleavings.id('specialist'), interleavings.id('pillar'));
insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance) values (interleavings.id('specialist'), interleavings.id('interview'), true);
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select interleavings.id('specialist'), d, '00:00', '24:00', now()::date - 30 from generate_series(1, 7) d;
