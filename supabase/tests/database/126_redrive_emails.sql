-- Redriving: no dead link is mailed; where its occasion still stands, another takes its place.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

delete from public.company_subscriptions where company_id = pg_temp.id('north');
insert into public.company_subscriptions (company_id, plan_id, status, starts_on, seats)
values (pg_temp.id('north'), pg_temp.id('plan'), 'active', current_date - 30, 8);
insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('north'), private.setting('dpa_version') #>> '{}');
grant execute on all functions in schema pg_temp to public;

-- One link of each purpose, whose mails fail; then their time runs out.
create function pg_temp.fail_all() returns void language plpgsql as $$
begin
  for i in 1..5 loop
    perform pg_temp.settle(pg_temp.claim(), '{"outcome": "failed", "error_code": "attempts_exhausted"}');
  end loop;
end; $$;
create function pg_temp.expire(p_table text) returns void language plpgsql as $$
begin
  execute format('update %s set created_at = created_at - interval %L, expires_at = now() - interval %L', p_table, '25 hours', '1 second');
end; $$;
create function pg_temp.log_of(p_purpose text) returns text[] language sql as $$
  select array_agg(concat_ws(' ', l.template_key, coalesce(l.error_code, l.status), case when k.spent_at is null and k.expires_at > now() then 'live' else 'dead' end) order by l.id)
  from private.email_log l left join private.tokens k on k.id = l.token_id where l.token_purpose = p_purpose;
$$;
create procedure pg_temp.scene() language plpgsql as $$
begin
  delete from private.email_queue; delete from private.email_batches; delete from private.email_dead_letters; delete from private.emails;
  perform private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test');
  perform private.issue_password_reset(pg_temp.id('employee'), 'employee@people.test');
  perform private.issue_email_change(pg_temp.id('colleague'), 'new@home.test', true);
  perform private.issue_sign_up('nobody@people.test', 'de');
  perform pg_temp.act_as('company_admin');
  perform public.invite_employees(pg_temp.id('north'), '[{"index": 1, "email": "ada@corp.test", "role": "employee", "full_name": "Ada", "locale": "de"}]');
  perform pg_temp.act_as_owner();
  perform pg_temp.fail_all();
  perform pg_temp.expire(t) from unnest(array[
    'public.email_verification_tokens', 'public.password_reset_tokens', 'private.sign_up_tokens', 'private.invitation_tokens',
    'private.email_change_tokens', 'private.email_change_cancel_tokens', 'public.email_changes'
  ]) t;
  update public.company_employee_invitations set sent_at = sent_at - interval '25 hours', expires_at = now() - interval '1 second';
end; $$;

savepoint before;
call pg_temp.scene();
select is((select count(*) from private.email_dead_letters), 6::bigint, 'six mails with a link have failed, and their links have expired');
select public.redrive_emails() as answer \gset
select is(:'answer'::jsonb, '{"redriven": 0, "reissued": 5}', 'none is mailed as it is; five are issued anew');
select is(pg_temp.log_of('email_verification'), '{verify_email link_reissued dead,verify_email queued live}', 'a link to confirm an address');
select is(pg_temp.log_of('password_reset'), '{password_reset link_reissued dead,password_reset queued live}', 'one that resets a password');
select is(pg_temp.log_of('sign_up'), '{sign_up link_reissued dead,sign_up queued live}', 'one that completes a sign-up');
select is((select array_agg(variables ->> 'locale' order by id) from private.emails where token_purpose = 'sign_up'), '{de,de}', 'in the language that was asked for');
select is(pg_temp.log_of('invitation'), '{company_invitation link_reissued dead,company_invitation queued live}', 'an invitation');
select is((select status || ' ' || (expires_at > now() + interval '6 days') from public.company_employee_invitations where email = 'ada@corp.test'), 'pending true', 'which lasts as long as another');
select is(pg_temp.log_of('email_change'), '{email_change link_reissued dead,email_change queued live}', 'a change of address');
select is(pg_temp.log_of('email_change_cancel'), '{email_change_notice token_not_live dead,email_change_notice queued live}', 'with its notice to the old one');
select is_empty('select from private.email_dead_letters', 'none of them is a dead letter any more');
select is(jsonb_array_length(pg_temp.claim() -> 'batches'), 6, 'and each goes out');
rollback to before;

-- Where something else has happened since
call pg_temp.scene();
update public.profiles set email_confirmed_at = now() where id = pg_temp.id('newcomer');
select private.retire_password_resets(pg_temp.id('employee'));
select private.supersede_email_changes(pg_temp.id('colleague'));
update private.sign_up_tokens set superseded_at = now();
update public.company_employee_invitations set status = 'revoked', revoked_at = now() where email = 'ada@corp.test';
select is(public.redrive_emails(), '{"redriven": 0, "reissued": 0}', 'an address that is confirmed, a link that was replaced, a change and an invitation that were taken back: nothing is mailed');
select results_eq($$select distinct status, error_code from private.email_log where token_id is not null$$, $$values ('skipped', 'token_not_live')$$, 'and the log says why');
select is_empty('select from private.email_queue', 'nothing waits');
rollback to before;

call pg_temp.scene();
update public.companies set status = 'suspended' where id = pg_temp.id('north');
update public.email_verification_tokens set created_at = now() - interval '8 days' where email = 'newcomer@people.test';
select is(public.redrive_emails() -> 'reissued', '3', 'nor for a company that is suspended, or after a week');
rollback to before;

-- A link that still works goes out as it is
select private.issue_password_reset(pg_temp.id('employee'), 'employee@people.test') as token \gset
select pg_temp.fail_all();
select is(public.redrive_emails(), '{"redriven": 1, "reissued": 0}', 'a link that still works is mailed as it is');
select is((select token_id from private.email_log where status = 'queued' and token_purpose = 'password_reset'), :'token'::uuid, 'the same');

select * from finish();
rollback;
