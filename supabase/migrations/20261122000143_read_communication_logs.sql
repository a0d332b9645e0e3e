-- What was mailed (T16), for platform admins: what became of mails, how many of each, and sending once more what failed.
--
-- Read: platform admins, with a reason. Which mails somebody got tells of their sessions, so whose a mail was is learnt only by
--       asking for one person's, which is an entry of the audit log about them; other pages name nobody, nor a mail by the id
--       under which the mailer shows its address. Neither addresses nor what stands in a mail are shown.

create type private.mail_filters as (
  user_id uuid, template_key text, category text, status text, "from" timestamptz, "to" timestamptz
);

create function private.parse_mail_filters(p_filters jsonb)
returns private.mail_filters
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_filters) is distinct from 'object'
    or p_filters - array['user_id', 'template_key', 'category', 'status', 'from', 'to'] <> '{}'
  then
    raise sqlstate 'PT422' using message = 'unknown_filter',
      detail = 'Filters are an object of user_id, template_key, category, status, from and to.';
  end if;
  return jsonb_populate_record(null::private.mail_filters, p_filters);
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'invalid_filter', detail = 'user_id is a uuid, from and to are times.';
end;
$$;

comment on function private.parse_mail_filters(jsonb) is
  'Filters of read_communication_logs(); what is left out does not filter. Errors: unknown_filter, invalid_filter (422).';

create view private.mail_states with (security_invoker = true) as
  select
    l.id, l.user_id, l.category, l.template_key, l.recipient, l.created_at, l.settled_at, l.error_code, l.template_id, l.provider_message_id,
    case when l.status = 'sent' then coalesce(d.state::text, l.status) else l.status end as status
  from private.email_log l
  left join private.email_deliveries d on d.mail_id = l.id;

comment on view private.mail_states is 'Every mail with its state: queued, skipped or failed as we know it, and once it was sent what the mailer told of it.';

revoke all on private.mail_states from public, anon, authenticated, service_role;

-- A call looks at so many mails and no more, however rare is what it looks for; the cursor says where it stopped. The ids of
-- mails are in the order in which they were queued.
create function private.read_communication_logs(p_reason text, p_filters jsonb, p_cursor bigint, p_limit int)
returns jsonb
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  v_span constant int := 20000;
  v_reason constant text := private.audited_reason(p_reason);
  f constant private.mail_filters := private.parse_mail_filters(p_filters);
  v_limit constant int := least(greatest(coalesce(p_limit, 50), 1), 200);
  v_before constant bigint := coalesce(p_cursor, (select max(id) + 1 from private.emails), 0);
  v_from constant bigint := case when f.user_id is null then v_before - v_span else 0 end;
  v_items jsonb;
  v_next bigint;
begin
  select coalesce(jsonb_agg(to_jsonb(m) order by m.id desc), '[]'), min(m.id)
  into v_items, v_next
  from (
    select
      s.id, s.category, s.template_key, t.version, s.status, s.error_code, s.created_at, s.settled_at,
      case when f.user_id is not null then s.provider_message_id end as provider_message_id
    from private.mail_states s
    left join public.email_templates t on t.id = s.template_id
    where s.id < v_before and s.id >= v_from
      -- That somebody was mailed of notes tells that there are some: of that no admin learns.
      and (f.user_id is null or s.user_id = f.user_id and s.template_key <> 'note_shared')
      and (f.template_key is null or s.template_key = f.template_key)
      and (f.category is null or s.category = f.category)
      and (f.status is null or s.status = f.status)
      and (f."from" is null or s.created_at >= f."from")
      and (f."to" is null or s.created_at < f."to")
    order by s.id desc
    limit v_limit
  ) m;
  if jsonb_array_length(v_items) < v_limit then
    v_next := (
      select v_from from private.emails e
      where e.id < v_from and (f."from" is null or e.created_at >= f."from")
        and e.id = (select max(id) from private.emails where id < v_from)
    );
  end if;
  perform private.write_audit(
    'communication_logs.read', 'communication_logs', null, f.user_id, null,
    jsonb_build_object('filters', p_filters, 'cursor', p_cursor, 'entries', jsonb_array_length(v_items)),
    jsonb_build_object('source', 'read_communication_logs', 'reason', v_reason)
  );
  return jsonb_build_object('items', v_items, 'next_cursor', v_next);
end;
$$;

grant execute on function private.read_communication_logs(text, jsonb, bigint, int) to authenticated;

