-- The texts of mails in place of those that Auth would send. A correction is a new version, never an edit of
-- this file once it has been released.
--
-- No word in them was typed by anybody: a link to sign in with can be asked for with any address.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('invited', 'security', 'An admin has made an account for an address.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('sign_in_link', 'security', 'A link to sign in with is asked for, which there is not.', false, '{sign-in,forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('phone_changed', 'security', 'The phone number of an account was changed.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('sign_in_method_added', 'security', 'An account has another way to sign in.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('sign_in_method_removed', 'security', 'A way to sign in was taken from an account.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('second_factor_added', 'security', 'An account asks for a second factor.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('second_factor_removed', 'security', 'A second factor was taken from an account.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('second_factor_attempts', 'security', 'Somebody who has the password keeps trying wrong codes.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'invited', 'en', now(),
  'An account was made for you',
$text$Hello,

there is an account of {{product_name}} for this address. Choose a password here, and it is yours:

{{link}}

The link works until {{expires_at_local}}.

You do not want one? Then you need not do anything: without the link nobody can use it.
$text$,
$html$<p>Hello,</p>
<p>there is an account of {{product_name}} for this address. Choose a password, and it is yours.</p>
<p><a class="button" href="{{link}}">Choose a password</a></p>
<p>The link works until {{expires_at_local}}.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You do not want one? Then you need not do anything: without the link nobody can use it.</p>
$html$
),
(
  'invited', 'de', now(),
  'Für Sie gibt es ein Konto',
$text$Guten Tag,

zu dieser Adresse gibt es ein Konto bei {{product_name}}. Wählen Sie hier ein Passwort, dann gehört es Ihnen:

{{link}}

Der Link gilt bis {{expires_at_local}}.

Sie möchten keines? Dann müssen Sie nichts tun: Ohne den Link kann es niemand verwenden.
$text$,
$html$<p>Guten Tag,</p>
<p>zu dieser Adresse gibt es ein Konto bei {{product_name}}. Wählen Sie ein Passwort, dann gehört es Ihnen.</p>
<p><a class="button" href="{{link}}">Passwort wählen</a></p>
<p>Der Link gilt bis {{expires_at_local}}.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie möchten keines? Dann müssen Sie nichts tun: Ohne den Link kann es niemand verwenden.</p>
$html$
),
(
  'sign_in_link', 'en', now(),
  'You sign in with your password',
$text$Hello,

somebody, probably you, asked {{product_name}} for a link to sign in with: {{noticed_at_local}}. There are no such links. Sign in with your password here:

{{site_url}}/sign-in

You forgot it? Choose a new one: {{site_url}}/forgot-password

You did not ask for it? Then you need not do anything: nobody got in.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, asked {{product_name}} for a link to sign in with: {{noticed_at_local}}. There are no such links. Sign in with your password.</p>
<p><a class="button" href="{{site_url}}/sign-in">Sign in</a></p>
<p>You forgot it? <a href="{{site_url}}/forgot-password">Choose a new one</a>.</p>
<p>You did not ask for it? Then you need not do anything: nobody got in.</p>
$html$
),
(
  'sign_in_link', 'de', now(),
  'Sie melden sich mit Ihrem Passwort an',
$text$Guten Tag,

jemand, vermutlich Sie, wollte von {{product_name}} einen Link zum Anmelden: {{noticed_at_local}}. Solche Links gibt es nicht. Melden Sie sich hier mit Ihrem Passwort an:

{{site_url}}/sign-in

Passwort vergessen? Wählen Sie ein neues: {{site_url}}/forgot-password

Sie haben das nicht verlangt? Dann müssen Sie nichts tun: Niemand ist hineingekommen.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, wollte von {{product_name}} einen Link zum Anmelden: {{noticed_at_local}}. Solche Links gibt es nicht. Melden Sie sich mit Ihrem Passwort an.</p>
<p><a class="button" href="{{site_url}}/sign-in">Anmelden</a></p>
<p>Passwort vergessen? <a href="{{site_url}}/forgot-password">Wählen Sie ein neues</a>.</p>
<p>Sie haben das nicht verlangt? Dann müssen Sie nichts tun: Niemand ist hineingekommen.</p>
$html$
),
(
  'phone_changed', 'en', now(),
  'The phone number of your account was changed',
$text$Hello,

your {{product_name}} account has another phone number: {{noticed_at_local}}.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>your {{product_name}} account has another phone number: {{noticed_at_local}}.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'phone_changed', 'de', now(),
  'Die Telefonnummer Ihres Kontos wurde geändert',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat eine andere Telefonnummer: {{noticed_at_local}}.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat eine andere Telefonnummer: {{noticed_at_local}}.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'sign_in_method_added', 'en', now(),
  'There is another way to sign in to your account',
$text$Hello,

another way to sign in was added to your {{product_name}} account: {{noticed_at_local}}.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>another way to sign in was added to your {{product_name}} account: {{noticed_at_local}}.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'sign_in_method_added', 'de', now(),
  'Für Ihr Konto gibt es einen weiteren Weg zur Anmeldung',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat einen weiteren Weg zur Anmeldung: {{noticed_at_local}}.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat einen weiteren Weg zur Anmeldung: {{noticed_at_local}}.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'sign_in_method_removed', 'en', now(),
  'A way to sign in to your account was removed',
$text$Hello,

a way to sign in was removed from your {{product_name}} account: {{noticed_at_local}}.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>a way to sign in was removed from your {{product_name}} account: {{noticed_at_local}}.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'sign_in_method_removed', 'de', now(),
  'Ein Weg zur Anmeldung an Ihrem Konto wurde entfernt',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat einen Weg zur Anmeldung weniger: {{noticed_at_local}}.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat einen Weg zur Anmeldung weniger: {{noticed_at_local}}.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'second_factor_added', 'en', now(),
  'Your account asks for a second factor',
$text$Hello,

a second factor was added to your {{product_name}} account: {{noticed_at_local}}. It can be asked for when you sign in.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>a second factor was added to your {{product_name}} account: {{noticed_at_local}}. It can be asked for when you sign in.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'second_factor_added', 'de', now(),
  'Ihr Konto hat einen zweiten Faktor',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat einen zweiten Faktor: {{noticed_at_local}}. Nach ihm kann bei der Anmeldung gefragt werden.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat einen zweiten Faktor: {{noticed_at_local}}. Nach ihm kann bei der Anmeldung gefragt werden.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'second_factor_removed', 'en', now(),
  'A second factor of your account was removed',
$text$Hello,

a second factor was removed from your {{product_name}} account: {{noticed_at_local}}. It is no longer asked for when you sign in.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>a second factor was removed from your {{product_name}} account: {{noticed_at_local}}. It is no longer asked for when you sign in.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'second_factor_removed', 'de', now(),
  'Ein zweiter Faktor Ihres Kontos wurde entfernt',
$text$Guten Tag,

von Ihrem Konto bei {{product_name}} wurde ein zweiter Faktor entfernt: {{noticed_at_local}}. Nach ihm wird bei der Anmeldung nicht mehr gefragt.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>von Ihrem Konto bei {{product_name}} wurde ein zweiter Faktor entfernt: {{noticed_at_local}}. Nach ihm wird bei der Anmeldung nicht mehr gefragt.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'second_factor_attempts', 'en', now(),
  'Somebody has the password of your account',
$text$Hello,

a wrong code of your second factor was entered several times for your {{product_name}} account, last: {{noticed_at_local}}. Nobody got in. Whoever it was had your password.

That was you? Wait a quarter of an hour, and sign in again. Is the clock of your phone right?

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>a wrong code of your second factor was entered several times for your {{product_name}} account, last: {{noticed_at_local}}. Nobody got in. Whoever it was had your password.</p>
<p>That was you? Wait a quarter of an hour, and sign in again. Is the clock of your phone right?</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'second_factor_attempts', 'de', now(),
  'Jemand hat das Passwort Ihres Kontos',
$text$Guten Tag,

für Ihr Konto bei {{product_name}} wurde mehrmals ein falscher Code des zweiten Faktors eingegeben, zuletzt: {{noticed_at_local}}. Niemand ist hineingekommen. Wer es war, hatte Ihr Passwort.

Das waren Sie? Warten Sie eine Viertelstunde, und melden Sie sich dann neu an. Geht die Uhr Ihres Telefons richtig?

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>für Ihr Konto bei {{product_name}} wurde mehrmals ein falscher Code des zweiten Faktors eingegeben, zuletzt: {{noticed_at_local}}. Niemand ist hineingekommen. Wer es war, hatte Ihr Passwort.</p>
<p>Das waren Sie? Warten Sie eine Viertelstunde, und melden Sie sich dann neu an. Geht die Uhr Ihres Telefons richtig?</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
);
