-- A series of sessions: each is booked by the rules of book_session() and answers for itself; a job books the others as their time comes.
begin;
\ir ../setup/people.psql
select no_plan();

update public.specialists set time_zone = 'Europe/Berlin' where id = pg_temp.id('specialist:specialist');
update public.company_subscription_plans set sessions_per_month = null;
-- Nine o'clock on the specialist's wall, in eight days, and the same by weekday.
create temporary view nine as
  select ((now() at time zone 'Europe/Berlin')::date + 8 + time '09:00') as wall, ((now() at time zone 'Europe/Berlin')::date + 8 + time '09:00') at time zone 'Europe/Berlin' as at;
grant select on nine to public;
create function pg_temp.weekly(p_more text) returns text language sql as $$
  select 'FREQ=WEEKLY;BYDAY=' || upper(left(to_char(wall, 'FMDay'), 2)) || ';' || p_more from nine;
$$;
create function pg_temp.make(p_rule text default pg_temp.weekly('COUNT=4'), p_type text default 'talk', p_at timestamptz default null) returns jsonb language sql as $$
  select public.make_series(pg_temp.id('specialist:specialist'), pg_temp.id(p_type), coalesce(p_at, at), p_rule) from nine;
$$;
-- What became of its sessions: a word for each, in order.
create function pg_temp.outcomes(p_answer jsonb) returns text[] language sql as $$
  select array_agg(concat_ws(' ', coalesce(s ->> 'outcome', 'later'), s ->> 'refusal') order by n) from jsonb_array_elements(p_answer -> 'sessions') with ordinality j (s, n);
$$;
create function pg_temp.outcomes() returns text[] language sql as $$
  select array_agg(concat_ws(' ', coalesce(d.outcome, 'later'), d.refusal) order by d.n)
  from (select s from public.recurring_bookings s order by created_at desc, id limit 1) r, private.days_of_series(r.s) d;
$$;
create function pg_temp.take(p_week int, p_person text default 'colleague') returns uuid language sql as $$
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(p_person), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), t, t + interval '50 minutes', 'confirmed'
  from nine, lateral (select (wall + p_week * interval '7 days') at time zone 'Europe/Berlin') s (t)
  returning id;
$$;
-- The job, when all are due.
create function pg_temp.look(p_now timestamptz default now()) returns bigint language plpgsql as $$
begin
  perform pg_temp.act_as_owner();
  update public.recurring_bookings set look_at = least(look_at, p_now);
  update public.recurring_booking_occurrences set next_try_at = least(next_try_at, p_now) where outcome = 'waiting';
  return private.job_book_series(p_now);
end;
$$;
grant execute on all functions in schema pg_temp to public;

-- Making one ----------------------------------------------------------------------------------------

savepoint fresh;
select pg_temp.act_as('employee');
select pg_temp.make() as answer \gset
select is(pg_temp.outcomes(:'answer'), '{booked,booked,booked,booked}', 'a series is booked');
select set_eq($$select jsonb_object_keys(pg_temp.make())$$, array['series_id', 'rule', 'status', 'sessions'], 'and tells what became of it');
rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make() as answer \gset
select results_eq(
  $$select b.wall_starts_at, b.status::text, b.time_zone from public.bookings b where employee_id = pg_temp.id('employee') order by 1$$,
  $$select wall + n * interval '7 days', 'confirmed', 'Europe/Berlin' from nine, generate_series(0, 3) n$$, 'at the same time on the specialist''s wall each week, also where the clocks change'
);
select is(:'answer'::jsonb ->> 'status', 'active', 'it goes on until its last');
select pg_temp.act_as_owner();
select set_eq($$select dedupe_key ~ ':employee$', count(*) from private.email_log where template_key = 'booking_confirmed' group by 1$$, $$values (true, 4::bigint), (false, 4)$$, 'both are told of each');
rollback to fresh;
select pg_temp.act_as('employee');

