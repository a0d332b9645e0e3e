-- What comes back of mail: addresses that are not mailed any more, and whether each mail arrived.
--
-- Read:  private.screen_emails(), before a mail is sent, whoever would invite an address, and what watches over it.
-- Write: what the mailer tells (private.record_email_event()), links of mails (unsubscribe()), and platform
--        admins, who lift what was suppressed (lift_email_suppression()).
--
-- An address stands here as its HMAC alone. So the list outlives the person whose address it was, as it must, and tells
-- nobody who has a copy of the database whose it is: the key is in the vault, where it is made, and never leaves it.
-- docs/decisions/suppressions-by-hmac.md.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('email_event_retention_days', '60', 31, 365, 'How long it is kept that the mailer told something of a mail. Soft bounces on three days within thirty are looked for among these.');

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
  select substring(extensions.hmac(convert_to(p_address, 'UTF8'), private.vault_key('email_address_key'), 'sha256') from 1 for 16);
$$;

comment on function private.address_key(text) is
  'HMAC-SHA-256, its first 128 bits, of an address in its written form (private.email_address()): its name where the address itself is not kept.';

create table private.email_suppressions (
  address_key bytea primary key check (octet_length(address_key) = 16),
  reason text not null check (reason in ('soft_bounces', 'manual', 'provider', 'hard_bounce', 'complaint')),
  lapses_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint soft_bounces_lapse check ((lapses_at is not null) = (reason = 'soft_bounces'))
);

comment on table private.email_suppressions is
  'Addresses not to be mailed: what nobody receives helps nobody, and harms the mail of all others. That holds for security mail, too, but where mail bounced for reasons that pass.';
comment on column private.email_suppressions.address_key is 'private.address_key().';
comment on column private.email_suppressions.reason is
  'hard_bounce, soft_bounces (on three days within thirty), complaint; provider: the mailer refuses the address; manual: an operator.';
comment on column private.email_suppressions.lapses_at is
  'Of soft bounces: from when on it does not count. Until then security mail is tried all the same, so that a full mailbox locks nobody out of their account.';

create index email_suppressions_lapses_at_idx on private.email_suppressions (lapses_at) where lapses_at is not null;

create trigger touch_updated_at before update on private.email_suppressions
  for each row execute function private.touch_updated_at();

create function private.hold_address(p_address_key bytea)
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(25, hashtext(p_address_key::text));
$$;

comment on function private.hold_address(bytea) is 'Queues all that is told of an address until the transaction ends.';

-- Of several reasons the gravest stays, and of several times the last, in whatever order they come.
create function private.suppress_address(p_address_key bytea, p_reason text, p_lapses_at timestamptz default null)
returns void
language sql
set search_path = ''
as $$
  insert into private.email_suppressions as s (address_key, reason, lapses_at) values (p_address_key, p_reason, p_lapses_at)
  on conflict (address_key) do update set reason = excluded.reason, lapses_at = excluded.lapses_at
  where array_position(array['soft_bounces', 'manual', 'provider', 'hard_bounce', 'complaint'], s.reason)
    < array_position(array['soft_bounces', 'manual', 'provider', 'hard_bounce', 'complaint'], excluded.reason)
    or (s.reason = excluded.reason and s.lapses_at < excluded.lapses_at);
$$;

comment on function private.suppress_address(bytea, text, timestamptz) is 'Suppresses an address, or notes a graver reason. Idempotent.';

-- The one place that says which mail somebody may refuse. What keeps an account safe and what changes a booked session they
-- have to learn: these categories are not in it, and their mails carry no link for it. Links name a category by its place, so
-- another one comes last.
create function private.refusable_categories()
returns text[]
language sql
immutable
set search_path = ''
as $$ select array['account', 'reminder', 'agenda']; $$;

comment on function private.refusable_categories() is 'The categories of mail that a person, or whoever reads an address, may refuse.';

create table private.email_refusals (
  address_key bytea not null check (octet_length(address_key) = 16),
  category text not null check (category = any (private.refusable_categories())),
  created_at timestamptz not null default now(),
  primary key (address_key, category)
);

comment on table private.email_refusals is
  'Kinds of mail that whoever reads an address refused by a link. They hold for every mail to it, whose account it ever is, until they are taken back: by the same link, or by whoever has it as their confirmed address, in their preferences.';

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
  select exists (
      select from private.email_suppressions s
      where s.address_key = k.address_key and (s.lapses_at is null or (s.lapses_at > now() and p_category <> 'security'))
    )
    or exists (select from private.email_refusals r where r.address_key = k.address_key and r.category = p_category)
  from (select private.address_key(p_address)) k (address_key);
$$;

comment on function private.refuses_mail(text, text) is
  'Whether mail of a category to an address would not be sent, whatever the preferences of an account say. For many addresses at once, screen_emails() asks by itself.';

