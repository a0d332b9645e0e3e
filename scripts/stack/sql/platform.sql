-- What a hosted project has before its first migration: roles, schemas, extensions, and the
-- privileges between them. Migrations rely on it and must not create any of it.
-- Runs once, as the cluster's superuser, in one transaction. Passwords come from the caller.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;

-- The owner of a project's objects. Not a superuser on the platform, so not one here: a migration
-- that only works for a superuser must fail on this machine first.
create role postgres login createdb createrole replication bypassrls;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;

-- PostgREST's login: nothing of its own, and every request sets its role.
create role authenticator login noinherit;
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';

grant anon, authenticated, service_role to authenticator, supabase_storage_admin;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
-- The platform's supautils lets postgres set pgrst.* of the Data API's login; of these we set one.
grant set on parameter "pgrst.db_pre_request" to postgres;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

alter database postgres owner to postgres;
alter database postgres set search_path = "$user", public, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;

grant usage on schema public to anon, authenticated, service_role;

create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin;
grant all on schema extensions to postgres;
create extension pgcrypto schema extensions;
create extension "uuid-ossp" schema extensions;

-- Untrusted extensions that the platform lets postgres install. Absent on a machine that only runs the product.
do $$
begin
  if exists (select from pg_available_extensions where name = 'pgtap') then
    create extension pgtap schema extensions;
  end if;
  if exists (select from pg_available_extensions where name = 'plpgsql_check') then
    create extension plpgsql_check schema extensions;
  end if;
end $$;

create extension pg_cron schema pg_catalog;
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
-- Jobs are changed through cron.schedule and cron.unschedule, as on the platform.
revoke all on cron.job from postgres;
grant select on cron.job to postgres with grant option;

-- Tells the Data API that the schema changed, as the platform's pgrst_ddl_watch does.
create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$
begin
  if exists (
    select from pg_event_trigger_ddl_commands() c
    where c.schema_name is distinct from 'pg_temp'
      and c.command_tag not in ('GRANT', 'REVOKE', 'COMMENT')
  ) then
    perform pg_notify('pgrst', 'reload schema');
  end if;
end $$;
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();

create function extensions.pgrst_drop_watch() returns event_trigger language plpgsql as $$
begin
  if exists (select from pg_event_trigger_dropped_objects() o where not o.is_temporary) then
    perform pg_notify('pgrst', 'reload schema');
  end if;
end $$;
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
