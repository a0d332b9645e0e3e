-- Accepting an invitation, by the link that was mailed.
--
-- Called: by service_role, from company-invitation-accept. For whoever is signed in it asks current_user_id() as
--         them first; for people without an account that works it makes or confirms one. So the function vouches
--         for where from the terms were accepted.
--
-- All of it is one transaction, at the end: whatever fails before leaves an invitation that can still be
-- accepted. The company's lock lets one of racing acceptances win, and counts the seat.

create function private.invitation_seat_is_gone(p_company_id uuid, p_email text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select (s ->> 'members')::int >= (s ->> 'limit')::int and not private.is_member_address(p_company_id, p_email)
  from private.company_seats(p_company_id) s;
$$;

comment on function private.invitation_seat_is_gone(uuid, text) is
  'Whether the seat that an invitation kept is gone: the plan became smaller, or ended.';

-- Of the invitation and not of the past: an admin who was removed and is one again invites anew.
create function private.inviter_may_invite(p_invitation public.company_employee_invitations)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.company_members m
    where m.company_id = p_invitation.company_id and m.user_id = p_invitation.invited_by and m.status = 'active' and m.role = 'admin'
  ) and private.has_usable_account(p_invitation.invited_by);
$$;

comment on function private.inviter_may_invite(public.company_employee_invitations) is
  'Whether whoever answers for an invitation still is an admin of the company. To rely on it, lock the company first.';

create function private.examine_invitation(p_token_id uuid, p_token_hash text)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_refusal text;
  t private.invitation_tokens;
  i public.company_employee_invitations;
begin
  -- The invitation before its link, in the order of private.end_invitation().
  perform from public.company_employee_invitations
  where id = (select invitation_id from private.invitation_tokens where id = p_token_id) for no key update;
  v_refusal := private.examine_link('invitation', p_token_id, p_token_hash);
  select * into t from private.invitation_tokens where id = p_token_id;
  select * into i from public.company_employee_invitations where id = t.invitation_id;
  return coalesce(
    v_refusal,
    -- A link that was revoked is superseded too.
    case when i.status = 'revoked' or i.status <> 'accepted' and not private.inviter_may_invite(i) then 'revoked' end,
    private.link_refusal(i.status = 'accepted', t.superseded_at is not null, t.expires_at),
    case
      when not exists (select from public.companies where id = i.company_id and status = 'active') then 'company_suspended'
      when private.invitation_seat_is_gone(i.company_id, i.email) then 'seat_gone'
    end,
    'live'
  );
end;
$$;

comment on function private.examine_invitation(uuid, text) is
  'Locks an invitation and its link and says what it is worth. A wrong secret counts as an attempt.';

create function private.account_of(p_email text)
returns public.profiles
language sql
stable
set search_path = ''
as $$
  select p from public.profiles p where p.email = p_email order by p.email_confirmed_at is null, p.created_at, p.id limit 1;
$$;

comment on function private.account_of(text) is 'The account of an address, a confirmed one first; null when there is none.';

