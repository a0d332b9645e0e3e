-- Adding to a series what was skipped, and leaving out what is not wanted. One session of it is moved and cancelled like any other.
--
-- Called: by employees.

create function private.day_of_series(p_series public.recurring_bookings, p_on_day date)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v record;
begin
  select d.starts_at, b.status into v
  from private.days_of_series(p_series) d left join public.bookings b on b.id = d.booking_id
  where d.on_day = p_on_day;
  if not found then
    raise sqlstate 'PT422' using message = 'not_in_series', detail = 'The series has no session on that day.';
  elsif p_series.status = 'stopped' then
    raise sqlstate 'PT409' using message = 'series_not_active', detail = 'The series was stopped.';
  elsif v.status not in ('cancelled', 'declined', 'lapsed') then
    raise sqlstate 'PT409' using message = 'already_booked', detail = 'This session is booked: move or cancel it.';
  end if;
  return v.starts_at;
end;
$$;

comment on function private.day_of_series(public.recurring_bookings, date) is
  'When the session of a day starts that is not booked, or no longer; else not_in_series, series_not_active, already_booked.';

create function private.week_of_series(p_rule text, p_wall timestamp)
returns date
language sql
immutable
set search_path = ''
as $$
  select p_wall::date - (extract(isodow from p_wall)::int - (private.read_rule(p_rule)).week_start + 7) % 7;
$$;

comment on function private.week_of_series(text, timestamp) is 'The first day of the week in which a time lies, as a rule has weeks.';

create function private.add_to_series(p_series_id uuid, p_on_day date, p_instead_at timestamptz)
returns public.bookings
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_series constant public.recurring_bookings := private.take_own_series(p_series_id);
  v_due_at constant timestamptz := private.day_of_series(v_series, p_on_day);
  v_booking public.bookings;
begin
  if isfinite(p_instead_at) and private.week_of_series(v_series.rule, p_instead_at at time zone v_series.time_zone)
    <> private.week_of_series(v_series.rule, p_on_day::timestamp)
  then
    raise sqlstate 'PT422' using message = 'another_week', detail = 'A session of the series is in its own week.';
  end if;
  v_booking := private.book_of_series(v_series, coalesce(p_instead_at, v_due_at));
  insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome, booking_id)
  values (p_series_id, p_on_day, v_due_at, 'booked', v_booking.id)
  on conflict (series_id, on_day) do update set outcome = 'booked', refusal = null, booking_id = excluded.booking_id, next_try_at = null;
  return v_booking;
end;
$$;

create function private.leave_out(p_series_id uuid, p_on_day date)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_series constant public.recurring_bookings := private.take_own_series(p_series_id);
  v_due_at constant timestamptz := private.day_of_series(v_series, p_on_day);
begin
  insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome)
  values (p_series_id, p_on_day, v_due_at, 'left_out')
  on conflict (series_id, on_day) do update set outcome = 'left_out', refusal = null, booking_id = null, next_try_at = null;
end;
$$;

grant execute on function private.add_to_series(uuid, date, timestamptz) to authenticated;
grant execute on function private.leave_out(uuid, date) to authenticated;

create function public.add_to_series(p_series_id uuid, p_on_day date, p_instead_at timestamptz default null)
returns public.bookings
language sql
security invoker
set search_path = ''
as $$
  select private.add_to_series(p_series_id, p_on_day, p_instead_at);
$$;

create function public.leave_out(p_series_id uuid, p_on_day date)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.leave_out(p_series_id, p_on_day);
$$;

comment on function public.add_to_series(uuid, date, timestamptz) is
  'The employee books a session of a series that was skipped, left out or cancelled, or whose time has not come. p_on_day: its day by the rule; p_instead_at: another time of that week. '
  'Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), series_not_found, specialist_not_found (404), series_not_active, already_booked, '
  'slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), not_in_series, another_week, '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.leave_out(uuid, date) is
  'The employee leaves a session of a series out that is not booked. p_on_day: its day by the rule. Idempotent. '
  'Errors: unauthenticated (401), not_your_move (403), series_not_found (404), series_not_active, already_booked (409), not_in_series (422).';

grant execute on function public.add_to_series(uuid, date, timestamptz) to authenticated;
grant execute on function public.leave_out(uuid, date) to authenticated;
