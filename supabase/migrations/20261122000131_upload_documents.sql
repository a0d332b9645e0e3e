-- Who uploads to the bucket specialist-documents, and how: policies on storage.objects, which Storage asks as the person.
--
-- Read:  specialists the files of their own documents. Without a policy for platform admins these read no file as
--        themselves: the edge function signs an address with the secret key, after the audited start_document_review().
-- Write: specialists the file of a pending document, by an ordinary upload of the announced type and length. Storage has
--        other ways to the same row (addresses that are signed in advance and live for two hours, copies and moves, which
--        take a type that nobody checked, resumable uploads, S3): to each it gives a name of its own.

set local lock_timeout = '2s';

create policy "A specialist sees files of their own documents"
  on storage.objects for select to authenticated
  using (bucket_id = 'specialist-documents' and name = any (array(select private.my_document_paths(false))));

create policy "A specialist uploads the file of a pending document"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'specialist-documents' and (select storage.operation()) = 'storage.object.upload'
    and private.may_upload(name, metadata)
  );

create policy "A specialist replaces the file of a pending document"
  on storage.objects for update to authenticated
  using (
    bucket_id = 'specialist-documents' and (select storage.operation()) = 'storage.object.upload'
    and name = any (array(select private.my_document_paths(true)))
  )
  with check (
    bucket_id = 'specialist-documents' and (select storage.operation()) = 'storage.object.upload'
    and private.may_upload(name, metadata)
  );
