-- Bookings: one session of one employee with one specialist.
--
-- Read:  the employee and the specialist of the booking, while verified. Never the employer, and a platform
--        admin only through the audited read_person().
-- Write: the functions that book, answer and change sessions alone, along private.booking_transitions.

create domain public.booking_status as text check (value in (
  'pending', 'held', 'confirmed', 'completed', 'no_show', 'cancelled', 'declined', 'lapsed', 'released'
));
comment on domain public.booking_status is 'How a booked session stands.';

create domain public.cancellation_category as text check (value in (
  'illness', 'schedule', 'no_longer_needed', 'other', 'time_off', 'membership_ended', 'account_closed', 'by_the_platform'
));
comment on domain public.cancellation_category is 'Why a session was cancelled. People choose one of the first four.';

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  employee_id uuid references public.profiles (id) on delete set null,
  company_id uuid not null references public.companies (id) on delete restrict,
  specialist_id uuid not null references public.specialists (id) on delete restrict,
  session_type_id uuid not null references public.session_types (id) on delete restrict,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  busy_from timestamptz not null,
  busy_until timestamptz not null,
  wall_starts_at timestamp not null,
  time_zone text not null check (length(time_zone) <= 64),
  status public.booking_status not null,
  status_reason text check (length(status_reason) <= 500),
  status_category public.cancellation_category,
  expires_at timestamptz,
  cancel_by timestamptz not null,
  cancelled_at timestamptz,
  closed_at timestamptz,
  releases_at timestamptz,
  uses_session boolean not null default true,
  times_moved smallint not null default 0,
  calendar_sequence int not null default 0,
  place_kind public.place_kind not null,
  place_detail public.place_detail not null,
  in_doubt_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint lasts_minutes_not_days check (ends_at > starts_at and ends_at <= starts_at + interval '4 hours'),
  constraint buffers_are_around_it check (
    busy_from <= starts_at and busy_from >= starts_at - interval '4 hours' and busy_until >= ends_at and busy_until <= ends_at + interval '4 hours'
  ),
  constraint expires_iff_undecided check ((expires_at is not null) = (status in ('pending', 'held'))),
  constraint is_decided_before_it_starts check (expires_at <= starts_at),
  constraint cancelled_at_iff_cancelled check ((cancelled_at is not null) = (status = 'cancelled')),
  constraint category_iff_cancelled check ((status_category is not null) = (status = 'cancelled')),
  constraint closed_at_iff_it_took_place check ((closed_at is not null) = (status in ('completed', 'no_show'))),
  constraint only_the_past_lost_its_employee check (
    employee_id is not null or releases_at is not null or status not in ('pending', 'held', 'confirmed')
  ),
  constraint specialist_is_free exclude using gist (
    specialist_id with =, tstzrange(busy_from, busy_until) with &&
  ) where (status in ('held', 'confirmed')),
  constraint employee_is_free exclude using gist (
    employee_id with =, tstzrange(starts_at, ends_at) with &&
  ) where (status in ('held', 'confirmed'))
);

comment on table public.bookings is 'A session. Only held and confirmed ones keep their time.';
comment on column public.bookings.employee_id is 'Null once the person was erased; then the booking is over, or will be cancelled.';
comment on column public.bookings.releases_at is 'When a session whose person was erased is cancelled by a job, so that nobody sees it go with the person.';
comment on column public.bookings.company_id is 'The company whose entitlement the session uses.';
comment on column public.bookings.status is
  'pending: asked for, keeps no time. held: keeps its time until confirmed. confirmed: takes place. '
  'completed, no_show, cancelled, declined, lapsed (a request), released (a hold): over.';
comment on column public.bookings.status_reason is 'Why the status is what it is, in the words of whoever changed it; copied into the history.';
comment on column public.bookings.busy_from is 'From when the specialist has no other session: the start without the buffer before it.';
comment on column public.bookings.wall_starts_at is 'What the clock on the specialist''s wall shows at the start: what was agreed, should the rules of the zone change.';
comment on column public.bookings.time_zone is 'The specialist''s zone when the time was agreed.';
comment on column public.bookings.expires_at is 'Until when a hold keeps its time, or a request waits for its answer.';
comment on column public.bookings.cancel_by is
  'Until when the employee cancels without having used the session: by what held when it was booked. Moving a session later than that leaves it where it was.';
