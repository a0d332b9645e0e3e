-- The review: who decides, what a decision needs, and when a specialist is verified by it.
begin;
\ir ../setup/people.psql
\ir ../setup/documents.psql
\ir ../setup/outbox.psql
select no_plan();

-- Names for the documents that are handed in.
create temporary view one as select current_setting('test.one')::uuid as id;
create temporary view two as select current_setting('test.two')::uuid as id;
create temporary view three as select current_setting('test.three')::uuid as id;
create temporary view four as select current_setting('test.four')::uuid as id;
grant select on one, two, three, four to public;

-- Who
select set_config('test.one', pg_temp.hand_in('applicant', 'license', current_date + 100)::text, true) \g /dev/null
create function pg_temp.try_all(p_person text, p_call text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  execute 'select ' || p_call || ' from one';
end; $$;
select throws_ok(format('select pg_temp.try_all(%L, %L)', p, c), 'PT403', 'forbidden', p || ' does not call ' || c)
from unnest(array['employee', 'company_admin', 'specialist', 'applicant']) p,
  unnest(array['public.specialist_verification_queue()', 'public.start_document_review(id)', $$public.decide_document(id, 'approve')$$]) c;
select throws_ok(format('select pg_temp.try_all(%L, %L)', 'anon', c), '42501', null, 'a visitor does not call ' || c)
from unnest(array['public.specialist_verification_queue()', 'public.start_document_review(id)', $$public.decide_document(id, 'approve')$$]) c;

-- Queue
select pg_temp.act_as('specialist');
select pg_temp.announce('insurance') \g /dev/null
select pg_temp.act_as_owner();
delete from public.specialist_documents where specialist_id not in (pg_temp.id('applicant:specialist'), pg_temp.id('specialist:specialist'));
select pg_temp.act_as('platform_admin');
select results_eq(
  $$select i ->> 'document_id', i ->> 'specialist', i -> 'pillars', i ->> 'specialist_status' from jsonb_array_elements(public.specialist_verification_queue() -> 'items') i$$,
  $$select id::text, 'applicant', '["Mind"]'::jsonb, 'pending' from one$$, 'in the queue is what has its file, with what an admin needs to know'
);
select throws_ok(format('select public.specialist_verification_queue(%s)', a), 'PT422', c, c || ': ' || a)
from (values ($$'lost'$$, 'invalid_status'), ($$'pending', null, 0$$, 'invalid_limit'), ($$'pending', null, 101$$, 'invalid_limit'), ($$'pending', 'x'$$, 'invalid_cursor')) v (a, c);
select pg_temp.act_as_owner();
select results_eq(
  $$select action, user_id, actor_id from public.audit_logs where action = 'document.listed'$$,
  $$values ('document.listed', pg_temp.id('applicant'), pg_temp.id('platform_admin'))$$, 'a person learns that their document was listed'
);
select pg_temp.hand_in('specialist', 'other') from generate_series(1, 6) \g /dev/null
select pg_temp.act_as_owner();
update public.specialist_documents d set uploaded_at = now() - make_interval(secs => 7 - n / 2 + 0.123456)
from (select id, row_number() over (order by id) as n from public.specialist_documents where document_type = 'other') o where o.id = d.id;
select pg_temp.act_as('platform_admin');
create function pg_temp.all_pages(p_limit int) returns text[] language plpgsql as $$
declare v_page jsonb; v_cursor text; v_ids text[] := '{}';
begin
  loop
    v_page := public.specialist_verification_queue('pending', v_cursor, p_limit);
    v_ids := v_ids || array(select i ->> 'document_id' from jsonb_array_elements(v_page -> 'items') with ordinality x (i, n) order by n);
    v_cursor := v_page ->> 'next_cursor';
    exit when v_cursor is null;
  end loop;
  return v_ids;
end; $$;
select is(pg_temp.all_pages(n), pg_temp.all_pages(100), 'pages of ' || n || ' are the whole') from unnest(array[1, 2, 3, 7]) n;
select is(cardinality(pg_temp.all_pages(2)), 7, 'which is seven');

-- What a decision needs
select throws_ok($$select public.decide_document(gen_random_uuid(), 'approve')$$, 'PT404', 'not_found', 'there is something to decide about');
select throws_ok($$select public.decide_document(id, 'approve') from one$$, 'PT409', 'review_not_started', 'it was opened');
select is(
  public.start_document_review(id) - array['document', 'path', 'copy_path'],
  jsonb_build_object('file_hash', encode(sha256('license'), 'hex'), 'mime_type', 'application/pdf', 'file_size', 1000, 'differs', null,
    'reviewed_path', null, 'opened_by', pg_temp.id('platform_admin'), 'file_name', format('license-%s.pdf', left(id::text, 8))),
  'then the function is told what the file should be'
) from one;
select throws_ok($$select public.decide_document(id, 'approve') from one$$, 'PT409', 'review_not_started', 'and it was copied, to where nobody replaces it');
select throws_ok($$select pg_temp.copy(id, repeat('0', 64)) from one$$, 'PT422', 'file_mismatch', 'which takes what was announced');
select throws_ok($$select pg_temp.copy(id, p_type => 'text/html') from one$$, 'PT422', 'file_mismatch', 'and is of that type');
select throws_ok($$select public.record_reviewed_copy(id, 'x', repeat('0', 64), 1000, pg_temp.id('platform_admin')) from one$$, '42501', null, 'which no admin says by themselves');
select pg_temp.act_as_owner();
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('colleague'), 'platform_admin', false);
select pg_temp.act_as('colleague');
select public.start_document_review(id) from one \g /dev/null
select set_config('test.copy', pg_temp.copy(id), true) from one \g /dev/null
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.decide_document(id, 'approve') from one$$, 'PT409', 'review_not_started', 'nor approves it who opened it when there was no copy to see');
select is(pg_temp.copy(id), current_setting('test.copy'), 'of two admins who open it at once, both see the copy that was recorded first') from one;
select is(public.start_document_review(id) ->> 'reviewed_path', current_setting('test.copy'), 'as does who opens it again') from one;
select pg_temp.act_as_owner();
select is(opened_by, array[pg_temp.id('platform_admin'), pg_temp.id('colleague')], 'and both have seen it') from public.specialist_documents where id = (select id from one);
update public.specialist_documents set opened_by = array[pg_temp.id('platform_admin')] where id = (select id from one);
select pg_temp.act_as('colleague');
select throws_ok($$select public.decide_document(id, 'approve') from one$$, 'PT409', 'review_not_started', 'nor does one approve what another has opened');
select pg_temp.act_as_owner();
delete from public.user_roles where user_id = pg_temp.id('colleague');
select pg_temp.act_as('platform_admin');
select throws_ok($$select pg_temp.decide(id, 'shred') from one$$, 'PT422', 'invalid_decision', 'it is approved or rejected');
select throws_ok($$select pg_temp.decide(id, 'reject', 'no') from one$$, 'PT422', 'reason_required', 'rejected with a reason');
select throws_ok($$select pg_temp.decide(id, p_expires_on => current_date - 1) from one$$, 'PT422', 'already_expired', 'and not approved into the past');
select pg_temp.act_as_owner();
select is(verification_status, 'pending', 'what is refused changes nothing') from public.specialist_documents where id = (select id from one);
select is(pg_temp.mails('applicant'), '{}', 'and mails nobody');
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('applicant'), 'platform_admin', false);
select pg_temp.act_as('applicant');
select throws_ok($$select pg_temp.decide(id) from one$$, 'PT403', 'own_document', 'nobody decides about their own');
select pg_temp.act_as_owner();
delete from public.user_roles where user_id = pg_temp.id('applicant');

