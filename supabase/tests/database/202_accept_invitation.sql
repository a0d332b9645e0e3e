-- Accepting: what a link is worth, who may use it, and what follows.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

insert into public.company_dpa_acceptance (company_id, version) select pg_temp.id(c), '2026-11' from unnest(array['north', 'south']) c;

create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
-- The live link of an address, as its mail has it.
create function pg_temp.link(p_email text, p_company text default 'south') returns uuid language sql security definer as $$
  select t.id from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id
  where i.email = p_email and i.company_id = pg_temp.id(p_company) order by t.superseded_at nulls first, t.created_at desc limit 1;
$$;
create function pg_temp.invited(p_email text, p_role text default 'employee') returns uuid language plpgsql as $$
begin
  perform pg_temp.act_as('foreign_admin');
  perform public.invite_employees(pg_temp.id('south'), jsonb_build_array(jsonb_build_object('email', p_email, 'role', p_role, 'full_name', 'Ada L.')));
  perform pg_temp.act_as_owner();
  perform public.seal_token_hashes(jsonb_build_array(jsonb_build_object(
    'purpose', 'invitation', 'id', pg_temp.link(p_email), 'token_hash', pg_temp.secret(pg_temp.link(p_email)))));
  return pg_temp.link(p_email);
end; $$;
create function pg_temp.check(p_id uuid, p_hash text default null, p_prefixes text[] default '{}') returns jsonb language sql as $$
  select public.check_invitation(p_id, coalesce(p_hash, pg_temp.secret(p_id)), p_prefixes);
$$;
create function pg_temp.accept(
  p_id uuid, p_person text, p_terms text default '2026-11', p_hash text default null, p_name text default null
) returns text language sql as $$
  select public.accept_invitation(p_id, coalesce(p_hash, pg_temp.secret(p_id)), pg_temp.id(p_person), p_name,
    jsonb_build_object('terms', p_terms, 'privacy', '2026-11'), '{"ip": "203.0.113.9", "user_agent": "Agent", "source": "forged"}') ->> 'outcome';
$$;
grant execute on all functions in schema pg_temp to public;

-- Looking
select pg_temp.invited('new@corp.test', 'manager') as token \gset
select is(pg_temp.check(:'token'), jsonb_build_object(
  'outcome', 'live', 'company', jsonb_build_object('id', pg_temp.id('south'), 'name', 'South'), 'email', 'new@corp.test', 'full_name', 'Ada L.',
  'account', 'none', 'user_id', null, 'names', '["South"]'::jsonb, 'common', '[]'::jsonb, 'terms', '{"terms": "2026-11", "privacy": "2026-11"}'::jsonb
), 'a live link tells of the invitation and of what a password must not be');
select ok(jsonb_array_length(pg_temp.check(:'token', p_prefixes => array[left(encode(sha256('password'), 'hex'), 4)]) -> 'common') > 0, 'common passwords too');
select throws_ok(format($$select pg_temp.check(%L, p_prefixes => array['0000', '0001', '0002', '0003', '0004'])$$, :'token'), '22023', null, 'four prefixes and no more');
select is(pg_temp.check(gen_random_uuid()), '{"outcome": "invalid"}', 'an unknown link is invalid');
select is(pg_temp.check(pg_temp.invited('employee@people.test')) - array['common', 'terms', 'company'], jsonb_build_object(
  'outcome', 'live', 'email', 'employee@people.test', 'full_name', 'Ada L.', 'account', 'confirmed', 'user_id', pg_temp.id('employee'), 'names', '["North", "South"]'::jsonb
), 'of an account it tells that there is one, to who holds its mailbox');
select is(pg_temp.check(pg_temp.invited('newcomer@people.test')) ->> 'account', 'unconfirmed', 'and whether it is confirmed');

