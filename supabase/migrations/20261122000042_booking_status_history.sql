-- Booking status history (T12): every step of a booking, who took it, and why.
--
-- Read:  the employee and the specialist of the booking.
-- Write: a trigger on bookings alone; append-only.

create table public.booking_status_history (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id) on delete cascade,
  old_status public.booking_status,
  new_status public.booking_status not null,
  event text not null check (event ~ '^[a-z_]{3,20}$'),
  actor text not null check (actor in ('employee', 'specialist', 'admin', 'system')),
  changed_by uuid references auth.users (id) on delete set null,
  reason text check (length(reason) <= 500),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 1000),
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.booking_status_history is 'Each status a booking took, and each time it moved.';
comment on column public.booking_status_history.id is
  'Not a number that counts: its gaps would tell how many sessions there are besides.';
comment on column public.booking_status_history.created_at is 'The clock''s time, so that steps of one transaction keep their order.';
comment on column public.booking_status_history.old_status is
  'Null for the first entry; equal to new_status when only the time changed.';
comment on column public.booking_status_history.changed_by is 'Whichever of the two it was; null for everybody else: their id would tell who booked.';
comment on column public.booking_status_history.event is 'What happened, in the words of private.booking_transitions; beside them proposals of another time, and another place (placed).';
comment on column public.booking_status_history.metadata is
  'moved_from, moved_to: times of a move or a proposal. late: later than the session could be cancelled without being used. category: of a cancellation.';

create index booking_status_history_booking_id_idx on public.booking_status_history (booking_id, created_at desc);
create index booking_status_history_new_status_idx on public.booking_status_history (new_status);
create index booking_status_history_created_at_idx on public.booking_status_history (created_at desc);
create index booking_status_history_changed_by_idx on public.booking_status_history (changed_by);

-- The policy is planned by how often a booking occurs, and the id of a booking is known to its two people alone.
select private.keep_no_statistics('public.booking_status_history', p_but => 'booking_id');

alter table public.booking_status_history enable row level security;
alter table public.booking_status_history force row level security;
revoke all on table public.booking_status_history from public, anon, authenticated, service_role;
grant select (
  id, booking_id, old_status, new_status, event, actor, changed_by, reason, metadata, created_at
) on public.booking_status_history to authenticated;
grant select on public.booking_status_history to service_role;

-- Visible exactly when the booking is: the inner select is filtered by the policy of bookings.
create policy "Employee and specialist see the history of their booking"
  on public.booking_status_history for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));

create function private.record_booking_status()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_old_status constant text := case when tg_op = 'UPDATE' then old.status else 'none' end;
begin
  insert into public.booking_status_history (booking_id, old_status, new_status, event, actor, changed_by, reason, metadata)
  select new.id, nullif(t.old_status, 'none'), t.new_status, t.event, private.booking_actor(new), private.acting_party(new), new.status_reason,
    case
      when tg_op = 'UPDATE' and old.starts_at <> new.starts_at then jsonb_build_object(
        'moved_from', old.starts_at, 'moved_to', new.starts_at, 'late', now() > old.cancel_by
      )
      when new.status = 'cancelled' then jsonb_build_object('category', new.status_category, 'late', new.cancelled_at > new.cancel_by)
      else '{}'
    end
  from private.booking_transitions t
  where t.old_status = v_old_status and t.new_status = new.status;
  return null;
end;
$$;

comment on function private.record_booking_status() is 'Trigger on bookings: writes the history.';

create trigger record_first_status after insert on public.bookings
  for each row execute function private.record_booking_status();
create trigger record_change after update on public.bookings
  for each row
  when (old.status <> new.status or old.starts_at <> new.starts_at or old.ends_at <> new.ends_at)
  execute function private.record_booking_status();