-- Deciding
select pg_temp.act_as('platform_admin');
select is(
  (select d -> 'document' ->> 'status' || ', ' || (d ->> 'specialist_status') from (select pg_temp.decide(id, p_expires_on => current_date + 50) as d from one) x),
  'verified, pending', 'a document is approved; the pillar requires more'
);
select throws_ok($$select pg_temp.decide(id) from one$$, 'PT409', 'already_decided', 'it is decided once');
do $$ declare v text; begin
  perform public.decide_document(id, 'reject', 'too late') from one;
exception when sqlstate 'PT409' then
  get stacked diagnostics v = pg_exception_detail;
  perform set_config('test.detail', v, true);
end; $$;
select is(current_setting('test.detail')::jsonb ->> 'status', 'verified', 'who comes second learns what happened');
select pg_temp.act_as_owner();
select results_eq(
  $$select expiry_date, decided_by from public.specialist_documents where id = (select id from one)$$,
  $$values (current_date + 50, pg_temp.id('platform_admin'))$$, 'valid as long as the admin says'
);
select results_eq(
  $$select user_id, actor_id, source, old_values ->> 'status', new_values ->> 'status' from public.audit_logs where action = 'document.verified'$$,
  $$values (pg_temp.id('applicant'), pg_temp.id('platform_admin'), 'decide_document', 'pending', 'verified')$$, 'it is audited'
);

