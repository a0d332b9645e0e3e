-- Packages at their end, and while nobody pays: what comes back when one is over, and what a session that moves by itself goes on to use.
begin;
\ir ../setup/people.psql
\ir ../setup/answer.psql
select no_plan();

update public.company_subscription_plans set sessions_per_month = 1;
create function pg_temp.at(p_hour int) returns timestamptz language sql stable as $$
  select date_trunc('month', now(), 'UTC') + interval '1 month 10 days' + make_interval(hours => p_hour);
$$;
create function pg_temp.books(p_hour int) returns text language sql as $$
  select pg_temp.answer('employee', format('select (public.book_session(%L, %L, %L)).id', pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.at(p_hour)));
$$;
create function pg_temp.corrects(p_change int, p_last_day date default null) returns text language sql as $$
  select pg_temp.answer('platform_admin', format('select public.correct_package(%L, %s, %L, %L)', pg_temp.id('package'), p_change, 'a good reason', p_last_day));
$$;
create function pg_temp.ledger() returns text language sql stable as $$
  select string_agg(concat_ws(' ', e.kind, e.sessions, e.actor), ', ' order by e.created_at) from public.booking_package_entries e;
$$;
create function pg_temp.left_over() returns text language sql stable as $$
  select format('%s %s, by the ledger %s', p.status, private.package_left(p), (select sum(e.sessions) from public.booking_package_entries e where e.package_id = p.id))
  from public.booking_packages p;
$$;
-- As if by new rules of its zone.
create function pg_temp.drifts() returns bigint language sql as $$
  update public.bookings set wall_starts_at = wall_starts_at + interval '1 hour' where employee_id = pg_temp.id('employee') and starts_at = pg_temp.at(11);
  select private.job_mend_zone_drift(now());
$$;
grant execute on all functions in schema pg_temp to public;
insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('package'), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('talk'), 'platform', 2, (pg_temp.at(0) + interval '90 days')::date;
select pg_temp.books(9) as of_month, pg_temp.books(11) as of_package \gset
select is(pg_temp.left_over(), 'active 1, by the ledger 1', 'one session is of its month, and one of a package');
savepoint fresh;

-- By new rules of a zone ----------------------------------------------------------------------

update public.companies set status = 'suspended' where id = pg_temp.id('north');
select is(pg_temp.drifts(), 1::bigint, 'a session moves by itself while its company is suspended');
select is(pg_temp.left_over(), 'active 1, by the ledger 1', 'and stays one of its package');
update public.companies set status = 'active' where id = pg_temp.id('north');
select is(private.sessions_left(pg_temp.id('employee'), pg_temp.id('north'), pg_temp.at(11)), 0, 'so that its month pays for no more than it has');

rollback to fresh;
update public.company_subscriptions set ends_on = current_date where company_id = pg_temp.id('north');
select is(pg_temp.drifts(), 1::bigint, 'or when the plan ends before it');
select is(pg_temp.left_over(), 'active 1, by the ledger 1', 'it stays so as well');

-- When it is over -----------------------------------------------------------------------------

rollback to fresh;
select is(pg_temp.corrects(0, (now() at time zone 'UTC')::date), '1', 'a last day is corrected to one before a session');
select private.job_expire_packages(now() + interval '3 days') \g /dev/null
select is(pg_temp.left_over(), 'ended 0, by the ledger 0', 'when it is over, what is left lapses');
select is(pg_temp.answer('employee', format('select (public.cancel_booking(%L)).status', :'of_package')), 'cancelled', 'then the session is cancelled');
select is(pg_temp.left_over(), 'ended 0, by the ledger 0', 'and what comes back lapses with the rest');
select is(pg_temp.ledger(), 'grant 2 admin, use -1 employee, expiry -1 system, return 1 employee, expiry -1 system', 'as the ledger says');
select is(pg_temp.corrects(1), 'invalid_expiry', 'sessions are added to one that has ended');
select is(pg_temp.corrects(1, (pg_temp.at(0) + interval '90 days')::date), '1', 'only with another last day');
select is(pg_temp.left_over(), 'active 1, by the ledger 1', 'until which they are used');
select isnt(pg_temp.books(13), 'sessions_used_up', 'as any');
select is(pg_temp.left_over(), 'active 0, by the ledger 0', 'each once');

select * from finish();
rollback;
