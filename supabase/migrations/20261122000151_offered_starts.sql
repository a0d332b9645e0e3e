-- available_slots(): when a specialist, or the specialists of a pillar, can be booked.
--
-- Called: by signed-in people. They learn which times are free, and not why the others are not.

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
