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
  delete from public.recurring_bookings where employee_id = interleavings.id('maker');
  delete from public.waiting_list_entries where user_id in (interleavings.id('first'), interleavings.id('second'));
  delete from public.bookings where company_id in (interleavings.id('company'), interleavings.id('small'));
  delete from public.booking_packages where user_id = interleavings.id('payer');
  delete from private.freed_for_waiting where specialist_id = interleavings.id('specialist');
  -- Else whoever has acted often is refused by that alone.
  delete from private.allowances where subject in (select id::text from auth.users where email like '%@interleavings.test');
  delete from public.specialist_availability_exceptions where specialist_id = interleavings.id('specialist');
  delete from private.email_queue where mail_id in (select id from private.email_log where recipient like '%@interleavings.test');
  delete from private.emails where recipient like '%@interleavings.test';
$$;

create function interleavings.make(p_name text, p_minutes int, p_lasts int, p_status text, p_type text default 'talk', p_expires_at timestamptz default null)
returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at)
  select interleavings.id(p_name || ':booking'), interleavings.id(p_name), interleavings.id(case p_name when 'payer' then 'small' else 'company' end), interleavings.id('specialist'), interleavings.id(p_type),
    at + make_interval(mins => p_minutes), at + make_interval(mins => p_minutes + p_lasts), p_status, p_expires_at
  from interleavings.slot;
$$;

-- A series of three, of which the second is booked and no other was looked at yet.
create function interleavings.make_series() returns void language sql as $$
  insert into public.recurring_bookings (id, employee_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone)
  select interleavings.id('series'), interleavings.id('maker'), interleavings.id('specialist'), interleavings.id('talk'),
    'FREQ=WEEKLY;BYDAY=' || upper(left(to_char(at at time zone 'UTC', 'FMDay'), 2)) || ';COUNT=3', at at time zone 'UTC', 'UTC'
  from interleavings.slot;
  select interleavings.make('maker', 7 * 1440, 30, 'confirmed');
  insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome, booking_id)
  select s.id, d.on_day, d.starts_at, 'booked', interleavings.id('maker:booking')
  from public.recurring_bookings s, private.days_of_series(s) d where s.id = interleavings.id('series') and d.n = 2;
$$;

-- Two wait for the time, and it is held for the first.
create function interleavings.make_line(p_expires_at timestamptz) returns void language sql as $$
  insert into public.waiting_list_entries (id, user_id, specialist_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time, joined_at, expires_at)
  select interleavings.id(n), interleavings.id(n), interleavings.id('specialist'), interleavings.id('talk'), 'UTC', w.wall::date, w.wall::date, '{1,2,3,4,5,6,7}',
    w.wall::time, w.wall::time + interval '30 minutes', now() + i * interval '1 second', at + interval '1 day'
  from interleavings.slot, lateral (select at at time zone 'UTC') w (wall), unnest(array['first', 'second']) with ordinality l (n, i);
  select interleavings.make('first', 0, 30, 'held', p_expires_at => p_expires_at);
  select private.record_offer(e, b) from public.waiting_list_entries e, public.bookings b where e.id = interleavings.id('first') and b.id = interleavings.id('first:booking');
$$;

-- One session of a month, which is used, and of a package, which is used as well.
create function interleavings.make_package() returns void language sql as $$
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select interleavings.id('payer'), interleavings.id('small'), interleavings.id('specialist'), interleavings.id('talk'), t, t + interval '30 minutes', 'confirmed'
  from interleavings.slot, lateral (select at + case when extract(hour from at) < 12 then interval '2 hours' else interval '-2 hours' end) s (t);
  insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on)
  select interleavings.id('package'), interleavings.id('payer'), interleavings.id('small'), interleavings.id('talk'), 'platform', 1, at::date + 2 from interleavings.slot;
  select interleavings.make('payer', case when extract(hour from at) < 12 then 180 else -180 end, 30, 'confirmed') from interleavings.slot;
$$;

