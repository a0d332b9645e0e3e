-- Offering what fell free: to whoever waits longest, held for them for a while; then to the next.
--
-- Called: by pg_cron. A run that dies leaves everything as it was, and the time is still kept: docs/decisions/the-waiting-list.md
--
-- One run goes through many people's calendars, in an order that is nobody else's. So it waits for none of them: what
-- somebody else holds has its turn in a minute, and nobody is passed over for it.

-- Whoever sleeps through an offer has not been offered anything.
create function private.reads_now(p_user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select private.quiet_span(
    (select n from public.notification_preferences n where n.user_id = p_user_id), (select p.time_zone from public.profiles p where p.id = p_user_id), now()
  ) is null;
$$;

comment on function private.reads_now(uuid) is 'Whether a person may be mailed now, by their quiet hours.';

create function private.offer_start(p_entry public.waiting_list_entries, p_terms private.session_terms, p_starts_at timestamptz)
returns public.bookings
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_person(p_entry.user_id);
  return private.place_booking(
    p_terms, p_entry.user_id, p_starts_at, p_entry.company_id, 'held', now() + private.minutes('waiting_offer_minutes')
  );
exception when sqlstate 'PT403' or sqlstate 'PT409' or sqlstate 'PT422' then
  return null;
end;
$$;

comment on function private.offer_start(public.waiting_list_entries, private.session_terms, timestamptz) is
  'Holds a time for who waits, under the rules of hold_slot(); null where one of them refuses it.';

create function private.is_offer_stale(p_entry_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.waiting_list_offers o join public.bookings b on b.id = o.booking_id
    where o.entry_id = p_entry_id and o.outcome = 'open' and b.expires_at <= now()
  );
$$;

comment on function private.is_offer_stale(uuid) is 'Whether an offer to somebody has passed, and somebody else is just writing that down.';

-- What becomes free by the time's falling free: the nearest to it that suits.
create function private.offer_to(p_entry public.waiting_list_entries, p_freed private.freed_for_waiting)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v_terms private.session_terms;
  v_start timestamptz;
  v_booking public.bookings;
begin
  select * into v_terms
  from unnest(private.offered_terms(p_freed.specialist_id, p_entry.pillar_id, p_entry.session_type_id, p_entry.user_id)) t
  where not t.requires_acceptance;
  if not found or not private.reads_now(p_entry.user_id)
    -- Behind the lock of their calendar, which whoever leaves the list holds.
    or not exists (select from public.waiting_list_entries where id = p_entry.id and status = 'waiting')
    -- Whoever is choosing a time would lose it by this one.
    or exists (select from public.bookings where employee_id = p_entry.user_id and status = 'held' and expires_at > now())
  then
    return null;
  end if;
  for v_start in
    select o.starts_at
    from private.offered_starts(array[v_terms], p_entry.user_id, '{}', p_freed.busy_from - v_terms.lasts - v_terms.buffer_after, p_freed.busy_until + v_terms.buffer_before, now()) o
    where o.starts_at - v_terms.buffer_before < p_freed.busy_until and o.starts_at + v_terms.lasts + v_terms.buffer_after > p_freed.busy_from
      and private.suits(p_entry, o.starts_at, o.starts_at + v_terms.lasts)
      and not exists (
        select from public.waiting_list_offers f
        where f.entry_id = p_entry.id and f.specialist_id = p_freed.specialist_id and f.starts_at = o.starts_at
      )
    order by abs(extract(epoch from o.starts_at - p_freed.starts_at)), o.starts_at
    limit 10
  loop
    v_booking := private.offer_start(p_entry, v_terms, v_start);
    exit when v_booking.id is not null;
  end loop;
  return v_booking;
end;
$$;

comment on function private.offer_to(public.waiting_list_entries, private.freed_for_waiting) is
  'Holds for who waits the time that fell free, or what is nearest to it and became free by it; null where they can have none.';

create function private.record_offer(p_entry public.waiting_list_entries, p_booking public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into public.waiting_list_offers (entry_id, booking_id, specialist_id, starts_at, expires_at)
  values (p_entry.id, p_booking.id, p_booking.specialist_id, p_booking.starts_at, p_booking.expires_at);
  -- Should it pass, it is kept for the next from that moment on.
  perform private.free_for_waiting(
    p_booking.id, p_booking.specialist_id, p_booking.starts_at, p_booking.ends_at, p_booking.busy_from, p_booking.busy_until, p_booking.expires_at
  );
  perform private.mail_session(
    'waiting_offer', p_booking, p_entry.user_id, jsonb_build_object('answer_by_at', private.iso_timestamp(p_booking.expires_at)), null,
    'waiting:' || p_booking.id, true, p_booking.expires_at, p_booking.expires_at
  );
end;
$$;

comment on function private.record_offer(public.waiting_list_entries, public.bookings) is 'Writes an offer down, keeps its time for the next behind its end, and mails it.';

-- Calendars and accounts that somebody holds are not waited for: then it is looked at once more, as long as it is kept.
create function private.offer_freed_time(p_freed private.freed_for_waiting)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_entry public.waiting_list_entries;
  v_booking public.bookings;
  v_is_kept constant boolean := p_freed.kept_until > now();
begin
  if p_freed.starts_at <= now() then
    delete from private.freed_for_waiting where id = p_freed.id;
    return 0;
  elsif not exists (
    select from auth.users u join public.specialists s on s.user_id = u.id where s.id = p_freed.specialist_id for key share of u skip locked
  ) or not private.lock_booking_parties(p_freed.specialist_id, null, p_wait => false) then
    return 0;
  end if;
  perform private.sweep_holds(p_freed.specialist_id, null, p_freed.busy_from, p_freed.busy_until);
  -- It would keep the time from whoever it is kept for.
  delete from private.freed_for_waiting where id = p_freed.id;
  for v_entry in
    select e.* from public.waiting_list_entries e
    where e.status = 'waiting' and e.expires_at > now() and (e.specialist_id is null or e.specialist_id = p_freed.specialist_id)
      and (p_freed.starts_at at time zone e.time_zone)::date between e.first_day - 1 and e.last_day + 1
    order by e.joined_at, e.id
  loop
    if not exists (select from auth.users where id = v_entry.user_id for key share skip locked)
      or not private.lock_booking_parties(null, v_entry.user_id, p_wait => false)
      or private.is_offer_stale(v_entry.id)
    then
      continue when not v_is_kept;
      insert into private.freed_for_waiting select (p_freed).*;
      return 0;
    end if;
    v_booking := private.offer_to(v_entry, p_freed);
    if v_booking.id is not null then
      perform private.record_offer(v_entry, v_booking);
      return 1;
    end if;
  end loop;
  return 0;
end;
$$;

comment on function private.offer_freed_time(private.freed_for_waiting) is
  'Offers a time that fell free to the first in line who can have it, and returns whether somebody was; if nobody can, it is free for all.';

create function private.job_offer_freed_times(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_freed private.freed_for_waiting;
  v_done bigint := 0;
  v_ended bigint;
begin
  -- First of all, and of those that nobody else is just ending: later it would hold what others wait for.
  update public.bookings set status = 'released'
  where id = any (array(
    select b.id from public.waiting_list_offers o join public.bookings b on b.id = o.booking_id
    where o.outcome = 'open' and b.status = 'held' and b.expires_at <= now()
    order by b.id for no key update of b skip locked
  ));
  for v_freed in
    select * from private.freed_for_waiting where ready_at <= p_now order by ready_at, id limit 500 for update skip locked
  loop
    v_done := v_done + private.offer_freed_time(v_freed);
  end loop;
  update public.waiting_list_entries set status = 'expired', ended_at = p_now
  where id = any (array(
    select id from public.waiting_list_entries where status = 'waiting' and expires_at <= p_now
    order by id limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_ended = row_count;
  return v_ended + v_done + private.purge('public.waiting_list_entries', 'ended_at', p_now - private.days('waiting_retention_days'));
end;
$$;

comment on function private.job_offer_freed_times(timestamptz) is
  'Offers what fell free to who waits for it, and ends what is waited for no more. Returns how many of both.';

select cron.schedule('offer-freed-times', '* * * * *', $$select private.run_job('offer_freed_times')$$);
