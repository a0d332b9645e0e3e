-- The life of a booking beside booking at once: holds, requests, proposals, what time does, and what a cancellation costs.
begin;
\ir ../setup/people.psql
select no_plan();

create temporary view whole_hour as select date_trunc('hour', now()) as this;
grant select on whole_hour to public;
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values
  (pg_temp.id('interview'), pg_temp.id('mind'), 'assessment', 'Interview', 30);
insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance)
values (pg_temp.id('specialist:specialist'), pg_temp.id('interview'), true);

-- The answer of a call by somebody, as a word, and what stands in the row afterwards.
create function pg_temp.as(p_person text, p_call text) returns text language plpgsql as $$
declare
  v_answer text;
begin
  perform pg_temp.act_as(p_person);
  execute 'select r.status from ' || p_call || ' r' into v_answer;
  perform pg_temp.act_as_owner();
  return v_answer;
exception when others then
  perform pg_temp.act_as_owner();
  return sqlerrm;
end;
$$;
create function pg_temp.begins(p_by text, p_person text, p_days int, p_type text, p_specialist text default 'specialist', p_minutes int default 0)
returns text language sql as $$
  select pg_temp.as(p_person, format('public.%I(%L, %L, %L)', p_by, pg_temp.id(p_specialist || ':specialist'), pg_temp.id(p_type),
    (select this from whole_hour) + make_interval(days => p_days, mins => p_minutes)));
$$;
-- The latest booking of a person.
create function pg_temp.of(p_person text) returns uuid language sql as $$
  select booking_id from public.booking_status_history h join public.bookings b on b.id = h.booking_id
  where b.employee_id = pg_temp.id(p_person) and h.old_status is null order by h.created_at desc limit 1;
$$;
create function pg_temp.calls(p_person text, p_function text, p_of text, p_more text default '') returns text language sql as $$
  select pg_temp.as(p_person, format('public.%I(%L%s)', p_function, pg_temp.of(p_of), p_more));
$$;
create function pg_temp.story(p_of text) returns text[] language sql as $$
  select array_agg(event || ' by ' || actor order by created_at) from public.booking_status_history where booking_id = pg_temp.of(p_of);
$$;
grant execute on all functions in schema pg_temp to public;

-- Holds
select is(pg_temp.begins('hold_slot', 'employee', 3, 'talk'), 'held', 'a time is held');
select is(expires_at, now() + interval '10 minutes', 'for ten minutes') from public.bookings where id = pg_temp.of('employee');
select is(pg_temp.begins('book_session', 'colleague', 3, 'talk'), 'slot_taken', 'which keeps it from others');
select is(pg_temp.calls('colleague', 'confirm_hold', 'employee'), 'booking_not_found', 'who cannot confirm it either');
select is(pg_temp.calls('specialist', 'confirm_hold', 'employee'), 'booking_not_found', 'nor can the specialist');
select is(pg_temp.calls('employee', 'confirm_hold', 'employee'), 'confirmed', 'whoever holds it confirms it');
select is(pg_temp.calls('employee', 'confirm_hold', 'employee'), 'confirmed', 'twice is once');
select is(pg_temp.story('employee'), '{held by employee,booked by employee}', 'and the history has both');
select is(pg_temp.begins('hold_slot', 'employee', 4, 'talk'), 'held', 'one time is held');
select pg_temp.of('employee') as first_hold \gset
select is(pg_temp.begins('hold_slot', 'employee', 5, 'talk'), 'held', 'who chooses another');
select is(status::text, 'released', 'gives up the first') from public.bookings where id = :'first_hold';
update public.bookings set expires_at = now() - interval '1 second' where status = 'held';
select is(pg_temp.calls('employee', 'confirm_hold', 'employee'), 'hold_expired', 'a hold that has run out is not confirmed');
select is(pg_temp.begins('book_session', 'colleague', 5, 'talk'), 'confirmed', 'and whoever books meets it and clears it away');
select is(status::text, 'released', 'which leaves nothing held') from public.bookings where id = pg_temp.of('employee');
select is(pg_temp.begins('hold_slot', 'employee', 6, 'talk'), 'held', 'a time is held under the rules of now');
insert into public.specialist_booking_rules (specialist_id, requires_acceptance, book_notice_minutes) values (pg_temp.id('specialist:specialist'), true, 14400);
select is(pg_temp.calls('employee', 'confirm_hold', 'employee'), 'confirmed', 'and is theirs also where the specialist accepts first, or needs more notice, from then on');
select is(pg_temp.story('employee'), '{held by employee,booked by employee}', 'without being asked');
select is(pg_temp.begins('hold_slot', 'colleague', 16, 'talk'), 'acceptance_required', 'which is so for whoever chooses then');
delete from public.specialist_booking_rules;
delete from public.bookings where id = pg_temp.of('employee');
select is(pg_temp.begins('hold_slot', 'employee', 6, 'interview'), 'acceptance_required', 'what the specialist accepts first is not held');
select is(pg_temp.begins('book_session', 'employee', 6, 'interview'), 'acceptance_required', 'nor booked');
select is(pg_temp.begins('hold_slot', 'employee', 6, 'talk'), 'held', 'a time is held');
update public.bookings set expires_at = now() - interval '1 second' where status = 'held';
select is(private.job_expire_bookings(now()), 1::bigint, 'a job ends what nobody confirms');
select is(pg_temp.story('employee'), '{held by employee,released by system}', 'and says so');