select is(:'answer'::jsonb ->> 'rule', pg_temp.weekly('COUNT=4'), 'the rule is shown as it is kept');
select throws_ok($$select pg_temp.make('FREQ=DAILY;COUNT=4')$$, 'PT422', 'invalid_rule', 'what is no rule for a series is refused');
select throws_ok($$select pg_temp.make('FREQ=WEEKLY;COUNT=4;BYDAY=' || case when pg_temp.weekly('') ~ 'MO' then 'TU' else 'MO' end)$$, 'PT422', 'invalid_rule', 'so is one whose weekdays the first session is on none of');
select throws_ok($$select pg_temp.make(pg_temp.weekly('COUNT=105'))$$, 'PT422', 'invalid_rule', 'and one without end');
select throws_ok($$select pg_temp.make(p_at => (select at + interval '1 minute' from nine))$$, 'PT422', 'invalid_start', 'a session starts at a full five minutes');
select throws_ok($$select pg_temp.make(p_at => now() - interval '1 day')$$, 'PT422', 'invalid_start', 'and not in the past');
select throws_ok($$select pg_temp.make(p_type => 'retired_type')$$, 'PT422', 'session_type_not_offered', 'of a type that is offered');
select pg_temp.act_as('newcomer');
select throws_ok('select pg_temp.make()', 'PT403', 'email_not_confirmed', 'by somebody with an address');
select pg_temp.act_as('applicant');
select throws_ok('select pg_temp.make()', 'PT403', 'not_a_member', 'and a company');
select pg_temp.act_as('specialist');
select throws_ok('select pg_temp.make()', 'PT422', 'own_session', 'not with themselves');
select pg_temp.act_as('anon');
select throws_ok('select pg_temp.make()', '42501', null, 'and not by nobody');

-- Each answers for itself ----------------------------------------------------------------------------

rollback to fresh;
select pg_temp.act_as_owner();
select pg_temp.take(1) \g /dev/null
insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
select pg_temp.id('specialist:specialist'), 'time_off', wall::date + 14, wall::date + 15 from nine;
update public.specialist_working_hours w set effective_until = (select wall::date + 20 from nine) where w.specialist_id = pg_temp.id('specialist:specialist');
select pg_temp.act_as('employee');
select is(pg_temp.outcomes(pg_temp.make(pg_temp.weekly('COUNT=5'))),
  '{booked,skipped slot_taken,skipped slot_taken,skipped outside_working_hours,skipped outside_working_hours}', 'a session with somebody, a day off and no hours: skipped, and the others stand');
select is((select count(*) from public.recurring_booking_occurrences), 5::bigint, 'the employee sees what became of each');
select pg_temp.act_as('specialist');
select is((select count(*) from public.recurring_bookings), 1::bigint, 'the specialist sees the series');
select is_empty('select series_id from public.recurring_booking_occurrences', 'and not what became of its sessions');
select pg_temp.act_as('company_admin');
select is_empty('select id from public.recurring_bookings', 'an employer sees nothing of it');
select is_empty('select series_id from public.specialist_series()', 'nor by asking');

rollback to fresh;
update public.company_subscription_plans set sessions_per_month = 2;
select pg_temp.act_as('employee');
select pg_temp.make(pg_temp.weekly('COUNT=9')) \g /dev/null
select is((select max(n) from (select count(*) as n from public.bookings where employee_id = pg_temp.id('employee') group by date_trunc('month', starts_at)) m), 2::bigint, 'a month has as many as the plan gives');
select set_eq($$select outcome || coalesce(' ' || refusal, '') from public.recurring_booking_occurrences$$, array['booked', 'waiting sessions_used_up'], 'the others wait');
select is((select status::text from public.recurring_bookings), 'active', 'and the series goes on');
select public.cancel_booking((select id from public.bookings order by starts_at limit 1)) \g /dev/null
select cmp_ok(pg_temp.look(), '>=', 1::bigint, 'the job looks at it');
select is((select count(*) from public.bookings where employee_id = pg_temp.id('employee') and status = 'confirmed' and starts_at < (select date_trunc('month', at) + interval '1 month' from nine)), 2::bigint, 'and books what another gave back');

rollback to fresh;
update public.company_subscriptions set ends_on = (select at::date + 10 from nine) where company_id = pg_temp.id('north');
insert into public.pillar_required_documents (pillar_id, document_type) values (pg_temp.id('mind'), 'license');
insert into public.specialist_documents (specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size, verification_status, decided_at, pillar_ids, expiry_date)
select pg_temp.id('specialist:specialist'), 'license', '2', 'Test', repeat('0', 64), 'application/pdf', 1000, 'verified', now(), array[pg_temp.id('mind')], wall::date + 17 from nine;
select pg_temp.act_as('employee');
select is(pg_temp.outcomes(pg_temp.make()), '{booked,booked,waiting plan_ends_before,waiting documents_end_before}', 'a plan and a licence that end: waiting for others');
select pg_temp.act_as_owner();
update public.company_subscriptions set ends_on = null where company_id = pg_temp.id('north');
update public.specialist_documents set expiry_date = null where verification_status <> 'expired';
select pg_temp.look() \g /dev/null
select is(pg_temp.outcomes(), '{booked,booked,booked,booked}', 'who are renewed');

