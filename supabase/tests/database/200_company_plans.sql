-- Plans: who gives them, what may follow what, and what a company is entitled to by them.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- Companies of the seed have plans that end some day, too.
delete from public.company_subscriptions;
insert into public.company_subscription_plans (slug, name, seats, sessions_per_month, features, trial_days, is_active) values
  ('test-small', 'Small', 3, 2, '{"reports": false}', 14, true),
  ('test-large', 'Large', 50, null, '{"reports": true}', 0, true),
  ('test-old', 'Old', 5, 5, '{}', 14, false);

create function pg_temp.today() returns date language sql as $$ select (now() at time zone 'UTC')::date; $$;
create function pg_temp.assign(
  p_plan text, p_status text default 'active', p_starts_on date default pg_temp.today(), p_trial_days int default null,
  p_seats int default null, p_reason text default null, p_ends_on date default null, p_company text default 'north'
) returns jsonb language sql as $$
  select public.assign_company_plan(
    pg_temp.id(p_company), p_plan, p_status, p_starts_on, p_trial_days, p_seats, p_reason,
    '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "user_agent": "Agent", "reason": "forged"}', p_ends_on
  );
$$;
create function pg_temp.entitled(p_after interval default '0', p_company text default 'north') returns text language sql as $$
  select concat_ws(' ', plan, status, seats, sessions_per_month, ends_on - pg_temp.today())
  from private.company_entitlement(pg_temp.id(p_company), now() + p_after);
$$;
grant execute on all functions in schema pg_temp to public;

-- Who
create function pg_temp.assign_as(p_person text) returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return pg_temp.assign('test-small');
end; $$;
select throws_ok(format('select pg_temp.assign_as(%L)', p), 'PT403', 'forbidden', p || ' assigns nothing')
from unnest(array['employee', 'manager', 'company_admin', 'foreign_admin', 'newcomer', 'specialist']) p;
select pg_temp.act_as_owner();
select is(pg_temp.entitled(), null, 'a company without a plan is entitled to nothing');
select is(private.company_seats(pg_temp.id('north')), '{"limit": 0, "members": 4, "pending": 0}', 'and has no seat');

select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.assign('test-none')$$, 'PT404', 'not_found', 'no plan that does not exist');
select throws_ok($$select pg_temp.assign('test-small', p_company => 'nowhere')$$, 'PT404', 'not_found', 'nor to a company that does not');
select throws_ok($$select pg_temp.assign('test-old')$$, 'PT422', 'plan_inactive', 'nor one that is no longer given');
select throws_ok(format('select pg_temp.assign(%L, %L)', 'test-large', s), 'PT409', 'transition_not_allowed', 'nothing begins as ' || coalesce(s, 'null'))
from unnest(array['suspended', 'paused', null]) s;
select throws_ok($$select pg_temp.assign('test-large', 'cancelled', p_reason => 'a reason')$$, 'PT409', 'transition_not_allowed', 'nor as cancelled');

-- Seats below members
select throws_ok($$select pg_temp.assign('test-small')$$, 'PT409', 'seats_below_members', 'four members do not fit into three seats');
do $$
declare v_detail text;
begin
  perform pg_temp.assign('test-small');
exception when sqlstate 'PT409' then
  get stacked diagnostics v_detail = pg_exception_detail;
  perform set_config('test.detail', v_detail, true);
end; $$;
select is(current_setting('test.detail')::jsonb, '{"members": 4, "pending": 0, "limit": 3}', 'the refusal says the numbers');
select throws_ok($$select pg_temp.assign('test-small', p_reason => ' no ')$$, 'PT422', 'reason_required', 'a reason is more than a word');
select results_eq(
  $$select a - 'id' - 'company_id' from pg_temp.assign('test-small', p_reason => 'two of them leave this week') a$$,
  format('values (%L::jsonb)', jsonb_build_object('plan', 'test-small', 'status', 'active', 'starts_on', pg_temp.today(), 'ends_on', null,
    'trial_ends_on', null, 'seats', 3, 'sessions_per_month', 2, 'features', '{"reports": false}'::jsonb)),
  'with a reason it is done'
);
select lives_ok($$select pg_temp.assign('test-small', p_seats => 4)$$, 'seats can be agreed beside the plan');
select pg_temp.act_as_owner();
select is(pg_temp.entitled(), 'test-small active 4 2', 'and hold instead of the plan''s');
select results_eq(
  $$select a.actor_id, host(ip_address), user_agent, source, old_values ->> 'seats', new_values ->> 'seats', context ->> 'reason'
    from public.audit_logs a where action = 'company.plan_assigned' order by id$$,
  $$values (pg_temp.id('platform_admin'), null::text, 'Agent', 'assign_company_plan', null, '3', 'two of them leave this week'),
           (pg_temp.id('platform_admin'), null::text, 'Agent', 'assign_company_plan', '3', '4', null)$$,
  'each assignment is audited, with what was before; a context says what is allowed to it, and no address'
);
select results_eq(
  $$select template_key, recipient::text, variables ->> 'plan_name', variables ->> 'seats', category from private.email_log where template_key like 'plan%'$$,
  $$values ('plan_assigned', 'company_admin@people.test', 'Small', '3', 'account')$$, 'the admins are mailed, and only they'
);
select pg_temp.act_as('platform_admin');
select lives_ok($$select pg_temp.assign('test-small', p_seats => 4)$$, 'the same again is fine');
select pg_temp.act_as_owner();
select is((select count(*) from public.audit_logs where action = 'company.plan_assigned'), 2::bigint, 'and is no change');

