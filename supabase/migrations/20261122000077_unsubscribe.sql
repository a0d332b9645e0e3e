-- unsubscribe() and resubscribe(): somebody refuses a kind of mail by the link that such a mail carries, and takes that back.
--
-- Called: by service_role, from email-unsubscribe, for whoever has the link.
--
-- Whoever has it reads the mailbox, which is all that is known of them. So a refusal is the address's: it stays when an account
-- moves away or is deleted, and says nothing about the account, whose preferences are its person's own. In these a person sees
-- what was refused for the address that they have, and takes it back (save_preferences()).
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

create function private.change_refusal(p_category text, p_address_key bytea, p_refuses boolean)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if p_refuses then
    insert into private.email_refusals (address_key, category) values (p_address_key, p_category) on conflict do nothing;
  else
    delete from private.email_refusals where address_key = p_address_key and category = p_category;
  end if;
  return found;
end;
$$;

comment on function private.change_refusal(text, bytea, boolean) is 'An address refuses a kind of mail, or takes that back. Whether that is new.';

-- An entry about the person of the account to which the mail was, while the address is theirs. Whoever has a link could refuse
-- and take back all day, and fill the audit log: beyond an allowance what is refused stays so, with the same answer.
create function private.follow_refusal_link(p_category text, p_user_id uuid, p_address_key bytea, p_refuses boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_email text;
begin
  perform private.hold_accounts(p_user_id);
  if not p_refuses and private.take_allowance('undoings', encode(sha256(p_address_key), 'hex')) > 0 then
    return;
  end if;
  select email into v_email from public.profiles where id = p_user_id;
  if private.change_refusal(p_category, p_address_key, p_refuses) and private.address_key(v_email) = p_address_key then
    perform private.write_audit(
      case when p_refuses then 'email_refusal.added' else 'email_refusal.taken_back' end, 'email_refusals', encode(p_address_key, 'hex'),
      p_user_id, null, jsonb_build_object('category', p_category), jsonb_build_object('source', 'email-unsubscribe')
    );
  end if;
end;
$$;

comment on function private.follow_refusal_link(text, uuid, bytea, boolean) is 'What a signed link does: refuses a kind of mail, or takes that back. Idempotent.';

-- MACs are compared by their hashes, so that the time it takes tells nothing of how much of one was right.
create function private.unsubscribe(p_token text, p_refuses boolean)
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
  perform private.follow_refusal_link(
    v_category, encode(substring(v_subject from 2 for 16), 'hex')::uuid, substring(v_subject from 18), p_refuses
  );
  return v_category;
end;
$$;

grant execute on function private.unsubscribe(text, boolean) to service_role;

create function public.unsubscribe(p_token text)
returns jsonb
language sql
set search_path = ''
as $$
  select jsonb_build_object('category', private.unsubscribe(p_token, true));
$$;

comment on function public.unsubscribe(text) is
  'Refuses the kind of mail that a link is about, by its 64 characters; the name of that kind, or null where the link was not made here. '
  'Answers the same whether there is an account.';

grant execute on function public.unsubscribe(text) to service_role;

create function public.resubscribe(p_token text)
returns jsonb
language sql
set search_path = ''
as $$
  select jsonb_build_object('category', private.unsubscribe(p_token, false));
$$;

comment on function public.resubscribe(text) is
  'Takes back what unsubscribe() refused by the same link, and answers as it does.';

grant execute on function public.resubscribe(text) to service_role;
