-- Writing, sharing and reading the notes of a session.
--
-- Called: by its specialist and its employee; writing and reading through the edge function session-notes, which seals and opens
--         the text. Whoever calls directly hands over or gets what is sealed: it says nothing without the key, and a version
--         that was not sealed by the function opens for nobody.

create function private.note_of(p_booking_id uuid)
returns public.session_notes
language plpgsql
set search_path = ''
as $$
declare
  v public.session_notes;
begin
  select * into v from public.session_notes where booking_id = p_booking_id and gone_at is null for update;
  return v;
end;
$$;

comment on function private.note_of(uuid) is 'The notes of a session, locked; null where there are none, or none any more.';

-- A time that somebody holds is no session. The words are those of the function session-notes.
create function private.session_of_two(p_booking_id uuid)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v constant public.bookings := private.booking_of_caller(p_booking_id);
begin
  if v.id is null or v.status in ('held', 'released') then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such session of yours.';
  end if;
  return v;
end;
$$;

comment on function private.session_of_two(uuid) is
  'A session of the caller, as its employee or its specialist. Errors: unauthenticated (401), not_found (404).';

create function private.lock_session_given(p_booking_id uuid)
returns public.bookings
language plpgsql
set search_path = ''
as $$
declare
  v constant public.bookings := private.session_of_two(p_booking_id);
begin
  if v.specialist_id is distinct from private.my_practice_id() then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'That is for the specialist to do.';
  end if;
  return private.lock_booking(p_booking_id);
end;
$$;

comment on function private.lock_session_given(uuid) is
  'A session that the caller gives, locked. Errors: unauthenticated (401), forbidden (403), not_found (404).';

create function private.note_json(p_note public.session_notes)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'booking_id', p_note.booking_id, 'version', p_note.latest_version,
    'shared_version', p_note.shared_version, 'shared_at', p_note.shared_at, 'seen_at', p_note.seen_at
  );
$$;

comment on function private.note_json(public.session_notes) is 'How notes stand, for their specialist.';

