-- Booking a series: at once as far as sessions are booked ahead.
--
-- Called: by employees, who make a series, and by what looks after it.
--
-- Each session is booked by the rules of book_session(), in a subtransaction of its own, and answers for itself. A taken time is
-- skipped: who waits for it is the waiting list's business. What may pass is tried again until it is too late: a month is used up
-- until something is cancelled, a company is suspended, a document ends and is renewed. It is tried after an hour, and then when it has
-- waited twice as long, but once a day.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('series_days_ahead', '56', 7, 730, 'How far ahead sessions of series are booked, where the specialist''s horizon is not nearer.'),
  ('series_max_per_person', '5', 1, 100, 'Most series that a person may have going at a time.');

create function private.book_of_series(p_series public.recurring_bookings, p_starts_at timestamptz)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_terms private.session_terms;
  v_booking public.bookings;
begin
  perform private.check_person(p_series.employee_id);
  v_terms := private.terms_for(p_series.specialist_id, p_series.session_type_id, p_series.employee_id);
  v_booking := private.place_booking(
    v_terms, p_series.employee_id, p_starts_at, p_series.company_id, case when v_terms.requires_acceptance then 'pending' else 'confirmed' end
  );
  -- What a job books leaves as much behind as what they book themselves.
  if private.user_id() is distinct from p_series.employee_id then
    perform private.require_allowance('bookings', p_series.employee_id);
  end if;
  return v_booking;
end;
$$;

comment on function private.book_of_series(public.recurring_bookings, timestamptz) is
  'Books a session of a series, or asks for it where the specialist accepts sessions first, if every rule of booking lets it.';

create function private.next_try(p_waits_since timestamptz, p_now timestamptz, p_starts_at timestamptz)
returns timestamptz
language sql
immutable
set search_path = ''
as $$
  select least(p_now + least(greatest(p_now - p_waits_since, interval '1 hour'), interval '1 day'), p_starts_at);
$$;

comment on function private.next_try(timestamptz, timestamptz, timestamptz) is
  'When a session of a series is tried again: so long after now as it has waited, an hour at least and a day at most, and when it is to start.';

create function private.try_session_of_series(p_series public.recurring_bookings, p_on_day date, p_starts_at timestamptz, p_now timestamptz)
returns public.recurring_booking_occurrences
language plpgsql
set search_path = ''
as $$
declare
  v_booking_id uuid;
  v_refusal text;
  v_session public.recurring_booking_occurrences;
begin
  begin
    v_booking_id := (private.book_of_series(p_series, p_starts_at)).id;
  exception when others then
    if not private.is_refusal(sqlstate) then
      raise;
    end if;
    v_refusal := sqlerrm;
  end;
  v_session.outcome := case
    when v_refusal is null then 'booked'
    when v_refusal in ('slot_taken', 'outside_working_hours', 'too_soon', 'own_session') or p_starts_at <= p_now then 'skipped'
    else 'waiting'
  end;
  insert into public.recurring_booking_occurrences as o (series_id, on_day, starts_at, outcome, refusal, booking_id, next_try_at)
  values (
    p_series.id, p_on_day, p_starts_at, v_session.outcome, v_refusal, v_booking_id,
    case when v_session.outcome = 'waiting' then private.next_try(p_now, p_now, p_starts_at) end
  )
  on conflict (series_id, on_day) do update
  set outcome = excluded.outcome, booking_id = excluded.booking_id,
    next_try_at = case when excluded.outcome = 'waiting' then private.next_try(o.created_at, p_now, p_starts_at) end,
    -- What it was refused for before it was too late says more.
    refusal = case when excluded.refusal = 'too_soon' then coalesce(o.refusal, excluded.refusal) else excluded.refusal end
  returning * into v_session;
  return v_session;
end;
$$;

comment on function private.try_session_of_series(public.recurring_bookings, date, timestamptz, timestamptz) is
  'Tries to book a session of a series, and writes down what became of it. A refusal undoes nothing else.';

create function private.series_ahead(p_series public.recurring_bookings)
returns interval
language sql
stable
set search_path = ''
as $$
  select least(private.days('series_days_ahead'), (
    select t.horizon from private.session_terms t
    where t.specialist_id = p_series.specialist_id and t.session_type_id = p_series.session_type_id
  ));
$$;

comment on function private.series_ahead(public.recurring_bookings) is 'How far ahead the sessions of a series are booked.';

-- Answers what was tried, in the order of the days. The caller holds the calendars of both and the row of the series.
create function private.book_series(p_series public.recurring_bookings, p_now timestamptz, p_most int default null)
returns setof public.recurring_booking_occurrences
language plpgsql
set search_path = ''
as $$
declare
  v_ahead constant interval := private.series_ahead(p_series);
  v_next timestamptz;
  v_last timestamptz;
  v_again timestamptz;
  v record;
