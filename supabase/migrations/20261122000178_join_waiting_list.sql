-- Joining the waiting list, and leaving it.
--
-- Called: by employees.

create function private.check_waiting(p_entry public.waiting_list_entries)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from constant timestamptz := greatest(now(), p_entry.first_day::timestamp at time zone p_entry.time_zone);
  v_terms private.session_terms[];
  v_payable record;
begin
  if p_entry.specialist_id is not null and not exists (
    select from public.specialists where id = p_entry.specialist_id and status = 'verified' and user_id <> p_entry.user_id
  ) then
    raise sqlstate 'PT404' using message = 'specialist_not_found', detail = 'There is no such specialist.';
  end if;
  v_terms := private.offered_terms(p_entry.specialist_id, p_entry.pillar_id, p_entry.session_type_id, p_entry.user_id);
  if v_terms = '{}' then
    raise sqlstate 'PT422' using message = 'session_type_not_offered', detail = 'Nobody offers such sessions.';
  end if;
  v_terms := array(select t from unnest(v_terms) t where not t.requires_acceptance);
  if v_terms = '{}' then
    raise sqlstate 'PT409' using message = 'acceptance_required', detail = 'These sessions are asked for: use request_session().';
  end if;
  select * into v_payable from private.payable_times(
    p_entry.user_id, p_entry.company_id, array(select t.session_type_id from unnest(v_terms) t), v_from, greatest(p_entry.expires_at, v_from), now(), null
  );
  if v_payable.refusal = 'not_a_member' then
    raise sqlstate 'PT403' using message = 'not_a_member', detail = 'Sessions are booked by members of an active company.';
  elsif v_payable.refusal = 'no_plan' then
    raise sqlstate 'PT409' using message = 'no_plan', detail = 'Your company has no plan at present.';
  elsif v_payable.refusal = 'plan_ends_before' then
    raise sqlstate 'PT409' using message = 'plan_ends_before', detail = 'The plan of your company ends before these days.';
  elsif exists (
    -- All of each day: a specialist has no more starts in one than it has five minutes.
    select from generate_series(p_entry.first_day, p_entry.last_day, interval '1 day') d
    cross join lateral private.next_offers(
      v_terms, p_entry.user_id, array(select id from public.bookings where employee_id = p_entry.user_id and status = 'held'),
      v_payable.spans, v_payable.packages, greatest(v_from, d::timestamp at time zone p_entry.time_zone),
      (d::timestamp + interval '1 day') at time zone p_entry.time_zone, now(), null, null, 300 * cardinality(v_terms)
    ) o
    join unnest(v_terms) t using (specialist_id)
    where extract(isodow from d) = any (p_entry.weekdays) and private.suits(p_entry, o.starts_at, o.starts_at + t.lasts)
  ) then
    raise sqlstate 'PT409' using message = 'times_are_free', detail = 'There is a free time on these days. Choose it.';
  end if;
end;
$$;

comment on function private.check_waiting(public.waiting_list_entries) is
  'Refuses to wait for what there is not, or is free: specialist_not_found, session_type_not_offered, acceptance_required, not_a_member, no_plan, plan_ends_before, times_are_free.';

create function private.join_waiting_list(
  p_specialist_id uuid, p_pillar_id uuid, p_session_type_id uuid, p_first_day date, p_last_day date, p_weekdays smallint[],
  p_from_time time, p_until_time time, p_company_id uuid
)
returns public.waiting_list_entries
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_limit constant int := private.setting('waiting_max_entries')::int;
  v_zone text;
  v_today date;
  v_entry public.waiting_list_entries;
