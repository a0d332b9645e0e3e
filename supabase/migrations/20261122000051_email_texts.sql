-- The texts of the first mails. A correction is a new version, never an edit of this file
-- once it has been released.
--
-- Subjects say nothing about health: neither the kind of session nor the specialist. A mail to an
-- address that nobody has confirmed has no word in it that somebody typed, be it only their name:
-- else whoever signs up strangers sends them texts of their own in our name.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('verify_email', 'security', 'An account is made that nobody has confirmed, or its link is asked for again.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('booking_reminder', 'reminder', 'A session is about to begin: sent to both.', false, '{sessions,preferences}',
    '{"recipient_name": "Kim Sample", "starts_at": "2027-01-04T09:30:00Z", "duration_minutes": 50, "other_name": "Dr. Robin Sample", "session_type_name": "First conversation", "video": false, "phone": false, "in_person": true, "place_detail": "12 Sample Street"}',
    '{recipient_name,other_name,video,phone,in_person,place_detail}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'verify_email', 'en', now(),
  'Confirm your e-mail address',
$text$Hello,

welcome to {{product_name}}. Please confirm that this address is yours:

{{link}}

The link works until {{expires_at_local}}.

You did not sign up? Then you need not do anything: without a confirmation nobody can use the account.
$text$,
$html$<p>Hello,</p>
<p>welcome to {{product_name}}. Please confirm that this address is yours:</p>
<p><a class="button" href="{{link}}">Confirm my address</a></p>
<p>The link works until {{expires_at_local}}.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You did not sign up? Then you need not do anything: without a confirmation nobody can use the account.</p>
$html$
),
(
  'verify_email', 'de', now(),
  'Bitte bestätigen Sie Ihre E-Mail-Adresse',
$text$Guten Tag,

willkommen bei {{product_name}}. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört:

{{link}}

Der Link gilt bis {{expires_at_local}}.

Sie haben sich nicht angemeldet? Dann müssen Sie nichts tun: Ohne Bestätigung kann niemand das Konto nutzen.
$text$,
$html$<p>Guten Tag,</p>
<p>willkommen bei {{product_name}}. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört:</p>
<p><a class="button" href="{{link}}">Adresse bestätigen</a></p>
<p>Der Link gilt bis {{expires_at_local}}.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie haben sich nicht angemeldet? Dann müssen Sie nichts tun: Ohne Bestätigung kann niemand das Konto nutzen.</p>
$html$
),
(
  'booking_reminder', 'en', now(),
  'Reminder: your session on {{starts_at_local}}',
$text$Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

this is a reminder of your session:

  {{session_type_name}}{{#other_name}} with {{other_name}}{{/other_name}}
  {{starts_at_local}}, {{duration_minutes}} minutes
  {{#video}}By video: the link is on the page below{{/video}}{{#phone}}By phone{{/phone}}{{#in_person}}In person{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}

If you cannot make it, please cancel or move the session early, so that someone else can have the time:
{{site_url}}/sessions

When and whether we remind you is up to you: {{site_url}}/preferences

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>this is a reminder of your session:</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} with {{other_name}}{{/other_name}}<br>
{{starts_at_local}}, {{duration_minutes}} minutes<br>
{{#video}}By video: the link is on the page below{{/video}}{{#phone}}By phone{{/phone}}{{#in_person}}In person{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}</p>
<p>If you cannot make it, please <a href="{{site_url}}/sessions">cancel or move the session</a> early, so that someone else can have the time.</p>
<p>When and whether we remind you <a href="{{site_url}}/preferences">is up to you</a>.</p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'booking_reminder', 'de', now(),
  'Erinnerung: Ihr Termin am {{starts_at_local}}',
$text$Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

wir erinnern Sie an Ihren Termin:

  {{session_type_name}}{{#other_name}} mit {{other_name}}{{/other_name}}
  {{starts_at_local}}, {{duration_minutes}} Minuten
  {{#video}}Per Video: Der Link steht auf der Seite unten{{/video}}{{#phone}}Am Telefon{{/phone}}{{#in_person}}Vor Ort{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}

Falls Sie verhindert sind, sagen Sie den Termin bitte früh ab oder verschieben Sie ihn, damit jemand anderes die Zeit nutzen kann:
{{site_url}}/sessions

Ob und wann wir Sie erinnern, bestimmen Sie: {{site_url}}/preferences

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>wir erinnern Sie an Ihren Termin:</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} mit {{other_name}}{{/other_name}}<br>
{{starts_at_local}}, {{duration_minutes}} Minuten<br>
{{#video}}Per Video: Der Link steht auf der Seite unten{{/video}}{{#phone}}Am Telefon{{/phone}}{{#in_person}}Vor Ort{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}</p>
<p>Falls Sie verhindert sind, <a href="{{site_url}}/sessions">sagen Sie den Termin bitte früh ab oder verschieben Sie ihn</a>, damit jemand anderes die Zeit nutzen kann.</p>
<p>Ob und wann wir Sie erinnern, <a href="{{site_url}}/preferences">bestimmen Sie</a>.</p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
);
