-- The daily agenda: one mail a day to each specialist who has sessions.
--
-- Called: by pg_cron, every five minutes. Exactly one for a person and a day of theirs, whatever dies or runs twice: the
--         day is part of the mail's dedupe key.
--
-- It tells when and which kind of session, and not with whom: a mailbox is read by others than its owner.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('daily_agenda', 'agenda', 'In the morning of a day with sessions: sent to the specialist.', false, '{sessions,preferences}',
    '{"recipient_name": "Robin Sample", "day_on": "2027-01-04", "more": 0, "sessions": [{"time": "09:30", "session_type_name": "First conversation", "duration_minutes": 50}, {"time": "14:00", "session_type_name": "Follow-up", "duration_minutes": 30}]}',
    '{recipient_name,more}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'daily_agenda', 'en', now(),
  'Your sessions today',
$text$Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

your sessions on {{day_on_local}}:

{{#sessions}}
  {{time}}  {{session_type_name}}, {{duration_minutes}} minutes
{{/sessions}}
{{#more}}
  and {{more}} more
{{/more}}

With whom you meet is here: {{site_url}}/sessions

Whether and when this mail comes is up to you: {{site_url}}/preferences

No more mails like this: {{unsubscribe_url}}
$text$,
$html$<p>Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>your sessions on {{day_on_local}}:</p>
<ul>
{{#sessions}}
<li><strong>{{time}}</strong> {{session_type_name}}, {{duration_minutes}} minutes</li>
{{/sessions}}
{{#more}}
<li>and {{more}} more</li>
{{/more}}
</ul>
<p><a class="button" href="{{site_url}}/sessions">With whom you meet</a></p>
<p>Whether and when this mail comes <a href="{{site_url}}/preferences">is up to you</a>.</p>
<p><a href="{{unsubscribe_url}}">No more mails like this</a></p>
$html$
),
(
  'daily_agenda', 'de', now(),
  'Ihre Termine heute',
$text$Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

Ihre Termine am {{day_on_local}}:

{{#sessions}}
  {{time}}  {{session_type_name}}, {{duration_minutes}} Minuten
{{/sessions}}
{{#more}}
  und {{more}} weitere
{{/more}}

Mit wem, steht hier: {{site_url}}/sessions

Ob und wann diese Mail kommt, bestimmen Sie: {{site_url}}/preferences

Keine solchen Mails mehr: {{unsubscribe_url}}
$text$,
$html$<p>Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>Ihre Termine am {{day_on_local}}:</p>
<ul>
{{#sessions}}
<li><strong>{{time}}</strong> {{session_type_name}}, {{duration_minutes}} Minuten</li>
{{/sessions}}
{{#more}}
<li>und {{more}} weitere</li>
{{/more}}
</ul>
<p><a class="button" href="{{site_url}}/sessions">Mit wem</a></p>
<p>Ob und wann diese Mail kommt, <a href="{{site_url}}/preferences">bestimmen Sie</a>.</p>
<p><a href="{{unsubscribe_url}}">Keine solchen Mails mehr</a></p>
$html$
);

create function private.agenda_sessions(p_specialist_id uuid, p_time_zone text, p_from timestamptz, p_until timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_agg(jsonb_build_object(
      'time', to_char(b.starts_at at time zone p_time_zone, 'HH24:MI'), 'session_type_name', t.name,
      'duration_minutes', round(extract(epoch from b.ends_at - b.starts_at) / 60)
    ) order by b.starts_at)
    from public.bookings b join public.session_types t on t.id = b.session_type_id
    where b.specialist_id = p_specialist_id and b.status = 'confirmed' and b.starts_at >= p_from and b.starts_at < p_until
  );
end;
$$;

comment on function private.agenda_sessions(uuid, text, timestamptz, timestamptz) is
  'The sessions of a specialist that start within [p_from, p_until), as the mail has them: [{time, session_type_name, duration_minutes}]; null for none.';

create function private.job_mail_agendas(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  -- So many fit into a mail, however long their names are: 8 KiB for all variables.
  v_most constant int := 15;
  v record;
  v_sessions jsonb;
  v_mails bigint := 0;
begin
  for v in
    select s.id, p.id as user_id, p.email, p.display_name, z.name as zone, l.local_now::date as day,
      (l.local_now::date + 1)::timestamp at time zone z.name as day_ends_at, min(b.starts_at) as first_at
    from public.specialists s
    join public.profiles p on p.id = s.user_id and p.email like '_%@_%'
    left join public.notification_preferences n on n.user_id = p.id
    cross join lateral (select coalesce(p.time_zone, 'UTC')) z (name)
    cross join lateral (select p_now at time zone z.name) l (local_now)
    join public.bookings b on b.specialist_id = s.id and b.status = 'confirmed'
      and b.starts_at > p_now and b.starts_at < (l.local_now::date + 1)::timestamp at time zone z.name
    -- In quiet hours it waits for their end to be written, and not to be sent, if the first session does.
    cross join lateral (select upper(private.quiet_span(n, z.name, p_now))) q (quiet_until)
    where n.agenda_email is distinct from false and l.local_now::time >= coalesce(n.agenda_at, '07:00')
      and not exists (select from private.emails e where e.dedupe_key = format('agenda:%s:%s', p.id, l.local_now::date))
    group by s.id, p.id, z.name, l.local_now, q.quiet_until
    having (q.quiet_until < min(b.starts_at)) is not true
    order by first_at
    limit private.purge_limit()
  loop
    v_sessions := private.agenda_sessions(v.id, v.zone, p_now, v.day_ends_at);
    if private.enqueue_email(
      'daily_agenda', v.user_id, v.email,
      jsonb_build_object(
        'recipient_name', nullif(v.display_name, ''), 'day_on', v.day,
        'more', greatest(0, jsonb_array_length(v_sessions) - v_most),
        'sessions', jsonb_path_query_array(v_sessions, '$[0 to $last]', jsonb_build_object('last', v_most - 1))
      ),
      'agenda', format('agenda:%s:%s', v.user_id, v.day), p_needed_by => v.first_at, p_useless_after => v.day_ends_at
    ) is not null then
      v_mails := v_mails + 1;
    end if;
  end loop;
  return v_mails;
end;
$$;

comment on function private.job_mail_agendas(timestamptz) is
  'Mails the sessions that are still to come today to each specialist who has some, once a day, from the time that they chose on.';

select cron.schedule('mail-agendas', '*/5 * * * *', $$select private.run_job('mail_agendas')$$);
