-- Time zones: the names a person may choose.
--
-- pg_timezone_names reads the zone files from disk at every scan (tens of milliseconds), too
-- slow for a sign-up; a foreign key to this copy is declarative and costs one index probe.
-- Read and write: nobody but the owner.

create table private.time_zones (
  name text primary key check (length(name) <= 64)
);

comment on table private.time_zones is 'IANA time zone names known to this server, copied from pg_timezone_names.';

alter table private.time_zones enable row level security;
alter table private.time_zones force row level security;
revoke all on table private.time_zones from public, anon, authenticated, service_role;

-- Run again after an upgrade of the server's time zone data: it only ever adds.
create function private.load_time_zones()
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_added int;
begin
  insert into private.time_zones (name)
  select z.name
  from pg_catalog.pg_timezone_names z
  where length(z.name) <= 64 and z.name ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'
  on conflict do nothing;
  get diagnostics v_added = row_count;
  return v_added;
end;
$$;

comment on function private.load_time_zones() is 'Copies the server''s zone names. Idempotent; returns how many are new.';

select private.load_time_zones();
