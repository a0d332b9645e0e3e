-- What time does to bookings: holds, requests and proposals that nobody answered end, and sessions that nobody closed took place.
--
-- Called: by pg_cron. Each frees a time or takes none, so no calendar is locked; a row that somebody works on has its turn next time.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('booking_complete_after_hours', '24', 0, 720, 'How long after its end a session that nobody closed is completed.');

create function private.job_expire_bookings(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_bookings bigint;
  v_proposals bigint;
begin
  update public.bookings set status = case status when 'held' then 'released' else 'lapsed' end
  where id = any (array(
    select id from public.bookings
    where status in ('pending', 'held') and expires_at <= p_now
    order by id limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_bookings = row_count;
  update public.booking_proposals set status = 'expired', answered_at = p_now
  where id = any (array(
    select id from public.booking_proposals
    where status = 'open' and expires_at <= p_now
    order by id limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_proposals = row_count;
  return v_bookings + v_proposals;
end;
$$;

comment on function private.job_expire_bookings(timestamptz) is 'Ends holds, requests and proposals that nobody confirmed or answered in time.';

create function private.job_complete_sessions(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_completed bigint;
begin
  update public.bookings set status = 'completed'
  where id = any (array(
    select id from public.bookings
    where status = 'confirmed' and ends_at <= p_now - private.hours('booking_complete_after_hours')
    order by id limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_completed = row_count;
  return v_completed;
end;
$$;

comment on function private.job_complete_sessions(timestamptz) is 'Completes sessions that are over and that their specialist has not closed.';

select cron.schedule('expire-bookings', '* * * * *', $$select private.run_job('expire_bookings')$$);
select cron.schedule('complete-sessions', '23 * * * *', $$select private.run_job('complete_sessions')$$);
