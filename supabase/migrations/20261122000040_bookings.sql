-- Bookings: one session of one employee with one specialist.
--
-- Read:  the employee and the specialist of the booking, while verified. Never the employer, and a platform
--        admin only through the audited read_person().
-- Write: book_session(), reschedule_booking(), cancel_booking(), close_booking() alone.

create domain public.booking_status as text check (value in ('pending', 'held', 'confirmed', 'completed', 'cancelled', 'no_show'));
comment on domain public.booking_status is 'How a booked session stands.';

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  employee_id uuid references public.profiles (id) on delete set null,
  company_id uuid not null references public.companies (id) on delete restrict,
  specialist_id uuid not null references public.specialists (id) on delete restrict,
  session_type_id uuid not null references public.session_types (id) on delete restrict,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status public.booking_status not null,
  status_reason text check (length(status_reason) <= 500),
  cancelled_at timestamptz,
  releases_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint lasts_minutes_not_days check (ends_at > starts_at and ends_at <= starts_at + interval '4 hours'),
  constraint cancelled_at_iff_cancelled check ((cancelled_at is not null) = (status = 'cancelled')),
  constraint only_the_past_lost_its_employee check (
    employee_id is not null or releases_at is not null or status in ('completed', 'cancelled', 'no_show')
  ),
  constraint specialist_is_free exclude using gist (
    specialist_id with =, tstzrange(starts_at, ends_at) with &&
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
  'completed, cancelled, no_show: over.';
comment on column public.bookings.status_reason is 'Why the status is what it is; copied into the history.';

create index bookings_employee_id_idx on public.bookings (employee_id, starts_at desc);
create index bookings_specialist_id_idx on public.bookings (specialist_id, starts_at desc);
create index bookings_company_id_idx on public.bookings (company_id, starts_at desc);
create index bookings_session_type_id_idx on public.bookings (session_type_id);
create index bookings_releases_at_idx on public.bookings (releases_at) where releases_at is not null;

create trigger touch_updated_at before update on public.bookings
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.bookings');

alter table public.bookings enable row level security;
alter table public.bookings force row level security;
revoke all on table public.bookings from public, anon, authenticated, service_role;
grant select (
  id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, status_reason,
  cancelled_at, releases_at, created_at, updated_at
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
    or specialist_id = (select private.my_practice_id())
  );

create function private.guard_booking_status()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status not in ('pending', 'held', 'confirmed') then
      raise sqlstate 'PT409' using message = 'status_not_allowed',
        detail = format('A booking does not begin as %s.', new.status);
    end if;
  elsif new.status <> old.status and not new.status = any(
    case old.status
      when 'pending' then array['held', 'confirmed', 'cancelled']
      when 'held' then array['confirmed', 'cancelled']
      when 'confirmed' then array['completed', 'cancelled', 'no_show']
      else array[]::text[]
    end
  ) then
    raise sqlstate 'PT409' using message = 'status_not_allowed',
      detail = format('A booking that is %s does not become %s.', old.status, new.status);
  end if;
  new.cancelled_at := case when new.status = 'cancelled' then coalesce(new.cancelled_at, now()) end;
  return new;
end;
$$;

comment on function private.guard_booking_status() is
  'Trigger: the status moves along its graph only, and cancelled_at with it.';

create trigger guard_booking_status before insert or update on public.bookings
  for each row execute function private.guard_booking_status();

-- An erased person's coming sessions keep their time for a while: an employer who sees the person go would else see,
-- in the times that appear, with whom and when they had sessions. private.job_cancel_ended_sessions() cancels them.
insert into public.system_settings (key, value, minimum, maximum, description) values
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
