-- Communication log (T16): every mail, from the transaction that wanted it to its end.
--
-- Read:  a person what was mailed to them, without address and variables, as public.communication_logs. Which mails
--        somebody got tells of their sessions, so a platform admin has no direct view of them.
-- Write: private.enqueue_email(), claim_emails(), settle_emails() and their like.
--
-- The log never holds a body, a link or a token. It is two tables, and both only grow at their ends: what was to be
-- mailed, private.emails, is never touched by sending, and what became of it is a row of private.email_outcomes. With a
-- status that changes in place the cost of a mail went up with the number of all mails:
-- docs/decisions/mail-queue-beside-the-log.md. What still waits for sending is in private.email_queue and email_batches.

create domain private.mail_stream as text check (value in ('mail', 'reminder'));
comment on domain private.mail_stream is 'The queues of the outbox, one for each dispatcher.';

create domain private.token_purpose as text check (value in ('email_verification', 'password_reset', 'invitation', 'email_change', 'email_change_cancel', 'sign_up'));
comment on domain private.token_purpose is 'The purposes of mailed links.';

create domain public.mail_status as text check (value in ('queued', 'sent', 'failed', 'skipped'));
comment on domain public.mail_status is 'queued until settled; sent: accepted by the provider; failed: given up; skipped: no longer wanted.';

create table private.emails (
  id bigint generated always as identity primary key,
  user_id uuid references public.profiles (id) on delete set null,
  stream private.mail_stream not null,
  category public.mail_category not null,
  template_key text not null check (length(template_key) <= 63),
  recipient public.email_address,
  variables jsonb check (jsonb_typeof(variables) = 'object' and octet_length(variables::text) <= 8192),
  dedupe_key text not null unique check (length(dedupe_key) between 1 and 200),
  token_purpose private.token_purpose,
  token_id uuid,
  booking_reminder_id uuid,
  named_id uuid,
  needed_by timestamptz,
  useless_after timestamptz,
  created_at timestamptz not null default now(),
  constraint payload_goes_as_one check ((recipient is null) = (variables is null) and (named_id is null or variables is not null)),
  constraint token_is_whole check ((token_purpose is null) = (token_id is null))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table private.emails is 'What was to be mailed to whom, and why. Sending changes nothing in it.';
comment on column private.emails.stream is 'The dispatcher that sends it: reminder (booking-reminders-dispatch) or mail (email-dispatch).';
comment on column private.emails.recipient is 'Address at the time of enqueueing, or to which its account has moved while it waited; lower case. Emptied after the retention period.';
comment on column private.emails.variables is 'Values of the template. Emptied after the retention period.';
comment on column private.emails.dedupe_key is 'The occasion of the mail. Enqueueing is idempotent by it.';
comment on column private.emails.token_id is 'Token whose link the mail carries. The link itself is made while sending.';
comment on column private.emails.booking_reminder_id is 'Reminder that the mail is; checked again before sending.';
comment on column private.emails.named_id is
  'The other of the session that it is about: what it says may have their name and their words. No foreign key, which would wait for an account that is being deleted. Emptied with the values.';
comment on column private.emails.needed_by is 'Read later it is too late to act on: quiet hours do not hold it back beyond this.';
comment on column private.emails.useless_after is 'Not sent from then on, as the start of a session of which it reminds.';

create index emails_user_id_idx on private.emails (user_id, created_at desc);
create index emails_named_id_idx on private.emails (named_id) where named_id is not null;
create index emails_payload_idx on private.emails (created_at) where recipient is not null;
-- For export and erasure, which ask by address for mails of nobody's account: invitations, and links that make one. Other mails do not pay.
create index emails_recipient_idx on private.emails (recipient) where user_id is null and recipient is not null;
-- A mail comes into it when it is emptied, so that sending does not write to it.
create index emails_emptied_idx on private.emails (created_at) where recipient is null;
create index emails_strangers_idx on private.emails (created_at)
  where recipient is not null and user_id is null and token_purpose in ('sign_up', 'email_change');

-- No foreign keys: to check them would lock, and so write, a row of the mail and of its template.
create table private.email_outcomes (
  mail_id bigint primary key,
  status public.mail_status not null check (status <> 'queued'),
  error_code text check (error_code ~ '^[a-z0-9_]{1,100}$'),
  template_id bigint,
  provider_message_id text check (length(provider_message_id) <= 200),
  settled_at timestamptz not null,
  constraint error_iff_not_sent check ((error_code is not null) = (status in ('failed', 'skipped'))),
  constraint only_the_sent_have_a_message check (provider_message_id is null or status = 'sent')
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table private.email_outcomes is
  'What became of a mail, once that is known. Its one index is in the order of settling; another in random order would cost more than all the rest of it.';
comment on column private.email_outcomes.template_id is 'Version of the template that was used.';
comment on column private.email_outcomes.provider_message_id is 'Id that the provider gave the mail.';

select private.keep_no_statistics('private.emails'), private.keep_no_statistics('private.email_outcomes');

alter table private.emails enable row level security;
alter table private.emails force row level security;
alter table private.email_outcomes enable row level security;
alter table private.email_outcomes force row level security;
revoke all on table private.emails, private.email_outcomes from public, anon, authenticated, service_role;
grant select (id, user_id, category, template_key, created_at) on private.emails to authenticated, service_role;
grant select (mail_id, status, error_code, settled_at) on private.email_outcomes to authenticated, service_role;

create policy "A person sees which mails they were sent"
  on private.emails for select to authenticated
  using (user_id = (select private.user_id()));

create policy "A person sees what became of their mails"
  on private.email_outcomes for select to authenticated
  using (exists (select from private.emails e where e.id = mail_id));

create view public.communication_logs with (security_invoker = true) as
  select
    e.user_id, e.category, e.template_key, coalesce(o.status, 'queued')::public.mail_status as status,
    o.error_code, e.created_at, o.settled_at
  from private.emails e
  left join private.email_outcomes o on o.mail_id = e.id;

comment on view public.communication_logs is 'Log of all mail: a person reads which mails they were sent, and what became of each.';
comment on column public.communication_logs.status is 'queued until settled; sent: accepted by the provider; failed: given up; skipped: no longer wanted.';
comment on column public.communication_logs.error_code is 'Why it was not sent.';

revoke all on public.communication_logs from public, anon, authenticated, service_role;
grant select on public.communication_logs to authenticated, service_role;

-- Else whoever tries to write is told that this cannot be done with views, before it is asked whether they may: a failure of ours.
create trigger refuse_change instead of insert or update or delete on public.communication_logs
  for each row execute function private.refuse_change();

create view private.email_log with (security_invoker = true) as
  select
    e.id, e.user_id, e.stream::text, e.category::text, e.template_key, e.recipient, e.variables, e.dedupe_key, e.token_purpose,
    e.token_id, e.booking_reminder_id, e.named_id, e.needed_by, e.useless_after, e.created_at,
    coalesce(o.status, 'queued')::text as status, o.error_code, o.template_id, o.provider_message_id, o.settled_at
  from private.emails e
  left join private.email_outcomes o on o.mail_id = e.id;

comment on view private.email_log is 'Every mail with all that is known of it, for operators and for what works on mail.';

revoke all on private.email_log from public, anon, authenticated, service_role;
