-- Requests for a token mail to whatever address was typed.
--
-- Called: request_email_verification(), request_password_reset(), request_sign_up() and request_email_change() by
-- service_role, the last for somebody who is signed in. They do the same for every address: one row, and asking again while that waits
-- adds none, so that a flood of requests for an address costs one mail's worth of work. Whether
-- there is an account, whether it is confirmed, whether the address has asked too often is looked at
-- later, when the dispatcher works through the rows, so that neither answer nor time tells.

create domain private.requested_purpose as text check (value in ('email_verification', 'password_reset', 'sign_up', 'email_change'));
comment on domain private.requested_purpose is 'The purposes for which anybody who types an address can ask for a link.';

create table private.token_requests (
  id bigint generated always as identity primary key,
  purpose private.requested_purpose not null,
  user_id uuid references public.profiles (id) on delete cascade,
  email public.email_address not null,
  locale public.language_tag,
  address_key text not null check (address_key ~ '^[0-9a-f]{64}$'),
  context jsonb not null check (jsonb_typeof(context) = 'object' and octet_length(context::text) <= 2048),
  created_at timestamptz not null default now(),
  constraint only_a_person_moves_an_account check ((user_id is not null) = (purpose = 'email_change'))
);

comment on table private.token_requests is 'Requests for a token mail that no dispatcher has looked at yet.';
comment on column private.token_requests.locale is 'The language of the mail, where there is no profile to have one.';
comment on column private.token_requests.address_key is 'HMAC-SHA-256 of the address, hex. The key is outside the database.';
comment on column private.token_requests.context is 'request_id, ip and user_agent of the request.';

create trigger keep_in_form before insert or update of locale on private.token_requests
  for each row execute function private.keep_in_form('locale', 'language_tag');

create index token_requests_user_id_idx on private.token_requests (user_id);
create index token_requests_purpose_idx on private.token_requests (purpose, id);
create index token_requests_address_key_idx on private.token_requests (address_key, purpose);
create index token_requests_created_at_idx on private.token_requests (created_at);

-- Keyed by address, not by account, so that an address without an account cools down alike.
create table private.token_cooldowns (
  purpose private.requested_purpose not null,
  address_key text not null check (address_key ~ '^[0-9a-f]{64}$'),
  last_allowed_at timestamptz not null,
  window_started_at timestamptz not null,
  allowed_in_window int not null check (allowed_in_window > 0),
  primary key (purpose, address_key),
  constraint window_starts_first check (window_started_at <= last_allowed_at)
);

comment on table private.token_cooldowns is 'When an address last got, or would have got, a token mail.';
comment on column private.token_cooldowns.allowed_in_window is 'How many since window_started_at; a window lasts an hour.';

create index token_cooldowns_last_allowed_at_idx on private.token_cooldowns (last_allowed_at);

alter table private.token_requests enable row level security;
alter table private.token_requests force row level security;
alter table private.token_cooldowns enable row level security;
alter table private.token_cooldowns force row level security;
revoke all on table private.token_requests, private.token_cooldowns from public, anon, authenticated, service_role;

