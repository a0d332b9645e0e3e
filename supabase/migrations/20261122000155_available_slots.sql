-- available_slots(): when a specialist, or the specialists of a pillar, can be booked by whoever asks, and when a session can
-- be moved.
--
-- Called: by signed-in people. They learn which times are free, and not why the others are not.

create function private.offer_refusal(p_user_id uuid, p_specialist_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.check_person(p_user_id);
  if exists (select from public.specialists where id = p_specialist_id and user_id = p_user_id) then
    return 'own_session';
  end if;
  perform private.check_open_bookings(p_user_id);
  return null;
exception when sqlstate 'PT403' or sqlstate 'PT409' then
  return sqlerrm;
end;
$$;

comment on function private.offer_refusal(uuid, uuid) is 'The word with which booking refuses somebody at whatever time; null where it does not.';

create function private.moving_terms(p_booking public.bookings)
returns table (terms private.session_terms, refusal text, proposes boolean)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_proposes constant boolean := private.booking_actor(p_booking) <> 'employee' or coalesce((
    select t.requires_acceptance from private.session_terms t
    where t.specialist_id = p_booking.specialist_id and t.session_type_id = p_booking.session_type_id
  ), false);
  v_terms private.session_terms;
begin
  if v_proposes then
    v_terms := private.proposal_terms(p_booking);
  else
    v_terms := private.move_terms(p_booking);
  end if;
  v_terms.lasts := p_booking.ends_at - p_booking.starts_at;
  return query select v_terms, null, v_proposes;
exception when sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' or sqlstate 'PT422' then
  return query select null::private.session_terms, sqlerrm, null::boolean;
end;
$$;

comment on function private.moving_terms(public.bookings) is
  'On what terms the caller moves a session, or proposes another time where that is their way (proposes); else the word with which both refuse.';

create function private.available_slots(
  p_specialist_id uuid, p_pillar_id uuid, p_session_type_id uuid, p_from timestamptz, p_to timestamptz,
  p_moving uuid, p_company_id uuid, p_cursor text, p_limit int, p_now timestamptz
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_limit constant int := coalesce(p_limit, 200);
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{1,11})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  v_after constant timestamptz := to_timestamp(v_cursor[1]::bigint);
  v_employee_id uuid := v_user_id;
  v_company_id uuid := p_company_id;
  v_ignored_ids uuid[];
  v_own_start timestamptz;
  v_terms private.session_terms[];
  v_booking public.bookings;
  v_moving record;
  v_payable record;
  v_refused text;
  v_slots jsonb;
  v_next text;
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif p_from is null or p_to is null or not p_to > p_from or p_to > p_from + interval '62 days' then
    raise sqlstate 'PT422' using message = 'invalid_range', detail = 'Ask for a span of up to 62 days.';
  elsif p_moving is null and p_specialist_id is null and p_pillar_id is null and p_session_type_id is null then
    raise sqlstate 'PT422' using message = 'specialist_or_pillar_required', detail = 'Name a specialist, a pillar or a session type.';
  elsif v_limit not between 1 and 1000 then
    raise sqlstate 'PT422' using message = 'invalid_limit', detail = 'A page has 1 to 1000 times.';
  elsif p_cursor is not null and v_cursor is null then
    raise sqlstate 'PT422' using message = 'invalid_cursor', detail = 'Pass on next_cursor as it was answered.';
  end if;
  if p_moving is not null then
    v_booking := private.find_booking(p_moving);
    select * into v_moving from private.moving_terms(v_booking);
    v_refused := v_moving.refusal;
    v_terms := array[v_moving.terms];
    -- To move a session to where it is is no move; to propose that is refused.
    v_own_start := case when v_moving.proposes then v_booking.starts_at end;
    -- A specialist learns nothing of what the employee has elsewhere, nor of their company.
    v_employee_id := case when v_booking.employee_id = v_user_id then v_user_id end;
    v_company_id := v_booking.company_id;
    v_ignored_ids := array[p_moving];
  else
    v_refused := private.offer_refusal(v_user_id, p_specialist_id);
    v_terms := private.offered_terms(p_specialist_id, p_pillar_id, p_session_type_id, v_user_id);
    -- Who books gives up what they hold.
    v_ignored_ids := array(select id from public.bookings where employee_id = v_user_id and status = 'held');
  end if;
  if v_employee_id is null then
    select tstzmultirange(tstzrange(p_from, p_to)) as spans, '{}'::private.package_time[] as packages, null::text as refusal into v_payable;
  else
    select * into v_payable from private.payable_times(
      v_employee_id, v_company_id, array(select t.session_type_id from unnest(v_terms) t), least(greatest(p_from, p_now), p_to), p_to, p_now, p_moving
    );
  end if;
  v_refused := coalesce(v_refused, v_payable.refusal, case when private.allowance_left('bookings', v_user_id::text) < 1 then 'rate_limited' end);
  if v_refused is null then
    with page as materialized (
      select o.*, row_number() over (order by o.starts_at, o.specialist_id) as n
      from private.next_offers(
        v_terms, v_employee_id, v_ignored_ids, v_payable.spans, v_payable.packages, p_from, p_to, p_now, v_after, v_cursor[2]::uuid,
        v_limit + 1 + (v_own_start is not null)::int
      ) o
      where o.starts_at is distinct from v_own_start
    )
    select jsonb_agg(jsonb_build_object(
        'specialist_id', t.specialist_id, 'session_type_id', t.session_type_id, 'starts_at', p.starts_at, 'ends_at', p.starts_at + t.lasts,
        'requires_acceptance', t.requires_acceptance
      ) order by p.n) filter (where p.n <= v_limit),
      max(extract(epoch from p.starts_at)::bigint || '_' || p.specialist_id) filter (where p.n = v_limit and (select count(*) from page) > v_limit)
    into v_slots, v_next
    from page p join unnest(v_terms) t using (specialist_id);
  end if;
  return jsonb_build_object('slots', coalesce(v_slots, '[]'), 'next_cursor', v_next, 'refused', v_refused);
end;
$$;

grant execute on function private.available_slots(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid, text, int, timestamptz) to authenticated;

create function public.available_slots(
  p_specialist_id uuid default null, p_pillar_id uuid default null, p_session_type_id uuid default null,
  p_from timestamptz default now(), p_to timestamptz default now() + interval '30 days',
  p_moving uuid default null, p_company_id uuid default null, p_cursor text default null, p_limit int default 200
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.available_slots(p_specialist_id, p_pillar_id, p_session_type_id, p_from, p_to, p_moving, p_company_id, p_cursor, p_limit, now());
$$;

comment on function public.available_slots(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid, text, int) is
  'When the caller can have a session that starts within [p_from, p_to), soonest first: {slots, next_cursor, refused}. Of a specialist, or all of a pillar; '
  'without a session type, of the shortest that each offers. p_moving: when a session of the caller''s can be moved to, or another time be proposed. '
  'p_company_id: at whose cost. A page goes on with next_cursor. refused: why the caller can have none at any of these times, in the words of book_session(). '
  'Errors: unauthenticated (401), booking_not_found (404), invalid_range, specialist_or_pillar_required, invalid_limit, invalid_cursor (422).';

grant execute on function public.available_slots(uuid, uuid, uuid, timestamptz, timestamptz, uuid, uuid, text, int) to authenticated;
