-- Arguments as large as the Data API passes on: nothing of them is stored, and nothing comes back.
--
-- Every function that signed-in people call gets 5 MB in each argument that can hold them, in calls that are
-- allowed otherwise: far more than anything stores, and enough to never end where the work grows with the square.
begin;
\ir ../setup/answers.psql
select no_plan();

create temporary table large as select repeat('marked words ', 400000) as text;
grant select on large to public;

-- Wherever it fits into the sort of object that a function takes.
create function pg_temp.large_argument(p_type oid)
returns setof text
language sql
as $$
  select v from unnest(case p_type
    when 'text'::regtype then array['(select text from large)', $v$(select repeat('9', 5000000))$v$, $v$(select E'a\t' || repeat(' ', 5000000))$v$]
    when 'text[]'::regtype then array['array[(select text from large)]', $v$array_fill('marked.words'::text, array[400000])$v$]
    when 'uuid[]'::regtype then array[$v$array_fill('6d61726b-6564-4000-8000-000000000000'::uuid, array[325000])$v$]
    when 'jsonb'::regtype then array[
      $v$(select jsonb_object_agg(k, text) from large, unnest(array['ip', 'user_agent', 'request_id', 'reason', 'action', 'terms']) k)$v$,
      $v$(select jsonb_build_array(jsonb_object_agg(k, text)) from large, unnest(array['email', 'role', 'full_name', 'locale']) k)$v$,
      $v$(select jsonb_build_array(jsonb_build_object('email', 'marked@corp.test', 'full_name', text, 'locale', text)) from large)$v$,
      $v$(select to_jsonb(text) from large)$v$, $v$(select jsonb_object_agg('marked ' || i, i) from generate_series(1, 250000) i)$v$
    ]
    else '{}' end) v;
$$;

-- One call of each function that answers somebody; then each argument of it in turn is large.
create temporary table large_call as select distinct on (oid) oid, proname, person, call from answered_call order by oid, person, call;
select set_eq('select proname from large_call', 'select proname from attacked_function', 'every function is called');

create temporary view attempted as
  select l.proname, person, p.name, statement
  from large_call l
  join attacked_function f using (oid)
  cross join lateral unnest(f.names, f.types) p (name, type)
  cross join lateral pg_temp.large_argument(p.type) v
  cross join lateral pg_temp.with_argument(call, p.name, v) statement
  where statement is not null;

-- The longest row of any table. Long lists come with migrations.
create function pg_temp.longest_row()
returns int
language plpgsql
as $$
declare
  v_table text;
  v_bytes int;
  v_longest int := 0;
begin
  for v_table in select name from attacked_table where name not in ('private.common_passwords', 'private.time_zones', 'public.email_kinds', 'public.email_templates') loop
    execute format('select max(octet_length(t::text)) from %s t', v_table) into v_bytes;
    v_longest := greatest(v_longest, v_bytes);
  end loop;
  return v_longest;
end;
$$;

create function pg_temp.outcome(p_person text, p_statement text, out answer text, out longest int)
language plpgsql
as $$
begin
  begin
    answer := pg_temp.answer_to(p_person, p_statement);
    longest := case when answer ~ '^answered' then pg_temp.longest_row() end;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then null;
  end;
end;
$$;

select cmp_ok((select count(distinct proname || name) from attempted), '>=', 20::bigint, 'many arguments can hold something large');
create temporary table outcome as select a.proname, a.name, a.person, o.* from attempted a, pg_temp.outcome(a.person, a.statement) o;

select isnt_empty('select from outcome where longest > 0', 'some are taken nevertheless, such as words that are cut');
select is_empty('select proname, name, person, longest from outcome where longest > 25000', 'but no row is long by them');
select is_empty(
  $$select proname, name, person, left(answer, 100) from outcome where octet_length(answer) > 25000 or answer ~ '(marked words ){9}|9{90}'$$,
  'and nothing of it comes back, be it in an error'
);

select * from finish();
rollback;