select is(pg_temp.begins('hold_slot', 'employee', 6, 'talk'), 'held', 'a time that is held');
select is(pg_temp.calls('employee', 'cancel_booking', 'employee'), 'released', 'is given up');
select is(pg_temp.calls('employee', 'cancel_booking', 'employee'), 'released', 'twice is once');
select is_empty($$select from public.booking_cancellations where booking_id = pg_temp.of('employee')$$, 'which is no cancellation');

-- Requests
select is(pg_temp.begins('request_session', 'employee', 6, 'talk'), 'acceptance_not_required', 'what is booked at once is not asked for');
select is(pg_temp.begins('request_session', 'employee', 7, 'interview'), 'pending', 'a session is asked for');
select is(pg_temp.begins('request_session', 'colleague', 7, 'interview', p_minutes => 15), 'pending', 'also by a second, at nearly the same time');
select is(pg_temp.calls('employee', 'accept_session', 'employee'), 'not_your_move', 'who asks does not answer');
select is(pg_temp.calls('other_specialist', 'accept_session', 'employee'), 'booking_not_found', 'nor does another specialist');
select is(pg_temp.calls('specialist', 'accept_session', 'employee'), 'confirmed', 'the specialist accepts one');
select is(pg_temp.story('colleague'), '{requested by employee,declined by specialist}', 'and the other is declined');
select is(pg_temp.calls('specialist', 'accept_session', 'colleague'), 'booking_not_open', 'for good');
select is(pg_temp.begins('request_session', 'colleague', 8, 'interview'), 'pending', 'another is asked for');
select is(pg_temp.calls('specialist', 'decline_session', 'colleague', $$, ' too late '$$), 'declined', 'and declined');
select results_eq($$select status_reason, uses_session from public.bookings where id = pg_temp.of('colleague')$$, $$values ('too late', false)$$, 'with a word, and nothing is used');
select is(pg_temp.calls('specialist', 'decline_session', 'colleague'), 'booking_not_open', 'once');
select is(pg_temp.begins('request_session', 'colleague', 9, 'interview'), 'pending', 'a third');
update public.bookings set expires_at = now() where id = pg_temp.of('colleague');
select is(pg_temp.calls('specialist', 'accept_session', 'colleague'), 'booking_not_open', 'is not accepted after its time');
select is(private.job_expire_bookings(now()), 1::bigint, 'it lapses');
select is(pg_temp.story('colleague'), '{requested by employee,lapsed by system}', 'and says so');
select is(pg_temp.begins('request_session', 'colleague', 10, 'interview'), 'pending', 'a fourth');
select is(pg_temp.calls('colleague', 'cancel_booking', 'colleague'), 'cancelled', 'is taken back');
select is(uses_session, false, 'which uses nothing, however late') from public.bookings where id = pg_temp.of('colleague');
select is(pg_temp.calls('employee', 'reschedule_booking', 'employee', format(', %L', now())), 'acceptance_required', 'what was accepted is moved by agreement only');