rollback to fresh;
insert into public.specialist_booking_rules (specialist_id, requires_acceptance) values (pg_temp.id('specialist:specialist'), true);
select pg_temp.act_as('employee');
select is(pg_temp.outcomes(pg_temp.make()), '{booked,booked,booked,booked}', 'where the specialist accepts first');
select is((select array_agg(distinct status::text) from public.bookings), '{pending}', 'each is asked for');

-- Limits ----------------------------------------------------------------------------------------------

rollback to fresh;
update public.system_settings set value = '3' where key = 'booking_max_open_per_person';
select pg_temp.act_as('employee');
select is(pg_temp.outcomes(pg_temp.make(pg_temp.weekly('COUNT=5'))), '{booked,booked,booked,waiting booking_limit,waiting booking_limit}', 'no more than a person may have to come');
select public.cancel_booking((select id from public.bookings order by starts_at limit 1)) \g /dev/null
select pg_temp.look() \g /dev/null
select is((pg_temp.outcomes())[4:5], '{booked,"waiting booking_limit"}', 'until one is over');
rollback to fresh;
update public.system_settings set value = '1' where key = 'series_max_per_person';
update public.system_settings set value = '10' where key = 'bookings_allowance_burst';
select pg_temp.act_as('employee');
select is(pg_temp.outcomes(pg_temp.make(pg_temp.weekly('COUNT=12'))), '{booked,booked,booked,booked,booked,booked,booked,later,later,later,later,later}', 'as far ahead as series are booked');
select throws_ok('select pg_temp.make()', 'PT409', 'series_limit', 'a person has so many going');
select pg_temp.act_as('colleague');
select pg_temp.make(p_at => (select at + interval '1 hour' from nine), p_rule => pg_temp.weekly('COUNT=12')) \g /dev/null
select set_eq($$select outcome || coalesce(' ' || refusal, '') from public.recurring_booking_occurrences$$, array['booked'], 'within an allowance');

-- The job ---------------------------------------------------------------------------------------------

rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make(pg_temp.weekly('COUNT=12')) \g /dev/null
select pg_temp.act_as_owner();
select is(private.job_book_series(now()), 0::bigint, 'what was just booked is not looked at');
select is(pg_temp.look(), 0::bigint, 'and looked at again, nothing is due');
select pg_temp.take(7) \g /dev/null
select is(private.job_book_series(now() + interval '3 weeks'), 3::bigint, 'three weeks late, three are');
select is(private.job_book_series(now() + interval '3 weeks'), 0::bigint, 'run twice, nothing more');
select is((select count(*) from public.bookings where employee_id = pg_temp.id('employee')), 9::bigint, 'each is booked once');
select is((pg_temp.outcomes())[8:11], '{"skipped slot_taken",booked,booked,later}', 'and one that was taken is skipped');
select results_eq($$select recipient::text, variables -> 'sessions' from private.email_log where template_key = 'series_not_booked'$$,
  $$select 'employee@people.test', jsonb_build_array(jsonb_build_object('starts_at', private.iso_timestamp((wall + interval '7 weeks') at time zone 'Europe/Berlin'), 'taken', true, 'waits', false)) from nine$$,
  'of which the employee is told, and nobody else');
select set_eq($$select distinct actor from public.booking_status_history h join public.bookings b on b.id = h.booking_id where b.employee_id = pg_temp.id('employee')$$, array['employee', 'system'], 'a job books as the system');
select is(private.job_book_series(now() + interval '10 weeks'), 2::bigint, 'the rest');
select is(private.job_book_series(now() + interval '20 weeks'), 0::bigint, 'and no more');
select is((select array_agg(status::text) from public.recurring_bookings where employee_id = pg_temp.id('employee')), '{ended}', 'then it has ended');

