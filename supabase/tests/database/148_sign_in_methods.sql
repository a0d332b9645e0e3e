-- How somebody signs in was changed: it is audited, and their mailbox is told, in Auth's own transaction, and nothing of Auth's fails for it.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.add_factor(p_name text, p_factor text, p_status text default 'unverified') returns void language sql as $$
  insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
  values (pg_temp.id(p_factor), pg_temp.id(p_name), 'totp', p_status::auth.factor_status, now(), now());
$$;
create function pg_temp.change_factor(p_factor text, p_what text) returns void language plpgsql as $$
begin
  execute format('update auth.mfa_factors set %s, updated_at = now() where id = %L', p_what, pg_temp.id(p_factor));
end; $$;
create function pg_temp.drop_factor(p_factor text) returns void language sql as $$ delete from auth.mfa_factors where id = pg_temp.id(p_factor); $$;
create function pg_temp.add_identity(p_name text, p_provider text) returns void language sql as $$
  insert into auth.identities (id, provider, provider_id, user_id, identity_data)
  values (pg_temp.id(p_name || p_provider), p_provider, p_name, pg_temp.id(p_name), '{}');
$$;
create function pg_temp.drop_identity(p_name text, p_provider text) returns void language sql as $$
  delete from auth.identities where id = pg_temp.id(p_name || p_provider);
$$;
create function pg_temp.change_user(p_name text, p_what text) returns void language plpgsql as $$
begin
  execute format('update auth.users set %s where id = %L', p_what, pg_temp.id(p_name));
end; $$;
create function pg_temp.mails(p_name text) returns text[] language sql as $$
  select array(select template_key::text from private.email_log where user_id = pg_temp.id(p_name) order by id);
$$;
create function pg_temp.audited(p_name text) returns text[] language sql as $$
  select array(select action from public.audit_logs where user_id = pg_temp.id(p_name) and action like 'account.%' order by id);
$$;
-- The mails of before are of another transaction, so that the same may happen again.
create function pg_temp.later() returns void language sql as $$
  delete from private.email_queue;
  delete from private.emails where recipient like '%@people.test';
$$;

-- A second factor
select pg_temp.add_factor('employee', 'totp');
select pg_temp.change_factor('totp', 'last_challenged_at = now()');
select is(pg_temp.mails('employee'), '{}', 'a factor that nobody has verified is asked for by nobody');
select pg_temp.change_factor('totp', $$status = 'verified'$$);
select is(pg_temp.mails('employee'), '{second_factor_added}', 'once it is verified, its owner is told, whether or not Auth asks for a mail');
select results_eq(
  $$select category::text, recipient::text, array(select jsonb_object_keys(variables)), status::text from private.email_log where user_id = pg_temp.id('employee')$$,
  $$values ('security', 'employee@people.test', '{noticed_at}'::text[], 'queued')$$, 'at their confirmed address, which no preference stops'
);
select isnt_empty($$select from private.email_queue q join private.email_log l on l.id = q.mail_id where l.user_id = pg_temp.id('employee')$$, 'and it waits to be sent');
select pg_temp.change_factor('totp', $$status = 'verified', friendly_name = 'phone'$$);
select is(pg_temp.mails('employee'), '{second_factor_added}', 'signing in with it says nothing more');
select pg_temp.drop_factor('totp');
select is(pg_temp.mails('employee'), '{second_factor_added,second_factor_removed}', 'that it is gone, they are told, too');
select is(pg_temp.audited('employee'), '{account.second_factor_added,account.second_factor_removed}', 'and the log has both, whoever did it');
select pg_temp.later();
select pg_temp.add_factor('employee', 'given up');
select pg_temp.drop_factor('given up');
select is(pg_temp.mails('employee'), '{}', 'one that was never verified comes and goes unheard');
select pg_temp.add_factor('employee', 'of another', 'verified');
select is(pg_temp.mails('employee'), '{second_factor_added}', 'one that is verified from the start is told of');

-- A second factor that a thief has just added keeps nobody out: the owner was told, and a new password by a link takes it along
create function pg_temp.choose_password(p_name text, p_by_link boolean) returns void language sql as $$
  insert into public.password_reset_tokens (user_id, email, token_hash, expires_at, used_at)
  select id, email, repeat(md5(clock_timestamp()::text), 2), now() + interval '1 hour', now() from public.profiles where id = pg_temp.id(p_name) and p_by_link;
  update auth.users set encrypted_password = clock_timestamp()::text where id = pg_temp.id(p_name);
