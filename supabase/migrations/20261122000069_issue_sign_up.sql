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

-- Behind everything else that is urgent: this is the one mail that strangers can have sent to strangers.
create function private.mail_sign_up(p_template text, p_user_id uuid, p_email text, p_locale text, p_token private.sign_up_tokens, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_email(
    p_template, p_user_id, p_email,
    jsonb_strip_nulls(jsonb_build_object('expires_at', private.iso_timestamp(p_token.expires_at), 'locale', case when p_user_id is null then coalesce(p_locale, 'en') end)),
    'security', p_template || ':' || coalesce(p_token.id::text, encode(private.address_key(p_email), 'hex') || ':' || extract(epoch from p_now)),
    case when p_token.id is not null then 'sign_up' end, p_token.id, p_not_before => p_now, p_priority => 1
  );
$$;

comment on function private.mail_sign_up(text, uuid, text, text, private.sign_up_tokens, timestamptz) is
  'Queues a mail about a sign-up: to the holder of an account in their language and for their log, else in the language that was asked for.';

create function private.sign_up_mails_of(p_email text, p_holder uuid, p_now timestamptz)
returns bigint
language sql
stable
set search_path = ''
as $$
  select (select count(*) from private.sign_up_tokens where email = p_email and created_at > p_now - interval '1 day')
    + (
      select count(*) from private.emails
      where user_id = p_holder and template_key = 'sign_up_taken' and created_at > p_now - interval '1 day'
    );
$$;

comment on function private.sign_up_mails_of(text, uuid, timestamptz) is 'How many mails about signing up an address got in a day.';

create function private.issue_sign_up(p_email text, p_locale text, p_now timestamptz default now(), p_template text default 'sign_up')
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_holder constant uuid := (select id from public.profiles where email = p_email and email_confirmed_at is not null order by id limit 1);
  v_token private.sign_up_tokens;
begin
  if private.sign_up_mails_of(p_email, v_holder, p_now) >= private.setting('sign_up_mails_per_day')::int then
    return null;
  elsif v_holder is not null then
    -- Of one who is being erased there is no log to write to. Locked below, since a select calls its functions before it locks.
    perform private.mail_sign_up('sign_up_taken', h.id, p_email, null, null, p_now)
    from (select id from public.profiles where id = v_holder for key share skip locked) h;
    return null;
  elsif private.is_address_held(p_email) then
    perform private.mail_sign_up('sign_up_moved', null, p_email, p_locale, null, p_now);
    return null;
  end if;
  update private.sign_up_tokens set superseded_at = greatest(p_now, created_at)
  where email = p_email and used_at is null and superseded_at is null;
  insert into private.sign_up_tokens (email, created_at, expires_at, max_attempts)
  values (p_email, p_now, p_now + private.token_lifetime('sign_up'), private.setting('token_max_attempts')::int)
  returning * into v_token;
  perform private.mail_sign_up(p_template, null, p_email, p_locale, v_token, p_now);
  return v_token.id;
end;
$$;

comment on function private.issue_sign_up(text, text, timestamptz, text) is
  'Mails an address a link that completes a sign-up, in place of an older one, or that it has an account already, or that one was moved from it. Returns the token''s id.';

create function private.sign_ups_lock()
returns bigint
language sql
immutable
set search_path = ''
as $$ select hashtextextended('private.process_sign_up_requests()', 0); $$;

comment on function private.sign_ups_lock() is 'The advisory lock of whoever makes links that complete sign-ups, several at once.';

create function private.lock_sign_ups_of(p_emails text[])
returns void
language sql
set search_path = ''
as $$
  select from private.sign_up_tokens
  where email = any (p_emails) order by id for update;
$$;

comment on function private.lock_sign_ups_of(text[]) is 'Locks the links of addresses, in the order of private.seal_token_hashes().';

-- Whoever types addresses without end fills neither the queue nor the account of the mail service: what comes too fast waits.
-- One dispatcher at a time: a link that another one made meanwhile is in nobody's order of locks. Whoever finds this taken has
-- other work to do.
create function private.process_sign_up_requests(p_now timestamptz, p_limit int)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_everybody constant text := repeat('0', 64);
  v_requests jsonb;
  v_request record;
begin
  if not pg_try_advisory_xact_lock(private.sign_ups_lock()) then
    return 0;
  end if;
  select jsonb_agg(t) into v_requests
  from private.take_token_requests('sign_up', p_now, greatest(0, least(p_limit, private.allowance_left('sign_ups', v_everybody)))) t;
  perform private.lock_sign_ups_of(array(select r.email from jsonb_to_recordset(v_requests) as r (email text, may_mail boolean) where r.may_mail));
  for v_request in
    -- Two who asked at the same instant left two rows.
    select distinct on (r.email) r.email, r.locale from jsonb_to_recordset(v_requests) as r (email text, locale text, may_mail boolean)
    where r.may_mail order by r.email
  loop
    perform private.take_allowance('sign_ups', v_everybody);
    perform private.issue_sign_up(v_request.email, v_request.locale, p_now);
  end loop;
  return coalesce(jsonb_array_length(v_requests), 0);
end;
$$;

comment on function private.process_sign_up_requests(timestamptz, int) is
  'Turns waiting requests into mails about signing up, as many as may be made now. Returns how many it looked at.';
