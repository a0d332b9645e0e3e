-- Asking for another verification mail: the same for every address, and not too often.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.key(p_email text) returns text language sql as $$ select encode(sha256(p_email::bytea), 'hex'); $$;
create function pg_temp.ask(p_email text) returns jsonb language sql as $$
  select public.request_email_verification(p_email, pg_temp.key(lower(p_email)), p_context => '{"ip": "203.0.113.9"}');
$$;
create function pg_temp.tokens_of(p_person text) returns bigint language sql as $$
  select count(*) from public.email_verification_tokens where user_id = pg_temp.id(p_person);
$$;
-- The rows that a request leaves behind, as numbers.
create function pg_temp.traces() returns bigint[] language sql as $$
  select array[
    (select count(*) from private.token_requests), (select count(*) from private.token_cooldowns),
    (select count(*) from public.email_verification_tokens), (select count(*) from private.email_log),
    (select count(*) from public.audit_logs)
  ];
$$;
grant execute on all functions in schema pg_temp to public;

create function pg_temp.trace_of(p_email text) returns bigint[] language plpgsql as $$
declare v_before bigint[] := pg_temp.traces(); v_after bigint[];
begin
  perform pg_temp.ask(p_email);
  v_after := pg_temp.traces();
  return array(select a - b from unnest(v_after, v_before) d (a, b));
end; $$;
select is(pg_temp.trace_of(e), '{1,0,0,0,0}'::bigint[], 'one row and nothing else, whatever the address: ' || e)
from unnest(array['newcomer@people.test', 'employee@people.test', 'nobody@people.test', 'odd..one@localhost']) e;
select is(pg_temp.trace_of(e), '{0,0,0,0,0}'::bigint[], 'asking again while that waits adds nothing: ' || e)
from unnest(array['newcomer@people.test', 'Employee@people.test', 'nobody@people.test', 'odd..one@localhost']) e;

select is((select count(*) from private.token_requests), 4::bigint, 'four requests wait');
-- Two at the same instant may both be noted.
insert into private.token_requests (purpose, email, address_key, context)
select purpose, email, address_key, context from private.token_requests;
select pg_temp.claim() as claim \gset
select is_empty('select from private.token_requests', 'a dispatcher of the mail stream takes them');
select is(pg_temp.tokens_of('newcomer'), 1::bigint, 'the unconfirmed account gets one token, though it asked twice');
select is(pg_temp.tokens_of('employee'), 0::bigint, 'the confirmed one none');
select is(jsonb_array_length(:'claim'::jsonb -> 'batches'), 1, 'one mail is ready in the same claim');
select is((select count(*) from private.token_cooldowns), 4::bigint, 'and every address cools down, with or without account');

-- The cooldown of a minute
select pg_temp.ask('NEWCOMER@people.test');
select private.process_token_requests(now() + interval '59 seconds') \g /dev/null
select is(pg_temp.tokens_of('newcomer'), 1::bigint, 'within the minute there is no other mail');
select pg_temp.ask('NEWCOMER@people.test');
select private.process_token_requests(now() + interval '61 seconds') \g /dev/null
select is(pg_temp.tokens_of('newcomer'), 2::bigint, 'after it there is, whatever the case of the letters');

-- Five in an hour, the two above included
create function pg_temp.ask_at(p_after interval, p_person text default 'newcomer') returns bigint language plpgsql as $$
begin
  perform pg_temp.ask(p_person || '@people.test');
  perform private.process_token_requests(now() + p_after);
  return pg_temp.tokens_of(p_person);
end; $$;
select is(pg_temp.ask_at('10 minutes'), 3::bigint, 'the third');
select is(pg_temp.ask_at('20 minutes'), 4::bigint, 'the fourth');
select is(pg_temp.ask_at('30 minutes'), 5::bigint, 'the fifth');
select is(pg_temp.ask_at('40 minutes'), 5::bigint, 'no sixth within the hour');
select is(pg_temp.ask_at('61 minutes'), 6::bigint, 'a new hour, a new window');
select is((select allowed_in_window from private.token_cooldowns where address_key = pg_temp.key('newcomer@people.test')), 1, 'which counts from one');

-- A sign-up counts too, though it knows no key of the address
insert into auth.users (id, email) values (pg_temp.id('fresh'), 'fresh@people.test');
set constraints all immediate;
select pg_temp.ask('fresh@people.test');
select private.process_token_requests(now() + interval '30 seconds') \g /dev/null
select is(pg_temp.tokens_of('fresh'), 1::bigint, 'right after signing up there is no second mail');
select is(pg_temp.ask_at(make_interval(mins => 5 * n), 'fresh'), least(n + 1, 5)::bigint, 'that of the sign-up is one of five in an hour, request ' || n)
from generate_series(1, 5) n;

-- Nothing is sent for a while, and requests are looked at all the same
insert into auth.users (id, email) values (pg_temp.id('late'), 'late@people.test');
set constraints all immediate;
update public.email_verification_tokens set created_at = now() - interval '2 hours' where user_id = pg_temp.id('late');
delete from private.email_queue; delete from private.email_batches;
update private.email_sender set paused_until = now() + interval '10 minutes';
select pg_temp.ask('late@people.test');
select pg_temp.claim() as claim \gset
select is(pg_temp.tokens_of('late'), 2::bigint, 'while sending is paused a request becomes a link');
select is(:'claim'::jsonb - array['templates', 'zones', 'paused_until'], '{"skipped": 0, "deferred": 0, "remaining": 1, "batches": []}'::jsonb, 'whose mail waits');
update private.email_sender set paused_until = null;
delete from private.email_queue;

-- A suppressed address
select private.suppress_address(private.address_key('fresh@people.test'), 'hard_bounce') \g /dev/null
select is(pg_temp.trace_of('fresh@people.test'), '{1,0,0,0,0}'::bigint[], 'a suppressed address is asked for alike');

-- Limits of a claim
select pg_temp.ask('flood' || n || '@people.test') from generate_series(1, 1050) n \g /dev/null
select is(pg_temp.claim() -> 'remaining', '51'::jsonb, 'a claim tells how many requests it left');
select is((select count(*) from private.token_requests), 51::bigint, 'it takes a thousand');
select is(pg_temp.claim(p_stream => 'reminder') -> 'remaining', '0'::jsonb, 'they do not keep the reminder stream busy');
select is((select count(*) from private.token_requests), 51::bigint, 'which takes none');

select pg_temp.act_as('anon');
select throws_ok($$select public.request_email_verification('a@b.c', repeat('0', 64))$$, '42501', null, 'only the functions ask');
select pg_temp.act_as('employee');
select throws_ok($$select public.request_email_verification('a@b.c', repeat('0', 64))$$, '42501', null, 'not a person either');
select throws_ok($$select from private.token_requests$$, '42501', null, 'nobody sees who asked');

select * from finish();
rollback;
