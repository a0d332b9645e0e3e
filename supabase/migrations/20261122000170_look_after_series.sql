-- Looking after series: booking sessions as their time comes, and stopping what nobody pays for any more.
--
-- Called: by pg_cron.

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

create function private.tell_not_booked(p_series public.recurring_bookings, p_sessions public.recurring_booking_occurrences[], p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  -- So many fit into a mail: 8 KiB for all variables.
  v_most constant int := 15;
  v_told jsonb;
begin
  select jsonb_agg(jsonb_build_object('starts_at', private.iso_timestamp(s.starts_at), 'taken', s.refusal = 'slot_taken', 'waits', s.outcome = 'waiting') order by s.starts_at)
  into v_told from unnest(p_sessions) s;
  perform private.mail_series(
    'series_not_booked', p_series, p_series.employee_id, min(s.starts_at), max(s.starts_at),
    jsonb_build_object(
      'sessions', jsonb_path_query_array(v_told, '$[0 to $last]', jsonb_build_object('last', v_most - 1)), 'more', greatest(0, cardinality(p_sessions) - v_most)
    ),
    format('series:%s:%s:not_booked', p_series.id, private.iso_timestamp(p_now))
  )
  from unnest(p_sessions) s having count(*) > 0;
end;
$$;

comment on function private.tell_not_booked(public.recurring_bookings, public.recurring_booking_occurrences[], timestamptz) is
  'Tells the employee which sessions of a series are not booked: one mail for all of a run.';

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
  -- Of one person in one run, so that nobody's series keep those of others waiting.
  v_most constant int := 20;
  v_known constant date[] := array(select on_day from public.recurring_booking_occurrences where series_id = p_series.id);
  v_session public.recurring_booking_occurrences;
  v_not_booked public.recurring_booking_occurrences[] := array[]::public.recurring_booking_occurrences[];
  v_tried bigint := 0;
begin
  if private.has_left(p_series) then
    update public.recurring_bookings set status = 'stopped', stopped_by = 'system' where id = p_series.id;
    return 1;
  end if;
  for v_session in select * from private.book_series(p_series, p_now, v_most) loop
    v_tried := v_tried + 1;
    if v_session.outcome <> 'booked' and v_session.starts_at > p_now and v_session.on_day <> all (v_known) then
      v_not_booked := v_not_booked || v_session;
    end if;
  end loop;
  perform private.tell_not_booked(p_series, v_not_booked, p_now);
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

-- So many at a time, since a run keeps the calendars of all that it has looked at; each comes every minute. One of each person, so that
-- nobody's series keep those of others from theirs.
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
    select due.id from (
      select distinct on (employee_id) id, look_at from public.recurring_bookings where status = 'active' and look_at <= p_now order by employee_id, look_at, id
    ) due
    order by due.look_at, due.id limit 200
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
