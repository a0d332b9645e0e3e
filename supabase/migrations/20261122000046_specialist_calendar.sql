-- The calendar of a specialist: when they work, and what keeps them from another session.
--
-- Called: by what offers sessions, and by what books and moves them.
--
-- An instant is worked when the clock on the specialist's wall then shows a working hour. So an hour
-- that the clocks skip in spring is not worked, and one that they repeat in autumn is worked twice.
-- That needs no case of its own: between two changes of the clocks, local time is UTC plus a constant,
-- and working hours and exceptions are moved by it, stretch by stretch.

-- A row for each stretch of usual or extra hours, or of time off, that touches [p_from, p_to), as a whole, so that where
-- it begins does not depend on what was asked. Hours are fetched once for each specialist, not for each day.
-- The planner takes this for millions of rows and would compile it, which takes longer than the answer. In plpgsql for the sake
-- of its plan: to make one takes longer than to use it.
create function private.working_spans(p_specialist_ids uuid[], p_from timestamptz, p_to timestamptz)
returns table (specialist_id uuid, session_type_id uuid, span tstzrange, kind text)
language plpgsql
stable
set search_path = ''
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
    with specialist as materialized (
      select s.id, s.time_zone from public.specialists s where s.id = any (p_specialist_ids)
    ), hours as materialized (
      select w.specialist_id, s.time_zone, w.session_type_id, w.day_of_week, w.starts_at, w.ends_at, w.effective_from, w.effective_until
      from specialist s
      join public.specialist_working_hours w on w.specialist_id = s.id
      where w.effective_from <= (p_to at time zone 'UTC')::date + 2
        and (w.effective_until is null or w.effective_until >= (p_from at time zone 'UTC')::date - 2)
    ), stretch as materialized (
      select z.time_zone, t.span, t.utc_offset
      from (select distinct time_zone from specialist) z
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
      select h.specialist_id, h.session_type_id, tstzrange(d.midnight + h.starts_at, d.midnight + h.ends_at) * d.span as span, 'hours'::text
      from hours h
      join day d on d.time_zone = h.time_zone and d.day_of_week = h.day_of_week
        and d.date >= h.effective_from and (h.effective_until is null or d.date <= h.effective_until)
      offset 0
    ) worked
    where worked.span && tstzrange(p_from, p_to)
    union all
    select excepted.* from (
      select e.specialist_id, null::uuid, tstzrange(e.starts_at at time zone 'UTC' - t.utc_offset, e.ends_at at time zone 'UTC' - t.utc_offset) * t.span as span, e.kind::text
      from specialist s
      join public.specialist_availability_exceptions e on e.specialist_id = s.id
      join stretch t on t.time_zone = s.time_zone
      -- No clock is further away from UTC than a day.
      where e.starts_at < p_to at time zone 'UTC' + interval '1 day' and e.ends_at > p_from at time zone 'UTC' - interval '1 day'
      offset 0
    ) excepted
    where excepted.span && tstzrange(p_from, p_to);
end;
$$;

comment on function private.working_spans(uuid[], timestamptz, timestamptz) is
  'What specialists say of the time between two instants, as whole stretches: hours, for one type of session or (null) all; extra_hours; time_off.';

create type private.session_wish as (
  employee_id uuid, company_id uuid, specialist_id uuid, session_type_id uuid,
  starts_at timestamptz, ends_at timestamptz, busy_from timestamptz, busy_until timestamptz, moved_id uuid,
  over_time_off boolean
);

comment on type private.session_wish is
  'A session that somebody wants: with whom, when, and what it keeps of the specialist''s calendar. moved_id: the one that it takes the place of. '
  'over_time_off: it was asked for before its specialist took time off then, and left to be answered.';

create function private.check_working_hours(p_wish private.session_wish)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not coalesce((
    select range_agg(w.span) @> tstzrange(p_wish.starts_at, p_wish.ends_at)
    from private.working_spans(array[p_wish.specialist_id], p_wish.starts_at, p_wish.ends_at) w
    where w.kind <> 'time_off' and (w.session_type_id is null or w.session_type_id = p_wish.session_type_id)
  ), false) then
    raise sqlstate 'PT422' using message = 'outside_working_hours', detail = 'The specialist does not work at that time.';
  end if;
end;
$$;

comment on function private.check_working_hours(private.session_wish) is
  'Refuses a session that is not within working hours from start to end: outside_working_hours. Time off is check_time_free()''s.';

-- Holds whose time has passed keep theirs no more, which a constraint cannot know: whoever books meets them and clears them away.
create function private.sweep_holds(p_specialist_id uuid, p_employee_id uuid, p_from timestamptz, p_until timestamptz)
returns void
language sql
set search_path = ''
as $$
  update public.bookings b set status = 'released'
  where b.status = 'held' and b.expires_at <= now()
    and (b.specialist_id = p_specialist_id or b.employee_id = p_employee_id)
    and b.busy_from < p_until and b.busy_until > p_from;
