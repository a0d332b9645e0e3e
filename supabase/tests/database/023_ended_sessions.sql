-- An access token outlives its session. Its holder is then nobody: docs/decisions/ended-sessions.md.
begin;

\ir ../setup/people.psql
\ir ../setup/rows.psql

select no_plan();

-- The token of a person, with whatever it says of the session.
create function pg_temp.act_in_session(p_name text, p_session jsonb)
returns void
language plpgsql
as $$
begin
  perform pg_temp.act_as(p_name);
  perform set_config('request.jwt.claims', (current_setting('request.jwt.claims')::jsonb - 'session_id' || p_session)::text, true);
end;
$$;

create temporary table ended (kind text, session jsonb);

insert into ended values
  ('was ended', jsonb_build_object('session_id', pg_temp.id('session:deleted'))),
  ('is over', jsonb_build_object('session_id', pg_temp.id('session:over'))),
  ('is somebody else''s', jsonb_build_object('session_id', pg_temp.id('session:colleague'))),
  ('is empty', '{"session_id": ""}'),
  ('was never named', '{}');

-- Of everybody whose token says it, the session that is over must be their own.
create function pg_temp.let_run_out(p_name text)
returns void
language sql
as $$
  insert into auth.sessions (id, user_id, not_after) values (pg_temp.id('session:over'), pg_temp.id(p_name), now() - interval '1 second')
  on conflict (id) do update set user_id = excluded.user_id;
$$;

-- Tables that everybody may read without being anybody.
create temporary table open_to_all (table_name text, how_many bigint);
insert into open_to_all
  select 'pillars', count(*) from public.pillars where is_active
  union all select 'company_subscription_plans', count(*) from public.company_subscription_plans where is_active
  union all select 'pillar_required_documents', count(*) from public.pillar_required_documents
  union all select 'session_types', count(*) from public.session_types where is_active
  union all select 'specialists', count(*) from public.specialists where status = 'verified'
  union all select 'specialist_pillars', count(*) from public.specialist_pillars
    where specialist_id in (select id from public.specialists where status = 'verified');

create temporary table readable as
  select c.relname::text as table_name, (
    select string_agg(quote_ident(a.attname), ', ') from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and has_column_privilege('authenticated', c.oid, a.attnum, 'select')
  ) as columns
  from pg_catalog.pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and has_any_column_privilege('authenticated', c.oid, 'select');

create function pg_temp.rows_read(p_name text, p_session jsonb, p_table text, p_columns text)
returns bigint
language plpgsql
as $$
declare
  v_rows bigint;
begin
  perform pg_temp.let_run_out(p_name);
  perform pg_temp.act_in_session(p_name, p_session);
  execute format('select count(*) from (select %s from public.%I) as r', p_columns, p_table) into v_rows;
  perform pg_temp.act_as_owner();
  return v_rows;
end;
$$;

select is(
  pg_temp.rows_read(person, e.session, r.table_name, r.columns), coalesce(o.how_many, 0),
  format('%s reads nothing of their own from %s with a session that %s', person, r.table_name, e.kind)
)
from ended e, unnest(array['employee', 'company_admin', 'specialist', 'platform_admin']) as person, readable r
left join open_to_all o using (table_name)
order by e.kind, person, r.table_name;

select isnt(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:employee')), 'profiles', 'id'), 0::bigint,
  'with their session they read'
);

-- A session that Auth keeps with an end still to come is as good as any.
insert into auth.sessions (id, user_id, not_after) values (pg_temp.id('session:later'), pg_temp.id('employee'), now() + interval '1 hour');
select is(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:later')), 'profiles', 'id'), 1::bigint,
  'a session that ends later still counts'
);

-- A session of an account that Auth has banned, or deleted and kept, stands in Auth, and counts as little. ------------

create temporary table barred (how text, banned_until timestamptz, deleted_at timestamptz);
insert into barred values ('banned', now() + interval '1 second', null), ('deleted and kept', null, now() - interval '1 second');

create function pg_temp.rows_read_when(p_how text, p_name text, p_table text, p_columns text)
returns bigint
language plpgsql
as $$
declare
  v_rows bigint;
