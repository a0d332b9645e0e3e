-- System settings (T25): limits and lifetimes that an operator may change without a release.
--
-- Read:  platform admins; every SQL function through private.setting().
-- Write: platform admins change values, and the change is audited. Keys come with migrations only.

create table public.system_settings (
  key text primary key check (key ~ '^[a-z][a-z0-9_]{2,62}$'),
  value jsonb not null check (octet_length(value::text) <= 1000),
  description text not null check (length(description) between 1 and 500),
  minimum numeric check (octet_length(minimum::text) <= 20),
  maximum numeric check (octet_length(maximum::text) <= 20),
  updated_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint version_has_its_form check (key not like '%\_version' or value::text ~ '^"[0-9a-z][0-9a-z.-]{0,31}"$'),
  constraint recipient_is_an_address check (
    key not like '%\_recipient' or length(value::text) <= 256
    and value::text ~* '^"([^"@[:space:][:cntrl:]]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?"$'
  ),
  constraint bounds_are_ordered check (minimum <= maximum),
  -- A number has one form: 30.0 is 30 to who compares, and a text that is not to who reads entries of the audit log.
  constraint value_is_text_or_whole check (value::text ~ '^("|[0-9]{1,9}$)'),
  constraint number_iff_bounds check (num_nonnulls(minimum, maximum) = case when jsonb_typeof(value) = 'number' then 2 else 0 end),
  constraint value_within_bounds check (case when jsonb_typeof(value) = 'number' then (value #>> '{}')::numeric between minimum and maximum end)
);

comment on table public.system_settings is 'Limits and lifetimes of the product, changeable at run time.';
comment on column public.system_settings.minimum is 'Lowest value that makes sense; an operator cannot go below it.';
comment on column public.system_settings.maximum is 'Highest value that makes sense; an operator cannot go above it.';

create index system_settings_updated_by_idx on public.system_settings (updated_by);

create trigger touch_updated_at before update on public.system_settings
  for each row execute function private.touch_updated_at();

alter table public.system_settings enable row level security;
alter table public.system_settings force row level security;
revoke all on table public.system_settings from public, anon, authenticated, service_role;
grant select (key, value, description, minimum, maximum, updated_by, created_at, updated_at), update (value) on public.system_settings to authenticated;
grant select on public.system_settings to service_role;

create policy "A platform admin sees the settings"
  on public.system_settings for select to authenticated
  using ((select private.is_platform_admin()));

create policy "A platform admin changes the value of a setting"
  on public.system_settings for update to authenticated
  using ((select private.is_platform_admin()))
  with check ((select private.is_platform_admin()));

create function private.stamp_updated_by()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_by := auth.uid();
  return new;
end;
$$;

comment on function private.stamp_updated_by() is 'Trigger: records who changed the row; null for the system.';

create trigger stamp_updated_by before update on public.system_settings
  for each row execute function private.stamp_updated_by();

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('client_ip_header', '""', null, null, 'Header of Data API requests that holds the client''s address and that no client can set, such as cf-connecting-ip. Empty: none is recorded.'),
  ('email_verification_ttl_hours', '24', 1, 168, 'How long a link that confirms an e-mail address works.'),
  ('password_reset_ttl_minutes', '30', 5, 1440, 'How long a link that resets a password works.'),
  ('invitation_ttl_days', '7', 1, 30, 'How long an invitation to a company works.'),
  ('token_max_attempts', '5', 1, 20, 'Wrong attempts after which a token is exhausted.'),
  ('token_request_cooldown_seconds', '60', 0, 3600, 'Least time between two mails of one purpose to one address.'),
  ('token_requests_per_hour', '5', 1, 100, 'Most mails of one purpose to one address in an hour.'),
  ('booking_min_notice_minutes', '60', 0, 10080, 'How long before its start a session can last be booked or moved.'),
  ('booking_max_days_ahead', '180', 1, 730, 'How far ahead a session can be booked.'),
  ('booking_late_cancellation_hours', '24', 0, 168, 'A cancellation or move nearer to the start than this counts as late.'),
  ('booking_max_open_per_person', '20', 1, 500, 'Most sessions still to come that a person may have at a time.');

create function private.setting(p_key text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_value jsonb;
begin
  select s.value into v_value from public.system_settings s where s.key = p_key;
  if not found then
    raise exception using errcode = 'P0002', message = format('no system setting named %s', p_key);
  end if;
  return v_value;
end;
$$;

comment on function private.setting(text) is
  'The value of a setting. An unknown key is an error of ours, never a silent null.';

grant execute on function private.setting(text) to service_role;

create function private.days(p_setting text)
returns interval
language sql
stable
set search_path = ''
as $$ select make_interval(days => private.setting(p_setting)::int); $$;

comment on function private.days(text) is 'A setting that counts days, such as how long something is kept.';

create function private.hours(p_setting text)
returns interval
language sql
stable
set search_path = ''
as $$ select make_interval(hours => private.setting(p_setting)::int); $$;

comment on function private.hours(text) is 'A setting that counts hours.';

create function private.minutes(p_setting text)
returns interval
language sql
stable
set search_path = ''
as $$ select make_interval(mins => private.setting(p_setting)::int); $$;

comment on function private.minutes(text) is 'A setting that counts minutes.';
