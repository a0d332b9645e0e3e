-- How often a person books and moves sessions. How many they have to come at a time is limited as well, but who books
-- and cancels in turn has none to come, and leaves rows of bookings, of their history and of mails behind.
--
-- Cancelling is not limited: each cancellation takes a session that was booked before.

create function private.limit_booking_changes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if current_setting('role', true) = 'authenticated' then
    perform private.require_allowance('bookings', new.employee_id);
  end if;
  return new;
end;
$$;

comment on function private.limit_booking_changes() is
  'Trigger on bookings: a person books and moves so many sessions in a while. Error: rate_limited (429).';

create trigger limit_changes before insert or update of starts_at on public.bookings
  for each row execute function private.limit_booking_changes();
