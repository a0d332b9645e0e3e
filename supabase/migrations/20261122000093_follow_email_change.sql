-- A changed address: what must follow from it, in the transaction in which Auth stores it.
--
-- Called: by the trigger on auth.users, so also when the process that asked for it dies before it hears the answer.
-- A change that came another way, such as by Auth's dashboard, voids what was asked for at the address of before.

-- Every session ends: also one that stands open on a computer that its owner has given back to an employer.
create function private.finish_email_change(p_change public.email_changes)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_until constant timestamptz := now() + private.hours('email_change_cancel_hours');
  v_token_id uuid;
begin
  update public.email_changes set status = 'confirmed', confirmed_at = greatest(now(), created_at) where id = p_change.id;
  update private.email_change_tokens set used_at = greatest(now(), created_at), superseded_at = null
  where change_id = p_change.id and token_hash is not null;
  perform private.void_links_of(p_change.user_id);
  perform private.cut_off(p_change.user_id, false);
  -- From now on a day, and for no link of the old address longer.
  update private.email_change_cancel_tokens t
  set expires_at = case when c.id = p_change.id then v_until else greatest(least(t.expires_at, v_until), t.created_at + interval '1 second') end
  from public.email_changes c
  where c.id = t.change_id and c.user_id = p_change.user_id and c.old_email = p_change.old_email and t.used_at is null;
  select id into v_token_id from private.email_change_cancel_tokens
  where change_id = p_change.id and used_at is null and superseded_at is null;
  perform private.write_audit(
    'email.changed', 'email_changes', p_change.id::text, p_change.user_id, null, null, '{"source": "trigger"}'
  );
  perform private.enqueue_email(
    'email_changed', p_change.user_id, p_change.old_email,
    jsonb_build_object('changed_at', private.iso_timestamp(now()), 'expires_at', private.iso_timestamp(v_until)),
    'security', 'email_changed:' || p_change.id, 'email_change_cancel', v_token_id
  );
end;
$$;

comment on function private.finish_email_change(public.email_changes) is
  'The consequences of a new address: other links are void, sessions end, and the old address can take it back for a day.';

-- Sessions and password once more: a link to a new password may have been on its way to Auth.
create function private.finish_reversal(p_user_id uuid, p_email text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_change_id uuid;
begin
  update public.email_changes set status = 'reverted', reverted_at = greatest(now(), cancelled_at) where user_id = p_user_id and status = 'reverting';
  select id into v_change_id from public.email_changes where user_id = p_user_id and status = 'reverted' order by reverted_at desc, created_at limit 1;
  perform private.void_links_of(p_user_id);
  perform private.cut_off(p_user_id, true);
  perform private.write_audit(
    'email.change_reverted', 'email_changes', v_change_id::text, p_user_id, null, null, '{"source": "trigger"}'
  );
  perform private.enqueue_email(
    'email_change_reverted', p_user_id, p_email, '{}', 'security', 'email_change_reverted:' || v_change_id
  );
end;
$$;

comment on function private.finish_reversal(uuid, text) is 'The consequences of the old address coming back: nobody is signed in, and a new password is asked for.';

-- The mailbox may be a former employer's, and what waits for the end of a night or of an outage may be about a session. What is
-- about the mailbox itself is for whoever reads it.
create function private.readdress_emails(p_user_id uuid, p_former text, p_email text)
returns void
language sql
set search_path = ''
as $$
  update private.emails set recipient = p_email
  where id = any (array(
    select q.mail_id from private.email_queue q
    where q.mail_id = any (array(
      select e.id from private.emails e where e.user_id = p_user_id and e.recipient = p_former and e.category <> 'security'
    ))
    for update skip locked
  ));
$$;

comment on function private.readdress_emails(uuid, text, text) is
  'Sends what waits for a person to where their account is now. What a batch has taken up already goes where it was to go.';

create function private.follow_email_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_change public.email_changes;
begin
  if private.email_address(old.email) is not distinct from private.email_address(new.email) then
    return null;
  elsif private.email_address(new.email) is not null then
    perform private.readdress_emails(new.id, private.email_address(old.email), private.email_address(new.email));
  end if;
  select * into v_change from public.email_changes
  where user_id = new.id and status = 'reverting' order by created_at limit 1 for update;
  if v_change.old_email = private.email_address(new.email) then
    perform private.finish_reversal(new.id, v_change.old_email);
    return null;
  end if;
  -- The newest that was taken to Auth, also when a newer one was asked for meanwhile.
  select * into v_change from public.email_changes
  where user_id = new.id and old_email = private.email_address(old.email) and new_email = private.email_address(new.email)
    and confirmed_at is null and consumed_at > now() - interval '1 hour'
  order by created_at desc limit 1 for update;
  if v_change.status = 'cancelled' then
    raise exception 'this change of address was taken back';
  elsif found then
    perform private.finish_email_change(v_change);
  end if;
  perform private.supersede_email_changes(new.id);
  return null;
end;
$$;

comment on function private.follow_email_change() is
  'Trigger on auth.users: a change of address that was asked for is finished, one that was taken back refused.';

-- Sorts after follow_auth_user: the profile has the address by then.
create trigger follow_email_change after update on auth.users
  for each row
  when (old.email is distinct from new.email)
  execute function private.follow_email_change();
