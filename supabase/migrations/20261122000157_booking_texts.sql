-- The texts of the mails that tell both people what became of their session: private.booking_notices says which of them
-- gets which. Each is the same frame around sentences of its own, for employee and specialist alike.
--
-- Names, places and reasons were typed by the other. So the first sentence is ours, names stand behind the session's type,
-- and a reason is a quotation.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional)
select k.key, 'booking', k.about, false, '{sessions}',
  '{"recipient_name": "Kim Sample", "other_name": "Dr. Robin Sample", "session_type_name": "First conversation", "starts_at": "2027-01-04T09:30:00Z", "duration_minutes": 50}'::jsonb || k.samples::jsonb,
  '{recipient_name,other_name}'::text[] || k.optional::text[]
from (values
  ('booking_requested', 'A session is asked for: sent to both.', '{"to_specialist": true, "answer_by_at": "2027-01-02T09:30:00Z"}', '{to_specialist}'),
  ('booking_confirmed', 'A session is booked, or was accepted: sent to both.', '{"video": false, "phone": false, "in_person": true, "place_detail": "12 Sample Street"}', '{video,phone,in_person,place_detail}'),
  ('booking_declined', 'A request is declined: sent to both.', '{"reason": "I am away that week."}', '{reason}'),
  ('booking_lapsed', 'Nobody answered a request in time: sent to both.', '{}', '{}'),
  ('booking_time_proposed', 'Another time is proposed for a session: sent to both.', '{"by_you": true, "proposed_at": "2027-01-05T09:30:00Z", "answer_by_at": "2027-01-02T09:30:00Z"}', '{by_you}'),
  ('booking_time_declined', 'Another time that was proposed is declined: sent to both.', '{"proposed_at": "2027-01-05T09:30:00Z", "reason": "Mornings suit me better."}', '{reason}'),
  ('booking_time_lapsed', 'Nobody answered in time another time that was proposed: sent to both.', '{"proposed_at": "2027-01-05T09:30:00Z"}', '{}'),
  ('booking_moved', 'A session has moved: sent to both.', '{"by_you": false, "by_us": true, "moved_from_at": "2027-01-03T09:30:00Z"}', '{by_you,by_us}'),
  ('booking_cancelled', 'A session is cancelled: sent to both.', '{"to_specialist": false, "by_you": false, "by_us": true, "counts": true, "reason": "The specialist is ill."}', '{to_specialist,by_you,by_us,counts,reason}'),
  ('booking_placed', 'A session takes place elsewhere: sent to both.', '{"video": false, "phone": false, "in_person": true, "place_detail": "12 Sample Street"}', '{video,phone,in_person,place_detail}'),
  ('booking_in_doubt', 'A document of the specialist is not valid on the day of a session: sent to the employee.', '{}', '{}'),
  ('booking_certain', 'A session that was in doubt takes place: sent to the employee.', '{}', '{}')
) as k (key, about, samples, optional);

