-- Freezing: queued mails become batches, a snapshot of what is sent, after a last look whether they are still wanted.
--
-- Called: by private.claim_emails().
--
-- Rows are picked with `array(select ... for update skip locked limit n)`: the planner then cannot
-- make a hash join over the whole queue out of the limit.

-- In one go for many claims: what has waited for the same hour, as the end of a night, is many.
create function private.line_up_emails(p_stream text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update private.email_queue set ready_in = pg_current_xact_id()
  where mail_id = any (array(
    select mail_id from private.email_queue
    where stream = p_stream and ready_in is null and due_at <= p_now
    order by due_at, mail_id limit 10000 for update skip locked
  ));
end;
$$;

comment on function private.line_up_emails(text, timestamptz) is 'Puts mails whose time has come into line.';

create function private.pick_queued_emails(p_stream text, p_limit int, p_now timestamptz)
returns bigint[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_picked bigint[] := array[]::bigint[];
  v_line record;
  v_mark record;
begin
  -- One scan per line: each walks its part of the index in order and stops at the limit.
  for v_line in values ('urgent', 0), ('usual', 1) loop
    select * into v_mark from private.email_mark(p_stream, v_line.column1);
    v_picked := v_picked || array(
      select mail_id from private.email_queue
      where stream = p_stream and priority = v_line.column2 and ready_in is not null and (ready_in, mail_id) >= (v_mark.mark, v_mark.mail_id)
        and due_at <= p_now
      order by ready_in, mail_id limit p_limit - cardinality(v_picked) for update skip locked
    );
  end loop;
  return v_picked;
end;
$$;

comment on function private.pick_queued_emails(text, int, timestamptz) is
  'Locks up to p_limit due mails, urgent ones first, passing over what other dispatchers hold.';

create type private.screened_email as (
  mail_id bigint,
  place bigint,
  goes_alone boolean,
  template_id bigint,
  locale text,
  time_zone text,
  skip_reason text,
  defer_until timestamptz,
  names_too_much boolean
);

comment on type private.screened_email is
  'The fate of a picked mail: skipped for a reason, deferred until a time, or else sent, alone or with others. '
  'names_too_much: to a specialist who is verified no more, about a session that they give.';

-- One statement for all of them, and each table is probed for each mail: `offset 0` leaves the planner nothing to choose. A
-- plan that it made while a table was empty was once kept until the table was not, and read all of it for each mail.
-- No function for each row but for what few mails have: those that set their search_path are not inlined, and a call costs
-- as much as all the rest of a mail.
create function private.screen_emails(p_mail_ids bigint[], p_now timestamptz)
returns setof private.screened_email
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  -- Once for all of them: to open the vault takes longer than to make a mail.
  v_address_key constant bytea := private.vault_key('email_address_key');
begin
  return query
  with mail as (
    select
      u.mail_id, u.place, l.id, l.template_key, l.token_id is not null or (jsonb_typeof(l.variables -> 'calendar') = 'object') is true as goes_alone,
      coalesce(p.locale, l.variables ->> 'locale', 'en') as locale,
      z.time_zone,
      coalesce(l.needed_by, l.useless_after) as needed_by,
      case
        -- The mailer has told that an earlier try was taken.
        when o.status = 'sent' then 'already_sent'
        when s.address_key is not null and (s.lapses_at is null or (s.lapses_at > p_now and l.category <> 'security')) then 'suppressed'
        when f.address_key is not null then 'refused'
        when l.token_id is not null and (
          select k.spent_at is null and k.expires_at > p_now from private.tokens k where k.purpose = l.token_purpose and k.id = l.token_id
        ) is not true then 'token_not_live'
        when l.booking_reminder_id is not null and (
          r.status = 'enqueued' and b.status = 'confirmed' and b.starts_at = r.starts_at
        ) is not true then 'booking_changed'
        when l.useless_after <= p_now then 'too_late'
        when l.booking_reminder_id is not null and (
          select true from public.booking_reminders n
          where n.booking_id = r.booking_id and n.user_id = l.user_id and n.status <> 'voided' and n.lead_minutes < r.lead_minutes and n.due_at <= p_now
          limit 1
        ) then 'newer_reminder'
        when case l.category
          when 'account' then (np.wishes).account_email
          when 'reminder' then (np.wishes).reminder_email
          when 'agenda' then (np.wishes).agenda_email
        end is false then 'preference_off'
      end as skip_reason,
      case when l.category <> 'security' and (np.wishes).mail_windows is not null then
        upper(private.quiet_span(np.wishes, z.time_zone, p_now))
      end as quiet_until,
      d.id is not null and (b.specialist_id = d.id or l.dedupe_key like '%:specialist') is true as names_too_much
    from unnest(p_mail_ids) with ordinality u (mail_id, place)
    left join lateral (select e.* from private.emails e where e.id = u.mail_id offset 0) l on true
    left join lateral (select i.locale, i.time_zone from public.profiles i where i.id = l.user_id offset 0) p on true
    left join lateral (select n as wishes from public.notification_preferences n where n.user_id = l.user_id offset 0) np on true
    left join lateral (select i.status from private.email_outcomes i where i.mail_id = u.mail_id offset 0) o on true
    cross join lateral (
      select substring(extensions.hmac(convert_to(l.recipient, 'UTF8'), v_address_key, 'sha256') from 1 for 16) offset 0
    ) a (key)
    left join lateral (select i.address_key, i.lapses_at from private.email_suppressions i where i.address_key = a.key offset 0) s on true
    left join lateral (
      select i.address_key from private.email_refusals i where i.address_key = a.key and i.category = l.category offset 0
    ) f on true
    left join lateral (
      select i.booking_id, i.status, i.starts_at, i.lead_minutes from public.booking_reminders i where i.id = l.booking_reminder_id offset 0
    ) r on true
    left join lateral (select i.status, i.starts_at, i.specialist_id from public.bookings i where i.id = r.booking_id offset 0) b on true
    left join lateral (
      select i.id from public.specialists i where l.named_id is not null and i.user_id = l.user_id and i.status <> 'verified' offset 0
    ) d on true
    cross join lateral (select coalesce(p.time_zone, 'UTC')) z (time_zone)
  ), template as (
    select d.template_key, d.locale, private.template_in_force(d.template_key, d.locale) as id
    from (select distinct template_key, locale from mail) d
  )
  select
    m.mail_id, m.place, m.goes_alone, t.id, m.locale, m.time_zone,
    case when m.id is null then 'no_such_mail' when t.id is null then 'nothing_to_send' else m.skip_reason end,
    -- What would come too late after quiet hours goes at once.
    case when m.quiet_until < m.needed_by or m.needed_by is null then m.quiet_until end,
    m.names_too_much
  from mail m
  left join template t on t.template_key = m.template_key and t.locale = m.locale;
end;
$$;

comment on function private.screen_emails(bigint[], timestamptz) is
  'The last look at mails before they are sent: address, token, session, deadline, preferences, quiet hours, language, and what its reader may still learn.';

-- They were to know when it was written, and the night after are not any more: docs/decisions/suspension-cancels-nothing.md
create function private.hush_emails(p_screened private.screened_email[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  update private.emails
  set variables = variables || '{"other_name": null}' || case
    -- Neither theirs nor ours, as far as it says: the other's.
    when variables ? 'reason' and not (variables @> '{"by_you": true}' or variables @> '{"by_us": true}') then '{"reason": null}'
    else '{}'
  end::jsonb
  where id = any (array(select s.mail_id from unnest(p_screened) s where s.names_too_much));
end;
$$;

comment on function private.hush_emails(private.screened_email[]) is
  'Takes names and words of the other out of mails that name too much, before they are sent.';

create function private.freeze_emails(
  p_stream text, p_limit int, p_lease_seconds int, p_now timestamptz,
  out batch_ids uuid[], out skipped int, out deferred int
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mail_ids bigint[];
  v_screened private.screened_email[];
  v_until timestamptz;
begin
  perform private.line_up_emails(p_stream, p_now);
  v_mail_ids := private.pick_queued_emails(p_stream, p_limit, p_now);
  v_screened := array(select s from private.screen_emails(v_mail_ids, p_now) s order by s.place);
  perform private.hush_emails(v_screened);
  deferred := 0;
  -- Quiet hours end for many at the same time.
  for v_until, v_mail_ids in
    select s.defer_until, array_agg(s.mail_id) from unnest(v_screened) s
    where s.skip_reason is null and s.defer_until > p_now
    group by s.defer_until
  loop
    update private.email_queue set due_at = v_until, ready_in = null where mail_id = any (v_mail_ids);
    deferred := deferred + cardinality(v_mail_ids);
  end loop;
  with screened as materialized (
    select s.* from unnest(v_screened) s where s.skip_reason is not null or (s.defer_until > p_now) is not true
  ), unwanted as (
    insert into private.email_outcomes (mail_id, status, error_code, settled_at)
    select s.mail_id, 'skipped', s.skip_reason, p_now
    from screened s
    where s.skip_reason <> 'no_such_mail'
    on conflict (mail_id) do nothing
    returning mail_id
  ), taken as (
    delete from private.email_queue
    where mail_id = any (array(select s.mail_id from screened s))
  ), numbered as (
    -- A mail with a link travels alone, so that its idempotency key is its own; one with a calendar entry, because the mailer
    -- takes no attachments in a batch.
    select s.*, case
      when s.goes_alone then s.place
      else -1 - (row_number() over (partition by s.goes_alone order by s.place) - 1) / 100
    end as batch
    from screened s
    where s.skip_reason is null
  ), frozen as (
    insert into private.email_batches (
      stream, mail_ids, template_ids, locales, time_zones, lease, leased_in, due_at, first_attempt_at
    )
    select
      p_stream,
      array_agg(n.mail_id order by n.place),
      array_agg(n.template_id order by n.place),
      array_agg(n.locale order by n.place),
      array_agg(n.time_zone order by n.place),
      gen_random_uuid(),
      pg_current_xact_id(),
      p_now + make_interval(secs => p_lease_seconds),
      p_now
    from numbered n
    group by n.batch
    returning id
  )
  select
    array(select f.id from frozen f),
    (select count(*) from unwanted)
  into batch_ids, skipped;
end;
$$;

comment on function private.freeze_emails(text, int, int, timestamptz) is
  'Makes leased batches of up to p_limit due mails. Ids, order, template versions, languages and zones are fixed from here on.';
