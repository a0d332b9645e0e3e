-- What policies say is done (T21): private.purge(name, p_now) or, where a row does not simply go, private.due_ids().
--
-- Called: by jobs. Rows about a person under a legal hold stay, and go with the next run after it is lifted.

-- Rows that a purge takes at a time; what is left is taken by the next run.
create function private.purge_limit()
returns int
language sql
immutable
set search_path = ''
as $$ select 50000; $$;

comment on function private.purge_limit() is 'Most rows of a table that one run of a purge job touches.';

create function private.added_counts(p_counts jsonb, p_more jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(s.key, s.many), '{}')
  from (select c.key, sum(c.value::bigint) as many from (select * from jsonb_each(p_counts) union all select * from jsonb_each(p_more)) c group by 1) s;
$$;

comment on function private.added_counts(jsonb, jsonb) is 'Of two objects of whole numbers one, with the sums: {"public.emails": 3}.';

create function private.kept_for(p_setting text, p_value int)
returns interval
language sql
immutable
set search_path = ''
as $$ select case when p_setting like '%\_hours' then make_interval(hours => p_value) else make_interval(days => p_value) end; $$;

comment on function private.kept_for(text, int) is 'How long a value of a setting is that a policy names.';

create function private.kept_for(p_policy public.data_retention_policies)
returns interval
language sql
stable
set search_path = ''
as $$ select coalesce(p_policy.kept_for, private.kept_for(p_policy.setting, private.setting(p_policy.setting)::int)); $$;

comment on function private.kept_for(public.data_retention_policies) is 'How long a policy says that rows are kept.';

-- Whoever shortened a time would have the traces of what they did gone within the hour, or what others wrote. So a shorter one
-- holds after thirty days, in which others see that it was changed.
create function private.longest_time_lately(p_setting text, p_now timestamptz)
returns interval
language sql
stable
set search_path = ''
as $$
  select coalesce(max(private.kept_for(p_setting, (l.old_values ->> 'value')::int)), interval '0')
  from public.audit_logs l
  where l.entity_type = 'system_settings' and l.entity_id = p_setting and l.action = 'system_settings.update'
    and l.occurred_at > p_now - interval '30 days' and l.old_values ->> 'value' ~ '^[0-9]{1,6}$';
$$;

comment on function private.longest_time_lately(text, timestamptz) is 'The longest that a setting of a policy was in the last thirty days, before it was changed; none where it was not.';

