-- Cancellations (T27): who cancelled which session, when, why, and whether it was used all the same. There are no refunds:
-- what counts is whether the session of the month is given back.
--
-- Read:  the employee and the specialist of the booking.
-- Write: a trigger on bookings alone.

create table public.booking_cancellations (
  booking_id uuid primary key references public.bookings (id) on delete cascade,
  cancelled_at timestamptz not null,
  cancelled_by uuid references auth.users (id) on delete set null,
  actor text not null check (actor in ('employee', 'specialist', 'admin', 'system')),
  category public.cancellation_category not null,
  reason text check (length(reason) <= 500),
  late boolean not null,
  session_used boolean not null,
  created_at timestamptz not null default now()
);

comment on table public.booking_cancellations is 'What became of each session that was cancelled.';
comment on column public.booking_cancellations.cancelled_by is 'Whichever of the two it was; null for everybody else, and once the account is gone.';
comment on column public.booking_cancellations.reason is 'In the words of who cancelled, for the other.';
comment on column public.booking_cancellations.late is 'Later than bookings.cancel_by, which was fixed when the session was booked.';
comment on column public.booking_cancellations.session_used is 'Counts among the sessions of its month: the employee cancelled a confirmed session late.';

create index booking_cancellations_cancelled_by_idx on public.booking_cancellations (cancelled_by);
create index booking_cancellations_cancelled_at_idx on public.booking_cancellations (cancelled_at);

select private.keep_no_statistics('public.booking_cancellations');

alter table public.booking_cancellations enable row level security;
alter table public.booking_cancellations force row level security;
revoke all on table public.booking_cancellations from public, anon, authenticated, service_role;
grant select (booking_id, cancelled_at, cancelled_by, actor, category, reason, late, session_used, created_at)
  on public.booking_cancellations to authenticated;
grant select on public.booking_cancellations to service_role;

-- Visible exactly when the booking is: the inner select is filtered by the policy of bookings.
create policy "Employee and specialist see how their booking was cancelled"
  on public.booking_cancellations for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));

create function private.record_cancellation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.booking_cancellations (booking_id, cancelled_at, cancelled_by, actor, category, reason, late, session_used)
  values (
    new.id, new.cancelled_at, private.acting_party(new), private.booking_actor(new), new.status_category, new.status_reason,
    new.cancelled_at > new.cancel_by, new.uses_session
  );
  return null;
end;
$$;

comment on function private.record_cancellation() is 'Trigger on bookings: writes down how a session was cancelled.';

create trigger record_cancellation after update on public.bookings
  for each row when (old.status <> 'cancelled' and new.status = 'cancelled')
  execute function private.record_cancellation();
