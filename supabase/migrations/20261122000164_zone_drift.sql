-- Zone drift: a country changes its clocks, the server gets new zone data, and a session that was agreed for nine o'clock is
-- at ten by the same instant. What was agreed is what the clock on the specialist's wall shows: the session moves to it.
--
-- Called: by pg_cron, daily. docs/decisions/what-was-agreed-is-the-wall-time.md
--
-- One run goes through many people's calendars, in an order that is nobody else's. So it waits for none of them: what
-- somebody else holds has its turn tomorrow.

-- What the wall shows of an instant is one thing, also of a repeated hour. Of a time that is skipped there is none: then the
-- session is when the zone's rules take it.
create function private.agreed_start(p_booking public.bookings)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select p_booking.wall_starts_at at time zone p_booking.time_zone
  where p_booking.starts_at at time zone p_booking.time_zone <> p_booking.wall_starts_at;
$$;

comment on function private.agreed_start(public.bookings) is
  'When the clock on the specialist''s wall shows what was agreed for a session; null where it does so at its start, as it should.';

-- Whether the two and the time are free for it; the accounts are held, since the mails and reminders name them.
create function private.move_to_agreed_time(p_booking_id uuid, p_agreed_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v public.bookings;
  v_by interval;
begin
  select * into v from public.bookings where id = p_booking_id;
  v_by := p_agreed_at - v.starts_at;
  if p_agreed_at <= now() then
    return false;
  end if;
  -- What was agreed comes before who waits: what the session before it has just left, say.
  delete from private.freed_for_waiting where id in (
    select id from private.freed_for_waiting
    where specialist_id = v.specialist_id and busy_from < v.busy_until + v_by and busy_until > v.busy_from + v_by
    order by id for update skip locked
  );
  perform private.check_calendars(row(
    v.employee_id, v.company_id, v.specialist_id, v.session_type_id, v.starts_at + v_by, v.ends_at + v_by, v.busy_from + v_by, v.busy_until + v_by, v.id, false
  )::private.session_wish);
  update public.bookings set starts_at = starts_at + v_by, ends_at = ends_at + v_by, status_reason = null where id = p_booking_id;
  return true;
exception when sqlstate 'PT409' or exclusion_violation or deadlock_detected then
  return false;
end;
$$;

comment on function private.move_to_agreed_time(uuid, timestamptz) is 'Moves a session to when it was agreed for, and says whether it could be: whether that is still to come, and free.';

create function private.hold_drifted(p_booking_id uuid, p_specialist_id uuid, p_employee_id uuid, p_now timestamptz)
returns timestamptz
language plpgsql
set search_path = ''
as $$
declare
  v_people constant uuid[] := array_remove(array[p_employee_id, (select user_id from public.specialists where id = p_specialist_id)], null);
begin
  if cardinality(v_people) <> (select count(*) from (select from auth.users where id = any (v_people) order by id for key share skip locked) held)
    or not private.lock_booking_parties(p_specialist_id, p_employee_id, p_wait => false)
  then
    return null;
  end if;
  perform from public.bookings where id = p_booking_id for no key update skip locked;
  return (select private.agreed_start(b) from public.bookings b where found and b.id = p_booking_id and b.status = 'confirmed' and b.starts_at > p_now);
end;
$$;

comment on function private.hold_drifted(uuid, uuid, uuid, timestamptz) is
  'Takes the locks of a session that has drifted without waiting for any, and returns when it was agreed for; null where somebody holds one, or it has drifted no more.';

-- Sessions side by side move one after the other into the times that those before them leave: again, until none moves.
create function private.job_mend_zone_drift(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_agreed_at timestamptz;
  v_moved bigint := 0;
  v_before bigint;
  v_left uuid[];
begin
  loop
    v_before := v_moved;
    v_left := '{}';
    for v in
      select b.id, b.specialist_id, b.employee_id from public.bookings b
      where b.status = 'confirmed' and b.ends_at > p_now and b.starts_at > p_now and private.agreed_start(b) is not null
      order by b.id limit private.purge_limit()
    loop
      v_agreed_at := private.hold_drifted(v.id, v.specialist_id, v.employee_id, p_now);
      if v_agreed_at is null then
        continue;
      elsif private.move_to_agreed_time(v.id, v_agreed_at) then
        v_moved := v_moved + 1;
      else
        v_left := v_left || v.id;
      end if;
    end loop;
    exit when v_moved = v_before;
  end loop;
  if cardinality(v_left) > 0 then
    perform private.record_failed_run('mend_zone_drift', format(
      '%s sessions are not at the time on the wall that was agreed, which is not free: bookings %s', cardinality(v_left), array_to_string(v_left[1:8], ', ')
    ));
  end if;
  return v_moved;
end;
$$;

comment on function private.job_mend_zone_drift(timestamptz) is
  'Moves sessions to come to the wall time that was agreed, where new zone data have taken them from it, which tells both. Where that time is not free they stay, and the run is recorded as failed.';

select cron.schedule('mend-zone-drift', '52 4 * * *', $$select private.run_job('mend_zone_drift')$$);