create function public.read_communication_logs(
  p_reason text, p_filters jsonb default '{}', p_cursor bigint default null, p_limit int default 50
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.read_communication_logs(p_reason, p_filters, p_cursor, p_limit);
$$;

comment on function public.read_communication_logs(text, jsonb, bigint, int) is
  'A platform admin reads which mails were sent, newest first, at most 200 at once: {items, next_cursor}. p_filters: user_id, template_key, '
  'category, status, from (inclusive), to (exclusive); all must match. A page may be short, or empty, and more may come: there is more as '
  'long as next_cursor is not null. Each call is audited, with user_id under that person. Without it no item says whose it is, and '
  'provider_message_id is null. '
  'Errors: forbidden (403), rate_limited (429), reason_required, unknown_filter, invalid_filter (422).';

grant execute on function public.read_communication_logs(text, jsonb, bigint, int) to authenticated;

-- By the index on created_at, which has mails until their payload is emptied: far longer than a day.
create view private.mail_figures with (security_invoker = true) as
  select
    s.category,
    count(*) filter (where s.status = 'queued') as queued,
    count(*) filter (where s.status in ('sent', 'delayed')) as sent,
    count(*) filter (where s.status = 'delivered') as delivered,
    count(*) filter (where s.status in ('bounced', 'suppressed')) as bounced,
    count(*) filter (where s.status = 'complained') as complained,
    count(*) filter (where s.status = 'failed') as failed,
    count(*) filter (where s.status = 'skipped') as skipped,
    round((percentile_cont(0.95) within group (order by extract(epoch from s.settled_at - s.created_at))
      filter (where s.status not in ('queued', 'skipped', 'failed')))::numeric, 1) as seconds_to_send_p95
  from private.mail_states s
  where s.recipient is not null and s.created_at > now() - interval '1 day'
  group by s.category;

comment on view private.mail_figures is
  'The mails of the last 24 hours by category: how many are in each state, and within how many seconds 95 of 100 were sent, waiting for a window included.';

revoke all on private.mail_figures from public, anon, authenticated, service_role;

create function private.mail_figures()
returns setof private.mail_figures
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  return query select * from private.mail_figures order by category;
end;
$$;

grant execute on function private.mail_figures() to authenticated;

create function public.mail_figures()
returns table (
  category text, queued bigint, sent bigint, delivered bigint, bounced bigint, complained bigint, failed bigint, skipped bigint,
  seconds_to_send_p95 numeric
)
language sql
stable
set search_path = ''
as $$
  select * from private.mail_figures();
$$;

comment on function public.mail_figures() is
  'For platform admins: the mails of the last 24 hours by category, how many are in each state, and within how many seconds 95 of 100 were sent. '
  'Errors: unauthenticated (401), forbidden (403).';

grant execute on function public.mail_figures() to authenticated;

create function private.mail_fault()
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_platform_admin();
  return private.outbox_fault(now());
end;
$$;

grant execute on function private.mail_fault() to authenticated;

create function public.mail_fault()
returns text
language sql
stable
set search_path = ''
as $$
  select private.mail_fault();
$$;

comment on function public.mail_fault() is
  'For platform admins: what somebody should look at, such as a paused sender or mails that failed for good; null where mail goes out. '
  'Errors: unauthenticated (401), forbidden (403).';

grant execute on function public.mail_fault() to authenticated;

create function private.redrive_failed_emails(p_reason text, p_error_code text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_answer jsonb;
begin
  v_answer := private.redrive_emails(p_error_code, 1000);
  perform private.write_audit(
    'communication_logs.redriven', 'communication_logs', null, null, null, v_answer || jsonb_build_object('error_code', p_error_code),
    jsonb_build_object('source', 'redrive_failed_emails', 'reason', v_reason)
  );
  return v_answer;
end;
$$;

grant execute on function private.redrive_failed_emails(text, text) to authenticated;

create function public.redrive_failed_emails(p_reason text, p_error_code text default null)
returns jsonb
language sql
set search_path = ''
as $$
  select private.redrive_failed_emails(p_reason, p_error_code);
$$;

comment on function public.redrive_failed_emails(text, text) is
  'A platform admin has failed mails sent once more, all or those of one error code, the oldest thousand; audited. Answers as redrive_emails(). '
  'Errors: forbidden (403), rate_limited (429), reason_required (422).';

grant execute on function public.redrive_failed_emails(text, text) to authenticated;
