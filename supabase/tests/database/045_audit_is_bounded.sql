-- The audit log grows for ever, so what one act adds is small, and a page of it too; and it tells nobody the id
-- of a link.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- What an entry holds -------------------------------------------------------------------------

select is(private.fitting(v, 8192), v, 'what fits stays as it is')
from unnest(array[null, '{}', '{"a": 1}', jsonb_build_object('a', repeat('a', 2000))]::jsonb[]) v;
select is(private.fitting(jsonb_build_object('a', 1, 'b', repeat('b', 20000000)), 8192), '{"a": 1, "b": {"cut_bytes": 20000002}}', 'a value that does not is told by its length');
select is(private.fitting('{"a": 1e100000}', 8192), '{"a": {"cut_bytes": 100001}}', 'and a number by its digits');
select cmp_ok(octet_length(private.fitting(v, 8192)::text), '<=', 8192, 'whatever it is: ' || n)
from (values
  ('many values', (select jsonb_object_agg('key_' || i, repeat('a', 2000)) from generate_series(1, 40) i)),
  ('very many', (select jsonb_object_agg('key_' || i, 1) from generate_series(1, 10000) i)),
  ('long keys', jsonb_build_object(repeat('k', 20000000), 1)),
  ('deep ones', jsonb_build_object('a', (repeat('[', 5000) || repeat(']', 5000))::jsonb))
) as t (n, v);

select pg_temp.act_as('specialist');
update public.specialists set display_name = 'Ada', headline = 'Calm' where user_id = pg_temp.id('specialist');
select pg_temp.act_as_owner();
select results_eq(
  $$select old_values, new_values from public.audit_logs where action = 'specialists.update' and actor_id = pg_temp.id('specialist')$$,
  $$values (
    '{"display_name": "specialist", "headline": {"cut_bytes": 0}}'::jsonb, '{"display_name": "Ada", "headline": {"cut_bytes": 4}}'::jsonb
  )$$,
  'of a change, the columns that differ; of what somebody writes about themselves, that it does'
);
update public.specialists set updated_at = now(), headline = headline where user_id = pg_temp.id('specialist');
select is((select count(*) from public.audit_logs where action = 'specialists.update'), 1::bigint, 'and of none, nothing');

delete from public.specialists where user_id = pg_temp.id('applicant');
select is(
  (select old_values -> 'bio' from public.audit_logs where action = 'specialists.delete' and user_id = pg_temp.id('applicant')),
  '{"cut_bytes": 0}', 'so that it goes with their account'
);

-- The first attack: a language of 20 MB, and then small changes for ever.
select pg_temp.act_as('specialist');
select throws_ok(
  format('update public.specialists set %s where user_id = pg_temp.id(''specialist'')', what), '23514', null, 'no specialist stores ' || left(what, 20)
) from unnest(array[
  $$languages = array[repeat('a', 20000000)]$$, $$display_name = 'Ada' || repeat(' ', 20000000)$$, $$bio = repeat('a', 20000000)$$
]) what;
update public.specialists
set bio = repeat('𝄞', 5000), headline = repeat('𝄞', 200), display_name = repeat('𝄞', 100),
  languages = array_fill('zh-Hant-TW'::text, array[20])
where user_id = pg_temp.id('specialist');
select pg_temp.act_as_owner();
select cmp_ok(max(octet_length(l::text)), '<', 20000, 'the largest change that one makes is a small entry')
from public.audit_logs l where actor_id = pg_temp.id('specialist');

select is_empty(
  $$select t.tgrelid::regclass, a.attname from pg_catalog.pg_trigger t
    join pg_catalog.pg_attribute a on a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
    where t.tgfoid = 'private.audit_change'::regproc and not has_column_privilege('service_role', t.tgrelid, a.attnum, 'select')$$,
  'no table is recorded that has a column which not even the service reads'
);

-- How much a page of it holds -----------------------------------------------------------------

select private.write_audit(
  'test.large', 'tests', n::text, null,
  (select jsonb_object_agg('old_' || i, repeat('a', 2000)) from generate_series(1, 9) i),
  (select jsonb_object_agg('new_' || i, repeat('a', 2000)) from generate_series(1, 9) i)
) from generate_series(1, 300) n \g /dev/null
insert into public.audit_logs (actor_role, action, entity_type, entity_id, old_values, new_values, status)
select 'test', 'test.large', 'tests', n::text, jsonb_build_object('a', repeat('a', 8000)), jsonb_build_object('a', repeat('a', 8000)), 'success'
from generate_series(301, 500) n;
create temporary table read (id bigint, bytes int, page int);
create function pg_temp.read_on(p_page int) returns bigint language sql as $$
  insert into read select l.id, octet_length(to_jsonb(l)::text), p_page
  from public.read_audit_logs('ticket 7', '{"action": "test.large"}', (select min(id) from read), 200) l;
  select count(*) from read where page = p_page;
