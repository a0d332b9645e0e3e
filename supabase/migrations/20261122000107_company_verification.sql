-- Company verification (T10): a company says who it is, platform admins check it.
--
-- Read:  admins of the company, platform admins. Never who reviewed it.
-- Write: submit_company_verification() by admins of the company, review_company_verification() by platform admins.
--
--   pending -> in_review -> verified | rejected        After a rejection a company submits anew.

create table public.company_verification (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references public.companies (id) on delete restrict,
  registration_number text not null check (length(registration_number) <= 60 and length(trim(registration_number)) >= 2 and registration_number !~ '[[:cntrl:]]'),
  tax_id text not null check (length(tax_id) <= 60 and length(trim(tax_id)) >= 2 and tax_id !~ '[[:cntrl:]]'),
  business_licence text check (length(business_licence) <= 60 and length(trim(business_licence)) >= 2 and business_licence !~ '[[:cntrl:]]'),
  status text not null default 'pending' check (status in ('pending', 'in_review', 'verified', 'rejected')),
  submitted_by uuid references auth.users (id) on delete set null,
  reviewed_by uuid references auth.users (id) on delete set null,
  verified_by uuid references auth.users (id) on delete set null,
  verified_at timestamptz,
  rejected_at timestamptz,
  rejection_reason text check (length(rejection_reason) <= 500 and length(trim(rejection_reason)) >= 5),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint verified_at_iff_verified check ((verified_at is not null) = (status = 'verified')),
  constraint only_the_verified_have_a_verifier check (verified_by is null or status = 'verified'),
  constraint rejected_at_iff_rejected check ((rejected_at is not null) = (status = 'rejected')),
  constraint reason_iff_rejected check ((rejection_reason is not null) = (status = 'rejected')),
  constraint nobody_reviews_the_pending check (reviewed_by is null or status <> 'pending')
);

comment on table public.company_verification is 'The statements of a company about itself, and the outcome of checking them.';
comment on column public.company_verification.business_licence is 'Number of the licence, where the trade needs one.';
comment on column public.company_verification.reviewed_by is 'The platform admin who took it up last.';

create unique index company_verification_one_open_idx on public.company_verification (company_id) where status <> 'rejected';
create index company_verification_company_id_idx on public.company_verification (company_id, created_at desc);
create index company_verification_queue_idx on public.company_verification (created_at) where status in ('pending', 'in_review');
create index company_verification_submitted_by_idx on public.company_verification (submitted_by);
create index company_verification_reviewed_by_idx on public.company_verification (reviewed_by);
create index company_verification_verified_by_idx on public.company_verification (verified_by);

create trigger touch_updated_at before update on public.company_verification
  for each row execute function private.touch_updated_at();

select private.keep_no_statistics('public.company_verification');

alter table public.company_verification enable row level security;
alter table public.company_verification force row level security;
revoke all on table public.company_verification from public, anon, authenticated, service_role;
grant select (
  id, company_id, registration_number, tax_id, business_licence, status, verified_at, rejected_at, rejection_reason, created_at, updated_at
) on public.company_verification to authenticated;
grant select on public.company_verification to service_role;

create policy "A company admin sees their verification, a platform admin all"
  on public.company_verification for select to authenticated
  using (
    company_id = any(array(select private.my_company_ids('{admin}')))
    or (select private.is_platform_admin())
  );

create function private.submit_company_verification(p_company_id uuid, p_registration_number text, p_tax_id text, p_business_licence text)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id uuid;
begin
  perform private.lock_company_as_admin(p_company_id);
  insert into public.company_verification (company_id, registration_number, tax_id, business_licence, submitted_by)
  values (p_company_id, trim(p_registration_number), trim(p_tax_id), nullif(trim(p_business_licence), ''), private.user_id())
  on conflict (company_id) where status <> 'rejected' do nothing
  returning id into v_id;
  if v_id is null then
    raise sqlstate 'PT409' using message = 'already_submitted', detail = 'There is a verification that is open or granted.';
  end if;
  perform private.write_audit(
    'company.verification_submitted', 'company_verification', v_id::text, null, null,
    (select to_jsonb(v) from public.company_verification v where v.id = v_id), '{"source": "submit_company_verification"}'
  );
  return v_id;
exception when check_violation or not_null_violation then
  raise sqlstate 'PT422' using message = 'invalid_details', detail = 'Registration number and tax id have 2 to 60 characters.';
end;
$$;

-- Two admins who decide at once queue at the row; the second is told what happened.
create function private.review_company_verification(p_verification_id uuid, p_status text, p_reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := nullif(trim(p_reason), '');
  v public.company_verification;
begin
  perform private.require_platform_admin();
  perform private.lock_company(company_id) from public.company_verification where id = p_verification_id;
  select * into v from public.company_verification where id = p_verification_id for update;
  if not found then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such verification.';
  elsif (v.status, p_status) in (('pending', 'in_review'), ('in_review', 'verified'), ('in_review', 'rejected')) is not true then
    raise sqlstate 'PT409' using message = 'transition_not_allowed', detail = jsonb_build_object('from', v.status, 'to', left(p_status, 20))::text;
  elsif p_status = 'rejected' and (length(v_reason) between 5 and 500) is not true then
    raise sqlstate 'PT422' using message = 'reason_required', detail = 'Say why, in 5 to 500 characters.';
  end if;
  update public.company_verification
  set status = p_status, reviewed_by = private.user_id(),
      verified_at = case when p_status = 'verified' then now() end,
      verified_by = case when p_status = 'verified' then private.user_id() end,
      rejected_at = case when p_status = 'rejected' then now() end,
      rejection_reason = case when p_status = 'rejected' then v_reason end
  where id = p_verification_id;
  perform private.write_audit(
    'company.verification_' || p_status, 'company_verification', v.id::text, null,
    jsonb_build_object('status', v.status), jsonb_build_object('status', p_status, 'company_id', v.company_id),
    jsonb_strip_nulls(jsonb_build_object('source', 'review_company_verification', 'reason', v_reason))
  );
  if p_status <> 'in_review' then
    perform private.mail_company_admins(
      v.company_id, 'company_' || p_status, jsonb_strip_nulls(jsonb_build_object('reason', v_reason)), 'company_verification:' || v.id
    );
  end if;
end;
$$;
grant execute on function private.submit_company_verification(uuid, text, text, text) to authenticated;
grant execute on function private.review_company_verification(uuid, text, text) to authenticated;

create function public.submit_company_verification(p_company_id uuid, p_registration_number text, p_tax_id text, p_business_licence text default null)
returns uuid
language sql
security invoker
set search_path = ''
as $$
  select private.submit_company_verification(p_company_id, p_registration_number, p_tax_id, p_business_licence);
$$;

create function public.review_company_verification(p_verification_id uuid, p_status text, p_reason text default null)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.review_company_verification(p_verification_id, p_status, p_reason);
$$;

comment on function public.submit_company_verification(uuid, text, text, text) is
  'A company admin submits the details of the company for verification. Answers its id. Errors: unauthenticated (401), forbidden (403), '
  'already_submitted (409), invalid_details (422).';
comment on function public.review_company_verification(uuid, text, text) is
  'A platform admin takes a verification up (in_review), and then decides: verified, or rejected with a reason, which the company''s admins are mailed. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), transition_not_allowed (409, detail in JSON), reason_required (422).';
grant execute on function public.submit_company_verification(uuid, text, text, text) to authenticated;
grant execute on function public.review_company_verification(uuid, text, text) to authenticated;
