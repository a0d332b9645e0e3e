-- Leasing: batches that were tried before are handed out again, without the mails that became useless meanwhile.
--
-- Called: by private.claim_emails().

-- How many batches fit is read before locking, so that the rest stays free for others. At
-- least one: a batch is never cut, its idempotency key stands for exactly these mails.
create function private.lock_due_batches(p_stream text, p_is_leased boolean, p_limit int, p_now timestamptz)
returns uuid[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mark constant xid8 := case when p_is_leased then (select mark from private.email_mark(p_stream, 'leased')) end;
begin
  if p_is_leased then
    return array(
      select b.id from private.email_batches b
      where b.stream = p_stream and b.lease is not null and b.leased_in >= v_mark and b.due_at <= p_now
      order by b.leased_in
      limit (
        select greatest(1, count(*) filter (where d.total <= p_limit))
        from (
          select sum(cardinality(w.mail_ids)) over (order by w.leased_in, w.id) as total
          from (
            select f.id, f.leased_in, f.mail_ids from private.email_batches f
            where f.stream = p_stream and f.lease is not null and f.leased_in >= v_mark and f.due_at <= p_now
            order by f.leased_in limit p_limit
          ) w
        ) d
      )
      for no key update skip locked
    );
  end if;
  return array(
    select b.id from private.email_batches b
    where b.stream = p_stream and b.lease is null and b.due_at <= p_now
    order by b.due_at
    limit (
      select greatest(1, count(*) filter (where d.total <= p_limit))
      from (
        select sum(cardinality(w.mail_ids)) over (order by w.due_at, w.id) as total
        from (
          select f.id, f.due_at, f.mail_ids from private.email_batches f
          where f.stream = p_stream and f.lease is null and f.due_at <= p_now
          order by f.due_at limit p_limit
        ) w
      ) d
    )
    for no key update skip locked
  );
end;
$$;

comment on function private.lock_due_batches(text, boolean, int, timestamptz) is
  'Locks batches whose next try is due, or, if p_is_leased, whose lease ran out, passing over what other dispatchers hold.';

-- The mailer may have taken an earlier try of which nobody heard, so what is left of a batch keeps the batch's key: under
-- another the others could arrive twice. A mailer refuses a key with another body than the one that it took
-- (key_reused), and so says itself which it was: all of the mails by the earlier try, or those that are left by this one.
-- docs/decisions/mails-are-withdrawn-under-the-same-key.md
create function private.withdraw_emails(p_batch_ids uuid[], p_now timestamptz)
returns int
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_screened constant private.screened_email[] := array(
    select s from private.screen_emails(array(select unnest(b.mail_ids) from private.email_batches b where b.id = any (p_batch_ids)), p_now) s
  );
  v_skipped int;
begin
  perform private.hush_emails(v_screened);
  with mail as materialized (
    select b.id, u.*
    from private.email_batches b
    cross join unnest(b.mail_ids, b.template_ids, b.locales, b.time_zones)
      with ordinality u (mail_id, template_id, locale, time_zone, place)
    where b.id = any (p_batch_ids)
  ), useless as materialized (
    select s.mail_id, s.skip_reason
    from unnest(v_screened) s
    where s.skip_reason is not null
  ), changed as materialized (
    select
      m.id,
      array_agg(m.mail_id order by m.place) filter (where w.mail_id is null) as mail_ids,
      array_agg(m.template_id order by m.place) filter (where w.mail_id is null) as template_ids,
      array_agg(m.locale order by m.place) filter (where w.mail_id is null) as locales,
      array_agg(m.time_zone order by m.place) filter (where w.mail_id is null) as time_zones,
      array_agg(m.mail_id order by m.place) filter (where w.mail_id is not null) as withdrawn_ids,
      array_agg(w.skip_reason order by m.place) filter (where w.mail_id is not null) as withdrawn_codes
    from mail m
    left join useless w on w.mail_id = m.mail_id
    group by m.id
    having count(w.mail_id) > 0
  ), shrunk as (
    update private.email_batches b
    set mail_ids = c.mail_ids, template_ids = c.template_ids, locales = c.locales, time_zones = c.time_zones,
        withdrawn_ids = b.withdrawn_ids || c.withdrawn_ids, withdrawn_codes = b.withdrawn_codes || c.withdrawn_codes
    from changed c
    where b.id = any (p_batch_ids) and b.id = c.id and c.mail_ids is not null
  ), emptied as (
    delete from private.email_batches b
    using changed c
    where b.id = any (p_batch_ids) and b.id = c.id and c.mail_ids is null
    returning b.withdrawn_ids || c.withdrawn_ids as mail_ids, b.withdrawn_codes || c.withdrawn_codes as codes
  ), skipped as (
    insert into private.email_outcomes (mail_id, status, error_code, settled_at)
    select u.mail_id, 'skipped', u.code, p_now
    from emptied d
    cross join unnest(d.mail_ids, d.codes) u (mail_id, code)
    where u.code <> 'no_such_mail'
    on conflict (mail_id) do nothing
    returning mail_id
  )
  select count(*) into v_skipped from skipped;
  return v_skipped;
end;
$$;

comment on function private.withdraw_emails(uuid[], timestamptz) is
  'Looks at the mails of batches once more before they are tried again, and takes out what became useless; a batch of which nothing is left goes. Answers how many mails went with such.';

create function private.lease_due_batches(
  p_stream text, p_limit int, p_lease_seconds int, p_now timestamptz,
  out batch_ids uuid[], out mails int, out skipped int
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ids uuid[] := private.lock_due_batches(p_stream, false, p_limit, p_now);
  v_left int := p_limit - coalesce((select sum(cardinality(mail_ids)) from private.email_batches where id = any (v_ids)), 0);
begin
  if v_left > 0 then
    v_ids := v_ids || private.lock_due_batches(p_stream, true, v_left, p_now);
  end if;
  if cardinality(v_ids) = 0 then
    batch_ids := v_ids;
    mails := 0;
    skipped := 0;
    return;
  end if;
  skipped := private.withdraw_emails(v_ids, p_now);
  with leased as (
    update private.email_batches b
    set lease = gen_random_uuid(),
        leased_in = pg_current_xact_id(),
        due_at = p_now + make_interval(secs => p_lease_seconds),
        attempts = b.attempts + (b.lease is not null)::int,
        first_attempt_at = coalesce(b.first_attempt_at, p_now)
    where b.id = any (v_ids)
    returning b.id, cardinality(b.mail_ids) as size
  )
  select coalesce(array_agg(l.id), '{}'), coalesce(sum(l.size), 0) into batch_ids, mails from leased l;
end;
$$;

comment on function private.lease_due_batches(text, int, int, timestamptz) is
  'Leases batches whose next try is due or whose lease ran out; the latter costs them an attempt. Looks at each mail once more.';
