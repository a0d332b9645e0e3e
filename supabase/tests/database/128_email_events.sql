-- What the mailer tells of mails: in any order and number the same state, and no mail to whom it does harm.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();
delete from private.email_suppressions;

-- An event about a mail of the test, of an id of its own unless told.
create function pg_temp.tell(
  p_key text, p_state text, p_bounce text default null, p_at timestamptz default now(), p_id text default 'e:' || gen_random_uuid(), p_message text default 're_1'
) returns text language sql as $$
  select public.record_email_event(p_id, (pg_temp.mail(p_key)).id, p_state, p_bounce, p_message, p_at) ->> 'outcome';
$$;
create function pg_temp.state(p_key text) returns text language sql as $$
  select state::text from private.email_deliveries where mail_id = (pg_temp.mail(p_key)).id;
$$;
create function pg_temp.suppressed(p_address text) returns text language sql as $$
  select reason from private.email_suppressions where address_key = private.address_key(p_address);
$$;
create function pg_temp.to_address(p_key text, p_address text, p_category text default 'account') returns bigint language sql as $$
  select private.enqueue_email('booking_reminder', null, p_address, '{}', p_category, 'test:' || p_key);
$$;

-- Every order of all the states, and every order of up to three of them, told twice
create temporary table states as
select s, n from unnest(array['sent', 'delayed', 'delivered', 'suppressed', 'failed', 'bounced', 'complained']) with ordinality u (s, n);
create temporary table orders as
with recursive walk (path) as (
  select array[s] from states
  union all
  select path || s from walk, states where s <> all (path)
)
select case when cardinality(path) = 7 then path else path || path end as path, row_number() over (order by path) as n
from walk where cardinality(path) in (1, 2, 3, 7);
select is((select count(*) from orders where cardinality(path) = 7), 5040::bigint, 'all permutations of the states are there');
insert into private.emails (stream, category, template_key, dedupe_key) select 'mail', 'account', 'test', 'order:' || n from orders;
create temporary table told as
select e.id, o.path, private.record_email_event('o:' || e.id || ':' || t.n, e.id, t.state, 'soft', null, now(), now()) as outcome
from orders o
join private.emails e on e.dedupe_key = 'order:' || o.n
cross join unnest(o.path) with ordinality t (state, n)
order by o.n, t.n;
select is((select array_agg(distinct outcome) from told), '{recorded}'::text[], 'each event is recorded');
select is_empty(
  $$select t.path, d.state from (select distinct id, path from told) t join private.email_deliveries d on d.mail_id = t.id
    where d.state <> (select s from states where s = any (t.path) order by n desc limit 1)$$,
  'of the states that were told the last of the line holds, in whatever order they came'
);
select is((select count(*) from private.email_deliveries where mail_id in (select id from told)), (select count(*) from orders), 'every mail has a state');
select is((select count(*) from private.email_outcomes o join told t on t.id = o.mail_id where o.status <> 'sent'), 0::bigint, 'the log says that they were taken');
delete from private.email_deliveries; delete from private.email_events; delete from private.emails where dedupe_key like 'order:%';

-- Once
select pg_temp.enqueue('once') \g /dev/null
select is(pg_temp.tell('once', 'delivered', p_id => 'e1'), 'recorded', 'an event is recorded');
select is(pg_temp.tell('once', 'delivered', p_id => 'e1'), 'repeated', 'once');
select is(pg_temp.tell('once', 'bounced', 'hard', p_id => 'e1'), 'repeated', 'whatever it says the second time');
select is((pg_temp.state('once'), pg_temp.suppressed('employee@people.test')), ('delivered'::text, null::text), 'which then counts for nothing');
select is(public.record_email_event('e2', -4711, 'bounced', 'hard') ->> 'outcome', 'unknown', 'a mail that there is not is not made up');
select is_empty($$select from private.email_events where id = 'e2'$$, 'and leaves nothing behind');
select throws_ok($$select public.record_email_event('e3', 1, 'opened')$$, '22023', null, 'another state is refused');
select throws_ok($$select public.record_email_event('e3', 1, 'bounced', 'odd')$$, '22023', null, 'and another bounce');
select is((select count(*) from private.email_events e where e::text ~ '@'), 0::bigint, 'no address is kept with an event');

