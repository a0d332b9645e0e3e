-- The register of personal data has every column, whose it is, and what becomes of it.
begin;
\ir ../setup/people.psql
select no_plan();

create temporary view our_column as
  select format('%s.%s', n.nspname, c.relname) as table_name, a.attname::text as column_name, c.oid, a.attnum, a.attnotnull, n.nspname
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'private', 'auth', 'storage')
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e');

-- What Auth and Storage have beside this is theirs alone, and says nothing of a person.
create temporary view platform_table as
  select distinct table_name from our_column
  where nspname in ('auth', 'storage') and (column_name in ('user_id', 'owner', 'email', 'payload') or table_name in ('auth.users', 'auth.mfa_amr_claims'));

create temporary view unregistered as
  select table_name, column_name from our_column
  where nspname in ('public', 'private') or table_name in (select table_name from platform_table)
  except select table_name, column_name from private.personal_columns;
select is_empty('select * from unregistered', 'of every column the register says what it is about');
select is_empty(
  $$select table_name, column_name from private.personal_columns where table_name !~ '^auth[.]'
    except select table_name, column_name from our_column$$,
  'and of no column that there is not'
);

-- As what a person is in a row.
select is_empty(
  $$select c.table_name, f.attname from pg_catalog.pg_constraint k
    join our_column c on c.oid = k.conrelid and c.attnum = k.conkey[1]
    join pg_catalog.pg_attribute f on f.attrelid = k.conrelid and f.attnum = k.conkey[1]
    where k.contype = 'f' and k.confrelid in ('auth.users'::regclass, 'public.profiles'::regclass, 'public.specialists'::regclass) and c.nspname <> 'auth'
      and not exists (
        select from private.personal_rows r where r.table_name = c.table_name and r.condition ~ ('\mr[.]' || f.attname || '\M')
      )$$,
  'every foreign key to a person is one by which the register finds the row'
);
select is_empty(
  $$select c.table_name, c.column_name from our_column c
    where c.column_name ~ '^(user_id|employee_id|actor_id|account_id|[a-z_]+_by)$' and c.nspname in ('public', 'private')
      and exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = c.attnum and a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype))
      and not exists (
        select from private.personal_rows r where r.table_name = c.table_name and r.condition ~ ('\mr[.]' || c.column_name || '\M')
      )$$,
  'and so is what names a person without one'
);
select is_empty(
  $$select table_name from private.personal_columns where category not in ('none') group by table_name
    except select table_name from private.personal_rows
    -- Digests whose key is outside of the database, and what only holds ids of others.
    except select unnest(array['private.token_cooldowns', 'private.auth_emails', 'private.email_batches'])$$,
  'a table with personal data says as what a row is about whom'
);
select is_empty(
  $$select c.table_name, c.column_name, p from private.personal_columns c, unnest(c.exported_to) p
    where not exists (select from private.personal_rows r where r.table_name = c.table_name and r.party = p)$$,
  'the export hands a column to who is something in its row'
);
select is_empty(
  $$select r.table_name, r.party from private.personal_rows r where not exists (
      select from private.personal_columns c where c.table_name = r.table_name and r.party = any (c.exported_to)
    ) and r.party = 'self' and exists (select from private.personal_columns c where c.table_name = r.table_name and c.category not in ('none') and c.withheld is null)$$,
  'and leaves out no row of somebody without a reason for each column'
);
select is_empty(
  $$select r.table_name, u from private.personal_rows r, unnest(r.cleared) u
    where not exists (select from our_column c where c.table_name = r.table_name and c.column_name = u)$$,
  'what is emptied is there'
);
select is_empty(
  $$select t.table_name from private.personal_tables t where (t.basis = 'none') <> not exists (
      select from private.personal_columns c where c.table_name = t.table_name and c.category <> 'none'
    ) and t.table_name not in ('public.companies')$$,
  'a basis is where there is personal data'
);

create function pg_temp.failing() returns table (what text) language plpgsql as $$
declare r record;
begin
  for r in select * from private.personal_rows where to_regclass(table_name) is not null loop
    begin
      execute format('select count(*) from %s r where %s', r.table_name, r.condition) using pg_temp.id('employee'), '{employee@people.test}'::text[];
    exception when others then
      what := r.table_name || ' ' || r.party || ': ' || sqlerrm;
      return next;
    end;
  end loop;
end; $$;
select is_empty('select * from pg_temp.failing()', 'each condition can be asked');

alter table public.profiles add column shoe_size text;
select is((select column_name from unregistered), 'shoe_size', 'a new column without a line is found');

-- Addresses
select is(private.addresses_of(pg_temp.id('employee')), '{employee@people.test}', 'a confirmed address is its owner''s');
select is(private.addresses_of(pg_temp.id('newcomer')), '{}', 'one that was never confirmed is nobody''s');
update public.company_members set email = 'specialist@people.test' where user_id = pg_temp.id('employee');
select is(private.addresses_of(pg_temp.id('employee')), '{employee@people.test}', 'nor is one that somebody else has confirmed');

select * from finish();
rollback;