with frame (locale, greeting, session, lasts, place, given, page) as (values
  (
    'en', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},', '{{#other_name}} with {{other_name}}{{/other_name}}', 'minutes',
    '{{#video}}By video: the link is on the page below{{/video}}{{#phone}}By phone{{/phone}}{{#in_person}}In person{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}',
    'The reason that was given: “{{reason}}”', 'Your sessions'
  ), (
    'de', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},', '{{#other_name}} mit {{other_name}}{{/other_name}}', 'Minuten',
    '{{#video}}Per Video: Der Link steht auf der Seite unten{{/video}}{{#phone}}Am Telefon{{/phone}}{{#in_person}}Vor Ort{{/in_person}}{{#place_detail}}: {{place_detail}}{{/place_detail}}',
    'Als Grund wurde genannt: „{{reason}}“', 'Ihre Termine'
  )
-- What stands under the session: where it is, or a sentence; whether a reason follows.
), sentence (key, locale, subject, opening, below, has_reason, closing) as (values
  (
    'booking_requested', 'en', 'Asked for: a session on {{starts_at_local}}',
    '{{#to_specialist}}you are asked for this session:{{/to_specialist}}{{^to_specialist}}you have asked for this session:{{/to_specialist}}', null, false,
    '{{#to_specialist}}Please accept or decline it.{{/to_specialist}}{{^to_specialist}}It is booked once the specialist accepts it; until then the time is not kept for you.{{/to_specialist}} The request lapses on {{answer_by_at_local}}.'
  ), (
    'booking_requested', 'de', 'Angefragt: ein Termin am {{starts_at_local}}',
    '{{#to_specialist}}Sie werden um diesen Termin gebeten:{{/to_specialist}}{{^to_specialist}}Sie haben um diesen Termin gebeten:{{/to_specialist}}', null, false,
    '{{#to_specialist}}Bitte nehmen Sie ihn an oder lehnen Sie ihn ab.{{/to_specialist}}{{^to_specialist}}Er ist gebucht, sobald er angenommen wird; bis dahin ist die Zeit nicht für Sie reserviert.{{/to_specialist}} Die Anfrage verfällt am {{answer_by_at_local}}.'
  ), (
    'booking_confirmed', 'en', 'Booked: your session on {{starts_at_local}}', 'this session is booked:', 'place', false,
    'If you cannot make it, please move or cancel it early, so that someone else can have the time.'
  ), (
    'booking_confirmed', 'de', 'Gebucht: Ihr Termin am {{starts_at_local}}', 'dieser Termin ist gebucht:', 'place', false,
    'Falls Sie verhindert sind, verschieben Sie ihn bitte früh oder sagen Sie ihn ab, damit jemand anderes die Zeit nutzen kann.'
  ), (
    'booking_declined', 'en', 'Declined: the session on {{starts_at_local}}', 'the request for this session was declined:', null, true,
    'The session does not take place, and nothing was used for it.'
  ), (
    'booking_declined', 'de', 'Abgelehnt: der Termin am {{starts_at_local}}', 'die Anfrage für diesen Termin wurde abgelehnt:', null, true,
    'Der Termin findet nicht statt, und es wurde nichts dafür verbraucht.'
  ), (
    'booking_lapsed', 'en', 'Not answered: the session on {{starts_at_local}}', 'the request for this session was not answered in time:', null, false,
    'The session does not take place, and nothing was used for it.'
  ), (
    'booking_lapsed', 'de', 'Nicht beantwortet: der Termin am {{starts_at_local}}', 'die Anfrage für diesen Termin wurde nicht rechtzeitig beantwortet:', null, false,
    'Der Termin findet nicht statt, und es wurde nichts dafür verbraucht.'
  ), (
    'booking_time_proposed', 'en', 'Another time for the session on {{starts_at_local}}',
    '{{#by_you}}you have proposed another time for this session:{{/by_you}}{{^by_you}}another time is proposed for this session:{{/by_you}}',
    'Proposed: {{proposed_at_local}}', false,
    '{{^by_you}}Please accept or decline the other time. {{/by_you}}It is kept until {{answer_by_at_local}}; unless it is accepted, everything stays as it was.'
  ), (
    'booking_time_proposed', 'de', 'Eine andere Zeit für den Termin am {{starts_at_local}}',
    '{{#by_you}}Sie haben eine andere Zeit für diesen Termin vorgeschlagen:{{/by_you}}{{^by_you}}für diesen Termin wird eine andere Zeit vorgeschlagen:{{/by_you}}',
    'Vorschlag: {{proposed_at_local}}', false,
    '{{^by_you}}Bitte nehmen Sie die andere Zeit an oder lehnen Sie sie ab. {{/by_you}}Sie ist bis {{answer_by_at_local}} reserviert; wird sie nicht angenommen, bleibt alles, wie es war.'
  ), (
    'booking_time_declined', 'en', 'Declined: another time for the session on {{starts_at_local}}', 'the other time that was proposed for this session was declined:',
    'Proposed: {{proposed_at_local}}', true, 'Everything stays as it was.'
  ), (
    'booking_time_declined', 'de', 'Abgelehnt: eine andere Zeit für den Termin am {{starts_at_local}}', 'die andere Zeit, die für diesen Termin vorgeschlagen war, wurde abgelehnt:',
    'Vorschlag: {{proposed_at_local}}', true, 'Alles bleibt, wie es war.'
  ), (
    'booking_time_lapsed', 'en', 'Not answered: another time for the session on {{starts_at_local}}', 'the other time that was proposed for this session was not answered in time:',
    'Proposed: {{proposed_at_local}}', false, 'Everything stays as it was.'
  ), (
    'booking_time_lapsed', 'de', 'Nicht beantwortet: eine andere Zeit für den Termin am {{starts_at_local}}', 'die andere Zeit, die für diesen Termin vorgeschlagen war, wurde nicht rechtzeitig beantwortet:',
    'Vorschlag: {{proposed_at_local}}', false, 'Alles bleibt, wie es war.'
  ), (
    'booking_moved', 'en', 'Moved: your session is on {{starts_at_local}}',
    '{{#by_you}}you have moved this session:{{/by_you}}{{#by_us}}the clocks where this session was agreed follow new rules. So that it begins when they show what was agreed, we have moved it:{{/by_us}}{{^by_you}}{{^by_us}}this session was moved:{{/by_us}}{{/by_you}}',
    'Before: {{moved_from_at_local}}', false, 'If the new time does not suit you, please say so early.'
  ), (
    'booking_moved', 'de', 'Verschoben: Ihr Termin ist am {{starts_at_local}}',
    '{{#by_you}}Sie haben diesen Termin verschoben:{{/by_you}}{{#by_us}}die Uhren gehen dort, wo dieser Termin vereinbart wurde, nach neuen Regeln. Damit er beginnt, wenn sie die vereinbarte Zeit zeigen, haben wir ihn verschoben:{{/by_us}}{{^by_you}}{{^by_us}}dieser Termin wurde verschoben:{{/by_us}}{{/by_you}}',
    'Zuvor: {{moved_from_at_local}}', false, 'Falls Ihnen die neue Zeit nicht passt, sagen Sie es bitte früh.'
  ), (
    'booking_cancelled', 'en', 'Cancelled: your session on {{starts_at_local}}',
    '{{#by_you}}you have cancelled this session:{{/by_you}}{{#by_us}}we had to cancel this session:{{/by_us}}{{^by_you}}{{^by_us}}{{#to_specialist}}whom you were to meet has cancelled this session:{{/to_specialist}}{{^to_specialist}}the specialist has cancelled this session:{{/to_specialist}}{{/by_us}}{{/by_you}}',
    null, true, 'It does not take place.{{#counts}} Since it was cancelled late, it counts as used.{{/counts}}'
  ), (
    'booking_cancelled', 'de', 'Abgesagt: Ihr Termin am {{starts_at_local}}',
    '{{#by_you}}Sie haben diesen Termin abgesagt:{{/by_you}}{{#by_us}}wir mussten diesen Termin absagen:{{/by_us}}{{^by_you}}{{^by_us}}{{#to_specialist}}Ihr Gegenüber hat diesen Termin abgesagt:{{/to_specialist}}{{^to_specialist}}dieser Termin wurde von der Fachperson abgesagt:{{/to_specialist}}{{/by_us}}{{/by_you}}',
    null, true, 'Er findet nicht statt.{{#counts}} Da er spät abgesagt wurde, gilt er als genutzt.{{/counts}}'
  ), (
    'booking_placed', 'en', 'Changed: the place of your session on {{starts_at_local}}', 'the place of this session has changed:', 'place', false, 'The time stays as it was.'
  ), (
    'booking_placed', 'de', 'Geändert: der Ort Ihres Termins am {{starts_at_local}}', 'der Ort dieses Termins hat sich geändert:', 'place', false, 'Die Zeit bleibt, wie sie war.'
  ), (
    'booking_in_doubt', 'en', 'Not certain: your session on {{starts_at_local}}', 'it is not certain that this session takes place:', null, false,
    'What the specialist must hold for it is not valid on that day so far. As soon as it is, we write to you. If you would rather not wait, you can cancel the session or book another.'
  ), (
    'booking_in_doubt', 'de', 'Nicht sicher: Ihr Termin am {{starts_at_local}}', 'es ist nicht sicher, dass dieser Termin stattfindet:', null, false,
    'Ein Nachweis, der dafür nötig ist, gilt an diesem Tag bisher nicht. Sobald er gilt, schreiben wir Ihnen. Wenn Sie nicht warten möchten, können Sie den Termin absagen oder einen anderen buchen.'
  ), (
    'booking_certain', 'en', 'Certain again: your session on {{starts_at_local}}', 'we wrote that this session was not certain. It takes place as agreed:', null, false,
    'You need not do anything.'
  ), (
    'booking_certain', 'de', 'Wieder sicher: Ihr Termin am {{starts_at_local}}', 'wir schrieben, dass dieser Termin nicht sicher sei. Er findet statt wie vereinbart:', null, false,
    'Sie müssen nichts tun.'
  )
)
insert into public.email_templates (key, locale, published_at, subject, text, html)
select
  s.key, f.locale, now(), s.subject,
  concat(
    f.greeting, E'\n\n', s.opening, E'\n\n  {{session_type_name}}', f.session, E'\n  {{starts_at_local}}, {{duration_minutes}} ', f.lasts,
    E'\n  ' || b.below, E'\n', case when s.has_reason then concat(E'{{#reason}}\n\n', f.given, E'\n{{/reason}}\n') end,
    E'\n', s.closing, E'\n\n', f.page, E': {{site_url}}/sessions\n'
  ),
  concat(
    '<p>', f.greeting, E'</p>\n<p>', s.opening, E'</p>\n<p><strong>{{session_type_name}}</strong>', f.session,
    E'<br>\n{{starts_at_local}}, {{duration_minutes}} ', f.lasts, E'<br>\n' || b.below, E'</p>\n',
    case when s.has_reason then concat(E'{{#reason}}\n<p>', f.given, E'</p>\n{{/reason}}\n') end,
    '<p>', s.closing, E'</p>\n<p><a class="button" href="{{site_url}}/sessions">', f.page, E'</a></p>\n'
  )
from sentence s
join frame f on f.locale = s.locale
cross join lateral (select case s.below when 'place' then f.place else s.below end) b (below);
