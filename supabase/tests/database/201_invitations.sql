-- Inviting: who may, whom, how many, and what becomes of the links.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from public.company_subscriptions where company_id in (pg_temp.id('north'), pg_temp.id('south'));
insert into public.company_subscriptions (company_id, plan_id, status, starts_on, seats)
select pg_temp.id(c), pg_temp.id('plan'), 'active', current_date - 30, 8 from unnest(array['north', 'south']) c;
-- North has four members, so four seats are free.
select private.suppress_address(private.address_key('bounced@corp.test'), 'hard_bounce') \g /dev/null

create function pg_temp.invite(p_emails text[], p_company text default 'north', p_role text default 'employee') returns jsonb language sql as $$
  select public.invite_employees(pg_temp.id(p_company), jsonb_agg(jsonb_build_object(
    'index', 10 + n, 'email', e, 'role', p_role, 'full_name', E'Ada\nLovelace', 'locale', 'de'
  ) order by n), '{"request_id": "6f1c2c1e-0000-4000-8000-000000000001", "ip": "203.0.113.9", "source": "forged"}')
  from unnest(p_emails) with ordinality u (e, n);
$$;
create function pg_temp.statuses(p_answer jsonb) returns text[] language sql as $$
  select array_agg(r ->> 'status' order by n) from jsonb_array_elements(p_answer -> 'results') with ordinality e (r, n);
$$;
create function pg_temp.invite_as(p_person text, p_company text default 'north') returns jsonb language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return pg_temp.invite(array['somebody@corp.test'], p_company);
end; $$;
-- Links of an invitation, which its admin cannot see.
create function pg_temp.links(p_email text) returns setof private.invitation_tokens language sql security definer as $$
  select t.* from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id
  where i.email = p_email order by t.superseded_at nulls last, t.created_at;
$$;
grant execute on all functions in schema pg_temp to public;

-- Who
select throws_ok(format('select pg_temp.invite_as(%L, %L)', p, c), 'PT403', 'forbidden', format('%s invites nobody to %s', p, c))
from (values ('employee', 'north'), ('manager', 'north'), ('foreign_admin', 'north'), ('platform_admin', 'north'), ('newcomer', 'north'), ('company_admin', 'south'), ('company_admin', 'nowhere')) as v (p, c);
select throws_ok($$select pg_temp.invite_as('service_role')$$, '42501', null, 'nor does a function for somebody else');
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.invite(array['a@corp.test'])$$, 'PT409', 'dpa_required', 'before the agreement is accepted nobody is invited');
select throws_ok($$select public.accept_dpa(pg_temp.id('south'), '2026-11')$$, 'PT403', 'forbidden', 'nobody accepts it for another company');
select throws_ok($$select public.accept_dpa(pg_temp.id('north'), '2020-01')$$, 'PT409', 'version_not_in_force', 'nor an old version');
select lives_ok($$select public.accept_dpa(pg_temp.id('north'), '2026-11')$$, 'an admin accepts the one in force');
select lives_ok($$select public.accept_dpa(pg_temp.id('north'), '2026-11')$$, 'again: nothing happens');
select results_eq(
  $$select version, accepted_by from public.company_dpa_acceptance$$, $$values ('2026-11', pg_temp.id('company_admin'))$$, 'it is written down once, with who did'
);
select is(
  public.company_plan(pg_temp.id('north')) - 'entitlement',
  '{"seats": {"limit": 8, "members": 4, "pending": 0}, "dpa": {"version": "2026-11", "accepted": true}}', 'the page shows how things are'
);