-- When somebody is verified
select set_config('test.two', pg_temp.hand_in('applicant', 'insurance')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select is(pg_temp.decide(id) ->> 'specialist_status', 'pending', 'every document alone is not enough') from two;
select pg_temp.act_as('applicant');
select public.accept_document('professional_standards', '2026-11');
select pg_temp.act_as_owner();
select is(pg_temp.status('applicant'), 'verified', 'with the professional standards it is');
select is(pg_temp.mails('applicant'), '{document_approved,document_approved}', 'each decision is mailed');
select isnt_empty($$select from public.user_roles where user_id = pg_temp.id('applicant') and role = 'specialist'$$, 'and they are a specialist');
select is(private.refresh_verification(pg_temp.id('applicant:specialist'), now() + interval '49 days'), 'verified', 'as long as all are valid');
select is(private.refresh_verification(pg_temp.id('applicant:specialist'), now() + interval '52 days'), 'pending', 'and no longer');

-- A pillar that they add afterwards is not what was looked at.
select pg_temp.act_as('applicant');
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('applicant:specialist'), pg_temp.id('body'));
select pg_temp.act_as_owner();
select is(private.missing_documents(pg_temp.id('applicant:specialist'), now()), '{license}', 'a licence for one pillar says nothing about another');
select is(private.refresh_verification(pg_temp.id('applicant:specialist')), 'pending', 'so nobody is verified for it');
select set_config('test.three', pg_temp.hand_in('applicant')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select public.start_document_review(id) from three \g /dev/null
select pg_temp.act_as('applicant');
delete from public.specialist_pillars where specialist_id = pg_temp.id('applicant:specialist') and pillar_id = pg_temp.id('mind');
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('applicant:specialist'), pg_temp.id('mind'));
select pg_temp.act_as('platform_admin');
select is(pg_temp.decide(id) ->> 'specialist_status', 'verified', 'another licence is for both') from three;
delete from public.specialist_pillars where specialist_id = pg_temp.id('applicant:specialist') and pillar_id = pg_temp.id('body');
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('applicant:specialist'), pg_temp.id('body'));
select pg_temp.act_as_owner();
select is(private.refresh_verification(pg_temp.id('applicant:specialist')), 'verified', 'a pillar that an admin adds is covered by what there is');

-- How one stands
select pg_temp.act_as('applicant');
select is(public.my_verification() - 'specialist_id', '{"status": "verified", "missing": [], "standards": {"version": "2026-11", "accepted": true}}', 'a specialist learns how they stand');
select pg_temp.act_as('other_specialist');
select is(public.my_verification() -> 'missing', '["insurance", "license"]', 'and what is missing');
select is(public.my_verification() -> 'standards' ->> 'accepted', 'true', 'the standards are not');
select pg_temp.act_as('employee');
select is(public.my_verification(), null, 'whoever is none learns that');

