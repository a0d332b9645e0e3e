-- Tenancy: two companies with admins, managers and employees, who try everything on each other by
-- setup/attack.psql. Nothing is read, nothing is changed, and nothing tells that there is anything.
-- One snapshot, so that what a job of a running stack does meanwhile is not taken for a success.
begin isolation level repeatable read;
\ir ../setup/people.psql

-- Names and addresses that are found nowhere else, and a manager for the south.
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('foreign_manager'), 'foreign_manager@people.test', now());
insert into auth.sessions (id, user_id, created_at, updated_at)
values (pg_temp.id('session:foreign_manager'), pg_temp.id('foreign_manager'), now(), now());
insert into public.company_members (company_id, user_id, role) values (pg_temp.id('south'), pg_temp.id('foreign_manager'), 'manager');
update auth.users set email = 'mark-' || md5(id::text) || '@people.test' where email like '%@people.test';
update public.profiles set display_name = 'Mark ' || md5('name' || id) where email like '%@people.test';
update public.companies set name = 'Mark ' || md5('name' || id) where id in (pg_temp.id('north'), pg_temp.id('south'));
\ir ../setup/rows.psql
update public.bookings set company_id = pg_temp.id('south') where id = pg_temp.id('foreign_employee:booking');
update public.bookings set starts_at = now() - interval '30 minutes', ends_at = now() + interval '20 minutes' where id = pg_temp.id('employee:booking');
insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
select pg_temp.id(person || ':specialist'), d, '00:00', '24:00', current_date - 30
from unnest(array['specialist', 'other_specialist']) as person, generate_series(2, 7) d;
update public.company_verification set status = 'rejected', rejected_at = now(), rejection_reason = 'a reason' where company_id = pg_temp.id('south');
insert into public.company_dpa_acceptance (company_id, version) select pg_temp.id(c), '2026-11' from unnest(array['north', 'south']) c;

-- One who can take it back.
select private.begin_erasure(pg_temp.id('colleague'), 'person', null) \g /dev/null

\ir ../setup/attack.psql
select no_plan();

select cmp_ok((select count(distinct source) from theirs where company = c), '>=', 10::bigint, format('the %s has ids of many kinds', c))
from unnest(array['north', 'south']) c;

-- The calls are such that they work where they are allowed: else a refusal would prove nothing.
create temporary table allowed as
  select f.proname from attacked_function f, unnest(array['north', 'south']) as company,
    unnest(array['company_admin', 'foreign_admin', 'employee', 'colleague', 'platform_admin', 'specialist']) as person,
    unnest(pg_temp.calls_of(f, company, company)) as call
  where pg_temp.answer_undone(person, call) ~ '^answered';
select is_empty(
  'select proname from attacked_function except select proname from allowed',
  'with ids of their own every function answers somebody'
);

select pg_temp.digest(true) as before \gset
select pg_temp.attack() \g /dev/null
select is(pg_temp.digest(true), :'before', format(
  'after %s attempts, %s of them calls of %s functions, by %s people on the other company, no table has changed',
  (select sum(how_many) from attempt), (select sum(how_many) from attempt join attacked_function f on f.proname = target),
  (select count(*) from attacked_function), (select count(distinct attacker) from attempt)
));
select is_empty($$select attacker, statement, answer from breach where kind = 'read' limit 10$$, 'nothing of the other company was read');
select is_empty($$select attacker, statement, answer from breach where kind = 'told' limit 10$$, 'no answer tells whether an id of theirs exists');
select is_empty($$select attacker, statement, answer from breach where kind = 'reached' limit 10$$, 'no row of theirs was reached');
select is_empty($$select attacker, statement, answer from breach where kind = 'changed' limit 10$$, 'nor is anything else different');
select is(
  (select count(*) from attempt), (select count(*) from attacker) * ((select count(*) from attacked_function) + (select count(*) from attacked_table)),
  'every table and every function was tried by everybody'
);

select * from finish();
rollback;