-- Suppression: of the address that we wrote to
create function pg_temp.after(p_state text, p_bounce text default null) returns text language plpgsql as $$
declare v_key text := gen_random_uuid();
begin
  perform pg_temp.to_address(v_key, v_key || '@people.test');
  perform pg_temp.tell(v_key, p_state, p_bounce);
  return pg_temp.suppressed(v_key || '@people.test');
end; $$;
select is(pg_temp.after('bounced', 'hard'), 'hard_bounce', 'a hard bounce suppresses');
select is(pg_temp.after('bounced'), 'hard_bounce', 'so does one of which nothing more is known');
select is(pg_temp.after('complained'), 'complaint', 'a complaint does');
select is(pg_temp.after('suppressed'), 'provider', 'and what the mailer itself keeps back');
select is(pg_temp.after(s, 'soft'), null, s || ' does not') from unnest(array['sent', 'delayed', 'delivered', 'failed', 'bounced']) s;
select pg_temp.to_address('grave' || n, 'grave@people.test') from generate_series(1, 3) n \g /dev/null
select pg_temp.tell('grave1', 'complained') \g /dev/null
select pg_temp.tell('grave2', 'bounced', 'hard') \g /dev/null
select is(pg_temp.suppressed('grave@people.test'), 'complaint', 'the gravest reason stays');
select is(pg_temp.claimed_keys(pg_temp.claim()) && '{grave3}', false, 'and nothing more is sent there');
update private.emails set recipient = null, variables = null where dedupe_key = 'test:grave3';
select is(pg_temp.tell('grave3', 'bounced', 'hard'), 'recorded', 'of a mail whose address is forgotten an event is kept, and suppresses nobody');

-- Soft bounces on three days, in whatever order they are told
create function pg_temp.soft(p_days int[], p_same_mail boolean default false) returns text language plpgsql as $$
declare v_address text := gen_random_uuid() || '@people.test'; v_day int; v_n int := 0;
begin
  foreach v_day in array p_days loop
    v_n := v_n + 1;
    if v_n = 1 or not p_same_mail then perform pg_temp.to_address(v_address || v_n, v_address); end if;
    perform pg_temp.tell(v_address || case when p_same_mail then 1 else v_n end, 'bounced', 'soft', now() - make_interval(days => v_day));
  end loop;
  return pg_temp.suppressed(v_address);
