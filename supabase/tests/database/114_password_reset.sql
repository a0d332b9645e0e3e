-- The life of a link that resets a password: request, outcomes, release, the change itself.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.key(p_email text) returns text language sql as $$ select encode(sha256(p_email::bytea), 'hex'); $$;
create function pg_temp.ask(p_email text, p_after interval default '0') returns bigint language plpgsql as $$
begin
  perform public.request_password_reset(p_email, pg_temp.key(p_email));
  return private.process_token_requests(now() + p_after);
end; $$;
create function pg_temp.tokens_of(p_person text) returns bigint language sql as $$
  select count(*) from public.password_reset_tokens where user_id = pg_temp.id(p_person);
$$;
create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.issued(p_person text default 'employee', p_seal boolean default true) returns uuid language plpgsql as $$
declare v_id uuid := private.issue_password_reset(pg_temp.id(p_person), p_person || '@people.test');
begin
  if p_seal then
    perform public.seal_token_hashes(jsonb_build_array(jsonb_build_object('purpose', 'password_reset', 'id', v_id, 'token_hash', pg_temp.secret(v_id))));
  end if;
  return v_id;
end; $$;
create function pg_temp.check(p_id uuid, p_hash text default null, p_prefixes text[] default '{}') returns jsonb language sql as $$
  select public.check_password_reset(p_id, coalesce(p_hash, pg_temp.secret(p_id)), p_prefixes, '{}');
$$;
create function pg_temp.consume(p_id uuid, p_hash text default null) returns text language sql as $$
  select public.consume_password_reset(p_id, coalesce(p_hash, pg_temp.secret(p_id)),
    '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "user_agent": "Agent"}') ->> 'outcome';
$$;
create function pg_temp.audited(p_action text, p_person text default 'employee') returns bigint language sql as $$
  select count(*) from public.audit_logs where action = p_action and user_id = pg_temp.id(p_person) and occurred_at = now();
$$;

-- Requests
select is(pg_temp.ask(e), 1::bigint, 'a request for ' || e || ' is looked at')
from unnest(array['employee@people.test', 'newcomer@people.test', 'nobody@people.test']) e;
select is(pg_temp.tokens_of('employee'), 1::bigint, 'a confirmed account gets a link');
select is(pg_temp.tokens_of('newcomer'), 1::bigint, 'an unconfirmed one too: the mail goes to its mailbox alone');
select is((select count(*) from private.email_log where template_key = 'password_reset'), 2::bigint, 'an unknown address gets no mail');
select is((select count(*) from private.token_cooldowns where purpose = 'password_reset'), 3::bigint, 'and cools down like the others');
select results_eq(
  $$select l.category, l.recipient::text, l.token_id = t.id, q.priority::int, t.expires_at - t.created_at, array(select jsonb_object_keys(l.variables))
    from public.password_reset_tokens t join private.email_log l on l.token_id = t.id and l.token_purpose = 'password_reset'
    join private.email_queue q on q.mail_id = l.id where t.user_id = pg_temp.id('employee')$$,
  $$values ('security', 'employee@people.test', true, 0, interval '30 minutes', array['expires_at'])$$,
  'the link lasts half an hour, and its mail is urgent and holds nothing that was typed'
);
select is(pg_temp.ask('employee@people.test', '30 seconds'), 1::bigint, 'another within the minute is looked at');
select is(pg_temp.tokens_of('employee'), 1::bigint, 'and makes no link');
select is(
  (select count(*) from public.password_reset_tokens where user_id = pg_temp.id('employee') and superseded_at is null), 1::bigint,
  'nor does it void the one that was mailed'
);
select is(public.request_email_verification('newcomer@people.test', pg_temp.key('newcomer@people.test')), '{"allowed": true}'::jsonb, 'the other purpose');
select private.process_token_requests(now() + interval '2 minutes') \g /dev/null
select is((select count(*) from public.email_verification_tokens where user_id = pg_temp.id('newcomer')), 1::bigint, 'does not cool down with it');

