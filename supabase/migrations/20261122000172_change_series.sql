-- Changing a series from some day on.
--
-- Called: by employees.

create function private.lock_sessions_of_series(p_series_id uuid, p_from_day date)
returns setof uuid
language sql
set search_path = ''
as $$
  select b.id from public.recurring_booking_occurrences o join public.bookings b on b.id = o.booking_id
  where o.series_id = p_series_id and o.on_day >= p_from_day and b.status in ('pending', 'confirmed') and b.starts_at > now()
  order by b.id for no key update of b;
$$;

comment on function private.lock_sessions_of_series(uuid, date) is 'The sessions to come that are booked of a series from a day on, locked.';

-- What a series has on one day before and after a change is the same; then what it has in one week, in its order. Of a week that has fewer,
-- what is booked goes first. A session that was moved to another week is one of the week of its day. A day whose session was left out, or is
-- no more, was decided about: it is left out anew.
create function private.days_carried_over(p_series public.recurring_bookings, p_had public.recurring_booking_occurrences[])
returns table (on_day date, starts_at timestamptz, booking_id uuid)
language sql
stable
set search_path = ''
as $$
  with had as (
    select h.on_day as decided_on, b.id, w.day, private.week_of_series(p_series.rule, h.on_day::timestamp) as week
    from unnest(p_had) h
    left join public.bookings b on b.id = h.booking_id and b.status not in ('cancelled', 'declined', 'lapsed')
    cross join lateral (select coalesce((b.starts_at at time zone p_series.time_zone)::date, h.on_day)) w (day)
  ), wanted as (
    select d.on_day, d.starts_at, private.week_of_series(p_series.rule, d.on_day::timestamp) as week from private.days_of_series(p_series) d
  ), same as (
    select distinct on (w.on_day) w.on_day, w.starts_at, h.decided_on, h.id
    from wanted w join had h on h.day = w.on_day and h.week = w.week order by w.on_day, h.id is null, h.decided_on
  ), place as (
    select *, row_number() over (partition by week order by on_day) as n, count(*) over (partition by week) as places
    from wanted where on_day not in (select on_day from same)
  ), other as (
    select *, row_number() over (partition by week order by id is null, day, decided_on) as rank
    from had where decided_on not in (select decided_on from same)
  ), placed as (
    select *, row_number() over (partition by week order by day, decided_on) as n
    from other o where o.rank <= (select max(p.places) from place p where p.week = o.week)
  )
  select s.on_day, s.starts_at, s.id from same s
  union all
  select p.on_day, p.starts_at, o.id from place p join placed o using (week, n)
  order by 1;
$$;

comment on function private.days_carried_over(public.recurring_bookings, public.recurring_booking_occurrences[]) is
  'The days of a changed series about which was decided before, and when they start by the rule now: with the session that is booked, or null for one that is left out.';

