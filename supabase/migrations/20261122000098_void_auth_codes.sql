-- Auth's own one-time codes are void from the start.
--
-- Auth makes one for /recover, /otp, /resend, /reauthenticate and PUT /user, although its mail is never sent. /verify would take a
-- guess, any number of times, and let its guesser in past the rules of our links. So each looks older than any code may be
-- (a day at most): Auth refuses it, and nobody has to wait a minute for the next. That minute told who has an account.

create function private.void_auth_codes()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_age constant interval := '30 days';
begin
  -- Older, not gone: Auth knows no code that was sent at no time. And in the same order as before, for the triggers that look at it.
  if new.confirmation_sent_at is distinct from old.confirmation_sent_at then
    new.confirmation_sent_at := new.confirmation_sent_at - v_age;
  end if;
  if new.recovery_sent_at is distinct from old.recovery_sent_at then
    new.recovery_sent_at := new.recovery_sent_at - v_age;
  end if;
  if new.email_change_sent_at is distinct from old.email_change_sent_at then
    new.email_change_sent_at := new.email_change_sent_at - v_age;
  end if;
  if new.reauthentication_sent_at is distinct from old.reauthentication_sent_at then
    new.reauthentication_sent_at := new.reauthentication_sent_at - v_age;
  end if;
  return new;
end;
$$;

comment on function private.void_auth_codes() is 'Trigger on auth.users: a code that Auth makes has expired.';

create trigger void_auth_codes
  before update of confirmation_sent_at, recovery_sent_at, email_change_sent_at, reauthentication_sent_at on auth.users
  for each row execute function private.void_auth_codes();
