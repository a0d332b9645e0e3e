-- Reading the audit log (C1): a platform admin reads whole entries by a function that is audited itself.
--
-- Read: platform admins, with a reason. A reading of one person's entries is an entry about that person.

-- What there are entries of: words are looked for here, in some hundred rows, and not in millions of entries.
create table private.audit_kinds (
  action text check (length(action) <= 100),
  entity_type text check (length(entity_type) <= 63),
  primary key (action, entity_type)
);

comment on table private.audit_kinds is 'Which actions on which kinds of entities the audit log has entries of. Noted when they are sealed, so that no writer waits.';

alter table private.audit_kinds enable row level security;
alter table private.audit_kinds force row level security;
revoke all on table private.audit_kinds from public, anon, authenticated, service_role;

create type private.audit_filters as (
  action text, entity_type text, entity_id text, person uuid, user_id uuid, actor_id uuid, status text, text text, "from" timestamptz, "to" timestamptz
);

create function private.parse_audit_filters(p_filters jsonb)
returns private.audit_filters
language plpgsql
stable
set search_path = ''
as $$
declare
  f private.audit_filters;
begin
  if jsonb_typeof(p_filters) is distinct from 'object' or p_filters - array[
    'action', 'entity_type', 'entity_id', 'person', 'user_id', 'actor_id', 'status', 'text', 'from', 'to'
  ] <> '{}' then
    raise sqlstate 'PT422' using message = 'unknown_filter',
      detail = 'Filters are an object of action, entity_type, entity_id, person, user_id, actor_id, status, text, from and to.';
  end if;
  -- The entry about the reading holds them whole.
  if octet_length(p_filters::text) > 1500 then
    raise sqlstate 'PT422' using message = 'invalid_filter', detail = 'Filters are that long for no good reason.';
  end if;
  f := jsonb_populate_record(null::private.audit_filters, p_filters);
  if length(trim(f.text)) not between 3 and 200 then
    raise sqlstate 'PT422' using message = 'invalid_filter', detail = 'text has 3 to 200 characters.';
  end if;
  return f;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'invalid_filter',
    detail = 'person, user_id and actor_id are uuids, from and to are times.';
end;
$$;

comment on function private.parse_audit_filters(jsonb) is
  'Filters of read_audit_logs(); what is left out does not filter. Errors: unknown_filter, invalid_filter (422).';

