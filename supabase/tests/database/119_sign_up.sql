-- The life of a sign-up: request, link, what is said behind it, and the account.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.ask(p_email text, p_locale text default null, p_after interval default '0') returns bigint language plpgsql as $$
begin
  perform public.request_sign_up(p_email, encode(sha256(p_email::bytea), 'hex'), null, '{}', p_locale);
  return private.process_token_requests(now() + p_after);
end; $$;
create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.sealed(p_email text) returns uuid language plpgsql as $$
declare v_id uuid;
begin
  select id into v_id from private.sign_up_tokens where email = p_email order by created_at desc, superseded_at nulls first limit 1;
  perform public.seal_token_hashes(jsonb_build_array(jsonb_build_object('purpose', 'sign_up', 'id', v_id, 'token_hash', pg_temp.secret(v_id))));
  return v_id;
end; $$;
create function pg_temp.link(p_email text) returns uuid language sql as $$
  select private.issue_sign_up(p_email, null);
  select pg_temp.sealed(p_email);
$$;
create function pg_temp.check(p_id uuid, p_hash text default null, p_prefixes text[] default '{}') returns jsonb language sql as $$
  select public.check_sign_up(p_id, coalesce(p_hash, pg_temp.secret(p_id)), p_prefixes, '{}');
$$;
create function pg_temp.terms() returns jsonb language sql as $$
  select jsonb_build_object('terms', private.setting('terms_version'), 'privacy', private.setting('privacy_version'));
$$;
create function pg_temp.take(p_id uuid, p_said jsonb default '{}', p_terms jsonb default null, p_hash text default null) returns jsonb language sql as $$
  select public.take_sign_up(p_id, coalesce(p_hash, pg_temp.secret(p_id)), p_said, coalesce(p_terms, pg_temp.terms()),
    '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "user_agent": "Agent", "source": "mine"}');
$$;
-- As Auth's admin API makes an account, in two statements of one transaction.
create function pg_temp.auth_makes(p_email text, p_link uuid default null) returns uuid language plpgsql as $$
declare v_id constant uuid := coalesce((select account_id from private.sign_up_tokens where id = p_link), gen_random_uuid());
begin
  insert into auth.users (id, aud, role, email, encrypted_password, raw_user_meta_data, raw_app_meta_data, created_at, updated_at)
  values (v_id, 'authenticated', 'authenticated', p_email, 'x', '{}', '{}', now(), now());
  update auth.users set email_confirmed_at = now() where id = v_id;
  set constraints all immediate;
  set constraints all deferred;
  return v_id;
end; $$;
create function pg_temp.mails(p_key text, p_email text) returns bigint language sql as $$
  select count(*) from private.email_log where template_key = p_key and recipient = p_email;
$$;

-- Requests
select is(pg_temp.ask(e, 'de_DE'), 1::bigint, 'a request for ' || e || ' is looked at')
from unnest(array['employee@people.test', 'newcomer@people.test', 'nobody@people.test']) e;
select results_eq(
  $$select template_key, recipient::text, user_id is not null, token_id is not null, variables ->> 'locale', category
    from private.email_log where template_key like 'sign_up%' order by recipient$$,
  $$values ('sign_up_taken', 'employee@people.test', true, false, null, 'security'),
    ('sign_up', 'newcomer@people.test', false, true, 'de-DE', 'security'),
    ('sign_up', 'nobody@people.test', false, true, 'de-DE', 'security')$$,
  'who has an account is told so, everybody else gets a link, in the language that was asked for'
);
select is(
  (select array_agg(distinct q.priority::int) from private.email_queue q join private.email_log l on l.id = q.mail_id where l.template_key like 'sign_up%'),
  array[1], 'neither goes before what only the owner of an account can ask for'
);
select is(pg_temp.ask('nobody@people.test', null, '30 seconds'), 1::bigint, 'another within the minute is looked at');
select is(pg_temp.mails('sign_up', 'nobody@people.test'), 1::bigint, 'and mails nothing');
select pg_temp.ask('nobody@people.test', 'x y', make_interval(mins => n)) from generate_series(2, 25) n \g /dev/null
select is(pg_temp.mails('sign_up', 'nobody@people.test'), 5::bigint, 'five mails in an hour, however often it is asked');
select is((select count(*) from private.sign_up_tokens where email = 'nobody@people.test' and superseded_at is null), 1::bigint, 'the last of whose links works');
select pg_temp.ask('nobody@people.test', null, make_interval(mins => n * 10)) from generate_series(7, 140) n \g /dev/null
select is(pg_temp.mails('sign_up', 'nobody@people.test'), 10::bigint, 'and ten in a day');
select pg_temp.ask('nobody@people.test', null, interval '25 hours') \g /dev/null
select is(pg_temp.mails('sign_up', 'nobody@people.test'), 11::bigint, 'on the next there is another: nobody keeps a stranger from signing up');
select pg_temp.ask('employee@people.test', null, make_interval(mins => n * 5)) from generate_series(1, 280) n \g /dev/null
select is(pg_temp.mails('sign_up_taken', 'employee@people.test'), 10::bigint, 'and who has an account is mailed no more often');
select is((select count(*) from public.profiles where email = 'nobody@people.test'), 0::bigint, 'no request makes an account');
insert into private.token_requests (purpose, email, address_key, context)
select 'sign_up', 'twice@people.test', encode(sha256('twice'), 'hex'), '{}' from generate_series(1, 2);
select is(private.process_token_requests(now()), 2, 'of two requests at one instant');
select is(pg_temp.mails('sign_up', 'twice@people.test'), 1::bigint, 'one is mailed');

