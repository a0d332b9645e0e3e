-- Legal holds: a person's records that must not be deleted for now, whoever asks and whatever age they have.
--
-- Read:  platform admins, through read_legal_holds(), which is audited. Whom it is about learns it from us, not from here.
-- Write: place_legal_hold() and lift_legal_hold(), for platform admins. To one whom it is about, it is not there.
--
-- What deletes a record of a person asks private.is_held() first. What is held stays, and is shown to nobody to whom it would
-- be gone. An account under a hold is not deleted, whoever asks, Auth included.

create table public.legal_holds (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  reason text not null check (length(reason) between 5 and 500),
  placed_by uuid references auth.users (id) on delete set null,
  placed_at timestamptz not null default now(),
  lifted_by uuid references auth.users (id) on delete set null,
  lifted_at timestamptz,
  lift_reason text check (length(lift_reason) between 5 and 500),
  constraint reason_iff_lifted check ((lift_reason is not null) = (lifted_at is not null)),
  constraint only_the_lifted_have_a_lifter check (lifted_by is null or lifted_at is not null)
);

comment on table public.legal_holds is 'That records of a person must be kept, for a claim, say. It ends when it is lifted.';
comment on column public.legal_holds.user_id is 'The person. No foreign key: the hold outlives the account.';

create index legal_holds_open_idx on public.legal_holds (user_id) where lifted_at is null;
create index legal_holds_placed_at_idx on public.legal_holds (placed_at desc, id desc);
create index legal_holds_placed_by_idx on public.legal_holds (placed_by);
create index legal_holds_lifted_by_idx on public.legal_holds (lifted_by);

select private.keep_no_statistics('public.legal_holds');

alter table public.legal_holds enable row level security;
alter table public.legal_holds force row level security;
revoke all on table public.legal_holds from public, anon, authenticated, service_role;

create function private.is_held(variadic p_user_ids uuid[])
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select from public.legal_holds h where h.user_id = any (p_user_ids) and h.lifted_at is null);
$$;

comment on function private.is_held(uuid[]) is 'Whether records of one of these people must be kept for now.';

create function private.refuse_end_of_held()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.is_held(old.id) then
    raise exception using errcode = '55000', message = 'the account is under a legal hold', hint = 'Lift the hold first: lift_legal_hold().';
  end if;
  return coalesce(new, old);
end;
$$;

comment on function private.refuse_end_of_held() is 'Trigger on auth.users: the account of a person under a legal hold stays. After private.queue_end_of_account(), so that none is placed meanwhile.';

create trigger refuse_end_of_held before delete on auth.users
  for each row execute function private.refuse_end_of_held();
-- So Auth deletes where it is asked to delete softly: the row stays, and address and password go.
create trigger refuse_soft_end_of_held before update of deleted_at on auth.users
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function private.refuse_end_of_held();

-- An account that is being deleted is waited for: what it takes along is not there to be held. The entry of the log is under
-- nobody: the person would read it.
create function private.place_legal_hold(p_user_id uuid, p_reason text)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_id uuid;
begin
  perform private.lock_legal_holds();
  perform private.hold_accounts(p_user_id, private.user_id());
  if not exists (select from public.profiles where id = p_user_id) then
    raise sqlstate 'PT404' using message = 'person_not_found', detail = 'There is no such person.';
  end if;
  insert into public.legal_holds (user_id, reason, placed_by) values (p_user_id, v_reason, private.user_id()) returning id into v_id;
  perform private.write_audit('legal_hold.placed', 'legal_holds', v_id::text, null, null, jsonb_build_object('user_id', p_user_id),
    jsonb_build_object('source', 'place_legal_hold', 'reason', v_reason));
  return v_id;
end;
$$;

grant execute on function private.place_legal_hold(uuid, text) to authenticated;

create function private.lift_legal_hold(p_hold_id uuid, p_reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_user_id uuid;
begin
  -- A job that looks more than once at who is held sees the same each time.
  perform private.lock_legal_holds();
  perform private.hold_accounts(private.user_id());
  update public.legal_holds set lifted_at = now(), lifted_by = private.user_id(), lift_reason = v_reason
  where id = p_hold_id and lifted_at is null and user_id <> private.user_id()
  returning user_id into v_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'hold_not_found', detail = 'There is no such hold, or it was lifted.';
  end if;
  perform private.write_audit('legal_hold.lifted', 'legal_holds', p_hold_id::text, null, null, jsonb_build_object('user_id', v_user_id),
    jsonb_build_object('source', 'lift_legal_hold', 'reason', v_reason));
end;
$$;

grant execute on function private.lift_legal_hold(uuid, text) to authenticated;

create function private.read_legal_holds(p_reason text, p_cursor uuid, p_limit int)
returns table (id uuid, user_id uuid, reason text, placed_at timestamptz, lifted_at timestamptz, lift_reason text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
begin
  perform private.write_audit('legal_holds.read', 'legal_holds', null, null, null, null,
    jsonb_build_object('source', 'read_legal_holds', 'reason', v_reason));
  return query
    select h.id, h.user_id, h.reason, h.placed_at, h.lifted_at, h.lift_reason from public.legal_holds h
    where h.user_id <> private.user_id() and (p_cursor is null or (h.placed_at, h.id) < (select c.placed_at, c.id from public.legal_holds c where c.id = p_cursor))
    order by h.placed_at desc, h.id desc
    limit least(greatest(coalesce(p_limit, 50), 1), 200);
end;
$$;

grant execute on function private.read_legal_holds(text, uuid, int) to authenticated;

create function public.place_legal_hold(p_user_id uuid, p_reason text)
returns uuid
language sql
security invoker
set search_path = ''
as $$
  select private.place_legal_hold(p_user_id, p_reason);
$$;

create function public.lift_legal_hold(p_hold_id uuid, p_reason text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.lift_legal_hold(p_hold_id, p_reason);
$$;

create function public.read_legal_holds(p_reason text, p_cursor uuid default null, p_limit int default 50)
returns table (id uuid, user_id uuid, reason text, placed_at timestamptz, lifted_at timestamptz, lift_reason text)
language sql
security invoker
set search_path = ''
as $$
  select * from private.read_legal_holds(p_reason, p_cursor, p_limit);
$$;

comment on function public.place_legal_hold(uuid, text) is
  'A platform admin has the records of a person kept, notes and recordings of their sessions among them, until the hold is lifted: its id. '
  'Errors: forbidden (403), person_not_found (404), reason_required (422), rate_limited (429).';
comment on function public.lift_legal_hold(uuid, text) is
  'A platform admin ends a hold that is not about themselves; what should be gone goes with the next run of the jobs. '
  'Errors: forbidden (403), hold_not_found (404), reason_required (422), rate_limited (429).';
comment on function public.read_legal_holds(text, uuid, int) is
  'Holds on others, newest first, at most 200 at once, for platform admins. p_cursor: the id of the last of the page before. Each call is audited. Errors: forbidden (403), reason_required (422), rate_limited (429).';

grant execute on function public.place_legal_hold(uuid, text) to authenticated;
grant execute on function public.lift_legal_hold(uuid, text) to authenticated;
grant execute on function public.read_legal_holds(text, uuid, int) to authenticated;
