-- read_calendar_feed(): the sessions of whoever has a calendar feed, for the calendar that has its address.
--
-- Called: by service_role, from calendar-feed, for whoever asks.
--
-- An address that was never made, was revoked, or is of an account that is banned or deleted is answered alike. A feed has an
-- allowance, so that a calendar which asks without end reads nothing more; who asks for what is not there has one by their
-- network, and cannot use up that of a feed.

-- As private.my_practice_id() and the policy of bookings have it, without a session to ask by.
create function private.sessions_of(p_user_id uuid, p_now timestamptz)
returns setof public.bookings
language sql
stable
set search_path = ''
as $$
  select b.*
  from public.bookings b
  where (
      b.employee_id = p_user_id
      or b.specialist_id = (select s.id from public.specialists s where s.user_id = p_user_id and s.status = 'verified')
    )
    and b.status in ('confirmed', 'completed', 'no_show', 'cancelled')
    and b.starts_at >= p_now - interval '90 days'
    and (b.cancelled_at is null or b.cancelled_at >= p_now - interval '90 days')
  order by b.starts_at desc, b.id
  limit 1000;
$$;

comment on function private.sessions_of(uuid, timestamptz) is
  'The sessions of a person, as employee and as verified specialist, from 90 days ago on: a thousand, the latest. Cancelled ones for 90 days.';

create function private.read_calendar_feed(p_feed_id uuid, p_token_hash text, p_client_key text, p_now timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := (
    select f.user_id from private.calendar_feeds f join auth.users u on u.id = f.user_id
    where f.id = p_feed_id and f.token_hash = p_token_hash
      and u.deleted_at is null and (u.banned_until is null or u.banned_until <= p_now)
  );
  v_wait int;
begin
  update private.calendar_feeds set last_read_at = p_now
  where user_id = v_user_id and id = p_feed_id and (last_read_at is null or last_read_at < p_now - interval '10 minutes');
  v_wait := private.take_allowance('feeds', case when v_user_id is null then p_client_key else p_feed_id::text end);
  if v_wait > 0 then
    return jsonb_build_object('outcome', 'rate_limited', 'retry_after_seconds', v_wait);
  elsif v_user_id is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  return jsonb_build_object(
    'outcome', 'found',
    'locale', (select p.locale from public.profiles p where p.id = v_user_id),
    'entries', (
      select coalesce(jsonb_agg(e.entry order by s.starts_at, s.id), '[]')
      from private.sessions_of(v_user_id, p_now) s
      cross join lateral private.calendar_entry(s) e (entry)
      where e.entry is not null
    )
  );
end;
$$;

grant execute on function private.read_calendar_feed(uuid, text, text, timestamptz) to service_role;

create function public.read_calendar_feed(p_feed_id uuid, p_token_hash text, p_client_key text default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.read_calendar_feed(p_feed_id, p_token_hash, p_client_key, now());
$$;

comment on function public.read_calendar_feed(uuid, text, text) is
  'The calendar feed of an address. p_token_hash: SHA-256 of its secret, hex; p_client_key: HMAC of the client''s network, or null. '
  '{outcome: found, locale, entries}, {outcome: unknown}, or {outcome: rate_limited, retry_after_seconds}.';

grant execute on function public.read_calendar_feed(uuid, text, text) to service_role;
