-- An invitation ends with the standing of whoever sent it: a former admin leaves no way in behind.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('north'), '2026-11');
update public.company_members set role = 'admin' where user_id = pg_temp.id('manager');
-- The accounts behind the invited addresses, and what an attacker would come for.
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.id(n), n || '@corp.test', now() from unnest(array['as_employee', 'as_manager', 'as_admin', 'by_other', 'used', 'resent']) n;

create function pg_temp.link(p_name text) returns uuid language sql security definer as $$
  select t.id from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id
  where i.email = p_name || '@corp.test' order by t.superseded_at nulls first, t.created_at desc limit 1;
$$;
create function pg_temp.invite(p_person text, p_name text, p_role text default 'employee') returns text language plpgsql as $$
declare v_answer jsonb;
begin
  perform pg_temp.act_as(p_person);
  v_answer := public.invite_employees(pg_temp.id('north'), jsonb_build_array(jsonb_build_object('email', p_name || '@corp.test', 'role', p_role)));
  perform pg_temp.act_as_owner();
  return v_answer #>> '{results,0,status}';
end; $$;
create function pg_temp.seal(p_name text) returns void language sql as $$
  update private.invitation_tokens set token_hash = encode(sha256(id::text::bytea), 'hex') where id = pg_temp.link(p_name);
$$;
create function pg_temp.look(p_name text) returns text language sql as $$
  select public.check_invitation(pg_temp.link(p_name), encode(sha256(pg_temp.link(p_name)::text::bytea), 'hex')) ->> 'outcome';
$$;
create function pg_temp.accept(p_name text) returns text language sql as $$
  select public.accept_invitation(pg_temp.link(p_name), encode(sha256(pg_temp.link(p_name)::text::bytea), 'hex'), pg_temp.id(p_name), null,
    '{"terms": "2026-11", "privacy": "2026-11"}') ->> 'outcome';
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.invite('manager', n, r) from (values ('as_employee', 'employee'), ('as_manager', 'manager'), ('as_admin', 'admin'), ('used', 'employee'), ('resent', 'admin')) as v (n, r) \g /dev/null
select pg_temp.invite('company_admin', 'by_other', 'admin') \g /dev/null
select pg_temp.seal(n) from unnest(array['as_employee', 'as_manager', 'as_admin', 'by_other', 'used', 'resent']) n \g /dev/null
select is(pg_temp.accept('used'), 'accepted', 'before, an invitation lets somebody in');
select pg_temp.act_as('company_admin');
select public.resend_invitation(id) from public.company_employee_invitations where email = 'resent@corp.test' \g /dev/null
select pg_temp.act_as_owner();
select pg_temp.seal('resent') \g /dev/null

-- What ends it, each undone again
create function pg_temp.after(p_end text) returns text language plpgsql as $$
declare v_answer text;
begin
  begin
    execute p_end;
    perform pg_temp.act_as_owner();
    select concat_ws(' ',
      (select string_agg(distinct concat_ws('/', status, revoked_at is not null, private.company_seats(company_id) ->> 'pending'), ',')
       from public.company_employee_invitations where email in ('as_employee@corp.test', 'as_manager@corp.test', 'as_admin@corp.test')),
      (select string_agg(distinct pg_temp.look(n) || '/' || pg_temp.accept(n), ',') from unnest(array['as_employee', 'as_manager', 'as_admin']) n),
      (select string_agg(distinct (s).skip_reason, ',') from (
        select private.screen_emails(array(
          select id from private.email_log where recipient in ('as_employee@corp.test', 'as_manager@corp.test', 'as_admin@corp.test')
        ), now()) s
      ) q),
      (select count(*) from public.audit_logs where action = 'invitation.revoked' and source = 'end_of_inviter'),
      pg_temp.look('by_other'), pg_temp.accept('resent')
    ) into v_answer;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return v_answer;
  end;
