-- Series of sessions: what somebody wants to have every so many weeks with a specialist, and what became of each session.
--
-- Read:  the employee; the specialist, while verified, that there is a series, and not what became of each of its sessions:
--        they see those that were booked, and why another was not may be the employee's alone to know. So neither updated_at nor
--        look_at is read, which tell that one waits, and status goes by the rule alone.
-- Write: the functions that make, change, stop and look after series alone.
--
-- A session of a series is a booking like any other. A series keeps no time: only what was booked of it does.
-- docs/decisions/a-series-is-its-sessions.md

create domain public.series_status as text check (value in ('active', 'ended', 'stopped'));
comment on domain public.series_status is 'Whether a series goes on.';

create domain public.series_outcome as text check (value in ('booked', 'waiting', 'skipped', 'left_out'));
comment on domain public.series_outcome is 'What became of a session of a series.';

create table public.recurring_bookings (
  id uuid primary key default gen_random_uuid(),
  employee_id uuid not null references public.profiles (id) on delete cascade,
  company_id uuid references public.companies (id) on delete restrict,
  specialist_id uuid not null references public.specialists (id) on delete cascade,
  session_type_id uuid not null references public.session_types (id) on delete restrict,
  rule public.recurrence_rule not null,
  wall_starts_at timestamp not null check (isfinite(wall_starts_at)),
  time_zone text not null check (length(time_zone) <= 64),
  status public.series_status not null default 'active',
  stopped_by text check (stopped_by in ('employee', 'specialist', 'system')),
  stop_reason text check (length(stop_reason) <= 500),
  look_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint stopped_by_iff_stopped check ((stopped_by is not null) = (status = 'stopped'))
);

comment on table public.recurring_bookings is 'A series of sessions of an employee with a specialist.';
comment on column public.recurring_bookings.company_id is 'The company that pays, if one was named; null: whichever of the employee''s can, for each session.';
comment on column public.recurring_bookings.wall_starts_at is 'What the clock on the specialist''s wall shows when the first session starts; each starts at that time of day.';
comment on column public.recurring_bookings.time_zone is 'The specialist''s zone when the series was made: the wall.';
comment on column public.recurring_bookings.status is 'active: sessions are booked as their time comes. ended: the last by the rule has begun. stopped: no more are wanted.';
comment on column public.recurring_bookings.stop_reason is 'In the words of who stopped it, for the other.';
comment on column public.recurring_bookings.look_at is 'When a job next looks whether a session is to be booked.';

create index recurring_bookings_employee_id_idx on public.recurring_bookings (employee_id, created_at desc);
create index recurring_bookings_specialist_id_idx on public.recurring_bookings (specialist_id, created_at desc);
create index recurring_bookings_company_id_idx on public.recurring_bookings (company_id);
create index recurring_bookings_session_type_id_idx on public.recurring_bookings (session_type_id);
create index recurring_bookings_look_at_idx on public.recurring_bookings (look_at) where status = 'active';