begin
  update auth.users u set banned_until = b.banned_until, deleted_at = b.deleted_at from barred b where b.how = p_how and u.id = pg_temp.id(p_name);
  v_rows := pg_temp.rows_read(p_name, jsonb_build_object('session_id', pg_temp.id('session:' || p_name)), p_table, p_columns);
  update auth.users set banned_until = null, deleted_at = null where id = pg_temp.id(p_name);
  return v_rows;
end;
$$;

select is(
  pg_temp.rows_read_when(b.how, person, r.table_name, r.columns), coalesce(o.how_many, 0),
  format('%s reads nothing of their own from %s once %s', person, r.table_name, b.how)
)
from barred b, unnest(array['employee', 'company_admin', 'specialist', 'platform_admin']) as person, readable r
left join open_to_all o using (table_name)
order by b.how, person, r.table_name;

update auth.users set banned_until = now() where id = pg_temp.id('employee');
select is(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:employee')), 'profiles', 'id'), 1::bigint,
  'a ban that is over bars nobody'
);
update auth.users set banned_until = 'infinity' where id = pg_temp.id('employee');
select pg_temp.act_as('employee');
select throws_ok($$select public.cancel_booking(pg_temp.id('employee:booking'))$$, 'PT401', 'unauthenticated', 'who is banned changes nothing');
select pg_temp.act_as_owner();
update auth.users set banned_until = null where id = pg_temp.id('employee');

-- Who has a second factor is nobody in a session that has not shown it: else the password alone is enough for whoever has it.

update auth.sessions set aal = 'aal1' where id = pg_temp.id('session:platform_admin');
insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
select pg_temp.id('factor:' || person), pg_temp.id(person), 'totp', 'unverified', now(), now()
from unnest(array['employee', 'company_admin', 'specialist', 'platform_admin']) as person;
select is(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:employee')), 'profiles', 'id'), 1::bigint,
  'a factor that was never verified asks nobody for anything'
);
update auth.mfa_factors set status = 'verified' where user_id = any (array[pg_temp.id('employee'), pg_temp.id('company_admin'), pg_temp.id('specialist'), pg_temp.id('platform_admin')]);
select is(
  pg_temp.rows_read(person, jsonb_build_object('session_id', pg_temp.id('session:' || person)), r.table_name, r.columns), coalesce(o.how_many, 0),
  format('%s reads nothing of their own from %s without the second factor that they have', person, r.table_name)
)
from unnest(array['employee', 'company_admin', 'specialist', 'platform_admin']) as person, readable r
left join open_to_all o using (table_name)
order by person, r.table_name;
select pg_temp.act_as('employee');
select throws_ok($$select public.cancel_booking(pg_temp.id('employee:booking'))$$, 'PT401', 'unauthenticated', 'and changes nothing without it');
select throws_ok($$select public.end_other_sessions()$$, 'PT401', 'unauthenticated', 'nor ends the sessions that have shown it');
select pg_temp.act_as_owner();
update auth.sessions set aal = 'aal1' where id = pg_temp.id('session:employee');
select is(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:employee')), 'profiles', 'id'), 0::bigint,
  'also where the session says that it has shown one factor'
);
update auth.sessions set aal = 'aal2' where id = pg_temp.id('session:employee');
select is(
  pg_temp.rows_read('employee', jsonb_build_object('session_id', pg_temp.id('session:employee')), 'profiles', 'id'), 1::bigint,
  'a session that has shown it reads'
);
select is(
  pg_temp.rows_read('colleague', jsonb_build_object('session_id', pg_temp.id('session:colleague')), 'profiles', 'id'), 1::bigint,
  'and so does whoever has none'
);
delete from auth.mfa_factors where true;

-- Whoever has the role of a platform admin is one only in a session that has shown a second factor, also where they have none. --------

create function pg_temp.admin_powers(p_aal text, p_needs boolean)
returns text[]
language plpgsql
as $$
declare
  v_can text[];
begin
  update public.user_roles set needs_second_factor = p_needs where user_id = pg_temp.id('platform_admin') and role = 'platform_admin';
  execute format('update auth.sessions set aal = %L where id = %L', p_aal, pg_temp.id('session:platform_admin'));
  perform pg_temp.act_as('platform_admin');
  v_can := array(
    select 'policies' where exists (select from public.system_settings)
    union all select 'roles of others' where exists (select from public.user_roles where user_id <> pg_temp.id('platform_admin'))
  );
  begin
    perform public.read_person(pg_temp.id('employee'), 'They asked for it.');
    v_can := array_append(v_can, 'functions');
  exception when sqlstate 'PT403' then null;
  end;
  if exists (select from public.user_roles where user_id = pg_temp.id('platform_admin')) then
    v_can := array_append(v_can, 'own role');
  end if;
  perform pg_temp.act_as_owner();
  return v_can;
