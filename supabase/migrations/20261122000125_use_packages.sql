-- What pays for a session (T30): a session of a package, or one of the month. Whoever books, moves or cancels it, and in whichever way.
--
-- Called: by a trigger on bookings, behind the locks of what writes there. docs/decisions/what-pays-for-a-session.md
--
-- Of a month and a package that ends first is used first: what is left of a month is gone with it.

alter table private.package_uses add constraint package_uses_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete cascade;

create function private.ends_with_the_month(p_package_id uuid, p_at timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p.expires_on < date_trunc('month', p_at at time zone e.time_zone) + interval '1 month'
  from public.booking_packages p
  cross join lateral private.company_entitlement(p.company_id, p_at) e
  where p.id = p_package_id;
$$;

comment on function private.ends_with_the_month(uuid, timestamptz) is 'Whether the last day of a package is no later than that of the month of an instant, as the plan counts it.';

create function private.choose_package(p_booking public.bookings, p_current_id uuid, p_is_new boolean)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_left int;
  v_package_id uuid := private.paying_package(
    p_booking.employee_id, p_booking.company_id, p_booking.session_type_id, p_booking.starts_at, p_booking.id
  );
begin
  -- A session may move by itself while nobody pays, by new rules of a zone say: then nothing is decided anew.
  if not exists (select from private.company_entitlement(p_booking.company_id, p_booking.starts_at)) then
    return p_current_id;
  elsif v_package_id is null or v_package_id = p_current_id then
    return v_package_id;
  end if;
  v_left := private.sessions_left(p_booking.employee_id, p_booking.company_id, p_booking.starts_at, p_booking.id);
  -- Where the month has no number, a package would be spent for nothing; and what its month paid for stays so while it can.
  if v_left is null or v_left > 0 and not (p_is_new and private.ends_with_the_month(v_package_id, p_booking.starts_at)) then
    return null;
  end if;
  return v_package_id;
end;
$$;

comment on function private.choose_package(public.bookings, uuid, boolean) is
  'The package of which a booking uses a session; null where it is one of its month. p_current_id: that of which it does so already.';

-- A package that is being deleted with its account is passed over instead of waited for: it may be waiting for this booking.
create function private.return_session(p_booking public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_package_id uuid;
begin
  select p.id into v_package_id
  from private.package_uses u join public.booking_packages p on p.id = u.package_id
  where u.booking_id = p_booking.id and u.is_used for key share of p skip locked;
  if not found then
    return;
  end if;
  update private.package_uses set is_used = false where booking_id = p_booking.id;
  insert into public.booking_package_entries (package_id, kind, sessions, booking_id, actor)
  values (v_package_id, 'return', 1, p_booking.id, private.booking_actor(p_booking));
  -- Its last day may have been corrected to one before the session: what comes back when it is over lapses with the rest.
  update public.booking_packages set lapsed = lapsed + 1 where id = v_package_id and status = 'ended';
end;
$$;

comment on function private.return_session(public.bookings) is 'Gives the session that a booking uses back to its package, if it uses one of a package.';

create function private.take_session(p_booking public.bookings, p_package_id uuid)
returns void
language sql
set search_path = ''
as $$
  insert into private.package_uses as u (booking_id, package_id, number, is_used)
  select p_booking.id, p.id, min(n), true
  from public.booking_packages p cross join lateral generate_series(1, p.sessions) n
  where p.id = p_package_id
    and not exists (select from private.package_uses other where other.package_id = p.id and other.number = n and other.is_used)
  group by p.id
  on conflict (booking_id) do update set package_id = excluded.package_id, number = excluded.number, is_used = true;
  insert into public.booking_package_entries (package_id, kind, sessions, booking_id, actor)
  values (p_package_id, 'use', -1, p_booking.id, private.booking_actor(p_booking));
$$;

comment on function private.take_session(public.bookings, uuid) is 'Lets a booking use the first session of a package that no other uses.';

create function private.pay_for_session()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_counts constant boolean := new.employee_id is not null and new.uses_session and new.status <> 'held';
  v_counted constant boolean := tg_op = 'UPDATE' and old.uses_session and old.status <> 'held';
  v_current_id uuid;
  v_package_id uuid;
begin
  if not v_counts then
    if v_counted then
      perform private.return_session(new);
    end if;
    return null;
  end if;
  select package_id into v_current_id from private.package_uses where booking_id = new.id and is_used;
  v_package_id := private.choose_package(new, v_current_id, not v_counted);
  if v_package_id is distinct from v_current_id then
    perform private.return_session(new);
    if v_package_id is not null then
      perform private.take_session(new, v_package_id);
    end if;
  end if;
  return null;
end;
$$;

comment on function private.pay_for_session() is
  'Trigger on bookings: a session that counts uses one of a package or of its month, and gives one of a package back when it counts no more.';

create trigger pay_for_session after insert on public.bookings
  for each row execute function private.pay_for_session();
create trigger pay_for_change after update on public.bookings
  for each row when (old.starts_at <> new.starts_at or old.uses_session <> new.uses_session or (old.status = 'held') <> (new.status = 'held'))
  execute function private.pay_for_session();