-- The states of a mail are in one line: queued < sent < delayed < delivered < suppressed < failed < bounced < complained. Of those
-- that events have told, a mail has the one furthest to the right. So they may come in any order and any number of times.
-- docs/decisions/states-of-a-mail.md.
create domain private.email_state as text
  check (value in ('sent', 'delayed', 'delivered', 'suppressed', 'failed', 'bounced', 'complained'));
comment on domain private.email_state is 'What an event may say of a mail, in the order of the states.';

create function private.email_state_rank(p_state text)
returns int
language sql
immutable
set search_path = ''
as $$
  select array_position(array['queued', 'sent', 'delayed', 'delivered', 'suppressed', 'failed', 'bounced', 'complained'], p_state);
$$;

comment on function private.email_state_rank(text) is 'The place of a state in the order of states. Of several, the one with the highest place holds.';

create table private.email_deliveries (
  mail_id bigint primary key,
  state private.email_state not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 70);

comment on table private.email_deliveries is
  'The state of each mail of which the mailer has told something. No foreign key to the log: it would lock, and so write, a row of it.';
comment on column private.email_deliveries.created_at is 'When the first event came.';

create index email_deliveries_created_at_idx on private.email_deliveries (created_at);

create table private.email_events (
  id text primary key check (length(id) between 1 and 100),
  mail_id bigint not null,
  state private.email_state not null,
  soft_bounce_of bytea check (octet_length(soft_bounce_of) = 16),
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint only_a_bounce_is_soft check (soft_bounce_of is null or state = 'bounced')
);

comment on table private.email_events is 'Events that were heard, so that each counts once. Addresses, texts and the like, which they also hold, are not kept.';
comment on column private.email_events.id is 'The id of the event, which stays the same when it is told again.';
comment on column private.email_events.soft_bounce_of is 'Of a soft bounce, private.address_key() of the recipient: on three days they make a suppression.';

create index email_events_created_at_idx on private.email_events (created_at);
create index email_events_soft_bounce_of_idx on private.email_events (soft_bounce_of) where soft_bounce_of is not null;

create trigger touch_updated_at before update on private.email_deliveries
  for each row execute function private.touch_updated_at();

alter table private.email_deliveries enable row level security;
alter table private.email_deliveries force row level security;
alter table private.email_events enable row level security;
alter table private.email_events force row level security;
revoke all on table private.email_deliveries, private.email_events from public, anon, authenticated, service_role;

-- What became of a mail goes with it, at once: by a column of its own it would need an index that every mail pays for.
create function private.forget_outcomes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.email_outcomes o where o.mail_id in (select g.id from gone g);
  delete from private.email_deliveries d where d.mail_id in (select g.id from gone g);
  return null;
end;
$$;

comment on function private.forget_outcomes() is 'Trigger on emails: outcomes and deliveries of mails that are no longer kept go.';

create trigger forget_outcomes after delete on private.emails
  referencing old table as gone for each statement execute function private.forget_outcomes();

-- A webhook that is refused or gone tells nothing, and nobody would notice: no bounce is heard then.
create function private.is_mailer_silent(p_now timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from (select status, settled_at from private.email_outcomes order by mail_id desc limit 1000) newest
    where status = 'sent' and settled_at between p_now - interval '1 day' and p_now - interval '1 hour'
  ) and not exists (select from private.email_events where created_at > p_now - interval '1 day');
$$;

comment on function private.is_mailer_silent(timestamptz) is 'Whether mails were sent within a day, and of no mail anything was told in that time.';

-- Mailers stop senders of whose mail too much comes back or is called spam: Resend at 4 % and 0.08 %, the large mailboxes at
-- 0.3 %. Few mails prove nothing, so a share counts together with a number.
create function private.delivery_fault(p_now timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when complained >= 3 and complained > 0.003 * total then format('%s of the last %s mails were called spam', complained, total)
    when bounced >= 10 and bounced > 0.04 * total then format('%s of the last %s mails bounced', bounced, total)
    when failed > 0 then format('%s mails were taken by the mailer within an hour, and not sent', failed)
    when private.is_mailer_silent(p_now) then 'mails are sent, and for a day the mailer has told of none'
  end
  from (
    select
      count(*) as total,
      count(*) filter (where state = 'complained') as complained,
      count(*) filter (where state in ('bounced', 'suppressed')) as bounced,
      count(*) filter (where state = 'failed' and updated_at > p_now - interval '1 hour') as failed
    from (
      select state, updated_at from private.email_deliveries
      where created_at > p_now - interval '7 days' order by created_at desc limit 20000
    ) newest
  ) counted;
$$;

comment on function private.delivery_fault(timestamptz) is
  'What an operator should look at, of the newest 20,000 mails within seven days: too many complaints or bounces, mails that the mailer took and did not send; and that nothing is heard of it. Null where all is well.';
