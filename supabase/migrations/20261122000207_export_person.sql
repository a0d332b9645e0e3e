-- The export of a person's data (GDPR, Art. 15 and 20): page by page, all that the register says is theirs.
--
-- Called: by the person, shortly after signing in. The page /privacy makes one file of the pages, and adds what the database
--         cannot read: notes, opened by session-notes.
--
-- Nothing here names a table but the audit log: the register does.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('fresh_sign_in_minutes', '30', 5, 1440, 'How long after signing in a person may have all their data exported, or ask to be erased.');

-- A session that somebody found open is not enough. Its refreshing does not count: Auth keeps when it began.
create function private.require_fresh_sign_in()
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not exists (
    select from auth.sessions s
    where s.id = (auth.jwt() ->> 'session_id')::uuid and s.created_at > now() - private.minutes('fresh_sign_in_minutes')
  ) then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'Sign out and in again first, so that we know that it is you.';
  end if;
  return v_user_id;
end;
$$;

comment on function private.require_fresh_sign_in() is
  'The caller, if they have signed in within fresh_sign_in_minutes. Errors: unauthenticated (401), rule_violation (422).';

-- What the register says of a table, as far as this platform has it.
create function private.exported_columns(p_table text, p_party text)
returns text[]
language sql
stable
set search_path = ''
as $$
  select array_agg(a.attname::text order by a.attnum)
  from private.personal_columns c
  join pg_catalog.pg_attribute a on a.attrelid = to_regclass(c.table_name) and a.attname = c.column_name and a.attnum > 0 and not a.attisdropped
  where c.table_name = p_table and p_party = any (c.exported_to);
$$;

comment on function private.exported_columns(text, text) is 'The columns of a table that a party''s export has.';

-- As in mails: a specialist who is suspended learns no more about whom they meet.
create function private.words_of_employees()
returns text[]
language sql
immutable
set search_path = ''
as $$ select array['status_reason', 'status_category', 'reason', 'category', 'metadata', 'stop_reason']; $$;

comment on function private.words_of_employees() is 'Columns of sessions, their history and series in which an employee says why.';

create function private.exported_rows(p_table text, p_party text, p_user_id uuid, p_addresses text[], p_after bigint, p_limit int)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_columns constant text[] := array(
    select c from unnest(private.exported_columns(p_table, p_party)) c
    where p_party <> 'specialist' or c <> all (private.words_of_employees())
      or exists (select from public.specialists s where s.user_id = p_user_id and s.status = 'verified')
  );
  v_condition constant text := (select condition from private.personal_rows where table_name = p_table and party = p_party);
  v_key constant text := (
    select string_agg(format('r.%I', a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum))
    from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = to_regclass(p_table) and i.indisprimary
  );
begin
  if v_columns = '{}' or v_key is null then
    return;
  elsif p_table = 'public.audit_logs' then
    return query select private.exported_entry(l, v_columns) from public.audit_logs l
      where l.user_id = p_user_id order by l.occurred_at, l.id offset p_after limit p_limit;
    return;
  end if;
  return query execute format(
    'select (select jsonb_object_agg(c, to_jsonb(r) -> c) from unnest($3) c) from %s r where %s order by %s offset $4 limit $5',
    p_table, v_condition, v_key
  ) using p_user_id, p_addresses, v_columns, p_after, p_limit;
end;
$$;

comment on function private.exported_rows(text, text, uuid, text[], bigint, int) is
  'Rows of a table that are about a person as one party, in the order of the primary key, with the columns that they may have.';

-- A place in the register and how many rows of it are behind, which tells nothing of a row.
create function private.parse_export_cursor(p_cursor text, out place text, out after bigint)
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_parts constant text[] := regexp_match(p_cursor, '^([a-z_]{1,20}[.][a-z_]{1,63}/[a-z_]{1,30})/(\d{1,9})$');
begin
  if v_parts is null and p_cursor is not null then
    raise sqlstate 'PT400' using message = 'invalid_request', detail = 'The cursor is that of the page before.';
  end if;
  place := coalesce(v_parts[1], '');
  after := coalesce(v_parts[2]::bigint, 0);
