-- From requests to links and mails: the dispatcher works through what waits, purpose by purpose.
--
-- Called: by private.claim_emails().

-- Somebody who has moved their account to an address of their own still knows it by the one at work: to the mailbox at
-- work, which their employer may read, nothing goes.
create function private.moved_accounts(p_emails text[])
returns setof uuid
language sql
stable
set search_path = ''
as $$
  select m.user_id from public.company_members m
  where m.email = any (p_emails)
    and not exists (select from public.profiles p where p.email = m.email and p.email_confirmed_at is not null);
$$;

comment on function private.moved_accounts(text[]) is
  'Accounts that a company invited at one of these addresses, if no account has it now.';

-- A person who is being deleted or issued to right now is passed over: they have, or need, no mail.
create function private.issue_requested_tokens(p_purpose text, p_emails text[], p_now timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_people constant uuid[] := array(
    select id from public.profiles
    where (email = any (p_emails) or p_purpose = 'password_reset' and id = any (array(select private.moved_accounts(p_emails))))
      and (email_confirmed_at is null or p_purpose <> 'email_verification')
    order by id
    for no key update skip locked
  );
begin
  -- In the order of private.seal_token_hashes(), which knows nothing of people.
  execute format('select from %s where user_id = any ($1) and superseded_at is null order by id for update', private.token_table(p_purpose)) using v_people;
  perform case p_purpose
    when 'email_verification' then private.issue_email_verification(p.id, p.email, p_now)
    when 'password_reset' then private.issue_password_reset(p.id, p.email, p_now)
  end
  from (select id, email from public.profiles where id = any (v_people) order by id) p
  where private.is_due_a_token(p_purpose, p.id, p_now);
end;
$$;

comment on function private.issue_requested_tokens(text, text[], timestamptz) is
  'Issues a token to every account of these addresses that is entitled to one.';

-- Each purpose has its own share, so that a flood of one does not hold up the other.
create function private.process_token_requests(p_now timestamptz default now(), p_limit int default 1000)
returns int
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = auto
as $$
declare
  v_purpose text;
  v_looked_at int;
  v_emails text[];
  v_total int := 0;
begin
  foreach v_purpose in array array['password_reset', 'email_verification'] loop
    select count(*), array_agg(distinct t.email) filter (where t.may_mail) into v_looked_at, v_emails
    from private.take_token_requests(v_purpose, p_now, p_limit) t;
    if v_looked_at > 0 then
      perform private.issue_requested_tokens(v_purpose, coalesce(v_emails, '{}'), p_now);
      v_total := v_total + v_looked_at;
    end if;
  end loop;
  v_total := v_total + private.process_email_change_requests(p_now, p_limit);
  -- Last, since links are locked after the people whose they are.
  return v_total + private.process_sign_up_requests(p_now, p_limit);
end;
$$;

comment on function private.process_token_requests(timestamptz, int) is
  'Turns waiting requests into tokens and mails, where the account and the cooldown allow it. Returns how many it looked at.';