comment on column public.bookings.times_moved is 'How often the employee has moved it by themselves.';
comment on column public.bookings.uses_session is 'Whether it counts among the sessions of its month.';
comment on column public.bookings.in_doubt_since is
  'Since when its employee knows that the specialist may not give it: something that they must hold is not valid on that day.';
comment on column public.bookings.calendar_sequence is 'SEQUENCE of the calendar entry (RFC 5545): grows with each change of time, state or place.';

create index bookings_employee_id_idx on public.bookings (employee_id, starts_at desc);
create index bookings_specialist_id_idx on public.bookings (specialist_id, starts_at desc);
create index bookings_company_id_idx on public.bookings (company_id, starts_at desc);
create index bookings_session_type_id_idx on public.bookings (session_type_id);
create index bookings_expires_at_idx on public.bookings (expires_at) where expires_at is not null;
create index bookings_unclosed_idx on public.bookings (ends_at) where status = 'confirmed';
create index bookings_releases_at_idx on public.bookings (releases_at) where releases_at is not null;

create trigger touch_updated_at before update on public.bookings
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.bookings');

alter table public.bookings enable row level security;
alter table public.bookings force row level security;
revoke all on table public.bookings from public, anon, authenticated, service_role;
grant select (
  id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone,
  status, status_reason, status_category, expires_at, cancel_by, cancelled_at, closed_at, releases_at, uses_session, times_moved,
  calendar_sequence, place_kind, place_detail, in_doubt_since,
  created_at, updated_at
) on public.bookings to authenticated;
grant select on public.bookings to service_role;

-- A specialist who is suspended or rejected keeps their profile, and learns no more about the people they met.
-- In plpgsql for the sake of its plan, like private.my_company_ids().
create function private.my_practice_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select id from public.specialists where user_id = (select private.user_id()) and status = 'verified');
end;
$$;

comment on function private.my_practice_id() is
  'The specialist that the caller is and is verified as; null for everybody else, also while suspended.';

grant execute on function private.my_practice_id() to authenticated, service_role;

create policy "The employee and the specialist see their booking"
  on public.bookings for select to authenticated
  using (
    employee_id = (select private.user_id())
    -- Who only looks holds a time for a while. That is nobody else's to see, nor afterwards.
    or specialist_id = (select private.my_practice_id()) and status not in ('held', 'released')
  );

create function private.booking_actor(p_booking public.bookings)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when (select private.user_id()) = p_booking.employee_id then 'employee'
    when (select private.user_id()) = (select s.user_id from public.specialists s where s.id = p_booking.specialist_id) then 'specialist'
    -- By their act alone: a platform admin may also just book, and meet what has expired.
    when p_booking.status_category = 'by_the_platform' and (select private.is_platform_admin()) then 'admin'
    else 'system'
  end;
$$;

comment on function private.booking_actor(public.bookings) is
  'As what the caller acts on a booking: employee, specialist, admin, or system: a job, or somebody who meets what has expired.';

create function private.acting_party(p_booking public.bookings)
returns uuid
language sql
stable
set search_path = ''
as $$
  select case when private.booking_actor(p_booking) in ('employee', 'specialist') then private.user_id() end;
$$;

comment on function private.acting_party(public.bookings) is
  'The caller, if they are one of the two of a booking. Whoever else changes it is not for the two to know: it may be a colleague who booked.';

create function private.cancel_by_after(p_booking public.bookings, p_starts_at timestamptz, p_by_employee boolean)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select case
    when p_by_employee and now() > p_booking.cancel_by then p_booking.cancel_by
    else p_starts_at - (p_booking.starts_at - p_booking.cancel_by)
  end;
$$;

comment on function private.cancel_by_after(public.bookings, timestamptz, boolean) is
  'Until when a session can be cancelled once it has moved. Who is too late to cancel gains nothing by moving it away first.';