-- Somebody types addresses without end
update public.system_settings set value = '20' where key = 'sign_ups_allowance_burst';
update public.system_settings set value = '600' where key = 'sign_ups_allowance_refill_seconds';
delete from private.allowances;
insert into private.token_requests (purpose, email, address_key, context)
select 'sign_up', n || '@strangers.test', encode(sha256(n::text::bytea), 'hex'), '{}' from generate_series(1, 30) n;
select is(private.process_token_requests(now() + interval '2 days'), 20, 'so many are mailed at once');
select is(private.process_token_requests(now() + interval '2 days'), 0, 'the others wait');
select is((select count(*) from private.token_requests), 10::bigint, 'and are not lost');
update private.allowances set full_at = full_at - interval '30 minutes';
select is(private.process_token_requests(now() + interval '2 days'), 3, 'some time later there is room for some');
update private.allowances set full_at = now();
select is(private.process_token_requests(now() + interval '2 days'), 7, 'and for the rest');
update public.system_settings set value = '1000' where key = 'sign_ups_allowance_burst';
delete from private.allowances;
delete from private.sign_up_tokens;
delete from private.email_queue;

-- What a link is worth
select pg_temp.link('ada@people.test') as older \gset
select pg_temp.link('ada@people.test') as ada \gset
select is(pg_temp.check(:'older') ->> 'outcome', 'superseded', 'an older link says that there is a newer one');
select is(
  pg_temp.check(:'ada', null, array['5e88']) - 'common' , jsonb_build_object('outcome', 'live', 'email', 'ada@people.test', 'terms', pg_temp.terms()),
  'one that works says for which address, and what applies'
);
select ok(pg_temp.check(:'ada', null, array['5e88']) -> 'common' ? encode(sha256('password'), 'hex'), 'and which passwords are guessed first');
select throws_ok(format($$select pg_temp.check(%L, null, '{1,2,3,4,5}')$$, :'ada'), '22023', null, 'not more of them than four prefixes name');
select is(pg_temp.check(gen_random_uuid()) ->> 'outcome', 'invalid', 'nobody made this one');
select is(array_agg(pg_temp.check(:'older', repeat('0', 64)) ->> 'outcome'), array_fill('invalid'::text, array[5]), 'five guesses') from generate_series(1, 5);
select is(pg_temp.check(:'older') ->> 'outcome', 'exhausted', 'are all there are');
update private.sign_up_tokens set created_at = now() - interval '25 hours', expires_at = now() - interval '1 hour' where id = :'ada';
select is(pg_temp.check(:'ada') ->> 'outcome', 'expired', 'a day later it has expired');
update private.sign_up_tokens set created_at = now(), expires_at = now() + interval '24 hours' where id = :'ada';

-- What is said with it
select is(pg_temp.take(:'ada', s, t) ->> 'outcome', o, 'not taken: ' || o)
from (values
  ('{"display_name": "www.evil.example/x"}'::jsonb, null::jsonb, 'invalid_name'), ('{"locale": "x y"}', null, 'invalid_locale'),
  ('{}', '{"terms": "2020-01", "privacy": "2020-01"}', 'wrong_terms'), ('{}', '{}', 'wrong_terms'),
  ('{}', jsonb_set(pg_temp.terms(), '{privacy}', '"2020-01"'), 'wrong_terms')
) c (s, t, o);
select is(pg_temp.take(:'ada', '{}', null, repeat('0', 64)) ->> 'outcome', 'invalid', 'not with another secret');
select is(pg_temp.check(:'ada') ->> 'outcome', 'live', 'after all of which it still works');
select is(
  pg_temp.take(:'ada', '{"display_name": "Ada", "locale": "de", "time_zone": "Europe/Berlin"}') - 'user_id', '{"outcome": "consumed", "is_new": true}'::jsonb,
  'a link that works is taken to Auth, which has no such account'
);
select is(
  pg_temp.take(:'ada', '{"display_name": "Ada L.", "locale": "de", "time_zone": "Europe/Berlin"}') ->> 'user_id',
  (select account_id::text from private.sign_up_tokens where id = :'ada'), 'again, for Auth may have failed: it is the same account'
);