-- What a job books counts like what its person books, and nobody's series keep those of others waiting.
rollback to fresh;
update public.system_settings set value = '10' where key = 'bookings_allowance_burst';
select pg_temp.act_as('employee');
select is((pg_temp.outcomes(pg_temp.make(pg_temp.weekly('COUNT=12'))))[7:8], '{booked,later}', 'to make a series and book seven takes eight of ten');
select pg_temp.act_as_owner();
select private.job_book_series(now() + interval '3 weeks') \g /dev/null
select is((pg_temp.outcomes())[8:10], '{booked,booked,"waiting rate_limited"}', 'so the job books two more, and then so many a day');

rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make(pg_temp.weekly('COUNT=30')) \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.take(n) from generate_series(7, 29) n \g /dev/null
update public.system_settings set value = '220' where key = 'series_days_ahead';
update public.specialist_booking_rules set horizon_days = 365;
insert into public.specialist_booking_rules (specialist_id, horizon_days) values (pg_temp.id('specialist:specialist'), 365) on conflict (specialist_id) do update set horizon_days = 365;
select is(pg_temp.look(now() + interval '1 hour'), 20::bigint, 'in one run so many of one person are tried');
select results_eq($$select jsonb_array_length(variables -> 'sessions'), (variables ->> 'more')::int from private.email_log where template_key = 'series_not_booked'$$,
  'values (15, 5)', 'of which one mail tells');
select is(private.job_book_series(now() + interval '61 minutes'), 3::bigint, 'the others have their turn in the next');
select is((select count(*) from private.email_log where template_key = 'series_not_booked'), 2::bigint, 'and another mail');

rollback to fresh;
update public.company_subscription_plans set sessions_per_month = 1;
-- Of two who are due, who has many that will wait is first.
insert into public.recurring_bookings (employee_id, company_id, specialist_id, session_type_id, rule, wall_starts_at, time_zone, look_at)
select pg_temp.id(who), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=' || n, wall + hour * interval '1 hour', 'Europe/Berlin', now() - hour * interval '1 minute'
from nine, (values ('employee', 60, 5), ('employee', 60, 4), ('employee', 60, 3), ('employee', 60, 2), ('employee', 60, 1), ('colleague', 1, 0)) v (who, n, hour);
create function pg_temp.tries(p_runs int, p_every interval) returns bigint language plpgsql as $$
declare
  v bigint := 0;
begin
  for i in 1..p_runs loop
    v := v + private.job_book_series(now() + i * p_every);
  end loop;
  return v;
end;
$$;
select private.job_book_series(now()) \g /dev/null
select is((select count(*) from public.bookings where employee_id = pg_temp.id('colleague') and status = 'confirmed'), 1::bigint, 'who has many that wait keeps nobody else waiting');
select is((select count(*) from public.recurring_booking_occurrences), 21::bigint, 'in a run');
-- Those that wait for a whole day: at once, and after an hour, two, four, eight and sixteen.
select pg_temp.tries(288, '5 minutes') as tries \gset
select cmp_ok(:tries::bigint, '<=', 6 * (select count(*) from public.recurring_booking_occurrences where outcome = 'waiting'), 'what waits long is tried seldom');
select cmp_ok((select count(*) from public.recurring_booking_occurrences where outcome = 'waiting'), '>', 200::bigint, 'of so many');
select cmp_ok((select max(next_try_at) from public.recurring_booking_occurrences), '<=', now() + interval '2 days', 'once a day at least');

-- The specialist cannot tell a series of which one waits from one of which all are booked.
rollback to fresh;
create temporary table sight (world text, what text);
grant all on sight to public;
create function pg_temp.look_as_specialist(p_world text) returns void language plpgsql as $$
begin
  perform pg_temp.look(now() + interval '2 hours');
  perform pg_temp.act_as('specialist');
  insert into sight
  select p_world, jsonb_build_object('series', to_jsonb(s), 'row', (
    select jsonb_agg(jsonb_build_object('status', r.status, 'rule', r.rule, 'by', r.stopped_by, 'created', r.created_at)) from public.recurring_bookings r
  ))::text from (select session_type, employee_name, rule, wall_starts_at, next_starts_at from public.specialist_series()) s;
  perform pg_temp.act_as_owner();
end;
$$;
savepoint worlds;
select pg_temp.act_as('employee');
select pg_temp.make() \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.look_as_specialist('all booked') \g /dev/null
select what as all_booked from sight \gset
rollback to worlds;
update public.company_subscription_plans set sessions_per_month = 1;
select pg_temp.act_as('employee');
select pg_temp.make() \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.look_as_specialist('some wait') \g /dev/null
select is((select what from sight), :'all_booked', 'the specialist cannot tell a series of which some wait from one that is booked');
select pg_temp.act_as('specialist');
select throws_ok('select updated_at from public.recurring_bookings', '42501', null, 'nor by when it was looked at');

