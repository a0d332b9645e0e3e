-- Cancelling for people who cannot: a platform admin cancels a session, or all that a specialist
-- has still to come. Above all after a suspension, which by itself cancels nothing and takes the
-- specialist's own doors away (docs/decisions/suspension-cancels-nothing.md).
--
-- Called: by platform admins. They learn nothing of the booking in return. The reason is read by the
--         employee and the specialist, in the mail and in the history; the audit log keeps it too.

insert into public.email_kinds (key, category, about, has_link, pages, samples, optional) values
  ('booking_cancelled', 'booking', 'A session was cancelled by us: sent to both.', false, '{sessions}',
    '{"recipient_name": "Kim Sample", "starts_at": "2027-01-04T09:30:00Z", "duration_minutes": 50, "session_type_name": "First conversation", "reason": "The specialist is ill."}', '{recipient_name}');

insert into public.email_templates (key, locale, published_at, subject, text, html) values
(
  'booking_cancelled', 'en', now(),
  'Cancelled: your session on {{starts_at_local}}',
$text$Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

we had to cancel this session:

  {{session_type_name}}
  {{starts_at_local}}, {{duration_minutes}} minutes

The reason: {{reason}}

We are sorry. Other times are here:
{{site_url}}/sessions
$text$,
$html$<p>Hello{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>we had to cancel this session:</p>
<p><strong>{{session_type_name}}</strong><br>
{{starts_at_local}}, {{duration_minutes}} minutes</p>
<p>The reason: {{reason}}</p>
<p>We are sorry. Other times <a href="{{site_url}}/sessions">are here</a>.</p>
$html$
),
(
  'booking_cancelled', 'de', now(),
  'Abgesagt: Ihr Termin am {{starts_at_local}}',
$text$Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},

wir mussten diesen Termin absagen:

  {{session_type_name}}
  {{starts_at_local}}, {{duration_minutes}} Minuten

Der Grund: {{reason}}

Das tut uns leid. Andere Zeiten finden Sie hier:
{{site_url}}/sessions
$text$,
$html$<p>Guten Tag{{#recipient_name}} {{recipient_name}}{{/recipient_name}},</p>
<p>wir mussten diesen Termin absagen:</p>
<p><strong>{{session_type_name}}</strong><br>
{{starts_at_local}}, {{duration_minutes}} Minuten</p>
<p>Der Grund: {{reason}}</p>
<p>Das tut uns leid. Andere Zeiten <a href="{{site_url}}/sessions">finden Sie hier</a>.</p>
$html$
);

-- One text for both, with neither's name: a suspended specialist learns no more about whom they meet.
create function private.mail_cancellation(p_booking public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.enqueue_email(
    'booking_cancelled', p.id, p.email,
    jsonb_build_object(
      'recipient_name', nullif(p.display_name, ''),
      'starts_at', to_char(p_booking.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'duration_minutes', round(extract(epoch from p_booking.ends_at - p_booking.starts_at) / 60),
      'session_type_name', t.name,
      'reason', p_booking.status_reason
    ),
    'booking', format('booking_cancelled:%s:%s', p_booking.id, p.id), p_needed_by => p_booking.starts_at
  )
  -- An account that is being deleted is passed over instead of waited for: it may be waiting for this booking.
  from (
    select a.* from public.profiles a
    where a.id in (p_booking.employee_id, (select s.user_id from public.specialists s where s.id = p_booking.specialist_id))
    for key share skip locked
  ) p
  join public.session_types t on t.id = p_booking.session_type_id
  where p.email like '_%@_%';
end;
$$;

comment on function private.mail_cancellation(public.bookings) is
  'Tells the employee and the specialist of a cancelled booking why it will not take place.';

-- Both doors end here. The caller holds the lock of the specialist. The audit entry names the booking
-- and not its employee: admins read the log, and whom somebody meets is not theirs to know.
create function private.cancel_and_tell(p_booking_id uuid, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
begin
  update public.bookings set status = 'cancelled', status_reason = p_reason, status_category = 'by_the_platform'
  where id = p_booking_id
  returning * into v_booking;
  perform private.write_audit(
    'booking.cancelled', 'bookings', p_booking_id::text, null, null, null,
    jsonb_build_object('source', 'cancel_as_admin', 'reason', p_reason)
  );
  perform private.mail_cancellation(v_booking);
end;
$$;

comment on function private.cancel_and_tell(uuid, text) is 'Cancels an open booking, records who did and why, and mails both people.';

create function private.cancel_booking_as_admin(p_booking_id uuid, p_reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_booking constant public.bookings := private.lock_booking(p_booking_id);
begin
  if v_booking.id is null then
    raise sqlstate 'PT404' using message = 'booking_not_found', detail = 'There is no such booking.';
  elsif v_booking.status = 'cancelled' then
    return;
  end if;
  perform private.check_booking_open(v_booking);
  perform private.cancel_and_tell(p_booking_id, v_reason);
end;
$$;

create function private.cancel_bookings_of_specialist(p_specialist_id uuid, p_reason text)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_user_id uuid;
  v_booking_ids uuid[];
begin
  select user_id into v_user_id from public.specialists where id = p_specialist_id;
  if not found then
    raise sqlstate 'PT404' using message = 'specialist_not_found', detail = 'There is no such specialist.';
  end if;
  perform private.hold_accounts(private.user_id(), v_user_id);
  -- The specialist's lock alone: many employees' would be taken in no order, and to free a time needs none.
  perform private.lock_booking_parties(p_specialist_id, null);
  v_booking_ids := array(
    select id from public.bookings
    where specialist_id = p_specialist_id and status in ('pending', 'held', 'confirmed') and starts_at > now()
    order by id for no key update
  );
  perform private.cancel_and_tell(b, v_reason) from unnest(v_booking_ids) b;
  perform private.write_audit(
    'specialist.bookings_cancelled', 'specialists', p_specialist_id::text, v_user_id, null, null,
    jsonb_build_object('source', 'cancel_as_admin', 'reason', v_reason, 'bookings', cardinality(v_booking_ids))
  );
  return cardinality(v_booking_ids);
end;
$$;
grant execute on function private.cancel_booking_as_admin(uuid, text) to authenticated;
grant execute on function private.cancel_bookings_of_specialist(uuid, text) to authenticated;

create function public.cancel_booking_as_admin(p_booking_id uuid, p_reason text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.cancel_booking_as_admin(p_booking_id, p_reason);
$$;

create function public.cancel_bookings_of_specialist(p_specialist_id uuid, p_reason text)
returns int
language sql
security invoker
set search_path = ''
as $$
  select private.cancel_bookings_of_specialist(p_specialist_id, p_reason);
$$;

comment on function public.cancel_booking_as_admin(uuid, text) is
  'A platform admin cancels a session that has not begun; employee and specialist are mailed the reason. '
  'Idempotent. Errors: forbidden (403), booking_not_found (404), booking_not_open (409), reason_required (422).';
comment on function public.cancel_bookings_of_specialist(uuid, text) is
  'A platform admin cancels every session that a specialist has still to come; everybody is mailed the reason. '
  'Answers how many. Errors: forbidden (403), specialist_not_found (404), reason_required (422).';
grant execute on function public.cancel_booking_as_admin(uuid, text) to authenticated;
grant execute on function public.cancel_bookings_of_specialist(uuid, text) to authenticated;
