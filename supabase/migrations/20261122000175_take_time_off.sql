-- Time off over sessions: nobody takes it unseen. Who has sessions then is told which, and keeps or cancels them.
--
-- Called: by verified specialists. Others have no practice, and what is left of theirs is a platform admin's to decide
--         (docs/decisions/suspension-cancels-nothing.md).

-- Of sessions that have begun nothing can be decided. Extra hours within time off are worked.
create function private.sessions_within(p_specialist_id uuid, p_starts_at timestamp, p_ends_at timestamp)
returns table (booking_id uuid, proposal_id uuid, session_type_id uuid, starts_at timestamptz, ends_at timestamptz, status text)
language sql
stable
set search_path = ''
as $$
  select k.*
  from (
    select b.id, null::uuid, b.session_type_id, b.starts_at, b.ends_at, b.status::text
    from public.bookings b
    where b.specialist_id = p_specialist_id and b.status in ('pending', 'held', 'confirmed') and (b.expires_at is null or b.expires_at > now())
    union all
    select b.id, p.id, b.session_type_id, p.starts_at, p.ends_at, 'proposed'
    from public.bookings b
    join public.booking_proposals p on p.booking_id = b.id and p.status = 'open' and p.expires_at > now()
    where b.specialist_id = p_specialist_id
  ) k (booking_id, proposal_id, session_type_id, starts_at, ends_at, status)
  join public.specialists s on s.id = p_specialist_id
  where k.starts_at > now() and (
    select range_agg(
      tstzrange(p_starts_at at time zone 'UTC' - t.utc_offset, p_ends_at at time zone 'UTC' - t.utc_offset) * t.span
    ) - coalesce((
      select range_agg(w.span) from private.working_spans(array[p_specialist_id], k.starts_at, k.ends_at) w where w.kind = 'extra_hours'
    ), '{}')
    from private.time_zone_stretches(s.time_zone, k.starts_at - interval '1 day', k.ends_at) t
  ) && tstzrange(k.starts_at, k.ends_at);
$$;

comment on function private.sessions_within(uuid, timestamp, timestamp) is
  'What of a specialist''s is to come while their clock shows a time: sessions that are booked, held, asked for, or proposed (then with the time proposed).';