-- One result each
select pg_temp.invite(array[
  'ada@corp.test', 'employee@people.test', 'bounced@corp.test', 'nobody', 'up..per@corp.test', 'ada@corp.test', 'grace+tag@corp.test', 'foreign_employee@people.test'
]) as answer \gset
select is(pg_temp.statuses(:'answer'), array[
  'invited', 'already_member', 'suppressed', 'invalid_email', 'invalid_email', 'already_invited', 'invited', 'invited'
], 'each row has its own result; a person of another company is a stranger like any other');
select is((:'answer')::jsonb -> 'seats', '{"limit": 8, "members": 4, "pending": 3}', 'and the seats are told');
select results_eq(
  format('select (r ->> %L)::int, r ->> %L is not null from jsonb_array_elements(%L::jsonb -> %L) r', 'index', 'invitation_id', :'answer', 'results'),
  $$values (11, true), (12, false), (13, false), (14, false), (15, false), (16, true), (17, true), (18, true)$$, 'under the index that was given'
);
select results_eq(
  $$select role::text, full_name::text, locale::text, status, expires_at - sent_at, invited_by from public.company_employee_invitations where email = 'ada@corp.test'$$,
  $$values ('employee', 'Ada Lovelace', 'de', 'pending', interval '7 days', pg_temp.id('company_admin'))$$, 'an invitation lasts a week'
);
select is(pg_temp.statuses(pg_temp.invite(array['x1@corp.test', 'x2@corp.test'])), '{invited,seat_limit}'::text[], 'the last seat, and none more');
select throws_ok($$select pg_temp.invite(array(select 'n' || n || '@corp.test' from generate_series(1, 101) n))$$, 'PT422', 'invalid_invitations', 'a hundred at a time');
select throws_ok($$select public.invite_employees(pg_temp.id('north'), $x${"email": "a@b.test"}$x$)$$, 'PT422', 'invalid_invitations', 'in a list');
select throws_ok($$select pg_temp.invite(array['a@corp.test'], p_role => 'platform_admin')$$, 'PT422', 'invalid_role', 'no role but those of a company');
select is((select count(*) from public.company_employee_invitations), 4::bigint, 'the admin sees the invitations of the company');

