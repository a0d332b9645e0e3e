-- Allowances: how often a client may call a public function that makes work or mail, and how often a person
-- may do what leaves a row behind for good.
--
-- Read:  nobody.
-- Write: private.take_allowance(), from the SQL functions that make the rows.
--
-- A token bucket: so many at once, and one more every few seconds. It looks at nothing but what the same client or
-- person did, so the answer says nothing of anybody else, and whoever empties one slows down themselves alone, by
-- seconds. A transaction that is rolled back takes nothing and leaves nothing.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('client_allowance_burst', '30', 1, 1000, 'Requests for token mails that one client may make at once.'),
  ('client_allowance_refill_seconds', '10', 1, 600, 'Seconds after which a client that has made them may make one more.'),
  ('acts_allowance_burst', '2000', 100, 100000, 'Entries of the audit log that one person may make at once.'),
  ('acts_allowance_refill_seconds', '10', 1, 600, 'Seconds after which a person who has made them may make one more.'),
  ('bookings_allowance_burst', '60', 10, 100000, 'Sessions that one person may book or move at once.'),
  ('bookings_allowance_refill_seconds', '600', 1, 3600, 'Seconds after which a person who has done so may do it once more.'),
  ('addresses_allowance_burst', '5', 1, 100, 'Changes of address that one person may ask for at once; each may be a mail to somebody else.'),
  ('addresses_allowance_refill_seconds', '720', 1, 3600, 'Seconds after which a person who has asked for them may ask once more.'),
  ('sign_ups_allowance_burst', '1000', 10, 100000, 'Mails about a sign-up that may be made at once, whoever asked for them.'),
  ('sign_ups_allowance_refill_seconds', '2', 1, 600, 'Seconds after which one more may be made.'),
  ('undoings_allowance_burst', '10', 1, 100, 'Refusals of mail that may be taken back by links for one address at once.'),
  ('undoings_allowance_refill_seconds', '3600', 1, 86400, 'Seconds after which one more may be taken back.'),
  ('feeds_allowance_burst', '30', 2, 1000, 'How often one calendar feed may be read at once, and one client ask for feeds that there are not.'),
  ('feeds_allowance_refill_seconds', '60', 1, 3600, 'Seconds after which either may happen once more.'),
  ('recordings_allowance_burst', '20', 5, 1000, 'Uploads of recordings that one person may have copied and compared at once, each of up to 100 MiB.'),
  ('recordings_allowance_refill_seconds', '180', 1, 3600, 'Seconds after which one more may be.'),
  ('exports_allowance_burst', '60', 5, 1000, 'Pages of their data that one person may have exported at once.'),
  ('exports_allowance_refill_seconds', '300', 1, 3600, 'Seconds after which they may have one more.');

create table private.allowances (
  kind text not null check (kind in ('client', 'acts', 'bookings', 'addresses', 'sign_ups', 'undoings', 'feeds', 'recordings', 'exports')),
  subject text not null check (subject ~ '^([0-9a-f]{64}|[0-9a-f-]{36})$'),
  full_at timestamptz not null,
  primary key (kind, subject)
);

comment on table private.allowances is 'Clients and people that have used some of an allowance.';
comment on column private.allowances.subject is
  'Of a client, HMAC-SHA-256 of its network, hex; the key is outside the database, so no address is in it. Of sign-ups, which share one, zeros. Of an address, SHA-256 of its key, hex. Of a calendar feed, its id. Else the id of a person.';
comment on column private.allowances.full_at is
  'When the bucket is full again; the further ahead, the emptier it is. In the past, the row says nothing.';

create index allowances_full_at_idx on private.allowances (full_at);

alter table private.allowances enable row level security;
alter table private.allowances force row level security;
revoke all on table private.allowances from public, anon, authenticated, service_role;

-- The row lock lets calls of one subject follow each other; those of others never wait.
create function private.take_allowance(p_kind text, p_subject text, p_now timestamptz default clock_timestamp())
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_refill interval;
  v_capacity interval;
  v_full_at timestamptz;
begin
  if p_subject is null then
    return 0;
  end if;
  -- Both at once, since every audited act of a person passes here.
  select make_interval(secs => r.value::int), make_interval(secs => r.value::int) * b.value::int into strict v_refill, v_capacity
  from public.system_settings r, public.system_settings b
  where r.key = p_kind || '_allowance_refill_seconds' and b.key = p_kind || '_allowance_burst';
  insert into private.allowances as a (kind, subject, full_at)
  values (p_kind, p_subject, p_now + v_refill)
  on conflict (kind, subject) do update
  set full_at = greatest(a.full_at, p_now) + v_refill
  where greatest(a.full_at, p_now) + v_refill <= p_now + v_capacity;
  if found then
    return 0;
  end if;
  select a.full_at into v_full_at from private.allowances a where a.kind = p_kind and a.subject = p_subject;
  return greatest(1, ceil(extract(epoch from v_full_at + v_refill - v_capacity - p_now)));
end;
$$;

comment on function private.take_allowance(text, text, timestamptz) is
  'Takes one from an allowance: 0, or the seconds until there is one. A subject that is not known (null) has no limit, since everybody would share it.';

create function private.allowance_left(p_kind text, p_subject text, p_now timestamptz default clock_timestamp())
returns int
language sql
stable
set search_path = ''
as $$
  select private.setting(p_kind || '_allowance_burst')::int - coalesce((
    select ceil(extract(epoch from greatest(a.full_at, p_now) - p_now) / private.setting(p_kind || '_allowance_refill_seconds')::int)::int
    from private.allowances a where a.kind = p_kind and a.subject = p_subject
  ), 0);
$$;

comment on function private.allowance_left(text, text, timestamptz) is 'How many may be taken from an allowance now.';

create function private.retry_at(p_at timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object('retry_after_seconds', greatest(1, ceil(extract(epoch from p_at - now()))::int))::text;
$$;

comment on function private.retry_at(timestamptz) is 'The detail of a refusal (429) that ends at an instant: retry_after_seconds, as JSON.';

create function private.require_allowance(p_kind text, p_user_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_wait constant int := private.take_allowance(p_kind, p_user_id::text);
begin
  if v_wait > 0 then
    raise sqlstate 'PT429' using message = 'rate_limited', detail = private.retry_at(now() + make_interval(secs => v_wait));
  end if;
end;
$$;

comment on function private.require_allowance(text, uuid) is
  'Takes one from a person''s allowance, or refuses: rate_limited (429), with retry_after_seconds as JSON in the detail.';