-- What follows from the time of a session, and from the terms on which it is agreed.
create function private.shape_booking()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_terms private.session_terms;
begin
  if tg_op = 'UPDATE' and (new.starts_at, new.ends_at, new.status, new.place_kind, new.place_detail)
    = (old.starts_at, old.ends_at, old.status, old.place_kind, old.place_detail)
  then
    return new;
  end if;
  if tg_op = 'INSERT' or (new.starts_at, new.ends_at) <> (old.starts_at, old.ends_at) then
    select * into v_terms from private.session_terms t
    where t.specialist_id = new.specialist_id and t.session_type_id = new.session_type_id;
    -- Where new rules of a zone move it, what was agreed is as before, wherever its specialist lives by now.
    if tg_op = 'INSERT' or new.starts_at <> old.wall_starts_at at time zone old.time_zone then
      select s.time_zone into new.time_zone from public.specialists s where s.id = new.specialist_id;
    end if;
    new.wall_starts_at := new.starts_at at time zone new.time_zone;
    new.busy_from := new.starts_at - coalesce(v_terms.buffer_before, '0');
    new.busy_until := new.ends_at + coalesce(v_terms.buffer_after, '0');
  end if;
  if tg_op = 'INSERT' then
    new.cancel_by := new.starts_at - coalesce(v_terms.cancel_notice, private.hours('booking_late_cancellation_hours'));
    new.place_kind := coalesce(new.place_kind, v_terms.place_kind, 'video');
    new.place_detail := coalesce(new.place_detail, v_terms.place_detail, '');
    new.expires_at := case new.status
      when 'held' then least(coalesce(new.expires_at, now() + private.minutes('booking_hold_minutes')), new.starts_at)
      when 'pending' then coalesce(new.expires_at, least(now() + coalesce(v_terms.answer_within, private.hours('booking_answer_hours')), new.starts_at))
    end;
  else
    if new.starts_at <> old.starts_at then
      new.cancel_by := private.cancel_by_after(old, new.starts_at, private.booking_actor(new) = 'employee');
    end if;
    new.calendar_sequence := old.calendar_sequence + 1;
    if new.status not in ('pending', 'held') then
      new.expires_at := null;
    end if;
  end if;
  new.cancelled_at := case when new.status = 'cancelled' then coalesce(new.cancelled_at, now()) end;
  new.status_category := case when new.status = 'cancelled' then coalesce(new.status_category, 'other') end;
  new.closed_at := case when new.status in ('completed', 'no_show') then coalesce(new.closed_at, now()) end;
  new.uses_session := case
    when new.status in ('declined', 'lapsed', 'released') then false
    when new.status = 'cancelled' and tg_op = 'UPDATE' and old.status <> 'cancelled'
      then old.status = 'confirmed' and private.booking_actor(new) = 'employee' and new.cancelled_at > new.cancel_by
    else new.uses_session
  end;
  return new;
end;
$$;

comment on function private.shape_booking() is
  'Trigger: what follows from the time and the status of a session: what it keeps of the calendar, until when it can be cancelled, whether it was used.';

create trigger shape_booking before insert or update on public.bookings
  for each row execute function private.shape_booking();

-- An erased person's coming sessions keep their time for a while: an employer who sees the person go would else see,
-- in the times that appear, with whom and when they had sessions. private.job_cancel_ended_sessions() cancels them.
insert into public.system_settings (key, value, minimum, maximum, description) values
  ('booking_hold_minutes', '10', 1, 60, 'How long a hold keeps its time for whoever has not confirmed it yet.'),
  ('session_release_hours', '24', 1, 168, 'Within how many hours, at a moment drawn at random, the sessions are cancelled of whose membership or account has ended.');

create function private.session_release_delay()
returns interval
language sql
volatile
set search_path = ''
as $$
  select random() * private.hours('session_release_hours');
$$;

comment on function private.session_release_delay() is 'How long the sessions of somebody who has left still keep their times: drawn anew with each call.';

create function private.release_bookings_of_erased()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.bookings
  set releases_at = now() + private.session_release_delay()
  where employee_id = old.id and status in ('pending', 'held', 'confirmed');
  return old;
end;
$$;

comment on function private.release_bookings_of_erased() is 'Trigger on profiles: closing an account marks what is still to come, so that it is cancelled later.';

create trigger release_bookings before delete on public.profiles
  for each row execute function private.release_bookings_of_erased();
