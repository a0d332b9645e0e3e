-- Which steps a booking may take, who may take them, and what each is called. docs/bookings.md shows it as a table.
--
-- Read:  a trigger on bookings, what mails the two, and the tests, which walk every pair.
-- Write: migrations alone.

create table private.booking_transitions (
  event text not null check (event ~ '^[a-z_]{3,20}$'),
  old_status text not null check (old_status in ('none', 'pending', 'held', 'confirmed', 'completed', 'no_show', 'cancelled', 'declined', 'lapsed', 'released')),
  new_status public.booking_status not null,
  actors text[] not null check (cardinality(actors) between 1 and 4 and actors <@ '{employee,specialist,admin,system}'),
  primary key (old_status, new_status)
);

comment on table private.booking_transitions is 'The steps of a booking. The same status twice: its time changes.';
comment on column private.booking_transitions.old_status is 'none: how a booking begins.';

alter table private.booking_transitions enable row level security;
alter table private.booking_transitions force row level security;
revoke all on table private.booking_transitions from public, anon, authenticated, service_role;

insert into private.booking_transitions (event, old_status, new_status, actors) values
  ('requested', 'none', 'pending', '{employee,system}'),
  ('held', 'none', 'held', '{employee,system}'),
  ('booked', 'none', 'confirmed', '{employee,system}'),
  ('booked', 'held', 'confirmed', '{employee,system}'),
  ('released', 'held', 'released', '{employee,specialist,system}'),
  -- The employee, by accepting another time that the specialist proposed.
  ('accepted', 'pending', 'confirmed', '{specialist,employee,system}'),
  ('declined', 'pending', 'declined', '{specialist,employee,system}'),
  ('lapsed', 'pending', 'lapsed', '{employee,specialist,system}'),
  -- The specialist, by accepting another time that the employee proposed.
  ('moved', 'confirmed', 'confirmed', '{employee,specialist,system}'),
  ('cancelled', 'pending', 'cancelled', '{employee,specialist,admin,system}'),
  ('cancelled', 'confirmed', 'cancelled', '{employee,specialist,admin,system}'),
  ('completed', 'confirmed', 'completed', '{specialist,system}'),
  ('missed', 'confirmed', 'no_show', '{specialist,system}'),
  ('corrected', 'completed', 'no_show', '{specialist}'),
  ('corrected', 'no_show', 'completed', '{specialist}');

create function private.guard_booking_status()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_old constant text := case when tg_op = 'UPDATE' then old.status else 'none' end;
begin
  if tg_op = 'UPDATE' and (new.status, new.starts_at, new.ends_at) = (old.status, old.starts_at, old.ends_at) then
    return new;
  elsif not exists (
    select from private.booking_transitions t
    where t.old_status = v_old and t.new_status = new.status and private.booking_actor(new) = any (t.actors)
  ) then
    raise sqlstate 'PT409' using message = 'status_not_allowed',
      detail = format('A booking that is %s does not become %s by this.', case v_old when 'none' then 'new' else v_old end, new.status);
  end if;
  return new;
end;
$$;

comment on function private.guard_booking_status() is
  'Trigger: a booking takes the steps of private.booking_transitions only, and by whom they name.';

create trigger guard_booking_status before insert or update on public.bookings
  for each row execute function private.guard_booking_status();
