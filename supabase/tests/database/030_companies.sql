-- Companies keep an admin, and show their admins names but nothing more of their people.
begin;
\ir ../setup/people.psql
select no_plan();

select pg_temp.act_as('company_admin');
select lives_ok($$select public.change_company(pg_temp.id('north'), p_name => ' North Ltd ', p_time_zone => 'Europe/Lisbon')$$, 'an admin changes the company');
select results_eq(
  'select name::text, locale::text, time_zone, status::text from public.companies', $$values ('North Ltd', 'en', 'Europe/Lisbon', 'active')$$, 'and what is left out stays'
);
select throws_ok(format('select public.change_company(pg_temp.id(%L), %s)', company, what), code, word, what || ' in the ' || company)
from (values
  ('south', '''Theirs''', 'PT403', 'forbidden'), ('nowhere', '''Theirs''', 'PT403', 'forbidden'), ('north', ''' ''', 'PT422', 'invalid_company'),
  ('north', 'p_locale => ''German''', 'PT422', 'invalid_company'), ('north', 'p_time_zone => ''Mars/Olympus''', 'PT422', 'invalid_time_zone')
) as v (company, what, code, word);
select throws_ok(
  $$update public.companies set name = 'North' where id = pg_temp.id('north')$$, '42501', null,
  'by the function alone: a bare update goes by who was an admin when it began'
);
select throws_ok(
  $$update public.company_members set role = 'admin' where user_id = pg_temp.id('manager')$$,
  '42501', null, 'members are changed by functions alone: a bare update could be rolled back, and timed'
);
select throws_ok(
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('company_admin'), 'employee')$$,
  'PT409', 'last_admin', 'the last admin cannot step down'
);
select throws_ok(
  $$select public.leave_company(pg_temp.id('north'))$$,
  'PT409', 'last_admin', 'nor leave'
);
select lives_ok(
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'admin')$$,
  'an admin makes another admin'
);
select lives_ok(
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('company_admin'), 'employee')$$,
  'and may then step down'
);
select throws_ok(
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('company_admin'), 'admin')$$,
  'PT403', 'forbidden', 'after which they change nothing'
);

select pg_temp.act_as('manager');
select lives_ok(
  $$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('employee'))$$,
  'an admin removes an employee'
);
select isnt(
  (select removed_at from public.company_members where user_id = pg_temp.id('employee')), null,
  'and it says when'
);
select throws_ok(
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('employee'), 'admin')$$,
  'PT404', 'member_not_found', 'and cannot let them back in without an invitation'
);
select results_eq(
  $$select display_name, email, role, status from public.company_directory(pg_temp.id('north'))$$,
  $$values ('Colleague', 'colleague@people.test', 'employee', 'active'),
           ('Company Admin', 'company_admin@people.test', 'employee', 'active'),
           ('Manager', 'manager@people.test', 'admin', 'active')$$,
  'the directory shows names, addresses and roles, and nothing of who has left'
);
select throws_ok(
  $$select * from public.company_directory(pg_temp.id('south'))$$, 'PT404', 'company_not_found',
  'not of another company'
);
select pg_temp.act_as('colleague');
select throws_ok(
  $$select * from public.company_directory(pg_temp.id('north'))$$, 'PT404', 'company_not_found',
  'and not to an employee'
);
select pg_temp.act_as('employee');
select is_empty('select from public.companies', 'a removed member does not see the company any more');
select pg_temp.act_as_owner();
select is(private.job_settle_ended_memberships(now()), 1::bigint, 'a job looks at what has ended');
select is(private.job_settle_ended_memberships(now()), 0::bigint, 'once');
select is_empty(
  $$select from public.user_roles where user_id = pg_temp.id('employee') and role = 'employee'$$,
  'the role employee ends with the last membership'
);
update public.company_members set status = 'active' where user_id = pg_temp.id('employee');
select isnt_empty(
  $$select from public.user_roles where user_id = pg_temp.id('employee') and role = 'employee'$$,
  'and comes back with one'
);
select isnt_empty(
  $$select from public.audit_logs where action = 'company_members.update' and user_id = pg_temp.id('employee')
    and actor_id = pg_temp.id('manager') and new_values ->> 'status' = 'removed'$$,
  'the removal is audited'
);

-- Specialists: status belongs to the verification workflow.
select pg_temp.act_as('newcomer');
insert into public.specialists (display_name) values ('Newcomer');
select is(
  (select status from public.specialists where user_id = pg_temp.id('newcomer')), 'pending',
  'who applies as a specialist is pending'
);
update public.specialists set headline = 'Doctor' where user_id = pg_temp.id('newcomer');
insert into public.specialist_pillars (specialist_id, pillar_id)
select id, pg_temp.id('mind') from public.specialists where user_id = pg_temp.id('newcomer');
select pg_temp.act_as_owner();
select results_eq(
  $$select action from public.audit_logs where actor_id = pg_temp.id('newcomer') and entity_type like 'specialist%' order by id$$,
  array['specialists.insert', 'specialists.update', 'specialist_pillars.insert'],
  'what a specialist says of themselves, and in which pillars, is audited'
);
select pg_temp.act_as('anon');
select is_empty(
  $$select id from public.specialists where display_name = 'Newcomer'$$,
  'and the public does not see them'
);
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('newcomer');
select isnt_empty(
  $$select from public.user_roles where user_id = pg_temp.id('newcomer') and role = 'specialist'$$,
  'verification brings the role specialist'
);
update public.specialists set status = 'suspended', verified_at = null where user_id = pg_temp.id('newcomer');
select is_empty(
  $$select from public.user_roles where user_id = pg_temp.id('newcomer') and role = 'specialist'$$,
  'suspension takes it away'
);
select throws_ok(
  $$update public.specialists set status = 'verified' where user_id = pg_temp.id('newcomer')$$, '23514', null,
  'a verified specialist has a time of verification'
);

select * from finish();
rollback;
