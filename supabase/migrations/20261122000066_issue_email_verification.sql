-- Issuing e-mail verification: at sign-up, when an unconfirmed address signs up again or changes, on request.
--
-- Called: by the triggers below and by private.process_token_requests(). A newer token of a
-- person takes the place of the older one, and the mail is queued in the same transaction.

create function private.issue_email_verification(p_user_id uuid, p_email text, p_now timestamptz default now())
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_token public.email_verification_tokens;
begin
  -- One issue per person at a time, so that of two at once the later one wins. It waits for a
  -- person who is being deleted, before it holds anything that the deletion waits for.
  perform from public.profiles where id = p_user_id for no key update;
  if not found or private.email_address(p_email) is null then
    return null;
  end if;
  update public.email_verification_tokens
  set superseded_at = greatest(p_now, created_at)
  where user_id = p_user_id and verified_at is null and superseded_at is null;
  insert into public.email_verification_tokens (user_id, email, created_at, expires_at, max_attempts)
  values (
    p_user_id, private.email_address(p_email), p_now, p_now + private.token_lifetime('email_verification'),
    private.setting('token_max_attempts')::int
  )
  returning * into v_token;
  perform private.enqueue_email(
    'verify_email', p_user_id, v_token.email,
    jsonb_build_object('expires_at', private.iso_timestamp(v_token.expires_at)),
    'security', 'email_verification:' || v_token.id, 'email_verification', v_token.id,
    p_not_before => p_now
  );
  return v_token.id;
end;
$$;

comment on function private.issue_email_verification(uuid, text, timestamptz) is
  'Issues a verification token for an address of a person, retires older ones, queues the mail. Returns the token''s id.';

-- Auth makes an account unconfirmed and confirms it by a later statement of the same transaction, and changes an
-- address beside other things. So this looks again, at the end, at what it all came to. Signing up again with an address
-- that nobody has confirmed changes nothing in an account, but Auth notes that it sends its own mail anew; so it does
-- where it is asked to. That mail is never sent, and ours takes its place, within the limits of any other request. Who is
-- invited gets another link.
create function private.issue_email_verification_for_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select from auth.users
    where id = new.id and email = new.email and email <> '' and email_confirmed_at is null and deleted_at is null and invited_at is null
  ) and (tg_op = 'INSERT' or new.email is distinct from old.email or private.is_due_a_token('email_verification', new.id, now())) then
    perform private.issue_email_verification(new.id, new.email);
  end if;
  return null;
end;
$$;

comment on function private.issue_email_verification_for_account() is
  'Trigger on auth.users: an account whose address is unconfirmed when the transaction ends gets its verification mail, and another when Auth sends one anew.';

create constraint trigger issue_email_verification after insert on auth.users
  deferrable initially deferred
  for each row
  when (new.email_confirmed_at is null and new.email <> '')
  execute function private.issue_email_verification_for_account();

create constraint trigger issue_email_verification_again after update on auth.users
  deferrable initially deferred
  for each row
  when (
    new.email_confirmed_at is null and new.email <> ''
    and (new.email is distinct from old.email or new.confirmation_sent_at > coalesce(old.confirmation_sent_at, '-infinity'))
  )
  execute function private.issue_email_verification_for_account();
