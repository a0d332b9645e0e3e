-- Audit log (T4): who did what, when, where from, how, and how it ended.
--
-- Read:  a person what was done with what is theirs, when and why; not by whom, from where, or which
--        values, since those are about whoever acted. Platform admins: public.read_audit_logs().
-- Write: private.write_audit() alone. Nobody changes or removes an entry, the owner included; what one said is emptied when its
--        person is erased, and retention drops whole months by dropping their partition.
--
-- It is sealed as a Merkle tree, so that an outsider notices what was changed: docs/decisions/the-audit-log-is-a-tree.md.
-- It only ever grows, so an entry is small whatever was done, and a person makes so many in a while:
-- docs/decisions/the-audit-log-is-bounded.md.

create table public.audit_logs (
  id bigint generated always as identity,
  occurred_at timestamptz not null default now(),
  user_id uuid,
  actor_id uuid,
  actor_role text not null check (length(actor_role) <= 63),
  action text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$' and length(action) <= 100),
  entity_type text not null check (entity_type ~ '^[a-z_]{1,63}$'),
  entity_id text check (length(entity_id) <= 200),
  source text check (length(source) <= 100),
  request_id uuid,
  ip_address inet,
  user_agent text check (length(user_agent) <= 500),
  old_values jsonb check (jsonb_typeof(old_values) = 'object' and octet_length(old_values::text) <= 8192),
  new_values jsonb check (jsonb_typeof(new_values) = 'object' and octet_length(new_values::text) <= 8192),
  context jsonb not null default '{}' check (jsonb_typeof(context) = 'object' and octet_length(context::text) <= 4096),
  status text not null check (status in ('success', 'failure', 'denied')),
  error_message text check (length(error_message) <= 2000),
  transaction_id xid8 not null default pg_current_xact_id(),
  primary key (id, occurred_at),
  constraint only_trouble_has_an_error check (status <> 'success' or error_message is null)
) partition by range (occurred_at);

comment on table public.audit_logs is 'Append-only record of security-relevant and administrative acts, partitioned by month.';
comment on column public.audit_logs.user_id is
  'The person whom the entry is about; they see part of it. No foreign key: the entry outlives the account.';
comment on column public.audit_logs.actor_id is 'The person who acted, by the token (auth.uid()); null for the system and for anonymous callers.';
comment on column public.audit_logs.actor_role is 'Database role of the act: authenticated, service_role, anon, or an owner role for jobs.';
comment on column public.audit_logs.source is 'How: the edge function, SQL function or trigger that wrote it.';
comment on column public.audit_logs.old_values is
  'The values before: of a change, the columns that differ. A value that is too long, or a person''s own words, is {"cut_bytes": its length}.';
comment on column public.audit_logs.new_values is 'The values after, in the same way.';
comment on column public.audit_logs.entity_id is
  'Never the id of a link: with that, whoever reads this as the person uses up its attempts.';
comment on column public.audit_logs.context is
  'Anything else that explains the act, such as its reason. The person whom the entry is about reads it: nothing goes here that they must not see.';
comment on column public.audit_logs.transaction_id is 'Who wrote it, for the order in which entries are sealed: an entry is when no earlier transaction can still add one.';

-- Each is in the order of pages, newest first, so that a page is its first rows: docs/decisions/searching-the-audit-log.md.
create index audit_logs_user_id_idx on public.audit_logs (user_id, occurred_at desc, id desc) where user_id is not null;
create index audit_logs_actor_id_idx on public.audit_logs (actor_id, occurred_at desc, id desc) where actor_id is not null;
create index audit_logs_entity_id_idx on public.audit_logs (entity_id, occurred_at desc, id desc) where entity_id is not null;
create index audit_logs_entity_type_idx on public.audit_logs (entity_type, occurred_at desc, id desc);
create index audit_logs_occurred_at_idx on public.audit_logs (occurred_at desc, id desc);
create index audit_logs_action_idx on public.audit_logs (action, occurred_at desc, id desc);
create index audit_logs_failure_idx on public.audit_logs (occurred_at desc, id desc) where status = 'failure';
create index audit_logs_failure_of_action_idx on public.audit_logs (action, occurred_at desc, id desc) where status = 'failure';
create index audit_logs_denied_idx on public.audit_logs (occurred_at desc, id desc) where status = 'denied';
create index audit_logs_denied_of_action_idx on public.audit_logs (action, occurred_at desc, id desc) where status = 'denied';
create index audit_logs_request_id_idx on public.audit_logs (request_id, occurred_at desc, id desc) where request_id is not null;
create index audit_logs_transaction_id_idx on public.audit_logs (transaction_id, id);

