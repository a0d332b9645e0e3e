-- Documents expire: notices ahead, and the end of a verification that stood on them.
--
-- Called: by pg_cron, through private.run_job(). Days are those of the specialist's own zone; the day of
-- expiry is the last on which the document counts.

-- One that was renewed needs no notice.
create function private.is_renewed(p_document public.specialist_documents)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.specialist_documents d
    where d.specialist_id = p_document.specialist_id and d.document_type = p_document.document_type and d.verification_status = 'verified'
      and d.pillar_ids @> p_document.pillar_ids and (d.expiry_date is null or d.expiry_date > p_document.expiry_date)
  );
$$;

comment on function private.is_renewed(public.specialist_documents) is 'Whether another valid document lasts longer and says the same.';

-- A run that was missed, or a document approved late, gets the notice that is due by now and not all before it.
create function private.job_notice_documents(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_due record;
  v_noticed bigint := 0;
begin
  for v_due in
    select d.id, n.days
    from public.specialist_documents d
    join public.specialists s on s.id = d.specialist_id
    join auth.users u on u.id = s.user_id
    cross join lateral (select d.expiry_date - (p_now at time zone s.time_zone)::date as left_over) l
    cross join lateral (select min(days) as days from unnest(array[30, 7, 1, 0]) days where days >= l.left_over) n
    where d.verification_status = 'verified' and d.expiry_date <= (p_now at time zone 'UTC')::date + 31 and l.left_over >= 0
      and n.days < coalesce(d.expiry_notice, 31) and not private.is_renewed(d)
    order by d.expiry_date
    limit private.purge_limit()
    for no key update of d skip locked
    for key share of u skip locked
  loop
    update public.specialist_documents set expiry_notice = v_due.days where id = v_due.id;
    perform private.mail_document(d, 'document_expiring', format('expiring:%s:%s', d.expiry_date, v_due.days))
    from public.specialist_documents d where d.id = v_due.id;
    v_noticed := v_noticed + 1;
  end loop;
  return v_noticed;
end;
$$;

comment on function private.job_notice_documents(timestamptz) is
  'Mails specialists whose documents expire in 30, 7 and 1 days and on the day, once for each.';

-- The specialist before the document, as in decide_document().
create function private.expire_document(p_document_id uuid, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_old jsonb;
  v public.specialist_documents;
begin
  select private.document_json(d) into v_old from public.specialist_documents d where d.id = p_document_id for no key update;
  update public.specialist_documents set verification_status = 'expired' where id = p_document_id returning * into v;
  perform private.refresh_verification(v.specialist_id, p_now);
  perform private.audit_document('document.expired', v, v_old, '{"source": "expire_documents"}');
  perform private.mail_document(v, 'document_expired', 'expired');
end;
$$;

comment on function private.expire_document(uuid, timestamptz) is
  'A document no longer counts: its specialist may lose the verification by it, and is told.';

create function private.job_expire_documents(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_document_id uuid;
  v_expired bigint := 0;
begin
  for v_document_id in
    select d.id
    from public.specialists s
    join public.specialist_documents d on d.specialist_id = s.id
    join auth.users u on u.id = s.user_id
    where d.verification_status = 'verified' and d.expiry_date <= (p_now at time zone 'UTC')::date + 1
      and d.expiry_date < (p_now at time zone s.time_zone)::date
    order by s.id, d.id
    limit private.purge_limit()
    for no key update of s skip locked
    for key share of u skip locked
  loop
    perform private.expire_document(v_document_id, p_now);
    v_expired := v_expired + 1;
  end loop;
  return v_expired;
end;
$$;

comment on function private.job_expire_documents(timestamptz) is
  'Expires documents whose last day has passed where the specialist is, and with them the verification that needs them.';

select cron.schedule('notice-documents', '43 * * * *', $$select private.run_job('notice_documents')$$);
select cron.schedule('expire-documents', '8 * * * *', $$select private.run_job('expire_documents')$$);
