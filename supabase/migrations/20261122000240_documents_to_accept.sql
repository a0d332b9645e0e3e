-- What somebody still has to accept: by a page that asks for it, before anything is refused.

create function private.documents_of(p_user_id uuid)
returns setof public.legal_document
language sql
stable
set search_path = ''
as $$
  values ('terms'::public.legal_document), ('privacy')
  union all
  select 'professional_standards' where exists (select from public.specialists where user_id = p_user_id);
$$;

comment on function private.documents_of(uuid) is 'What a person accepts: everybody the terms and the privacy notice, specialists the standards too.';

create function private.documents_to_accept()
returns table (document public.legal_document, version text, accepted_version text)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  return query
  select d, private.setting(d || '_version') #>> '{}', (
    select a.version from public.terms_acceptance a
    where a.user_id = private.user_id() and a.document = d and a.withdrawn_at is null
    order by a.accepted_at desc limit 1
  )
  from private.documents_of(private.user_id()) d
  where not private.has_accepted(private.user_id(), d);
end;
$$;

grant execute on function private.documents_to_accept() to authenticated;

create function public.documents_to_accept()
returns table (document public.legal_document, version text, accepted_version text)
language sql
stable
security invoker
rows 3
set search_path = ''
as $$
  select * from private.documents_to_accept();
$$;

comment on function public.documents_to_accept() is
  'What the caller still has to accept, with the version in force, and the one that they accepted before, if any. '
  'Errors: unauthenticated (401).';

grant execute on function public.documents_to_accept() to authenticated;
