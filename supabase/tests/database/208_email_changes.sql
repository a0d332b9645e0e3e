-- The life of a change of address: request, confirmation, taking it back, and what an attacker makes of each.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.key(p_email text) returns text language sql as $$ select encode(sha256(p_email::bytea), 'hex'); $$;
create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.request(p_email text, p_person text default 'employee') returns jsonb language sql as $$
  select public.request_email_change(pg_temp.id(p_person), p_email, pg_temp.key(p_email), null,
    '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "user_agent": "Agent"}');
$$;
create function pg_temp.ask(p_email text, p_person text default 'employee', p_after interval default '0') returns void language plpgsql as $$
begin
  perform pg_temp.request(p_email, p_person);
  perform private.process_token_requests(now() + p_after);
end; $$;
-- The newest link of a purpose of a person, as its mail has it.
create function pg_temp.link(p_purpose text, p_person text default 'employee') returns uuid language plpgsql as $$
declare v_id uuid;
begin
  select k.id into v_id from private.tokens k where k.purpose = p_purpose and k.user_id = pg_temp.id(p_person) order by k.created_at desc, k.spent_at nulls first limit 1;
  perform public.seal_token_hashes(jsonb_build_array(jsonb_build_object('purpose', p_purpose, 'id', v_id, 'token_hash', pg_temp.secret(v_id))));
  return v_id;
end; $$;
create function pg_temp.confirm(p_id uuid, p_hash text default null) returns text language sql as $$
  select public.use_email_change_link('email_change', p_id, coalesce(p_hash, pg_temp.secret(p_id)), '{}') ->> 'outcome';
$$;
create function pg_temp.cancel(p_id uuid, p_hash text default null) returns jsonb language sql as $$
  select public.use_email_change_link('email_change_cancel', p_id, coalesce(p_hash, pg_temp.secret(p_id)), '{}') - 'user_id';
$$;
-- Auth's writes when it is told, in its own steps.
create function pg_temp.auth(p_email text, p_person text default 'employee') returns void language plpgsql as $$
begin
  update auth.users set email_confirmed_at = now() where id = pg_temp.id(p_person);
  update auth.users set email = p_email where id = pg_temp.id(p_person);
end; $$;
create function pg_temp.status(p_email text) returns text language sql as $$
  select string_agg(status, ' ' order by created_at, id) from public.email_changes where new_email = p_email;
$$;
create function pg_temp.mails() returns setof text language sql as $$
  select template_key || ' to ' || recipient from private.email_log order by id;
$$;
create function pg_temp.sign_in(p_person text default 'employee') returns void language sql as $$
  insert into auth.sessions (id, user_id, created_at, updated_at) values (gen_random_uuid(), pg_temp.id(p_person), now(), now());
$$;
create function pg_temp.sessions(p_person text default 'employee') returns bigint language sql as $$ select count(*) from auth.sessions where user_id = pg_temp.id(p_person); $$;
create function pg_temp.audited(p_action text) returns bigint language sql as $$
  select count(*) from public.audit_logs where action = p_action and user_id = pg_temp.id('employee') and occurred_at = now();
$$;
create function pg_temp.fresh() returns void language sql as $$
  delete from public.email_changes; delete from private.emails; delete from private.email_queue; delete from private.token_cooldowns;
  delete from private.allowances; delete from private.token_requests; delete from public.password_reset_tokens;
  update auth.users set email = 'employee@people.test', encrypted_password = 'hash' where id = pg_temp.id('employee');
  delete from private.emails; delete from private.email_queue;
$$;
grant execute on all functions in schema pg_temp to public;

-- Asking: whatever the address is, the person sees the same
create function pg_temp.seen_of(p_email text) returns text language plpgsql as $$
declare v_seen text; v_answer jsonb;
begin
  perform pg_temp.fresh();
  if p_email = 'cooling@home.test' then
    perform private.take_cooldown('email_change', array[pg_temp.key(p_email)], now());
  end if;
  v_answer := pg_temp.request(p_email);
  perform private.process_token_requests(now());
  perform pg_temp.claim();
  perform pg_temp.act_as('employee');
  select concat(v_answer, ' ', string_agg(concat_ws(' ', l.template_key, l.category, l.status, l.error_code), ', ' order by l.template_key), ' ',
    (select string_agg(concat_ws(' ', c.status, c.expires_at, c.created_at), ', ') from public.email_changes c))
  into v_seen from public.communication_logs l;
  perform pg_temp.act_as_owner();
  return v_seen;
