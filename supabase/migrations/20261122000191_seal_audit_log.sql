-- Sealing the audit log (T4): the edge function audit-seal takes leaves, and records the checkpoint that it has signed (193).
--
-- Called: by audit-seal, as the service. Writers wait for none of it.

-- An entry becomes a leaf when its transaction is older than every one that is going on: no entry can come before it any
-- more. Ids alone would not do, since an earlier one may be committed later.
create function private.audit_horizon()
returns xid8
language sql
volatile
set search_path = ''
as $$
  select pg_snapshot_xmin(pg_current_snapshot());
$$;

comment on function private.audit_horizon() is 'The oldest transaction that is going on: all before it have ended.';

create function private.audit_tree_size()
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(max(leaf_index) + 1, 0) from private.audit_leaves;
$$;

comment on function private.audit_tree_size() is 'How many leaves there are.';

create function private.latest_audit_checkpoint()
returns private.audit_checkpoints
language sql
stable
set search_path = ''
as $$
  select c from private.audit_checkpoints c order by c.tree_size desc limit 1;
$$;

comment on function private.latest_audit_checkpoint() is 'The checkpoint of most leaves; null where there is none.';

-- Those that already are leaves are passed over: a dump that is restored elsewhere comes to where transactions count anew.
create function private.sequence_audit_entries(p_limit int)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_last private.audit_sequence;
  v_horizon xid8;
  v_is_restored boolean;
  v_size bigint;
  v_entries int;
begin
  select * into strict v_last from private.audit_sequence for update;
  v_horizon := private.audit_horizon();
  -- A transaction that is still to come was one of another cluster, and so were all after it.
  v_is_restored := v_last.transaction_id > pg_current_xact_id();
  v_size := private.audit_tree_size();
  with page as materialized (
    select l as entry, l.transaction_id, l.id
    from public.audit_logs l
    where (l.transaction_id, l.id) > (v_last.transaction_id, v_last.entry_id) and (v_is_restored or l.transaction_id < v_horizon)
    order by l.transaction_id, l.id
    limit p_limit
  ), salted as materialized (
    select p.*, gen_random_uuid() as salt from page p
    where not exists (select from private.audit_leaves s where s.entry_id = p.id)
  ), digested as materialized (
    select s.*, private.audit_payload_hash(s.entry, s.salt) as payload_hash from salted s
  ), hashed as materialized (
    select d.*, private.audit_entry_hash(private.audit_entry(d.entry, d.payload_hash)) as entry_hash from digested d
  ), added as (
    insert into private.audit_leaves (leaf_index, entry_id, occurred_at, salt, payload_hash, entry_hash, leaf_hash)
    select v_size - 1 + row_number() over (order by h.transaction_id, h.id), h.id, (h.entry).occurred_at, h.salt, h.payload_hash, h.entry_hash,
      private.audit_leaf_hash(private.audit_leaf(h.id, (h.entry).occurred_at, h.entry_hash))
    from hashed h
  ), noted as (
    insert into private.audit_kinds (action, entity_type) select distinct (entry).action, (entry).entity_type from page
    on conflict do nothing
  ), moved as (
    update private.audit_sequence s set transaction_id = p.transaction_id, entry_id = p.id
    from (select transaction_id, id from page order by transaction_id desc, id desc limit 1) p
    where s.singleton
  )
  select count(*) into v_entries from page;
  if v_is_restored and v_entries < p_limit then
    update private.audit_sequence set transaction_id = '0', entry_id = 0 where singleton;
  end if;
  return v_entries;
end;
$$;

comment on function private.sequence_audit_entries(int) is 'Makes leaves of the next entries that nothing can come before any more. How many entries were looked at.';

create function private.take_audit_leaves(p_limit int, p_is_sent boolean)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit constant int := least(greatest(p_limit, 1), 10000);
  v_checkpoint private.audit_checkpoints;
  v_from bigint;
  v_size bigint;
begin
  update private.audit_sequence set is_sent = p_is_sent where singleton and is_sent <> p_is_sent;
  select * into v_checkpoint from private.latest_audit_checkpoint();
  v_from := coalesce(v_checkpoint.tree_size, 0);
  -- Of a run that was broken off.
  v_size := private.audit_tree_size();
  if v_size < v_from + v_limit then
    perform private.sequence_audit_entries((v_from + v_limit - v_size)::int);
    v_size := private.audit_tree_size();
  end if;
  return jsonb_build_object(
    'tree_size', v_from, 'frontier', coalesce(encode(v_checkpoint.frontier, 'hex'), ''), 'note', v_checkpoint.note,
    'is_published', exists (select from private.audit_sequence s where s.published_size >= v_from),
    'leaves', (
      select coalesce(string_agg(encode(l.leaf_hash, 'hex'), '' order by l.leaf_index), '')
      from private.audit_leaves l where l.leaf_index >= v_from and l.leaf_index < v_from + v_limit
    )
  );
end;
$$;

grant execute on function private.take_audit_leaves(int, boolean) to service_role;

create function public.take_audit_leaves(p_limit int, p_is_sent boolean)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.take_audit_leaves(p_limit, p_is_sent);
$$;

comment on function public.take_audit_leaves(int, boolean) is
  'For audit-seal: the latest checkpoint {tree_size, frontier, note, is_published}, and the hashes of up to 10,000 leaves after it, of 64 hex digits each. '
  'p_is_sent: whether checkpoints go anywhere.';

grant execute on function public.take_audit_leaves(int, boolean) to service_role;