create function private.write_session_note(p_booking_id uuid, p_note_version int, p_sealed text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.lock_session_given(p_booking_id);
  v public.session_notes;
begin
  if v_booking.status not in ('confirmed', 'completed', 'no_show') or v_booking.employee_id is null then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'Notes are of a session that is booked or took place.';
  end if;
  perform private.require_allowance('acts', private.user_id());
  v := private.note_of(p_booking_id);
  -- Else who writes anew of an old session would find out by it whether earlier notes are kept for a hold.
  if v.booking_id is null and v_booking.ends_at < now() - make_interval(days => private.setting('session_note_retention_days')::int) then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'The session is too long ago for notes.';
  elsif p_note_version is distinct from coalesce(v.latest_version, 0) + 1 then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'The notes were changed meanwhile.';
  elsif p_note_version > 100 then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'Notes have at most a hundred versions.';
  elsif (length(p_sealed) <= 20480 and p_sealed ~ '^[a-z0-9-]{1,16}[.][A-Za-z0-9_-]+$') is not true then
    raise sqlstate 'PT400' using message = 'invalid_request', detail = 'Notes are written by the function session-notes.';
  end if;
  insert into public.session_notes as n (booking_id, specialist_id, employee_id, latest_version, counts_from)
  values (p_booking_id, v_booking.specialist_id, v_booking.employee_id, p_note_version, greatest(v_booking.ends_at, now()))
  on conflict (booking_id) do update set latest_version = excluded.latest_version, counts_from = excluded.counts_from where n.gone_at is null
  returning n.* into v;
  if not found then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'The session is too long ago for notes.';
  end if;
  insert into private.session_note_versions (booking_id, version, sealed) values (p_booking_id, p_note_version, p_sealed);
  return private.note_json(v);
end;
$$;

grant execute on function private.write_session_note(uuid, int, text) to authenticated;

create function private.share_session_note(p_booking_id uuid, p_note_version int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.session_notes;
begin
  perform private.lock_session_given(p_booking_id);
  v := private.note_of(p_booking_id);
  if v.booking_id is null or p_note_version not between 1 and v.latest_version then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There are no such notes.';
  elsif p_note_version is not distinct from v.shared_version then
    return private.note_json(v);
  end if;
  perform private.require_allowance('acts', private.user_id());
  update public.session_notes
  set shared_version = p_note_version, shared_at = case when p_note_version is not null then now() end, seen_at = null
  where booking_id = p_booking_id
  returning * into v;
  return private.note_json(v);
end;
$$;

grant execute on function private.share_session_note(uuid, int) to authenticated;

-- To the employee, notes that were not shared are as if there were none, also in what it takes to find out. What they get marks
-- itself as seen: an employee who has it twice at once is marked once.
create function private.read_session_note(p_booking_id uuid, p_note_version int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.session_of_two(p_booking_id);
  v_is_author constant boolean := v_booking.specialist_id is not distinct from private.my_practice_id();
  v_version int;
  v public.session_notes;
begin
  select * into v from public.session_notes
  where booking_id = p_booking_id and gone_at is null and (v_is_author or shared_version is not null);
  v_version := coalesce(p_note_version, case when v_is_author then v.latest_version else v.shared_version end);
  if v.booking_id is null or v_version not between 1 and v.latest_version
    or not v_is_author and v_version is distinct from v.shared_version
  then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There are no such notes.';
  elsif not v_is_author and v.seen_at is null then
    perform private.hold_accounts(private.user_id());
    -- Of a version that is not shared any more, nothing is handed over.
    update public.session_notes set seen_at = now()
    where booking_id = p_booking_id and gone_at is null and shared_version = v_version
    returning * into v;
    if not found then
      raise sqlstate 'PT404' using message = 'not_found', detail = 'There are no such notes.';
    end if;
  end if;
  return (
    select jsonb_build_object('booking_id', v.booking_id, 'version', n.version, 'sealed', n.sealed, 'note', jsonb_build_object(
      'booking_id', v.booking_id, 'version', n.version, 'written_at', n.written_at,
      'shared_version', v.shared_version, 'shared_at', v.shared_at, 'seen_at', v.seen_at,
      'versions', (
        select jsonb_agg(jsonb_build_object('version', o.version, 'written_at', o.written_at) order by o.version desc)
        from private.session_note_versions o
        where o.booking_id = v.booking_id and (v_is_author or o.version = v_version)
      )
    ))
    from private.session_note_versions n where n.booking_id = v.booking_id and n.version = v_version
  );
end;
$$;

grant execute on function private.read_session_note(uuid, int) to authenticated;

create function public.write_session_note(p_booking_id uuid, p_note_version int, p_sealed text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.write_session_note(p_booking_id, p_note_version, p_sealed);
$$;

create function public.share_session_note(p_booking_id uuid, p_note_version int default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.share_session_note(p_booking_id, p_note_version);
$$;

create function public.read_session_note(p_booking_id uuid, p_note_version int default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.read_session_note(p_booking_id, p_note_version);
$$;

comment on function public.write_session_note(uuid, int, text) is
  'The specialist adds a version to the notes of a session, sealed by the edge function session-notes: one more than the latest, so that nobody '
  'writes over what they have not read. Answers how the notes stand. Errors: invalid_request (400), unauthenticated (401), forbidden (403), '
  'not_found (404), conflict (409), rule_violation (422), rate_limited (429).';
comment on function public.share_session_note(uuid, int) is
  'The specialist lets the employee read one version of the notes, instead of another one if there was; without a version, none. '
  'Answers how the notes stand. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404), rate_limited (429).';
comment on function public.read_session_note(uuid, int) is
  'A version of the notes of a session, sealed: the specialist any, the latest without a version; the employee the one that is shared, '
  'which is marked as seen. Errors: unauthenticated (401), not_found (404).';

grant execute on function public.write_session_note(uuid, int, text) to authenticated;
grant execute on function public.share_session_note(uuid, int) to authenticated;
grant execute on function public.read_session_note(uuid, int) to authenticated;
