-- Changing an invitation that was sent: mailing it again, or taking it back.
--
-- Each starts by finding it in the name of the caller: one of another company does not exist for them.

create function private.invitation_company(p_invitation_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_company_id uuid;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select company_id into v_company_id from public.company_employee_invitations
  where id = p_invitation_id and company_id = any(array(select private.my_company_ids('{admin}')));
  if not found then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such invitation of your company.';
  end if;
  return v_company_id;
end;
$$;

comment on function private.invitation_company(uuid) is
  'The company of an invitation, for its admins. Errors: unauthenticated (401), not_found (404).';

create function private.invitation_answer(p_invitation_id uuid, p_company_id uuid, p_status text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('invitation_id', p_invitation_id, 'status', p_status, 'seats', private.company_seats(p_company_id));
$$;

comment on function private.invitation_answer(uuid, uuid, text) is 'How resend_invitation() and revoke_invitation() answer.';

create function private.check_resendable(p_invitation public.company_employee_invitations, p_company public.companies)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_refusal constant text := private.address_refusal(p_company, p_invitation.email);
begin
  if p_invitation.status in ('accepted', 'revoked') or v_refusal = 'already_member' then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'The invitation was accepted or revoked.';
  elsif v_refusal = 'domain_not_allowed' then
    raise sqlstate 'PT409' using message = 'domain_not_allowed', detail = 'The company does not invite from this domain any more.';
  elsif v_refusal is not null then
    raise sqlstate 'PT409' using message = 'suppressed', detail = 'The address takes no mail from us.';
  elsif p_invitation.expires_at <= now() and not private.has_free_seat(p_company.id) then
    raise sqlstate 'PT409' using message = 'seat_limit', detail = private.company_seats(p_company.id)::text;
  elsif not private.may_mail_invitation(p_invitation) then
    raise sqlstate 'PT429' using message = 'too_many_mails', detail = private.retry_at(p_invitation.mails_since + interval '1 day');
  end if;
end;
$$;

comment on function private.check_resendable(public.company_employee_invitations, public.companies) is
  'Refuses to mail an invitation again: conflict, seat_limit, domain_not_allowed, suppressed (409), too_many_mails (429).';

create function private.resend_invitation(p_invitation_id uuid, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_company public.companies := private.lock_inviting_company(private.invitation_company(p_invitation_id));
  i public.company_employee_invitations;
begin
  select * into i from public.company_employee_invitations where id = p_invitation_id for update;
  perform private.check_resendable(i, v_company);
  update public.company_employee_invitations
  set status = 'pending', invited_by = private.user_id(),
      mails = case when mails_since <= now() - interval '1 day' then 1 else mails + 1 end,
      mails_since = case when mails_since <= now() - interval '1 day' then now() else mails_since end
  where id = p_invitation_id;
  perform private.mail_invitation(p_invitation_id, v_company);
  perform private.audit_invitation('invitation.resent', p_invitation_id, null, private.caller_context(p_context, 'resend_invitation'));
  return private.invitation_answer(p_invitation_id, v_company.id, 'resent');
end;
$$;

create function private.end_invitation(p_invitation_id uuid, p_context jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.company_employee_invitations set status = 'revoked', revoked_at = now() where id = p_invitation_id;
  update private.invitation_tokens set superseded_at = greatest(now(), created_at)
  where invitation_id = p_invitation_id and used_at is null and superseded_at is null;
  perform private.audit_invitation('invitation.revoked', p_invitation_id, null, p_context);
end;
$$;

comment on function private.end_invitation(uuid, jsonb) is
  'Revokes an invitation that its caller has locked: its link is void, its mail, if it still waits, is skipped.';

-- A suspended company may take back what it sent.
create function private.revoke_invitation(p_invitation_id uuid, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_company_id constant uuid := private.invitation_company(p_invitation_id);
  v_status text;
begin
  perform private.lock_company_as_admin(v_company_id);
  select status into v_status from public.company_employee_invitations where id = p_invitation_id for update;
  if v_status = 'accepted' then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'The invitation was accepted already.';
  elsif v_status <> 'revoked' then
    perform private.end_invitation(p_invitation_id, private.caller_context(p_context, 'revoke_invitation'));
  end if;
  return private.invitation_answer(p_invitation_id, v_company_id, 'revoked');
end;
$$;
grant execute on function private.resend_invitation(uuid, jsonb) to authenticated;
grant execute on function private.revoke_invitation(uuid, jsonb) to authenticated;

create function public.resend_invitation(p_invitation_id uuid, p_context jsonb default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.resend_invitation(p_invitation_id, p_context);
$$;

create function public.revoke_invitation(p_invitation_id uuid, p_context jsonb default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.revoke_invitation(p_invitation_id, p_context);
$$;

comment on function public.resend_invitation(uuid, jsonb) is
  'A company admin mails an invitation again, with a new link; also one that has expired. Answers {invitation_id, status, seats}. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), conflict, seat_limit, company_suspended, dpa_required, no_plan, domain_not_allowed, suppressed (409), too_many_mails (429).';
comment on function public.revoke_invitation(uuid, jsonb) is
  'A company admin takes an invitation back. Idempotent. Answers {invitation_id, status, seats}. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), conflict (409: accepted already).';
grant execute on function public.resend_invitation(uuid, jsonb) to authenticated;
grant execute on function public.revoke_invitation(uuid, jsonb) to authenticated;
