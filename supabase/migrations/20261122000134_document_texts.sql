-- The texts of mails about documents. A correction is a new version, never an edit of this file once
-- it has been released.
--
-- They name the kind of document and nothing that somebody typed but the reason of an admin. {kind} stands
-- for the words in between, which are the same in each text of a language.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('document_approved', 'account', 'A document of a specialist was approved.', false, '{documents}',
    '{"recipient_name": "Robin Sample", "is_license": true, "is_diploma": false, "is_insurance": false, "is_certification": false, "is_other": false, "expires_on": "2027-06-30", "is_verified": true}', '{recipient_name,is_verified,expires_on}'),
  ('document_rejected', 'account', 'A document of a specialist could not be accepted.', false, '{documents}',
    '{"recipient_name": "Robin Sample", "is_license": true, "is_diploma": false, "is_insurance": false, "is_certification": false, "is_other": false, "expires_on": "2027-06-30", "is_verified": false, "reason": "The scan cannot be read."}', '{recipient_name,is_verified,expires_on}'),
  ('document_expiring', 'account', 'A document of a specialist expires soon.', false, '{documents}',
    '{"recipient_name": "Robin Sample", "is_license": true, "is_diploma": false, "is_insurance": false, "is_certification": false, "is_other": false, "expires_on": "2027-06-30", "is_verified": true}', '{recipient_name,is_verified}'),
  ('document_expired', 'account', 'A document of a specialist has expired.', false, '{documents}',
    '{"recipient_name": "Robin Sample", "is_license": true, "is_diploma": false, "is_insurance": false, "is_certification": false, "is_other": false, "expires_on": "2027-06-30", "is_verified": false}', '{recipient_name,is_verified}');

insert into public.email_templates (key, locale, published_at, subject, text, html)
select t.key, t.locale, now(), t.subject,
  format(E'%s{{#recipient_name}} {{recipient_name}}{{/recipient_name}},\n\n%s\n\n{{site_url}}/documents\n\n%s: {{unsubscribe_url}}\n', l.hello, replace(t.body, '{kind}', l.kind), l.stop),
  format(
    E'<p>%s{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>\n<p>%s</p>\n<p><a class="button" href="{{site_url}}/documents">%s</a></p>\n<p><a href="{{unsubscribe_url}}">%s</a></p>\n',
    l.hello, replace(replace(t.body, '{kind}', l.kind), E'\n\n', E'</p>\n<p>'), l.page, l.stop
  )
from (values
  ('en', 'Hello', 'Your documents', 'No more mails like this', '{{#is_license}}licence{{/is_license}}{{#is_diploma}}diploma{{/is_diploma}}{{#is_insurance}}proof of insurance{{/is_insurance}}'
    '{{#is_certification}}certificate{{/is_certification}}{{#is_other}}document{{/is_other}}'),
  ('de', 'Guten Tag', 'Ihre Dokumente', 'Keine solchen Mails mehr', '{{#is_license}}Zulassung{{/is_license}}{{#is_diploma}}Diplom{{/is_diploma}}{{#is_insurance}}Versicherungsnachweis{{/is_insurance}}'
    '{{#is_certification}}Zertifikat{{/is_certification}}{{#is_other}}sonstiges{{/is_other}}')
) l (locale, hello, page, stop, kind)
join (values
  ('document_approved', 'en', 'Your document was approved',
    E'we have checked your {kind}, and it is in order.\n\n{{#is_verified}}You are verified: people can book sessions with you.{{/is_verified}}{{^is_verified}}As soon as everything that your areas require is approved, and you have accepted the professional standards, you are verified.{{/is_verified}}'),
  ('document_approved', 'de', 'Ihr Dokument wurde angenommen',
    E'wir haben Ihr Dokument ({kind}) geprüft, und es ist in Ordnung.\n\n{{#is_verified}}Sie sind bestätigt: Man kann Termine mit Ihnen buchen.{{/is_verified}}{{^is_verified}}Sobald alles angenommen ist, was Ihre Bereiche verlangen, und Sie die Berufsgrundsätze angenommen haben, sind Sie bestätigt.{{/is_verified}}'),
  ('document_rejected', 'en', 'We could not accept your document',
    E'we have checked your {kind} and could not accept it. The reason:\n\n{{reason}}\n\nPlease upload another one.'),
  ('document_rejected', 'de', 'Wir konnten Ihr Dokument nicht annehmen',
    E'wir haben Ihr Dokument ({kind}) geprüft und konnten es nicht annehmen. Der Grund:\n\n{{reason}}\n\nBitte laden Sie ein anderes hoch.'),
  ('document_expiring', 'en', 'Your document expires on {{expires_on_local}}',
    E'your {kind} is valid until {{expires_on_local}}, that day included.\n\nPlease upload a new one in time: without it people cannot book sessions with you where it is required.'),
  ('document_expiring', 'de', 'Ihr Dokument gilt bis {{expires_on_local}}',
    E'Ihr Dokument ({kind}) gilt bis einschließlich {{expires_on_local}}.\n\nBitte laden Sie rechtzeitig ein neues hoch: Ohne es kann man dort, wo es verlangt wird, keine Termine mit Ihnen buchen.'),
  ('document_expired', 'en', 'Your document has expired',
    E'your {kind} was valid until {{expires_on_local}}.\n\n{{#is_verified}}Nothing that you offer requires a new one, so nothing changes.{{/is_verified}}{{^is_verified}}Until a new one is approved, people cannot book sessions with you. Sessions that are booked are not cancelled by this.{{/is_verified}}'),
  ('document_expired', 'de', 'Ihr Dokument ist abgelaufen',
    E'Ihr Dokument ({kind}) galt bis {{expires_on_local}}.\n\n{{#is_verified}}Sie brauchen kein neues, es ändert sich also nichts.{{/is_verified}}{{^is_verified}}Bis ein neues angenommen ist, kann man keine Termine mit Ihnen buchen. Gebuchte Termine werden dadurch nicht abgesagt.{{/is_verified}}')
) t (key, locale, subject, body) on t.locale = l.locale;

create function private.mail_document(p_document public.specialist_documents, p_template text, p_occasion text)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_email(
    p_template, p.id, p.email,
    jsonb_build_object(
      'recipient_name', nullif(p.display_name, ''), 'is_verified', s.status = 'verified', 'expires_on', p_document.expiry_date,
      'reason', p_document.rejection_reason, 'is_license', p_document.document_type = 'license',
      'is_diploma', p_document.document_type = 'diploma', 'is_insurance', p_document.document_type = 'insurance',
      'is_certification', p_document.document_type = 'certification', 'is_other', p_document.document_type = 'other'
    ),
    'account', format('document:%s:%s', p_document.id, p_occasion)
  )
  from public.specialists s
  join public.profiles p on p.id = s.user_id
  where s.id = p_document.specialist_id and p.email like '_%@_%';
$$;

comment on function private.mail_document(public.specialist_documents, text, text) is
  'Mails a specialist about a document, once for each occasion. Its status and the specialist''s are those of now.';