$$;
grant all on read to authenticated;
grant execute on all functions in schema pg_temp to public;
select pg_temp.act_as('platform_admin');
select pg_temp.read_on(n) from generate_series(1, 12) n \g /dev/null
select cmp_ok(sum(bytes), '<', 1200000::bigint, 'a page ends at a megabyte') from read group by page;
select is((select count(distinct id) from read), 500::bigint, 'and the cursor goes on until everything was read');
select is(count(*), 0::bigint, 'whose end is an empty page') from read where page = 12;
select pg_temp.act_as_owner();

-- Whom it tells of links ----------------------------------------------------------------------

-- Every purpose is used here: what is done with a link may be written down, and which it was must not be.
create temporary table used_purpose (purpose text);
create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.newest(p_purpose text) returns uuid language sql as $$
  select public.seal_token_hashes(jsonb_agg(jsonb_build_object('purpose', purpose, 'id', id, 'token_hash', pg_temp.secret(id))))
  from private.tokens where token_hash is null;
  insert into used_purpose values (p_purpose);
  select id from private.tokens where purpose = p_purpose and spent_at is null order by created_at desc limit 1;
$$;

select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') \g /dev/null
select is(public.consume_email_verification(k, pg_temp.secret(k), '{}') ->> 'outcome', 'verified', 'an address is confirmed') from pg_temp.newest('email_verification') k;
select private.issue_password_reset(pg_temp.id('employee'), 'employee@people.test') \g /dev/null
select pg_temp.newest('password_reset') as reset \gset
select is(public.check_password_reset(:'reset', pg_temp.secret(:'reset'), '{}') ->> 'outcome', 'live', 'a link is looked at');
select is(public.consume_password_reset(:'reset', pg_temp.secret(:'reset'), '{}') ->> 'outcome', 'consumed', 'used');
select public.release_password_reset(:'reset', pg_temp.secret(:'reset'), '{}') \g /dev/null
select is(public.check_password_reset(:'reset', pg_temp.secret(:'reset'), '{}') ->> 'outcome', 'live', 'and given back, so that it works again');
insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('south'), '2026-11');
select pg_temp.act_as('foreign_admin');
select public.invite_employees(pg_temp.id('south'), '[{"email": "colleague@people.test"}, {"email": "else@people.test"}]') \g /dev/null
select public.resend_invitation(id) from public.company_employee_invitations where email = 'else@people.test' \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.newest('invitation') \g /dev/null
select is(
  public.accept_invitation(t.id, pg_temp.secret(t.id), pg_temp.id('colleague'), 'C', '{"terms": "2026-11", "privacy": "2026-11"}') ->> 'outcome',
  'accepted', 'an invitation is accepted'
) from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id where i.email = 'colleague@people.test';

select public.request_email_change(pg_temp.id('colleague'), 'private@people.test', repeat('c', 64), null, '{}') \g /dev/null
select private.process_token_requests(now()) \g /dev/null
select is(
  public.use_email_change_link('email_change', k, pg_temp.secret(k), '{}') ->> 'outcome', 'verified', 'an address is changed'
) from pg_temp.newest('email_change') k;
select is(
  public.use_email_change_link('email_change_cancel', k, pg_temp.secret(k), '{}') ->> 'outcome', 'consumed', 'and the change is taken back'
) from pg_temp.newest('email_change_cancel') k;

select public.request_sign_up('fresh@people.test', repeat('d', 64)) \g /dev/null
select private.process_token_requests(now()) \g /dev/null
select is(
  public.take_sign_up(k, pg_temp.secret(k), '{}', '{"terms": "2026-11", "privacy": "2026-11"}') ->> 'outcome', 'consumed', 'a sign-up is completed'
) from pg_temp.newest('sign_up') k;
insert into auth.users (id, email, email_confirmed_at) select account_id, email, now() from private.sign_up_tokens where email = 'fresh@people.test';
set constraints all immediate;

select set_eq(
  'select purpose from used_purpose',
  $$select w[1] from pg_catalog.pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') w
    where c.contypid = 'private.token_purpose'::regtype$$,
  'links of every purpose were used'
);
select isnt_empty(
  format('select from public.audit_logs where action = %L and user_id is not null', w), 'what was done is in the log: ' || w
) from unnest(array['email.verified', 'password.reset_used', 'password.reset_released', 'invitation.accepted']) w;
select is_empty(
  $$select t.purpose, l.action from private.tokens t join public.audit_logs l
    on position(t.id::text in l::text) > 0 or position(t.token_hash in l::text) > 0$$,
  'and of no link it has a half'
);
select pg_temp.act_as('employee');
select results_eq(
  $$select entity_type, entity_id from public.audit_logs where action = 'password.reset_released'$$,
  $$values ('users', pg_temp.id('employee')::text)$$,
  'whoever took over a session does not learn of a live link by which to use its attempts up'
);

select * from finish();
rollback;
