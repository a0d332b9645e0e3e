-- Checkpoints of the audit log: what audit-seal signed is kept, sent to where checkpoints go, and missed when it stays away.
--
-- Called: by audit-seal, as the service; by pg_cron, which wakes it and looks after it.

-- Who signs has the cron key as well, and who holds no more than the service's key has neither.
create function private.audit_checkpoint_mac(p_note text)
returns text
language sql
stable
set search_path = ''
as $$
  select encode(extensions.hmac(convert_to('evenkeel/checkpoint/1' || p_note, 'UTF8'), private.vault_key('cron_secret_key'), 'sha256'), 'hex');
$$;

comment on function private.audit_checkpoint_mac(text) is 'HMAC-SHA-256 of a checkpoint by the cron key, in hex: audit-seal made it. Raises where the key is missing.';

-- The database makes the root anew, so that none is recorded but that of the leaves that there are; and nothing but a name and signatures
-- stands beside it, since the note is mailed. Whether they are true is for who has the verifying key to say: the database takes it from who has
-- the cron key, or whoever holds the service's key would end the sealing by a checkpoint that audit-seal does not go on from.
-- Nothing is recorded where another run was faster: its checkpoint is not one that this one goes on from.
create function private.record_audit_checkpoint(p_after bigint, p_tree_size bigint, p_note text, p_mac text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_root bytea;
  v_tree text;
  v_last private.audit_checkpoints;
begin
  perform from private.audit_sequence for update;
  v_last := private.latest_audit_checkpoint();
  if p_after <> coalesce(v_last.tree_size, 0)
    or p_tree_size <= p_after or p_tree_size > private.audit_tree_size()
  then
    return false;
  end if;
  perform private.add_audit_nodes(p_after, p_tree_size);
  v_root := private.audit_tree_hash(0, p_tree_size);
  v_tree := format(E'\n%s\n%s\n\n', p_tree_size, encode(v_root, 'base64'));
  if substr(p_note, strpos(p_note, E'\n'), length(v_tree)) is distinct from v_tree
    or p_note !~ '^([!-*,-~]{1,100})\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n(\u2014 \1 [A-Za-z0-9+/]+={0,2}\n)+$'
    or split_part(p_note, E'\n', 1) <> split_part(v_last.note, E'\n', 1)
  then
    raise exception 'the checkpoint is not that of the first % leaves', p_tree_size;
  end if;
  if p_mac is distinct from private.audit_checkpoint_mac(p_note) then
    raise exception 'the checkpoint is none that audit-seal made';
  end if;
  insert into private.audit_checkpoints (tree_size, root_hash, frontier, note)
  values (p_tree_size, v_root, private.audit_frontier(p_tree_size), p_note);
  return true;
end;
$$;

grant execute on function private.record_audit_checkpoint(bigint, bigint, text, text) to service_role;

create function public.record_audit_checkpoint(p_after bigint, p_tree_size bigint, p_note text, p_mac text)
returns boolean
language sql
security invoker
set search_path = ''
as $$
  select private.record_audit_checkpoint(p_after, p_tree_size, p_note, p_mac);
$$;

comment on function public.record_audit_checkpoint(bigint, bigint, text, text) is
  'For audit-seal: keeps the checkpoint of the first p_tree_size leaves, and the nodes that are complete with it. p_mac: private.audit_checkpoint_mac() of it. '
  'False where p_after is not the size of the latest: another run was faster.';

grant execute on function public.record_audit_checkpoint(bigint, bigint, text, text) to service_role;

create function private.audit_checkpoint_published(p_tree_size bigint)
returns void
language sql
security definer
set search_path = ''
as $$
  update private.audit_sequence s
  set published_size = greatest(s.published_size, least(p_tree_size, (select max(c.tree_size) from private.audit_checkpoints c)))
  where s.singleton;
$$;

grant execute on function private.audit_checkpoint_published(bigint) to service_role;

create function public.audit_checkpoint_published(p_tree_size bigint)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.audit_checkpoint_published(p_tree_size);
$$;

comment on function public.audit_checkpoint_published(bigint) is 'For audit-seal: the checkpoint of this size was taken where it was sent.';

grant execute on function public.audit_checkpoint_published(bigint) to service_role;

create function private.job_kick_audit_seal(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_last private.audit_sequence;
  v_size constant bigint := (select coalesce(max(tree_size), 0) from private.audit_checkpoints);
begin
  select * into strict v_last from private.audit_sequence;
  if private.is_check_in_due(p_now) or private.audit_tree_size() > v_size
    or (v_last.is_sent and coalesce(v_last.published_size, 0) < v_size) or exists (
    select from public.audit_logs l where (l.transaction_id, l.id) > (v_last.transaction_id, v_last.entry_id)
  ) then
    perform private.kick_function('audit-seal');
    return 1;
  end if;
  return 0;
end;
$$;

comment on function private.job_kick_audit_seal(timestamptz) is 'Wakes audit-seal when there are entries to be sealed or a checkpoint was not taken where they go, and every five minutes for its check-in.';

-- An entry that is in no checkpoint can still be changed unnoticed.
create function private.sealing_fault(p_now timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select format('entries of the audit log have not been sealed since %s%s', min(w.occurred_at), (
        select format(': a transaction has been open since %s', min(a.xact_start))
        from pg_catalog.pg_stat_activity a where a.backend_xid is not null having min(a.xact_start) < p_now - interval '15 minutes'
      ))
      from private.audit_sequence s
      cross join lateral (
        (
          select l.occurred_at from public.audit_logs l
          where (l.transaction_id, l.id) > (s.transaction_id, s.entry_id) order by l.transaction_id, l.id limit 1
        ) union all (
          select l.occurred_at from private.audit_leaves l
          where l.leaf_index >= (select coalesce(max(c.tree_size), 0) from private.audit_checkpoints c) order by l.leaf_index limit 1
        )
      ) w
      having min(w.occurred_at) < p_now - interval '15 minutes'
    ),
    (
      select format('checkpoints of the audit log have not been taken since %s', min(c.created_at))
      from private.audit_sequence s
      join private.audit_checkpoints c on c.tree_size > coalesce(s.published_size, 0)
      where s.is_sent
      having min(c.created_at) < p_now - interval '15 minutes'
    )
  );
$$;

comment on function private.sealing_fault(timestamptz) is
  'What an operator should look at: entries that are not sealed for a quarter of an hour, or a checkpoint that nobody took. Null where all is well.';

create function private.job_check_audit_seal(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$ select private.raise_fault(private.sealing_fault(p_now)); $$;

comment on function private.job_check_audit_seal(timestamptz) is
  'Fails, and so shows in job_runs and the log, where private.sealing_fault() has something to say.';

select cron.schedule('audit-seal', '* * * * *', $$select private.run_job('kick_audit_seal')$$);
select cron.schedule('check-audit-seal', '*/5 * * * *', $$select private.run_job('check_audit_seal')$$);
