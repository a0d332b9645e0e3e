-- Words of whoever was first: an account that somebody else registered is the mailbox's from its confirmation on, and
-- nothing that they wrote of its person stays. What is said behind a link wins.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- Mallory registers the address of a victim yesterday, as Auth does: her words are in three places.
create function pg_temp.register(p_name text) returns uuid language sql as $$
  insert into auth.users (id, aud, role, email, encrypted_password, raw_user_meta_data, created_at)
  values (pg_temp.id(p_name), 'authenticated', 'authenticated', p_name || '@people.test', 'of mallory',
    jsonb_build_object('sub', pg_temp.id(p_name), 'email', p_name || '@people.test', 'email_verified', false, 'phone_verified', false,
      'display_name', 'Call evil.test', 'locale', 'ru', 'time_zone', 'Asia/Tokyo', 'avatar_url', 'https://evil.test/a.png', 'role', 'admin'), now() - interval '1 day');
  insert into auth.identities (id, provider, provider_id, user_id, identity_data)
  select gen_random_uuid(), 'email', id, id, raw_user_meta_data from auth.users where id = pg_temp.id(p_name);
  update public.profiles set created_at = now() - interval '1 day' where id = pg_temp.id(p_name);
  set constraints all immediate;
  set constraints all deferred;
  update public.email_verification_tokens set token_hash = repeat('a', 64), created_at = now() - interval '1 hour' where user_id = pg_temp.id(p_name);
  select id from public.email_verification_tokens where user_id = pg_temp.id(p_name);
$$;
-- As Auth confirms: its copy of the metadata is written once more, in the same transaction.
create function pg_temp.confirm(p_name text, p_password text default null) returns void language plpgsql as $$
declare v_metadata jsonb := (select raw_user_meta_data from auth.users where id = pg_temp.id(p_name));
begin
  update auth.users set email_confirmed_at = now() where id = pg_temp.id(p_name);
  update auth.users set raw_user_meta_data = v_metadata || '{"email_verified": true}' where id = pg_temp.id(p_name);
  if p_password is not null then
    update auth.users set encrypted_password = p_password where id = pg_temp.id(p_name);
  end if;
  set constraints all immediate;
  set constraints all deferred;
end; $$;
create function pg_temp.words(p_name text) returns text language sql as $$
  select concat_ws(' ', quote_literal(p.display_name), p.locale, p.time_zone, array(select jsonb_object_keys(u.raw_user_meta_data) order by 1), array(select jsonb_object_keys(i.identity_data) order by 1))
  from public.profiles p join auth.users u using (id) join auth.identities i on i.user_id = p.id where p.id = pg_temp.id(p_name);
$$;
create function pg_temp.consume(p_token uuid, p_said jsonb default null) returns text language sql as $$
  select public.consume_email_verification(p_token, repeat('a', 64), null, p_said) ->> 'outcome';
$$;
\set auths '{email,email_verified,phone_verified,sub} {email,email_verified,phone_verified,sub}'

-- By the link that confirms
select pg_temp.register('linked') as token \gset
select ok(pg_temp.words('linked') ~ 'evil', 'the words of whoever signs up are there until somebody confirms');
select is(pg_temp.consume(:'token'), 'verified', 'the victim opens their mail');
select pg_temp.confirm('linked');
select is(pg_temp.words('linked'), ''''' en UTC ' || :'auths', 'and nothing of them is left');

-- By the link, saying who one is
select pg_temp.register('introduced') as token \gset
select pg_temp.consume(:'token', '{"display_name": " Vera\nVogel ", "locale": "de", "time_zone": "Europe/Berlin"}') \g /dev/null
select pg_temp.confirm('introduced');
select is(pg_temp.words('introduced'), '''Vera Vogel'' de Europe/Berlin ' || :'auths', 'what is said with the link wins');
select is(pg_temp.consume(:'token', '{"display_name": "Later"}'), 'already_verified', 'the link once more');
select ok(pg_temp.words('introduced') ~ 'Vera', 'names nobody anew: the account is confirmed');

-- Auth does not answer at first, and what was said the second time counts
select pg_temp.register('again') as token \gset
select pg_temp.consume(:'token', '{"display_name": "Once", "locale": "fr"}') \g /dev/null
select is(pg_temp.consume(:'token'), 'already_verified', 'a link may be used again while Auth has not answered');
select ok(pg_temp.words('again') ~ 'Once', 'what was said stays');
select is(pg_temp.consume(:'token', '{"display_name": "Twice"}'), 'already_verified', 'unless something else is');
select pg_temp.confirm('again');
select is(pg_temp.words('again'), '''Twice'' en UTC ' || :'auths', 'which then counts');
select is(
  public.consume_email_verification(:'token', repeat('b', 64), null, '{"display_name": "Mallory"}') ->> 'outcome', 'invalid', 'without the secret nothing is said'
);
select ok(pg_temp.words('again') ~ 'Twice', 'nor heard');

-- By a new password, which confirms too
select pg_temp.register('reset') \g /dev/null
select pg_temp.confirm('reset', 'of the victim');
select is(pg_temp.words('reset'), ''''' en UTC ' || :'auths', 'a password that is set by a link clears the words as well');

-- By an invitation: the name that is accepted with
select pg_temp.register('invited') \g /dev/null
insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('north'), '2026-11');
select pg_temp.act_as('company_admin');
select public.invite_employees(pg_temp.id('north'), '[{"email": "invited@people.test", "full_name": "As the company says"}]') \g /dev/null
select pg_temp.act_as_owner();
select t.id as token from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id where i.email = 'invited@people.test' \gset
update private.invitation_tokens set token_hash = repeat('a', 64) where id = :'token';
select pg_temp.confirm('invited', 'of the victim');
select is(
  public.accept_invitation(:'token', repeat('a', 64), pg_temp.id('invited'), 'Ines Vega', '{"terms": "2026-11", "privacy": "2026-11"}') ->> 'outcome', 'accepted', 'somebody accepts'
);
select is(pg_temp.words('invited'), '''Ines Vega'' en UTC ' || :'auths', 'under the name that they say, and no other');

-- What is not a first confirmation, or has nobody before it
select pg_temp.register('readdressed') as token \gset
select pg_temp.consume(:'token', '{"display_name": "Vera"}') \g /dev/null
update auth.users set email = 'other@people.test' where id = pg_temp.id('readdressed');
select pg_temp.confirm('readdressed');
select ok(pg_temp.words('readdressed') ~ '^'''' en UTC', 'what was said behind a link to another address does not count');
update public.profiles set display_name = 'Their own' where id = pg_temp.id('reset');
update auth.users set raw_user_meta_data = raw_user_meta_data || '{"display_name": "Their own"}' where id = pg_temp.id('reset');
update auth.users set email_confirmed_at = now() + interval '1 minute' where id = pg_temp.id('reset');
set constraints all immediate;
set constraints all deferred;
select ok(pg_temp.words('reset') ~ 'Their own.*display_name', 'whoever is confirmed already keeps what they say');
insert into auth.users (id, email, raw_user_meta_data) values (pg_temp.id('vouched'), 'vouched@people.test', '{"display_name": "Vouched for"}');
insert into auth.identities (id, provider, provider_id, user_id, identity_data) values (gen_random_uuid(), 'email', 'vouched', pg_temp.id('vouched'), '{}');
select pg_temp.confirm('vouched');
select ok(pg_temp.words('vouched') ~ 'Vouched for.*display_name', 'an account that is made and confirmed at once keeps the words of who vouches for it');

select * from finish();
rollback;
