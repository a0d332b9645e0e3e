-- Locks: the one order in which everything takes them, so that contenders queue instead of deadlocking.
--
--   1. accounts       auth.users, in the order of their ids           private.hold_accounts(), or Auth itself
--   2. the platform   advisory 23: who its admins are                 private.lock_platform_admins()
--   3. companies      the row                                         private.lock_company()
--   4. specialists    the row                                         as in decide_document()
--   5. calendars      advisory 17: specialist, then 18: employee      private.lock_booking_parties()
--   6. rows of these  members, invitations and their links, documents, bookings, tokens: the row that
--                     others hang on before those, and several of a kind in the order of their ids
--   7. counters       advisory 20 to 22, allowances, mail and its queue
--
-- Whoever needs one takes it before any that comes later. A row that refers to an account locks that account when
-- it is written (key share, by the foreign key), so whatever writes one holds the account first: deleting the
-- account takes it alone and waits there, with nothing in hand.

create function private.hold_accounts(variadic p_user_ids uuid[])
returns void
language sql
set search_path = ''
as $$
  select from auth.users where id = any (p_user_ids) order by id for key share;
$$;

comment on function private.hold_accounts(uuid[]) is
  'Keeps accounts from being deleted until the transaction ends. Signing in and changing them goes on.';
