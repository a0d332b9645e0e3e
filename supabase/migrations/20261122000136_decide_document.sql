-- The review of documents: the queue, opening one, deciding.
--
-- Called: by platform admins, through the edge function specialist-verify. Between document_to_approve() and
--         decide_document() it reads the stored file and, as the service, leaves with record_stored_file() what it
--         found: an admin who asks the database directly cannot approve what nobody has compared.
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
    case when p_old is not null then private.document_json(p_document) || jsonb_strip_nulls(jsonb_build_object('note', p_note)) end,
    p_context
  )
  from public.specialists s where s.id = p_document.specialist_id;
$$;

comment on function private.audit_document(text, public.specialist_documents, jsonb, jsonb, text) is
  'Writes down what was done with a document, under its specialist, who does not read the note.';

create function private.has_file(p_document public.specialist_documents)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select from storage.objects where bucket_id = 'specialist-documents' and name = p_document.file_path);
$$;

comment on function private.has_file(public.specialist_documents) is 'Whether the file of a document was uploaded.';

-- Policies are asked when an upload begins. One that began before the review, or by an address that was signed
-- before, may end in it.
create function private.stored_version(p_document public.specialist_documents)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(version, '') from storage.objects where bucket_id = 'specialist-documents' and name = p_document.file_path;
$$;

comment on function private.stored_version(public.specialist_documents) is 'The version of the file of a document, as Storage has it now.';

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
  if p_status is null or p_status not in ('pending', 'verified', 'rejected', 'expired') then
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

comment on function private.specialist_verification_queue(text, text, int) is 'What public.specialist_verification_queue() does.';

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

