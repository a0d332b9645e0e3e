-- Packages: who gives one, what pays for a session, and that over random histories the ledger, the sessions and a model of
-- both agree. docs/decisions/what-pays-for-a-session.md
begin;
\ir ../setup/people.psql
\ir ../setup/answer.psql
select no_plan();
\if :{?histories} \else \set histories 25 \endif

insert into public.session_types (id, pillar_id, kind, name, default_minutes) values (pg_temp.id('walk'), pg_temp.id('mind'), 'coaching', 'Walk', 30);
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month, package_sessions) values (pg_temp.id('two'), 'test-two', 'Two', 10, 2, 6);
update public.company_subscriptions set plan_id = pg_temp.id('two');
update public.system_settings set value = maximum::text::jsonb where key in ('booking_max_open_per_person', 'booking_max_moves');
update public.system_settings set value = '100000' where key = 'bookings_allowance_burst';
update public.system_settings set value = '730' where key = 'booking_max_days_ahead';

create function pg_temp.month(p_n int) returns timestamptz language sql stable as $$
  select (date_trunc('month', now() at time zone 'UTC') + make_interval(months => p_n)) at time zone 'UTC';
$$;
create function pg_temp.day(p_at timestamptz) returns date language sql immutable as $$ select (p_at at time zone 'UTC')::date; $$;
create function pg_temp.left_of(p_person text) returns int[] language sql stable as $$
  select array_agg(private.package_left(p) order by p.expires_on, p.created_at, p.id) from public.booking_packages p where p.user_id = pg_temp.id(p_person);
$$;
create function pg_temp.ledger(p_person text) returns text language sql stable as $$
  select string_agg(concat_ws(' ', e.kind, e.sessions, e.actor), ', ' order by e.created_at)
  from public.booking_package_entries e join public.booking_packages p on p.id = e.package_id where p.user_id = pg_temp.id(p_person);
$$;
-- The nth session of the employee, at some hour of a day; its id.
create function pg_temp.book(p_at timestamptz, p_type text default 'talk', p_specialist text default 'specialist') returns uuid language plpgsql as $$
declare
  v_id uuid;
begin
  perform pg_temp.act_as('employee');
  v_id := (public.book_session(pg_temp.id(p_specialist || ':specialist'), pg_temp.id(p_type), p_at)).id;
  perform pg_temp.act_as_owner();
  return v_id;
end;
$$;
create function pg_temp.cancel(p_id uuid, p_as text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_as);
  perform public.cancel_booking(p_id);
  perform pg_temp.act_as_owner();
end;
$$;
grant execute on all functions in schema pg_temp to public;

-- Who gives a package -----------------------------------------------------------------------

select pg_temp.act_as('platform_admin');
select lives_ok(
  format('select public.grant_package(%L, %L, 2, %L, %L)', pg_temp.id('employee'), pg_temp.id('talk'), pg_temp.day(pg_temp.month(6)), 'after a talk with them'),
  'a platform admin gives a person a package'
);
select throws_ok(
  format('select public.grant_package(%L, %L, 2, %L, %L)', pg_temp.id('applicant'), pg_temp.id('talk'), pg_temp.day(pg_temp.month(6)), 'a good reason'),
  'PT404', 'member_not_found', 'who is a member of a company'
);
select throws_ok(
  format('select public.grant_package(%L, %L, 2, %L, %L, %L)', pg_temp.id('employee'), pg_temp.id('talk'), pg_temp.day(pg_temp.month(6)), 'a good reason', pg_temp.id('south')),
  'PT404', 'member_not_found', 'or of the one that is named'
);
select throws_ok(
  format('select public.grant_package(%L, %L, %s, %L, %L)', pg_temp.id('employee'), pg_temp.id(t), n, d, r), s, w, w || ' is refused'
) from (values
  ('talk', 2, pg_temp.day(pg_temp.month(6)), '', 'PT422', 'reason_required'),
  ('talk', 0, pg_temp.day(pg_temp.month(6)), 'a good reason', 'PT422', 'invalid_sessions'),
  ('talk', 51, pg_temp.day(pg_temp.month(6)), 'a good reason', 'PT422', 'invalid_sessions'),
  ('talk', 2, pg_temp.day(now()) - 1, 'a good reason', 'PT422', 'invalid_expiry'),
  ('retired_type', 2, pg_temp.day(pg_temp.month(6)), 'a good reason', 'PT404', 'session_type_not_found')
) v (t, n, d, r, s, w);
select is(
  pg_temp.answer(person, format('select public.grant_package(%L, %L, 2, %L, %L)', pg_temp.id('employee'), pg_temp.id('talk'), pg_temp.day(pg_temp.month(6)), 'a good reason')),
  'forbidden', person || ' does not'
) from unnest(array['employee', 'company_admin', 'specialist']) person;