-- The account
select pg_temp.auth_makes('ada@people.test', :'ada') as user_id \gset
select results_eq(
  format($$select display_name::text, locale::text, time_zone, email_confirmed_at = now() from public.profiles where id = %L$$, :'user_id'),
  $$values ('Ada L.', 'de', 'Europe/Berlin', true)$$, 'the account has what was said last'
);
select results_eq(
  format($$select document::text, version, host(ip_address), user_agent from public.terms_acceptance where user_id = %L order by 1 desc$$, :'user_id'),
  $$select d, pg_temp.terms() ->> d, '203.0.113.9', 'Agent' from unnest(array['terms', 'privacy']) d$$,
  'and its terms from its first moment, from where they were accepted'
);
select results_eq(
  format($$select action, request_id::text, host(ip_address), source from public.audit_logs where user_id = %L and action = 'account.signed_up'$$, :'user_id'),
  $$values ('account.signed_up', '6f1c2c1e-0000-4000-8000-000000000001', '203.0.113.9', 'take_sign_up')$$, 'which is in the audit log'
);
select is((select said from private.sign_up_tokens where id = :'ada'), null, 'nothing of it stays with the link');
select is(pg_temp.check(:'ada') ->> 'outcome', 'used', 'the link has been used');
select is(pg_temp.take(:'ada') ->> 'outcome', 'used', 'and takes nothing to Auth again');
select is((select count(*) from public.email_verification_tokens where user_id = :'user_id'), 0::bigint, 'no other mail asks to confirm the address');

-- Terms that are replaced between the two steps were accepted all the same
select pg_temp.link('bea@people.test') as bea \gset
select pg_temp.take(:'bea', '{}') \g /dev/null
update public.system_settings set value = '"2027-01"' where key = 'terms_version';
select pg_temp.auth_makes('bea@people.test', :'bea') as user_id \gset
select is((select version from public.terms_acceptance where user_id = :'user_id' and document = 'terms'), '2026-11', 'the version that was in force is kept');
update public.system_settings set value = '"2026-11"' where key = 'terms_version';

-- An account that somebody else made, and nobody confirmed
select pg_temp.link('newcomer@people.test') as newcomer \gset
select is(pg_temp.take(:'newcomer', '{"display_name": "The Reader"}') ->> 'user_id', pg_temp.id('newcomer')::text, 'is the one that Auth is to give the password to');
update auth.users set raw_user_meta_data = '{"name": "Call evil.test"}' where id = pg_temp.id('newcomer');
update auth.users set encrypted_password = 'theirs', email_confirmed_at = now() where id = pg_temp.id('newcomer');
set constraints all immediate;
set constraints all deferred;
select is((select display_name from public.profiles where id = pg_temp.id('newcomer')), 'The Reader', 'and has the name that its reader said');
select is((select count(*) from public.terms_acceptance where user_id = pg_temp.id('newcomer')), 2::bigint, 'and their terms');

-- Links of an address that has an account by another way
select pg_temp.link('cem@people.test') as cem \gset
select pg_temp.auth_makes('cem@people.test') as user_id \gset
select is(pg_temp.check(:'cem') ->> 'outcome', 'superseded', 'are void');
select is((select count(*) from public.terms_acceptance where user_id = :'user_id'), 0::bigint, 'and nothing was accepted that was not said');
select pg_temp.link('dora@people.test') as dora \gset
update public.profiles set email = 'dora@people.test' where id = :'user_id';
select is(pg_temp.check(:'dora') ->> 'outcome', 'address_taken', 'one whose address an account has moved to says so');
select pg_temp.link('tel@people.test') as tel \gset
insert into auth.users (id, email, phone, phone_confirmed_at) values (pg_temp.id('tel'), 'tel@people.test', '4912345', now());
select is(pg_temp.check(:'tel') ->> 'outcome', 'address_taken', 'and one of an account that is its owner''s by their telephone');

