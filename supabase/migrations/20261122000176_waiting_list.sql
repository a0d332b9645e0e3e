-- The waiting list: who waits for a time of a specialist, of a pillar or for a type of session, on which days and at which hours.
--
-- Read:  the person. Nobody learns who else waits, or how many.
-- Write: join_waiting_list(), leave_waiting_list(), the job that offers times, and a trigger on bookings.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('waiting_max_entries', '5', 1, 50, 'For how many things a person can wait at a time.'),
  ('waiting_max_offers', '5', 1, 100, 'After how many offers that somebody lets pass they wait no longer.'),
  ('waiting_offer_minutes', '30', 5, 1440, 'How long a time that fell free is held for whoever waited for it.'),
  ('waiting_keep_minutes', '5', 1, 60, 'How long a time that fell free is kept for the waiting list, should nobody come by to offer it.'),
  ('waiting_retention_days', '90', 1, 3650, 'Days after which what somebody waited for is deleted.');

create table public.waiting_list_entries (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete cascade,
  company_id uuid references public.companies (id) on delete cascade,
  specialist_id uuid references public.specialists (id) on delete cascade,
  pillar_id uuid references public.pillars (id) on delete cascade,
  session_type_id uuid references public.session_types (id) on delete cascade,
  time_zone text not null references private.time_zones (name),
  first_day date not null check (isfinite(first_day)),
  last_day date not null check (isfinite(last_day)),
  weekdays smallint[] not null check (cardinality(weekdays) between 1 and 7 and weekdays <@ '{1,2,3,4,5,6,7}'),
  from_time time not null,
  until_time time not null,
  status text not null default 'waiting' check (status in ('waiting', 'booked', 'left', 'expired')),
  joined_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint waits_for_something check (num_nonnulls(specialist_id, pillar_id, session_type_id) >= 1),
  constraint days_in_order check (last_day between first_day and first_day + 92),
  constraint hours_in_order check (until_time > from_time),
  constraint ended_at_iff_not_waiting check ((ended_at is not null) = (status <> 'waiting')),
  constraint is_of_its_person unique (id, user_id)
);

comment on table public.waiting_list_entries is 'What somebody waits for. The first to join is the first to be offered a time.';
comment on column public.waiting_list_entries.company_id is 'At whose cost; null: whichever of the person''s can pay.';
comment on column public.waiting_list_entries.time_zone is 'The person''s when they joined: days and hours are meant there.';
comment on column public.waiting_list_entries.weekdays is 'ISO: 1 is Monday.';
comment on column public.waiting_list_entries.until_time is 'By when a session has ended. 24:00 is the end of the day.';
comment on column public.waiting_list_entries.status is
  'booked: they took what they were offered. expired: the last day is over, or they let as many offers pass as is possible.';
comment on column public.waiting_list_entries.expires_at is 'The end of the last day.';

create index waiting_list_entries_user_id_idx on public.waiting_list_entries (user_id, joined_at desc);
create index waiting_list_entries_company_id_idx on public.waiting_list_entries (company_id);
create index waiting_list_entries_specialist_id_idx on public.waiting_list_entries (specialist_id);
create index waiting_list_entries_pillar_id_idx on public.waiting_list_entries (pillar_id);
create index waiting_list_entries_session_type_id_idx on public.waiting_list_entries (session_type_id);
create index waiting_list_entries_time_zone_idx on public.waiting_list_entries (time_zone);
create index waiting_list_entries_waiting_idx on public.waiting_list_entries (joined_at) where status = 'waiting';
create index waiting_list_entries_ended_at_idx on public.waiting_list_entries (ended_at);

create table public.waiting_list_offers (
  id uuid primary key default gen_random_uuid(),
  entry_id uuid not null,
  user_id uuid not null,
  booking_id uuid not null unique references public.bookings (id) on delete cascade,
  specialist_id uuid not null,
  starts_at timestamptz not null,
  expires_at timestamptz not null,
  outcome text not null default 'open' check (outcome in ('open', 'taken', 'missed', 'withdrawn')),
  created_at timestamptz not null default now(),
  constraint waiting_list_offers_entry_id_fkey foreign key (entry_id, user_id) references public.waiting_list_entries (id, user_id) on delete cascade
);

comment on table public.waiting_list_offers is 'Times that were offered to who waits: each is held for them, as a booking, until expires_at.';
comment on column public.waiting_list_offers.specialist_id is
  'That of the booking. No foreign key: with two, the Data API would take this for another way from bookings to specialists.';
comment on column public.waiting_list_offers.user_id is 'That of the entry: a person is offered each time once, for however many things they wait.';
comment on column public.waiting_list_offers.outcome is
  'missed: they let it go, or let it pass. withdrawn: others ended it, a specialist who takes the day off for one, and it counts as if it had never been.';

create index waiting_list_offers_entry_id_idx on public.waiting_list_offers (entry_id, user_id);
create unique index waiting_list_offers_one_open_idx on public.waiting_list_offers (user_id) where outcome = 'open';
create unique index waiting_list_offers_each_time_once_idx on public.waiting_list_offers (user_id, specialist_id, starts_at) where outcome <> 'withdrawn';

select private.keep_no_statistics('public.waiting_list_entries');
select private.keep_no_statistics('public.waiting_list_offers');

alter table public.waiting_list_entries enable row level security;
alter table public.waiting_list_entries force row level security;
alter table public.waiting_list_offers enable row level security;
alter table public.waiting_list_offers force row level security;
revoke all on table public.waiting_list_entries, public.waiting_list_offers from public, anon, authenticated, service_role;
grant select (
  id, user_id, company_id, specialist_id, pillar_id, session_type_id, time_zone, first_day, last_day, weekdays, from_time, until_time,
  status, joined_at, expires_at, ended_at
) on public.waiting_list_entries to authenticated;
grant select (id, entry_id, user_id, booking_id, specialist_id, starts_at, expires_at, outcome, created_at) on public.waiting_list_offers to authenticated;
grant select on public.waiting_list_entries, public.waiting_list_offers to service_role;

create policy "A person sees what they wait for"
  on public.waiting_list_entries for select to authenticated
  using (user_id = (select private.user_id()) and (ended_at is null or ended_at >= (select private.shown_from('public.waiting_list_entries'))));

create policy "A person sees what they were offered"
  on public.waiting_list_offers for select to authenticated
  using (user_id = (select private.user_id()));

create function private.suits(p_entry public.waiting_list_entries, p_starts_at timestamptz, p_ends_at timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select l.starts_at::date between p_entry.first_day and p_entry.last_day
    and extract(isodow from l.starts_at) = any (p_entry.weekdays)
    and l.starts_at::time >= p_entry.from_time
    and l.ends_at <= l.starts_at::date + (p_entry.until_time - time '00:00')
  from (select p_starts_at at time zone p_entry.time_zone, p_ends_at at time zone p_entry.time_zone) l (starts_at, ends_at);
$$;

comment on function private.suits(public.waiting_list_entries, timestamptz, timestamptz) is
  'Whether a session is on the days and at the hours on which somebody waits, by the clock on their wall.';
