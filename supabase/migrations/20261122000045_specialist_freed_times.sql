-- Freed times: a session that fell away because a membership or an account ended, whose time is not offered yet.
--
-- Read:  the specialist. They may drop a row, which offers the time again at once.
-- Write: private.withhold_time() alone, before a session is cancelled.
--
-- An employer who removes somebody and looks at what a specialist offers would else see, in the time that appears, with
-- whom and when that person had a session. docs/decisions/ending-a-membership.md

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('freed_time_hours', '168', 1, 720, 'Within how many hours, at a moment drawn at random, a time is offered again that fell free by the end of a membership or an account.');

create table public.specialist_freed_times (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null references public.specialists (id) on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  busy_from timestamptz not null,
  busy_until timestamptz not null,
  offered_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint ends_after_start check (ends_at > starts_at),
  constraint buffers_are_around_it check (busy_from <= starts_at and busy_until >= ends_at)
);

comment on table public.specialist_freed_times is 'Times that fell free and are not offered again yet. To delete one reopens it.';
comment on column public.specialist_freed_times.offered_at is 'From when on it is offered by itself.';

create index specialist_freed_times_specialist_id_idx on public.specialist_freed_times (specialist_id, starts_at);
create index specialist_freed_times_offered_at_idx on public.specialist_freed_times (offered_at);

select private.keep_no_statistics('public.specialist_freed_times');

alter table public.specialist_freed_times enable row level security;
alter table public.specialist_freed_times force row level security;
revoke all on table public.specialist_freed_times from public, anon, authenticated, service_role;
grant select (id, specialist_id, starts_at, ends_at, busy_from, busy_until, offered_at, created_at), delete on public.specialist_freed_times to authenticated;
grant select on public.specialist_freed_times to service_role;

create policy "A specialist sees their own freed times"
  on public.specialist_freed_times for select to authenticated
  using (specialist_id = (select private.my_practice_id()));

create policy "A specialist reopens a freed time of their own"
  on public.specialist_freed_times for delete to authenticated
  using (specialist_id = (select private.my_practice_id()));

insert into public.data_retention_policies (name, description, counts_from, kept_for, held_by) values
  ('public.specialist_freed_times', 'Times of sessions that fell away with a membership, until they are offered', 'offered_at', '0', '{}');

create function private.job_purge_freed_times(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('public.specialist_freed_times', p_now);
end;
$$;

comment on function private.job_purge_freed_times(timestamptz) is 'Deletes freed times that are offered again.';

select cron.schedule('purge-freed-times', '53 * * * *', $$select private.run_job('purge_freed_times')$$);
