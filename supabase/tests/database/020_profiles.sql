-- Profiles follow Auth, and a sign-up never fails over what its form sent.
begin;
\ir ../setup/people.psql
select no_plan();

insert into auth.users (id, email, raw_user_meta_data) values
  (pg_temp.id('plain'), 'Plain@People.test', null),
  (pg_temp.id('german'), 'german@people.test', '{"full_name": "  Gerda\tKlein ", "locale": "de-AT", "time_zone": "Europe/Vienna"}'),
  (pg_temp.id('hostile'), 'hostile@people.test',
    jsonb_build_object('display_name', repeat('x', 1900), 'locale', '../etc', 'time_zone', 'Mars/Olympus')),
  (pg_temp.id('phone_only'), null, '{}');

select results_eq(
  $$select email::text, display_name::text, locale::text, time_zone, email_confirmed_at from public.profiles where id = pg_temp.id('plain')$$,
  $$values ('plain@people.test', '', 'en', 'UTC', null::timestamptz)$$,
  'a sign-up without details gets a profile with the defaults'
);
select results_eq(
  $$select display_name::text, locale::text, time_zone from public.profiles where id = pg_temp.id('german')$$,
  $$values ('Gerda Klein', 'de-AT', 'Europe/Vienna')$$,
  'name, language and time zone of the form are taken over, tidied'
);
select results_eq(
  $$select length(display_name), locale::text, time_zone from public.profiles where id = pg_temp.id('hostile')$$,
  $$values (0, 'en', 'UTC')$$,
  'nonsense in the form is replaced, and the sign-up works'
);
select results_eq(
  $$select email::text from public.profiles where id = pg_temp.id('phone_only')$$,
  $$values (null::text)$$,
  'an account without an address has a profile without one'
);

update auth.users set email_confirmed_at = '2026-01-02 03:04:05+00' where id = pg_temp.id('plain');
select is(
  (select email_confirmed_at from public.profiles where id = pg_temp.id('plain')), now(),
  'a confirmation in Auth reaches the profile, with this database''s time'
);
update auth.users set email = 'New@People.test' where id = pg_temp.id('plain');
select is(
  (select email from public.profiles where id = pg_temp.id('plain')), 'new@people.test',
  'a changed address in Auth reaches the profile'
);

select pg_temp.act_as('employee');
select lives_ok(
  $$update public.profiles set display_name = 'Emma' where id = pg_temp.id('employee')$$, 'a person changes their name'
);
select throws_ok(
  $$update public.profiles set time_zone = 'America/New_York'$$, '42501', null,
  'language and time zone they change by save_preferences()'
);
select throws_ok(
  $$update public.profiles set email_confirmed_at = now()$$, '42501', null,
  'nobody confirms their own address by writing it down'
);
select pg_temp.act_as_owner();
select throws_ok(
  $$update public.profiles set time_zone = 'Mars/Olympus' where id = pg_temp.id('employee')$$, '23503', null,
  'a time zone that the server does not know is refused'
);
select throws_ok(
  $$update public.profiles set locale = 'english' where id = pg_temp.id('employee')$$, '23514', null,
  'a language that is none is refused'
);

delete from auth.users where id = pg_temp.id('plain');
select is_empty(
  $$select from public.profiles where id = pg_temp.id('plain')$$,
  'the profile goes with the account'
);

select * from finish();
rollback;
