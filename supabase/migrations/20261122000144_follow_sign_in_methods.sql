-- How somebody signs in was changed: it is written down, and the account's mailbox is told, in the transaction in which Auth changes it.
--
-- Called: by triggers on auth.mfa_factors, auth.identities and auth.users. Auth asks for such mails after it has committed, and
-- goes on where nobody answers: of a second factor that a thief has added its owner would then never hear.
--
-- More is told than by Auth: also what an admin does, and what SQL does.

-- What happened is true with its mail or without: nothing that goes wrong with it reaches Auth's statement. It is written down
-- as a failed run instead, as in private.kick_at_once().
--
-- Ten in a day say that something is going on; the hundredth would hide the first, and keep others' mail waiting at the mailer.
--
-- To an address that nobody had confirmed before this transaction, the notice would be news of a stranger's account.
create function private.notify_of_sign_in_methods(p_template text, p_user_id uuid, p_entity_type text, p_entity_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- An account that goes takes its factors and identities with it.
  if not exists (select from auth.users where id = p_user_id and deleted_at is null) then
    return;
  end if;
  perform private.write_audit('account.' || p_template, p_entity_type, p_entity_id::text, p_user_id, null, null, '{"source": "trigger"}');
  begin
    perform private.enqueue_email(
      p_template, p.id, p.email, jsonb_build_object('noticed_at', private.iso_timestamp(now())),
      'security', p_template || ':' || p.id || ':' || extract(epoch from now())
    )
    from public.profiles p
    where p.id = p_user_id and p.email_confirmed_at < now()
      and 10 > (
        select count(*) from private.emails e
        where e.user_id = p_user_id and e.template_key = p_template and e.created_at > now() - interval '1 day'
      );
  exception when others then
    raise warning 'could not notify % of %: %', p_user_id, p_template, sqlerrm;
    perform private.record_failed_run('notify_of_sign_in_methods', sqlerrm);
  end;
end;
$$;

comment on function private.notify_of_sign_in_methods(text, uuid, text, uuid) is
  'Writes down that an account is signed in to otherwise, and queues a notice to the confirmed address that it has, one of a kind in a transaction and ten in a day. That none could be queued is a failed run in private.job_runs.';

create function private.follow_second_factor()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform private.notify_of_sign_in_methods('second_factor_removed', old.user_id, 'mfa_factors', old.id);
  else
    perform private.notify_of_sign_in_methods('second_factor_added', new.user_id, 'mfa_factors', new.id);
  end if;
  return null;
end;
$$;

comment on function private.follow_second_factor() is
  'Trigger on auth.mfa_factors: a factor is asked for from its verification on, and no more when it is gone.';

create trigger follow_second_factor after insert on auth.mfa_factors
  for each row when (new.status = 'verified')
  execute function private.follow_second_factor();
create trigger follow_second_factor_verified after update of status on auth.mfa_factors
  for each row when (new.status = 'verified' and old.status is distinct from new.status)
  execute function private.follow_second_factor();
create trigger follow_second_factor_end after delete on auth.mfa_factors
  for each row when (old.status = 'verified')
  execute function private.follow_second_factor();

-- The first identity is the account.
create function private.follow_identity()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform private.notify_of_sign_in_methods('sign_in_method_removed', old.user_id, 'identities', old.id);
  elsif exists (select from auth.identities where user_id = new.user_id and id <> new.id) then
    perform private.notify_of_sign_in_methods('sign_in_method_added', new.user_id, 'identities', new.id);
  end if;
  return null;
end;
$$;

comment on function private.follow_identity() is 'Trigger on auth.identities: an account has another way to sign in, or one less.';

create trigger follow_identity after insert or delete on auth.identities
  for each row execute function private.follow_identity();

create function private.follow_phone_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.notify_of_sign_in_methods('phone_changed', new.id, 'users', new.id);
  return null;
end;
$$;

comment on function private.follow_phone_change() is 'Trigger on auth.users: an account has another phone number.';

-- The first number, and that there is none any more, Auth has as an identity as well.
create trigger follow_phone_change after update of phone on auth.users
  for each row when (old.phone <> '' and new.phone <> '' and old.phone <> new.phone)
  execute function private.follow_phone_change();
