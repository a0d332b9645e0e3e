-- Booking a series: at once as far as sessions are booked ahead, and by a job as time goes on.
--
-- Called: by employees, who make a series; by pg_cron.
--
-- Each session is booked by the rules of book_session(), in a subtransaction of its own, and answers for itself. A taken time is
-- skipped: who waits for it is the waiting list's business. What may pass is tried again until it is too late: a month is used up
-- until something is cancelled, a company is suspended, a document ends and is renewed.

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
begin
  perform private.check_person(p_series.employee_id);
  v_terms := private.terms_for(p_series.specialist_id, p_series.session_type_id, p_series.employee_id);
  return private.place_booking(
    v_terms, p_series.employee_id, p_starts_at, p_series.company_id, case when v_terms.requires_acceptance then 'pending' else 'confirmed' end
  );
end;
$$;

comment on function private.book_of_series(public.recurring_bookings, timestamptz) is
  'Books a session of a series, or asks for it where the specialist accepts sessions first, if every rule of booking lets it.';

create function private.try_session_of_series(p_series public.recurring_bookings, p_on_day date, p_starts_at timestamptz)
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
  exception when sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' or sqlstate 'PT422' or sqlstate 'PT429' then
    v_refusal := sqlerrm;
  end;
  insert into public.recurring_booking_occurrences as o (series_id, on_day, starts_at, outcome, refusal, booking_id)
  values (p_series.id, p_on_day, p_starts_at, case
    when v_refusal is null then 'booked'
    when v_refusal in ('slot_taken', 'outside_working_hours', 'too_soon', 'own_session') then 'skipped'
    else 'waiting'
  end, v_refusal, v_booking_id)
  on conflict (series_id, on_day) do update
  set outcome = excluded.outcome, booking_id = excluded.booking_id,
    -- What it was refused for before it was too late says more.
    refusal = case when excluded.refusal = 'too_soon' then coalesce(o.refusal, excluded.refusal) else excluded.refusal end
  returning * into v_session;
  return v_session;
end;
$$;

comment on function private.try_session_of_series(public.recurring_bookings, date, timestamptz) is
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
create function private.book_series(p_series public.recurring_bookings, p_now timestamptz)
returns setof public.recurring_booking_occurrences
language plpgsql
set search_path = ''
as $$
declare
  v_ahead constant interval := private.series_ahead(p_series);
  v_next timestamptz;
  v_last timestamptz;
  v_waits boolean;
  v record;
begin
  for v in
    select d.* from private.days_of_series(p_series) d
    where d.starts_at <= p_now + v_ahead and (d.outcome is null or d.outcome = 'waiting')
  loop
    return next private.try_session_of_series(p_series, v.on_day, v.starts_at);
  end loop;
  select min(d.starts_at) filter (where d.outcome is null), max(d.starts_at), coalesce(bool_or(d.outcome = 'waiting'), false) into v_next, v_last, v_waits
  from private.days_of_series(p_series) d;
  -- Once a day anyway, since horizons change.
  update public.recurring_bookings
  set status = case when v_last <= p_now then 'ended' else 'active' end,
    look_at = p_now + case when v_waits then interval '1 hour' else greatest(interval '1 minute', least(interval '1 day', coalesce(v_next - v_ahead, v_last) - p_now)) end
  where id = p_series.id;
end;
$$;

comment on function private.book_series(public.recurring_bookings, timestamptz) is
  'Books what is due of a series, and says when to look next. Run twice it does nothing more.';

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
  v_limit constant int := private.setting('series_max_per_person')::int;
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
  if (select count(*) from public.recurring_bookings where employee_id = v_user_id and status = 'active') >= v_limit then
    raise sqlstate 'PT409' using message = 'series_limit', detail = format('You have %s series going, and more is not possible.', v_limit);
  end if;
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

-- The job ------------------------------------------------------------------------------------------

