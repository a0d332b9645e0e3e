-- The mail that tells somebody of a package of theirs: how many sessions, and until when. It may be read at work, so neither what they
-- are for nor a reason stands in it.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'package_granted', 'account', 'A member of a company was given a package of sessions: sent to them.', false, '{sessions}',
  '{"recipient_name": "Kim Sample", "sessions": 5, "expires_on": "2027-06-30"}', '{recipient_name}'
);

insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'package_granted', t.locale, now(), t.subject,
  concat(
    t.greeting, E'\n\n', t.opening, E'\n\n  ', t.sessions, E': {{sessions}}\n  ', t.until, E': {{expires_on_local}}\n\n', t.closing, E'\n\n',
    t.page, E': {{site_url}}/sessions\n\n', t.stop, E': {{unsubscribe_url}}\n'
  ),
  concat(
    '<p>', t.greeting, E'</p>\n<p>', t.opening, E'</p>\n<p>', t.sessions, E': <strong>{{sessions}}</strong><br>\n', t.until, E': <strong>{{expires_on_local}}</strong></p>\n<p>',
    t.closing, E'</p>\n<p><a class="button" href="{{site_url}}/sessions">', t.page, E'</a></p>\n<p><a href="{{unsubscribe_url}}">', t.stop, E'</a></p>\n'
  )
from (values (
  'en', 'You have been given a package of sessions', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'you have been given a package of sessions, beside those of your month:', 'Sessions', 'The last day for them',
  'What they are for is on the page below. They are used by themselves when you book such a session.', 'Your sessions', 'No more mails like this'
), (
  'de', 'Sie haben ein Paket von Terminen erhalten', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'Sie haben ein Paket von Terminen erhalten, zusätzlich zu denen Ihres Monats:', 'Termine', 'Letzter Tag dafür',
  'Wofür sie sind, steht auf der Seite unten. Sie werden von selbst verwendet, wenn Sie einen solchen Termin buchen.', 'Ihre Termine', 'Keine solchen Mails mehr'
)) t (locale, subject, greeting, opening, sessions, until, closing, page, stop);

create function private.tell_package()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue_email(
    'package_granted', p.id, p.email,
    jsonb_build_object('recipient_name', nullif(p.display_name, ''), 'sessions', new.sessions, 'expires_on', new.expires_on),
    'account', format('package:%s:granted', new.id)
  )
  from public.profiles p where p.id = new.user_id and p.email like '_%@_%';
  return null;
end;
$$;

comment on function private.tell_package() is 'Trigger on booking_packages: mails a person that they were given a package, whoever gave it.';

create trigger tell_package after insert on public.booking_packages
  for each row execute function private.tell_package();
