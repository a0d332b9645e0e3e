-- The rules that all tables, policies and functions keep to, also where the advisors do not look.
begin;
select no_plan();

create temporary view ours as
  select c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
    format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private', 'partitions') and c.relkind in ('r', 'p')
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e');

create temporary view our_function as
  select p.oid, n.nspname, p.proname, p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, p.proowner, p.prorettype
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'private', 'partitions')
    and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e');

create temporary view api_role as
  select unnest(array['anon', 'authenticated', 'service_role']) as role;

select isnt_empty('select from ours', 'there are tables to look at');
select isnt_empty('select from our_function', 'there are functions to look at');

select is_empty(
  'select name from ours where not relrowsecurity',
  'row level security is on for every table, partition parent and leaf'
);

select is_empty(
  'select name from ours where not relforcerowsecurity',
  'row level security binds the owner of every table, partition parent and leaf too'
);

select is_empty(
  $$select name from ours where relispartition and nspname <> 'partitions'$$,
  'every leaf is in the schema partitions'
);

select is_empty(
  $$select name, role, verb from ours, api_role, unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as verb
    where nspname = 'partitions' and has_table_privilege(role, oid, verb)$$,
  'no API role reaches a leaf directly'
);

-- By name of what is allowed: PostgreSQL 17 has a privilege that 15 has not (MAINTAIN).
select is_empty(
  $$select name, a.grantee::regrole, a.privilege_type from ours
    join pg_catalog.pg_class c using (oid), aclexplode(c.relacl) as a
    where a.grantee::regrole::text in (select role from api_role) and a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')$$,
  'no API role has any right to a table but the four verbs'
);

select is_empty(
  $$select name, a.grantee, a.privilege_type from ours
    join pg_catalog.pg_class c using (oid), aclexplode(c.relacl) as a
    where a.grantee = 0 or a.is_grantable and a.grantee <> c.relowner$$,
  'no table is granted to public or with the right to pass it on'
);

select is_empty(
  $$select role, nspname from api_role, unnest(array['public', 'private', 'partitions']) as nspname
    where has_schema_privilege(role, nspname, 'create')$$,
  'no API role creates anything in our schemas'
);

select is_empty(
  $$select role from api_role where has_schema_privilege(role, 'partitions', 'usage')
    union all select 'anon' where has_schema_privilege('anon', 'private', 'usage')$$,
  'partitions is closed to every API role, and private to anon'
);

select is_empty(
  $$select role, c.relname from api_role, pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'partitions') and c.relkind = 'S'
      and (has_sequence_privilege(role, c.oid, 'usage') or has_sequence_privilege(role, c.oid, 'update'))$$,
  'no API role draws from or sets a sequence'
);

select is_empty(
  $$select o.name from ours o
    where nspname = 'public' and not exists (select from pg_catalog.pg_policy p where p.polrelid = o.oid)
      and exists (select from api_role where role <> 'service_role' and has_any_column_privilege(role, o.oid, 'select'))$$,
  'a table that clients may read has policies'
);

-- What moves when somebody else acts ------------------------------------------------------------

-- The catalogue and its texts, which move when an admin or a specialist changes them.
create temporary view reference_table as
  select unnest(array['pillars', 'session_types', 'specialist_pillars', 'pillar_required_documents', 'email_kinds', 'email_templates']) as relname;

select is_empty(
  $$select name, role from ours, unnest(array['anon', 'authenticated']) as role
    where has_table_privilege(role, oid, 'select')$$,
  'clients read by column: a grant of the whole table shows where rows lie (ctid) and when they were written (xmin), which tell of other people''s'
);

select is_empty(
  $$select o.name, a.attname, role from ours o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    cross join unnest(array['anon', 'authenticated']) as role
    where (a.attidentity <> '' or pg_get_serial_sequence(o.name, a.attname) is not null)
      and relname not in (select relname from reference_table) and has_column_privilege(role, o.oid, a.attnum, 'select')
      -- What a view joins by is not seen in it, and nothing else of private is reached.
      and nspname <> 'private'$$,
  'clients read no number that all rows share: its gaps tell how much others have done'
);

select is_empty(
  $$select o.name, a.attname from ours o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    where a.atttypid in ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'numeric'::regtype)
      and (has_column_privilege('authenticated', o.oid, a.attnum, 'insert') or has_column_privilege('authenticated', o.oid, a.attnum, 'update'))
      and not exists (
        select from pg_catalog.pg_constraint k where k.conrelid = o.oid and k.contype = 'c' and a.attnum = any (k.conkey)
          and pg_get_constraintdef(k.oid) ~ format('isfinite\(%1$I\)|%1$I <> ''NaN''', a.attname)
      )$$,
  'clients write no day that never comes and no number that is none: no page could show them'
);

