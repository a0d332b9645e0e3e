-- The texts of mails about companies. A correction is a new version, never an edit of this file once
-- it has been released.
--
-- The invitation goes to an address that nobody has confirmed, so by the rule of the first texts it has
-- no word in it that somebody typed, with one exception: the company's name, without which nobody would
-- know what the mail is about. A platform admin gave it, and a change of it is audited. What the
-- admin calls the person is not in it.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('company_invitation', 'account', 'A company invites somebody.', true, '{}',
    '{"company_name": "Larkspur Ltd", "expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('plan_assigned', 'account', 'A company has a plan, or another one: sent to its admins.', false, '{company}',
    '{"company_name": "Larkspur Ltd", "plan_name": "Growth", "seats": 100, "sessions_per_month": 4, "starts_on": "2027-01-01", "ends_on": "2027-12-31", "is_trial": true}', '{sessions_per_month,ends_on,is_trial}'),
  ('plan_ended', 'account', 'The plan of a company has ended: sent to its admins.', false, '{company}',
    '{"company_name": "Larkspur Ltd", "plan_name": "Growth", "is_trial": true}', '{is_trial}'),
  ('company_verified', 'account', 'The details of a company were verified: sent to its admins.', false, '{company}',
    '{"company_name": "Larkspur Ltd"}', '{}'),
  ('company_rejected', 'account', 'The details of a company could not be verified: sent to its admins.', false, '{company}',
    '{"company_name": "Larkspur Ltd", "reason": "The registration number is that of another company."}', '{}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'company_invitation', 'en', now(),
  'Your employer invites you to {{product_name}}',
$text$Hello,

you are invited to {{product_name}}, where you can book sessions with specialists for your wellbeing. The invitation is from your employer, {{company_name}}, who learns neither whether nor what you book.

Accept the invitation here:

{{link}}

The link works until {{expires_at_local}}.

You do not know what this is about? Then you need not do anything.

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello,</p>
<p>you are invited to {{product_name}}, where you can book sessions with specialists for your wellbeing. The invitation is from your employer, {{company_name}}, who learns neither whether nor what you book.</p>
<p><a class="button" href="{{link}}">Accept the invitation</a></p>
<p>The link works until {{expires_at_local}}.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You do not know what this is about? Then you need not do anything.</p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'company_invitation', 'de', now(),
  'Ihr Arbeitgeber lädt Sie zu {{product_name}} ein',
$text$Guten Tag,

Sie sind zu {{product_name}} eingeladen und können dort Termine mit Fachleuten für Ihr Wohlbefinden buchen. Die Einladung kommt von Ihrem Arbeitgeber, {{company_name}}. Er erfährt weder ob noch was Sie buchen.

Nehmen Sie die Einladung hier an:

{{link}}

Der Link gilt bis {{expires_at_local}}.

Sie wissen nicht, worum es geht? Dann müssen Sie nichts tun.

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag,</p>
<p>Sie sind zu {{product_name}} eingeladen und können dort Termine mit Fachleuten für Ihr Wohlbefinden buchen. Die Einladung kommt von Ihrem Arbeitgeber, {{company_name}}. Er erfährt weder ob noch was Sie buchen.</p>
<p><a class="button" href="{{link}}">Einladung annehmen</a></p>
<p>Der Link gilt bis {{expires_at_local}}.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie wissen nicht, worum es geht? Dann müssen Sie nichts tun.</p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
),
(
  'plan_assigned', 'en', now(),
  'The plan of {{company_name}}',
$text$Hello,

{{company_name}} now has the plan {{plan_name}}:

  Seats: {{seats}}
  Sessions per month for each member: {{#sessions_per_month}}{{sessions_per_month}}{{/sessions_per_month}}{{^sessions_per_month}}no limit{{/sessions_per_month}}
  From: {{starts_on_local}}{{#ends_on}}
  Until: {{ends_on_local}}{{/ends_on}}{{#is_trial}}

This is a trial.{{/is_trial}}

{{site_url}}/company

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello,</p>
<p>{{company_name}} now has the plan <strong>{{plan_name}}</strong>:</p>
<p>Seats: {{seats}}<br>
Sessions per month for each member: {{#sessions_per_month}}{{sessions_per_month}}{{/sessions_per_month}}{{^sessions_per_month}}no limit{{/sessions_per_month}}<br>
From: {{starts_on_local}}{{#ends_on}}<br>
Until: {{ends_on_local}}{{/ends_on}}</p>
{{#is_trial}}<p>This is a trial.</p>{{/is_trial}}
<p><a class="button" href="{{site_url}}/company">Your company's page</a></p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'plan_assigned', 'de', now(),
  'Der Tarif von {{company_name}}',
$text$Guten Tag,

{{company_name}} hat jetzt den Tarif {{plan_name}}:

  Plätze: {{seats}}
  Termine im Monat je Mitglied: {{#sessions_per_month}}{{sessions_per_month}}{{/sessions_per_month}}{{^sessions_per_month}}unbegrenzt{{/sessions_per_month}}
  Von: {{starts_on_local}}{{#ends_on}}
  Bis: {{ends_on_local}}{{/ends_on}}{{#is_trial}}

Er ist zur Probe.{{/is_trial}}

{{site_url}}/company

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag,</p>
<p>{{company_name}} hat jetzt den Tarif <strong>{{plan_name}}</strong>:</p>
<p>Plätze: {{seats}}<br>
Termine im Monat je Mitglied: {{#sessions_per_month}}{{sessions_per_month}}{{/sessions_per_month}}{{^sessions_per_month}}unbegrenzt{{/sessions_per_month}}<br>
Von: {{starts_on_local}}{{#ends_on}}<br>
Bis: {{ends_on_local}}{{/ends_on}}</p>
{{#is_trial}}<p>Er ist zur Probe.</p>{{/is_trial}}
<p><a class="button" href="{{site_url}}/company">Zur Seite Ihres Unternehmens</a></p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
),
(
  'plan_ended', 'en', now(),
  'The plan of {{company_name}} has ended',
$text$Hello,

the plan {{plan_name}} of {{company_name}} {{#is_trial}}was a trial, which is over{{/is_trial}}{{^is_trial}}has ended{{/is_trial}}. For the time being nobody can book or be invited. Sessions that are booked take place.

Would you like to go on? Talk to whoever looks after you with us. Your company's page is here:

{{site_url}}/company

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello,</p>
<p>the plan {{plan_name}} of {{company_name}} {{#is_trial}}was a trial, which is over{{/is_trial}}{{^is_trial}}has ended{{/is_trial}}. For the time being nobody can book or be invited. Sessions that are booked take place.</p>
<p>Would you like to go on? Talk to whoever looks after you with us. <a href="{{site_url}}/company">Your company's page</a></p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'plan_ended', 'de', now(),
  'Der Tarif von {{company_name}} ist beendet',
$text$Guten Tag,

der Tarif {{plan_name}} von {{company_name}} {{#is_trial}}war zur Probe und ist abgelaufen{{/is_trial}}{{^is_trial}}ist beendet{{/is_trial}}. Vorerst kann niemand buchen oder eingeladen werden. Gebuchte Termine finden statt.

Möchten Sie weitermachen? Wenden Sie sich an Ihre Ansprechperson bei uns. Die Seite Ihres Unternehmens ist hier:

{{site_url}}/company

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag,</p>
<p>der Tarif {{plan_name}} von {{company_name}} {{#is_trial}}war zur Probe und ist abgelaufen{{/is_trial}}{{^is_trial}}ist beendet{{/is_trial}}. Vorerst kann niemand buchen oder eingeladen werden. Gebuchte Termine finden statt.</p>
<p>Möchten Sie weitermachen? Wenden Sie sich an Ihre Ansprechperson bei uns. <a href="{{site_url}}/company">Die Seite Ihres Unternehmens</a></p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
),
(
  'company_verified', 'en', now(),
  '{{company_name}} is verified',
$text$Hello,

we have checked the details of {{company_name}}. Everything is in order, and there is nothing left to do.

{{site_url}}/company

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello,</p>
<p>we have checked the details of {{company_name}}. Everything is in order, and there is nothing left to do.</p>
<p><a class="button" href="{{site_url}}/company">Your company's page</a></p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'company_verified', 'de', now(),
  '{{company_name}} ist bestätigt',
$text$Guten Tag,

wir haben die Angaben zu {{company_name}} geprüft. Alles ist in Ordnung, und Sie müssen nichts weiter tun.

{{site_url}}/company

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag,</p>
<p>wir haben die Angaben zu {{company_name}} geprüft. Alles ist in Ordnung, und Sie müssen nichts weiter tun.</p>
<p><a class="button" href="{{site_url}}/company">Zur Seite Ihres Unternehmens</a></p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
),
(
  'company_rejected', 'en', now(),
  'We could not verify {{company_name}}',
$text$Hello,

we have checked the details of {{company_name}} and could not verify them. The reason:

{{reason}}

Please correct them and submit them again:
{{site_url}}/company

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello,</p>
<p>we have checked the details of {{company_name}} and could not verify them. The reason:</p>
<p>{{reason}}</p>
<p>Please correct them and <a href="{{site_url}}/company">submit them again</a>.</p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'company_rejected', 'de', now(),
  'Wir konnten {{company_name}} nicht bestätigen',
$text$Guten Tag,

wir haben die Angaben zu {{company_name}} geprüft und konnten sie nicht bestätigen. Der Grund:

{{reason}}

Bitte berichtigen Sie die Angaben und reichen Sie sie noch einmal ein:
{{site_url}}/company

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag,</p>
<p>wir haben die Angaben zu {{company_name}} geprüft und konnten sie nicht bestätigen. Der Grund:</p>
<p>{{reason}}</p>
<p>Bitte berichtigen Sie die Angaben und <a href="{{site_url}}/company">reichen Sie sie noch einmal ein</a>.</p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
);

create function private.mail_company_admins(p_company_id uuid, p_template text, p_variables jsonb, p_dedupe_key text)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_email(
    p_template, p.id, p.email, p_variables || jsonb_build_object('company_name', c.name), 'account', p_dedupe_key || ':' || p.id
  )
  from public.companies c
  join public.company_members m on m.company_id = c.id and m.role = 'admin' and m.status = 'active'
  join public.profiles p on p.id = m.user_id and p.email like '_%@_%'
  where c.id = p_company_id
  order by p.id;
$$;

comment on function private.mail_company_admins(uuid, text, jsonb, text) is 'Mails every admin of a company.';