-- No unique index: an insert that conflicts with a row which a dispatcher is deleting waits for the
-- end of its transaction, and that takes longer where there is a mail to make. Asking again would
-- tell. To read waits for nobody; two requests at the same instant may leave two rows.
create function private.request_token(
  p_purpose text, p_email text, p_address_key text, p_client_key text, p_context jsonb, p_user_id uuid default null, p_locale text default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_wait constant int := greatest(
    private.take_allowance('client', p_client_key), private.take_allowance('addresses', p_user_id::text)
  );
begin
  if v_wait > 0 then
    return jsonb_build_object('allowed', false, 'retry_after_seconds', v_wait);
  end if;
  insert into private.token_requests (purpose, user_id, email, locale, address_key, context)
  select p_purpose, p_user_id, private.email_address(p_email), private.language_tag(p_locale), p_address_key, private.fitting(coalesce(p_context, '{}'), 2048)
  where not exists (
    select from private.token_requests r
    where r.address_key = p_address_key and r.purpose = p_purpose and r.user_id is not distinct from p_user_id
  );
  return jsonb_build_object('allowed', true);
end;
$$;

comment on function private.request_token(text, text, text, text, jsonb, uuid, text) is
  'Notes that somebody asked for a token mail, if their client, and the person if there is one, may ask now. The same work for every address.';

grant execute on function private.request_token(text, text, text, text, jsonb, uuid, text) to service_role;

create function public.request_email_verification(
  p_email text, p_address_key text, p_client_key text default null, p_context jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.request_token('email_verification', p_email, p_address_key, p_client_key, p_context);
$$;

create function public.request_password_reset(
  p_email text, p_address_key text, p_client_key text default null, p_context jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.request_token('password_reset', p_email, p_address_key, p_client_key, p_context);
$$;

comment on function public.request_email_verification(text, text, text, jsonb) is
  'Somebody asks for another verification mail. p_address_key: HMAC of the address in hex; p_client_key: of the client''s '
  'network, or null. Answers alike for every address: {allowed: true}, or {allowed: false, retry_after_seconds} by the client''s allowance.';
comment on function public.request_password_reset(text, text, text, jsonb) is
  'Somebody asks for a link that resets a password. As request_email_verification().';
grant execute on function public.request_email_verification(text, text, text, jsonb) to service_role;
grant execute on function public.request_password_reset(text, text, text, jsonb) to service_role;

-- A conflict that fails the condition updates nothing and returns nothing: not allowed. Once the link
-- that was mailed last has expired, another is allowed however many there were: else whoever asks
-- for a stranger's address all the time would keep the stranger from a link that works.
create function private.take_cooldown(p_purpose text, p_address_keys text[], p_now timestamptz)
returns setof text
language sql
set search_path = ''
as $$
  insert into private.token_cooldowns as c (purpose, address_key, last_allowed_at, window_started_at, allowed_in_window)
  select p_purpose, k, p_now, p_now, 1
  from (select distinct k from unnest(p_address_keys) k) d
  order by k
  on conflict (purpose, address_key) do update
  set last_allowed_at = excluded.last_allowed_at,
      window_started_at = case
        when c.window_started_at <= p_now - interval '1 hour' then p_now
        else c.window_started_at
      end,
      allowed_in_window = case
        when c.window_started_at <= p_now - interval '1 hour' then 1
        else c.allowed_in_window + 1
      end
  where c.last_allowed_at <= p_now - make_interval(secs => private.setting('token_request_cooldown_seconds')::int)
    and (
      c.window_started_at <= p_now - interval '1 hour'
      or c.allowed_in_window < private.setting('token_requests_per_hour')::int
      or c.last_allowed_at <= p_now - private.token_lifetime(p_purpose)
    )
  returning c.address_key;
$$;

comment on function private.take_cooldown(text, text[], timestamptz) is
  'Of the addresses, those that may be mailed now; from now on they cool down. Locks in key order.';

-- The rows are gone, whatever becomes of them.
create function private.take_token_requests(p_purpose text, p_now timestamptz, p_limit int, p_user_ids uuid[] default null)
returns table (user_id uuid, email text, may_mail boolean, locale text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_requests private.token_requests[];
  v_allowed text[];
begin
  with taken as (
    delete from private.token_requests t
    where t.id = any (array(
      select r.id from private.token_requests r
      where r.purpose = p_purpose and (p_user_ids is null or r.user_id = any (p_user_ids))
      order by r.id
      limit p_limit
      for update skip locked
    ))
    returning t
  )
  select array_agg(t) into v_requests from taken;
  v_allowed := array(select private.take_cooldown(p_purpose, array(select r.address_key from unnest(v_requests) r), p_now));
  return query select r.user_id, r.email::text, r.address_key = any (v_allowed), r.locale::text from unnest(v_requests) r order by r.id;
end;
$$;

comment on function private.take_token_requests(text, timestamptz, int, uuid[]) is
  'Takes up to p_limit requests of a purpose, the oldest first, where p_user_ids is given those of these people: who asks, for which address, in which language, and whether that does not cool down.';

-- The same limits, counted by what an account was mailed: for Auth, which knows no key of an address that signs up
-- again, and so that its mails and those that are asked for do not add up.
create function private.is_due_a_token(p_purpose text, p_user_id uuid, p_now timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  -- One that was made by the same transaction counts also where nobody has to wait.
  select count(*) filter (
      where k.created_at = p_now or k.created_at > p_now - make_interval(secs => private.setting('token_request_cooldown_seconds')::int)
    ) = 0
    and (count(*) < private.setting('token_requests_per_hour')::int or max(k.expires_at) <= p_now)
  from private.tokens k
  where k.purpose = p_purpose and k.user_id = p_user_id and k.created_at > p_now - interval '1 hour';
$$;

comment on function private.is_due_a_token(text, uuid, timestamptz) is
  'Whether an account may be mailed another token of a purpose: not a moment ago, and not too often in an hour.';
