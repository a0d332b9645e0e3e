-- The life of a verification token: each outcome, five attempts, retirement, changed address.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.consume(p_id uuid, p_hash text default null) returns text language sql as $$
  select public.consume_email_verification(p_id, coalesce(p_hash, pg_temp.secret(p_id)),
    '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "user_agent": "Agent"}') ->> 'outcome';
$$;
create function pg_temp.seal(p_id uuid) returns jsonb language sql as $$
  select public.seal_token_hashes(jsonb_build_array(jsonb_build_object(
    'purpose', 'email_verification', 'id', p_id, 'token_hash', pg_temp.secret(p_id))));
$$;
create function pg_temp.issued(p_seal boolean default true) returns uuid language plpgsql as $$
declare v_id uuid;
begin
  v_id := private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test');
  if p_seal then perform pg_temp.seal(v_id); end if;
  return v_id;
end; $$;
grant execute on all functions in schema pg_temp to public;

-- Issue
insert into auth.users (id, email, raw_user_meta_data)
values (pg_temp.id('fresh'), 'fresh@people.test', '{"display_name": "You have won, see evil.test"}');
set constraints all immediate;
select results_eq(
  $$select email::text, token_hash, attempts, expires_at - created_at from public.email_verification_tokens where user_id = pg_temp.id('fresh')$$,
  $$values ('fresh@people.test', null::text, 0, interval '24 hours')$$,
  'a sign-up gets a token, without a digest, for a day'
);
select results_eq(
  $$select l.template_key, l.category, l.status, l.recipient::text, l.token_id = t.id, q.priority::int, l.variables ? 'link'
    from private.email_log l
    join public.email_verification_tokens t using (user_id)
    join private.email_queue q on q.mail_id = l.id
    where l.user_id = pg_temp.id('fresh')$$,
  $$values ('verify_email', 'security', 'queued', 'fresh@people.test', true, 0, false)$$,
  'and a mail that is urgent and holds no link'
);
select results_eq(
  $$select array_agg(v) from private.email_log l, jsonb_object_keys(l.variables) v where l.user_id = pg_temp.id('fresh')$$,
  $$values (array['expires_at'])$$,
  'nor anything that was typed at the sign-up, be it a name: the address may be a stranger''s'
);
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('known'), 'known@people.test', now());
insert into auth.users (id, email) values (pg_temp.id('by_phone'), null);
select is_empty(
  $$select from public.email_verification_tokens where user_id in (pg_temp.id('known'), pg_temp.id('by_phone'))$$,
  'who is confirmed or has no address gets none'
);

-- The log of a database in use has entries of others.
select private.write_audit('email.verified', 'email_verification_tokens', null, gen_random_uuid(), null, null) \g /dev/null

-- Outcomes
select pg_temp.issued(false) as token \gset
select is(pg_temp.consume(:'token', repeat('0', 64)), 'invalid', 'a token that was not mailed cannot be guessed');
select is((select attempts from public.email_verification_tokens where id = :'token'), 0, 'and guessing does not use it up');
select is(pg_temp.seal(:'token') -> 0 ->> 'token_hash', pg_temp.secret(:'token'), 'sealing answers the digest');
select is(
  public.seal_token_hashes(jsonb_build_array(jsonb_build_object('purpose', 'email_verification', 'id', :'token'::uuid, 'token_hash', repeat('0', 64)))) -> 0 ->> 'token_hash',
  pg_temp.secret(:'token'), 'the first digest stays'
);
select throws_ok(
  format($$select public.seal_token_hashes('[{"purpose": "other", "id": "%s", "token_hash": "x"}]')$$, :'token'),
  '22023', null, 'an unknown purpose is an error'
);
select is(pg_temp.consume(gen_random_uuid()), 'invalid', 'an unknown id is invalid');
select is(pg_temp.consume(:'token', 'nonsense'), 'invalid', 'a wrong secret is invalid');
select is(pg_temp.consume(:'token'), 'verified', 'the right one verifies');
select results_eq(
  $$select user_id, request_id::text, host(ip_address), user_agent, status from public.audit_logs where action = 'email.verified' and user_id = pg_temp.id('newcomer')$$,
  $$values (pg_temp.id('newcomer'), '6f1c2c1e-0000-4000-8000-000000000001', '203.0.113.9', 'Agent', 'success')$$,
  'which is audited, once'
);
select is(public.consume_email_verification(:'token', pg_temp.secret(:'token'), null),
  jsonb_build_object('outcome', 'already_verified', 'user_id', pg_temp.id('newcomer')), 'and may be repeated while it lasts');
select is((select count(*) from public.audit_logs where action = 'email.verified' and user_id = pg_temp.id('newcomer')), 1::bigint, 'without another audit entry');
select is(pg_temp.consume(:'token', repeat('1', 64)), 'invalid', 'also of a used token only who has the secret learns the state');