begin
  perform private.check_person(v_user_id);
  select time_zone into v_zone from public.profiles where id = v_user_id;
  v_today := (now() at time zone v_zone)::date;
  if p_specialist_id is null and p_pillar_id is null and p_session_type_id is null then
    raise sqlstate 'PT422' using message = 'specialist_or_pillar_required', detail = 'Name a specialist, a pillar or a session type.';
  elsif p_first_day is null or p_last_day is null or p_last_day < greatest(p_first_day, v_today) or p_first_day > v_today + 365 or p_last_day > p_first_day + 92 then
    raise sqlstate 'PT422' using message = 'invalid_days', detail = 'Wait for up to 92 days that are still to come.';
  elsif not p_weekdays <@ '{1,2,3,4,5,6,7}'::smallint[] or p_weekdays is null or cardinality(p_weekdays) not between 1 and 7
    or p_from_time is null or p_until_time is null or p_until_time <= p_from_time
  then
    raise sqlstate 'PT422' using message = 'invalid_hours', detail = 'Name weekdays, 1 for Monday to 7, and hours from when until when.';
  end if;
  perform private.hold_accounts(v_user_id);
  perform private.lock_booking_parties(null, v_user_id);
  if (select count(*) from public.waiting_list_entries where user_id = v_user_id and status = 'waiting' and expires_at > now()) >= v_limit then
    raise sqlstate 'PT409' using message = 'waiting_limit', detail = format('You wait for %s things, and more is not possible.', v_limit);
  end if;
  v_entry := jsonb_populate_record(null::public.waiting_list_entries, jsonb_build_object(
    'id', gen_random_uuid(), 'user_id', v_user_id, 'company_id', p_company_id, 'specialist_id', p_specialist_id, 'pillar_id', p_pillar_id,
    'session_type_id', p_session_type_id, 'time_zone', v_zone, 'first_day', greatest(p_first_day, v_today), 'last_day', p_last_day,
    'weekdays', p_weekdays, 'from_time', p_from_time, 'until_time', p_until_time, 'status', 'waiting', 'joined_at', now(),
    'expires_at', (p_last_day + 1)::timestamp at time zone v_zone
  ));
  perform private.check_waiting(v_entry);
  perform private.require_allowance('bookings', v_user_id);
  insert into public.waiting_list_entries select (v_entry).*;
  return v_entry;
end;
$$;

-- What is held for them is looked up behind the lock of their calendar, which the job that offers times needs as well: else it could be
-- offered in between, to somebody who waits no longer. It frees a time, for which no specialist's calendar is locked.
create function private.leave_waiting_list(p_entry_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not exists (select from public.waiting_list_entries where id = p_entry_id and user_id = private.user_id()) then
    raise sqlstate 'PT404' using message = 'entry_not_found', detail = 'You wait for no such thing.';
  end if;
  perform private.hold_accounts(private.user_id());
  perform private.lock_booking_parties(null, private.user_id());
  update public.bookings set status = 'released'
  where status = 'held' and id = (select o.booking_id from public.waiting_list_offers o where o.entry_id = p_entry_id and o.outcome = 'open');
  update public.waiting_list_entries set status = 'left', ended_at = now() where id = p_entry_id and status = 'waiting';
end;
$$;

grant execute on function private.join_waiting_list(uuid, uuid, uuid, date, date, smallint[], time, time, uuid) to authenticated;
grant execute on function private.leave_waiting_list(uuid) to authenticated;

create function public.join_waiting_list(
  p_first_day date, p_last_day date, p_specialist_id uuid default null, p_pillar_id uuid default null, p_session_type_id uuid default null,
  p_weekdays smallint[] default '{1,2,3,4,5,6,7}', p_from_time time default '00:00', p_until_time time default '24:00', p_company_id uuid default null
)
returns public.waiting_list_entries
language sql
security invoker
set search_path = ''
as $$
  select private.join_waiting_list(
    p_specialist_id, p_pillar_id, p_session_type_id, p_first_day, p_last_day, p_weekdays, p_from_time, p_until_time, p_company_id
  );
$$;

create function public.leave_waiting_list(p_entry_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.leave_waiting_list(p_entry_id);
$$;

comment on function public.join_waiting_list(date, date, uuid, uuid, uuid, smallint[], time, time, uuid) is
  'The caller waits for a time of a specialist, of a pillar or for a type of session, on days and at hours of their own time zone; the first that falls free is held for who waits longest. '
  'Errors: unauthenticated (401), email_not_confirmed, not_a_member (403), specialist_not_found (404), waiting_limit, acceptance_required, no_plan, plan_ends_before, times_are_free (409), '
  'specialist_or_pillar_required, invalid_days, invalid_hours, session_type_not_offered (422), rate_limited (429).';
comment on function public.leave_waiting_list(uuid) is
  'The caller waits no longer; what is held for them goes to who is next. Idempotent. Errors: unauthenticated (401), entry_not_found (404).';

grant execute on function public.join_waiting_list(date, date, uuid, uuid, uuid, smallint[], time, time, uuid) to authenticated;
grant execute on function public.leave_waiting_list(uuid) to authenticated;