-- The last ones are what specialists say of their work.
create temporary view known_to_the_planner as
  select relname from reference_table
  union all
  select unnest(array[
    'company_subscription_plans', 'system_settings', 'feature_flags', 'specialists', 'specialist_documents', 'specialist_rates',
    'specialist_working_hours', 'specialist_availability_exceptions', 'specialist_booking_rules', 'specialist_session_types'
  ]);

select is_empty(
  $$select o.name, a.attname from ours o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    where (o.nspname = 'public' or o.relispartition) and a.attname <> 'status' and a.attstattarget is distinct from 0
      and o.relname not in (select relname from known_to_the_planner)
      and (o.relname, a.attname) not in (('booking_status_history', 'booking_id'), ('company_members', 'company_id'), ('profiles', 'email'))
    union all
    select o.name, x.attname from ours o
    join pg_catalog.pg_index i on i.indrelid = o.oid
    join pg_catalog.pg_attribute x on x.attrelid = i.indexrelid and (i.indkey::int2[])[x.attnum - 1] = 0
    where o.nspname = 'public' and x.attstattarget is distinct from 0 and o.relname not in (select relname from known_to_the_planner)$$,
  'the planner knows nothing of people: not how often anybody books, is mailed, resets a password or is a member'
);

-- A write by a client can be rolled back by the client, and timed: so a trigger does the same little work whatever
-- others have. From limit_rows_of_specialist on they look at rows of whoever writes, and at no others'; the last, of platform admins alone, at nobody's.
select is_empty(
  $$select o.name, t.tgname from ours o
    join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
    join pg_catalog.pg_proc p on p.oid = t.tgfoid
    where (
      t.tgtype & 4 = 4 and has_any_column_privilege('authenticated', o.oid, 'insert')
      or t.tgtype & 8 = 8 and has_table_privilege('authenticated', o.oid, 'delete')
      or t.tgtype & 16 = 16 and has_any_column_privilege('authenticated', o.oid, 'update')
    ) and p.proname not in (
      'touch_updated_at', 'stamp_status', 'keep_in_form', 'audit_change', 'stamp_updated_by', 'refuse_change',
      'limit_rows_of_specialist', 'refuse_disagreement', 'guard_time_off', 'extend_documents', 'follow_specialist',
      'hold_own_account', 'lock_own_specialist', 'lock_own_calendar', 'reopen_withheld_time',
      'tell_checkpoint_recipients'
    )$$,
  'what clients write directly has triggers for bookkeeping alone; all else is a function''s'
);

-- Policies -----------------------------------------------------------------------------------

create temporary view our_policy as
  select p.*, format('%s: %s', p.tablename, p.policyname) as name,
    coalesce(p.qual, '') || ' ' || coalesce(p.with_check, '') as expression
  from pg_catalog.pg_policies p where p.schemaname in ('public', 'private', 'partitions');

select is_empty(
  $$select tablename, role, verb, count(*) from our_policy, unnest(roles) as role,
      unnest(case cmd when 'ALL' then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] else array[cmd] end) as verb
    where permissive = 'PERMISSIVE' group by tablename, role, verb having count(*) > 1$$,
  'there is one permissive policy per table, role and verb'
);

select is_empty(
  $$select name from our_policy where 'public' = any(roles)$$,
  'every policy names its roles'
);

select is_empty(
  $$select name from our_policy where cmd = 'ALL'$$,
  'every policy names its verb'
);

select is_empty(
  $$select name from our_policy
    where policyname !~ '^[A-Z][^ ]* .+[a-z]$' or array_length(string_to_array(policyname, ' '), 1) < 4$$,
  'the name of every policy is a sentence'
);

select is_empty(
  $$select name from our_policy where octet_length(policyname) >= 63$$,
  'no name of a policy was cut off'
);

select is_empty(
  $$select name from our_policy
    where regexp_replace(expression, '\( ?SELECT (auth|private)\.[a-z_]+\([^()]*\) AS [a-z_]+\)', '', 'g')
      ~ '(auth|private)\.[a-z_]+\('$$,
  'every call in a policy is wrapped in a select, so that it runs once per statement'
);

select is_empty(
  $$select name from our_policy where expression ~ 'current_setting|user_metadata|jwt'$$,
  'no policy trusts a setting or what a person writes about themselves'
);

