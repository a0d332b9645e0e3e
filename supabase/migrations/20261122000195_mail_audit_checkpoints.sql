-- Checkpoints of the audit log by mail (T4): a mailbox outside is a witness whom neither the owner of the database nor an operator
-- can have forget one.
--
-- Called: by pg_cron, and by a trigger where a platform admin sets another address. Read by scripts/audit-verify, as saved mails.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('audit_checkpoint_recipient', '""', null, null, 'Address that checkpoints of the audit log are mailed to, outside of whom they are about: an auditor''s. Empty: none is mailed.'),
  ('audit_checkpoint_mail_hours', '24', 1, 168, 'Every how many hours a checkpoint of the audit log is mailed.');

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values (
  'audit_checkpoint', 'security', 'A checkpoint of the audit log: sent every so many hours to who keeps them.', false, '{audit}',
  '{"entries": "4711", "every_hours": "24", "checkpoint": [{"line": "evenkeel.example/audit"}, {"line": "4711"}, '
  '{"line": "MRkzdXxk3nSkhGSo2p2HVjBFnYLpeCPwXrQzUiRUJ6E="}, {"line": ""}, {"line": "\u2014 evenkeel.example/audit xPIKPw9FZ2r7bUiRYJ6B"}]}',
  '{every_hours}'
);

-- A line of the note is a line of the text, unchanged: what is saved of the mail is what audit-seal signed.
insert into public.email_templates (key, locale, published_at, subject, text, html)
select 'audit_checkpoint', t.locale, now(), t.subject,
  concat(
    t.opening, E'\n\n{{#checkpoint}}\n{{line}}\n{{/checkpoint}}\n\n', t.keep, E'\n\n{{#every_hours}}', t.again,
    E'{{/every_hours}}{{^every_hours}}', t.last, E'{{/every_hours}}\n\n', t.page, E': {{site_url}}/audit\n'
  ),
  concat(
    '<p>', t.opening, E'</p>\n<p>{{#checkpoint}}{{line}}<br>{{/checkpoint}}</p>\n<p>', t.keep, E'</p>\n<p>{{#every_hours}}', t.again,
    '{{/every_hours}}{{^every_hours}}', t.last, E'{{/every_hours}}</p>\n<p><a class="button" href="{{site_url}}/audit">', t.page, E'</a></p>\n'
  )
from (values (
  'en', 'Checkpoint of the audit log: {{entries}} entries', 'this is a checkpoint of the audit log of {{product_name}}, signed over {{entries}} entries:',
  'Keep this mail as a file. With it and the verifying key, audit-verify finds what was changed, removed or cut off before it.',
  'Another one comes in {{every_hours}} hours. If it stays away, ask why.',
  'It is the last one to this address: somebody has set another, or none. If you do not know of it, ask who did.', 'The audit log'
), (
  'de', 'Prüfpunkt des Protokolls: {{entries}} Einträge', 'dies ist ein Prüfpunkt des Protokolls von {{product_name}}, signiert über {{entries}} Einträge:',
  'Bewahren Sie diese Mail als Datei auf. Mit ihr und dem Prüfschlüssel findet audit-verify, was davor geändert, entfernt oder abgeschnitten wurde.',
  'Der nächste kommt in {{every_hours}} Stunden. Bleibt er aus, fragen Sie nach dem Grund.',
  'Es ist der letzte an diese Adresse: Jemand hat eine andere oder keine eingestellt. Wissen Sie nichts davon, fragen Sie, wer es war.', 'Das Protokoll'
)) t (locale, subject, opening, keep, again, last, page);

