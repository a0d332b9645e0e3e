-- The mail that offers a time to who waits. Nothing in it says how the time fell free.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'waiting_offer', 'booking', 'A time that somebody waits for fell free, and is held for them: sent to them.', false, '{sessions}',
  '{"recipient_name": "Kim Sample", "other_name": "Dr. Robin Sample", "session_type_name": "First conversation", "starts_at": "2027-01-04T09:30:00Z", "duration_minutes": 50, "answer_by_at": "2027-01-02T09:30:00Z"}',
  '{recipient_name,other_name}'
);

insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'waiting_offer', t.locale, now(), t.subject,
  concat(
    t.greeting, E'\n\n', t.opening, E'\n\n  {{session_type_name}}', t.session, E'\n  {{starts_at_local}}, {{duration_minutes}} ', t.lasts, E'\n\n',
    t.closing, E'\n\n', t.page, E': {{site_url}}/sessions\n'
  ),
  concat(
    '<p>', t.greeting, E'</p>\n<p>', t.opening, E'</p>\n<p><strong>{{session_type_name}}</strong>', t.session,
    E'<br>\n{{starts_at_local}}, {{duration_minutes}} ', t.lasts, E'</p>\n<p>', t.closing, E'</p>\n<p><a class="button" href="{{site_url}}/sessions">', t.page, E'</a></p>\n'
  )
from (values (
  'en', 'Held for you: a session on {{starts_at_local}}', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'you are waiting for a time, and one is free. It is held for you:', '{{#other_name}} with {{other_name}}{{/other_name}}', 'minutes',
  'Book it by {{answer_by_at_local}}. After that it goes to whoever is next; you go on waiting.', 'Your sessions'
), (
  'de', 'Für Sie reserviert: ein Termin am {{starts_at_local}}', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'Sie warten auf einen Termin, und einer ist frei. Er ist für Sie reserviert:', '{{#other_name}} mit {{other_name}}{{/other_name}}', 'Minuten',
  'Buchen Sie ihn bis {{answer_by_at_local}}. Danach geht er an die Person, die als Nächste wartet; Sie warten weiter.', 'Ihre Termine'
)) t (locale, subject, greeting, opening, session, lasts, closing, page);
