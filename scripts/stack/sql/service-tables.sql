-- What Auth's and Storage's own migrations have beyond @supabase/lite's tables, and how the platform lets the
-- project's owner make policies on tables that are not theirs. Runs after both schemas are filled.

create table auth.mfa_amr_claims (
  session_id uuid not null references auth.sessions (id) on delete cascade,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  authentication_method text not null,
  id uuid primary key,
  constraint mfa_amr_claims_session_id_authentication_method_pkey unique (session_id, authentication_method)
);
alter table auth.mfa_amr_claims owner to supabase_auth_admin;

do $$
declare
  v_table regclass;
begin
  for v_table in select oid from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r' loop
    execute format('alter table %s enable row level security', v_table);
  end loop;
end $$;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
alter table storage.buckets
  add column avif_autodetection boolean default false,
  add column type storage.buckettype not null default 'STANDARD';

create function storage.enforce_bucket_name_length() returns trigger language plpgsql as $$
begin
  if length(new.name) > 100 then
    raise exception 'bucket name "%" is too long (% characters). Max is 100.', new.name, length(new.name);
  end if;
  return new;
end $$;
create trigger enforce_bucket_name_length_trigger before insert or update of name on storage.buckets
  for each row execute function storage.enforce_bucket_name_length();

create function storage.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end $$;
create trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();

-- A row deleted by SQL would leave its file behind. Storage itself has the switch on.
create function storage.protect_delete() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using hint = 'This prevents accidental data loss from orphaned objects.', errcode = '42501';
  end if;
  return null;
end $$;
create trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
alter role supabase_storage_admin set storage.allow_delete_query = 'true';

alter type storage.buckettype owner to supabase_storage_admin;
alter function storage.enforce_bucket_name_length() owner to supabase_storage_admin;
alter function storage.update_updated_at_column() owner to supabase_storage_admin;
alter function storage.protect_delete() owner to supabase_storage_admin;

-- supautils: for the length of a statement about a policy, the tables of Storage are the project owner's. It takes
-- these locks until commit, whatever table the policy is on, and also to drop a trigger.
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
