-- Members: roles, ends, and what an end brings with it.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.book(p_person text, p_days int, p_company text default 'north') returns uuid language sql as $$
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  values (pg_temp.id(p_person), pg_temp.id(p_company), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
    date_trunc('hour', now()) + make_interval(days => p_days), date_trunc('hour', now()) + make_interval(days => p_days, mins => 50), 'confirmed')
  returning id;
$$;
insert into public.company_members (company_id, user_id) values (pg_temp.id('south'), pg_temp.id('employee'));
select pg_temp.book('employee', 3) as coming \gset
select pg_temp.book('employee', -3) as past \gset
select pg_temp.book('employee', 4, 'south') as other \gset
select pg_temp.book('colleague', 5) as colleagues \gset
delete from private.emails;

-- Who
create function pg_temp.as_person(p_person text, p_statement text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  execute p_statement;
end; $$;
grant execute on all functions in schema pg_temp to public;
select throws_ok(format('select pg_temp.as_person(%L, %L)', p, s), 'PT403', 'forbidden', format('%s may not: %s', p, s))
from unnest(array['employee', 'manager', 'foreign_admin', 'platform_admin', 'newcomer']) p, unnest(array[
  $$select public.set_member_role(pg_temp.id('north'), pg_temp.id('colleague'), 'admin')$$,
  $$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague'))$$
]) s;
select pg_temp.act_as('company_admin');
select throws_ok($$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('foreign_employee'))$$, 'PT404', 'member_not_found', 'whom the company has not, it does not lose');
select throws_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('foreign_employee'), 'admin')$$, 'PT404', 'member_not_found', 'nor make anything');
select throws_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('colleague'), 'platform_admin')$$, 'PT422', 'invalid_role', 'a role is one of three');

-- The last admin
select throws_ok($$select public.leave_company(pg_temp.id('north'))$$, 'PT409', 'last_admin', 'the last admin cannot leave');
select throws_ok($$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('company_admin'))$$, 'PT409', 'last_admin', 'nor be removed');
select throws_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('company_admin'), 'manager')$$, 'PT409', 'last_admin', 'nor step down');
select lives_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'admin')$$, 'an admin makes another');
select lives_ok($$select public.set_member_role(pg_temp.id('north'), pg_temp.id('company_admin'), 'admin')$$, 'to stay is no change');

-- The end of a membership
select lives_ok($$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('employee'))$$, 'an admin removes an employee');
select throws_ok($$select public.deactivate_member(pg_temp.id('north'), pg_temp.id('employee'))$$, 'PT404', 'member_not_found', 'once');
select pg_temp.act_as_owner();
select is_empty(
  format($$select from public.bookings where id in (%L, %L) and status <> 'confirmed'$$, :'coming', :'other'), 'nothing is cancelled at once'
);
select is_empty($$select from private.email_log$$, 'and nobody is mailed');
select isnt_empty($$select from auth.sessions where user_id = pg_temp.id('employee')$$, 'even being signed out');
select is(private.job_settle_ended_memberships(now()), 1::bigint, 'is the next minute''s');
select is_empty($$select from auth.sessions where user_id = pg_temp.id('employee')$$, 'and then everywhere');
select isnt_empty($$select from public.company_members where user_id = pg_temp.id('employee') and company_id = pg_temp.id('south') and status = 'active'$$, 'the person stays a member of their other company');
select isnt_empty($$select from public.user_roles where user_id = pg_temp.id('employee') and role = 'employee'$$, 'and so an employee');
select ok(
  (select cancels_at between now() and now() + interval '24 hours' from private.membership_ends), 'the sessions are due at a moment within a day'
);
select cancels_at as due from private.membership_ends \gset
select is(private.job_cancel_ended_sessions(:'due'::timestamptz - interval '1 second'), 0::bigint, 'not before');
select is(private.job_cancel_ended_sessions(:'due'), 1::bigint, 'and then all together');
select is(private.job_cancel_ended_sessions(:'due'), 0::bigint, 'once');
select is_empty($$select from private.membership_ends$$, 'after which no mark is left');
select results_eq(
  format('select id, status::text from public.bookings where id in (%L, %L, %L, %L) order by starts_at', :'past', :'coming', :'other', :'colleagues'),
  format($$values (%L::uuid, 'confirmed'), (%L, 'cancelled'), (%L, 'confirmed'), (%L, 'confirmed')$$, :'past', :'coming', :'other', :'colleagues'),
  'what the company pays for and is still to come is cancelled, and nothing else'
);
select results_eq(
  $$select template_key, recipient::text, variables ->> 'reason' from private.email_log where template_key <> 'membership_ended' order by recipient$$,
  $$values ('booking_cancelled', 'employee@people.test', 'The employer no longer takes part.'), ('booking_cancelled', 'specialist@people.test', 'The employer no longer takes part.')$$,
  'both sides are told'
);
select results_eq(
  format($$select specialist_id, starts_at, ends_at, offered_at between %L::timestamptz and %L::timestamptz + interval '168 hours' from public.specialist_freed_times$$, :'due', :'due'),
  format('select specialist_id, starts_at, ends_at, true from public.bookings where id = %L', :'coming'),
  'and the time is kept from being offered'
);
select isnt_empty(
  $$select from public.audit_logs where action = 'company_members.update' and user_id = pg_temp.id('employee') and actor_id = pg_temp.id('company_admin')$$, 'the removal is audited'
);
select is_empty(
  format($$select from public.audit_logs where actor_id = pg_temp.id('company_admin') and (entity_type = 'bookings' or new_values::text ~ %L)$$, :'coming'),
  'and the admin''s entries say nothing of sessions'
);

-- Whoever comes back before the sessions are cancelled keeps them
select pg_temp.act_as('manager');
select public.deactivate_member(pg_temp.id('north'), pg_temp.id('colleague')) \g /dev/null
select pg_temp.act_as_owner();
update public.company_members set status = 'active' where user_id = pg_temp.id('colleague');
select is(private.job_cancel_ended_sessions(now() + interval '25 hours'), 0::bigint, 'of a member nothing is cancelled');
select is((select status from public.bookings where id = :'colleagues'), 'confirmed', 'whoever had removed them before');

-- Leaving
select pg_temp.act_as('manager');
select throws_ok($$select public.leave_company(pg_temp.id('south'))$$, 'PT404', 'company_not_found', 'nobody leaves where they are not');
select lives_ok($$select public.leave_company(pg_temp.id('north'))$$, 'who is not the last admin leaves');
select is_empty($$select from public.companies$$, 'and sees the company no more');
select pg_temp.act_as_owner();
select private.job_settle_ended_memberships(now()) \g /dev/null
select isnt_empty($$select from auth.sessions where user_id = pg_temp.id('manager')$$, 'but stays signed in');

-- What admins and managers see of the plan
select pg_temp.act_as('company_admin');
select is(public.company_plan(pg_temp.id('north')) #>> '{entitlement,plan}', 'test-plan', 'an admin sees the plan');
select is(public.company_plan(pg_temp.id('north')) -> 'seats', '{"limit": 10, "members": 2, "pending": 0}', 'and the seats');
select throws_ok($$select public.company_plan(pg_temp.id('south'))$$, 'PT404', 'company_not_found', 'of their company alone');
select pg_temp.act_as('foreign_employee');
select throws_ok($$select public.company_plan(pg_temp.id('south'))$$, 'PT404', 'company_not_found', 'an employee does not');

select * from finish();
rollback;
