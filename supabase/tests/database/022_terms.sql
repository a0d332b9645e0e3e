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
select pg_temp.act_as('anon');
select throws_ok($$select public.accept_document('terms', '2026-11')$$, '42501', null, 'nobody accepts anonymously');

select * from finish();
rollback;
