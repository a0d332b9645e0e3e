-- Documents of specialists (T5), which of them a pillar requires, and where the files lie.
--
-- Read:  specialists their own rows and files. Platform admins through specialist_verification_queue() and
--        start_document_review(), which are audited; files through addresses that an edge function signs.
-- Write: submit_document() makes the row, and then its file may be uploaded; what an admin opens is copied to where
--        nobody uploads to; decide_document() and the job that expires documents change its status. Which documents a
--        pillar requires, platform admins say.

create domain public.document_type as text check (value in ('license', 'diploma', 'insurance', 'certification', 'other'));
comment on domain public.document_type is 'The kinds of documents of specialists.';

create domain public.document_status as text check (value in ('pending', 'verified', 'rejected', 'expired'));
comment on domain public.document_status is 'How a document of a specialist stands.';

create table public.pillar_required_documents (
  pillar_id uuid not null references public.pillars (id) on delete cascade,
  document_type public.document_type not null,
  created_at timestamptz not null default now(),
  primary key (pillar_id, document_type)
);

comment on table public.pillar_required_documents is 'The documents that a specialist must have to work in a pillar.';

create table public.specialist_documents (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null references public.specialists (id) on delete cascade,
  document_type public.document_type not null,
  document_number text not null check (length(document_number) <= 100 and trim(document_number) <> '' and document_number !~ '[[:cntrl:]]'),
  issuing_authority text not null check (length(issuing_authority) <= 200 and trim(issuing_authority) <> '' and issuing_authority !~ '[[:cntrl:]]'),
  expiry_date date check (isfinite(expiry_date)),
  verification_status public.document_status not null default 'pending',
  file_path text not null unique check (length(file_path) <= 73) generated always as (specialist_id::text || '/' || id::text) stored,
  file_hash text not null check (file_hash ~ '^[0-9a-f]{64}$'),
  mime_type text not null check (mime_type in ('application/pdf', 'image/jpeg', 'image/png')),
  file_size int not null check (file_size between 1 and 10485760),
  uploaded_at timestamptz not null default now(),
  review_started_at timestamptz,
  opened_by uuid[] not null default '{}' check (cardinality(opened_by) <= 100),
  reviewed_path text unique check (length(reviewed_path) <= 110),
  reviewed_hash text check (reviewed_hash ~ '^[0-9a-f]{64}$'),
  reviewed_size int,
  pillar_ids uuid[] not null default '{}' check (cardinality(pillar_ids) <= 100),
  decided_at timestamptz,
  decided_by uuid references auth.users (id) on delete set null,
  rejection_reason text check (length(rejection_reason) between 5 and 500),
  expiry_notice smallint check (expiry_notice in (30, 7, 1, 0)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint decided_at_iff_decided check ((decided_at is null) = (verification_status = 'pending')),
  constraint only_the_decided_have_a_decider check (decided_by is null or decided_at is not null),
  constraint a_copy_has_digest_and_size check (num_nulls(reviewed_path, reviewed_hash, reviewed_size) in (0, 3)),
  constraint only_what_was_announced_is_reviewed check (reviewed_hash = file_hash and reviewed_size = file_size),
  constraint reason_iff_rejected check ((rejection_reason is not null) = (verification_status = 'rejected')),
  constraint only_what_expires_expired check (verification_status <> 'expired' or expiry_date is not null),
  constraint only_what_expires_is_noticed check (expiry_notice is null or expiry_date is not null)
);

comment on table public.specialist_documents is 'Evidence that a specialist may do what they offer. It counts once its file is there.';
comment on column public.specialist_documents.expiry_date is 'The last day on which it is valid, where the specialist is. Null: it does not expire.';
comment on column public.specialist_documents.file_path is 'Name of the file in the bucket specialist-documents.';
comment on column public.specialist_documents.file_hash is 'SHA-256 of the file in hex, as the specialist''s browser computed it; compared when an admin opens it.';
comment on column public.specialist_documents.uploaded_at is 'When the row was last submitted. Places it in the queue.';
comment on column public.specialist_documents.review_started_at is 'When an admin last opened it. For a while it cannot be replaced then.';
comment on column public.specialist_documents.opened_by is 'The admins who have opened the copy in this review: who has not seen it does not approve it.';
comment on column public.specialist_documents.reviewed_path is
  'Name of the copy in the bucket reviewed-documents: what is opened and decided about, whatever is uploaded since. Null until one was made.';
comment on column public.specialist_documents.reviewed_hash is 'SHA-256 of the copy in hex, as the edge function found it.';
comment on column public.specialist_documents.reviewed_size is 'Length of the copy in bytes, as the edge function found it.';
comment on column public.specialist_documents.pillar_ids is
  'The pillars of the specialist when the review began: what the document was approved for, whatever pillars they add since.';
comment on column public.specialist_documents.expiry_notice is 'How many days ahead the last notice was that it expires.';

create index specialist_documents_specialist_id_idx on public.specialist_documents (specialist_id, document_type);
create index specialist_documents_queue_idx on public.specialist_documents (verification_status, uploaded_at, id);
create index specialist_documents_expiry_date_idx on public.specialist_documents (expiry_date) where verification_status = 'verified';
create index specialist_documents_uploaded_at_idx on public.specialist_documents (uploaded_at);
create index specialist_documents_decided_by_idx on public.specialist_documents (decided_by);

create trigger touch_updated_at before update on public.specialist_documents
  for each row execute function private.touch_updated_at();
create trigger audit_change after insert or update or delete on public.pillar_required_documents
  for each row execute function private.audit_change('pillar_id');

alter table public.pillar_required_documents enable row level security;
alter table public.pillar_required_documents force row level security;
alter table public.specialist_documents enable row level security;
alter table public.specialist_documents force row level security;
revoke all on table public.pillar_required_documents, public.specialist_documents from public, anon, authenticated, service_role;
grant select (pillar_id, document_type, created_at) on public.pillar_required_documents to anon, authenticated;
grant select on public.pillar_required_documents to service_role;
grant insert (pillar_id, document_type), delete on public.pillar_required_documents to authenticated;
grant select (
  id, specialist_id, document_type, document_number, issuing_authority, expiry_date, verification_status, file_path, file_hash,
  mime_type, file_size, uploaded_at, review_started_at, pillar_ids, decided_at, rejection_reason, created_at, updated_at
) on public.specialist_documents to authenticated;
grant select on public.specialist_documents to service_role;

create policy "Everybody sees what documents a pillar requires"
  on public.pillar_required_documents for select to anon, authenticated
  using (true);

create policy "A platform admin says what a pillar requires"
  on public.pillar_required_documents for insert to authenticated
  with check ((select private.is_platform_admin()));

create policy "A platform admin drops what a pillar requires"
  on public.pillar_required_documents for delete to authenticated
  using ((select private.is_platform_admin()));

create policy "A specialist sees their own documents"
  on public.specialist_documents for select to authenticated
  using (specialist_id = (select private.my_specialist_id()));

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('document_review_minutes', '60', 5, 1440, 'How long a document cannot be replaced once an admin has opened it.');

-- The limits of the buckets are those of the table, so that no upload is stored in vain. For reviewed-documents there is
-- no policy: nobody but the service reads or writes it.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
select id, id, false, 10485760, '{application/pdf,image/jpeg,image/png}'
from unnest(array['specialist-documents', 'reviewed-documents']) id
on conflict (id) do update
set public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

create function private.my_document_paths(p_replaceable boolean)
returns setof text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
    select d.file_path from public.specialist_documents d
    where d.specialist_id = (select private.my_specialist_id())
      and (not p_replaceable or private.is_replaceable(d));
end;
$$;

comment on function private.my_document_paths(boolean) is
  'Files of the caller''s documents: all, or those that may be uploaded now.';

grant execute on function private.my_document_paths(boolean) to authenticated;

create function private.is_replaceable(p_document public.specialist_documents)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_document.verification_status = 'pending' and (
    p_document.review_started_at is null
    or p_document.review_started_at < now() - make_interval(mins => private.setting('document_review_minutes')::int)
  );
$$;

comment on function private.is_replaceable(public.specialist_documents) is
  'Whether nobody has decided about a document, nor is just looking at it.';

-- The metadata is what Storage knows when an upload begins: the length that the request declares, and a form around the
-- file is part of it. Where none is declared there is no limit to what comes.
create function private.may_upload(p_path text, p_metadata jsonb)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select from public.specialist_documents d
    where d.file_path = p_path and d.specialist_id = (select private.my_specialist_id()) and private.is_replaceable(d)
      and d.mime_type = p_metadata ->> 'mimetype'
      and (p_metadata ->> 'contentLength')::numeric between 1 and d.file_size + 4096
  );
$$;

comment on function private.may_upload(text, jsonb) is
  'Whether this is the path of a document of the caller that may be uploaded now, and the file of the type and length that were announced.';

grant execute on function private.may_upload(text, jsonb) to authenticated;
