-- Claiming: a dispatcher takes over mails to send, for the length of a lease.
--
-- Called: by service_role, from email-dispatch (stream mail) and booking-reminders-dispatch
-- (stream reminder), side by side as many as there are.

-- The mails as columns: with an object for each, most of the time goes into writing the same eight keys over and over.
create function private.batch_json(p_batch_ids uuid[], p_now timestamptz)
returns json
language plpgsql
stable
set search_path = ''
as $$
declare
  v_refusable constant text[] := private.refusable_categories();
  v_address_key constant bytea := private.vault_key('email_address_key');
  v_unsubscribe_key constant bytea := private.vault_key('email_unsubscribe_key');
begin
  return (select coalesce(json_agg(json_build_object(
    'id', b.id,
    'lease', b.lease,
    'attempt', b.attempts + 1,
    'age_seconds', greatest(0, floor(extract(epoch from p_now - b.first_attempt_at)))::bigint,
    'shared', cardinality(b.mail_ids) + cardinality(b.withdrawn_ids) > 1,
    'mails', m.mails
  ) order by cardinality(b.mail_ids) > 1, b.mail_ids[1]), '[]')
  from private.email_batches b
  cross join lateral (
    select json_build_object(
      'ids', json_agg(f.id),
      'to', json_agg(f.recipient),
      'template_ids', json_agg(f.template_id),
      'variables', json_agg(f.variables),
      'locales', json_agg(f.locale),
      'time_zones', json_agg(f.time_zone),
      'categories', json_agg(f.category),
      'unsubscribe', json_agg(f.unsubscribe),
      'token', case when count(f.token_id) = 1 then json_build_object(
        'purpose', min(f.token_purpose),
        'id', min(f.token_id::text),
        'token_hash', (select k.token_hash from private.tokens k where k.purpose = min(f.token_purpose) and k.id = min(f.token_id::text)::uuid)
      ) end
    ) as mails, count(*) as size
    from (
      select
        l.id, l.recipient::text, u.template_id, l.variables, u.locale, u.time_zone, l.category::text, l.token_purpose::text, l.token_id,
        -- private.unsubscribe_token(), spelled out.
        translate(
          encode(s.subject || substring(extensions.hmac(s.subject, v_unsubscribe_key, 'sha256') from 1 for 15), 'base64'), '+/', '-_'
        ) || 'E' as unsubscribe
      from unnest(b.mail_ids, b.template_ids, b.locales, b.time_zones)
        with ordinality u (mail_id, template_id, locale, time_zone, place)
      cross join lateral (select e.* from private.emails e where e.id = u.mail_id offset 0) l
      left join lateral (
        select set_byte('\x00', 0, array_position(v_refusable, l.category::text))
          || uuid_send(coalesce(l.user_id, '00000000-0000-0000-0000-000000000000'))
          || substring(extensions.hmac(convert_to(l.recipient, 'UTF8'), v_address_key, 'sha256') from 1 for 16)
        where l.category = any (v_refusable)
        offset 0
      ) s (subject) on true
      order by u.place
    ) f
  ) m
  -- None where the log has none of its mails any more.
  where b.id = any (p_batch_ids) and m.size > 0);
end;
$$;

comment on function private.batch_json(uuid[], timestamptz) is
  'Leased batches as claim_emails() answers them: single mails first, the mails of a batch in frozen order.';

create function private.template_json(p_batch_ids uuid[])
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select coalesce(json_agg(json_build_object(
    'id', t.id, 'key', t.key, 'locale', t.locale, 'version', t.version,
    'subject', t.subject, 'html', t.html, 'text', t.text
  ) order by t.id), '[]')
  from public.email_templates t
  where t.id = any (array(
    select distinct unnest(b.template_ids) from private.email_batches b where b.id = any (p_batch_ids)
  )));
end;
$$;

comment on function private.template_json(uuid[]) is 'Every template that the batches use, once.';

-- The database alone knows time zones: what runs a function may have other data, frozen long ago. So a claim says how far
-- each zone is from UTC, from when on, for as long as mails speak of.
create function private.zone_offsets(p_batch_ids uuid[], p_now timestamptz)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select coalesce(json_object_agg(z.name, z.stretches), '{}')
  from (
    select z.name, json_agg(json_build_array(extract(epoch from lower(s.span))::bigint, extract(epoch from s.utc_offset)::int) order by lower(s.span)) as stretches
    from (
      select distinct unnest(b.time_zones) from private.email_batches b where b.id = any (p_batch_ids)
    ) z (name)
    cross join lateral private.time_zone_stretches(
      z.name, date_trunc('second', p_now) - interval '40 days', date_trunc('second', p_now) + interval '400 days'
    ) s
    group by z.name
  ) z);
end;
$$;

comment on function private.zone_offsets(uuid[], timestamptz) is
  'The time zones of batches: {name: [[from, offset], ...]}, seconds since 1970 and seconds east of UTC. The first holds before it, too.';