-- Accepting, as a new person
select is(pg_temp.accept(:'token', 'employee'), 'no_account', 'an account of another address does not accept, and is told that the one invited has none');
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('ada'), 'New@Corp.test', null);
insert into auth.sessions (id, user_id, created_at, updated_at) values (pg_temp.id('session:ada'), pg_temp.id('ada'), now(), now());
select is(pg_temp.accept(:'token', 'ada'), 'wrong_account', 'nor does one that nobody confirmed');
update auth.users set email_confirmed_at = now() where id = pg_temp.id('ada');
select is(pg_temp.accept(:'token', 'ada', '2020-01'), 'wrong_terms', 'nor old terms');
select is(public.accept_invitation(:'token', pg_temp.secret(:'token'), pg_temp.id('ada'), null, null), '{"outcome": "wrong_terms"}', 'or none');
select is(pg_temp.check(:'token') ->> 'outcome', 'live', 'and after all this it is as good as new');
select is(
  public.accept_invitation(:'token', pg_temp.secret(:'token'), pg_temp.id('ada'), E' Ada\tLovelace ', '{"terms": "2026-11", "privacy": "2026-11"}', '{"ip": "203.0.113.9", "user_agent": "Agent"}'),
  jsonb_build_object('outcome', 'accepted', 'company_id', pg_temp.id('south'), 'user_id', pg_temp.id('ada')), 'the right account accepts'
);
select results_eq(
  $$select m.role::text, m.status, p.display_name::text from public.company_members m join public.profiles p on p.id = m.user_id where m.user_id = pg_temp.id('ada') and m.company_id = pg_temp.id('south')$$,
  $$values ('manager', 'active', 'Ada Lovelace')$$, 'and is a member in the role that was meant, under their name'
);
select results_eq(
  $$select document::text, version, host(ip_address), user_agent from public.terms_acceptance where user_id = pg_temp.id('ada') order by document$$,
  $$values ('privacy', '2026-11', '203.0.113.9', 'Agent'), ('terms', '2026-11', '203.0.113.9', 'Agent')$$, 'terms are accepted with version, address and agent'
);
select results_eq(
  $$select i.status, i.accepted_by, a.source, a.user_id from public.company_employee_invitations i
    join public.audit_logs a on a.entity_id = i.id::text and a.action = 'invitation.accepted' where i.email = 'new@corp.test'$$,
  $$values ('accepted', pg_temp.id('ada'), 'accept_invitation', pg_temp.id('ada'))$$, 'the invitation and the log say so'
);
select is(pg_temp.check(:'token') ->> 'outcome', 'used', 'a second look finds it used');
select is(pg_temp.accept(:'token', 'ada'), 'used', 'so does a second try');
select is(private.company_seats(pg_temp.id('south')), '{"limit": 10, "members": 3, "pending": 2}', 'the seat of the invitation is the member''s');

-- As a person who has an account
select pg_temp.link('employee@people.test') as token \gset
select is(pg_temp.accept(:'token', 'colleague'), 'wrong_account', 'somebody else does not');
select is(pg_temp.accept(:'token', 'colleague', p_hash => repeat('0', 64)), 'invalid', 'and without the secret is told nothing');
select is(pg_temp.accept(:'token', 'employee', p_name => 'Name'), 'accepted', 'who is meant does');
select results_eq(
  $$select company_id from public.company_members where user_id = pg_temp.id('employee') and status = 'active' order by company_id = pg_temp.id('south')$$,
  $$values (pg_temp.id('north')), (pg_temp.id('south'))$$, 'and is a member of both'
);
select is((select display_name from public.profiles where id = pg_temp.id('employee')), 'Name', 'under the name they say');
select is(pg_temp.accept(pg_temp.link('newcomer@people.test'), 'newcomer'), 'wrong_account', 'an account that nobody confirmed accepts through a new password alone');

-- Who asks: it is the service that accepts, for whom it has asked
select pg_temp.act_as('employee');
select is(public.current_user_id(), pg_temp.id('employee'), 'a person is told who they are');
select throws_ok(
  format('select public.accept_invitation(%L, %L, %L, null, %L, %L)', :'token', repeat('0', 64), pg_temp.id('employee'), '{}', '{"ip": "203.0.113.9"}'),
  '42501', null, 'and accepts nothing by themselves, with an address of their own making'
);
select pg_temp.act_as_owner();
delete from auth.sessions where user_id = pg_temp.id('manager');
select pg_temp.act_as('manager');
select is(public.current_user_id(), null, 'whose session has ended is nobody');
select pg_temp.act_as_owner();