-- Somebody asks for a stranger's address all the time
select pg_temp.ask('employee@people.test', make_interval(mins => n)) from generate_series(2, 25) n \g /dev/null
select is(pg_temp.tokens_of('employee'), 5::bigint, 'five mails in an hour, however often it is asked');
select is(
  (select count(*) from public.password_reset_tokens where user_id = pg_temp.id('employee') and superseded_at is null and expires_at > now() + interval '25 minutes'),
  1::bigint, 'the last of them works on'
);
select pg_temp.ask('employee@people.test', interval '34 minutes') \g /dev/null
select is(pg_temp.tokens_of('employee'), 5::bigint, 'and while it works there is no other');
select pg_temp.ask('employee@people.test', interval '36 minutes') \g /dev/null
select is(pg_temp.tokens_of('employee'), 6::bigint, 'once it has expired there is, so that nobody can keep a person from a link that works');
delete from public.password_reset_tokens;
delete from private.email_queue;

-- Mails of links that are void are not sent
select pg_temp.issued('employee', false) as older \gset
select pg_temp.issued('employee', false) as newer \gset
select pg_temp.claim() as claim \gset
select results_eq(
  $$select token_id = '$$ || :'older' || $$', status, error_code from private.email_log where token_purpose = 'password_reset' and token_id in ('$$ || :'older' || $$', '$$ || :'newer' || $$') order by id$$,
  $$values (true, 'skipped', 'token_not_live'), (false, 'queued', null)$$, 'the mail of a retired link is skipped'
);
select results_eq(
  format('select b -> %L, m #> %L from jsonb_array_elements(%L::jsonb -> %L) b, jsonb_array_elements(b -> %L) m', 'attempt', '{token,purpose}', :'claim', 'batches', 'mails'),
  $$values ('1'::jsonb, '"password_reset"'::jsonb)$$, 'that of the newest is claimed, with its purpose'
);
select pg_temp.issued('colleague', false) as late \gset
select pg_temp.claim(now() + interval '31 minutes') \g /dev/null
select results_eq(
  format('select error_code from private.email_log where token_id = %L', :'late'), $$values ('token_not_live')$$,
  'nor is a link mailed that has expired in the queue'
);
update public.system_settings set value = '3' where key = 'token_max_attempts';
delete from public.password_reset_tokens;

-- Looking at a link
select pg_temp.issued(p_seal => false) as token \gset
select is(pg_temp.check(:'token', repeat('0', 64)), '{"outcome": "invalid"}'::jsonb, 'a link that was not mailed cannot be guessed');
select pg_temp.issued() as token \gset
select is(pg_temp.check(:'token'), '{"outcome": "live", "email": "employee@people.test", "names": ["North"], "common": []}'::jsonb,
  'a live one tells what the password must not be');
select is(pg_temp.check(:'token') ->> 'outcome', 'live', 'and is not used up by that');
select is(
  pg_temp.check(:'token', p_prefixes => array[left(encode(sha256('password'), 'hex'), 4), left(encode(sha256('iloveyou'), 'hex'), 4), 'zzzz', '']) -> 'common'
    @> jsonb_build_array(encode(sha256('password'), 'hex'), encode(sha256('iloveyou'), 'hex')),
  true, 'common passwords are found by the first four digits of their digest'
);
select ok(jsonb_array_length(pg_temp.check(:'token', p_prefixes => array[left(encode(sha256('password'), 'hex'), 4)]) -> 'common') < 10, 'a few at a time');
select is(pg_temp.check(:'token', p_prefixes => array['p%', 'ab', 'ABCD']) -> 'common', '[]'::jsonb, 'a prefix is four hex digits');
select throws_ok(format($$select pg_temp.check(%L, p_prefixes => array['0000', '0001', '0002', '0003', '0004'])$$, :'token'), '22023', null, 'four prefixes and no more');
select ok((select count(*) >= 10000 from private.common_passwords), 'there are ten thousand of them');

-- Attempts, counted by both functions together
select is(pg_temp.check(:'token', repeat('1', 64)) ->> 'outcome', 'invalid', 'one wrong attempt');
select is(pg_temp.consume(:'token', 'nonsense'), 'invalid', 'two');
select is(pg_temp.check(:'token', repeat('2', 64)) ->> 'outcome', 'invalid', 'three');
select is(pg_temp.check(:'token') ->> 'outcome', 'exhausted', 'then even the right secret is refused');
select is(pg_temp.consume(:'token'), 'exhausted', 'by both');
select is(pg_temp.check(gen_random_uuid()) ->> 'outcome', 'invalid', 'an unknown id is invalid');

