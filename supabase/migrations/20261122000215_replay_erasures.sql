-- Erasures after a restore: an older backup has people again who were erased since.
--
-- Called: by scripts/erasures, as the owner. The ledger is written to a file every day, and before a restore.

create function private.erasure_ledger()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', r.id, 'user_id', r.user_id, 'practice_id', private.practice_of_erased(r), 'asked_at', r.asked_at, 'starts_at', r.starts_at, 'due_by', r.due_by
  ) order by r.asked_at, r.id), '[]')
  from private.erasure_requests r
  where not exists (select from private.erasure_steps s where s.request_id = r.id and s.step = 'withdrawn');
$$;

comment on function private.erasure_ledger() is 'Every erasure that was not withdrawn: what replay_erasures() needs.';

-- What the backup knows of goes on where it was then. Of what it does not know, every step is done anew.
create function private.replay_erasures(p_ledger jsonb)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  insert into private.erasure_requests (id, user_id, practice_id, asked_by, asked_at, starts_at, due_by)
  select l.id, l.user_id, l.practice_id, 'replay', l.asked_at, l.starts_at, l.due_by
  from jsonb_to_recordset(p_ledger) l (id uuid, user_id uuid, practice_id uuid, asked_at timestamptz, starts_at timestamptz, due_by timestamptz)
  on conflict (id) do nothing;
  get diagnostics v_rows = row_count;
  if v_rows > 0 then
    perform private.write_audit('erasures.replayed', 'erasure_requests', null, null, null, jsonb_build_object('requests', v_rows), '{"source": "replay_erasures"}');
  end if;
  return v_rows;
end;
$$;

comment on function private.replay_erasures(jsonb) is 'Takes up erasures of a ledger that this database does not know of: how many. The job does them, each when it begins.';
