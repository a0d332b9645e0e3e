-- Locks: the one order in which everything takes them, so that contenders queue instead of deadlocking.
--
--   1. ends of accounts   advisory 24: one after the other              private.lock_ends_of_accounts(), a trigger on auth.users
--      legal holds        advisory 27: placing one                       private.lock_legal_holds()
--                         shared: what deletes, an end of an account too private.keep_legal_holds()
--   2. accounts           auth.users, in the order of their ids         private.hold_accounts(), or Auth itself
--   3. the platform       advisory 23: who its admins are               private.lock_platform_admins()
--   4. companies          the row                                       private.lock_company()
--   5. specialists        the row                                       private.lock_own_specialist(), decide_document()
--   6. calendars          advisory 17: specialist, then 18: employee    private.lock_booking_parties()
--   7. people             profiles
--   8. rows of these      members; invitations, then their links; documents; bookings, then their reminders;
--                         tokens; several of a kind in the order of their ids
--   9. counters, mail     advisory 20, 21, 25 and 26, allowances, the queue
--
-- A transaction takes a lock before any that comes later in the list. docs/decisions/one-order-of-locks.md

create function private.hold_accounts(variadic p_user_ids uuid[])
returns void
language sql
set search_path = ''
as $$
  select from auth.users where id = any (p_user_ids) order by id for key share;
$$;

comment on function private.hold_accounts(uuid[]) is
  'Keeps accounts from being deleted until the transaction ends. Signing in and changing them goes on.';

-- Deleting an account takes rows along that refer to other accounts too. None is placed under a legal hold meanwhile.
create function private.lock_ends_of_accounts()
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(24, 0);
  select pg_advisory_xact_lock_shared(27, 0);
$$;

comment on function private.lock_ends_of_accounts() is
  'Queues all that deletes accounts until the transaction ends. A function that may come to delete one takes it before all else.';

-- What was deleted is not there to be held. Not the table: whoever deletes an account empties columns of it at the end.
create function private.lock_legal_holds()
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(27, 0);
$$;

comment on function private.lock_legal_holds() is
  'Queues placing a hold behind what deletes by the holds that there are, and before what will. Before accounts and after ends of accounts.';

create function private.keep_legal_holds()
returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock_shared(27, 0);
$$;

comment on function private.keep_legal_holds() is 'Lets nobody place a hold until the transaction ends. What deletes by the holds that there are takes it first, beside others.';

create function private.queue_end_of_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_ends_of_accounts();
  return null;
end;
$$;

comment on function private.queue_end_of_account() is 'Trigger on auth.users: accounts are deleted one after the other.';

create trigger queue_end_of_account before delete on auth.users
  for each statement execute function private.queue_end_of_account();

-- For what a person writes directly and whose triggers go on to other rows. Before the statement, since with the first
-- row its lock would come too late. It locks nothing that is somebody else's.
create function private.hold_own_account()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.hold_accounts(private.user_id());
  return null;
end;
$$;

comment on function private.hold_own_account() is 'Trigger: who writes here holds their own account first.';
