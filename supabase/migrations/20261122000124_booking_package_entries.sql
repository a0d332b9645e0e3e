-- The ledger of packages (T29): each session that was granted, used, given back, lapsed or corrected, with when, by whom and for which booking.
--
-- Read:  the person whose package it is.
-- Write: triggers on booking_packages and on bookings alone; append-only. The sum of a package's entries is what is left of it.

create table public.booking_package_entries (
  id uuid primary key default gen_random_uuid(),
  package_id uuid not null references public.booking_packages (id) on delete cascade,
  kind text not null check (kind in ('grant', 'use', 'return', 'expiry', 'correction')),
  sessions int not null,
  booking_id uuid references public.bookings (id) on delete cascade,
  actor text not null check (actor in ('employee', 'specialist', 'company', 'admin', 'system')),
  created_at timestamptz not null default clock_timestamp(),
  constraint each_kind_has_its_sign check (case kind
    when 'grant' then sessions between 1 and 100
    when 'use' then sessions = -1
    when 'return' then sessions = 1
    when 'expiry' then sessions between -100 and -1
    else sessions between -100 and 100 and sessions <> 0
  end),
  constraint booking_iff_used_or_given_back check ((booking_id is not null) = (kind in ('use', 'return')))
);

comment on table public.booking_package_entries is 'What became of each session of a package. Their sum is what is left.';
comment on column public.booking_package_entries.id is 'Not a number that counts: its gaps would tell how many others use.';
comment on column public.booking_package_entries.created_at is 'The clock''s time, so that entries of one transaction keep their order.';
comment on column public.booking_package_entries.actor is 'As what somebody acted. Who granted or corrected it is in the audit log.';

create index booking_package_entries_package_id_idx on public.booking_package_entries (package_id, created_at);
-- What a company gave is found by this one: by the other, how long that takes would tell its admins how much of it was used.
create unique index booking_package_entries_one_grant_idx on public.booking_package_entries (package_id) where kind = 'grant';
create index booking_package_entries_booking_id_idx on public.booking_package_entries (booking_id);

select private.keep_no_statistics('public.booking_package_entries');

alter table public.booking_package_entries enable row level security;
alter table public.booking_package_entries force row level security;
revoke all on table public.booking_package_entries from public, anon, authenticated, service_role;
grant select (id, package_id, kind, sessions, booking_id, actor, created_at) on public.booking_package_entries to authenticated;
grant select on public.booking_package_entries to service_role;

-- Visible exactly when the package is: the inner select is filtered by its policy.
create policy "A person sees what became of their packages"
  on public.booking_package_entries for select to authenticated
  using (exists (select from public.booking_packages p where p.id = package_id));

-- What goes with an account goes with its package or its booking; else nothing goes and nothing changes.
create function private.keep_package_entry()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' or exists (select from public.booking_packages where id = old.package_id)
    and (old.booking_id is null or exists (select from public.bookings where id = old.booking_id))
  then
    raise exception using errcode = '42501', message = format('booking_package_entries is append-only: %s refused', lower(tg_op));
  end if;
  return old;
end;
$$;

comment on function private.keep_package_entry() is
  'Trigger: an entry stays as it was written as long as there are its package and its booking.';

create trigger keep_package_entry before update or delete on public.booking_package_entries
  for each row execute function private.keep_package_entry();
create trigger refuse_truncate before truncate on public.booking_package_entries
  for each statement execute function private.refuse_change();

create function private.record_package()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_sessions constant int := case when tg_op = 'INSERT' then new.sessions else new.sessions - old.sessions end;
begin
  if v_sessions <> 0 then
    insert into public.booking_package_entries (package_id, kind, sessions, actor)
    values (
      new.id, case tg_op when 'INSERT' then 'grant' else 'correction' end, v_sessions,
      case when tg_op = 'INSERT' and new.given_by = 'company' then 'company' else 'admin' end
    );
  end if;
  if tg_op = 'UPDATE' and new.lapsed > old.lapsed then
    insert into public.booking_package_entries (package_id, kind, sessions, actor) values (new.id, 'expiry', old.lapsed - new.lapsed, 'system');
  end if;
  return null;
end;
$$;

comment on function private.record_package() is 'Trigger on booking_packages: writes into the ledger what is granted, corrected and lapses.';

create trigger record_grant after insert on public.booking_packages
  for each row execute function private.record_package();
create trigger record_change after update of sessions, lapsed on public.booking_packages
  for each row execute function private.record_package();