create trigger refuse_removal before delete on public.audit_logs
  for each row execute function private.refuse_change();
-- What an entry said can be emptied, all of it at once, and nothing else: private.erase_audit_entries(). An entry says that it was.
create trigger refuse_change before update on public.audit_logs
  for each row when (
    (
      new.id, new.occurred_at, new.user_id, new.actor_id, new.actor_role, new.action, new.entity_type, new.entity_id, new.source,
      new.request_id, new.status, new.transaction_id
    ) is distinct from (
      old.id, old.occurred_at, old.user_id, old.actor_id, old.actor_role, old.action, old.entity_type, old.entity_id, old.source,
      old.request_id, old.status, old.transaction_id
    )
    or num_nonnulls(new.old_values, new.new_values, new.ip_address, new.user_agent, new.error_message) > 0 or new.context <> '{}'
  )
  execute function private.refuse_change();
create trigger refuse_truncate before truncate on public.audit_logs
  for each statement execute function private.refuse_change();

select private.keep_no_statistics('public.audit_logs');

alter table public.audit_logs enable row level security;
alter table public.audit_logs force row level security;
revoke all on table public.audit_logs from public, anon, authenticated, service_role;
grant select on public.audit_logs to service_role;
grant select (occurred_at, user_id, actor_role, action, entity_type, entity_id, context, status)
  on public.audit_logs to authenticated;

select private.create_default_partition('public.audit_logs');
select private.create_partitions_ahead('public.audit_logs', 3);

create policy "A person sees entries about themselves"
  on public.audit_logs for select to authenticated
  using (user_id = (select private.user_id()));

-- Cut by the text, since a number of twenty bytes may be a hundred thousand digits long.
create function private.fitting(p_values jsonb, p_bytes int)
returns jsonb
language plpgsql
immutable
strict
set search_path = ''
as $$
declare
  v_longest int;
  v_fitting jsonb;
begin
  if octet_length(p_values::text) <= least(2048, p_bytes) then
    return p_values;
  end if;
  foreach v_longest in array array[2048, 256, 32] loop
    select jsonb_object_agg(e.key, case
      when e.bytes <= v_longest then e.value else jsonb_build_object('cut_bytes', e.bytes)
    end)
    into v_fitting
    from (select key, value, octet_length(value::text) as bytes from jsonb_each(p_values)) e;
    if octet_length(v_fitting::text) <= p_bytes then
      return v_fitting;
    end if;
  end loop;
  return jsonb_build_object('cut_bytes', octet_length(p_values::text));
end;
$$;

comment on function private.fitting(jsonb, int) is
  'An object in at most p_bytes of text. A value of over 2 KiB, or less where there are many, is replaced by {"cut_bytes": its length}.';

create function private.is_reading(p_action text)
returns boolean
language sql
immutable
set search_path = ''
as $$ select p_action ~ '[._](read|listed|opened|proved|exported)$'; $$;

comment on function private.is_reading(text) is 'Whether an action of the audit log is that somebody was shown something, and nothing else.';

