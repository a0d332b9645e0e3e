-- A changed password: what must follow from it, in the transaction in which Auth stores it.
--
-- Called: by the trigger on auth.users, so for every way in which a password changes, and also when
-- the process that asked for it dies before it hears the answer.
--
-- Auth itself ends the sessions: all of them when its admin API changes the password, all others
-- when the person does. It also rewrites the column without a new password where its encryption at
-- rest gets a new key (off by default): people would then get a notice too many.
--
-- Only a link voids the other links, and a change of address that is under way. A password that was changed in a session does not: whoever has
-- stolen the session could void each link that its owner asks for, and keep the account. For the same reason a link takes second
-- factors along that were first shown within a day, when the owner was told: a session without them is nobody's (private.user_id()),
-- so a thief would keep the owner out by adding one. Auth asks for an old factor before it takes a new one: where there is one of
-- before, no thief added the new one, and all of them stay. Those of a platform admin stay in any case: on the day of a new phone
-- their mailbox alone would else be enough to become one. Whom a thief has kept out so, an operator helps.

create function private.follow_password_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_by_link boolean;
begin
  update public.password_reset_tokens set completed_at = now()
  where user_id = new.id and used_at is not null and completed_at is null and expires_at > now();
  v_by_link := found;
  -- A link that was given back while Auth went on to take its password has done its work as well.
  perform private.retire_password_resets(new.id, p_only_released => not v_by_link);
  if v_by_link then
    perform private.supersede_email_changes(new.id);
    -- Auth does not keep when a factor was first shown: it may have been begun long before, of which nobody is told.
    delete from auth.mfa_factors f where f.user_id = new.id and not exists (
      select from auth.mfa_factors o where o.user_id = new.id and o.status = 'verified' and not exists (
        select from public.audit_logs l
        where l.entity_id = o.id::text and l.action = 'account.second_factor_added' and l.occurred_at > now() - interval '1 day'
      )
    ) and not exists (
      select from public.user_roles r where r.user_id = new.id and r.role = 'platform_admin' and r.needs_second_factor
    );
  end if;
  perform private.forget_failed_logins(new.id);
  perform private.write_audit(
    'password.changed', 'users', new.id::text, new.id, null, null, jsonb_build_object('source', 'trigger')
  );
  -- To an address that nobody had confirmed, the notice would be news of a stranger's account. Auth confirms by a
  -- statement of its own before or after this one; the profile has the start of the transaction that did so first.
  if new.email like '_%@_%' and exists (
    select from public.profiles where id = new.id and email_confirmed_at <> now()
  ) then
    perform private.enqueue_email(
      'password_changed', new.id, new.email, jsonb_build_object('changed_at', private.iso_timestamp(now())),
      'security', 'password_changed:' || new.id || ':' || extract(epoch from now())
    );
  end if;
  return null;
end;
$$;

comment on function private.follow_password_change() is
  'Trigger on auth.users: a new password is audited, announced by mail, and is its owner''s way in; one that came by a link voids the others, and ends second factors of the last day, but those of a platform admin.';

-- Sorts after follow_auth_user: the profile has the address by then.
create trigger follow_password_change after update of encrypted_password on auth.users
  for each row
  when (new.encrypted_password is distinct from old.encrypted_password and coalesce(new.encrypted_password, '') <> '')
  execute function private.follow_password_change();