-- Proposals
create function pg_temp.at(p_days int, p_minutes int default 0) returns text language sql as $$
  select format(', %L', (select this from whole_hour) + make_interval(days => p_days, mins => p_minutes));
$$;
grant execute on function pg_temp.at(int, int) to public;
select is(pg_temp.calls(p, 'propose_time', 'employee', pg_temp.at(7)), 'invalid_start', format('the time that a session has is no other: %s', p)) from unnest(array['specialist', 'employee']) p;
select is(pg_temp.begins('request_session', 'manager', 9, 'interview'), 'pending', 'nor is the time that somebody asks for');
select is(pg_temp.calls('specialist', 'propose_time', 'manager', pg_temp.at(9)), 'invalid_start', 'which the specialist accepts');
select is(pg_temp.calls('manager', 'cancel_booking', 'manager'), 'cancelled', 'or does not');
select is(pg_temp.calls('specialist', 'propose_time', 'employee', pg_temp.at(7, 20)), 'open', 'the specialist proposes another time, also within the old one');
select is(pg_temp.begins('book_session', 'colleague', 7, 'talk', p_minutes => 45), 'slot_taken', 'which is kept meanwhile');
select is(pg_temp.calls('specialist', 'accept_proposal', 'employee'), 'not_your_move', 'nobody answers themselves');
select is(pg_temp.calls('employee', 'accept_proposal', 'employee'), 'confirmed', 'the employee accepts');
select is(pg_temp.calls('employee', 'accept_proposal', 'employee'), 'no_proposal', 'once');
select is(starts_at, this + interval '7 days 20 minutes', 'and the session is then') from public.bookings, whole_hour where id = pg_temp.of('employee');
select is(pg_temp.calls('employee', 'propose_time', 'employee', pg_temp.at(11)), 'open', 'the employee proposes where the specialist accepts');
select is(pg_temp.calls('specialist', 'decline_proposal', 'employee', $$, 'no'$$), 'confirmed', 'the specialist declines');
select is(pg_temp.begins('book_session', 'colleague', 11, 'talk'), 'confirmed', 'and the time is free');
select is(
  pg_temp.story('employee'),
  '{requested by employee,accepted by specialist,proposed by specialist,moved by employee,proposed by employee,proposal_declined by specialist}', 'each is in the history'
);
select is(pg_temp.calls('employee', 'propose_time', 'employee', pg_temp.at(11)), 'slot_taken', 'what is taken is not proposed');
select is(pg_temp.calls('colleague', 'propose_time', 'colleague', pg_temp.at(12)), 'acceptance_not_required', 'who can move their session moves it');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(12)), 'open', 'a specialist proposes for any session');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(13)), 'open', 'and another in its place');
select is(pg_temp.begins('book_session', 'manager', 12, 'talk'), 'confirmed', 'which frees the first');
select is(pg_temp.calls('colleague', 'reschedule_booking', 'colleague', pg_temp.at(14)), 'confirmed', 'a session that moves otherwise');
select is(pg_temp.calls('colleague', 'accept_proposal', 'colleague'), 'no_proposal', 'has no other time proposed');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(15)), 'open', 'a proposal');
update public.booking_proposals set expires_at = now() where status = 'open' and booking_id in (select id from public.bookings where employee_id = pg_temp.id('colleague'));
select is(pg_temp.calls('colleague', 'accept_proposal', 'colleague'), 'no_proposal', 'that has run out is not accepted');
select is(pg_temp.begins('book_session', 'manager', 15, 'talk'), 'confirmed', 'and keeps nothing');
select is(private.job_expire_bookings(now()), 1::bigint, 'a job ends it');
select is(pg_temp.begins('request_session', 'manager', 16, 'interview'), 'pending', 'what was asked for');
select is(pg_temp.calls('specialist', 'propose_time', 'manager', pg_temp.at(17)), 'open', 'is answered with another time');
select is(pg_temp.calls('manager', 'accept_proposal', 'manager'), 'confirmed', 'which confirms it');
select is(pg_temp.story('manager'), '{requested by employee,proposed by specialist,accepted by employee}', 'as the history says');
select is(pg_temp.calls('specialist', 'propose_time', 'manager', pg_temp.at(0, -60)), 'too_soon', 'nobody proposes what is past');
select is(pg_temp.calls('specialist', 'propose_time', 'manager', pg_temp.at(0, 60)), 'open', 'a specialist needs no notice');

