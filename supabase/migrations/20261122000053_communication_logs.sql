-- Communication log (T16): every mail, from the transaction that wanted it to its end.
--
-- Read:  a person what was mailed to them, without address and variables. Which mails somebody
--        got tells of their sessions, so a platform admin has no direct view of them.
-- Write: private.enqueue_email(), claim_emails(), settle_emails() and their like.
--
-- The log never holds a body, a link or a token. Mail that waits for sending is in the narrow
-- private.email_queue and private.email_batches. A mail is updated once in its life, when it is
-- settled, and no index covers a column that this touches: with half of each page left free
-- those updates stay inside their page (HOT). An index on status or provider_message_id would take
-- most of the throughput away: docs/decisions/mail-queue-beside-the-log.md.

create domain private.mail_stream as text check (value in ('mail', 'reminder'));
comment on domain private.mail_stream is 'The queues of the outbox, one for each dispatcher.';

create domain private.token_purpose as text check (value in ('email_verification', 'password_reset', 'invitation', 'email_change', 'email_change_cancel', 'sign_up'));
comment on domain private.token_purpose is 'The purposes of mailed links.';

create table public.communication_logs (
  id bigint generated always as identity primary key,
  user_id uuid references public.profiles (id) on delete set null,
  stream private.mail_stream not null,
  category text not null check (category in ('security', 'account', 'booking', 'reminder')),
  template_key text not null check (length(template_key) <= 63),
  template_id bigint,
  recipient public.email_address,
  variables jsonb check (jsonb_typeof(variables) = 'object' and octet_length(variables::text) <= 8192),
  dedupe_key text not null unique check (length(dedupe_key) between 1 and 200),
  token_purpose private.token_purpose,
  token_id uuid,
  booking_reminder_id uuid,
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed', 'skipped')),
  error_code text check (error_code ~ '^[a-z0-9_]{1,100}$'),
  provider_message_id text check (length(provider_message_id) <= 200),
  settled_at timestamptz,
  created_at timestamptz not null default now(),
  constraint settled_at_iff_settled check ((settled_at is null) = (status = 'queued')),
  constraint error_iff_not_sent check ((error_code is not null) = (status in ('failed', 'skipped'))),
  constraint only_the_sent_have_a_message check (provider_message_id is null or status = 'sent'),
  constraint the_queued_have_a_payload check (
    status <> 'queued' or (recipient is not null and variables is not null)
  ),
  constraint payload_goes_as_one check ((recipient is null) = (variables is null)),
  constraint token_is_whole check ((token_purpose is null) = (token_id is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table public.communication_logs is 'Log and outbox of all mail. One row per mail; a row in state queued is still to be sent.';
comment on column public.communication_logs.stream is 'The dispatcher that sends it: reminder (booking-reminders-dispatch) or mail (email-dispatch).';
comment on column public.communication_logs.template_id is
  'Version that was used. No foreign key: its check and index would be paid by every mail, and published templates are never deleted.';
comment on column public.communication_logs.recipient is 'Address at the time of enqueueing, lower case. Emptied after the retention period.';
comment on column public.communication_logs.variables is 'Values of the template. Emptied after the retention period.';
comment on column public.communication_logs.dedupe_key is 'The occasion of the mail. Enqueueing is idempotent by it.';
comment on column public.communication_logs.token_id is 'Token whose link the mail carries. The link itself is made while sending.';
comment on column public.communication_logs.booking_reminder_id is 'Reminder that the mail is; checked again before sending.';
comment on column public.communication_logs.status is 'queued until settled; sent: accepted by the provider; failed: given up; skipped: no longer wanted.';
comment on column public.communication_logs.provider_message_id is 'Id that the provider gave the mail.';

create index communication_logs_user_id_idx on public.communication_logs (user_id, created_at desc);
create index communication_logs_payload_idx on public.communication_logs (created_at) where recipient is not null;
create index communication_logs_strangers_idx on public.communication_logs (created_at)
  where recipient is not null and user_id is null and token_purpose in ('sign_up', 'email_change');

select private.keep_no_statistics('public.communication_logs');

alter table public.communication_logs enable row level security;
alter table public.communication_logs force row level security;
revoke all on table public.communication_logs from public, anon, authenticated, service_role;
grant select (user_id, category, template_key, status, error_code, created_at, settled_at)
  on public.communication_logs to authenticated;
grant select on public.communication_logs to service_role;

create policy "A person sees what was mailed to them"
  on public.communication_logs for select to authenticated
  using (user_id = (select private.user_id()));
