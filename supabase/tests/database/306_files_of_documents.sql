-- The files of documents: by which of Storage's ways they are written, what stays of them, and what is swept.
begin;
\ir ../setup/people.psql
\ir ../setup/documents.psql
select no_plan();

-- Every other way to the same row
select pg_temp.act_as('applicant');
create temporary table announced as select pg_temp.announce() as id;
alter table announced add path text;
update announced set path = pg_temp.path('applicant', id);
grant select on announced to public;
create function pg_temp.ways() returns setof text language sql immutable as $$
  select unnest(array[
    'storage.object.upload_update', 'storage.object.sign_upload_url', 'storage.object.upload_signed', 'storage.object.copy', 'storage.object.move',
    'storage.tus.upload.create', 'storage.tus.upload.part', 'storage.s3.upload', 'storage.s3.upload.create_multipart', 'storage.s3.upload.part',
    'storage.s3.upload.complete_multipart', 'storage.s3.upload.part_copy', 'storage.s3.object.copy', 'storage.object.uploads', 'object.upload', ''
  ]);
$$;
grant execute on function pg_temp.ways() to public;
select throws_ok(format('select pg_temp.upload(path, p_operation => %L) from announced', w), '42501', null, 'nothing is made by ' || w) from pg_temp.ways() w;
select set_config('storage.operation', null, true) \g /dev/null
select throws_ok($$insert into storage.objects (bucket_id, name, metadata) select 'specialist-documents', path, '{"mimetype": "application/pdf", "contentLength": 1000}' from announced$$,
  '42501', null, 'nor by whoever names no way');

-- What is sent
select throws_ok(format('select pg_temp.upload(path, p_metadata => %L) from announced', m), '42501', null, 'not with ' || coalesce(m, 'nothing'))
from (values
  (null), ('{}'), ('{"mimetype": "application/pdf"}'), ('{"mimetype": "application/pdf", "contentLength": null}'),
  ('{"mimetype": "application/pdf", "contentLength": 0}'), ('{"mimetype": "application/pdf", "contentLength": -1}'),
  ('{"mimetype": "application/pdf", "contentLength": 5097}'), ('{"mimetype": "application/pdf", "contentLength": 99999999999999999999}'),
  ('{"mimetype": "image/png", "contentLength": 1000}'), ('{"mimetype": "text/html", "contentLength": 1000}'), ('{"contentLength": 1000}')
) v (m);
select lives_ok($$select pg_temp.upload(path, p_metadata => '{"mimetype": "application/pdf", "contentLength": 5096}') from announced$$, 'a form around the file has its place');
select throws_ok(format('select pg_temp.upload_again(path, %L) from announced', w), '42501', null, 'nothing is replaced by ' || w) from pg_temp.ways() w;
select throws_ok($$select pg_temp.upload_again(path, p_metadata => '{"mimetype": "application/pdf", "contentLength": 5097}') from announced$$, '42501', null, 'nor by what is larger');
select set_config('storage.operation', 'storage.object.move', true) \g /dev/null
select is_empty($$update storage.objects set bucket_id = 'reviewed-documents' where name = (select path from announced) returning 1$$, 'nor moved');
select is(count(*), 1::bigint, 'its owner sees it') from storage.objects;

-- The copy is nobody's but the service's
select pg_temp.act_as('platform_admin');
select public.start_document_review(id) from announced \g /dev/null
select set_config('test.copy', pg_temp.copy(id), true) from announced \g /dev/null
create function pg_temp.try_copy(p_person text, p_statement text) returns bigint language plpgsql as $$
declare v_rows bigint; begin
  perform pg_temp.act_as(p_person);
  perform set_config('storage.operation', 'storage.object.upload', true);
  execute p_statement;
  get diagnostics v_rows = row_count;
  return v_rows;
exception when insufficient_privilege then
  return 0;
end; $$;
select is(pg_temp.try_copy(p, s), 0::bigint, p || ' does nothing by ' || left(s, 40))
from unnest(array['anon', 'applicant', 'specialist', 'employee', 'company_admin', 'platform_admin']) p, unnest(array[
  $$select 1 from storage.objects where bucket_id = 'reviewed-documents'$$,
  $$insert into storage.objects (bucket_id, name, metadata) values ('reviewed-documents', 'x', '{"mimetype": "application/pdf", "contentLength": 1000}')$$,
  $$update storage.objects set metadata = '{}' where bucket_id = 'reviewed-documents'$$,
  $$delete from storage.objects where bucket_id = 'reviewed-documents'$$
]) s;

-- What is uploaded later changes nothing: neither what is decided about nor what is opened.
select pg_temp.act_as_owner();
update storage.objects set version = 'later', metadata = '{"size": 7, "mimetype": "text/html"}' where name = (select path from announced);
select pg_temp.act_as('platform_admin');
select is(public.decide_document(id, 'approve') -> 'document' ->> 'status', 'verified', 'what was opened is approved') from announced;
select is(public.start_document_review(id) ->> 'reviewed_path', current_setting('test.copy'), 'and opened again as it was') from announced;
select pg_temp.act_as_owner();
select is(pg_temp.copy(id), current_setting('test.copy'), 'no other copy takes its place') from announced;

