-- supabase/access.csv, tried on the database: every table, role and verb.
begin;

\ir ../setup/people.psql
\ir ../setup/rows.psql
\ir ../setup/samples.psql
\ir ../setup/access.psql

select no_plan();

select is_empty(
  'select table_name from actual_table except select table_name from stated',
  'every table is in supabase/access.csv'
);

select is_empty(
  'select table_name from stated except select table_name from actual_table',
  'supabase/access.csv names only tables that exist'
);

select is_empty(
  $$select role from stated where role not in ('*', 'person') except select role from person_role$$,
  'supabase/access.csv names only known roles'
);

select is_empty(
  $$select verb from stated except select unnest(array['*', 'select', 'insert', 'update', 'delete'])$$,
  'supabase/access.csv names only known verbs'
);

select is_empty(
  $$select s.table_name, c from stated s, unnest(string_to_array(s.columns, ' ')) as c
    where c not in ('*', '') and not exists (
      select from actual_table t join pg_catalog.pg_attribute a on a.attrelid = t.oid
      where t.table_name = s.table_name and a.attname = c and not a.attisdropped
    )$$,
  'supabase/access.csv names only columns that exist'
);

select is(
  pg_temp.check_grants(t.table_name, r.db_role), null,
  format('%s: %s has exactly the grants stated', t.table_name, r.db_role)
)
from tried_table t
cross join (select distinct db_role from person_role) r
order by t.table_name, r.db_role;

select is(
  pg_temp.check_access(a), null,
  format('%s: %s may %s %s', a.table_name, a.role, a.verb, a.scope)
)
from access a
order by a.table_name, a.role, a.verb;

select * from finish();
rollback;
