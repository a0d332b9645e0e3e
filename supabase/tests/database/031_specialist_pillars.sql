-- Pillars are part of what was verified: they are the applicant's until somebody decides.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.pillars(p_person text) returns text[] language sql as $$
  select coalesce(array_agg(p.name order by p.name), '{}')
  from public.specialist_pillars sp join public.pillars p on p.id = sp.pillar_id
  where sp.specialist_id = pg_temp.id(p_person || ':specialist');
$$;
create function pg_temp.add(p_person text, p_pillar text) returns void language sql as $$
  insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id(p_person || ':specialist'), pg_temp.id(p_pillar));
$$;
create function pg_temp.drop_all(p_person text) returns void language sql as $$
  delete from public.specialist_pillars where specialist_id = pg_temp.id(p_person || ':specialist');
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.act_as('applicant');
select lives_ok($$select pg_temp.add('applicant', 'body')$$, 'an applicant adds a pillar');
select is(pg_temp.pillars('applicant'), '{Body,Mind}'::text[], 'and has it');
select throws_ok($$select pg_temp.add('other_specialist', 'body')$$, '42501', null, 'not to somebody else');
select pg_temp.drop_all('specialist');
select is(pg_temp.pillars('specialist'), '{Mind}'::text[], 'nor takes any from them');
select pg_temp.drop_all('applicant');
select is(pg_temp.pillars('applicant'), '{}'::text[], 'but drops their own');
select pg_temp.add('applicant', 'mind');

-- Decided, whatever the decision.
create function pg_temp.tried_while(p_status text) returns text language plpgsql as $$
declare
  v_tried text := 'added';
begin
  perform pg_temp.act_as_owner();
  update public.specialists set status = p_status, verified_at = case when p_status = 'verified' then now() end
  where user_id = pg_temp.id('applicant');
  perform pg_temp.act_as('applicant');
  perform pg_temp.drop_all('applicant');
  begin
    perform pg_temp.add('applicant', 'body');
  exception when insufficient_privilege then
    v_tried := 'refused';
  end;
  return v_tried || ' ' || pg_temp.pillars('applicant')::text;
end;
$$;
select is(pg_temp.tried_while(s), 'refused {Mind}', 'a specialist who is ' || s || ' neither adds nor drops a pillar')
from unnest(array['rejected', 'suspended', 'verified']) s;

-- Not by way of a booking either.
select pg_temp.act_as('employee');
select throws_ok(
  $$select public.book_session(pg_temp.id('applicant:specialist'), pg_temp.id('stretch'), date_trunc('hour', now()) + interval '3 days')$$,
  'PT422', 'session_type_not_offered', 'so nothing is bookable that nobody verified'
);

select pg_temp.act_as('platform_admin');
select lives_ok($$select pg_temp.add('applicant', 'body')$$, 'a platform admin adds a pillar to a verified specialist');
select pg_temp.act_as('anon');
select is(pg_temp.pillars('applicant'), '{Body,Mind}'::text[], 'and everybody sees it');
select pg_temp.act_as('employee');
select lives_ok(
  $$select public.book_session(pg_temp.id('applicant:specialist'), pg_temp.id('stretch'), date_trunc('hour', now()) + interval '3 days')$$,
  'and it is bookable'
);
select pg_temp.act_as('platform_admin');
select pg_temp.drop_all('applicant');
select is(pg_temp.pillars('applicant'), '{}'::text[], 'an admin takes pillars away');
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.add('specialist', 'body')$$, '42501', null, 'a company''s admin has no say');

-- The name stays free, in sight of the audit log.
select pg_temp.act_as('specialist');
update public.specialists set display_name = 'Dr. Who' where user_id = pg_temp.id('specialist');
select is(display_name || ', ' || status, 'Dr. Who, verified', 'a verified specialist takes another name') from public.specialists where user_id = pg_temp.id('specialist');
select pg_temp.act_as_owner();
select results_eq(
  $$select user_id, actor_id, old_values ->> 'display_name', new_values ->> 'display_name' from public.audit_logs
    where action = 'specialists.update' and actor_id = pg_temp.id('specialist')$$,
  $$values (pg_temp.id('specialist'), pg_temp.id('specialist'), 'specialist', 'Dr. Who')$$,
  'which the audit log keeps with the earlier one'
);
select set_eq(
  $$select action, old_values ->> 'pillar_id' as was, new_values ->> 'pillar_id' as became from public.audit_logs
    where entity_type = 'specialist_pillars' and actor_id = pg_temp.id('platform_admin')$$,
  $$values ('specialist_pillars.insert', null, pg_temp.id('body')::text), ('specialist_pillars.delete', pg_temp.id('body')::text, null),
    ('specialist_pillars.delete', pg_temp.id('mind')::text, null)$$,
  'like every pillar that an admin gives or takes'
);

select * from finish();
rollback;
