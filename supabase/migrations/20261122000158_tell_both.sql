-- Both are told: each step of a booking is mailed to its employee and to its specialist, once, in the transaction of the step.
--
-- Read:  a trigger on booking_status_history, and the tests, which walk every event by every actor. docs/bookings.md shows it.
-- Write: migrations alone.
--
-- What changes a booked session cannot be switched off, and is told before it matters, quiet hours or not. Whoever took the
-- step has it confirmed.

create table private.booking_notices (
  event text not null check (event ~ '^[a-z_]{3,20}$'),
  party text not null check (party in ('employee', 'specialist')),
  template_key text not null references public.email_kinds (key),
  urgent boolean not null,
  calendar boolean not null,
  primary key (event, party)
);

comment on table private.booking_notices is 'Which mail of which event each of the two gets. An event that is not here is told to nobody.';
comment on column private.booking_notices.urgent is
  'Near the session it goes before other mail, and wakes the dispatcher: somebody would else come in vain, or not come.';
comment on column private.booking_notices.calendar is 'It carries the entry for calendars, which the event makes or changes.';

create index booking_notices_template_key_idx on private.booking_notices (template_key);

alter table private.booking_notices enable row level security;
alter table private.booking_notices force row level security;
revoke all on table private.booking_notices from public, anon, authenticated, service_role;

-- Nobody is told of a hold, which is its employee's alone, of its release, or of how a session went.
insert into private.booking_notices (event, party, template_key, urgent, calendar)
select n.event, r.party, n.template_key, n.urgent, n.calendar
from (values
  ('requested', 'booking_requested', true, false),
  ('booked', 'booking_confirmed', true, true),
  ('accepted', 'booking_confirmed', true, true),
  ('declined', 'booking_declined', true, false),
  ('lapsed', 'booking_lapsed', false, false),
  ('proposed', 'booking_time_proposed', true, false),
  ('proposal_declined', 'booking_time_declined', false, false),
  ('proposal_lapsed', 'booking_time_lapsed', false, false),
  ('moved', 'booking_moved', true, true),
  ('placed', 'booking_placed', true, true),
  ('cancelled', 'booking_cancelled', true, true)
) n (event, template_key, urgent, calendar)
cross join (values ('employee'), ('specialist')) r (party);

create function private.soon()
returns interval
language sql
immutable
set search_path = ''
as $$ select interval '2 hours'; $$;

comment on function private.soon() is 'How near a session is when mail about it waits for nothing: less than it takes to read it and set out.';

-- What waits for the end of quiet hours is told before what changes it, or else somebody would read last what was true first.
create function private.bring_forward(p_booking_id uuid, p_user_id uuid, p_needed_by timestamptz, p_priority int)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_told constant text[] := array(
    select format('booking:%s:%s', h.id, n.party)
    from public.booking_status_history h, (values ('employee'), ('specialist')) n (party) where h.booking_id = p_booking_id
  );
  v_mail_ids constant bigint[] := array(
    select q.mail_id from private.email_queue q
    where q.mail_id = any (array(select e.id from private.emails e where e.dedupe_key = any (v_told) and e.user_id = p_user_id))
    for update skip locked
  );
begin
  update private.emails set needed_by = p_needed_by where id = any (v_mail_ids) and needed_by > p_needed_by;
  update private.email_queue
  set due_at = least(due_at, now()), ready_in = pg_current_xact_id(), priority = least(priority, p_priority)
  where mail_id = any (v_mail_ids);
end;
$$;

comment on function private.bring_forward(uuid, uuid, timestamptz, int) is
  'Puts what one of the two is still to be told of a session into line, as if it were needed as soon and were as urgent as what is told next.';

