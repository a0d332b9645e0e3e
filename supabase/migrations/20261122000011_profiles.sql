-- Profiles: the product's side of an account. One row per person, kept in step with Auth.
--
-- Read:  the person alone. Others meet a name only through functions that narrow it:
--        company_directory(), specialist_agenda(), and for platform admins the audited read_person().
-- Write: the person their name, language and time zone; triggers on auth.users the rest.

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  email public.email_address,
  email_confirmed_at timestamptz,
  display_name public.shown_name not null default '' check (length(display_name) <= 100),
  locale public.language_tag not null default 'en',
  time_zone text not null default 'UTC' references private.time_zones (name),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint only_an_address_is_confirmed check (email_confirmed_at is null or email is not null)
);

comment on table public.profiles is 'Name, language and time zone of a person, and a copy of their address as Auth knows it.';
comment on column public.profiles.email is 'Follows auth.users.email, by which Auth finds the account; never written by clients.';
comment on column public.profiles.email_confirmed_at is
  'Since when the account has a confirmed address, by this database''s clock. Auth''s own moves with every reset of the password.';
comment on column public.profiles.locale is 'The language of their mails.';

create index profiles_email_idx on public.profiles (email);
create index profiles_time_zone_idx on public.profiles (time_zone);

create trigger touch_updated_at before update on public.profiles
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of display_name, locale on public.profiles
  for each row execute function private.keep_in_form('display_name', 'shown_name', 'locale', 'language_tag');

-- Addresses are looked up, and are as good as unique: that is all there is to know of them.
select private.keep_no_statistics('public.profiles', p_but => 'email');

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
revoke all on table public.profiles from public, anon, authenticated, service_role;
grant select (
  id, email, email_confirmed_at, display_name, locale, time_zone, created_at, updated_at
), update (display_name) on public.profiles to authenticated;
grant select on public.profiles to service_role;

create policy "A person sees their own profile"
  on public.profiles for select to authenticated
  using (id = (select private.user_id()));

create policy "A person changes their own profile"
  on public.profiles for update to authenticated
  using (id = (select private.user_id()))
  with check (id = (select private.user_id()));

-- An introduction is free text. A value that the profile would refuse is replaced by the
-- default: nobody fails to sign up over a time zone.
create function private.introduction(p_said jsonb, out display_name text, out locale text, out time_zone text)
language plpgsql
stable
set search_path = ''
as $$
begin
  display_name := private.shown_name(coalesce(p_said ->> 'display_name', p_said ->> 'full_name', p_said ->> 'name'));
  display_name := case when length(display_name) <= 100 then display_name else '' end;
  locale := coalesce(private.language_tag(p_said ->> 'locale'), 'en');
  time_zone := coalesce(private.zone_name(p_said ->> 'time_zone'), 'UTC');
end;
$$;

comment on function private.introduction(jsonb) is 'Name, language and time zone as a profile takes them; the defaults for what was not said, or not so.';

-- The person who signs an address up may not be the one who reads its mail: what they said here holds until the address is
-- confirmed (docs/decisions/who-confirms-introduces-themselves.md).
create function private.handle_new_user()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profiles (id, email, email_confirmed_at, display_name, locale, time_zone)
  select new.id, e, case when e is not null then new.email_confirmed_at end, i.display_name, i.locale, i.time_zone
  from private.introduction(new.raw_user_meta_data) i, private.email_address(new.email) e
  on conflict (id) do nothing;
  return null;
end;
$$;

comment on function private.handle_new_user() is 'Trigger on auth.users: gives every new account its profile.';

create trigger handle_new_user after insert on auth.users
  for each row execute function private.handle_new_user();

create function private.follow_auth_user()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.profiles
  set email = e,
      email_confirmed_at = case when new.email_confirmed_at is not null and e is not null then coalesce(email_confirmed_at, now()) end
  from private.email_address(new.email) e
  where id = new.id;
  return null;
end;
$$;

comment on function private.follow_auth_user() is 'Trigger on auth.users: a changed or confirmed address reaches the profile.';

create trigger follow_auth_user after update on auth.users
  for each row
  when (
    old.email is distinct from new.email
    or (old.email_confirmed_at is null) <> (new.email_confirmed_at is null)
  )
  execute function private.follow_auth_user();