create function private.write_audit(
  p_action text,
  p_entity_type text,
  p_entity_id text,
  p_user_id uuid,
  p_old jsonb,
  p_new jsonb,
  p_context jsonb default '{}',
  p_status text default 'success',
  p_error text default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- A null in p_context says that it is unknown, and stays.
  v_context constant jsonb := private.request_context() || coalesce(p_context, '{}');
  v_actor_id constant uuid := auth.uid();
  v_actor_role constant text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
begin
  -- A thief who uses up the allowance of a stolen session must not keep its owner from ending it, nor an admin who sends
  -- many invitations their colleagues from removing them.
  if v_actor_role = 'authenticated' and p_action not in ('session.ended', 'session.others_ended') and v_context ->> 'source' is distinct from 'end_of_inviter' then
    perform private.require_allowance('acts', v_actor_id);
  end if;
  insert into public.audit_logs (
    user_id, actor_id, actor_role, action, entity_type, entity_id, source, request_id,
    ip_address, user_agent, old_values, new_values, context, status, error_message
  ) values (
    p_user_id, v_actor_id, v_actor_role, p_action, p_entity_type, p_entity_id, left(v_context ->> 'source', 100),
    private.try_uuid(v_context ->> 'request_id'), private.try_inet(v_context ->> 'ip'),
    left(v_context ->> 'user_agent', 500), private.fitting(p_old, 8192), private.fitting(p_new, 8192),
    private.fitting(jsonb_strip_nulls(v_context - array['source', 'request_id', 'ip', 'user_agent']), 4096),
    p_status, left(p_error, 2000)
  );
  -- Whoever reads can have the Data API fail behind the function, and the entry goes with the transaction. The server's log stays.
  if private.is_reading(p_action) then
    raise log 'audited: %', json_build_object(
      'action', p_action, 'actor_id', v_actor_id, 'user_id', p_user_id, 'entity_id', p_entity_id, 'request_id', v_context ->> 'request_id'
    );
  end if;
end;
$$;

comment on function private.write_audit(text, text, text, uuid, jsonb, jsonb, jsonb, text, text) is
  'The one way into the audit log. p_context: request_id, ip, user_agent, source, and whatever else explains the act. The first three, where left out, are those of private.request_context(). '
  'Of a reading (private.is_reading()) a line goes to the log of the server as well. '
  'A client acts so often in a while: rate_limited (429).';

grant execute on function private.write_audit(text, text, text, uuid, jsonb, jsonb, jsonb, text, text) to service_role;

-- A person's own words go with them when their account is closed; the audit log stays.
create function private.without_words(p_values jsonb, p_columns text[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select p_values || coalesce(
    jsonb_object_agg(c, jsonb_build_object('cut_bytes', octet_length(p_values ->> c))) filter (where p_values ->> c is not null), '{}'
  )
  from unnest(p_columns) c;
$$;

comment on function private.without_words(jsonb, text[]) is 'An object of which, of some values, only the length is told.';

create function private.audit_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row constant jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value) into v_old, v_new
    from jsonb_each(v_new) n
    where n.value <> v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 2 then
    v_old := private.without_words(v_old, tg_argv[2:]);
    v_new := private.without_words(v_new, tg_argv[2:]);
  end if;
  perform private.write_audit(
    tg_table_name || '.' || lower(tg_op), tg_table_name, v_row ->> tg_argv[0],
    coalesce(private.try_uuid(v_row ->> tg_argv[1]), auth.uid()), v_old, v_new,
    jsonb_build_object('source', 'trigger')
  );
  return null;
end;
$$;

comment on function private.audit_change() is
  'Trigger(entity column[, person column[, column of a person''s own words ...]]): records every change of a table whose changes '
  'matter to an auditor: a new or deleted row, or the columns that changed; of own words, that they changed.';

create trigger audit_change after insert or update or delete on public.user_roles
  for each row execute function private.audit_change('user_id', 'user_id');
create trigger audit_change after insert or update or delete on public.system_settings
  for each row execute function private.audit_change('key');
create function private.audited_reason(p_reason text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  -- A refusal raises, and an exception rolls back its own audit row: so a caller who is no
  -- admin is simply refused, and only completed reads are recorded.
  if not private.is_platform_admin() then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'Platform admins only.';
  elsif p_reason is null or length(trim(p_reason)) not between 5 and 500 then
    raise sqlstate 'PT422' using message = 'reason_required', detail = 'Say why, in 5 to 500 characters.';
  end if;
  return trim(p_reason);
end;
$$;

comment on function private.audited_reason(text) is
  'Why a platform admin reads, or does, what is audited. Errors: forbidden (403), reason_required (422).';
