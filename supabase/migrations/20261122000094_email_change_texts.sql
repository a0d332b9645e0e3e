-- The texts of mails about the address of an account. A correction is a new version, never an edit of
-- this file once it has been released.
--
-- None names the other address: who reads an employer's mailbox does not learn a private one from it, nor a
-- stranger whose account it is.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('email_change', 'security', 'An account is to have this address: sent to the new one.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('email_change_taken', 'security', 'The same, where the address has an account already.', false, '{sign-in}',
    '{}', '{}'),
  ('email_change_notice', 'security', 'An account is to have another address: sent to the old one.', true, '{}',
    '{"expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('email_changed', 'security', 'An account has another address now: sent to the old one.', true, '{}',
    '{"changed_at": "2027-01-03T09:30:00Z", "expires_at": "2027-01-04T09:30:00Z"}', '{}'),
  ('email_change_reverted', 'security', 'A change of address was taken back.', false, '{forgot-password}',
    '{}', '{}'),
  ('membership_ended', 'security', 'Somebody no longer belongs to a company.', false, '{change-address,sign-in}',
    '{"company_name": "Larkspur Ltd", "at_their_address": true}', '{at_their_address}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'email_change', 'en', now(),
  'Confirm your new address',
$text$Hello,

somebody, probably you, wants to use this address for their {{product_name}} account. Confirm it here:

{{link}}

The link works until {{expires_at_local}}. You will be signed out everywhere, and sign in with this address and the password you have.

You did not ask for it? Then do nothing: without the link, nothing changes.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, wants to use this address for their {{product_name}} account.</p>
<p><a class="button" href="{{link}}">Confirm the address</a></p>
<p>The link works until {{expires_at_local}}. You will be signed out everywhere, and sign in with this address and the password you have.</p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
<p>You did not ask for it? Then do nothing: without the link, nothing changes.</p>
$html$
),
(
  'email_change', 'de', now(),
  'Bestätigen Sie Ihre neue Adresse',
$text$Guten Tag,

jemand, vermutlich Sie, möchte diese Adresse für das eigene Konto bei {{product_name}} verwenden. Bestätigen Sie sie hier:

{{link}}

Der Link gilt bis {{expires_at_local}}. Sie werden überall abgemeldet und melden sich dann mit dieser Adresse und Ihrem bisherigen Passwort an.

Sie haben das nicht verlangt? Dann tun Sie nichts: Ohne den Link ändert sich nichts.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, möchte diese Adresse für das eigene Konto bei {{product_name}} verwenden.</p>
<p><a class="button" href="{{link}}">Adresse bestätigen</a></p>
<p>Der Link gilt bis {{expires_at_local}}. Sie werden überall abgemeldet und melden sich dann mit dieser Adresse und Ihrem bisherigen Passwort an.</p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
<p>Sie haben das nicht verlangt? Dann tun Sie nichts: Ohne den Link ändert sich nichts.</p>
$html$
),
(
  'email_change_taken', 'en', now(),
  'You have an account with this address',
$text$Hello,

somebody, probably you, wanted to move an account of {{product_name}} to this address. It has an account already, so nothing was changed. Sign in with it here:

{{site_url}}/sign-in

To use this address for the other account, give this one another address first. You did not ask for it? Then you need not do anything.
$text$,
$html$<p>Hello,</p>
<p>somebody, probably you, wanted to move an account of {{product_name}} to this address. It has an account already, so nothing was changed. <a href="{{site_url}}/sign-in">Sign in with it</a>.</p>
<p>To use this address for the other account, give this one another address first. You did not ask for it? Then you need not do anything.</p>
$html$
),
(
  'email_change_taken', 'de', now(),
  'Zu dieser Adresse gibt es schon ein Konto',
$text$Guten Tag,

jemand, vermutlich Sie, wollte ein Konto bei {{product_name}} auf diese Adresse umstellen. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert. Hier melden Sie sich damit an:

{{site_url}}/sign-in

Um diese Adresse für das andere Konto zu verwenden, geben Sie diesem zuerst eine andere. Sie haben das nicht verlangt? Dann müssen Sie nichts tun.
$text$,
$html$<p>Guten Tag,</p>
<p>jemand, vermutlich Sie, wollte ein Konto bei {{product_name}} auf diese Adresse umstellen. Zu ihr gibt es schon ein Konto, deshalb wurde nichts geändert. <a href="{{site_url}}/sign-in">Melden Sie sich damit an</a>.</p>
<p>Um diese Adresse für das andere Konto zu verwenden, geben Sie diesem zuerst eine andere. Sie haben das nicht verlangt? Dann müssen Sie nichts tun.</p>
$html$
),
(
  'email_change_notice', 'en', now(),
  'Somebody wants to change the address of your account',
$text$Hello,

another address was asked for, for your {{product_name}} account. It is used once it has been confirmed from there, until {{expires_at_local}} at the latest.

That was you? Then you need not do anything here.

That was not you? Keep this address. It ends every session that is open anywhere:

{{link}}
$text$,
$html$<p>Hello,</p>
<p>another address was asked for, for your {{product_name}} account. It is used once it has been confirmed from there, until {{expires_at_local}} at the latest.</p>
<p>That was you? Then you need not do anything here.</p>
<p>That was not you? Keep this address. It ends every session that is open anywhere.</p>
<p><a class="button" href="{{link}}">Keep this address</a></p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
$html$
),
(
  'email_change_notice', 'de', now(),
  'Jemand möchte die Adresse Ihres Kontos ändern',
$text$Guten Tag,

für Ihr Konto bei {{product_name}} wurde eine andere Adresse angegeben. Sie gilt, sobald sie von dort bestätigt ist, spätestens bis {{expires_at_local}}.

Das waren Sie? Dann müssen Sie hier nichts tun.

Das waren nicht Sie? Behalten Sie diese Adresse. Das beendet jede Sitzung, die irgendwo offen ist:

{{link}}
$text$,
$html$<p>Guten Tag,</p>
<p>für Ihr Konto bei {{product_name}} wurde eine andere Adresse angegeben. Sie gilt, sobald sie von dort bestätigt ist, spätestens bis {{expires_at_local}}.</p>
<p>Das waren Sie? Dann müssen Sie hier nichts tun.</p>
<p>Das waren nicht Sie? Behalten Sie diese Adresse. Das beendet jede Sitzung, die irgendwo offen ist.</p>
<p><a class="button" href="{{link}}">Diese Adresse behalten</a></p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
$html$
),
(
  'email_changed', 'en', now(),
  'The address of your account was changed',
$text$Hello,

your {{product_name}} account has another address now: {{changed_at_local}}. This one is no longer used for it.

That was you? Then everything is in order.

That was not you? Take the account back, until {{expires_at_local}}. It then has this address again, every session ends, and you choose a new password:

{{link}}
$text$,
$html$<p>Hello,</p>
<p>your {{product_name}} account has another address now: {{changed_at_local}}. This one is no longer used for it.</p>
<p>That was you? Then everything is in order.</p>
<p>That was not you? Take the account back, until {{expires_at_local}}. It then has this address again, every session ends, and you choose a new password.</p>
<p><a class="button" href="{{link}}">Take the account back</a></p>
<p>If the button does nothing, copy this address into your browser:<br>{{link}}</p>
$html$
),
(
  'email_changed', 'de', now(),
  'Die Adresse Ihres Kontos wurde geändert',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat jetzt eine andere Adresse: {{changed_at_local}}. Diese hier wird dafür nicht mehr verwendet.

Das waren Sie? Dann ist alles in Ordnung.

Das waren nicht Sie? Holen Sie das Konto zurück, bis {{expires_at_local}}. Es hat dann wieder diese Adresse, jede Sitzung endet, und Sie wählen ein neues Passwort:

{{link}}
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat jetzt eine andere Adresse: {{changed_at_local}}. Diese hier wird dafür nicht mehr verwendet.</p>
<p>Das waren Sie? Dann ist alles in Ordnung.</p>
<p>Das waren nicht Sie? Holen Sie das Konto zurück, bis {{expires_at_local}}. Es hat dann wieder diese Adresse, jede Sitzung endet, und Sie wählen ein neues Passwort.</p>
<p><a class="button" href="{{link}}">Konto zurückholen</a></p>
<p>Falls der Knopf nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:<br>{{link}}</p>
$html$
),
(
  'email_change_reverted', 'en', now(),
  'Your account has this address again',
$text$Hello,

your {{product_name}} account has this address again. Nobody is signed in to it, and its password no longer works. Choose a new one:

{{site_url}}/forgot-password
$text$,
$html$<p>Hello,</p>
<p>your {{product_name}} account has this address again. Nobody is signed in to it, and its password no longer works.</p>
<p><a class="button" href="{{site_url}}/forgot-password">Choose a new password</a></p>
$html$
),
(
  'email_change_reverted', 'de', now(),
  'Ihr Konto hat wieder diese Adresse',
$text$Guten Tag,

Ihr Konto bei {{product_name}} hat wieder diese Adresse. Niemand ist dort angemeldet, und das Passwort gilt nicht mehr. Wählen Sie ein neues:

{{site_url}}/forgot-password
$text$,
$html$<p>Guten Tag,</p>
<p>Ihr Konto bei {{product_name}} hat wieder diese Adresse. Niemand ist dort angemeldet, und das Passwort gilt nicht mehr.</p>
<p><a class="button" href="{{site_url}}/forgot-password">Neues Passwort wählen</a></p>
$html$
),
(
  'membership_ended', 'en', now(),
  'Your account stays yours',
$text$Hello,

you no longer belong to {{company_name}} on {{product_name}}. Your account and everything in it are yours, and the company sees nothing of it.
{{#at_their_address}}
Your account still has the address that the company invited. Whoever reads its mailbox can choose a new password for your account. Give it an address of your own, now, while you can read this one:

{{site_url}}/change-address
{{/at_their_address}}{{^at_their_address}}
You sign in with this address, as before:

{{site_url}}/sign-in
{{/at_their_address}}$text$,
$html$<p>Hello,</p>
<p>you no longer belong to {{company_name}} on {{product_name}}. Your account and everything in it are yours, and the company sees nothing of it.</p>
{{#at_their_address}}<p>Your account still has the address that the company invited. Whoever reads its mailbox can choose a new password for your account. Give it an address of your own, now, while you can read this one.</p>
<p><a class="button" href="{{site_url}}/change-address">Use an address of your own</a></p>{{/at_their_address}}{{^at_their_address}}<p>You <a href="{{site_url}}/sign-in">sign in</a> with this address, as before.</p>{{/at_their_address}}
$html$
),
(
  'membership_ended', 'de', now(),
  'Ihr Konto bleibt Ihres',
$text$Guten Tag,

Sie gehören bei {{product_name}} nicht mehr zu {{company_name}}. Ihr Konto und alles darin gehören Ihnen, und das Unternehmen sieht nichts davon.
{{#at_their_address}}
Ihr Konto hat noch die Adresse, an die das Unternehmen Sie eingeladen hat. Wer ihr Postfach liest, kann ein neues Passwort für Ihr Konto wählen. Geben Sie ihm jetzt eine eigene Adresse, solange Sie diese noch lesen können:

{{site_url}}/change-address
{{/at_their_address}}{{^at_their_address}}
Sie melden sich wie bisher mit dieser Adresse an:

{{site_url}}/sign-in
{{/at_their_address}}$text$,
$html$<p>Guten Tag,</p>
<p>Sie gehören bei {{product_name}} nicht mehr zu {{company_name}}. Ihr Konto und alles darin gehören Ihnen, und das Unternehmen sieht nichts davon.</p>
{{#at_their_address}}<p>Ihr Konto hat noch die Adresse, an die das Unternehmen Sie eingeladen hat. Wer ihr Postfach liest, kann ein neues Passwort für Ihr Konto wählen. Geben Sie ihm jetzt eine eigene Adresse, solange Sie diese noch lesen können.</p>
<p><a class="button" href="{{site_url}}/change-address">Eigene Adresse verwenden</a></p>{{/at_their_address}}{{^at_their_address}}<p>Sie <a href="{{site_url}}/sign-in">melden sich</a> wie bisher mit dieser Adresse an.</p>{{/at_their_address}}
$html$
);
