-- Slowing down the guessing of passwords, and never locking anybody out.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from private.sign_in_back_offs;
-- The clock of a test: seconds after its beginning. True where the right password would be taken.
create function pg_temp.try(p_after numeric, p_valid boolean default false, p_ip inet default '203.0.113.9', p_person text default 'employee')
returns boolean language sql as $$
  select private.judge_password_attempt(pg_temp.id(p_person), p_valid, p_ip, now() + make_interval(secs => p_after::float));
$$;
create function pg_temp.counted(p_person text default 'employee') returns bigint language sql as $$
  select count(*) from public.failed_login_attempts where user_id = pg_temp.id(p_person);
$$;
create function pg_temp.noticed(p_person text default 'employee') returns bigint language sql as $$
  select count(*) from private.email_log where template_key = 'sign_in_attempts' and user_id = pg_temp.id(p_person);
$$;

-- The back-off
select ok(pg_temp.try(n), 'wrong password ' || n || ' costs nothing') from generate_series(1, 5) n;
select is(pg_temp.noticed(), 0::bigint, 'nor is anybody bothered with it');
select ok(pg_temp.try(6), 'after the sixth');
select ok(not pg_temp.try(7.9, true), 'signing in waits for two seconds, with the right password too, or a guess would show');
select is(pg_temp.noticed(), 1::bigint, 'and the person is told');
select ok(not pg_temp.try(7.9), 'an attempt in that time is refused');
select ok(pg_temp.try(8.1), 'and makes it no longer');
select ok(not pg_temp.try(12), 'the seventh costs four seconds');
select ok(pg_temp.try(12.2), 'then it goes on');
select is(
  array(select extract(epoch from held_until - occurred_at)::int from public.failed_login_attempts where user_id = pg_temp.id('employee') order by id),
  array[null, null, null, null, null, 2, 4, 8], 'each doubles the wait'
);
select is((select array_agg(held_back order by id) from public.failed_login_attempts where held_until is not null), array[2, 1, 0],
  'what came too early is counted with the one before it, and adds no row');
select ok(pg_temp.try(1000 * n), 'wrong password ' || 8 + n) from generate_series(1, 12) n;
select is(max(held_until - occurred_at), interval '15 minutes', 'no wait is longer than a quarter of an hour, however many there were') from public.failed_login_attempts;
select is(pg_temp.noticed(), 1::bigint, 'the person is told once');
select results_eq(
  $$select l.category, array(select jsonb_object_keys(l.variables)), q.priority::int from private.email_log l join private.email_queue q on q.mail_id = l.id
    where l.template_key = 'sign_in_attempts'$$,
  $$values ('security', array['noticed_at'], 0)$$, 'at once, and without a word of the attacker''s'
);
select ok(pg_temp.try(13000, true), 'when the wait is over the right password is taken');
select is_empty($$select from private.sign_in_back_offs where subject like 'account:%'$$, 'and clears the count');
select ok(pg_temp.try(13000 + n), 'then wrong password ' || n || ' costs nothing again') from generate_series(1, 5) n;
select ok(pg_temp.try(13006) and pg_temp.noticed() = 2, 'a new series is announced anew');

-- Forgotten after a day
delete from private.sign_in_back_offs;
select pg_temp.try(20000 + n) from generate_series(1, 5) n \g /dev/null
select pg_temp.try(20005 + 86399) \g /dev/null
select ok(not pg_temp.try(20005 + 86400, true), 'a day less a second later the series goes on');
delete from private.sign_in_back_offs;
select pg_temp.try(200000 + n) from generate_series(1, 5) n \g /dev/null
select pg_temp.try(200005 + 86400) \g /dev/null
select ok(pg_temp.try(200005 + 86401, true), 'after a day without a failure it is forgotten');

-- The person is not locked out by others: a network they are known to sign in from counts for itself
delete from private.sign_in_back_offs;
insert into auth.sessions (id, user_id, created_at, updated_at, ip) values (gen_random_uuid(), pg_temp.id('employee'), now(), now(), '198.51.100.7');
select pg_temp.try(300000 + n) from generate_series(1, 6) n \g /dev/null
select ok(not pg_temp.try(300007, true), 'while guesses from elsewhere make elsewhere wait');
select ok(pg_temp.try(300007, true, '198.51.100.7'), 'they sign in from where they always do');
select pg_temp.try(300010 + n, false, '198.51.100.7') from generate_series(1, 6) n \g /dev/null
select ok(not pg_temp.try(300017, true, '198.51.100.7'), 'but it has a limit of its own');

