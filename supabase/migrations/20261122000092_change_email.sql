-- A change of address that is confirmed, or taken back, by its links.
--
-- Called: use_email_change_link() by service_role, from auth-email-change:
--   consume  by the link to the new address; then Auth is told. Until Auth has it, the link can be repeated.
--   cancel   by the link to the old one, until a day after the confirmation. It ends every session, and where the
--            account was moved, its password, which whoever moved it may have set; then Auth is told to move it back.
-- The consequences of a new address are drawn by the trigger on auth.users, in the transaction in which Auth stores it, and
-- there a change that was taken back while Auth was being told is refused. So of confirming and cancelling, one is the story.
--
-- Locks, in this order: auth.users, profiles, the change, its tokens. Auth's own transaction takes them so.

-- Nobody has confirmed it, so it is nobody's; whoever holds a link has. It could be in the way on purpose.
create function private.make_room_for(p_email text, p_user_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from public.profiles where email = p_email and id <> p_user_id and (email_confirmed_at is not null or private.is_held(id))) then
    return false;
  end if;
  delete from auth.users
  where id in (select id from public.profiles where email = p_email) and id <> p_user_id and email_confirmed_at is null and phone_confirmed_at is null;
  return true;
end;
$$;

comment on function private.make_room_for(text, uuid) is
  'Deletes an account that never confirmed an address, for one whose owner has just proven it. False where it has a confirmed one, or one under a legal hold.';