-- Attempts
select pg_temp.invited('guess@corp.test') as token \gset
select is(pg_temp.check(:'token', repeat(n::text, 64)) ->> 'outcome', 'invalid', 'wrong attempt ' || n) from generate_series(1, 4) n;
select is(pg_temp.accept(:'token', 'ada', p_hash => repeat('5', 64)), 'invalid', 'wrong attempt 5');
select is(pg_temp.check(:'token') ->> 'outcome', 'exhausted', 'then even the right secret is refused');
select is(pg_temp.accept(:'token', 'ada'), 'exhausted', 'by both');
select pg_temp.invited('unmailed@corp.test') as token \gset
update private.invitation_tokens set token_hash = null where id = :'token';
select is(pg_temp.check(:'token', repeat('0', 64)) ->> 'outcome', 'invalid', 'a link that was not mailed cannot be guessed');

-- What happens meanwhile, and back
create function pg_temp.outcome_while(p_change text, p_token uuid) returns text language plpgsql as $$
declare v_looked text; v_tried text;
begin
  begin
    execute p_change;
    v_looked := pg_temp.check(p_token) ->> 'outcome';
    v_tried := pg_temp.accept(p_token, 'colleague');
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return case when v_looked = v_tried then v_looked else concat(v_looked, ' then ', v_tried) end;
  end;
end; $$;
select pg_temp.invited('colleague@people.test') as token \gset
select is(pg_temp.outcome_while(change, :'token'), outcome, format('%s: %s', outcome, change))
from (values
  ('expired', $$update private.invitation_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'$$),
  ('company_suspended', $$update public.companies set status = 'suspended'$$),
  ('seat_gone', $$update public.company_subscriptions set seats = 3$$),
  ('seat_gone', $$delete from public.company_subscriptions$$),
  ('superseded', $$select pg_temp.act_as('foreign_admin'), public.resend_invitation(id), pg_temp.act_as_owner() from public.company_employee_invitations where email = 'colleague@people.test'$$),
  ('revoked', $$select pg_temp.act_as('foreign_admin'), public.revoke_invitation(id), pg_temp.act_as_owner() from public.company_employee_invitations where email = 'colleague@people.test'$$),
  ('live then accepted', $$select$$),
  -- More were invited than fit by now: who comes first has the seat.
  ('live then accepted', $$update public.company_subscriptions set seats = 5$$)
) as c (outcome, change);
update auth.users set email = 'moved@people.test' where id = pg_temp.id('colleague');
select is(pg_temp.accept(:'token', 'colleague'), 'no_account', 'who has changed their address is not whom the link was mailed to');
update auth.users set email = 'colleague@people.test' where id = pg_temp.id('colleague');

-- Who was a member before
insert into public.company_members (company_id, user_id, role, status) values (pg_temp.id('south'), pg_temp.id('colleague'), 'admin', 'removed');
select is(pg_temp.accept(:'token', 'colleague'), 'accepted', 'who was removed comes back by an invitation');
select results_eq(
  $$select role::text, status, removed_at from public.company_members where user_id = pg_temp.id('colleague') and company_id = pg_temp.id('south')$$,
  $$values ('employee', 'active', null::timestamptz)$$, 'in its role, not in the one they had'
);

-- A closed account
update public.company_members set status = 'removed' where user_id = pg_temp.id('ada');
select pg_temp.invited('new@corp.test') \g /dev/null
delete from auth.users where id = pg_temp.id('ada');
select results_eq(
  $$select status from public.company_employee_invitations where email = 'new@corp.test'$$, array['pending'],
  'closing an account takes its accepted invitation along; one that waits is to the address'
);

-- Who
select pg_temp.act_as('company_admin');
select throws_ok($$select public.check_invitation(gen_random_uuid(), 'x')$$, '42501', null, 'looking is for the functions alone');
select throws_ok($$select public.accept_invitation(gen_random_uuid(), 'x', pg_temp.id('employee'), null, '{}')$$, '42501', null, 'and accepting for others');
select pg_temp.act_as('service_role');
select is(public.accept_invitation(gen_random_uuid(), 'x', pg_temp.id('employee'), null, '{}'), '{"outcome": "invalid"}', 'they accept');

select * from finish();
rollback;