create table public.recurring_booking_occurrences (
  series_id uuid not null references public.recurring_bookings (id) on delete cascade,
  on_day date not null check (isfinite(on_day)),
  starts_at timestamptz not null,
  outcome public.series_outcome not null,
  refusal text check (refusal ~ '^[a-z_]{3,40}$'),
  next_try_at timestamptz,
  booking_id uuid unique references public.bookings (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (series_id, on_day),
  constraint tried_again_iff_waiting check ((next_try_at is not null) = (outcome = 'waiting')),
  constraint booking_iff_booked check ((booking_id is not null) = (outcome = 'booked')),
  constraint refused_if_not_booked check (case outcome when 'booked' then true else (refusal is not null) = (outcome <> 'left_out') end)
);

comment on table public.recurring_booking_occurrences is 'What became of each session of a series whose time has come. Of later ones there is no row yet.';
comment on column public.recurring_booking_occurrences.on_day is 'The day of the session by the rule, whenever it takes place.';
comment on column public.recurring_booking_occurrences.starts_at is 'When it starts by the rule; the booking may have been moved, or be at another time of the week.';
comment on column public.recurring_booking_occurrences.outcome is
  'booked, or asked for: booking_id says as what. waiting: refused, for a reason that may pass; it is tried again. skipped: refused for good. left_out: the employee does not want it.';
comment on column public.recurring_booking_occurrences.refusal is 'The word with which booking was refused last; of a booked one, why it was not moved when the series was changed.';

comment on column public.recurring_booking_occurrences.next_try_at is 'When one that waits is tried again: the longer it has waited, the later.';

create trigger touch_updated_at before update on public.recurring_bookings
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.recurring_booking_occurrences
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.recurring_bookings');
select private.keep_no_statistics('public.recurring_booking_occurrences');

alter table public.recurring_bookings enable row level security;
alter table public.recurring_bookings force row level security;
alter table public.recurring_booking_occurrences enable row level security;
alter table public.recurring_booking_occurrences force row level security;
revoke all on table public.recurring_bookings, public.recurring_booking_occurrences from public, anon, authenticated, service_role;
grant select (
  id, employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone, status, stopped_by, stop_reason, created_at
) on public.recurring_bookings to authenticated;
grant select (series_id, on_day, starts_at, outcome, refusal, next_try_at, booking_id, created_at, updated_at)
  on public.recurring_booking_occurrences to authenticated;
grant select on public.recurring_bookings, public.recurring_booking_occurrences to service_role;

create policy "The employee and the specialist see their series"
  on public.recurring_bookings for select to authenticated
  using (employee_id = (select private.user_id()) or specialist_id = (select private.my_practice_id()));

create policy "The employee sees what became of the sessions of a series"
  on public.recurring_booking_occurrences for select to authenticated
  using (exists (select from public.recurring_bookings s where s.id = series_id and s.employee_id = (select private.user_id())));

-- The frame of all that follows --------------------------------------------------------------------

create function private.find_series(p_series_id uuid)
returns public.recurring_bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_series public.recurring_bookings;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  select * into v_series from public.recurring_bookings
  where id = p_series_id and (employee_id = (select private.user_id()) or specialist_id = (select private.my_practice_id()));
  if not found then
    raise sqlstate 'PT404' using message = 'series_not_found', detail = 'There is no such series of yours.';
  end if;
  return v_series;
end;
$$;

comment on function private.find_series(uuid) is 'The series, if the caller is its employee or specialist; else series_not_found.';

-- In the order of lock_booking(). What is booked of a series is locked behind it.
create function private.take_series(p_series_id uuid)
returns public.recurring_bookings
language plpgsql
set search_path = ''
as $$
declare
  v_series constant public.recurring_bookings := private.find_series(p_series_id);
begin
  perform private.hold_accounts(v_series.employee_id, (select user_id from public.specialists where id = v_series.specialist_id));
  perform private.lock_booking_parties(v_series.specialist_id, v_series.employee_id);
  perform from public.recurring_bookings where id = p_series_id for no key update;
  return private.find_series(p_series_id);
end;
$$;

comment on function private.take_series(uuid) is 'The series of the caller, as find_series(), locked with the calendars of both.';

create function private.take_own_series(p_series_id uuid)
returns public.recurring_bookings
language plpgsql
set search_path = ''
as $$
declare
  v_series constant public.recurring_bookings := private.take_series(p_series_id);
begin
  if v_series.employee_id is distinct from private.user_id() then
    raise sqlstate 'PT403' using message = 'not_your_move', detail = 'That is for the employee to do.';
  end if;
  return v_series;
end;
$$;

comment on function private.take_own_series(uuid) is 'The series of the caller as its employee, locked; else series_not_found, not_your_move.';

create function private.days_of_series(p_series public.recurring_bookings)
returns table (n int, on_day date, starts_at timestamptz, outcome public.series_outcome, refusal text, booking_id uuid, next_try_at timestamptz)
language sql
stable
set search_path = ''
as $$
  select s.n, s.wall_starts_at::date, s.starts_at, o.outcome, o.refusal, o.booking_id, o.next_try_at
  from private.series_starts(p_series.rule, p_series.wall_starts_at, p_series.time_zone) s
  left join public.recurring_booking_occurrences o on o.series_id = p_series.id and o.on_day = s.wall_starts_at::date
  order by s.n;
$$;

comment on function private.days_of_series(public.recurring_bookings) is 'The sessions of a series by its rule, and what became of each so far.';
