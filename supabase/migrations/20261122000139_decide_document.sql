-- Deciding about documents: approving the copy that was opened, or rejecting.
--
-- Called: by platform admins, through the edge function specialist-verify. Which copy is decided about is recorded by the
--         service alone, once it was read and found to be what was announced: an admin who asks the database directly
--         cannot approve anything else.

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
  elsif p_document.reviewed_path is null or private.is_replaceable(p_document) or not private.user_id() = any (p_document.opened_by) then
    raise sqlstate 'PT409' using message = 'review_not_started', detail = 'Open the document first.';
  elsif coalesce(p_expires_on, p_document.expiry_date) < private.specialist_day(p_document.specialist_id, now())
    or not isfinite(p_expires_on) then
    raise sqlstate 'PT422' using message = 'already_expired', detail = 'The document is no longer valid.';
  end if;
end;
$$;

comment on function private.check_decision(public.specialist_documents, text, text, date) is
  'Refuses a decision of the caller: not_found (404), own_document (403), already_decided, file_missing, review_not_started (409), '
  'invalid_decision, reason_required, already_expired (422).';

-- The accounts of whoever decides and is mailed first, and the specialist before the document, as in submit_document().
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
  perform private.hold_accounts(private.user_id(), s.user_id)
  from public.specialist_documents d join public.specialists s on s.id = d.specialist_id where d.id = p_document_id;
  perform from public.specialists s
  where s.id = (select d.specialist_id from public.specialist_documents d where d.id = p_document_id) for no key update;
  select * into v from public.specialist_documents where id = p_document_id for update;
  perform private.check_decision(v, p_decision, p_reason, p_expires_on);
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

grant execute on function private.decide_document(uuid, text, text, date, jsonb) to authenticated;

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

comment on function public.decide_document(uuid, text, text, date, jsonb) is
  'A platform admin approves or rejects a document, as it was copied when it was opened. To approve it, the caller must have opened it. '
  'Answers {document, specialist_status}. Errors: unauthenticated (401), forbidden, own_document (403), not_found (404), '
  'already_decided (409, detail in JSON), file_missing, review_not_started (409), invalid_decision, reason_required, already_expired (422).';

grant execute on function public.decide_document(uuid, text, text, date, jsonb) to authenticated;
