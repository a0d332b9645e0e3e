-- The hook by which Auth's own mail is withheld.
begin;
select no_plan();

select is(private.withhold_auth_email('{"email_data": {"token": "123456"}}'), '{}', 'Auth takes an empty answer as done');
select results_eq(
  $$select r from unnest(array['anon', 'authenticated', 'service_role', 'supabase_auth_admin']) r
    where has_schema_privilege(r, 'private', 'usage') and has_function_privilege(r, 'private.withhold_auth_email(jsonb)', 'execute')$$,
  $$values ('supabase_auth_admin')$$, 'only Auth calls it'
);
select is_empty(
  $$select p.oid::regprocedure from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'private' and p.proname not in ('withhold_auth_email', 'check_password_attempt') and has_function_privilege('supabase_auth_admin', p.oid, 'execute')$$,
  'and beside it only the other hook'
);
\set hook `sed -n '/^\[auth\.hook\.send_email\]/,/^$/s|^uri = "pg-functions://postgres/\([a-z_]*\)/\([a-z_]*\)"$|\1.\2|p' supabase/config.toml`
select is(to_regproc(:'hook'), 'private.withhold_auth_email'::regproc, 'config.toml names it');

select * from finish();
rollback;
