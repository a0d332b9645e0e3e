-- Locking a company: what everything does first that changes it, or gives or takes a seat.
--
-- Called: by SQL functions. 20261122000007_locks.sql has the order of locks.

-- Everything that gives or takes a seat starts with it. Bookings and sign-ins do not wait for it. Held with it are the
-- accounts of whom it may name or mail: the caller, the admins, and whoever is acted on.
create function private.lock_company(p_company_id uuid, p_user_id uuid default null)
returns public.companies
language plpgsql
set search_path = ''
as $$
declare
  v_company public.companies;
begin
  perform private.hold_accounts(variadic array(
    select user_id from public.company_members where company_id = p_company_id and role = 'admin' and status = 'active'
  ) || p_user_id || private.user_id());
  select * into v_company from public.companies where id = p_company_id for no key update;
  return v_company;
end;
$$;

comment on function private.lock_company(uuid, uuid) is 'The company, locked until the transaction ends; null when there is none.';

-- A company that is not theirs and one that does not exist get the same answer.
create function private.require_company_admin(p_company_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif p_company_id is null or not p_company_id = any(array(select private.my_company_ids('{admin}'))) then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'Admins of the company only.';
  end if;
end;
$$;

comment on function private.require_company_admin(uuid) is 'Refuses everybody but admins of the company: unauthenticated (401), forbidden (403).';

-- Before the lock, so that strangers hold nobody up. Behind it again: who waited may be no admin any more.
create function private.lock_company_as_admin(p_company_id uuid, p_user_id uuid default null)
returns public.companies
language plpgsql
set search_path = ''
as $$
declare
  v_company public.companies;
begin
  perform private.require_company_admin(p_company_id);
  v_company := private.lock_company(p_company_id, p_user_id);
  perform private.require_company_admin(p_company_id);
  return v_company;
end;
$$;

comment on function private.lock_company_as_admin(uuid, uuid) is
  'The company, locked, of which the caller is an admin as long as it is. Everything that an admin does begins with it. p_user_id: on whom they act. '
  'Errors: unauthenticated (401), forbidden (403).';
