-- Suspending a company: who may, and that it is written down. The tests of what it stops are with that.
begin;
\ir ../setup/people.psql
select no_plan();

select pg_temp.act_as('company_admin');
select throws_ok($$select public.set_company_status(pg_temp.id('north'), 'suspended', 'a reason')$$, 'PT403', 'forbidden', 'no company suspends itself');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.set_company_status(pg_temp.id('north'), 'suspended', ' ')$$, 'PT422', 'reason_required', 'it takes a reason');
select throws_ok($$select public.set_company_status(pg_temp.id('north'), 'closed', 'a reason')$$, 'PT422', 'invalid_status', 'and a state that there is');
select throws_ok($$select public.set_company_status(pg_temp.id('nowhere'), 'suspended', 'a reason')$$, 'PT404', 'not_found', 'of a company that there is');
select lives_ok($$select public.set_company_status(pg_temp.id('north'), 'suspended', 'ticket 12')$$, 'a platform admin suspends');
select lives_ok($$select public.set_company_status(pg_temp.id('north'), 'suspended', 'ticket 12')$$, 'once');
select pg_temp.act_as_owner();
select is_empty($$select from private.company_entitlement(pg_temp.id('north'))$$, 'it is entitled to nothing');
select pg_temp.act_as('employee');
select is((select status from public.companies), 'suspended', 'its people still see it');
select pg_temp.act_as('platform_admin');
select lives_ok($$select public.set_company_status(pg_temp.id('north'), 'active', 'ticket 12 is solved')$$, 'and ends the suspension');
select pg_temp.act_as_owner();
select isnt_empty($$select from private.company_entitlement(pg_temp.id('north'))$$, 'then everything is as before');
select results_eq(
  $$select action, context ->> 'reason' from public.audit_logs where action in ('company.suspended', 'company.reinstated') order by id$$,
  $$values ('company.suspended', 'ticket 12'), ('company.reinstated', 'ticket 12 is solved')$$, 'both are audited with their reason'
);

select * from finish();
rollback;
