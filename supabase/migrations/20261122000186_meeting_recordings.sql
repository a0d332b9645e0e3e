-- Recordings of sessions (T31), and who has opened them.
--
-- Read:  the employee and the specialist of the session, that there is one, until when, and who opened it; its file through
--        addresses that the edge function session-recordings signs, each of which is written down first.
-- Write: announce_recording() makes the row once both have consented, and the file is uploaded to an address that the
--        function signs; what the function has copied and compared is the recording. Both buckets are without a policy:
--        nobody but the service reads or writes them.
--
-- The row stays when the recording is gone: docs/decisions/recordings-end-with-a-consent.md.

create table public.meeting_recordings (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id) on delete cascade,
  specialist_id uuid not null,
  employee_id uuid not null,
  mime_type text not null check (mime_type in ('video/mp4', 'video/webm', 'audio/mp4', 'audio/webm', 'audio/mpeg', 'audio/ogg')),
  file_size int not null check (file_size between 1 and 104857600),
  file_hash text not null check (file_hash ~ '^[0-9a-f]{64}$'),
  upload_path text not null unique check (length(upload_path) <= 73) generated always as (specialist_id::text || '/' || id::text) stored,
  tries int not null default 0 check (tries between 0 and 5),
  recorded_path text unique check (length(recorded_path) <= 110),
  announced_at timestamptz not null default now(),
  recorded_at timestamptz,
  keep_until timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('consent_revoked', 'too_old', 'account_closed', 'not_uploaded')),
  constraint recorded_at_iff_recorded check ((recorded_at is null) = (recorded_path is null)),
  constraint reason_iff_ended check ((end_reason is null) = (ended_at is null))
);

comment on table public.meeting_recordings is 'Recordings of sessions: announced, there once recorded_at, and gone once ended_at.';
comment on column public.meeting_recordings.specialist_id is 'The specialist of the session, who is there as long as it is. No foreign key, as with session_notes.';
comment on column public.meeting_recordings.employee_id is 'The employee. No foreign key: under a legal hold a recording outlives the account, and is found by it.';
comment on column public.meeting_recordings.file_hash is 'SHA-256 of the file in hex, as the specialist''s browser computed it, and the copy was found to have.';
comment on column public.meeting_recordings.upload_path is 'Where the file is uploaded to, in the bucket recording-uploads.';
comment on column public.meeting_recordings.tries is 'How often the upload was to be copied and compared.';
comment on column public.meeting_recordings.recorded_path is 'The copy that was compared, in the bucket meeting-recordings.';
comment on column public.meeting_recordings.keep_until is 'When a job ends it. Fixed when it was announced.';

create index meeting_recordings_booking_id_idx on public.meeting_recordings (booking_id, announced_at);
create index meeting_recordings_specialist_id_idx on public.meeting_recordings (specialist_id);
create index meeting_recordings_employee_id_idx on public.meeting_recordings (employee_id);
create index meeting_recordings_announced_at_idx on public.meeting_recordings (announced_at) where ended_at is null and recorded_at is null;
create index meeting_recordings_keep_until_idx on public.meeting_recordings (keep_until) where ended_at is null;

create table public.recording_accesses (
  id uuid primary key default gen_random_uuid(),
  recording_id uuid not null references public.meeting_recordings (id) on delete cascade,
  party text not null check (party in ('employee', 'specialist')),
  opened_at timestamptz not null default now()
);

comment on table public.recording_accesses is 'That one of the two was given the address of a recording. Append-only.';

create index recording_accesses_recording_id_idx on public.recording_accesses (recording_id, opened_at);

create trigger refuse_change before update on public.recording_accesses
  for each row execute function private.refuse_change();

select private.keep_no_statistics('public.meeting_recordings');
select private.keep_no_statistics('public.recording_accesses');

alter table public.meeting_recordings enable row level security;
alter table public.meeting_recordings force row level security;
alter table public.recording_accesses enable row level security;
alter table public.recording_accesses force row level security;
revoke all on table public.meeting_recordings, public.recording_accesses from public, anon, authenticated, service_role;
grant select (id, booking_id, mime_type, file_size, announced_at, recorded_at, keep_until, ended_at, end_reason)
  on public.meeting_recordings to authenticated;
