-- E-mail verification tokens (T1).
--
-- Read:  a person their own; platform admins a person's by public.read_person(); neither half of a link.
-- Write: SQL functions only. The row holds the SHA-256 of a secret that is derived from a key
--        outside the database: a dump of this table holds no usable link.

create table public.email_verification_tokens (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  email public.email_address not null,
  token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz not null,
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  verified_at timestamptz,
  superseded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint expires_after_creation check (expires_at > created_at),
  constraint attempts_are_limited check (attempts between 0 and max_attempts),
  constraint verified_within_lifetime check (verified_at >= created_at and verified_at <= expires_at),
  constraint superseded_after_creation check (superseded_at >= created_at),
  constraint verified_or_superseded check (verified_at is null or superseded_at is null),
  constraint only_a_mailed_token_is_verified check (verified_at is null or token_hash is not null)
);

comment on table public.email_verification_tokens is 'One row per confirmation link. The id is the public half of the link.';
comment on column public.email_verification_tokens.email is 'Address at issue. The link is void when the account''s address has changed since.';
comment on column public.email_verification_tokens.token_hash is 'SHA-256 of the secret half, hex. Null until the mail is made.';
comment on column public.email_verification_tokens.attempts is 'Tries with a wrong secret.';
comment on column public.email_verification_tokens.superseded_at is 'When a newer token of the person took its place.';

create index email_verification_tokens_user_id_idx on public.email_verification_tokens (user_id, created_at desc);
create index email_verification_tokens_token_hash_idx on public.email_verification_tokens (token_hash);
create index email_verification_tokens_expires_at_idx on public.email_verification_tokens (expires_at);
create unique index email_verification_tokens_one_live_idx on public.email_verification_tokens (user_id)
  where verified_at is null and superseded_at is null;

create trigger touch_updated_at before update on public.email_verification_tokens
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.email_verification_tokens');

alter table public.email_verification_tokens enable row level security;
alter table public.email_verification_tokens force row level security;
revoke all on table public.email_verification_tokens from public, anon, authenticated, service_role;
grant select (user_id, expires_at, attempts, max_attempts, verified_at, superseded_at, created_at, updated_at)
  on public.email_verification_tokens to authenticated;
grant select (id, user_id, email, expires_at, attempts, max_attempts, verified_at, superseded_at, created_at, updated_at)
  on public.email_verification_tokens to service_role;

create policy "A person sees their own tokens"
  on public.email_verification_tokens for select to authenticated
  using (user_id = (select private.user_id()) and expires_at >= (select private.shown_from('public.email_verification_tokens')));
