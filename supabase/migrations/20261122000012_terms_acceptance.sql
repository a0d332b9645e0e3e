-- Terms acceptance (T3): which version of which document a person accepted, when and from where.
--
-- Read:  the person their own; platform admins a person's by public.read_person().
-- Write: accept_document() and withdraw_acceptance() alone, so that times, address and user agent are the server's.
--
-- Who has not accepted the terms and the privacy notice in force begins nothing new: hooks.before_request() asks. What they have,
-- they see and end, and jobs go on. What the professional standards are for: private.may_be_verified().

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
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  constraint not_accepted_in_the_future check (accepted_at <= created_at),
  constraint accepted_before_withdrawn check (withdrawn_at >= accepted_at)
);

comment on table public.terms_acceptance is
  'Evidence of acceptance of terms, privacy notice and professional standards, per version. Never edited: it is withdrawn, once.';
comment on column public.terms_acceptance.withdrawn_at is 'Since when it no longer holds. Who accepts again has another row.';

create unique index terms_acceptance_holds_idx on public.terms_acceptance (user_id, document, version) where withdrawn_at is null;
create index terms_acceptance_user_id_idx on public.terms_acceptance (user_id, accepted_at);
create index terms_acceptance_document_idx on public.terms_acceptance (document, version);

create trigger refuse_update before update on public.terms_acceptance
  for each row when (old.withdrawn_at is not null or to_jsonb(new.*) - 'withdrawn_at' <> to_jsonb(old.*) - 'withdrawn_at')
  execute function private.refuse_change();

select private.keep_no_statistics('public.terms_acceptance');

alter table public.terms_acceptance enable row level security;
alter table public.terms_acceptance force row level security;
revoke all on table public.terms_acceptance from public, anon, authenticated, service_role;
grant select (
  id, user_id, document, version, accepted_at, ip_address, user_agent, withdrawn_at, created_at
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

create function private.has_accepted(p_user_id uuid, p_document text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select from public.terms_acceptance
    where user_id = p_user_id and document = p_document and withdrawn_at is null
      and version = private.setting(p_document || '_version') #>> '{}'
  );
$$;

comment on function private.has_accepted(uuid, text) is 'Whether a person''s acceptance of the version in force holds.';

create function private.require_terms()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not (private.has_accepted(private.user_id(), 'terms') and private.has_accepted(private.user_id(), 'privacy')) then
    raise sqlstate 'PT409' using message = 'terms_required', detail = 'Accept the terms and the privacy notice in force first.';
  end if;
end;
$$;

comment on function private.require_terms() is
  'Refuses whoever has not accepted the terms and the privacy notice in force. Error: terms_required (409).';

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
  on conflict (user_id, document, version) where withdrawn_at is null do nothing;
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

create function private.withdraw_acceptance(p_document text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_versions jsonb;
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif not private.is_value_of('public.legal_document', p_document) then
    raise sqlstate 'PT422' using message = 'unknown_document', detail = 'There is no such document.';
  end if;
  with withdrawn as (
    update public.terms_acceptance set withdrawn_at = now()
    where user_id = private.user_id() and document = p_document and withdrawn_at is null
    returning version
  )
  select jsonb_agg(version order by version) into v_versions from withdrawn;
  if v_versions is not null then
    perform private.write_audit(
      'terms.withdrawn', 'terms_acceptance', p_document, private.user_id(),
      jsonb_build_object('document', p_document, 'versions', v_versions), null, '{"source": "withdraw_acceptance"}'
    );
  end if;
end;
$$;

grant execute on function private.withdraw_acceptance(text) to authenticated;

create function public.withdraw_acceptance(p_document text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.withdraw_acceptance(p_document);
$$;

comment on function public.withdraw_acceptance(text) is
  'The caller no longer accepts a document, in any version: terms, privacy or professional_standards. They begin nothing new, '
  'or are no longer a verified specialist, until they accept again. Idempotent. '
  'Errors: unauthenticated (401), unknown_document (422).';

grant execute on function public.withdraw_acceptance(text) to authenticated;