create function private.audit_patterns(p_text text)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array_agg('%' || replace(replace(replace(lower(w), '\', '\\'), '%', '\%'), '_', '\_') || '%')
  from regexp_split_to_table(trim(p_text), '\s+') w;
$$;

comment on function private.audit_patterns(text) is 'For LIKE ALL: each word, anywhere.';

-- Made of the filters that there are, so that each combination has a plan of its own. What may be found in several ways is
-- looked for in each of them, newest first, since no index has all of them in the order of pages. How often a value occurs is
-- not known (private.keep_no_statistics), so the filter that the fewest entries match has an index, and the others fit none.
create function private.find_audit_entries(p_filters private.audit_filters, p_before timestamptz, p_cursor bigint, p_limit int)
returns setof public.audit_logs
language plpgsql
stable
set search_path = ''
-- Nor is it known that there is more than a few to sort: pages come out of an index in their order.
set enable_sort = off
set jit = off
as $$
declare
  f constant private.audit_filters := p_filters;
  v_uuid constant uuid := private.try_uuid(f.text);
  v_key constant text := case
    when f.entity_id is not null then 'entity_id' when f.person is not null then 'person' when f.user_id is not null then 'user_id'
    when f.actor_id is not null then 'actor_id' when f.action is not null then 'action' when f.text is not null then 'text'
    when f.status <> 'success' then 'status' when f.entity_type is not null then 'entity_type' else 'status'
  end;
  -- As the indexes of what did not succeed have it.
  v_status constant text := case when f.status is not null then format('l.status = %L', f.status) else 'true' end;
  v_all constant text := concat_ws(
    ' and ',
    (
      select string_agg(format(
        case when name = v_key then 'l.%1$s = ($1).%1$s' else '(l.%1$s::text || '''') = ($1).%1$s::text' end, name
      ), ' and ')
      from unnest(array['action', 'entity_type', 'entity_id', 'user_id', 'actor_id']) name
      where to_jsonb(f) ->> name is not null
    ),
    case when v_key not in ('action', 'status') and f.status is not null then '(l.status || '''') = ($1).status' else v_status end,
    case when f.person is not null and v_key <> 'person' then '($1).person in (l.user_id, l.actor_id)' end,
    case when f.text is not null and v_key <> 'text' then
      '(l.action || '' '' || l.entity_type like all ($5) or (l.entity_id || '''') = ($1).text or l.request_id::text = $6::text)'
    end,
    case when v_key = 'text' then 'l.occurred_at >= $7' end,
    case when f."from" is not null then 'l.occurred_at >= ($1)."from"' end,
    case when f."to" is not null then 'l.occurred_at < ($1)."to"' end,
    case when p_cursor is not null then '(l.occurred_at, l.id) < ($2, $3)' end
  );
  v_newest constant text := ' order by l.occurred_at desc, l.id desc';
  v_ways constant text[] := case v_key
    when 'person' then array['l.user_id = ($1).person', 'l.actor_id = ($1).person and l.user_id is distinct from ($1).person']
    when 'text' then array_remove(array['l.entity_id = ($1).text', case when v_uuid is not null then 'l.request_id = $6' end], null)
    else array['true']
  end;
  -- The newest so many entries are of the so many kinds of which there is something newest.
  v_kinds constant text := case when v_key = 'text' and v_uuid is null then format(
    ' union all select e.l from (
      select k.action, k.entity_type from private.audit_kinds k cross join lateral (
        select l.occurred_at, l.id from public.audit_logs l where l.action = k.action and (l.entity_type || '''') = k.entity_type and %3$s and %1$s%2$s limit 1
      ) n
      where k.action || '' '' || k.entity_type like all ($5) order by n.occurred_at desc, n.id desc limit $4
    ) k cross join lateral (
      select l from public.audit_logs l where l.action = k.action and (l.entity_type || '''') = k.entity_type and %3$s and %1$s%2$s limit $4
    ) e', v_all, v_newest, v_status
  ) else '' end;
  v_query constant text := format(
    'select array_agg(e.l) from (
      select distinct on ((w.l).occurred_at, (w.l).id) w.l from (%s%s) w order by (w.l).occurred_at desc, (w.l).id desc limit $4
    ) e',
    (select string_agg(format('(select l from public.audit_logs l where %s and %s%s limit $4)', w, v_all, v_newest), ' union all ') from unnest(v_ways) w), v_kinds
  );
  v_since timestamptz;
  v_found public.audit_logs[];
begin
  -- Words are looked for in the months around first: in all of them each kind has an index for each.
  foreach v_since in array case when v_key = 'text' then array[least(now(), p_before, f."to") - interval '40 days'] end || timestamptz '-infinity' loop
    execute v_query into v_found using f, p_before, p_cursor, p_limit, private.audit_patterns(f.text), v_uuid, v_since;
    exit when cardinality(v_found) >= p_limit;
  end loop;
  return query select * from unnest(v_found);
end;
$$;

comment on function private.find_audit_entries(private.audit_filters, timestamptz, bigint, int) is
  'The newest entries that all filters match, of those before p_before and p_cursor.';

create function private.read_audit_logs(p_reason text, p_filters jsonb, p_cursor bigint, p_limit int)
returns setof public.audit_logs
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  f constant private.audit_filters := private.parse_audit_filters(p_filters);
  v_limit constant int := least(greatest(coalesce(p_limit, 50), 1), 200);
  -- Null where retention has removed the entry, and with it all that is older.
  v_before constant timestamptz := (select l.occurred_at from public.audit_logs l where l.id = p_cursor);
  v_about constant uuid := coalesce(
    f.person, f.user_id, f.actor_id, (select u.id from auth.users u where u.id in (private.try_uuid(f.entity_id), private.try_uuid(trim(f.text))) limit 1)
  );
  v_entries int;
begin
  return query
    with page as (
      select l as entry from private.find_audit_entries(f, v_before, p_cursor, v_limit) l
    ), measured as (
      select p.entry, row_number() over newest as n, sum(octet_length(p.entry::text)) over newest as bytes
      from page p window newest as (order by (p.entry).occurred_at desc, (p.entry).id desc)
    )
    -- The first comes however long it is: each page gets further.
    select (m.entry).* from measured m where m.n = 1 or m.bytes <= 1000000 order by m.n;
  get diagnostics v_entries = row_count;
  -- The filters are not in the context, where a person would learn whom else an inquiry is about.
  perform private.write_audit(
    'audit_logs.read', 'audit_logs', null, v_about, null,
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
  'A platform admin reads the audit log, newest first, at most 200 entries at once. p_filters: action, entity_type, entity_id, user_id (whom it is about), '
  'actor_id (who acted), person (either), status, text (words of an action or a kind of entity, or all of the id of an entity or a request), '
  'from (inclusive), to (exclusive); all must match. p_cursor: the id of the last '
  'entry of the page before; a page also ends at a megabyte, so the last one is the one that is empty. Each call is audited. '
  'Errors: forbidden (403), rate_limited (429), reason_required, unknown_filter, invalid_filter (422).';

grant execute on function public.read_audit_logs(text, jsonb, bigint, int) to authenticated;
