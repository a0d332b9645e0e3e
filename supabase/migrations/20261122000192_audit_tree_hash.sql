-- The hashes of the audit log's tree (RFC 9162, 2.1), and the nodes of it that are kept.
--
-- Called: when a checkpoint is recorded (193), and for proofs (194).

create function private.audit_half(p_leaves bigint)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_half bigint := 1;
begin
  while v_half * 2 < p_leaves loop
    v_half := v_half * 2;
  end loop;
  return v_half;
end;
$$;

comment on function private.audit_half(bigint) is 'The largest power of two below a number of leaves, two at least: so many are on the left.';

-- Full subtrees of 256^l leaves are kept as nodes, so that at most 255 leaves or nodes of a level are put together.
create function private.audit_tree_hash(p_from bigint, p_to bigint)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
declare
  v_leaves constant bigint := p_to - p_from;
  v_half constant bigint := private.audit_half(v_leaves);
  v_hash bytea;
begin
  if v_leaves = 1 then
    return (select leaf_hash from private.audit_leaves where leaf_index = p_from);
  end if;
  for v_level in 1..7 loop
    exit when v_leaves < 256::bigint ^ v_level;
    if v_leaves = 256::bigint ^ v_level then
      select node_hash into v_hash from private.audit_nodes where level = v_level and node_index = p_from / v_leaves;
      if found then
        return v_hash;
      end if;
    end if;
  end loop;
  return sha256('\x01'::bytea || private.audit_tree_hash(p_from, p_from + v_half) || private.audit_tree_hash(p_from + v_half, p_to));
end;
$$;

comment on function private.audit_tree_hash(bigint, bigint) is
  'The root of the leaves from p_from to before p_to, one at least; p_from is a multiple of the largest power of two below their number.';

create function private.audit_frontier(p_size bigint)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from bigint := 0;
  v_full bigint;
  v_frontier bytea := ''::bytea;
begin
  while v_from < p_size loop
    v_full := private.audit_half(p_size - v_from + 1);
    v_frontier := v_frontier || private.audit_tree_hash(v_from, v_from + v_full);
    v_from := v_from + v_full;
  end loop;
  return v_frontier;
end;
$$;

comment on function private.audit_frontier(bigint) is 'The roots of the full subtrees that so many leaves fall into, largest first.';

-- All of a level at once: one leaf after the other would take longer than sealing does otherwise.
create function private.full_audit_hash(p_hashes bytea[])
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_hashes bytea[] := p_hashes;
begin
  while cardinality(v_hashes) > 1 loop
    v_hashes := array(
      select sha256('\x01'::bytea || v_hashes[2 * n - 1] || v_hashes[2 * n]) from generate_series(1, cardinality(v_hashes) / 2) n order by n
    );
  end loop;
  return v_hashes[1];
end;
$$;

comment on function private.full_audit_hash(bytea[]) is 'The root above a power of two of hashes.';

create function private.add_audit_nodes(p_from bigint, p_to bigint)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.audit_nodes (level, node_index, node_hash)
  select 1, n, private.full_audit_hash(array(
    select leaf_hash from private.audit_leaves where leaf_index >= n * 256 and leaf_index < (n + 1) * 256 order by leaf_index
  ))
  from generate_series(p_from / 256, p_to / 256 - 1) n
  -- Those of before, where a log is sealed anew with another key.
  on conflict (level, node_index) do nothing;
  for v_level in 2..7 loop
    insert into private.audit_nodes (level, node_index, node_hash)
    select v_level, n, private.full_audit_hash(array(
      select node_hash from private.audit_nodes
      where level = v_level - 1 and node_index >= n * 256 and node_index < (n + 1) * 256 order by node_index
    ))
    from generate_series(p_from / (256::numeric ^ v_level)::bigint, p_to / (256::numeric ^ v_level)::bigint - 1) n
    on conflict (level, node_index) do nothing;
  end loop;
end;
$$;

comment on function private.add_audit_nodes(bigint, bigint) is 'Keeps the nodes that are complete with leaves from p_from to before p_to, and were not before.';
