-- Rates: one at a time of each kind.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.rate(
  p_from date default '2027-01-01', p_until date default null, p_type text default 'per_session', p_minutes int default 50,
  p_sessions int default null, p_currency text default 'USD', p_amount numeric default 90, p_service text default 'follow_up'
) returns void language sql as $$
  insert into public.specialist_rates (service_type, session_minutes, rate_type, package_sessions, amount, currency, effective_from, effective_until)
  values (p_service, p_minutes, p_type, p_sessions, p_amount, p_currency, p_from, p_until);
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('applicant');
select lives_ok($$select pg_temp.rate(p_until => '2027-06-30')$$, 'a specialist names a rate');
select lives_ok($$select pg_temp.rate('2027-07-01', p_amount => 95)$$, 'and another from the next day on');
select throws_ok($$select pg_temp.rate('2027-06-30', '2027-06-30')$$, '23P01', null, 'not two on one day');
select throws_ok($$select pg_temp.rate('2030-01-01')$$, '23P01', null, 'also not while one holds until further notice');
select lives_ok(format('select pg_temp.rate(%s)', a), 'beside it, ' || a)
from unnest(array['p_minutes => 30', $$p_currency => 'EUR'$$, $$p_type => 'hourly', p_minutes => null$$, $$p_type => 'package', p_sessions => 5$$,
  $$p_type => 'package', p_sessions => 10$$, $$p_service => 'assessment'$$]) a;
select throws_ok(format('select pg_temp.rate(%s)', a), '23P01', null, 'but once: ' || a)
from unnest(array[$$p_type => 'hourly', p_minutes => null$$, $$p_type => 'package', p_sessions => 5$$]) a;
select throws_ok(format('select pg_temp.rate(p_minutes => 60, %s)', a), '23514', null, 'refused: ' || a)
from unnest(array['p_amount => 0', $$p_amount => 'NaN'$$, $$p_currency => 'usd'$$, $$p_type => 'hourly'$$, $$p_type => 'package'$$, 'p_sessions => 5', $$p_until => '2026-12-31'$$, $$p_service => 'massage'$$]) a;
select is((select min(currency) from public.specialist_rates), 'EUR', 'a specialist sees theirs');
select pg_temp.act_as('employee');
select is_empty('select from public.specialist_rates', 'nobody else does');
select pg_temp.act_as('platform_admin');
select isnt_empty('select from public.specialist_rates', 'but a platform admin');

select * from finish();
rollback;
