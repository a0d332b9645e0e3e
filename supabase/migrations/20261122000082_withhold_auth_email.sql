-- Auth's own mail is withheld: confirmations are ours (issue_email_verification), and a second mail
-- beside them, with a link of another kind, would confuse people and get round the five attempts.
--
-- Called: by Auth, as its hook send_email ([auth.hook.send_email] in config.toml), for every mail it
-- would send. Once mails of other kinds are ours too, an edge function takes this one's place.
-- Until then Auth's password recovery, magic links and invitations send nothing.

create function private.withhold_auth_email(p_event jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$ select '{}'::jsonb; $$;

comment on function private.withhold_auth_email(jsonb) is
  'Auth hook send_email that sends nothing. p_event has the token in clear text: it must not be kept.';

grant usage on schema private to supabase_auth_admin;
grant execute on function private.withhold_auth_email(jsonb) to supabase_auth_admin;
