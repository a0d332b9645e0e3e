-- Retiring the audit log (T21): months that are older than audit_log_retention_days go, and what a legal hold covers of them stays.
--
-- Called: by pg_cron, every hour of the night, one leaf of the table at a time.
--
-- An entry is never deleted from its leaf. What stays of one moves to a new leaf, and the old one is dropped whole. How many entries
-- of which month are gone says an entry of the log itself, by which scripts/audit-verify tells these from what somebody removed:
-- docs/decisions/months-of-the-log-are-retired.md

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('audit_log_retention_days', '1460', 365, 3650, 'How long entries of the audit log are kept, until the end of their month: claims lapse after up to four years (BGB 195, 199).');

-- An entry that names an erased one tells it from one that somebody emptied: it goes after that one, which a hold may keep.
insert into public.data_retention_policies (name, description, counts_from, setting, way, held_by, condition) values (
  'public.audit_logs', 'Entries of the audit log, by whole months', 'occurred_at', 'audit_log_retention_days', 'retire', '{r.user_id,r.actor_id}',
  $$case when r.action = 'audit_logs.erased' and r.entity_id ~ '^[0-9]{1,18}$'
    then not exists (select from public.audit_logs e where e.id = r.entity_id::bigint) else true end$$
);

create function private.retired_audit_entries()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select l.new_values from public.audit_logs l where l.action = 'audit_logs.retired' order by l.id desc limit 1), '{}'
  );
$$;

comment on function private.retired_audit_entries() is 'How many entries of which month are gone, as the latest entry about it says: {"2026-11": 12}.';

create function private.count_due_audit_entries(p_leaf regclass, p_due text, p_kept_from timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_months jsonb;
begin
  execute format(
    'select coalesce(jsonb_object_agg(month, entries), ''{}'')
     from (select to_char(r.occurred_at at time zone ''UTC'', ''YYYY-MM'') as month, count(*) as entries from %s r where %s group by 1) m', p_leaf, p_due
  ) into v_months using p_kept_from;
  return v_months;
end;
$$;

comment on function private.count_due_audit_entries(regclass, text, timestamptz) is 'Of a leaf, how many entries of which month would go.';

-- Whoever cannot show what was sealed has no log: nothing goes that is in no checkpoint.
create function private.require_sealed(p_leaf regclass, p_due text, p_kept_from timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_unsealed timestamptz;
begin
  execute format(
    'select min(r.occurred_at) from %s r where %s and not exists (
      select from private.audit_leaves s where s.entry_id = r.id and s.occurred_at = r.occurred_at and s.leaf_index < $2
    )', p_leaf, p_due
  ) into v_unsealed using p_kept_from, (select coalesce(max(tree_size), 0) from private.audit_checkpoints);
  if v_unsealed is not null then
    raise exception 'an entry of % is in no checkpoint, and so does not go', v_unsealed;
  end if;
end;
$$;

comment on function private.require_sealed(regclass, text, timestamptz) is 'Raises where an entry that would go is in no checkpoint.';

-- Everything that takes long comes before the lock that writers wait for: theirs lasts as long as dropping a table.
create function private.retire_audit_leaf(p_leaf regclass, p_due text, p_kept_from timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_name constant text := (select relname from pg_catalog.pg_class where oid = p_leaf);
  v_bound constant text := (select pg_get_expr(relpartbound, oid) from pg_catalog.pg_class where oid = p_leaf);
  v_new constant text := case when v_name like '%\_held' then left(v_name, -5) else v_name || '_held' end;
  v_gone jsonb;
  v_retired jsonb;
  v_stays boolean;
begin
  execute format('lock table %s in share row exclusive mode', p_leaf);
  perform private.require_sealed(p_leaf, p_due, p_kept_from);
  v_gone := private.count_due_audit_entries(p_leaf, p_due, p_kept_from);
  v_retired := private.added_counts(private.retired_audit_entries(), v_gone);
  -- Without it nobody can try out what an entry has said that is gone.
  execute format('update private.audit_leaves s set salt = null from %s r where s.entry_id = r.id and s.salt is not null and %s', p_leaf, p_due) using p_kept_from;
  execute format('create table partitions.%I (like public.audit_logs including defaults including constraints including indexes)', v_new);
  execute format('insert into partitions.%I select r.* from %s r where (%s) is not true', v_new, p_leaf, p_due) using p_kept_from;
  execute format('select exists (select from partitions.%I)', v_new) into v_stays;
  -- So that nothing has to be read while writers wait.
  execute format('alter table partitions.%I add constraint within_bound check (%s)', v_new, pg_get_partition_constraintdef(p_leaf));
  perform set_config('lock_timeout', '500ms', true);
  execute format('alter table public.audit_logs detach partition %s', p_leaf);
  execute format('drop table %s', p_leaf);
  if v_stays or v_bound = 'DEFAULT' then
    execute format('alter table public.audit_logs attach partition partitions.%I ', v_new) || v_bound;
    execute format('alter table partitions.%I drop constraint within_bound', v_new);
    perform private.close_partition('public.audit_logs', v_new);
  else
    execute format('drop table partitions.%I', v_new);
  end if;
  perform private.write_audit('audit_logs.retired', 'audit_logs', v_name, null, null, v_retired, '{"source": "retire_audit_leaf"}');
  return (select sum(value::bigint) from jsonb_each(v_gone));
end;
$$;

comment on function private.retire_audit_leaf(regclass, text, timestamptz) is
  'Drops a leaf of the log, but for entries that are not due: how many are gone. Raises lock_not_available where a writer keeps it from that for half a second.';

create function private.due_audit_leaf(p_due text, p_kept_from timestamptz)
returns regclass
language plpgsql
stable
set search_path = ''
as $$
declare
  v_leaf regclass;
  v_is_due boolean;
begin
  for v_leaf in
    select i.inhrelid from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.audit_logs'::regclass order by c.relname
  loop
    execute format('select exists (select from %s r where %s)', v_leaf, p_due) into v_is_due using p_kept_from;
    if v_is_due then
      return v_leaf;
    end if;
  end loop;
  return null;
end;
$$;

comment on function private.due_audit_leaf(text, timestamptz) is 'The first leaf of the log of which something is to go; null where there is none.';

-- A transaction that has written to the log and goes on for hours keeps it from being dropped. Each hour tries again, and after a week
-- somebody has to look.
create function private.job_retire_audit_entries(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v constant public.data_retention_policies := private.policy('public.audit_logs');
  v_kept_from constant timestamptz := private.kept_from(v, p_now);
  v_due constant text := format('%s and not %s', private.due_condition(v), private.held_condition(v));
  v_held bigint;
  v_leaf regclass;
begin
  v_held := private.begin_purge(v, p_now);
  v_leaf := private.due_audit_leaf(v_due, v_kept_from);
  if v_leaf is null then
    return 0;
  end if;
  begin
    return private.note_purge(v, p_now, private.retire_audit_leaf(v_leaf, v_due, v_kept_from), v_held);
  exception when lock_not_available then
    if private.due_audit_leaf(v_due, private.kept_from(v, p_now - interval '7 days')) is not null then
      raise;
    end if;
    return 0;
  end;
end;
$$;

comment on function private.job_retire_audit_entries(timestamptz) is
  'Drops the oldest leaf of the audit log of which something is older than it is kept, but for what a legal hold covers: how many entries are gone.';

select cron.schedule('retire-audit-entries', '43 1-5 * * *', $$select private.run_job('retire_audit_entries')$$);
