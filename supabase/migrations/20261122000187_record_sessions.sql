-- Recording a session: announcing a file, recording the copy that was compared, opening it, and taking a consent back.
--
-- Called: by the edge function session-recordings, as the person, and to record a copy as the service; by people, to take a
--         consent back. Each holds the session (private.lock_booking): of a consent that is taken back and a recording that
--         is being made, one is first, and the other sees it.

create function private.recording_json(p_recording public.meeting_recordings)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_recording.id, 'booking_id', p_recording.booking_id, 'mime_type', p_recording.mime_type, 'file_size', p_recording.file_size,
    'announced_at', p_recording.announced_at, 'recorded_at', p_recording.recorded_at, 'keep_until', p_recording.keep_until
  );
$$;

comment on function private.recording_json(public.meeting_recordings) is 'A recording, to the two of its session.';

create function private.announce_recording(p_booking_id uuid, p_file_hash text, p_media_type text, p_file_size int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking constant public.bookings := private.lock_session_given(p_booking_id);
  v public.meeting_recordings;
begin
  if not private.both_consent(p_booking_id) then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'Both have to consent to the recording of this session first.';
  elsif v_booking.status not in ('confirmed', 'completed') or v_booking.employee_id is null or v_booking.starts_at > now()
    or v_booking.ends_at < now() - interval '7 days'
  then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'A recording is of a session that has begun, and comes within a week.';
  elsif (select count(*) from public.meeting_recordings where booking_id = p_booking_id) >= 10 then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'A session has at most ten recordings.';
  end if;
  insert into public.meeting_recordings (booking_id, specialist_id, employee_id, mime_type, file_size, file_hash, keep_until)
  values (
    p_booking_id, v_booking.specialist_id, v_booking.employee_id, p_media_type, p_file_size, lower(p_file_hash),
    now() + make_interval(days => private.setting('recording_retention_days')::int)
  )
  returning * into v;
  -- Of each of the two what they did themselves, and nothing that leads from one to the other: whom somebody meets is not for
  -- those who read the audit log.
  perform private.write_audit('recording.announced', 'meeting_recordings', v.id::text, private.user_id(), null, null, '{"source": "announce_recording"}');
  return jsonb_build_object('path', v.upload_path, 'recording', private.recording_json(v));
exception when check_violation or not_null_violation then
  raise sqlstate 'PT422' using message = 'rule_violation', detail = 'A recording is an MP4, WebM, MPEG or Ogg file of up to 100 MiB.';
end;
$$;

grant execute on function private.announce_recording(uuid, text, text, int) to authenticated;

-- Each try is a copy, which the function removes when it comes to nothing, and the sweep where the function ended before.
create function private.receive_recording(p_recording_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.meeting_recordings;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select * into v from public.meeting_recordings where id = p_recording_id and specialist_id = private.my_practice_id() for no key update;
  if v.id is null or v.ended_at is not null or v.recorded_at is not null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such recording of yours that is waited for.';
  elsif not exists (select from storage.objects where bucket_id = 'recording-uploads' and name = v.upload_path) then
    raise sqlstate 'PT409' using message = 'file_missing', detail = 'The file was not uploaded.';
  elsif v.tries >= 5 then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'It was compared five times. Announce it anew.';
  end if;
  update public.meeting_recordings set tries = tries + 1 where id = p_recording_id;
  perform private.require_allowance('recordings', private.user_id());
  return jsonb_build_object(
    'path', v.upload_path, 'copy_path', v.upload_path || '/' || gen_random_uuid(),
    'file_hash', v.file_hash, 'mime_type', v.mime_type, 'file_size', v.file_size
  );
end;
$$;

grant execute on function private.receive_recording(uuid) to authenticated;

create function private.record_recording(p_recording_id uuid, p_path text, p_file_hash text, p_file_size int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.meeting_recordings;
begin
  perform private.lock_booking(booking_id) from public.meeting_recordings where id = p_recording_id;
  select * into v from public.meeting_recordings where id = p_recording_id for update;
  if v.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such recording.';
  elsif v.recorded_path = p_path and v.ended_at is null then
    return private.recording_json(v);
  elsif v.ended_at is not null or v.recorded_at is not null or not private.both_consent(v.booking_id) then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'The recording has ended, or is there already.';
  elsif (p_file_hash = v.file_hash and p_file_size = v.file_size) is not true or not exists (
    select from storage.objects o
    where o.bucket_id = 'meeting-recordings' and o.name = p_path and starts_with(p_path, v.upload_path || '/')
      and coalesce(o.metadata ->> 'mimetype', v.mime_type) = v.mime_type
  ) then
    raise sqlstate 'PT422' using message = 'file_mismatch', detail = 'The copy is not the file that was announced.';
  end if;
  update public.meeting_recordings set recorded_path = p_path, recorded_at = now() where id = p_recording_id returning * into v;
  perform private.write_audit('recording.made', 'meeting_recordings', v.id::text, null, null, null, '{"source": "record_recording"}');
  return private.recording_json(v);
end;
$$;

grant execute on function private.record_recording(uuid, text, text, int) to service_role;

create function private.open_recording(p_recording_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.meeting_recordings;
  v_is_employee boolean;
  v_access_id public.recording_accesses.id%type;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select * into v from public.meeting_recordings
  where id = p_recording_id and (employee_id = private.user_id() or specialist_id = private.my_practice_id());
  v_is_employee := v.employee_id = private.user_id();
  perform private.lock_booking(v.booking_id);
  select * into v from public.meeting_recordings where id = v.id and ended_at is null and recorded_at is not null and keep_until > now();
  if not found then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such recording of yours, or no more.';
  end if;
  insert into public.recording_accesses (recording_id, party) values (v.id, case when v_is_employee then 'employee' else 'specialist' end)
  returning id into v_access_id;
  perform private.write_audit('recording.opened', 'recording_accesses', v_access_id::text, private.user_id(), null, null,
    jsonb_build_object('source', 'open_recording', 'party', case when v_is_employee then 'employee' else 'specialist' end));
  return jsonb_build_object('path', v.recorded_path, 'file_name',
    'session-' || left(v.id::text, 8) || '.' || case split_part(v.mime_type, '/', 2) when 'mpeg' then 'mp3' else split_part(v.mime_type, '/', 2) end);
end;
$$;

grant execute on function private.open_recording(uuid) to authenticated;

-- Whoever gave it takes it back: also a specialist who is suspended, or somebody who left their company.
create function private.revoke_recording_consent(p_booking_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_consent_id uuid;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not exists (select from public.recording_consents where booking_id = p_booking_id and user_id = private.user_id()) then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no consent of yours to the recording of such a session.';
  end if;
  perform private.lock_booking(p_booking_id);
  update public.recording_consents set revoked_at = now() where booking_id = p_booking_id and user_id = private.user_id() and revoked_at is null
  returning id into v_consent_id;
  if not found then
    return;
  end if;
  perform private.write_audit('recording_consent.revoked', 'recording_consents', v_consent_id::text, private.user_id(), null, null,
    '{"source": "revoke_recording_consent"}');
  if private.end_recordings(
    array(select id from public.meeting_recordings where booking_id = p_booking_id order by id), 'consent_revoked', 'revoke_recording_consent'
  ) > 0 then
    -- Should it not be woken, cron comes by.
    begin
      perform private.kick_function('storage-sweep');
    exception when others then
      null;
    end;
  end if;
end;
$$;

grant execute on function private.revoke_recording_consent(uuid) to authenticated;

create function public.announce_recording(p_booking_id uuid, p_file_hash text, p_media_type text, p_file_size int)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.announce_recording(p_booking_id, p_file_hash, p_media_type, p_file_size);
$$;

create function public.receive_recording(p_recording_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.receive_recording(p_recording_id);
$$;

create function public.record_recording(p_recording_id uuid, p_path text, p_file_hash text, p_file_size int)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.record_recording(p_recording_id, p_path, p_file_hash, p_file_size);
$$;

create function public.open_recording(p_recording_id uuid)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.open_recording(p_recording_id);
$$;

create function public.revoke_recording_consent(p_booking_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.revoke_recording_consent(p_booking_id);
$$;

comment on function public.announce_recording(uuid, text, text, int) is
  'The specialist announces the recording of a session to which both have consented; its file is uploaded to an address that session-recordings signs. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), conflict (409), rule_violation (422), rate_limited (429).';
comment on function public.receive_recording(uuid) is
  'What a recording of the caller that was uploaded should be, for session-recordings to compare: five times at most. '
  'Errors: unauthenticated (401), not_found (404), file_missing (409), rule_violation (422), rate_limited (429).';
comment on function public.record_recording(uuid, text, text, int) is
  'Writes down the copy that was found to be what was announced: from now on there is a recording, if both still consent. Idempotent. '
  'Errors: not_found (404), conflict (409), file_mismatch (422), rate_limited (429).';
comment on function public.open_recording(uuid) is
  'One of the two opens a recording, which both see: where its file is, for session-recordings to sign. '
  'Errors: unauthenticated (401), not_found (404), rate_limited (429).';
comment on function public.revoke_recording_consent(uuid) is
  'The caller takes their consent to the recording of a session back: nobody opens it any more, and its file is removed. Idempotent. '
  'Errors: unauthenticated (401), not_found (404), rate_limited (429).';

grant execute on function public.announce_recording(uuid, text, text, int) to authenticated;
grant execute on function public.receive_recording(uuid) to authenticated;
grant execute on function public.record_recording(uuid, text, text, int) to service_role;
grant execute on function public.open_recording(uuid) to authenticated;
grant execute on function public.revoke_recording_consent(uuid) to authenticated;