$$;
create function pg_temp.factors(p_name text) returns bigint language sql as $$ select count(*) from auth.mfa_factors where user_id = pg_temp.id(p_name); $$;
select pg_temp.drop_factor('of another');
select pg_temp.later();
select pg_temp.add_factor('employee', 'theirs', 'verified');
select pg_temp.choose_password('employee', false);
select is(pg_temp.factors('employee'), 1::bigint, 'a password that is changed in a session takes no factor along');
select pg_temp.choose_password('employee', true);
select is(pg_temp.factors('employee'), 0::bigint, 'one that is changed by a link takes those along that were added within a day');
select is((pg_temp.mails('employee') @> '{second_factor_removed}'), true, 'which is told, too');
select pg_temp.later();
select pg_temp.add_factor('employee', 'of old', 'verified');
-- Of entries of yesterday there are none here, and nobody makes those of today older: the factor is another than they are about.
update auth.mfa_factors set id = pg_temp.id('of yesterday') where id = pg_temp.id('of old');
select pg_temp.change_factor('of yesterday', 'last_challenged_at = now()');
select pg_temp.choose_password('employee', true);
select is(pg_temp.factors('employee'), 1::bigint, 'and none that was there before: whoever reads the mailbox alone is not let in');
select pg_temp.later();
select pg_temp.add_factor('employee', 'another', 'verified');
select pg_temp.choose_password('employee', true);
select is(pg_temp.factors('employee'), 2::bigint, 'also where its owner has added another since');
update auth.mfa_factors set status = 'unverified' where id = pg_temp.id('of yesterday');
select pg_temp.choose_password('employee', true);
select is(pg_temp.factors('employee'), 0::bigint, 'one that was never verified kept no thief from adding another');
select pg_temp.later();
-- Auth keeps one that was begun as long as it has a challenge, and its owner is told of nothing until it is shown.
select pg_temp.add_factor('employee', 'begun long ago');
update auth.mfa_factors set created_at = now() - interval '2 days' where user_id = pg_temp.id('employee');
select pg_temp.change_factor('begun long ago', $$status = 'verified'$$);
select pg_temp.choose_password('employee', true);
select is(pg_temp.factors('employee'), 0::bigint, 'nor does a thief win anything who begins one and shows it days later');
select pg_temp.add_factor('platform_admin', 'of an admin', 'verified');
select pg_temp.choose_password('platform_admin', true);
select is(pg_temp.factors('platform_admin'), 1::bigint, 'that of a platform admin stays on its first day, too: nobody becomes one by a mailbox');
update public.user_roles set needs_second_factor = false where user_id = pg_temp.id('platform_admin');
select pg_temp.choose_password('platform_admin', true);
select is(pg_temp.factors('platform_admin'), 0::bigint, 'unless their role asks for none');
select pg_temp.later();

-- Another way to sign in
select pg_temp.add_identity('colleague', 'email');
select is(pg_temp.mails('colleague'), '{}', 'the first identity is the account');
select pg_temp.add_identity('colleague', 'google');
select is(pg_temp.mails('colleague'), '{sign_in_method_added}', 'the next is another way in');
update auth.identities set last_sign_in_at = now() where user_id = pg_temp.id('colleague');
select is(pg_temp.mails('colleague'), '{sign_in_method_added}', 'using it is not');
select pg_temp.drop_identity('colleague', 'google');
select is(pg_temp.mails('colleague'), '{sign_in_method_added,sign_in_method_removed}', 'and one less is told');
select is(pg_temp.audited('colleague'), '{account.sign_in_method_added,account.sign_in_method_removed}', 'and both are in the log');

-- Unlinking may give the account the address of what is left: it is the one of before that is told
select pg_temp.later();
select pg_temp.add_identity('colleague', 'google');
select pg_temp.later();
select pg_temp.drop_identity('colleague', 'email');
select pg_temp.change_user('colleague', $$email = 'of-google@people.test'$$);
select results_eq(
  $$select template_key::text, recipient::text from private.email_log where user_id = pg_temp.id('colleague')$$,
  $$values ('sign_in_method_removed', 'colleague@people.test')$$, 'as a thief who unlinks it would have it otherwise'
);

-- The phone number
select pg_temp.change_user('manager', $$phone = '491700000001'$$);
select is(pg_temp.mails('manager'), '{}', 'of the first number the identity tells');
select pg_temp.change_user('manager', $$phone = '491700000002', phone_change = ''$$);
select is(pg_temp.mails('manager'), '{phone_changed}', 'another number is told of');
select pg_temp.change_user('manager', $$phone = '491700000002', phone_confirmed_at = now()$$);
select pg_temp.change_user('manager', 'phone = null');
select is(pg_temp.mails('manager'), '{phone_changed}', 'the same once more is not, nor none');
select is(pg_temp.audited('manager'), '{account.phone_changed}', 'and so does the log');

