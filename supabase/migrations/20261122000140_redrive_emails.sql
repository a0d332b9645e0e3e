-- Redriving: mails that failed are sent once more, when what made them fail is over.
--
-- Called: by service_role, and by operators (docs/runbook.md).
--
-- By then the link of a mail may have expired. To mail a dead one helps nobody; so where its occasion still stands, there is
-- a new one in its place.

-- Nobody waits longer than this for a mail. They have asked again, or found another way.
create function private.is_worth_reissuing(p_purpose text, p_token_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.tokens
    where purpose = p_purpose and id = p_token_id and spent_at is null and created_at > now() - interval '7 days'
  );
$$;

comment on function private.is_worth_reissuing(text, uuid) is
  'Whether a link that expired was neither used nor replaced, and was asked for within a week.';

-- An invitation of a company that may invite, to an address that it may invite.
create function private.reissue_invitation(p_token_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  i public.company_employee_invitations;
  v_company public.companies;
begin
  select e.* into i from private.invitation_tokens t
  join public.company_employee_invitations e on e.id = t.invitation_id where t.id = p_token_id;
  v_company := private.lock_company(i.company_id);
  select * into i from public.company_employee_invitations where id = i.id for update;
  if i.status in ('pending', 'expired') and v_company.status = 'active'
    and private.has_accepted_dpa(i.company_id) and exists (select from private.company_entitlement(i.company_id))
    and private.address_refusal(v_company, i.email) is null
    and (i.expires_at > now() or private.has_free_seat(i.company_id))
  then
    update public.company_employee_invitations set status = 'pending', expires_at = greatest(expires_at, sent_at + interval '1 day') where id = i.id;
    perform private.mail_invitation(i.id, v_company);
    return true;
  end if;
  return false;
end;
$$;

comment on function private.reissue_invitation(uuid) is 'Mails an invitation anew whose link expired before it was mailed, if the company may still invite the address.';

create function private.reissue_link(p_purpose text, p_token_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if not private.is_worth_reissuing(p_purpose, p_token_id) then
    return false;
  end if;
  return case p_purpose
    when 'invitation' then private.reissue_invitation(p_token_id)
    when 'email_verification' then (
      select private.issue_email_verification(p.id, p.email) is not null
      from public.email_verification_tokens t join public.profiles p on p.id = t.user_id and p.email = t.email
      where t.id = p_token_id and p.email_confirmed_at is null
    )
    when 'password_reset' then (
      select private.issue_password_reset(p.id, t.email) is not null
      from public.password_reset_tokens t join public.profiles p on p.id = t.user_id
      where t.id = p_token_id
        and (p.email = t.email or p.id = any (array(select private.moved_accounts(array[t.email::text]))))
    )
    when 'email_change' then (
      select private.issue_email_change(c.user_id, c.new_email, true) is not null
      from private.email_change_tokens t
      join public.email_changes c on c.id = t.change_id
      join public.profiles p on p.id = c.user_id and p.email = c.old_email
      where t.id = p_token_id and c.status = 'requested'
    )
    when 'sign_up' then (
      select private.issue_sign_up(t.email, l.variables ->> 'locale') is not null
      from private.sign_up_tokens t
      left join private.emails l on l.token_purpose = 'sign_up' and l.token_id = t.id and l.dedupe_key = 'sign_up:' || t.id
      where t.id = p_token_id
    )
    -- The notice to the old address goes out anew with the change that it is about.
    else false
  end is true;
end;
$$;

comment on function private.reissue_link(text, uuid) is
  'Mails a new link in place of one that expired before it was mailed, where its occasion still stands. False where it does not.';

create function private.redrive_emails(p_error_code text, p_limit int)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids bigint[];
  v_mail record;
  v_redriven int;
  v_reissued int := 0;
  v_is_reissued boolean;
begin
  perform pg_advisory_xact_lock(private.sign_ups_lock());
  with dug_up as (
    delete from private.email_dead_letters
    where mail_id = any (array(
      select mail_id from private.email_dead_letters
      where p_error_code is null or error_code = p_error_code
      order by failed_at, mail_id
      limit p_limit
      for update skip locked
    ))
    returning mail_id
  )
  select array_agg(l.id) into v_ids
  from dug_up d join private.email_log l on l.id = d.mail_id
  where l.status = 'failed' and l.recipient is not null;

  -- In the order of locks: companies, people, and what is nobody's, by its link.
  for v_mail in
    select l.id, l.token_purpose, l.token_id
    from private.emails l
    left join private.tokens k on k.purpose = l.token_purpose and k.id = l.token_id
    left join private.invitation_tokens t on l.token_purpose = 'invitation' and t.id = l.token_id
    left join public.company_employee_invitations i on i.id = t.invitation_id
    where l.id = any (v_ids) and l.token_id is not null and (k.spent_at is null and k.expires_at > now()) is not true
    order by i.company_id, i.id, k.user_id, l.token_id
  loop
    update private.email_outcomes
    set status = 'skipped', settled_at = now(), error_code = case
      when private.reissue_link(v_mail.token_purpose, v_mail.token_id) then 'link_reissued' else 'token_not_live'
    end
    where mail_id = v_mail.id and status = 'failed'
    returning error_code = 'link_reissued' into v_is_reissued;
    v_reissued := v_reissued + coalesce(v_is_reissued, false)::int;
    v_ids := array_remove(v_ids, v_mail.id);
  end loop;

  with requeued as (
    delete from private.email_outcomes o
    using private.emails l
    -- An event may have told meanwhile that it was sent.
    where o.mail_id = any (v_ids) and o.status = 'failed' and l.id = o.mail_id
    returning l.id, l.stream, l.category
  ), queued as (
    insert into private.email_queue (mail_id, stream, priority, ready_in, due_at)
    select r.id, r.stream, private.email_priority(r.category), pg_current_xact_id(), now() from requeued r
  )
  select count(*) into v_redriven from requeued;
  return jsonb_build_object('redriven', v_redriven, 'reissued', v_reissued);
end;
$$;

grant execute on function private.redrive_emails(text, int) to service_role;

create function public.redrive_emails(p_error_code text default null, p_limit int default 1000)
returns jsonb
language sql
set search_path = ''
as $$
  select private.redrive_emails(p_error_code, p_limit);
$$;

comment on function public.redrive_emails(text, int) is
  'Queues failed mails again, oldest first, all or those of one error code. They get new batches and pass every check again; '
  'in place of one whose link has expired a new one is issued, where its occasion still stands. Answers {redriven, reissued}.';

grant execute on function public.redrive_emails(text, int) to service_role;
