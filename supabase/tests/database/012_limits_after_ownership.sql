-- A limit that is counted in somebody's name answers and locks for that person alone: an outsider who names
-- another specialist is refused by row level security, as if there were nothing to count.
begin;
\ir ../setup/people.psql
select no_plan();

-- One definition for all the tables: whoever adds a limit adds a row here, or the last test fails.
create temporary table limited (table_name text primary key, most bigint, row_of text);
insert into limited values
  ('specialist_working_hours', 500,
   $$insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from, effective_until)
     select %L, 1, '09:00', '10:00', date '2030-01-01' + n, date '2030-01-01' + n from generate_series(1, %s) n$$),
  ('specialist_availability_exceptions', 1000,
   $$insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
     select %L, 'time_off', timestamp '2030-01-01' + n * interval '1 day', timestamp '2030-01-01' + n * interval '1 day' + interval '1 hour'
     from generate_series(1, %s) n$$),
  ('specialist_rates', 500,
   $$insert into public.specialist_rates (specialist_id, service_type, session_minutes, rate_type, amount, effective_from, effective_until)
     select %L, 'coaching', 60, 'per_session', 100, date '2030-01-01' + n, date '2030-01-01' + n from generate_series(1, %s) n$$);

grant select on limited to public;

delete from public.specialist_working_hours;

-- So many rows of a specialist, from a year on.
create function pg_temp.rows_of(p_table text, p_specialist uuid, p_rows bigint, p_year int) returns text language sql as $$
  select format(replace(row_of, '2030', p_year::text), p_specialist, p_rows) from pg_temp.limited where table_name = p_table;
$$;
create function pg_temp.answer(p_person text, p_statement text) returns text language plpgsql as $$
declare v_answer text;
begin
  begin
    perform pg_temp.act_as(p_person);
    execute p_statement;
    v_answer := 'done';
    raise sqlstate 'UNDO0';
  exception when others then
    return coalesce(v_answer, sqlstate || ' ' || sqlerrm);
  end;
end; $$;
grant execute on all functions in schema pg_temp to public;

-- Up to the limit
select pg_temp.act_as('specialist');
do $$
declare
  v_limited record;
begin
  for v_limited in select * from pg_temp.limited loop
    execute pg_temp.rows_of(v_limited.table_name, pg_temp.id('specialist:specialist'), v_limited.most - 1, 2030);
  end loop;
end;
$$;
select pg_temp.act_as_owner();
select is(
  pg_temp.answer('specialist', pg_temp.rows_of(table_name, pg_temp.id('specialist:specialist'), more, 2040)), answer,
  format('%s: %s more than the last but one: %s', table_name, more, answer)
) from limited, (values (1, 'done'), (2, 'PT409 too_many_rows')) as v (more, answer);

-- At the limit
select pg_temp.act_as('specialist');
do $$
declare
  v_limited record;
begin
  for v_limited in select * from pg_temp.limited loop
    execute pg_temp.rows_of(v_limited.table_name, pg_temp.id('specialist:specialist'), 1, 2039);
  end loop;
end;
$$;
select pg_temp.act_as_owner();
-- A lock leaves its transaction in the row, also one that was given up.
select xmax::text as untouched from public.specialists where id = pg_temp.id('specialist:specialist') \gset
select is(
  pg_temp.answer(person, pg_temp.rows_of(table_name, specialist, 1, 2040)),
  format('42501 new row violates row-level security policy for table "%s"', table_name),
  format('%s: %s names %s, and learns nothing', table_name, person, specialist)
)
from limited, unnest(array['other_specialist', 'applicant', 'employee', 'company_admin', 'platform_admin']) person,
  unnest(array[pg_temp.id('specialist:specialist'), pg_temp.id('nobody')]) specialist;
select is(
  (select xmax::text from public.specialists where id = pg_temp.id('specialist:specialist')), :'untouched', 'nor is the specialist locked by them'
);
select is(
  pg_temp.answer('other_specialist', pg_temp.rows_of(table_name, pg_temp.id('other_specialist:specialist'), 1, 2040)), 'done',
  format('%s: one specialist''s rows are not counted against another', table_name)
) from limited;

select is_empty(
  $$select t.tgrelid::regclass from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
    where t.tgfoid = 'private.limit_rows_of_specialist'::regproc and c.relname::text not in (select table_name from limited)$$,
  'every table with a limit was tried'
);

select * from finish();
rollback;
