-- Offering a time that fell free to one who waits: what they can have of it, held for them for a while.
--
-- Called: by the job that goes through the line, which waits for nobody. docs/decisions/the-waiting-list.md

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

-- What becomes free by a time's falling free: the nearest to it that suits. Whoever is choosing a time would lose it by an offer.
create function private.starts_for(p_entry public.waiting_list_entries, p_freed private.freed_for_waiting)
returns table (terms private.session_terms, starts_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select t, o.starts_at
  from unnest(private.offered_terms(p_freed.specialist_id, p_entry.pillar_id, p_entry.session_type_id, p_entry.user_id)) t
  cross join lateral private.offered_starts(
    array[t], p_entry.user_id, array[p_freed.id], p_freed.busy_from - t.lasts - t.buffer_after, p_freed.busy_until + t.buffer_before, now()
  ) o
  where private.reads_now(p_entry.user_id)
    and exists (select from public.waiting_list_entries e where e.id = p_entry.id and e.status = 'waiting')
    and not exists (select from public.bookings b where b.employee_id = p_entry.user_id and b.status = 'held' and b.expires_at > now())
    and not t.requires_acceptance
    and o.starts_at - t.buffer_before < p_freed.busy_until and o.starts_at + t.lasts + t.buffer_after > p_freed.busy_from
    and private.suits(p_entry, o.starts_at, o.starts_at + t.lasts)
    and not exists (
      select from public.waiting_list_offers f
      where f.user_id = p_entry.user_id and f.specialist_id = p_freed.specialist_id and f.starts_at = o.starts_at and f.outcome <> 'withdrawn'
    )
  order by abs(extract(epoch from o.starts_at - p_freed.starts_at)), o.starts_at
  limit 10;
$$;

comment on function private.starts_for(public.waiting_list_entries, private.freed_for_waiting) is
  'The times that can be offered to who waits when one falls free, the nearest first; who pays is looked at when one is held.';

-- In the order of whoever ends a hold: the booking first, and what keeps its time behind it. What somebody else is just ending is left to them.
create function private.end_passed_offers(p_booking_id uuid, p_user_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update public.bookings set status = 'released'
  where id = any (array(
    select b.id from public.bookings b
    where (b.id = p_booking_id or b.id in (select o.booking_id from public.waiting_list_offers o where o.user_id = p_user_id and o.outcome = 'open'))
      and b.status = 'held' and b.expires_at <= now()
    order by b.id for no key update skip locked
  ));
  return not exists (
    select from public.bookings b
    where b.status = 'held' and (b.id = p_booking_id or b.id in (select o.booking_id from public.waiting_list_offers o where o.user_id = p_user_id and o.outcome = 'open'))
  );
end;
$$;

comment on function private.end_passed_offers(uuid, uuid) is
  'Ends a hold, and what is offered to a person, where its time is over. Returns whether neither is held any more.';

create function private.hold_for_offer(p_specialist_id uuid, p_user_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_people constant uuid[] := array[p_user_id, (select user_id from public.specialists where id = p_specialist_id)];
begin
  return (select count(*) from (select from auth.users where id = any (v_people) order by id for key share skip locked) held) = cardinality(v_people)
    and private.lock_booking_parties(p_specialist_id, p_user_id, p_wait => false);
end;
$$;

comment on function private.hold_for_offer(uuid, uuid) is
  'Takes what an offer needs, without waiting: the accounts and calendars of both. Returns whether it got them.';

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
exception when others then
  if private.is_refusal(sqlstate) then
    return null;
  end if;
  raise;
end;
$$;

comment on function private.offer_start(public.waiting_list_entries, private.session_terms, timestamptz) is
  'Holds a time for who waits, under the rules of hold_slot(); null where one of them refuses it.';

create function private.record_offer(p_entry public.waiting_list_entries, p_booking public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into public.waiting_list_offers (entry_id, user_id, booking_id, specialist_id, starts_at, expires_at)
  values (p_entry.id, p_entry.user_id, p_booking.id, p_booking.specialist_id, p_booking.starts_at, p_booking.expires_at);
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

create function private.keep_rest(p_freed private.freed_for_waiting, p_booking public.bookings)
returns void
language sql
set search_path = ''
as $$
  select private.free_for_waiting(gen_random_uuid(), p_freed.specialist_id, lower(r.span), upper(r.span), lower(r.span), upper(r.span))
  from unnest(
    tstzmultirange(tstzrange(p_freed.busy_from, p_freed.busy_until)) - tstzmultirange(tstzrange(p_booking.busy_from, p_booking.busy_until))
  ) r (span);
$$;

comment on function private.keep_rest(private.freed_for_waiting, public.bookings) is 'Keeps for the next in line what a session that is offered leaves of a time that fell free.';

-- Whom a rule refuses is let go: a subtransaction that ends in an exception gives its locks back.
create function private.offer_to(p_entry public.waiting_list_entries, p_freed private.freed_for_waiting)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_booking public.bookings;
begin
  if not private.hold_for_offer(p_freed.specialist_id, p_entry.user_id) then
    return null;
  end if;
  -- It would keep the time from whoever it is kept for.
  delete from private.freed_for_waiting where id = p_freed.id;
  for v in select * from private.starts_for(p_entry, p_freed) loop
    v_booking := private.offer_start(p_entry, v.terms, v.starts_at);
    if v_booking.id is not null then
      perform private.record_offer(p_entry, v_booking);
      perform private.keep_rest(p_freed, v_booking);
      return true;
    end if;
  end loop;
  raise sqlstate 'PT409' using message = 'slot_taken';
exception when sqlstate 'PT409' then
  return false;
end;
$$;

comment on function private.offer_to(public.waiting_list_entries, private.freed_for_waiting) is
  'Holds for who waits the time that fell free, or what is nearest to it and became free by it; false where they can have none, and null where somebody holds what that takes.';