$$;

comment on function private.sweep_holds(uuid, uuid, timestamptz, timestamptz) is
  'Ends the holds of a specialist or an employee that have run out and touch a time.';

-- What keeps a specialist from another session, buffers included: sessions, and what is held for whoever has not answered yet.
create view private.kept_times with (security_invoker = true) as
  select b.id as booking_id, b.specialist_id, b.employee_id, b.starts_at, b.ends_at, b.busy_from, b.busy_until
  from public.bookings b
  where b.status in ('held', 'confirmed') and (b.expires_at is null or b.expires_at > now())
  union all
  -- A specialist keeps no time of somebody else's by proposing it.
  select b.id, b.specialist_id, case p.proposed_by when 'employee' then b.employee_id end, p.starts_at, p.ends_at, p.busy_from, p.busy_until
  from public.booking_proposals p
  join public.bookings b on b.id = p.booking_id
  where p.status = 'open' and p.expires_at > now()
  union all
  select f.id, f.specialist_id, null, f.starts_at, f.ends_at, f.busy_from, f.busy_until
  from public.specialist_freed_times f
  where f.offered_at > now()
  union all
  -- Kept for whoever waits for it, until they are found; also before it is free, since who asks may have begun before that.
  select w.id, w.specialist_id, null, w.starts_at, w.ends_at, w.busy_from, w.busy_until
  from private.freed_for_waiting w
  where w.kept_until > now();

comment on view private.kept_times is
  'The times that sessions, holds and open proposals keep of the calendars of their two, and what fell free and is not offered yet, or to who waits alone. booking_id: of what fell free, its own, or of what kept it.';

revoke all on private.kept_times from public, anon, authenticated, service_role;

-- With its buffers, and the time that was proposed instead: whatever was kept from others is so still. A request kept none.
create function private.withhold_time(p_booking public.bookings, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into public.specialist_freed_times (specialist_id, starts_at, ends_at, busy_from, busy_until, offered_at)
  select k.specialist_id, k.starts_at, k.ends_at, k.busy_from, k.busy_until, p_now + random() * private.hours('freed_time_hours')
  -- What is held for one who waits is kept for the next as well: one time, and one moment.
  from (select distinct specialist_id, starts_at, ends_at, busy_from, busy_until from private.kept_times where booking_id = p_booking.id) k;
$$;

comment on function private.withhold_time(public.bookings, timestamptz) is
  'Keeps the times of a session that is about to be cancelled from being offered, until the specialist reopens them or a random moment comes.';

create function private.withhold_time_of_erased()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.withhold_time(old, now());
  return new;
end;
$$;

comment on function private.withhold_time_of_erased() is
  'Trigger on bookings: whoever cancels the session of somebody whose account is gone, its time is not offered at once. Somebody has seen them go.';

create trigger withhold_time_of_erased before update on public.bookings
  for each row when (old.releases_at is not null and old.status <> 'cancelled' and new.status = 'cancelled')
  execute function private.withhold_time_of_erased();


-- One query and one word for a session, a day off and a freed time, asked last of all rules: else a refusal, or how long
-- it takes, would tell one from the other. And one snapshot: a session that is cancelled meanwhile is either still there
-- or withheld, never free in between. The constraints of bookings decide between those who ask at once.
create function private.check_time_free(p_wish private.session_wish)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if (
    select count(*) from (
      select from (
        select range_agg(w.span) filter (where w.kind = 'time_off') - coalesce(range_agg(w.span) filter (where w.kind = 'extra_hours'), '{}')
        from private.working_spans(array[p_wish.specialist_id], p_wish.starts_at, p_wish.ends_at) w
      ) off (spans)
      where p_wish.over_time_off is not true and off.spans && tstzrange(p_wish.starts_at, p_wish.ends_at)
      union all
      select from private.kept_times k
      where k.specialist_id = p_wish.specialist_id and k.booking_id is distinct from p_wish.moved_id
        and k.busy_from < p_wish.busy_until and k.busy_until > p_wish.busy_from
      union all
      select from private.kept_times k
      where k.employee_id = p_wish.employee_id and k.booking_id is distinct from p_wish.moved_id
        and k.starts_at < p_wish.ends_at and k.ends_at > p_wish.starts_at
    ) taken
  ) > 0 then
    raise sqlstate 'PT409' using message = 'slot_taken', detail = 'This time is no longer free.';
  end if;
end;
$$;

comment on function private.check_time_free(private.session_wish) is
  'Refuses a time at which one of the two has a session, the specialist is off, or that fell free and is not offered yet: slot_taken.';
