-- The texts of the mails about series of sessions, beside those about each session: that some could not be booked, and that no
-- more will be. In the frame of 20261122000157_booking_texts.sql.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  (
    'series_not_booked', 'booking', 'Sessions of a series could not be booked when their time came: sent to the employee.', false, '{sessions}',
    '{"recipient_name": "Kim Sample", "other_name": "Dr. Robin Sample", "session_type_name": "Follow-up", "duration_minutes": 50, "more": 0, "sessions": [{"starts_at": "2027-01-04T09:30:00Z", "taken": true, "waits": false}, {"starts_at": "2027-01-11T09:30:00Z", "taken": false, "waits": true}]}',
    '{recipient_name,other_name,more}'
  ), (
    'series_stopped', 'booking', 'A series of sessions was stopped: sent to both.', false, '{sessions}',
    '{"recipient_name": "Kim Sample", "other_name": "Dr. Robin Sample", "session_type_name": "Follow-up", "by_you": false, "by_us": false, "reason": "I am moving away."}',
    '{recipient_name,other_name,by_you,by_us,reason}'
  );

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'series_not_booked', 'en', now(), 'Not booked: sessions of a series',
$text$Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

of your series, what could not be booked:

  {{session_type_name}}{{#other_name}} with {{other_name}}{{/other_name}}, {{duration_minutes}} minutes

{{#sessions}}
  {{starts_at_local}}{{#taken}}: the time is not free{{/taken}}{{#waits}}: we try again until shortly before it begins{{/waits}}
{{/sessions}}
{{#more}}
  and {{more}} more
{{/more}}

You can choose another time of the same week, or leave a session out. The other sessions of the series stay as they are.

Why, and your sessions: {{site_url}}/sessions
$text$,
$html$<p>Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>of your series, what could not be booked:</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} with {{other_name}}{{/other_name}}, {{duration_minutes}} minutes</p>
<ul>
{{#sessions}}
<li><strong>{{starts_at_local}}</strong>{{#taken}}: the time is not free{{/taken}}{{#waits}}: we try again until shortly before it begins{{/waits}}</li>
{{/sessions}}
{{#more}}
<li>and {{more}} more</li>
{{/more}}
</ul>
<p>You can choose another time of the same week, or leave a session out. The other sessions of the series stay as they are.</p>
<p><a class="button" href="{{site_url}}/sessions">Why, and your sessions</a></p>
$html$
), (
  'series_not_booked', 'de', now(), 'Nicht gebucht: Termine einer Reihe',
$text$Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

von Ihrer Reihe konnte nicht gebucht werden:

  {{session_type_name}}{{#other_name}} mit {{other_name}}{{/other_name}}, {{duration_minutes}} Minuten

{{#sessions}}
  {{starts_at_local}}{{#taken}}: die Zeit ist nicht frei{{/taken}}{{#waits}}: wir versuchen es wieder, bis kurz vor dem Beginn{{/waits}}
{{/sessions}}
{{#more}}
  und {{more}} weitere
{{/more}}

Sie können eine andere Zeit in derselben Woche wählen oder einen Termin auslassen. Die anderen Termine der Reihe bleiben, wie sie sind.

Der Grund, und Ihre Termine: {{site_url}}/sessions
$text$,
$html$<p>Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>von Ihrer Reihe konnte nicht gebucht werden:</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} mit {{other_name}}{{/other_name}}, {{duration_minutes}} Minuten</p>
<ul>
{{#sessions}}
<li><strong>{{starts_at_local}}</strong>{{#taken}}: die Zeit ist nicht frei{{/taken}}{{#waits}}: wir versuchen es wieder, bis kurz vor dem Beginn{{/waits}}</li>
{{/sessions}}
{{#more}}
<li>und {{more}} weitere</li>
{{/more}}
</ul>
<p>Sie können eine andere Zeit in derselben Woche wählen oder einen Termin auslassen. Die anderen Termine der Reihe bleiben, wie sie sind.</p>
<p><a class="button" href="{{site_url}}/sessions">Der Grund, und Ihre Termine</a></p>
$html$
), (
  'series_stopped', 'en', now(), 'Stopped: a series of sessions',
$text$Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

{{#by_you}}you have stopped this series of sessions:{{/by_you}}{{#by_us}}we had to stop this series of sessions:{{/by_us}}{{^by_you}}{{^by_us}}this series of sessions was stopped:{{/by_us}}{{/by_you}}

  {{session_type_name}}{{#other_name}} with {{other_name}}{{/other_name}}
{{#reason}}

The reason that was given: “{{reason}}”
{{/reason}}

No more sessions of it will be booked. Those that are booked take place unless they are cancelled, of which we write for each.

Your sessions: {{site_url}}/sessions
$text$,
$html$<p>Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>{{#by_you}}you have stopped this series of sessions:{{/by_you}}{{#by_us}}we had to stop this series of sessions:{{/by_us}}{{^by_you}}{{^by_us}}this series of sessions was stopped:{{/by_us}}{{/by_you}}</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} with {{other_name}}{{/other_name}}</p>
{{#reason}}
<p>The reason that was given: “{{reason}}”</p>
{{/reason}}
<p>No more sessions of it will be booked. Those that are booked take place unless they are cancelled, of which we write for each.</p>
<p><a class="button" href="{{site_url}}/sessions">Your sessions</a></p>
$html$
), (
  'series_stopped', 'de', now(), 'Beendet: eine Reihe von Terminen',
$text$Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

{{#by_you}}Sie haben diese Reihe von Terminen beendet:{{/by_you}}{{#by_us}}wir mussten diese Reihe von Terminen beenden:{{/by_us}}{{^by_you}}{{^by_us}}diese Reihe von Terminen wurde beendet:{{/by_us}}{{/by_you}}

  {{session_type_name}}{{#other_name}} mit {{other_name}}{{/other_name}}
{{#reason}}

Als Grund wurde genannt: „{{reason}}“
{{/reason}}

Es werden keine weiteren Termine davon gebucht. Die gebuchten finden statt, wenn sie nicht abgesagt werden; dann schreiben wir zu jedem.

Ihre Termine: {{site_url}}/sessions
$text$,
$html$<p>Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>{{#by_you}}Sie haben diese Reihe von Terminen beendet:{{/by_you}}{{#by_us}}wir mussten diese Reihe von Terminen beenden:{{/by_us}}{{^by_you}}{{^by_us}}diese Reihe von Terminen wurde beendet:{{/by_us}}{{/by_you}}</p>
<p><strong>{{session_type_name}}</strong>{{#other_name}} mit {{other_name}}{{/other_name}}</p>
{{#reason}}
<p>Als Grund wurde genannt: „{{reason}}“</p>
{{/reason}}
<p>Es werden keine weiteren Termine davon gebucht. Die gebuchten finden statt, wenn sie nicht abgesagt werden; dann schreiben wir zu jedem.</p>
<p><a class="button" href="{{site_url}}/sessions">Ihre Termine</a></p>
$html$
);

create function private.length_of_session(p_series public.recurring_bookings)
returns interval
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select s.lasts from private.session_terms s where s.specialist_id = p_series.specialist_id and s.session_type_id = t.id),
    make_interval(mins => t.default_minutes)
  )
  from public.session_types t where t.id = p_series.session_type_id;
$$;

comment on function private.length_of_session(public.recurring_bookings) is 'How long the sessions of a series are that are booked from now on.';

-- As a booking that there is not, so that a mail says of it what mails say of sessions.
create function private.mail_series(
  p_key text, p_series public.recurring_bookings, p_user_id uuid, p_first_at timestamptz, p_last_at timestamptz, p_more jsonb, p_dedupe_key text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_session public.bookings;
begin
  v_session.employee_id := p_series.employee_id;
  v_session.specialist_id := p_series.specialist_id;
  v_session.session_type_id := p_series.session_type_id;
  v_session.starts_at := p_first_at;
  v_session.ends_at := p_first_at + private.length_of_session(p_series);
  perform private.mail_session(p_key, v_session, p_user_id, p_more, null, p_dedupe_key, false, p_first_at, p_last_at);
end;
$$;

comment on function private.mail_series(text, public.recurring_bookings, uuid, timestamptz, timestamptz, jsonb, text) is
  'Mails one of the two about their series: the variables that the kind of mail declares. p_first_at, p_last_at: of the sessions that it is about, if of some.';

create function private.tell_series_stopped()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.mail_series(
    'series_stopped', new, p.user_id, null, null,
    jsonb_build_object(
      'by_you', p.party = new.stopped_by, 'by_us', new.stopped_by = 'system',
      -- A specialist who is suspended learns no more of whom they meet.
      'reason', case when p.party = 'employee' or new.stopped_by <> 'employee' or s.status = 'verified' then private.quotation(new.stop_reason) end
    ),
    format('series:%s:stopped:%s', new.id, p.party)
  )
  from public.specialists s
  cross join lateral (values ('employee', new.employee_id), ('specialist', s.user_id)) p (party, user_id)
  where s.id = new.specialist_id
  order by p.party;
  return null;
end;
$$;

comment on function private.tell_series_stopped() is 'Trigger on recurring_bookings: tells both that a series was stopped.';

create trigger tell_stopped after update on public.recurring_bookings
  for each row when (old.status <> 'stopped' and new.status = 'stopped')
  execute function private.tell_series_stopped();