-- What Storage says of a file
select set_config('test.third', pg_temp.hand_in('applicant', 'other')::text, true) \g /dev/null
create function pg_temp.difference(p_metadata jsonb) returns text language plpgsql as $$ begin
  perform pg_temp.act_as_owner();
  update storage.objects set metadata = p_metadata where name = pg_temp.path('applicant', current_setting('test.third')::uuid);
  perform pg_temp.act_as('platform_admin');
  return public.start_document_review(current_setting('test.third')::uuid) ->> 'differs';
end; $$;
select is(pg_temp.difference(m), d, coalesce(m::text, 'nothing') || ' differs in ' || coalesce(d, 'nothing'))
from (values
  (null::jsonb, null), ('{}', null), ('{"size": 1000, "mimetype": "application/pdf"}', null), ('{"size": 1001, "mimetype": "application/pdf"}', 'length'),
  ('{"size": 999}', 'length'), ('{"size": 99999999999}', 'length'), ('{"size": 1000, "mimetype": "text/html"}', 'type')
) v (m, d);

-- Announced anew
select set_config('test.second', pg_temp.hand_in('applicant', 'insurance')::text, true) \g /dev/null
select pg_temp.act_as('platform_admin');
select public.start_document_review(current_setting('test.second')::uuid) \g /dev/null
select set_config('test.old_copy', pg_temp.copy(current_setting('test.second')::uuid), true) \g /dev/null
select pg_temp.act_as_owner();
update public.specialist_documents set review_started_at = now() - interval '2 hours' where id = current_setting('test.second')::uuid;
select pg_temp.act_as('applicant');
select pg_temp.announce('insurance', p_id => current_setting('test.second')::uuid, p_hash => repeat('a', 64)) \g /dev/null
select pg_temp.act_as('platform_admin');
select is(public.start_document_review(current_setting('test.second')::uuid) ->> 'reviewed_path', null, 'what is announced anew is copied anew');
select throws_ok($$select public.decide_document(current_setting('test.second')::uuid, 'approve')$$, 'PT409', 'review_not_started', 'before it is approved');
select throws_ok($$select pg_temp.copy(current_setting('test.second')::uuid, encode(sha256('insurance'), 'hex'))$$, 'PT422', 'file_mismatch', 'and not as it was before');

-- The sweep
select pg_temp.act_as_owner();
create function pg_temp.orphans() returns text[] language sql as $$
  select array(select path from jsonb_array_elements(public.orphaned_files(1000)) b, jsonb_array_elements_text(b -> 'paths') path order by path);
$$;
create function pg_temp.kicks() returns bigint language sql as $$
  select count(*) from net.http_request_queue where url like '%/functions/v1/storage-sweep';
$$;
select is(pg_temp.orphans(), '{}', 'what rows name is kept, and a copy that was just made');
select is(private.run_job('kick_storage_sweep'), 0::bigint, 'so nobody is woken');
update storage.objects set created_at = now() - interval '2 hours' where bucket_id = 'reviewed-documents';
select is(cardinality(pg_temp.orphans()), 2, 'what no row names an hour later is an orphan: of two copies of the same, the one that came later');
select ok(not current_setting('test.copy') = any (pg_temp.orphans()), 'not what was decided about');
select ok(current_setting('test.old_copy') = any (pg_temp.orphans()), 'but the copy of what was announced before');
insert into public.legal_holds (user_id, reason) values (pg_temp.id('applicant'), 'a claim');
select is(pg_temp.orphans(), '{}', 'which stays while its specialist is held: somebody saw it, and it is no longer theirs to replace');
update public.legal_holds set lifted_at = now(), lift_reason = 'settled' where lifted_at is null;
insert into storage.objects (bucket_id, name) values
  ('specialist-documents', pg_temp.path('applicant', gen_random_uuid())), ('specialist-documents', 'left/over');
select is(cardinality(pg_temp.orphans()), 4, 'as is what came after its row had gone');
select is(private.run_job('kick_storage_sweep'), 1::bigint, 'then storage-sweep is woken');
delete from auth.users where id = pg_temp.id('applicant');
select set_eq(
  'select unnest(pg_temp.orphans())', $$select name from storage.objects where bucket_id in ('specialist-documents', 'reviewed-documents')$$,
  'who is erased leaves no file, and no copy of one'
);
select is(public.orphaned_files(1) -> 0 -> 'paths' -> 1, null, 'as many as are asked for');
insert into storage.objects (bucket_id, name) select 'specialist-documents', 'stays/' || n from generate_series(1, 30) n;
select cmp_ok(
  (select count(distinct public.orphaned_files(1 + 0 * n)) from generate_series(1, 40) n), '>', 1::bigint,
  'others each time: what Storage cannot remove keeps no other from going'
);
insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere');
insert into storage.objects (bucket_id, name, created_at) values ('elsewhere', 'kept', now() - interval '1 year');
select ok(not 'kept' = any (pg_temp.orphans()), 'what others store is left alone');
select pg_temp.act_as('platform_admin');
select throws_ok('select public.orphaned_files(1)', '42501', null, 'no admin lists files');

select * from finish();
rollback;
