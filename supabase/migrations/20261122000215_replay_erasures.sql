-- Erasures after a restore: an older backup has people again who were erased since.
--
-- Called: by scripts/erasures, as the owner. The ledger is written to a file every day, and before a restore.

create function private.erasure_ledger()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'erasures', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', r.id, 'user_id', r.user_id, 'practice_id', private.practice_of_erased(r), 'asked_at', r.asked_at, 'starts_at', r.starts_at, 'due_by', r.due_by,
        'has_begun', d.steps <> '{}', 'is_withdrawn', d.steps @> '{withdrawn}', 'is_told', d.steps @> '{told}'
      ) order by r.asked_at, r.id), '[]')
      from private.erasure_requests r
      cross join lateral (select coalesce(array_agg(s.step::text), '{}') as steps from private.erasure_steps s where s.request_id = r.id) d
    ),
    'holds', (
      select coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'user_id', h.user_id, 'placed_at', h.placed_at, 'lifted_at', h.lifted_at) order by h.placed_at, h.id), '[]')
      from public.legal_holds h
    )
  );
$$;

comment on function private.erasure_ledger() is 'Every erasure and every legal hold, by ids and times: what replay_erasures() needs.';

-- A hold that the backup does not know of keeps somebody whom the ledger erases; one that was lifted keeps nobody.
create function private.replay_legal_holds(p_holds jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.lock_legal_holds();
  insert into public.legal_holds (id, user_id, placed_at, reason)
  select l.id, l.user_id, l.placed_at, 'Placed after the backup that was restored.'
  from jsonb_to_recordset(p_holds) l (id uuid, user_id uuid, placed_at timestamptz, lifted_at timestamptz) where l.lifted_at is null
  on conflict (id) do nothing;
  update public.legal_holds h set lifted_at = l.lifted_at, lift_reason = 'Lifted after the backup that was restored.'
  from jsonb_to_recordset(p_holds) l (id uuid, lifted_at timestamptz) where l.id = h.id and l.lifted_at is not null and h.lifted_at is null;
end;
$$;

comment on function private.replay_legal_holds(jsonb) is 'Brings legal holds to where the ledger has them.';

-- What the backup knows of goes on where it was then, but for what the person was told or took back since. Of what it does not
-- know, every other step is done anew. What had not begun when the ledger was written may have been taken back after that: it waits anew.
create function private.replay_erasures(p_ledger jsonb)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint := 0;
  v private.erasure_requests;
begin
  perform private.lock_ends_of_accounts();
  perform private.replay_legal_holds(p_ledger -> 'holds');
  for v in
    insert into private.erasure_requests (id, user_id, practice_id, asked_by, asked_at, starts_at, due_by)
    select l.id, l.user_id, l.practice_id, 'replay', l.asked_at, b.begins_at, greatest(l.due_by, b.begins_at)
    from jsonb_to_recordset(p_ledger -> 'erasures') l (
      id uuid, user_id uuid, practice_id uuid, asked_at timestamptz, starts_at timestamptz, due_by timestamptz, has_begun boolean, is_withdrawn boolean
    )
    cross join lateral (
      select case when l.has_begun then l.starts_at else greatest(l.starts_at, now() + private.days('erasure_grace_days')) end as begins_at
    ) b
    where not l.is_withdrawn
    on conflict (id) do nothing
    returning *
  loop
    v_rows := v_rows + 1;
    if v.starts_at > now() then
      perform private.tell_of_erasure(v);
    end if;
  end loop;
  insert into private.erasure_steps (request_id, step)
  select r.id, s.step
  from jsonb_to_recordset(p_ledger -> 'erasures') l (id uuid, is_withdrawn boolean, is_told boolean)
  join private.erasure_requests r on r.id = l.id
  cross join lateral (values ('withdrawn', l.is_withdrawn), ('told', l.is_told)) s (step, is_done)
  where s.is_done
  on conflict (request_id, step) do nothing;
  if v_rows > 0 then
    perform private.write_audit('erasures.replayed', 'erasure_requests', null, null, null, jsonb_build_object('requests', v_rows), '{"source": "replay_erasures"}');
  end if;
  return v_rows;
end;
$$;

comment on function private.replay_erasures(jsonb) is
  'After a restore: brings holds and erasures to where the ledger has them, and takes up those erasures that this database does not know of: how many. The job does them, each when it begins.';
