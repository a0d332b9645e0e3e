-- Password reset tokens (T2).
--
-- Read:  a person their own; platform admins a person's by public.read_person(); neither half of a link:
--        with the id alone, whoever took over a session could use up the attempts of each new link.
-- Write: SQL functions only. The row holds the SHA-256 of a secret that is derived from a key
--        outside the database: a dump of this table holds no usable link.

create table public.password_reset_tokens (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  email public.email_address not null,
  token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz not null,
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  used_at timestamptz,
  completed_at timestamptz,
  released_at timestamptz,
  superseded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint expires_after_creation check (expires_at > created_at),
  constraint attempts_are_limited check (attempts between 0 and max_attempts),
  constraint used_within_lifetime check (used_at >= created_at and used_at <= expires_at),
  constraint superseded_after_creation check (superseded_at >= created_at),
  constraint used_or_superseded check (used_at is null or superseded_at is null),
  constraint only_a_mailed_token_is_used check (used_at is null or token_hash is not null),
  constraint only_a_used_token_is_completed check (completed_at is null or used_at is not null)
);

comment on table public.password_reset_tokens is 'One row per reset link. The id is the public half of the link.';
comment on column public.password_reset_tokens.email is 'Address at issue. The link is void when the account''s address has changed since.';
comment on column public.password_reset_tokens.token_hash is 'SHA-256 of the secret half, hex. Null until the mail is made.';
comment on column public.password_reset_tokens.attempts is 'Tries with a wrong secret.';
comment on column public.password_reset_tokens.used_at is 'When a request took the link to Auth. Given back where Auth refuses.';
comment on column public.password_reset_tokens.completed_at is 'When Auth had a new password of the person. Never given back from then on.';
comment on column public.password_reset_tokens.released_at is 'When it was last given back because Auth had not answered yes.';
comment on column public.password_reset_tokens.superseded_at is 'When a newer token of the person took its place, or a link changed the password.';

create index password_reset_tokens_user_id_idx on public.password_reset_tokens (user_id, created_at desc);
create index password_reset_tokens_token_hash_idx on public.password_reset_tokens (token_hash);
create index password_reset_tokens_expires_at_idx on public.password_reset_tokens (expires_at);
create unique index password_reset_tokens_one_live_idx on public.password_reset_tokens (user_id)
  where used_at is null and superseded_at is null;

create trigger touch_updated_at before update on public.password_reset_tokens
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.password_reset_tokens');

alter table public.password_reset_tokens enable row level security;
alter table public.password_reset_tokens force row level security;
revoke all on table public.password_reset_tokens from public, anon, authenticated, service_role;
grant select (user_id, expires_at, attempts, max_attempts, used_at, completed_at, superseded_at, created_at, updated_at)
  on public.password_reset_tokens to authenticated;
grant select (id, user_id, email, expires_at, attempts, max_attempts, used_at, completed_at, superseded_at, created_at, updated_at)
  on public.password_reset_tokens to service_role;

create policy "A person sees their own tokens"
  on public.password_reset_tokens for select to authenticated
  using (user_id = (select private.user_id()) and expires_at >= (select private.shown_from('public.password_reset_tokens')));
