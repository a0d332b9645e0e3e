-- Acts that a person may repeat leave rows behind: the audit log, and sessions that come and go. How often
-- is limited, for each person alone.
begin;
\ir ../setup/people.psql
select no_plan();

update public.system_settings set minimum = 1 where key ~ '_allowance_burst$';
update public.system_settings set value = '3' where key in ('acts_allowance_burst', 'bookings_allowance_burst');

create function pg_temp.rename_company(p_name text) returns void language sql as $$
  select public.change_company(pg_temp.id('north'), p_name);
$$;
grant execute on all functions in schema pg_temp to public;

-- Acts ----------------------------------------------------------------------------------------

select pg_temp.act_as('company_admin');
select lives_ok(format('select pg_temp.rename_company(%L)', 'North ' || n), 'change ' || n || ' of three') from generate_series(1, 3) n;
select throws_ok($$select pg_temp.rename_company('North 4')$$, 'PT429', 'rate_limited', 'the next has to wait');
select throws_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('employee'), 'manager')$$, 'PT429', 'rate_limited', 'whatever it is');
select lives_ok($$select pg_temp.rename_company('North 3')$$, 'what changes nothing is no change');
do $$
declare
  v_detail jsonb;
begin
  perform pg_temp.rename_company('North 5');
exception when sqlstate 'PT429' then
  get stacked diagnostics v_detail = pg_exception_detail;
  perform set_config('test.wait', v_detail ->> 'retry_after_seconds', true);
end; $$;
select ok(current_setting('test.wait')::int between 1 and 10, 'and it is told for how long');
select lives_ok('select public.end_other_sessions()', 'ending sessions needs none: else a thief would keep the owner from it');
select pg_temp.act_as('manager');
select lives_ok($$select public.leave_company(pg_temp.id('north'))$$, 'a colleague does not wait for them');
select pg_temp.act_as_owner();
select is((select count(*) from public.audit_logs where actor_id = pg_temp.id('company_admin') and action = 'companies.update'), 3::bigint, 'what was refused left nothing');
select lives_ok(format('update public.companies set name = %L where id = pg_temp.id(''north'')', 'Owner ' || n), 'a job has no limit') from generate_series(1, 5) n;
select pg_temp.act_as('service_role');
select lives_ok($$select private.write_audit('test.entry', 'tests', null, pg_temp.id('company_admin'), null, null)$$, 'nor has a function that acts as the service')
from generate_series(1, 5);
select pg_temp.act_as_owner();

-- One statement is as good as many
update public.system_settings set value = '30' where key = 'acts_allowance_burst';
select pg_temp.act_as('platform_admin');
select throws_ok(
  $$insert into public.company_subscription_plans (slug, name, seats) select 'many-' || n, 'Many', 5 from generate_series(1, 31) n$$,
  'PT429', 'rate_limited', 'thirty-one at once are one too many'
);
select lives_ok(
  $$insert into public.company_subscription_plans (slug, name, seats) select 'many-' || n, 'Many', 5 from generate_series(1, 30) n$$,
  'and since they were not made, thirty are not'
);
select pg_temp.act_as_owner();

-- Sessions ------------------------------------------------------------------------------------

create function pg_temp.book(p_hours int) returns uuid language sql as $$
  select (public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + make_interval(days => 3, hours => p_hours))).id;
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('employee');
select pg_temp.book(1) as booking \gset
select public.cancel_booking(:'booking') \g /dev/null
select pg_temp.book(1) as booking \gset
select public.reschedule_booking(:'booking', date_trunc('hour', now()) + interval '3 days 2 hours') \g /dev/null
select throws_ok($$select pg_temp.book(5)$$, 'PT429', 'rate_limited', 'whoever books, cancels and moves again and again has to wait');
select throws_ok(format($$select public.reschedule_booking(%L, date_trunc('hour', now()) + interval '3 days 3 hours')$$, :'booking'), 'PT429', 'rate_limited', 'in both ways');
select lives_ok(format('select public.cancel_booking(%L)', :'booking'), 'cancelling is never refused: somebody else can have the time');
select pg_temp.act_as('colleague');
select lives_ok('select pg_temp.book(1)', 'a colleague does not wait for them');
select pg_temp.act_as_owner();
update private.allowances set full_at = full_at - interval '600 seconds' where kind = 'bookings' and subject = pg_temp.id('employee')::text;
select pg_temp.act_as('employee');
select lives_ok('select pg_temp.book(6)', 'after ten minutes there is one more');
select throws_ok('select pg_temp.book(7)', 'PT429', 'rate_limited', 'and one only');
select pg_temp.act_as_owner();

select * from finish();
rollback;
