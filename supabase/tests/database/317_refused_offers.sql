-- Why nothing is offered, in the words in which booking refuses; and what is offered of one's own sessions.
begin;
\ir ../setup/people.psql
select no_plan();

delete from public.bookings;
delete from public.pillar_required_documents;
create temporary view day as select (date_trunc('month', now() at time zone 'UTC') + interval '2 months 9 days')::timestamptz as this;
grant select on day to public;
create function pg_temp.asked(p_moving uuid default null, p_company text default null, p_specialist text default 'specialist', p_days int default 1) returns jsonb language sql as $$
  select public.available_slots(
    pg_temp.id(p_specialist || ':specialist'), p_session_type_id => pg_temp.id('talk'), p_from => this, p_to => this + make_interval(days => p_days),
    p_moving => p_moving, p_company_id => pg_temp.id(p_company), p_limit => 1000
  ) from day;
$$;
-- What is answered, and with what word booking refuses; the same, unless times are offered.
create function pg_temp.both(p_person text, p_company text default null, p_specialist text default 'specialist') returns text[] language plpgsql as $$
declare
  v_answer jsonb;
  v_word text := 'ok';
begin
  perform pg_temp.act_as(p_person);
  v_answer := pg_temp.asked(p_company => p_company, p_specialist => p_specialist);
  begin
    perform public.book_session(pg_temp.id(p_specialist || ':specialist'), pg_temp.id('talk'), this + interval '10 hours', pg_temp.id(p_company)) from day;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  when others then
    v_word := sqlerrm;
  end;
  perform pg_temp.act_as_owner();
  return array[case when jsonb_array_length(v_answer -> 'slots') > 0 then 'ok' end, v_answer ->> 'refused', v_word];
end;
$$;
grant execute on all functions in schema pg_temp to public;

select is(pg_temp.both('employee'), '{ok,null,ok}', 'who can book is offered times');
select is(pg_temp.both('newcomer'), '{null,email_not_confirmed,email_not_confirmed}', 'an address is confirmed first');
select is(pg_temp.both('specialist'), '{null,own_session,own_session}', 'nobody meets themselves');
select is(pg_temp.both('specialist', p_specialist => 'other_specialist'), '{null,not_a_member,not_a_member}', 'nobody pays for who belongs to no company');
select is(pg_temp.both('employee', 'south'), '{null,not_a_member,not_a_member}', 'nor a company of others');
update public.company_subscriptions set status = 'suspended' where company_id = pg_temp.id('north');
select is(pg_temp.both('employee'), '{null,no_plan,no_plan}', 'nor one without a plan');
update public.company_subscriptions set status = 'active', ends_on = (select this::date - 1 from day) where company_id = pg_temp.id('north');
select is(pg_temp.both('employee'), '{null,plan_ends_before,plan_ends_before}', 'nor one whose plan has ended by then');
update public.company_subscriptions set ends_on = (select this::date from day) where company_id = pg_temp.id('north');
select is(pg_temp.both('employee'), '{ok,null,ok}', 'on its last day it pays');
update public.company_subscriptions set ends_on = null where company_id = pg_temp.id('north');
update public.system_settings set value = '1' where key = 'booking_max_open_per_person';
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('one'), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  this + interval '15 hours', this + interval '15 hours 50 minutes', 'confirmed' from day;
select is(pg_temp.both('employee'), '{null,booking_limit,booking_limit}', 'a person has so many to come');
update public.system_settings set value = '20' where key = 'booking_max_open_per_person';
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month) values (pg_temp.id('few'), 'test-few', 'Few', 10, 1);
update public.company_subscriptions set plan_id = pg_temp.id('few') where company_id = pg_temp.id('north');
select is(pg_temp.both('employee'), '{null,sessions_used_up,sessions_used_up}', 'and so many a month');
select pg_temp.act_as('employee');
select is(pg_temp.asked(p_days => 40) -> 'refused', 'null', 'of which another may be in what was asked for');
select is(
  (select min((s ->> 'starts_at')::timestamptz) from jsonb_array_elements(pg_temp.asked(p_days => 40) -> 'slots') s),
  (select date_trunc('month', this, 'UTC') + interval '1 month' from day), 'whose times are offered'
);
select pg_temp.act_as_owner();
insert into public.company_members (company_id, user_id) values (pg_temp.id('south'), pg_temp.id('employee'));
select is(pg_temp.both('employee'), '{ok,null,ok}', 'or another company pays');
select is(pg_temp.both('employee', 'north'), '{null,sessions_used_up,sessions_used_up}', 'unless one is named');
insert into private.allowances (kind, subject, full_at) values ('bookings', pg_temp.id('employee')::text, now() + interval '1 year');
select is(pg_temp.both('employee'), '{null,rate_limited,rate_limited}', 'a person books so much in a while');
delete from private.allowances;
delete from public.company_members where company_id = pg_temp.id('south') and user_id = pg_temp.id('employee');