end; $$;
select is(
  pg_temp.after(what), 'revoked/t/2 revoked/revoked token_not_live 3 live accepted',
  'links are void, waiting mails skipped, each audited, and those of others stay: ' || what
)
from (values
  ($$select pg_temp.act_as('company_admin'), public.deactivate_member(pg_temp.id('north'), pg_temp.id('manager'))$$),
  ($$select pg_temp.act_as('company_admin'), public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'manager')$$),
  ($$select pg_temp.act_as('company_admin'), public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'employee')$$),
  ($$select pg_temp.act_as('manager'), public.leave_company(pg_temp.id('north'))$$),
  ($$delete from auth.users where id = pg_temp.id('manager')$$),
  ($$update auth.users set banned_until = now() + interval '1 day' where id = pg_temp.id('manager')$$),
  ($$update auth.users set deleted_at = now() where id = pg_temp.id('manager')$$),
  ($$delete from public.company_members where user_id = pg_temp.id('manager')$$)
) as v (what);

-- An admin who has sent more than their colleague, who has acted twice, may still do is removed all the same.
update public.system_settings set minimum = 1 where key = 'acts_allowance_burst';
update public.system_settings set value = '3' where key = 'acts_allowance_burst';
select is(
  pg_temp.after($$select pg_temp.act_as('company_admin'), public.deactivate_member(pg_temp.id('north'), pg_temp.id('manager'))$$),
  'revoked/t/2 revoked/revoked token_not_live 3 live accepted', 'what ends with a standing is not counted against whoever ends it'
);
update public.system_settings set value = '2000' where key = 'acts_allowance_burst';

-- Accepting asks again, whatever was missed: with the triggers away, and an invitation without anybody behind it.
alter table public.company_members disable trigger user;
update public.company_members set role = 'employee' where user_id = pg_temp.id('manager') and company_id = pg_temp.id('north');
select is(pg_temp.look('as_admin') || ' ' || pg_temp.accept('as_admin'), 'revoked revoked', 'an invitation of a former admin that is still pending lets nobody in');
update public.company_members set role = 'admin' where user_id = pg_temp.id('manager') and company_id = pg_temp.id('north');
update public.company_employee_invitations set invited_by = null where email = 'as_manager@corp.test';
select is(pg_temp.look('as_manager') || ' ' || pg_temp.accept('as_manager'), 'revoked revoked', 'nor does one that nobody answers for');
alter table public.company_members enable trigger user;

-- An admin of another company
update public.company_employee_invitations set invited_by = pg_temp.id('foreign_admin') where email = 'as_manager@corp.test';
select is(pg_temp.look('as_manager'), 'revoked', 'to be an admin elsewhere is not enough');

-- Back as an admin, they invite anew: the old links stay void.
select pg_temp.act_as('company_admin');
select public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'employee'), public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'admin') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.look('as_admin'), 'revoked', 'whoever becomes an admin again has not got their invitations back');
select is(pg_temp.invite('manager', 'as_admin'), 'invited', 'but invites anew');
select pg_temp.seal('as_admin') \g /dev/null
select is(pg_temp.look('as_admin'), 'live', 'which counts');
select pg_temp.act_as('company_admin');
select public.set_member_role(pg_temp.id('north'), pg_temp.id('manager'), 'admin') \g /dev/null
select pg_temp.act_as_owner();
select is(pg_temp.look('as_admin'), 'live', 'and stays while they are an admin');

-- The answer to the employer says nothing of it.
select pg_temp.act_as('company_admin');
select is(public.deactivate_member(pg_temp.id('north'), pg_temp.id('manager'))::text, null, 'a removal answers nothing, whatever ended with it');
select is((select status from public.company_employee_invitations where email = 'as_admin@corp.test'), 'revoked', 'the list of invitations tells');
select throws_ok(format('select public.resend_invitation(%L)', id), 'PT409', 'conflict', 'it is not sent again')
from public.company_employee_invitations where email = 'as_admin@corp.test';
select is(public.invite_employees(pg_temp.id('north'), '[{"email": "as_admin@corp.test"}]') #>> '{results,0,status}', 'invited', 'and the address can be invited by somebody else');

select * from finish();
rollback;
