-- How the platform lets the project's owner make policies on tables that are not theirs, as supautils does: for the
-- length of a statement about a policy, the tables of Storage are the project owner's. It takes these locks until
-- commit, whatever table the policy is on, and also to drop a trigger.
create function extensions.lend_tables() returns event_trigger language plpgsql security definer set search_path = '' as $$
begin
  if session_user <> 'postgres' then
    return;
  end if;
  if tg_event = 'ddl_command_start' then
    lock table auth.users, auth.identities, auth.sessions, auth.refresh_tokens, storage.buckets, storage.objects in access exclusive mode;
  end if;
  if tg_tag <> 'DROP TRIGGER' then
    execute case tg_event
      when 'ddl_command_start' then 'grant supabase_storage_admin to postgres'
      else 'revoke supabase_storage_admin from postgres'
    end;
  end if;
end $$;
create event trigger lend_tables on ddl_command_start
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY', 'DROP TRIGGER') execute function extensions.lend_tables();
create event trigger take_tables_back on ddl_command_end
  when tag in ('CREATE POLICY', 'ALTER POLICY', 'DROP POLICY') execute function extensions.lend_tables();