create function pg_temp.company_gives(p_as text, p_to text, p_sessions int, p_company text default 'north') returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_as);
  perform public.grant_company_package(pg_temp.id(p_company), pg_temp.id(p_to), pg_temp.id('walk'), p_sessions, pg_temp.day(pg_temp.month(9)));
  perform pg_temp.act_as_owner();
  return 'given';
exception when others then
  return sqlerrm;
end;
$$;
select is(pg_temp.company_gives('company_admin', 'colleague', 4), 'given', 'an admin of a company gives a member one');
select is(pg_temp.company_gives('company_admin', 'colleague', 3), 'package_limit', 'as far as the plan goes in a year');
select is(pg_temp.company_gives('company_admin', 'colleague', 2), 'given', 'and no less far');
select is(pg_temp.company_gives('company_admin', 'employee', 6), 'given', 'each member for themselves, whatever others were given by whomever');
select is(pg_temp.company_gives('company_admin', 'foreign_employee', 1), 'member_not_found', 'nobody of another company');
select is(pg_temp.company_gives('company_admin', 'foreign_employee', 1, 'south'), 'forbidden', 'nor at the cost of another company');
select is(pg_temp.company_gives(person, 'colleague', 1), 'forbidden', person || ' does not') from unnest(array['manager', 'employee', 'platform_admin']) person;
-- What was used, has lapsed or was given by us moves nothing of it.
update public.booking_packages set lapsed = sessions, status = 'ended' where user_id = pg_temp.id('colleague');
select is(pg_temp.company_gives('company_admin', 'colleague', 1), 'package_limit', 'what became of a package moves no limit');
update public.booking_packages set status = 'active', lapsed = 0 where user_id = pg_temp.id('colleague');
select pg_temp.act_as('platform_admin');
select public.correct_package(id, change, 'a good reason') from (values (4, -3), (2, 1)) v (sessions, change), lateral (
  select (p ->> 'package_id')::uuid from jsonb_array_elements(public.read_person(pg_temp.id('colleague'), 'a good reason') -> 'packages') p
  where (p -> 'sessions')::int = v.sessions
) o (id) \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.company_gives('company_admin', 'colleague', 1), 'package_limit', 'nor does what we correct');
select results_eq(
  $$select p.corrected::bigint, (select sum(e.sessions) from public.booking_package_entries e where e.package_id = p.id and e.kind = 'correction')
    from public.booking_packages p where p.user_id = pg_temp.id('colleague') order by 1$$,
  $$values (-3::bigint, -3::bigint), (1, 1)$$, 'which is counted, as in the ledger'
);
update public.company_subscriptions set status = 'suspended' where company_id = pg_temp.id('north');
select is(pg_temp.company_gives('company_admin', 'manager', 1), 'no_plan', 'without a plan there is none to give');
update public.company_subscriptions set status = 'active' where company_id = pg_temp.id('north');
select is(
  (select count(*) from public.audit_logs where action = 'package.granted' and user_id = pg_temp.id('employee')), 2::bigint, 'each is in the person''s audit log'
);
select results_eq(
  $$select recipient::text, category::text, variables - 'recipient_name' from private.email_log where template_key = 'package_granted' and user_id = pg_temp.id('employee') order by id$$,
  $$select 'employee@people.test', 'account', jsonb_build_object('sessions', s, 'expires_on', pg_temp.day(pg_temp.month(m))) from (values (2, 6), (6, 9)) v (s, m)$$,
  'and mailed to them, once, without what it is for'
);
select is((select count(*) from private.email_log where template_key = 'package_granted' and user_id <> pg_temp.id('employee')), 2::bigint, 'what was refused is mailed to nobody');

