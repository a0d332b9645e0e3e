-- The first confirmation of an account: what was said of its person before it, somebody else may have said.
--
-- Called: by triggers on auth.users, whichever link or call confirms the address. docs/decisions/who-confirms-introduces-themselves.md

create function private.introduce(p_user_id uuid, p_said jsonb)
returns void
language sql
set search_path = ''
as $$
  update public.profiles p set display_name = i.display_name, locale = i.locale, time_zone = i.time_zone
  from private.introduction(p_said) i where p.id = p_user_id;
$$;

comment on function private.introduce(uuid, jsonb) is 'Name, language and time zone of a person anew: what they say, and the defaults for what they do not.';

create function private.introduction_fault(p_said jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when private.name_fault(p_said ->> 'display_name', 100) is not null then 'invalid_name'
    when trim(p_said ->> 'locale') <> '' and private.language_tag(p_said ->> 'locale') is null then 'invalid_locale'
  end;
$$;

comment on function private.introduction_fault(jsonb) is 'invalid_name or invalid_locale where a person who introduces themselves should say it again, or null.';

-- An account that is made and confirmed in one transaction, by an admin or a provider, has its words from whoever
-- vouches for it. Of two transactions one never has the start of the other.
create function private.was_signed_up_before(p_user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select from public.profiles where id = p_user_id and created_at < now());
$$;

comment on function private.was_signed_up_before(uuid) is 'Whether an account was there before this transaction.';

-- consume_email_verification() has asked who they are already.
create function private.follow_first_confirmation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.was_signed_up_before(new.id) and not exists (
    select from public.email_verification_tokens
    where user_id = new.id and email = private.email_address(new.email) and verified_at is not null
  ) then
    perform private.introduce(new.id, null);
  end if;
  return null;
end;
$$;

comment on function private.follow_first_confirmation() is
  'Trigger on auth.users: who confirms an account by another way than its link has not said yet who they are.';

create trigger follow_first_confirmation after update on auth.users
  for each row
  when (old.email_confirmed_at is null and new.email_confirmed_at is not null and old.phone_confirmed_at is null)
  execute function private.follow_first_confirmation();

-- Auth writes its copy of the metadata once more after it has confirmed the address, so this waits for the end of
-- its transaction. Left is what Auth itself puts there.
create function private.forget_sign_up_metadata()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.was_signed_up_before(new.id) then
    update auth.identities
    set identity_data = jsonb_build_object('sub', user_id, 'email', new.email, 'email_verified', true, 'phone_verified', false)
    where user_id = new.id and provider = 'email';
    update auth.users
    set raw_user_meta_data = jsonb_build_object('sub', id, 'email', email, 'email_verified', true, 'phone_verified', phone_confirmed_at is not null)
    where id = new.id;
  end if;
  return null;
end;
$$;

comment on function private.forget_sign_up_metadata() is
  'Trigger on auth.users: what came with a sign-up leaves the metadata of the account and of its identity when it is confirmed.';

create constraint trigger forget_sign_up_metadata after update on auth.users
  deferrable initially deferred
  for each row
  when (old.email_confirmed_at is null and new.email_confirmed_at is not null and old.phone_confirmed_at is null)
  execute function private.forget_sign_up_metadata();
