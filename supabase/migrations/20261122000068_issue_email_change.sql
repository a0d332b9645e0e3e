-- Asking for a change of address, and the mails about it.
--
-- Called: request_email_change() by service_role, from auth-email-change and company-invitation-accept, for whoever it
-- has asked who they are: the key of the address, by which it cools down, is not theirs to make up.
--
-- The person may not learn from it who else has an account. So whatever the new address is, the same row is made and the
-- same notice goes to the old address; what goes to the new one is seen by that mailbox alone.

create function private.request_email_change(p_user_id uuid, p_email text, p_address_key text, p_client_key text, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_admission constant jsonb := private.request_token('email_change', p_email, p_address_key, p_client_key, p_context, p_user_id);
begin
  if (v_admission ->> 'allowed')::boolean then
    perform private.write_audit(
      'email.change_requested', 'profiles', p_user_id::text, p_user_id, null, null,
      private.caller_context(p_context, 'request_email_change')
    );
  end if;
  return v_admission;
end;
$$;

grant execute on function private.request_email_change(uuid, text, text, text, jsonb) to service_role;

create function public.request_email_change(
  p_user_id uuid, p_email text, p_address_key text, p_client_key text default null, p_context jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.request_email_change(p_user_id, p_email, p_address_key, p_client_key, p_context);
$$;

comment on function public.request_email_change(uuid, text, text, text, jsonb) is
  'A person wants their account to have another address. As request_email_verification(); a person''s own allowance counts, too.';

grant execute on function public.request_email_change(uuid, text, text, text, jsonb) to service_role;

-- A link that was mailed to the same address goes on working where another may not be mailed yet.
create function private.mail_new_address(p_change public.email_changes, p_may_mail boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_holder uuid;
  v_token_id uuid;
begin
  if not p_may_mail then
    update private.email_change_tokens t set change_id = p_change.id
    from public.email_changes c
    where c.id = t.change_id and c.user_id = p_change.user_id and c.new_email = p_change.new_email and c.old_email = p_change.old_email
      and t.used_at is null and t.superseded_at is null;
  end if;
  update private.email_change_tokens t set superseded_at = greatest(p_change.created_at, t.created_at)
  from public.email_changes c
  where c.id = t.change_id and c.user_id = p_change.user_id and c.id <> p_change.id and t.used_at is null and t.superseded_at is null;
  if not p_may_mail then
    return;
  end if;
  -- To nobody's account: a person sees of which kinds the mails in their own name were, and what became of them.
  select id into v_holder from public.profiles where email = p_change.new_email and email_confirmed_at is not null;
  if v_holder is not null then
    perform private.enqueue_email(
      'email_change_taken', v_holder, p_change.new_email, '{}', 'security', 'email_change:' || p_change.id, p_not_before => p_change.created_at
    );
    return;
  end if;
  insert into private.email_change_tokens (change_id, created_at, expires_at, max_attempts)
  values (p_change.id, p_change.created_at, p_change.expires_at, private.setting('token_max_attempts')::int)
  returning id into v_token_id;
  perform private.enqueue_email(
    'email_change', null, p_change.new_email,
    jsonb_build_object(
      'expires_at', private.iso_timestamp(p_change.expires_at), 'locale', (select locale from public.profiles where id = p_change.user_id)
    ),
    'security', 'email_change:' || p_change.id, 'email_change', v_token_id, p_not_before => p_change.created_at
  );
end;
$$;

comment on function private.mail_new_address(public.email_changes, boolean) is
  'Mails a link to the new address of a change, or that it has an account already.';

create function private.mail_old_address(p_change public.email_changes)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_token_id uuid;
begin
  insert into private.email_change_cancel_tokens (change_id, created_at, expires_at, max_attempts)
  values (
    p_change.id, p_change.created_at, p_change.created_at + private.token_lifetime('email_change_cancel'), private.setting('token_max_attempts')::int
  )
  returning id into v_token_id;
  perform private.enqueue_email(
    'email_change_notice', p_change.user_id, p_change.old_email,
    jsonb_build_object('expires_at', private.iso_timestamp(p_change.expires_at)),
    'security', 'email_change_notice:' || p_change.id, 'email_change_cancel', v_token_id, p_not_before => p_change.created_at
  );
end;
$$;

comment on function private.mail_old_address(public.email_changes) is 'Tells the old address of a change, with a link that takes it back.';

create function private.issue_email_change(p_user_id uuid, p_email text, p_may_mail boolean, p_now timestamptz default now())
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_person public.profiles;
  v_change public.email_changes;
begin
  -- As in private.issue_email_verification().
  select * into v_person from public.profiles where id = p_user_id for no key update;
  if v_person.email_confirmed_at is null or v_person.email = private.email_address(p_email)
    or exists (select from public.email_changes where user_id = p_user_id and status = 'reverting')
  then
    return null;
  end if;
  perform private.supersede_email_changes(p_user_id);
  insert into public.email_changes (user_id, old_email, new_email, created_at, expires_at)
  values (p_user_id, v_person.email, private.email_address(p_email), p_now, p_now + private.token_lifetime('email_change'))
  returning * into v_change;
  perform private.mail_new_address(v_change, p_may_mail);
  perform private.mail_old_address(v_change);
  return v_change.id;
end;
$$;

comment on function private.issue_email_change(uuid, text, boolean, timestamptz) is
  'Begins a change of address in place of one that is under way, and queues its mails; p_may_mail: also to the new address. Returns its id.';

create function private.supersede_email_changes(p_user_id uuid)
returns void
language sql
set search_path = ''
as $$
  update public.email_changes set status = 'superseded' where user_id = p_user_id and status in ('requested', 'confirming');
$$;

comment on function private.supersede_email_changes(uuid) is 'Voids the change of address of a person that is under way.';

-- People first, then their requests, as a deletion of an account locks them, and both in order, since two dispatchers must not
-- deadlock. Somebody who is being deleted or changed right now is passed over, and has their turn next time.
create function private.process_email_change_requests(p_now timestamptz, p_limit int)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_people constant uuid[] := array(
    select id from public.profiles
    where id = any (array(select user_id from private.token_requests where purpose = 'email_change' order by id limit p_limit))
    order by id
    for no key update skip locked
  );
  v_request record;
  v_looked_at int := 0;
begin
  for v_request in
    select t.* from private.take_token_requests('email_change', p_now, p_limit, v_people) with ordinality t order by t.user_id, t.ordinality
  loop
    perform private.issue_email_change(v_request.user_id, v_request.email, v_request.may_mail, p_now);
    v_looked_at := v_looked_at + 1;
  end loop;
  return v_looked_at;
end;
$$;

comment on function private.process_email_change_requests(timestamptz, int) is
  'Turns waiting requests into changes of address, and their mails. Returns how many it looked at.';
