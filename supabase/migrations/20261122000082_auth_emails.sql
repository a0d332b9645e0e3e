-- Mails that Auth asks for: what is done in place of each.
--
-- Called: take_auth_email() by service_role, from auth-send-email, while Auth waits inside its transaction. So nothing here
-- waits for a lock that Auth may hold, or needs a row that it has not committed. What else Auth would mail has a trigger that
-- mails ours: docs/decisions/auth-asks-and-we-mail.md has all.

create domain private.auth_email_action as text check (value in ('password_reset', 'email_change', 'sign_in_link'));
comment on domain private.auth_email_action is 'What is done in place of a mail of Auth''s.';

create table private.auth_emails (
  dedupe_key text primary key check (dedupe_key ~ '^[0-9a-f]{64}$'),
  action private.auth_email_action not null,
  taken_at timestamptz not null default now()
);

comment on table private.auth_emails is
  'Mails of Auth''s that were seen to, so that each is once in a minute, however often Auth tries or is asked. No token, no address.';
comment on column private.auth_emails.dedupe_key is
  'HMAC-SHA-256 of the mail''s type and account, and of the token hash where the address changes, hex. The key is outside the database.';

create index auth_emails_taken_at_idx on private.auth_emails (taken_at);

alter table private.auth_emails enable row level security;
alter table private.auth_emails force row level security;
revoke all on table private.auth_emails from public, anon, authenticated, service_role;

-- Whoever has no address any more, or none that is confirmed, is told nothing: an account is in nobody's hands before. That
-- there are no links to sign in with is told once a day, since anybody may ask for one with a stranger's address.
create function private.notify_of_sign_in_link(p_user_id uuid)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_email(
    'sign_in_link', id, email, jsonb_build_object('noticed_at', private.iso_timestamp(now())), 'security',
    'sign_in_link:' || id || ':' || (now() at time zone 'UTC')::date
  )
  from public.profiles where id = p_user_id and email_confirmed_at is not null;
$$;

comment on function private.notify_of_sign_in_link(uuid) is 'Queues the word that nobody signs in by a link, once a day.';

-- Auth makes another code whenever it is asked, and anybody may ask for a stranger's account: so a reset or a link to sign
-- in with is told apart by the account, not by the code, and its one row is written anew.
create function private.take_auth_email(
  p_action text, p_user_id uuid, p_dedupe_key text, p_address_key text, p_new_email text, p_request_id uuid
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_context constant jsonb := jsonb_build_object('request_id', p_request_id, 'source', 'take_auth_email');
  v_admission jsonb;
begin
  insert into private.auth_emails as a (dedupe_key, action) values (p_dedupe_key, p_action)
  on conflict (dedupe_key) do update set taken_at = now() where a.taken_at <= now() - interval '1 minute';
  if not found then
    return jsonb_build_object('outcome', 'repeated');
  end if;
  case p_action
    when 'password_reset' then
      select private.request_token(p_action, email, p_address_key, null, v_context) into v_admission
      from public.profiles where id = p_user_id and email is not null;
    when 'email_change' then
      select private.request_email_change(id, p_new_email, p_address_key, null, v_context) into v_admission
      from public.profiles where id = p_user_id;
    when 'sign_in_link' then
      perform private.notify_of_sign_in_link(p_user_id);
  end case;
  if not coalesce((v_admission ->> 'allowed')::boolean, true) then
    delete from private.auth_emails where dedupe_key = p_dedupe_key;
    return jsonb_build_object('outcome', 'limited', 'retry_after_seconds', v_admission -> 'retry_after_seconds');
  end if;
  return jsonb_build_object('outcome', 'taken');
end;
$$;

comment on function private.take_auth_email(text, uuid, text, text, text, uuid) is 'See public.take_auth_email().';
grant execute on function private.take_auth_email(text, uuid, text, text, text, uuid) to service_role;

create function public.take_auth_email(
  p_action text, p_user_id uuid, p_dedupe_key text, p_address_key text default null, p_new_email text default null, p_request_id uuid default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.take_auth_email(p_action, p_user_id, p_dedupe_key, p_address_key, p_new_email, p_request_id);
$$;

comment on function public.take_auth_email(text, uuid, text, text, text, uuid) is
  'Has a mail of ours sent in place of one of Auth''s, with the key by which the address cools down where that has a link. '
  'Outcome: taken, repeated (within the minute), limited (with retry_after_seconds) where the person asks for too many addresses.';
grant execute on function public.take_auth_email(text, uuid, text, text, text, uuid) to service_role;

-- An account that an admin invites has no password, so the link is one behind which a password is chosen. As
-- issue_email_verification_for_account(), which leaves out who was invited.
create function private.issue_invited_sign_up()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_cooldown constant interval := make_interval(secs => private.setting('token_request_cooldown_seconds')::int);
begin
  perform private.issue_sign_up(p.email, p.locale, now(), 'invited')
  from auth.users u join public.profiles p on p.id = u.id
  where u.id = new.id and u.email = new.email and u.invited_at is not null and u.email_confirmed_at is null and u.deleted_at is null
    and p.email is not null
    and not exists (
      select from private.sign_up_tokens t
      where t.email = p.email and (t.created_at = now() or t.created_at > now() - v_cooldown)
    );
  return null;
end;
$$;

comment on function private.issue_invited_sign_up() is
  'Trigger on auth.users: an account to which Auth would mail an invitation gets ours, at most once in the cooldown.';

create constraint trigger issue_invited_sign_up after update on auth.users
  deferrable initially deferred
  for each row
  when (
    new.invited_at is not null and new.email_confirmed_at is null and new.email <> ''
    and new.confirmation_sent_at > coalesce(old.confirmation_sent_at, '-infinity')
  )
  execute function private.issue_invited_sign_up();
