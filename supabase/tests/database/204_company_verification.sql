-- Verification of companies: one at a time, along its states, by those who may.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.as_person(p_person text, p_statement text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  execute p_statement;
end; $$;
grant execute on all functions in schema pg_temp to public;

select throws_ok(format('select pg_temp.as_person(%L, %L)', p, $$select public.submit_company_verification(pg_temp.id('north'), 'HRB 1', 'DE 1')$$),
  'PT403', 'forbidden', p || ' submits nothing for the company')
from unnest(array['employee', 'manager', 'foreign_admin', 'platform_admin']) p;

select pg_temp.act_as('company_admin');
select throws_ok(format('select public.submit_company_verification(pg_temp.id(%L), %L, %L, %L)', 'north', r, t, l), 'PT422', 'invalid_details', format('not enough: %s, %s, %s', r, t, l))
from (values (null, 'DE 1', null), ('x', 'DE 1', null), ('HRB 1', null, null), ('HRB 1', E'DE\x01', null), ('HRB 1', 'DE 1', repeat('x', 61))) as v (r, t, l);
select public.submit_company_verification(pg_temp.id('north'), ' HRB 1 ', 'DE 1', ' ') as id \gset
select results_eq(
  $$select registration_number, tax_id, business_licence, status from public.company_verification$$,
  $$values ('HRB 1', 'DE 1', null, 'pending')$$, 'an admin submits'
);
select throws_ok($$select public.submit_company_verification(pg_temp.id('north'), 'HRB 2', 'DE 2')$$, 'PT409', 'already_submitted', 'one at a time');
select throws_ok(format('select public.review_company_verification(%L, %L)', :'id', 'in_review'), 'PT403', 'forbidden', 'and does not review');
select throws_ok('select reviewed_by from public.company_verification', '42501', null, 'nor learns who does');

select pg_temp.act_as('platform_admin');
select throws_ok($$select public.review_company_verification(gen_random_uuid(), 'in_review')$$, 'PT404', 'not_found', 'what is not there is not reviewed');
select throws_ok(format('select public.review_company_verification(%L, %L, %L)', :'id', s, 'a reason'), 'PT409', 'transition_not_allowed', 'from pending not to ' || coalesce(s, 'null'))
from unnest(array['pending', 'verified', 'rejected', 'paused', null]) s;
select lives_ok(format('select public.review_company_verification(%L, %L)', :'id', 'in_review'), 'it is taken up');
select throws_ok(format('select public.review_company_verification(%L, %L)', :'id', 'in_review'), 'PT409', 'transition_not_allowed', 'once');
select throws_ok(format('select public.review_company_verification(%L, %L)', :'id', 'rejected'), 'PT422', 'reason_required', 'a rejection has a reason');
select lives_ok(format('select public.review_company_verification(%L, %L, %L)', :'id', 'rejected', 'The numbers do not match.'), 'and is one');
select throws_ok(format('select public.review_company_verification(%L, %L)', :'id', 'verified'), 'PT409', 'transition_not_allowed', 'that stays');

select pg_temp.act_as('company_admin');
select is((select rejection_reason from public.company_verification), 'The numbers do not match.', 'the company reads why');
select public.submit_company_verification(pg_temp.id('north'), 'HRB 2', 'DE 2', 'L-7') as id \gset
select pg_temp.act_as('platform_admin');
select public.review_company_verification(:'id', 'in_review'), public.review_company_verification(:'id', 'verified') \g /dev/null
select pg_temp.act_as_owner();
select results_eq(
  $$select status, verified_at = now(), verified_by from public.company_verification
    where company_id = pg_temp.id('north') order by created_at, status desc$$,
  $$values ('verified', true, pg_temp.id('platform_admin')), ('rejected', null, null)$$, 'a second one is verified, with when and by whom'
);
select results_eq(
  $$select template_key, recipient::text, variables ->> 'reason' from private.email_log order by id$$,
  $$values ('company_rejected', 'company_admin@people.test', 'The numbers do not match.'), ('company_verified', 'company_admin@people.test', null)$$, 'the admins hear of both'
);
select results_eq(
  $$select action from public.audit_logs where entity_type = 'company_verification' and occurred_at = now() order by id$$,
  array['company.verification_submitted', 'company.verification_in_review', 'company.verification_rejected',
    'company.verification_submitted', 'company.verification_in_review', 'company.verification_verified'], 'the log has each step'
);
select pg_temp.act_as('company_admin');
select throws_ok($$select public.submit_company_verification(pg_temp.id('north'), 'HRB 3', 'DE 3')$$, 'PT409', 'already_submitted', 'who is verified submits no more');
select pg_temp.act_as('foreign_admin');
select is_empty('select id from public.company_verification', 'another company sees nothing of it');

select pg_temp.act_as_owner();
select throws_ok($$update public.company_verification set verified_at = null where status = 'verified'$$, '23514', null, 'verified has a time');
select throws_ok($$update public.company_verification set rejection_reason = null where status = 'rejected'$$, '23514', null, 'rejected a reason');

select * from finish();
rollback;
