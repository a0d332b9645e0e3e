-- Auth as it writes: one call of its admin API is several statements in one transaction, and what follows from them
-- follows from what the whole of it came to.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- The end of Auth's transaction, and the start of its next one: people of before were not confirmed just now.
create function pg_temp.commit() returns void language plpgsql as $$
begin
  set constraints all immediate;
  set constraints all deferred;
end; $$;
create function pg_temp.insert_account(p_name text) returns void language sql as $$
  insert into auth.users (id, aud, role, email, encrypted_password, raw_user_meta_data)
  values (pg_temp.id(p_name), 'authenticated', '', p_name || '@people.test', 'as it was made', '{}');
  insert into auth.identities (id, provider, provider_id, user_id, identity_data)
  values (gen_random_uuid(), 'email', p_name, pg_temp.id(p_name), '{"email_verified": false}');
  update auth.users set role = 'authenticated' where id = pg_temp.id(p_name);
$$;
-- Auth's clock is another machine's, so the time it writes is before or after that of its transaction.
create function pg_temp.confirm(p_name text, p_skew interval default '20 ms') returns void language sql as $$
  update auth.users set confirmation_token = '', email_confirmed_at = now() + p_skew where id = pg_temp.id(p_name);
  update auth.users set raw_user_meta_data = raw_user_meta_data || '{"email_verified": true}' where id = pg_temp.id(p_name);
$$;
create function pg_temp.set_password(p_name text) returns void language sql as $$
  update auth.users set encrypted_password = gen_random_uuid()::text, recovery_token = '' where id = pg_temp.id(p_name);
  delete from auth.sessions where user_id = pg_temp.id(p_name);
$$;
create function pg_temp.mails(p_name text) returns text[] language sql as $$
  select array(select template_key from private.email_log where user_id = pg_temp.id(p_name) order by id);
$$;

-- POST with email_confirm, as for somebody who accepts an invitation
select pg_temp.insert_account('invited');
select pg_temp.confirm('invited');
select pg_temp.commit();
select is(pg_temp.mails('invited'), '{}', 'an account that is made confirmed is not asked to confirm its address');
select is_empty($$select from public.email_verification_tokens where user_id = pg_temp.id('invited')$$, 'and no token is made for it');
select isnt((select email_confirmed_at from public.profiles where id = pg_temp.id('invited')), null, 'its profile is confirmed');

-- POST without, and a sign-up
select pg_temp.insert_account('signed_up');
select is(pg_temp.mails('signed_up'), '{}', 'what an account comes to is not known before the end');
select pg_temp.commit();
select is(pg_temp.mails('signed_up'), '{verify_email}', 'an account that nobody has confirmed by then gets its link');
update auth.users set raw_user_meta_data = '{"a": 1}' where id = pg_temp.id('signed_up');
select pg_temp.commit();
select is(pg_temp.mails('signed_up'), '{verify_email}', 'once');

-- PUT with a password and email_confirm, by somebody who had never confirmed
select pg_temp.confirm('signed_up', '-3 s');
select pg_temp.set_password('signed_up');
select pg_temp.commit();
select is(pg_temp.mails('signed_up'), '{verify_email}', 'who confirms by their first own password is told of no change, whatever Auth''s clock says');
select pg_temp.insert_account('other_order');
select pg_temp.commit();
select pg_temp.set_password('other_order');
select pg_temp.confirm('other_order');
select pg_temp.commit();
select is(pg_temp.mails('other_order'), '{verify_email}', 'nor in the other order');
select is(
  (select count(*) from public.audit_logs where action = 'password.changed' and user_id = pg_temp.id('signed_up')), 1::bigint, 'it is audited all the same'
);

-- The same by somebody who confirmed long ago
create temporary table before as select id, email_confirmed_at, updated_at from public.profiles where id = pg_temp.id('employee');
select pg_temp.confirm('employee', '1 h');
select pg_temp.set_password('employee');
select pg_temp.commit();
select is(pg_temp.mails('employee'), '{password_changed}', 'a new password of a confirmed account is announced');
select results_eq(
  'select id, email_confirmed_at, updated_at from public.profiles where id = pg_temp.id(''employee'')', 'table before',
  'and the time of the confirmation stays, though Auth writes its own anew'
);
select pg_temp.confirm('employee', '1 day');
select pg_temp.commit();
select is(pg_temp.mails('employee'), '{password_changed}', 'confirming again says nothing');

-- PUT with another address
update auth.users set email = 'moved@people.test' where id = pg_temp.id('other_order');
select pg_temp.commit();
select is(pg_temp.mails('other_order'), '{verify_email}', 'a confirmed account that moves is asked nothing');
select pg_temp.insert_account('moving');
select pg_temp.commit();
update auth.users set email = 'first@people.test' where id = pg_temp.id('moving');
update auth.users set email = 'second@people.test' where id = pg_temp.id('moving');
select pg_temp.commit();
select results_eq(
  $$select recipient::text from private.email_log where user_id = pg_temp.id('moving') order by id$$,
  $$values ('moving@people.test'), ('second@people.test')$$, 'of two addresses in one transaction the one that stays gets a link'
);
update auth.users set email = 'third@people.test' where id = pg_temp.id('moving');
select pg_temp.confirm('moving');
select pg_temp.commit();
select is(pg_temp.mails('moving'), '{verify_email,verify_email}', 'an address that is confirmed with the move gets none');