-- A new password is the way in, whatever is tried
update auth.users set encrypted_password = 'a new one' where id = pg_temp.id('employee');
select ok(pg_temp.try(0, true), 'a new password lets them in at once');
update auth.users set encrypted_password = 'another one' where id = pg_temp.id('employee');
select ok(pg_temp.try(n), 'also while wrong ones go on: ' || n) from generate_series(1, 20) n;
select ok(pg_temp.try(21, true, '192.0.2.1'), 'and from anywhere');
update auth.users set encrypted_password = 'a third' where id = pg_temp.id('employee');
select pg_temp.try(900 + n) from generate_series(1, 6) n \g /dev/null
select ok(not pg_temp.try(907, true), 'for a quarter of an hour');

-- A client that tries many accounts
delete from private.sign_in_back_offs;
delete from public.failed_login_attempts;
create temporary table target as select 'target' || n as name from generate_series(1, 60) n;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.id(name), name || '@people.test', now() from target;
select pg_temp.try(n, p_person => 'target' || n, p_ip => ('2001:db8:1:2::' || n)::inet) from generate_series(1, 50) n \g /dev/null
select ok(pg_temp.try(51, p_person => 'target51', p_ip => '2001:db8:1:2:ffff::1'), 'fifty wrong passwords of a network cost nothing');
select ok(not pg_temp.try(52, true, '2001:db8:1:2::1', 'target52'), 'the next make it wait, whatever the account and the last half of the address');
select ok(pg_temp.try(52, true, '2001:db8:1:3::1', 'target52'), 'another network does not');
select is((select sum(held_back) from public.failed_login_attempts where failures = 0), 1::bigint, 'which is logged of the account that it met');
select is(pg_temp.noticed('target52'), 0::bigint, 'but not announced to it');
insert into auth.sessions (id, user_id, created_at, updated_at, ip) values (gen_random_uuid(), pg_temp.id('colleague'), now(), now(), '2001:db8:1:2::99');
select ok(pg_temp.try(52, true, '2001:db8:1:2::99', 'colleague'), 'nor must those wait who sign in from there all the time');
update auth.users set encrypted_password = 'new' where id = pg_temp.id('target53');
select ok(pg_temp.try(52, true, '2001:db8:1:2::1', 'target53'), 'or who have just chosen a new password');
select ok(pg_temp.try(1 + 3600 + 60, true, '2001:db8:1:2::1', 'target54'), 'and it passes');
select pg_temp.try(3000, p_person => 'target55', p_ip => '2001:db8:1:2::1') \g /dev/null
select pg_temp.try(3700, p_person => 'target55', p_ip => '2001:db8:1:2::1') \g /dev/null
select is((select failures from private.sign_in_back_offs where subject like 'client:2001:db8:1:2:%'), 1, 'an hour after its first failure a network starts anew');

-- Who signs in takes back from the network what they failed there themselves, and nothing of anybody else's
delete from private.sign_in_back_offs;
create function pg_temp.network(p_ip inet default '203.0.113.50') returns int language sql as $$
  select coalesce((select failures from private.sign_in_back_offs where subject = 'client:' || private.network_of(p_ip)), 0);
$$;
create function pg_temp.office(p_after numeric, p_person text, p_valid boolean default false) returns boolean language sql as $$
  select pg_temp.try(p_after, p_valid, '203.0.113.50', p_person);
$$;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.id(n), n || '@people.test', now()
from unnest(array['typist', 'starter', 'guesser'] || array(select 'worker' || n from generate_series(1, 60) n)) n;
update public.system_settings set value = '100' where key = 'sign_in_free_failures';
select pg_temp.office(n, 'typist') from generate_series(1, 50) n \g /dev/null
select is(pg_temp.network(), 50, 'fifty wrong passwords of one person behind an office''s address are counted for it');
select ok(pg_temp.office(51, 'typist', true), 'then comes the right one');
select is(pg_temp.network(), 0, 'which takes them back');
select ok(pg_temp.office(52, 'starter') and pg_temp.office(53, 'starter', true), 'so who is new there mistypes once, and signs in');
select is(pg_temp.network(), 0, 'which takes that one back');
select ok(pg_temp.office(54, 'starter', true) and pg_temp.network() = 0, 'there is no less than nothing');