create function private.check_invitation(p_token_id uuid, p_token_hash text, p_password_prefixes text[], p_full_name text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text;
  i public.company_employee_invitations;
  v_account public.profiles;
begin
  -- Here, since an account is made before accept_invitation() is asked.
  v_outcome := case when private.name_fault(p_full_name, 100) is not null then 'invalid_name' else private.examine_invitation(p_token_id, p_token_hash) end;
  if v_outcome <> 'live' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select e.* into i from public.company_employee_invitations e join private.invitation_tokens t on t.invitation_id = e.id where t.id = p_token_id;
  v_account := private.account_of(i.email);
  return jsonb_build_object(
    'outcome', 'live',
    'company', (select jsonb_build_object('id', c.id, 'name', c.name) from public.companies c where c.id = i.company_id),
    'email', i.email,
    'full_name', i.full_name,
    'account', case when private.is_address_held(i.email) then 'confirmed' when v_account.id is null then 'none' when v_account.email_confirmed_at is null then 'unconfirmed' else 'confirmed' end,
    'user_id', v_account.id,
    'names', (
      select jsonb_agg(distinct c.name) from public.companies c
      where c.id = i.company_id or c.id in (
        select m.company_id from public.company_members m where m.user_id = v_account.id and m.status = 'active' limit 100
      )
    ),
    'common', to_jsonb(array(select private.common_password_digests(p_password_prefixes))),
    'terms', private.terms_in_force()
  );
end;
$$;

-- The person who is meant has the account of the invited address. Anybody else with the link has proven the address as
-- well, and may join by it with an account that they have, if they say so: docs/decisions/the-employer-knows-the-invited-address.md
create function private.acceptance_refusal(
  p_invitation public.company_employee_invitations, p_user_id uuid, p_own_account boolean
)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p.email_confirmed_at is null or exists (
      select from public.company_members m
      where m.company_id = p_invitation.company_id and m.email = p_invitation.email and m.status = 'active' and m.user_id <> p_user_id
    ) then 'wrong_account'
    when p.email <> p_invitation.email and exists (
      select from public.profiles o where o.email = p_invitation.email and o.email_confirmed_at is not null
    ) then 'wrong_account'
    when p.email <> p_invitation.email and not p_own_account then 'no_account'
    -- Were it accepted, the company would learn that this address is its member's, too.
    when exists (
      select from public.company_members m
      where m.company_id = p_invitation.company_id and m.user_id = p_user_id and m.status = 'active' and m.email <> p_invitation.email
    ) then 'already_member'
  end
  from (values (p_user_id)) one (id) left join public.profiles p using (id);
$$;

comment on function private.acceptance_refusal(public.company_employee_invitations, uuid, boolean) is
  'Why an account does not accept an invitation: wrong_account, no_account of the address, or already_member by another address; null where it may. '
  'p_own_account: its owner wants to join with it, though it has another address.';

-- A former member comes back in the role of the invitation. A member keeps the role they have.
create function private.join_company(p_invitation public.company_employee_invitations, p_user_id uuid)
returns void
language sql
set search_path = ''
as $$
  insert into public.company_members as m (company_id, user_id, email, role)
  values (p_invitation.company_id, p_user_id, p_invitation.email, p_invitation.role)
  on conflict (company_id, user_id) do update set status = 'active', role = excluded.role, email = excluded.email
  where m.status = 'removed';
$$;

comment on function private.join_company(public.company_employee_invitations, uuid) is 'Makes a person what their invitation says.';

create function private.use_invitation(p_token_id uuid, p_user_id uuid, p_full_name text, p_terms jsonb, p_context jsonb)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  i public.company_employee_invitations;
begin
  update private.invitation_tokens set used_at = greatest(now(), created_at) where id = p_token_id;
  update public.company_employee_invitations set status = 'accepted', accepted_at = now(), accepted_by = p_user_id
  where id = (select invitation_id from private.invitation_tokens where id = p_token_id)
  returning * into i;
  perform private.join_company(i, p_user_id);
  -- The name that they give, or else the one they have, or else the one the company gave them.
  update public.profiles p
  set display_name = coalesce(nullif(said.display_name, ''), nullif(p.display_name, ''), suggested.display_name)
  from private.introduction(jsonb_build_object('name', p_full_name)) said, private.introduction(jsonb_build_object('name', i.full_name)) suggested
  where p.id = p_user_id;
  perform private.record_acceptance(p_user_id, d, p_terms ->> d, p_context) from unnest(array['terms', 'privacy']) d;
  perform private.audit_invitation('invitation.accepted', i.id, p_user_id, p_context);
  return i.company_id;
end;
$$;

comment on function private.use_invitation(uuid, uuid, text, jsonb, jsonb) is
  'The consequences of an accepted invitation: membership, name, terms, audit. Returns the company.';

create function private.accept_invitation(
  p_token_id uuid, p_token_hash text, p_user_id uuid, p_full_name text, p_terms jsonb, p_context jsonb, p_own_account boolean,
  p_private_address jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text;
begin
  if private.name_fault(p_full_name, 100) is not null then
    return jsonb_build_object('outcome', 'invalid_name');
  end if;
  -- The company before the link, in the order of invite_employees() and resend_invitation().
  perform private.lock_company(i.company_id, p_user_id)
  from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id where t.id = p_token_id;
  v_outcome := private.examine_invitation(p_token_id, p_token_hash);
  if v_outcome = 'live' then
    select private.acceptance_refusal(i, p_user_id, p_own_account) into v_outcome
    from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id where t.id = p_token_id;
    v_outcome := case
      when v_outcome is not null then v_outcome
      when (p_terms @> private.terms_in_force()) is not true then 'wrong_terms'
      else 'accepted'
    end;
  end if;
  if v_outcome = 'accepted' then
    if p_private_address is not null then
      perform private.request_email_change(p_user_id, p_private_address ->> 'email', p_private_address ->> 'address_key', null, p_context);
      perform private.kick_function('email-dispatch');
    end if;
    return jsonb_build_object(
      'outcome', v_outcome, 'user_id', p_user_id,
      'company_id', private.use_invitation(
        p_token_id, p_user_id, p_full_name, p_terms, private.caller_context(p_context, 'accept_invitation')
      )
    );
  end if;
  return jsonb_build_object('outcome', v_outcome);
end;
$$;
grant execute on function private.check_invitation(uuid, text, text[], text) to service_role;
grant execute on function private.accept_invitation(uuid, text, uuid, text, jsonb, jsonb, boolean, jsonb) to service_role;

create function public.check_invitation(
  p_token_id uuid, p_token_hash text, p_password_prefixes text[] default '{}', p_context jsonb default null, p_full_name text default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.check_invitation(p_token_id, p_token_hash, p_password_prefixes, p_full_name);
$$;

create function public.accept_invitation(
  p_token_id uuid, p_token_hash text, p_user_id uuid, p_full_name text, p_terms jsonb, p_context jsonb default null,
  p_own_account boolean default false, p_private_address jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.accept_invitation(p_token_id, p_token_hash, p_user_id, p_full_name, p_terms, p_context, coalesce(p_own_account, false), p_private_address);
$$;

comment on function public.check_invitation(uuid, text, text[], jsonb, text) is
  'Looks at the link of an invitation without using it up, and at the name with which it is to be accepted. Outcome: live, with company, email, full_name, account (none, unconfirmed, '
  'confirmed), user_id, the names and common passwords that a password must not be, and the terms in force; or invalid, expired, exhausted, '
  'revoked, used, superseded, company_suspended, seat_gone, invalid_name. A wrong secret counts.';
comment on function public.accept_invitation(uuid, text, uuid, text, jsonb, jsonb, boolean, jsonb) is
  'Accepts an invitation for a confirmed account with its address, or, where p_own_account says so, with another, if the address has no '
  'account. p_private_address: {email, address_key}, which is asked for as by request_email_change(). Outcome: accepted, with company_id and user_id; wrong_account, no_account (another is signed in, and the address has none), already_member (by another address), wrong_terms; or as check_invitation(). Exactly one of racing requests is accepted.';
grant execute on function public.check_invitation(uuid, text, text[], jsonb, text) to service_role;
grant execute on function public.accept_invitation(uuid, text, uuid, text, jsonb, jsonb, boolean, jsonb) to service_role;

-- An invitation that waits stays: it is to the address, whatever account it had.
create function private.forget_accepted_invitations()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.company_employee_invitations
  -- Of an address alone only where it was theirs: anybody can sign up with somebody else's.
  where status = 'accepted'
    and (accepted_by = old.id or accepted_by is null and email = old.email and old.email_confirmed_at is not null);
  return old;
end;
$$;

comment on function private.forget_accepted_invitations() is 'Trigger on profiles: closing an account takes the invitations along that led to it.';

create trigger forget_accepted_invitations before delete on public.profiles
  for each row execute function private.forget_accepted_invitations();