-- The graph, from a live subscription
create function pg_temp.from_to(p_from text, p_to text) returns text language plpgsql as $$
begin
  perform pg_temp.act_as_owner();
  delete from public.company_subscriptions where company_id = pg_temp.id('south');
  insert into public.company_subscriptions (company_id, plan_id, status, starts_on, trial_ends_on, ends_on, cancelled_at, cancellation_reason)
  select pg_temp.id('south'), id, p_from, pg_temp.today() - 5, pg_temp.today() + 5,
    case when p_from = 'cancelled' then pg_temp.today() end, case when p_from = 'cancelled' then now() end, case when p_from = 'cancelled' then 'a reason' end
  from public.company_subscription_plans where slug = 'test-large';
  perform pg_temp.act_as('platform_admin');
  return pg_temp.assign('test-small', p_to, p_reason => 'a reason', p_company => 'south') ->> 'status';
exception when sqlstate 'PT409' then
  return sqlerrm;
end; $$;
grant execute on all functions in schema pg_temp to public;
select is(pg_temp.from_to(f, t), case when (f, t) in (
    ('trial', 'trial'), ('trial', 'active'), ('trial', 'suspended'), ('trial', 'cancelled'),
    ('active', 'active'), ('active', 'suspended'), ('active', 'cancelled'),
    ('suspended', 'active'), ('suspended', 'suspended'), ('suspended', 'cancelled'), ('cancelled', 'active')
  ) then t else 'transition_not_allowed' end, format('%s to %s', f, t))
from unnest(array['trial', 'active', 'suspended', 'cancelled']) f, unnest(array['trial', 'active', 'suspended', 'cancelled']) t;
select pg_temp.act_as_owner();
select pg_temp.from_to('cancelled', 'active') \g /dev/null
select is((select count(*) from public.company_subscriptions where company_id = pg_temp.id('south')), 2::bigint, 'after a cancelled one a new one begins');
select pg_temp.from_to('active', 'cancelled') \g /dev/null
select results_eq(
  $$select ends_on, cancelled_at = now(), cancellation_reason from public.company_subscriptions where company_id = pg_temp.id('south')$$,
  $$values (pg_temp.today(), true, 'a reason')$$, 'a cancelled one says when and why'
);
select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.assign('test-small', 'cancelled')$$, 'PT422', 'reason_required', 'cancelling wants a reason');

-- Dates and numbers
select throws_ok(format('select pg_temp.assign(%s)', a), 'PT422', c, c || ': ' || a)
from (values
  ($$'test-large', p_starts_on => pg_temp.today() + 1$$, 'invalid_start'), ($$'test-large', p_starts_on => 'infinity'$$, 'invalid_start'),
  ($$'test-large', p_starts_on => pg_temp.today() + 400, p_company => 'north'$$, 'invalid_start'),
  ($$'test-large', p_ends_on => pg_temp.today() - 1$$, 'invalid_end'), ($$'test-large', p_ends_on => 'infinity'$$, 'invalid_end'),
  ($$'test-large', p_seats => 0$$, 'invalid_seats'), ($$'test-large', p_seats => 1000000$$, 'invalid_seats')
) as e (a, c);
select pg_temp.act_as_owner();
delete from public.company_subscriptions;
select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.assign('test-large', 'trial')$$, 'PT422', 'invalid_trial', 'a plan without trial days has no trial');
select throws_ok($$select pg_temp.assign('test-large', 'trial', p_trial_days => 400)$$, 'PT422', 'invalid_trial', 'nor is a trial that long');
select throws_ok($$select pg_temp.assign('test-large', 'trial', p_trial_days => 2147483647)$$, 'PT422', 'invalid_trial', 'nor one until a day that there is not');
select throws_ok($$select pg_temp.assign('test-large', 'trial', p_trial_days => 14, p_starts_on => '5874897-12-31')$$, 'PT422', 'invalid_start', 'however far ahead it starts');
select throws_ok($$select pg_temp.assign('test-large', 'trial', p_trial_days => 30, p_ends_on => pg_temp.today() + 3)$$, 'PT422', 'invalid_end', 'the end is not within the trial');

