-- Proofs about the audit log (RFC 9162, 2.1.3 and 2.1.4): that an entry is in the tree of a checkpoint, and that one checkpoint
-- goes on from another. Whoever gets one needs the verifying key and nothing of ours to check it.
--
-- Read: platform admins. A proof about an entry shows it, so it is read with a reason.

create function private.audit_path(p_leaf bigint, p_first_size bigint, p_size bigint)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from bigint := 0;
  v_to bigint := p_size;
  v_half bigint;
  v_path bytea[] := array[]::bytea[];
  v_is_left boolean;
begin
  -- From the root down to the leaf, or to the last full subtree of the first so many: the other half of each step is in the path.
  while v_to - v_from > 1 and v_to is distinct from p_first_size loop
    v_half := private.audit_half(v_to - v_from);
    v_is_left := coalesce(p_leaf < v_from + v_half, p_first_size <= v_from + v_half);
    if v_is_left then
      v_path := private.audit_tree_hash(v_from + v_half, v_to) || v_path;
      v_to := v_from + v_half;
    else
      v_path := private.audit_tree_hash(v_from, v_from + v_half) || v_path;
      v_from := v_from + v_half;
    end if;
  end loop;
  -- Whoever has the first root knows it where it is the left edge, and nowhere else.
  if p_first_size is not null and v_from > 0 then
    v_path := private.audit_tree_hash(v_from, v_to) || v_path;
  end if;
  return array(select encode(h, 'base64') from unnest(v_path) with ordinality p (h, n) order by n);
end;
$$;

comment on function private.audit_path(bigint, bigint, bigint) is
  'In the tree of p_size leaves the inclusion path of leaf p_leaf or, where that is null, the consistency path from p_first_size: hashes in base64, from below.';

create function private.prove_audit_entry(p_entry_id bigint, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_leaf private.audit_leaves;
  v_entry public.audit_logs;
  v_checkpoint private.audit_checkpoints;
begin
  select * into v_leaf from private.audit_leaves where entry_id = p_entry_id;
  select * into v_checkpoint from private.latest_audit_checkpoint();
  if v_leaf.leaf_index is null or v_checkpoint.tree_size is null or v_leaf.leaf_index >= v_checkpoint.tree_size then
    raise sqlstate 'PT404' using message = 'entry_not_sealed', detail = 'There is no such entry in a checkpoint: it takes about a minute.';
  end if;
  select * into v_entry from public.audit_logs where id = p_entry_id and occurred_at = v_leaf.occurred_at;
  perform private.write_audit('audit_logs.proved', 'audit_logs', p_entry_id::text, v_entry.user_id, null, null,
    jsonb_build_object('source', 'prove_audit_entry', 'reason', v_reason));
  return jsonb_build_object(
    'leaf_index', v_leaf.leaf_index, 'leaf_hash', encode(v_leaf.leaf_hash, 'base64'),
    'leaf', private.audit_leaf(v_leaf.entry_id, v_leaf.occurred_at, v_leaf.entry_hash),
    'entry', case when v_entry.id is not null then private.audit_entry(v_entry, v_leaf.payload_hash) end,
    'path', private.audit_path(v_leaf.leaf_index, null, v_checkpoint.tree_size), 'checkpoint', v_checkpoint.note
  );
end;
$$;

grant execute on function private.prove_audit_entry(bigint, text) to authenticated;

create function public.prove_audit_entry(p_entry_id bigint, p_reason text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.prove_audit_entry(p_entry_id, p_reason);
$$;

comment on function public.prove_audit_entry(bigint, text) is
  'A platform admin gets the proof that an entry is in the latest checkpoint: {leaf_index, leaf_hash, leaf, entry, path, checkpoint}. entry is null where the month of the '
  'entry was dropped. Each call is audited. Errors: forbidden (403), entry_not_sealed (404), reason_required (422), rate_limited (429).';

grant execute on function public.prove_audit_entry(bigint, text) to authenticated;

create function private.prove_audit_consistency(p_first_size bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_checkpoint private.audit_checkpoints;
begin
  perform private.require_platform_admin();
  select * into v_checkpoint from private.latest_audit_checkpoint();
  if p_first_size is null or p_first_size < 1 or v_checkpoint.tree_size is null or p_first_size > v_checkpoint.tree_size then
    raise sqlstate 'PT404' using message = 'checkpoint_not_found', detail = 'The log has no checkpoint that goes on from one of that size.';
  end if;
  return jsonb_build_object('path', private.audit_path(null, p_first_size, v_checkpoint.tree_size), 'checkpoint', v_checkpoint.note);
end;
$$;

grant execute on function private.prove_audit_consistency(bigint) to authenticated;

create function public.prove_audit_consistency(p_first_size bigint)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.prove_audit_consistency(p_first_size);
$$;

comment on function public.prove_audit_consistency(bigint) is
  'A platform admin gets the proof that the latest checkpoint goes on from one of p_first_size entries: {path, checkpoint}; of 1, who has no other, the checkpoint itself. '
  'Errors: unauthenticated (401), forbidden (403), checkpoint_not_found (404).';

grant execute on function public.prove_audit_consistency(bigint) to authenticated;
