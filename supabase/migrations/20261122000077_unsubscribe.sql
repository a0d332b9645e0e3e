-- unsubscribe(): somebody refuses a kind of mail, by the link that such a mail carries.
--
-- Called: by service_role, from email-unsubscribe, for whoever has the link.
--
-- A link is signed and stands in no table: the place of the category, a person, an address key and a MAC, 48 bytes, as 64
-- characters like all our links (docs/decisions/links-survive-mail-programs.md). Of mails to nobody's account the person is
-- zeros. claim_emails() makes it, spelled out, since it does so for every mail.

create function private.unsubscribe_mac(p_subject bytea)
returns bytea
language sql
stable
set search_path = ''
as $$
  select substring(extensions.hmac(p_subject, private.vault_key('email_unsubscribe_key'), 'sha256') from 1 for 15);
$$;

comment on function private.unsubscribe_mac(bytea) is 'What proves that a link was made here: HMAC-SHA-256, its first 120 bits.';

create function private.unsubscribe_token(p_category text, p_user_id uuid, p_recipient text)
returns text
language sql
stable
set search_path = ''
as $$
  select translate(encode(s.subject || private.unsubscribe_mac(s.subject), 'base64'), '+/', '-_') || 'E'
  from (
    select set_byte('\x00', 0, array_position(private.refusable_categories(), p_category))
      || uuid_send(coalesce(p_user_id, '00000000-0000-0000-0000-000000000000')) || private.address_key(p_recipient)
  ) s (subject);
$$;

comment on function private.unsubscribe_token(text, uuid, text) is 'The token of a link that refuses a kind of mail.';

create function private.switch_off_mail(p_user_id uuid, p_category text)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into public.notification_preferences (user_id) values (p_user_id) on conflict do nothing;
  update public.notification_preferences
  set account_email = account_email and p_category <> 'account', reminder_email = reminder_email and p_category <> 'reminder',
    agenda_email = agenda_email and p_category <> 'agenda'
  where user_id = p_user_id
    and case p_category when 'account' then account_email when 'reminder' then reminder_email when 'agenda' then agenda_email end;
  return found;
end;
$$;

comment on function private.switch_off_mail(uuid, text) is 'A person wants no mail of a category any more. Whether that is new.';

-- A link to an address that the account does not have any more says nothing about the account: an old mailbox may be read by
-- others. It holds for the address then.
create function private.refuse_mail(p_category text, p_user_id uuid, p_address_key bytea)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_email text;
begin
  perform private.hold_accounts(p_user_id);
  select email into v_email from public.profiles where id = p_user_id;
  if private.address_key(v_email) is distinct from p_address_key then
    insert into private.email_refusals (address_key, category) values (p_address_key, p_category) on conflict do nothing;
  elsif private.switch_off_mail(p_user_id, p_category) then
    perform private.write_audit(
      'notification_preferences.unsubscribe', 'notification_preferences', p_user_id::text, p_user_id, null,
      jsonb_build_object('refused', p_category), jsonb_build_object('source', 'unsubscribe')
    );
  end if;
end;
$$;

comment on function private.refuse_mail(text, uuid, bytea) is
  'No mail of a category any more: to a person, if the address is still theirs, else to the address as nobody''s. Idempotent.';

-- MACs are compared by their hashes, so that the time it takes tells nothing of how much of one was right.
create function private.unsubscribe(p_token text)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bytes constant bytea := decode(translate(substring(p_token from '^[A-Za-z0-9_-]{64}$'), '-_', '+/'), 'base64');
  v_subject constant bytea := substring(v_bytes from 1 for 33);
  v_category text;
begin
  if (sha256(substring(v_bytes from 34)) = sha256(private.unsubscribe_mac(v_subject))) is not true then
    return null;
  end if;
  v_category := (private.refusable_categories())[get_byte(v_subject, 0)];
  perform private.refuse_mail(v_category, encode(substring(v_subject from 2 for 16), 'hex')::uuid, substring(v_subject from 18));
  return v_category;
end;
$$;

grant execute on function private.unsubscribe(text) to service_role;

create function public.unsubscribe(p_token text)
returns jsonb
language sql
set search_path = ''
as $$
  select jsonb_build_object('category', private.unsubscribe(p_token));
$$;

comment on function public.unsubscribe(text) is
  'Refuses the kind of mail that a link is about, by its 64 characters; the name of that kind, or null where the link was not made here. '
  'Answers the same whether there is an account.';

grant execute on function public.unsubscribe(text) to service_role;