select is_empty(
  $$select name from our_policy where expression ~ 'auth\.[a-z_]+\('$$,
  'no policy believes the token alone: it asks private.user_id(), which knows ended sessions'
);

select is_empty(
  $$select name from our_policy where cmd = 'UPDATE' and with_check is null$$,
  'every update policy says what the new row may be'
);

-- Functions ----------------------------------------------------------------------------------

select is_empty(
  $$select name from our_function where not coalesce(proconfig, '{}') @> array['search_path=""']$$,
  'every function has an empty search_path'
);

select is_empty(
  $$select name from our_function where prosecdef and nspname <> 'private'$$,
  'only private holds functions that run as their owner'
);

-- The first three write down who acted, and decide nothing: whoever has just ended their own session is
-- still the actor. The last three look at the token's session, after private.user_id() has vouched for it.
create temporary view token_reader as
  select unnest(array['write_audit', 'audit_change', 'stamp_updated_by', 'end_other_sessions', 'require_fresh_sign_in', 'has_shown_second_factor']) as proname;

select is_empty(
  $$select name from our_function f join pg_catalog.pg_proc p using (oid)
    where p.prosrc ~ '(auth\.(uid|jwt|email|role)\(|request\.jwt)'
      and name <> 'private.user_id()' and p.proname not in (select proname from token_reader)$$,
  'no function believes the token alone: it asks private.user_id(), which knows ended sessions'
);

select is_empty(
  $$select d.adrelid::regclass, d.adnum from pg_catalog.pg_attrdef d join ours o on o.oid = d.adrelid
    where pg_get_expr(d.adbin, d.adrelid) ~ 'auth\.'$$,
  'no default makes a row of a person by the token alone'
);

select is_empty(
  $$select t.tgname, p.proname from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'auth'::regnamespace and not t.tgisinternal and not p.prosecdef$$,
  'triggers on tables of Auth run as their owner: Auth''s own role may do nothing in our schemas'
);

select is_empty(
  $$select name from our_function f join pg_catalog.pg_proc p using (oid),
      aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where a.grantee = 0 and a.privilege_type = 'EXECUTE'$$,
  'no function is executable by public'
);

select is_empty(
  $$select name from our_function where nspname = 'private' and has_function_privilege('anon', oid, 'execute')$$,
  'anon executes nothing in private'
);

select is_empty(
  $$select kind[1] from our_function f join pg_catalog.pg_proc p using (oid),
      regexp_matches(p.prosrc, 'advisory_xact_lock\((\d+),', 'g') as kind
    group by 1 having count(distinct f.oid) > 1$$,
  'no two functions queue for different things under one number'
);

-- A trigger before an insert runs before WITH CHECK has looked at the row, so one that reads as its owner may
-- answer an outsider, or lock for them. These keep to the caller's rows themselves; and before an update or a
-- delete, USING has let the row through, but not yet WITH CHECK what becomes of it.
create temporary view early_trigger (tgname, reason) as values
  ('hold_own_account', 'locks the account of the caller alone'),
  ('lock_own_specialist', 'locks the row of the caller alone'),
  ('lock_own_specialist_calendar', 'locks the calendar of the caller alone'),
  ('guard_membership', 'clients update role and status alone, of rows that USING let through');

select is_empty(
  $$select t.tgrelid::regclass, t.tgname from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid, api_role
    where p.prosecdef and t.tgtype & 2 = 2 and not t.tgisinternal and t.tgname not in (select tgname from early_trigger)
      and (t.tgtype & 4 = 4 and has_any_column_privilege(role, t.tgrelid, 'insert')
        or t.tgtype & 8 = 8 and has_table_privilege(role, t.tgrelid, 'delete')
        or t.tgtype & 16 = 16 and has_any_column_privilege(role, t.tgrelid, 'update'))$$,
  'no trigger answers as its owner before row level security does'
);

-- The Data API cuts every answer at a thousand rows, and does not say so. One row for each kind of mail or document, of the caller, or of the sessions that were named is no page.
select is_empty(
  $$select name from our_function f join pg_catalog.pg_proc p using (oid)
    where nspname = 'public' and p.proretset and f.proname not in ('mail_figures', 'my_calendar_feed', 'my_session_notes', 'documents_to_accept') and not p.proargnames && array['p_after', 'p_cursor']$$,
  'what answers rows answers pages, and says how they go on'
);

