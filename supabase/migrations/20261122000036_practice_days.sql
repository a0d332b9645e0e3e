-- Until which day a specialist may practise: a session takes place only while every document that its pillar requires is valid.
--
-- Called: by what books and offers sessions.

-- In plpgsql for the sake of its plan: it is asked of each specialist in turn.
create function private.may_practise_until(p_specialist_id uuid, p_pillar_id uuid)
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(min(coalesce(d.valid_until, '-infinity')), 'infinity')
    from public.pillar_required_documents r
    cross join lateral (
      select max(coalesce(d.expiry_date, 'infinity')) as valid_until
      from public.specialist_documents d
      where d.specialist_id = p_specialist_id and d.document_type = r.document_type
        and d.verification_status = 'verified' and p_pillar_id = any (d.pillar_ids)
    ) d
    where r.pillar_id = p_pillar_id
  );
end;
$$;

comment on function private.may_practise_until(uuid, uuid) is
  'The last day, where the specialist is, on which all documents that a pillar requires are valid: infinity where none ends, -infinity where one is missing.';
