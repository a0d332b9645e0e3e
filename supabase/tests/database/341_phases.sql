-- Phases of the rollout: each function that begins something of one is refused where it is switched off, by everybody who may
-- call it, and nothing else is.
begin;
\ir ../setup/people.psql
select no_plan();

select is_empty(
  $$select sql_function from private.phase_functions where to_regproc('public.' || sql_function) is null$$, 'each of the functions is there'
);
select is_empty($$select key from public.feature_flags where key like 'phase-%' and not exists (select from private.phase_functions where flag_key = key)$$, 'each phase has some');

create function pg_temp.asked(p_person text, p_path text) returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform set_config('request.path', p_path, true);
  perform hooks.before_request();
  perform pg_temp.act_as_owner();
  return 'passed';
exception when sqlstate 'PT404' then
  perform pg_temp.act_as_owner();
  return sqlerrm;
end;
$$;
grant execute on function pg_temp.asked(text, text) to public;

select is_empty(
  $$select sql_function from private.phase_functions join pg_catalog.pg_proc p on p.proname = sql_function and p.pronamespace = 'public'::regnamespace
    where has_function_privilege('anon', p.oid, 'execute')$$, 'who has not signed in calls none of them'
);
select is(pg_temp.asked('anon', '/rpc/book_session'), 'passed', 'and is let pass to be refused as ever');

create temporary view everybody as
  select unnest(array['service_role', 'employee', 'foreign_employee', 'company_admin', 'specialist', 'platform_admin']) as person;
select is_empty($$select * from everybody, private.phase_functions where pg_temp.asked(person, '/rpc/' || sql_function) <> 'passed'$$, 'all of it is on');
update public.feature_flags set is_on = false where key = 'phase-bookings';
select results_eq(
  $$select distinct flag_key from everybody, private.phase_functions where pg_temp.asked(person, '/rpc/' || sql_function) = 'feature_disabled'$$,
  $$values ('phase-bookings')$$, 'one that is off takes no other along'
);
select is_empty(
  $$select * from everybody, private.phase_functions where flag_key = 'phase-bookings' and pg_temp.asked(person, '/rpc/' || sql_function) <> 'feature_disabled'$$,
  'and all of its functions, for everybody'
);
select is(pg_temp.asked('employee', path), 'feature_disabled', path || ' is the same function')
from unnest(array['/rpc/book%5Fsession', '/rpc/book%5fsession', '/%72pc/%62%6f%6F%6b_session', '%2Frpc%2Fhold_slot']) path;
select is(pg_temp.asked('employee', path), 'passed', coalesce(path, 'no path') || ' is another')
from unnest(array['/rpc/cancel_booking', '/rpc/available_slots', '/bookings', '/rpc/', '/', '', null, '/rpc/book_session/', '/rpc/book%255Fsession', '/rpc/%', '/rpc/%zz', '/rpc/%C3%A9', '/rpc/%00']) path;

-- For a company, and for a share.
update public.feature_flags set is_on = true where key = 'phase-bookings';
insert into public.feature_flag_companies (flag_key, company_id, variant) values ('phase-bookings', pg_temp.id('south'), 'off');
select is(pg_temp.asked('foreign_employee', '/rpc/book_session'), 'feature_disabled', 'it is off for a company');
select is(pg_temp.asked('employee', '/rpc/book_session'), 'passed', 'and on for others');
update public.feature_flags set rollout = '[["on", 10], ["off", 90]]' where key = 'phase-bookings';
delete from public.feature_flag_companies;
create temporary table served as
select person, private.share_of('[["on", 10], ["off", 90]]', 'phase-bookings' || pg_temp.id(person)) as variant
from unnest(array['newcomer', 'employee', 'colleague', 'manager', 'company_admin', 'foreign_employee', 'foreign_admin', 'specialist', 'applicant', 'platform_admin']) person;
select is_empty(
  $$select person from served where pg_temp.asked(person, '/rpc/book_session') <> case variant when 'on' then 'passed' else 'feature_disabled' end$$, 'or on for a share of people'
);
select throws_ok($$update public.feature_flags set off_variant = 'on' where key = 'phase-bookings'$$, '23514', null, 'a phase is a switch: off is off');
select is(pg_temp.asked('employee', '/rpc/' || repeat('%62', 70)), 'passed', 'what is too long is no function');
delete from public.feature_flags where key = 'phase-bookings';
select is(pg_temp.asked('employee', '/rpc/book_session'), 'passed', 'a phase that is taken away is on for all');
select pg_temp.act_as('platform_admin');
insert into public.feature_flags (key, description, owner, is_on) values ('phase-bookings', 'Bookings once more', 'Platform', false);
select pg_temp.act_as_owner();
select is(pg_temp.asked('employee', '/rpc/book_session'), 'feature_disabled', 'and one that comes back is a switch again');
update public.feature_flags set is_on = true where key = 'phase-bookings';
delete from public.terms_acceptance where user_id = pg_temp.id('employee');
select throws_ok($$select pg_temp.asked('employee', '/rpc/book_session')$$, 'PT409', 'terms_required', 'and the terms are asked for as before');

-- A role's settings are in no dump.
select is(private.run_job('check_api_hook'), 0::bigint, 'the Data API is told to ask');
alter role authenticator reset pgrst.db_pre_request;
select throws_like($$select private.job_check_api_hook(now())$$, '%alter role authenticator set pgrst.db_pre_request%', 'and where it is not, that is found, and how to mend it');
alter role authenticator set pgrst.db_pre_request = 'public.something_else';
select throws_like($$select private.job_check_api_hook(now())$$, 'the Data API asks%', 'also where it asks something else');

select * from finish();
rollback;
