-- What available_slots() offers: the times at which somebody can have a session.
--
-- An offer is a promise: what is offered is booked, as long as nobody else is faster, and what is on the grid and can be
-- booked is offered. supabase/tests/database/311_offers.sql holds it to that. Who adds a rule to what books adds it here.

create type private.package_time as (session_type_id uuid, spans tstzmultirange);
comment on type private.package_time is 'The instants at which packages pay for a type of session.';

-- The instants at which a company pays, for all companies of a person. Of a month whose sessions are taken there are left, for
-- some types, those of packages.
create function private.payable_times(
  p_user_id uuid, p_company_id uuid, p_session_type_ids uuid[], p_from timestamptz, p_to timestamptz, p_now timestamptz, p_moved_id uuid
)
returns table (spans tstzmultirange, packages private.package_time[], refusal text)
language sql
stable
set search_path = ''
as $$
  with member as (
    select c.id, s.time_zone, daterange(s.starts_on, e.ends_on, '[]') as days, e.subscription_id is not null as has_plan
    from public.company_members m
    join public.companies c on c.id = m.company_id
    left join private.company_entitlement(c.id, p_now) e on true
    left join public.company_subscriptions s on s.id = e.subscription_id
    where m.user_id = p_user_id and m.status = 'active' and c.status = 'active' and (p_company_id is null or m.company_id = p_company_id)
  ), month as (
    select p.id, p.time_zone,
      p.days * daterange(m::date, (m + interval '1 month')::date)
        * daterange((p_from at time zone p.time_zone)::date, (p_to at time zone p.time_zone)::date, '[]') as days
    from member p
    cross join generate_series(date_trunc('month', p_from at time zone p.time_zone), p_to at time zone p.time_zone, interval '1 month') m
    where p.has_plan
  ), covered as materialized (
    select m.id, m.time_zone, m.days,
      coalesce(private.sessions_left(p_user_id, m.id, (lower(m.days) + time '12:00') at time zone m.time_zone, p_moved_id) <= 0, false) as used_up
    from month m where not isempty(m.days)
  ), paid as (
    select null::uuid as session_type_id, c.time_zone, c.days from covered c where not c.used_up
    union all
    select p.session_type_id, c.time_zone, c.days * daterange(null, p.expires_on, '[]')
    from covered c
    join private.usable_packages(p_user_id, p_session_type_ids, p_moved_id) p on p.company_id = c.id
    where c.used_up
  ), payable as (
    -- Days become instants as working hours do: stretch by stretch.
    select d.session_type_id, range_agg(
      tstzrange(lower(d.days)::timestamp at time zone 'UTC' - t.utc_offset, upper(d.days)::timestamp at time zone 'UTC' - t.utc_offset) * t.span
    ) * tstzmultirange(tstzrange(p_from, p_to)) as spans
    from paid d
    cross join lateral private.time_zone_stretches(
      d.time_zone, date_trunc('second', p_from) - interval '2 days', date_trunc('second', p_to) + interval '2 days'
    ) t
    where not isempty(d.days)
    group by d.session_type_id
  ), total as (
    select coalesce(range_agg(p.spans) filter (where p.session_type_id is null), '{}') as spans,
      coalesce(array_agg(row(p.session_type_id, p.spans)::private.package_time) filter (where p.session_type_id is not null and p.spans <> '{}'), '{}') as packages
    from payable p
  )
  select p.spans, p.packages, case
    when p.spans <> '{}' or p.packages <> '{}' then null
    when not exists (select from member) then 'not_a_member'
    when not exists (select from member where has_plan) then 'no_plan'
    when not exists (select from covered) then 'plan_ends_before'
    else 'sessions_used_up'
  end
  from total p;
$$;

comment on function private.payable_times(uuid, uuid, uuid[], timestamptz, timestamptz, timestamptz, uuid) is
  'When, between two instants, a session would be paid for as private.paying_company() says: whatever its type, and by packages besides; if never, the word with which it refuses.';

