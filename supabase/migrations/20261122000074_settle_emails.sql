-- Settling: a dispatcher says what became of its batches.
--
-- Called: by service_role. Only who still holds the lease of a batch may settle it; how long to
-- wait and when to give up is decided by the caller.

create type private.batch_result as (
  batch_id uuid,
  lease uuid,
  outcome text,
  message_ids jsonb,
  error_code text,
  retry_after_seconds int,
  spent boolean
);

comment on type private.batch_result is 'One element of p_results of settle_emails().';

create function private.settle_emails(p_results jsonb, p_now timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
begin
  with result as materialized (
    -- A code that the provider made up must not be what keeps a batch from being settled.
    select distinct on (r.batch_id)
      r.batch_id, r.lease, r.outcome, r.message_ids, r.retry_after_seconds, r.spent,
      nullif(left(regexp_replace(lower(r.error_code), '[^a-z0-9_]+', '_', 'g'), 100), '') as error_code
    from jsonb_populate_recordset(null::private.batch_result, p_results) r
    order by r.batch_id
  ), held as materialized (
    -- In the order of ids, so that two who settle the same batches queue up instead of deadlocking.
    select
      b.id, b.stream, b.mail_ids, b.template_ids, b.locales, b.time_zones,
      b.withdrawn_ids, b.withdrawn_codes,
      cardinality(b.mail_ids) as size, r.message_ids, r.error_code, r.retry_after_seconds, r.spent,
      -- An earlier try was taken, with all that was in the batch then.
      r.outcome = 'sent' and (r.error_code = 'key_reused') is true as was_taken_whole,
      -- A batch that cannot be halved any further has failed.
      case when r.outcome = 'split' and cardinality(b.mail_ids) = 1 then 'failed' else r.outcome end as outcome
    from result r
    cross join lateral (
      select * from private.email_batches e where e.id = r.batch_id and e.lease = r.lease for update
    ) b
  ), ended as materialized (
    select * from held h where h.outcome in ('sent', 'failed', 'skipped', 'split')
  ), settled as (
    insert into private.email_outcomes as o (mail_id, status, error_code, template_id, provider_message_id, settled_at)
    select
      u.mail_id, e.outcome,
      case when e.outcome <> 'sent' then coalesce(e.error_code, 'unknown') end,
      u.template_id,
      case when e.outcome = 'sent' then left(u.message_id, 200) end,
      p_now
    from ended e
    cross join unnest(
      e.mail_ids, e.template_ids, array(select jsonb_array_elements_text(e.message_ids))
    ) u (mail_id, template_id, message_id)
    where e.outcome <> 'split' and u.mail_id is not null
    -- An event may have told already that it was sent, which stays; as what, it does not know.
    on conflict (mail_id) do update
    set template_id = excluded.template_id, provider_message_id = coalesce(o.provider_message_id, excluded.provider_message_id)
    where o.status = 'sent' and o.template_id is null
    returning o.mail_id, o.status, o.error_code
  ), withdrawn as (
    insert into private.email_outcomes (mail_id, status, error_code, settled_at)
    select
      u.mail_id,
      case when e.was_taken_whole then 'sent' else 'skipped' end,
      case when not e.was_taken_whole then u.code end,
      p_now
    from ended e
    cross join unnest(e.withdrawn_ids, e.withdrawn_codes) u (mail_id, code)
    where u.code <> 'no_such_mail'
    on conflict (mail_id) do nothing
  ), buried as (
    insert into private.email_dead_letters (mail_id, error_code, failed_at)
    select s.mail_id, s.error_code, p_now from settled s where s.status = 'failed'
    on conflict (mail_id) do update set error_code = excluded.error_code, failed_at = excluded.failed_at
  ), halves as (
    insert into private.email_batches (stream, mail_ids, template_ids, locales, time_zones, due_at, last_error_code)
    select
      h.stream, h.mail_ids[c.first:c.last], h.template_ids[c.first:c.last],
      h.locales[c.first:c.last], h.time_zones[c.first:c.last], p_now, h.error_code
    from held h
    cross join lateral (values (1, h.size / 2), (h.size / 2 + 1, h.size)) c (first, last)
    where h.outcome = 'split'
  ), finished as (
    delete from private.email_batches
    where id = any (array(select e.id from ended e))
  ), postponed as (
    update private.email_batches b
    set lease = null,
        leased_in = null,
        due_at = p_now + make_interval(secs => greatest(coalesce(h.retry_after_seconds, 60), 0)),
        attempts = b.attempts + (h.outcome = 'retry' and h.spent is not false)::int,
        last_error_code = h.error_code
    from held h
    where b.id = any (array(select g.id from held g)) and b.id = h.id and h.outcome in ('retry', 'pause')
  ), paused as (
    update private.email_sender s
    set paused_until = greatest(s.paused_until, p.until), error_code = p.error_code
    from (
      select p_now + make_interval(secs => max(coalesce(h.retry_after_seconds, 60))) as until, max(h.error_code) as error_code
      from held h
      where h.outcome = 'pause'
      having count(*) > 0
    ) p
    -- Of one row. The Data API's login refuses an UPDATE without a WHERE, also here.
    where s.singleton
  )
  select jsonb_build_object(
    'sent', coalesce(sum(h.size + case when h.was_taken_whole then cardinality(h.withdrawn_ids) else 0 end) filter (where h.outcome = 'sent'), 0),
    'retried', coalesce(sum(h.size) filter (where h.outcome in ('retry', 'pause')), 0),
    'failed', coalesce(sum(h.size) filter (where h.outcome = 'failed'), 0),
    'skipped', coalesce(sum(h.size) filter (where h.outcome = 'skipped'), 0) + (
      select coalesce(sum(cardinality(e.withdrawn_ids)), 0) from ended e where not e.was_taken_whole
    ),
    'split', coalesce(sum(h.size) filter (where h.outcome = 'split'), 0),
    'stale', (
      select coalesce(sum(coalesce(cardinality(b.mail_ids), jsonb_array_length(r.message_ids), 1)), 0)
      from result r
      left join lateral (select e.mail_ids from private.email_batches e where e.id = r.batch_id offset 0) b on true
      where not exists (select from held g where g.id = r.batch_id)
    )
  )
  into v_answer
  from held h;
  return v_answer;
end;
$$;

grant execute on function private.settle_emails(jsonb, timestamptz) to service_role;

create function public.settle_emails(p_results jsonb, p_now timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_unknown text;
begin
  select coalesce(r ->> 'outcome', 'null') into v_unknown
  from jsonb_array_elements(p_results) r
  where (r ->> 'outcome' in ('sent', 'retry', 'split', 'failed', 'skipped', 'pause')) is not true
  limit 1;
  if found then
    raise exception using errcode = '22023', message = format('unknown outcome %s', v_unknown);
  end if;
  return private.settle_emails(p_results, coalesce(p_now, now()));
end;
$$;

comment on function public.settle_emails(jsonb, timestamptz) is
  'Settles batches: sent, retry, split, failed, skipped or pause. Answers how many mails each; stale: the lease was lost. p_now is for tests.';

grant execute on function public.settle_emails(jsonb, timestamptz) to service_role;
