-- The end of a membership, as far as the account is concerned: it is its owner's, and should not stay at the address of
-- an employer whose mailbox they no longer read.
--
-- Called: mail_membership_end() by the job that settles what has ended; former_work_address() by signed-in people.

create function private.mail_membership_end(p_company_id uuid, p_user_id uuid)
returns void
language sql
set search_path = ''
as $$
  -- As mail that protects the account: it waits for no quiet hours.
  select private.enqueue_email(
    'membership_ended', p.id, p.email,
    jsonb_build_object('company_name', c.name, 'at_their_address', p.email = m.email),
    'security', format('membership_ended:%s:%s:%s', c.id, p.id, extract(epoch from m.removed_at))
  )
  from public.company_members m
  join public.profiles p on p.id = m.user_id
  join public.companies c on c.id = m.company_id
  where m.company_id = p_company_id and m.user_id = p_user_id and m.status = 'removed' and p.email like '_%@_%';
$$;

comment on function private.mail_membership_end(uuid, uuid) is
  'Tells whoever is no member of a company any more that the account is theirs, and how to move it.';

create function private.former_work_address()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select p.email
  from public.profiles p
  where p.id = (select private.user_id())
    and exists (select from public.company_members m where m.user_id = p.id and m.email = p.email and m.status = 'removed')
    and not exists (select from public.company_members m where m.user_id = p.id and m.email = p.email and m.status = 'active');
$$;

grant execute on function private.former_work_address() to authenticated;

create function public.former_work_address()
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select private.former_work_address();
$$;

comment on function public.former_work_address() is
  'The address of the caller''s account, if it is one that a company invited to which they no longer belong; else null. Then it should be moved.';

grant execute on function public.former_work_address() to authenticated;