-- What was said goes to no other account
select pg_temp.link('eve@people.test') as eve \gset
select pg_temp.take(:'eve', '{"display_name": "Eve"}') \g /dev/null
select pg_temp.auth_makes('eve@people.test') as user_id \gset
select is((select display_name from public.profiles where id = :'user_id'), '', 'not to one that somebody else made of the address');
select is((select count(*) from public.terms_acceptance where user_id = :'user_id'), 0::bigint, 'which has accepted nothing');
select is((select said from private.sign_up_tokens where id = :'eve'), null, 'and it is gone with its link');
select pg_temp.link('fay@people.test') as older \gset
select pg_temp.take(:'older', '{"display_name": "First Said"}') \g /dev/null
select pg_temp.link('fay@people.test') as newer \gset
select pg_temp.take(:'newer', '{"display_name": "Fay"}') \g /dev/null
select pg_temp.auth_makes('fay@people.test', :'newer') as user_id \gset
select is((select display_name from public.profiles where id = :'user_id'), 'Fay', 'nor that of an older link to the account of a newer one');
select is((select count(*) from private.sign_up_tokens where email = 'fay@people.test' and said is not null), 0::bigint, 'nothing of which stays');
delete from auth.users where id = :'user_id';
select is((select count(*) from private.sign_up_tokens where email = 'fay@people.test'), 0::bigint, 'the links go with the account');
-- Auth confirms before it writes a new address.
insert into auth.users (id, email) values (pg_temp.id('typo'), 'typo@people.test');
select pg_temp.link('typo@people.test') as typo \gset
select pg_temp.take(:'typo', '{"display_name": "Reader of typo"}') \g /dev/null
update auth.users set email_confirmed_at = now() where id = pg_temp.id('typo');
update auth.users set email = 'right@people.test' where id = pg_temp.id('typo');
set constraints all immediate;
set constraints all deferred;
select is((select display_name from public.profiles where id = pg_temp.id('typo')), '', 'nor to one that is confirmed at another address');
select pg_temp.link('gus@people.test') as gus \gset
select pg_temp.take(:'gus', '{"display_name": "Gus"}') \g /dev/null
update private.sign_up_tokens set created_at = now() - interval '3 hours', taken_at = now() - interval '61 minutes' where id = :'gus';
select pg_temp.auth_makes('gus@people.test', :'gus') as user_id \gset
select is((select display_name from public.profiles where id = :'user_id'), '', 'nor what was said an hour ago');

-- An account that somebody moved away can be taken back
select private.issue_email_change(pg_temp.id('colleague'), 'thief@evil.test', true) as change \gset
update private.email_change_tokens set token_hash = repeat('1', 64) where change_id = :'change';
update private.email_change_cancel_tokens set token_hash = repeat('2', 64) where change_id = :'change';
select pg_temp.link('colleague@people.test') \g /dev/null
select public.use_email_change_link('email_change', (select id from private.email_change_tokens where change_id = :'change'), repeat('1', 64), '{}') \g /dev/null
update auth.users set email = 'thief@evil.test' where id = pg_temp.id('colleague');
select pg_temp.ask('colleague@people.test') \g /dev/null
select results_eq(
  $$select template_key, token_id is null from private.email_log where recipient = 'colleague@people.test' and template_key like 'sign_up%'$$,
  $$values ('sign_up_taken', true), ('sign_up_moved', true)$$, 'whoever signs its old address up meanwhile gets no link'
);
insert into private.sign_up_tokens (email, token_hash, expires_at) values ('colleague@people.test', repeat('3', 64), now() + interval '1 day') returning id as early \gset
select is(public.check_sign_up(:'early', repeat('3', 64)) ->> 'outcome', 'address_taken', 'and one that was mailed before makes no account');
select is(
  public.use_email_change_link('email_change_cancel', (select id from private.email_change_cancel_tokens where change_id = :'change'), repeat('2', 64), '{}') ->> 'outcome',
  'consumed', 'so that the account comes back'
);
update auth.users set email = 'colleague@people.test' where id = pg_temp.id('colleague');
select ok(not private.is_address_held('colleague@people.test'), 'and the address is its own again');

-- Who may call
select is(has_function_privilege(r, f, 'execute'), r = 'service_role', r || ': ' || f)
from unnest(array['anon', 'authenticated', 'service_role']) r,
  unnest(array[
    'public.request_sign_up(text, text, text, jsonb, text)', 'public.check_sign_up(uuid, text, text[], jsonb)', 'public.take_sign_up(uuid, text, jsonb, jsonb, jsonb)'
  ]) f;

select * from finish();
rollback;
