-- my_preferences() and save_preferences(): a person reads and says in one call which mails they want, when, and in which language.
--
-- Functions, not the table: language and time zone are of the profile, the rest is a row of its own, and what was refused by a
-- link is the address's. A page has one thing to show, one to say, and one that can be wrong.

-- An address is a person's once they have confirmed it. Before, they would learn of another what they refused, and undo it.
create function private.own_address_key(p_user_id uuid)
returns bytea
language sql
stable
set search_path = ''
as $$
  select private.address_key(email) from public.profiles where id = p_user_id and email_confirmed_at is not null;
$$;

comment on function private.own_address_key(uuid) is 'private.address_key() of the address that a person has confirmed; null where it is not.';

create function private.my_preferences()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_refused constant text[] := array(
    select category from private.email_refusals where address_key = (select private.own_address_key(v_user_id))
  );
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  return (
    select jsonb_build_object(
      'account_email', coalesce(n.account_email, true) and 'account' <> all (v_refused),
      'reminder_email', coalesce(n.reminder_email, true) and 'reminder' <> all (v_refused),
      'agenda_email', coalesce(n.agenda_email, true) and 'agenda' <> all (v_refused),
      'agenda_at', coalesce(n.agenda_at, '07:00'), 'reminder_lead_minutes', coalesce(n.reminder_lead_minutes, '{1440,60}'),
      'locale', p.locale, 'time_zone', p.time_zone, 'mail_windows', n.mail_windows
    )
    from public.profiles p
    left join public.notification_preferences n on n.user_id = p.id
    where p.id = v_user_id
  );
end;
$$;

grant execute on function private.my_preferences() to authenticated;

create function public.my_preferences()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.my_preferences();
$$;

comment on function public.my_preferences() is
  'Which mails the caller gets, when, and in which language, as save_preferences() takes it. What was refused by a link for their address is off. '
  'Errors: unauthenticated (401).';

grant execute on function public.my_preferences() to authenticated;

create function private.preferences_fault(p_time_zone text, p_locale text, p_agenda_at time, p_lead_minutes int[], p_windows jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when not exists (select from private.time_zones where name = p_time_zone) then 'A time zone is one of the IANA''s, such as Europe/Lisbon.'
    when private.language_tag(p_locale) is null then 'A language is as de or pt-BR.'
    when p_windows is not null and not private.is_week_of_windows(p_windows)
      then 'Each weekday has a time from which and until which mail is read, an hour apart at least, or none; one of them has.'
    when (p_agenda_at < '24:00') is not true then 'The agenda has a time of day.'
    when not private.are_lead_times(p_lead_minutes) then 'There are up to five reminders, from five minutes to two weeks ahead.'
  end;
end;
$$;

comment on function private.preferences_fault(text, text, time, int[], jsonb) is 'What is wrong with preferences, for people; null where nothing is.';

create function private.next_send_at(p_time_zone text, p_windows jsonb, p_now timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v public.notification_preferences;
begin
  v.mail_windows := p_windows;
  return coalesce(upper(private.quiet_span(v, p_time_zone, p_now)), p_now);
end;
$$;

comment on function private.next_send_at(text, jsonb, timestamptz) is 'When a mail that can wait is sent to somebody with these windows.';

create function private.save_preferences(
  p_account_email boolean, p_reminder_email boolean, p_agenda_email boolean, p_agenda_at time, p_reminder_lead_minutes int[],
  p_locale text, p_time_zone text, p_mail_windows jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_fault constant text := coalesce(
    private.preferences_fault(p_time_zone, p_locale, p_agenda_at, p_reminder_lead_minutes, p_mail_windows),
    case when num_nulls(p_account_email, p_reminder_email, p_agenda_email) > 0 then 'Each kind of mail is on or off.' end
  );
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif v_fault is not null then
    raise sqlstate 'PT422' using message = 'invalid_preferences', detail = v_fault;
  end if;
  perform private.hold_accounts(v_user_id);
  update public.profiles set locale = p_locale, time_zone = p_time_zone where id = v_user_id;
  insert into public.notification_preferences as n (
    user_id, account_email, reminder_email, agenda_email, agenda_at, mail_windows, reminder_lead_minutes
  ) values (
    v_user_id, p_account_email, p_reminder_email, p_agenda_email, p_agenda_at, p_mail_windows, p_reminder_lead_minutes
  )
  on conflict (user_id) do update set
    account_email = excluded.account_email, reminder_email = excluded.reminder_email, agenda_email = excluded.agenda_email,
    agenda_at = excluded.agenda_at, mail_windows = excluded.mail_windows, reminder_lead_minutes = excluded.reminder_lead_minutes;
  delete from private.email_refusals
  where address_key = (select private.own_address_key(v_user_id)) and category = any (array[
    case when p_account_email then 'account' end, case when p_reminder_email then 'reminder' end, case when p_agenda_email then 'agenda' end
  ]);
  -- Windows are of the time zone, which has no trigger.
  perform private.follow_wishes_of(v_user_id);
  return jsonb_build_object('next_send_at', private.next_send_at(p_time_zone, p_mail_windows, now()));
end;
$$;

grant execute on function private.save_preferences(boolean, boolean, boolean, time, int[], text, text, jsonb) to authenticated;

create function public.save_preferences(
  p_account_email boolean, p_reminder_email boolean, p_agenda_email boolean, p_agenda_at time, p_reminder_lead_minutes int[],
  p_locale text, p_time_zone text, p_mail_windows jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.save_preferences(
    p_account_email, p_reminder_email, p_agenda_email, p_agenda_at, p_reminder_lead_minutes, p_locale, p_time_zone, p_mail_windows
  );
$$;

comment on function public.save_preferences(boolean, boolean, boolean, time, int[], text, text, jsonb) is
  'Says anew which mails the caller wants, when, and in which language. What is on, and was refused by a link for their address, is mailed again. '
  'p_mail_windows: by weekday, Monday first, [{"from": "08:00", "until": "20:00"}, ..., null]; at any time if left out. '
  'Answers {next_send_at}: when a mail that can wait would be sent. '
  'Errors: unauthenticated (401), invalid_preferences (422).';

grant execute on function public.save_preferences(boolean, boolean, boolean, time, int[], text, text, jsonb) to authenticated;

create function private.preview_send_at(p_time_zone text, p_mail_windows jsonb)
returns timestamptz
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_fault constant text := private.preferences_fault(p_time_zone, 'en', '00:00', '{}', p_mail_windows);
begin
  if private.user_id() is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  elsif v_fault is not null then
    raise sqlstate 'PT422' using message = 'invalid_preferences', detail = v_fault;
  end if;
  return private.next_send_at(p_time_zone, p_mail_windows, now());
end;
$$;

grant execute on function private.preview_send_at(text, jsonb) to authenticated;

create function public.preview_send_at(p_time_zone text, p_mail_windows jsonb default null)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select private.preview_send_at(p_time_zone, p_mail_windows);
$$;

comment on function public.preview_send_at(text, jsonb) is
  'When a mail that can wait would be sent now, with these windows in this time zone; keeps nothing. Errors: unauthenticated (401), invalid_preferences (422).';

grant execute on function public.preview_send_at(text, jsonb) to authenticated;
