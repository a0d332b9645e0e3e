-- When a specialist is verified: every document that their pillars require is valid, and they have accepted the
-- professional standards. When one lapses, they are not.
--
-- Called: where a document was decided about or expired, and where the standards were accepted. Clients only ask how
--         they stand, by my_verification().
--
-- A document counts for the pillars that the specialist had when it was looked at: a licence that was approved
-- for movement says nothing of money, which an applicant may still have added
-- (docs/decisions/pillars-are-part-of-the-verification.md).

create function private.missing_documents(p_specialist_id uuid, p_now timestamptz)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(distinct r.document_type order by r.document_type), '{}')
  from public.specialists s
  join public.specialist_pillars sp on sp.specialist_id = s.id
  join public.pillar_required_documents r on r.pillar_id = sp.pillar_id
  where s.id = p_specialist_id and not exists (
    select from public.specialist_documents d
    where d.specialist_id = s.id and d.document_type = r.document_type and d.verification_status = 'verified'
      and sp.pillar_id = any (d.pillar_ids)
      and (d.expiry_date is null or d.expiry_date >= (p_now at time zone s.time_zone)::date)
  );
$$;

comment on function private.missing_documents(uuid, timestamptz) is
  'The types of document that a specialist''s pillars require and of which there is no valid one for that pillar.';

-- A verified specialist stays so when a new version of the standards comes; one who becomes so has accepted the one in force.
create function private.may_be_verified(p_specialist_id uuid, p_now timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select private.missing_documents(p_specialist_id, p_now) = '{}'
    and exists (select from public.specialist_pillars where specialist_id = p_specialist_id)
    -- Also for a pillar that requires nothing somebody has looked at something.
    and not exists (
      select from public.specialist_pillars sp join public.specialists s on s.id = sp.specialist_id
      where sp.specialist_id = p_specialist_id and not exists (
        select from public.specialist_documents d
        where d.specialist_id = p_specialist_id and d.verification_status = 'verified' and sp.pillar_id = any (d.pillar_ids)
          and (d.expiry_date is null or d.expiry_date >= (p_now at time zone s.time_zone)::date)
      )
    )
    and private.has_accepted((select user_id from public.specialists where id = p_specialist_id), 'professional_standards');
$$;

comment on function private.may_be_verified(uuid, timestamptz) is 'Whether nothing is missing for a specialist to become verified.';

create function private.may_stay_verified(p_specialist_id uuid, p_now timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select private.missing_documents(p_specialist_id, p_now) = '{}'
    and exists (
      select from public.terms_acceptance
      where user_id = s.user_id and document = 'professional_standards' and withdrawn_at is null
    )
  from public.specialists s where s.id = p_specialist_id;
$$;

comment on function private.may_stay_verified(uuid, timestamptz) is
  'Whether a verified specialist has what their pillars require, and has not taken the professional standards back.';

-- A specialist who is rejected or suspended stays so: that was somebody's decision.
create function private.refresh_verification(p_specialist_id uuid, p_now timestamptz default now())
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_old text;
  v_status text;
begin
  select status into v_old from public.specialists where id = p_specialist_id for no key update;
  v_status := case
    when v_old = 'pending' and private.may_be_verified(p_specialist_id, p_now) then 'verified'
    when v_old = 'verified' and not private.may_stay_verified(p_specialist_id, p_now) then 'pending'
    else v_old
  end;
  if v_status <> v_old then
    update public.specialists
    set status = v_status,
        verified_at = case when v_status = 'verified' then now() end,
        verified_by = case when v_status = 'verified' and private.is_platform_admin() then private.user_id() end
    where id = p_specialist_id;
  end if;
  return v_status;
end;
$$;

comment on function private.refresh_verification(uuid, timestamptz) is
  'Verifies a specialist who has everything, and takes it from one who lacks something. Answers the status.';

create function private.follow_standards()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refresh_verification(id) from public.specialists where user_id = new.user_id;
  return null;
end;
$$;

comment on function private.follow_standards() is
  'Trigger: who accepts the professional standards last is verified by it, and who takes them back no longer is.';

create trigger follow_standards after insert or update on public.terms_acceptance
  for each row when (new.document = 'professional_standards') execute function private.follow_standards();

-- An admin who adds a pillar to somebody has looked at what they hold: it counts for that pillar too. What the
-- pillar requires beyond that has to be there first: nobody who is verified falls back for a new pillar.
create function private.extend_documents()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.is_platform_admin() and new.specialist_id is distinct from private.my_specialist_id() then
    -- The specialist before the documents, as in decide_document().
    perform from public.specialists where id = new.specialist_id for no key update;
    update public.specialist_documents set pillar_ids = pillar_ids || new.pillar_id
    where specialist_id = new.specialist_id and verification_status = 'verified' and not new.pillar_id = any (pillar_ids);
    if exists (select from public.specialists where id = new.specialist_id and status = 'verified')
      and private.missing_documents(new.specialist_id, now()) <> '{}'
    then
      raise sqlstate 'PT409' using message = 'documents_missing',
        detail = array_to_string(private.missing_documents(new.specialist_id, now()), ', ');
    end if;
  end if;
  return null;
end;
$$;

comment on function private.extend_documents() is
  'Trigger: documents count for a pillar that a platform admin adds. Error: documents_missing (409).';

-- The name sorts before audit_change: the specialist is locked before the counter of who acts.
create trigger add_to_documents after insert on public.specialist_pillars
  for each row execute function private.extend_documents();

create function private.my_verification()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'specialist_id', s.id, 'status', s.status, 'missing', to_jsonb(private.missing_documents(s.id, now())),
    'standards', jsonb_build_object(
      'version', private.setting('professional_standards_version'),
      'accepted', private.has_accepted(s.user_id, 'professional_standards')
    )
  )
  from public.specialists s
  where s.user_id = private.user_id();
$$;

grant execute on function private.my_verification() to authenticated;

create function public.my_verification()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_verification();
$$;

comment on function public.my_verification() is
  'How the caller stands as a specialist: {specialist_id, status, missing: types of document that their pillars require and of which '
  'none is valid, standards: {version, accepted}}; null for whoever is none.';

grant execute on function public.my_verification() to authenticated;