-- What somebody has elsewhere is not for a specialist to learn
select is(pg_temp.begins('request_session', 'manager', 30, 'interview'), 'pending', 'who asks for a session');
select pg_temp.of('manager') as asked \gset
create function pg_temp.offered_to_specialist(p_booking uuid) returns text language plpgsql as $$
declare
  v_answer text;
begin
  perform pg_temp.act_as('specialist');
  select md5(public.available_slots(p_moving => p_booking, p_from => now() + interval '29 days', p_to => now() + interval '32 days', p_limit => 1000)::text) into v_answer;
  perform pg_temp.act_as_owner();
  return v_answer;
end;
$$;
select pg_temp.offered_to_specialist(:'asked') as offered \gset
select is(pg_temp.begins('book_session', 'manager', 31, 'talk', 'other_specialist'), 'confirmed', 'and has another with somebody else');
select is(pg_temp.offered_to_specialist(:'asked'), :'offered', 'is offered to the specialist at the same times');
select is(pg_temp.as('specialist', format('public.propose_time(%L%s)', :'asked', pg_temp.at(31))), 'open', 'who may propose that time');
select is(pg_temp.as('manager', format('public.accept_proposal(%L)', :'asked')), 'slot_taken', 'which the employee cannot accept');
select is(pg_temp.as('manager', format('public.decline_proposal(%L)', :'asked')), 'pending', 'and declines');
select is(pg_temp.begins('book_session', 'manager', 30, 'talk', 'other_specialist'), 'confirmed', 'who has booked elsewhere meanwhile');
select is(pg_temp.as('specialist', format('public.accept_session(%L)', :'asked')), 'no_longer_possible', 'cannot have the session, and the specialist learns no more');
delete from public.bookings where employee_id = pg_temp.id('manager') and specialist_id = pg_temp.id('other_specialist:specialist');
update public.company_members set status = 'removed' where user_id = pg_temp.id('manager');
select is(pg_temp.offered_to_specialist(:'asked'), :'offered', 'nor does a specialist see in what is offered that somebody left');
select is(pg_temp.as('specialist', format('public.accept_session(%L)', :'asked')), 'no_longer_possible', 'nor by what refuses them');
update public.company_members set status = 'active' where user_id = pg_temp.id('manager');
select is(pg_temp.as('specialist', format('public.accept_session(%L)', :'asked')), 'confirmed', 'else they accept');
delete from public.bookings where id = :'asked';

-- Nor for whoever books a specialist, of what that specialist has as an employee
insert into public.company_members (company_id, user_id) values (pg_temp.id('north'), pg_temp.id('other_specialist'));
create function pg_temp.offered_of_other() returns text language plpgsql as $$
declare
  v_answer text;
begin
  perform pg_temp.act_as('colleague');
  select md5(public.available_slots(pg_temp.id('other_specialist:specialist'), p_from => now() + interval '29 days', p_to => now() + interval '32 days', p_limit => 1000)::text) into v_answer;
  perform pg_temp.act_as_owner();
  return v_answer;
end;
$$;
select pg_temp.offered_of_other() as offered \gset
select is(pg_temp.begins('book_session', 'other_specialist', 31, 'talk'), 'confirmed', 'a specialist has a session as an employee');
select is(pg_temp.offered_of_other(), :'offered', 'which shows in nothing that they offer');
select is(pg_temp.begins('book_session', 'colleague', 31, 'talk', 'other_specialist'), 'confirmed', 'and keeps nobody from their time');
delete from public.company_members where user_id = pg_temp.id('other_specialist');

