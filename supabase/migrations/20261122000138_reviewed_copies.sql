-- The copy of a document that its reviewers see: recorded once, and what the decision is about.
--
-- Called: by the edge function specialist-verify as the service, once it has copied the file, read the copy, and found it to
--         be what was announced. Compared here once more.

create function private.record_reviewed_copy(p_document_id uuid, p_path text, p_file_hash text, p_file_size int, p_opened_by uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.specialist_documents;
begin
  select * into v from public.specialist_documents where id = p_document_id for update;
  if v.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such document.';
  elsif (p_file_hash = v.file_hash and p_file_size = v.file_size) is not true or not exists (
    select from storage.objects o
    where o.bucket_id = 'reviewed-documents' and o.name = p_path and starts_with(p_path, v.file_path || '/')
      and coalesce(o.metadata ->> 'mimetype', v.mime_type) = v.mime_type
  ) then
    raise sqlstate 'PT422' using message = 'file_mismatch', detail = 'The copy is not the file that was announced.';
  elsif v.verification_status = 'pending' and not private.is_replaceable(v) then
    -- Two admins have opened it at once: both see, and decide about, the copy that was recorded first.
    update public.specialist_documents d
    set reviewed_path = coalesce(d.reviewed_path, p_path), reviewed_hash = p_file_hash, reviewed_size = p_file_size,
        opened_by = (p_opened_by || array_remove(d.opened_by, p_opened_by))[:100]
    where id = p_document_id
    returning d.* into v;
  end if;
  return coalesce(v.reviewed_path, p_path);
end;
$$;

grant execute on function private.record_reviewed_copy(uuid, text, text, int, uuid) to service_role;

create function public.record_reviewed_copy(p_document_id uuid, p_path text, p_file_hash text, p_file_size int, p_opened_by uuid)
returns text
language sql
set search_path = ''
as $$
  select private.record_reviewed_copy(p_document_id, p_path, p_file_hash, p_file_size, p_opened_by);
$$;

comment on function public.record_reviewed_copy(uuid, text, text, int, uuid) is
  'The copy of a document that is decided about, if none was recorded before, and the admin who is shown it; that of one which is not '
  'being reviewed can be looked at, and no more. Answers which copy to open. Errors: not_found (404), file_mismatch (422).';

grant execute on function public.record_reviewed_copy(uuid, text, text, int, uuid) to service_role;
