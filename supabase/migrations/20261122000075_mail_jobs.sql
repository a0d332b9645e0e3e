-- The jobs around mail and tokens, and when they run.
--
-- Called: by pg_cron, through private.run_job().

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('mail_payload_retention_days', '90', 1, 3650, 'How long address and variables of a settled mail are kept.'),
  ('communication_log_retention_days', '1095', 365, 3650, 'How long it is kept that a mail went out, and what became of it.'),
  ('token_retention_days', '30', 1, 365, 'How long an expired verification or reset token or change of address is kept.'),
  ('unconfirmed_account_ttl_hours', '48', 24, 8760, 'How long an account may wait for its address to be confirmed before it is deleted.');

-- Each call of a dispatcher ends with a check-in to a monitor outside, which expects one every five
-- minutes (core::upstream::sentry), also when nothing is due and when the sender is paused.
create function private.is_check_in_due(p_now timestamptz)
returns boolean
language sql
immutable
set search_path = ''
as $$ select floor(extract(epoch from p_now) / 60)::bigint % 5 = 0; $$;

comment on function private.is_check_in_due(timestamptz) is 'Whether this minute is one of those in which dispatchers are woken whatever there is to do.';

-- Transactions are counted by each server for itself. Rows that were copied from another are older or younger than its
-- marks by chance, and mail in front of a mark would wait for ever.
create function private.mend_email_marks()
returns void
language sql
set search_path = ''
as $$
  update private.email_marks m
  set mark = '0', mail_id = 0
  where mark > pg_snapshot_xmax(pg_current_snapshot())
    or exists (
      select from private.email_queue q
      where q.stream = m.stream and q.priority = case m.line when 'urgent' then 0 when 'usual' then 1 end and q.ready_in is not null and (q.ready_in, q.mail_id) < (m.mark, m.mail_id)
    ) or exists (
      select from private.email_batches b
      where m.line = 'leased' and b.stream = m.stream and b.lease is not null and b.leased_in < m.mark
    );
$$;

comment on function private.mend_email_marks() is 'Takes marks back to the beginning that were made by another server.';