create function private.consume_email_change(p_token_id uuid, p_token_hash text, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  t private.email_change_tokens;
  c public.email_changes;
  v_email text;
  v_outcome text;
begin
  -- An account that nobody confirmed may have to make room.
  perform private.lock_ends_of_accounts() from private.tokens k where k.purpose = 'email_change' and k.id = p_token_id;
  perform from public.profiles p
  where p.id = (select k.user_id from private.tokens k where k.purpose = 'email_change' and k.id = p_token_id) for no key update;
  v_outcome := private.examine_link('email_change', p_token_id, p_token_hash);
  if v_outcome is not null then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select * into t from private.email_change_tokens where id = p_token_id;
  select * into c from public.email_changes where id = t.change_id for update;
  select private.email_address(email) into v_email from auth.users where id = c.user_id;
  v_outcome := coalesce(
    case when c.status = 'confirmed' and v_email = c.new_email then 'already_verified' end,
    private.link_refusal(
      false,
      c.status not in ('requested', 'confirming') or t.superseded_at is not null or v_email is distinct from c.old_email,
      t.expires_at
    ),
    case when not private.make_room_for(c.new_email, c.user_id) then 'address_taken' end,
    'verified'
  );
  if v_outcome <> 'verified' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  update public.email_changes set status = 'confirming', consumed_at = greatest(now(), created_at) where id = c.id;
  if c.status = 'requested' then
    perform private.write_audit(
      'email.change_link_used', 'email_changes', c.id::text, c.user_id, null, null, private.caller_context(p_context, 'consume_email_change')
    );
  end if;
  return jsonb_build_object('outcome', v_outcome, 'user_id', c.user_id, 'email', c.new_email);
end;
$$;

comment on function private.consume_email_change(uuid, text, jsonb) is 'By the link to the new address: what Auth is to be told. See public.use_email_change_link().';

create function private.void_links_of(p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.retire_password_resets(p_user_id);
  update public.email_verification_tokens set superseded_at = greatest(now(), created_at)
  where user_id = p_user_id and verified_at is null and superseded_at is null;
  update private.email_change_tokens t set superseded_at = greatest(now(), t.created_at)
  from public.email_changes c where c.id = t.change_id and c.user_id = p_user_id and t.used_at is null and t.superseded_at is null;
end;
$$;

comment on function private.void_links_of(uuid) is 'Voids every link of a person but those that take a change of address back.';

-- Also one that a newer request has replaced while Auth was being told of it.
create function private.cancel_changes_since(p_change public.email_changes, p_moved boolean)
returns void
language sql
set search_path = ''
as $$
  update public.email_changes
  set status = case status when 'confirmed' then 'reverting' else 'cancelled' end, cancelled_at = greatest(now(), created_at)
  where user_id = p_change.user_id and (
    status in ('requested', 'confirming')
    or status = 'superseded' and consumed_at > now() - interval '1 hour'
    or p_moved and status = 'confirmed' and created_at >= p_change.created_at
  );
  update private.email_change_cancel_tokens t set superseded_at = greatest(now(), t.created_at)
  from public.email_changes c
  where c.id = t.change_id and c.user_id = p_change.user_id and c.created_at > p_change.created_at
    and t.used_at is null and t.superseded_at is null;
$$;

comment on function private.cancel_changes_since(public.email_changes, boolean) is
  'Takes back the change of address that is under way and, where the account was moved, that move and all that came after it, with their links.';

-- The first that was confirmed since then says from where the account was moved: whoever took it may have moved it on.
create function private.moved_from(p_change public.email_changes)
returns text
language sql
stable
set search_path = ''
as $$
  select first.old_email
  from (
    select old_email from public.email_changes
    where user_id = p_change.user_id and created_at >= p_change.created_at and status in ('confirmed', 'reverting')
    order by created_at limit 1
  ) first
  where first.old_email = p_change.old_email;
$$;

comment on function private.moved_from(public.email_changes) is 'The old address of a change, where that or a later one has moved the account away from it; else null.';

create function private.cut_off(p_user_id uuid, p_with_password boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from auth.sessions where user_id = p_user_id;
  if p_with_password then
    -- As Auth keeps it of an account without a password.
    update auth.users set encrypted_password = '' where id = p_user_id and encrypted_password <> '';
  end if;
end;
$$;

comment on function private.cut_off(uuid, boolean) is 'Ends every session of a person, and the password by which there could be another.';

create function private.cancel_email_change(p_token_id uuid, p_token_hash text, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  t private.email_change_cancel_tokens;
  c public.email_changes;
  v_outcome text;
  v_back_to text;
begin
  perform private.lock_ends_of_accounts() from private.tokens k where k.purpose = 'email_change_cancel' and k.id = p_token_id;
  perform from auth.users u
  where u.id = (select k.user_id from private.tokens k where k.purpose = 'email_change_cancel' and k.id = p_token_id) for no key update;
  perform from public.profiles p
  where p.id = (select k.user_id from private.tokens k where k.purpose = 'email_change_cancel' and k.id = p_token_id) for no key update;
  v_outcome := private.examine_link('email_change_cancel', p_token_id, p_token_hash);
  if v_outcome is not null then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  select * into t from private.email_change_cancel_tokens where id = p_token_id;
  select * into c from public.email_changes where id = t.change_id;
  v_back_to := private.moved_from(c);
  v_outcome := coalesce(
    private.link_refusal(
      t.used_at is not null and not exists (select from public.email_changes where user_id = c.user_id and status = 'reverting'),
      t.superseded_at is not null
        or v_back_to is null and not exists (select from auth.users where id = c.user_id and private.email_address(email) = c.old_email),
      case when t.used_at is null then t.expires_at end
    ),
    case when v_back_to is not null and not private.make_room_for(v_back_to, c.user_id) then 'address_taken' end,
    'consumed'
  );
  if v_outcome <> 'consumed' then
    return jsonb_build_object('outcome', v_outcome);
  end if;
  perform private.cancel_changes_since(c, v_back_to is not null);
  perform private.void_links_of(c.user_id);
  perform private.cut_off(c.user_id, v_back_to is not null);
  update private.email_change_cancel_tokens set used_at = greatest(now(), created_at) where id = p_token_id;
  if t.used_at is null then
    perform private.write_audit(
      'email.change_cancelled', 'email_changes', c.id::text, c.user_id, null, null, private.caller_context(p_context, 'cancel_email_change')
    );
  end if;
  return jsonb_build_object('outcome', v_outcome, 'user_id', c.user_id, 'email', v_back_to);
end;
$$;

comment on function private.cancel_email_change(uuid, text, jsonb) is 'By the link to the old address: ends sessions, and says what Auth is to be told. See public.use_email_change_link().';

create function private.use_email_change_link(p_purpose text, p_token_id uuid, p_token_hash text, p_context jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  return case p_purpose
    when 'email_change' then private.consume_email_change(p_token_id, p_token_hash, p_context)
    when 'email_change_cancel' then private.cancel_email_change(p_token_id, p_token_hash, p_context)
  end;
end;
$$;

grant execute on function private.use_email_change_link(text, uuid, text, jsonb) to service_role;

create function public.use_email_change_link(p_purpose text, p_token_id uuid, p_token_hash text, p_context jsonb default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.use_email_change_link(p_purpose, p_token_id, p_token_hash, p_context);
$$;

comment on function public.use_email_change_link(text, uuid, text, jsonb) is
  'Uses a link about a change of address. email_change, to the new address: verified, with user_id and the email that Auth is to be told, '
  'again until Auth has it; already_verified. email_change_cancel, to the old one, takes it back and ends every session: consumed, with '
  'user_id and, where the account was moved, the email that Auth is to be told, again until Auth has it; used. '
  'Either: invalid, expired, exhausted, superseded, address_taken.';

grant execute on function public.use_email_change_link(text, uuid, text, jsonb) to service_role;