-- Who did it is not told to whoever it merely touches
delete from public.bookings;
select is(pg_temp.begins('request_session', 'employee', 31, 'interview'), 'pending', 'somebody asks');
select is(pg_temp.begins('request_session', 'manager', 33, 'interview'), 'pending', 'another for a later time');
select is(pg_temp.calls('specialist', 'propose_time', 'employee', pg_temp.at(33)), 'open', 'which the specialist proposes to the first');
select is(pg_temp.calls('employee', 'accept_proposal', 'employee'), 'confirmed', 'who accepts');
select results_eq(
  $$select event, actor, changed_by from public.booking_status_history where booking_id = pg_temp.of('manager') order by created_at$$,
  $$values ('requested', 'employee', pg_temp.id('manager')), ('declined', 'system', null)$$, 'so the other is declined, and not told by whose act'
);
-- Whom the specialist has offered another time is not sent away from it: that is theirs to answer.
select is(pg_temp.begins('request_session', 'colleague', 45, 'interview'), 'pending', 'somebody asks');
select is(pg_temp.begins('request_session', 'manager', 45, 'interview'), 'pending', 'another for the same time');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(46)), 'open', 'the specialist proposes another to the first');
select is(pg_temp.calls('specialist', 'accept_session', 'manager'), 'confirmed', 'and accepts the second');
select is(pg_temp.story('colleague'), '{requested by employee,proposed by specialist}', 'who was offered another time is not declined');
savepoint offered;
select is(pg_temp.calls('colleague', 'accept_proposal', 'colleague'), 'confirmed', 'and takes it');
rollback to offered;
select is(pg_temp.calls('colleague', 'decline_proposal', 'colleague'), 'pending', 'or does not');
select is(pg_temp.calls('specialist', 'accept_session', 'colleague'), 'slot_taken', 'the time that they asked for is taken');
select is(pg_temp.calls('specialist', 'decline_session', 'colleague'), 'declined', 'and they are told so');

-- Who can have their time no more since another keeps it, if only by what is kept free around it, is told so at once.
insert into public.specialist_booking_rules (specialist_id, buffer_after_minutes) values (pg_temp.id('specialist:specialist'), 10);
select is(pg_temp.begins('request_session', 'colleague', 47, 'interview'), 'pending', 'somebody asks');
select is(pg_temp.begins('request_session', 'manager', 47, 'interview', p_minutes => 35), 'pending', 'another for a time just behind it');
select is(pg_temp.calls('specialist', 'accept_session', 'manager'), 'confirmed', 'which is accepted');
select is(pg_temp.story('colleague'), '{requested by employee,declined by specialist}', 'so the first is declined');
delete from public.specialist_booking_rules where specialist_id = pg_temp.id('specialist:specialist');

select is(pg_temp.begins('hold_slot', 'manager', 34, 'talk'), 'held', 'a hold');
update public.bookings set expires_at = now() - interval '1 second' where status = 'held';
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('employee'), 'platform_admin', false);
select is(pg_temp.begins('book_session', 'employee', 34, 'talk'), 'confirmed', 'that somebody books over, be it a platform admin');
delete from public.user_roles where user_id = pg_temp.id('employee') and role = 'platform_admin';
select results_eq(
  $$select event, actor, changed_by from public.booking_status_history where booking_id = pg_temp.of('manager') order by created_at$$,
  $$values ('held', 'employee', pg_temp.id('manager')), ('released', 'system', null)$$, 'nor by whom that was ended'
);

select is_empty(
  $$select h.event from public.booking_status_history h join public.bookings b on b.id = h.booking_id join public.specialists s on s.id = b.specialist_id
    where h.changed_by is not null and h.changed_by is distinct from b.employee_id and h.changed_by <> s.user_id$$, 'nobody stands in the history but the two'
);

-- Who only looks is seen by nobody
select is(pg_temp.begins('hold_slot', 'manager', 35, 'talk'), 'held', 'a hold');
select pg_temp.of('manager') as held \gset
create function pg_temp.sees(p_booking uuid) returns bigint language plpgsql as $$
declare
  v_seen bigint;
begin
  perform pg_temp.act_as('specialist');
  select (select count(*) from public.bookings where id = p_booking) + (select count(*) from public.booking_status_history where booking_id = p_booking)
    + (select count(*) from public.specialist_agenda() where booking_id = p_booking) into v_seen;
  perform pg_temp.act_as_owner();
  return v_seen;
end;
$$;
select is(pg_temp.sees(:'held'), 0::bigint, 'which the specialist does not see');
select is(pg_temp.calls('specialist', 'cancel_booking', 'manager'), 'booking_not_found', 'nor end');
select is(pg_temp.calls('manager', 'cancel_booking', 'manager'), 'released', 'nor once it was given up');
select is(pg_temp.sees(:'held'), 0::bigint, 'what it was');

