-- The narrow doors: a specialist's agenda, and an admin reading a person's record.
begin;
\ir ../setup/people.psql
\ir ../setup/rows.psql
select no_plan();

select pg_temp.act_as('specialist');
select set_eq(
  $$select booking_id from public.specialist_agenda(now(), now() + interval '1 year')$$,
  $$select id from public.bookings where specialist_id = pg_temp.id('specialist:specialist') and starts_at > now()$$,
  'a specialist''s agenda has their sessions'
);
select isnt_empty(
  $$select from public.specialist_agenda(now(), now() + interval '1 year') where employee_name = 'Employee'$$,
  'with the name of whom they meet'
);
select is_empty($$select from public.specialist_agenda(now() - interval '1 year', now())$$, 'within the time asked for');
select set_eq('select booking_id from public.specialist_agenda()', $$select booking_id from public.specialist_agenda('-infinity', 'infinity')$$, 'or at any');
select is_empty($$select from public.profiles where id <> pg_temp.id('specialist')$$, 'and no profiles');
select booking_id as assigned from public.specialist_agenda(now(), now() + interval '1 year') limit 1 \gset
select pg_temp.act_as_owner();
create function pg_temp.seen_while(p_status text) returns bigint[] language plpgsql as $$
declare v_seen bigint[];
begin
  perform pg_temp.act_as_owner();
  update public.specialists set status = p_status, verified_at = null where user_id = pg_temp.id('specialist');
  perform pg_temp.act_as('specialist');
  v_seen := array[
    (select count(*) from public.specialist_agenda('-infinity', 'infinity')),
    (select count(*) from public.bookings where employee_id is distinct from pg_temp.id('specialist')),
    (select count(*) from public.booking_status_history h join public.bookings b on b.id = h.booking_id
     where b.employee_id is distinct from pg_temp.id('specialist')),
    (select count(*) from public.specialists where user_id = pg_temp.id('specialist'))
  ];
  perform pg_temp.act_as_owner();
  return v_seen;
end;
$$;
select is(pg_temp.seen_while(s), '{0,0,0,1}'::bigint[], 'a specialist who is ' || s || ' sees no session with others, but their own profile')
from unnest(array['pending', 'rejected', 'suspended']) s;
select pg_temp.act_as('specialist');
select throws_ok(format('select public.cancel_booking(%L)', :'assigned'), 'PT404', 'booking_not_found', 'nor gets one by changing it');
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');
select pg_temp.act_as('employee');
select is_empty($$select from public.specialist_agenda(now(), now() + interval '1 year')$$, 'who is no specialist has no agenda');

select throws_ok($$select public.read_person(pg_temp.id('colleague'), 'curious')$$, 'PT403', 'forbidden', 'only platform admins read a person');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.read_person(pg_temp.id('employee'), 'curious')$$, 'PT403', 'forbidden', 'not a company''s admin');
select pg_temp.act_as_owner();
insert into public.terms_acceptance (user_id, document, version, user_agent)
values (pg_temp.id('employee'), 'privacy', 'test', 'Agent');
delete from public.terms_acceptance where user_id = pg_temp.id('employee') and document <> 'privacy';
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.read_person(pg_temp.id('employee'), ' ')$$, 'PT422', 'reason_required', 'nor without a reason');
select throws_ok($$select public.read_person(pg_temp.id('nobody'), 'ticket 7')$$, 'PT404', 'person_not_found', 'nor somebody who does not exist');
select is_empty($$select from public.profiles where id = pg_temp.id('employee')$$, 'nor past this door');
select is_empty($$select from public.bookings where employee_id = pg_temp.id('employee')$$, 'and bookings not at all');
select is(
  (select public.read_person(pg_temp.id('employee'), 'ticket 7') #>> '{profile,email}'), 'employee@people.test',
  'with one they do'
);
select set_eq(
  $$select jsonb_object_keys(public.read_person(pg_temp.id('employee'), 'ticket 7'))$$,
  array[
    'profile', 'roles', 'memberships', 'specialist', 'packages', 'bookings',
    'terms_acceptance', 'email_verification_tokens', 'password_reset_tokens', 'email_changes'
  ],
  'the record has these parts'
);
select is(
  jsonb_typeof(public.read_person(pg_temp.id('employee'), 'ticket 7') -> 'bookings'), 'number',
  'of sessions it tells how many, never which'
);
select results_eq(
  $$select d #>> '{terms_acceptance,0,user_agent}', d #>> '{email_verification_tokens,0,email}',
      d #>> '{password_reset_tokens,0,email}', d::text ~ 'token_hash',
      (d #> '{email_verification_tokens,0}') ? 'id' or (d #> '{password_reset_tokens,0}') ? 'id'
    from public.read_person(pg_temp.id('employee'), 'ticket 7') d$$,
  $$values ('Agent', 'employee@people.test', 'employee@people.test', false, false)$$,
  'of acceptances and links it tells everything but the halves of a link'
);
select is_empty($$select id from public.terms_acceptance where user_id <> pg_temp.id('platform_admin')$$,
  'who accepted what is not seen past this door');
select is_empty($$select from public.email_verification_tokens where user_id <> pg_temp.id('platform_admin')$$, 'nor who confirms');
select is_empty($$select from public.password_reset_tokens where user_id <> pg_temp.id('platform_admin')$$, 'nor who resets');
select pg_temp.act_as('employee');
select results_eq(
  $$select actor_role, entity_id, context from public.audit_logs where action = 'person.read' limit 1$$,
  $$values ('authenticated', pg_temp.id('employee')::text, '{"reason": "ticket 7"}'::jsonb)$$,
  'the person sees that their record was read and why'
);
select pg_temp.act_as_owner();
select is(
  (select distinct actor_id from public.audit_logs where action = 'person.read'), pg_temp.id('platform_admin'),
  'and the log knows by whom'
);

select * from finish();
rollback;
