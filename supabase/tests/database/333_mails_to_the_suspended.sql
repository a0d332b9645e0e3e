-- A mail that was written while a specialist was verified, and goes out when they are not any more: it tells no more than one that is
-- written then.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from public.bookings;
create temporary view first_hour as select date_trunc('hour', now()) + interval '400 hours' as this;
create function pg_temp.make(p_name text, p_hours int, p_employee text default 'employee', p_specialist text default 'specialist') returns void language sql as $$
  insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
  select pg_temp.id(p_name), pg_temp.id(p_employee), pg_temp.id('north'), pg_temp.id(p_specialist || ':specialist'), pg_temp.id('talk'), s, s + interval '50 minutes', 'confirmed'
  from (select this + make_interval(hours => p_hours) from first_hour) n (s);
$$;
create function pg_temp.cancel(p_person text, p_name text, p_reason text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform public.cancel_booking(pg_temp.id(p_name), p_reason);
  perform pg_temp.act_as_owner();
end;
$$;
create function pg_temp.verified(p_is boolean) returns void language sql as $$
  update public.specialists set status = case when p_is then 'verified' else 'suspended' end, verified_at = case when p_is then now() end
  where id = pg_temp.id('specialist:specialist');
$$;
-- What a claim hands out: to whom, of which hour, naming whom, with which words.
create function pg_temp.read(p_claim jsonb) returns text[] language sql as $$
  select array_agg(t order by t collate "C") from (
    select format('%s %s: %s, %s', replace(m ->> 'to', '@people.test', ''), (extract(epoch from (m #>> '{variables,starts_at}')::timestamptz - this) / 3600)::int,
      coalesce(m #>> '{variables,other_name}', 'nobody'), coalesce(m #>> '{variables,reason}', 'nothing'))
    from first_hour, jsonb_path_query(p_claim, '$.batches[*].mails[*]') m
  ) x (t);
$$;

select pg_temp.make('theirs', 0), pg_temp.make('own', 1), pg_temp.make('ours', 2), pg_temp.make('as employee', 3, 'specialist', 'other_specialist') \g /dev/null
select pg_temp.make('waits', 4), pg_temp.make('begins', 5) \g /dev/null
delete from private.email_queue;
select pg_temp.cancel('employee', 'theirs', 'Emma is ill.'), pg_temp.cancel('specialist', 'own', 'I am ill.') \g /dev/null
select pg_temp.cancel('specialist', 'as employee', 'I am away.') \g /dev/null
select pg_temp.act_as('platform_admin');
select public.cancel_booking_as_admin(pg_temp.id('ours'), 'We are closed.') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.read(pg_temp.claim()), array[
  'employee 0: specialist, Emma is ill.', 'employee 1: specialist, I am ill.', 'employee 2: specialist, We are closed.',
  'other_specialist 3: Specialist, I am away.', 'specialist 0: Employee, Emma is ill.', 'specialist 1: Employee, I am ill.',
  'specialist 2: Employee, We are closed.', 'specialist 3: other_specialist, I am away.'
], 'who is verified is told with whom, and in whose words');
select pg_temp.cancel('employee', 'waits', 'Emma is away.') \g /dev/null
create temporary view remind as select this + interval '5 hours' - interval '1 day' as at from first_hour;
select is(pg_temp.read(pg_temp.claim(at, p_stream => 'reminder')), '{"employee 5: specialist, nothing","specialist 5: Employee, nothing"}', 'and reminded') from remind;
select pg_temp.verified(false) \g /dev/null
select is(pg_temp.read(pg_temp.claim(now() + interval '1 hour')), array[
  'employee 0: specialist, Emma is ill.', 'employee 1: specialist, I am ill.', 'employee 2: specialist, We are closed.', 'employee 4: specialist, Emma is away.',
  'other_specialist 3: Specialist, I am away.', 'specialist 0: nobody, nothing', 'specialist 1: nobody, I am ill.',
  'specialist 2: nobody, We are closed.', 'specialist 3: other_specialist, I am away.', 'specialist 4: nobody, nothing'
], 'who is suspended meanwhile reads neither names nor words of others, tried again or for the first time; the others, and of their own sessions they, as ever');
select is(pg_temp.read(pg_temp.claim(at + interval '1 hour', p_stream => 'reminder')), '{"employee 5: specialist, nothing","specialist 5: nobody, nothing"}', 'nor in a reminder')
from remind;

select * from finish();
rollback;
