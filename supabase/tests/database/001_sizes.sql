-- Stored values are bounded: each column that could hold anything refuses what is too large.
--
-- Proved by trying, not by reading constraints: in a table with nothing but the column and its own checks, values that
-- it takes are made larger in many ways. A check that looks at the trimmed length, say, is met by spaces.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

-- In bytes, whatever the script: four times the characters of the longest text that somebody may write.
create function pg_temp.too_large() returns int language sql immutable as 'select 20481';

-- Texts that migrations alone write may be longer.
create temporary table written_by_migrations (name text, attname text);
insert into written_by_migrations values ('public.email_templates', 'html'), ('public.email_templates', 'text');

create temporary view sized_column as
  select c.oid as table_oid, format('%I.%I', n.nspname, c.relname) as name, a.attname, a.attnum,
    format_type(a.atttypid, a.atttypmod) as declared, a.atttypid as type_oid,
    format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), a.atttypmod) as type, t.typcategory = 'A' as is_list
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
    -- Of a length of its own, which an address, a range of instants and numeric(10, 2) have not.
    and t.typlen = -1 and t.typcategory not in ('I', 'R') and not (t.typname = 'numeric' and a.atttypmod <> -1);

-- Values that a column has now, that its checks name, and that many columns would take.
create function pg_temp.small_values(p_column sized_column)
returns setof text
language plpgsql
as $$
begin
  return query execute format(
    'select distinct t.%I::text from %s t where octet_length(t.%1$I::text) < 200 limit 3', p_column.attname, p_column.name
  );
  return query
    select w[1] from pg_catalog.pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') w
    where c.contype = 'c' and (c.conrelid = p_column.table_oid and c.conkey = array[p_column.attnum] or c.contypid = p_column.type_oid)
      and not p_column.is_list and p_column.type = 'text';
  return query select case
    when p_column.is_list then array[v]::text when p_column.type = 'jsonb' then to_jsonb(v)::text else v
  end
  from unnest(array['', 'a', 'A', '1', 'a b', 'a@b.example', 'a.b', 'a/b', 'en', 'account:a', repeat('0', 64)]) v;
  if p_column.type = 'jsonb' then
    return query values ('{}'), ('1'), ('{"a": 1}');
  end if;
end;
$$;

create function pg_temp.larger_texts(p_text text)
returns setof text
language sql
as $$
  select l from
    unnest(array['a', 'A', '0', ' ', '-a', '_a', '.a', '/a', ',', 'ß', '𝄞', E'\n', p_text]) as more,
    unnest(array[p_text || repeat(more, pg_temp.too_large()), repeat(more, pg_temp.too_large()) || p_text]) as l
  where more <> '';
$$;

create function pg_temp.larger_values(p_column sized_column, p_value text)
returns setof text
language plpgsql
as $$
declare
  v_element text;
begin
  if p_column.is_list then
    foreach v_element in array coalesce(nullif(p_value::text[], '{}'), '{a,1}') loop
      return next array_fill(v_element, array[pg_temp.too_large()])::text;
      if p_column.type = 'text[]' then
        return query select array[l]::text from pg_temp.larger_texts(v_element) l;
      end if;
    end loop;
  elsif p_column.type = 'jsonb' then
    return query
      select v::text from unnest(array[
        case jsonb_typeof(p_value::jsonb) when 'object' then p_value::jsonb else '{}' end || jsonb_build_object('a', repeat('a', pg_temp.too_large())),
        jsonb_build_object(repeat('a', pg_temp.too_large()), 1),
        (select jsonb_object_agg(i, p_value) from generate_series(1, 5000) i),
        to_jsonb(repeat('a', pg_temp.too_large())), to_jsonb(array_fill(p_value, array[pg_temp.too_large()])),
        -- Twenty bytes as they are stored.
        '{"a": 1e100000}', '1e100000'
      ]) v;
  elsif p_column.type = 'numeric' then
    return query select unnest(array['1e100000', '-1e100000', '1e-16000']);
  elsif p_column.type = 'bytea' then
    return next '\x' || repeat('00', pg_temp.too_large());
  else
    return query select pg_temp.larger_texts(p_value);
  end if;
end;
$$;

create function pg_temp.is_taken(p_type text, p_value text)
returns boolean
language plpgsql
as $$
begin
  execute format('insert into trial values ($1::%s)', p_type) using p_value;
  return true;
-- Or it is no value of this type at all, such as a word for a uuid.
exception when check_violation or invalid_text_representation then
  return false;
end;
$$;

-- The fault in the bound of a column, or null.
create function pg_temp.fault(p_column sized_column)
returns text
language plpgsql
as $$
declare
  v_check text;
  v_small text;
  v_large text;
  v_tried boolean := false;
begin
  execute format('create temporary table trial (%I %s)', p_column.attname, p_column.declared);
  for v_check in
    select pg_get_constraintdef(c.oid) from pg_catalog.pg_constraint c
    where c.conrelid = p_column.table_oid and c.contype = 'c' and c.conkey = array[p_column.attnum]
  loop
    execute 'alter table trial add ' || v_check;
  end loop;
  for v_small in select s from pg_temp.small_values(p_column) s where pg_temp.is_taken(p_column.type, s) loop
    v_tried := true;
    for v_large in select l from pg_temp.larger_values(p_column, v_small) l loop
      if pg_temp.is_taken(p_column.type, v_large) then
        drop table trial;
        return format('takes %s bytes of %s', octet_length(v_large), left(v_large, 20));
      end if;
    end loop;
  end loop;
  drop table trial;
  return case when not v_tried then 'took nothing small either: it needs a row in rows.psql' end;
end;
$$;

-- A column that refers to another is as bounded as that.
create temporary view referring as
  select c.conrelid, c.conkey[1] as attnum from pg_catalog.pg_constraint c
  join sized_column target on target.table_oid = c.confrelid and target.attnum = c.confkey[1]
  where c.contype = 'f' and cardinality(c.conkey) = 1;

select isnt_empty('select from sized_column', 'there are columns to try');

select is_empty(
  $$select distinct type from sized_column where not is_list and type not in ('text', 'jsonb', 'numeric', 'bytea')$$,
  'of every type that can be long, values are known that are'
);

-- All tables, or the one of -v only_table=NAME, named as in supabase/access.csv.
\if :{?only_table}
\else
\set only_table ''
\endif
create temporary table verdict as
  select s.name, s.attname, pg_temp.fault(s) as fault from sized_column s
  where :'only_table' in ('', s.name, replace(s.name, 'public.', ''))
    and not exists (select from referring r where r.conrelid = s.table_oid and r.attnum = s.attnum);

select is_empty(
  $$select name, attname, fault from verdict natural left join (select name, attname, true as long from written_by_migrations) w
    where fault is not null and long is null$$,
  'no column takes more than 20 KiB'
);

select * from finish();
rollback;
