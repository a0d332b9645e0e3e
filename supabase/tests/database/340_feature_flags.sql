-- Feature flags: who is served which variant, and that a share is the share that flagd finds.
begin;
\ir ../setup/people.psql
select no_plan();

-- Shares -------------------------------------------------------------------------------------

-- Of Python's mmh3 5: mmh3.hash(text, 0, signed=False).
select results_eq(
  $$select t.text, private.murmur3(t.text) from unnest(array[
    '', 'a', 'ab', 'abc', 'abcd', 'abcde', 'Grüße', '𝄞', repeat('x', 64), 'The quick brown fox']) with ordinality t (text, n) order by n$$,
  $$values ('', 0::bigint), ('a', 1009084850), ('ab', 2613040991), ('abc', 3017643002), ('abcd', 1139631978), ('abcde', 3902511862),
    ('Grüße', 1791607040), ('𝄞', 1256635425), (repeat('x', 64), 2949967821), ('The quick brown fox', 1621279277)$$,
  'the hash is MurmurHash3'
);

-- Of flagd's test bed, fractional.feature, the cases of fractional-v2 whose weights are numbers.
create temporary table flagd (rollout text, key text, variant text);
\set suits '\'[["clubs", 25], ["diamonds", 25], ["hearts", 25], ["spades", 25]]\''
insert into flagd
select :suits, 'fractional-flag' || name, variant
from (values ('jack', 'hearts'), ('queen', 'spades'), ('ten', 'clubs'), ('nine', 'diamonds'), ('3', 'clubs')) v (name, variant)
union all
select :suits, 'shared-seed' || name, variant
from (values ('seven', 'hearts'), ('eight', 'diamonds'), ('nine', 'clubs'), ('two', 'spades')) v (name, variant)
union all
select '[["heads", 1], ["tails", 1]]', 'fractional-flag-shorthand' || name, variant
from (values ('jon@company.com', 'heads'), ('jane@company.com', 'tails')) v (name, variant)
union all
select '[["single", 1]]', 'fractional-single-entry-flagsome-targeting-key', 'single'
union all
-- Hashes at the edges: 0, 1, 2^31 - 1, 2^31 and 2^32 - 1, as the bed has them.
select '[["lower", 50], ["upper", 50]]', name, variant
from (values ('ejOoVL', 'lower'), ('bY9fO-', 'lower'), ('SI7p-', 'lower'), ('6LvT0', 'upper'), ('ceQdGm', 'upper')) v (name, variant);
select is_empty('select * from flagd where private.share_of(rollout::jsonb, key) is distinct from variant', 'the share is flagd''s, in all of its cases');

select cmp_ok(
  (select abs(count(*) - 3000) from generate_series(1, 10000) n where private.share_of('[["on", 30], ["off", 70]]', 'seed' || n) = 'on'), '<', 150::bigint,
  'a share of 30 % is some 30 % of people'
);
select is_empty(
  $$select n from generate_series(1, 2000) n, generate_series(10, 90, 20) percent
    where private.share_of(jsonb_build_array(jsonb_build_array('on', percent), jsonb_build_array('off', 100 - percent)), 'seed' || n) = 'on'
      and private.share_of(jsonb_build_array(jsonb_build_array('on', percent + 10), jsonb_build_array('off', 90 - percent)), 'seed' || n) <> 'on'$$,
  'whoever is in a share stays in it while it grows'
);

-- What is served -----------------------------------------------------------------------------

select pg_temp.act_as('platform_admin');
insert into public.feature_flags (key, description, owner, expires_on, is_public) values ('new-week', 'The week as a calendar', 'Sessions', '2099-01-01', true);
insert into public.feature_flags (key, description, owner, expires_on) values ('new-search', 'Search by words', 'Catalogue', '2099-01-01');
insert into public.feature_flags (key, description, owner, expires_on, variants, off_variant, rollout)
values ('page-size', 'How many at once', 'Catalogue', '2099-01-01', '{"small": 20, "large": 50}', 'small', '[["small", 50], ["large", 50]]');

