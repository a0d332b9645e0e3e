-- available_slots(): when a specialist, or the specialists of a pillar, can be booked.
--
-- Called: by signed-in people. They learn which times are free, and not why the others are not.
--
-- An instant is worked when the clock on the specialist's wall then shows a working hour. So an hour
-- that the clocks skip in spring is not worked, and one that they repeat in autumn is worked twice.
-- That needs no case of its own: between two changes of the clocks, local time is UTC plus a constant,
-- and working hours are moved by it, stretch by stretch.

-- A row for each stretch of usual or extra hours that touches [p_from, p_to), as a whole, so that where it
-- begins does not depend on what was asked. Hours are fetched once for each specialist, not for each day.
-- The planner takes this for millions of rows and would compile it, which takes longer than the answer.
create function private.working_spans(p_specialist_ids uuid[], p_from timestamptz, p_to timestamptz)
returns table (specialist_id uuid, span tstzrange, works boolean, extra boolean)
language sql
stable
set search_path = ''
set jit = off
as $$
  with hours as materialized (
    select w.specialist_id, s.time_zone, w.day_of_week, w.starts_at, w.ends_at, w.effective_from, w.effective_until
    from public.specialists s
    join public.specialist_working_hours w on w.specialist_id = s.id
    where s.id = any (p_specialist_ids)
      and w.effective_from <= (p_to at time zone 'UTC')::date + 2
      and (w.effective_until is null or w.effective_until >= (p_from at time zone 'UTC')::date - 2)
  ), stretch as materialized (
    select z.time_zone, t.span, t.utc_offset
    from (select distinct time_zone from hours) z
    cross join lateral private.time_zone_stretches(
      z.time_zone, date_trunc('second', p_from) - interval '2 days', date_trunc('second', p_to) + interval '2 days'
    ) t
  ), day as materialized (
    -- Where a stretch ends within a day, that day is there twice, and each time in part.
    select t.time_zone, t.span, extract(isodow from d)::smallint as day_of_week, d::date as date,
      d at time zone 'UTC' - t.utc_offset as midnight
    from generate_series(
      (p_from at time zone 'UTC')::date::timestamp - interval '1 day', p_to at time zone 'UTC' + interval '1 day', interval '1 day'
    ) d
    join stretch t on t.span && tstzrange(d at time zone 'UTC' - t.utc_offset, d at time zone 'UTC' - t.utc_offset + interval '1 day')
  )
  select worked.* from (
    select h.specialist_id, tstzrange(d.midnight + h.starts_at, d.midnight + h.ends_at) * d.span as span, true, false
    from hours h
    join day d on d.time_zone = h.time_zone and d.day_of_week = h.day_of_week
      and d.date >= h.effective_from and (h.effective_until is null or d.date <= h.effective_until)
    offset 0
  ) worked
  where worked.span && tstzrange(p_from, p_to)
  union all
  select e.specialist_id, tstzrange(e.starts_at, e.ends_at), e.kind = 'extra_hours', true
  from public.specialist_availability_exceptions e
  where e.specialist_id = any (p_specialist_ids) and e.starts_at < p_to and e.ends_at > p_from
  union all
  select f.specialist_id, tstzrange(f.starts_at, f.ends_at), false, true
  from public.specialist_freed_times f
  where f.specialist_id = any (p_specialist_ids) and f.starts_at < p_to and f.ends_at > p_from and f.offered_at > now();
$$;

comment on function private.working_spans(uuid[], timestamptz, timestamptz) is
  'When specialists work between two instants, as whole stretches, and when not though they else would (works is false). extra: by an exception, or a freed time.';

