-- Times that fell free and that somebody waits for: kept from everybody else until whoever is first in line is found.
--
-- Read:  nobody. private.kept_times keeps them from being offered and booked.
-- Write: triggers on what frees a time, and private.job_offer_freed_times(). docs/decisions/the-waiting-list.md

create table private.freed_for_waiting (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null references public.specialists (id) on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  busy_from timestamptz not null,
  busy_until timestamptz not null,
  ready_at timestamptz not null,
  kept_until timestamptz not null,
  constraint ends_after_start check (ends_at > starts_at),
  constraint kept_once_it_is_ready check (kept_until > ready_at)
);

comment on table private.freed_for_waiting is 'Times that are to be offered to whoever waits for them. What nobody can take is deleted, and free for all.';
comment on column private.freed_for_waiting.id is
  'Of the booking, the proposal or the freed time that kept it until now, so that it is here once; its own where a session has moved, which may leave several times.';
comment on column private.freed_for_waiting.ready_at is 'From when on it is free: for one that is held or withheld, later.';
comment on column private.freed_for_waiting.kept_until is 'Until when it is kept from everybody else, should the job not come by.';

create index freed_for_waiting_specialist_id_idx on private.freed_for_waiting (specialist_id, starts_at);
create index freed_for_waiting_ready_at_idx on private.freed_for_waiting (ready_at);

alter table private.freed_for_waiting enable row level security;
alter table private.freed_for_waiting force row level security;
revoke all on table private.freed_for_waiting from public, anon, authenticated, service_role;
