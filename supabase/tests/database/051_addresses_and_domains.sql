-- Addresses and their domains: whatever Auth has is reached, what we would mail unasked is deliverable, and what is kept is
-- in one form. Thousands of inputs more are held to core::email_address and to the URL parser by agreement.mjs.
begin;
select no_plan();
\ir ../setup/people.psql

select is(private.punycode(u), a, format('%s is %s', u, a)) from (values
  ('münchen', 'mnchen-3ya'), ('bücher', 'bcher-kva'), ('例え', 'r8jz45g'), ('ü', 'tda'), ('امارات', 'mgbaam7a8h'), ('ελ', 'qxam'), ('рф', 'p1ai'), ('中国', 'fiqs8s'),
  ('他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'), ('💩', 'ls8h')) v (u, a);

-- Domains that a company allows ------------------------------------------------------------------

select pg_temp.act_as('company_admin');
select is(
  public.set_allowed_domains(pg_temp.id('north'), array['münchen.example', '@acme.example', 'acme3.example.', ' ACME.example', 'MÜNCHEN.example', 'xn--bcher-kva.example']),
  '{acme.example,acme3.example,xn--bcher-kva.example,xn--mnchen-3ya.example}', 'domains are kept in one form, each once'
);
select public.accept_dpa(pg_temp.id('north'), '2026-11') \g /dev/null
select is(
  (public.invite_employees(pg_temp.id('north'), jsonb_build_array(
    jsonb_build_object('email', 'Ada@München.example'), jsonb_build_object('email', 'ben@acme3.example'), jsonb_build_object('email', 'cleo@acme.example'), jsonb_build_object('email', 'x@evil.example')
  )) -> 'results') @> '[{"index": 0, "status": "invited"}, {"index": 1, "status": "invited"}, {"index": 2, "status": "invited"}, {"index": 3, "status": "domain_not_allowed"}]',
  true, 'and whoever has an address there is invited'
);
select throws_ok(format('select public.set_allowed_domains(%L, %L)', pg_temp.id('north'), array['a.example', d]), 'PT422', 'invalid_domain', format('%L is no domain', d))
from unnest(array['acme', '', '*.acme.example', 'https://acme.example', 'acme.example/x', 'a..example', '-a.example', 'a_b.example', '127.0.0.1', 'a@b.example', 'a b.example', repeat('a', 64) || '.example', null]) d;
select throws_ok(format('select public.set_allowed_domains(%L, array(select n || ''.example'' from generate_series(1, 51) n))', pg_temp.id('north')), 'PT422', 'invalid_domain', 'nor are more than fifty taken');
select pg_temp.act_as('platform_admin');
insert into public.companies (name, allowed_email_domains) values ('Founded', '{@München.Example.}');
select is(allowed_email_domains, '{xn--mnchen-3ya.example}', 'a platform admin''s own insert is kept in form, too') from public.companies where name = 'Founded';
select throws_ok($$insert into public.companies (name, allowed_email_domains) values ('Odd', '{acme}')$$, '23514', null, 'or refused');
select pg_temp.act_as_owner();

-- Every account --------------------------------------------------------------------------------

create temporary table account (n int, email text, asked text);
insert into account values
  (1, 'hanako..abe.@docomo.test', 'Hanako..Abe.@docomo.test'), (2, 'ada@münchen.test', 'ada@MÜNCHEN.test'), (3, 'ben@localhost', 'ben@localhost'), (4, '.c@people.test', '.c@people.test'),
  (5, repeat('d', 80) || '@people.test', repeat('D', 80) || '@people.test'), (6, 'eve@1.2.3.4', 'eve@1.2.3.4'), (7, 'f@xn--mnchen-3ya.test', 'f@münchen.test'), (8, '!#$%&''*+/=?^_`{|}~-@people.test', '!#$%&''*+/=?^_`{|}~-@people.test');
insert into auth.users (id, email) select ('00000000-0000-4000-8000-00000000500' || n)::uuid, email from account;
create function pg_temp.mails(p_template text) returns bigint language sql as $$
  select count(distinct l.user_id) from private.email_log l join account a on l.user_id = ('00000000-0000-4000-8000-00000000500' || a.n)::uuid where l.template_key = p_template;
$$;
set constraints all immediate;
select is(pg_temp.mails('verify_email'), 8::bigint, 'whatever address Auth has taken gets its link at the sign-up');
select public.request_password_reset(asked, encode(sha256(asked::bytea), 'hex')) from account \g /dev/null
select private.process_token_requests(now(), 100) \g /dev/null
select is(pg_temp.mails('password_reset'), 8::bigint, 'and one that resets the password, however it is typed');
update auth.users set email_confirmed_at = now() where id in (select ('00000000-0000-4000-8000-00000000500' || n)::uuid from account);
select is_empty(
  $$select a.email from account a left join public.profiles p on p.id = ('00000000-0000-4000-8000-00000000500' || a.n)::uuid and p.email = private.email_address(a.email) and p.email_confirmed_at is not null where p.id is null$$,
  'its profile has it in the one form, confirmed'
);
select public.request_email_change(('00000000-0000-4000-8000-00000000500' || n)::uuid, 'moved' || n || '@people.test', encode(sha256(('m' || n)::bytea), 'hex')) from account \g /dev/null
select private.process_token_requests(now(), 100) \g /dev/null
select is(pg_temp.mails('email_change_notice'), 8::bigint, 'it can be moved to another address');

-- Auth's own text is compared in that form everywhere, else a link would be taken for one to an older address.
select is_empty(
  $$select p.oid::regprocedure from pg_catalog.pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosrc ~* 'lower\([a-z_. ]*(e?mail|address|recipient)'$$,
  'no function brings an address into a form of its own'
);
select is_empty(
  $$select c.relname, a.attname from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_type t on t.oid = a.atttypid
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p') and not a.attisdropped and a.attnum > 0
      and a.attname ~ '(^|_)(email|address|recipient)$' and t.typname not in ('email_address', 'inet', 'bool')$$,
  'whatever is called an address is one'
);

select * from finish();
rollback;
