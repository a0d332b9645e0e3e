-- The review of documents: what waits, and opening one. Deciding is a file of its own.
--
-- Called: by platform admins, through the edge function specialist-verify.
-- That a person's document was listed or opened is audited under that person.

create function private.document_json(p_document public.specialist_documents)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'document_id', p_document.id, 'specialist_id', p_document.specialist_id, 'document_type', p_document.document_type,
    'document_number', p_document.document_number, 'issuing_authority', p_document.issuing_authority,
    'expiry_date', p_document.expiry_date, 'status', p_document.verification_status, 'mime_type', p_document.mime_type,
    'file_size', p_document.file_size, 'uploaded_at', p_document.uploaded_at, 'decided_at', p_document.decided_at,
    'rejection_reason', p_document.rejection_reason
  );
$$;

comment on function private.document_json(public.specialist_documents) is 'A document as the functions for platform admins answer it.';

create function private.audit_document(
  p_action text, p_document public.specialist_documents, p_old jsonb, p_context jsonb, p_note text default null
)
returns void
language sql
set search_path = ''
as $$
  select private.write_audit(
    p_action, 'specialist_documents', p_document.id::text, s.user_id, p_old,
    case when p_old is not null then
      private.document_json(p_document) || jsonb_strip_nulls(jsonb_build_object('note', p_note, 'reviewed_hash', p_document.reviewed_hash))
    end,
    p_context
  )
  from public.specialists s where s.id = p_document.specialist_id;
$$;

comment on function private.audit_document(text, public.specialist_documents, jsonb, jsonb, text) is
  'Writes down what was done with a document, under its specialist, who does not read the note, and with which file: the copy that was reviewed.';

