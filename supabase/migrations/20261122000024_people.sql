-- The two narrow doors to other people's data.
--
-- specialist_agenda()  a verified specialist learns the name of the person they will meet, nothing else
-- read_person()        a platform admin reads a person's record, which the person can see was read

create function private.specialist_agenda(p_from timestamptz, p_until timestamptz)
returns table (
  booking_id uuid, starts_at timestamptz, ends_at timestamptz, status text, session_type text, employee_name text
)
language sql
stable
security definer
set search_path = ''
as $$
  select b.id, b.starts_at, b.ends_at, b.status, t.name, coalesce(p.display_name, '')
  from public.bookings b
  join public.session_types t on t.id = b.session_type_id
  left join public.profiles p on p.id = b.employee_id
  where b.specialist_id = (select private.my_practice_id())
    and b.starts_at >= p_from and b.starts_at < p_until
  order by b.starts_at, b.id;
$$;

comment on function private.specialist_agenda(timestamptz, timestamptz) is 'What public.specialist_agenda() does.';

revoke execute on function private.specialist_agenda(timestamptz, timestamptz) from public;
grant execute on function private.specialist_agenda(timestamptz, timestamptz) to authenticated;

create function public.specialist_agenda(p_from timestamptz, p_until timestamptz)
returns table (
  booking_id uuid, starts_at timestamptz, ends_at timestamptz, status text, session_type text, employee_name text
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.specialist_agenda(p_from, p_until);
$$;

comment on function public.specialist_agenda(timestamptz, timestamptz) is
  'The caller''s sessions as a specialist that start within [p_from, p_until), with the name of whom they meet.';

revoke execute on function public.specialist_agenda(timestamptz, timestamptz) from public;
grant execute on function public.specialist_agenda(timestamptz, timestamptz) to authenticated;

-- A refusal raises, and an exception rolls back its own audit row: so a caller who is no
-- admin is simply refused, and only completed reads are recorded.
create function private.read_person(p_user_id uuid, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_person jsonb;
begin
  if not private.is_platform_admin() then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'Platform admins only.';
  elsif p_reason is null or length(trim(p_reason)) not between 5 and 500 then
    raise sqlstate 'PT422' using message = 'reason_required', detail = 'Say why you read this record, in 5 to 500 characters.';
  end if;
  select jsonb_build_object(
    'profile', to_jsonb(p),
    'roles', (select coalesce(jsonb_agg(r.role order by r.role), '[]') from public.user_roles r where r.user_id = p.id),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'company_id', m.company_id, 'company', c.name, 'role', m.role, 'status', m.status
      ) order by c.name), '[]')
      from public.company_members m join public.companies c on c.id = m.company_id
      where m.user_id = p.id
    ),
    'specialist', (select to_jsonb(s) from public.specialists s where s.user_id = p.id),
    'bookings', (select count(*) from public.bookings b where b.employee_id = p.id)
  ) into v_person
  from public.profiles p where p.id = p_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'person_not_found', detail = 'There is no such person.';
  end if;
  perform private.write_audit(
    'person.read', 'profiles', p_user_id::text, p_user_id, null, null,
    jsonb_build_object('source', 'read_person', 'reason', trim(p_reason))
  );
  return v_person;
end;
$$;

comment on function private.read_person(uuid, text) is 'What public.read_person() does.';

revoke execute on function private.read_person(uuid, text) from public;
grant execute on function private.read_person(uuid, text) to authenticated;

create function public.read_person(p_user_id uuid, p_reason text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.read_person(p_user_id, p_reason);
$$;

comment on function public.read_person(uuid, text) is
  'A platform admin reads a person: profile, roles, memberships, specialist, and how many bookings (never '
  'which). Audited under the person, with the reason. Errors: forbidden (403), person_not_found (404), reason_required (422).';

revoke execute on function public.read_person(uuid, text) from public;
grant execute on function public.read_person(uuid, text) to authenticated;
