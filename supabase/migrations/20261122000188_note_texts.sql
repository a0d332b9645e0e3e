-- The mail that tells an employee that notes were shared with them. It may be read at work: neither what stands in them nor of which
-- session they are, with whom, or that they are notes.
--
-- Admins who look into what was mailed to somebody do not find it: read_communication_logs().

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'note_shared', 'account', 'A specialist has shared notes of a session: sent to its employee.', false, '{sessions}',
  '{"recipient_name": "Kim Sample"}', '{recipient_name}'
);

insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'note_shared', t.locale, now(), t.subject,
  concat(t.greeting, E'\n\n', t.opening, E'\n\n', t.page, E': {{site_url}}/sessions\n\n', t.stop, E': {{unsubscribe_url}}\n'),
  concat(
    '<p>', t.greeting, E'</p>\n<p>', t.opening, E'</p>\n<p><a class="button" href="{{site_url}}/sessions">', t.page, E'</a></p>\n<p><a href="{{unsubscribe_url}}">', t.stop, E'</a></p>\n'
  )
from (values (
  'en', 'There is something new for you', 'Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'something was shared with you on {{product_name}}. You alone can read it, once you have signed in.', 'See what is new', 'No more mails like this'
), (
  'de', 'Es gibt etwas Neues für Sie', 'Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},',
  'auf {{product_name}} wurde etwas mit Ihnen geteilt. Nur Sie können es lesen, nachdem Sie sich angemeldet haben.', 'Ansehen, was neu ist', 'Keine solchen Mails mehr'
)) t (locale, subject, greeting, opening, page, stop);

-- A version is told once, and none while one before it was told and not yet read: the page shows the one that is shared.
create function private.tell_shared_note()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue_email(
    'note_shared', p.id, p.email, jsonb_build_object('recipient_name', nullif(p.display_name, '')),
    'account', format('note:%s:%s:shared', new.booking_id, new.shared_version)
  )
  from public.profiles p where p.id = new.employee_id and p.email like '_%@_%';
  return null;
end;
$$;

comment on function private.tell_shared_note() is 'Trigger on session_notes: mails the employee that there is something to read.';

create trigger tell_shared after update on public.session_notes
  for each row when (
    new.shared_version is distinct from old.shared_version and new.shared_version is not null
    and (old.shared_version is null or old.seen_at is not null)
  )
  execute function private.tell_shared_note();