select pg_temp.office(60 + n, 'worker' || 1 + n % 25) from generate_series(1, 50) n \g /dev/null
select pg_temp.office(120, 'guesser') from generate_series(1, 2) n \g /dev/null
select ok(not pg_temp.office(121, 'guesser', true) and pg_temp.network() = 51, 'guesses at many accounts make the network wait, for an account of the guesser''s own too');
select ok(pg_temp.office(130, 'guesser', true), 'which signs in later');
select is(pg_temp.network(), 50, 'and has taken back its own failure alone');
select ok(pg_temp.office(131, 'guesser', true) and pg_temp.network() = 50, 'once');
select ok(pg_temp.office(132, 'worker30') and not pg_temp.office(133, 'worker31', true), 'the next guess makes it wait again');
select ok(pg_temp.office(140, 'worker1', true) and pg_temp.network() = 49, 'one of the accounts that were guessed at takes back the two guesses at it');
select ok(pg_temp.office(141, 'worker31', true), 'and a count that is free again makes nobody wait');
delete from private.sign_in_back_offs;
select pg_temp.office(200 + n, 'typist') from generate_series(1, 50) n \g /dev/null
select pg_temp.office(251, 'starter') \g /dev/null
update auth.users set encrypted_password = 'new' where id = pg_temp.id('typist');
select ok(not pg_temp.office(251.5, 'starter', true) and pg_temp.office(252, 'typist', true) and pg_temp.office(252.5, 'starter', true),
  'a wait ends with the failures that it was for, where their owner chooses a new password meanwhile');
update public.system_settings set value = '5' where key = 'sign_in_free_failures';

delete from private.sign_in_back_offs;
select pg_temp.try(1000, p_ip => '203.0.113.60', p_person => 'worker40') from generate_series(1, 3) n \g /dev/null
select pg_temp.try(1000, p_ip => '203.0.113.61', p_person => 'worker40') from generate_series(1, 2) n \g /dev/null
select pg_temp.try(1000, true, '203.0.113.61', 'worker40') \g /dev/null
select is(array[pg_temp.network('203.0.113.60'), pg_temp.network('203.0.113.61')], array[3, 0], 'what was tried from another network stays counted there');
select pg_temp.try(1000 + 3601, p_ip => '203.0.113.60', p_person => 'worker41') \g /dev/null
select pg_temp.try(1000 + 3602, true, '203.0.113.60', 'worker40') \g /dev/null
select is(pg_temp.network('203.0.113.60'), 1, 'what was tried in an hour that is over takes nothing from the next');
select pg_temp.try(1000 + 3603, p_ip => '203.0.113.60', p_person => 'worker42') \g /dev/null
insert into auth.sessions (id, user_id, created_at, updated_at, ip) values (gen_random_uuid(), pg_temp.id('worker42'), now(), now(), '203.0.113.60');
select pg_temp.try(1000 + 3604, p_ip => '203.0.113.60', p_person => 'worker42') \g /dev/null
select is(pg_temp.network('203.0.113.60'), 2, 'who has signed in from there, by a link say, is counted for themselves');
select pg_temp.try(1000 + 3605, true, '203.0.113.60', 'worker42') \g /dev/null
select is(pg_temp.network('203.0.113.60'), 1, 'and takes back what was counted before');
select pg_temp.try(1000 + 3606, p_ip => '203.0.113.60', p_person => 'worker43') \g /dev/null
update auth.users set encrypted_password = 'new' where id = pg_temp.id('worker43');
select pg_temp.try(1000 + 3607, true, '203.0.113.60', 'worker43') \g /dev/null
select is(pg_temp.network('203.0.113.60'), 1, 'so does who has chosen a new password');

-- Whatever comes in whatever order, a network's count is made of the shares of the accounts, each what failed since its last success.
delete from private.sign_in_back_offs;
create temporary table shared (seconds numeric, network inet, person text);
select setseed(0.5) \g /dev/null
do $$
declare
  v_after numeric := 20000;
  v_network inet;
  v_person text;
  v_valid boolean;
  v_free constant int := private.setting('sign_in_free_failures')::int;
begin
  for n in 1..1500 loop
    v_after := v_after + case when random() < 0.01 then 3700 else random() * 60 end;
    v_network := case when random() < 0.5 then '203.0.113.70'::inet else '203.0.113.71' end;
    v_person := 'worker' || 45 + floor(random() * 5);
    v_valid := random() < 0.2;
    if not pg_temp.try(v_after, v_valid, v_network, v_person) then
      continue;
    elsif v_valid then
      delete from shared s where s.network = v_network and s.person = v_person;
    else
      if (select started_at = last_failed_at from private.sign_in_back_offs where subject = 'client:' || v_network) then
        delete from shared s where s.network = v_network;
      end if;
      insert into shared values (v_after, v_network, v_person);
    end if;
    if pg_temp.network(v_network) <> (select count(*) from shared s where s.network = v_network) then
      raise exception 'attempt %: % counted, and % failed', n, pg_temp.network(v_network), (select count(*) from shared s where s.network = v_network);
    end if;
  end loop;
end;
$$;
select pass('1,500 attempts of five people from two networks: a count is what failed there in its hour, less what its owners made good');