create function private.check_working_hours(p_specialist_id uuid, p_starts_at timestamptz, p_ends_at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not coalesce((
    select range_agg(w.span) filter (where w.works) @> tstzrange(p_starts_at, p_ends_at)
    from private.working_spans(array[p_specialist_id], p_starts_at, p_ends_at) w
  ), false) then
    raise sqlstate 'PT422' using message = 'outside_working_hours', detail = 'The specialist does not work at that time.';
  end if;
end;
$$;

comment on function private.check_working_hours(uuid, timestamptz, timestamptz) is
  'Refuses a session that is not within working hours from start to end: outside_working_hours. Time off is check_time_free()''s.';

-- One query and one word for a session, a day off and a freed time, asked last of all rules: else a refusal, or how long
-- it takes, would tell one from the other. And one snapshot: a session that is cancelled meanwhile is either still there
-- or withheld, never free in between. The constraints of bookings decide between those who ask at once.
create function private.check_time_free(
  p_specialist_id uuid, p_employee_id uuid, p_starts_at timestamptz, p_ends_at timestamptz, p_moved_id uuid default null
)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if (
    select count(*) from (
      select from private.working_spans(array[p_specialist_id], p_starts_at, p_ends_at) w
      where not w.works and w.span && tstzrange(p_starts_at, p_ends_at)
      union all
      select from public.bookings b
      where b.specialist_id = p_specialist_id and b.status in ('held', 'confirmed')
        and tstzrange(b.starts_at, b.ends_at) && tstzrange(p_starts_at, p_ends_at) and b.id is distinct from p_moved_id
      union all
      select from public.bookings b
      where b.employee_id = p_employee_id and b.status in ('held', 'confirmed')
        and tstzrange(b.starts_at, b.ends_at) && tstzrange(p_starts_at, p_ends_at) and b.id is distinct from p_moved_id
    ) taken
  ) > 0 then
    raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
  end if;
end;
$$;

comment on function private.check_time_free(uuid, uuid, timestamptz, timestamptz, uuid) is
  'Refuses a time at which one of the two has a session, the specialist is off, or that fell free and is not offered yet: slot_taken. p_moved_id: the session that moves.';

-- Starts are offered in steps of the session's length, filled up to a full quarter of an hour, counted from
-- where the stretch begins: 50 minutes every hour. book_session() takes any other start as well.
create function private.available_slots(
  p_specialist_id uuid, p_pillar_id uuid, p_session_type_id uuid, p_from timestamptz, p_to timestamptz, p_now timestamptz
)
returns table (specialist_id uuid, starts_at timestamptz, ends_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
  v_from constant timestamptz := greatest(p_from, p_now + private.minutes('booking_min_notice_minutes'));
  v_to constant timestamptz := least(p_to, p_now + private.days('booking_max_days_ahead'));
  v_length interval;
  v_step interval;
  v_specialist_ids uuid[];
  v_minutes int;
begin
  if p_from is null or p_to is null or not p_to > p_from or p_to > p_from + interval '62 days' then
    raise sqlstate 'PT422' using message = 'invalid_range', detail = 'Ask for a span of up to 62 days.';
  elsif p_specialist_id is null and p_pillar_id is null and p_session_type_id is null then
    raise sqlstate 'PT422' using message = 'specialist_or_pillar_required', detail = 'Name a specialist, a pillar or a session type.';
  end if;
  select array_agg(distinct s.id), min(t.default_minutes) into v_specialist_ids, v_minutes
  from public.specialists s
  join public.specialist_pillars sp on sp.specialist_id = s.id
  join public.pillars p on p.id = sp.pillar_id and p.is_active
  join public.session_types t on t.pillar_id = p.id and t.is_active
  where s.status = 'verified'
    and (p_specialist_id is null or s.id = p_specialist_id)
    and (p_pillar_id is null or p.id = p_pillar_id)
    and (p_session_type_id is null or t.id = p_session_type_id);
  if v_minutes is null or v_from >= v_to then
    return;
  end if;
  v_length := make_interval(mins => v_minutes);
  v_step := make_interval(mins => ceil(v_minutes / 15.0)::int * 15);
  return query
    with span as materialized (
      select w.* from private.working_spans(v_specialist_ids, v_from, v_to + interval '4 hours') w
      union all
      select b.specialist_id, tstzrange(b.starts_at, b.ends_at), false, true
      from public.bookings b
      where b.specialist_id = any (v_specialist_ids) and b.status in ('held', 'confirmed')
        and b.starts_at > v_from - interval '4 hours' and b.starts_at < v_to + interval '4 hours'
    ), calendar as materialized (
      select s.specialist_id,
        range_agg(s.span) filter (where not s.extra) as usual,
        range_agg(s.span) filter (where s.works and s.extra) as extra,
        coalesce(range_agg(s.span) filter (where s.works), '{}')
          - coalesce(range_agg(s.span) filter (where not s.works), '{}') as free
      from span s group by s.specialist_id
    ), begun as (
      select s.specialist_id, s.span from span s where not s.extra
      union all
      select c.specialist_id, unnest(c.extra - coalesce(c.usual, '{}')) from calendar c where c.extra is not null
    ), start as (
      select b.specialist_id, c.free, generate_series(
        lower(b.span), upper(b.span) - interval '5 minutes', v_step
      ) as at
      from begun b join calendar c using (specialist_id)
    )
    select s.specialist_id, s.at, s.at + v_length
    from start s
    where s.at >= v_from and s.at < v_to and s.free @> tstzrange(s.at, s.at + v_length)
    order by s.at, s.specialist_id
    limit 10000;
end;
$$;

grant execute on function private.available_slots(uuid, uuid, uuid, timestamptz, timestamptz, timestamptz) to authenticated;

create function public.available_slots(
  p_specialist_id uuid default null, p_pillar_id uuid default null, p_session_type_id uuid default null,
  p_from timestamptz default now(), p_to timestamptz default now() + interval '30 days'
)
returns table (specialist_id uuid, starts_at timestamptz, ends_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.available_slots(p_specialist_id, p_pillar_id, p_session_type_id, p_from, p_to, now());
$$;

comment on function public.available_slots(uuid, uuid, uuid, timestamptz, timestamptz) is
  'Free times of a specialist, or of all of a pillar, that start within [p_from, p_to) and can be booked now; the soonest ten thousand. '
  'As long as the session type; without one, as the shortest that is offered. Errors: invalid_range, specialist_or_pillar_required (422).';

grant execute on function public.available_slots(uuid, uuid, uuid, timestamptz, timestamptz) to authenticated;
