-- Sign-ups that wait for whoever reads the mail of the address (docs/decisions/signing-up-begins-with-a-mail.md).
--
-- Read:  nobody.
-- Write: SQL functions only. There is no account yet: the person behind the link makes it.
--
-- taken_at lasts as long as Auth is being told, by its admin API. A call that died there is repeated by the same link;
-- that Auth has the account is written down by the trigger on auth.users, in Auth's own transaction.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('sign_up_ttl_hours', '24', 1, 72, 'How long a link that completes a sign-up works.'),
  ('sign_up_mails_per_day', '10', 1, 120, 'Mails about a sign-up that an address gets in a day, however often it is typed.');

create table private.sign_up_tokens (
  id uuid primary key default gen_random_uuid(),
  email public.email_address not null,
  account_id uuid,
  token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  said jsonb check (jsonb_typeof(said) = 'object' and octet_length(said::text) <= 8192),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  taken_at timestamptz,
  used_at timestamptz,
  superseded_at timestamptz,
  constraint expires_after_creation check (expires_at > created_at),
  constraint attempts_are_limited check (attempts between 0 and max_attempts),
  constraint taken_after_creation check (taken_at >= created_at),
  constraint superseded_after_creation check (superseded_at >= created_at),
  constraint used_or_superseded check (used_at is null or superseded_at is null),
  constraint only_a_mailed_token_is_taken check (taken_at is null or token_hash is not null),
  constraint taken_for_an_account check ((taken_at is null) = (account_id is null)),
  constraint only_a_taken_token_is_used check (used_at is null or taken_at is not null),
  constraint said_while_auth_is_told check (said is null or taken_at is not null and used_at is null)
);

comment on table private.sign_up_tokens is 'One row per link that completes a sign-up.';
comment on column private.sign_up_tokens.token_hash is 'SHA-256 of the secret half, hex. Null until the mail is made.';
comment on column private.sign_up_tokens.account_id is
  'The account that Auth is told to make, or to give to its reader: what was said goes to no other. No foreign key: it may not be there yet.';
comment on column private.sign_up_tokens.said is 'What the person said with the link: introduction, terms, and from where. Theirs once Auth has the account.';
comment on column private.sign_up_tokens.taken_at is 'When the link last took it to Auth.';
comment on column private.sign_up_tokens.used_at is 'When Auth had the account by it. Until then it can be repeated.';
comment on column private.sign_up_tokens.superseded_at is 'When a newer link took its place, or the address had a confirmed account by another way.';

create unique index sign_up_tokens_one_live_idx on private.sign_up_tokens (email) where used_at is null and superseded_at is null;
create index sign_up_tokens_email_idx on private.sign_up_tokens (email, created_at);
create index sign_up_tokens_account_id_idx on private.sign_up_tokens (account_id);
create index sign_up_tokens_said_idx on private.sign_up_tokens (taken_at) where said is not null;
create index sign_up_tokens_expires_at_idx on private.sign_up_tokens (expires_at);

alter table private.sign_up_tokens enable row level security;
alter table private.sign_up_tokens force row level security;
revoke all on table private.sign_up_tokens from public, anon, authenticated, service_role;
