-- Retention (T21): how long rows of which table are kept, and what deletes them then.
--
-- Read:  platform admins, also what would go now: retention_preview(). Not how much of what they are not to know that it is there.
-- Write: migrations. Platform admins change the setting that a policy names.
--
-- A policy is a line beside the table, and what it says is done by jobs (016): docs/decisions/policies-drive-retention.md

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('job_history_retention_days', '30', 1, 365, 'How long the record of scheduled jobs is kept.'),
  ('retention_run_retention_days', '400', 30, 3650, 'How long it is kept what was deleted because of its age.');

create table public.data_retention_policies (
  name text primary key check (name ~ '^[a-z_]{1,20}[.][a-z_]{1,63}([.][a-z_]{1,20})?$'),
  table_name text not null generated always as (split_part(name, '.', 1) || '.' || split_part(name, '.', 2)) stored check (length(table_name) <= 84),
  description text not null check (length(description) between 5 and 200),
  counts_from text not null check (counts_from ~ '^[a-z_]{1,63}$'),
  setting text references public.system_settings (key),
  kept_for interval check (kept_for >= interval '0'),
  condition text not null default 'true' check (length(condition) <= 500),
  way text not null default 'delete' check (way in ('delete', 'empty', 'end', 'retire')),
  emptied text[] not null default '{}' check (private.is_list_of(emptied, 5, 63, '^[a-z_]+$')),
  held_by text[] not null default '{}' check (cardinality(held_by) <= 5 and length(array_to_string(held_by, '')) <= 500),
  is_counted boolean not null default true,
  created_at timestamptz not null default now(),
  constraint one_of_setting_and_time check (num_nonnulls(setting, kept_for) = 1),
  constraint emptied_iff_it_empties check ((way = 'empty') = (emptied <> '{}'))
);

comment on table public.data_retention_policies is 'What is deleted by its age, and when. Written by migrations alone.';
comment on column public.data_retention_policies.name is 'The table and, of a further policy of it, what it is about.';
comment on column public.data_retention_policies.condition is 'SQL over a row r: which rows the policy is about. $1 is from when on they are kept.';
comment on column public.data_retention_policies.way is
  'delete: the row goes. empty: columns of it are emptied. end: a job of its own ends it. retire: it goes with its month of the log.';
comment on column public.data_retention_policies.emptied is 'The columns that are emptied.';
comment on column public.data_retention_policies.counts_from is 'The column from which the time counts; it has an index.';
comment on column public.data_retention_policies.setting is 'The setting with the number of days, or of hours where its name says so. Null where the time is fixed.';
comment on column public.data_retention_policies.held_by is 'Expressions over a row r that are ids of people: it stays while one of them is under a legal hold.';

comment on column public.data_retention_policies.is_counted is
  'Whether platform admins are told how many rows there are: of notes, say, not, since who places a hold on somebody and lifts it again would find out by it whether there are some of theirs.';

create index data_retention_policies_setting_idx on public.data_retention_policies (setting);

select private.keep_no_statistics('public.data_retention_policies');

alter table public.data_retention_policies enable row level security;
alter table public.data_retention_policies force row level security;
revoke all on table public.data_retention_policies from public, anon, authenticated, service_role;
grant select (name, table_name, description, counts_from, setting, kept_for, condition, way, emptied, held_by, is_counted, created_at) on public.data_retention_policies to authenticated;
grant select on public.data_retention_policies to service_role;

create policy "A platform admin sees the policies"
  on public.data_retention_policies for select to authenticated
  using ((select private.is_platform_admin()));

create table public.data_retention_runs (
  id uuid primary key default gen_random_uuid(),
  policy text not null references public.data_retention_policies (name),
  kept_from timestamptz not null,
  deleted bigint not null check (deleted >= 0),
  held bigint not null check (held >= 0),
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.data_retention_runs is 'Runs that deleted, emptied or ended something: how many rows, and how many a legal hold kept.';

create index data_retention_runs_policy_idx on public.data_retention_runs (policy, created_at desc);
create index data_retention_runs_created_at_idx on public.data_retention_runs (created_at);

select private.keep_no_statistics('public.data_retention_runs');

alter table public.data_retention_runs enable row level security;
alter table public.data_retention_runs force row level security;
revoke all on table public.data_retention_runs from public, anon, authenticated, service_role;
grant select (id, policy, kept_from, deleted, held, created_at) on public.data_retention_runs to authenticated;
grant select on public.data_retention_runs to service_role;

create policy "A platform admin sees what was deleted"
  on public.data_retention_runs for select to authenticated
  using ((select private.is_platform_admin()) and policy = any (array(select p.name from public.data_retention_policies p where p.is_counted)));