end; $$;
select private.suppress_address(private.address_key('bounced@home.test'), 'hard_bounce') \g /dev/null
select ok(pg_temp.seen_of('unknown@home.test') like '%email_change_notice security queued%requested%', 'who asks sees that their old address was told');
select is(pg_temp.seen_of(e), pg_temp.seen_of('unknown@home.test'), 'and the same for ' || e)
from unnest(array['colleague@people.test', 'newcomer@people.test', 'bounced@home.test', 'cooling@home.test']) e;
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('unknown@home.test') \g /dev/null
select results_eq('select pg_temp.mails()', array['email_change to unknown@home.test', 'email_change_notice to employee@people.test'], 'a link goes to the new address, a notice to the old');
select results_eq(
  $$select user_id, token_purpose::text, array(select jsonb_object_keys(variables) order by 1) from private.email_log order by id$$,
  $$values (null::uuid, 'email_change', array['expires_at', 'locale']), (pg_temp.id('employee'), 'email_change_cancel', array['expires_at'])$$,
  'neither names the other, nor carries a word that was typed'
);
select is(pg_temp.audited('email.change_requested') > 0, true, 'and it is audited');
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('colleague@people.test') \g /dev/null
select results_eq('select pg_temp.mails()', array['email_change_taken to colleague@people.test', 'email_change_notice to employee@people.test'], 'where the address has an account, its owner is told so');
select is_empty('select from private.email_change_tokens', 'and there is nothing to confirm');
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('employee@people.test') \g /dev/null
select is_empty('select from public.email_changes', 'to the address that the account has, nothing moves');
select pg_temp.ask('unknown@home.test', 'newcomer') \g /dev/null
select is_empty('select from public.email_changes', 'nor does an account that nobody confirmed');
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('one@home.test') \g /dev/null
select pg_temp.link('email_change') as one \gset
select pg_temp.ask('one@home.test', p_after => '10 seconds') \g /dev/null
select is((select count(*) from private.email_log where recipient = 'one@home.test'), 1::bigint, 'an address is not mailed twice within a minute');
select is(pg_temp.status('one@home.test'), 'superseded requested', 'though it was asked for again');
select is(pg_temp.confirm(:'one'), 'verified', 'so the link that it has goes on working');
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('one@home.test') \g /dev/null
select pg_temp.link('email_change') as one \gset
select pg_temp.ask('two@home.test', p_after => '10 seconds') \g /dev/null
select is(pg_temp.confirm(:'one'), 'superseded', 'a change that makes way for another is void');
select pg_temp.request('n' || n || '@home.test') from generate_series(3, 5) n \g /dev/null
select is(pg_temp.request('six@home.test') ->> 'allowed', 'false', 'five requests in an hour are a person''s own');
select ok((pg_temp.request('six@home.test') ->> 'retry_after_seconds')::int between 600 and 720, 'and then one each twelve minutes');
select is(pg_temp.request('six@home.test', 'colleague') ->> 'allowed', 'true', 'those of others are theirs');

-- Attempts
select pg_temp.fresh() \g /dev/null
select pg_temp.ask('new@home.test') \g /dev/null
select is(pg_temp.confirm((select id from private.email_change_tokens), repeat('0', 64)), 'invalid', 'a link that was not mailed cannot be guessed');
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel \gset
select is(pg_temp.confirm(:'cancel'), 'invalid', 'a link of one kind is none of the other');
select is(pg_temp.cancel(:'token'), '{"outcome": "invalid"}', 'either way');
select is(pg_temp.confirm(:'token', repeat(n::text, 64)), 'invalid', 'wrong attempt ' || n) from generate_series(1, 5) n;
select is(pg_temp.confirm(:'token'), 'exhausted', 'then even the right secret is refused');

