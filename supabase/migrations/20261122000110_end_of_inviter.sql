-- Invitations end with the standing of whoever sent them: an admin who is removed, demoted, leaves, is suspended or
-- whose account is deleted leaves no way into the company behind. docs/decisions/invitations-end-with-their-inviter.md
--
-- Called: by triggers, whichever way the standing ends. That nothing slips past them, accepting asks for itself:
--         private.inviter_may_invite().

create function private.revoke_invitations_of(p_user_id uuid, p_company_id uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- Those that have ended, too: where the account is deleted, its name is taken out of them.
  perform from public.company_employee_invitations
  where invited_by = p_user_id and (p_company_id is null or company_id = p_company_id) order by id for no key update;
  v_ids := array(
    select id from public.company_employee_invitations
    where invited_by = p_user_id and status = 'pending' and (p_company_id is null or company_id = p_company_id) order by id
  );
  -- In their own order: a dispatcher that is sealing these links takes them so.
  perform from private.invitation_tokens
  where invitation_id = any (v_ids) and used_at is null and superseded_at is null order by id for no key update;
  perform private.end_invitation(id, '{"source": "end_of_inviter"}') from unnest(v_ids) id;
end;
$$;

comment on function private.revoke_invitations_of(uuid, uuid) is
  'Revokes what a person has sent and nobody has accepted: to one company, or to all.';

create function private.follow_end_of_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.revoke_invitations_of(old.user_id, old.company_id);
  return null;
end;
$$;

comment on function private.follow_end_of_admin() is 'Trigger: the invitations of whoever is no admin of the company any more are revoked.';

create trigger end_of_admin after update on public.company_members
  for each row when (old.role = 'admin' and old.status = 'active' and (new.role <> 'admin' or new.status <> 'active'))
  execute function private.follow_end_of_admin();
create trigger end_of_membership after delete on public.company_members
  for each row execute function private.follow_end_of_admin();

-- Before the row: afterwards the foreign key has forgotten who invited.
create function private.follow_end_of_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.revoke_invitations_of(old.id);
  return old;
end;
$$;

comment on function private.follow_end_of_account() is 'Trigger on profiles: an account that is deleted takes back what it invited.';

create trigger end_of_account before delete on public.profiles
  for each row execute function private.follow_end_of_account();

create function private.follow_suspension()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.has_usable_account(new.id) then
    perform private.revoke_invitations_of(new.id);
  end if;
  return null;
end;
$$;

comment on function private.follow_suspension() is
  'Trigger on auth.users: a suspended account, or one that Auth deleted and kept, takes back what it invited.';

create trigger follow_suspension after update on auth.users
  for each row
  when (old.banned_until is distinct from new.banned_until or old.deleted_at is distinct from new.deleted_at)
  execute function private.follow_suspension();
