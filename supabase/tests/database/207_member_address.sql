-- The address that an employer knows is the one it invited: where the account goes, it never learns.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

insert into public.company_dpa_acceptance (company_id, version) values (pg_temp.id('north'), '2026-11');

create function pg_temp.secret(p_id uuid) returns text language sql as $$ select encode(sha256(p_id::text::bytea), 'hex'); $$;
create function pg_temp.invite(p_email text, p_admin text default 'company_admin', p_company text default 'north') returns text language plpgsql as $$
declare v_status text;
begin
  perform pg_temp.act_as(p_admin);
  v_status := public.invite_employees(pg_temp.id(p_company), jsonb_build_array(jsonb_build_object('email', p_email))) #>> '{results,0,status}';
  perform pg_temp.act_as_owner();
  return v_status;
end; $$;
-- The answer to an invitation, which is then undone.
create function pg_temp.invite_undone(p_email text) returns text language plpgsql as $$
declare v_status text;
begin
  begin
    v_status := pg_temp.invite(p_email);
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return v_status;
  end;
end; $$;
create function pg_temp.link(p_email text) returns uuid language plpgsql as $$
declare v_id uuid;
begin
  select t.id into v_id from private.invitation_tokens t join public.company_employee_invitations i on i.id = t.invitation_id
  where i.email = p_email and i.status = 'pending' and t.superseded_at is null;
  perform public.seal_token_hashes(jsonb_build_array(jsonb_build_object('purpose', 'invitation', 'id', v_id, 'token_hash', pg_temp.secret(v_id))));
  return v_id;
end; $$;
create function pg_temp.accept(p_id uuid, p_person text, p_own_account boolean default false) returns text language sql as $$
  select public.accept_invitation(p_id, pg_temp.secret(p_id), pg_temp.id(p_person), null,
    '{"terms": "2026-11", "privacy": "2026-11"}', '{}', p_own_account) ->> 'outcome';
$$;
create function pg_temp.move(p_person text, p_email text) returns void language sql as $$
  update auth.users set email = p_email where id = pg_temp.id(p_person);
$$;
-- Every row of every table that a person may read, and what the functions about a company tell them.
create function pg_temp.seen_by(p_person text) returns text language plpgsql as $$
declare
  v_table record;
  v_rows text;
  v_all text := '';
begin
  perform pg_temp.act_as(p_person);
  for v_table in
    select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and has_column_privilege('authenticated', c.oid, a.attnum, 'select')
    group by c.relname order by c.relname
  loop
    execute format('select string_agg(t::text, '' '' order by t::text) from (select %s from public.%I) t', v_table.columns, v_table.relname) into v_rows;
    v_all := concat_ws(E'\n', v_all, v_rows);
  end loop;
  select string_agg(d::text, ' ' order by d::text) into v_rows from public.company_directory(pg_temp.id('north')) d;
  v_all := concat_ws(E'\n', v_all, v_rows, public.company_plan(pg_temp.id('north')));
  perform pg_temp.act_as_owner();
  return v_all;
end; $$;
grant execute on all functions in schema pg_temp to public;

-- An attack: the employer compares what it sees
select pg_temp.seen_by('company_admin') as admin, pg_temp.seen_by('manager') as manager \gset before_
select ok(:'before_admin' like '%employee@people.test%', 'an admin sees the addresses of the people');
select pg_temp.move('employee', 'private@home.test');
select is(pg_temp.seen_by('company_admin'), :'before_admin', 'when somebody moves their account, nothing that an admin sees moves with it');
select is(pg_temp.seen_by('manager'), :'before_manager', 'nor that a manager sees');
select is(pg_temp.invite_undone('employee@people.test'), 'already_member', 'the address that was invited is still a member''s');
select is(pg_temp.invite_undone('private@home.test'), 'invited', 'and the one the account has is as unknown as any');
select is(pg_temp.invite_undone('stranger@home.test'), 'invited', 'as this one');

-- An attack: the employer invites the address that it guesses to be a member's
select pg_temp.invite('private@home.test') \g /dev/null
select pg_temp.link('private@home.test') as token \gset
select is(pg_temp.accept(:'token', 'employee'), 'already_member', 'who belongs to the company by one address is not let in by another');
select is(pg_temp.accept(:'token', 'employee', true), 'already_member', 'whatever they agree to');
select results_eq(
  $$select status from public.company_employee_invitations where email = 'private@home.test'$$, array['pending'],
  'so the invitation waits like one that nobody reads'
);

-- Somebody whose account has an address of their own is invited at another
select is(pg_temp.invite('work@corp.test', 'company_admin'), 'invited', 'an address without an account is invited');
select pg_temp.link('work@corp.test') as token \gset
select is(pg_temp.accept(:'token', 'specialist'), 'no_account', 'whoever is signed in is not let in by mistake');
select is(pg_temp.accept(:'token', 'newcomer', true), 'wrong_account', 'an account that nobody confirmed is not let in at all');
select is(pg_temp.accept(:'token', 'specialist', true), 'accepted', 'who says that it is for this account of theirs is: the link proves the address');
select results_eq(
  $$select email::text, status from public.company_members where user_id = pg_temp.id('specialist') and company_id = pg_temp.id('north')$$,
  $$values ('work@corp.test', 'active')$$, 'and is a member by the address that was invited'
);
select ok(pg_temp.seen_by('company_admin') not like '%specialist@people.test%', 'the admin does not learn the other');
select is(pg_temp.invite('colleague2@corp.test'), 'invited', 'another is invited');
select pg_temp.link('colleague2@corp.test') as token \gset
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.id('owner_of_it'), 'colleague2@corp.test', now());
select is(pg_temp.accept(:'token', 'applicant', true), 'wrong_account', 'an address that has an account of its own is let in by that alone, whoever holds its link');

-- Back after an end
update public.company_members set status = 'removed' where user_id = pg_temp.id('employee') and company_id = pg_temp.id('north');
select pg_temp.act_as('company_admin');
select is_empty(
  $$select from public.company_directory(pg_temp.id('north')) where user_id = pg_temp.id('employee')$$, 'of who has left the directory tells nothing'
);
select throws_ok($$select email from public.company_members$$, '42501', null, 'nor does the row');
select pg_temp.act_as_owner();
select is(pg_temp.accept(pg_temp.link('private@home.test'), 'employee'), 'accepted', 'who has left may come back by whatever address was invited');
select is((select email from public.company_members where user_id = pg_temp.id('employee') and company_id = pg_temp.id('north')), 'private@home.test', 'which is theirs from then on');

select * from finish();
rollback;