create function private.job_kick_emails(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if private.is_check_in_due(p_now) then
    perform private.mend_email_marks();
  end if;
  if private.is_check_in_due(p_now)
    or (
      not exists (select from private.email_sender where paused_until > p_now)
      and private.count_due_emails('mail', p_now) > 0
    )
  then
    perform private.kick_function('email-dispatch');
    return 1;
  end if;
  return 0;
end;
$$;

comment on function private.job_kick_emails(timestamptz) is 'Wakes email-dispatch when there is something for it, and every five minutes for its check-in.';

create function private.job_kick_reminders(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if private.is_check_in_due(p_now)
    or (
      not exists (select from private.email_sender where paused_until > p_now)
      and (
        exists (select from public.booking_reminders where status = 'scheduled' and due_at <= p_now)
        or private.count_due_emails('reminder', p_now) > 0
      )
    )
  then
    perform private.kick_function('booking-reminders-dispatch');
    return 1;
  end if;
  return 0;
end;
$$;

comment on function private.job_kick_reminders(timestamptz) is 'Wakes booking-reminders-dispatch when there is something for it, and every five minutes for its check-in.';

insert into public.data_retention_policies (name, description, counts_from, setting, held_by) values
  ('public.email_verification_tokens', 'Links that confirm an address', 'expires_at', 'token_retention_days', '{r.user_id}'),
  ('public.password_reset_tokens', 'Links that reset a password', 'expires_at', 'token_retention_days', '{r.user_id}'),
  ('public.email_changes', 'Changes of address', 'expires_at', 'token_retention_days', '{r.user_id}');

insert into public.data_retention_policies (name, description, counts_from, kept_for, held_by) values
  ('private.sign_up_tokens', 'Links that complete a sign-up: the address of somebody who has no account', 'expires_at', '1 day', '{r.account_id}'),
  ('private.token_requests', 'Requests for a link: nobody waits a day for such a mail, and they have asked again', 'created_at', '1 day', '{r.user_id}'),
  ('private.token_cooldowns', 'When a link was last asked for: longer than any cooldown and than the window of an hour', 'last_allowed_at', '2 hours', '{}'),
  ('private.allowances', 'Allowances that are full again', 'full_at', '0', '{}');

insert into public.data_retention_policies (name, description, counts_from, kept_for, way, emptied, held_by, condition) values
  ('private.sign_up_tokens.said', 'What somebody said who signs up: an hour after Auth was told it belongs to nobody', 'taken_at', '1 hour', 'empty', '{said}', '{r.account_id}', 'r.said is not null');

create function private.job_purge_tokens(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('private.sign_up_tokens.said', p_now)
    + private.purge('public.email_verification_tokens', p_now)
    + private.purge('public.password_reset_tokens', p_now)
    + private.purge('public.email_changes', p_now)
    + private.purge('private.sign_up_tokens', p_now)
    + private.purge('private.token_requests', p_now)
    + private.purge('private.token_cooldowns', p_now)
    + private.purge('private.allowances', p_now);
end;
$$;

comment on function private.job_purge_tokens(timestamptz) is 'Deletes tokens and changes of address long expired, requests nobody took up, cooldowns that are over, and allowances that are full again.';

-- Somebody who signs up with a stranger's address chooses the password, and Auth keeps it when the
-- stranger signs up too and confirms. So such an account does not lie in wait for long.
create index profiles_unconfirmed_idx on public.profiles (created_at) where email_confirmed_at is null;

insert into public.data_retention_policies (name, description, counts_from, setting, way, held_by, condition) values (
  'public.profiles', 'Accounts whose address was never confirmed, and that have no link left that could', 'created_at', 'unconfirmed_account_ttl_hours', 'end', '{r.id}',
  'r.email_confirmed_at is null and not exists (select from private.tokens t where t.user_id = r.id and t.spent_at is null and t.expires_at > $1 + private.hours(''unconfirmed_account_ttl_hours''))'
);

create function private.job_delete_unconfirmed_accounts(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  perform private.lock_ends_of_accounts();
  delete from auth.users where id = any (array(
    select u.id from auth.users u
    where u.id in (select private.due_ids('public.profiles', p_now))
      and u.email_confirmed_at is null and u.phone_confirmed_at is null and u.email <> ''
    for update of u skip locked
  ));
  get diagnostics v_rows = row_count;
  return private.note_ended('public.profiles', p_now, v_rows);
end;
$$;

comment on function private.job_delete_unconfirmed_accounts(timestamptz) is
  'Deletes accounts whose address was never confirmed and that have no link left that could confirm it.';

-- Of people without an account the words go sooner, once their link has ended. A failed mail without them cannot be sent again.
insert into public.data_retention_policies (name, description, counts_from, setting, way, emptied, is_counted, held_by, condition) values (
  'private.emails.words', 'Address and words of a mail', 'created_at', 'mail_payload_retention_days', 'empty', '{recipient,variables,named_id}', false, '{r.user_id,r.named_id}',
  'r.recipient is not null and exists (select from private.email_outcomes o where o.mail_id = r.id and o.settled_at < $1)'
);
insert into public.data_retention_policies (name, description, counts_from, kept_for, way, emptied, condition) values (
  'private.emails.strangers', 'Address and words of a mail to nobody''s account', 'created_at', '1 day', 'empty', '{recipient,variables,named_id}',
  'r.recipient is not null and r.user_id is null and r.token_purpose in (''sign_up'', ''email_change'')
    and r.created_at < $1 - greatest(private.token_lifetime(''sign_up''), private.token_lifetime(''email_change''))
    and exists (select from private.email_outcomes o where o.mail_id = r.id)'
);
insert into public.data_retention_policies (name, description, counts_from, kept_for, condition) values (
  'private.email_dead_letters', 'Mails that were given up and have no words any more', 'failed_at', '0',
  'not exists (select from private.emails e where e.id = r.mail_id and e.recipient is not null)'
);
insert into public.data_retention_policies (name, description, counts_from, setting, held_by, condition) values
  ('private.emails', 'That a mail went out, and what became of it', 'created_at', 'communication_log_retention_days', '{r.user_id}', 'r.recipient is null');

create function private.job_purge_mail_payloads(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select private.purge('private.emails.words', p_now)
    + private.purge('private.emails.strangers', p_now)
    + private.purge('private.email_dead_letters', p_now)
    + private.purge('private.emails', p_now);
$$;

comment on function private.job_purge_mail_payloads(timestamptz) is
  'Empties address and variables of mails settled long ago, and sooner of those to people without an account; and in the end forgets the mail.';

-- That Resend refuses an address happens every day. Many at once, or any other end, is ours to look at.
create function private.outbox_fault(p_now timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select format('mail is paused until %s: %s', paused_until, error_code) from private.email_sender where paused_until > p_now),
    (
      select format('%s mails failed for good within an hour: %s', count(*), string_agg(distinct error_code, ', '))
      from private.email_dead_letters where failed_at > p_now - interval '1 hour'
      having count(*) > 10 or count(*) filter (where error_code <> 'invalid') > 0
    ),
    (
      select format('%s batches are stuck, last errors: %s', count(*), string_agg(distinct coalesce(last_error_code, 'none'), ', '))
      from private.email_batches where due_at < p_now - interval '15 minutes' or first_attempt_at < p_now - interval '6 hours'
      having count(*) > 0
    ),
    (
      select format('mail has been waiting since %s', min(q.due_at))
      from (values ('mail'), ('reminder')) s (stream)
      cross join (values (0), (1)) p (priority)
      cross join lateral (
        (
          select due_at from private.email_queue
          where stream = s.stream and priority = p.priority and ready_in is not null order by ready_in, mail_id limit 1
        ) union all (
          select due_at from private.email_queue where stream = s.stream and ready_in is null order by due_at limit 1
        )
      ) q
      having min(q.due_at) < p_now - interval '15 minutes'
    ),
    private.delivery_fault(p_now)
  );
$$;

comment on function private.outbox_fault(timestamptz) is
  'What an operator should look at: a paused sender, mails that failed for good, stuck batches, mail that waits too long, too many bounces or complaints. Null where all is well.';

create function private.job_check_outbox(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$ select private.raise_fault(private.outbox_fault(p_now)); $$;

comment on function private.job_check_outbox(timestamptz) is
  'Fails, and so shows in job_runs and the log, where private.outbox_fault() has something to say.';

select cron.schedule('email-dispatch', '* * * * *', $$select private.run_job('kick_emails')$$);
select cron.schedule('booking-reminders-dispatch', '* * * * *', $$select private.run_job('kick_reminders')$$);
select cron.schedule('check-outbox', '*/5 * * * *', $$select private.run_job('check_outbox')$$);
select cron.schedule('purge-tokens', '17 * * * *', $$select private.run_job('purge_tokens')$$);
select cron.schedule('delete-unconfirmed-accounts', '47 * * * *', $$select private.run_job('delete_unconfirmed_accounts')$$);
select cron.schedule('purge-mail-payloads', '37 * * * *', $$select private.run_job('purge_mail_payloads')$$);
