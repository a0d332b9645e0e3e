-- What is done in place of mails that Auth asks for, and what Auth's own codes are worth.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.take(p_action text, p_of text, p_person text default 'employee', p_new_email text default null) returns text language sql as $$
  select public.take_auth_email(
    p_action, pg_temp.id(p_person), encode(sha256(p_of::bytea), 'hex'), encode(sha256('address'::bytea), 'hex'), p_new_email, gen_random_uuid()
  ) ->> 'outcome';
$$;
create function pg_temp.mails(p_person text) returns text[] language sql as $$
  select coalesce(array_agg(template_key order by id), '{}') from private.email_log where user_id = pg_temp.id(p_person) and template_key <> 'verify_email';
$$;
create function pg_temp.address(p_person text) returns text language sql as $$ select email from public.profiles where id = pg_temp.id(p_person) $$;

-- Access
select is_empty(
  $$select r, f from unnest(array['anon', 'authenticated', 'supabase_auth_admin']) r,
      unnest(array['public.take_auth_email(text, uuid, text, text, text, uuid)', 'private.take_auth_email(text, uuid, text, text, text, uuid)']::regprocedure[]) f
    where has_function_privilege(r, f, 'execute')$$,
  'whoever would have mails sent as Auth does is refused, Auth''s own login among them'
);
select is_empty(
  $$select p.oid::regprocedure from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'private' and p.proname not in ('check_password_attempt', 'check_second_factor_attempt') and has_function_privilege('supabase_auth_admin', p.oid, 'execute')$$,
  'Auth calls the hooks that count passwords and codes, and no other function of ours'
);

-- Links of ours
delete from private.token_requests;
select is(pg_temp.take('password_reset', 'r1'), 'taken', 'a recovery asks for a reset');
select results_eq(
  $$select purpose::text, user_id, email::text, address_key from private.token_requests$$,
  $$values ('password_reset', null::uuid, pg_temp.address('employee'), encode(sha256('address'::bytea), 'hex'))$$, 'at the address that the account has'
);
select is(pg_temp.take('password_reset', 'r1'), 'repeated', 'the second try of Auth''s finds it done');
select is(pg_temp.take('password_reset', 'r1'), 'repeated', 'and the third');
select is((select count(*) from private.token_requests), 1::bigint, 'it was one');
select private.process_token_requests(now()) \g /dev/null
select is(pg_temp.mails('employee'), '{password_reset}', 'and is one mail, with a link of ours');
select is(pg_temp.take('password_reset', 'r2'), 'taken', 'the same of another type');
select private.process_token_requests(now()) \g /dev/null
select is(pg_temp.mails('employee'), '{password_reset}', 'within the cooldown it mails nothing');
select is(pg_temp.take('email_change', 'c1', p_new_email => 'elsewhere@people.test'), 'taken', 'a change of address begins ours');
select private.process_token_requests(now()) \g /dev/null
select is(pg_temp.mails('employee'), '{password_reset,email_change_notice}', 'the address of before is told, with a link that keeps it');
select is(
  (select array_agg(template_key::text) from private.email_log where recipient = 'elsewhere@people.test'), '{email_change}', 'and the new one has to confirm'
);
select is((select source from public.audit_logs where action = 'email.change_requested' order by id desc limit 1), 'request_email_change', 'audited as any other');
update public.system_settings set value = '1' where key like 'addresses_allowance%' and value::numeric > 1;
select is(
  array(select pg_temp.take('email_change', 'many' || n, p_new_email => 'n' || n || '@people.test') from generate_series(1, 30) n) @> '{limited}',
  true, 'who asks for address after address has to wait'
);
select is_empty(
  $$select from private.auth_emails a where a.dedupe_key = encode(sha256('many30'::bytea), 'hex')$$, 'and may ask again with the same mail, which was not seen to'
);

-- Anybody may ask for a stranger's account, as often as they like
select is(pg_temp.take('sign_in_link', 'flood', 'colleague'), o, 'asked for ' || n || ' times in a minute')
from (values (1, 'taken'), (2, 'repeated'), (3, 'repeated')) w (n, o);
update private.auth_emails set taken_at = now() - interval '59 s' where dedupe_key = encode(sha256('flood'), 'hex');
select is(pg_temp.take('sign_in_link', 'flood', 'colleague'), 'repeated', 'within the minute it is one');
update private.auth_emails set taken_at = now() - interval '1 minute' where dedupe_key = encode(sha256('flood'), 'hex');
select is(pg_temp.take('sign_in_link', 'flood', 'colleague'), 'taken', 'after it another');
select is((select count(*) from private.auth_emails where dedupe_key = encode(sha256('flood'), 'hex') and taken_at = now()), 1::bigint, 'in the row of the one before');

