-- Notes of a session (T30): what its specialist writes down, sealed before it comes here.
--
-- Read:  through read_session_note(), its specialist while verified, and its employee the one version that was shared. Of which
--        sessions there are notes for them, and whether they were seen, both see by my_session_notes(). Nobody else: no
--        employer, no platform admin, not the service.
-- Write: write_session_note() adds a version and share_session_note() shows one; none is ever changed.
--
-- The text is sealed by the edge function session-notes, whose key is not in the database: docs/decisions/notes-are-sealed.md.
-- So neither here nor in a log, a dump or a statement is there anything to read. Nothing of notes is in the audit log: that
-- somebody has notes is not for its readers, and the versions say who wrote what when.

create table public.session_notes (
  booking_id uuid primary key references public.bookings (id) on delete cascade,
  specialist_id uuid not null,
  employee_id uuid not null,
  latest_version int not null default 0 check (latest_version between 0 and 100),
  shared_version int,
  shared_at timestamptz,
  seen_at timestamptz,
  counts_from timestamptz not null,
  gone_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shared_at_iff_shared check ((shared_at is null) = (shared_version is null)),
  constraint only_what_is_there_is_shared check (shared_version between 1 and latest_version),
  constraint only_what_is_shared_is_seen check (seen_at is null or shared_version is not null)
);

comment on table public.session_notes is 'The notes of a session: which version is the latest, and which one its employee may read.';
comment on column public.session_notes.specialist_id is
  'The specialist of the session, who is there as long as it is. No foreign key: with a second way from bookings to specialists the Data API would have to be told which to embed by.';
comment on column public.session_notes.employee_id is
  'The employee of the session. No foreign key: under a legal hold notes outlive the account, and are found by it.';
comment on column public.session_notes.shared_version is 'The one version that the employee may read. What is written later is not, until it is shared.';
comment on column public.session_notes.seen_at is 'When the shared version was first handed to the employee.';
comment on column public.session_notes.counts_from is 'The end of the session or the latest version, whichever was later: from then on notes are kept for session_note_retention_days.';

comment on column public.session_notes.gone_at is
  'Since when they would not be there but for a legal hold: too old, or their person erased. From then on they are shown to nobody.';

create index session_notes_specialist_id_idx on public.session_notes (specialist_id);
create index session_notes_employee_id_idx on public.session_notes (employee_id);
create index session_notes_counts_from_idx on public.session_notes (counts_from);
create index session_notes_gone_at_idx on public.session_notes (gone_at) where gone_at is not null;

create table private.session_note_versions (
  booking_id uuid not null references public.session_notes (booking_id) on delete cascade,
  version int not null check (version between 1 and 100),
  sealed text not null check (length(sealed) <= 20480 and sealed ~ '^[a-z0-9-]{1,16}[.][A-Za-z0-9_-]+$'),
  written_at timestamptz not null default now(),
  primary key (booking_id, version)
);

comment on table private.session_note_versions is 'Every version of the notes of a session, by its specialist. Append-only: versions go with their notes alone.';
comment on column private.session_note_versions.sealed is
  'The name of the key, and XChaCha20-Poly1305 of the text under it, bound to booking and version. It opens as that version of those notes and as nothing else.';

create trigger touch_updated_at before update on public.session_notes
  for each row execute function private.touch_updated_at();
create trigger refuse_change before update on private.session_note_versions
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.session_note_versions
  for each statement execute function private.refuse_change();

select private.keep_no_statistics('public.session_notes');
select private.keep_no_statistics('private.session_note_versions');

alter table public.session_notes enable row level security;
alter table public.session_notes force row level security;
alter table private.session_note_versions enable row level security;
alter table private.session_note_versions force row level security;
revoke all on table public.session_notes, private.session_note_versions from public, anon, authenticated, service_role;

-- By a function, not a policy: a policy finds out who asks once it meets a row, and so takes twice as long where there is one that
-- is not for the caller. Not how many versions there are, nor when one was written: that is the specialist's.
create function private.my_session_notes(p_booking_ids uuid[])
returns table (booking_id uuid, shared_at timestamptz, seen_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_practice_id constant uuid := private.my_practice_id();
begin
  if (cardinality(p_booking_ids) <= 1000) is not true then
    raise sqlstate 'PT400' using message = 'invalid_request', detail = 'Ask about up to a thousand sessions.';
  end if;
  return query
    select n.booking_id, n.shared_at, n.seen_at from public.session_notes n
    where n.booking_id = any (p_booking_ids) and n.gone_at is null
      and (n.specialist_id = v_practice_id or n.employee_id = v_user_id and n.shared_version is not null);
end;
$$;

grant execute on function private.my_session_notes(uuid[]) to authenticated;

create function public.my_session_notes(p_booking_ids uuid[])
returns table (booking_id uuid, shared_at timestamptz, seen_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_session_notes(p_booking_ids);
$$;

comment on function public.my_session_notes(uuid[]) is
  'Of which of up to a thousand sessions there are notes for the caller: their specialist all, their employee those that were shared; when they were, and first seen. Errors: invalid_request (400).';

grant execute on function public.my_session_notes(uuid[]) to authenticated;

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('session_note_retention_days', '1095', 30, 11000, 'How long notes are kept after the session, or after the latest version where that is later.');

-- Their notes go with the person whom they are about. What must be kept is gone for everybody who could read it.
create function private.forget_notes_of_erased()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.session_notes n using public.specialists s
  where n.employee_id = old.id and s.id = n.specialist_id and not private.is_held(n.employee_id, s.user_id);
  update public.session_notes set gone_at = now() where employee_id = old.id and gone_at is null;
  return old;
end;
$$;

comment on function private.forget_notes_of_erased() is 'Trigger on profiles: the notes about a person go with their account, unless a legal hold keeps them.';

create trigger forget_notes before delete on public.profiles
  for each row execute function private.forget_notes_of_erased();

insert into public.data_retention_policies (name, description, counts_from, setting, is_counted, held_by) values (
  'public.session_notes', 'Notes of a session', 'counts_from', 'session_note_retention_days', false,
  '{r.employee_id,(select s.user_id from public.specialists s where s.id = r.specialist_id)}'
);
insert into public.data_retention_policies (name, description, counts_from, kept_for, is_counted, held_by) values (
  'public.session_notes.gone', 'Notes that were gone for everybody while a hold kept them', 'gone_at', '0', false,
  '{r.employee_id,(select s.user_id from public.specialists s where s.id = r.specialist_id)}'
);

create function private.job_purge_session_notes(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows constant bigint := private.purge('public.session_notes', p_now) + private.purge('public.session_notes.gone', p_now);
  v_gone bigint;
begin
  -- Old ones that are left are held, or somebody is at them.
  update public.session_notes set gone_at = p_now where booking_id = any (array(
    select n.booking_id from public.session_notes n join public.specialists s on s.id = n.specialist_id
    where n.counts_from < private.kept_from(private.policy('public.session_notes'), p_now)
      and n.gone_at is null and private.is_held(n.employee_id, s.user_id)
    order by n.counts_from limit private.purge_limit()
    for update of n skip locked
  ));
  get diagnostics v_gone = row_count;
  return v_rows + v_gone;
end;
$$;

comment on function private.job_purge_session_notes(timestamptz) is
  'Deletes notes that are older than session_note_retention_days, and those that were gone and whose hold was lifted; old ones that are held are gone.';

select cron.schedule('purge-session-notes', '19 3 * * *', $$select private.run_job('purge_session_notes')$$);