-- What is held is booked only as what it could be booked anew
select is(pg_temp.begins('hold_slot', 'manager', 35, 'talk'), 'held', 'a hold');
update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('specialist:specialist');
select is(pg_temp.calls('manager', 'confirm_hold', 'manager'), 'specialist_not_found', 'with a specialist who is suspended meanwhile');
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('specialist:specialist');
select is(pg_temp.calls('manager', 'confirm_hold', 'manager'), 'confirmed', 'else it is booked');

-- Agreeing costs nobody, and tells nobody how much the other books
select is(pg_temp.begins('request_session', 'colleague', 36, 'interview'), 'pending', 'who asks');
insert into private.allowances (kind, subject, full_at) values ('bookings', pg_temp.id('colleague')::text, now() + interval '1 year')
on conflict (kind, subject) do update set full_at = excluded.full_at;
select is(pg_temp.calls('specialist', 'accept_session', 'colleague'), 'confirmed', 'and has used their allowance is accepted all the same');
delete from private.allowances where kind = 'bookings';

-- Whoever proposed a move has made it
update public.bookings set cancel_by = now() - interval '1 minute' where id = pg_temp.of('colleague');
select is(pg_temp.calls('colleague', 'propose_time', 'colleague', pg_temp.at(40)), 'open', 'who is too late to cancel proposes another time');
select is(pg_temp.calls('specialist', 'accept_proposal', 'colleague'), 'confirmed', 'and the specialist accepts');
select ok(cancel_by < now(), 'it stays late') from public.bookings where id = pg_temp.of('colleague');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(41)), 'open', 'where the specialist proposes');
select is(pg_temp.calls('colleague', 'accept_proposal', 'colleague'), 'confirmed', 'and the employee accepts');
select ok(cancel_by > now(), 'it is not theirs to be late') from public.bookings where id = pg_temp.of('colleague');
select is(pg_temp.begins('request_session', 'colleague', 42, 'interview'), 'pending', 'one request');
select is(pg_temp.begins('request_session', 'colleague', 43, 'interview'), 'pending', 'and another');
select is(pg_temp.calls('colleague', 'propose_time', 'colleague', pg_temp.at(44)), 'booking_not_open', 'what is asked for keeps no other time either');
select is(pg_temp.calls('specialist', 'propose_time', 'colleague', pg_temp.at(42)), 'open', 'the time of the first, proposed for the second');
select is(pg_temp.begins('book_session', 'colleague', 42, 'talk', 'other_specialist'), 'confirmed', 'keeps no time of the employee''s');
delete from public.bookings where specialist_id = pg_temp.id('other_specialist:specialist');
select is(pg_temp.calls('colleague', 'accept_proposal', 'colleague'), 'confirmed', 'may be accepted over one''s own request');

-- Whoever cancels the session of somebody who is gone
select id as of_nobody from public.bookings where employee_id = pg_temp.id('colleague') and status = 'confirmed' order by starts_at desc limit 1 \gset
update public.bookings set releases_at = now() + interval '1 day', employee_id = null where id = :'of_nobody';
select is(pg_temp.as('specialist', format('public.propose_time(%L%s)', :'of_nobody', pg_temp.at(50))), 'booking_not_open', 'has nobody to propose to');
select is(pg_temp.as('specialist', format('public.cancel_booking(%L)', :'of_nobody')), 'cancelled', 'offers its time no sooner');
select is((select count(*) from public.specialist_freed_times f, public.bookings b where b.id = :'of_nobody' and f.starts_at = b.starts_at), 1::bigint, 'than if a job had');
delete from public.specialist_freed_times;
delete from public.bookings;