end; $$;
select is(pg_temp.soft('{1,2}'), null, 'two soft bounces suppress nobody');
select is(pg_temp.soft(d), null, 'nor do many of the same days: ' || d::text) from unnest(array['{0,0,0}', '{0,0,0,0,0,0,0,0,0,0}', '{1,0,1,0,1,0}']::text[]) t (t), lateral (select t::int[]) x (d);
select is(pg_temp.soft(d), 'soft_bounces', 'three do: ' || d::text) from unnest(array['{2,1,0}', '{0,1,2}', '{1,0,2}', '{30,15,0}', '{0,30,15}', '{0,0,1,1,2}']::text[]) t (t), lateral (select t::int[]) x (d);
select is(pg_temp.soft(d), null, 'within thirty days: ' || d::text) from unnest(array['{31,15,0}', '{0,31,15}', '{15,31,0}', '{0,50,25}']::text[]) t (t), lateral (select t::int[]) x (d);
select is(pg_temp.soft('{31,15,0,1}'), 'soft_bounces', 'any three of them');
select is(pg_temp.soft('{2,1,0}', true), null, 'of three mails: one that is told of three times is one');
create temporary table spread as
with recursive days (day) as (values (33), (32), (29), (1)), walk (path) as (
  select array[day] from days union all select path || day from walk, days where day <> all (path)
)
select path, 'spread-' || row_number() over () || '@people.test' as address from walk where cardinality(path) = 4;
select pg_temp.to_address(s.address || day, s.address), pg_temp.tell(s.address || day, 'bounced', 'soft', now() - make_interval(days => day))
from (select address, day from spread, unnest(path) with ordinality u (day, n) order by address, n) s \g /dev/null
select results_eq(
  $$select s.reason, (s.lapses_at at time zone 'UTC')::date - (now() at time zone 'UTC')::date, count(*)::int
    from spread d join private.email_suppressions s on s.address_key = private.address_key(d.address) group by 1, 2$$,
  $$values ('soft_bounces', 1, 24)$$, 'until thirty days after the last of three, in whatever order they are told'
);
insert into private.email_suppressions (address_key, reason, lapses_at) values (private.address_key('lapsed@people.test'), 'soft_bounces', now() - interval '1 second');
select private.run_job('purge_email_events') \g /dev/null
select is(pg_temp.suppressed('lapsed@people.test'), null, 'what has lapsed is forgotten');
select is(pg_temp.suppressed('spread-1@people.test'), 'soft_bounces', 'and nothing else');
select pg_temp.to_address('future' || n, 'future@people.test') from generate_series(1, 2) n \g /dev/null
select pg_temp.tell('future1', 'bounced', 'soft', now() + interval '10 years') \g /dev/null
select ok((select occurred_at <= now() from private.email_events where mail_id = (pg_temp.mail('future1')).id), 'what is told of the future happened now');

-- A sending of which nobody knew how it ended
delete from private.email_queue;
create function pg_temp.log(p_key text) returns text language sql as $$
  select concat_ws(' ', status, error_code, provider_message_id) from private.email_log where dedupe_key = 'test:' || p_key;
$$;
select pg_temp.enqueue('gave up') \g /dev/null
select pg_temp.settle(pg_temp.claim(), '{"outcome": "failed", "error_code": "key_expired"}') \g /dev/null
select is(pg_temp.log('gave up'), 'failed key_expired', 'a mail was given up');
select pg_temp.tell('gave up', 'delivered', p_message => 're_7') \g /dev/null
select is(pg_temp.log('gave up'), 'sent re_7', 'an event says that it was taken');
select is_empty($$select from private.email_dead_letters$$, 'so it is no dead letter');
select is(public.redrive_emails() -> 'redriven', '0'::jsonb, 'that could be sent twice');

select pg_temp.enqueue('failed there') \g /dev/null
select pg_temp.settle(pg_temp.claim(), '{"outcome": "failed", "error_code": "key_expired"}') \g /dev/null
select pg_temp.tell('failed there', 'failed') \g /dev/null
select is(public.redrive_emails() -> 'redriven', '1'::jsonb, 'one that the mailer took and did not send may be sent again');
select pg_temp.tell('failed there', 'delivered') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim()), '{"failed there"}'::text[], 'whatever came before');
select pg_temp.settle(pg_temp.claim(now() + interval '1 hour'), '{"outcome": "sent", "message_ids": ["re_8"]}', now() + interval '1 hour') \g /dev/null

select pg_temp.enqueue('redriven') \g /dev/null
select pg_temp.settle(pg_temp.claim(), '{"outcome": "failed", "error_code": "key_expired"}') \g /dev/null
select public.redrive_emails() \g /dev/null
select pg_temp.tell('redriven', 'sent') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim()), '{}'::text[], 'an event that comes after a redrive is in time, too');
select is(pg_temp.log('redriven'), 'sent re_1', 'the log says so');

