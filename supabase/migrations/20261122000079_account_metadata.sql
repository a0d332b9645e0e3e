-- What a person writes of themselves at Auth is bounded.
--
-- Called: by a trigger on auth.users.
--
-- Auth takes any metadata of whoever is signed in, and puts it into each of their tokens. Of more than a header may have, no
-- request with such a token is taken any more, and of a megabyte not even Auth's hook for mails: whoever took over a session
-- for a moment would keep its owner out for good, a new password or not. Gateways stop at 8 KiB for all of a header; a token
-- has metadata in base64, and Auth writes some characters as six (encoding/json of Go).

create function private.bound_account_metadata()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  raise sqlstate 'PT422' using message = 'rule_violation', detail = 'The metadata of an account has up to 2 KiB.';
end;
$$;

comment on function private.bound_account_metadata() is 'Trigger on auth.users: refuses metadata that would make tokens too long to be used.';

create trigger bound_account_metadata before insert or update of raw_user_meta_data on auth.users
  for each row
  when (octet_length(regexp_replace(new.raw_user_meta_data::text, '[<>&\u2028\u2029]', '\\u0000', 'g')) > 2048)
  execute function private.bound_account_metadata();