-- Confirming
select pg_temp.fresh(), pg_temp.ask('new@home.test'), pg_temp.sign_in() \g /dev/null
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel, private.issue_password_reset(pg_temp.id('employee'), 'employee@people.test') as reset \gset
select pg_temp.link('password_reset') \g /dev/null
select is(
  public.use_email_change_link('email_change', :'token', pg_temp.secret(:'token'), '{}'),
  jsonb_build_object('outcome', 'verified', 'user_id', pg_temp.id('employee'), 'email', 'new@home.test'), 'the link says what Auth is to be told'
);
select is(pg_temp.status('new@home.test'), 'confirming', 'and until it has been');
select is(pg_temp.confirm(:'token'), 'verified', 'the link can be repeated: a process may have died there');
select is((select count(*) from public.audit_logs where action = 'email.change_link_used' and entity_id = (select id::text from public.email_changes)), 1::bigint, 'which is one use');
select pg_temp.auth('New@Home.test') \g /dev/null
select is(pg_temp.status('new@home.test'), 'confirmed', 'once Auth has the address it is written down');
select is(pg_temp.confirm(:'token'), 'already_verified', 'and the link says so');
select is(pg_temp.audited('email.changed'), 1::bigint, 'it is audited');
select is(pg_temp.sessions(), 0::bigint, 'every session has ended');
select is((select encrypted_password from auth.users where id = pg_temp.id('employee')), 'hash', 'the password is as before');
select ok(exists(select from public.password_reset_tokens where id = :'reset' and superseded_at is not null), 'links that were mailed to the old address are void');
select results_eq(
  $$select recipient::text, token_id from private.email_log where template_key = 'email_changed'$$,
  format($$values ('employee@people.test', %L::uuid)$$, :'cancel'), 'the old address is told, with the link that takes it back'
);
select results_eq(
  $$select expires_at from private.email_change_cancel_tokens$$, array[now() + interval '1 day'], 'for a day'
);

-- The reset goes to the address of the account, by whichever of its addresses is typed
delete from private.emails; delete from public.password_reset_tokens;
select public.request_password_reset(e, pg_temp.key(e)) from unnest(array['employee@people.test', 'nobody@home.test']) e \g /dev/null
select private.process_token_requests(now()) \g /dev/null
select results_eq('select pg_temp.mails()', array['password_reset to new@home.test'], 'typed with the address at work, a reset is mailed to the private one');
select is((select email from public.password_reset_tokens where superseded_at is null), 'new@home.test', 'and bound to it');
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('heir'), 'employee@people.test', null);
delete from private.emails; delete from private.token_cooldowns; delete from public.password_reset_tokens;
select public.request_password_reset('employee@people.test', pg_temp.key('employee@people.test')) \g /dev/null
select private.process_token_requests(now()) \g /dev/null
select results_eq($$select m from pg_temp.mails() m where m like 'password_reset%' order by 1$$,
  array['password_reset to employee@people.test', 'password_reset to new@home.test'], 'whoever signs up with it meanwhile keeps nobody from that');
update auth.users set email_confirmed_at = now() where id = pg_temp.id('heir');
delete from private.emails; delete from private.token_cooldowns; delete from public.password_reset_tokens;
select public.request_password_reset('employee@people.test', pg_temp.key('employee@people.test')) \g /dev/null
select private.process_token_requests(now()) \g /dev/null
select results_eq('select pg_temp.mails()', array['password_reset to employee@people.test'], 'until it is somebody''s confirmed address: then it is theirs alone');
select is(pg_temp.cancel(:'cancel'), '{"outcome": "address_taken"}', 'which cannot be taken back from them');
delete from auth.users where id = pg_temp.id('heir');