grant select (recording_id, party, opened_at) on public.recording_accesses to authenticated;
grant select on public.meeting_recordings, public.recording_accesses to service_role;

-- Visible exactly when the booking is: the inner selects are filtered by the policies above.
create policy "Employee and specialist see the recordings of their session"
  on public.meeting_recordings for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));

create policy "Employee and specialist see who opened a recording of theirs"
  on public.recording_accesses for select to authenticated
  using (exists (select from public.meeting_recordings r where r.id = recording_id));

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('recording_retention_days', '30', 1, 365, 'How long a recording is kept, from when it is announced.');

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
select id, id, false, 104857600, '{video/mp4,video/webm,audio/mp4,audio/webm,audio/mpeg,audio/ogg}'
from unnest(array['recording-uploads', 'meeting-recordings']) id
on conflict (id) do update
set public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

-- Whoever writes, the owner included.
create function private.require_both_consents()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not private.both_consent(new.booking_id) then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'Both have to consent to the recording of this session first.';
  end if;
  return new;
end;
$$;

comment on function private.require_both_consents() is 'Trigger: there is no recording before both have consented.';

create trigger require_both_consents before insert on public.meeting_recordings
  for each row execute function private.require_both_consents();

create function private.keeps_file(p_recording public.meeting_recordings)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_recording.ended_at is null
    or private.is_held(p_recording.employee_id, (select s.user_id from public.specialists s where s.id = p_recording.specialist_id));
$$;

comment on function private.keeps_file(public.meeting_recordings) is 'Whether the file of a recording stays: until it has ended, and longer under a legal hold.';

create function private.end_recordings(p_recordings uuid[], p_reason text, p_source text)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  update public.meeting_recordings set ended_at = now(), end_reason = p_reason where id = any (p_recordings) and ended_at is null;
  get diagnostics v_rows = row_count;
  -- Not with its id: whoever takes a consent back would be led by it to whom they met.
  perform private.write_audit('recording.ended', 'meeting_recordings', null, private.user_id(), null,
    jsonb_build_object('end_reason', p_reason), jsonb_build_object('source', p_source))
  from generate_series(1, v_rows);
  return v_rows;
end;
$$;

comment on function private.end_recordings(uuid[], text, text) is 'Ends recordings: their files are removed by storage-sweep, the fact stays. How many.';

create function private.end_recordings_of_erased()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.end_recordings(array(select id from public.meeting_recordings where employee_id = old.id order by id), 'account_closed', 'end_recordings_of_erased');
  return old;
end;
$$;

comment on function private.end_recordings_of_erased() is 'Trigger on profiles: recordings end with the account of their employee.';

create trigger end_recordings before delete on public.profiles
  for each row execute function private.end_recordings_of_erased();

-- They end also under a legal hold, which keeps their files.
insert into public.data_retention_policies (name, description, counts_from, kept_for, way, condition) values
  ('public.meeting_recordings', 'Recordings of sessions', 'keep_until', '0', 'end', 'r.ended_at is null'),
  ('public.meeting_recordings.missing', 'Recordings that were announced and never uploaded', 'announced_at', '1 day', 'end', 'r.ended_at is null and r.recorded_at is null');

create function private.end_due_recordings(p_policy text, p_now timestamptz, p_reason text)
returns bigint
language sql
set search_path = ''
as $$
  select private.note_ended(p_policy, p_now, private.end_recordings(array(
    select id from public.meeting_recordings where id in (select private.due_ids(p_policy, p_now)) order by id for no key update skip locked
  ), p_reason, 'expire_recordings'));
$$;

comment on function private.end_due_recordings(text, timestamptz, text) is 'Ends recordings that a policy does not keep: how many.';

create function private.job_expire_recordings(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select private.end_due_recordings('public.meeting_recordings', p_now, 'too_old')
    + private.end_due_recordings('public.meeting_recordings.missing', p_now, 'not_uploaded');
$$;

comment on function private.job_expire_recordings(timestamptz) is 'Ends recordings that are older than they are kept, and those that were announced a day ago and never came.';

select cron.schedule('expire-recordings', '27 * * * *', $$select private.run_job('expire_recordings')$$);