-- Attempts
select pg_temp.issued() as token \gset
select is(pg_temp.consume(:'token', repeat(n::text, 64)), 'invalid', 'wrong attempt ' || n) from generate_series(1, 5) n;
select is(pg_temp.consume(:'token'), 'exhausted', 'after five even the right secret is refused');
select is((select attempts from public.email_verification_tokens where id = :'token'), 5, 'and attempts stay at five');
select throws_ok(format($$update public.email_verification_tokens set attempts = 6 where id = %L$$, :'token'), '23514', null, 'six are impossible');

-- Retirement, expiry, changed address
select pg_temp.issued() as older \gset
select pg_temp.issued() as token \gset
select is(pg_temp.consume(:'older'), 'superseded', 'a newer token retires the older one');
select is((select count(*) from public.email_verification_tokens where user_id = pg_temp.id('newcomer') and verified_at is null and superseded_at is null),
  1::bigint, 'so that one is live');
update public.email_verification_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where id = :'token';
select is(pg_temp.consume(:'token'), 'expired', 'an expired token says so');
select is(pg_temp.consume(:'token', repeat('2', 64)), 'invalid', 'but only to who has the secret');
select pg_temp.issued() as used \gset
select pg_temp.consume(:'used') \g /dev/null
update public.email_verification_tokens
set created_at = now() - interval '2 days', expires_at = now() - interval '1 day', verified_at = now() - interval '36 hours' where id = :'used';
select is(pg_temp.consume(:'used'), 'expired', 'so does one that was used');
select pg_temp.issued() as used \gset
select pg_temp.consume(:'used') \g /dev/null
select pg_temp.issued() as token \gset
update auth.users set email = 'moved@people.test' where id = pg_temp.id('newcomer');
select is(pg_temp.consume(:'token'), 'superseded', 'a changed address voids the link to the old one');
select is(pg_temp.consume(:'used'), 'superseded', 'also one that was used: it says nothing about the new address');
select results_eq(
  $$select email::text from public.email_verification_tokens where user_id = pg_temp.id('newcomer') and superseded_at is null and verified_at is null$$,
  $$values ('moved@people.test')$$, 'and the new address got its own'
);
update auth.users set email_confirmed_at = now() where id = pg_temp.id('newcomer');
select is((select count(*) from public.email_verification_tokens where email = 'moved@people.test'), 1::bigint, 'confirming issues nothing');

select id as token from public.email_verification_tokens where user_id = pg_temp.id('fresh') \gset
select pg_temp.seal(:'token') \g /dev/null
delete from auth.users where id = pg_temp.id('fresh');
select is(pg_temp.consume(:'token'), 'invalid', 'the link of an account that is gone is that of nobody');

-- Constraints
prepare token as insert into public.email_verification_tokens (user_id, email, token_hash, expires_at, verified_at, superseded_at)
  values (pg_temp.id('known'), $1, $2, $3, $4, $5);
select throws_ok($$execute token('a@b.c', null, now() - interval '1 s', null, null)$$, '23514', null, 'a token does not expire before it exists');
select throws_ok($$execute token('a@b.c', 'zz', now() + interval '1 h', null, null)$$, '23514', null, 'a digest is 64 hex digits');
select throws_ok($$execute token('A@b.c', null, now() + interval '1 h', null, null)$$, '23514', null, 'an address is lower case');
select throws_ok($$execute token('a@b.c', repeat('a', 64), now() + interval '1 h', now() + interval '2 h', null)$$, '23514', null, 'nothing is verified after it expired');
select throws_ok($$execute token('a@b.c', repeat('a', 64), now() + interval '1 h', now() - interval '1 h', null)$$, '23514', null, 'nor before it existed');
select throws_ok($$execute token('a@b.c', null, now() + interval '1 h', now(), null)$$, '23514', null, 'nor without having been mailed');
select throws_ok($$execute token('a@b.c', repeat('a', 64), now() + interval '1 h', now(), now())$$, '23514', null, 'a verified token is not retired as well');

-- Who
select pg_temp.act_as('newcomer');
select isnt_empty($$select attempts from public.email_verification_tokens$$, 'a person sees their tokens');
select is_empty($$select from public.email_verification_tokens where user_id <> pg_temp.id('newcomer')$$, 'and nobody else''s');
select throws_ok($$select token_hash from public.email_verification_tokens$$, '42501', null, 'never a digest');
select throws_ok($$select public.consume_email_verification(gen_random_uuid(), 'x', '{}')$$, '42501', null, 'consuming is for the functions alone');
select throws_ok($$select public.seal_token_hashes('[]')$$, '42501', null, 'and sealing');
select pg_temp.act_as('service_role');
select throws_ok($$select token_hash from public.email_verification_tokens$$, '42501', null, 'the functions read no digest either');
select lives_ok($$select public.consume_email_verification(gen_random_uuid(), 'x', '{}')$$, 'they consume');

select * from finish();
rollback;