-- Of a log that is kept by months, the beginning of one.
create function private.kept_from(p_policy public.data_retention_policies, p_now timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select case when p_policy.way = 'retire' then date_trunc('month', f.kept_from, 'UTC') else f.kept_from end
  from (select p_now - greatest(private.kept_for(p_policy), private.longest_time_lately(p_policy.setting, p_now)) as kept_from) f;
$$;

comment on function private.kept_from(public.data_retention_policies, timestamptz) is 'What counts from before this is not kept.';

-- As expressions over a row r, where $1 is from when on rows are kept.
create function private.due_condition(p_policy public.data_retention_policies)
returns text
language sql
immutable
set search_path = ''
as $$
  select format('r.%I < $1 and (%s)', p_policy.counts_from, p_policy.condition);
$$;

comment on function private.due_condition(public.data_retention_policies) is 'Whether a row r of the table is too old, as SQL.';

create function private.held_condition(p_policy public.data_retention_policies)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when p_policy.held_by = '{}' then 'false' else format(
    'exists (select from public.legal_holds h where h.lifted_at is null and h.user_id in (%s))', array_to_string(p_policy.held_by, ', ')
  ) end;
$$;

comment on function private.held_condition(public.data_retention_policies) is 'Whether a row r of the table is under a legal hold, as SQL.';

-- Up to p_limit rows are counted, which is enough to see what a policy would do.
create function private.due_rows(p_policy public.data_retention_policies, p_now timestamptz, p_limit bigint)
returns table (due bigint, held bigint)
language plpgsql
stable
set search_path = ''
as $$
begin
  execute format(
    'select count(*) filter (where not is_held), count(*) filter (where is_held)
     from (select %s as is_held from %s r where %s limit $2) d',
    private.held_condition(p_policy), p_policy.table_name::regclass, private.due_condition(p_policy)
  ) into due, held using private.kept_from(p_policy, p_now), p_limit;
  return next;
end;
$$;

comment on function private.due_rows(public.data_retention_policies, timestamptz, bigint) is
  'How many rows of a table would go now, and how many a hold keeps, of the first p_limit that are too old.';

create function private.policy(p_name text)
returns public.data_retention_policies
language plpgsql
stable
set search_path = ''
as $$
declare
  v public.data_retention_policies;
begin
  select * into strict v from public.data_retention_policies where name = p_name;
  return v;
end;
$$;

comment on function private.policy(text) is 'A policy by its name, which there is.';

-- By the time alone that is set: a policy on a table asks this for each reader, and looks through no log.
create function private.shown_from(p_policy text)
returns timestamptz
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return now() - private.kept_for(private.policy(p_policy));
end;
$$;

comment on function private.shown_from(text) is
  'From when on what a policy is about is shown to whom it is for. What is older may be there for a hold alone, or since the time was shortened, and whoever saw it would learn of the hold, an employer too.';

grant execute on function private.shown_from(text) to authenticated;

-- Whoever places a hold waits for this, and this for them: what was deleted is not there to be held.
create function private.begin_purge(p_policy public.data_retention_policies, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if p_policy.held_by = '{}' then
    return 0;
  end if;
  perform private.keep_legal_holds();
  if not exists (select from public.legal_holds where lifted_at is null) then
    return 0;
  end if;
  return (select d.held from private.due_rows(p_policy, p_now, private.purge_limit()) d);
end;
$$;

comment on function private.begin_purge(public.data_retention_policies, timestamptz) is
  'Lets nobody place a hold until the transaction ends, where the policy asks for holds: how many rows one keeps.';

create function private.note_purge(p_policy public.data_retention_policies, p_now timestamptz, p_rows bigint, p_held bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if p_rows > 0 then
    insert into public.data_retention_runs (policy, kept_from, deleted, held)
    values (p_policy.name, private.kept_from(p_policy, p_now), p_rows, p_held);
  end if;
  return p_rows;
end;
$$;

comment on function private.note_purge(public.data_retention_policies, timestamptz, bigint, bigint) is 'Writes down a run that did something. Returns p_rows.';

-- A row that somebody has locked has its turn with the next run.
create function private.purge(p_name text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v constant public.data_retention_policies := private.policy(p_name);
  v_due constant text := format(
    'array(select r.ctid from %s r where %s and not %s order by r.%I limit $2 for update of r skip locked)',
    v.table_name::regclass, private.due_condition(v), private.held_condition(v), v.counts_from
  );
  v_emptied constant text := (select string_agg(format('%I = null', c), ', ') from unnest(v.emptied) c);
  v_held bigint;
  v_rows bigint;
begin
  if v.way not in ('delete', 'empty') then
    raise exception 'rows of % neither go nor are emptied by their age alone', p_name;
  end if;
  v_held := private.begin_purge(v, p_now);
  if v.way = 'delete' then
    execute format('delete from %s where ctid = any (%s)', v.table_name::regclass, v_due) using private.kept_from(v, p_now), private.purge_limit();
  else
    execute 'update ' || v.table_name::regclass || ' set ' || v_emptied || ' where ctid = any (' || v_due || ')'
    using private.kept_from(v, p_now), private.purge_limit();
  end if;
  get diagnostics v_rows = row_count;
  return private.note_purge(v, p_now, v_rows, v_held);
end;
$$;

comment on function private.purge(text, timestamptz) is
  'Deletes or empties what a policy does not keep, the oldest first and nothing that is held, writes that down, and returns how many rows.';

create function private.due_ids(p_name text, p_now timestamptz)
returns setof uuid
language plpgsql
set search_path = ''
as $$
declare
  v constant public.data_retention_policies := private.policy(p_name);
begin
  if v.held_by <> '{}' then
    perform private.keep_legal_holds();
  end if;
  return query execute format(
    'select r.id from %s r where %s and not %s order by r.%I limit $2', v.table_name::regclass, private.due_condition(v), private.held_condition(v), v.counts_from
  ) using private.kept_from(v, p_now), private.purge_limit();
end;
$$;

comment on function private.due_ids(text, timestamptz) is
  'Ids of what a policy does not keep, the oldest first and nothing that is held: for a job that ends them itself, and then calls private.note_ended().';

create function private.note_ended(p_name text, p_now timestamptz, p_rows bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v constant public.data_retention_policies := private.policy(p_name);
begin
  return private.note_purge(v, p_now, p_rows, private.begin_purge(v, p_now));
end;
$$;

comment on function private.note_ended(text, timestamptz, bigint) is 'Writes down that a job ended so many of what private.due_ids() said. Returns p_rows.';

insert into public.data_retention_policies (name, description, counts_from, setting) values
  ('private.job_runs', 'Record of scheduled jobs', 'started_at', 'job_history_retention_days'),
  ('cron.job_run_details', 'Record of scheduled statements', 'end_time', 'job_history_retention_days'),
  ('public.data_retention_runs', 'What was deleted because of its age', 'created_at', 'retention_run_retention_days');

create function private.job_trim_job_history(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('private.job_runs', p_now) + private.purge('cron.job_run_details', p_now)
    + private.purge('public.data_retention_runs', p_now);
end;
$$;

comment on function private.job_trim_job_history(timestamptz) is 'Trims the record of jobs, ours and pg_cron''s, which pg_cron never does, and that of what was deleted.';

select cron.schedule('trim-job-history', '7 3 * * *', $$select private.run_job('trim_job_history')$$);

create function private.retention_preview()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'name', p.name, 'description', p.description, 'setting', p.setting,
      'kept_from', private.kept_from(p, now()), 'due', d.counts -> 'due', 'held', d.counts -> 'held'
    ) order by p.name), '[]')
    from public.data_retention_policies p
    cross join lateral (select case when p.is_counted then (select to_jsonb(r) from private.due_rows(p, now(), 10000) r) end) d (counts)
  );
end;
$$;

grant execute on function private.retention_preview() to authenticated;

create function public.retention_preview()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.retention_preview();
$$;

comment on function public.retention_preview() is
  'What would be deleted now, for platform admins: of each policy {name, description, setting, kept_from, due, held}, at most 10,000 rows counted, and none of what they are not to know of. Errors: unauthenticated (401), forbidden (403).';

grant execute on function public.retention_preview() to authenticated;
