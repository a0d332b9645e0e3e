-- The texts of mails about passwords and sign-ins. A correction is a new version, never an edit of
-- this file once it has been released.
--
-- None has a word in it that somebody typed: a link to reset a password goes to any address that
-- has an account, and the other two must not carry what an attacker put into a header.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('password_reset', 'security', 'A new password is asked for.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('password_changed', 'security', 'The password of an account was changed.', false, '{forgot-password}',
    '{"changed_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('sign_in_attempts', 'security', 'Somebody keeps trying wrong passwords.', false, '{forgot-password}',
    '{"noticed_at": "2027-01-04T09:30:00Z"}', '{}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'password_reset', 'en', now(),
  'Choose a new password',
$text$Hello,

somebody, probably you, wants a new password for {{product_name}}. Choose it here:

{{link}}

The link works once, until {{expires_at_local}}. A link that we sent you before no longer works.

You did not ask for it? Then you need not do anything: your password stays as it is.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, wants a new password for {{product_name}}.</p>
<p><a class="button" href="{{link}}">Choose a new password</a></p>
<p>The link works once, until {{expires_at_local}}. A link that we sent you before no longer works.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You did not ask for it? Then you need not do anything: your password stays as it is.</p>
$html$
),
(
  'password_reset', 'de', now(),
  'Wählen Sie ein neues Passwort',
$text$Guten Tag,

jemand, vermutlich Sie, möchte ein neues Passwort für {{product_name}}. Wählen Sie es hier:

{{link}}

Der Link gilt einmal, bis {{expires_at_local}}. Ein Link, den wir Ihnen vorher geschickt haben, gilt nicht mehr.

Sie haben das nicht verlangt? Dann müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, möchte ein neues Passwort für {{product_name}}.</p>
<p><a class="button" href="{{link}}">Neues Passwort wählen</a></p>
<p>Der Link gilt einmal, bis {{expires_at_local}}. Ein Link, den wir Ihnen vorher geschickt haben, gilt nicht mehr.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie haben das nicht verlangt? Dann müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.</p>
$html$
),
(
  'password_changed', 'en', now(),
  'Your password was changed',
$text$Hello,

the password of your {{product_name}} account was changed: {{changed_at_local}}.

That was you? Then everything is in order.

That was not you? Choose a new password at once; it ends every session that is open anywhere:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>the password of your {{product_name}} account was changed: {{changed_at_local}}.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? <a href="{{site_url}}/forgot-password">Choose a new password</a> at once; it ends every session that is open anywhere.</p>
$html$
),
(
  'password_changed', 'de', now(),
  'Ihr Passwort wurde geändert',
$text$Guten Tag,

das Passwort Ihres Kontos bei {{product_name}} wurde geändert: {{changed_at_local}}.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Wählen Sie sofort ein neues Passwort; das beendet jede Sitzung, die irgendwo offen ist:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>das Passwort Ihres Kontos bei {{product_name}} wurde geändert: {{changed_at_local}}.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? <a href="{{site_url}}/forgot-password">Wählen Sie sofort ein neues Passwort</a>; das beendet jede Sitzung, die irgendwo offen ist.</p>
$html$
),
(
  'sign_in_attempts', 'en', now(),
  'Somebody is trying to sign in to your account',
$text$Hello,

a wrong password was entered several times for your {{product_name}} account, last: {{noticed_at_local}}. Nobody got in. To slow this down, signing in with the password has to wait for a while after each further attempt, at most a quarter of an hour.

That was you, and you no longer know your password? You need not wait. Choose a new one, which works at once:

{{site_url}}/forgot-password

That was not you? Then you need not do anything. Is your password short, or in use elsewhere? Then choose a new one, at the same address.
$text$,
$html$<p>Hello,</p>
<p>a wrong password was entered several times for your {{product_name}} account, last: {{noticed_at_local}}. Nobody got in. To slow this down, signing in with the password has to wait for a while after each further attempt, at most a quarter of an hour.</p>
<p>That was you, and you no longer know your password? You need not wait. <a href="{{site_url}}/forgot-password">Choose a new one</a>, which works at once.</p>
<p>That was not you? Then you need not do anything. Is your password short, or in use elsewhere? Then <a href="{{site_url}}/forgot-password">choose a new one</a>.</p>
$html$
),
(
  'sign_in_attempts', 'de', now(),
  'Jemand versucht, sich an Ihrem Konto anzumelden',
$text$Guten Tag,

für Ihr Konto bei {{product_name}} wurde mehrmals ein falsches Passwort eingegeben, zuletzt: {{noticed_at_local}}. Niemand ist hineingekommen. Um das zu bremsen, ist eine Anmeldung mit dem Passwort nach jedem weiteren Versuch eine Zeit lang nicht möglich, höchstens eine Viertelstunde.

Das waren Sie, und Sie kennen Ihr Passwort nicht mehr? Sie müssen nicht warten. Wählen Sie ein neues, es gilt sofort:

{{site_url}}/forgot-password

Das waren nicht Sie? Dann müssen Sie nichts tun. Ist Ihr Passwort kurz, oder benutzen Sie es auch anderswo? Dann wählen Sie ein neues, unter derselben Adresse.
$text$,
$html$<p>Guten Tag,</p>
<p>für Ihr Konto bei {{product_name}} wurde mehrmals ein falsches Passwort eingegeben, zuletzt: {{noticed_at_local}}. Niemand ist hineingekommen. Um das zu bremsen, ist eine Anmeldung mit dem Passwort nach jedem weiteren Versuch eine Zeit lang nicht möglich, höchstens eine Viertelstunde.</p>
<p>Das waren Sie, und Sie kennen Ihr Passwort nicht mehr? Sie müssen nicht warten. <a href="{{site_url}}/forgot-password">Wählen Sie ein neues</a>, es gilt sofort.</p>
<p>Das waren nicht Sie? Dann müssen Sie nichts tun. Ist Ihr Passwort kurz, oder benutzen Sie es auch anderswo? Dann <a href="{{site_url}}/forgot-password">wählen Sie ein neues</a>.</p>
$html$
);
