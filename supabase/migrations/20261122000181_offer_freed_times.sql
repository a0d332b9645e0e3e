-- Offering what fell free: to whoever waits longest, held for them for a while; then to the next.
--
-- Called: by pg_cron. A run that dies leaves everything as it was, and the time is still kept: docs/decisions/the-waiting-list.md
--
-- One run goes through many people's calendars, in an order that is nobody else's. So it waits for none of them: what
-- somebody else holds has its turn in a minute, and nobody is passed over for it.

-- Only whose turn it may be is locked: the others in line are looked at as others have committed it.
create function private.offer_freed_time(p_freed private.freed_for_waiting)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_entry public.waiting_list_entries;
  v_offered boolean;
begin
  for v_entry in
    select e.* from public.waiting_list_entries e
    where p_freed.starts_at > now()
      and e.status = 'waiting' and e.expires_at > now() and (e.specialist_id is null or e.specialist_id = p_freed.specialist_id)
      and (p_freed.starts_at at time zone e.time_zone)::date between e.first_day - 1 and e.last_day + 1
    order by e.joined_at, e.id
  loop
    continue when not exists (select from private.starts_for(v_entry, p_freed));
    v_offered := case when private.end_passed_offers(null, v_entry.user_id) then private.offer_to(v_entry, p_freed) end;
    if v_offered or v_offered is null and p_freed.kept_until > now() then
      return coalesce(v_offered, false);
    end if;
  end loop;
  delete from private.freed_for_waiting where id = p_freed.id;
  return false;
end;
$$;

comment on function private.offer_freed_time(private.freed_for_waiting) is
  'Offers a time that fell free to the first in line who can have it, and returns whether somebody was; if nobody can, it is free for all. '
  'What somebody holds is looked at once more, as long as the time is kept.';

create function private.look_at_freed_time(p_id uuid, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_freed private.freed_for_waiting;
begin
  if not private.end_passed_offers(p_id, null) then
    return false;
  end if;
  select * into v_freed from private.freed_for_waiting where id = p_id and ready_at <= p_now for update skip locked;
  return found and private.offer_freed_time(v_freed);
exception when others then
  -- One that nothing foresaw keeps the others from nothing, and is free for all when it is kept no longer.
  delete from private.freed_for_waiting where id in (select id from private.freed_for_waiting where id = p_id and kept_until <= p_now for update skip locked);
  perform private.record_failed_run('offer_freed_times', format('time %s: %s', p_id, sqlerrm));
  return false;
end;
$$;

comment on function private.look_at_freed_time(uuid, timestamptz) is
  'Offers a time that fell free, whatever becomes of others: what fails is undone and written down.';

insert into public.data_retention_policies (name, description, counts_from, setting, is_counted, held_by) values
  ('public.waiting_list_entries', 'What somebody waited for', 'ended_at', 'waiting_retention_days', false,
    '{r.user_id,(select s.user_id from public.specialists s where s.id = r.specialist_id)}');

-- So many at a time, since a run keeps the calendars of all to whom it offers one; each comes every minute.
create function private.job_offer_freed_times(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid;
  v_offered bigint := 0;
  v_ended bigint;
begin
  for v_id in
    select t.id from (
      select f.id, f.ready_at from private.freed_for_waiting f where f.ready_at <= p_now
      union all
      select o.booking_id, b.expires_at from public.waiting_list_offers o join public.bookings b on b.id = o.booking_id
      where o.outcome = 'open' and b.status = 'held' and b.expires_at <= p_now
    ) t (id, ready_at)
    group by t.id order by min(t.ready_at), t.id limit 500
  loop
    v_offered := v_offered + private.look_at_freed_time(v_id, p_now)::int;
    exit when v_offered >= 100;
  end loop;
  update public.waiting_list_entries set status = 'expired', ended_at = p_now
  where id = any (array(
    select id from public.waiting_list_entries where status = 'waiting' and expires_at <= p_now
    order by id limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_ended = row_count;
  return v_ended + v_offered + private.purge('public.waiting_list_entries', p_now);
end;
$$;

comment on function private.job_offer_freed_times(timestamptz) is
  'Offers what fell free to who waits for it, and ends what is waited for no more. Returns how many of both.';

select cron.schedule('offer-freed-times', '* * * * *', $$select private.run_job('offer_freed_times')$$);