create function private.checkpoint_mail_turn(p_recipient text, p_now timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select format('%s:%s:%s', md5(p_recipient), h, floor(extract(epoch from p_now) / (h * 3600)))
  from (select (private.setting('audit_checkpoint_mail_hours') #>> '{}')::int) s (h);
$$;

comment on function private.checkpoint_mail_turn(text, timestamptz) is 'Names the stretch of so many hours that an instant is in: one checkpoint is mailed in each to an address.';

create function private.mail_audit_checkpoint(p_recipient text, p_occasion text, p_every_hours text)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_checkpoint constant private.audit_checkpoints := private.latest_audit_checkpoint();
begin
  if p_recipient = '' or v_checkpoint.tree_size is null then
    return null;
  end if;
  return private.enqueue_email(
    'audit_checkpoint', null, p_recipient,
    jsonb_build_object('entries', v_checkpoint.tree_size::text, 'every_hours', p_every_hours, 'checkpoint', (
      select jsonb_agg(jsonb_build_object('line', l.line) order by l.n)
      from string_to_table(rtrim(v_checkpoint.note, E'\n'), E'\n') with ordinality l (line, n)
    )),
    'security', 'audit_checkpoint:' || p_occasion
  );
end;
$$;

comment on function private.mail_audit_checkpoint(text, text, text) is
  'Queues the latest checkpoint, once for an occasion. p_every_hours: null where it is the last to this address. Null where there is nobody, or nothing, to mail.';

create function private.job_mail_audit_checkpoint(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select count(private.mail_audit_checkpoint(
    s.recipient, private.checkpoint_mail_turn(s.recipient, p_now), private.setting('audit_checkpoint_mail_hours') #>> '{}'
  ))
  from (select private.setting('audit_checkpoint_recipient') #>> '{}') s (recipient);
$$;

comment on function private.job_mail_audit_checkpoint(timestamptz) is
  'Mails the latest checkpoint once in audit_checkpoint_mail_hours, also where it is that of last time: whoever keeps them knows that one is to come.';

-- Mails of checkpoints by whom they went to, also when the address was removed.
create index emails_audit_checkpoint_idx on private.emails (split_part(dedupe_key, ':', 2), id) where template_key = 'audit_checkpoint';

-- Whoever would have checkpoints go to themselves, or nowhere, does not do it unseen, however often: an address that was promised another is
-- told that none comes. Whoever sets one after the other mails nobody by it: the new address hears by the job, and who was promised none does not.
create function private.tell_checkpoint_recipients()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_recipient constant text := old.value #>> '{}';
  v_last private.emails;
begin
  select * into v_last from private.emails e
  where e.template_key = 'audit_checkpoint' and split_part(e.dedupe_key, ':', 2) = md5(v_recipient) order by e.id desc limit 1;
  if split_part(v_last.dedupe_key, ':', 3) <> 'last' then
    perform private.mail_audit_checkpoint(v_recipient, format('%s:last:%s', md5(v_recipient), v_last.id), null);
  end if;
  return null;
end;
$$;

comment on function private.tell_checkpoint_recipients() is
  'Trigger on system_settings: mails a last checkpoint to the address before, where the latest that it got promised another.';

create trigger tell_checkpoint_recipients after update of value on public.system_settings
  for each row when (old.key = 'audit_checkpoint_recipient' and old.value <> new.value)
  execute function private.tell_checkpoint_recipients();

create function private.checkpoint_mail_fault(p_now timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select format('a checkpoint of the audit log was not mailed: %s', max(l.error_code))
  from (select private.setting('audit_checkpoint_recipient') #>> '{}') s (recipient)
  cross join unnest(array[p_now, p_now - private.hours('audit_checkpoint_mail_hours')]) t (at)
  join private.email_log l on l.dedupe_key = 'audit_checkpoint:' || private.checkpoint_mail_turn(s.recipient, t.at)
  where l.status in ('failed', 'skipped')
  having count(*) > 0;
$$;

comment on function private.checkpoint_mail_fault(timestamptz) is
  'What an operator should look at: a checkpoint of this stretch of time, or the one before, that the recipient did not get. Null where all is well.';

create function private.job_check_audit_mail(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$ select private.raise_fault(private.checkpoint_mail_fault(p_now)); $$;

comment on function private.job_check_audit_mail(timestamptz) is
  'Fails, and so shows in job_runs and the log, where private.checkpoint_mail_fault() has something to say.';

select cron.schedule('mail-audit-checkpoint', '7 * * * *', $$select private.run_job('mail_audit_checkpoint')$$);
select cron.schedule('check-audit-mail', '37 * * * *', $$select private.run_job('check_audit_mail')$$);
