-- Foundation: schemas, default privileges, bounds of lists, triggers of many tables, statistics, partitions.
--
-- public      tables and functions that the Data API exposes
-- private     definer functions, queues, secrets of the product; never exposed
-- partitions  leaves of partitioned tables; never exposed, never granted
--
-- Everything starts closed. Each later file opens what its header says, by name.

create schema private;
create schema partitions;

comment on schema private is 'Definer functions and tables that no client may reach. Not exposed by the Data API.';
comment on schema partitions is 'Leaves of partitioned tables. Read and written only through their parents.';

revoke all on schema private, partitions from public;

-- Policies run as the caller, so signed-in callers need to look into the schema;
-- what they can call there is granted function by function.
grant usage on schema private to authenticated, service_role;

-- btree_gist lets an exclusion constraint combine a uuid with a time range.
create extension if not exists btree_gist with schema extensions;

-- A hosted project has it only where somebody has asked for it. It makes the schema net itself, and lets
-- everybody use it who gets there: net is never exposed by the Data API.
create extension if not exists pg_net with schema extensions;

-- The global form: the per-schema form does not take away PUBLIC's built-in grant.
alter default privileges revoke execute on functions from public;

-- Older projects still grant new tables to the API roles. Ours are granted by hand.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

-- A check constraint sees no element of an array by itself. It runs as the role that writes the table.
create function private.is_list_of(p_list text[], p_most int, p_longest int, p_pattern text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select cardinality(p_list) <= p_most and coalesce(array_ndims(p_list), 1) = 1
    and not exists (select from unnest(p_list) e where (length(e) <= p_longest and e ~ p_pattern) is not true);
$$;

comment on function private.is_list_of(text[], int, int, text) is
  'Whether a list has at most so many elements, each at most so long and like the pattern.';

grant execute on function private.is_list_of(text[], int, int, text) to authenticated, service_role;

-- Lists of words are domains over text: each stands once, with its name, and changes without a new type.
create function private.is_value_of(p_domain regtype, p_text text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  execute format('select $1::%s', p_domain) using p_text;
  return p_text is not null;
exception when check_violation then
  return false;
end;
$$;

comment on function private.is_value_of(regtype, text) is 'Whether a text is a value of a domain, which null is not.';

grant execute on function private.is_value_of(regtype, text) to service_role;

create function private.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

comment on function private.touch_updated_at() is 'Trigger: a row that changes says when.';

create function private.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = '42501',
    message = format('%s is append-only: %s refused', tg_table_name, lower(tg_op));
end;
$$;

comment on function private.refuse_change() is
  'Trigger for append-only tables. It binds the owner too, whom grants do not bind.';

-- The planner estimates rows from statistics over all rows, whoever asks, and the Data API tells its estimates to
-- anybody (Prefer: count=planned): how many sessions a colleague has, say. Without statistics it assumes the same of
-- every value. Its plans here hang on indexes, which need none. Columns whose values nobody can guess may keep theirs;
-- and how many rows are in which state is nothing of a person, and decides whether a partial index is read whole.
create function private.keep_no_statistics(p_table regclass, p_but name default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_column name;
  v_index record;
begin
  for v_column in
    select attname from pg_catalog.pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped and attname <> 'status' and attname is distinct from p_but
  loop
    execute format('alter table %s alter column %I set statistics 0', p_table, v_column);
  end loop;
  -- An expression of an index has statistics of its own.
  for v_index in
    select i.indexrelid::regclass as name, k.n
    from pg_catalog.pg_index i, unnest(i.indkey::int2[]) with ordinality k (attnum, n)
    where i.indrelid = p_table and k.attnum = 0
  loop
    execute format('alter index %s alter column %s set statistics 0', v_index.name, v_index.n);
  end loop;
end;
$$;

comment on function private.keep_no_statistics(regclass, name) is
  'Lets the planner know nothing of the values in a table, where to know their frequency is to know something of a person.';

-- Leaves inherit row triggers and indexes from the parent, but neither row level security
-- nor truncate triggers nor grants: those are settled here, in one place.
create function private.create_partition(p_parent regclass, p_month date)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_start date := date_trunc('month', p_month)::date;
  v_parent text := (select relname from pg_catalog.pg_class where oid = p_parent);
  v_leaf text := v_parent || to_char(v_start, '"_"yyyy_mm');
begin
  if to_regclass(format('partitions.%I', v_leaf)) is not null then
    return;
  end if;
  execute format(
    'create table partitions.%I partition of %s for values from (%L) to (%L)',
    v_leaf, p_parent, v_start::timestamp at time zone 'UTC',
    (v_start + interval '1 month')::timestamp at time zone 'UTC'
  );
  perform private.close_partition(p_parent, v_leaf);
end;
$$;

comment on function private.create_partition(regclass, date) is
  'Creates the leaf of one calendar month (UTC) of a table partitioned by a timestamptz. Does nothing when it exists.';

create function private.create_default_partition(p_parent regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_leaf text := (select relname || '_default' from pg_catalog.pg_class where oid = p_parent);
begin
  execute format('create table partitions.%I partition of %s default', v_leaf, p_parent);
  perform private.close_partition(p_parent, v_leaf);
end;
$$;

comment on function private.create_default_partition(regclass) is
  'Creates the leaf that takes rows of months without one, so that a stopped scheduler never loses a row.';

create function private.close_partition(p_parent regclass, p_leaf text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format('alter table partitions.%I enable row level security', p_leaf);
  execute format('alter table partitions.%I force row level security', p_leaf);
  execute format('revoke all on table partitions.%I from public, anon, authenticated, service_role', p_leaf);
  execute format('comment on table partitions.%I is %L', p_leaf, 'Partition of ' || p_parent::text);
  if exists (
    select from pg_catalog.pg_attribute where attrelid = p_parent and attnum > 0 and attstattarget = 0
  ) then
    perform private.keep_no_statistics(format('partitions.%I', p_leaf)::regclass);
  end if;
  if exists (
    select from pg_catalog.pg_trigger t
    where t.tgrelid = p_parent and t.tgfoid = 'private.refuse_change'::regproc
  ) then
    execute format(
      'create trigger refuse_truncate before truncate on partitions.%I
       for each statement execute function private.refuse_change()', p_leaf
    );
  end if;
end;
$$;

comment on function private.close_partition(regclass, text) is
  'Gives a new leaf what it does not inherit: row level security, no grants, no statistics, the truncate guard.';

-- A month whose rows already lie in the default leaf stays there: skipping it is better than
-- failing all the months after it.
create function private.create_partitions_ahead(p_parent regclass, p_months int, p_now timestamptz default null)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_created int := 0;
  v_month date;
begin
  for i in 0..p_months loop
    v_month := (coalesce(p_now, now()) at time zone 'UTC' + make_interval(months => i))::date;
    begin
      perform private.create_partition(p_parent, v_month);
      v_created := v_created + 1;
    exception when check_violation then
      raise warning 'no partition of % for %: its default leaf already holds rows', p_parent, v_month;
    end;
  end loop;
  return v_created;
end;
$$;

comment on function private.create_partitions_ahead(regclass, int, timestamptz) is
  'Creates the leaves of the current month and of p_months after it. Idempotent; returns how many months have one.';