-- The mail
select pg_temp.act_as_owner();
select is(private.address_refusal(null, e), 'invalid_email', 'no address: ' || e)
from unnest(array['a b@corp.test', 'a,b@corp.test', 'a<b@corp.test', '"a"@corp.test', '.a@corp.test', 'a..b@corp.test', 'a@corp', 'a@-corp.test', 'a@corp.test.', 'ä@corp.test', repeat('a', 65) || '@corp.test', 'a@' || repeat('b.', 126) || 'test', 'a@b@corp.test']) e;
select is(private.address_refusal(null, e), null, 'an address: ' || e)
from unnest(array['a@corp.test', 'o''hara+x.y@corp.example', 'a@xn--mller-kva.test', 'a@corp.xn--p1ai', repeat('a', 64) || '@corp.test']) e;
select results_eq(
  $$select user_id, recipient::text, category, token_purpose::text, array(select jsonb_object_keys(variables) order by 1), variables ->> 'locale'
    from private.email_log where template_key = 'company_invitation' order by id limit 1$$,
  $$values (null::uuid, 'ada@corp.test', 'account', 'invitation', array['company_name', 'expires_at', 'locale'], 'de')$$,
  'the mail has no word that the admin typed'
);
select is((select count(*) from private.email_log where template_key = 'company_invitation'), 4::bigint, 'one for each that was invited');
select pg_temp.claim() as claim \gset
select is(
  (select array_agg(distinct m #>> '{token,purpose}') from jsonb_array_elements((:'claim')::jsonb -> 'batches') b, jsonb_array_elements(b -> 'mails') m),
  '{invitation}', 'dispatchers are told of the link'
);
select public.seal_token_hashes(jsonb_agg(jsonb_build_object('purpose', 'invitation', 'id', id, 'token_hash', encode(sha256(id::text::bytea), 'hex')))) as sealed
from private.invitation_tokens \gset
select is(jsonb_array_length(:'sealed'), 4, 'and seal it');
select is((select count(*) from private.invitation_tokens where token_hash is null), 0::bigint, 'once and for all');
select results_eq(
  $$select source, host(ip_address), request_id::text, user_id, new_values - 'company_id' from public.audit_logs
    where action = 'invitation.invited' and entity_id in (select i.id::text from public.company_employee_invitations i where i.email = 'ada@corp.test') order by id limit 1$$,
  $$values ('invite_employees', null, '6f1c2c1e-0000-4000-8000-000000000001', null::uuid, '{"role": "employee"}'::jsonb)$$,
  'each is audited, without an address that the caller may have made up'
);

-- Again, and back
select pg_temp.act_as('company_admin');
select id as ada from public.company_employee_invitations where email = 'ada@corp.test' \gset
select is(public.resend_invitation(:'ada') - 'invitation_id', '{"status": "resent", "seats": {"limit": 8, "members": 4, "pending": 4}}', 'a live one is sent again and takes no other seat');
select results_eq(
  $$select superseded_at is not null, token_hash is not null from pg_temp.links('ada@corp.test')$$, $$values (true, true), (false, false)$$,
  'with a new link, which voids the old one'
);
select pg_temp.act_as_owner();
update public.company_employee_invitations set sent_at = now() - interval '8 days', expires_at = now() - interval '1 day' where id = :'ada';
select is(private.company_seats(pg_temp.id('north')) ->> 'pending', '3', 'one that has expired has no seat, whatever its status says');
select pg_temp.act_as('company_admin');
select is(pg_temp.statuses(pg_temp.invite(array['x3@corp.test'])), '{invited}'::text[], 'so another is invited');
do $$
declare v_detail text;
begin
  perform public.resend_invitation((select id from public.company_employee_invitations where email = 'ada@corp.test'));
exception when sqlstate 'PT409' then
  get stacked diagnostics v_detail = pg_exception_detail;
  perform set_config('test.refusal', sqlerrm || ' ' || v_detail, true);
end; $$;
select is(current_setting('test.refusal'), 'seat_limit {"limit": 8, "members": 4, "pending": 4}', 'and the expired one has to wait');
select id as x3 from public.company_employee_invitations where email = 'x3@corp.test' \gset
select is(public.revoke_invitation(:'x3') #>> '{seats,pending}', '3', 'a revoked one gives its seat back');
select is(public.revoke_invitation(:'x3') ->> 'status', 'revoked', 'twice is once');
select pg_temp.act_as_owner();
update public.company_employee_invitations set sent_at = now() - interval '8 days', expires_at = now() - interval '1 day' where email = 'grace+tag@corp.test';
select pg_temp.act_as('company_admin');
select is(
  public.resend_invitation((select id from public.company_employee_invitations where email = 'grace+tag@corp.test')) #>> '{seats,pending}', '3',
  'an expired one is sent again where there is a seat'
);
select throws_ok(format('select public.resend_invitation(%L)', :'x3'), 'PT409', 'conflict', 'and is not sent again');
select is((select bool_and(superseded_at is not null) from pg_temp.links('x3@corp.test')), true, 'its link is void');
select pg_temp.act_as_owner();
select private.job_expire_invitations(now()) \g /dev/null
select is((select status from public.company_employee_invitations where id = :'ada'), 'expired', 'the job writes down what was true before');
select pg_temp.act_as('company_admin');
select is(pg_temp.statuses(pg_temp.invite(array['ada@corp.test'])), '{resent}'::text[], 'inviting the address of an expired one sends it again');
select is((select count(*) from public.company_employee_invitations where email = 'ada@corp.test'), 1::bigint, 'as the same row');
select is(public.revoke_invitation(:'ada') ->> 'status', 'revoked', 'taken back');
select is(pg_temp.statuses(pg_temp.invite(array['x3@corp.test'])), '{invited}'::text[], 'and inviting that of a revoked one invites it anew');

-- How often
select public.resend_invitation(:'x3') from generate_series(3, 5) \g /dev/null
select throws_ok(format('select public.resend_invitation(%L)', :'x3'), 'PT429', 'too_many_mails', 'five mails in a day');
select public.revoke_invitation(:'x3') \g /dev/null
select is(pg_temp.statuses(pg_temp.invite(array['x3@corp.test'])), '{suppressed}'::text[], 'also by way of revoking');
select pg_temp.act_as_owner();
update public.company_employee_invitations set mails_since = now() - interval '25 hours' where id = :'x3';
select pg_temp.act_as('company_admin');
select is(pg_temp.statuses(pg_temp.invite(array['x3@corp.test'])), '{invited}'::text[], 'the next day there are others');

-- How often in all
select pg_temp.act_as_owner();
update public.system_settings set value = '10' where key = 'company_invitation_mails_per_day';
update public.company_employee_invitations set mails = 10, mails_since = now() where id = :'ada';
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.invite(array['y1@corp.test'])$$, 'PT429', 'too_many_mails', 'a company has its limit of a day, too, whatever it revokes');
select throws_ok(format('select public.resend_invitation(%L)', :'x3'), 'PT429', 'too_many_mails', 'for sending again, too');
select pg_temp.act_as_owner();
update public.system_settings set value = '1000' where key = 'company_invitation_mails_per_day';

-- Other companies
select pg_temp.act_as('foreign_admin');
select throws_ok(format('select public.resend_invitation(%L)', :'x3'), 'PT404', 'not_found', 'an invitation of another company does not exist');
select throws_ok(format('select public.revoke_invitation(%L)', :'x3'), 'PT404', 'not_found', 'in any way');
select throws_ok(format('select public.%I(gen_random_uuid())', f), 'PT404', 'not_found', 'as one that does not exist: ' || f) from unnest(array['resend_invitation', 'revoke_invitation']) f;
select throws_ok($$select pg_temp.invite(array['nobody'])$$, 'PT403', 'forbidden', 'what is no address is refused to strangers like one');
select is_empty($$select from public.company_employee_invitations$$, 'nor is it seen');
select lives_ok($$select public.accept_dpa(pg_temp.id('south'), '2026-11')$$, 'they accept their own agreement');
select is(pg_temp.statuses(pg_temp.invite(array['ada@corp.test'], 'south')), '{invited}'::text[], 'and invite whom the other one invited');
select pg_temp.act_as('manager');
select throws_ok(format('select public.revoke_invitation(%L)', :'x3'), 'PT404', 'not_found', 'a manager revokes nothing');

-- Domains
select pg_temp.act_as('company_admin');
select is(public.set_allowed_domains(pg_temp.id('north'), array[' Corp.TEST ', 'corp.test', 'corp.example']), array['corp.example', 'corp.test'], 'domains are kept in one form');
select is(pg_temp.statuses(pg_temp.invite(array['a@corp.example', 'b@other.test', 'c@sub.corp.test'])), '{seat_limit,domain_not_allowed,domain_not_allowed}'::text[], 'others are refused');
select throws_ok(format('select public.set_allowed_domains(pg_temp.id(%L), array[%L])', 'north', d), 'PT422', 'invalid_domain', 'no domain: ' || d)
from unnest(array['corp', '@@corp.test', 'corp..test', '-a.test', 'a b.test', '1.2.3.4']) d;
select throws_ok($$select public.set_allowed_domains(pg_temp.id('south'), array['corp.test'])$$, 'PT403', 'forbidden', 'nor those of another company');
select is(public.set_allowed_domains(pg_temp.id('north'), '{}'), '{}'::text[], 'none is any');

-- What may change meanwhile
select pg_temp.act_as_owner();
update public.system_settings set value = '"2027-01"' where key = 'dpa_version';
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.invite(array['b@corp.test'])$$, 'PT409', 'dpa_required', 'a new version of the agreement asks again');
select throws_ok(format('select public.resend_invitation(%L)', :'x3'), 'PT409', 'dpa_required', 'before anything more is sent');
select public.accept_dpa(pg_temp.id('north'), '2027-01') \g /dev/null
select pg_temp.act_as_owner();
update public.companies set status = 'suspended' where id = pg_temp.id('north');
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.invite(array['b@corp.test'])$$, 'PT409', 'company_suspended', 'a suspended company invites nobody');
select lives_ok(format('select public.revoke_invitation(%L)', :'x3'), 'and may take back');
select pg_temp.act_as_owner();
update public.companies set status = 'active' where id = pg_temp.id('north');
delete from public.company_subscriptions where company_id = pg_temp.id('north');
select pg_temp.act_as('company_admin');
select throws_ok($$select pg_temp.invite(array['b@corp.test'])$$, 'PT409', 'no_plan', 'nor one without a plan');

-- Retention
select pg_temp.act_as_owner();
update public.company_employee_invitations set sent_at = now() - interval '40 days', expires_at = now() - interval '31 days' where id = :'x3';
select is(private.job_purge_invitations(now()), 1::bigint, 'an invitation goes a month after its end');
select is_empty(format('select from private.invitation_tokens where invitation_id = %L', :'x3'), 'with its links');

select * from finish();
rollback;