-- Starts are counted from where each stretch of hours begins, in the specialist's steps. Hours for one type count where those
-- for all do not, and extra hours where neither does, or where time off takes them: no time is counted from two beginnings.
create function private.offered_starts(
  p_terms private.session_terms[], p_employee_id uuid, p_ignored_ids uuid[], p_from timestamptz, p_to timestamptz, p_now timestamptz
)
returns table (specialist_id uuid, starts_at timestamptz)
language sql
stable
set search_path = ''
set jit = off
as $$
  with term as materialized (
    select t.*, s.time_zone, private.may_practise_until(t.specialist_id, t.pillar_id) as until,
      greatest(p_from, p_now + t.book_notice) as first, p_now + t.horizon as last
    from unnest(p_terms) t
    join public.specialists s on s.id = t.specialist_id
  ), span as materialized (
    -- A day more, since where extra hours count from depends on what lies around them.
    select w.specialist_id, w.span, case w.kind when 'hours' then case when w.session_type_id is null then 'hours' else 'own' end else w.kind end as kind
    from private.working_spans(array(select t.specialist_id from term t), p_from - interval '26 hours', p_to + interval '26 hours') w
    join term t on t.specialist_id = w.specialist_id
    where w.session_type_id is null or w.session_type_id = t.session_type_id
  ), kept as (
    select k.specialist_id, tstzrange(k.busy_from - t.buffer_after, k.busy_until + t.buffer_before) as span
    from private.kept_times k
    join term t on t.specialist_id = k.specialist_id
    where k.booking_id <> all (p_ignored_ids)
      and k.specialist_id = any (array(select t.specialist_id from term t))
      and k.starts_at > p_from - interval '12 hours' and k.starts_at < p_to + interval '16 hours'
  ), calendar as materialized (
    select w.specialist_id, w.general, w.hours, w.off, w.hours - w.off as usual,
      w.hours - w.off + w.extra - coalesce(k.spans, '{}') - coalesce((
        select range_agg(tstzrange(o.starts_at, o.ends_at)) from private.kept_times o
        where o.employee_id = p_employee_id and o.booking_id <> all (p_ignored_ids)
      ), '{}') as free
    from (
      select s.specialist_id,
        coalesce(range_agg(s.span) filter (where s.kind = 'hours'), '{}') as general,
        coalesce(range_agg(s.span) filter (where s.kind in ('hours', 'own')), '{}') as hours,
        coalesce(range_agg(s.span) filter (where s.kind = 'extra_hours'), '{}') as extra,
        coalesce(range_agg(s.span) filter (where s.kind = 'time_off'), '{}') as off
      from span s group by s.specialist_id
    ) w
    left join (select k.specialist_id, range_agg(k.span) as spans from kept k group by k.specialist_id) k using (specialist_id)
  ), stretch as (
    select s.specialist_id, s.span, true as is_usual from span s where s.kind = 'hours'
    union all
    select s.specialist_id, unnest(tstzmultirange(s.span) - c.general), true
    from span s join calendar c using (specialist_id) where s.kind = 'own'
    union all
    select e.specialist_id, unnest(tstzmultirange(e.span) - c.usual - coalesce(e.earlier, '{}')), false
    from (
      select s.specialist_id, s.span,
        range_agg(s.span) over (partition by s.specialist_id order by s.span rows between unbounded preceding and 1 preceding) as earlier
      from (select distinct s.specialist_id, s.span from span s where s.kind = 'extra_hours') s
    ) e
    join calendar c using (specialist_id)
  )
  select t.specialist_id, g.at
  from stretch s
  join term t using (specialist_id)
  join calendar c using (specialist_id)
  cross join lateral generate_series(lower(s.span), upper(s.span) - interval '5 minutes', t.step) g (at)
  where upper(s.span) > t.first and lower(s.span) < p_to and lower(s.span) <= t.last
    and g.at >= t.first and g.at < p_to and g.at <= t.last
    and c.free @> tstzrange(g.at, g.at + t.lasts)
    and (not s.is_usual or c.off = '{}' or not c.off @> g.at)
    and (t.until = 'infinity' or (g.at at time zone t.time_zone)::date <= t.until);
$$;

comment on function private.offered_starts(private.session_terms[], uuid, uuid[], timestamptz, timestamptz, timestamptz) is
  'The starts on the grids of specialists at which both they and a person are free for a session on the terms given. p_ignored_ids: sessions that keep nothing.';

-- The soonest are found without looking at all the rest: day by day, and at twice as many each time.
create function private.next_offers(
  p_terms private.session_terms[], p_employee_id uuid, p_ignored_ids uuid[], p_payable tstzmultirange, p_packages private.package_time[],
  p_from timestamptz, p_to timestamptz, p_now timestamptz, p_after_at timestamptz, p_after_id uuid, p_limit int
)
returns table (specialist_id uuid, starts_at timestamptz)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_left int := p_limit;
  v_rows int;
  v_from timestamptz := greatest(p_from, p_now, p_after_at);
  v_until timestamptz;
  -- A specialist has about eight a day.
  v_window interval := make_interval(days => 1 + p_limit / (8 * (1 + coalesce(cardinality(p_terms), 0))));
begin
  while v_left > 0 and v_from < p_to loop
    v_until := least(p_to, v_from + v_window);
    return query
      select o.specialist_id, o.starts_at
      from private.offered_starts(p_terms, p_employee_id, p_ignored_ids, v_from, v_until, p_now) o
      where (p_payable @> o.starts_at or exists (
          select from unnest(p_packages) k join unnest(p_terms) t using (session_type_id)
          where t.specialist_id = o.specialist_id and k.spans @> o.starts_at
        ))
        and (p_after_at is null or (o.starts_at, o.specialist_id) > (p_after_at, p_after_id))
      order by o.starts_at, o.specialist_id
      limit v_left;
    get diagnostics v_rows = row_count;
    v_left := v_left - v_rows;
    v_from := v_until;
    v_window := 2 * v_window;
  end loop;
end;
$$;

comment on function private.next_offers(
  private.session_terms[], uuid, uuid[], tstzmultirange, private.package_time[], timestamptz, timestamptz, timestamptz, timestamptz, uuid, int
) is 'The soonest starts that private.offered_starts() finds and that are paid for, behind one that was answered before.';

-- Sessions of one type of each specialist: the one asked for, else the shortest that they offer.
create function private.offered_terms(p_specialist_id uuid, p_pillar_id uuid, p_session_type_id uuid, p_user_id uuid)
returns private.session_terms[]
language sql
stable
set search_path = ''
as $$
  select array(
    select distinct on (t.specialist_id) t
    from private.session_terms t
    join public.specialists s on s.id = t.specialist_id
    where s.status = 'verified' and s.user_id <> p_user_id and t.is_offered
      and (p_specialist_id is null or t.specialist_id = p_specialist_id)
      and (p_pillar_id is null or t.pillar_id = p_pillar_id)
      and (p_session_type_id is null or t.session_type_id = p_session_type_id)
    order by t.specialist_id, t.lasts, t.session_type_id
  );
$$;

comment on function private.offered_terms(uuid, uuid, uuid, uuid) is 'The terms of all specialists who offer a person what they look for.';
