-- Terms acceptance (T3): which version of which document a person accepted, when and from where.
--
-- Read:  the person their own; platform admins a person's by public.read_person().
-- Write: accept_document() alone, so that time, address and user agent are the server's.

create domain public.legal_document as text check (value in ('terms', 'privacy', 'professional_standards'));
comment on domain public.legal_document is 'The documents that a person accepts, version by version.';

create table public.terms_acceptance (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  document public.legal_document not null,
  version text not null check (version ~ '^[0-9a-z][0-9a-z.-]{0,31}$'),
  accepted_at timestamptz not null default now(),
  ip_address inet,
  user_agent text check (length(user_agent) <= 500),
  created_at timestamptz not null default now(),
  unique (user_id, document, version),
  constraint not_accepted_in_the_future check (accepted_at <= created_at)
);

comment on table public.terms_acceptance is
  'Evidence of acceptance of terms, privacy notice and professional standards, per version. Never edited.';

create index terms_acceptance_document_idx on public.terms_acceptance (document, version);

create trigger refuse_update before update on public.terms_acceptance
  for each row execute function private.refuse_change();

select private.keep_no_statistics('public.terms_acceptance');

alter table public.terms_acceptance enable row level security;
alter table public.terms_acceptance force row level security;
revoke all on table public.terms_acceptance from public, anon, authenticated, service_role;
grant select (
  id, user_id, document, version, accepted_at, ip_address, user_agent, created_at
) on public.terms_acceptance to authenticated;
grant select on public.terms_acceptance to service_role;

create policy "A person sees what they accepted"
  on public.terms_acceptance for select to authenticated
  using (user_id = (select private.user_id()));

insert into public.system_settings (key, value, description) values
  ('terms_version', '"2026-11"', 'Version of the terms that is in force.'),
  ('privacy_version', '"2026-11"', 'Version of the privacy notice that is in force.'),
  ('professional_standards_version', '"2026-11"', 'Version of the professional standards for specialists.');

create function private.terms_in_force()
returns jsonb
language sql
stable
set search_path = ''
as $$ select jsonb_build_object('terms', private.setting('terms_version'), 'privacy', private.setting('privacy_version')) $$;

comment on function private.terms_in_force() is 'What everybody accepts who has an account: {terms, privacy}, the versions in force.';

create function private.keep_acceptance(p_user_id uuid, p_document text, p_version text, p_context jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_context jsonb := private.request_context() || coalesce(p_context, '{}');
begin
  insert into public.terms_acceptance (user_id, document, version, ip_address, user_agent)
  values (
    p_user_id, p_document, p_version,
    private.try_inet(v_context ->> 'ip'), left(v_context ->> 'user_agent', 500)
  )
  on conflict (user_id, document, version) do nothing;
  if found then
    perform private.write_audit(
      'terms.accepted', 'terms_acceptance', p_document, p_user_id, null,
      jsonb_build_object('document', p_document, 'version', p_version), p_context
    );
  end if;
end;
$$;

comment on function private.keep_acceptance(uuid, text, text, jsonb) is
  'Writes down that a person accepted a version, which was in force when they did. Repeating it changes nothing.';

create function private.record_acceptance(p_user_id uuid, p_document text, p_version text, p_context jsonb default '{}')
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.is_value_of('public.legal_document', p_document) then
    raise sqlstate 'PT422' using message = 'unknown_document', detail = 'There is no such document.';
  end if;
  if p_version is distinct from private.setting(p_document || '_version') #>> '{}' then
    raise sqlstate 'PT409' using message = 'version_not_in_force',
      detail = 'Another version of this document is in force.';
  end if;
  perform private.keep_acceptance(p_user_id, p_document, p_version, p_context);
end;
$$;

comment on function private.record_acceptance(uuid, text, text, jsonb) is
  'Records that a person accepts the version in force.';

grant execute on function private.record_acceptance(uuid, text, text, jsonb) to service_role;

create function private.accept_document(p_document text, p_version text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  perform private.record_acceptance(private.user_id(), p_document, p_version, '{"source": "accept_document"}');
end;
$$;

grant execute on function private.accept_document(text, text) to authenticated;

create function public.accept_document(p_document text, p_version text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.accept_document(p_document, p_version);
$$;

comment on function public.accept_document(text, text) is
  'The caller accepts a document: terms, privacy or professional_standards, in the version in force. '
  'Errors: unauthenticated (401), version_not_in_force (409), unknown_document (422).';

grant execute on function public.accept_document(text, text) to authenticated;