select is((pg_temp.assign('test-small', 'trial', p_reason => 'a reason') ->> 'trial_ends_on')::date, pg_temp.today() + 13, 'a trial lasts as the plan says');
select is((pg_temp.assign('test-small', 'trial', p_trial_days => 21, p_reason => 'a reason') ->> 'trial_ends_on')::date, pg_temp.today() + 20, 'or as agreed');
select pg_temp.act_as_owner();
delete from public.company_subscriptions;
select pg_temp.act_as('platform_admin');

-- Entitlement by day, where the company is: Kiritimati is fourteen hours ahead of UTC
select is((pg_temp.assign('test-large', 'trial', p_trial_days => 10) ->> 'trial_ends_on')::date, pg_temp.today() + 9, 'ten days of trial, today the first');
select pg_temp.act_as_owner();
select is(pg_temp.entitled(), 'test-large trial 50 9', 'a trial entitles');
select is(pg_temp.entitled('9 days'), 'test-large trial 50 9', 'to its last day');
select is(pg_temp.entitled('10 days'), null, 'and not beyond');
select is(pg_temp.entitled('-1 day'), null, 'nor before');
update public.companies set time_zone = 'Pacific/Kiritimati' where id = pg_temp.id('north');
select is_empty(
  $$select from private.company_entitlement(pg_temp.id('north'), (pg_temp.today() + 10)::timestamp at time zone 'UTC')$$, 'a company that moves its time zone moves no end of a plan'
);
update public.company_subscriptions set time_zone = 'Pacific/Kiritimati' where company_id = pg_temp.id('north');
select is(
  (select seats from private.company_entitlement(pg_temp.id('north'), (pg_temp.today() + 10)::timestamp at time zone 'Pacific/Kiritimati' - interval '1 second')),
  50, 'the last day ends where the plan counts'
);
select is_empty(
  $$select from private.company_entitlement(pg_temp.id('north'), (pg_temp.today() + 10)::timestamp at time zone 'Pacific/Kiritimati')$$, 'at midnight'
);
update public.company_subscriptions set time_zone = 'UTC' where company_id = pg_temp.id('north');
update public.companies set time_zone = 'UTC', status = 'suspended' where id = pg_temp.id('north');
select is(pg_temp.entitled(), null, 'a suspended company is entitled to nothing');
update public.companies set status = 'active' where id = pg_temp.id('north');

-- The job
delete from private.emails;
select is(private.job_end_subscriptions(now() + interval '9 days'), 0::bigint, 'on its last day a trial goes on');
select is(private.job_end_subscriptions(now() + interval '10 days'), 1::bigint, 'then it is over');
select is(private.job_end_subscriptions(now() + interval '10 days'), 0::bigint, 'once');
select is((select status from public.company_subscriptions where company_id = pg_temp.id('north')), 'suspended', 'and suspended');
select results_eq(
  $$select template_key, recipient::text, variables ->> 'is_trial' from private.email_log$$,
  $$values ('plan_ended', 'company_admin@people.test', 'true')$$, 'the admins hear of it'
);
select is((select count(*) from public.audit_logs where action = 'company.plan_ended' and new_values ->> 'status' = 'suspended'), 1::bigint, 'so does the log');
select pg_temp.act_as('platform_admin');
select lives_ok($$select pg_temp.assign('test-large', p_ends_on => pg_temp.today() + 20)$$, 'a trial that is over becomes a plan');
select pg_temp.act_as_owner();
select is(pg_temp.entitled('20 days'), 'test-large active 50 20', 'with an end');
select is(pg_temp.entitled('21 days'), null, 'that is one');
select is(private.job_end_subscriptions(now() + interval '21 days'), 1::bigint, 'the job notices');
select results_eq(
  $$select status::text, cancellation_reason from public.company_subscriptions where company_id = pg_temp.id('north')$$,
  $$values ('cancelled', 'its last day has passed')$$, 'and cancels it'
);
select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.assign('test-small', 'trial', p_reason => 'a reason')$$, 'PT409', 'transition_not_allowed', 'no company has a second trial');

-- One live, and what the table refuses
select pg_temp.act_as_owner();
prepare subscription as insert into public.company_subscriptions (company_id, plan_id, status, starts_on, ends_on, trial_ends_on, cancelled_at, cancellation_reason)
  select pg_temp.id('south'), id, $1, pg_temp.today(), $2, $3, $4, $5 from public.company_subscription_plans where slug = 'test-large';
