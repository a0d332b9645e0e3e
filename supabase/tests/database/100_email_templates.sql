-- Texts of mails: every key in English, no edit after publication, the nearest language wins.
begin;
select no_plan();

select is_empty(
  $$select distinct key from public.email_templates t where not exists (
      select from public.email_templates e where e.key = t.key and e.locale = 'en' and e.published_at is not null)$$,
  'every template exists in English'
);
select is_empty(
  $$select key from public.email_templates where locale = 'en' and published_at is not null
    except select key from public.email_templates where locale = 'de' and published_at is not null$$,
  'and in German'
);
select is_empty(
  $$select key from public.email_templates where subject ~ 'session_type|specialist|pillar'$$,
  'no subject tells what a session is about or with whom'
);
select is_empty(
  $$select key, locale from public.email_templates where text ~ '{{link}}' <> (html ~ '{{link}}')$$,
  'html and text carry the same link'
);
select is_empty(
  $$select t.key, t.locale, v[1] from public.email_templates t
    cross join regexp_matches(t.subject || t.text || t.html, '{{[#^/]?([a-z_]+)}}', 'g') v
    where not v[1] = any(array['product_name', 'site_url', 'preferences_url'] || case t.key
      when 'verify_email' then array['link', 'expires_at_local']
      when 'sign_up' then array['link', 'expires_at_local']
      when 'password_reset' then array['link', 'expires_at_local']
      when 'password_changed' then array['changed_at_local']
      when 'sign_in_attempts' then array['noticed_at_local']
      when 'email_change' then array['link', 'expires_at_local']
      when 'email_change_notice' then array['link', 'expires_at_local']
      when 'email_changed' then array['link', 'changed_at_local', 'expires_at_local']
      when 'membership_ended' then array['company_name', 'at_their_address']
      when 'booking_reminder' then array['recipient_name', 'starts_at_local', 'duration_minutes', 'specialist_name', 'session_type_name']
      when 'booking_cancelled' then array['recipient_name', 'starts_at_local', 'duration_minutes', 'session_type_name', 'reason']
      when 'company_invitation' then array['company_name', 'expires_at_local', 'link']
      when 'plan_assigned' then array['company_name', 'plan_name', 'seats', 'sessions_per_month', 'starts_on', 'ends_on', 'is_trial']
      when 'plan_ended' then array['company_name', 'plan_name', 'is_trial']
      when 'company_verified' then array['company_name']
      when 'company_rejected' then array['company_name', 'reason']
      when 'document_approved' then array['recipient_name', 'is_verified', 'is_license', 'is_diploma', 'is_insurance', 'is_certification', 'is_other']
      when 'document_rejected' then array['recipient_name', 'is_license', 'is_diploma', 'is_insurance', 'is_certification', 'is_other', 'reason']
      when 'document_expiring' then array['recipient_name', 'is_license', 'is_diploma', 'is_insurance', 'is_certification', 'is_other', 'expires_on']
      when 'document_expired' then array['recipient_name', 'is_verified', 'is_license', 'is_diploma', 'is_insurance', 'is_certification', 'is_other', 'expires_on']
      else array[]::text[] end)$$,
  'the texts use only what the mails bring along'
);

select is_empty(
  $$select key, locale from public.email_templates
    where text ~ '_at_local[^\n]*_at_local' or html ~ '_at_local[^\n]*_at_local'$$,
  'no line of a text tells the whole date twice'
);

select throws_ok($$update public.email_templates set subject = 'Other'$$, '55000', null, 'a published text is not edited');
select throws_ok($$delete from public.email_templates$$, '55000', null, 'nor deleted');
select throws_ok($$truncate public.email_templates$$, '42501', null, 'nor truncated');

insert into public.email_templates (key, locale, version, subject, html, text)
values ('verify_email', 'de', 2, 'Entwurf', 'x', 'x');
select is(
  private.template_in_force('verify_email', 'de'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'de' and version = 1),
  'a draft is not in force'
);
select lives_ok($$update public.email_templates set subject = 'Neu', published_at = now() where version = 2$$, 'a draft may be edited and published');
select is(
  private.template_in_force('verify_email', 'de-AT'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'de' and version = 2),
  'the highest version is in force, also for a region without a text of its own'
);
select is(
  private.template_in_force('verify_email', 'fr'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'en'),
  'an unknown language falls back to English'
);
select is(private.template_in_force('no_such_mail', 'en'), null, 'an unknown key has none');
select throws_ok(
  $$insert into public.email_templates (key, locale, subject, html, text) values ('bad', 'en', E'a\nBcc: b@c.d', 'x', 'x')$$,
  '23514', null, 'a subject has no line break'
);

select * from finish();
rollback;
