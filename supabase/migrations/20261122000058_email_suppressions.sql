-- Addresses that are not mailed: those that mail comes back from, whose owners complained, or that refused a kind of mail.
--
-- Read:  private.screen_emails(), before a mail is sent, and whoever would invite an address.
-- Write: what the mailer tells (private.record_email_event()), links of mails (unsubscribe()), and platform
--        admins, who lift what was suppressed (lift_email_suppression()).
--
-- An address stands here as its HMAC alone. So the list outlives the person whose address it was, as it must, and tells
-- nobody who has a copy of the database whose it is: the key is in the vault, where it is made, and never leaves it.
-- docs/decisions/suppressions-by-hmac.md.

select vault.create_secret(encode(extensions.gen_random_bytes(32), 'hex'), 'email_address_key',
  'Names addresses in private.email_suppressions and private.email_refusals. Whoever changes it forgets them all.');
select vault.create_secret(encode(extensions.gen_random_bytes(32), 'hex'), 'email_unsubscribe_key',
  'Signs the links by which mail is refused. Whoever changes it ends those that were mailed.');

-- Without its key nothing would be suppressed: better no mail for a while.
create function private.vault_key(p_name text)
returns bytea
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_key constant text := (select decrypted_secret from vault.decrypted_secrets where name = p_name);
begin
  if coalesce(length(v_key), 0) < 32 then
    raise exception '% is missing in the vault', p_name;
  end if;
  return convert_to(v_key, 'UTF8');
end;
$$;

comment on function private.vault_key(text) is 'A key of the vault. Raises where it is missing.';

create function private.address_key(p_address text)
returns bytea
language sql
stable
set search_path = ''
as $$
  select extensions.hmac(convert_to(p_address, 'UTF8'), private.vault_key('email_address_key'), 'sha256');
$$;

comment on function private.address_key(text) is
  'HMAC-SHA-256 of an address in its written form (private.email_address()): its name where the address itself is not kept.';

create table private.email_suppressions (
  address_key bytea primary key check (octet_length(address_key) = 32),
  reason text not null check (reason in ('manual', 'soft_bounces', 'provider', 'hard_bounce', 'complaint')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table private.email_suppressions is
  'Addresses not to be mailed at all, security mail included: what nobody receives helps nobody, and harms the mail of all others.';
comment on column private.email_suppressions.address_key is 'private.address_key().';
comment on column private.email_suppressions.reason is
  'hard_bounce, soft_bounces (three in thirty days), complaint; provider: the mailer refuses the address; manual: an operator.';

create trigger touch_updated_at before update on private.email_suppressions
  for each row execute function private.touch_updated_at();

-- Of several reasons the gravest stays, in whatever order they come.
create function private.suppress_address(p_address_key bytea, p_reason text)
returns void
language sql
set search_path = ''
as $$
  insert into private.email_suppressions as s (address_key, reason) values (p_address_key, p_reason)
  on conflict (address_key) do update set reason = excluded.reason
  where array_position(array['manual', 'soft_bounces', 'provider', 'hard_bounce', 'complaint'], s.reason)
    < array_position(array['manual', 'soft_bounces', 'provider', 'hard_bounce', 'complaint'], excluded.reason);
$$;

comment on function private.suppress_address(bytea, text) is 'Suppresses an address, or notes a graver reason. Idempotent.';

-- The one place that says which mail somebody may refuse. What keeps an account safe and what changes a booked session they
-- have to learn: these categories are not in it, and their mails carry no link for it.
create function private.refusable_categories()
returns text[]
language sql
immutable
set search_path = ''
as $$ select array['account', 'reminder']; $$;

comment on function private.refusable_categories() is 'The categories of mail that a person, or whoever reads an address, may refuse.';

create table private.email_refusals (
  address_key bytea not null check (octet_length(address_key) = 32),
  category text not null check (category = any (private.refusable_categories())),
  created_at timestamptz not null default now(),
  primary key (address_key, category)
);

comment on table private.email_refusals is
  'Kinds of mail that whoever reads an address refused by a link. They hold for mail to nobody''s account, such as invitations; of accounts, notification_preferences says it.';

alter table private.email_suppressions enable row level security;
alter table private.email_suppressions force row level security;
alter table private.email_refusals enable row level security;
alter table private.email_refusals force row level security;
revoke all on table private.email_suppressions, private.email_refusals from public, anon, authenticated, service_role;

create function private.refuses_mail(p_address text, p_category text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select from private.email_suppressions s where s.address_key = k.address_key)
    or exists (select from private.email_refusals r where r.address_key = k.address_key and r.category = p_category)
  from (select private.address_key(p_address)) k (address_key);
$$;

comment on function private.refuses_mail(text, text) is
  'Whether mail of a category to an address of nobody''s account would not be sent. For many addresses at once, screen_emails() asks by itself.';