-- As the function asks, for who has not signed in.
create function pg_temp.served(p_person text, p_key text, p_targeting text default null) returns text language plpgsql as $$
declare
  v_all jsonb;
begin
  perform pg_temp.act_as(coalesce(p_person, 'service_role'));
  v_all := public.evaluate_feature_flags(p_key, p_targeting);
  perform pg_temp.act_as_owner();
  return (select string_agg(concat_ws(' ', e ->> 'key', e ->> 'value', e ->> 'variant', e ->> 'reason'), ', ') from jsonb_array_elements(v_all) e);
end;
$$;
grant execute on function pg_temp.served(text, text, text) to public;
select pg_temp.act_as_owner();

select is(pg_temp.served('employee', 'new-week'), 'new-week false off DISABLED', 'a flag comes in switched off');
select pg_temp.act_as('platform_admin');
update public.feature_flags set is_on = true where key in ('new-week', 'page-size');
select pg_temp.act_as_owner();
select is(pg_temp.served('employee', 'new-week'), 'new-week true on STATIC', 'what is on is on for all');
delete from public.feature_flags where key like 'phase-%';
select is(pg_temp.served(null, null, 'visitor-1'), 'new-week true on STATIC', 'who has not signed in is told of public flags alone');
select is(pg_temp.served(null, 'new-search', 'visitor-1'), null, 'and of no other, also by its key');
select is(pg_temp.served('employee', 'no-such-flag'), null, 'what there is not is not there');
select is(
  (select count(*)::int from unnest(array['employee', 'colleague', 'manager', 'company_admin', 'foreign_employee', 'specialist', 'newcomer']) person
   where pg_temp.served(person, 'page-size') not in ('page-size 20 small SPLIT', 'page-size 50 large SPLIT')), 0, 'a share is a split'
);
select is(
  pg_temp.served('employee', 'page-size', 'somebody-else'), pg_temp.served('employee', 'page-size'),
  'who has signed in is themselves, whatever they call themselves'
);

select pg_temp.act_as('platform_admin');
select public.set_company_variant('new-week', pg_temp.id('south'), 'off'), public.set_company_variant('new-search', pg_temp.id('north'), 'on') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.served('foreign_employee', 'new-week'), 'new-week false off TARGETING_MATCH', 'a company can be served otherwise');
select is(pg_temp.served('employee', 'new-week'), 'new-week true on STATIC', 'and others are not');
select is(pg_temp.served('employee', 'new-search'), 'new-search false off DISABLED', 'but what is off is off for all');
update public.company_members set status = 'removed' where user_id = pg_temp.id('foreign_employee');
select is(pg_temp.served('foreign_employee', 'new-week'), 'new-week true on STATIC', 'who has left is served as everybody');

update public.feature_flags set starts_at = now() + interval '1 second' where key = 'new-week';
select is(pg_temp.served('employee', 'new-week'), 'new-week false off DISABLED', 'nothing is on before its time');
update public.feature_flags set starts_at = now(), ends_at = now() + interval '1 second' where key = 'new-week';
select is(pg_temp.served('employee', 'new-week'), 'new-week true on STATIC', 'it begins with it');
update public.feature_flags set starts_at = null, ends_at = now() where key = 'new-week';
select is(pg_temp.served('employee', 'new-week'), 'new-week false off DISABLED', 'and ends with it');

-- What may stand in a flag --------------------------------------------------------------------

