-- Stopping a series, and what its specialist sees of it.
--
-- Called: by employees; either of the two stops a series.

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

grant execute on function private.stop_series(uuid, text, text) to authenticated;
grant execute on function private.specialist_series(uuid, int) to authenticated;

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

comment on function public.stop_series(uuid, text, text) is
  'The employee or the specialist stops a series: no more of it is booked. p_sessions: keep leaves what is booked, cancel cancels it as cancel_booking() would, late ones too. p_reason: words for the other. '
  'Answers how many were cancelled. Errors: unauthenticated (401), series_not_found (404), invalid_choice, reason_too_long (422).';
comment on function public.specialist_series(uuid, int) is
  'The series that go on with the caller as a specialist, with the name of whom they meet, at most 1000 at once. next_starts_at: of the next session by the rule, booked or not. '
  'A page goes on with series_id of its last row as p_after.';

grant execute on function public.stop_series(uuid, text, text) to authenticated;
grant execute on function public.specialist_series(uuid, int) to authenticated;
