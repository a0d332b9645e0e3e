-- Files that belong to no row: of an account that was deleted, uploaded after their document was purged, copied for a
-- document that was announced anew, or left by a copy that was not finished; and of a recording that has ended. SQL cannot remove a file, and the platform
-- lets nobody but Storage delete its rows: the edge function storage-sweep does it through Storage.
--
-- Called: by pg_cron, which wakes storage-sweep, and by that as the service.

create function private.orphaned_files(p_limit int, p_now timestamptz default now())
returns table (bucket_id text, name text)
language sql
security definer
set search_path = ''
rows 100
as $$
  select f.bucket_id, f.name
  from (
    select o.bucket_id, o.name
    from storage.objects o
    where o.bucket_id = 'specialist-documents'
      and not exists (select from public.specialist_documents d where d.file_path = o.name)
    union all
    -- A copy comes before its row tells of it, and the function that makes it lives for minutes. What somebody under a legal hold has replaced
    -- since an admin saw it is a record of it.
    select o.bucket_id, o.name
    from storage.objects o
    where o.bucket_id = 'reviewed-documents' and o.created_at < p_now - interval '1 hour'
      and not exists (select from public.specialist_documents d where d.reviewed_path = o.name)
      and not exists (select from public.specialists s where s.id = private.try_uuid(split_part(o.name, '/', 1)) and private.is_held(s.user_id))
    union all
    -- An upload is needed until its copy is recorded. Its address is good for two hours: what comes later is removed like this, too.
    select o.bucket_id, o.name
    from storage.objects o
    where o.bucket_id = 'recording-uploads' and not exists (
      select from public.meeting_recordings r where r.upload_path = o.name and r.recorded_path is null and private.keeps_file(r)
    )
    union all
    select o.bucket_id, o.name
    from storage.objects o
    where o.bucket_id = 'meeting-recordings'
      and not exists (select from public.meeting_recordings r where r.recorded_path = o.name and private.keeps_file(r))
      and (o.created_at < p_now - interval '1 hour' or exists (
        select from public.meeting_recordings r where r.ended_at is not null and r.upload_path = substring(o.name from '^[^/]+/[^/]+')
      ))
  ) f
  -- Others each time: one that Storage cannot remove keeps no other from going, in its batch or after it.
  order by random()
  limit least(p_limit, 1000);
$$;

comment on function private.orphaned_files(int, timestamptz) is 'Files of documents and recordings that no row names, any p_limit of them, 1,000 at most.';

grant execute on function private.orphaned_files(int, timestamptz) to service_role;

create function public.orphaned_files(p_limit int)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_agg(b), '[]')
  from (select f.bucket_id as bucket, array_agg(f.name) as paths from private.orphaned_files(p_limit) f group by f.bucket_id) b;
$$;

comment on function public.orphaned_files(int) is 'Files to be removed, 1,000 at most: [{bucket, paths}].';

grant execute on function public.orphaned_files(int) to service_role;

create function private.job_kick_storage_sweep(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from private.orphaned_files(1, p_now)) then
    perform private.kick_function('storage-sweep');
    return 1;
  end if;
  return 0;
end;
$$;

comment on function private.job_kick_storage_sweep(timestamptz) is 'Wakes storage-sweep when there are files that belong to no row.';

select cron.schedule('storage-sweep', '*/15 * * * *', $$select private.run_job('kick_storage_sweep')$$);
