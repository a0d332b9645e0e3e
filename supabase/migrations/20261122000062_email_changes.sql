-- Changes of address: who asked to move their account to which, and the links about it.
--
-- Read:  a person what became of their own; neither address, nor any half of a link: whoever took over the
--        account, or reads an employer's mailbox, would learn a private address from it.
-- Write: SQL functions only. docs/decisions/the-address-belongs-to-the-person.md
--
-- requested -> confirming -> confirmed -> reverting -> reverted     or, before it is confirmed, cancelled or superseded
--
-- Two states last as long as Auth is being told, by its admin API. A call that died there is repeated by the same link;
-- that Auth has done it is written down by the trigger on auth.users, in Auth's own transaction.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('email_change_ttl_hours', '24', 1, 72, 'How long a link to a new address works.'),
  ('email_change_cancel_hours', '24', 1, 168, 'How long a change of address can be taken back from the old address.');

create table public.email_changes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  old_email public.email_address not null,
  new_email public.email_address not null,
  status text not null default 'requested'
    check (status in ('requested', 'confirming', 'confirmed', 'cancelled', 'reverting', 'reverted', 'superseded')),
  expires_at timestamptz not null,
  consumed_at timestamptz,
  confirmed_at timestamptz,
  cancelled_at timestamptz,
  reverted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint addresses_differ check (old_email <> new_email),
  constraint expires_after_creation check (expires_at > created_at),
  constraint consumed_before_it_is_confirming check (consumed_at is not null or status not in ('confirming', 'confirmed', 'reverting', 'reverted')),
  constraint confirmed_at_iff_auth_had_it check ((confirmed_at is not null) = (status in ('confirmed', 'reverting', 'reverted'))),
  constraint cancelled_at_iff_cancelled check ((cancelled_at is not null) = (status in ('cancelled', 'reverting', 'reverted'))),
  constraint reverted_at_iff_reverted check ((reverted_at is not null) = (status = 'reverted'))
);

comment on table public.email_changes is 'A change of the address of an account, from the request on.';
comment on column public.email_changes.old_email is 'Address at issue. The change is void when the account''s address is another by then.';
comment on column public.email_changes.status is
  'confirming, reverting: Auth is being told. superseded: a newer change was asked for, or the address became another meanwhile.';
comment on column public.email_changes.expires_at is 'Until when it can be confirmed.';
comment on column public.email_changes.consumed_at is 'When the link to the new address last took it to Auth.';
comment on column public.email_changes.confirmed_at is 'When Auth had the new address.';
comment on column public.email_changes.reverted_at is 'When Auth had the old address again.';

create unique index email_changes_one_open_idx on public.email_changes (user_id) where status in ('requested', 'confirming');
create index email_changes_user_id_idx on public.email_changes (user_id, created_at desc);
create index email_changes_expires_at_idx on public.email_changes (expires_at);

create index email_changes_old_email_idx on public.email_changes (old_email) where status in ('confirmed', 'reverting');

create trigger touch_updated_at before update on public.email_changes
  for each row execute function private.touch_updated_at();

-- Links to the new address, which confirm; beside the change, so that who reads it sees no half of a link.
create table private.email_change_tokens (
  id uuid primary key default gen_random_uuid(),
  change_id uuid not null references public.email_changes (id) on delete cascade,
  token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  superseded_at timestamptz,
  constraint expires_after_creation check (expires_at > created_at),
  constraint attempts_are_limited check (attempts between 0 and max_attempts),
  constraint superseded_after_creation check (superseded_at >= created_at),
  constraint used_or_superseded check (used_at is null or superseded_at is null),
  constraint only_a_mailed_token_is_used check (used_at is null or token_hash is not null)
);

comment on table private.email_change_tokens is 'One row per link that confirms a new address.';
comment on column private.email_change_tokens.token_hash is 'SHA-256 of the secret half, hex. Null until the mail is made.';
comment on column private.email_change_tokens.used_at is 'When Auth had the new address by it. Until then it can be repeated.';
comment on column private.email_change_tokens.superseded_at is 'When a newer link took its place, or the change was taken back.';

create unique index email_change_tokens_one_idx on private.email_change_tokens (change_id);

-- And those to the old one. A table of their own: a link of one purpose is never taken for the other.
create table private.email_change_cancel_tokens (like private.email_change_tokens including all);
alter table private.email_change_cancel_tokens add foreign key (change_id) references public.email_changes (id) on delete cascade;

comment on table private.email_change_cancel_tokens is 'One row per link that takes a change of address back.';
comment on column private.email_change_cancel_tokens.used_at is 'When it was used. A reversal that did not reach Auth can be repeated by it.';

select private.keep_no_statistics('public.email_changes');

alter table public.email_changes enable row level security;
alter table public.email_changes force row level security;
alter table private.email_change_tokens enable row level security;
alter table private.email_change_tokens force row level security;
alter table private.email_change_cancel_tokens enable row level security;
alter table private.email_change_cancel_tokens force row level security;
revoke all on table public.email_changes, private.email_change_tokens, private.email_change_cancel_tokens
  from public, anon, authenticated, service_role;
grant select (id, user_id, status, expires_at, confirmed_at, cancelled_at, reverted_at, created_at, updated_at)
  on public.email_changes to authenticated;
grant select on public.email_changes to service_role;

create policy "A person sees what became of their changes of address"
  on public.email_changes for select to authenticated
  using (user_id = (select private.user_id()) and expires_at >= (select private.shown_from('public.email_changes')));

-- Whoever took an account over and moved it would else only have to sign its old address up.
create function private.is_address_held(p_email text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.email_changes c join private.email_change_cancel_tokens t on t.change_id = c.id
    where c.old_email = p_email and t.superseded_at is null and t.expires_at > now()
      and (c.status = 'reverting' or c.status = 'confirmed' and t.used_at is null)
  );
$$;

comment on function private.is_address_held(text) is 'Whether an account can be taken back to an address, which so long has no other.';
