-- Specialists and the pillars they work in.
--
-- Read:  everybody the public columns of verified specialists; a specialist their own row;
--        a platform admin all rows.
-- Write: a person applies and edits their public profile, and their pillars while the application is
--        pending; afterwards a platform admin changes the pillars, which are part of what was
--        verified. Status belongs to the verification workflow: no client may write it.

create domain public.specialist_status as text check (value in ('pending', 'verified', 'rejected', 'suspended'));
comment on domain public.specialist_status is 'How an application as a specialist stands.';

create table public.specialists (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique default private.user_id() references public.profiles (id) on delete cascade,
  display_name public.shown_name not null check (display_name <> '' and length(display_name) <= 100),
  headline text not null default '' check (length(headline) <= 200),
  bio text not null default '' check (length(bio) <= 5000),
  languages text[] not null default '{en}'
    check (cardinality(languages) between 1 and 20 and languages is not distinct from private.language_tags(languages)),
  time_zone text not null default 'UTC' references private.time_zones (name),
  status public.specialist_status not null default 'pending',
  status_since timestamptz not null default now(),
  verified_at timestamptz,
  verified_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint verified_at_iff_verified check ((verified_at is not null) = (status = 'verified')),
  constraint only_the_verified_have_a_verifier check (verified_by is null or status = 'verified'),
  constraint only_the_erased_have_no_account check (user_id is not null or status = 'suspended' and verified_by is null)
);

comment on table public.specialists is 'A professional who offers sessions, bookable once verified.';
comment on column public.specialists.user_id is 'Null once the person was erased: what refers to their sessions stays, without a name.';
comment on column public.specialists.display_name is 'Public name; the private profile is not shown.';
comment on column public.specialists.languages is 'The languages of their sessions.';

create index specialists_status_idx on public.specialists (status, display_name);
create index specialists_verified_by_idx on public.specialists (verified_by);
create index specialists_time_zone_idx on public.specialists (time_zone);

create table public.specialist_pillars (
  specialist_id uuid not null references public.specialists (id) on delete cascade,
  pillar_id uuid not null references public.pillars (id) on delete restrict,
  created_at timestamptz not null default now(),
  primary key (specialist_id, pillar_id)
);

comment on table public.specialist_pillars is 'The pillars in which a specialist offers sessions.';

create index specialist_pillars_pillar_id_idx on public.specialist_pillars (pillar_id);

alter table public.specialists enable row level security;
alter table public.specialists force row level security;
alter table public.specialist_pillars enable row level security;
alter table public.specialist_pillars force row level security;
revoke all on table public.specialists, public.specialist_pillars from public, anon, authenticated, service_role;
grant select (id, display_name, headline, bio, languages, time_zone) on public.specialists to anon;
grant select (id, user_id, display_name, headline, bio, languages, time_zone, status, verified_at, created_at, updated_at),
  insert (display_name, headline, bio, languages, time_zone),
  update (display_name, headline, bio, languages, time_zone)
  on public.specialists to authenticated;
grant select (specialist_id, pillar_id, created_at) on public.specialist_pillars to anon;
grant select (specialist_id, pillar_id, created_at), insert (specialist_id, pillar_id), delete on public.specialist_pillars to authenticated;
grant select on public.specialists, public.specialist_pillars to service_role;

create function private.my_application_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select id from public.specialists where user_id = (select private.user_id()) and status = 'pending');
end;
$$;

comment on function private.my_application_id() is
  'The specialist that the caller asks to become; null once that is decided. In a policy, wrap it in a select.';

grant execute on function private.my_application_id() to authenticated, service_role;

create function private.my_specialist_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select id from public.specialists where user_id = (select private.user_id()));
end;
$$;

comment on function private.my_specialist_id() is
  'The specialist that the caller is, whatever the status; null for everybody else. In a policy, wrap it in a select.';

grant execute on function private.my_specialist_id() to authenticated, service_role;

create function private.specialist_day(p_specialist_id uuid, p_now timestamptz)
returns date
language sql
stable
set search_path = ''
as $$
  select (p_now at time zone time_zone)::date from public.specialists where id = p_specialist_id;
$$;

comment on function private.specialist_day(uuid, timestamptz) is 'The day that it is for a specialist: what is valid until a day is so until theirs ends.';

-- For what hangs on a specialist and is written directly. Of two inserts or moves that overlap, each would else find
-- the other's row at the exclusion constraint and wait for it. Before the statement, and never somebody else's row.
create function private.lock_own_specialist()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform from public.specialists where id = private.my_specialist_id() for no key update;
  return null;
end;
$$;

comment on function private.lock_own_specialist() is 'Trigger: what a specialist writes of their own goes one after the other.';

create policy "Everybody sees verified specialists"
  on public.specialists for select to anon
  using (status = 'verified');

create policy "A person sees verified specialists and themselves, admins all"
  on public.specialists for select to authenticated
  using (
    status = 'verified'
    or user_id = (select private.user_id())
    or (select private.is_platform_admin())
  );

create policy "A person applies as a specialist"
  on public.specialists for insert to authenticated
  with check (user_id = (select private.user_id()));

create policy "A specialist changes their public profile"
  on public.specialists for update to authenticated
  using (user_id = (select private.user_id()))
  with check (user_id = (select private.user_id()));

-- Visible exactly when the specialist is: the inner select is filtered by the policies above.
create policy "Everybody sees the pillars of specialists they see"
  on public.specialist_pillars for select to anon, authenticated
  using (exists (select from public.specialists s where s.id = specialist_id));

create policy "An applicant adds a pillar of theirs, an admin any"
  on public.specialist_pillars for insert to authenticated
  with check (
    specialist_id = (select private.my_application_id())
    -- Nobody extends a verification of their own.
    or ((select private.is_platform_admin()) and specialist_id is distinct from (select private.my_specialist_id()))
  );

create policy "An applicant drops a pillar of theirs, an admin any"
  on public.specialist_pillars for delete to authenticated
  using (specialist_id = (select private.my_application_id()) or (select private.is_platform_admin()));

-- 'specialist' in user_roles says: verified now. It follows the status.
create function private.follow_specialist()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.status = 'verified' then
    insert into public.user_roles (user_id, role, granted_by)
    values (new.user_id, 'specialist', new.verified_by)
    on conflict do nothing;
  else
    delete from public.user_roles where user_id = new.user_id and role = 'specialist';
  end if;
  return null;
end;
$$;

comment on function private.follow_specialist() is 'Trigger: keeps the role specialist in step with the verification.';

create function private.stamp_status()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.status_since := now();
  return new;
end;
$$;

comment on function private.stamp_status() is 'Trigger: a status that changes says when.';

create trigger stamp_status before update on public.specialists
  for each row when (old.status <> new.status) execute function private.stamp_status();
create trigger follow_specialist after insert or update of status on public.specialists
  for each row execute function private.follow_specialist();
create trigger touch_updated_at before update on public.specialists
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of display_name, languages on public.specialists
  for each row execute function private.keep_in_form('display_name', 'shown_name', 'languages', 'language_tags');
create trigger audit_change after insert or update or delete on public.specialists
  for each row execute function private.audit_change('id', 'user_id', 'headline', 'bio');
create trigger lock_own_specialist before insert or delete on public.specialist_pillars
  for each statement execute function private.lock_own_specialist();
create trigger audit_change after insert or update or delete on public.specialist_pillars
  for each row execute function private.audit_change('specialist_id');