-- The word that there are no links to sign in with
select is(pg_temp.take('sign_in_link', 'l' || n, 'manager'), 'taken', 'a link to sign in with is asked for') from generate_series(1, 3) n;
select is(pg_temp.mails('manager'), '{sign_in_link}', 'who has it asked for again and again sends one mail a day');
select is(
  (select array_agg(distinct category::text || ' ' || recipient) from private.email_log where user_id = pg_temp.id('manager') and template_key = 'sign_in_link'),
  array['security ' || pg_temp.address('manager')], 'which no preference stops, to the address of the account'
);
update public.profiles set email_confirmed_at = null where id = pg_temp.id('newcomer');
select is(pg_temp.take('sign_in_link', 'unconfirmed', 'newcomer'), 'taken', 'of an address that nobody has confirmed');
select is(pg_temp.mails('newcomer'), '{}', 'nobody is told');
select is(pg_temp.take('sign_in_link', 'nobody', 'no such account'), 'taken', 'an account that is gone is no failure');
select is(pg_temp.take('password_reset', 'nobody at all', 'no such account'), 'taken', 'of whichever action');
select is(pg_temp.take('email_change', 'nobody anywhere', 'no such account', 'x@people.test'), 'taken', 'nor has it an address to change');
select throws_ok($$select pg_temp.take('second_factor_added', 'x')$$, '23514', null, 'an action that there is none of is refused');

-- What is kept
select bag_eq(
  $$select column_name::text from information_schema.columns where table_schema = 'private' and table_name = 'auth_emails'$$,
  $$values ('dedupe_key'), ('action'), ('taken_at')$$, 'of a mail that was seen to, nothing is kept that says to whom or with what code'
);
select throws_ok(
  $$select public.take_auth_email('sign_in_link', pg_temp.id('employee'), 'd34ca0ff8b5d4f1bb8d8d0c2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6')$$, '23514', null, 'a token hash, which is shorter, is no key'
);
update private.auth_emails set taken_at = now() - interval '25 hours' where action = 'sign_in_link';
select private.job_purge_sign_ins(now()) \g /dev/null
select is_empty($$select from private.auth_emails where action = 'sign_in_link'$$, 'and it goes after a day');

-- Auth's own codes
create function pg_temp.is_void(p_column text) returns bool language plpgsql as $$
declare v_void bool;
begin
  execute format('update auth.users set %I = now() where id = pg_temp.id(''employee'')', p_column);
  execute format('select %I < now() - interval ''1 day'' from auth.users where id = pg_temp.id(''employee'')', p_column) into v_void;
  return v_void;
end; $$;
select ok(pg_temp.is_void(c), c || ' is older than a code may be')
from unnest(array['confirmation_sent_at', 'recovery_sent_at', 'email_change_sent_at', 'reauthentication_sent_at']) c;
select bag_eq(
  $$select column_name::text from information_schema.columns
    where table_schema = 'auth' and table_name = 'users' and column_name like '%\_sent\_at' and column_name not like 'phone%'$$,
  $$values ('confirmation_sent_at'), ('recovery_sent_at'), ('email_change_sent_at'), ('reauthentication_sent_at')$$, 'and Auth has no others'
);
update auth.users set last_sign_in_at = now() where id = pg_temp.id('employee');
select is(
  (select recovery_sent_at from auth.users where id = pg_temp.id('employee')), now() - interval '30 days', 'what else changes does not age it again'
);
update auth.users set recovery_sent_at = null where id = pg_temp.id('employee');
select is((select recovery_sent_at from auth.users where id = pg_temp.id('employee')), null, 'and one that is gone is gone');

-- An invitation of an admin's: POST /invite makes the account, and notes that it mails it, in one transaction
create function pg_temp.commit() returns void language sql as $$ set constraints all immediate; set constraints all deferred; $$;
create function pg_temp.invites(p_email text) returns text[] language plpgsql as $$
begin
  update auth.users set invited_at = clock_timestamp(), confirmation_token = gen_random_uuid()::text, confirmation_sent_at = clock_timestamp() where email = p_email;
  perform pg_temp.commit();
  return array(select template_key::text from private.email_log where recipient = p_email order by id);
end; $$;
set constraints all deferred;
insert into auth.users (id, email) values (pg_temp.id('invited'), 'invited@people.test');
select is(pg_temp.invites('invited@people.test'), '{invited}', 'who is invited gets one link, to choose a password');
select is((select token_purpose::text from private.email_log where recipient = 'invited@people.test'), 'sign_up', 'by which a sign-up is completed');
select is(pg_temp.invites('invited@people.test'), '{invited}', 'again within the minute: none');
update private.sign_up_tokens set created_at = created_at - interval '61 s', expires_at = expires_at - interval '61 s' where email = 'invited@people.test';
select is(pg_temp.invites('invited@people.test'), '{invited,invited}', 'later: another');
select is((select count(*) from private.sign_up_tokens where email = 'invited@people.test' and superseded_at is null), 1::bigint, 'in place of the one before');
update auth.users set email_confirmed_at = now() where email = 'invited@people.test';
update private.sign_up_tokens set created_at = created_at - interval '61 s' where email = 'invited@people.test';
select is(cardinality(pg_temp.invites('invited@people.test')), 2, 'whoever has confirmed gets none');

select * from finish();
rollback;
