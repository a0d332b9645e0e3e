-- The directory of a company, all that its admins and managers may know about its people: name, role, and the address
-- that it invited. Nothing of people who have left, since their name may have changed. Never the address of the account,
-- language, time zone, bookings or activity, so profiles stay closed to them.

create function private.company_directory(p_company_id uuid, p_after uuid)
returns table (user_id uuid, display_name text, email text, role text, status text, joined_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_after text;
begin
  if p_company_id is null or not p_company_id = any(array(select private.my_company_ids('{manager,admin}'))) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company of yours.';
  end if;
  -- Of a member alone: the place of anybody else in the order would tell of their name.
  select p.display_name into v_after
  from public.company_members m join public.profiles p on p.id = m.user_id
  where m.company_id = p_company_id and m.user_id = p_after and m.status = 'active';
  if p_after is not null and v_after is null then
    raise sqlstate 'PT404' using message = 'member_not_found', detail = 'There is no such member of your company.';
  end if;
  return query
    select m.user_id, p.display_name::text, m.email::text, m.role::text, m.status, m.created_at
    from public.company_members m
    join public.profiles p on p.id = m.user_id
    where m.company_id = p_company_id and m.status = 'active'
      and (p_after is null or (p.display_name, m.user_id) > (v_after, p_after))
    order by p.display_name, m.user_id
    limit 500;
end;
$$;

grant execute on function private.company_directory(uuid, uuid) to authenticated;

create function public.company_directory(p_company_id uuid, p_after uuid default null)
returns table (user_id uuid, display_name text, email text, role text, status text, joined_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.company_directory(p_company_id, p_after);
$$;

comment on function public.company_directory(uuid, uuid) is
  'Members of a company by name, with the addresses that were invited, 500 at a time, for its admins and managers. '
  'p_after: user_id of the last one of the page before. Errors: company_not_found, member_not_found (404).';

grant execute on function public.company_directory(uuid, uuid) to authenticated;

-- 'employee' in user_roles says: belongs to some company. A job takes it away after the last membership has ended
-- (private.job_settle_ended_memberships()): whether there is another is not the business of who ends this one.
create function private.follow_membership()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.user_roles (user_id, role, granted_by)
  values (new.user_id, 'employee', null)
  on conflict do nothing;
  return null;
end;
$$;

comment on function private.follow_membership() is 'Trigger: whoever becomes a member of a company has the role employee.';

create trigger follow_new_membership after insert on public.company_members
  for each row when (new.status = 'active') execute function private.follow_membership();
create trigger follow_membership after update on public.company_members
  for each row when (old.status <> 'active' and new.status = 'active') execute function private.follow_membership();