-- One that nothing foresaw
rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make(pg_temp.weekly('COUNT=12')) \g /dev/null
select pg_temp.act_as('colleague');
select pg_temp.make(pg_temp.weekly('COUNT=12'), p_at => (select at + interval '1 hour' from nine)) \g /dev/null
select pg_temp.act_as_owner();
create function pg_temp.break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end; $$;
create trigger a_break before insert on public.bookings for each row when (new.employee_id = '5de0b75e-0000-4000-8000-000000000001') execute function pg_temp.break();
select format('drop trigger a_break on public.bookings; create trigger a_break before insert on public.bookings for each row when (new.employee_id = %L) execute function pg_temp.break()', pg_temp.id('employee')) \gexec
select is(private.job_book_series(now() + interval '1 week'), 1::bigint, 'a failure of one series keeps no other');
select isnt_empty($$select from private.job_runs where job = 'book_series' and status = 'failed' and error ~ 'broken'$$, 'and is written down');

-- What becomes of it when -----------------------------------------------------------------------------

rollback to fresh;
select pg_temp.act_as('employee');
select pg_temp.make(pg_temp.weekly('COUNT=12')) \g /dev/null
select pg_temp.act_as_owner();
savepoint made;

update public.companies set status = 'suspended' where id = pg_temp.id('north');
select private.job_book_series(now() + interval '1 week') \g /dev/null
select is((pg_temp.outcomes())[7:9], '{booked,"waiting not_a_member",later}', 'company suspended: nothing is booked meanwhile');
update public.companies set status = 'active' where id = pg_temp.id('north');
select private.job_book_series(now() + interval '1 week 2 hours') \g /dev/null
select is((pg_temp.outcomes())[7:9], '{booked,booked,later}', 'and goes on afterwards');
rollback to made;

update public.company_subscriptions set status = 'suspended' where company_id = pg_temp.id('north');
select private.job_book_series(now() + interval '1 week') \g /dev/null
select is((pg_temp.outcomes())[8], 'waiting no_plan', 'plan ended: the same');
rollback to made;

update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select private.job_book_series(now() + interval '1 week') \g /dev/null
select is((pg_temp.outcomes())[8], 'waiting specialist_not_found', 'specialist suspended: the same');
select pg_temp.act_as('specialist');
select is_empty('select id from public.recurring_bookings', 'who sees no series any more');
select is_empty('select series_id from public.specialist_series()', 'nor with whom');
select pg_temp.act_as_owner();
rollback to made;

select pg_temp.act_as('company_admin');
select public.deactivate_member(pg_temp.id('north'), pg_temp.id('employee')) \g /dev/null
select pg_temp.act_as_owner();
select private.job_book_series(now() + interval '1 week') \g /dev/null
select is((select status::text from public.recurring_bookings), 'active', 'member removed: until their sessions are cancelled, nothing tells');
select is((pg_temp.outcomes())[8], 'waiting not_a_member', 'but nothing is booked');
select private.job_cancel_ended_sessions(now() + interval '25 hours') \g /dev/null
select private.job_cancel_ended_sessions(now() + interval '25 hours') \g /dev/null
select private.job_book_series(now() + interval '1 week 2 hours') \g /dev/null
select results_eq('select status::text, stopped_by from public.recurring_bookings', $$values ('stopped', 'system')$$, 'then it is stopped');
select set_eq($$select recipient::text, variables ->> 'by_us' from private.email_log where template_key = 'series_stopped'$$,
  $$values ('employee@people.test', 'true'), ('specialist@people.test', 'true')$$, 'and both are told');
rollback to made;

delete from auth.users where id = pg_temp.id('employee');
select is_empty('select id from public.recurring_bookings', 'account closed: it goes with the account');
select is((select count(*) from public.bookings where employee_id is null and releases_at is not null), 7::bigint, 'and its sessions as any others');
rollback to made;

-- As one after the other ------------------------------------------------------------------------------

-- In random worlds: what becomes of each session of a series is what book_session() says to whoever books them one after the other.
rollback to fresh;
create function pg_temp.tried(p_at timestamptz) returns text language plpgsql as $$
begin
  perform public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), p_at);
  return 'booked';
