-- Wall times of mails: what a claim says of a zone gives, at any instant, what the database itself says.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- A batch of everybody, each in a zone of their own
create temporary table zone as select name from private.time_zones;
insert into private.email_batches (id, stream, mail_ids, template_ids, locales, time_zones, due_at)
select pg_temp.id('batch:' || n / 100), 'mail', array_agg(-n), array_agg(-1::bigint), array_agg('en'::text), array_agg(name), now()
from (select name, row_number() over () as n from zone) z group by n / 100;
create temporary table stretch as
  select z.key as name, (s ->> 0)::bigint as from_epoch, (s ->> 1)::int as seconds
  from json_each(private.zone_offsets(array(select id from private.email_batches), timestamptz '2026-11-28 10:00Z')) z, json_array_elements(z.value) s;
select is((select count(distinct name) from stretch), (select count(*) from zone), 'a claim knows the zone of each of its mails');
select cmp_ok((select count(*) from stretch), '>', (select count(*) from zone), 'and where the clocks change');

-- As core::outbox does: the last stretch that has begun, or the first
create function pg_temp.wall(p_name text, p_at timestamptz) returns timestamp language sql as $$
  select p_at at time zone 'UTC' + make_interval(secs => coalesce(
    (select seconds from stretch where name = p_name and from_epoch <= extract(epoch from p_at) order by from_epoch desc limit 1),
    (select seconds from stretch where name = p_name order by from_epoch limit 1)
  ));
$$;
select is_empty(
  format('select name, pg_temp.wall(name, %L), timestamptz %L at time zone name from zone where pg_temp.wall(name, %L) <> timestamptz %L at time zone name', t, t, t, t),
  'every zone has its wall time at ' || t
)
from unnest(array['2026-11-28 10:00Z', '2027-01-15 12:00Z', '2027-07-15 18:00Z', '2027-03-28 00:59:59Z', '2027-03-28 01:00Z', '2026-10-25 01:00Z']) t;
select is(pg_temp.wall('America/New_York', '2027-07-15 18:00Z'), timestamp '2027-07-15 14:00', 'four hours behind in summer');
select is(pg_temp.wall('Asia/Kathmandu', '2027-07-15 18:00Z'), timestamp '2027-07-15 23:45', 'and three quarters of an hour are no trouble');

-- Old names
select is(private.zone_name(n), n, n || ' is kept as it is known') from unnest(array['Asia/Kolkata', 'Japan', 'EST5EDT', 'Etc/GMT+5', 'UTC']) n;
select is(private.zone_name(n), null, n || ' is no time zone') from unnest(array['', 'Factory', 'localtime', 'posix/UTC', 'Mars/Olympus', 'Asia/Calcutta Asia/Kolkata']) n;
delete from private.time_zones where name in ('Asia/Calcutta', 'US/Pacific', 'Europe/Kiev', 'Pacific/Ponape');
select is(private.zone_name(old), new, old || ' is ' || new || ' where the server knows it no more')
from (values ('Asia/Calcutta', 'Asia/Kolkata'), ('US/Pacific', 'America/Los_Angeles'), ('Europe/Kiev', 'Europe/Kyiv'), ('Pacific/Ponape', 'Pacific/Guadalcanal')) n (old, new);
insert into auth.users (id, email, raw_user_meta_data) values (pg_temp.id('calcutta'), 'calcutta@people.test', '{"time_zone": "Asia/Calcutta"}');
select is((select time_zone from public.profiles where id = pg_temp.id('calcutta')), 'Asia/Kolkata', 'and a sign-up from there is not in UTC');

select * from finish();
rollback;