-- Rejecting
select set_config('test.four', pg_temp.hand_in('applicant', 'diploma')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select is(pg_temp.decide(id, 'reject', ' It is illegible. ') ->> 'specialist_status', 'verified', 'a rejection takes nothing away that is not required') from four;
select pg_temp.act_as('applicant');
select results_eq($$select verification_status::text, rejection_reason from public.specialist_documents where document_type = 'diploma'$$,
  $$values ('rejected', 'It is illegible.')$$, 'its reason is there for the specialist');
select is((pg_temp.mails('applicant'))[4], 'document_rejected', 'and mailed');
select throws_ok($$select pg_temp.announce('diploma', p_id => id) from four$$, 'PT409', 'not_replaceable', 'what was decided stays as it is');
select pg_temp.act_as_owner();
update public.specialists set status = 'suspended', verified_at = null, verified_by = null where user_id = pg_temp.id('applicant');
select is(private.refresh_verification(pg_temp.id('applicant:specialist')), 'suspended', 'no document ends a suspension');

-- A pillar that requires nothing: somebody has looked at something for it, too.
select pg_temp.act_as_owner();
insert into public.pillars (id, slug, name) values (pg_temp.id('free'), 'test-free', 'Free');
update public.specialists set status = 'pending', verified_at = null where user_id = pg_temp.id('other_specialist');
select set_config('test.five', pg_temp.hand_in('other_specialist')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select pg_temp.decide(current_setting('test.five')::uuid) \g /dev/null
select pg_temp.act_as('other_specialist');
delete from public.specialist_pillars where specialist_id = pg_temp.id('other_specialist:specialist');
insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('free'));
select public.accept_document('professional_standards', '2026-11');
select is(public.my_verification() ->> 'status', 'pending', 'a document that was looked at for one pillar verifies for no other, also where none is required');
select is(public.my_verification() -> 'missing', '[]', 'though nothing is missing');

-- What an admin adds
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('other_specialist');
select pg_temp.act_as('platform_admin');
select throws_ok($$insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('mind'))$$,
  'PT409', 'documents_missing', 'what another pillar requires has to be there first');
select pg_temp.act_as_owner();
insert into public.user_roles (user_id, role, needs_second_factor) values (pg_temp.id('other_specialist'), 'platform_admin', false);
select pg_temp.act_as('other_specialist');
select throws_ok($$insert into public.specialist_pillars (specialist_id, pillar_id) values (pg_temp.id('other_specialist:specialist'), pg_temp.id('body'))$$,
  '42501', null, 'and no admin adds one to themselves');

-- The copy stays from one review to the next; who decides has looked in this one. A note is not for the specialist.
select set_config('test.six', pg_temp.hand_in('applicant', 'other')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select public.start_document_review(current_setting('test.six')::uuid) \g /dev/null
select set_config('test.copy', pg_temp.copy(current_setting('test.six')::uuid), true) \g /dev/null
select pg_temp.act_as_owner();
update public.specialist_documents set review_started_at = now() - interval '2 hours' where id = current_setting('test.six')::uuid;
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.decide_document(current_setting('test.six')::uuid, 'approve')$$, 'PT409', 'review_not_started', 'a look holds for an hour');
select is(public.start_document_review(current_setting('test.six')::uuid) ->> 'reviewed_path', current_setting('test.copy'), 'and the next is at the same copy');
select pg_temp.decide(current_setting('test.six')::uuid, 'approve', 'A note for us.') \g /dev/null
select pg_temp.act_as_owner();
select results_eq(
  $$select new_values ->> 'note', context ? 'reason', new_values ->> 'reviewed_hash' from public.audit_logs where action = 'document.verified' and entity_id = current_setting('test.six')$$,
  $$values ('A note for us.', false, encode(sha256('other'), 'hex'))$$, 'why it was approved stands where only the audit reads, and by which file'
);
select set_config('test.seven', pg_temp.hand_in('applicant', 'other')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select public.decide_document(current_setting('test.seven')::uuid, 'reject', 'Not needed.') \g /dev/null
select lives_ok($$select public.start_document_review(current_setting('test.seven')::uuid)$$, 'what was rejected unseen can be looked at');
select isnt(pg_temp.copy(current_setting('test.seven')::uuid), null, 'in a copy');
select pg_temp.act_as_owner();
select is(reviewed_path, null, 'which is not what was decided about') from public.specialist_documents where id = current_setting('test.seven')::uuid;

select * from finish();
rollback;
