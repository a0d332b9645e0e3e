-- The mail that tells a person that they are to be erased, so that nobody else can have it done unseen.

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