create function private.specialist_verification_queue(p_status text, p_cursor text, p_limit int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit constant int := coalesce(p_limit, 20);
  v_cursor constant text[] := regexp_match(p_cursor, '^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  v_page public.specialist_documents[];
  v_last public.specialist_documents;
begin
  perform private.require_platform_admin();
  if not private.is_value_of('public.document_status', p_status) then
    raise sqlstate 'PT422' using message = 'invalid_status', detail = 'A document is pending, verified, rejected or expired.';
  elsif v_limit not between 1 and 100 then
    raise sqlstate 'PT422' using message = 'invalid_limit', detail = 'A page has 1 to 100 documents.';
  elsif p_cursor is not null and v_cursor is null then
    raise sqlstate 'PT422' using message = 'invalid_cursor', detail = 'Pass on next_cursor as it was answered.';
  end if;
  v_page := array(
    select d from public.specialist_documents d
    where d.verification_status = p_status and private.has_file(d)
      and (p_cursor is null or (d.uploaded_at, d.id) > ('epoch'::timestamptz + v_cursor[1]::bigint * interval '1 microsecond', v_cursor[2]::uuid))
    order by d.uploaded_at, d.id limit v_limit + 1
  );
  v_last := v_page[v_limit];
  perform private.audit_document('document.listed', d, null, '{"source": "specialist_verification_queue"}')
  from unnest(v_page[:v_limit]) d;
  return jsonb_build_object(
    'items', private.queue_items(v_page[:v_limit]),
    'next_cursor', case when cardinality(v_page) > v_limit then (extract(epoch from v_last.uploaded_at) * 1000000)::bigint || '_' || v_last.id end
  );
end;
$$;

create function private.queue_item(p_document public.specialist_documents, p_pillar_ids uuid[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.document_json(p_document) || jsonb_build_object(
    'specialist', s.display_name, 'specialist_status', s.status, 'review_started_at', p_document.review_started_at,
    'pillars', to_jsonb(array(select p.name from public.pillars p where p.id = any (p_pillar_ids) order by p.sort_order, p.name))
  )
  from public.specialists s where s.id = p_document.specialist_id;
$$;

comment on function private.queue_item(public.specialist_documents, uuid[]) is 'A document with what an admin needs to know to judge it.';

create function private.queue_items(p_documents public.specialist_documents[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.queue_item(d, coalesce(p.ids, '{}')) order by d.uploaded_at, d.id), '[]')
  from unnest(p_documents) d
  left join (
    select sp.specialist_id, array_agg(sp.pillar_id) as ids from public.specialist_pillars sp
    where sp.specialist_id = any (array(select u.specialist_id from unnest(p_documents) u))
    group by sp.specialist_id
  ) p on p.specialist_id = d.specialist_id;
$$;

comment on function private.queue_items(public.specialist_documents[]) is 'The documents of a page, with the pillars that their specialists have now.';

-- Opened again while it is being looked at, it keeps the pillars of the first look.
create function private.begin_review(p_document public.specialist_documents)
returns public.specialist_documents
language plpgsql
set search_path = ''
as $$
declare
  v_anew constant boolean := private.is_replaceable(p_document);
  v_admin constant uuid := private.user_id();
  v public.specialist_documents;
begin
  update public.specialist_documents d
  set review_started_at = now(),
      -- Whoever makes the copy has seen it once it is recorded: until then there is nothing to see.
      opened_by = case
        when d.reviewed_path is null then '{}'
        when v_anew then array[v_admin]
        else (v_admin || array_remove(d.opened_by, v_admin))[:100]
      end,
      pillar_ids = case when v_anew then array(
        select sp.pillar_id from public.specialist_pillars sp where sp.specialist_id = d.specialist_id order by sp.pillar_id limit 100
      ) else d.pillar_ids end
  where d.id = p_document.id
  returning d.* into v;
  return v;
end;
$$;

comment on function private.begin_review(public.specialist_documents) is 'The caller looks at a pending document.';

-- Each copy has a name of its own, so that none is ever written twice: of two that are made at once the one counts that
-- is recorded first, and what is uploaded meanwhile can come into another alone.
create function private.file_json(p_document public.specialist_documents)
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select jsonb_build_object(
    'path', p_document.file_path, 'file_hash', p_document.file_hash, 'mime_type', p_document.mime_type, 'file_size', p_document.file_size,
    'differs', case
      when (o.metadata ->> 'size')::bigint <> p_document.file_size then 'length'
      when o.metadata ->> 'mimetype' <> p_document.mime_type then 'type'
    end,
    'reviewed_path', p_document.reviewed_path, 'copy_path', p_document.file_path || '/' || gen_random_uuid(),
    'file_name', format('%s-%s.%s', p_document.document_type, left(p_document.id::text, 8), split_part(p_document.mime_type, '/', 2))
  )
  from (values (p_document.file_path)) p (name)
  left join storage.objects o on o.bucket_id = 'specialist-documents' and o.name = p.name;
$$;

comment on function private.file_json(public.specialist_documents) is
  'The file of a document: what it should be, and in what it is another by what Storage says, if in anything; the copy that is decided '
  'about, and where to put one if there is none; what it is called.';

-- Answered is what stays as it is from here on: what is approved is that, and not what a list said.
create function private.start_document_review(p_document_id uuid, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.specialist_documents;
begin
  perform private.require_platform_admin();
  select * into v from public.specialist_documents where id = p_document_id for update;
  if v.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such document.';
  elsif not private.has_file(v) then
    raise sqlstate 'PT409' using message = 'file_missing', detail = 'The file was not uploaded.';
  elsif v.verification_status = 'pending' then
    v := private.begin_review(v);
  end if;
  perform private.audit_document('document.opened', v, null, private.caller_context(p_context, 'start_document_review'));
  return private.file_json(v) || jsonb_build_object('opened_by', private.user_id(), 'document', private.queue_item(v, v.pillar_ids));
end;
$$;

grant execute on function private.specialist_verification_queue(text, text, int) to authenticated;
grant execute on function private.start_document_review(uuid, jsonb) to authenticated;

create function public.specialist_verification_queue(p_status text default 'pending', p_cursor text default null, p_limit int default 20)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.specialist_verification_queue(p_status, p_cursor, p_limit);
$$;

create function public.start_document_review(p_document_id uuid, p_context jsonb default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.start_document_review(p_document_id, p_context);
$$;

comment on function public.specialist_verification_queue(text, text, int) is
  'Documents whose file is there, oldest first, for platform admins: {items, next_cursor}. Errors: unauthenticated (401), forbidden (403), '
  'invalid_status, invalid_limit, invalid_cursor (422).';
comment on function public.start_document_review(uuid, jsonb) is
  'A platform admin opens a document, which for a while cannot be replaced then: {document, as what would be approved; reviewed_path: '
  'the copy that is decided about, null where none was made yet; of what is to be copied path, file_hash, mime_type, file_size, differs '
  '(length or type, where Storage says so), copy_path, file_name; opened_by: the caller}. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), file_missing (409).';

grant execute on function public.specialist_verification_queue(text, text, int) to authenticated;
grant execute on function public.start_document_review(uuid, jsonb) to authenticated;