end;
$$;

select is(pg_temp.admin_powers(null, true), '{own role}', 'by the password alone a platform admin is none, and sees that they have the role');
select is(pg_temp.admin_powers('aal1', true), '{own role}', 'nor where the session says that it has shown one factor');
select is(pg_temp.admin_powers('aal2', true), '{policies,"roles of others",functions,"own role"}', 'and is one once a second was shown');
select is(pg_temp.admin_powers('aal1', false), '{policies,"roles of others",functions,"own role"}', 'or where the owner of the database asks for none');
update public.user_roles set needs_second_factor = true where role = 'platform_admin';
update auth.sessions set aal = 'aal2' where id = pg_temp.id('session:platform_admin');

-- A token says what it says: only the session counts.
update auth.sessions set aal = 'aal1' where id = pg_temp.id('session:platform_admin');
select pg_temp.act_as('platform_admin');
select set_config('request.jwt.claims', (current_setting('request.jwt.claims')::jsonb || '{"aal": "aal2"}')::text, true);
select is_empty('select from public.system_settings', 'a token that claims a second factor opens nothing');
select pg_temp.act_as_owner();
update auth.sessions set aal = 'aal2' where id = pg_temp.id('session:platform_admin');

-- Nobody makes their own role ask for less.
select pg_temp.act_as('platform_admin');
select throws_ok($$update public.user_roles set needs_second_factor = false$$, '42501', null, 'an admin does not do without');
select lives_ok($$select public.grant_platform_admin(pg_temp.id('colleague'))$$, 'and whom they make an admin');
select pg_temp.act_as_owner();
select ok(needs_second_factor, 'needs one, too') from public.user_roles where user_id = pg_temp.id('colleague') and role = 'platform_admin';
delete from public.user_roles where user_id = pg_temp.id('colleague') and role = 'platform_admin';

-- Writing ------------------------------------------------------------------------------------

select pg_temp.act_as_owner();
delete from auth.sessions where id in (
  pg_temp.id('session:employee'), pg_temp.id('session:company_admin'), pg_temp.id('session:applicant'), pg_temp.id('session:platform_admin')
);

select pg_temp.act_as('employee');

select is_empty(
  $$update public.profiles set display_name = 'Taken over' returning id$$,
  'an ended session changes no profile'
);
select throws_ok(
  $$select public.save_preferences(false, false, false, '07:00', '{}', 'en', 'UTC')$$, 'PT401', 'unauthenticated',
  'nor says what mail it wants'
);
select throws_ok(
  $$insert into public.specialists (display_name) values ('Taken over')$$, '42501', null,
  'nor apply as a specialist'
);
select throws_ok(
  $$select public.accept_document('terms', '2026-11')$$, 'PT401', 'unauthenticated',
  'nor accept the terms'
);
select throws_ok(
  $$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + interval '3 days')$$,
  'PT401', 'unauthenticated', 'nor book'
);
select throws_ok(
  $$select public.cancel_booking(pg_temp.id('employee:booking'))$$, 'PT401', 'unauthenticated', 'nor cancel'
);

select pg_temp.act_as('company_admin');
select throws_ok($$select public.change_company(pg_temp.id('north'), 'Taken over')$$, 'PT401', 'unauthenticated', 'a company admin''s changes no company');
select throws_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('employee'), 'admin')$$, 'PT401', 'unauthenticated', 'and no member');

select pg_temp.act_as('platform_admin');
select throws_ok(
  $$select public.grant_platform_admin(pg_temp.id('employee'))$$, 'PT401', 'unauthenticated',
  'a platform admin''s makes no platform admin'
);
select is_empty($$update public.system_settings set value = value returning key$$, 'and changes no setting');
select throws_ok(
  $$select public.read_person(pg_temp.id('employee'), 'out of curiosity')$$, 'PT403', 'forbidden', 'and reads no person'
);

select pg_temp.act_as_owner();
select * from finish();
rollback;
