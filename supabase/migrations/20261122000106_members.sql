-- Members: their role, their end, and what a company's admins may know of its plan.
--
-- Called: by admins of the company, leave_company() by the member. The consequences of the end of a membership are
--         done later and elsewhere (112): the same little work here, whatever the person has booked.

create function private.change_member(p_company_id uuid, p_user_id uuid, p_role text, p_status text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.lock_company(p_company_id);
  update public.company_members set role = coalesce(p_role, role), status = p_status
  where company_id = p_company_id and user_id = p_user_id and status = 'active';
  if not found then
    raise sqlstate 'PT404' using message = 'member_not_found', detail = 'There is no such member of your company.';
  end if;
end;
$$;

comment on function private.change_member(uuid, uuid, text, text) is 'Changes an active member; the last admin stays one. Errors: member_not_found (404), last_admin (409).';

create function private.set_member_role(p_company_id uuid, p_user_id uuid, p_role text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_company_as_admin(p_company_id, p_user_id);
  if not private.is_value_of('public.company_role', p_role) then
    raise sqlstate 'PT422' using message = 'invalid_role', detail = 'A role is employee, manager or admin.';
  end if;
  perform private.change_member(p_company_id, p_user_id, p_role, 'active');
end;
$$;

create function private.deactivate_member(p_company_id uuid, p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_company_as_admin(p_company_id, p_user_id);
  perform private.change_member(p_company_id, p_user_id, null, 'removed');
end;
$$;

create function private.leave_company(p_company_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif p_company_id is null or not p_company_id = any(array(select private.my_company_ids())) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company of yours.';
  end if;
  perform private.change_member(p_company_id, private.user_id(), null, 'removed');
end;
$$;

create function private.set_allowed_domains(p_company_id uuid, p_domains text[])
returns text[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_domains constant text[] := private.mail_domains(p_domains);
begin
  perform private.lock_company_as_admin(p_company_id);
  if cardinality(v_domains) > 50 or cardinality(p_domains) > 1000 then
    raise sqlstate 'PT422' using message = 'invalid_domain', detail = 'A company allows up to 50 domains.';
  elsif v_domains is null then
    raise sqlstate 'PT422' using message = 'invalid_domain', detail = (
      select format('%s is no domain such as example.com.', coalesce(to_json(left(d, 100))::text, 'null'))
      from unnest(p_domains) d where private.mail_domain(d) is null limit 1
    );
  end if;
  update public.companies set allowed_email_domains = v_domains where id = p_company_id;
  return v_domains;
end;
$$;

create function private.company_plan(p_company_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if p_company_id is null or not p_company_id = any(array(select private.my_company_ids('{manager,admin}'))) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company of yours.';
  end if;
  return jsonb_build_object(
    'entitlement', (select to_jsonb(e) from private.company_entitlement(p_company_id) e),
    'seats', private.company_seats(p_company_id),
    'dpa', jsonb_build_object('version', private.setting('dpa_version'), 'accepted', private.has_accepted_dpa(p_company_id))
  );
end;
$$;
grant execute on function private.set_member_role(uuid, uuid, text) to authenticated;
grant execute on function private.deactivate_member(uuid, uuid) to authenticated;
grant execute on function private.leave_company(uuid) to authenticated;
grant execute on function private.set_allowed_domains(uuid, text[]) to authenticated;
grant execute on function private.company_plan(uuid) to authenticated;

create function public.set_member_role(p_company_id uuid, p_user_id uuid, p_role text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.set_member_role(p_company_id, p_user_id, p_role);
$$;

create function public.deactivate_member(p_company_id uuid, p_user_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.deactivate_member(p_company_id, p_user_id);
$$;

create function public.leave_company(p_company_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.leave_company(p_company_id);
$$;

create function public.set_allowed_domains(p_company_id uuid, p_domains text[])
returns text[]
language sql
security invoker
set search_path = ''
as $$
  select private.set_allowed_domains(p_company_id, p_domains);
$$;

create function public.company_plan(p_company_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.company_plan(p_company_id);
$$;

comment on function public.set_member_role(uuid, uuid, text) is
  'A company admin makes a member employee, manager or admin. Errors: unauthenticated (401), forbidden (403), member_not_found (404), last_admin (409), invalid_role (422).';
comment on function public.deactivate_member(uuid, uuid) is
  'A company admin ends a membership: within a minute the person is signed out everywhere; sessions to come that the company pays for are cancelled some hours later. '
  'Errors: unauthenticated (401), forbidden (403), member_not_found (404), last_admin (409).';
comment on function public.leave_company(uuid) is
  'The caller leaves a company; sessions to come that it pays for are cancelled some hours later. Errors: unauthenticated (401), company_not_found, member_not_found (404), last_admin (409).';
comment on function public.set_allowed_domains(uuid, text[]) is
  'A company admin says which domains may be invited; none: any. Answers them as kept: in lower case and ASCII, without @ before or a dot after. Errors: unauthenticated (401), forbidden (403), invalid_domain (422).';
comment on function public.company_plan(uuid) is
  'For admins and managers of a company: {entitlement or null, seats: {limit, members, pending}, dpa: {version, accepted}}. Errors: company_not_found (404).';
grant execute on function public.set_member_role(uuid, uuid, text) to authenticated;
grant execute on function public.deactivate_member(uuid, uuid) to authenticated;
grant execute on function public.leave_company(uuid) to authenticated;
grant execute on function public.set_allowed_domains(uuid, text[]) to authenticated;
grant execute on function public.company_plan(uuid) to authenticated;