-- A sign-up: Auth notes in the same transaction that it sends its own mail. Signing up again, or asking Auth to send it
-- again, notes that anew, at most once a minute.
create function pg_temp.sends_confirmation(p_name text) returns text[] language plpgsql as $$
begin
  update auth.users set confirmation_token = gen_random_uuid()::text, confirmation_sent_at = clock_timestamp() where id = pg_temp.id(p_name);
  perform pg_temp.commit();
  return pg_temp.mails(p_name);
end; $$;
create function pg_temp.later(p_name text, p_by interval default '61 s') returns void language sql as $$
  update public.email_verification_tokens set created_at = created_at - p_by, expires_at = expires_at - p_by where user_id = pg_temp.id(p_name);
$$;
select pg_temp.insert_account('again');
select is(pg_temp.sends_confirmation('again'), '{verify_email}', 'a sign-up gets one link');
select is(pg_temp.sends_confirmation('again'), '{verify_email}', 'and no other within the minute');
select pg_temp.later('again');
select is(pg_temp.sends_confirmation('again'), '{verify_email,verify_email}', 'who signs up again after it, since no mail came, gets a new link');
select is(
  (select count(*) from public.email_verification_tokens where user_id = pg_temp.id('again') and superseded_at is null), 1::bigint, 'in place of the one before'
);
select pg_temp.later('again'), pg_temp.sends_confirmation('again') from generate_series(1, 5) \g /dev/null
select is(cardinality(pg_temp.mails('again')), 5, 'five in an hour, however they were asked for');
select public.request_email_verification('again@people.test', repeat('a9', 32)) \g /dev/null
select private.process_token_requests(now() + interval '2 minutes') \g /dev/null
select is(cardinality(pg_temp.mails('again')), 5, 'so a resend makes no sixth');
select pg_temp.later('again', '1 hour');
select is(cardinality(pg_temp.sends_confirmation('again')), 6, 'a new hour, a new link');
select pg_temp.later('again');
update auth.users set confirmation_token = '', confirmation_sent_at = null where id = pg_temp.id('again');
select pg_temp.commit();
select is(cardinality(pg_temp.mails('again')), 6, 'Auth that forgets its own mail, as with a new password, asks for none');
select pg_temp.confirm('again');
select pg_temp.commit();
select is(cardinality(pg_temp.sends_confirmation('again')), 6, 'nor does an account that is confirmed get one');
update public.system_settings set value = '0' where key = 'token_request_cooldown_seconds';
select pg_temp.insert_account('hurried');
select is(pg_temp.sends_confirmation('hurried'), '{verify_email}', 'a sign-up gets one link also where nobody has to wait');

-- DELETE that keeps the row: the address becomes a digest, which is no address
select pg_temp.insert_account('leaving');
select pg_temp.commit();
update auth.users set email = 'Zm9vYmFyYmF6', encrypted_password = null, deleted_at = now() where id = pg_temp.id('leaving');
select lives_ok('select pg_temp.commit()', 'an account that was never confirmed can be deleted and kept');
select is(pg_temp.mails('leaving'), '{verify_email}', 'and gets no mail about it');

-- An account that is gone by then
select pg_temp.insert_account('short_lived');
delete from auth.users where id = pg_temp.id('short_lived');
select lives_ok('select pg_temp.commit()', 'nothing follows from an account that did not stay');

select results_eq(
  $$select tgname::text from pg_catalog.pg_trigger where tgrelid = 'auth.users'::regclass and not tgisinternal
    and tgfoid::regproc::text ~ 'issue_email_verification' and not (tgdeferrable and tginitdeferred)$$,
  'select null::text where false', 'no link is made before the end of a transaction'
);

-- What a person writes of themselves at Auth is in each of their tokens: too much of it, and no request with one is taken
select pg_temp.insert_account('wordy');
select lives_ok(
  format('update auth.users set raw_user_meta_data = %L where id = %L', jsonb_build_object('about', repeat('x', 1900)), pg_temp.id('wordy')), 'an account says something of itself'
);
select throws_ok(
  format('update auth.users set raw_user_meta_data = %L where id = %L', jsonb_build_object('about', repeat('x', 8192)), pg_temp.id('wordy')), 'PT422', 'rule_violation',
  'and not so much that a thief of a session leaves its owner tokens that nobody takes'
);
select throws_ok(
  format('update auth.users set raw_user_meta_data = %L where id = %L', jsonb_build_object('about', repeat(c, 400)), pg_temp.id('wordy')), 'PT422', 'rule_violation',
  'as long as Auth writes them: ' || ascii(c)
) from unnest(array['<', '>', '&', U&'\2028']) c;
select lives_ok(
  format('update auth.users set raw_user_meta_data = %L where id = %L', jsonb_build_object('about', repeat(c, n)), pg_temp.id('wordy')), 'what fits is taken: ' || c
) from (values ('x', 2000), ('<', 330), ('ß', 1000)) v (c, n);
select throws_ok(
  format('insert into auth.users (id, email, raw_user_meta_data) values (gen_random_uuid(), %L, %L)', 'wordier@people.test', jsonb_build_object('about', repeat('x', 8192))), 'PT422', 'rule_violation',
  'from the beginning'
);

select * from finish();
rollback;