begin
  for v in
    select d.* from private.days_of_series(p_series) d
    where d.starts_at <= p_now + v_ahead and (d.outcome is null or d.next_try_at <= p_now)
    order by d.n limit p_most
  loop
    return next private.try_session_of_series(p_series, v.on_day, v.starts_at, p_now);
  end loop;
  select min(d.starts_at) filter (where d.outcome is null), max(d.starts_at), min(d.next_try_at) into v_next, v_last, v_again
  from private.days_of_series(p_series) d;
  -- Once a day anyway, since horizons change.
  update public.recurring_bookings
  set status = case when v_last <= p_now then 'ended' else 'active' end,
    look_at = greatest(p_now + interval '1 minute', least(p_now + interval '1 day', coalesce(v_next - v_ahead, v_last), v_again))
  where id = p_series.id;
end;
$$;

comment on function private.book_series(public.recurring_bookings, timestamptz, int) is
  'Books what is due of a series, p_most of it at a time, and says when to look next. Run twice it does nothing more.';

create function private.series_in_answer(p_series_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'series_id', s.id, 'rule', s.rule, 'status', s.status,
    'sessions', (
      select jsonb_agg(jsonb_build_object('on_day', d.on_day, 'starts_at', coalesce(b.starts_at, d.starts_at), 'outcome', d.outcome, 'refusal', d.refusal, 'booking_id', d.booking_id) order by d.n)
      from private.days_of_series(s) d
      left join public.bookings b on b.id = d.booking_id
    )
  )
  from public.recurring_bookings s where s.id = p_series_id;
$$;

comment on function private.series_in_answer(uuid) is
  'A series as its employee is answered: {series_id, rule, status, sessions: [{on_day, starts_at, outcome, refusal, booking_id}]}; outcome is null where the time has not come.';

create function private.check_series_limit(p_user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_limit constant int := private.setting('series_max_per_person')::int;
begin
  if (select count(*) from public.recurring_bookings where employee_id = p_user_id and status = 'active') >= v_limit then
    raise sqlstate 'PT409' using message = 'series_limit', detail = format('You have %s series going, and more is not possible.', v_limit);
  end if;
end;
$$;

comment on function private.check_series_limit(uuid) is 'Refuses one more series to who has as many going as a person may: series_limit.';

create function private.make_series(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_rule text, p_company_id uuid
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_terms private.session_terms;
  v_series public.recurring_bookings;
begin
  perform private.check_person(v_user_id);
  v_terms := private.terms_for(p_specialist_id, p_session_type_id, v_user_id);
  perform private.check_start(p_starts_at, v_terms.book_notice, v_terms.horizon);
  select time_zone, p_starts_at at time zone time_zone into v_series.time_zone, v_series.wall_starts_at
  from public.specialists where id = p_specialist_id;
  v_series.rule := private.checked_rule(p_rule, v_series.wall_starts_at, v_series.time_zone);
  perform private.paying_company(v_user_id, p_company_id, p_session_type_id, p_starts_at);
  perform private.hold_accounts(v_user_id, (select user_id from public.specialists where id = p_specialist_id));
  perform private.lock_booking_parties(p_specialist_id, v_user_id);
  perform private.check_series_limit(v_user_id);
  perform private.require_allowance('bookings', v_user_id);
  insert into public.recurring_bookings (employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone)
  values (v_user_id, p_company_id, p_specialist_id, p_session_type_id, v_series.rule, v_series.wall_starts_at, v_series.time_zone)
  returning * into v_series;
  perform private.book_series(v_series, now());
  return private.series_in_answer(v_series.id);
end;
$$;

grant execute on function private.make_series(uuid, uuid, timestamptz, text, uuid) to authenticated;

create function public.make_series(
  p_specialist_id uuid, p_session_type_id uuid, p_starts_at timestamptz, p_rule text, p_company_id uuid default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.make_series(p_specialist_id, p_session_type_id, p_starts_at, p_rule, p_company_id);
$$;

comment on function public.make_series(uuid, uuid, timestamptz, text, uuid) is
  'Books a series of sessions for the caller, as far ahead as series are booked; the others follow as time goes on. p_starts_at: of the first. p_rule: an RRULE (RFC 5545), '
  'FREQ=WEEKLY with INTERVAL, BYDAY, WKST and COUNT or UNTIL, on the specialist''s wall; UNTIL may be a day. Answers {series_id, rule, status, sessions}: each session says what became of it: '
  'booked, waiting (refused for what may pass, and tried again), skipped, or null where its time has not come; refusal says why, in the words of book_session(). '
  'Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), series_limit, no_plan, plan_ends_before, sessions_used_up (409), '
  'own_session, session_type_not_offered, invalid_start, too_soon, too_far_ahead, invalid_rule (422).';

grant execute on function public.make_series(uuid, uuid, timestamptz, text, uuid) to authenticated;
