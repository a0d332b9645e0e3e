-- Catalogue: pillars (areas of wellbeing) and the session types offered in them (T11).
--
-- Read:  everybody what is active, without signing in; platform admins all of it.
-- Write: platform admins, and each change is audited. A retired row is switched off, never deleted: bookings refer to it.

create domain public.session_kind as text check (value in ('initial_consultation', 'follow_up', 'assessment', 'coaching', 'workshop'));
comment on domain public.session_kind is 'The purposes of sessions.';

create table public.pillars (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
  name public.shown_name not null check (name <> '' and length(name) <= 100),
  description text not null default '' check (length(description) <= 2000),
  sort_order int not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.pillars is 'An area of wellbeing that specialists work in.';

create table public.session_types (
  id uuid primary key default gen_random_uuid(),
  pillar_id uuid not null references public.pillars (id) on delete restrict,
  kind public.session_kind not null,
  name public.shown_name not null check (name <> '' and length(name) <= 100),
  description text not null default '' check (length(description) <= 2000),
  default_minutes int not null check (default_minutes between 15 and 240 and default_minutes % 5 = 0),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (pillar_id, name)
);

comment on table public.session_types is 'A kind of session within a pillar, with its usual length.';
comment on column public.session_types.default_minutes is 'Length of a booking of this type, in minutes.';

create trigger touch_updated_at before update on public.pillars
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.session_types
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of name on public.pillars
  for each row execute function private.keep_in_form('name', 'shown_name');
create trigger keep_in_form before insert or update of name on public.session_types
  for each row execute function private.keep_in_form('name', 'shown_name');
create trigger audit_change after insert or update or delete on public.pillars
  for each row execute function private.audit_change('id');
create trigger audit_change after insert or update or delete on public.session_types
  for each row execute function private.audit_change('id');

alter table public.pillars enable row level security;
alter table public.pillars force row level security;
alter table public.session_types enable row level security;
alter table public.session_types force row level security;
revoke all on table public.pillars, public.session_types from public, anon, authenticated, service_role;
grant select (id, slug, name, description, sort_order, is_active, created_at, updated_at) on public.pillars to anon, authenticated;
grant select (id, pillar_id, kind, name, description, default_minutes, is_active, created_at, updated_at)
  on public.session_types to anon, authenticated;
grant select on public.pillars, public.session_types to service_role;
grant insert (slug, name, description, sort_order, is_active),
  update (slug, name, description, sort_order, is_active)
  on public.pillars to authenticated;
grant insert (pillar_id, kind, name, description, default_minutes, is_active),
  update (kind, name, description, default_minutes, is_active)
  on public.session_types to authenticated;

create policy "Everybody sees active pillars"
  on public.pillars for select to anon
  using (is_active);

create policy "A signed-in person sees active pillars, an admin all"
  on public.pillars for select to authenticated
  using (is_active or (select private.is_platform_admin()));

create policy "A platform admin adds pillars"
  on public.pillars for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A platform admin changes pillars"
  on public.pillars for update to authenticated
  using ((select private.is_platform_admin()))
  with check ((select private.is_platform_admin()));

create policy "Everybody sees active session types"
  on public.session_types for select to anon
  using (is_active);

create policy "A signed-in person sees active session types, an admin all"
  on public.session_types for select to authenticated
  using (is_active or (select private.is_platform_admin()));

create policy "A platform admin adds session types"
  on public.session_types for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A platform admin changes session types"
  on public.session_types for update to authenticated
  using ((select private.is_platform_admin()))
  with check ((select private.is_platform_admin()));
