-- Documents: who hands in what, and who gets at the files.
begin;
\ir ../setup/people.psql
\ir ../setup/documents.psql
select no_plan();

select results_eq(
  $$select id, public, file_size_limit, allowed_mime_types from storage.buckets where id like '%-documents' order by id$$,
  $$select id, false, 10485760::bigint, '{application/pdf,image/jpeg,image/png}'::text[] from unnest(array['reviewed-documents', 'specialist-documents']) id$$,
  'the buckets are private and take what the table takes'
);

select pg_temp.act_as('applicant');
create temporary table handed_in as select pg_temp.announce() as id;
grant select on handed_in to public;
select results_eq(
  $$select verification_status::text, file_path, document_number from public.specialist_documents$$,
  $$select 'pending', pg_temp.path('applicant', id), 'No. 1' from handed_in$$, 'an applicant announces a document, and sees it'
);
select lives_ok($$select pg_temp.upload(pg_temp.path('applicant', id)) from handed_in$$, 'its file is uploaded to its path');
select throws_ok(format('select pg_temp.upload(%s)', f), '42501', null, 'but none ' || w)
from (values
  ($$pg_temp.path('applicant', gen_random_uuid())$$, 'that was not announced'),
  ($$(select pg_temp.path('specialist', id) from handed_in)$$, 'into the folder of somebody else'),
  ($$(select pg_temp.path('applicant', id) || '/x' from handed_in)$$, 'below it'),
  ($$(select pg_temp.path('applicant', id) from handed_in), 'other'$$, 'into another bucket')
) v (f, w);
select lives_ok($$select pg_temp.upload_again(pg_temp.path('applicant', id)) from handed_in$$, 'it is replaced while pending');
select throws_ok($$update storage.objects set name = 'elsewhere' where bucket_id = 'specialist-documents'$$, '42501', null, 'and not moved');
select throws_ok($$delete from storage.objects where bucket_id = 'specialist-documents'$$, '42501', null, 'nor removed');

create function pg_temp.files_of(p_person text) returns bigint language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  return (select count(*) from storage.objects);
end; $$;
select is(pg_temp.files_of(p), 0::bigint, p || ' sees no file') from unnest(array['specialist', 'employee', 'company_admin', 'platform_admin']) p;
select pg_temp.act_as('specialist');
select is_empty('select id from public.specialist_documents', 'a colleague sees no document');
select throws_ok($$select pg_temp.announce(p_id => id) from handed_in$$, 'PT404', 'not_found', 'and replaces none');
select throws_ok($$select pg_temp.upload_again(pg_temp.path('applicant', id)) from handed_in$$, '42501', null, 'nor its file');

select pg_temp.act_as('applicant');
select throws_ok(format($$select public.submit_document(%s)$$, a), 'PT422', c, c || ': ' || a)
from (values
  ($$'passport', '1', 'B', repeat('0', 64), 'application/pdf', 1$$, 'invalid_document'),
  ($$'license', ' ', 'B', repeat('0', 64), 'application/pdf', 1$$, 'invalid_document'),
  ($$'license', '1', null, repeat('0', 64), 'application/pdf', 1$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 63), 'application/pdf', 1$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 64), 'text/html', 1$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 64), 'application/pdf', 0$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 64), 'application/pdf', 10485761$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 64), 'application/pdf', 1, 'infinity'$$, 'invalid_document'),
  ($$'license', '1', 'B', repeat('0', 64), 'application/pdf', 1, current_date - 2$$, 'already_expired')
) v (a, c);
select is((select pg_temp.announce(p_id => id, p_hash => repeat('a', 64)) from handed_in), (select id from handed_in), 'what is pending is announced anew');
select is((select file_hash from public.specialist_documents), repeat('a', 64), 'with another file');

-- While an admin looks, nothing moves below their eyes.
select pg_temp.act_as('platform_admin');
select is(public.start_document_review(id) ->> 'path', pg_temp.path('applicant', id), 'an admin opens it') from handed_in;
select pg_temp.act_as('applicant');
select throws_ok($$select pg_temp.announce(p_id => id) from handed_in$$, 'PT409', 'not_replaceable', 'then it is not replaced');
select throws_ok($$select pg_temp.upload_again(pg_temp.path('applicant', id)) from handed_in$$, '42501', null, 'nor is its file');
select isnt_empty('select from storage.objects', 'which its owner still sees');
select pg_temp.act_as_owner();
update public.specialist_documents set review_started_at = now() - interval '61 minutes';
select pg_temp.act_as('applicant');
select lives_ok($$select pg_temp.upload_again(pg_temp.path('applicant', id)) from handed_in$$, 'until the admin has gone');

-- What is valid until a day is so until it ends where the specialist is: in one of these zones it is another day than in UTC.
create function pg_temp.hand_in_until(p_zone text, p_days int) returns void language plpgsql as $$
begin
  perform public.submit_document(
    'license', 'day', 'B', repeat('0', 64), 'application/pdf', 1, p_expiry_date => (now() at time zone p_zone)::date + p_days
  );
end; $$;
create function pg_temp.move_to(p_zone text) returns void language plpgsql as $$
begin
  perform pg_temp.act_as_owner();
  update public.specialists set time_zone = p_zone where user_id = pg_temp.id('applicant');
  perform pg_temp.act_as('applicant');
end; $$;
select pg_temp.move_to('Pacific/Kiritimati') \g /dev/null
select lives_ok($$select pg_temp.hand_in_until('Pacific/Kiritimati', 0)$$, 'where the day begins first, today is not over');
select throws_ok($$select pg_temp.hand_in_until('Pacific/Kiritimati', -1)$$, 'PT422', 'already_expired', 'and yesterday is');
select pg_temp.move_to('Pacific/Midway') \g /dev/null
select lives_ok($$select pg_temp.hand_in_until('Pacific/Midway', 0)$$, 'where it ends last, today is not over either');
select throws_ok($$select pg_temp.hand_in_until('Pacific/Midway', -1)$$, 'PT422', 'already_expired', 'and yesterday is');
select pg_temp.act_as_owner();
delete from public.specialist_documents where document_number = 'day';
select pg_temp.act_as('applicant');

-- Announcing has a limit, and leaves nothing behind.
select pg_temp.announce() from generate_series(1, 19) \g /dev/null
select throws_ok('select pg_temp.announce()', 'PT409', 'too_many_documents', 'at most twenty wait for a decision');
select pg_temp.act_as_owner();
select is(private.job_purge_announced_documents(now() + interval '6 days'), 0::bigint, 'a file is waited for');
select is(private.job_purge_announced_documents(now() + interval '8 days'), 19::bigint, 'for a week');
select results_eq($$select id from public.specialist_documents where specialist_id = pg_temp.id('applicant:specialist')$$, 'select id from handed_in', 'what has its file stays');

select pg_temp.act_as('employee');
select throws_ok('select pg_temp.announce()', 'PT403', 'not_a_specialist', 'who is no specialist hands in nothing');
select pg_temp.act_as('anon');
select throws_ok('select pg_temp.announce()', '42501', null, 'nor does a visitor');

select * from finish();
rollback;
