-- lift_email_suppression(): an address is mailed again.
--
-- Called: by platform admins, who type the address: the list shows none. The audit log names the address by its key, and whose
--         account has it sees who was told what about it.

create function private.lift_email_suppression(p_email text, p_reason text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_address_key constant bytea := private.address_key(private.email_address(p_email));
  v_was text;
begin
  if v_address_key is null then
    raise sqlstate 'PT422' using message = 'invalid_email', detail = 'This is no e-mail address.';
  end if;
  perform private.hold_address(v_address_key);
  delete from private.email_suppressions where address_key = v_address_key returning reason into v_was;
  -- The soft bounces before count no more.
  update private.email_events set soft_bounce_of = null where soft_bounce_of = v_address_key;
  if v_was is not null then
    perform private.write_audit(
      'email_suppression.lifted', 'email_suppressions', encode(v_address_key, 'hex'),
      (select id from public.profiles where email = private.email_address(p_email)),
      jsonb_build_object('reason', v_was), null, jsonb_build_object('source', 'lift_email_suppression', 'reason', v_reason)
    );
  end if;
  return v_was is not null;
end;
$$;

grant execute on function private.lift_email_suppression(text, text) to authenticated;

create function public.lift_email_suppression(p_email text, p_reason text)
returns boolean
language sql
set search_path = ''
as $$
  select private.lift_email_suppression(p_email, p_reason);
$$;

comment on function public.lift_email_suppression(text, text) is
  'A platform admin has an address mailed again, with a reason; whether it had not been. On the mailer''s own list it is lifted there. '
  'Audited. Errors: forbidden (403), invalid_email, reason_required (422).';

grant execute on function public.lift_email_suppression(text, text) to authenticated;
