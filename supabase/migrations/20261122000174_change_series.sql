-- Changing a series: adding what was skipped, leaving out, changing from some day on, stopping.
--
-- Called: by employees; either stops a series. One session of it is moved and cancelled like any other.

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
  on conflict (series_id, on_day) do update set outcome = 'booked', refusal = null, booking_id = excluded.booking_id;
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
  on conflict (series_id, on_day) do update set outcome = 'left_out', refusal = null, booking_id = null;
end;
$$;

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

-- Sessions that a series has on one day before and after a change are the same; then those of one week, in their order.
create function private.sessions_to_move(p_series public.recurring_bookings, p_booking_ids uuid[])
returns table (on_day date, starts_at timestamptz, booking_id uuid)
language sql
stable
set search_path = ''
as $$
  with had as (
    select b.id, w.wall::date as on_day, private.week_of_series(p_series.rule, w.wall) as week
    from public.bookings b cross join lateral (select b.starts_at at time zone p_series.time_zone) w (wall)
    where b.id = any (p_booking_ids)
  ), wanted as (
    select d.on_day, d.starts_at, private.week_of_series(p_series.rule, d.on_day::timestamp) as week from private.days_of_series(p_series) d
  ), same as (
    select w.on_day, w.starts_at, h.id from wanted w join (select distinct on (on_day) * from had order by on_day, id) h using (on_day)
  )
  select * from same
  union all
  select w.on_day, w.starts_at, h.id
  from (
    select *, row_number() over (partition by week order by on_day) as n from wanted where on_day not in (select on_day from same)
  ) w
  join (
    select *, row_number() over (partition by week order by on_day, id) as n from had where id not in (select id from same)
  ) h using (week, n)
  order by on_day;
$$;

comment on function private.sessions_to_move(public.recurring_bookings, uuid[]) is
  'Which sessions, booked before a series was changed, are which of it now, and when these start by the rule.';

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
exception when sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' or sqlstate 'PT422' or sqlstate 'PT429' then
  return sqlerrm;
end;
$$;

comment on function private.refusal_of_move(uuid, timestamptz) is 'Moves a session of the caller to a time, if it is not there; else the word with which that is refused.';

-- Nobody loses a session by a change: where the new time is refused, it stays where it was.
create function private.follow_change(p_series public.recurring_bookings, p_booking_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_left uuid[] := p_booking_ids;
begin
  for v in select * from private.sessions_to_move(p_series, p_booking_ids) loop
    insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome, booking_id, refusal)
    values (p_series.id, v.on_day, v.starts_at, 'booked', v.booking_id, private.refusal_of_move(v.booking_id, v.starts_at));
    v_left := array_remove(v_left, v.booking_id);
  end loop;
  perform private.cancel_bookings(v_left, 'schedule', null);
end;
$$;

comment on function private.follow_change(public.recurring_bookings, uuid[]) is
  'Moves the sessions that were booked of a series to where it has them now, and cancels those of weeks that have fewer.';

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
  update public.recurring_bookings set rule = private.rule_text(v_before), look_at = now() where id = p_series.id;
  insert into public.recurring_bookings (employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone)
  values (
    p_series.employee_id, p_series.company_id, p_series.specialist_id, p_series.session_type_id, v_series.rule, v_series.wall_starts_at, v_series.time_zone
  )
  returning * into v_series;
  return v_series;
end;
$$;

comment on function private.split_series(public.recurring_bookings, int, timestamptz, text) is
  'Ends a series before its n-th session, and returns the one that goes on from there by another rule; invalid_rule.';

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
  v_booking_ids uuid[];
  v_left_out date[];
begin
  select d.n into v_n from private.days_of_series(v_series) d where d.on_day = p_from_day and d.starts_at > now();
  if not found then
    raise sqlstate 'PT422' using message = 'not_in_series', detail = 'The series has no session to come on that day.';
  elsif v_series.status = 'stopped' then
    raise sqlstate 'PT409' using message = 'series_not_active', detail = 'The series was stopped.';
  end if;
  v_terms := private.terms_for(v_series.specialist_id, v_series.session_type_id, v_series.employee_id);
  perform private.check_start(p_starts_at, v_terms.book_notice, v_terms.horizon);
  v_booking_ids := array(select private.lock_sessions_of_series(p_series_id, p_from_day));
  perform private.require_allowance('bookings', v_series.employee_id);
  v_left_out := array(
    select on_day from public.recurring_booking_occurrences where series_id = p_series_id and on_day >= p_from_day and outcome = 'left_out'
  );
  delete from public.recurring_booking_occurrences where series_id = p_series_id and on_day >= p_from_day;
  v_series := private.split_series(v_series, v_n, p_starts_at, p_rule);
  perform private.follow_change(v_series, v_booking_ids);
  insert into public.recurring_booking_occurrences (series_id, on_day, starts_at, outcome)
  select v_series.id, d.on_day, d.starts_at, 'left_out' from private.days_of_series(v_series) d
  where d.outcome is null and d.on_day = any (v_left_out);
  perform private.book_series(v_series, now());
  return private.series_in_answer(v_series.id);
end;
$$;

create function private.stop_series(p_series_id uuid, p_sessions text, p_reason text)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.checked_reason(p_reason);
  v_booking_ids uuid[] := array[]::uuid[];