-- Taking it back
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('squatter'), 'employee@people.test', null);
select pg_temp.sign_in(), private.issue_password_reset(pg_temp.id('employee'), 'new@home.test'), pg_temp.link('password_reset') as reset \gset
select is(pg_temp.cancel(:'cancel'), '{"outcome": "consumed", "email": "employee@people.test"}', 'for that day the old address takes it back: Auth is to be told');
select is(pg_temp.sessions(), 0::bigint, 'nobody is signed in any more');
select is((select encrypted_password from auth.users where id = pg_temp.id('employee')), '', 'nor signs in by the password that was set meanwhile');
select is(public.check_password_reset(:'reset', pg_temp.secret(:'reset'), '{}') ->> 'outcome', 'superseded', 'nor by a link that was mailed to the new address');
select is_empty($$select from auth.users where id = pg_temp.id('squatter')$$, 'an account that was put in the way, and that nobody confirmed, is gone');
select is(private.issue_password_reset(pg_temp.id('employee'), 'new@home.test'), null, 'and until Auth has the old address again no link goes to the new one');
select is(pg_temp.status('new@home.test'), 'reverting', 'so it is written down');
select is(pg_temp.cancel(:'cancel'), '{"outcome": "consumed", "email": "employee@people.test"}', 'the link can be repeated: a process may have died there');
update auth.users set encrypted_password = 'late' where id = pg_temp.id('employee');
select pg_temp.auth('employee@people.test') \g /dev/null
select is(pg_temp.status('new@home.test'), 'reverted', 'once Auth has it, it is over');
select is((select encrypted_password from auth.users where id = pg_temp.id('employee')), '', 'a password that came in between is void');
select is(pg_temp.cancel(:'cancel'), '{"outcome": "used"}', 'and the link is used');
select is(pg_temp.confirm(:'token'), 'superseded', 'so is the other');
select isnt_empty($$select from private.email_log where template_key = 'email_change_reverted' and recipient = 'employee@people.test'$$, 'the person is told to choose a new password');
select is(pg_temp.audited('email.change_cancelled') + pg_temp.audited('email.change_reverted'), 2::bigint, 'both steps are audited');

-- Taking it back before it is confirmed
select pg_temp.fresh(), pg_temp.ask('new@home.test'), pg_temp.sign_in() \g /dev/null
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel \gset
select is(pg_temp.cancel(:'cancel'), '{"email": null, "outcome": "consumed"}', 'before it is confirmed there is nothing to tell Auth');
select is(pg_temp.status('new@home.test'), 'cancelled', 'the change is void');
select is(pg_temp.confirm(:'token'), 'superseded', 'and its link');
select is(pg_temp.sessions(), 0::bigint, 'the session that asked for it, whosever it was, has ended');
select is((select encrypted_password from auth.users where id = pg_temp.id('employee')), 'hash', 'the password stays');
select is(pg_temp.cancel(:'cancel'), '{"outcome": "used"}', 'once');

-- The race: taken back while Auth is being told
select pg_temp.fresh(), pg_temp.ask('new@home.test') \g /dev/null
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel \gset
select is(pg_temp.confirm(:'token'), 'verified', 'the link is used');
select pg_temp.cancel(:'cancel') \g /dev/null
select throws_ok($$select pg_temp.auth('new@home.test')$$, 'P0001', 'this change of address was taken back', 'what was taken back meanwhile, Auth does not store');
select is((select email from auth.users where id = pg_temp.id('employee'))::text, 'employee@people.test', 'so the account stays where it was');
select pg_temp.ask('new@home.test', p_after => '2 minutes') \g /dev/null
select is(pg_temp.confirm(pg_temp.link('email_change')), 'verified', 'asked for anew');
select lives_ok($$select pg_temp.auth('new@home.test')$$, 'it is stored');

-- The race: another is asked for while Auth is being told
select pg_temp.fresh(), pg_temp.ask('new@home.test') \g /dev/null
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel \gset
select pg_temp.confirm(:'token') \g /dev/null
select pg_temp.ask('other@home.test', p_after => '1 second') \g /dev/null
select pg_temp.auth('new@home.test') \g /dev/null
select is(pg_temp.status('new@home.test') || ' ' || pg_temp.status('other@home.test'), 'confirmed superseded', 'what Auth has stored is told and can be taken back; the other is void');
select isnt_empty($$select from private.email_log where template_key = 'email_changed' and recipient = 'employee@people.test'$$, 'to the old address');
select is(pg_temp.cancel(:'cancel') ->> 'email', 'employee@people.test', 'by it');

