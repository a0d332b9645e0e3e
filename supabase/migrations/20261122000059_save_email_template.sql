-- Texts of mails that platform admins write.
--
-- Called: by the edge function email-templates, which alone can compile and fill a text: email_kind() as the admin, and
--         save_email_template() as the service, once the text was found to be in order.

create function private.email_kind(p_key text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v public.email_kinds;
begin
  perform private.require_platform_admin();
  select * into v from public.email_kinds where key = p_key;
  if v.key is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such mail.';
  end if;
  return jsonb_build_object(
    'key', v.key, 'has_link', v.has_link, 'is_refusable', v.category = any (private.refusable_categories()), 'pages', v.pages, 'samples', v.samples, 'optional', v.optional, 'admin_id', private.user_id()
  );
end;
$$;

grant execute on function private.email_kind(text) to authenticated;

create function public.email_kind(p_key text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.email_kind(p_key);
$$;

comment on function public.email_kind(text) is
  'For platform admins: what the texts of a mail may say. Answers {key, has_link, is_refusable, pages, samples, optional, admin_id}. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404).';

grant execute on function public.email_kind(text) to authenticated;

-- Of a text with an old checkpoint in it a witness would keep that one for good, and miss what was cut off after it.
create function private.fixed_mails()
returns text[]
language sql
immutable
set search_path = ''
as $$ select array['audit_checkpoint']; $$;

comment on function private.fixed_mails() is 'The mails whose texts come with migrations alone, since they vouch for something to who trusts no platform admin.';

create function private.save_email_template(
  p_admin_id uuid, p_key text, p_locale text, p_subject text, p_html text, p_text text, p_after_version int, p_publish boolean,
  p_context jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_drafts constant int := 10;
  v_locale constant text := private.language_tag(p_locale);
  v_latest int;
  v public.email_templates;
begin
  if not exists (select from public.user_roles where user_id = p_admin_id and role = 'platform_admin') then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'Platform admins only.';
  elsif p_key = any (private.fixed_mails()) then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'The texts of this mail come with a release.';
  end if;
  -- Whoever saves a text of the same mail waits here, and then sees this version.
  perform from public.email_kinds where key = p_key for no key update;
  if not found then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such mail.';
  end if;
  select coalesce(max(version), 0) into v_latest from public.email_templates where key = p_key and locale = v_locale;
  if v_latest <> p_after_version then
    raise sqlstate 'PT409' using message = 'conflict', detail = 'Somebody has saved another version meanwhile.';
  end if;
  insert into public.email_templates (key, locale, version, subject, html, text, published_at)
  values (p_key, v_locale, v_latest + 1, p_subject, p_html, p_text, case when p_publish then now() end)
  returning * into v;
  -- The drafts that led to it, and of a long row of drafts the oldest.
  delete from public.email_templates
  where key = p_key and locale = v_locale and published_at is null and version < v.version
    and (p_publish or version <= v.version - v_drafts);
  perform private.write_audit(
    case when p_publish then 'email_template.published' else 'email_template.saved' end,
    'email_templates', v.id::text, p_admin_id, null,
    jsonb_build_object('key', v.key, 'locale', v.locale, 'version', v.version), p_context
  );
  return jsonb_build_object('id', v.id, 'version', v.version, 'is_published', v.published_at is not null);
end;
$$;

grant execute on function private.save_email_template(uuid, text, text, text, text, text, int, boolean, jsonb) to service_role;

create function public.save_email_template(
  p_admin_id uuid, p_key text, p_locale text, p_subject text, p_html text, p_text text, p_after_version int, p_publish boolean,
  p_context jsonb
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.save_email_template(p_admin_id, p_key, p_locale, p_subject, p_html, p_text, p_after_version, p_publish, p_context);
$$;

comment on function public.save_email_template(uuid, text, text, text, text, text, int, boolean, jsonb) is
  'Keeps a text that the edge function email-templates found to be in order, as the next version of its key and language, for a platform admin. '
  'Answers {id, version, is_published}. Errors: forbidden (403), not_found (404), conflict (409).';

grant execute on function public.save_email_template(uuid, text, text, text, text, text, int, boolean, jsonb) to service_role;

create function private.send_test_email(p_template_id bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_admin_id constant uuid := private.user_id();
  v_name text;
  v_samples jsonb;
begin
  perform private.require_platform_admin();
  select format('%s@%s', t.key, t.id), k.samples || jsonb_build_object(
    'link', 'https://example.com/a-link-of-its-own', 'unsubscribe_url', 'https://example.com/unsubscribe'
  )
  into v_name, v_samples
  from public.email_templates t join public.email_kinds k on k.key = t.key
  where t.id = p_template_id;
  if v_name is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such text.';
  end if;
  perform private.write_audit('email_template.tried', 'email_templates', p_template_id::text, v_admin_id, null, null);
  -- Asked for by who gets it: quiet hours and switches are not meant.
  perform private.enqueue_email(
    v_name, p.id, p.email, v_samples, 'security',
    format('template_test:%s:%s:%s', v_name, p.id, floor(extract(epoch from clock_timestamp()) / 10))
  )
  from public.profiles p where p.id = v_admin_id;
end;
$$;

grant execute on function private.send_test_email(bigint) to authenticated;

create function public.send_test_email(p_template_id bigint)
returns void
language sql
set search_path = ''
as $$
  select private.send_test_email(p_template_id);
$$;

comment on function public.send_test_email(bigint) is
  'For platform admins: mails a version of a text, a draft too, to whoever asks, filled with the samples of its kind; once in ten seconds. '
  'Errors: unauthenticated (401), forbidden (403), not_found (404), rate_limited (429).';

grant execute on function public.send_test_email(bigint) to authenticated;
