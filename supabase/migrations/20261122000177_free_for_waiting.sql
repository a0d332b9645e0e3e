-- What frees a time that somebody waits for: a session that is cancelled or moved, a hold or a proposal that ends, a freed time.
--
-- Called: by triggers, in the transaction that frees it. docs/decisions/the-waiting-list.md

create function private.is_waited_for(p_specialist_id uuid, p_starts_at timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.waiting_list_entries e
    where e.status = 'waiting' and e.expires_at > now()
      and (p_starts_at at time zone 'UTC')::date between e.first_day - 1 and e.last_day + 1
      and (e.specialist_id = p_specialist_id or e.specialist_id is null and exists (
        select from public.specialist_pillars s
        where s.specialist_id = p_specialist_id
          and (e.pillar_id is null or s.pillar_id = e.pillar_id)
          and (e.session_type_id is null or s.pillar_id = (select t.pillar_id from public.session_types t where t.id = e.session_type_id))
      ))
  );
$$;

comment on function private.is_waited_for(uuid, timestamptz) is 'Whether somebody may be waiting for a time of a specialist; what exactly they can have is looked at later.';

create function private.free_for_waiting(
  p_id uuid, p_specialist_id uuid, p_starts_at timestamptz, p_ends_at timestamptz, p_busy_from timestamptz, p_busy_until timestamptz,
  p_ready_at timestamptz default now()
)
returns void
language sql
set search_path = ''
as $$
  insert into private.freed_for_waiting (id, specialist_id, starts_at, ends_at, busy_from, busy_until, ready_at, kept_until)
  values (
    p_id, p_specialist_id, p_starts_at, p_ends_at, p_busy_from, p_busy_until, p_ready_at, p_ready_at + private.minutes('waiting_keep_minutes')
  )
  on conflict (id) do update
  set starts_at = excluded.starts_at, ends_at = excluded.ends_at, busy_from = excluded.busy_from, busy_until = excluded.busy_until,
    ready_at = excluded.ready_at, kept_until = excluded.kept_until;
$$;

comment on function private.free_for_waiting(uuid, uuid, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz) is
  'Keeps a time that falls free for whoever waits for it.';

-- Who ends it before its time without being its person takes it away from them.
create function private.offer_outcome(p_held public.bookings, p_now_is public.booking_status)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p_now_is = 'confirmed' then 'taken'
    when p_held.expires_at <= now() or private.booking_actor(p_held) = 'employee' then 'missed'
    else 'withdrawn'
  end;
$$;

comment on function private.offer_outcome(public.bookings, public.booking_status) is 'What became of an offer by what became of its hold.';

create function private.settle_offer(p_booking_id uuid, p_outcome text)
returns void
language sql
set search_path = ''
as $$
  with settled as (
    update public.waiting_list_offers set outcome = p_outcome where booking_id = p_booking_id and outcome = 'open' returning entry_id
  )
  update public.waiting_list_entries e
  set status = case p_outcome when 'taken' then 'booked' else 'expired' end, ended_at = now()
  from settled
  where e.id = settled.entry_id and e.status = 'waiting' and (p_outcome = 'taken' or p_outcome = 'missed' and (
    select count(*) + 1 from public.waiting_list_offers o where o.entry_id = e.id and o.outcome = 'missed'
  ) >= private.setting('waiting_max_offers')::int);
$$;

comment on function private.settle_offer(uuid, text) is
  'Writes down what became of an offer, if a hold is one: who took it waits no longer, nor who let too many pass.';

-- What was withheld with a session becomes free later, and by itself: a time of somebody who has left is not offered because they left.
create function private.free_time_of_booking()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if old.status = 'held' then
    delete from private.freed_for_waiting where id = new.id;
    perform private.settle_offer(new.id, private.offer_outcome(old, new.status));
  end if;
  if new.status in ('held', 'confirmed') and (new.starts_at, new.ends_at) = (old.starts_at, old.ends_at)
    or new.status in ('completed', 'no_show') or old.starts_at <= now()
    or not private.is_waited_for(old.specialist_id, old.starts_at)
    or exists (
      select from public.specialist_freed_times f
      where f.specialist_id = old.specialist_id and f.offered_at > now() and f.busy_from <= old.starts_at and f.busy_until >= old.ends_at
    )
  then
    return null;
  end if;
  -- One that has moved keeps another time by now, and may leave that as well before anybody comes by.
  perform private.free_for_waiting(
    case when new.status = 'confirmed' then gen_random_uuid() else old.id end, old.specialist_id, old.starts_at, old.ends_at, old.busy_from, old.busy_until
  );
  return null;
end;
$$;

comment on function private.free_time_of_booking() is
  'Trigger on bookings: keeps the time of a session that is cancelled, moved or held no more for who waits for it, and says what became of an offer.';

create trigger free_time after update on public.bookings
  for each row when (
    old.status in ('held', 'confirmed')
    and (old.status <> new.status or old.starts_at <> new.starts_at or old.ends_at <> new.ends_at)
  )
  execute function private.free_time_of_booking();

create function private.free_proposed_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.free_for_waiting(new.id, b.specialist_id, new.starts_at, new.ends_at, new.busy_from, new.busy_until)
  from public.bookings b
  where b.id = new.booking_id and new.starts_at > now() and private.is_waited_for(b.specialist_id, new.starts_at)
    -- One that is withheld with its session is no less so.
    and not exists (
      select from public.specialist_freed_times f
      where f.specialist_id = b.specialist_id and f.offered_at > now() and f.busy_from <= new.starts_at and f.busy_until >= new.ends_at
    );
  return null;
end;
$$;

comment on function private.free_proposed_time() is 'Trigger on booking_proposals: keeps a time that was proposed and is not accepted for who waits for it.';

create trigger free_time after update of status on public.booking_proposals
  for each row when (old.status = 'open' and new.status in ('declined', 'withdrawn', 'expired'))
  execute function private.free_proposed_time();

create function private.free_withheld_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.free_for_waiting(new.id, new.specialist_id, new.starts_at, new.ends_at, new.busy_from, new.busy_until, new.offered_at);
  return null;
end;
$$;

comment on function private.free_withheld_time() is
  'Trigger on specialist_freed_times: a time that is withheld is kept for who waits from the moment on at which it is offered.';

create trigger free_time after insert or update of offered_at on public.specialist_freed_times
  for each row execute function private.free_withheld_time();

-- The same for each time, whoever waits: a specialist deletes these rows directly, and could time it. So the time is free for all at once.
create function private.reopen_withheld_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update private.freed_for_waiting set ready_at = now() - interval '1 second', kept_until = now() where id = old.id;
  return null;
end;
$$;

comment on function private.reopen_withheld_time() is
  'Trigger on specialist_freed_times: a time that its specialist reopens is free for all, and offered to who waits if nobody has it before.';

-- One that is withheld no longer is the line's, and stays so when its row is purged.
create trigger reopen_time after delete on public.specialist_freed_times
  for each row when (old.offered_at > now()) execute function private.reopen_withheld_time();