select pg_temp.enqueue('under way' || n) from generate_series(1, 2) n \g /dev/null
select pg_temp.claim() as claim \gset
select pg_temp.tell('under way1', 'sent', p_message => 're_9') \g /dev/null
select is(pg_temp.log('under way1'), 'sent re_9', 'an event overtakes the dispatcher');
select pg_temp.settle(:'claim', '{"outcome": "sent", "message_ids": ["re_9", "re_10"]}') \g /dev/null
select results_eq(
  $$select status, provider_message_id, template_id is not null from private.email_log where dedupe_key like 'test:under way_' order by id$$,
  $$values ('sent', 're_9', true), ('sent', 're_10', true)$$, 'which adds what it alone knows'
);
select pg_temp.enqueue('told') \g /dev/null
select pg_temp.claim() as claim \gset
select pg_temp.tell('told', 'delayed') \g /dev/null
select pg_temp.settle(:'claim', '{"outcome": "failed", "error_code": "attempts_exhausted"}') \g /dev/null
select is(pg_temp.log('told'), 'sent re_1', 'a dispatcher that gives up afterwards lowers nothing');
select is_empty($$select from private.email_dead_letters$$, 'and buries nothing');
select pg_temp.enqueue('retried' || n) from generate_series(1, 2) n \g /dev/null
select pg_temp.settle(pg_temp.claim(), '{"outcome": "retry", "error_code": "timeout", "retry_after_seconds": 0}') \g /dev/null
select pg_temp.tell('retried1', 'delivered') \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.claimed_keys(:'claim'), '{retried2}'::text[], 'what is known to be sent is not in the next try');
select pg_temp.settle(:'claim', '{"outcome": "sent", "error_code": "key_reused"}') \g /dev/null
select is(pg_temp.log('retried1'), 'sent re_1', 'and stays sent');
select pg_temp.enqueue('another') \g /dev/null
select pg_temp.settle(pg_temp.claim(), '{"outcome": "sent", "message_ids": ["re_11"]}') \g /dev/null
select pg_temp.tell('another', 'delivered', p_message => 're_12') \g /dev/null
select is(pg_temp.log('another') || ' ' || pg_temp.state('another'), 'sent re_11 delivered', 'the first id of the mailer stays, and an event of a second sending counts for the mail');

-- Lifting
select pg_temp.act_as('employee');
select throws_ok($$select public.lift_email_suppression('grave@people.test', 'because')$$, 'PT403', 'forbidden', 'nobody lifts a suppression by themselves');
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.lift_email_suppression('grave@people.test', ' ')$$, 'PT422', 'reason_required', 'a platform admin says why');
select ok(public.lift_email_suppression(' Grave@People.test', 'Their mailbox works again.'), 'and types the address');
select ok(not public.lift_email_suppression('grave@people.test', 'Once more.'), 'once');
select throws_ok($$select public.lift_email_suppression('no address', 'Once more.')$$, 'PT422', 'invalid_email', 'what is no address is refused');
select pg_temp.act_as_owner();
select is(pg_temp.suppressed('grave@people.test'), null, 'then it is mailed again');
select results_eq(
  $$select entity_id, context ->> 'reason', actor_id from public.audit_logs where action = 'email_suppression.lifted'$$,
  $$values (encode(private.address_key('grave@people.test'), 'hex'), 'Their mailbox works again.', pg_temp.id('platform_admin'))$$,
  'the audit log has who and why, and no address'
);
select pg_temp.to_address('soft' || n, 'soft@people.test') from generate_series(1, 5) n \g /dev/null
select pg_temp.tell('soft' || n, 'bounced', 'soft', now() - make_interval(days => n)) from generate_series(1, 3) n \g /dev/null
select is(pg_temp.suppressed('soft@people.test'), 'soft_bounces', 'soft bounces on three days');
select private.suppress_address(private.address_key('employee@people.test'), 'manual') \g /dev/null
select pg_temp.act_as('platform_admin');
select public.lift_email_suppression('soft@people.test', 'It was full.') \g /dev/null
select public.lift_email_suppression('employee@people.test', 'A mistake of ours.') \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.tell('soft4', 'bounced', 'soft') \g /dev/null
select is(pg_temp.suppressed('soft@people.test'), null, 'those before a lifting count no more');
select is((select count(*) from public.audit_logs where action = 'email_suppression.lifted' and user_id = pg_temp.id('employee')), 1::bigint, 'whose account has the address sees it');

