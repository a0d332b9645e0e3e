-- submit_document(): a specialist says what they are about to upload, and where to.
--
-- Called: by specialists, also while not verified. The same again with p_document_id replaces what was said of
-- a document that is still pending; its file is then uploaded anew to the same path.

create function private.submit_document(
  p_type text, p_document_number text, p_issuing_authority text, p_expiry_date date, p_file_hash text, p_mime_type text,
  p_file_size int, p_document_id uuid
)
returns public.specialist_documents
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_specialist_id uuid;
  v_old public.specialist_documents;
  v_new public.specialist_documents;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select id into v_specialist_id from public.specialists where id = private.my_specialist_id() for no key update;
  if v_specialist_id is null then
    raise sqlstate 'PT403' using message = 'not_a_specialist', detail = 'Apply as a specialist first.';
  elsif p_expiry_date < private.specialist_day(v_specialist_id, now()) then
    raise sqlstate 'PT422' using message = 'already_expired', detail = 'The document is no longer valid.';
  end if;
  if p_document_id is not null then
    select * into v_old from public.specialist_documents where id = p_document_id and specialist_id = v_specialist_id for update;
    if not found then
      raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such document of yours.';
    elsif not private.is_replaceable(v_old) then
      raise sqlstate 'PT409' using message = 'not_replaceable', detail = 'The document was decided about, or is being looked at.';
    end if;
  elsif (select count(*) from public.specialist_documents where specialist_id = v_specialist_id and verification_status = 'pending') >= 20 then
    raise sqlstate 'PT409' using message = 'too_many_documents', detail = 'Twenty documents wait for a decision already.';
  end if;
  insert into public.specialist_documents as d (
    id, specialist_id, document_type, document_number, issuing_authority, expiry_date, file_hash, mime_type, file_size
  ) values (
    coalesce(p_document_id, gen_random_uuid()), v_specialist_id, p_type, trim(p_document_number), trim(p_issuing_authority),
    p_expiry_date, lower(p_file_hash), p_mime_type, p_file_size
  )
  on conflict (id) do update
  set document_type = excluded.document_type, document_number = excluded.document_number,
      issuing_authority = excluded.issuing_authority, expiry_date = excluded.expiry_date, file_hash = excluded.file_hash,
      mime_type = excluded.mime_type, file_size = excluded.file_size, uploaded_at = now(), review_started_at = null, opened_by = '{}',
      reviewed_path = null, reviewed_hash = null, reviewed_size = null, pillar_ids = '{}'
  returning d.* into v_new;
  perform private.write_audit(
    'document.submitted', 'specialist_documents', v_new.id::text, private.user_id(),
    case when v_old.id is not null then to_jsonb(v_old) end, to_jsonb(v_new), '{"source": "submit_document"}'
  );
  return v_new;
exception when check_violation or not_null_violation then
  raise sqlstate 'PT422' using message = 'invalid_document',
    detail = 'A document has a type, a number, an authority, a SHA-256, and is a PDF, JPEG or PNG of up to 10 MiB.';
end;
$$;

grant execute on function private.submit_document(text, text, text, date, text, text, int, uuid) to authenticated;

create function public.submit_document(
  p_type text, p_document_number text, p_issuing_authority text, p_file_hash text, p_mime_type text, p_file_size int,
  p_expiry_date date default null, p_document_id uuid default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select to_jsonb(d) - array['decided_by', 'expiry_notice', 'opened_by', 'reviewed_path', 'reviewed_hash', 'reviewed_size']
  from private.submit_document(
    p_type, p_document_number, p_issuing_authority, p_expiry_date, p_file_hash, p_mime_type, p_file_size, p_document_id
  ) d;
$$;

comment on function public.submit_document(text, text, text, text, text, int, date, uuid) is
  'Announces a document of the caller, whose file goes to file_path in the bucket specialist-documents. p_document_id: the pending '
  'one that it replaces; p_expiry_date: its last day, if it has one. Errors: unauthenticated (401), not_a_specialist (403), not_found (404), not_replaceable, too_many_documents (409), '
  'already_expired, invalid_document (422).';

grant execute on function public.submit_document(text, text, text, text, text, int, date, uuid) to authenticated;

create function private.has_file(p_document public.specialist_documents)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_document.reviewed_path is not null
    or exists (select from storage.objects where bucket_id = 'specialist-documents' and name = p_document.file_path);
$$;

comment on function private.has_file(public.specialist_documents) is 'Whether the file of a document was uploaded.';

-- A file that was announced and never sent is not in the queue, and need not stay in the table.
insert into public.data_retention_policies (name, description, counts_from, kept_for, held_by, condition) values (
  'public.specialist_documents', 'Documents that were announced and never uploaded', 'uploaded_at', '7 days',
  '{(select s.user_id from public.specialists s where s.id = r.specialist_id)}', 'r.verification_status = ''pending'' and not private.has_file(r)'
);

create function private.job_purge_announced_documents(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$ select private.purge('public.specialist_documents', p_now); $$;

comment on function private.job_purge_announced_documents(timestamptz) is 'Deletes documents that were announced a week ago and never uploaded.';

select cron.schedule('purge-announced-documents', '53 3 * * *', $$select private.run_job('purge_announced_documents')$$);