-- Consuming
select pg_temp.issued() as token \gset
select is(public.consume_password_reset(:'token', pg_temp.secret(:'token'), '{"ip": "203.0.113.9"}'),
  jsonb_build_object('outcome', 'consumed', 'user_id', pg_temp.id('employee')), 'the right secret consumes');
select is(pg_temp.consume(:'token'), 'used', 'once');
select is(pg_temp.check(:'token') ->> 'outcome', 'used', 'which a look tells too');
select is(pg_temp.check(:'token', repeat('3', 64)) ->> 'outcome', 'invalid', 'but only to who has the secret');
select results_eq(
  $$select host(ip_address), entity_id from public.audit_logs where action = 'password.reset_used' and user_id = pg_temp.id('employee') and occurred_at = now()$$,
  $$values ('203.0.113.9', pg_temp.id('employee')::text)$$, 'and it is audited'
);

-- Release
select public.release_password_reset(:'token', repeat('0', 64), '{}');
select is(pg_temp.consume(:'token'), 'used', 'without the secret nothing is given back');
select public.release_password_reset(:'token', pg_temp.secret(:'token'), '{}');
select is(pg_temp.audited('password.reset_released'), 1::bigint, 'giving it back is audited');
select is(pg_temp.consume(:'token'), 'consumed', 'a link that Auth refused works again');
select pg_temp.issued() as newer \gset
select public.release_password_reset(:'token', pg_temp.secret(:'token'), '{}');
select is(pg_temp.consume(:'token'), 'superseded', 'unless a newer one was mailed meanwhile');
select is(pg_temp.check(:'newer') ->> 'outcome', 'live', 'which stays as it is');
select is(pg_temp.consume(:'newer'), 'consumed', 'and is used');
delete from public.password_reset_tokens where id <> :'newer';
update public.password_reset_tokens set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour', used_at = now() - interval '90 minutes' where id = :'newer';
select public.release_password_reset(:'newer', pg_temp.secret(:'newer'), '{}');
select is(pg_temp.consume(:'newer'), 'expired', 'nor does giving back make a link live longer');

-- Time, and the order of what is said
select pg_temp.issued() as token \gset
update public.password_reset_tokens set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' where id = :'token';
select is(pg_temp.check(:'token') ->> 'outcome', 'expired', 'a link that nobody used expires');
select is(pg_temp.consume(:'token'), 'expired', 'for good');
update public.password_reset_tokens set used_at = now() - interval '90 minutes' where id = :'token';
select is(pg_temp.check(:'token') ->> 'outcome', 'used', 'of one that was used that stays the word');
select is(pg_temp.consume(:'token'), 'used', 'for both');

-- Another link, another address, and no account
select pg_temp.issued() as older \gset
select pg_temp.issued() as newer \gset
select is(pg_temp.check(:'older') ->> 'outcome', 'superseded', 'a newer link retires the older one');
select is(pg_temp.consume(:'older'), 'superseded', 'for both');
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('gone'), 'gone@people.test', now());
select pg_temp.issued('gone') as token \gset
delete from auth.users where id = pg_temp.id('gone');
select is(pg_temp.check(:'token') ->> 'outcome', 'invalid', 'the link of an account that is gone is that of nobody');
select pg_temp.issued() as token \gset
update auth.users set email = 'moved@people.test' where id = pg_temp.id('employee');
select is(pg_temp.check(:'token') ->> 'outcome', 'superseded', 'a changed address voids the link to the old one');
update auth.users set email = 'employee@people.test' where id = pg_temp.id('employee');

