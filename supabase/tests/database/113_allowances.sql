-- How often one client may ask for a token mail: a bucket that looks at nothing but the client.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from private.allowances;
create function pg_temp.take(p_at interval, p_client text default 'a') returns int language sql as $$
  select private.take_allowance('client', repeat(p_client, 64), '2030-01-01'::timestamptz + p_at);
$$;

select is(pg_temp.take('0'), 0, 'call ' || n || ' of thirty goes through') from generate_series(1, 30) n;
select is(pg_temp.take('0'), 10, 'the next has to wait ten seconds, and is told so');
select is(pg_temp.take('4 seconds'), 6, 'which pass');
select is(pg_temp.take('4 seconds'), 6, 'and asking does not make it longer');
select is(pg_temp.take('10 seconds'), 0, 'then there is one');
select is(pg_temp.take('10 seconds'), 10, 'and one only');
select is(pg_temp.take('10 seconds', 'b'), 0, 'another client never waits for this one');
select is(private.take_allowance('client', null), 0, 'a client that is not known has no limit, since everybody would share it');
select is(pg_temp.take('5 minutes 10 seconds'), 0, 'in five minutes, call ' || n || ' of thirty again') from generate_series(1, 30) n;
select is(pg_temp.take('5 minutes 10 seconds'), 10, 'no more were saved up');

-- Where it is asked
delete from private.token_requests;
create function pg_temp.ask(p_purpose text, p_email text) returns jsonb language plpgsql as $$
begin
  return case p_purpose
    when 'reset' then public.request_password_reset(p_email, encode(sha256(p_email::bytea), 'hex'), repeat('c', 64), '{}')
    else public.request_email_verification(p_email, encode(sha256(p_email::bytea), 'hex'), repeat('c', 64), '{}')
  end;
end; $$;
update public.system_settings set value = '4' where key = 'client_allowance_burst';
select is(pg_temp.ask('reset', e), '{"allowed": true}'::jsonb, 'a reset is noted for ' || e) from unnest(array['employee@people.test', 'nobody@people.test']) e;
select is(pg_temp.ask('verification', e), '{"allowed": true}'::jsonb, 'a verification is noted for ' || e) from unnest(array['newcomer@people.test', 'nobody@people.test']) e;
select is((select count(*) from private.token_requests), 4::bigint, 'each by a row');
select is(pg_temp.ask('reset', e) ->> 'allowed', 'false', 'after that, none for ' || e) from unnest(array['employee@people.test', 'colleague@people.test', 'else@people.test']) e;
select is(pg_temp.ask('verification', 'manager@people.test') ->> 'allowed', 'false', 'for neither purpose');
select ok((pg_temp.ask('reset', 'employee@people.test') ->> 'retry_after_seconds')::int between 1 and 10, 'and it says for how long');
select is((select count(*) from private.token_requests), 4::bigint, 'a refused one leaves no row');
select is(public.request_password_reset('colleague@people.test', repeat('1', 64), repeat('d', 64)), '{"allowed": true}'::jsonb,
  'the owner of an address asks from elsewhere all the same');
select throws_ok($$select public.request_password_reset('a@b.c', repeat('1', 64), '203.0.113.9')$$, '23514', null, 'an address is no key of a client');

select pg_temp.act_as('anon');
select throws_ok($$select public.request_password_reset('a@b.c', repeat('0', 64))$$, '42501', null, 'only the functions ask');
select pg_temp.act_as('employee');
select throws_ok($$select public.request_password_reset('a@b.c', repeat('0', 64))$$, '42501', null, 'not a person either');

select * from finish();
rollback;
