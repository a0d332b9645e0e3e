-- The seed, as a newcomer finds it in a development database. Says nothing about a database without seed.
begin;
select to_regprocedure('public.demo_join()') is not null as seeded \gset
\if :seeded
\ir ../setup/people.psql
select no_plan();

select exists (
  select from supabase_migrations.seed_files where path = 'supabase/seed.sql' and hash ~ 'with a password$'
) as opened \gset
\if :opened
select pass('scripts/start has named a password here');
\else
select is_empty(
  $$select email from auth.users where email ~ '\.example$' and encrypted_password is distinct from ''$$,
  'nobody of the seed can sign in where no password is named, since previews have it too'
);
\endif
select is_empty(
  $$select email from auth.users u where email ~ '\.example$'
    and not exists (select from auth.identities i where i.user_id = u.id and i.provider = 'email')$$,
  'everybody of the seed has the identity that Auth looks for'
);
select isnt_empty(
  $$select from public.booking_reminders r join public.profiles p on p.id = r.user_id
    where p.email = 'emma@larkspur.example' and r.remind_at - r.created_at between interval '0' and interval '1 minute'$$,
  'one reminder is due within a minute of seeding'
);
select isnt_empty(
  $$select from public.bookings where status in ('completed', 'no_show')$$,
  'there is a past'
);

select results_eq(
  $$select c.name::text, e.plan, e.status from public.companies c cross join private.company_entitlement(c.id) e where c.name not in ('North', 'South') order by 1$$,
  $$values ('Halden Robotics', 'starter', 'trial'), ('Larkspur Studio', 'enterprise', 'active'), ('Northwind Logistics', 'growth', 'active')$$,
  'every company has a plan, one on trial'
);
select results_eq(
  $$select distinct status from public.company_employee_invitations order by 1$$, array['expired', 'pending', 'revoked'],
  'invitations wait, have expired, were taken back'
);

select pg_temp.act_as('anon');
select cmp_ok((select count(*) from public.pillars), '>=', 5::bigint, 'a visitor sees pillars');
select cmp_ok((select count(id) from public.specialists), '>=', 4::bigint, 'and verified specialists');
select is_empty($$select id from public.specialists where display_name = 'Dana Levi'$$, 'but none whose verification is pending');
select throws_ok('select public.demo_join()', '42501', null, 'a visitor joins nothing');

select pg_temp.act_as_owner();
update auth.users set email_confirmed_at = now() where id = pg_temp.id('newcomer');
select pg_temp.act_as('newcomer');
select is((select public.demo_join() ->> 'company'), 'Larkspur Studio', 'a newcomer joins the demo company');
select lives_ok('select public.demo_join()', 'joining again changes nothing');
select lives_ok(
  $$select public.book_session(
      (select id from public.specialists where display_name = 'Carol Whitfield'),
      (select t.id from public.session_types t join public.pillars p on p.id = t.pillar_id
        where p.slug = 'nutrition' and t.kind = 'follow_up'),
      date_trunc('hour', now()) + interval '40 days 3 hours')$$,
  'and books a session'
);

select * from finish();
\else
select plan(1);
select pass('no seed here');
select * from finish();
\endif
rollback;
