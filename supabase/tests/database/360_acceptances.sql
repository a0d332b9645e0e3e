-- What somebody has not accepted, or has taken back, keeps them from what begins something, and from nothing else.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.asked(p_person text, p_function text) returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform set_config('request.path', '/rpc/' || p_function, true);
  perform hooks.before_request();
  perform pg_temp.act_as_owner();
  return 'passed';
exception when sqlstate 'PT409' then
  perform pg_temp.act_as_owner();
  return sqlerrm;
end;
$$;
grant execute on function pg_temp.asked(text, text) to public;

create function pg_temp.left_to_accept(p_person text) returns text language plpgsql as $$
declare
  v_left text;
begin
  perform pg_temp.act_as(p_person);
  v_left := (select string_agg(concat_ws(' ', document, version, accepted_version), ', ' order by document desc) from public.documents_to_accept());
  perform pg_temp.act_as_owner();
  return v_left;
end;
$$;
grant execute on function pg_temp.left_to_accept(text) to public;

create function pg_temp.say(p_person text, p_word text, variadic p_documents text[]) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  if p_word = 'accept' then
    perform public.accept_document(d, '2026-11') from unnest(p_documents) d;
  else
    perform public.withdraw_acceptance(d) from unnest(p_documents) d;
  end if;
  perform pg_temp.act_as_owner();
end;
$$;
grant execute on function pg_temp.say(text, text, variadic text[]) to public;

delete from public.terms_acceptance;

select is(pg_temp.left_to_accept('employee'), 'terms 2026-11, privacy 2026-11', 'everybody accepts the terms and the privacy notice');
select is(pg_temp.left_to_accept('applicant'), 'terms 2026-11, professional_standards 2026-11, privacy 2026-11', 'a specialist the standards too, before they are verified');
select pg_temp.act_as('anon');
select throws_ok($$select * from public.documents_to_accept()$$, '42501', null, 'a visitor is asked for nothing');
select pg_temp.act_as_owner();

create temporary view people as
  select unnest(array['employee', 'company_admin', 'specialist', 'platform_admin']) as person;
select is_empty(
  $$select person, sql_function from people, private.phase_functions where pg_temp.asked(person, sql_function) <> 'terms_required'$$,
  'who has accepted nothing begins nothing, whoever they are'
);
select is_empty(
  $$select person, proname from people, pg_catalog.pg_proc p
    where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and not exists (select from private.phase_functions where sql_function = proname) and pg_temp.asked(person, proname::text) <> 'passed'$$,
  'and does everything else: sees, ends and cancels what they have, and accepts'
);
select is_empty(
  $$select sql_function from private.phase_functions where pg_temp.asked('service_role', sql_function) <> 'passed'$$, 'services act for nobody who could accept'
);

select pg_temp.say('employee', 'accept', 'terms');
select is(pg_temp.asked('employee', 'book_session'), 'terms_required', 'one of two is not enough');
select pg_temp.say('employee', 'accept', 'privacy');
select is(pg_temp.asked('employee', 'book_session'), 'passed', 'both are');
select is(pg_temp.left_to_accept('employee'), null, 'and nothing is left to accept');
select is(pg_temp.asked('company_admin', 'book_session'), 'terms_required', 'for them alone');

-- A new version.
update public.system_settings set value = '"2027-01"' where key = 'privacy_version';
select is(pg_temp.asked('employee', 'book_session'), 'terms_required', 'a new version is asked for');
select is(pg_temp.left_to_accept('employee'), 'privacy 2027-01 2026-11', 'beside the one that they know');
update public.system_settings set value = '"2026-11"' where key = 'privacy_version';
select is(pg_temp.asked('employee', 'book_session'), 'passed', 'what comes into force again was accepted');

select pg_temp.say('employee', 'withdraw', 'privacy');
select is(pg_temp.asked('employee', 'book_session'), 'terms_required', 'who takes it back begins nothing more');
select is(pg_temp.left_to_accept('employee'), 'privacy 2026-11', 'until they accept again');
select pg_temp.say('employee', 'accept', 'privacy');
select is(pg_temp.asked('employee', 'book_session'), 'passed', 'as they may');

-- Standards of specialists.
create function pg_temp.status_of(p_person text) returns text language sql as $$ select status from public.specialists where user_id = pg_temp.id(p_person) $$;
delete from public.pillar_required_documents;
select pg_temp.say('specialist', 'accept', 'professional_standards', 'terms', 'privacy');
select is(pg_temp.status_of('specialist'), 'verified', 'a specialist is verified');
update public.system_settings set value = '"2027-01"' where key = 'professional_standards_version';
select private.refresh_verification(id) from public.specialists where user_id = pg_temp.id('specialist') \g /dev/null
select is(pg_temp.status_of('specialist'), 'verified', 'and stays so under a new version of the standards');
select is(pg_temp.left_to_accept('specialist'), 'professional_standards 2027-01 2026-11', 'which they are asked to accept');
select is(pg_temp.asked('specialist', 'write_session_note'), 'passed', 'and which keeps nobody from their work');
select pg_temp.say('specialist', 'withdraw', 'professional_standards');
select is(pg_temp.status_of('specialist'), 'pending', 'who takes the standards back is verified no more');
select is(pg_temp.status_of('other_specialist'), 'verified', 'and nobody else');
update public.system_settings set value = '"2026-11"' where key = 'professional_standards_version';
select private.refresh_verification(id) from public.specialists where user_id = pg_temp.id('specialist') \g /dev/null
select is(pg_temp.status_of('specialist'), 'pending', 'nor does an earlier version help');

select * from finish();
rollback;
