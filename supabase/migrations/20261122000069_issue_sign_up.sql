-- Asking to sign up, and the mail about it.
--
-- Called: request_sign_up() by service_role, from auth-sign-up; the rest by private.process_token_requests().
--
-- What an address is, is told to its mailbox alone: a link to nobody and to an account that nobody has confirmed, and to
-- whoever has an account that they have one.

create function public.request_sign_up(
  p_email text, p_address_key text, p_client_key text default null, p_context jsonb default null, p_locale text default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.request_token('sign_up', p_email, p_address_key, p_client_key, p_context, p_locale => p_locale);
$$;

comment on function public.request_sign_up(text, text, text, jsonb, text) is
  'Somebody asks to sign up. As request_email_verification(); p_locale: the language of the mail, English where it is none.';

grant execute on function public.request_sign_up(text, text, text, jsonb, text) to service_role;

-- The holder's own mail is in their language, and in their log of mails.
create function private.issue_sign_up(p_email text, p_locale text, p_now timestamptz default now())
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_holder uuid;
  v_token private.sign_up_tokens;
begin
  select id into v_holder from public.profiles where email = p_email and email_confirmed_at is not null;
  if found then
    perform private.enqueue_email(
      'sign_up_taken', v_holder, p_email, '{}', 'security', 'sign_up_taken:' || v_holder || ':' || extract(epoch from p_now), p_not_before => p_now
    );
    return null;
  end if;
  update private.sign_up_tokens set superseded_at = greatest(p_now, created_at)
  where email = p_email and used_at is null and superseded_at is null;
  insert into private.sign_up_tokens (email, created_at, expires_at, max_attempts)
  values (p_email, p_now, p_now + private.token_lifetime('sign_up'), private.setting('token_max_attempts')::int)
  returning * into v_token;
  perform private.enqueue_email(
    'sign_up', null, v_token.email,
    jsonb_build_object('expires_at', private.iso_timestamp(v_token.expires_at), 'locale', coalesce(p_locale, 'en')),
    'security', 'sign_up:' || v_token.id, 'sign_up', v_token.id, p_not_before => p_now
  );
  return v_token.id;
end;
$$;

comment on function private.issue_sign_up(text, text, timestamptz) is
  'Mails an address a link that completes a sign-up, in place of an older one, or that it has an account already. Returns the token''s id.';

-- In the order of addresses, whose rows it locks: two dispatchers must not deadlock.
create function private.process_sign_up_requests(p_now timestamptz, p_limit int)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_request record;
  v_looked_at int := 0;
  v_last text;
begin
  for v_request in
    select t.email, t.may_mail, t.locale from private.take_token_requests('sign_up', p_now, p_limit) t order by t.email
  loop
    -- Two who asked at the same instant left two rows.
    if v_request.may_mail and v_request.email is distinct from v_last then
      perform private.issue_sign_up(v_request.email, v_request.locale, p_now);
    end if;
    v_last := v_request.email;
    v_looked_at := v_looked_at + 1;
  end loop;
  return v_looked_at;
end;
$$;

comment on function private.process_sign_up_requests(timestamptz, int) is
  'Turns waiting requests into links that complete a sign-up, and their mails. Returns how many it looked at.';