-- A hold is given up by who books another time, and counts for nothing until it is confirmed.
delete from public.bookings;
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), this + interval '10 hours', this + interval '10 hours 50 minutes', 'held' from day;
select is(pg_temp.both('employee'), '{ok,null,ok}', 'who holds a time books another with the last session, and the same one, too');
select ok(pg_temp.both('colleague') @> '{slot_taken}', 'which nobody else does');
delete from public.bookings;

-- Moving
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id('mine'), pg_temp.id('employee'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  this + interval '10 hours', this + interval '10 hours 50 minutes', 'confirmed' from day;
create function pg_temp.moving(p_person text, p_change text default 'select') returns text language plpgsql as $$
declare
  v_answer jsonb;
begin
  begin
    execute p_change;
    perform pg_temp.act_as(p_person);
    v_answer := pg_temp.asked(pg_temp.id('mine'));
    perform pg_temp.act_as_owner();
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return coalesce(v_answer ->> 'refused', (v_answer -> 'slots' -> 0 ->> 'requires_acceptance') || ' ' || exists (
      select from jsonb_array_elements(v_answer -> 'slots') s, day where (s ->> 'starts_at')::timestamptz = this + interval '10 hours'));
  end;
end;
$$;
select is(pg_temp.moving('employee'), 'false true', 'a session is moved with the last of the month, also within its own time');
select is(pg_temp.moving('specialist'), 'false false', 'its specialist proposes others, which its own is not');
select is(pg_temp.moving('employee', $$insert into public.specialist_booking_rules (specialist_id, requires_acceptance) values (pg_temp.id('specialist:specialist'), true)$$),
  'true false', 'where that is accepted first, it says so, and offers others, too');
select is(pg_temp.moving('employee', change), word, word || ' where it cannot be moved')
from (values
  ('too_late_to_move', $$insert into public.specialist_booking_rules (specialist_id, move_notice_minutes) values (pg_temp.id('specialist:specialist'), 43200);
    update public.bookings set starts_at = now() + interval '20 days', ends_at = now() + interval '20 days 50 minutes'$$),
  ('move_limit', 'update public.bookings set times_moved = 5'),
  ('booking_not_open', $$update public.bookings set status = 'cancelled'$$),
  ('session_type_not_offered', $$insert into public.specialist_session_types (specialist_id, session_type_id, is_offered) values (pg_temp.id('specialist:specialist'), pg_temp.id('talk'), false)$$),
  ('specialist_not_found', $$update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist')$$),
  ('not_a_member', $$update public.company_members set status = 'removed' where user_id = pg_temp.id('employee')$$)
) v (word, change);
select pg_temp.act_as('colleague');
select throws_ok($$select pg_temp.asked(pg_temp.id('mine'))$$, 'PT404', 'booking_not_found', 'nobody moves another''s');

select * from finish();
rollback;