-- An attack: a stolen session moves the account, and then moves it on
select pg_temp.fresh(), pg_temp.ask('thief@evil.test') \g /dev/null
select pg_temp.link('email_change_cancel') as cancel, pg_temp.confirm(pg_temp.link('email_change')) \gset
select pg_temp.auth('thief@evil.test'), pg_temp.ask('thief2@evil.test', p_after => '1 minute') \g /dev/null
select pg_temp.link('email_change_cancel') as thiefs, pg_temp.confirm(pg_temp.link('email_change')) \gset
select pg_temp.auth('thief2@evil.test'), pg_temp.sign_in() \g /dev/null
select is(pg_temp.cancel(:'cancel') ->> 'email', 'employee@people.test', 'the owner takes it back from wherever it went');
select is(pg_temp.status('thief@evil.test') || ' ' || pg_temp.status('thief2@evil.test'), 'reverting reverting', 'both moves');
select is(pg_temp.cancel(:'thiefs') ->> 'outcome', 'superseded', 'and the thief does not take it back again');
select pg_temp.auth('employee@people.test') \g /dev/null
select is(pg_temp.sessions(), 0::bigint, 'nor stays signed in');
select is(pg_temp.cancel(:'thiefs') ->> 'outcome', 'superseded', 'whenever it is tried');

-- An attack: an old link of the old address, after its owner has moved away for good
select pg_temp.fresh(), pg_temp.ask('first@home.test') \g /dev/null
select pg_temp.link('email_change_cancel') as old \gset
select pg_temp.ask('home@home.test', p_after => '1 minute') \g /dev/null
select pg_temp.confirm(pg_temp.link('email_change')), pg_temp.link('email_change_cancel') as cancel \gset
select pg_temp.auth('home@home.test') \g /dev/null
select ok(bool_and(expires_at <= now() + interval '1 day'), 'no link of the old address outlives the day') from private.email_change_cancel_tokens;
update private.email_change_cancel_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day';
select is(pg_temp.cancel(id::uuid), '{"outcome": "expired"}', 'then whoever reads the old mailbox does nothing with it') from unnest(array[:'old', :'cancel']) id;
select pg_temp.fresh(), pg_temp.ask('new@home.test') \g /dev/null
select pg_temp.link('email_change') as token, pg_temp.link('email_change_cancel') as cancel \gset
update auth.users set email = 'elsewhere@home.test' where id = pg_temp.id('employee');
select is(pg_temp.status('new@home.test'), 'superseded', 'an address that became another another way voids what was asked for');
select is(pg_temp.confirm(:'token'), 'superseded', 'with its link');
select is(pg_temp.cancel(:'cancel'), '{"outcome": "superseded"}', 'and the one to an address that the account has no more');

-- An attack: a thief's request waits while the owner resets the password
select pg_temp.fresh(), pg_temp.ask('thief@evil.test') \g /dev/null
select pg_temp.link('email_change') as token, private.issue_password_reset(pg_temp.id('employee'), 'employee@people.test') as reset \gset
select pg_temp.link('password_reset') \g /dev/null
select public.consume_password_reset(:'reset', pg_temp.secret(:'reset')) \g /dev/null
update auth.users set encrypted_password = 'by link' where id = pg_temp.id('employee');
select is(pg_temp.confirm(:'token'), 'superseded', 'a password that came by a link voids it');