-- What a specialist wants
insert into public.specialist_booking_rules (
  specialist_id, buffer_before_minutes, buffer_after_minutes, book_notice_minutes, move_notice_minutes, cancel_notice_minutes, horizon_days, place_kind, place_detail
) values (pg_temp.id('other_specialist:specialist'), 10, 5, 2880, 5760, 4320, 60, 'in_person', 'Room 7');
insert into public.specialist_session_types (specialist_id, session_type_id, minutes) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('talk'), 60);
select is(pg_temp.begins('book_session', 'company_admin', 1, 'talk', 'other_specialist'), 'too_soon', 'notice is the specialist''s');
select is(pg_temp.begins('book_session', 'company_admin', 61, 'talk', 'other_specialist'), 'too_far_ahead', 'and so is how far ahead');
select is(pg_temp.begins('book_session', 'company_admin', 3, 'talk', 'other_specialist'), 'confirmed', 'a session within both');
select results_eq(
  $$select ends_at - starts_at, starts_at - busy_from, busy_until - ends_at, starts_at - cancel_by, place_kind::text, place_detail::text from public.bookings where id = pg_temp.of('company_admin')$$,
  $$values ('60 minutes'::interval, '10 minutes'::interval, '5 minutes'::interval, '3 days'::interval, 'in_person', 'Room 7')$$,
  'is as long as with this specialist, keeps time around it, and is where they are'
);
select is(pg_temp.begins('book_session', 'manager', 3, 'talk', 'other_specialist', 70), 'slot_taken', 'what is kept after one and before the next adds up');
select is(pg_temp.begins('book_session', 'manager', 3, 'talk', 'other_specialist', 75), 'confirmed', 'and no more');
update public.bookings set calendar_sequence = 0 where id = pg_temp.of('manager');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(5)), 'too_late_to_move', 'and so is until when a session moves');
select is(pg_temp.begins('book_session', 'manager', 8, 'talk', 'other_specialist'), 'confirmed', 'another');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(8, n * 5)), case when n <= 5 then 'confirmed' else 'move_limit' end, 'move ' || n) from generate_series(1, 6) n;
update public.bookings set times_moved = 4 where id = pg_temp.of('manager');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(8, 25)), 'confirmed', 'to where it is, it does not move') from generate_series(1, 2);
select is(times_moved, 4::smallint, 'which is no move') from public.bookings where id = pg_temp.of('manager');
update public.bookings set times_moved = 5 where id = pg_temp.of('manager');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(8, 25)), 'confirmed', 'also when it can be moved no more');
select is(calendar_sequence, 5, 'each move raises the sequence of its calendar entry') from public.bookings where id = pg_temp.of('manager');
update public.specialist_session_types set is_offered = false where specialist_id = pg_temp.id('other_specialist:specialist');
select is(pg_temp.begins('book_session', 'manager', 20, 'talk', 'other_specialist'), 'session_type_not_offered', 'a type that the specialist does not give is not booked');
update public.specialist_session_types set is_offered = true where specialist_id = pg_temp.id('other_specialist:specialist');

-- What must be valid on that day
insert into public.pillar_required_documents (pillar_id, document_type) values (pg_temp.id('mind'), 'license');
select is(pg_temp.begins('book_session', 'manager', 20, 'talk', 'other_specialist'), 'documents_end_before', 'without a licence that the pillar requires nothing is booked');
insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, file_hash, mime_type, file_size, verification_status, decided_at, pillar_ids, expiry_date
) values (pg_temp.id('other_specialist:specialist'), 'license', '1', 'Test', repeat('0', 64), 'application/pdf', 1, 'verified', now(), array[pg_temp.id('mind')],
  private.specialist_day(pg_temp.id('other_specialist:specialist'), now()) + 20);
select is(pg_temp.begins('book_session', 'manager', 21, 'talk', 'other_specialist'), 'documents_end_before', 'nor after it ends');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(21)), 'move_limit', 'limits come first');
update public.bookings set times_moved = 0 where id = pg_temp.of('manager');
select is(pg_temp.calls('manager', 'reschedule_booking', 'manager', pg_temp.at(21)), 'documents_end_before', 'nor moved to there');
select is(pg_temp.begins('book_session', 'manager', 19, 'talk', 'other_specialist'), 'confirmed', 'but before');
delete from public.pillar_required_documents where pillar_id = pg_temp.id('mind');

