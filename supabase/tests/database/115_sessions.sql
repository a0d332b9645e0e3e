-- Where a person is signed in: kept by what Auth does to its sessions, ended by the person.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.token(p_name text) returns public.session_tokens language sql as $$
  select t from public.session_tokens t where id = pg_temp.id('session:' || p_name);
$$;
create function pg_temp.sign_in(p_name text, p_person text default 'employee', p_agent text default null, p_ip inet default null, p_not_after timestamptz default null)
returns void language sql as $$
  insert into auth.sessions (id, user_id, created_at, updated_at, user_agent, ip, not_after)
  values (pg_temp.id('session:' || p_name), pg_temp.id(p_person), now() - interval '1 hour', now() - interval '1 hour', p_agent, p_ip, p_not_after);
$$;
grant execute on all functions in schema pg_temp to public;

-- Devices in words
select is(private.device_name(agent), device, coalesce(device, 'nothing known'))
from (values
  ('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Windows'),
  ('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0', 'Edge on Windows'),
  ('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari on macOS'),
  ('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1', 'Chrome on iPhone'),
  ('Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android'),
  ('Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'Chrome on ChromeOS'),
  ('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0', 'Opera on Linux'),
  ('Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)', 'Android'),
  ('<script>alert(1)</script>', null), ('curl/8.5.0', null), ('', null), (null, null)
) a (agent, device);

-- Kept by Auth's sessions
select pg_temp.sign_in('laptop', p_agent => 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', p_ip => '203.0.113.9');
select results_eq(
  $$select user_id, device, host(ip), created_at, last_used_at, ended_at from public.session_tokens where id = pg_temp.id('session:laptop')$$,
  $$values (pg_temp.id('employee'), 'Firefox on Linux', '203.0.113.9', now() - interval '1 hour', now() - interval '1 hour', null::timestamptz)$$,
  'a sign-in is there, with the device in words'
);
update auth.sessions set updated_at = now(), ip = '198.51.100.7' where id = pg_temp.id('session:laptop');
select results_eq(
  $$select last_used_at, host(ip), device from public.session_tokens where id = pg_temp.id('session:laptop')$$,
  $$values (now(), '198.51.100.7', 'Firefox on Linux')$$, 'a refresh says when and from where it was used last'
);
update auth.sessions set ip = null, user_agent = null where id = pg_temp.id('session:laptop');
select is((pg_temp.token('laptop')).device, 'Firefox on Linux', 'what is known already is not forgotten');
delete from auth.sessions where id = pg_temp.id('session:laptop');
select results_eq(
  $$select ended_at, end_reason from public.session_tokens where id = pg_temp.id('session:laptop')$$,
  $$values (now(), 'signed_out')$$, 'a sign-out is remembered'
);
select pg_temp.sign_in('over', p_not_after => now() - interval '1 minute');
delete from auth.sessions where id = pg_temp.id('session:over');
select is((pg_temp.token('over')).end_reason, 'expired', 'a session that Auth clears away had expired');

-- A sign-in never fails over this table
alter table public.session_tokens add constraint broken check (device <> 'Android');
set client_min_messages = error;
select lives_ok($$select pg_temp.sign_in('phone', p_agent => 'Dalvik/2.1.0 (Linux; U; Android 14)')$$, 'a sign-in that cannot be recorded goes through');
select is(pg_temp.token('phone'), null, 'unrecorded');
alter table public.session_tokens drop constraint broken;
select is(private.job_follow_sessions(now()), 1::bigint, 'the job makes up for it');
select is((pg_temp.token('phone')).device, 'Android', 'then it is there');
select is(private.job_follow_sessions(now()), 0::bigint, 'and there is nothing left to do');
insert into public.session_tokens (id, user_id, created_at, last_used_at) values (pg_temp.id('session:gone'), pg_temp.id('employee'), now(), now());
select private.job_follow_sessions(now()) \g /dev/null
select is((pg_temp.token('gone')).end_reason, 'signed_out', 'and for an end that was missed');
select pg_temp.sign_in('late', p_not_after => now() + interval '1 day');
select private.job_follow_sessions(now() + interval '2 days') \g /dev/null
select is((pg_temp.token('late')).end_reason, 'expired', 'and a session that ran out while Auth kept its row');

-- A changed password: Auth ends the sessions in the same transaction
update auth.users set encrypted_password = 'another' where id = pg_temp.id('colleague');
delete from auth.sessions where user_id = pg_temp.id('colleague');
select is((pg_temp.token('colleague')).end_reason, 'password_changed', 'a new password ended it');

-- By the person
select pg_temp.sign_in('tablet');
select pg_temp.sign_in('office');
select pg_temp.act_as('employee');
select results_eq(
  $$select distinct user_id from public.session_tokens$$, $$values (pg_temp.id('employee'))$$, 'a person sees their own sessions and nobody else''s'
);
select throws_ok($$select public.end_session(pg_temp.id('session:manager'))$$, 'PT404', 'session_not_found', 'that of somebody else does not exist for them');
select throws_ok($$select public.end_session(gen_random_uuid())$$, 'PT404', 'session_not_found', 'nor one that there is not');
select lives_ok($$select public.end_session(pg_temp.id('session:tablet'))$$, 'one of their own they end');
select throws_ok($$select public.end_session(pg_temp.id('session:tablet'))$$, 'PT404', 'session_not_found', 'once');
select is((pg_temp.token('tablet')).end_reason, 'ended_by_person', 'which is said of it');
select isnt_empty($$select from public.profiles$$, 'the one they do it from goes on');
select is(public.end_other_sessions(), 3::bigint, 'all others');
select is((pg_temp.token('office')).end_reason, 'ended_by_person', 'are ended together');
select is(public.end_other_sessions(), 0::bigint, 'and then there are none');
select isnt_empty($$select from public.profiles$$, 'the one they do it from still goes on');
select lives_ok($$select public.end_session(pg_temp.id('session:employee'))$$, 'they may end that too');
select is_empty($$select from public.profiles$$, 'and at once its token is nobody''s');
select throws_ok($$select public.end_other_sessions()$$, 'PT401', 'unauthenticated', 'with it no session is ended');
select throws_ok($$select public.end_session(pg_temp.id('session:employee'))$$, 'PT401', 'unauthenticated', 'by neither function');
select throws_ok($$insert into public.session_tokens (id, user_id, created_at, last_used_at) select gen_random_uuid(), pg_temp.id('employee'), now(), now()$$,
  '42501', null, 'nobody writes the table');
select pg_temp.act_as('anon');
select throws_ok($$select public.end_other_sessions()$$, '42501', null, 'anon ends nothing');

select pg_temp.act_as_owner();
select isnt_empty(format('select from auth.sessions where id = %L', pg_temp.id('session:manager')), 'other people''s sessions are untouched');
select results_eq(
  $$select action, entity_id, actor_id = user_id from public.audit_logs where action like 'session.%' and user_id = pg_temp.id('employee') order by id$$,
  $$values ('session.ended', pg_temp.id('session:tablet')::text, true), ('session.others_ended', null, true),
    ('session.ended', pg_temp.id('session:employee')::text, true)$$, 'each is audited, with who did it'
);

-- By an admin, as where somebody writes that their account was taken over
select pg_temp.sign_in(name, 'manager') from unnest(array['stolen', 'own']) name \g /dev/null
select pg_temp.act_as('company_admin');
select throws_ok($$select public.end_sessions_of(pg_temp.id('manager'), 'They left their phone.')$$, 'PT403', 'forbidden', 'nobody else ends sessions of others');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.end_sessions_of(pg_temp.id('manager'), ' ')$$, 'PT422', 'reason_required', 'a platform admin says why');
select throws_ok($$select public.end_sessions_of(gen_random_uuid(), 'They left their phone.')$$, 'PT404', 'person_not_found', 'and of whom');
select is(public.end_sessions_of(pg_temp.id('manager'), 'They left their phone.'), 3::bigint, 'and ends all that there are');
select pg_temp.act_as('manager');
select is_empty('select from public.profiles', 'whose tokens are then nobody''s');
select pg_temp.act_as_owner();
select results_eq(
  $$select distinct end_reason from public.session_tokens where user_id = pg_temp.id('manager')$$, $$values ('ended_by_admin')$$, 'which is said of them'
);
select isnt_empty(
  $$select from public.audit_logs where action = 'session.all_ended' and user_id = pg_temp.id('manager') and actor_id = pg_temp.id('platform_admin')
    and context ->> 'reason' = 'They left their phone.' and new_values = '{"ended": 3}'$$, 'and audited, with the reason'
);

-- So many at a time
select pg_temp.sign_in('surplus-' || n) from generate_series(1, 12) n \g /dev/null
update public.session_tokens t set created_at = now() - interval '9 days', last_used_at = now() - n * interval '1 hour'
from generate_series(1, 12) n where t.id = pg_temp.id('session:surplus-' || n);
update public.system_settings set value = '10' where key = 'sessions_per_person';
select count(*) - 10 as surplus from public.session_tokens where user_id = pg_temp.id('employee') and ended_at is null \gset
select is(private.job_end_surplus_sessions(now()), :surplus::bigint, 'of more sessions than a person may have, the rest is ended');
select is((pg_temp.token('surplus-12')).end_reason, 'too_many', 'those that were used longest ago');
select is((pg_temp.token('surplus-1')).ended_at, null, 'not the latest');
select is_empty(format('select from auth.sessions where id = %L', pg_temp.id('session:surplus-12')), 'with Auth, too');
select is(private.job_end_surplus_sessions(now()), 0::bigint, 'and then there is nothing to do');

-- So long
select pg_temp.sign_in(name, 'colleague') from unnest(array['idle', 'used', 'aged', 'young']) name \g /dev/null
update public.session_tokens t set created_at = now() - s.age, last_used_at = now() - s.idle
from (values ('idle', interval '20 days', interval '14 days 1 minute'), ('used', '20 days', '13 days 23 hours'), ('aged', '30 days 1 minute', '1 hour'), ('young', '29 days 23 hours', '1 hour')) s (name, age, idle)
where t.id = pg_temp.id('session:' || s.name);
select is(private.job_end_surplus_sessions(now()), 2::bigint, 'a session ends that nobody has used for two weeks, and each after thirty days');
select is(array[(pg_temp.token('idle')).end_reason, (pg_temp.token('aged')).end_reason], '{expired,expired}', 'as one that is over');
select is(array[(pg_temp.token('used')).ended_at, (pg_temp.token('young')).ended_at], '{null,null}', 'and no other');
select is_empty($$select from auth.sessions where id = any (array[pg_temp.id('session:idle'), pg_temp.id('session:aged')])$$, 'so that their tokens are nobody''s');
update public.system_settings set value = '60' where key in ('session_idle_days', 'session_max_days');
select is(private.job_end_surplus_sessions(now() + interval '29 days'), 0::bigint, 'or as long as the settings say');

-- Retention
update public.session_tokens t set created_at = now() - interval '100 days', last_used_at = now() - a, ended_at = now() - a
from (values ('tablet', interval '91 days'), ('office', interval '89 days')) s (name, a) where t.id = pg_temp.id('session:' || name);
select is(private.job_purge_sign_ins(now()), 1::bigint, 'an ended session is forgotten after ninety days');
select is(pg_temp.token('tablet'), null, 'that one');
select isnt(pg_temp.token('office'), null, 'later ones stay');
select isnt(pg_temp.token('young'), null, 'and those that go on, however old');
delete from auth.users where id = pg_temp.id('employee');
select is_empty($$select from public.session_tokens where user_id = pg_temp.id('employee')$$, 'a closed account takes its sessions along');

select * from finish();
rollback;