-- Who sees it -------------------------------------------------------------------------------

select pg_temp.act_as('employee');
select is(jsonb_array_length(public.my_packages()), 2, 'the person sees what they have');
select is((select count(*) from public.booking_package_entries), 2::bigint, 'and what became of it');
select is(
  pg_temp.answer(person, format('select count(*) from public.booking_packages where user_id = %L', pg_temp.id('employee'))), '0', person || ' does not'
) from unnest(array['company_admin', 'manager', 'colleague', 'specialist', 'platform_admin']) person;
select pg_temp.act_as('company_admin');
select is((select count(*) from public.booking_packages), 0::bigint, 'whoever gave it sees nothing more of it');
select is((select count(*) from public.booking_package_entries), 0::bigint, 'nor what becomes of it');
select pg_temp.act_as('platform_admin');
select is(
  (select jsonb_agg(p -> 'sessions_left' order by p -> 'sessions_left') from jsonb_array_elements(public.read_person(pg_temp.id('employee'), 'a good reason') -> 'packages') p),
  '[2, 6]', 'a platform admin reads of it with the person, which is audited'
);
select pg_temp.act_as_owner();
select throws_ok($$update public.booking_package_entries set sessions = 3 where kind = 'grant'$$, '42501', null, 'the ledger does not change');
select throws_ok($$delete from public.booking_package_entries$$, '42501', null, 'nothing goes from it');
select throws_ok($$truncate public.booking_package_entries cascade$$, '42501', null, 'nor everything');
delete from public.booking_packages where user_id = pg_temp.id('employee');
select is((select array_agg(distinct p.user_id) from public.booking_package_entries e join public.booking_packages p on p.id = e.package_id), array[pg_temp.id('colleague')], 'but with its package');

-- What pays ---------------------------------------------------------------------------------

insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('long'), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('talk'), 'platform', 2, pg_temp.day(pg_temp.month(6));
select pg_temp.book(pg_temp.month(2) + interval '3 days 10 hours') as first, pg_temp.book(pg_temp.month(2) + interval '4 days 10 hours') as second \gset
select is(pg_temp.left_of('employee'), '{2}', 'the sessions of a month go with it, and are used first');
select pg_temp.book(pg_temp.month(2) + interval '5 days 10 hours') as third \gset
select is(pg_temp.left_of('employee'), '{1}', 'then those of a package');
select throws_ok(
  format($$select pg_temp.book(%L, 'walk')$$, pg_temp.month(2) + interval '6 days 10 hours'), 'PT409', 'sessions_used_up', 'which are of its type alone'
);
select pg_temp.act_as_owner();
select pg_temp.book(pg_temp.month(2) + interval '6 days 10 hours') as fourth \gset
select throws_ok(
  format('select pg_temp.book(%L)', pg_temp.month(2) + interval '7 days 10 hours'), 'PT409', 'sessions_used_up', 'as many as it has'
);
select pg_temp.act_as('employee');
select is(
  public.available_slots(pg_temp.id('specialist:specialist'), p_session_type_id => pg_temp.id('talk'), p_from => pg_temp.month(2) + interval '1 day', p_to => pg_temp.month(3) - interval '1 day') ->> 'refused',
  'sessions_used_up', 'and no more is offered'
);
select pg_temp.act_as_owner();
select pg_temp.cancel(:'third', 'employee');
select is(pg_temp.left_of('employee'), '{1}', 'a session that is cancelled in time is given back');
select pg_temp.act_as('employee');
select isnt(
  public.available_slots(pg_temp.id('specialist:specialist'), p_session_type_id => pg_temp.id('talk'), p_from => pg_temp.month(2) + interval '1 day', p_to => pg_temp.month(3) - interval '1 day') -> 'slots',
  '[]', 'then it is offered again'
);
select pg_temp.act_as_owner();
-- Late from now on.
update public.bookings set cancel_by = now() - interval '1 minute' where id = :'fourth';
select pg_temp.cancel(:'fourth', 'employee');
select is(pg_temp.left_of('employee'), '{1}', 'one that is cancelled late is used');
select pg_temp.book(pg_temp.month(2) + interval '8 days 10 hours') as fifth \gset
update public.bookings set cancel_by = now() - interval '1 minute' where id = :'fifth';
select pg_temp.cancel(:'fifth', 'specialist');
select is(pg_temp.left_of('employee'), '{1}', 'by the specialist it is given back, however late');
select pg_temp.book(pg_temp.month(2) + interval '9 days 10 hours') as sixth \gset
update public.bookings set status = 'no_show' where id = :'sixth';
select is(pg_temp.left_of('employee'), '{0}', 'a session that was missed is used');
select set_config('request.jwt.claims', jsonb_build_object('sub', pg_temp.id('specialist'), 'session_id', pg_temp.id('session:specialist'))::text, true),
  set_config('request.jwt.claim.sub', pg_temp.id('specialist')::text, true) \g /dev/null