-- What a cancellation costs
select is(pg_temp.calls('manager', 'cancel_booking', 'manager', $$, null, 'because'$$), 'invalid_category', 'why is one of a few');
select is(pg_temp.calls('manager', 'cancel_booking', 'manager', $$, null, 'account_closed'$$), 'invalid_category', 'and not one that others choose');
select is(pg_temp.calls('manager', 'cancel_booking', 'manager', $$, 'a cold', 'illness'$$), 'cancelled', 'in time');
select results_eq(
  $$select actor, category::text, reason, late, session_used from public.booking_cancellations where booking_id = pg_temp.of('manager')$$,
  $$values ('employee', 'illness', 'a cold', false, false)$$, 'it gives the session back'
);
select is(pg_temp.begins('book_session', 'manager', 4, 'talk', 'other_specialist'), 'confirmed', 'one that is cancelled');
update public.bookings set cancel_by = now() - interval '1 second' where id = pg_temp.of('manager');
update public.specialist_booking_rules set cancel_notice_minutes = 0;
select is(pg_temp.calls('manager', 'cancel_booking', 'manager'), 'cancelled', 'later than was said when it was booked');
select results_eq(
  $$select late, session_used from public.booking_cancellations where booking_id = pg_temp.of('manager')$$, $$values (true, true)$$, 'was used, whatever the specialist says by now'
);
select is(pg_temp.begins('book_session', 'manager', 4, 'talk', 'other_specialist'), 'confirmed', 'one that the specialist cancels');
update public.bookings set cancel_by = now() - interval '1 second' where id = pg_temp.of('manager');
select is(pg_temp.calls('other_specialist', 'cancel_booking', 'manager'), 'cancelled', 'as late');
select results_eq(
  $$select actor, late, session_used from public.booking_cancellations where booking_id = pg_temp.of('manager')$$, $$values ('specialist', true, false)$$, 'is given back'
);
select is_empty($$select id from public.bookings b where status = 'cancelled' and not exists (select from public.booking_cancellations c where c.booking_id = b.id)$$, 'every cancellation is written down');

-- The sessions of the month, and of two companies
update public.company_subscription_plans set sessions_per_month = 1 where id = pg_temp.id('plan');
delete from public.bookings;
select is(pg_temp.begins('book_session', 'employee', 3, 'talk'), 'confirmed', 'the session of the month');
select is(pg_temp.as('employee', format('public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  (select starts_at + interval '1 hour' from public.bookings))), 'sessions_used_up', 'and no second');
insert into public.company_members (company_id, user_id, created_at) values (pg_temp.id('south'), pg_temp.id('employee'), now() + interval '1 day');
select is(pg_temp.as('employee', format('public.book_session(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  (select starts_at + interval '1 hour' from public.bookings))), 'confirmed', 'but at the cost of another company of theirs that can pay');
select is(pg_temp.as('employee', format('public.book_session(%L, %L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  (select min(starts_at) + interval '2 hours' from public.bookings), pg_temp.id('north'))), 'sessions_used_up', 'not of one that is named and cannot');
select is(pg_temp.as('employee', format('public.hold_slot(%L, %L, %L)', pg_temp.id('specialist:specialist'), pg_temp.id('talk'),
  (select min(starts_at) + interval '2 hours' from public.bookings))), 'sessions_used_up', 'nor is a third held');

-- What nobody closed
update public.bookings set starts_at = now() - interval '26 hours', ends_at = now() - interval '25 hours' where company_id = pg_temp.id('north');
select is(private.job_complete_sessions(now()), 1::bigint, 'what nobody closed for a day took place');
select is(pg_temp.calls('specialist', 'close_booking', 'employee', $$, 'no_show'$$), 'booking_not_open', 'what is to come did not');
select is(private.job_complete_sessions(now()), 0::bigint, 'once');

-- A time that was held for somebody by a job, beside a hold of theirs that has run out and was not cleared away
insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at)
select pg_temp.id('manager'), pg_temp.id('north'), pg_temp.id('specialist:specialist'), pg_temp.id('talk'), this + make_interval(days => d), this + make_interval(days => d, mins => 50),
  'held', now() + left_over
from whole_hour, (values (61, interval '-1 minute'), (60, interval '5 minutes')) held (d, left_over);
select is(pg_temp.begins('book_session', 'manager', 60, 'talk'), 'confirmed', 'who has let a hold run out books the time that is held for them');

select * from finish();
rollback;