-- private.x() is what public.x() does as its owner, and needs no comment of its own.
select is_empty(
  $$select name from our_function f where obj_description(oid, 'pg_proc') is null and not exists (
    select from our_function x
    where x.nspname = 'public' and f.nspname = 'private' and x.proname = f.proname and obj_description(x.oid, 'pg_proc') is not null
  )$$,
  'every function is commented, or the one that calls it by the same name'
);

select results_eq(
  $$select e.extnamespace::regnamespace::text, to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is not null
    from pg_catalog.pg_extension e where e.extname = 'pg_net'$$,
  $$values ('extensions', true)$$,
  'a migration creates pg_net, in the schema extensions, and it has the call that kicks use'
);

-- Tables -------------------------------------------------------------------------------------

select is_empty(
  $$select name from ours where obj_description(oid, 'pg_class') is null$$,
  'every table is commented'
);

select is_empty(
  $$select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('v', 'm') and (
      obj_description(c.oid, 'pg_class') is null or not coalesce(c.reloptions, '{}') @> array['security_invoker=true']
    ) and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')$$,
  'every view is commented and looks with the eyes of its reader'
);

select is_empty(
  $$select o.name, c.conname from ours o
    join pg_catalog.pg_constraint c on c.conrelid = o.oid and c.contype = 'f'
    where not exists (
      select from pg_catalog.pg_index i
      where i.indrelid = o.oid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
    )$$,
  'every foreign key has an index that begins with it'
);

select is_empty(
  $$select o.name from ours o where not relispartition
      and not exists (select from pg_catalog.pg_index i where i.indrelid = o.oid and i.indisprimary)$$,
  'every table has a primary key'
);

select is_empty(
  $$select o.name, a.attname from ours o join pg_catalog.pg_attribute a on a.attrelid = o.oid
    where a.attnum > 0 and not a.attisdropped
      -- What a clock on a wall shows, on purpose.
      and (o.name, a.attname) not in (
        ('public.bookings', 'wall_starts_at'), ('public.recurring_bookings', 'wall_starts_at'),
        ('public.specialist_availability_exceptions', 'starts_at'), ('public.specialist_availability_exceptions', 'ends_at')
      )
      and a.atttypid in ('timestamp'::regtype, 'timetz'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype, 'money'::regtype)$$,
  'no column has a type that loses the zone or adds nothing'
);

select is_empty(
  $$select o.name from ours o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attname = 'updated_at'
    where not o.relispartition and not exists (
      select from pg_catalog.pg_trigger t where t.tgrelid = o.oid and t.tgfoid = 'private.touch_updated_at'::regproc
    )$$,
  'updated_at is kept by a trigger wherever it exists'
);

select is_empty(
  $$select o.name, i.inhrelid::regclass from ours o join pg_catalog.pg_inherits i on i.inhparent = o.oid
    where exists (select from pg_catalog.pg_trigger t
        where t.tgrelid = o.oid and t.tgfoid = 'private.refuse_change'::regproc and t.tgtype & 32 = 32)
      and not exists (select from pg_catalog.pg_trigger t
        where t.tgrelid = i.inhrelid and t.tgfoid = 'private.refuse_change'::regproc and t.tgtype & 32 = 32)$$,
  'the leaves of an append-only table refuse to be truncated too'
);

select is_empty(
  $$select oid::regprocedure::text from pg_catalog.pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace) and prosrc ~* '\m(current_date|current_time|localtime|localtimestamp)\M'
    union all
    select o.name from ours o join pg_catalog.pg_attrdef d on d.adrelid = o.oid
    where pg_get_expr(d.adbin, d.adrelid) ~* '\m(current_date|current_time|localtime|localtimestamp)\M'
    union all
    select o.name from ours o join pg_catalog.pg_constraint c on c.conrelid = o.oid
    where pg_get_constraintdef(c.oid) ~* '\m(current_date|current_time|localtime|localtimestamp)\M'$$,
  'no rule asks for the day or the time of the server, which are nobody''s'
);

-- Links ----------------------------------------------------------------------------------------

create temporary view link_purpose as
  select w[1] as purpose from pg_catalog.pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') w
  where c.contypid = 'private.token_purpose'::regtype;

select isnt_empty('select from link_purpose', 'there are purposes of links to look at');

select is_empty(
  $$select purpose from link_purpose
    where private.token_table(purpose) is null or private.token_lifetime(purpose) is null
      or position(quote_literal(purpose) in pg_get_viewdef('private.tokens'::regclass)) = 0$$,
  'links of every purpose have a table, a lifetime and a place in private.tokens'
);

select * from finish();
rollback;
