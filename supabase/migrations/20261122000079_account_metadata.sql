-- What a person writes of themselves at Auth is bounded.
--
-- Called: by a trigger on auth.users.
--
-- Auth takes any metadata of whoever is signed in, and puts it into each of their tokens. Of a megabyte, no request with such a
-- token is taken any more, nor is Auth's hook for mails: whoever took over a session for a moment would keep its owner out for
-- good, a new password or not.

create function private.bound_account_metadata()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  raise sqlstate 'PT422' using message = 'rule_violation', detail = 'The metadata of an account has up to 8 KiB.';
end;
$$;

comment on function private.bound_account_metadata() is 'Trigger on auth.users: refuses metadata that would make tokens too long to be used.';

create trigger bound_account_metadata before insert or update of raw_user_meta_data on auth.users
  for each row
  when (octet_length(new.raw_user_meta_data::text) > 8192)
  execute function private.bound_account_metadata();
