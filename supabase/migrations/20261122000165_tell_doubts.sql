-- Sessions in doubt: the employee of a booked session is told that its specialist may not give it, and that they may again.
--
-- Called: by pg_cron. What is in doubt, private.sessions_in_doubt_of() says. Nothing is cancelled: docs/decisions/suspension-cancels-nothing.md

create function private.mark_doubt(p_booking_id uuid, p_in_doubt boolean, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_key constant text := case when p_in_doubt then 'booking_in_doubt' else 'booking_certain' end;
begin
  update public.bookings set in_doubt_since = case when p_in_doubt then p_now end where id = p_booking_id returning * into v_booking;
  perform private.mail_session(
    v_key, v_booking, v_booking.employee_id, '{}', null, format('%s:%s:%s', v_key, p_booking_id, extract(epoch from p_now)), true,
    v_booking.starts_at, v_booking.starts_at
  );
end;
$$;

comment on function private.mark_doubt(uuid, boolean, timestamptz) is 'Notes whether a session is in doubt, and tells its employee.';

create function private.job_tell_doubts(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_told bigint := 0;
begin
  for v in
    select b.id, d.booking_id is not null as in_doubt
    from public.bookings b
    -- An account that is being deleted is passed over instead of waited for.
    join public.profiles p on p.id = b.employee_id
    left join (
      select d.booking_id
      from (select distinct c.specialist_id from public.bookings c where c.status = 'confirmed' and c.ends_at > p_now) s
      cross join lateral private.sessions_in_doubt_of(s.specialist_id) d
    ) d on d.booking_id = b.id
    where b.status = 'confirmed' and b.ends_at > p_now and b.starts_at > p_now
      and (b.in_doubt_since is not null) <> (d.booking_id is not null)
    order by b.starts_at, b.id
    limit private.purge_limit()
    for no key update of b skip locked
    for key share of p skip locked
  loop
    perform private.mark_doubt(v.id, v.in_doubt, p_now);
    v_told := v_told + 1;
  end loop;
  return v_told;
end;
$$;

comment on function private.job_tell_doubts(timestamptz) is
  'Tells employees which of their booked sessions are in doubt, once for each, and which of these are not any more.';

select cron.schedule('tell-doubts', '17 * * * *', $$select private.run_job('tell_doubts')$$);