-- What the jobs do with what is there, and with nothing of another world's.
create function interleavings.book_series() returns bigint language plpgsql as $$
declare
  v_series constant public.recurring_bookings := private.hold_series(interleavings.id('series'), now());
begin
  return case when v_series.id is not null then private.look_at_series(v_series, now()) end;
end;
$$;
create function interleavings.offer() returns bigint language sql as $$
  select count(*) filter (where private.look_at_freed_time(t.id, now())) from (
    select id from private.freed_for_waiting where specialist_id = interleavings.id('specialist') and ready_at <= now() order by ready_at, id
  ) t;
$$;
create function interleavings.look_again() returns bigint language plpgsql as $$
begin
  update public.recurring_bookings set look_at = now() where id = interleavings.id('series') and status = 'active';
  return interleavings.book_series();
end;
$$;

-- What is left, without what differs from run to run.
create function interleavings.outcome() returns setof text language sql as $$
  select format('%s %s %s', split_part(p.email, '@', 1), b.status, extract(epoch from b.starts_at - s.at) / 60)
  from public.bookings b join auth.users p on p.id = b.employee_id, interleavings.slot s
  where b.company_id in (interleavings.id('company'), interleavings.id('small'))
  union all
  select format('maker series_%s %s', r.status, 0) from public.recurring_bookings r where r.id = interleavings.id('series')
  union all
  select format('maker day_%s%s %s', o.outcome, '_' || o.refusal, o.on_day - (s.at at time zone 'UTC')::date)
  from public.recurring_booking_occurrences o, interleavings.slot s where o.series_id = interleavings.id('series')
  union all
  select format('%s entry_%s %s', split_part(u.email, '@', 1), e.status, 0)
  from public.waiting_list_entries e join auth.users u on u.id = e.user_id where e.specialist_id = interleavings.id('specialist')
  union all
  select format('%s offer_%s %s', split_part(u.email, '@', 1), o.outcome, extract(epoch from o.starts_at - s.at) / 60)
  from public.waiting_list_offers o join auth.users u on u.id = o.user_id, interleavings.slot s where o.specialist_id = interleavings.id('specialist')
  union all
  select format('payer package_%s %s', p.status, private.package_left(p)) from public.booking_packages p where p.id = interleavings.id('package')
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
from unnest(array['specialist', 'holder', 'booker', 'mover', 'canceller', 'asker', 'other', 'late', 'maker', 'first', 'second', 'payer', 'admin']) n;
insert into auth.sessions (id, user_id, created_at, updated_at) select id, id, now(), now() from auth.users where email like '%@interleavings.test';
insert into public.user_roles (user_id, role, needs_second_factor) values (interleavings.id('admin'), 'platform_admin', false);
insert into public.companies (id, name) select interleavings.id(n), 'Interleavings' from unnest(array['company', 'small']) n;
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month) values
  (interleavings.id('company:plan'), 'interleavings', 'Interleavings', 20, null), (interleavings.id('small:plan'), 'interleavings-small', 'Interleavings', 20, 1);
insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
select interleavings.id(n), interleavings.id(n || ':plan'), 'active', now()::date - 1 from unnest(array['company', 'small']) n;
insert into public.company_members (company_id, user_id)
select interleavings.id(case when email like 'payer@%' then 'small' else 'company' end), id from auth.users where email like '%@interleavings.test';
insert into public.pillars (id, slug, name) values (interleavings.id('pillar'), 'interleavings', 'Interleavings');
insert into public.session_types (id, pillar_id, kind, name, default_minutes)
select interleavings.id(n), interleavings.id('pillar'), 'coaching', n, 30 from unnest(array['talk', 'interview']) n;
insert into public.specialists (id, user_id, display_name, status, verified_at) values (interleavings.id('specialist'), interleavings.id('specialist'), 'Inter', 'verified', now());
insert into public.specialist_pillars (specialist_id, pillar_id) values (interleavings.id('specialist'), interleavings.id('pillar'));
insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance) values (interleavings.id('specialist'), interleavings.id('interview'), true);
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select interleavings.id('specialist'), d, '00:00', '24:00', now()::date - 30 from generate_series(1, 7) d;