update public.bookings set status = 'completed' where id = :'sixth';
select pg_temp.act_as_owner();
select is(
  pg_temp.ledger('employee'),
  'grant 2 admin, use -1 employee, use -1 employee, return 1 employee, use -1 employee, return 1 specialist, use -1 employee',
  'to correct that changes nothing, and the ledger has each step with whose it was'
);

-- A package that ends with the month is used before it.
insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('talk'), 'platform', 1, pg_temp.day(pg_temp.month(4)) - 1;
insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('talk'), 'platform', 1, pg_temp.day(pg_temp.month(4));
select pg_temp.book(pg_temp.month(3) + interval '3 days 10 hours') as seventh \gset
select is(pg_temp.left_of('employee'), '{0,1,0}', 'what ends with the month is used before what is left of the month, and what ends later after it');
select pg_temp.act_as('employee');
select lives_ok(format('select public.reschedule_booking(%L, %L)', :'seventh', pg_temp.month(3) + interval '5 days 10 hours'), 'it moves');
select pg_temp.act_as_owner();
select is(pg_temp.left_of('employee'), '{0,1,0}', 'with what pays for it');
select pg_temp.act_as('employee');
select lives_ok(format('select public.reschedule_booking(%L, %L)', :'seventh', pg_temp.month(5) + interval '5 days 10 hours'), 'also behind the last day of its package');
select pg_temp.act_as_owner();
select is(pg_temp.left_of('employee'), '{1,1,0}', 'then it is one of its month, and given back');
select pg_temp.act_as('employee');
select is((public.hold_slot(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), pg_temp.month(3) + interval '5 days 10 hours')).status::text, 'held', 'a time is held');
select pg_temp.act_as_owner();
select is(pg_temp.left_of('employee'), '{1,1,0}', 'which uses nothing');
select pg_temp.act_as('employee');
select is((select (public.confirm_hold(id)).status::text from public.bookings where status = 'held'), 'confirmed', 'until it is confirmed');
select pg_temp.act_as_owner();
select is(pg_temp.left_of('employee'), '{0,1,0}', 'then it does');

-- What ends a package, and what does not ----------------------------------------------------

update public.company_members set status = 'removed' where user_id = pg_temp.id('employee') and company_id = pg_temp.id('north');
select throws_ok(format('select pg_temp.book(%L)', pg_temp.month(3) + interval '11 days'), 'PT403', 'not_a_member', 'who belongs to the company no more uses none of it');
select pg_temp.act_as_owner();
select private.job_cancel_ended_sessions(now() + interval '2 days') \g /dev/null
select is(pg_temp.left_of('employee'), '{1,1,0}', 'what is cancelled with the membership is given back');
update public.company_members set status = 'active' where user_id = pg_temp.id('employee') and company_id = pg_temp.id('north');
select lives_ok(format('select pg_temp.book(%L)', pg_temp.month(3) + interval '11 days'), 'and there when they are back');
update public.companies set status = 'suspended' where id = pg_temp.id('north');
select throws_ok(format('select pg_temp.book(%L)', pg_temp.month(3) + interval '12 days'), 'PT403', 'not_a_member', 'while the company is suspended none is used');
select pg_temp.act_as_owner();
update public.companies set status = 'active' where id = pg_temp.id('north');
select is(pg_temp.left_of('employee'), '{0,1,0}', 'and none is lost');
-- Whoever books locks the package; should that ever be forgotten, the index refuses.
select throws_ok(
  $$insert into private.package_uses (booking_id, package_id, number, is_used)
    select gen_random_uuid(), package_id, number, true from private.package_uses where is_used limit 1$$,
  '23505', null, 'one session of a package is used once, whoever writes'
);
update public.company_subscriptions set ends_on = pg_temp.day(pg_temp.month(3)) where company_id = pg_temp.id('north');
select throws_ok(format('select pg_temp.book(%L)', pg_temp.month(3) + interval '12 days'), 'PT409', 'plan_ends_before', 'nor without a plan on that day');
select pg_temp.act_as_owner();
update public.company_subscriptions set ends_on = null where company_id = pg_temp.id('north');

