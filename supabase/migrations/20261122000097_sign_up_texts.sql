-- The texts of mails about signing up. A correction is a new version, never an edit of this file
-- once it has been released.
--
-- No word in them was typed by anybody: whoever signs strangers up sends them nothing of their own in our name.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('sign_up', 'security', 'Somebody wants an account: sent to an address that has none.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('sign_up_taken', 'security', 'The same, where the address has an account already.', false, '{sign-in,forgot-password}',
    '{}', '{}'),
  ('sign_up_moved', 'security', 'The same, where an account was moved from the address a short while ago.', false, '{sign-in}',
    '{}', '{}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'sign_up', 'en', now(),
  'Complete your sign-up',
$text$Hello,

welcome to {{product_name}}. Choose a password here, and your account is ready:

{{link}}

The link works until {{expires_at_local}}.

You did not sign up? Then you need not do anything: there is no account unless you open the link.
$text$,
$html$<p>Hello,</p>
<p>welcome to {{product_name}}. Choose a password, and your account is ready.</p>
<p><a class="button" href="{{link}}">Complete my sign-up</a></p>
<p>The link works until {{expires_at_local}}.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You did not sign up? Then you need not do anything: there is no account unless you open the link.</p>
$html$
),
(
  'sign_up', 'de', now(),
  'Schließen Sie Ihre Anmeldung ab',
$text$Guten Tag,

willkommen bei {{product_name}}. Wählen Sie hier ein Passwort, dann ist Ihr Konto bereit:

{{link}}

Der Link gilt bis {{expires_at_local}}.

Sie haben sich nicht angemeldet? Dann müssen Sie nichts tun: Ohne den Link entsteht kein Konto.
$text$,
$html$<p>Guten Tag,</p>
<p>willkommen bei {{product_name}}. Wählen Sie ein Passwort, dann ist Ihr Konto bereit.</p>
<p><a class="button" href="{{link}}">Anmeldung abschließen</a></p>
<p>Der Link gilt bis {{expires_at_local}}.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie haben sich nicht angemeldet? Dann müssen Sie nichts tun: Ohne den Link entsteht kein Konto.</p>
$html$
),
(
  'sign_up_taken', 'en', now(),
  'You have an account already',
$text$Hello,

somebody, probably you, wanted to sign up to {{product_name}} with this address. It has an account already, so nothing was changed. Sign in here:

{{site_url}}/sign-in

You forgot the password? Choose a new one: {{site_url}}/forgot-password

You did not ask for it? Then you need not do anything.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, wanted to sign up to {{product_name}} with this address. It has an account already, so nothing was changed.</p>
<p><a class="button" href="{{site_url}}/sign-in">Sign in</a></p>
<p>You forgot the password? <a href="{{site_url}}/forgot-password">Choose a new one</a>.</p>
<p>You did not ask for it? Then you need not do anything.</p>
$html$
),
(
  'sign_up_taken', 'de', now(),
  'Sie haben schon ein Konto',
$text$Guten Tag,

jemand, vermutlich Sie, wollte sich mit dieser Adresse bei {{product_name}} anmelden. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert. Hier melden Sie sich damit an:

{{site_url}}/sign-in

Passwort vergessen? Wählen Sie ein neues: {{site_url}}/forgot-password

Sie haben das nicht verlangt? Dann müssen Sie nichts tun.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, wollte sich mit dieser Adresse bei {{product_name}} anmelden. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert.</p>
<p><a class="button" href="{{site_url}}/sign-in">Anmelden</a></p>
<p>Passwort vergessen? <a href="{{site_url}}/forgot-password">Wählen Sie ein neues</a>.</p>
<p>Sie haben das nicht verlangt? Dann müssen Sie nichts tun.</p>
$html$
),
(
  'sign_up_moved', 'en', now(),
  'An account was moved from this address',
$text$Hello,

somebody, probably you, wanted to sign up to {{product_name}} with this address. An account was moved from it to another address a short while ago, so nobody can sign up with it for a day.

You moved it? Then sign in with the new address: {{site_url}}/sign-in

You did not? Take the account back, by the link in the mail that told you of the change.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, wanted to sign up to {{product_name}} with this address. An account was moved from it to another address a short while ago, so nobody can sign up with it for a day.</p>
<p>You moved it? Then <a href="{{site_url}}/sign-in">sign in</a> with the new address.</p>
<p>You did not? Take the account back, by the link in the mail that told you of the change.</p>
$html$
),
(
  'sign_up_moved', 'de', now(),
  'Ein Konto wurde von dieser Adresse umgestellt',
$text$Guten Tag,

jemand, vermutlich Sie, wollte sich mit dieser Adresse bei {{product_name}} anmelden. Ein Konto wurde vor Kurzem von ihr auf eine andere Adresse umgestellt, deshalb kann sich für einen Tag niemand mit ihr anmelden.

Das waren Sie? Dann melden Sie sich mit der neuen Adresse an: {{site_url}}/sign-in

Das waren nicht Sie? Holen Sie das Konto zurück, mit dem Link in der Mail über die Umstellung.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, wollte sich mit dieser Adresse bei {{product_name}} anmelden. Ein Konto wurde vor Kurzem von ihr auf eine andere Adresse umgestellt, deshalb kann sich für einen Tag niemand mit ihr anmelden.</p>
<p>Das waren Sie? Dann <a href="{{site_url}}/sign-in">melden Sie sich</a> mit der neuen Adresse an.</p>
<p>Das waren nicht Sie? Holen Sie das Konto zurück, mit dem Link in der Mail über die Umstellung.</p>
$html$
);
