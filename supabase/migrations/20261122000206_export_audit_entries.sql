-- The entries of the audit log in an export: what a person may see of them, and the proof that each is in the log.
--
-- Called: by the export alone. Whoever has the file and the verifying key checks it by ./scripts/audit-verify --export.
--
-- The size of the tree, the place of an entry in it and its id count what everybody did. So a proof is about a checkpoint of an earlier
-- day, and of a person's entries one in two days has one: the last of a day with an even number. Neither by exporting again and again nor by
-- acting again and again does anybody see more closely when others act.

create function private.export_checkpoint()
returns private.audit_checkpoints
language sql
stable
set search_path = ''
as $$
  select c from private.audit_checkpoints c
  where c.created_at < date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
  order by c.tree_size desc limit 1;
$$;

comment on function private.export_checkpoint() is 'The last checkpoint of an earlier day (UTC); null where there is none.';

create function private.is_proven_to_person(p_entry public.audit_logs)
returns boolean
language sql
stable
set search_path = ''
as $$
  with day (starts) as (select (p_entry.occurred_at at time zone 'UTC')::date)
  select p_entry.user_id is null or (starts - date '2000-01-01') % 2 = 0 and not exists (
    select from public.audit_logs l
    where l.user_id = p_entry.user_id and l.occurred_at < (starts + 1) at time zone 'UTC' and (l.occurred_at, l.id) > (p_entry.occurred_at, p_entry.id)
  )
  from day;
$$;

comment on function private.is_proven_to_person(public.audit_logs) is
  'Whether an export has the place of an entry: a day or more lies between two of a person. Always of what is about nobody, such as an erasure that is complete.';

-- What somebody did themselves changes rows in which others stand: the admin who had looked at their document, or had verified them.
create function private.names_somebody_else(p_entry public.audit_logs)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from regexp_matches(concat(p_entry.old_values, p_entry.new_values), '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') m
    join auth.users u on u.id = m[1]::uuid
    where u.id is distinct from p_entry.user_id
  );
$$;

comment on function private.names_somebody_else(public.audit_logs) is 'Whether the id of another account stands in the values of an entry.';

-- Of a leaf the entry names who acted, and the payload says from where: where that was somebody else, the person gets the hash of the leaf alone,
-- which whoever may read the log compares with the entry.
create function private.exported_entry(p_entry public.audit_logs, p_columns text[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_own constant boolean := p_entry.actor_id is not distinct from p_entry.user_id and not private.names_somebody_else(p_entry);
  v_checkpoint constant private.audit_checkpoints := private.export_checkpoint();
  v_leaf private.audit_leaves;
begin
  select * into v_leaf from private.audit_leaves s where s.entry_id = p_entry.id;
  return (select jsonb_object_agg(c, to_jsonb(p_entry) -> c) from unnest(p_columns) c)
    || case when v_is_own then jsonb_build_object('own', jsonb_build_object(
      'payload', array[
        p_entry.old_values::text, p_entry.new_values::text, p_entry.context::text, p_entry.ip_address::text, p_entry.user_agent, p_entry.error_message
      ], 'salt', v_leaf.salt
    )) else '{}' end
    || jsonb_build_object('proof', case when v_leaf.leaf_index < v_checkpoint.tree_size and private.is_proven_to_person(p_entry) then jsonb_build_object(
      'leaf_index', v_leaf.leaf_index, 'tree_size', v_checkpoint.tree_size, 'leaf_hash', encode(v_leaf.leaf_hash, 'base64'),
      'leaf', case when v_is_own or p_entry.actor_id is null then private.audit_leaf(v_leaf.entry_id, v_leaf.occurred_at, v_leaf.entry_hash) end,
      'entry', case when v_is_own or p_entry.actor_id is null then private.audit_entry(p_entry, v_leaf.payload_hash) end,
      'path', private.audit_path(v_leaf.leaf_index, null, v_checkpoint.tree_size)
    ) end);
end;
$$;

comment on function private.exported_entry(public.audit_logs, text[]) is
  'An entry for the person whom it is about: what they may see; of their own acts also the payload and its salt, unless it names somebody else; and the inclusion proof, where private.is_proven_to_person(), null until a checkpoint of an earlier day has it.';
