-- Suspending a company: its people can neither book nor move sessions, nobody is invited or accepted, and it
-- has no entitlement, whatever its plan. Booked sessions take place; members still see what is theirs.
--
-- Called: by platform admins, with a reason that only the audit log keeps.

create function private.set_company_status(p_company_id uuid, p_status text, p_reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_company public.companies := private.lock_company(p_company_id);
begin
  if v_company.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such company.';
  elsif not private.is_value_of('public.company_status', p_status) then
    raise sqlstate 'PT422' using message = 'invalid_status', detail = 'A company is active or suspended.';
  elsif v_company.status = p_status then
    return;
  end if;
  update public.companies set status = p_status where id = p_company_id;
  perform private.write_audit(
    'company.' || case p_status when 'suspended' then 'suspended' else 'reinstated' end, 'companies', p_company_id::text, null,
    jsonb_build_object('status', v_company.status), jsonb_build_object('status', p_status),
    jsonb_build_object('source', 'set_company_status', 'reason', v_reason)
  );
end;
$$;

grant execute on function private.set_company_status(uuid, text, text) to authenticated;

create function public.set_company_status(p_company_id uuid, p_status text, p_reason text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.set_company_status(p_company_id, p_status, p_reason);
$$;

comment on function public.set_company_status(uuid, text, text) is
  'A platform admin suspends a company, or ends that (active). Idempotent. '
  'Errors: forbidden (403), not_found (404), invalid_status, reason_required (422).';

grant execute on function public.set_company_status(uuid, text, text) to authenticated;
