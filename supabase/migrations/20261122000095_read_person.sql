-- A platform admin reads a person's record, which the person can see was read, and why.
--
-- Read: platform admins, with a reason. docs/decisions/reading-about-people.md says why by a function.

create function private.person_record(p_user_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'profile', to_jsonb(p),
      'roles', (select coalesce(jsonb_agg(r.role order by r.role), '[]') from public.user_roles r where r.user_id = p.id),
      'memberships', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'company_id', m.company_id, 'company', c.name, 'email', m.email, 'role', m.role, 'status', m.status
        ) order by c.name), '[]')
        from (
          select * from public.company_members where user_id = p.id order by created_at desc limit 100
        ) m join public.companies c on c.id = m.company_id
      ),
      'specialist', (select to_jsonb(s) from public.specialists s where s.user_id = p.id),
      'packages', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'package_id', k.id, 'company_id', k.company_id, 'session_type', t.name, 'given_by', k.given_by, 'sessions', k.sessions,
          'sessions_left', private.package_left(k), 'expires_on', k.expires_on, 'status', k.status
        ) order by k.created_at desc), '[]')
        from (select * from public.booking_packages where user_id = p.id order by created_at desc limit 100) k
        join public.session_types t on t.id = k.session_type_id
      ),
      'bookings', (select count(*) from public.bookings b where b.employee_id = p.id),
      'terms_acceptance', (
        select coalesce(jsonb_agg(to_jsonb(a) order by a.accepted_at desc), '[]')
        from (select * from public.terms_acceptance where user_id = p.id order by accepted_at desc limit 100) a
      ),
      'email_verification_tokens', (
        select coalesce(jsonb_agg(to_jsonb(t) - array['id', 'token_hash'] order by t.created_at desc), '[]')
        from (select * from public.email_verification_tokens where user_id = p.id order by created_at desc limit 100) t
      ),
      'password_reset_tokens', (
        select coalesce(jsonb_agg(to_jsonb(t) - array['id', 'token_hash'] order by t.created_at desc), '[]')
        from (select * from public.password_reset_tokens where user_id = p.id order by created_at desc limit 100) t
      ),
      'email_changes', (
        select coalesce(jsonb_agg(to_jsonb(h) order by h.created_at desc), '[]')
        from (select * from public.email_changes where user_id = p.id order by created_at desc limit 100) h
      )
    )
    from public.profiles p where p.id = p_user_id
  );
end;
$$;

comment on function private.person_record(uuid) is 'The answer of read_person(), or null when there is no such person.';

create function private.read_person(p_user_id uuid, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_person constant jsonb := private.person_record(p_user_id);
begin
  if v_person is null then
    raise sqlstate 'PT404' using message = 'person_not_found', detail = 'There is no such person.';
  end if;
  perform private.write_audit(
    'person.read', 'profiles', p_user_id::text, p_user_id, null, null,
    jsonb_build_object('source', 'read_person', 'reason', v_reason)
  );
  return v_person;
end;
$$;

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
  'A platform admin reads a person: profile, roles, memberships, specialist, packages, accepted documents, links mailed, changes of address (of each the latest hundred), and how many '
  'bookings (never which). Audited under the person, with the reason. Errors: forbidden (403), person_not_found (404), reason_required (422).';

grant execute on function public.read_person(uuid, text) to authenticated;
