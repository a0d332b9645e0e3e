-- Callers: who somebody is by their session, and what they are to the whole platform. Roles inside a company are
-- company_members.
--
-- Read:  a person their own roles; a platform admin all.
-- Write: grant_platform_admin() and revoke_platform_admin(); 'specialist' and 'employee' follow from elsewhere.

-- An access token is valid until it expires, and says nothing of a sign-out since. auth.uid() believes
-- the token; this asks whether its session still stands, and whether its account does: a ban ends no
-- session in Auth. And whether it has shown the second factor that the person has: Auth gives a session to whoever has the
-- password alone. docs/decisions/ended-sessions.md.
-- In plpgsql for the sake of its plan: a sql function that runs as its owner is planned by every
-- statement. The claims are parsed once, which takes most of the time.
create function private.user_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_claims constant jsonb := auth.jwt();
begin
  return (
    select s.user_id from auth.sessions s join auth.users u on u.id = s.user_id
    where s.id = nullif(v_claims ->> 'session_id', '')::uuid
      and s.user_id = nullif(v_claims ->> 'sub', '')::uuid
      and (s.not_after is null or s.not_after > now())
      and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now())
      and (s.aal > 'aal1' or not exists (select from auth.mfa_factors f where f.user_id = s.user_id and f.status = 'verified'))
  );
end;
$$;

comment on function private.user_id() is
  'The signed-in person, or null: also for a token whose session was ended, is over, was never named or lacks the second factor that the person has, '
  'or whose account is banned or deleted. '
  'Every policy and function that decides by the caller uses it, wrapped: (select private.user_id()).';

grant execute on function private.user_id() to authenticated, service_role;

create function public.current_user_id()
returns uuid
language sql
stable
security invoker
set search_path = ''
as $$
  select private.user_id();
$$;

comment on function public.current_user_id() is
  'The id of the caller, or null once their session has ended. An edge function asks as the person and then, as the service, '
  'records what it knows of the request by itself, such as an address that the person could make up.';

grant execute on function public.current_user_id() to authenticated;

-- Of a session that private.user_id() has vouched for.
create function private.has_shown_second_factor()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select from auth.sessions where id = nullif(auth.jwt() ->> 'session_id', '')::uuid and aal > 'aal1');
end;
$$;

comment on function private.has_shown_second_factor() is 'Whether the caller''s session has shown a second factor, as Auth has it and whatever the token says.';

create table public.user_roles (
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('platform_admin', 'specialist', 'employee')),
  granted_by uuid references auth.users (id) on delete set null,
  needs_second_factor boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (user_id, role)
);

comment on table public.user_roles is 'Platform-wide roles of a person. A role is granted or taken, never edited.';
comment on column public.user_roles.granted_by is 'The admin who granted it; null when the system did.';
comment on column public.user_roles.needs_second_factor is
  'Whether who has the role of a platform admin is one only in a session that has shown a second factor. False by the owner of the database alone, as for demo people; the other roles open nothing.';

create index user_roles_granted_by_idx on public.user_roles (granted_by);

select private.keep_no_statistics('public.user_roles');

alter table public.user_roles enable row level security;
alter table public.user_roles force row level security;
revoke all on table public.user_roles from public, anon, authenticated, service_role;
grant select (user_id, role, granted_by, needs_second_factor, created_at) on public.user_roles to authenticated;
grant select on public.user_roles to service_role;

create function private.is_platform_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from public.user_roles
    where user_id = (select private.user_id()) and role = 'platform_admin' and (not needs_second_factor or private.has_shown_second_factor())
  );
end;
$$;

comment on function private.is_platform_admin() is
  'Whether the caller is a platform admin, in a session that has shown a second factor where the role asks for one. In a policy, wrap it: (select private.is_platform_admin()).';

grant execute on function private.is_platform_admin() to authenticated, service_role;

create policy "A person sees their own roles, a platform admin all"
  on public.user_roles for select to authenticated
  using (user_id = (select private.user_id()) or (select private.is_platform_admin()));

create function private.require_platform_admin()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not private.is_platform_admin() then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'Platform admins only, who have shown a second factor at sign-in.';
  end if;
end;
$$;

comment on function private.require_platform_admin() is 'Refuses everybody but platform admins: unauthenticated (401), forbidden (403).';