-- Of series what is not booked. It keeps no time, and nothing of it is to be decided: it will find the time taken. By the rule
-- alone: whether one waits, or why it was skipped, is its employee's to know.
create function private.series_within(p_specialist_id uuid, p_starts_at timestamp, p_ends_at timestamp)
returns table (series_id uuid, session_type_id uuid, starts_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select r.id, r.session_type_id, d.starts_at
  from public.recurring_bookings r
  join public.specialists s on s.id = r.specialist_id
  cross join lateral private.days_of_series(r) d
  left join public.bookings b on b.id = d.booking_id and b.status in ('pending', 'confirmed')
  where r.specialist_id = p_specialist_id and r.status = 'active' and d.starts_at > now() and b.id is null
    and d.starts_at at time zone s.time_zone < p_ends_at and (d.starts_at + private.length_of_session(r)) at time zone s.time_zone > p_starts_at;
$$;

comment on function private.series_within(uuid, timestamp, timestamp) is
  'The sessions of a specialist''s series that are not booked and would be while their clock shows a time.';

create function private.has_kept_times(p_starts_at timestamp, p_ends_at timestamp)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (select from private.sessions_within(private.my_practice_id(), p_starts_at, p_ends_at) s where s.status <> 'pending');
$$;

comment on function private.has_kept_times(timestamp, timestamp) is 'Whether the caller has a session, a hold or a proposal to come while their clock shows a time.';

grant execute on function private.has_kept_times(timestamp, timestamp) to authenticated;

-- Of people: take_time_off() writes as the owner, once it was decided what becomes of the sessions.
create function private.guard_time_off()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if current_user = 'authenticated' and new.kind = 'time_off' and private.has_kept_times(new.starts_at, new.ends_at) then
    raise sqlstate 'PT409' using message = 'sessions_in_the_way', detail = 'You have sessions then: use take_time_off().';
  end if;
  return null;
end;
$$;

comment on function private.guard_time_off() is 'Trigger: nobody takes time off over sessions without deciding about them. Error: sessions_in_the_way (409).';

create trigger guard_time_off after insert or update on public.specialist_availability_exceptions
  for each row execute function private.guard_time_off();

-- Behind the lock of the calendar no session is booked between the look and the taking. Before the statement, as
-- lock_own_specialist is and behind it by name; and nobody else's calendar.
create function private.lock_own_calendar()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_booking_parties(private.my_practice_id(), null);
  return null;
end;
$$;

comment on function private.lock_own_calendar() is 'Trigger: what takes of a specialist''s own calendar queues with who books in it.';

create trigger lock_own_specialist_calendar before insert or update on public.specialist_availability_exceptions
  for each statement execute function private.lock_own_calendar();

create function private.clear_sessions(p_sessions jsonb, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v record;
begin
  for v in
    select b.id, x.status, p.id as proposal_id
    from jsonb_to_recordset(p_sessions) x (id uuid, status text)
    join public.bookings b on b.id = x.id
    left join public.booking_proposals p on p.booking_id = b.id and p.status = 'open' and x.status = 'proposed'
    order by b.id, x.status for no key update of b
  loop
    if v.status = 'proposed' then
      -- Also what they proposed themselves, since the other was asked and is to be told. With its session it has gone already.
      update public.booking_proposals set status = 'declined', answered_at = now(), reason = p_reason
      where id = v.proposal_id and status = 'open';
    elsif v.status = 'pending' then
      update public.bookings set status = 'declined', status_reason = p_reason where id = v.id;
    else
      perform private.cancel_bookings(array[v.id], 'time_off', p_reason);
    end if;
  end loop;
end;
$$;

comment on function private.clear_sessions(jsonb, text) is
  'Cancels sessions, declines what was asked for, and takes proposals back, for the specialist who takes time off.';

create function private.time_off_in_answer(p_time_off_id uuid, p_sessions jsonb, p_series jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'time_off_id', p_time_off_id, 'sessions', jsonb_path_query_array(p_sessions, '$[0 to 999]'), 'series', jsonb_path_query_array(p_series, '$[0 to 999]')
  );
$$;

comment on function private.time_off_in_answer(uuid, jsonb, jsonb) is 'What take_time_off() answers: of sessions, and of those of series, the first thousand.';

create function private.take_time_off(p_starts_at timestamp, p_ends_at timestamp, p_sessions text, p_note text, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_specialist_id constant uuid := private.my_practice_id();
  v_reason constant text := private.checked_reason(p_reason);
  v_sessions jsonb;
  v_series jsonb;
  v_time_off_id uuid;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif v_specialist_id is null then
    raise sqlstate 'PT403' using message = 'not_a_specialist', detail = 'Only verified specialists take time off of their sessions.';
  elsif p_sessions not in ('keep', 'cancel') then
    raise sqlstate 'PT422' using message = 'invalid_choice', detail = 'Sessions are kept (keep) or cancelled (cancel).';
  elsif p_starts_at is null or p_ends_at is null or not (isfinite(p_starts_at) and isfinite(p_ends_at)) or not p_ends_at > p_starts_at
    or p_ends_at > p_starts_at + interval '9000 hours' or extract(epoch from p_starts_at)::numeric % 300 <> 0 or extract(epoch from p_ends_at)::numeric % 300 <> 0
  then
    raise sqlstate 'PT422' using message = 'invalid_range', detail = 'Time off begins and ends at a full five minutes, and lasts up to a year.';
  elsif length(p_note) > 200 then
    raise sqlstate 'PT422' using message = 'note_too_long', detail = 'A note has at most 200 characters.';
  end if;
  perform private.hold_accounts(variadic array(
    select private.user_id() union all
    select b.employee_id from private.sessions_within(v_specialist_id, p_starts_at, p_ends_at) s join public.bookings b on b.id = s.booking_id
  ));
  perform from public.specialists where id = v_specialist_id for no key update;
  -- The specialist's lock alone: to free a time needs none of the employees'.
  perform private.lock_booking_parties(v_specialist_id, null);
  select coalesce(jsonb_agg(to_jsonb(x) order by x.starts_at, x.id), '[]') into v_sessions
  from (
    select s.booking_id as id, s.session_type_id, t.name as session_type, s.starts_at, s.ends_at, s.status
    from private.sessions_within(v_specialist_id, p_starts_at, p_ends_at) s
    join public.session_types t on t.id = s.session_type_id
  ) x;
  select coalesce(jsonb_agg(to_jsonb(x) order by x.starts_at, x.series_id), '[]') into v_series
  from (
    select s.series_id, t.name as session_type, s.starts_at
    from private.series_within(v_specialist_id, p_starts_at, p_ends_at) s
    join public.session_types t on t.id = s.session_type_id
  ) x;
  if p_sessions is null and v_sessions <> '[]' then
    return private.time_off_in_answer(null, v_sessions, v_series);
  end if;
  if p_sessions = 'cancel' then
    perform private.clear_sessions(v_sessions, v_reason);
  end if;
  insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at, note)
  values (v_specialist_id, 'time_off', p_starts_at, p_ends_at, p_note)
  returning id into v_time_off_id;
  return private.time_off_in_answer(v_time_off_id, v_sessions, v_series);
end;
$$;

grant execute on function private.take_time_off(timestamp, timestamp, text, text, text) to authenticated;

create function public.take_time_off(
  p_starts_at timestamp, p_ends_at timestamp, p_sessions text default null, p_note text default null, p_reason text default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.take_time_off(p_starts_at, p_ends_at, p_sessions, p_note, p_reason);
$$;

comment on function public.take_time_off(timestamp, timestamp, text, text, text) is
  'A specialist takes time off, in local time: {time_off_id, sessions, series}. Where something of theirs is to come then, it is taken only with p_sessions: keep leaves '
  'sessions where they are, and requests and proposals to be accepted; cancel cancels them, declines what was asked for and takes proposals back; '
  'without, time_off_id is null. sessions: what is or was in '
  'the way, series: the sessions of series then that are not booked, and will not be; the first thousand of each. p_note: for the specialist alone; p_reason: words for the others. Errors: unauthenticated (401), not_a_specialist (403), '
  'exceptions_disagree, too_many_rows (409), invalid_choice, invalid_range, note_too_long, reason_too_long (422).';

grant execute on function public.take_time_off(timestamp, timestamp, text, text, text) to authenticated;