begin
  perform private.take_series(p_series_id);
  if p_sessions is null or p_sessions not in ('keep', 'cancel') then
    raise sqlstate 'PT422' using message = 'invalid_choice', detail = 'Sessions are kept (keep) or cancelled (cancel).';
  elsif p_sessions = 'cancel' then
    v_booking_ids := array(select private.lock_sessions_of_series(p_series_id, '-infinity'));
    perform private.cancel_bookings(v_booking_ids, 'schedule', v_reason);
  end if;
  update public.recurring_bookings
  set status = 'stopped', stop_reason = v_reason, stopped_by = case when employee_id = private.user_id() then 'employee' else 'specialist' end
  where id = p_series_id and status <> 'stopped';
  return cardinality(v_booking_ids);
end;
$$;

-- The name as in specialist_agenda(), and which sessions there are to be.
create function private.specialist_series(p_after uuid, p_limit int)
returns table (
  series_id uuid, session_type text, employee_name text, rule text, wall_starts_at timestamp, time_zone text, next_starts_at timestamptz
)
language sql
stable
security definer
set search_path = ''
as $$
  select s.id, t.name, coalesce(p.display_name, ''), s.rule, s.wall_starts_at, s.time_zone,
    (select min(x.starts_at) from private.series_starts(s.rule, s.wall_starts_at, s.time_zone) x where x.starts_at > now())
  from public.recurring_bookings s
  join public.session_types t on t.id = s.session_type_id
  join public.profiles p on p.id = s.employee_id
  where s.specialist_id = (select private.my_practice_id()) and s.status = 'active' and (p_after is null or s.id > p_after)
  order by s.id
  limit least(greatest(coalesce(p_limit, 200), 1), 1000);
$$;

grant execute on function private.add_to_series(uuid, date, timestamptz) to authenticated;
grant execute on function private.leave_out(uuid, date) to authenticated;
grant execute on function private.change_series(uuid, date, timestamptz, text) to authenticated;
grant execute on function private.stop_series(uuid, text, text) to authenticated;
grant execute on function private.specialist_series(uuid, int) to authenticated;

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

create function public.change_series(p_series_id uuid, p_from_day date, p_starts_at timestamptz, p_rule text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.change_series(p_series_id, p_from_day, p_starts_at, p_rule);
$$;

create function public.stop_series(p_series_id uuid, p_sessions text, p_reason text default null)
returns int
language sql
security invoker
set search_path = ''
as $$
  select private.stop_series(p_series_id, p_sessions, p_reason);
$$;

create function public.specialist_series(p_after uuid default null, p_limit int default 200)
returns table (
  series_id uuid, session_type text, employee_name text, rule text, wall_starts_at timestamp, time_zone text, next_starts_at timestamptz
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.specialist_series(p_after, p_limit);
$$;

comment on function public.add_to_series(uuid, date, timestamptz) is
  'The employee books a session of a series that was skipped, left out or cancelled, or whose time has not come. p_on_day: its day by the rule; p_instead_at: another time of that week. '
  'Errors: unauthenticated (401), not_your_move, email_not_confirmed, not_a_member (403), series_not_found, specialist_not_found (404), series_not_active, already_booked, '
  'slot_taken, booking_limit, no_plan, plan_ends_before, documents_end_before, sessions_used_up (409), not_in_series, another_week, '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, outside_working_hours (422).';
comment on function public.leave_out(uuid, date) is
  'The employee leaves a session of a series out that is not booked. p_on_day: its day by the rule. Idempotent. '
  'Errors: unauthenticated (401), not_your_move (403), series_not_found (404), series_not_active, already_booked (409), not_in_series (422).';
comment on function public.change_series(uuid, date, timestamptz, text) is
  'The employee changes a series from one of its days on, p_from_day; of the first to come on, it changes as a whole. p_starts_at: of the first session from then on; p_rule: from there, as in make_series(). '
  'Sessions that are booked move within their week; where that is refused they stay, with refusal; those of a week that has fewer are cancelled. Answers as make_series(), '
  'with another series_id where something is left before the day. '
  'Errors: unauthenticated (401), not_your_move (403), series_not_found, specialist_not_found (404), series_not_active (409), '
  'own_session, session_type_not_offered, not_in_series, invalid_start, too_soon, too_far_ahead, invalid_rule (422).';
comment on function public.stop_series(uuid, text, text) is
  'The employee or the specialist stops a series: no more of it is booked. p_sessions: keep leaves what is booked, cancel cancels it as cancel_booking() would, late ones too. p_reason: words for the other. '
  'Answers how many were cancelled. Errors: unauthenticated (401), series_not_found (404), invalid_choice, reason_too_long (422).';
comment on function public.specialist_series(uuid, int) is
  'The series that go on with the caller as a specialist, with the name of whom they meet, at most 1000 at once. next_starts_at: of the next session by the rule, booked or not. '
  'A page goes on with series_id of its last row as p_after.';

grant execute on function public.add_to_series(uuid, date, timestamptz) to authenticated;
grant execute on function public.leave_out(uuid, date) to authenticated;
grant execute on function public.change_series(uuid, date, timestamptz, text) to authenticated;
grant execute on function public.stop_series(uuid, text, text) to authenticated;
grant execute on function public.specialist_series(uuid, int) to authenticated;
