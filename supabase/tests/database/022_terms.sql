-- Evidence of acceptance: by whom, of which version, when and from where.
begin;
\ir ../setup/people.psql
select no_plan();

update public.system_settings set value = '"cf-connecting-ip"' where key = 'client_ip_header';
set local "request.headers" to '{"x-forwarded-for": "192.0.2.66", "cf-connecting-ip": "198.51.100.7", "user-agent": "Agent"}';
select pg_temp.act_as('newcomer');
select lives_ok($$select public.accept_document('terms', '2026-11')$$, 'a person accepts the terms in force');
select lives_ok($$select public.accept_document('terms', '2026-11')$$, 'accepting twice is no error');
select results_eq(
  $$select document::text, version, host(ip_address), user_agent from public.terms_acceptance$$,
  $$values ('terms', '2026-11', '198.51.100.7', 'Agent')$$,
  'there is one row of evidence, with address and user agent'
);
select throws_ok($$select public.accept_document('terms', '2020-01')$$, 'PT409', 'version_not_in_force',
  'an old version is not accepted any more');
select throws_ok($$select public.accept_document('cookies', '1')$$, 'PT422', 'unknown_document',
  'only known documents are accepted');
select throws_ok($$insert into public.terms_acceptance (user_id, document, version) values (pg_temp.id('newcomer'), 'privacy', 'x')$$,
  '42501', null, 'evidence is not written by hand');
select pg_temp.act_as_owner();
select throws_ok($$update public.terms_acceptance set version = 'x'$$, '42501', null, 'evidence is not edited');
select isnt_empty(
  $$select from public.audit_logs where action = 'terms.accepted' and user_id = pg_temp.id('newcomer')$$,
  'the acceptance is audited'
);
select throws_ok(
  $$insert into public.terms_acceptance (user_id, document, version, accepted_at)
    values (pg_temp.id('employee'), 'terms', '1', now() + interval '1 day')$$, '23514', null,
  'nothing is accepted in the future'
);

-- Taken back, and given again.
select pg_temp.act_as('newcomer');
select throws_ok($$select public.withdraw_acceptance('cookies')$$, 'PT422', 'unknown_document', 'only known documents are taken back');
select lives_ok($$select public.withdraw_acceptance('terms')$$, 'a person takes the terms back');
select lives_ok($$select public.withdraw_acceptance('terms')$$, 'doing so twice is no error');
select lives_ok($$select public.withdraw_acceptance('privacy')$$, 'nor is it to take back what was never accepted');
select results_eq(
  $$select document::text, version, withdrawn_at is not null from public.terms_acceptance$$, $$values ('terms', '2026-11', true)$$,
  'that they had accepted stays'
);
select lives_ok($$select public.accept_document('terms', '2026-11')$$, 'they accept again');
select results_eq(
  $$select version, withdrawn_at is not null from public.terms_acceptance order by created_at, withdrawn_at$$,
  $$values ('2026-11', true), ('2026-11', false)$$, 'which is another row'
);
select pg_temp.act_as_owner();
select results_eq(
  $$select action, count(*)::int, count(distinct old_values) + count(distinct new_values) from public.audit_logs
    where action like 'terms.%' and user_id = pg_temp.id('newcomer') group by action order by action$$,
  $$values ('terms.accepted', 2, 1::bigint), ('terms.withdrawn', 1, 1)$$, 'each is audited, once'
);
select throws_ok($$update public.terms_acceptance set withdrawn_at = null where withdrawn_at is not null$$, '42501', null, 'what was taken back stays so');
select throws_ok(
  $$update public.terms_acceptance set withdrawn_at = now(), version = 'x' where withdrawn_at is null$$, '42501', null, 'and nothing is edited by the way'
);
select pg_temp.act_as('anon');
select throws_ok($$select public.withdraw_acceptance('terms')$$, '42501', null, 'nobody takes anything back anonymously');
select throws_ok($$select public.accept_document('terms', '2026-11')$$, '42501', null, 'nobody accepts anonymously');

select * from finish();
rollback;
