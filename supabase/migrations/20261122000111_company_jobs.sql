-- The jobs around companies, and when they run. The state they write down was true before: a plan entitles and
-- an invitation counts by its dates, not by its state (private.company_entitlement(), company_seats()).
--
-- Called: by pg_cron, through private.run_job().

create function private.is_over(p_subscription public.company_subscriptions, p_now timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_subscription.status = 'trial' and p_subscription.trial_ends_on < today
    or p_subscription.status <> 'cancelled' and coalesce(p_subscription.ends_on < today, false)
  from (select (p_now at time zone p_subscription.time_zone)::date) t (today);
$$;

comment on function private.is_over(public.company_subscriptions, timestamptz) is 'Whether the last day of a subscription, or of the trial that it is, has passed, and nobody has written it down.';

-- A trial that is over is suspended, so that it can still become a plan; a plan that has ended is cancelled. Looked at once more behind the
-- lock of the company: it may have been given a plan since the job began.
create function private.end_subscription(p_subscription_id uuid, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_old constant jsonb := private.subscription_json(p_subscription_id);
  v_over public.company_subscriptions;
  v_today date;
begin
  select * into v_over from public.company_subscriptions s where s.id = p_subscription_id and private.is_over(s, p_now) for no key update;
  if not found then
    return false;
  end if;
  v_today := (p_now at time zone v_over.time_zone)::date;
  update public.company_subscriptions
  set status = case when ends_on < v_today then 'cancelled' else 'suspended' end,
      cancelled_at = case when ends_on < v_today then p_now end,
      cancellation_reason = case when ends_on < v_today then 'its last day has passed' end
  where id = p_subscription_id;
  perform private.write_audit(
    'company.plan_ended', 'company_subscriptions', p_subscription_id::text, null,
    v_old, private.subscription_json(p_subscription_id), '{"source": "end_subscriptions"}'
  );
  perform private.mail_plan(p_subscription_id, v_over.status = 'trial');
  return true;
end;
$$;

comment on function private.end_subscription(uuid, timestamptz) is 'Ends a subscription whose last day has passed, and tells the admins. Returns whether it has.';

create function private.job_end_subscriptions(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid;
  v_ended bigint := 0;
begin
  -- The company before its subscription, in the order of assign_company_plan().
  for v_id in
    select s.id from public.companies c join public.company_subscriptions s on s.company_id = c.id
    where private.is_over(s, p_now)
    order by c.id
    limit private.purge_limit()
    for no key update of c skip locked
  loop
    v_ended := v_ended + private.end_subscription(v_id, p_now)::int;
  end loop;
  return v_ended;
end;
$$;

comment on function private.job_end_subscriptions(timestamptz) is 'Suspends trials and cancels plans whose last day has passed in their time zone.';

create function private.job_expire_invitations(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  update public.company_employee_invitations set status = 'expired'
  where id = any (array(
    select id from public.company_employee_invitations
    where status = 'pending' and expires_at <= p_now
    order by expires_at limit private.purge_limit() for no key update skip locked
  ));
  get diagnostics v_rows = row_count;
  return v_rows;
end;
$$;

comment on function private.job_expire_invitations(timestamptz) is 'Writes down which invitations have expired.';

insert into public.data_retention_policies (name, description, counts_from, setting, held_by) values
  ('public.company_employee_invitations', 'Invitations that were accepted or revoked or have expired', 'expires_at', 'invitation_retention_days', '{r.accepted_by,r.invited_by}');

-- An accepted one expired too, so its age is counted from there: simple, and a week more.
create function private.job_purge_invitations(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('public.company_employee_invitations', p_now);
end;
$$;

comment on function private.job_purge_invitations(timestamptz) is 'Deletes invitations, and the addresses in them, after their retention.';

select cron.schedule('end-subscriptions', '3 * * * *', $$select private.run_job('end_subscriptions')$$);
select cron.schedule('expire-invitations', '13 * * * *', $$select private.run_job('expire_invitations')$$);
select cron.schedule('purge-invitations', '33 * * * *', $$select private.run_job('purge_invitations')$$);
