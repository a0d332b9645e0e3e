-- Proposals: another time for a session, asked of the other. The specialist proposes to whoever asked or has booked;
-- the employee proposes where a session is moved by agreement only.
--
-- Read:  the employee and the specialist of the booking.
-- Write: propose_time(), accept_proposal(), decline_proposal(), and a trigger on bookings.
--
-- While it is open, a proposal keeps its time of both calendars, as private.check_time_free() sees it.

create table public.booking_proposals (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id) on delete cascade,
  proposed_by text not null check (proposed_by in ('employee', 'specialist')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  busy_from timestamptz not null,
  busy_until timestamptz not null,
  expires_at timestamptz not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'withdrawn', 'expired')),
  reason text check (length(reason) <= 500),
  answered_at timestamptz,
  created_at timestamptz not null default now(),
  constraint ends_after_start check (ends_at > starts_at),
  constraint answered_at_iff_not_open check ((answered_at is not null) = (status <> 'open'))
);

comment on table public.booking_proposals is 'Another time for a session, asked of the other; at most one is open.';
comment on column public.booking_proposals.expires_at is 'Until when it can be accepted and keeps its time: before either of the two starts.';
comment on column public.booking_proposals.reason is 'In the words of who declined.';

create unique index booking_proposals_one_open_idx on public.booking_proposals (booking_id) where status = 'open';
create index booking_proposals_booking_id_idx on public.booking_proposals (booking_id, created_at desc);
create index booking_proposals_expires_at_idx on public.booking_proposals (expires_at) where status = 'open';

select private.keep_no_statistics('public.booking_proposals');

alter table public.booking_proposals enable row level security;
alter table public.booking_proposals force row level security;
revoke all on table public.booking_proposals from public, anon, authenticated, service_role;
grant select (id, booking_id, proposed_by, starts_at, ends_at, expires_at, status, reason, answered_at, created_at)
  on public.booking_proposals to authenticated;
grant select on public.booking_proposals to service_role;

-- Visible exactly when the booking is: the inner select is filtered by the policy of bookings.
create policy "Employee and specialist see the proposals for their booking"
  on public.booking_proposals for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));

create function private.record_proposal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.booking_status_history (booking_id, old_status, new_status, event, actor, changed_by, reason, metadata)
  select b.id, b.status, b.status,
    case new.status when 'open' then 'proposed' when 'declined' then 'proposal_declined' else 'proposal_lapsed' end,
    private.booking_actor(b), private.acting_party(b), new.reason,
    jsonb_build_object('moved_from', b.starts_at, 'moved_to', new.starts_at)
  from public.bookings b where b.id = new.booking_id;
  return null;
end;
$$;

comment on function private.record_proposal() is
  'Trigger: writes proposals that were made, declined or lapsed into the history. One that was accepted is there as the move; one that was withdrawn, as what took its place.';

create trigger record_proposal after insert on public.booking_proposals
  for each row execute function private.record_proposal();
create trigger record_answer after update of status on public.booking_proposals
  for each row when (new.status in ('declined', 'expired')) execute function private.record_proposal();

create function private.withdraw_proposal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.booking_proposals set status = 'withdrawn', answered_at = now() where booking_id = new.id and status = 'open';
  return null;
end;
$$;

comment on function private.withdraw_proposal() is 'Trigger on bookings: a session that moved or is over needs no other time.';

create trigger withdraw_proposal after update on public.bookings
  for each row when (old.starts_at <> new.starts_at or new.status not in ('pending', 'confirmed'))
  execute function private.withdraw_proposal();
