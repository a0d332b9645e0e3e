-- invite_employees(): a company admin invites people, each with a result of their own.
--
-- Seats are counted behind the lock of the company's row, which everything takes that gives a seat away:
-- however many invitations come at once, there are never more members and live invitations than seats.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('company_invitation_mails_per_day', '1000', 10, 100000, 'Most invitation mails of one company in a day.');

-- An admin who revokes gets the seat back, and could mail another stranger with it; this ends that.
create function private.check_invitation_mails(p_company_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_mails bigint;
  v_since timestamptz;
begin
  select sum(mails), min(mails_since) into v_mails, v_since from public.company_employee_invitations
  where company_id = p_company_id and mails_since > now() - interval '1 day';
  if v_mails >= private.setting('company_invitation_mails_per_day')::int then
    raise sqlstate 'PT429' using message = 'too_many_mails', detail = private.retry_at(v_since + interval '1 day');
  end if;
end;
$$;

comment on function private.check_invitation_mails(uuid) is 'Refuses a company that has mailed as many invitations today as one may: too_many_mails.';

create function private.lock_inviting_company(p_company_id uuid)
returns public.companies
language plpgsql
set search_path = ''
as $$
declare
  v_company constant public.companies := private.lock_company_as_admin(p_company_id);
begin
  if v_company.status <> 'active' then
    raise sqlstate 'PT409' using message = 'company_suspended', detail = 'The company is suspended.';
  elsif not private.has_accepted_dpa(p_company_id) then
    raise sqlstate 'PT409' using message = 'dpa_required', detail = 'Accept the data processing agreement first.';
  elsif not exists (select from private.company_entitlement(p_company_id)) then
    raise sqlstate 'PT409' using message = 'no_plan', detail = 'The company has no plan at present.';
  end if;
  perform private.check_invitation_mails(p_company_id);
  return v_company;
end;
$$;

comment on function private.lock_inviting_company(uuid) is
  'The company of the caller, locked, if it may invite. Errors: unauthenticated (401), forbidden (403), company_suspended, dpa_required, no_plan (409), too_many_mails (429).';

create function private.has_free_seat(p_company_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select (s ->> 'members')::int + (s ->> 'pending')::int < (s ->> 'limit')::int from private.company_seats(p_company_id) s;
$$;

comment on function private.has_free_seat(uuid) is 'Whether a company can invite one more. To rely on it, lock the company first.';

create function private.is_member_address(p_company_id uuid, p_email text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.company_members where company_id = p_company_id and email = p_email and status = 'active'
  );
$$;

comment on function private.is_member_address(uuid, text) is 'Whether a member of the company is known to it by an address. The address of their account is not looked at.';

-- Why an address is not invited by this company at all, or null. Whether somebody has an account elsewhere is not looked at; that
-- an address bounces mail of ours or refused it is told, since an invitation to it would never arrive.
create function private.address_refusal(p_company public.companies, p_email text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when private.new_email_address(p_email) is distinct from p_email or p_email is null then 'invalid_email'
    when cardinality(p_company.allowed_email_domains) > 0
      and not split_part(p_email, '@', 2) = any(p_company.allowed_email_domains) then 'domain_not_allowed'
    when private.is_member_address(p_company.id, p_email) then 'already_member'
    when private.refuses_mail(p_email, 'account') then 'suppressed'
  end;
end;
$$;

comment on function private.address_refusal(public.companies, text) is
  'invalid_email, domain_not_allowed, already_member, suppressed, or null where the address may be invited.';

create function private.may_mail_invitation(p_invitation public.company_employee_invitations)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_invitation.mails < private.setting('invitation_mails_per_day')::int
    or p_invitation.mails_since <= now() - interval '1 day';
$$;

comment on function private.may_mail_invitation(public.company_employee_invitations) is 'Whether an invitation may be mailed once more today.';

-- A new link each time; the older ones are void, and their mails, if they still wait, are skipped.
create function private.mail_invitation(p_invitation_id uuid, p_company public.companies)
returns void
language plpgsql
set search_path = ''
as $$
declare
  i public.company_employee_invitations;
  v_token_id uuid;
begin
  update public.company_employee_invitations
  set sent_at = now(), expires_at = now() + private.token_lifetime('invitation')
  where id = p_invitation_id
  returning * into i;
  update private.invitation_tokens set superseded_at = greatest(now(), created_at)
  where invitation_id = i.id and used_at is null and superseded_at is null;
  insert into private.invitation_tokens (invitation_id, expires_at, max_attempts)
  values (i.id, i.expires_at, private.setting('token_max_attempts')::int)
  returning id into v_token_id;
  perform private.enqueue_email(
    'company_invitation', null, i.email,
    jsonb_build_object(
      'company_name', p_company.name, 'expires_at', private.iso_timestamp(i.expires_at), 'locale', coalesce(i.locale, p_company.locale)
    ),
    'account', 'invitation:' || v_token_id, 'invitation', v_token_id
  );
  perform private.kick_at_once('email-dispatch');
end;
$$;

comment on function private.mail_invitation(uuid, public.companies) is 'Gives an invitation a new link and a new end, and mails it.';

create function private.audit_invitation(p_action text, p_invitation_id uuid, p_user_id uuid, p_context jsonb)
returns void
language sql
set search_path = ''
as $$
  select private.write_audit(
    p_action, 'company_employee_invitations', i.id::text, p_user_id, null,
    jsonb_build_object('company_id', i.company_id, 'role', i.role), p_context
  )
  from public.company_employee_invitations i where i.id = p_invitation_id;
$$;

comment on function private.audit_invitation(text, uuid, uuid, jsonb) is 'Records what was done with an invitation. To whom it goes is in its row alone, which does not last as long.';

-- An address that was invited before keeps its row: one that expired is sent again, one that was revoked invited anew.
create function private.invite_address(
  p_company public.companies, p_email text, p_role text, p_full_name text, p_locale text, p_context jsonb,
  out outcome text, out invitation_id uuid
)
language plpgsql
set search_path = ''
as $$
declare
  i public.company_employee_invitations;
begin
  outcome := coalesce(private.address_refusal(p_company, p_email), case
    when private.name_fault(p_full_name, 100) is not null then 'invalid_name'
    when trim(p_locale) <> '' and private.language_tag(p_locale) is null then 'invalid_locale'
  end);
  if outcome is not null then
    return;
  end if;
  select * into i from public.company_employee_invitations e
  where e.company_id = p_company.id and e.email = p_email and e.status <> 'accepted' for update;
  invitation_id := i.id;
  outcome := case
    when i.status = 'pending' and i.expires_at > now() then 'already_invited'
    when not private.has_free_seat(p_company.id) then 'seat_limit'
    when i.id is not null and not private.may_mail_invitation(i) then 'suppressed'
  end;
  if outcome is not null then
    return;
  end if;
  insert into public.company_employee_invitations as e (company_id, email, role, full_name, locale, expires_at, invited_by)
  values (p_company.id, p_email, p_role, nullif(private.shown_name(p_full_name), ''), private.language_tag(p_locale), now() + interval '1 day', private.user_id())
  on conflict (company_id, email) where status <> 'accepted' do update
  set role = excluded.role, full_name = excluded.full_name, locale = excluded.locale, status = 'pending', revoked_at = null,
      invited_by = excluded.invited_by, expires_at = greatest(excluded.expires_at, e.sent_at + interval '1 day'),
      mails = case when e.mails_since <= now() - interval '1 day' then 1 else e.mails + 1 end,
      mails_since = case when e.mails_since <= now() - interval '1 day' then now() else e.mails_since end
  returning e.id into invitation_id;
  outcome := case when i.status in ('pending', 'expired') then 'resent' else 'invited' end;
  perform private.mail_invitation(invitation_id, p_company);
  perform private.audit_invitation('invitation.' || outcome, invitation_id, null, p_context);
end;
$$;

comment on function private.invite_address(public.companies, text, text, text, text, jsonb) is
  'Invites an address, in the name of a locked company, or says why not.';

create function private.invite_employees(p_company_id uuid, p_invitations jsonb, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_context constant jsonb := private.caller_context(p_context, 'invite_employees');
  v_company public.companies := private.lock_inviting_company(p_company_id);
  v_results jsonb := jsonb_build_array();
  v_row record;
  v_result record;
begin
  if jsonb_typeof(p_invitations) is distinct from 'array' or jsonb_array_length(p_invitations) not between 1 and 100 then
    raise sqlstate 'PT422' using message = 'invalid_invitations', detail = 'Invite 1 to 100 people at a time.';
  end if;
  -- All of them first, in the order of locks: an account that is deleted takes its name out of those that it sent.
  perform from public.company_employee_invitations
  where company_id = p_company_id and status <> 'accepted' and email = any (array(
    select private.new_email_address(r.email) from jsonb_to_recordset(p_invitations) as r (email text)
  ))
  order by id for update;
  for v_row in
    select r.*
    from rows from (jsonb_to_recordset(p_invitations) as (index int, email text, role text, full_name text, locale text))
      with ordinality r (index, email, role, full_name, locale, n)
    order by r.n
  loop
    if not private.is_value_of('public.company_role', coalesce(v_row.role, 'employee')) then
      raise sqlstate 'PT422' using message = 'invalid_role', detail = 'A role is employee, manager or admin.';
    end if;
    select * into v_result from private.invite_address(
      v_company, private.new_email_address(v_row.email), coalesce(v_row.role, 'employee'), v_row.full_name, v_row.locale, v_context
    );
    v_results := v_results || jsonb_build_object(
      'index', coalesce(v_row.index, v_row.n - 1), 'status', v_result.outcome, 'invitation_id', v_result.invitation_id
    );
  end loop;
  return jsonb_build_object('results', v_results, 'seats', private.company_seats(p_company_id));
end;
$$;

grant execute on function private.invite_employees(uuid, jsonb, jsonb) to authenticated;

create function public.invite_employees(p_company_id uuid, p_invitations jsonb, p_context jsonb default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.invite_employees(p_company_id, p_invitations, p_context);
$$;

comment on function public.invite_employees(uuid, jsonb, jsonb) is
  'A company admin invites up to 100 people: [{index, email, role, full_name, locale}]. Answers {results: [{index, status, invitation_id}], '
  'seats: {limit, members, pending}}. Status: invited, resent, already_member, already_invited, seat_limit, invalid_email, invalid_name, invalid_locale, '
  'domain_not_allowed, suppressed (also where the address had its mails of today). Errors: unauthenticated (401), forbidden (403), company_suspended, dpa_required, no_plan (409), invalid_invitations, invalid_role (422), too_many_mails (429).';

grant execute on function public.invite_employees(uuid, jsonb, jsonb) to authenticated;