select is(private.job_expire_packages(pg_temp.month(4) + interval '1 day'), 1::bigint, 'a package ends when its last day is over everywhere');
select is(private.job_expire_packages(pg_temp.month(4) + interval '2 days'), 1::bigint, 'and not before');
select is(private.job_expire_packages(pg_temp.month(4) + interval '2 days'), 0::bigint, 'once');
select is(pg_temp.left_of('employee'), '{0,0,0}', 'what is left lapses');
select is((select sum(-e.sessions) from public.booking_package_entries e join public.booking_packages p on p.id = e.package_id where kind = 'expiry' and p.user_id = pg_temp.id('employee')), 1::bigint, 'as the ledger says');

select pg_temp.act_as('platform_admin');
select is(public.correct_package(pg_temp.id('long'), 3, 'a good reason'), 3, 'a platform admin adds sessions');
select is(public.correct_package(pg_temp.id('long'), -2, 'a good reason'), 1, 'and takes some that are not used');
select throws_ok(format('select public.correct_package(%L, -2, %L)', pg_temp.id('long'), 'a good reason'), 'PT422', 'invalid_sessions', 'and none that are');
select throws_ok(format('select public.correct_package(%L, 1, %L)', pg_temp.id('nothing'), 'a good reason'), 'PT404', 'package_not_found', 'of a package that there is');
select pg_temp.act_as('company_admin');
select throws_ok(format('select public.correct_package(%L, 1, %L)', pg_temp.id('long'), 'a good reason'), 'PT403', 'forbidden', 'nobody else does');
select pg_temp.act_as_owner();

select lives_ok(format('delete from auth.users where id = %L', pg_temp.id('employee')), 'an account is closed');
select is((select count(*) from public.booking_packages where user_id = pg_temp.id('employee')), 0::bigint, 'and its packages are gone');
select is((select count(*) from private.package_uses), 0::bigint, 'with what was used of them');

-- What a company learns ---------------------------------------------------------------------

insert into auth.users (id, email, email_confirmed_at) select pg_temp.id('many-' || n), 'many-' || n || '@packages.test', now() from generate_series(1, 5) n;
insert into public.company_members (company_id, user_id) select pg_temp.id('south'), pg_temp.id('many-' || n) from generate_series(1, 5) n;
delete from public.booking_packages;
update public.companies set created_at = pg_temp.month(-2);
insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on)
select pg_temp.id('package-' || n), pg_temp.id('many-' || n), pg_temp.id('south'), pg_temp.id('talk'), 'company', 3, pg_temp.day(pg_temp.month(6)) from generate_series(1, 5) n;
create function pg_temp.released() returns int language plpgsql as $$
declare
  v_given int;
begin
  begin
    perform private.job_release_package_months(pg_temp.month(1) + interval '6 days');
    v_given := (select m.sessions_given from public.company_package_months m
      where m.company_id = pg_temp.id('south') and m.month = pg_temp.day(pg_temp.month(0)));
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return v_given;
  end;