-- Opened again while it is being looked at, it keeps the pillars of the first look; what was uploaded meanwhile
-- begins another. Answered is what stays as it is from here on: what is approved is that, and not what a list said.
create function private.start_document_review(p_document_id uuid, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v public.specialist_documents;
  v_version text;
begin
  perform private.require_platform_admin();
  select * into v from public.specialist_documents where id = p_document_id for update;
  v_version := private.stored_version(v);
  if v.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such document.';
  elsif v_version is null then
    raise sqlstate 'PT409' using message = 'file_missing', detail = 'The file was not uploaded.';
  elsif v.verification_status = 'pending' then
    v := private.begin_review(v, v_version);
  elsif v.opened_version is distinct from v_version then
    raise sqlstate 'PT422' using message = 'file_mismatch', detail = 'The file was replaced after it was decided about.';
  end if;
  perform private.audit_document('document.opened', v, null, private.caller_context(p_context, 'start_document_review'));
  return jsonb_build_object('path', v.file_path, 'document', private.queue_item(v, v.pillar_ids));
end;
$$;

create function private.begin_review(p_document public.specialist_documents, p_version text)
returns public.specialist_documents
language plpgsql
set search_path = ''
as $$
declare
  v_anew constant boolean := private.is_replaceable(p_document) or p_document.opened_version is distinct from p_version;
  v_admin constant uuid := private.user_id();
  v public.specialist_documents;
begin
  update public.specialist_documents d
  set review_started_at = now(), opened_version = p_version,
      opened_by = case when v_anew then array[v_admin] else array_append(array_remove(d.opened_by, v_admin), v_admin) end,
      stored_hash = case when not v_anew then d.stored_hash end,
      pillar_ids = case when private.is_replaceable(p_document) then array(
        select sp.pillar_id from public.specialist_pillars sp where sp.specialist_id = d.specialist_id order by sp.pillar_id
      ) else d.pillar_ids end
  where d.id = p_document.id
  returning d.* into v;
  return v;
end;
$$;

comment on function private.begin_review(public.specialist_documents, text) is 'The caller looks at a pending document, whose file has this version.';
comment on function private.start_document_review(uuid, jsonb) is 'What public.start_document_review() does.';

create function private.check_decision(p_document public.specialist_documents, p_decision text, p_reason text, p_expires_on date)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_document.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such document.';
  elsif p_document.specialist_id = private.my_specialist_id() then
    raise sqlstate 'PT403' using message = 'own_document', detail = 'Nobody decides about documents of their own.';
  elsif p_document.verification_status <> 'pending' then
    raise sqlstate 'PT409' using message = 'already_decided', detail = jsonb_build_object(
      'status', p_document.verification_status, 'decided_at', p_document.decided_at, 'reason', p_document.rejection_reason
    )::text;
  elsif p_decision is null or p_decision not in ('approve', 'reject') then
    raise sqlstate 'PT422' using message = 'invalid_decision', detail = 'A document is approved or rejected.';
  elsif p_decision = 'reject' then
    if (length(trim(p_reason)) between 5 and 500) is not true then
      raise sqlstate 'PT422' using message = 'reason_required', detail = 'Say why, in 5 to 500 characters.';
    end if;
  elsif not private.has_file(p_document) then
    raise sqlstate 'PT409' using message = 'file_missing', detail = 'The file was not uploaded.';
  elsif private.is_replaceable(p_document) or not private.user_id() = any (p_document.opened_by)
    or p_document.opened_version is distinct from private.stored_version(p_document)
  then
    raise sqlstate 'PT409' using message = 'review_not_started', detail = 'Open the document first.';
  elsif coalesce(p_expires_on, p_document.expiry_date) < current_date or not isfinite(p_expires_on) then
    raise sqlstate 'PT422' using message = 'already_expired', detail = 'The document is no longer valid.';
  end if;
end;
$$;

comment on function private.check_decision(public.specialist_documents, text, text, date) is
  'Refuses a decision of the caller: not_found (404), own_document (403), already_decided, file_missing, review_not_started (409), '
  'invalid_decision, reason_required, already_expired (422).';

create function private.document_to_approve(p_document_id uuid, p_expires_on date)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v public.specialist_documents;
begin
  perform private.require_platform_admin();
  select * into v from public.specialist_documents where id = p_document_id;
  perform private.check_decision(v, 'approve', null, p_expires_on);
  return jsonb_build_object('path', v.file_path, 'file_hash', v.file_hash, 'mime_type', v.mime_type, 'file_size', v.file_size);
end;
$$;

comment on function private.document_to_approve(uuid, date) is 'What public.document_to_approve() does.';

create function private.record_stored_file(p_document_id uuid, p_file_hash text)
returns void
language sql
security definer
set search_path = ''
as $$
  update public.specialist_documents d set stored_hash = lower(p_file_hash)
  where d.id = p_document_id and d.verification_status = 'pending' and not private.is_replaceable(d);
$$;

comment on function private.record_stored_file(uuid, text) is 'What public.record_stored_file() does.';

-- The specialist is locked before the document, as in submit_document().
create function private.decide_document(p_document_id uuid, p_decision text, p_reason text, p_expires_on date, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_approved constant boolean := p_decision = 'approve';
  v_old jsonb;
  v public.specialist_documents;
  v_status text;
begin
  perform private.require_platform_admin();
  perform from public.specialists s
  where s.id = (select d.specialist_id from public.specialist_documents d where d.id = p_document_id) for no key update;
  select * into v from public.specialist_documents where id = p_document_id for update;
  perform private.check_decision(v, p_decision, p_reason, p_expires_on);
  if v_approved and v.stored_hash is distinct from v.file_hash then
    raise sqlstate 'PT422' using message = 'file_mismatch', detail = 'The stored file is not the one that was announced.';
  end if;
  v_old := private.document_json(v);
  update public.specialist_documents d
  set verification_status = case when v_approved then 'verified' else 'rejected' end,
      expiry_date = case when v_approved then coalesce(p_expires_on, d.expiry_date) else d.expiry_date end,
      rejection_reason = case when not v_approved then trim(p_reason) end,
      decided_at = now(), decided_by = private.user_id()
  where d.id = p_document_id
  returning d.* into v;
  v_status := private.refresh_verification(v.specialist_id);
  perform private.audit_document(
    case when v_approved then 'document.verified' else 'document.rejected' end, v, v_old,
    private.caller_context(p_context, 'decide_document'), case when v_approved then nullif(trim(p_reason), '') end
  );
  perform private.mail_document(v, case when v_approved then 'document_approved' else 'document_rejected' end, 'decided');
  return jsonb_build_object('document', private.document_json(v), 'specialist_status', v_status);
end;
$$;

comment on function private.decide_document(uuid, text, text, date, jsonb) is 'What public.decide_document() does.';

revoke execute on function private.specialist_verification_queue(text, text, int) from public;
revoke execute on function private.start_document_review(uuid, jsonb) from public;
revoke execute on function private.document_to_approve(uuid, date) from public;
revoke execute on function private.record_stored_file(uuid, text) from public;
revoke execute on function private.decide_document(uuid, text, text, date, jsonb) from public;
grant execute on function private.specialist_verification_queue(text, text, int) to authenticated;
grant execute on function private.start_document_review(uuid, jsonb) to authenticated;
grant execute on function private.document_to_approve(uuid, date) to authenticated;
grant execute on function private.record_stored_file(uuid, text) to service_role;
grant execute on function private.decide_document(uuid, text, text, date, jsonb) to authenticated;

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

create function public.document_to_approve(p_document_id uuid, p_expires_on date default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.document_to_approve(p_document_id, p_expires_on);
$$;

create function public.record_stored_file(p_document_id uuid, p_file_hash text)
returns void
language sql
set search_path = ''
as $$
  select private.record_stored_file(p_document_id, p_file_hash);
$$;

create function public.decide_document(
  p_document_id uuid, p_decision text, p_reason text default null, p_expires_on date default null, p_context jsonb default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.decide_document(p_document_id, p_decision, p_reason, p_expires_on, p_context);
$$;

comment on function public.specialist_verification_queue(text, text, int) is
  'Documents whose file is there, oldest first, for platform admins: {items, next_cursor}. Errors: unauthenticated (401), forbidden (403), '
  'invalid_status, invalid_limit, invalid_cursor (422).';
comment on function public.start_document_review(uuid, jsonb) is
  'A platform admin opens a document, which for a while cannot be replaced then: {path, document}, as what would be approved. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), file_missing (409), file_mismatch (422: replaced after the decision).';
comment on function public.document_to_approve(uuid, date) is
  'Where the file of a document is that the caller may approve, and what it should be: {path, file_hash, mime_type, file_size}. '
  'Errors: as decide_document(), but file_mismatch.';
comment on function public.record_stored_file(uuid, text) is
  'What the edge function found stored for a document that is being reviewed. Of another nothing is kept.';
comment on function public.decide_document(uuid, text, text, date, jsonb) is
  'A platform admin approves or rejects a document. To be approved, its stored file must have been found to be the announced one. '
  'Answers {document, specialist_status}. Errors: unauthenticated (401), forbidden, own_document (403), not_found (404), '
  'already_decided (409, detail in JSON), file_missing, review_not_started (409), invalid_decision, reason_required, file_mismatch, already_expired (422).';

revoke execute on function public.specialist_verification_queue(text, text, int) from public;
revoke execute on function public.start_document_review(uuid, jsonb) from public;
revoke execute on function public.document_to_approve(uuid, date) from public;
revoke execute on function public.record_stored_file(uuid, text) from public, anon, authenticated;
revoke execute on function public.decide_document(uuid, text, text, date, jsonb) from public;
grant execute on function public.specialist_verification_queue(text, text, int) to authenticated;
grant execute on function public.start_document_review(uuid, jsonb) to authenticated;
grant execute on function public.document_to_approve(uuid, date) to authenticated;
grant execute on function public.record_stored_file(uuid, text) to service_role;
grant execute on function public.decide_document(uuid, text, text, date, jsonb) to authenticated;
