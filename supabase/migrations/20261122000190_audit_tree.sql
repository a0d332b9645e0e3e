-- The audit log as a Merkle tree (T4; RFC 9162, 2.1): a leaf for each entry, the nodes above them, and signed checkpoints.
--
-- Read and write: nobody but the owner; audit-seal by the functions of 191 and 193, platform admins by those of 194.
--
-- A leaf has the time of an entry in clear, and a digest of the rest, which has a salted one of what is personal. So that can be removed,
-- with its salt, and whole months of entries can be, while the leaf stays and says when they were, and the tree with it:
-- docs/decisions/the-audit-log-is-a-tree.md.

create table private.audit_leaves (
  leaf_index bigint primary key check (leaf_index >= 0),
  entry_id bigint not null unique,
  occurred_at timestamptz not null,
  salt uuid,
  payload_hash bytea not null check (octet_length(payload_hash) = 32),
  entry_hash bytea not null check (octet_length(entry_hash) = 32),
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
);

comment on table private.audit_leaves is 'The leaves of the tree of audit_logs, from 0 without a gap. They outlive the entries.';
comment on column private.audit_leaves.occurred_at is 'Of the entry: in which month it is found. Sealed with the leaf, also when the entry is gone.';
comment on column private.audit_leaves.salt is 'Without it nobody can try out what an entry that was erased has said. Null once it was.';
comment on column private.audit_leaves.payload_hash is 'private.audit_payload_hash(): SHA-256 of salt and payload.';
comment on column private.audit_leaves.entry_hash is 'private.audit_entry_hash(): SHA-256 of all of the entry but id and time. With these, the leaf of one that is gone.';
comment on column private.audit_leaves.leaf_hash is 'private.audit_leaf_hash(): SHA-256 of the leaf, as RFC 9162 has it.';

-- Tiles of C2SP (tlog-tiles) are 256 of these at a time.
create table private.audit_nodes (
  level smallint check (level between 1 and 7),
  node_index bigint check (node_index >= 0),
  node_hash bytea not null check (octet_length(node_hash) = 32),
  primary key (level, node_index)
);

comment on table private.audit_nodes is 'Every eighth level of the tree: node n of level l is the root of the full subtree of the 256^l leaves from n * 256^l.';

create table private.audit_checkpoints (
  tree_size bigint primary key check (tree_size > 0),
  root_hash bytea not null check (octet_length(root_hash) = 32),
  frontier bytea not null check (octet_length(frontier) % 32 = 0 and octet_length(frontier) between 32 and 2016),
  note text not null check (length(note) <= 4000),
  created_at timestamptz not null default clock_timestamp()
);

comment on table private.audit_checkpoints is 'Roots of the tree as audit-seal has signed them, of the first so many leaves.';
comment on column private.audit_checkpoints.frontier is 'The roots of the full subtrees that the leaves fall into, largest first: all that is needed to go on.';
comment on column private.audit_checkpoints.note is 'A signed note of C2SP (tlog-checkpoint), as it was handed out.';

create table private.audit_sequence (
  singleton boolean primary key default true check (singleton),
  transaction_id xid8 not null default '0',
  entry_id bigint not null default 0,
  is_sent boolean not null default false,
  published_size bigint check (published_size > 0)
);

comment on table private.audit_sequence is 'How far the log is sealed; one row, which whoever seals locks.';
comment on column private.audit_sequence.transaction_id is 'With entry_id, the last entry that became a leaf: they do in the order of both.';
comment on column private.audit_sequence.is_sent is 'Whether AUDIT_CHECKPOINT_URL leads anywhere, as audit-seal has said last.';
comment on column private.audit_sequence.published_size is 'Of the latest checkpoint that was taken where AUDIT_CHECKPOINT_URL leads.';

insert into private.audit_sequence default values;

create trigger refuse_change before delete or update of leaf_index, entry_id, occurred_at, payload_hash, entry_hash, leaf_hash on private.audit_leaves
  for each row execute function private.refuse_change();
create trigger refuse_salt before update of salt on private.audit_leaves
  for each row when (new.salt is not null) execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.audit_leaves
  for each statement execute function private.refuse_change();
create trigger refuse_change before update or delete on private.audit_nodes
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.audit_nodes
  for each statement execute function private.refuse_change();
create trigger refuse_change before update or delete on private.audit_checkpoints
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.audit_checkpoints
  for each statement execute function private.refuse_change();

alter table private.audit_leaves enable row level security;
alter table private.audit_leaves force row level security;
alter table private.audit_nodes enable row level security;
alter table private.audit_nodes force row level security;
alter table private.audit_checkpoints enable row level security;
alter table private.audit_checkpoints force row level security;
alter table private.audit_sequence enable row level security;
alter table private.audit_sequence force row level security;
revoke all on table private.audit_leaves, private.audit_nodes, private.audit_checkpoints, private.audit_sequence
  from public, anon, authenticated, service_role;

-- Lists of texts, which JSON writes in one way: it is what a verifier writes anew.
create function private.audit_payload_hash(p_entry public.audit_logs, p_salt uuid)
returns bytea
language sql
stable
set search_path = ''
as $$
  select sha256(uuid_send(p_salt) || convert_to(array_to_json(array[
    p_entry.old_values::text, p_entry.new_values::text, p_entry.context::text, p_entry.ip_address::text, p_entry.user_agent, p_entry.error_message
  ])::text, 'UTF8'));
$$;

comment on function private.audit_payload_hash(public.audit_logs, uuid) is
  'SHA-256 of 16 bytes of salt and the JSON list of what an entry says that may be personal: old and new values, context, address, agent, error.';

create function private.audit_entry(p_entry public.audit_logs, p_payload_hash bytea)
returns text
language sql
stable
set search_path = ''
as $$
  select array_to_json(array[
    p_entry.user_id::text, p_entry.actor_id::text, p_entry.actor_role, p_entry.action, p_entry.entity_type, p_entry.entity_id,
    p_entry.source, p_entry.request_id::text, p_entry.status, encode(p_payload_hash, 'hex')
  ])::text;
$$;

comment on function private.audit_entry(public.audit_logs, bytea) is 'What an entry says but for its id and time: a JSON list of texts, the last of them the digest of its payload.';

create function private.audit_entry_hash(p_text text)
returns bytea
language sql
immutable
set search_path = ''
as $$
  select sha256(convert_to(p_text, 'UTF8'));
$$;

comment on function private.audit_entry_hash(text) is 'The hash of private.audit_entry().';

create function private.audit_leaf(p_entry_id bigint, p_occurred_at timestamptz, p_entry_hash bytea)
returns text
language sql
stable
set search_path = ''
as $$
  select array_to_json(array[
    'evenkeel/audit/1', p_entry_id::text, to_char(p_occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), encode(p_entry_hash, 'hex')
  ])::text;
$$;

comment on function private.audit_leaf(bigint, timestamptz, bytea) is 'The leaf of an entry: a JSON list of texts.';

create function private.audit_leaf_hash(p_leaf text)
returns bytea
language sql
immutable
set search_path = ''
as $$
  select sha256('\x00'::bytea || convert_to(p_leaf, 'UTF8'));
$$;

comment on function private.audit_leaf_hash(text) is 'The hash of a leaf (RFC 9162, 2.1.1).';
