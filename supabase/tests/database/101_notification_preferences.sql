-- Preferences: which ones there are, and who may set them.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

prepare preference as insert into public.notification_preferences (user_id, quiet_hours_start, quiet_hours_end, reminder_lead_minutes)
  values (pg_temp.id('employee'), $1, $2, $3);
select throws_ok($$execute preference('22:00', null, '{60}')$$, '23514', null, 'quiet hours have two ends');
select throws_ok($$execute preference(null, '07:00', '{60}')$$, '23514', null, 'both of them');
select throws_ok($$execute preference('22:00', '22:00', '{60}')$$, '23514', null, 'and last less than a day');
select throws_ok($$execute preference(null, null, '{60,2}')$$, '23514', null, 'five minutes ahead is the least');
select throws_ok($$execute preference(null, null, '{20161}')$$, '23514', null, 'two weeks the most');
select throws_ok($$execute preference(null, null, '{60,null}')$$, '23514', null, 'no lead time is unknown');
select throws_ok($$execute preference(null, null, '{{60},{90}}')$$, '23514', null, 'nor a matrix');
select throws_ok($$execute preference(null, null, '{10,20,30,40,50,60}')$$, '23514', null, 'six are too many');
select lives_ok($$execute preference('22:00', '07:00', '{}')$$, 'none at all is a choice');

select pg_temp.act_as('colleague');
select lives_ok(
  $$insert into public.notification_preferences (user_id, account_email) values (pg_temp.id('colleague'), false)
    on conflict (user_id) do update set user_id = excluded.user_id, account_email = excluded.account_email$$,
  'a person upserts their own, as supabase-js does'
);
select throws_ok($$update public.notification_preferences set user_id = pg_temp.id('manager')$$, '42501', null, 'and does not give them away');
select is_empty($$select from public.notification_preferences where user_id = pg_temp.id('employee')$$, 'they see nobody else''s');
select results_eq(
  $$select booking_email, reminder_email, reminder_lead_minutes from public.notification_preferences$$,
  $$values (true, true, '{1440,60}'::int[])$$, 'what is not said is on, a day and an hour ahead'
);

select * from finish();
rollback;
