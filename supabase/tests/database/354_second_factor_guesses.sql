-- Slowing down the guessing of codes by whoever has the password.
begin;
\ir ../setup/people.psql
select no_plan();

insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
values (pg_temp.id('app'), pg_temp.id('employee'), 'app', 'totp', 'verified', now(), now(), 's'),
  (pg_temp.id('begun'), pg_temp.id('employee'), 'begun', 'totp', 'unverified', now(), now(), 's'),
  (pg_temp.id('first'), pg_temp.id('colleague'), 'first', 'totp', 'unverified', now(), now(), 's');
-- The clock of a test: seconds after its beginning. True where the right code would be taken.
create function pg_temp.try(p_after numeric, p_valid boolean default false) returns boolean language sql as $$
  select private.judge_second_factor_attempt(pg_temp.id('employee'), p_valid, '203.0.113.9', now() + make_interval(secs => p_after::float));
$$;
create function pg_temp.told() returns bigint language sql as $$
  select count(*) from private.email_log where template_key = 'second_factor_attempts' and user_id = pg_temp.id('employee');
$$;

select ok(pg_temp.try(n), 'wrong code ' || n || ' costs nothing') from generate_series(1, 5) n;
select is(pg_temp.told(), 0::bigint, 'and nobody is bothered with it');
select ok(pg_temp.try(6), 'after the sixth');
select ok(not pg_temp.try(7.9, true), 'the right code is refused for two seconds');
select is(pg_temp.told(), 1::bigint, 'and the person is told that somebody has their password');
select ok(pg_temp.try(8.1), 'then it goes on');
select ok(not pg_temp.try(12), 'the seventh costs four');
select ok(pg_temp.try(1000 * n), 'wrong code ' || 7 + n) from generate_series(1, 12) n;
select is(max(held_until - occurred_at), interval '15 minutes', 'a day has a hundred tries at most') from public.failed_login_attempts where user_id = pg_temp.id('employee');
select is(pg_temp.told(), 1::bigint, 'a series is told once');
select private.judge_password_attempt(pg_temp.id('employee'), true, '203.0.113.9', now() + interval '12001 seconds') \g /dev/null
select ok(not pg_temp.try(12002, true), 'the right password ends no wait for a code');
select ok(pg_temp.try(13000, true), 'when the wait is over the right code is taken');
select is_empty($$select from private.sign_in_back_offs where subject like '%:codes'$$, 'and ends the series');

select pg_temp.try(14000 + n) from generate_series(1, 6) n \g /dev/null
select private.forget_failed_logins(pg_temp.id('employee')) \g /dev/null
select ok(pg_temp.try(14007, true), 'a new password is its owner''s way in');

-- One code for two apps
update auth.mfa_factors set status = 'verified' where id = pg_temp.id('begun');
select ok(pg_temp.try(20000 + n), 'with two apps code ' || n || ' costs nothing') from generate_series(1, 10) n;
select pg_temp.try(20011) \g /dev/null
select ok(not pg_temp.try(20012, true), 'after the eleventh somebody waits');

-- As Auth asks: of what app a code is changes nothing, once the person has one
create function pg_temp.decisions(p_name text, p_factor text, p_tries int) returns text[] language sql as $$
  select array(
    select private.check_second_factor_attempt(jsonb_build_object('user_id', pg_temp.id(p_name), 'factor_id', pg_temp.id(p_factor), 'factor_type', 'totp', 'valid', false)) ->> 'decision'
    from generate_series(1, p_tries)
  );
$$;
update auth.mfa_factors set status = 'unverified' where id = pg_temp.id('begun');
delete from private.sign_in_back_offs where subject like '%:codes';
select is(pg_temp.decisions('employee', 'begun', 7), array_fill('continue'::text, '{6}') || 'reject'::text, 'whoever guesses at an app that was begun and left waits, too');
select is(pg_temp.decisions('colleague', 'first', 20), array_fill('continue'::text, '{20}'), 'the code of the first app is no secret: anybody with the password may add their own');
update private.sign_in_back_offs set held_until = now() + interval '1 hour' where subject like '%:codes';
select is(private.check_second_factor_attempt(jsonb_build_object('user_id', pg_temp.id('employee'), 'factor_id', pg_temp.id('app'), 'factor_type', 'totp', 'valid', true)) ->> 'decision', 'reject', 'Auth is told');
select is(private.check_second_factor_attempt('{"user_id": "nobody"}') ->> 'decision', 'continue', 'what fails lets nobody wait');
select ok(not has_function_privilege(r, 'private.check_second_factor_attempt(jsonb)', 'execute'), 'and not asked by ' || r) from unnest(array['anon', 'authenticated', 'service_role']) r;

select * from finish();
rollback;