-- It survives the person
delete from private.email_queue;
select pg_temp.enqueue('erased', 'colleague') \g /dev/null
select pg_temp.tell('erased', 'complained') \g /dev/null
delete from auth.users where id = pg_temp.id('colleague');
select pg_temp.to_address('again', 'colleague@people.test') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim()), '{}'::text[], 'who complained is not written to after their account was deleted');

-- Watched
delete from private.email_deliveries; delete from private.email_dead_letters; delete from private.email_queue; delete from private.email_batches;
create function pg_temp.of_mails(p_counts jsonb, p_at timestamptz default now()) returns text language plpgsql as $$
begin
  delete from private.email_deliveries;
  insert into private.email_deliveries (mail_id, state, created_at, updated_at)
  select row_number() over (), key, p_at, p_at from jsonb_each(p_counts) c, generate_series(1, value::int);
  return private.outbox_fault(now());
end; $$;
select is(pg_temp.of_mails('{}'), null, 'without mails there is nothing to say');
select is(pg_temp.of_mails('{"delivered": 997, "complained": 3}'), null, 'three complaints of 1,000 are borne');
select is(pg_temp.of_mails('{"delivered": 996, "complained": 3}'), '3 of the last 999 mails were called spam', 'more are told');
select is(pg_temp.of_mails('{"delivered": 10, "suppressed": 10}'), '10 of the last 20 mails bounced', 'so are those that the mailer keeps back');
select is(pg_temp.of_mails('{"delivered": 10, "complained": 2}'), null, 'two prove nothing');
select is(pg_temp.of_mails('{"delivered": 240, "bounced": 10}'), null, 'ten bounces of 250 are borne');
select is(pg_temp.of_mails('{"delivered": 239, "bounced": 10}'), '10 of the last 249 mails bounced', 'more are told');
select is(pg_temp.of_mails('{"delivered": 10, "bounced": 9}'), null, 'nine prove nothing');
select is(pg_temp.of_mails('{"delivered": 10, "bounced": 19}', now() - interval '8 days'), null, 'what is a week old is past');
select is(pg_temp.of_mails('{"delivered": 10, "failed": 1}'), '1 mails were taken by the mailer within an hour, and not sent', 'what the mailer took and did not send is told');
select is(pg_temp.of_mails('{"delivered": 10, "failed": 1}', now() - interval '2 hours'), null, 'for an hour');
delete from private.email_events; delete from private.email_outcomes;
create function pg_temp.silence(p_sent interval, p_told interval) returns text language plpgsql as $$
begin
  delete from private.email_outcomes; delete from private.email_events;
  insert into private.email_outcomes (mail_id, status, settled_at) values (1, 'sent', now() - p_sent);
  insert into private.email_events (id, mail_id, state, occurred_at, created_at) select 'e', 1, 'sent', now(), now() - p_told where p_told is not null;
  return pg_temp.of_mails('{}');
end; $$;
select is(pg_temp.silence('2 hours', null), 'mails are sent, and for a day the mailer has told of none', 'that nothing is heard is told, too');
select is(pg_temp.silence('2 hours', '25 hours'), 'mails are sent, and for a day the mailer has told of none', 'also where something was heard before');
select is(pg_temp.silence('2 hours', '23 hours'), null, 'one event is enough');
select is(pg_temp.silence('59 minutes', null), null, 'the mailer has an hour to tell');
select is(pg_temp.silence('25 hours', null), null, 'and where nothing is sent there is nothing to tell');
select throws_like($$select private.job_check_outbox(now()) from pg_temp.of_mails('{"complained": 9}')$$, '9 of the last 9 mails%', 'the job fails, so that somebody looks');

-- Forgetting
insert into private.email_events (id, mail_id, state, occurred_at, created_at) values
  ('old', 1, 'sent', now(), now() - interval '61 days'), ('young', 1, 'sent', now(), now() - interval '59 days');
select private.run_job('purge_email_events') \g /dev/null
select is((select array_agg(id) from private.email_events where id in ('old', 'young')), '{young}'::text[], 'events are forgotten after sixty days');

select * from finish();
rollback;
