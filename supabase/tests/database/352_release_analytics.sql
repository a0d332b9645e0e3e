-- What a company is told of a month: once, never of fewer than five people, nor where all but a few are in it, and moved by noise
-- whose likelihoods are known.
begin;
\ir ../setup/people.psql
select no_plan();

-- The noise ---------------------------------------------------------------------------------

create temporary table drawn as select private.noise() as noise from generate_series(1, 40000);
select is((select count(*) from drawn where abs(noise) > 15), 0::bigint, 'no noise is larger than what groups are kept clear of');
-- Each as often as 2^-|d| / 3 says, within six standard deviations; a figure that is off by this would be off once in a hundred million times.
select is_empty(
  $$select d, expected, seen from (
      select d, 40000 * power(2, -abs(d)) / 3 as expected, (select count(*) from drawn where noise = d) as seen from generate_series(-6, 6) d
    ) f where abs(seen - expected) > 6 * sqrt(expected)$$,
  'each is half as likely as its neighbour nearer to nothing'
);

-- A figure ----------------------------------------------------------------------------------

create temporary table told as
  select people, members, private.figure_of_many(people, members) as told
  from (values (0), (4), (5), (19), (20), (21), (30), (34), (35), (36), (40), (60), (85), (95), (96), (100)) p (people)
  cross join (values (30), (39), (40), (41), (60), (100)) m (members), generate_series(1, 100) n
  where people <= members;
select is_empty('select * from told where told is not null and people < 5', 'fewer than five are never told');
select is_empty('select * from told where told is not null and members - people < 5', 'nor where fewer than five are not among them');
select is_empty('select * from told where told is not null and members < 40', 'a company of few learns nothing');
select is_empty('select * from told where told % 5 <> 0 or told < 20 or told - people not between -19 and 15', 'a figure is in fives, and near');
select isnt_empty('select from told where told is not null and (people, members) = (30, 60)', 'of many it is told');
select is_empty(
  $$select people from told where people between 30 and 60 and members = 100 group by 1 having count(distinct told) < 2$$, 'and not always the same'
);

-- Once --------------------------------------------------------------------------------------

update public.companies set created_at = '2025-01-15Z' where id in (pg_temp.id('north'), pg_temp.id('south'));
insert into auth.users (id, email) select pg_temp.id('many-' || n), 'many-' || n || '@people.test' from generate_series(1, 200) n;
update public.company_subscriptions set seats = 1000;
insert into public.company_members (company_id, user_id, created_at)
select pg_temp.id('north'), pg_temp.id('many-' || n), '2025-01-16Z' from generate_series(1, 200) n;
insert into public.monthly_analytics (company_id, month, people, sessions, missed, cancelled) values (pg_temp.id('north'), '2025-03-01', 120, 150, 0, 0);
insert into public.pillar_analytics (company_id, pillar_id, month, people, sessions, missed, cancelled) values
  (pg_temp.id('north'), pg_temp.id('mind'), '2025-03-01', 120, 150, 0, 0);
create function pg_temp.ours() returns setof public.company_analytics_months language sql stable as $$
  select * from public.company_analytics_months where company_id in (pg_temp.id('north'), pg_temp.id('south'));
$$;
create function pg_temp.all_told() returns setof jsonb language sql stable as $$
  select to_jsonb(r) from public.company_analytics_months r union all select to_jsonb(f) from public.company_analytics_pillars f;
$$;
select private.job_release_analytics('2025-03-05 23:00Z') \g /dev/null
select set_eq('select distinct month from pg_temp.ours()', $$values (date '2025-01-01')$$, 'a month is not told before it is over for five days');
update public.system_settings set value = '100' where key in ('booking_complete_after_hours', 'booking_correction_hours');
select private.job_release_analytics('2025-03-09 00:00Z') \g /dev/null
select set_eq('select distinct month from pg_temp.ours()', $$values (date '2025-01-01')$$, 'nor while a session of it can be closed or corrected');
update public.system_settings set value = '24' where key in ('booking_complete_after_hours', 'booking_correction_hours');
select private.job_release_analytics('2025-03-06 00:00Z') \g /dev/null
select set_eq('select distinct month from pg_temp.ours()', $$values (date '2025-01-01'), ('2025-02-01')$$, 'then it is');
select private.job_release_analytics('2025-04-07Z') \g /dev/null
select is((select count(*) from pg_temp.ours()), 6::bigint, 'of each company each month since it is there');
select ok((select people between 95 and 135 from pg_temp.ours() where company_id = pg_temp.id('north') and month = '2025-03-01'), 'about as many as there were');
select is((select count(*) from pg_temp.ours() where people is not null), 1::bigint, 'where there were many');
select set_eq(
  format('select pillar_id from public.company_analytics_pillars where company_id = %L and month = %L', pg_temp.id('north'), '2025-03-01'),
  'select id from public.pillars where is_active', 'with every active pillar, used or not'
);
create temporary table before as select * from pg_temp.all_told() as row;
select is(private.job_release_analytics('2025-04-07Z'), 0::bigint, 'it is told once');
select is(private.release_month(pg_temp.id('north'), '2025-03-01', now()), false, 'whoever asks for it');
insert into private.uncounted_months (company_id, month) values (pg_temp.id('north'), '2025-03-01');
select private.job_count_analytics(now()) \g /dev/null
select is((select people from public.monthly_analytics where company_id = pg_temp.id('north')), 120, 'what changes afterwards is counted nowhere');
select set_eq('select * from pg_temp.all_told()', 'select * from before', 'and what was told stays');
select throws_ok(format('update public.%I set people = null where company_id is not null', t), '42501', null, t || ' does not change') from unnest(array['company_analytics_months', 'company_analytics_pillars']) t;
select throws_ok(format('delete from public.%I where company_id is not null', t), '42501', null, 'nothing goes from ' || t) from unnest(array['company_analytics_months', 'company_analytics_pillars']) t;
select throws_ok('truncate public.company_analytics_months cascade', '42501', null, 'nor everything');