end;
$$;
select is(pg_temp.released(), 15, 'a company learns the sum that it gave to five people');
select columns_are('public', 'company_package_months', array['company_id', 'month', 'sessions_given', 'released_at'], 'and nothing of what they used');
insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on)
values (pg_temp.id('package-6'), pg_temp.id('many-1'), pg_temp.id('south'), pg_temp.id('talk'), 'platform', 20, pg_temp.day(pg_temp.month(6)));
select is(pg_temp.released(), 15, 'nor what others gave them');
delete from auth.users where id = pg_temp.id('many-1');
select is(pg_temp.released(), null, 'nor what four were given');
select is(private.job_release_package_months(pg_temp.month(1) + interval '4 days') > 0, true, 'months are released days after their end');
select is((select max(month) from public.company_package_months), pg_temp.day(pg_temp.month(-1)), 'when nothing of them changes any more');
select is(private.job_release_package_months(pg_temp.month(1) + interval '4 days'), 0::bigint, 'once');
select pg_temp.act_as('foreign_admin');
select isnt_empty('select from public.company_package_months', 'an admin of the company sees them');
select pg_temp.act_as('company_admin');
select is_empty(format('select from public.company_package_months where company_id = %L', pg_temp.id('south')), 'and nobody of another');
select pg_temp.act_as('foreign_employee');
select is_empty('select from public.company_package_months', 'nor any member');
select pg_temp.act_as_owner();

-- Random histories --------------------------------------------------------------------------

-- Who is told of it, and when they are reminded, is not asked here, and takes most of the time.
alter table public.bookings disable trigger record_first_status;
alter table public.bookings disable trigger record_change;
alter table public.bookings disable trigger schedule_reminders;
alter table public.bookings disable trigger move_reminders;
delete from public.bookings;
delete from public.booking_packages;
-- Of one specialist all is cancelled late, of the other nothing.
insert into public.specialist_booking_rules (specialist_id, cancel_notice_minutes, move_notice_minutes) values
  (pg_temp.id('specialist:specialist'), 0, 0), (pg_temp.id('other_specialist:specialist'), 43200, 0);
update public.company_subscriptions set time_zone = 'America/Los_Angeles';

create function pg_temp.up_to(p_most int) returns int language sql volatile as $$ select floor(random() * (p_most + 1))::int; $$;
create function pg_temp.one_of(variadic p_of text[]) returns text language sql volatile as $$ select p_of[1 + pg_temp.up_to(cardinality(p_of) - 1)]; $$;
create temporary table fault (history int, step int, what text, expected text, found text);
create temporary table tally (what text, answer text);
-- The model: what each package has left and which session is paid by which. It knows neither numbers nor a ledger.
create temporary table model_package (id uuid, type text, left_over int, last date, ended boolean);
create temporary table model_session (id uuid, type text, month date, package uuid);
grant all on all tables in schema pg_temp to public;

-- What pays for a session, as the model says: a package, no package (the month), or a refusal.
create function pg_temp.payer(p_type text, p_at timestamptz, p_own model_session, out package uuid, out refused boolean) language plpgsql as $$
declare
  v_day constant date := (p_at at time zone 'America/Los_Angeles')::date;
  v_month constant date := date_trunc('month', v_day)::date;
  v_left constant int := 2 - (select count(*) from model_session where month = v_month and model_session.package is null and id is distinct from p_own.id);
  v_best model_package;
begin
  if p_own.package is not null and v_day <= (select last from model_package where id = p_own.package and not ended) then
    package := p_own.package;
    refused := false;
    return;
  end if;
  select * into v_best from model_package where type = p_type and left_over > 0 and last >= v_day and not ended order by last, id limit 1;
  refused := v_left <= 0 and v_best.id is null;
  package := case
    when v_left <= 0 then v_best.id
    when p_own.id is null and v_best.last < v_month + interval '1 month' then v_best.id
  end;
end;
$$;

create function pg_temp.tried(p_as text, p_statement text, out id uuid, out answer text) language plpgsql as $$
begin
  perform pg_temp.act_as(p_as);
  execute p_statement into id;
  perform pg_temp.act_as_owner();
  answer := 'ok';
exception when sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' or sqlstate 'PT422' then
  perform pg_temp.act_as_owner();
  answer := sqlerrm;
end;
$$;

