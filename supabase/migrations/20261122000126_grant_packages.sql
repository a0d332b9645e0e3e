-- Granting packages: a platform admin to whomever, a company's admin to a member as far as the plan goes; and correcting one.
--
-- Called: by platform admins, and by admins of the company.
--
-- What a company may give depends on what it gave alone, never on what of it was used or has lapsed: else a refusal would tell
-- its admins who books.

create function private.check_package(p_sessions int, p_expires_on date)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_today constant date := (now() at time zone 'UTC')::date;
begin
  if p_sessions is null or p_sessions not between 1 and 50 then
    raise sqlstate 'PT422' using message = 'invalid_sessions', detail = 'A package has 1 to 50 sessions.';
  elsif p_expires_on is null or p_expires_on < v_today or p_expires_on > v_today + 730 then
    raise sqlstate 'PT422' using message = 'invalid_expiry', detail = 'The last day of a package is within two years.';
  end if;
end;
$$;

comment on function private.check_package(int, date) is 'Refuses what is no package: invalid_sessions, invalid_expiry.';

create function private.add_package(
  p_user_id uuid, p_company_id uuid, p_session_type_id uuid, p_given_by text, p_sessions int, p_expires_on date, p_metadata jsonb
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_package public.booking_packages;
begin
  if not exists (
    select from public.session_types t join public.pillars p on p.id = t.pillar_id where t.id = p_session_type_id and t.is_active and p.is_active
  ) then
    raise sqlstate 'PT404' using message = 'session_type_not_found', detail = 'There is no such type of session on offer.';
  end if;
  perform private.check_package(p_sessions, p_expires_on);
  insert into public.booking_packages (user_id, company_id, session_type_id, given_by, granted_by, sessions, expires_on)
  values (p_user_id, p_company_id, p_session_type_id, p_given_by, private.user_id(), p_sessions, p_expires_on)
  returning * into v_package;
  perform private.write_audit(
    'package.granted', 'booking_packages', v_package.id::text, p_user_id, null,
    jsonb_build_object('company_id', p_company_id, 'session_type_id', p_session_type_id, 'sessions', p_sessions, 'expires_on', p_expires_on, 'given_by', p_given_by),
    p_metadata
  );
  return v_package.id;
end;
$$;

comment on function private.add_package(uuid, uuid, uuid, text, int, date, jsonb) is
  'Makes a package, and the audit entry of it. Errors: session_type_not_found (404), invalid_sessions, invalid_expiry (422).';

create function private.grant_package(
  p_user_id uuid, p_session_type_id uuid, p_sessions int, p_expires_on date, p_reason text, p_company_id uuid
)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_company_id uuid;
begin
  perform private.hold_accounts(p_user_id, private.user_id());
  select m.company_id into v_company_id
  from public.company_members m
  where m.user_id = p_user_id and m.status = 'active' and (p_company_id is null or m.company_id = p_company_id)
  order by m.created_at, m.company_id
  limit 1;
  if not found then
    raise sqlstate 'PT404' using message = 'member_not_found', detail = 'The person is a member of no company, or not of this one.';
  end if;
  return private.add_package(
    p_user_id, v_company_id, p_session_type_id, 'platform', p_sessions, p_expires_on,
    jsonb_build_object('source', 'grant_package', 'reason', v_reason)
  );
end;
$$;

create function private.grant_company_package(
  p_company_id uuid, p_user_id uuid, p_session_type_id uuid, p_sessions int, p_expires_on date
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_most int;
  v_given int;
begin
  perform private.lock_company_as_admin(p_company_id, p_user_id);
  if not private.is_member(p_company_id, p_user_id) then
    raise sqlstate 'PT404' using message = 'member_not_found', detail = 'There is no such member of your company.';
  end if;
  perform private.check_package(p_sessions, p_expires_on);
  select package_sessions into v_most from private.company_entitlement(p_company_id);
  if not found then
    raise sqlstate 'PT409' using message = 'no_plan', detail = 'Your company has no plan at present.';
  end if;
  select coalesce(sum(sessions - corrected), 0) into v_given
  from public.booking_packages
  where company_id = p_company_id and user_id = p_user_id and given_by = 'company' and created_at > now() - interval '365 days';
  if v_given + p_sessions > v_most then
    raise sqlstate 'PT409' using message = 'package_limit',
      detail = format('By your plan a member is given %s sessions in packages within a year, and this one was given %s.', v_most, v_given);
  end if;
  perform private.add_package(
    p_user_id, p_company_id, p_session_type_id, 'company', p_sessions, p_expires_on, jsonb_build_object('source', 'grant_company_package')
  );
end;
$$;

-- Behind the lock of the person's calendar, which whoever uses a session of theirs holds.
create function private.correct_package(p_package_id uuid, p_change int, p_reason text, p_expires_on date)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_package public.booking_packages;
  v_before public.booking_packages;
begin
  perform private.hold_accounts(user_id, private.user_id()) from public.booking_packages where id = p_package_id;
  perform private.lock_booking_parties(null, user_id) from public.booking_packages where id = p_package_id;
  select * into v_before from public.booking_packages where id = p_package_id for no key update;
  if not found then
    raise sqlstate 'PT404' using message = 'package_not_found', detail = 'There is no such package.';
  elsif p_change is null or v_before.sessions + p_change not between 0 and 100 or private.package_left(v_before) + p_change < 0 then
    raise sqlstate 'PT422' using message = 'invalid_sessions', detail = 'A package has at most 100 sessions, and none is taken that is used.';
  elsif p_expires_on is not null then
    perform private.check_package(1, p_expires_on);
  elsif v_before.status = 'ended' and p_change > 0 then
    raise sqlstate 'PT422' using message = 'invalid_expiry', detail = 'The package has ended. Say until when there are more.';
  end if;
  update public.booking_packages
  set sessions = sessions + p_change, expires_on = coalesce(p_expires_on, expires_on), status = case when p_expires_on is null then status else 'active' end
  where id = p_package_id
  returning * into v_package;
  -- Where there are fewer, those that are used have the first numbers.
  update private.package_uses u set number = f.number
  from (
    select booking_id, row_number() over (order by number) as n from private.package_uses
    where package_id = p_package_id and is_used and number > v_package.sessions
  ) used
  join (
    select g.number, row_number() over (order by g.number) as n from generate_series(1, v_package.sessions) g (number)
    where not exists (select from private.package_uses o where o.package_id = p_package_id and o.is_used and o.number = g.number)
  ) f using (n)
  where u.booking_id = used.booking_id;
  perform private.write_audit(
    'package.corrected', 'booking_packages', p_package_id::text, v_package.user_id,
    jsonb_build_object('sessions', v_before.sessions, 'expires_on', v_before.expires_on),
    jsonb_build_object('sessions', v_package.sessions, 'expires_on', v_package.expires_on),
    jsonb_build_object('source', 'correct_package', 'reason', v_reason)
  );
  return private.package_left(v_package);
end;
$$;

grant execute on function private.grant_package(uuid, uuid, int, date, text, uuid) to authenticated;
grant execute on function private.grant_company_package(uuid, uuid, uuid, int, date) to authenticated;
grant execute on function private.correct_package(uuid, int, text, date) to authenticated;

create function public.grant_package(
  p_user_id uuid, p_session_type_id uuid, p_sessions int, p_expires_on date, p_reason text, p_company_id uuid default null
)
returns uuid
language sql
security invoker
set search_path = ''
as $$
  select private.grant_package(p_user_id, p_session_type_id, p_sessions, p_expires_on, p_reason, p_company_id);
$$;

create function public.grant_company_package(
  p_company_id uuid, p_user_id uuid, p_session_type_id uuid, p_sessions int, p_expires_on date
)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.grant_company_package(p_company_id, p_user_id, p_session_type_id, p_sessions, p_expires_on);
$$;

create function public.correct_package(p_package_id uuid, p_change int, p_reason text, p_expires_on date default null)
returns int
language sql
security invoker
set search_path = ''
as $$
  select private.correct_package(p_package_id, p_change, p_reason, p_expires_on);
$$;

comment on function public.grant_package(uuid, uuid, int, date, text, uuid) is
  'A platform admin gives a person a package of sessions of a type, as a member of p_company_id or of their longest-standing company, and says why; answers its id. '
  'Errors: forbidden (403), member_not_found, session_type_not_found (404), reason_required, invalid_sessions, invalid_expiry (422).';
comment on function public.grant_company_package(uuid, uuid, uuid, int, date) is
  'An admin of a company gives a member a package of sessions of a type, as far as its plan goes. What becomes of it they do not learn. '
  'Errors: unauthenticated (401), forbidden (403), member_not_found, session_type_not_found (404), no_plan, package_limit (409), invalid_sessions, invalid_expiry (422).';
comment on function public.correct_package(uuid, int, text, date) is
  'A platform admin adds sessions to a package or takes some that are not used, and may give it another last day; answers how many are left. '
  'Errors: forbidden (403), package_not_found (404), reason_required, invalid_sessions, invalid_expiry (422).';

grant execute on function public.grant_package(uuid, uuid, int, date, text, uuid) to authenticated;
grant execute on function public.grant_company_package(uuid, uuid, uuid, int, date) to authenticated;
grant execute on function public.correct_package(uuid, int, text, date) to authenticated;