exception when others then
  return sqlerrm;
end;
$$;
create function pg_temp.one_by_one(p_starts timestamptz[]) returns text[] language plpgsql as $$
declare
  v text[];
begin
  begin
    v := array(select pg_temp.tried(s.at) from unnest(p_starts) with ordinality s (at, n) order by n);
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return v;
  end;
end;
$$;
create function pg_temp.as_series(p_rule text, p_starts timestamptz[]) returns text[] language plpgsql as $$
declare
  v text[];
begin
  begin
    v := array(
      select coalesce(s ->> 'refusal', 'booked') from jsonb_array_elements(pg_temp.make(p_rule) -> 'sessions') with ordinality j (s, n)
      where s ->> 'outcome' is not null order by n
    );
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return v;
  -- Where the month of the first is used up, there is no series.
  when sqlstate 'PT409' then
    return pg_temp.one_by_one(p_starts);
  end;
end;
$$;
create function pg_temp.world() returns void language plpgsql as $$
begin
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select distinct on (t) pg_temp.id('colleague'), pg_temp.id('north'), pg_temp.id(case when random() < 0.7 then 'specialist:specialist' else 'other_specialist:specialist' end), pg_temp.id('talk'), t, t + interval '50 minutes', 'confirmed'
  from nine, lateral (select at + floor(random() * 50) * interval '1 day' as t from generate_series(1, 6)) s;
  insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select distinct on (t) pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('other_specialist:specialist'), pg_temp.id('stretch'), t, t + interval '30 minutes', 'confirmed'
  from nine, lateral (select at + floor(random() * 50) * interval '1 day' + interval '4 hours' * (random() < 0.5)::int as t from generate_series(1, 4)) s
  where not exists (select from public.bookings b where b.specialist_id = pg_temp.id('other_specialist:specialist') and b.starts_at = t);
  update public.system_settings set value = to_jsonb(5 + floor(random() * 12)::int) where key = 'booking_max_open_per_person';
  update public.company_subscription_plans set sessions_per_month = 1 + floor(random() * 9) where slug = 'test-plan';
  if random() < 0.5 then
    insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
    select pg_temp.id('specialist:specialist'), 'time_off', wall::date + d, wall::date + d + 9 from nine, (select floor(random() * 40)::int) r (d);
  end if;
  delete from public.specialist_working_hours where specialist_id = pg_temp.id('specialist:specialist') and random() < 0.2;
end;
$$;
grant execute on all functions in schema pg_temp to public;
create temporary table compared (n int, rule text, one_by_one text[], as_series text[]);
create procedure pg_temp.compare(p_worlds int) language plpgsql as $$
declare
  v_rule text;
  v_starts timestamptz[];
  v_one_by_one text[];
  v_as_series text[];
begin
  for n in 1..p_worlds loop
    select concat('FREQ=WEEKLY;', case when random() < 0.3 then 'INTERVAL=2;' end, 'BYDAY=', string_agg(d, ',' order by i), ';COUNT=', 3 + floor(random() * 12)::int)
    into v_rule
    from unnest(private.weekdays()) with ordinality w (d, i), nine where i = extract(isodow from wall) or random() < 0.25;
    v_starts := array(
      select s.starts_at from nine, private.series_starts(v_rule, nine.wall, 'Europe/Berlin') s where s.starts_at <= now() + interval '56 days' order by s.n
    );
    begin
      perform pg_temp.world();
      perform pg_temp.act_as('employee');
      v_one_by_one := pg_temp.one_by_one(v_starts);
      v_as_series := pg_temp.as_series(v_rule, v_starts);
      perform pg_temp.act_as_owner();
      raise sqlstate 'UNDO0';
    exception when sqlstate 'UNDO0' then
      perform pg_temp.act_as_owner();
    end;
    insert into compared values (n, v_rule, v_one_by_one, v_as_series);
  end loop;
end;
$$;
alter table public.bookings disable trigger record_first_status;
alter table public.bookings disable trigger schedule_reminders;
call pg_temp.compare(30);
select is_empty('select * from compared where one_by_one <> as_series', 'in thirty worlds, what becomes of each session is what it would be alone, after those before it');
select set_has('select unnest(as_series) from compared', $$values ('booked'), ('slot_taken'), ('outside_working_hours'), ('sessions_used_up'), ('booking_limit')$$, 'of all kinds');

select * from finish();
rollback;