-- An account that is being deleted is passed over instead of waited for: it may be waiting for this booking.
create function private.mail_session(
  p_key text, p_booking public.bookings, p_user_id uuid, p_more jsonb, p_calendar jsonb, p_dedupe_key text, p_urgent boolean,
  p_matters_at timestamptz, p_useless_after timestamptz
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_needed_by constant timestamptz := p_matters_at - private.soon();
  v_is_urgent constant boolean := p_urgent and v_needed_by <= now();
  v_person public.profiles;
  v_known jsonb;
begin
  select * into v_person from public.profiles p where p.id = p_user_id and p.email like '_%@_%' for key share skip locked;
  if not found then
    return;
  end if;
  perform private.bring_forward(p_booking.id, p_user_id, v_needed_by, case when v_is_urgent then 0 else 1 end);
  v_known := private.session_in_mail(p_booking, p_user_id) || jsonb_build_object('recipient_name', nullif(v_person.display_name, '')) || p_more;
  perform private.enqueue_email(
    p_key, p_user_id, v_person.email,
    (select jsonb_object_agg(d.name, v_known -> d.name) from public.email_kinds k cross join lateral jsonb_object_keys(k.samples) d (name) where k.key = p_key)
      || case when p_calendar is null then '{}' else jsonb_build_object('calendar', p_calendar) end,
    'booking', p_dedupe_key,
    p_priority => case when v_is_urgent then 0 end, p_needed_by => v_needed_by, p_useless_after => p_useless_after,
    p_named_id => private.other_of(p_booking, p_user_id)
  );
  if v_is_urgent then
    perform private.kick_at_once('email-dispatch');
  end if;
end;
$$;

comment on function private.mail_session(text, public.bookings, uuid, jsonb, jsonb, text, boolean, timestamptz, timestamptz) is
  'Mails one of the two about their session: the variables that the kind of mail declares, of what is known of the session and p_more. '
  'p_matters_at: the moment by which they must have read it.';

create function private.step_in_mail(p_entry public.booking_status_history, p_booking public.bookings, p_party text, p_answer_by timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'to_specialist', p_party = 'specialist',
    'by_you', p_entry.actor = p_party,
    'by_us', p_entry.actor in ('admin', 'system'),
    -- Words of the other's: a specialist who is suspended learns no more about whom they meet.
    'reason', case when p_entry.actor <> 'employee' or p_party = 'employee' or exists (
      select from public.specialists s where s.id = p_booking.specialist_id and s.status = 'verified'
    ) then private.quotation(p_entry.reason) end,
    'counts', p_party = 'employee' and p_booking.uses_session,
    'moved_from_at', private.iso_timestamp((p_entry.metadata ->> 'moved_from')::timestamptz),
    'proposed_at', private.iso_timestamp((p_entry.metadata ->> 'moved_to')::timestamptz),
    'answer_by_at', private.iso_timestamp(p_answer_by)
  );
end;
$$;

comment on function private.step_in_mail(public.booking_status_history, public.bookings, text, timestamptz) is
  'What mails tell one of the two of a step of their booking: {to_specialist, by_you, by_us, reason, counts, moved_from_at, proposed_at, answer_by_at}.';

create function private.tell_both()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_answer_by timestamptz;
  v_useless_after timestamptz;
begin
  select * into v_booking from public.bookings where id = new.booking_id;
  if new.event in ('requested', 'proposed') then
    v_answer_by := coalesce(
      (select p.expires_at from public.booking_proposals p where p.booking_id = v_booking.id and p.status = 'open'), v_booking.expires_at
    );
  end if;
  -- That a session does not take place is worth knowing also later.
  v_useless_after := case
    when v_answer_by is not null then v_answer_by
    when new.new_status in ('pending', 'confirmed') then v_booking.starts_at
  end;
  if v_useless_after <= now() then
    return null;
  end if;
  perform private.mail_session(
    n.template_key, v_booking, p.user_id, private.step_in_mail(new, v_booking, n.party, v_answer_by),
    case when n.calendar then private.calendar_entry(v_booking) end, format('booking:%s:%s', new.id, n.party), n.urgent,
    least(v_answer_by, v_booking.starts_at, (new.metadata ->> 'moved_from')::timestamptz), v_useless_after
  )
  from private.booking_notices n
  cross join lateral (
    select case n.party
      when 'employee' then v_booking.employee_id
      else (select s.user_id from public.specialists s where s.id = v_booking.specialist_id)
    end
  ) p (user_id)
  where n.event = new.event
  order by n.party;
  return null;
end;
$$;

comment on function private.tell_both() is 'Trigger on booking_status_history: mails the two what private.booking_notices has for the event.';

create trigger tell_both after insert on public.booking_status_history
  for each row execute function private.tell_both();