create function pg_temp.step(p_history int, p_n int) returns void language plpgsql as $$
declare
  v_what text := pg_temp.one_of('book', 'book', 'book', 'book', 'hold', 'cancel', 'cancel', 'cancel', 'by specialist', 'move', 'move', 'grant', 'grant', 'correct', 'close', 'expire');
  v_type constant text := pg_temp.one_of('talk', 'walk');
  v_at constant timestamptz := pg_temp.month(1) + make_interval(days => pg_temp.up_to(88), hours => pg_temp.up_to(23));
  v_own model_session;
  v_booking public.bookings;
  v_pays record;
  v_tried record;
  v_package model_package;
  v_change int;
begin
  select * into v_own from model_session order by random() limit 1;
  select * into v_booking from public.bookings where id = v_own.id;
  if v_what in ('cancel', 'by specialist', 'move', 'close') and (v_own.id is null or v_booking.status <> 'confirmed') then
    v_what := 'book';
  end if;
  if v_what in ('book', 'hold') then
    v_pays := pg_temp.payer(v_type, v_at, null);
    v_tried := pg_temp.tried('employee', format(
      case v_what when 'hold' then 'select (public.confirm_hold((public.hold_slot(%L, %L, %L)).id)).id' else 'select (public.book_session(%L, %L, %L)).id' end,
      pg_temp.id(pg_temp.one_of('specialist', 'other_specialist') || ':specialist'), pg_temp.id(v_type), v_at
    ));
    if v_tried.answer = 'ok' then
      insert into model_session values (v_tried.id, v_type, date_trunc('month', v_at at time zone 'America/Los_Angeles'), v_pays.package);
      update model_package set left_over = left_over - 1 where id = v_pays.package;
    end if;
    -- Who pays is asked before whether the time is free.
    if (v_tried.answer = 'sessions_used_up') <> v_pays.refused and not (v_tried.answer = 'slot_taken' and not v_pays.refused) then
      insert into fault values (p_history, p_n, v_what, v_pays::text, v_tried.answer);
    end if;
  elsif v_what = 'move' then
    v_pays := pg_temp.payer(v_own.type, v_at, v_own);
    v_tried := pg_temp.tried('employee', format('select (public.reschedule_booking(%L, %L)).id', v_own.id, v_at));
    if v_tried.answer = 'ok' then
      update model_package set left_over = left_over + 1 where id = v_own.package;
      update model_package set left_over = left_over - 1 where id = v_pays.package;
      update model_session set package = v_pays.package, month = date_trunc('month', v_at at time zone 'America/Los_Angeles') where id = v_own.id;
    end if;
    if (v_tried.answer = 'sessions_used_up') <> v_pays.refused and not (v_tried.answer = 'slot_taken' and not v_pays.refused) then
      insert into fault values (p_history, p_n, v_what, v_pays::text, v_tried.answer);
    end if;
  elsif v_what in ('cancel', 'by specialist') then
    v_tried := pg_temp.tried(
      case v_what when 'cancel' then 'employee' when 'by specialist' then (select s.display_name from public.specialists s where s.id = v_booking.specialist_id) end,
      format('select (public.cancel_booking(%L)).id', v_own.id)
    );
    if v_tried.answer = 'ok' and (v_what = 'by specialist' or v_booking.cancel_by >= now()) then
      update model_package set left_over = left_over + 1 where id = v_own.package;
      delete from model_session where id = v_own.id;
    end if;
  elsif v_what = 'close' then
    select null::uuid as id, pg_temp.one_of('completed', 'no_show') as answer into v_tried;
    update public.bookings set status = v_tried.answer where id = v_own.id;
    -- Corrected, or told twice.
    perform set_config('request.jwt.claims', jsonb_build_object('sub', s.user_id, 'session_id', pg_temp.id('session:' || s.display_name))::text, true),
      set_config('request.jwt.claim.sub', s.user_id::text, true)
    from public.specialists s where s.id = v_booking.specialist_id;
    update public.bookings set status = case v_tried.answer when 'completed' then 'no_show' else 'completed' end where id = v_own.id and random() < 0.5;
    perform pg_temp.act_as_owner();
  elsif v_what = 'grant' then
    v_package := row(
      pg_temp.id('package-' || p_history || '-' || p_n), v_type, 1 + pg_temp.up_to(2), pg_temp.day(pg_temp.month(1)) + pg_temp.up_to(100), false
    );
    insert into public.booking_packages (id, user_id, company_id, session_type_id, given_by, sessions, expires_on, created_at)
    values (v_package.id, pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id(v_type), 'platform', v_package.left_over, v_package.last, now());
    insert into model_package select (v_package).*;
    select null::uuid as id, 'ok' as answer into v_tried;
  elsif v_what = 'correct' then
    select * into v_package from model_package order by random() limit 1;
    v_change := pg_temp.up_to(4) - 2;
    v_tried := pg_temp.tried('platform_admin', format('select null::uuid from public.correct_package(%L, %s, %L)', coalesce(v_package.id, pg_temp.id('none')), v_change, 'a good reason'));
    update model_package set left_over = left_over + v_change where id = v_package.id and v_tried.answer = 'ok';
    if v_tried.answer = 'invalid_sessions' and v_package.left_over + v_change >= 0 then
      insert into fault values (p_history, p_n, v_what, v_package::text, v_tried.answer);
    end if;
  else
    -- As in some days: only packages whose sessions are all over.
    perform private.job_expire_packages(pg_temp.month(1) + make_interval(days => pg_temp.up_to(60)));
    update model_package set left_over = 0, ended = true from public.booking_packages p where p.id = model_package.id and p.status = 'ended' and not ended;
    select null::uuid as id, 'ok' as answer into v_tried;
  end if;
  insert into tally values (v_what, v_tried.answer);
  insert into fault
  select p_history, p_n, v_what || ': left', m.left_over::text, concat(private.package_left(p), ', by the ledger ', e.total)
  from model_package m
  join public.booking_packages p using (id)
  cross join lateral (select sum(sessions) as total from public.booking_package_entries where package_id = p.id) e
  where private.package_left(p) <> m.left_over or e.total <> m.left_over or m.left_over < 0;
  insert into fault
  select p_history, p_n, v_what || ': paid by', m.package::text, u.package_id::text
  from model_session m left join private.package_uses u on u.booking_id = m.id and u.is_used
  where u.package_id is distinct from m.package;
  insert into fault
  select p_history, p_n, v_what || ': month', '2', count(*)::text from model_session where package is null group by month having count(*) > 2;
  insert into fault
  select p_history, p_n, v_what || ': number', p.sessions::text, u.number::text
  from private.package_uses u join public.booking_packages p on p.id = u.package_id where u.is_used and u.number > p.sessions;