-- json, not jsonb: the answer goes out as text, and parsing it once more takes a third of the time.
create function private.claim_emails(p_stream text, p_limit int, p_lease_seconds int, p_now timestamptz)
returns json
language plpgsql
security definer
set search_path = ''
-- The statistics of a queue are always out of date, and index probes are right at any size: so one plan is, too, and to
-- make it for each claim anew takes as long as to claim some hundred mails.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_paused_until timestamptz;
  v_batch_ids uuid[] := array[]::uuid[];
  v_frozen_ids uuid[];
  v_leased int := 0;
  v_withdrawn int := 0;
  v_skipped int := 0;
  v_deferred int := 0;
begin
  -- A row that cannot be turned into mail must not hold up the mail that is queued already.
  begin
    if p_stream = 'reminder' then
      -- More at once than it claims: each time the index is walked past those that were due before.
      perform private.enqueue_due_reminders(greatest(p_limit, 5000), p_now);
    elsif exists (select from private.token_requests) then
      perform private.process_token_requests(p_now);
    end if;
  exception when others then
    raise warning 'nothing new was queued for %: %', p_stream, sqlerrm;
  end;
  select paused_until into v_paused_until from private.email_sender where paused_until > p_now;
  if v_paused_until is null then
    select b.batch_ids, b.mails, b.skipped into v_batch_ids, v_leased, v_withdrawn
    from private.lease_due_batches(p_stream, p_limit, p_lease_seconds, p_now) b;
    if v_leased < p_limit then
      select f.batch_ids, f.skipped, f.deferred into v_frozen_ids, v_skipped, v_deferred
      from private.freeze_emails(p_stream, p_limit - v_leased, p_lease_seconds, p_now) f;
      v_batch_ids := v_batch_ids || v_frozen_ids;
    end if;
  end if;
  return json_build_object(
    'paused_until', v_paused_until,
    'skipped', v_withdrawn + v_skipped,
    'deferred', v_deferred,
    'remaining', private.count_due_emails(p_stream, p_now),
    'templates', private.template_json(v_batch_ids),
    'zones', private.zone_offsets(v_batch_ids, p_now),
    'batches', private.batch_json(v_batch_ids, p_now)
  );
end;
$$;

-- Counting stops at 100 of each: enough to know that there is more, and never a scan of the queue.
-- Requests for a token count too: any of them may be a mail, and the dispatcher must come back.
create function private.count_due_emails(p_stream text, p_now timestamptz)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return least(100,
    (
      select count(*)
      from private.email_marks m
      cross join lateral (
        select from private.email_queue q
        where q.stream = p_stream and q.priority = case m.line when 'urgent' then 0 else 1 end
          and q.ready_in is not null and (q.ready_in, q.mail_id) >= (m.mark, m.mail_id) and q.due_at <= p_now limit 100
      ) q
      where m.stream = p_stream and m.line <> 'leased'
    ) + (
      select count(*) from (
        select from private.email_queue where stream = p_stream and ready_in is null and due_at <= p_now limit 100
      ) w
    ) + (
      select coalesce(sum(b.mails), 0) from (
        select cardinality(mail_ids) as mails from private.email_batches
        where stream = p_stream and lease is null and due_at <= p_now limit 100
      ) b
    ) + (
      select coalesce(sum(b.mails), 0)
      from private.email_marks m
      cross join lateral (
        select cardinality(b.mail_ids) as mails from private.email_batches b
        where b.stream = p_stream and b.lease is not null and b.leased_in >= m.mark and b.due_at <= p_now limit 100
      ) b
      where m.stream = p_stream and m.line = 'leased'
    ) + (
      select count(*) from (select from private.token_requests where p_stream = 'mail' limit 100) r
    )
  );
end;
$$;

comment on function private.count_due_emails(text, timestamptz) is 'Mails that are due and not leased, and requests that may become mails, at most 100.';

grant execute on function private.claim_emails(text, int, int, timestamptz) to service_role;

create function public.claim_emails(p_stream text, p_limit int, p_lease_seconds int, p_now timestamptz default null)
returns json
language plpgsql
set search_path = ''
as $$
begin
  if not private.is_value_of('private.mail_stream', p_stream) then
    raise exception using errcode = '22023', message = 'p_stream must be mail or reminder';
  elsif p_limit is null or p_limit not between 1 and 5000 then
    raise exception using errcode = '22023', message = 'p_limit must be between 1 and 5000';
  elsif p_lease_seconds is null or p_lease_seconds not between 1 and 3600 then
    raise exception using errcode = '22023', message = 'p_lease_seconds must be between 1 and 3600';
  end if;
  return private.claim_emails(p_stream, p_limit, p_lease_seconds, coalesce(p_now, now()));
end;
$$;

comment on function public.claim_emails(text, int, int, timestamptz) is
  'Leases up to p_limit mails of a stream for p_lease_seconds: batches with their mails, the templates they use, and their time zones. '
  'A batch to be tried again keeps its id, mails and order. p_now is for tests.';

grant execute on function public.claim_emails(text, int, int, timestamptz) to service_role;