-- What is noted and not counted is not told; what was missed is made up for.
insert into private.uncounted_months (company_id, month) select pg_temp.id('north'), '2025-04-01' from generate_series(1, private.purge_limit() + 1);
select is(private.job_release_analytics('2025-05-07Z'), 0::bigint, 'before all of a month is counted it is not told');
select cmp_ok(private.job_release_analytics('2025-06-07Z'), '>', 3::bigint, 'the next run goes on, and makes up for a month that was missed');

-- Which are withheld together ---------------------------------------------------------------

create function pg_temp.withheld(p_total int, variadic p_people int[]) returns text language plpgsql as $$
declare
  v_told text;
begin
  update public.pillars set is_active = false where is_active;
  insert into public.pillars (id, slug, name) select pg_temp.id('p' || n), 'test-p' || n, 'P' || n from generate_series(1, cardinality(p_people)) n;
  insert into public.monthly_analytics (company_id, month, people, sessions, missed, cancelled) values (pg_temp.id('north'), '2024-01-01', p_total, p_total, 0, 0);
  insert into public.pillar_analytics (company_id, pillar_id, month, people, sessions, missed, cancelled)
  select pg_temp.id('north'), pg_temp.id('p' || n), '2024-01-01', people, people, 0, 0 from unnest(p_people) with ordinality p (people, n);
  update public.company_members set created_at = '2023-01-01Z' where company_id = pg_temp.id('north');
  perform private.release_month(pg_temp.id('north'), '2024-01-01', now());
  v_told := (
    select concat(case when m.people is null then '-' else 'T' end, (
      select string_agg(case when f.people is null then '-' else p.slug end, '' order by p.slug)
      from public.company_analytics_pillars f join public.pillars p on p.id = f.pillar_id where f.company_id = m.company_id and f.month = m.month
    )) from public.company_analytics_months m where m.company_id = pg_temp.id('north') and m.month = '2024-01-01'
  );
  raise sqlstate 'UNDO0' using message = v_told;
exception when sqlstate 'UNDO0' then
  return replace(sqlerrm, 'test-p', '');
end;
$$;
-- Far enough apart that the noise decides nothing.
select is(pg_temp.withheld(150, 150), 'T1', 'all that can be told is');
select is(pg_temp.withheld(150, 150, 80, 100), 'T123', 'of each pillar');
select is(pg_temp.withheld(150, 150, 3, 100), 'T1--', 'one that is withheld takes the smallest of the others along, or it could be told from them');
select is(pg_temp.withheld(150, 2, 3, 100), 'T--3', 'two protect each other');
select is(pg_temp.withheld(150, 3), '--', 'the only one is protected by nothing but the figure of all, which goes with it');
select is(pg_temp.withheld(2, 1, 1), '---', 'of few there is nothing');

-- By the job, at any hour, also when it is called twice at a time.
select private.run_job('release_analytics') \g /dev/null
select is((select status from private.job_runs where job = 'release_analytics' order by id desc limit 1), 'succeeded', 'it runs as a job');

-- What an admin reads -----------------------------------------------------------------------

create function pg_temp.read_by(p_person text, p_more text default '') returns text language plpgsql as $$
declare
  v_answer text;
begin
  perform pg_temp.act_as(p_person);
  execute format('select string_agg(r.month || coalesce(r.people, 0)::text, %L) from public.company_analytics(%L%s) r', ' ', pg_temp.id('north'), p_more) into v_answer;
  perform pg_temp.act_as_owner();
  return v_answer;
exception when others then
  perform pg_temp.act_as_owner();
  return sqlerrm;
end;
$$;
select is(
  pg_temp.read_by('company_admin', ', ''2025-05-01'', 2'),
  (select string_agg(month || coalesce(people, 0)::text, ' ' order by month desc) from pg_temp.ours() where company_id = pg_temp.id('north') and month between '2025-03-01' and '2025-04-30'),
  'the company reads what it was told, page by page'
);
select is(pg_temp.read_by(person), 'company_not_found', person || ' does not')
from unnest(array['manager', 'employee', 'foreign_admin', 'specialist', 'platform_admin', 'newcomer']) person;
select pg_temp.act_as('company_admin');
select throws_ok('select from public.' || t, '42501', null, 'what was counted exactly it does not see: ' || t) from unnest(array['monthly_analytics', 'pillar_analytics']) t;
select is((select count(*) from public.company_analytics_months where company_id <> pg_temp.id('north')), 0::bigint, 'nor what others are told');

select * from finish();
rollback;