end;
$$;

create function pg_temp.history(p_n int) returns void language plpgsql as $$
declare
  v_faults jsonb;
  v_tally jsonb;
begin
  perform setseed((p_n % 1000) / 1000.0);
  begin
    delete from fault;
    delete from tally;
    for n in 1..30 loop
      perform pg_temp.step(p_n, n);
    end loop;
    select jsonb_agg(f) into v_faults from fault f;
    select jsonb_agg(t) into v_tally from tally t;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  insert into fault select * from jsonb_populate_recordset(null::fault, coalesce(v_faults, '[]'));
  insert into tally select * from jsonb_populate_recordset(null::tally, v_tally);
end;
$$;
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('employee'), 'employee@people.test', now() - interval '1 day');
insert into auth.sessions (id, user_id, created_at, updated_at) values (pg_temp.id('session:employee'), pg_temp.id('employee'), now(), now());
insert into public.company_members (company_id, user_id) values (pg_temp.id('north'), pg_temp.id('employee'));
grant execute on all functions in schema pg_temp to public;

select pg_temp.history(n) from generate_series(1, :histories) n \g /dev/null
select diag(string_agg(format('%s %s: %s', what, answer, many), ', ' order by what, many desc)) from (select what, answer, count(*) as many from tally group by 1, 2) t;
select is_empty('select * from fault order by history, step limit 10', 'over random histories the ledger, the sessions and the model agree');
select set_has(
  'select what, answer from tally',
  $$values ('book', 'ok'), ('book', 'sessions_used_up'), ('hold', 'ok'), ('cancel', 'ok'), ('by specialist', 'ok'), ('move', 'ok'), ('move', 'sessions_used_up'), ('correct', 'ok')$$,
  'in which everything happens'
);

select * from finish();
rollback;