-- Ends in time
select pg_temp.fresh(), pg_temp.ask('new@home.test') \g /dev/null
select pg_temp.link('email_change') as token \gset
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('nobodys'), 'new@home.test', null);
update private.email_change_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 second';
select is(pg_temp.confirm(:'token'), 'expired', 'a link works for a day');
select isnt_empty($$select from auth.users where id = pg_temp.id('nobodys')$$, 'and one that does not deletes nobody');
update private.email_change_tokens set expires_at = now() + interval '1 hour';
select is(pg_temp.confirm(:'token'), 'verified', 'one that does');
select is_empty($$select from auth.users where id = pg_temp.id('nobodys')$$, 'makes room, where nobody had confirmed the address');
update auth.users set email = 'new@home.test' where id = pg_temp.id('colleague');
select is(pg_temp.confirm(:'token'), 'address_taken', 'and none where somebody has it meanwhile');

-- The end of a membership
delete from private.emails;
select is_empty($$select from public.former_work_address() a where a is not null$$, 'nobody is nobody');
update public.company_members set status = 'removed' where user_id in (pg_temp.id('employee'), pg_temp.id('colleague'));
select private.job_settle_ended_memberships(now()) \g /dev/null
select results_eq(
  $$select recipient::text, category, variables from private.email_log where template_key = 'membership_ended' order by recipient$$,
  $$values ('employee@people.test', 'security', '{"company_name": "North", "at_their_address": true}'::jsonb), ('new@home.test', 'security', '{"company_name": "North", "at_their_address": false}')$$,
  'who is no member any more is told whose the account is, and to move it where that is left to do'
);
select pg_temp.sign_in(); 
insert into auth.sessions (id, user_id, created_at, updated_at) select pg_temp.id('session:' || p), pg_temp.id(p), now(), now() from unnest(array['employee', 'colleague']) p on conflict do nothing;
select pg_temp.act_as('employee');
select is(public.former_work_address(), 'employee@people.test', 'which the pages ask for');
select pg_temp.act_as('colleague');
select is(public.former_work_address(), null, 'until it is done');
select pg_temp.act_as('manager');
select is(public.former_work_address(), null, 'and of nobody who belongs to the company');

-- Who
select pg_temp.act_as('employee');
select throws_ok($$select public.request_email_change(pg_temp.id('employee'), 'x@home.test', repeat('0', 64))$$, '42501', null, 'asking is for the functions alone: the key of an address is not a person''s to make up');
select throws_ok(format('select public.use_email_change_link(%L, gen_random_uuid(), %L)', p, 'x'), '42501', null, 'and using a link: ' || p) from unnest(array['email_change', 'email_change_cancel']) p;
select isnt_empty('select id, status, expires_at from public.email_changes', 'a person sees what became of it');
select throws_ok(format('select %I from public.email_changes', c), '42501', null, 'but no address: ' || c) from unnest(array['new_email', 'old_email']) c;
select pg_temp.act_as('service_role');
select is(public.use_email_change_link(p, gen_random_uuid(), 'x') ->> 'outcome', 'invalid', 'they do: ' || p) from unnest(array['email_change', 'email_change_cancel']) p;
select is(public.use_email_change_link('password_reset', gen_random_uuid(), 'x'), null, 'and no other');

-- What waits for the end of a night, or of an outage, is the person's and not the mailbox's, which may be a former employer's.
select pg_temp.act_as_owner();
select pg_temp.fresh();
select pg_temp.enqueue('session', 'employee', 'booking'), pg_temp.enqueue('reminder', 'employee', 'reminder'), pg_temp.enqueue('word', 'employee', 'security'),
  pg_temp.enqueue('session of another', 'colleague', 'booking') \g /dev/null
select pg_temp.auth('away@home.test');
select set_eq($$select dedupe_key, recipient::text from private.email_log where dedupe_key like 'test:%'$$, $$values
  ('test:session', 'away@home.test'), ('test:reminder', 'away@home.test'), ('test:word', 'employee@people.test'), ('test:session of another', 'colleague@people.test')$$,
  'what waits goes to where the account is by then, but for what is about the mailbox'
);
select pg_temp.settle(pg_temp.claim(), '{"outcome": "sent"}') \g /dev/null
select pg_temp.auth('elsewhere@home.test');
select is((pg_temp.mail('session')).recipient::text, 'away@home.test', 'what was sent went to where it went');

select * from finish();
rollback;
