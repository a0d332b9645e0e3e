-- The mails that tell a person that they are to be erased, so that nobody else can have it done unseen; and, last of all, what of
-- them is deleted, what stays and why, with the number of their receipt.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'erasure_asked', 'security', 'A person asked to be erased, or a platform admin did for them: sent to the person.', false, '{privacy}',
  '{"recipient_name": "Kim Sample", "starts_at": "2026-11-30T12:00:00Z"}', '{recipient_name}'
);

insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'erasure_asked', t.locale, now(), t.subject,
  concat(t.greeting, E'\n\n', t.opening, E'\n\n', t.hint, E'\n\n', t.page, E': {{site_url}}/privacy\n'),
  concat('<p>', t.greeting, E'</p>\n<p>', t.opening, E'</p>\n<p>', t.hint, E'</p>\n<p><a class="button" href="{{site_url}}/privacy">', t.page, E'</a></p>\n')
from (values (
  'en', 'Your data will be deleted', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'your account with {{product_name}} and what is held about you will be deleted, from {{starts_at_local}} on. Until then you can take that back.',
  'You did not ask for it? Take it back, and choose a new password.', 'See it, or take it back'
), (
  'de', 'Ihre Daten werden gelöscht', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'Ihr Konto bei {{product_name}} und was über Sie gespeichert ist wird gelöscht, ab {{starts_at_local}}. Bis dahin können Sie das zurücknehmen.',
  'Sie haben nicht darum gebeten? Nehmen Sie es zurück und wählen Sie ein neues Passwort.', 'Ansehen oder zurücknehmen'
)) t (locale, subject, greeting, opening, hint, page);

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'erasure_receipt', 'security', 'What is held about a person is being deleted: the last mail to them, before their address goes.', false, '{}',
  '{"recipient_name": "Kim Sample", "receipt": "5de0b75e-0000-4000-8000-000000000001", "asked_at": "2026-11-30T12:00:00Z"}', '{recipient_name}'
);

insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'erasure_receipt', t.locale, now(), t.subject,
  concat(t.greeting, E'\n\n', t.opening, E'\n\n', t.kept, E'\n\n', t.receipt, E'\n'),
  concat('<p>', t.greeting, E'</p>\n<p>', t.opening, E'</p>\n<p>', t.kept, E'</p>\n<p>', t.receipt, E'</p>\n')
from (values (
  'en', 'Your data is being deleted: receipt', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'your account with {{product_name}} and what is held about you are being deleted, as was asked for on {{asked_at_local}}. This is the last mail to you: your address goes next.',
  'What stays, where there is any, and why: sessions that you gave, with their notes, and that sessions were recorded, as these are somebody else''s, too; that something was done, in the audit log, '
    'without what it said of you, as evidence; a digest of your address where it must not be mailed; and that you were erased.',
  'The number of your receipt is {{receipt}}. With it we show you at any time that all was done, and prove it by the sealed log.'
), (
  'de', 'Ihre Daten werden gelöscht: Beleg', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'Ihr Konto bei {{product_name}} und was über Sie gespeichert ist werden nun gelöscht, wie am {{asked_at_local}} verlangt. Dies ist die letzte E-Mail an Sie: Als Nächstes wird Ihre Adresse gelöscht.',
  'Was bleibt, soweit vorhanden, und warum: Termine, die Sie gegeben haben, mit ihren Notizen, und dass Termine aufgezeichnet wurden, weil sie auch andere betreffen; dass etwas getan wurde, im Protokoll, '
    'ohne was es über Sie sagte, als Nachweis; eine Prüfsumme Ihrer Adresse, falls an sie nichts gesendet werden darf; und dass Sie gelöscht wurden.',
  'Die Nummer Ihres Belegs ist {{receipt}}. Mit ihr zeigen wir Ihnen jederzeit, dass alles getan ist, und belegen es durch das versiegelte Protokoll.'
)) t (locale, subject, greeting, opening, kept, receipt);