select pg_temp.act_as('platform_admin');
select throws_ok(
  format($$update public.feature_flags set variants = %L, rollout = %L where key = 'page-size'$$, variants, rollout), '23514', null, reason
)
from (values
  ('[]', '[["small", 1]]', 'variants are named'), ('{}', '[["small", 1]]', 'there is one at least'),
  ('{"small": 1, "large": "2"}', '[["small", 1]]', 'all of one type'), ('{"small": null}', '[["small", 1]]', 'and none without a value'),
  ('{"small": 1, "Large": 2}', '[["small", 1]]', 'names are of small letters'), ('{"large": 1}', '[["large", 1]]', 'the one served when off is there'),
  ('{"small": 1}', '[["large", 1]]', 'a share is of a variant'), ('{"small": 1}', '[]', 'somebody is served something'),
  ('{"small": 1}', '[["small", 0]]', 'a weight is not all zero'), ('{"small": 1}', '[["small", -1], ["small", 2]]', 'nor below'),
  ('{"small": 1}', '[["small", 1.5]]', 'nor a fraction'), ('{"small": 1}', '[["small", 1000000]]', 'nor a million'),
  ('{"small": 1}', '[["small"]]', 'nor missing'), ('{"small": 1}', '[["small", "1"]]', 'nor a text'), ('{"small": 1}', '{"small": 1}', 'shares are in order')
) v (variants, rollout, reason);
select throws_ok(format($$update public.feature_flags set %I = 'infinity' where key = 'page-size'$$, c), '23514', null, c || ' is a day that comes')
from unnest(array['expires_on', 'starts_at', 'ends_at']) c;
select throws_ok($$select public.set_company_variant('page-size', pg_temp.id('north'), 'huge')$$, 'PT404', 'variant_not_found', 'a company is served a variant that there is');
select throws_ok($$select public.set_company_variant('no-such-flag', pg_temp.id('north'))$$, 'PT404', 'variant_not_found', 'of a flag that there is');
select throws_ok($$select public.set_company_variant('page-size', pg_temp.id('nobody'), 'small')$$, 'PT404', 'company_not_found', 'and a company is one');
select public.set_company_variant('page-size', pg_temp.id('north'), 'large'), public.set_company_variant('page-size', pg_temp.id('north'), 'small') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.served('employee', 'page-size'), 'page-size 20 small TARGETING_MATCH', 'the last word counts');
update public.feature_flags set variants = '{"few": 20, "large": 50}', off_variant = 'few', rollout = '[["large", 1]]' where key = 'page-size';
select is(pg_temp.served('employee', 'page-size'), 'page-size 50 large STATIC', 'a variant that is gone is served to nobody');
update public.feature_flags set variants = '{"few": 20, "small": 5, "large": 50}' where key = 'page-size';
select pg_temp.act_as('platform_admin');
select public.set_company_variant('page-size', pg_temp.id('north')) \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.served('employee', 'page-size'), 'page-size 50 large STATIC', 'a company is served as everybody again');
select pg_temp.act_as('company_admin');
select throws_ok($$select public.set_company_variant('page-size', pg_temp.id('north'), 'large')$$, 'PT403', 'forbidden', 'nobody else decides');
select throws_ok($$select public.stale_feature_flags()$$, 'PT403', 'forbidden', 'nor which are stale');

-- What is stale -------------------------------------------------------------------------------

select pg_temp.act_as_owner();
alter table public.feature_flags disable trigger touch_updated_at;
update public.feature_flags set updated_at = now() - interval '61 days', ends_at = null;
update public.feature_flags set expires_on = (now() at time zone 'UTC')::date where key = 'page-size';
select pg_temp.act_as('platform_admin');
select results_eq('select key, why from public.stale_feature_flags()',
  $$values ('new-search', 'off'), ('page-size', 'expired')$$, 'stale is what has expired, or has said the same to everybody for long');
select pg_temp.act_as_owner();
delete from public.feature_flag_companies;
update public.feature_flags set ends_at = now() where key = 'new-search';
select pg_temp.act_as('platform_admin');
select results_eq('select key, why from public.stale_feature_flags()',
  $$values ('new-search', 'over'), ('new-week', 'same_for_all'), ('page-size', 'expired')$$, 'or whose time is over; not what differs by company');

select pg_temp.act_as_owner();
select set_eq(
  $$select distinct action from public.audit_logs where entity_type like 'feature_flag%' and actor_id = pg_temp.id('platform_admin')$$,
  $$values ('feature_flags.insert'), ('feature_flags.update'), ('feature_flag_companies.insert'), ('feature_flag_companies.update'), ('feature_flag_companies.delete')$$, 'each change is in the audit log'
);

select * from finish();
rollback;