-- The change itself
delete from private.email_queue;
select pg_temp.issued() as token \gset
select pg_temp.consume(:'token') \g /dev/null
update auth.users set encrypted_password = 'new hash' where id = pg_temp.id('employee');
select is(pg_temp.audited('password.changed'), 1::bigint, 'a changed password is audited');
select results_eq(
  $$select category, recipient::text, array(select jsonb_object_keys(variables)) from private.email_log where template_key = 'password_changed'$$,
  $$values ('security', 'employee@people.test', array['changed_at'])$$, 'and announced to the person'
);
select public.release_password_reset(:'token', pg_temp.secret(:'token'), '{}');
select is(pg_temp.consume(:'token'), 'used', 'a link that changed it is never given back');
select is(pg_temp.audited('password.reset_released'), 3::bigint, 'nor is that audited');
update auth.users set updated_at = now(), encrypted_password = 'new hash' where id = pg_temp.id('employee');
select is(pg_temp.audited('password.changed'), 1::bigint, 'the same password again is no change');
select pg_temp.issued() as token \gset
update auth.users set encrypted_password = 'newer hash' where id = pg_temp.id('employee');
select is(pg_temp.check(:'token') ->> 'outcome', 'live', 'a password changed in a session voids no link: its owner''s way back, if the session was stolen');
select pg_temp.consume(:'token') \g /dev/null
select public.release_password_reset(:'token', pg_temp.secret(:'token'), '{}');
update auth.users set encrypted_password = 'late hash' where id = pg_temp.id('employee');
select is(pg_temp.check(:'token') ->> 'outcome', 'superseded', 'a link that was given back too early is void once the password has changed');
select pg_temp.issued() as used \gset
select pg_temp.consume(:'used') \g /dev/null
select pg_temp.issued() as token \gset
update auth.users set encrypted_password = 'hash by link' where id = pg_temp.id('employee');
select is(pg_temp.check(:'token') ->> 'outcome', 'superseded', 'a password changed by a link voids the others');
update auth.users set encrypted_password = 'hash' where id = pg_temp.id('newcomer');
select is(pg_temp.audited('password.changed', 'newcomer'), 1::bigint, 'also of an account that nobody confirmed');
select is_empty(
  $$select from private.email_log where template_key = 'password_changed' and user_id = pg_temp.id('newcomer')$$, 'which gets no notice'
);
insert into public.notification_preferences (user_id, account_email, mail_windows)
select pg_temp.id('employee'), false, jsonb_agg(case when n = extract(isodow from now() at time zone 'UTC' + interval '3 days') then '{"from": "08:00", "until": "09:00"}'::jsonb end order by n)
from generate_series(1, 7) n
on conflict (user_id) do nothing;
select pg_temp.claim() \g /dev/null
select is_empty(
  $$select from private.email_queue q join private.email_log l on l.id = q.mail_id where l.template_key = 'password_changed'$$,
  'the notice waits for no quiet hours'
);
select isnt_empty(
  $$select from private.email_log where template_key = 'password_changed' and status = 'queued'$$, 'and is sent whatever the person prefers'
);

-- Constraints
prepare token as insert into public.password_reset_tokens (user_id, email, token_hash, expires_at, used_at, completed_at)
  values (pg_temp.id('manager'), 'manager@people.test', repeat('a', 64), now() + interval '1 h', $1, $2);
select throws_ok($$execute token(null, now())$$, '23514', null, 'only a used link is completed');

-- Who
select pg_temp.act_as('employee');
select throws_ok($$select public.check_password_reset(gen_random_uuid(), 'x', '{}')$$, '42501', null, 'checking is for the functions alone');
select throws_ok($$select public.consume_password_reset(gen_random_uuid(), 'x')$$, '42501', null, 'and consuming');
select throws_ok($$select public.release_password_reset(gen_random_uuid(), 'x')$$, '42501', null, 'and giving back');
select isnt_empty($$select expires_at from public.password_reset_tokens$$, 'a person sees that there is a link');
select throws_ok(
  format('select id from public.%I', t), '42501', null,
  'but no half of it, with which a stolen session could use up the attempts: ' || t
) from unnest(array['password_reset_tokens', 'email_verification_tokens']) t;
select pg_temp.act_as('service_role');
select lives_ok($$select public.consume_password_reset(gen_random_uuid(), 'x')$$, 'they consume');

select * from finish();
rollback;
