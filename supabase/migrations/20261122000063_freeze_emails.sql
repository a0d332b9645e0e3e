-- Freezing: queued mails become batches, after a last look whether they are still wanted.
--
-- Called: by private.claim_emails().
--
-- Rows are picked with `array(select ... for update skip locked limit n)`: the planner then cannot
-- make a hash join over the whole queue out of the limit.

create function private.pick_queued_emails(p_stream text, p_limit int, p_now timestamptz)
returns bigint[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_urgent bigint[];
  v_rest bigint[];
begin
  -- One scan per priority: each walks its part of the index in order and stops at the limit.
  v_urgent := array(
    select mail_id from private.email_queue
    where stream = p_stream and priority = 0 and due_at <= p_now
    order by due_at, mail_id limit p_limit for update skip locked
  );
  v_rest := array(
    select mail_id from private.email_queue
    where stream = p_stream and priority = 1 and due_at <= p_now
    order by due_at, mail_id limit p_limit - cardinality(v_urgent) for update skip locked
  );
  return v_urgent || v_rest;
end;
$$;

comment on function private.pick_queued_emails(text, int, timestamptz) is
  'Locks up to p_limit due mails, urgent ones first, passing over what other dispatchers hold.';

revoke execute on function private.pick_queued_emails(text, int, timestamptz) from public;

create type private.screened_email as (
  mail_id bigint,
  place bigint,
  has_token boolean,
  template_id bigint,
  locale text,
  time_zone text,
  skip_reason text,
  defer_until timestamptz
);

comment on type private.screened_email is
  'What is to become of a picked mail: skipped for a reason, deferred until a time, or else sent.';

-- One statement for all of them, without a function per row: functions that set their
-- search_path are not inlined, and a call costs as much as all the rest for a mail.
create function private.screen_emails(p_mail_ids bigint[], p_now timestamptz)
returns setof private.screened_email
language sql
stable
security definer
set search_path = ''
as $$
  with mail as (
    select
      u.mail_id, u.place, l.id, l.category, l.template_key, l.token_purpose, l.token_id, l.booking_reminder_id,
      coalesce(p.locale, l.variables ->> 'locale', 'en') as locale,
      coalesce(p.time_zone, 'UTC') as time_zone,
      s.reason as suppression,
      case l.category
        when 'account' then np.account_email
        when 'booking' then np.booking_email
        when 'reminder' then np.reminder_email
      end is not false as is_wanted,
      case when l.category <> 'security' then np.quiet_hours_start end as quiet_start,
      case when l.category <> 'security' then np.quiet_hours_end end as quiet_end
    from unnest(p_mail_ids) with ordinality u (mail_id, place)
    left join public.communication_logs l on l.id = u.mail_id
    left join public.profiles p on p.id = l.user_id
    left join public.notification_preferences np on np.user_id = l.user_id
    left join private.email_suppressions s on s.address = l.recipient
  ), template as (
    select d.template_key, d.locale, private.template_in_force(d.template_key, d.locale) as id
    from (select distinct template_key, locale from mail) d
  )
  select
    m.mail_id, m.place, m.token_id is not null, t.id, m.locale, m.time_zone,
    case
      when m.id is null or t.id is null then 'nothing_to_send'
      when m.suppression <> 'unsubscribed' or (m.suppression is not null and m.category <> 'security')
        then 'suppressed'
      when m.token_id is not null and not exists (
        select from private.tokens k
        where k.purpose = m.token_purpose and k.id = m.token_id and k.spent_at is null and k.expires_at > p_now
      ) then 'token_not_live'
      when m.booking_reminder_id is not null and not exists (
        select from public.booking_reminders r
        join public.bookings b on b.id = r.booking_id
        where r.id = m.booking_reminder_id and r.status = 'enqueued'
          and b.status = 'confirmed' and b.starts_at = r.starts_at and b.starts_at > p_now
      ) then 'booking_changed'
      when not m.is_wanted then 'preference_off'
    end,
    case
      when m.quiet_start is not null then private.quiet_until(p_now, m.time_zone, m.quiet_start, m.quiet_end)
    end
  from mail m
  left join template t on t.template_key = m.template_key and t.locale = m.locale;
$$;

comment on function private.screen_emails(bigint[], timestamptz) is
  'The last look at mails before they are frozen: address, token, session, preferences, quiet hours, language.';

revoke execute on function private.screen_emails(bigint[], timestamptz) from public;

create function private.freeze_emails(
  p_stream text, p_limit int, p_lease_seconds int, p_now timestamptz,
  out batch_ids uuid[], out skipped int, out deferred int
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mail_ids bigint[] := private.pick_queued_emails(p_stream, p_limit, p_now);
begin
  with screened as materialized (
    select * from private.screen_emails(v_mail_ids, p_now)
  ), kept_for_later as (
    update private.email_queue q
    set due_at = s.defer_until
    from screened s
    where q.mail_id = s.mail_id and s.skip_reason is null and s.defer_until > p_now
    returning q.mail_id
  ), unwanted as (
    update public.communication_logs l
    set status = 'skipped', error_code = s.skip_reason, settled_at = p_now
    from screened s
    where l.id = s.mail_id and s.skip_reason is not null
    returning l.id
  ), taken as (
    delete from private.email_queue
    where mail_id = any (array(
      select s.mail_id from screened s
      where s.skip_reason is not null or (s.defer_until > p_now) is not true
    ))
  ), numbered as (
    -- A mail with a link travels alone, so that its idempotency key is its own.
    select s.*, case
      when s.has_token then s.place
      else -1 - (row_number() over (partition by s.has_token order by s.place) - 1) / 100
    end as batch
    from screened s
    where s.skip_reason is null and (s.defer_until > p_now) is not true
  ), frozen as (
    insert into private.email_batches (
      stream, mail_ids, template_ids, locales, time_zones, lease, due_at, first_attempt_at
    )
    select
      p_stream,
      array_agg(n.mail_id order by n.place),
      array_agg(n.template_id order by n.place),
      array_agg(n.locale order by n.place),
      array_agg(n.time_zone order by n.place),
      gen_random_uuid(),
      p_now + make_interval(secs => p_lease_seconds),
      p_now
    from numbered n
    group by n.batch
    returning id
  )
  select
    array(select f.id from frozen f),
    (select count(*) from unwanted),
    (select count(*) from kept_for_later)
  into batch_ids, skipped, deferred;
end;
$$;

comment on function private.freeze_emails(text, int, int, timestamptz) is
  'Makes leased batches of up to p_limit due mails. Ids, order, template versions, languages and zones are fixed from here on.';

revoke execute on function private.freeze_emails(text, int, int, timestamptz) from public;