end;
$$;

comment on function private.parse_export_cursor(text) is 'Where a page of an export begins. Errors: invalid_request (400).';

-- At most a thousand rows and about a megabyte; the first comes however long it is.
create function private.export_page(p_user_id uuid, p_cursor text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_addresses constant text[] := private.addresses_of(p_user_id);
  v_from constant record := private.parse_export_cursor(p_cursor);
  v_place record;
  v_row jsonb;
  v_rows jsonb[] := array[]::jsonb[];
  v_bytes bigint := 0;
  v_after bigint;
begin
  for v_place in
    select r.table_name, r.party, r.table_name || '/' || r.party as place
    from private.personal_rows r
    where r.table_name || '/' || r.party >= v_from.place collate "C"
    order by r.table_name || '/' || r.party collate "C"
  loop
    v_after := case when v_place.place = v_from.place then v_from.after else 0 end;
    for v_row in select e from private.exported_rows(v_place.table_name, v_place.party, p_user_id, v_addresses, v_after, 1001 - cardinality(v_rows)) e loop
      v_bytes := v_bytes + octet_length(v_row::text);
      if cardinality(v_rows) = 1000 or cardinality(v_rows) > 0 and v_bytes > 1000000 then
        return jsonb_build_object('rows', to_jsonb(v_rows), 'cursor', v_place.place || '/' || v_after);
      end if;
      v_rows := v_rows || jsonb_build_object('table', v_place.table_name, 'party', v_place.party, 'row', v_row);
      v_after := v_after + 1;
    end loop;
  end loop;
  return jsonb_build_object('rows', to_jsonb(v_rows), 'cursor', null);
end;
$$;

comment on function private.export_page(uuid, text) is 'A page of all that is a person''s: {rows: [{table, party, row}], cursor}, the cursor null with the last.';

-- Art. 15(1): what for, on which basis, for how long, and what is not handed out, and why.
create function private.export_about()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object(
    'table', t.table_name, 'purpose', t.purpose, 'basis', t.basis, 'kept_for', t.kept_for,
    'withheld', (
      select coalesce(jsonb_object_agg(w.withheld, w.columns), '{}')
      from (
        select c.withheld, array_agg(c.column_name order by c.column_name) as columns
        from private.personal_columns c where c.table_name = t.table_name and c.withheld is not null group by c.withheld
      ) w
    )
  ) order by t.table_name)
  from private.personal_tables t where t.basis <> 'none';
$$;

comment on function private.export_about() is 'The register for who reads an export: of each table with personal data what for, on which basis, for how long, and what is withheld.';

create function private.export_my_data(p_cursor text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.require_fresh_sign_in();
begin
  perform private.require_allowance('exports', v_user_id);
  if p_cursor is null then
    perform private.write_audit('person.exported', 'profiles', v_user_id::text, v_user_id, null, null, '{"source": "export_my_data"}');
  end if;
  return private.export_page(v_user_id, p_cursor) || jsonb_build_object(
    'checkpoint', (private.export_checkpoint()).note, 'about', case when p_cursor is null then private.export_about() end
  );
end;
$$;

grant execute on function private.export_my_data(text) to authenticated;

create function public.export_my_data(p_cursor text default null)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.export_my_data(p_cursor);
$$;

comment on function public.export_my_data(text) is
  'A page of all that is held about the caller: {rows: [{table, party, row}], cursor, checkpoint, about}; with the cursor of the page before, the next; null with the last. '
  'about, of the first, says what each table is for, and what is withheld. Audited once. Errors: invalid_request (400), unauthenticated (401), rule_violation (422), rate_limited (429).';

grant execute on function public.export_my_data(text) to authenticated;