-- Who is removed keeps their series until their sessions are cancelled, at a moment drawn at random: an end at once would tell
-- the specialist what the employer did when.
create function private.has_left(p_series public.recurring_bookings)
returns boolean
language sql
stable
set search_path = ''
as $$
  select not exists (
    select from public.company_members m
    where m.user_id = p_series.employee_id and m.status = 'active' and (p_series.company_id is null or m.company_id = p_series.company_id)
  ) and not exists (
    select from private.membership_ends e
    where e.user_id = p_series.employee_id and (p_series.company_id is null or e.company_id = p_series.company_id)
  );
$$;

comment on function private.has_left(public.recurring_bookings) is 'Whether nobody pays for a series any more: its employee belongs to no company, or not to that of the series, and what they had is cancelled.';

create function private.tell_not_booked(p_series public.recurring_bookings, p_session public.recurring_booking_occurrences)
returns void
language sql
set search_path = ''
as $$
  select private.mail_series(
    'series_not_booked', p_series, p_series.employee_id, p_session.starts_at,
    jsonb_build_object('taken', p_session.refusal = 'slot_taken', 'waits', p_session.outcome = 'waiting'),
    format('series:%s:%s:not_booked', p_series.id, p_session.on_day)
  );
$$;

comment on function private.tell_not_booked(public.recurring_bookings, public.recurring_booking_occurrences) is
  'Tells the employee that a session of a series is not booked, once, as long as it is still to come.';

create function private.hold_series(p_series_id uuid, p_now timestamptz)
returns public.recurring_bookings
language plpgsql
set search_path = ''
as $$
declare
  v_series public.recurring_bookings;
  v_people uuid[];
begin
  select * into v_series from public.recurring_bookings where id = p_series_id;
  v_people := array[v_series.employee_id, (select user_id from public.specialists where id = v_series.specialist_id)];
  if cardinality(v_people) <> (select count(*) from (select from auth.users where id = any (v_people) order by id for key share skip locked) held)
    or not private.lock_booking_parties(v_series.specialist_id, v_series.employee_id, p_wait => false)
  then
    return null;
  end if;
  select * into v_series from public.recurring_bookings
  where id = p_series_id and status = 'active' and look_at <= p_now for no key update skip locked;
  return v_series;
end;
$$;

comment on function private.hold_series(uuid, timestamptz) is
  'A series that is due, once its locks are taken, without waiting for any; null where somebody holds one, or it is due no more.';

create function private.look_at_series(p_series public.recurring_bookings, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_session public.recurring_booking_occurrences;
  v_tried bigint := 0;
begin
  if private.has_left(p_series) then
    update public.recurring_bookings set status = 'stopped', stopped_by = 'system' where id = p_series.id;
    return 1;
  end if;
  for v_session in select * from private.book_series(p_series, p_now) loop
    v_tried := v_tried + 1;
    if v_session.outcome <> 'booked' and v_session.starts_at > p_now then
      perform private.tell_not_booked(p_series, v_session);
    end if;
  end loop;
  return v_tried;
exception when others then
  -- One that nothing foresaw keeps the others from nothing, and is looked at tomorrow.
  update public.recurring_bookings set look_at = p_now + interval '1 day' where id = p_series.id;
  perform private.record_failed_run('book_series', format('series %s: %s', p_series.id, sqlerrm));
  return 0;
end;
$$;

comment on function private.look_at_series(public.recurring_bookings, timestamptz) is
  'Books what is due of a series and tells the employee what could not be, or stops one that nobody pays for any more.';

-- So many at a time, since a run keeps the calendars of all that it has looked at; each comes every minute.
create function private.job_book_series(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid;
  v_series public.recurring_bookings;
  v_tried bigint := 0;
begin
  for v_id in
    select id from public.recurring_bookings where status = 'active' and look_at <= p_now order by look_at, id limit 200
  loop
    v_series := private.hold_series(v_id, p_now);
    if v_series.id is not null then
      v_tried := v_tried + private.look_at_series(v_series, p_now);
    end if;
    exit when v_tried >= 100;
  end loop;
  return v_tried;
end;
$$;

comment on function private.job_book_series(timestamptz) is
  'Books the sessions of series whose time has come. What somebody else holds, and what is left, has its turn with the next run.';

select cron.schedule('book-series', '* * * * *', $$select private.run_job('book_series')$$);