-- An address that nobody has confirmed, or a moment ago for the first time: it may be a stranger's
select pg_temp.add_factor('newcomer', 'early', 'verified');
select pg_temp.add_identity('newcomer', p) from unnest(array['email', 'google']) p;
select pg_temp.drop_identity('newcomer', 'email');
select is(pg_temp.mails('newcomer'), '{}', 'nobody has confirmed it');
select is(pg_temp.audited('newcomer'), '{account.second_factor_added,account.sign_in_method_added,account.sign_in_method_removed}', 'the log has it all the same');
select pg_temp.change_user('newcomer', 'email_confirmed_at = now()');
select pg_temp.add_identity('newcomer', 'azure');
select is(pg_temp.mails('newcomer') @> '{sign_in_method_added}', false, 'nor had they before this transaction');
set constraints all deferred;
insert into auth.users (id, email, phone) values (pg_temp.id('made'), 'made@people.test', '491700000009');
select pg_temp.add_identity('made', p) from unnest(array['email', 'phone']) p;
select pg_temp.change_user('made', 'email_confirmed_at = now()');
set constraints all immediate;
select is(pg_temp.mails('made'), '{}', 'an account that an admin makes with two identities is no news');

-- One of a kind in a transaction
select pg_temp.later();
select pg_temp.add_factor('manager', f, 'verified') from unnest(array['one', 'two', 'three']) f;
delete from auth.mfa_factors where user_id = pg_temp.id('manager');
select is(pg_temp.mails('manager'), '{second_factor_added,second_factor_removed}', 'however many there are, each kind is one mail');
select is(
  (select array_agg(dedupe_key order by id) from private.email_log where user_id = pg_temp.id('manager')),
  array(select k || ':' || pg_temp.id('manager') || ':' || extract(epoch from now()) from unnest(array['second_factor_added', 'second_factor_removed']) k),
  'and the next time it is another'
);

-- Ten in a day
create function pg_temp.told_already(p_ago interval) returns void language sql as $$
  insert into private.emails (user_id, stream, category, template_key, recipient, variables, dedupe_key, created_at)
  select id, 'mail', 'security', 'second_factor_added', email, '{}', 'told:' || n || p_ago, now() - p_ago
  from public.profiles, generate_series(1, 10) n where id = pg_temp.id('manager');
$$;
select pg_temp.later();
select pg_temp.told_already('25 hours'), pg_temp.add_factor('manager', 'eleventh', 'verified') \g /dev/null
select is(cardinality(pg_temp.mails('manager')), 11, 'what was told before yesterday does not count');
select pg_temp.drop_factor('eleventh'), pg_temp.later(), pg_temp.told_already('1 hour'), pg_temp.add_factor('manager', 'twelfth', 'verified') \g /dev/null
select is(cardinality(pg_temp.mails('manager')), 10, 'after ten in a day nothing more is said of it');
select pg_temp.drop_factor('twelfth');
select is((pg_temp.mails('manager'))[11], 'second_factor_removed', 'but what else happens is');

-- Accounts that go. From here on a mail that is queued leaves a trace, even where it would go with the account
select pg_temp.later();
select pg_temp.add_factor('foreign_employee', 'last', 'verified');
select pg_temp.add_identity('foreign_employee', p) from unnest(array['email', 'google']) p;
select pg_temp.change_user('manager', $$phone = '491700000003'$$);
select pg_temp.later();
create temporary table logged as select pg_temp.audited('foreign_employee') as before;
create function pg_temp.refuse() returns trigger language plpgsql as $$ begin raise exception 'mail is not well'; end; $$;
create trigger refuse before insert on private.emails for each row execute function pg_temp.refuse();
set client_min_messages = error;
select lives_ok($$delete from auth.users where id = pg_temp.id('foreign_employee')$$, 'an account with all of them can be deleted');
select is_empty($$select from auth.mfa_factors where user_id = pg_temp.id('foreign_employee')$$, 'its factor goes with it');
select is(pg_temp.audited('foreign_employee'), before, 'which is no entry of its own') from logged;
select pg_temp.change_user('manager', $$phone = 'obfuscated', deleted_at = now()$$);
delete from auth.identities where user_id = pg_temp.id('manager');
select is_empty($$select from private.job_runs where job = 'notify_of_sign_in_methods'$$, 'and nobody is told, nor of one that Auth deletes and keeps');

-- Mail that is not well: what Auth does goes on, and the failure is written down
select lives_ok($$select pg_temp.add_factor('employee', 'unheard', 'verified')$$, 'a factor is added whatever becomes of the mail');
select lives_ok($$select pg_temp.drop_factor('unheard')$$, 'and taken away');
select lives_ok($$select pg_temp.add_identity('company_admin', p) from unnest(array['email', 'google']) p$$, 'so is an identity');
select lives_ok($$select pg_temp.change_user('specialist', $q$phone = '491700000004'$q$), pg_temp.change_user('specialist', $q$phone = '491700000005'$q$)$$, 'and a number');
select is(
  (select array_agg(distinct status || ': ' || error) from private.job_runs where job = 'notify_of_sign_in_methods'), '{failed: mail is not well}'::text[],
  'a run that failed says so'
);
select is((pg_temp.audited('specialist')), '{account.phone_changed}', 'and what was done is in the log');

select * from finish();
rollback;