create function private.refusal_of_move(p_booking_id uuid, p_starts_at timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
begin
  if not exists (select from public.bookings where id = p_booking_id and starts_at = p_starts_at) then
    perform private.reschedule_booking(p_booking_id, p_starts_at);
  end if;
  return null;
exception when others then
  if private.is_refusal(sqlstate) then
    return sqlerrm;
  end if;
  raise;
end;
$$;

comment on function private.refusal_of_move(uuid, timestamptz) is 'Moves a session of the caller to a time, if it is not there; else the word with which that is refused.';

-- Nobody loses a session by a change: where the new time is refused, it stays where it was.
create function private.follow_change(p_series public.recurring_bookings, p_had public.recurring_booking_occurrences[], p_to_come uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_left uuid[] := p_to_come;
begin
  for v in select * from private.days_carried_over(p_series, p_had) loop
    insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome, booking_id, refusal)
    values (
      p_series.id, v.on_day, v.starts_at, case when v.booking_id is null then 'left_out' else 'booked' end, v.booking_id,
      case when v.booking_id = any (p_to_come) then private.refusal_of_move(v.booking_id, v.starts_at) end
    );
    v_left := array_remove(v_left, v.booking_id);
  end loop;
  perform private.cancel_bookings(v_left, 'schedule', null);
end;
$$;

comment on function private.follow_change(public.recurring_bookings, public.recurring_booking_occurrences[], uuid[]) is
  'Moves the sessions to come that were booked of a series to where it has them now, cancels those of weeks that have fewer, and leaves out what is not wanted.';

-- What is before the day stays a series of its own. Of one that has nothing before it, the same row goes on.
create function private.split_series(p_series public.recurring_bookings, p_n int, p_starts_at timestamptz, p_rule text)
returns public.recurring_bookings
language plpgsql
set search_path = ''
as $$
declare
  v_before private.recurrence := private.read_rule(p_series.rule);
  v_series public.recurring_bookings := p_series;
begin
  select time_zone, p_starts_at at time zone time_zone into v_series.time_zone, v_series.wall_starts_at
  from public.specialists where id = p_series.specialist_id;
  v_series.rule := private.checked_rule(p_rule, v_series.wall_starts_at, v_series.time_zone);
  if p_n = 1 then
    update public.recurring_bookings set rule = v_series.rule, wall_starts_at = v_series.wall_starts_at, time_zone = v_series.time_zone
    where id = p_series.id returning * into v_series;
    return v_series;
  end if;
  v_before.sessions := p_n - 1;
  v_before.until := null;
  update public.recurring_bookings
  set rule = private.rule_text(v_before), look_at = now(),
    -- A day that is over and was never looked at is still to be skipped.
    status = case when exists (select from private.days_of_series(p_series) d where d.n < p_n and (d.starts_at > now() or d.outcome is null)) then status else 'ended' end
  where id = p_series.id;
  perform private.check_series_limit(p_series.employee_id);
  insert into public.recurring_bookings (employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone)
  values (
    p_series.employee_id, p_series.company_id, p_series.specialist_id, p_series.session_type_id, v_series.rule, v_series.wall_starts_at, v_series.time_zone
  )
  returning * into v_series;
  return v_series;
end;
$$;

comment on function private.split_series(public.recurring_bookings, int, timestamptz, text) is
  'Ends a series before its n-th session, and returns the one that goes on from there by another rule; invalid_rule, series_limit.';

create function private.change_series(p_series_id uuid, p_from_day date, p_starts_at timestamptz, p_rule text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_series public.recurring_bookings := private.take_own_series(p_series_id);
  v_terms private.session_terms;
  v_n int;
  v_to_come uuid[];
  v_had public.recurring_booking_occurrences[];
begin
  select d.n into v_n from private.days_of_series(v_series) d where d.on_day = p_from_day and d.starts_at > now();
  if not found then
    raise sqlstate 'PT422' using message = 'not_in_series', detail = 'The series has no session to come on that day.';
  elsif v_series.status = 'stopped' then
    raise sqlstate 'PT409' using message = 'series_not_active', detail = 'The series was stopped.';
  end if;
  v_terms := private.terms_for(v_series.specialist_id, v_series.session_type_id, v_series.employee_id);
  perform private.check_start(p_starts_at, v_terms.book_notice, v_terms.horizon);
  v_to_come := array(select private.lock_sessions_of_series(p_series_id, p_from_day));
  perform private.require_allowance('bookings', v_series.employee_id);
  v_had := array(
    select o from public.recurring_booking_occurrences o where o.series_id = p_series_id and o.on_day >= p_from_day and o.outcome in ('booked', 'left_out')
  );
  delete from public.recurring_booking_occurrences where series_id = p_series_id and on_day >= p_from_day;
  v_series := private.split_series(v_series, v_n, p_starts_at, p_rule);
  perform private.follow_change(v_series, v_had, v_to_come);
  perform private.book_series(v_series, now());
  return private.series_in_answer(v_series.id);
end;
$$;

grant execute on function private.change_series(uuid, date, timestamptz, text) to authenticated;

create function public.change_series(p_series_id uuid, p_from_day date, p_starts_at timestamptz, p_rule text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.change_series(p_series_id, p_from_day, p_starts_at, p_rule);
$$;

comment on function public.change_series(uuid, date, timestamptz, text) is
  'The employee changes a series from one of its days on, p_from_day; of the first to come on, it changes as a whole. p_starts_at: of the first session from then on; p_rule: from there, as in make_series(). '
  'Sessions that are booked move within their week; where that is refused they stay, with refusal; those of a week that has fewer are cancelled. What was left out or cancelled is left out. Answers as make_series(), '
  'with another series_id where something is left before the day. '
  'Errors: unauthenticated (401), not_your_move (403), series_not_found, specialist_not_found (404), series_not_active, series_limit (409), '
  'own_session, session_type_not_offered, not_in_series, invalid_start, too_soon, too_far_ahead, invalid_rule (422).';

grant execute on function public.change_series(uuid, date, timestamptz, text) to authenticated;
