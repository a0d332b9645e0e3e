-- Reading the audit log (C1): a platform admin reads whole entries by a function that is audited itself.
--
-- Read: platform admins, with a reason. A reading of one person's entries is an entry about that person.

create type private.audit_filters as (
  action text, entity_type text, entity_id text, user_id uuid, actor_id uuid, status text, "from" timestamptz, "to" timestamptz
);

create function private.parse_audit_filters(p_filters jsonb)
returns private.audit_filters
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_filters) is distinct from 'object' or p_filters - array[
    'action', 'entity_type', 'entity_id', 'user_id', 'actor_id', 'status', 'from', 'to'
  ] <> '{}' then
    raise sqlstate 'PT422' using message = 'unknown_filter',
      detail = 'Filters are an object of action, entity_type, entity_id, user_id, actor_id, status, from and to.';
  end if;
  return jsonb_populate_record(null::private.audit_filters, p_filters);
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'invalid_filter',
    detail = 'user_id and actor_id are uuids, from and to are times.';
end;
$$;

comment on function private.parse_audit_filters(jsonb) is
  'Filters of read_audit_logs(); what is left out does not filter. Errors: unknown_filter, invalid_filter (422).';

-- Planned anew with each set of filters: a plan for all of them could use no index.
create function private.read_audit_logs(p_reason text, p_filters jsonb, p_cursor bigint, p_limit int)
returns setof public.audit_logs
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  f constant private.audit_filters := private.parse_audit_filters(p_filters);
  v_limit constant int := least(greatest(coalesce(p_limit, 50), 1), 200);
  -- Null where retention has removed the entry, and with it all that is older.
  v_before constant timestamptz := (select l.occurred_at from public.audit_logs l where l.id = p_cursor);
  v_entries int;
begin
  return query
    with page as (
      select l as entry from public.audit_logs l
      where (f.action is null or l.action = f.action)
        and (f.entity_type is null or l.entity_type = f.entity_type)
        and (f.entity_id is null or l.entity_id = f.entity_id)
        and (f.user_id is null or l.user_id = f.user_id)
        and (f.actor_id is null or l.actor_id = f.actor_id)
        and (f.status is null or l.status = f.status)
        and (f."from" is null or l.occurred_at >= f."from")
        and (f."to" is null or l.occurred_at < f."to")
        and (p_cursor is null or (l.occurred_at, l.id) < (v_before, p_cursor))
      order by l.occurred_at desc, l.id desc
      limit v_limit
    ), measured as (
      select p.entry, row_number() over newest as n, sum(octet_length(p.entry::text)) over newest as bytes
      from page p window newest as (order by (p.entry).occurred_at desc, (p.entry).id desc)
    )
    -- The first comes however long it is: each page gets further.
    select (m.entry).* from measured m where m.n = 1 or m.bytes <= 1000000 order by m.n;
  get diagnostics v_entries = row_count;
  -- The filters are not in the context, where a person would learn whom else an inquiry is about.
  perform private.write_audit(
    'audit_logs.read', 'audit_logs', null, f.user_id, null,
    jsonb_build_object('filters', p_filters, 'cursor', p_cursor, 'entries', v_entries),
    jsonb_build_object('source', 'read_audit_logs', 'reason', v_reason)
  );
end;
$$;

grant execute on function private.read_audit_logs(text, jsonb, bigint, int) to authenticated;

create function public.read_audit_logs(
  p_reason text, p_filters jsonb default '{}', p_cursor bigint default null, p_limit int default 50
)
returns setof public.audit_logs
language sql
security invoker
set search_path = ''
as $$
  select * from private.read_audit_logs(p_reason, p_filters, p_cursor, p_limit);
$$;

comment on function public.read_audit_logs(text, jsonb, bigint, int) is
  'A platform admin reads the audit log, newest first, at most 200 entries at once. p_filters: action, entity_type, '
  'entity_id, user_id, actor_id, status, from (inclusive), to (exclusive); all must match. p_cursor: the id of the last '
  'entry of the page before; a page also ends at a megabyte, so the last one is the one that is empty. Each call is audited. '
  'Errors: forbidden (403), rate_limited (429), reason_required, unknown_filter, invalid_filter (422).';

grant execute on function public.read_audit_logs(text, jsonb, bigint, int) to authenticated;
