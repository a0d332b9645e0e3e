-- Sessions in doubt: booked with a specialist who by now may not give them. Losing a verification cancels nothing
-- (docs/decisions/suspension-cancels-nothing.md), so somebody has to know which sessions are left.
--
-- Read: platform admins, with a reason, and never whose sessions they are; what tells the employees.

create function private.sessions_in_doubt_of(p_specialist_id uuid)
returns table (booking_id uuid, session_type_id uuid, starts_at timestamptz, why text, since timestamptz)
language sql
stable
set search_path = ''
as $$
  with practice as materialized (
    select p.pillar_id, private.may_practise_until(p_specialist_id, p.pillar_id) as until,
      exists (select from public.specialist_pillars sp where sp.specialist_id = p_specialist_id and sp.pillar_id = p.pillar_id) as is_theirs
    from (
      select distinct t.pillar_id
      from public.bookings b join public.session_types t on t.id = b.session_type_id
      where b.specialist_id = p_specialist_id and b.starts_at > now()
    ) p
  )
  select b.id, b.session_type_id, b.starts_at, d.why,
    case d.why
      when 'not_verified' then s.status_since
      when 'documents_end_before' then case when isfinite(p.until) then (p.until + 1)::timestamp at time zone s.time_zone end
    end
  from public.bookings b
  join public.specialists s on s.id = b.specialist_id
  join public.session_types t on t.id = b.session_type_id
  join practice p on p.pillar_id = t.pillar_id
  cross join lateral (
    select case
      when s.status <> 'verified' then 'not_verified'
      when not p.is_theirs then 'pillar_dropped'
      when (b.starts_at at time zone s.time_zone)::date > p.until then 'documents_end_before'
    end
  ) d (why)
  where b.specialist_id = p_specialist_id and b.status in ('pending', 'held', 'confirmed') and b.starts_at > now()
    and d.why is not null;
$$;

comment on function private.sessions_in_doubt_of(uuid) is
  'The sessions to come (asked for, held or confirmed) that a specialist may not give as things stand, a row for each booking: why is not_verified (pending, rejected or '
  'suspended), pillar_dropped (they work in its pillar no more) or documents_end_before (a document that the pillar requires is missing, or not valid '
  'on that day). since: when they lost the verification, or when the document ends, which may be still to come; null where nobody wrote it down.';

create function private.sessions_in_doubt(p_reason text, p_cursor text, p_limit int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_limit constant int := coalesce(p_limit, 50);
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{1,17})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  v_items jsonb;
  v_next text;
begin
  if v_limit not between 1 and 200 then
    raise sqlstate 'PT422' using message = 'invalid_limit', detail = 'A page has 1 to 200 sessions.';
  elsif p_cursor is not null and v_cursor is null then
    raise sqlstate 'PT422' using message = 'invalid_cursor', detail = 'Pass on next_cursor as it was answered.';
  end if;
  with page as materialized (
    select d.*, s.id as specialist_id, s.display_name as specialist, t.name as session_type,
      row_number() over (order by d.starts_at, d.booking_id) as n
    from (select distinct b.specialist_id from public.bookings b where b.starts_at > now() and b.status in ('pending', 'held', 'confirmed')) o
    join public.specialists s on s.id = o.specialist_id
    cross join lateral private.sessions_in_doubt_of(s.id) d
    join public.session_types t on t.id = d.session_type_id
    where p_cursor is null
      or (d.starts_at, d.booking_id) > ('epoch'::timestamptz + v_cursor[1]::bigint * interval '1 microsecond', v_cursor[2]::uuid)
    order by d.starts_at, d.booking_id
    limit v_limit + 1
  )
  select
    coalesce(jsonb_agg(to_jsonb(p) - 'n' order by p.n) filter (where p.n <= v_limit), '[]'),
    max((extract(epoch from p.starts_at) * 1000000)::bigint || '_' || p.booking_id) filter (where p.n = v_limit and (select count(*) from page) > v_limit)
  into v_items, v_next
  from page p;
  perform private.write_audit(
    'bookings.in_doubt_read', 'bookings', null, null, null,
    jsonb_build_object('cursor', p_cursor, 'sessions', jsonb_array_length(v_items)),
    jsonb_build_object('source', 'sessions_in_doubt', 'reason', v_reason)
  );
  return jsonb_build_object('items', v_items, 'next_cursor', v_next);
end;
$$;

grant execute on function private.sessions_in_doubt(text, text, int) to authenticated;

create function public.sessions_in_doubt(p_reason text, p_cursor text default null, p_limit int default 50)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.sessions_in_doubt(p_reason, p_cursor, p_limit);
$$;

comment on function public.sessions_in_doubt(text, text, int) is
  'A platform admin reads which sessions to come are booked with specialists who may not give them, soonest first: {items, next_cursor}, and never whose they are. '
  'why: not_verified, pillar_dropped, documents_end_before; since: from when on. Each call is audited. '
  'Errors: forbidden (403), reason_required, invalid_limit, invalid_cursor (422).';

grant execute on function public.sessions_in_doubt(text, text, int) to authenticated;