select throws_ok($$execute subscription('active', pg_temp.today() - 1, null, null, null)$$, '23514', null, 'a plan ends after it starts');
select throws_ok($$execute subscription('trial', null, null, null, null)$$, '23514', null, 'a trial has an end');
select throws_ok($$execute subscription('trial', pg_temp.today() + 1, pg_temp.today() + 2, null, null)$$, '23514', null, 'within the plan');
select throws_ok($$execute subscription('cancelled', pg_temp.today(), null, null, 'a reason')$$, '23514', null, 'cancelled has a time');
select throws_ok($$execute subscription('cancelled', pg_temp.today(), null, now(), null)$$, '23514', null, 'and a reason');
select throws_ok($$execute subscription('active', null, null, now(), null)$$, '23514', null, 'which nothing else has');
select lives_ok($$execute subscription('active', null, null, null, null)$$, 'one live subscription');
select throws_ok($$execute subscription('suspended', null, null, null, null)$$, '23505', null, 'and no second');

-- Plans: a limit never changes under those who have it
select pg_temp.act_as('platform_admin');
select throws_ok($$update public.company_subscription_plans set seats = 1$$, '42501', null, 'the limits of a plan stay');
select lives_ok($$update public.company_subscription_plans set is_active = false where slug = 'test-large'$$, 'a plan is retired');
select pg_temp.act_as_owner();
select is(pg_temp.entitled(p_company => 'south'), 'test-large active 50', 'and stays with who has it');

-- Booking by the plan
create function pg_temp.book(p_days int, p_specialist text default 'specialist', p_hours int default 0) returns public.bookings language sql as $$
  -- All in the month after next, so that they are together in one.
  select public.book_session(
    pg_temp.id(p_specialist || ':specialist'), pg_temp.id('talk'),
    (date_trunc('month', now() at time zone 'UTC') + interval '2 months' + make_interval(days => p_days, hours => p_hours)) at time zone 'UTC'
  );
$$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('employee');
select throws_ok($$select pg_temp.book(3)$$, 'PT409', 'no_plan', 'without a plan nobody books');
select pg_temp.act_as('platform_admin');
select pg_temp.assign('test-small', p_seats => 4) \g /dev/null
select pg_temp.act_as('employee');
select lives_ok($$select pg_temp.book(3)$$, 'with one they do');
select lives_ok($$select pg_temp.book(4)$$, 'two in a month');
select throws_ok($$select pg_temp.book(5)$$, 'PT409', 'sessions_used_up', 'which is what the plan has for each');
select pg_temp.act_as('colleague');
select lives_ok($$select pg_temp.book(8)$$, 'whatever one has, another has theirs');
select pg_temp.act_as('employee');
select lives_ok($$select pg_temp.book(-5)$$, 'another month has its own');
select lives_ok($$select public.reschedule_booking(id, starts_at + interval '2 days') from public.bookings where starts_at > now() order by starts_at desc limit 1$$,
  'moving a session within the month takes no other');
select throws_ok($$select public.reschedule_booking(id, starts_at + interval '20 days') from public.bookings order by starts_at limit 1$$,
  'PT409', 'sessions_used_up', 'moving one into it does');
select public.cancel_booking(id) from public.bookings order by starts_at desc limit 1 \g /dev/null
select lives_ok($$select pg_temp.book(5)$$, 'a cancelled session gives its place back');
select pg_temp.act_as('foreign_employee');
select lives_ok($$select pg_temp.book(5, 'other_specialist')$$, 'another company has its own number');
select pg_temp.act_as('platform_admin');
select pg_temp.assign('test-small', p_seats => 4, p_ends_on => pg_temp.today() + 10) \g /dev/null
select pg_temp.act_as('manager');
select throws_ok($$select pg_temp.book(9)$$, 'PT409', 'plan_ends_before', 'a session after the last day of the plan is not covered');
select pg_temp.act_as('platform_admin');
select pg_temp.assign('test-small', p_seats => 4) \g /dev/null
-- A session on the first, at one in the morning in Berlin, is of that month there and of the one before in UTC.
select pg_temp.act_as_owner();
update public.companies set time_zone = 'Europe/Berlin' where id = pg_temp.id('north');
create function pg_temp.sessions_left() returns int language sql as $$
  select private.sessions_left(pg_temp.id('employee'), pg_temp.id('north'), (date_trunc('month', now() at time zone 'UTC') + interval '2 months -1 hour') at time zone 'UTC');
$$;
select is(pg_temp.sessions_left(), 1, 'a company that moves its time zone moves no edge of a month');
select pg_temp.act_as('platform_admin');
select pg_temp.assign('test-small', p_seats => 4) \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.sessions_left(), 0, 'until it is given its next plan');
select pg_temp.act_as('employee');
select throws_ok($$select pg_temp.book(0, 'other_specialist', -1)$$, 'PT409', 'sessions_used_up', 'months are those of the plan');
select lives_ok($$select pg_temp.book(0, 'other_specialist', -3)$$, 'also at their edge');

select * from finish();
rollback;
