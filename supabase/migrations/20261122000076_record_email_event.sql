-- record_email_event(): what the mailer tells of a mail, written down once.
--
-- Called: by service_role, from email-webhook, which has verified the mailer's signature.
--
-- An event is about a mail of ours by its id, and about the address that this mail went to: whatever address the event names
-- is not looked at. So nobody is suppressed to whom we have not written.

-- Of distinct mails, by the days on which they bounced: a mailbox that is full for an hour counts once, however often somebody
-- asks for a mail in that hour, and the order in which events come does not matter.
create function private.soft_bounces_lapse_at(p_address_key bytea)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select (max(s.day) + 30)::timestamp at time zone 'UTC'
  from (
    select b.day, b.day - lag(b.day, 2) over (order by b.day) as days
    from (
      select distinct min(e.occurred_at at time zone 'UTC')::date as day
      from private.email_events e where e.soft_bounce_of = p_address_key group by e.mail_id
    ) b
  ) s
  where s.days <= 30;
$$;

comment on function private.soft_bounces_lapse_at(bytea) is
  'Until when an address is suppressed to which mails bounced on three days (UTC) within thirty, each for a reason that may pass: thirty days after the last of them. Null where they have not.';

create function private.suppress_after(p_state text, p_address_key bytea, p_is_soft boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_is_soft_bounce constant boolean := p_state = 'bounced' and p_is_soft;
  v_lapses_at constant timestamptz := case when v_is_soft_bounce then private.soft_bounces_lapse_at(p_address_key) end;
  v_reason constant text := case
    when p_state = 'complained' then 'complaint'
    when p_state = 'suppressed' then 'provider'
    when v_lapses_at is not null then 'soft_bounces'
    when p_state = 'bounced' and not v_is_soft_bounce then 'hard_bounce'
  end;
begin
  if v_reason is not null then
    perform private.suppress_address(p_address_key, v_reason, v_lapses_at);
  end if;
end;
$$;

comment on function private.suppress_after(text, bytea, boolean) is 'Suppresses an address where an event asks for it.';

-- The mailer took the mail, whatever we know of that: it may still be tried, or have been given up or withdrawn, because no answer
-- came. What is written down here, settling does not overwrite. A dead letter that somebody digs up right now has its outcome
-- looked at once more, and is not sent again.
create function private.note_email_was_taken(p_mail_id bigint, p_message_id text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.email_outcomes as o (mail_id, status, provider_message_id, settled_at)
  values (p_mail_id, 'sent', left(p_message_id, 200), p_now)
  on conflict (mail_id) do update
  set status = 'sent', error_code = null, provider_message_id = excluded.provider_message_id
  where o.status <> 'sent';
  if found then
    delete from private.email_dead_letters where mail_id = any (array(
      select mail_id from private.email_dead_letters where mail_id = p_mail_id for update skip locked
    ));
  end if;
end;
$$;

comment on function private.note_email_was_taken(bigint, text, timestamptz) is 'Notes that the mailer took a mail, where the log does not know it or says otherwise.';

create function private.record_email_event(
  p_event_id text, p_mail_id bigint, p_state text, p_bounce text, p_message_id text, p_occurred_at timestamptz, p_now timestamptz
)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_recipient constant text := (select recipient from private.emails where id = p_mail_id);
  v_is_soft constant boolean := p_bounce is not distinct from 'soft';
  v_address_key bytea;
  v_state text;
begin
  if not exists (select from private.emails where id = p_mail_id) then
    return 'unknown';
  end if;
  -- Its address is not kept for ever, and what comes later than that suppresses nobody.
  if v_recipient is not null and p_state in ('bounced', 'suppressed', 'complained') then
    v_address_key := private.address_key(v_recipient);
    -- Of soft bounces that are told at the same time, one has to see the others.
    perform private.hold_address(v_address_key);
  end if;
  insert into private.email_events (id, mail_id, state, soft_bounce_of, occurred_at)
  values (
    p_event_id, p_mail_id, p_state, case when p_state = 'bounced' and v_is_soft then v_address_key end,
    -- What is told of the future would stay beyond its time.
    least(p_occurred_at, p_now)
  )
  on conflict (id) do nothing;
  if not found then
    return 'repeated';
  end if;
  insert into private.email_deliveries as d (mail_id, state) values (p_mail_id, p_state)
  on conflict (mail_id) do update set state = excluded.state
  where private.email_state_rank(excluded.state) > private.email_state_rank(d.state);
  select state into v_state from private.email_deliveries where mail_id = p_mail_id;
  -- Taken, and not sent: an operator may have it sent once more.
  if v_state <> 'failed' then
    perform private.note_email_was_taken(p_mail_id, p_message_id, p_now);
  end if;
  if v_address_key is not null then
    perform private.suppress_after(p_state, v_address_key, v_is_soft);
  end if;
  return 'recorded';
end;
$$;

grant execute on function private.record_email_event(text, bigint, text, text, text, timestamptz, timestamptz) to service_role;

create function public.record_email_event(
  p_event_id text, p_mail_id bigint, p_state text, p_bounce text default null, p_message_id text default null,
  p_occurred_at timestamptz default null
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if not private.is_value_of('private.email_state', p_state) then
    raise exception using errcode = '22023', message = 'p_state must be a state of private.email_state';
  elsif p_bounce not in ('hard', 'soft') then
    raise exception using errcode = '22023', message = 'p_bounce must be hard or soft';
  end if;
  return jsonb_build_object('outcome', private.record_email_event(
    p_event_id, p_mail_id, p_state, p_bounce, p_message_id, coalesce(p_occurred_at, now()), now()
  ));
end;
$$;

comment on function public.record_email_event(text, bigint, text, text, text, timestamptz) is
  'Writes down what the mailer tells of a mail: its state, and that its address is not to be mailed any more. Answers recorded, '
  'repeated (the event is known) or unknown (the mail is not).';

grant execute on function public.record_email_event(text, bigint, text, text, text, timestamptz) to service_role;

insert into public.data_retention_policies (name, description, counts_from, setting, held_by) values
  ('private.email_events', 'What the mailer told of mails', 'created_at', 'email_event_retention_days', '{}');

insert into public.data_retention_policies (name, description, counts_from, kept_for, held_by) values
  ('private.email_suppressions', 'Addresses that take no mail for a time', 'lapses_at', '0', '{}');

create function private.job_purge_email_events(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select private.purge('private.email_events', p_now)
    + private.purge('private.email_suppressions', p_now);
$$;

comment on function private.job_purge_email_events(timestamptz) is
  'Forgets events that nobody can be told of again, and suppressions that have lapsed. The state of the mail stays.';

select cron.schedule('purge-email-events', '57 * * * *', $$select private.run_job('purge_email_events')$$);