-- Auth's contract
delete from private.sign_in_back_offs;
create function pg_temp.ask(p_valid boolean, p_metadata jsonb default null) returns jsonb language sql as $$
  select private.check_password_attempt(jsonb_strip_nulls(jsonb_build_object('user_id', pg_temp.id('manager'), 'valid', p_valid, 'metadata', p_metadata)));
$$;
select is(pg_temp.ask(true), '{"decision": "continue"}'::jsonb, 'a right password continues');
select is(pg_temp.ask(false), '{"decision": "continue"}'::jsonb, 'so does a wrong one, which Auth refuses itself: ' || n) from generate_series(1, 6) n;
select is(pg_temp.ask(true), '{"decision": "reject", "message": "Invalid login credentials", "should_logout_user": false}'::jsonb,
  'a rejection has the words of a wrong password, and ends no session');
select is((select ip from public.failed_login_attempts where user_id = pg_temp.id('manager') limit 1), null, 'an Auth that tells no address is good enough');
delete from private.sign_in_back_offs;
select pg_temp.ask(false, '{"ip_address": "203.0.113.77"}') \g /dev/null
select is((select host(ip) from public.failed_login_attempts where user_id = pg_temp.id('manager') order by id desc limit 1), '203.0.113.77', 'where it tells, it is logged');
set client_min_messages = error;
select is(private.check_password_attempt(event), '{"decision": "continue"}'::jsonb, 'what it does not understand does not stop a sign-in')
from unnest(array['{}', '{"user_id": "x", "valid": false}', '{"user_id": "6f1c2c1e-0000-4000-8000-000000000001", "valid": false}',
  '{"user_id": "6f1c2c1e-0000-4000-8000-000000000001", "valid": true, "metadata": {"ip_address": "not one"}}']::jsonb[]) event;
update auth.users set email_confirmed_at = null where id = pg_temp.id('colleague');
select pg_temp.try(n, p_person => 'colleague', p_ip => null) from generate_series(1, 7) n \g /dev/null
select is(pg_temp.noticed('colleague'), 0::bigint, 'an address that nobody confirmed is told nothing');

\set hook `sed -n '/^\[auth\.hook\.password_verification_attempt\]/,/^$/s|^uri = "pg-functions://postgres/\([a-z_]*\)/\([a-z_]*\)"$|\1.\2|p' supabase/config.toml`
select is(to_regproc(:'hook'), 'private.check_password_attempt'::regproc, 'config.toml names it');

-- Who
select pg_temp.act_as('manager');
select isnt_empty($$select failures, held_until from public.failed_login_attempts$$, 'a person sees what was tried on their account');
select is_empty($$select failures from public.failed_login_attempts where user_id <> pg_temp.id('manager')$$, 'and on no other');
select throws_ok($$select ip from public.failed_login_attempts$$, '42501', null, 'not from where');
select throws_ok($$select private.check_password_attempt('{}')$$, '42501', null, 'only Auth asks');
select throws_ok($$select * from public.read_failed_login_attempts('out of curiosity')$$, 'PT403', 'forbidden', 'only platform admins read them all');
select pg_temp.act_as('service_role');
select throws_ok($$select private.check_password_attempt('{}')$$, '42501', null, 'not the functions either');
select pg_temp.act_as('platform_admin');
select throws_ok($$select * from public.read_failed_login_attempts('')$$, 'PT422', 'reason_required', 'an admin gives a reason');
select is((select count(*) from public.read_failed_login_attempts('looking into guesses', pg_temp.id('manager'), null, 3)), 3::bigint, 'and reads page by page');
select is_empty($$select failures from public.failed_login_attempts where user_id <> pg_temp.id('platform_admin')$$, 'but not past the function');
select pg_temp.act_as_owner();
select results_eq(
  $$select user_id, context ->> 'reason' from public.audit_logs where action = 'failed_login_attempts.read' and occurred_at = now()$$,
  $$values (pg_temp.id('manager'), 'looking into guesses')$$, 'which is an entry about the person'
);

-- Retention
delete from public.failed_login_attempts;
delete from private.sign_in_back_offs;
insert into public.failed_login_attempts (user_id, failures, occurred_at) select pg_temp.id('manager'), 1, now() - a
from unnest(array[interval '91 days', interval '89 days']) a;
insert into private.sign_in_back_offs (subject, failures, started_at, last_failed_at) select 'client:' || n, 1, now() - a, now() - a
from unnest(array[interval '25 hours', interval '23 hours']) with ordinality b (a, n);
select is(private.job_purge_sign_ins(now()), 2::bigint, 'attempts are kept for ninety days, counters for a day');
select is(private.job_purge_sign_ins(now()), 0::bigint, 'the rest stays');

select * from finish();
rollback;
