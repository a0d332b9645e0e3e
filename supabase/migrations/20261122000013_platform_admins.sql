-- Platform admins: who makes one, who takes it from somebody, and that one always stays.
--
-- Called: by platform admins. The first one is made by the owner of the database.
--
-- Of two admins who take the role from each other at once, both would find the other still there. So whatever
-- gives the role or takes it, an account that is deleted too, queues at one lock.

create function private.lock_platform_admins()
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(23, 0);
$$;

comment on function private.lock_platform_admins() is
  'Queues whatever changes who the platform admins are until the transaction ends.';

create function private.has_usable_account(p_user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from auth.users
    where id = p_user_id and deleted_at is null and (banned_until is null or banned_until <= now())
  );
$$;

comment on function private.has_usable_account(uuid) is 'Whether somebody has an account that is neither suspended nor deleted.';

create function private.guard_platform_admins()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_platform_admins();
  if not exists (
    select from public.user_roles r
    where r.role = 'platform_admin' and r.user_id <> old.user_id and private.has_usable_account(r.user_id)
  ) then
    raise sqlstate 'PT409' using message = 'last_platform_admin', detail = 'The platform keeps at least one admin. Make another one first.';
  end if;
  return old;
end;
$$;

comment on function private.guard_platform_admins() is
  'Trigger: the last platform admin stays one, whatever takes the role, their account''s end included. Error: last_platform_admin (409).';

create trigger guard_platform_admins before delete on public.user_roles
  for each row when (old.role = 'platform_admin') execute function private.guard_platform_admins();

-- Before the lock, so that strangers hold nobody up. Behind it again: who waited may be no admin any more.
create function private.lock_as_platform_admin(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  perform private.hold_accounts(private.user_id(), p_user_id);
  perform private.lock_platform_admins();
  perform private.require_platform_admin();
end;
$$;

comment on function private.lock_as_platform_admin(uuid) is
  'Locks who the platform admins are, for a caller who is one as long as it lasts and acts on somebody. Errors: unauthenticated (401), forbidden (403).';

create function private.grant_platform_admin(p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_as_platform_admin(p_user_id);
  if not private.has_usable_account(p_user_id) then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such account, or it is suspended.';
  end if;
  insert into public.user_roles (user_id, role, granted_by) values (p_user_id, 'platform_admin', private.user_id())
  on conflict do nothing;
end;
$$;

create function private.revoke_platform_admin(p_user_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_as_platform_admin(p_user_id);
  if p_user_id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such account.';
  elsif p_user_id = private.user_id() then
    raise sqlstate 'PT409' using message = 'own_role', detail = 'Another platform admin takes it.';
  end if;
  delete from public.user_roles where user_id = p_user_id and role = 'platform_admin';
end;
$$;
grant execute on function private.grant_platform_admin(uuid) to authenticated;
grant execute on function private.revoke_platform_admin(uuid) to authenticated;

create function public.grant_platform_admin(p_user_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.grant_platform_admin(p_user_id);
$$;

create function public.revoke_platform_admin(p_user_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.revoke_platform_admin(p_user_id);
$$;

comment on function public.grant_platform_admin(uuid) is
  'A platform admin makes somebody another one. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404).';
comment on function public.revoke_platform_admin(uuid) is
  'A platform admin takes the role from another one. Idempotent. Errors: unauthenticated (401), forbidden (403), not_found (404), own_role, last_platform_admin (409).';
grant execute on function public.grant_platform_admin(uuid) to authenticated;
grant execute on function public.revoke_platform_admin(uuid) to authenticated;
