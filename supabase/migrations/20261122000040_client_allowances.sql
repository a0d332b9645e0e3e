-- Client allowances: how often one client may call a public function that makes work or mail.
--
-- Read:  nobody.
-- Write: private.take_client_allowance(), from the SQL functions of public edge functions.
--
-- A token bucket: so many calls at once, and one more every few seconds. It looks at nothing but
-- the client's own calls, so the answer says nothing of what was asked for, and whoever empties one
-- slows down their own network, by seconds, and nobody else's.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('client_allowance_burst', '30', 1, 1000, 'Requests for token mails that one client may make at once.'),
  ('client_allowance_refill_seconds', '10', 1, 600, 'Seconds after which a client that has made them may make one more.');

create table private.client_allowances (
  client_key text primary key check (client_key ~ '^[0-9a-f]{64}$'),
  full_at timestamptz not null
);

comment on table private.client_allowances is 'Clients that have used some of their allowance.';
comment on column private.client_allowances.client_key is
  'HMAC-SHA-256 of the client''s network, hex. The key is outside the database, so no address is in it.';
comment on column private.client_allowances.full_at is
  'When the bucket is full again; the further ahead, the emptier it is. In the past, the row says nothing.';

create index client_allowances_full_at_idx on private.client_allowances (full_at);

alter table private.client_allowances enable row level security;
alter table private.client_allowances force row level security;
revoke all on table private.client_allowances from public, anon, authenticated, service_role;

-- The row lock lets calls of one client follow each other; those of others never wait.
create function private.take_client_allowance(p_client_key text, p_now timestamptz default clock_timestamp())
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_refill constant interval := make_interval(secs => private.setting('client_allowance_refill_seconds')::int);
  v_capacity constant interval := v_refill * private.setting('client_allowance_burst')::int;
  v_full_at timestamptz;
begin
  if p_client_key is null then
    return 0;
  end if;
  insert into private.client_allowances as a (client_key, full_at)
  values (p_client_key, p_now + v_refill)
  on conflict (client_key) do update
  set full_at = greatest(a.full_at, p_now) + v_refill
  where greatest(a.full_at, p_now) + v_refill <= p_now + v_capacity;
  if found then
    return 0;
  end if;
  select a.full_at into v_full_at from private.client_allowances a where a.client_key = p_client_key;
  return greatest(1, ceil(extract(epoch from v_full_at + v_refill - v_capacity - p_now)));
end;
$$;

comment on function private.take_client_allowance(text, timestamptz) is
  'Takes one call from the client''s allowance: 0, or the seconds until there is one. A client that is not known (null) has no limit.';

revoke execute on function private.take_client_allowance(text, timestamptz) from public;
